"""One verb for all formats: the suffix says which."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from risorius.clip import check_clip, save_clip
from risorius.errors import InputError, did_you_mean
from risorius.export.film import write_film, write_picture
from risorius.export.glb import write_glb
from risorius.export.report import LossReport
from risorius.export.table import write_table

if TYPE_CHECKING:
    import xarray as xr

    from risorius.face import Face

__all__ = ["SUFFIXES", "write_clip"]

SUFFIXES = {
    ".nc": "the clip itself",
    ".csv": "a table",
    ".glb": "a moving head for 3D programs",
    ".mp4": "a film",
    ".png": "a picture",
}


def write_clip(
    clip: xr.Dataset,
    path: str | os.PathLike[str],
    *,
    face: Face | None = None,
    fade: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> LossReport:
    """Write a clip in the format that the suffix names.

    Parameters
    ----------
    clip : xarray.Dataset
    path : path
        Ends in one of `SUFFIXES`: ``.nc``, ``.csv``, ``.glb``, ``.mp4``, ``.png``.
    face : Face, optional
        Who moves, where a face is shown; the default face if none is given.
    fade : float [1], optional
        Show the muscles too, under a skin this clear: 0 closed, 1 gone. Where a face is shown only.
    progress : callable, optional
        Called with the share that is done, 0..1, by formats that take a while.

    Returns
    -------
    report : LossReport
        What of the clip did not come through.

    Raises
    ------
    InputError
        Not a clip, an unknown suffix, or a folder that cannot be written to.

    Examples
    --------
    >>> import tempfile, risorius
    >>> clip = risorius.new_clip([0.0, 0.5], {"risorius": [0.0, 1.0]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = write_clip(clip, Path(folder, "pull.csv"))
    >>> report.n_frames, report.left_out
    (2, ())
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        allowed = ", ".join(f"{name} ({what})" for name, what in SUFFIXES.items())
        hint = did_you_mean(suffix, SUFFIXES)
        raise InputError(
            f"cannot write {target.name!r}: unknown suffix {suffix!r}. "
            f"{hint + ' ' if hint else ''}Allowed: {allowed}."
        )
    check_clip(clip)
    if fade is not None and suffix in (".nc", ".csv"):
        raise InputError(f"{target.name!r} shows no muscles: take '.png', '.glb' or '.mp4'.")
    if suffix == ".nc":
        return LossReport(path=save_clip(clip, target), n_frames=clip.sizes["time"])
    if suffix == ".csv":
        return write_table(clip, target)
    if face is None:
        from risorius.face import load_face

        face = load_face()
    if suffix == ".mp4":
        return write_film(clip, target, face=face, fade=fade, progress=progress)
    if suffix == ".png":
        return write_picture(clip, target, face=face, fade=fade)
    return write_glb(clip, target, face=face, fade=fade, progress=progress)
