"""From a video, an image or a camera to a clip, in one call."""

from __future__ import annotations

import ctypes
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np

from risorius.errors import InputError, RisoriusError
from risorius.read.smooth import smooth_track
from risorius.read.track import Track, track_video

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = ["read_video"]

_TRACKING = 0.95  # share of the work that is tracking


def read_video(
    source: str | os.PathLike[str] | int,
    *,
    neutral: str | os.PathLike[str] | None = None,
    seconds: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> Clip:
    """Read the muscles of the face in a video, an image or a camera.

    Parameters
    ----------
    source : path or int
        A video or image file, or the number of a camera.
    neutral : str or path, optional
        The person's face at rest: frames ``"120:150"`` of this video, or an image of the same
        person. Found in the video when not given.
    seconds : float [s], optional
        Stop there; a camera otherwise runs until it is interrupted.
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    clip : xarray.Dataset
        Activations of all muscles that a camera can see (NaN for the others and where no face was
        seen), jaw, gaze, head pose, confidence, events; what was found about the video is in its
        attributes. Gaze and the place of the head count from the neutral face and the median.

    Raises
    ------
    InputError
        The source cannot be read or shows no face; the neutral face cannot be had.
    """
    from risorius.read.fit import find_neutral, fit_track
    from risorius.read.identify import fit_identity
    from risorius.read.kept import default_basis
    from risorius.read.neutral import frame_range

    name = f"camera {source}" if isinstance(source, int) else Path(source).name
    rest = None if neutral is None else _given_neutral(neutral)

    # What the fit will need loads while the tracker works.
    Thread(target=_warm_up, daemon=True).start()

    def tracked(done: int, announced: int | None) -> None:
        if progress is not None and announced:
            progress(min(_TRACKING, _TRACKING * done / announced))

    track = smooth_track(track_video(source, seconds=seconds, progress=tracked))
    _give_memory_back()
    if isinstance(rest, Track):
        own = find_neutral(rest, default_basis(), frames=slice(0, len(rest.time)))
    else:
        frames = None if rest is None else frame_range(rest, len(track.time))
        own = find_neutral(track, default_basis(), frames=frames, source=name)
    clip = fit_track(track, own, source=name)
    likeness = fit_identity(own.shape)
    clip = clip.assign_attrs(
        identity=json.dumps({"detail": dict(likeness.detail)}),
        identity_distance_mm=round(likeness.after, 2),
    )
    if progress is not None:
        progress(1.0)
    return clip


def _warm_up() -> None:
    import xarray  # noqa: F401

    from risorius.read.kept import default_basis
    from risorius.read.kernels import descend

    # What is wrong with the data is said when it is used.
    with suppress(RisoriusError, OSError):
        default_basis()
    none = np.zeros(1)
    descend(np.eye(1), none, none, none.copy(), none, np.ones(1), 1e-3, 1)


def _given_neutral(neutral: str | os.PathLike[str]) -> str | Track:
    """Return a frame range as it is, or the track of an image; before the long work begins."""
    from risorius.read.fit import seen_frames

    if re.fullmatch(r"\d+:\d+", str(neutral)):
        return str(neutral)
    if not Path(neutral).is_file():
        raise InputError(
            f"neutral {str(neutral)!r} is neither frames such as '120:150' nor an image file."
        )
    track = track_video(neutral)
    seen_frames(track, f"the neutral picture {Path(neutral).name}")
    return track


def _give_memory_back() -> None:
    """Return what the networks held to the system before the solve needs room of its own.

    The C library of Linux otherwise keeps it, some 10 MB, in the pools of threads that have ended.
    """
    with suppress(OSError, AttributeError, TypeError):  # elsewhere there is no such call
        ctypes.CDLL(None).malloc_trim(0)
