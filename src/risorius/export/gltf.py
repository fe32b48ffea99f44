"""The container: a glTF 2.0 document under construction, and its binary form GLB.

Knows accessors, buffers and chunks, and nothing of faces. Only what this project writes is here:
one embedded buffer, dense and sparse accessors, no extensions.

References
----------
Khronos Group, glTF 2.0 specification, ISO/IEC 12113:2022.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Document"]

_COMPONENT = {
    np.dtype(np.uint8): 5121,
    np.dtype(np.uint16): 5123,
    np.dtype(np.uint32): 5125,
    np.dtype(np.float32): 5126,
}
_SHAPE = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
_ARRAY_BUFFER, _ELEMENT_ARRAY_BUFFER = 34962, 34963
_MAGIC, _JSON_CHUNK, _BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942


class Document:
    """A glTF document that grows by `add`, and its buffer.

    Examples
    --------
    >>> document = Document(generator="an example")
    >>> document.accessor(np.zeros((3, 3), np.float32), bounds=True)
    0
    >>> document.to_glb()[:4]
    b'glTF'
    """

    def __init__(self, *, generator: str) -> None:
        self._top: dict[str, Any] = {"asset": {"version": "2.0", "generator": generator}}
        self._buffer = bytearray()

    def add(self, kind: str, **entry: Any) -> int:
        """Append an entry to one of the top-level lists and return its index.

        Parameters
        ----------
        kind : str
            The list: ``nodes``, ``meshes``, ``materials``, ``animations``, ...
        **entry
            Its properties; those that are ``None`` are left out.
        """
        entries = self._top.setdefault(kind, [])
        entries.append({name: value for name, value in entry.items() if value is not None})
        return len(entries) - 1

    def update(self, kind: str, index: int, **entry: Any) -> None:
        """Set properties of an entry that was added before."""
        self._top[kind][index].update(entry)

    def set_scene(self, roots: list[int]) -> None:
        """Make these nodes the one scene that is shown."""
        self._top["scene"] = self.add("scenes", nodes=roots)

    def accessor(
        self,
        values: NDArray[Any],
        *,
        bounds: bool = False,
        normalized: bool = False,
        vertex_data: bool = False,
        indices: bool = False,
    ) -> int:
        """Store an array and return the index of its accessor.

        Parameters
        ----------
        values : (n,) or (n, 2..4)
            float32, uint8, uint16 or uint32, stored as they are.
        bounds : bool
            Write ``min`` and ``max``, which glTF demands for positions and times.
        normalized : bool
            Integers stand for 0..1.
        vertex_data, indices : bool
            What a graphics card will use the data for.
        """
        target = _ARRAY_BUFFER if vertex_data else _ELEMENT_ARRAY_BUFFER if indices else None
        return self.add(
            "accessors",
            bufferView=self._view(values, target=target),
            normalized=True if normalized else None,
            **_described(values, bounds=bounds),
        )

    def sparse_accessor(
        self, rows: NDArray[np.int64], values: NDArray[np.float32], *, count: int
    ) -> int:
        """Store a float array that is zero but for some rows; always with bounds.

        Parameters
        ----------
        rows : (k,) increasing
            May be empty: an accessor of zeros, which takes no room.
        values : (k, 3)
        count : int
            Number of rows in all.
        """
        low = np.minimum(values.min(axis=0, initial=0.0), 0.0)
        high = np.maximum(values.max(axis=0, initial=0.0), 0.0)
        if len(rows) == count:
            low, high = values.min(axis=0), values.max(axis=0)
        entry: dict[str, Any] = {
            "componentType": _COMPONENT[values.dtype],
            "count": count,
            "type": _SHAPE[values.shape[1]],
            "min": low.tolist(),
            "max": high.tolist(),
        }
        if len(rows):
            kind = np.uint16 if count <= 0xFFFF else np.uint32
            places = rows.astype(kind)
            entry["sparse"] = {
                "count": len(rows),
                "indices": {
                    "bufferView": self._view(places),
                    "componentType": _COMPONENT[places.dtype],
                },
                "values": {"bufferView": self._view(values)},
            }
        return self.add("accessors", **entry)

    def image(self, png: bytes, *, name: str) -> int:
        """Embed a PNG and return the index of the image."""
        view = self._view(np.frombuffer(png, dtype=np.uint8))
        return self.add("images", bufferView=view, mimeType="image/png", name=name)

    def to_glb(self) -> bytes:
        """Return the document as one GLB file."""
        text = json.dumps(
            {**self._top, "buffers": [{"byteLength": len(self._buffer)}]},
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,
        ).encode()
        text += b" " * (-len(text) % 4)
        binary = bytes(self._buffer) + b"\0" * (-len(self._buffer) % 4)
        chunks = (
            struct.pack("<II", len(text), _JSON_CHUNK)
            + text
            + struct.pack("<II", len(binary), _BINARY_CHUNK)
            + binary
        )
        return struct.pack("<III", _MAGIC, 2, 12 + len(chunks)) + chunks

    def _view(self, values: NDArray[Any], *, target: int | None = None) -> int:
        self._buffer += b"\0" * (-len(self._buffer) % 4)
        offset = len(self._buffer)
        self._buffer += np.ascontiguousarray(values).tobytes()
        return self.add(
            "bufferViews",
            buffer=0,
            byteOffset=offset,
            byteLength=len(self._buffer) - offset,
            target=target,
        )


def _described(values: NDArray[Any], *, bounds: bool) -> dict[str, Any]:
    width = 1 if values.ndim == 1 else values.shape[1]
    entry: dict[str, Any] = {
        "componentType": _COMPONENT[values.dtype],
        "count": len(values),
        "type": _SHAPE[width],
    }
    if bounds:
        rows = values.reshape(len(values), width)
        entry["min"], entry["max"] = rows.min(axis=0).tolist(), rows.max(axis=0).tolist()
    return entry
