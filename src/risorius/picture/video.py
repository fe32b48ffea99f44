"""Moving pictures on disk."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError
from risorius.files import replacing
from risorius.picture.png import as_image

__all__ = ["write_mp4"]


def write_mp4(
    frames: Iterable[NDArray[np.uint8]],
    path: str | os.PathLike[str],
    *,
    rate: float,
    quality: int = 18,
) -> int:
    """Write pictures as an H.264 film that any browser plays.

    Frames are taken one at a time, so a generator of any length needs the memory of a few.
    A film has even sides: an odd last column or row is doubled.

    Parameters
    ----------
    frames : iterable of (height, width, 3) uint8
        sRGB, all of one size.
    path : path
        Must end in ``.mp4``. It appears only when it is whole.
    rate : float [1/s]
        Frames per second.
    quality : int
        The encoder's constant rate factor, 0 (lossless) to 51; smaller is better and larger on
        disk.

    Returns
    -------
    count : int
        Frames written.

    Raises
    ------
    InputError
        No frame, frames of different size, a rate or suffix that will not do, or a place that
        cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_mp4([np.zeros((16, 16, 3), np.uint8)] * 3, Path(folder, "a.mp4"), rate=30)
    3
    """
    import av

    target = Path(path)
    if target.suffix.lower() != ".mp4":
        raise InputError(f"a film is written as .mp4, not {target.suffix or target.name!r}")
    if not (math.isfinite(rate) and 0 < rate <= 1000):
        raise InputError(f"a film has more than 0 and at most 1000 frames per second, not {rate:g}")
    if not 0 <= quality <= 51:
        raise InputError(f"quality is 0 (best) to 51, not {quality}")
    exact = Fraction(rate).limit_denominator(1001)
    count = 0
    size: tuple[int, ...] = ()
    with replacing(target) as beside:
        with av.open(str(beside), "w", format="mp4", options={"movflags": "+faststart"}) as film:
            for number, frame in enumerate(frames):
                pixels = as_image(frame)
                if not number:
                    size = pixels.shape
                    stream = film.add_stream("libx264", rate=exact)
                    stream.height, stream.width = (side + side % 2 for side in size[:2])
                    stream.pix_fmt = "yuv420p"
                    stream.options = {"crf": str(quality), "preset": "veryfast"}
                    stream.time_base = 1 / exact
                elif pixels.shape != size:
                    raise InputError(f"frame {number} is {pixels.shape}, the first is {size}")
                odd = [(0, side % 2) for side in size[:2]]
                picture = av.VideoFrame.from_ndarray(
                    np.pad(pixels, [*odd, (0, 0)], mode="edge") if any(map(any, odd)) else pixels,
                    format="rgb24",
                )
                picture.pts = number
                film.mux(stream.encode(picture))
                count += 1
            if count:
                film.mux(stream.encode(None))
        if not count:
            raise InputError("a film needs at least one frame")
    return count
