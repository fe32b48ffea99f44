"""A clip as a picture or a film of the moving face."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from risorius.clip import check_clip
from risorius.errors import InputError
from risorius.export.prepare import kept_by, prepared
from risorius.export.report import LossReport

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from risorius.face import Face
    from risorius.picture import Beneath, Camera

    Image = NDArray[np.uint8]

__all__ = ["write_film", "write_picture"]

FASTEST = 60.0
"""Frames per second of a film, unless the clip has fewer."""
FILM_SIZE = (1280, 720)
PICTURE_SIZE = (900, 1100)
SHEET_SIZE, MOST_PICTURES = (480, 560), 12
"""Size of each picture and number of pictures on the contact sheet of a clip."""


def write_film(
    clip: xr.Dataset,
    path: str | os.PathLike[str],
    *,
    face: Face,
    fade: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> LossReport:
    """Write a clip as an MP4 film of the face, seen from the front.

    Parameters
    ----------
    clip : xarray.Dataset
        What was not observed is shown at rest, and the report says so.
    path : path
        Must end in ``.mp4``.
    face : Face
        Who moves.
    fade : float [1], optional
        Show the muscles, under a skin this clear: 0 closed, 1 gone.
    progress : callable, optional
        Called with the share that is done, 0..1.

    Returns
    -------
    report : LossReport

    Raises
    ------
    InputError
        Not a clip, another suffix, or a folder that cannot be written to.
    """
    from risorius.picture import write_mp4

    target = _checked(clip, path, ".mp4")
    times = clip["time"].values
    own = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else FASTEST
    rate = float(min(round(own, 3), FASTEST))
    even, changed = prepared(clip, rate=rate)
    camera = _camera(face, FILM_SIZE)
    n_frames = write_mp4(_frames(even, face, camera, fade, progress), target, rate=rate)
    return LossReport(
        path=target, n_frames=n_frames, left_out=(*_PICTURED, *kept_by(clip)), changed=changed
    )


def write_picture(
    clip: xr.Dataset,
    path: str | os.PathLike[str],
    *,
    face: Face,
    yaw: float = 0.0,
    fade: float | None = None,
) -> LossReport:
    """Write a clip of one moment as a PNG picture, a longer one as a sheet of moments from it.

    Parameters
    ----------
    clip : xarray.Dataset
        What was not observed is shown at rest, and the report says so.
    path : path
        Must end in ``.png``.
    face : Face
        Who is seen.
    yaw : float [rad]
        How far the camera is carried around the head, to the person's left.
    fade : float [1], optional
        Show the muscles, under a skin this clear: 0 closed, 1 gone.

    Returns
    -------
    report : LossReport

    Raises
    ------
    InputError
        Not a clip, another suffix, or a folder that cannot be written to.
    """
    from risorius.picture import contact_sheet, write_png

    target = _checked(clip, path, ".png")
    whole, changed = prepared(clip)
    left_out = [*_PICTURED, *kept_by(clip)]
    if clip.sizes["time"] == 1:
        image = next(_frames(whole, face, _camera(face, PICTURE_SIZE, yaw), fade, None))
        n_frames = 1
    else:
        n_frames = min(clip.sizes["time"], MOST_PICTURES)
        chosen = np.linspace(0, clip.sizes["time"] - 1, n_frames).round().astype(np.intp)
        some = whole.isel(time=chosen)
        labels = [f"{time:.2f} s" for time in some["time"].values]
        image = contact_sheet(
            list(_frames(some, face, _camera(face, SHEET_SIZE, yaw), fade, None)), labels
        )
        if n_frames < clip.sizes["time"]:
            left_out.append(f"all but {n_frames} moments; '.mp4' shows every one.")
    write_png(image, target)
    return LossReport(path=target, n_frames=n_frames, left_out=tuple(left_out), changed=changed)


_PICTURED = ("the numbers; a picture only shows what they do.",)


def _checked(clip: xr.Dataset, path: str | os.PathLike[str], suffix: str) -> Path:
    check_clip(clip)
    target = Path(path)
    if target.suffix.lower() != suffix:
        raise InputError(f"the file must end in {suffix!r}, not be called {target.name!r}.")
    return target


def _camera(face: Face, size: tuple[int, int], yaw: float = 0.0) -> Camera:
    from risorius.picture import front_camera, orbit

    camera = front_camera(face.head.vertices, width=size[0], height=size[1])
    return orbit(camera, yaw, 0.0)


def _frames(
    clip: xr.Dataset,
    face: Face,
    camera: Camera,
    fade: float | None,
    progress: Callable[[float], None] | None,
) -> Iterator[Image]:
    """Yield one picture per moment."""
    from risorius.face import deform_frames
    from risorius.picture import render

    n_frames = clip.sizes["time"]
    inside = repeat(None) if fade is None else _insides(clip, face)
    shapes = deform_frames(face, clip, level=1, chunk=16)
    for number, (shape, under) in enumerate(zip(shapes, inside, strict=False), start=1):
        yield render(face.head.topology, shape, camera, level=1, beneath=under, fade=fade or 0.0)
        if progress is not None:
            progress(number / n_frames)


def _insides(clip: xr.Dataset, face: Face) -> Iterator[Beneath]:
    """Yield what lies beneath the skin at every moment."""
    from risorius.export.rigid import head_motion
    from risorius.face import clip_pose
    from risorius.picture import beneath
    from risorius.skin.muscles import make_muscles

    muscles = make_muscles(face.head)
    poses = clip_pose(face, clip)
    head = head_motion(clip)
    for number, (activation, jaw, gaze) in enumerate(zip(*poses, strict=True)):
        moment = activation[None], jaw[None], gaze[None]
        shape = face.rig.deform(*moment, level=0, tone=face.tone)[0]
        found = beneath(muscles, shape, activation)
        if head is not None:
            found = found.moved(head.rotation[number], head.translation[number])
        yield found
