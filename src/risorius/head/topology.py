"""Assemble the head's topology from the data file and the parts that the package builds itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.head import eye, lash, teeth
from risorius.head.mesh import (
    Level,
    Topology,
    catmull_clark,
    finer_mirror,
    split_linear,
    triangulate,
)
from risorius.head.settle import LID_BACK, LIP_CONTACT
from risorius.head.store import HeadData

__all__ = ["MATERIALS", "PARTS", "head_data", "load_topology", "read_only", "stored_mirror"]

PARTS = (
    "skin",
    "eye_left",
    "eye_right",
    "teeth_upper",
    "teeth_lower",
    "tongue",
    "lashes_left",
    "lashes_right",
)
MATERIALS = ("skin", "lip", "mouth", "sclera", "iris", "pupil", "teeth", "gum", "tongue", "lash")
_STORED_PARTS = ("skin", "tongue")  # in the data file; the package builds the others itself
_DATA = Path(__file__).parent / "data" / "head.bin"
_Array = TypeVar("_Array", bound=NDArray[Any])


@cache
def head_data() -> HeadData:
    """Return the open data file."""
    return HeadData.open(_DATA)


@cache
def stored_mirror() -> NDArray[np.int64]:
    """Return the mirror map of the stored points: skin, tongue and the guides of the teeth."""
    return read_only(head_data()["mirror"].astype(np.int64))


@cache
def load_topology() -> Topology:
    """Return the topology that all heads share; the same object every time.

    Examples
    --------
    >>> topology = load_topology()
    >>> topology.levels[1].n_vertices == topology.subdivision.shape[0]
    True
    """
    data = head_data()
    coarse, source = _level_0(data)
    fine, subdivision = _level_1(coarse, data)
    subdivision.data.flags.writeable = False
    regions = {
        name: (data[f"region/{name}"] / np.float32(255)).astype(np.float32)
        for name in _named(data, "region")
    }
    loops = {name: data[f"loop/{name}"].astype(np.int32) for name in _named(data, "loop")}
    left_roots = lash.lash_roots(loops["lid_upper_left"], loops["lid_lower_left"])
    return Topology(
        levels=(coarse, fine),
        subdivision=subdivision,
        regions=MappingProxyType({name: read_only(mask) for name, mask in regions.items()}),
        loops=MappingProxyType({name: read_only(loop) for name, loop in loops.items()}),
        lash_roots=read_only(np.concatenate([left_roots, coarse.mirror[left_roots]])),
        source=read_only(source),
    )


def read_only(array: _Array) -> _Array:
    """Return `array` itself, locked."""
    array.flags.writeable = False
    return array


def _named(data: HeadData, kind: str) -> list[str]:
    return [name.removeprefix(f"{kind}/") for name in data if name.startswith(f"{kind}/")]


def _level_0(data: HeadData) -> tuple[Level, NDArray[np.int32]]:
    n_skin, n_stored = data["part_ends"].tolist()
    built = {name: _build_part(name) for name in PARTS if name not in _STORED_PARTS}
    sizes = {"skin": n_skin, "tongue": n_stored - n_skin}
    sizes |= {name: len(part.uv) for name, part in built.items()}
    starts = np.cumsum([0, *(sizes[name] for name in PARTS)])
    start = dict(zip(PARTS, starts.tolist(), strict=False))

    place = np.arange(n_stored)
    place[n_skin:] += start["tongue"] - n_skin
    stored_part = np.array([PARTS.index(name) for name in _STORED_PARTS], np.uint8)
    quads: list[NDArray[Any]] = [place[data["quads"]]]
    quad_uv: list[NDArray[Any]] = [data["quad_uv"].astype(np.int64)]
    quad_part, quad_material = [stored_part[data["quad_part"]]], [data["quad_material"]]
    uv: list[NDArray[Any]] = [data["uv"] / np.float32(65535)]
    mirror = np.empty(starts[-1], np.int64)
    mirror[place] = place[data["mirror"][:n_stored]]
    for name, part in built.items():
        quads.append(part.quads + start[name])
        quad_uv.append(part.quads + sum(map(len, uv)))
        uv.append(part.uv)
        quad_part.append(np.full(len(part.quads), PARTS.index(name), np.uint8))
        quad_material.append(part.material)
        own = np.arange(sizes[name])
        mirror[start[name] + own] = start[part.mirror_part] + own[part.mirror]
    source = np.full(starts[-1], -1, np.int32)
    source[place] = data["hm08"][:n_stored]
    level = _make_level(
        starts,
        np.concatenate(quads),
        np.concatenate(uv),
        np.concatenate(quad_uv),
        np.concatenate(quad_part),
        np.concatenate(quad_material),
        mirror,
    )
    return level, source


class _BuiltPart(NamedTuple):
    """Mesh of a part that the package builds itself, in vertices of its own."""

    quads: NDArray[np.int32]
    uv: NDArray[np.float32]
    material: NDArray[np.uint8]
    mirror_part: str
    mirror: NDArray[np.int64] | slice


def _build_part(name: str) -> _BuiltPart:
    kind, which = name.split("_")
    if kind == "teeth":
        quads, uv, gum = teeth.arch_faces(jaw=which)
        material = np.where(gum, MATERIALS.index("gum"), MATERIALS.index("teeth"))
        return _BuiltPart(quads, uv, material.astype(np.uint8), name, teeth.arch_mirror())
    other = f"{kind}_{'right' if which == 'left' else 'left'}"
    if kind == "eye":
        quads, uv, own = eye.globe_faces(side=which)
        codes = np.array([MATERIALS.index(material) for material in eye.EYE_MATERIALS], np.uint8)
        return _BuiltPart(quads, uv, codes[own], other, slice(None))
    quads, uv = lash.lash_faces(side=which)
    material = np.full(len(quads), MATERIALS.index("lash"), np.uint8)
    return _BuiltPart(quads, uv, material, other, slice(None))


def _level_1(coarse: Level, data: HeadData) -> tuple[Level, sparse.csr_matrix]:
    part_of_quad = coarse.triangle_part[::2]
    material_of_quad = coarse.triangle_material[::2]
    fixed = ~np.isin(part_of_quad, [PARTS.index(name) for name in _STORED_PARTS])
    soft_quads, soft_uv = coarse.quads[~fixed], coarse.quad_uv[~fixed]
    n_uv = len(data["uv"])
    smoothing, finer = catmull_clark(soft_quads, coarse.n_vertices, creases=_creases(data, coarse))
    finer_uv, finer_quad_uv = split_linear(soft_uv, coarse.uv[:n_uv])

    # catmull_clark leaves the built parts as they are; its rows become one run per part.
    first_column = smoothing.indices[smoothing.indptr[:-1]]
    starts = np.array([coarse.parts[name].start for name in PARTS])
    part_of_row = np.searchsorted(starts, first_column, side="right") - 1
    order = np.argsort(part_of_row, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    mirror = np.empty_like(order)
    mirror[place] = place[finer_mirror(soft_quads, coarse.mirror)]
    level = _make_level(
        np.concatenate([[0], np.cumsum(np.bincount(part_of_row))]),
        np.concatenate([place[finer], place[coarse.quads[fixed]]]),
        np.concatenate([finer_uv, coarse.uv[n_uv:]]),
        np.concatenate([finer_quad_uv, coarse.quad_uv[fixed] + (len(finer_uv) - n_uv)]),
        np.concatenate([np.repeat(part_of_quad[~fixed], 4), part_of_quad[fixed]]),
        np.concatenate([np.repeat(material_of_quad[~fixed], 4), material_of_quad[fixed]]),
        mirror,
    )
    return level, smoothing[order]


def _creases(data: HeadData, coarse: Level) -> NDArray[np.int32]:
    # The lines where lids meet the globe and lip meets lip stay where they were put.
    lid, lip = data["ring/eye"][LID_BACK], data["ring/mouth"][LIP_CONTACT]
    loops = [lid, coarse.mirror[lid], lip]
    return np.concatenate([np.stack([loop, np.roll(loop, -1)], axis=1) for loop in loops])


def _make_level(
    starts: NDArray[Any],
    quads: NDArray[Any],
    uv: NDArray[np.float32],
    quad_uv: NDArray[Any],
    quad_part: NDArray[np.uint8],
    quad_material: NDArray[np.uint8],
    mirror: NDArray[Any],
) -> Level:
    order = np.argsort(quad_part, kind="stable")
    quads, quad_uv = quads[order].astype(np.int32), quad_uv[order].astype(np.int32)
    parts: Mapping[str, slice] = {
        name: slice(int(starts[number]), int(starts[number + 1]))
        for number, name in enumerate(PARTS)
    }
    return Level(
        n_vertices=int(starts[-1]),
        quads=read_only(quads),
        triangles=read_only(triangulate(quads)),
        uv=read_only(uv),
        quad_uv=read_only(quad_uv),
        triangle_uv=read_only(triangulate(quad_uv)),
        parts=MappingProxyType(parts),
        part_names=PARTS,
        triangle_part=read_only(np.repeat(quad_part[order], 2)),
        material_names=MATERIALS,
        triangle_material=read_only(np.repeat(quad_material[order], 2)),
        mirror=read_only(mirror.astype(np.int32)),
    )
