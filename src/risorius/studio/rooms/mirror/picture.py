"""Taking in a camera's picture from a stranger: plain samples, whose size is said and checked.

Nothing is packed: on one computer, packing and unpacking a picture takes longer than sending it.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError

__all__ = ["FORMS", "HEADER", "MOST_PIXELS", "Picture", "unpack"]

HEADER = struct.Struct("<dd4sHH")
"""Before the samples: number and time [s] of the picture, form, width and height [px]."""

FORMS = {
    "I420": ("COLOR_YUV2RGB_I420", 1.5),
    "NV12": ("COLOR_YUV2RGB_NV12", 1.5),
    "RGBX": ("COLOR_RGBA2RGB", 4.0),
}
"""How samples may lie, by the names of WebCodecs: what turns them, and bytes per pixel."""

MOST_PIXELS = 1280 * 720
"""A mirror needs no more."""


class Picture(NamedTuple):
    """A picture and where it stands among the others.

    Attributes
    ----------
    number : float
        As the browser counts; its answer bears it again.
    time : float [s]
        When it was taken.
    samples : (height, width, 3) uint8
        Red, green, blue.
    """

    number: float
    time: float
    samples: NDArray[np.uint8]


def unpack(data: bytes) -> Picture:
    """Return the picture in a message.

    Raises
    ------
    InputError
        None is there, or not all of it, or too large a one.

    Examples
    --------
    >>> grey = HEADER.pack(1, 0.5, b"I420", 4, 2) + bytes([128] * 12)
    >>> unpack(grey).samples.shape, unpack(grey).time
    ((2, 4, 3), 0.5)
    """
    import cv2

    if len(data) < HEADER.size:
        raise InputError("this is no picture: it ends within its header.")
    number, time, name, width, height = HEADER.unpack_from(data)
    form = name.decode("ascii", "replace")
    if form not in FORMS:
        raise InputError(f"this is no picture: {form!r} is none of {', '.join(FORMS)}.")
    if not 0 < width * height <= MOST_PIXELS:
        raise InputError(
            f"a picture of {width} x {height} is not taken: at most {MOST_PIXELS} pixels, "
            "640 x 480 is enough."
        )
    turn, size = FORMS[form]
    is_halved = size < 2
    if is_halved and (width % 2 or height % 2):
        raise InputError(f"{width} x {height}: {form} has even sides only.")
    if len(data) - HEADER.size != size * width * height:
        raise InputError(
            f"the picture is broken: {len(data) - HEADER.size} bytes for {width} x {height} {form}."
        )
    flat = np.frombuffer(data, np.uint8, offset=HEADER.size)
    rows = flat.reshape(-1, width) if is_halved else flat.reshape(height, width, 4)
    return Picture(number, time, np.asarray(cv2.cvtColor(rows, getattr(cv2, turn)), np.uint8))
