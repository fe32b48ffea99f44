"""A rig on disk: every array and number of it under its own name, and in what steps.

``docs/rig-format.md`` describes the file for readers in other languages.
"""

from __future__ import annotations

import os
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError
from risorius.head import load_topology
from risorius.skin.carry import LID_EASE, N_MORE, PROTRUSION, SHIFT, lid_gains
from risorius.skin.rig import Rig
from risorius.skin.shapes import BLOCK
from risorius.skin.store import read_arrays, write_arrays
from risorius.skin.tables import load_table

__all__ = ["RIG_VERSION", "load_rig", "pack", "save_rig"]

RIG_VERSION = 2

STEPS = 32767
STEPPED = (
    "mixing.share",
    "carrier.share",
    "carrier.lids.turn",
    "contact.bodies.upper.grid",
    "contact.bodies.lower.grid",
)
"""Arrays that are kept as 16-bit steps of their greatest value."""


def load_rig(path: str | os.PathLike[str]) -> Rig:
    """Read a rig.

    Raises
    ------
    InputError
        The file is missing, damaged, or of another version or head mesh.
    """
    meta, stored = read_arrays(path)
    version = meta.get("version")
    if version != RIG_VERSION:
        raise InputError(
            f"{path} is a rig of version {version}; this program reads version {RIG_VERSION}. "
            "Bake the face again with risorius bake."
        )
    try:
        for name, scale in meta["scales"].items():
            stored[name] = stored[name] * np.float32(scale)
        rig: Rig = _restored(Rig, "", meta["values"], stored)
        problem = _problem(rig)
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
        raise InputError(f"the rig {path} is damaged: {error!r}.") from error
    if problem:
        raise InputError(f"{path} does not fit this program: {problem}. Bake the face again.")
    return rig


def save_rig(rig: Rig, path: str | os.PathLike[str]) -> None:
    """Write a rig; see ``docs/rig-format.md``.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    meta, arrays = pack(rig)
    write_arrays(path, meta, arrays)


def pack(rig: Rig) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return header and arrays of a rig as they are stored."""
    values: dict[str, Any] = {}
    arrays: dict[str, NDArray[Any]] = {}
    _walk(rig, "", values, arrays)
    scales = {}
    for name in STEPPED:
        scales[name] = float(max(np.abs(arrays[name]).max(initial=0.0), 1e-9) / STEPS)
        arrays[name] = np.round(arrays[name] / scales[name]).astype(np.int16)
    table = load_table("drives")
    facts = {
        "block": BLOCK,
        "protrusion": PROTRUSION,
        "shift": SHIFT,
        "lid_ease": LID_EASE,
        "lid_gains": lid_gains(rig.channels).tolist(),
        "lid_motion": {name: _numbers(row) for name, row in table["lid_motion"].items()},
        "jaw": {name: _numbers(row) for name, row in table["jaw"].items() if "typ" in row},
    }
    meta = {
        "version": RIG_VERSION,
        "sides": ["left", "right"],
        "values": values,
        "scales": scales,
        "facts": facts,
    }
    return meta, arrays


def _numbers(row: dict[str, Any]) -> dict[str, float]:
    return {name: value for name, value in row.items() if isinstance(value, int | float)}


def _walk(thing: Any, path: str, values: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    """Note every array and every plain value of nested records under its path."""
    if isinstance(thing, np.ndarray):
        arrays[path] = thing
    elif is_dataclass(thing):
        for field in fields(thing):
            _walk(getattr(thing, field.name), _join(path, field.name), values, arrays)
    elif isinstance(thing, tuple) and not all(isinstance(item, str) for item in thing):
        for number, item in enumerate(thing):
            _walk(item, _join(path, str(number)), values, arrays)
    else:
        values[path] = list(thing) if isinstance(thing, tuple) else thing


def _restored(kind: Any, path: str, values: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Any:
    """Return the record of a kind that was noted under a path."""
    if is_dataclass(kind):
        parts = {
            name: _restored(hint, _join(path, name), values, arrays)
            for name, hint in _hints(cast("type", kind)).items()
        }
        return kind(**parts)  # type: ignore[operator]
    if get_origin(kind) is tuple and str not in get_args(kind):
        return tuple(
            _restored(part, _join(path, str(number)), values, arrays)
            for number, part in enumerate(get_args(kind))
        )
    if get_origin(kind) is tuple:
        return tuple(map(str, values[path]))
    if kind in (int, float, str):
        return kind(values[path])
    return arrays[path] if path in arrays else values[path]


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _problem(rig: Rig) -> str | None:
    """Say what would lead the compiled loops astray: they check no index."""
    n = load_topology().levels[0].n_vertices
    shapes, mixing = rig.shapes, rig.mixing
    n_shapes, cues = len(mixing.own) + mixing.share.shape[1], 4 * len(rig.channels) + N_MORE
    if len(rig.rest) != n or rig.n_shown != n or len(rig.carrier.share) != n:
        return "it is for another head mesh"
    if len(shapes.scale) != n_shapes or len(mixing.mixed) != len(mixing.share):
        return "its shapes and what calls for them do not match"
    if len(shapes.shape) != shapes.pointer[-1] or len(shapes.value) != shapes.pointer[-1]:
        return "its blocks do not add up"
    if shapes.value.shape[1] != 3 * BLOCK or len(shapes.pointer) != -(-n // BLOCK) + 1:
        return f"its blocks are not of {BLOCK} vertices"
    for array, low, high in (
        (shapes.shape, 0, n_shapes),
        (mixing.own, -1, cues),
        (mixing.mixed, -1, cues),
        (rig.hair, 0, n),
        (rig.root, 0, n),
        (rig.tongue_at, 0, n),
    ):
        if array.size and not low <= int(array.min()) <= int(array.max()) < high:
            return "an index is out of range"
    return None
