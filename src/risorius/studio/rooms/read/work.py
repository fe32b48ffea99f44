"""What is done in a process of its own: reading a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from risorius.errors import InputError

__all__ = ["SUFFIXES", "read_upload"]

SUFFIXES = (
    *(".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".ogv"),
    *(".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"),
)
"""What may be uploaded."""


def read_upload(
    source: Path,
    target: Path,
    progress: Callable[[float], None],
    *,
    neutral: str | None,
    seconds: float,
) -> None:
    """Read a file and save what was found.

    Raises
    ------
    InputError
        It cannot be read or shows no face.
    """
    from risorius.clip import save_clip
    from risorius.read import read_video

    try:
        clip = read_video(source, neutral=neutral, seconds=seconds, progress=progress)
    except InputError as error:
        # Where it lies for now is nothing that somebody can look up.
        raise InputError(str(error).replace(str(source), repr(source.name))) from error
    save_clip(clip, target)
