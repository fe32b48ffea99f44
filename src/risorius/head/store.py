"""The container of the head data: named arrays in one file, the same bytes for the same arrays.

Layout: the magic word, the length of the index as little-endian uint32, the index as JSON, then the
members one after another, each a zlib stream of a little-endian C-ordered array. Members are
decoded one by one on demand, so that a plain face does not pay for targets it does not use.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risorius.errors import RisoriusError

__all__ = ["HeadData", "pack"]

_MAGIC = b"RISOHEAD"
_INDEX_LENGTH = struct.Struct("<I")


def pack(members: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the container's bytes; equal members in equal order give equal bytes.

    Parameters
    ----------
    members : mapping of str to array
        Integer or floating arrays; names may be paths such as ``"detail/nose-hump"``.

    Examples
    --------
    >>> data = HeadData(pack({"a": np.arange(3, dtype="<i2")}))
    >>> data["a"]
    array([0, 1, 2], dtype=int16)
    """
    index, streams, start = [], [], 0
    for name, array in members.items():
        little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
        stream = zlib.compress(_byte_planes(little), 9)
        index.append([name, little.dtype.str, list(little.shape), start, len(stream)])
        streams.append(stream)
        start += len(stream)
    head = json.dumps(index, separators=(",", ":")).encode()
    return b"".join([_MAGIC, _INDEX_LENGTH.pack(len(head)), head, *streams])


class HeadData(Mapping[str, NDArray[Any]]):
    """Read-only view of a container; a member is decoded each time it is asked for.

    Parameters
    ----------
    content : bytes
        What :func:`pack` returned.

    Raises
    ------
    RisoriusError
        If the bytes are not such a container.
    """

    def __init__(self, content: bytes) -> None:
        start = len(_MAGIC) + _INDEX_LENGTH.size
        if not content.startswith(_MAGIC) or len(content) < start:
            raise RisoriusError("the head data is not a Risorius head file; reinstall the package")
        (length,) = _INDEX_LENGTH.unpack_from(content, len(_MAGIC))
        self._content = content
        self._body = start + length
        self._index = {entry[0]: entry[1:] for entry in json.loads(content[start : self._body])}

    @classmethod
    def open(cls, path: Path) -> HeadData:
        """Read a container file whole."""
        return cls(path.read_bytes())

    def __getitem__(self, name: str) -> NDArray[Any]:
        dtype, shape, start, length = self._index[name]
        begin = self._body + start
        try:
            planes = zlib.decompress(self._content[begin : begin + length])
        except zlib.error as error:
            raise RisoriusError(f"the head data is damaged at {name!r}: {error}") from error
        size = np.dtype(dtype).itemsize
        raw = np.frombuffer(planes, np.uint8).reshape(size, -1).T
        array: NDArray[Any] = np.ascontiguousarray(raw).view(dtype).reshape(shape)
        array.flags.writeable = False
        return array

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)


def _byte_planes(array: NDArray[Any]) -> bytes:
    # High and low bytes apart: the high bytes of small numbers are runs that zlib likes.
    return array.reshape(-1, 1).view(np.uint8).reshape(-1, array.dtype.itemsize).T.tobytes()
