"""Still pictures on disk."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError
from risorius.files import replacing

__all__ = ["as_image", "write_png"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB = 2
_UP = 2


def as_image(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``image`` if it is (height, width, 3) uint8, else raise InputError.

    Examples
    --------
    >>> as_image(np.zeros((2, 3, 3), np.uint8)).shape
    (2, 3, 3)
    """
    array = np.asarray(image)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3 or not array.size:
        raise InputError(
            f"a picture is (height, width, 3) uint8, not {array.shape} {array.dtype.name}"
        )
    return array


def write_png(image: NDArray[np.uint8], path: str | os.PathLike[str]) -> None:
    """Write a picture as PNG; the same picture gives the same bytes.

    Parameters
    ----------
    image : (height, width, 3) uint8
        sRGB.
    path : path
        Must end in ``.png``. It appears only when it is whole.

    Raises
    ------
    InputError
        The image or the suffix is not right, or the place cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_png(np.zeros((2, 2, 3), np.uint8), Path(folder, "black.png"))
    ...     Path(folder, "black.png").read_bytes()[1:4]
    b'PNG'
    """
    target = Path(path)
    if target.suffix.lower() != ".png":
        raise InputError(f"a picture is written as .png, not {target.suffix or target.name!r}")
    pixels = as_image(image)
    height, width, _ = pixels.shape
    # Each row holds its difference to the row above, which packs far better than the colours.
    rows = pixels.reshape(height, width * 3)
    lines = np.empty((height, width * 3 + 1), np.uint8)
    lines[:, 0] = _UP
    lines[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=lines[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, _RGB, 0, 0, 0)
    with replacing(target) as beside:
        beside.write_bytes(
            _SIGNATURE
            + _chunk(b"IHDR", header)
            + _chunk(b"sRGB", b"\0")
            + _chunk(b"IDAT", zlib.compress(lines.tobytes(), 6))
            + _chunk(b"IEND", b"")
        )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )
