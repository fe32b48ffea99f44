"""A face: the atlas on a head with living tissue, and the shape it takes in a clip."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.anatomy import load_atlas
from risorius.clip import check_clip
from risorius.errors import InputError
from risorius.files import cache_folder
from risorius.head import load_head
from risorius.skin import gaze_from_activation, jaw_from_activation, load_rig, save_rig
from risorius.skin.rig import Rig
from risorius.skin.rigfile import RIG_VERSION

if TYPE_CHECKING:
    import xarray as xr

    from risorius.anatomy.atlas import Atlas
    from risorius.clip import Clip
    from risorius.head import Head

__all__ = ["Face", "clip_pose", "deform", "deform_frames", "landmark_basis", "load_face"]

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
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


def load_face(
    *,
    age_years: float = 30.0,
    sex: float = 0.5,
    ancestry: Mapping[str, float] | None = None,
    weight: float = 0.5,
    detail: Mapping[str, float] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Face:
    """Return the face of a person, ready to move.

    The default face comes with the package. The rig of any other is baked once, in seconds, and
    kept in the user's cache (``RISORIUS_CACHE`` names another place for it).

    Parameters
    ----------
    age_years, sex, ancestry, weight, detail
        See :func:`risorius.head.load_head`.
    progress : callable, optional
        Called with the share of the baking done, 0..1.

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
    >>> face.rig.head == face.head.fingerprint
    True
    """
    head = load_head(age_years=age_years, sex=sex, ancestry=ancestry, weight=weight, detail=detail)
    rig = _packaged_rig()
    if rig is None or rig.head != head.fingerprint:
        rig = _cached_rig(head, progress)
    atlas = load_atlas()
    if rig.channels != atlas.channel_ids:
        raise InputError("the packaged rig is for another atlas: run tools/make_rig.py.")
    tone = np.ones((len(atlas.channel_ids), 2), np.float32)
    tone.flags.writeable = False
    mark = hashlib.blake2b(f"{head.fingerprint} {rig_key(head)}".encode(), digest_size=16)
    mark.update(tone.tobytes())
    return Face(atlas, head, rig, tone, mark.hexdigest())


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
    shape = face.rig.deform(activation, jaw, gaze, level=level)
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
def _packaged_rig() -> Rig | None:
    source = files("risorius.skin").joinpath("data/default.rig")
    if not source.is_file():
        return None
    with as_file(source) as path:
        return load_rig(path)


def rig_key(head: Head) -> str:
    """Return the name of a head's rig in the cache: it changes with all that a bake reads."""
    mark = hashlib.blake2b(digest_size=16)
    mark.update(f"{RIG_VERSION} {head.fingerprint} {load_atlas().channel_ids}".encode())
    for package, names in _BAKED_FROM.items():
        for name in names:
            mark.update(files(package).joinpath(name).read_bytes())
    return mark.hexdigest()


_BAKED_FROM = {
    "risorius.skin": (
        "data/tissue.yaml",
        "data/drives.yaml",
        *(
            f"{m}.py"
            for m in ("bake", "jaw", "lids", "lips", "pull", "shell", "solver", "tissue", "tongue")
        ),
    ),
    "risorius.head": ("data/attachments.yaml", "data/tissue_depth.yaml"),
}


def _cached_rig(head: Head, progress: Callable[[float], None] | None) -> Rig:
    path = Path(cache_folder(), "rigs", f"{rig_key(head)}.rig")
    # A damaged file is not worth a word: the rig can be made again.
    with suppress(InputError):
        rig = load_rig(path)
        if rig.head == head.fingerprint and rig.channels == load_atlas().channel_ids:
            return rig
    from risorius.skin.bake import bake_rig

    rig = bake_rig(head, progress=progress)
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
