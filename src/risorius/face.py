"""A face: the atlas on a head with living tissue, and the shape it takes in a clip."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.anatomy import load_atlas
from risorius.clip import check_clip
from risorius.errors import InputError
from risorius.files import cache_folder
from risorius.head import load_head
from risorius.skin import gaze_from_activation, jaw_from_activation, load_rig, save_rig
from risorius.skin.rig import Rig
from risorius.skin.solves import bake_key

if TYPE_CHECKING:
    import xarray as xr

    from risorius.anatomy.atlas import Atlas
    from risorius.clip import Clip
    from risorius.head import Head

__all__ = [
    "Face",
    "bake_face",
    "bake_in_background",
    "clip_pose",
    "deform",
    "deform_frames",
    "landmark_basis",
    "load_face",
]

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Face:
    """Muscles on a head.

    Attributes
    ----------
    atlas : Atlas
    head : Head
    rig : Rig
    tone : (channel, side) [1]
        Resting tone, 1 = healthy.
    fingerprint : str
        Changes with the head, the rig and the tone.
    """

    atlas: Atlas
    head: Head
    rig: Rig
    tone: Singles
    fingerprint: str

    def __repr__(self) -> str:
        weak = int((self.tone < 1).sum())
        toned = f"{weak} of {self.tone.size} below full tone" if weak else "full tone"
        return f"Face({self.head!r}, {self.rig!r}, {toned})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Say the same where printers take dataclasses apart: every vertex would be written out."""
        printer.text(repr(self))


def load_face(
    *,
    age_years: float = 30.0,
    sex: float = 0.5,
    ancestry: Mapping[str, float] | None = None,
    weight: float = 0.5,
    detail: Mapping[str, float] | None = None,
    tone: ArrayLike | None = None,
    progress: Callable[[float], None] | None = None,
) -> Face:
    """Return the face of a person, ready to move.

    The default face comes with the package, its tissue solved (``face.rig.quality`` is
    ``"solved"``). Any other takes over the default face's movement, turned and scaled to its own
    shape, in seconds (``"carried"``): jaw, lids, contact and tongue are its own, but how its flesh
    folds is not. ``risorius bake`` or :func:`bake_in_background` solve it; from then on this
    function returns the solved one. Both are kept in the user's cache (``RISORIUS_CACHE`` names
    another place for it).

    Parameters
    ----------
    age_years, sex, ancestry, weight, detail
        See :func:`risorius.head.load_head`.
    tone : (channel, side) [1], optional
        Resting tone, 1 = healthy; see :func:`risorius.dynamics.resting_tone`.
    progress : callable, optional
        Called with the share of the work done, 0..1, where there is any to do.

    Returns
    -------
    face : Face

    Raises
    ------
    InputError
        Unknown names or values out of range.

    Examples
    --------
    >>> face = load_face()
    >>> face.rig.head == face.head.fingerprint, face.rig.quality
    (True, 'solved')
    """
    head = load_head(age_years=age_years, sex=sex, ancestry=ancestry, weight=weight, detail=detail)
    # The rig is inflated, which leaves the interpreter free, while the atlas is read.
    with ThreadPoolExecutor(1) as beside:
        inflated = beside.submit(_packaged_rig)
        atlas = load_atlas()
        rig = inflated.result()
    if rig.head != head.fingerprint:
        rig = _cached_rig(head, rig, progress or (lambda share: None))
    if rig.channels != atlas.channel_ids:
        raise InputError("the packaged rig is for another atlas: run tools/make_rig.py.")
    sides = (len(atlas.channel_ids), 2)
    held = np.ones(sides, np.float32) if tone is None else np.array(tone, np.float32)
    if held.shape != sides or not np.isfinite(held).all():
        raise InputError(f"tone must be {sides} numbers, channel by side; it is {held.shape}.")
    held.flags.writeable = False
    mark = hashlib.blake2b(digest_size=16)
    mark.update(f"{head.fingerprint} {bake_key(head)} {rig.quality}".encode())
    mark.update(held.tobytes())
    return Face(atlas, head, rig, held, mark.hexdigest())


def bake_face(*, progress: Callable[[float], None] | None = None, **identity: Any) -> Path:
    """Solve the tissue of a person's face and keep its rig where :func:`load_face` finds it.

    Parameters
    ----------
    progress : callable, optional
        Called with the share done, 0..1.
    **identity
        See :func:`risorius.head.load_head`.

    Returns
    -------
    path : Path
        The rig, in the user's cache.

    Raises
    ------
    InputError
        Unknown names or values out of range, or the cache cannot be written to.
    """
    from risorius.skin.bake import bake_rig

    head = load_head(**identity)
    path = _place(head, "solved")
    rig = bake_rig(head, progress=progress)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_rig(rig, path)
    return path


def bake_in_background(**identity: Any) -> subprocess.Popen[bytes]:
    """Start :func:`bake_face` in a process of its own, at the lowest priority, and return it.

    The next :func:`load_face` after it has ended gives the solved rig. When it is stopped, what was
    solved is kept: start it again.

    Parameters
    ----------
    **identity
        See :func:`risorius.head.load_head`.

    Raises
    ------
    InputError
        Unknown names or values out of range.
    """
    load_head(**identity)
    work = (
        "import json, os, sys\n"
        "if hasattr(os, 'nice'): os.nice(19)\n"
        "from risorius.face import bake_face\n"
        "bake_face(**json.loads(sys.argv[1]))"
    )
    told = {
        name: dict(value) if isinstance(value, Mapping) else value
        for name, value in identity.items()
    }
    return subprocess.Popen(
        [sys.executable, "-c", work, json.dumps(told)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def deform(face: Face, clip: Clip, *, level: int = 0) -> xr.DataArray:
    """Return the shape of a face at every moment of a clip.

    Jaw and gaze come from the clip's own variables where it has them, else from the activation of
    their muscles. A head pose moves the whole.

    Parameters
    ----------
    face : Face
    clip : xarray.Dataset
        Every activation known; see :func:`risorius.clip.fill_unobserved` for one that was read.
    level : {0, 1}
        1 is the smooth surface.

    Returns
    -------
    shape : (time, vertex, axis) float32 [mm]

    Raises
    ------
    InputError
        The clip breaks the schema, holds moments or muscles that were not observed, or the level is
        unknown.

    Examples
    --------
    >>> from risorius.clip import new_clip
    >>> face = load_face()
    >>> smile = new_clip([0.0], {"zygomaticus_major": 1.0})
    >>> deform(face, smile).dims
    ('time', 'vertex', 'axis')
    """
    import xarray as xr

    check_clip(clip)
    activation, jaw, gaze = clip_pose(face, clip)
    shape = face.rig.deform(activation, jaw, gaze, level=level, tone=face.tone)
    if "head_pose" in clip:
        rotation, translation = _head_motion(clip["head_pose"].values)
        shape = np.einsum("tij,tvj->tvi", rotation, shape, optimize=True) + translation[:, None]
    return xr.DataArray(
        shape,
        dims=("time", "vertex", "axis"),
        coords={"time": clip["time"], "axis": ["x", "y", "z"]},
        name="shape",
        attrs={"units": "mm", "level": level, "face": face.fingerprint},
    )


def deform_frames(
    face: Face, clip: Clip, *, level: int = 0, chunk: int = 64
) -> Iterator[NDArray[np.float32]]:
    """Yield the shape (vertex, axis) [mm] of one moment after another, in little memory.

    Parameters
    ----------
    face : Face
    clip : xarray.Dataset
    level : {0, 1}
    chunk : int
        Moments computed at a time.

    Examples
    --------
    >>> from risorius.clip import new_clip
    >>> sum(1 for frame in deform_frames(load_face(), new_clip([0.0, 0.1, 0.2])))
    3
    """
    for start in range(0, clip.sizes["time"], chunk):
        yield from deform(face, clip.isel(time=slice(start, start + chunk)), level=level).values


def clip_pose(face: Face, clip: Clip) -> tuple[Singles, Singles, Singles]:
    """Return activation (t, c, 2), jaw (t, 3) and gaze (t, 2, 2) that a clip asks of a face.

    Raises
    ------
    InputError
        Something was not observed.
    """
    activation = clip["activation"].values
    unseen = np.isnan(activation)
    if unseen.any():
        channel = face.atlas.channel_ids[int(np.argwhere(unseen)[0][1])]
        raise InputError(
            f"{100 * unseen.mean():.0f} % of the activations were not observed, first {channel!r}: "
            "a face cannot take a pose that is not known. Try "
            "risorius.clip.fill_unobserved(clip, value=0.0)."
        )
    if "jaw" in clip:
        jaw = clip["jaw"].values
    else:
        jaw = jaw_from_activation(face.atlas, activation, max_open=face.rig.jaw.max_open)
    gaze = clip["gaze"].values if "gaze" in clip else gaze_from_activation(face.atlas, activation)
    return (
        np.asarray(activation, np.float32),
        np.asarray(jaw, np.float32),
        np.asarray(gaze, np.float32),
    )


def landmark_basis(
    face: Face,
    triangles: ArrayLike,
    weights: ArrayLike,
    *,
    activation: ArrayLike | None = None,
    jaw: ArrayLike | None = None,
    gaze: ArrayLike | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points on the skin in a pose, and how they move with every degree of freedom.

    Parameters
    ----------
    face : Face
    triangles : (k, 3) int
        Level-0 vertices of the triangle that holds each point.
    weights : (k, 3) [1]
        Barycentric weights.
    activation : (channel, side) [1], optional
        The pose about which to differentiate; rest by default.
    jaw : (3,) [rad, mm, mm], optional
    gaze : (side, 2) [rad], optional

    Returns
    -------
    points : (k, 3) [mm]
    basis : (2 channel + 7, k, 3)
        Derivatives by ``activation.ravel()`` [mm], opening [mm/rad], protrusion, shift [1], and
        gaze ``left yaw, left pitch, right yaw, right pitch`` [mm/rad].

    Examples
    --------
    >>> face = load_face()
    >>> corners = face.head.topology.levels[0].triangles[:4]
    >>> points, basis = landmark_basis(face, corners, np.full((4, 3), 1 / 3))
    >>> points.shape, basis.shape == (2 * len(face.atlas.channel_ids) + 7, 4, 3)
    ((4, 3), True)
    """
    used, place = np.unique(np.asarray(triangles), return_inverse=True)
    rig = face.rig.take(used)
    n_channels = len(face.atlas.channel_ids)
    size = 2 * n_channels
    pose = np.zeros(size + 7)
    if activation is not None:
        pose[:size] = np.asarray(activation, dtype=np.float64).ravel()
    if jaw is not None:
        pose[size : size + 3] = jaw
    if gaze is not None:
        pose[size + 3 :] = np.asarray(gaze, dtype=np.float64).ravel()
    step = np.concatenate([np.full(size, 0.05), [0.02, 0.5, 0.5], np.full(4, 0.02)])
    # Activations only grow from rest and jaws only open, so the step is taken to the inside.
    step[:size] = np.where(pose[:size] > 0.95, -0.05, 0.05)
    poses = np.concatenate([pose[None], pose + np.diag(step)])
    shape = rig.deform(
        poses[:, :size].reshape(-1, n_channels, 2),
        poses[:, size : size + 3],
        poses[:, size + 3 :].reshape(-1, 2, 2),
    ).astype(np.float64)
    corners = shape[:, place.reshape(np.shape(triangles))]
    points = np.einsum("tkcx,kc->tkx", corners, np.asarray(weights, dtype=np.float64))
    return points[0], (points[1:] - points[0]) / step[:, None, None]


@cache
def _packaged_rig() -> Rig:
    with as_file(files("risorius.skin").joinpath("data/default.rig")) as path:
        return load_rig(path)


def _place(head: Head, quality: str) -> Path:
    return Path(cache_folder(), "rigs", f"{bake_key(head)}-{quality}.rig")


def _cached_rig(head: Head, other: Rig, progress: Callable[[float], None]) -> Rig:
    """Return the best rig that is kept for a head; without one carry the other over."""
    for quality in ("solved", "carried"):
        # A damaged file is not worth a word: the rig can be made again.
        with suppress(InputError):
            rig = load_rig(_place(head, quality))
            if rig.head == head.fingerprint and rig.channels == load_atlas().channel_ids:
                return rig
    from risorius.skin.transfer import carry_rig

    progress(0.0)
    rig, path = carry_rig(other, head), _place(head, "carried")
    progress(1.0)
    # So is a cache that cannot be written to.
    with suppress(InputError, OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        save_rig(rig, path)
        return load_rig(path)
    return rig


def _head_motion(pose: NDArray[np.floating]) -> tuple[Singles, Singles]:
    """Rotation (t, 3, 3) and translation (t, 3) of head poses (t, 6)."""
    yaw, pitch, roll = np.asarray(pose, dtype=np.float64)[:, :3].T
    zero, one = np.zeros_like(yaw), np.ones_like(yaw)

    def stack(rows: list[list[NDArray[np.float64]]]) -> NDArray[np.float64]:
        return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)

    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    about_y = stack([[cy, zero, sy], [zero, one, zero], [-sy, zero, cy]])
    about_x = stack([[one, zero, zero], [zero, cp, -sp], [zero, sp, cp]])
    about_z = stack([[cr, -sr, zero], [sr, cr, zero], [zero, zero, one]])
    rotation = about_y @ about_x @ about_z
    return rotation.astype(np.float32), np.asarray(pose[:, 3:], np.float32)
