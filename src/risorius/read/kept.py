"""The default face's basis, kept in the cache so that reading need not load a head and its rig."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from risorius.files import cache_folder, replacing
from risorius.read.basis import Basis
from risorius.read.drives import Reach

__all__ = ["data_key", "default_basis"]

# All that the basis is made from, by room.
_MADE_FROM = {
    "head": ("data",),
    "skin": ("data",),
    "read": ("basis.py", "drives.py", "points.py", "data"),
}


@lru_cache(maxsize=1)
def default_basis() -> Basis:
    """Return how the muscles of the default face move the tracker's points.

    Measured once after every change of the head or its rig; then it comes from the cache.
    """
    path = Path(cache_folder(), "read", f"basis-{data_key(_MADE_FROM)}.npz")
    with suppress(OSError, ValueError, KeyError), np.load(path) as stored:
        return _unpack(dict(stored))
    from risorius.face import load_face
    from risorius.read.basis import measure_basis

    basis = measure_basis(load_face())
    # A cache that cannot be written to costs time, nothing else.
    with suppress(OSError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside, beside.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **_pack(basis))
    return basis


def data_key(made_from: Mapping[str, tuple[str, ...]]) -> str:
    """Return a name that changes with the files of the rooms given, folders taken whole."""
    mark = hashlib.blake2b(digest_size=16)
    for room, names in made_from.items():
        for name in names:
            entry = files("risorius").joinpath(room, name)
            members = sorted(entry.iterdir(), key=lambda e: e.name) if entry.is_dir() else [entry]
            for member in members:
                if member.is_file():
                    mark.update(member.read_bytes())
    return mark.hexdigest()


def _pack(basis: Basis) -> dict[str, np.ndarray]:
    arrays = {
        field.name: np.asarray(getattr(basis, field.name))
        for field in dataclasses.fields(basis)
        if field.name != "reach"
    }
    arrays["reach"] = np.array(dataclasses.astuple(basis.reach))
    # A hundredth of a millimetre is far below what a tracker sees.
    return arrays | {name: arrays[name].astype(np.float32) for name in ("linear", "square")}


def _unpack(arrays: dict[str, np.ndarray]) -> Basis:
    columns = tuple((str(channel), str(side)) for channel, side in arrays.pop("columns"))
    reach = Reach(*arrays.pop("reach").tolist())
    return Basis(columns=columns, reach=reach, **{k: v.astype(float) for k, v in arrays.items()})
