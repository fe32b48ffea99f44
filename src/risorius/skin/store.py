"""The rig's file: a line, a JSON header, then plain little-endian arrays, each deflated.

``docs/rig-format.md`` describes it for readers in other languages.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError
from risorius.files import replacing

__all__ = ["pack_arrays", "read_arrays", "write_arrays"]

MAGIC = b"RISORIUS RIG\n\x00\x00\x00"
LEVEL = 7
"""Of deflating: the highest makes a rig a hundredth smaller in eight times the time."""
_SIZES = struct.Struct("<II")


def write_arrays(
    path: str | os.PathLike[str], meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write `arrays` and `meta`; equal contents give equal bytes.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    content = pack_arrays(MAGIC, meta, arrays)
    with replacing(path) as beside:
        beside.write_bytes(content)


def pack_arrays(magic: bytes, meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the bytes of a container that opens with the 16 bytes of `magic`."""
    index, blocks, start = {}, [], 0
    for name, array in arrays.items():
        little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
        # Low bytes first, then high bytes: what changes little is deflated better by itself.
        planes = np.frombuffer(little.tobytes(), np.uint8).reshape(-1, little.itemsize).T
        block = zlib.compress(planes.tobytes(), LEVEL)
        index[name] = {
            "type": little.dtype.str[1:],
            "shape": list(array.shape),
            "start": start,
            "length": len(block),
        }
        blocks.append(block)
        start += len(block)
    header = json.dumps({**meta, "arrays": index}, separators=(",", ":")).encode()
    body = b"".join([header, *blocks])
    return magic + _SIZES.pack(len(header), zlib.crc32(body)) + body


def read_arrays(
    path: str | os.PathLike[str],
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the header without its index, and the arrays, read-only.

    Raises
    ------
    InputError
        The file is missing, no rig, or damaged.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the rig {path}: {error.strerror}.") from error
    start = len(MAGIC) + _SIZES.size
    if not content.startswith(MAGIC) or len(content) < start:
        raise InputError(f"{path} is not a rig.")
    length, check = _SIZES.unpack_from(content, len(MAGIC))
    body = memoryview(content)[start:]
    if content[start - 4 :].startswith(b'{"version":1,'):
        raise InputError(f"{path} is a rig of version 1. Bake the face again with risorius bake.")
    if zlib.crc32(body) != check:
        raise InputError(f"the rig {path} is damaged: its checksum is not that of its content.")
    try:
        meta: dict[str, Any] = json.loads(bytes(body[:length]))
        arrays = {}
        for name, entry in meta.pop("arrays").items():
            kind = np.dtype("<" + entry["type"])
            begin = length + entry["start"]
            planes = zlib.decompress(body[begin : begin + entry["length"]])
            array = np.empty(entry["shape"], kind)
            places = array.reshape(-1).view(np.uint8).reshape(-1, kind.itemsize)
            # Byte by byte, which is much quicker than one transposition.
            for number, plane in enumerate(
                np.frombuffer(planes, np.uint8).reshape(kind.itemsize, -1)
            ):
                places[:, number] = plane
            array.flags.writeable = False
            arrays[name] = array
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
        raise InputError(f"the rig {path} is damaged: {error}.") from error
    return meta, arrays
