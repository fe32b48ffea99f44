"""Taking in a JPEG from a stranger: its size is known before anything is made room for."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError

__all__ = ["MOST_PIXELS", "decode"]

MOST_PIXELS = 1920 * 1080
"""A mirror needs no more; a small file can announce a picture that fills the memory."""

# Start of frame; the other codes of this range are tables and not pictures.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def decode(data: bytes) -> NDArray[np.uint8]:
    """Return the picture in a JPEG.

    Returns
    -------
    picture : (height, width, 3) uint8
        Blue, green, red.

    Raises
    ------
    InputError
        No JPEG, or too large a picture.
    """
    import cv2

    width, height = _size(data)
    if not 0 < width * height <= MOST_PIXELS:
        raise InputError(
            f"a picture of {width} x {height} is too large: at most {MOST_PIXELS} pixels, "
            "640 x 480 is enough."
        )
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise InputError("the picture is broken: it begins as a JPEG but cannot be read.")
    return np.asarray(picture, np.uint8)


def _size(data: bytes) -> tuple[int, int]:
    """Return width and height as the header of a JPEG says."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 <= len(data) and data[at] == 0xFF:
        code, length = data[at + 1], int(struct.unpack_from(">H", data, at + 2)[0])
        if code in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return int(width), int(height)
        at += 2 + length
    raise InputError("this is no picture: a mirror takes JPEG.")
