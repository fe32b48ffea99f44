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

__all__ = ["read_arrays", "write_arrays"]

MAGIC = b"RISORIUS RIG\n\x00\x00\x00"
_LENGTH = struct.Struct("<I")


def write_arrays(
    path: str | os.PathLike[str], meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write `arrays` and `meta`; equal contents give equal bytes.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    index, blocks, start = {}, [], 0
    for name, array in arrays.items():
        little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
        block = zlib.compress(little.tobytes(), 9)
        index[name] = {
            "type": little.dtype.str[1:],
            "shape": list(little.shape),
            "start": start,
            "length": len(block),
        }
        blocks.append(block)
        start += len(block)
    header = json.dumps({**meta, "arrays": index}, separators=(",", ":")).encode()
    content = b"".join([MAGIC, _LENGTH.pack(len(header)), header, *blocks])
    with replacing(path) as beside:
        beside.write_bytes(content)


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
    body = len(MAGIC) + _LENGTH.size
    if not content.startswith(MAGIC) or len(content) < body:
        raise InputError(f"{path} is not a rig.")
    try:
        (length,) = _LENGTH.unpack_from(content, len(MAGIC))
        meta: dict[str, Any] = json.loads(content[body : body + length])
        arrays = {}
        for name, entry in meta.pop("arrays").items():
            begin = body + length + entry["start"]
            raw = zlib.decompress(content[begin : begin + entry["length"]])
            # The bytes are immutable, so the array is read-only.
            arrays[name] = np.frombuffer(raw, "<" + entry["type"]).reshape(entry["shape"])
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise InputError(f"the rig {path} is damaged: {error}.") from error
    return meta, arrays
