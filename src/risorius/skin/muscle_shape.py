"""From a muscle's fibres to a closed body: where each vertex lies against the fibres.

Bundles that lie side by side make a band. A grid runs along its fibres and across them; a body is
that grid given a thickness along the skin's normal and a rounded edge. Where a vertex lies is a
fixed linear rule of the fibres' points, so that a body follows them into every pose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from risorius.anatomy import load_atlas

__all__ = ["Band", "Build", "load_builds", "make_band", "split_bands"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

STATION = {"strand": 4.0, "sheet": 4.0, "ring": 3.0, "lip": 3.0}
"""Distance between two rows of a body along its fibres [mm], ..."""
STATIONS = (8, 48)
"""... but no fewer or more rows than these."""
COLUMN = 3.4
COLUMNS = {"strand": (6, 8), "sheet": (9, 17), "ring": (7, 9), "lip": (7, 9)}
"""Distance between columns [mm] and how many there may be."""
ROUNDED = {"strand": 2.0, "sheet": 6.0, "ring": 4.0, "lip": 3.0}
"""Power of the cross-section's outline: 2 is an ellipse, more is flatter with rounder edges."""
RAMP = 0.35
"""Share of the length over which the end grows into the belly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How one channel's body is made; see ``data/muscles.yaml``."""

    form: str
    thickness: float
    ends: tuple[str, str]
    tendon: tuple[float, float]
    thin: tuple[float, float]
    outward: float
    cover: float
    lift: float
    reach: float
    meets: bool
    edge: tuple[float, float] | None
    bands: tuple[int, ...] | str


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A closed body along a band of fibres.

    Attributes
    ----------
    points, tangent : (n_grid, n_control)
        Rules that give the grid, and its direction along the fibres, from the fibres' points.
    grid : (n,) int32
        The place in the grid that each vertex belongs to.
    aside : (n,) [mm]
        How far a vertex lies beyond its place, across the fibres.
    half : (n,) [mm]
        How far it lies toward the skin, for a body that is centred on its fibres.
    along : (n,) [1]
        Place between origin and insertion.
    across : (n,) [mm]
        Place across the fibres.
    sinew : (n,) [1]
        1 in the tendon, 0 in the belly.
    triangles : (m, 3) int32
    shape : (rows, columns)
        Of the grid.
    length : float [mm]
    """

    points: Floats
    tangent: Floats
    grid: Ints
    aside: Floats
    half: Floats
    along: Floats
    across: Floats
    sinew: Floats
    triangles: Ints
    shape: tuple[int, int]
    length: float


@cache
def load_builds() -> Mapping[str, Build]:
    """Return how the body of every channel with fibres is made.

    Examples
    --------
    >>> load_builds()["zygomaticus_major"].ends
    ('skull', 'skin')
    """
    text = files("risorius.skin").joinpath("data/muscles.yaml").read_text(encoding="utf-8")
    document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return MappingProxyType({row["channel"]: _build(row) for row in document["muscles"]})


def _build(row: dict[str, Any]) -> Build:
    bands = row.get("bands", ())
    measured = load_atlas().muscle(row["channel"].partition(".")[0]).thickness
    return Build(
        form=row["form"],
        thickness=float(row["mm"] if measured is None else measured.value),
        ends=tuple(row["ends"]),
        tendon=tuple(row["tendon"]),
        thin=tuple(row["thin"]),
        outward=float(row.get("outward", 0.5)),
        cover=float(row.get("cover", 1.1)),
        lift=float(row.get("lift", 0.0)),
        reach=float(row.get("reach", 0.0)),
        meets=bool(row.get("meets", False)),
        edge=tuple(row["edge"]) if "edge" in row else None,
        bands=bands if isinstance(bands, str) else tuple(bands),
    )


def split_bands(build: Build, n_fibres: int) -> list[list[int]]:
    """Return the numbers of the fibres of each band, side by side.

    In a ring, a fibre and its fellow of the other lid make one course; they are listed together,
    the upper ones first.

    Examples
    --------
    >>> split_bands(load_builds()["levator_labii_superioris_alaeque_nasi"], 3)
    [[0], [1, 2]]
    """
    if isinstance(build.bands, str):
        return [[number] for number in range(n_fibres)]
    counts = build.bands or (n_fibres,)
    edges = np.cumsum([0, *counts])
    return [list(range(a, b)) for a, b in pairwise(edges)]


def make_band(courses: Sequence[Floats], build: Build, size: float) -> Band:
    """Return the body of a band.

    Parameters
    ----------
    courses : sequence of (k, 3) [mm]
        The fibres of the band side by side, origin first.
    build : Build
    size : float [1]
        Of the head; thickness goes with it.
    """
    if build.form == "ring":
        half = len(courses) // 2
        lines = [np.concatenate([courses[i], courses[i + half][::-1]]) for i in range(half)]
        sizes = [len(course) for course in courses]
        starts = np.cumsum([0, *sizes])
        numbers = [
            np.concatenate(
                [
                    np.arange(starts[i], starts[i + 1]),
                    np.arange(starts[i + half], starts[i + half + 1])[::-1],
                ]
            )
            for i in range(half)
        ]
    else:
        lines, starts = list(courses), np.cumsum([0, *(len(course) for course in courses)])
        numbers = [np.arange(a, b) for a, b in pairwise(starts)]
    n_control = int(starts[-1])
    length = float(np.mean([_length(line) for line in lines]))
    rows = int(np.clip(round(length / (STATION[build.form] * size)) + 1, *STATIONS))
    place = np.linspace(0, 1, rows)
    course = place * (1 + build.reach * size / length)
    rules = [
        _along(line, number, course, n_control) for line, number in zip(lines, numbers, strict=True)
    ]
    middle = [rule[0] @ np.concatenate(courses) for rule in rules]
    gaps = [float(np.linalg.norm(a - b, axis=1).mean()) for a, b in pairwise(middle)]
    thick = build.thickness * size
    if build.edge is not None:
        edges = build.edge[0] * size, build.edge[1] * size
    else:
        gap = float(np.mean(gaps)) if gaps else 3.2 * size
        edge = max(min(0.5 * gap, 4.0 * size), 0.45 * thick, size)
        edges = edge, edge
    width = sum(gaps) + sum(edges)
    columns = int(np.clip(round(width / (COLUMN * size)) + 1, *COLUMNS[build.form]))
    # Columns crowd at the rounded edges.
    turn = np.linspace(-np.pi / 2, np.pi / 2, columns)
    spread = np.sin(turn)
    u = spread if build.form == "strand" else 0.5 * (spread + turn / (np.pi / 2))
    mix = _across(np.array([0.0, *np.cumsum(gaps)]), u)
    points = np.einsum("uf,frk->ruk", mix, np.stack([rule[0] for rule in rules]))
    tangent = np.einsum("uf,frk->ruk", mix, np.stack([rule[1] for rule in rules]))

    profile = _profile(place, build.thin)
    rim = (1 - np.abs(u) ** ROUNDED[build.form]) ** 0.5
    half_thick = 0.5 * thick * profile[:, None] * rim
    narrow = np.sqrt(profile) if build.form != "sheet" else np.ones(rows)
    beyond = narrow[:, None] * np.where(u < 0, edges[0], edges[1]) * u
    number = np.arange(rows * columns).reshape(rows, columns)
    inner = number[:, 1:-1]
    grid = np.concatenate([number.ravel(), inner.ravel()]).astype(np.int32)
    sign = np.concatenate([np.ones(rows * columns), -np.ones(inner.size)])
    along = np.repeat(place, columns)[grid]
    across = np.tile(0.5 * width * u, rows)[grid]
    return Band(
        points=points.reshape(-1, n_control),
        tangent=tangent.reshape(-1, n_control),
        grid=grid,
        aside=beyond.ravel()[grid],
        half=half_thick.ravel()[grid] * sign,
        along=along,
        across=across,
        sinew=_sinew(along, build.tendon),
        triangles=_faces(rows, columns),
        shape=(rows, columns),
        length=length,
    )


def _length(line: Floats) -> float:
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def _along(
    line: Floats, number: NDArray[np.intp], place: Floats, n_control: int
) -> tuple[Floats, Floats]:
    """Return rules (row, control) for points and directions evenly along a smooth line."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    # Where the two halves of a ring meet, two points are one.
    apart = np.concatenate([[True], steps > 1e-3])
    knots = np.concatenate([[0.0], np.cumsum(steps)])[apart]
    spline = CubicSpline(knots / knots[-1], np.eye(int(apart.sum())), bc_type="natural")
    point, direction = np.zeros((2, len(place), n_control))
    inside = np.minimum(place, 1.0)
    slope = spline(inside, 1)
    point[:, number[apart]] = spline(inside) + (place - inside)[:, None] * slope
    direction[:, number[apart]] = slope
    return point, direction


def _across(knots: Floats, u: Floats) -> Floats:
    """Return weights (column, fibre) between the outermost fibres."""
    if len(knots) == 1:
        return np.ones((len(u), 1))
    at = 0.5 * (u + 1) * knots[-1]
    if len(knots) == 2:
        return np.stack([1 - at / knots[-1], at / knots[-1]], axis=1)
    spline = CubicSpline(knots, np.eye(len(knots)), bc_type="natural")
    return np.asarray(spline(at))


def _profile(place: Floats, thin: tuple[float, float]) -> Floats:
    """Return the thickness along the fibres against that of the belly."""
    first = thin[0] + (1 - thin[0]) * _rise(place / RAMP)
    last = thin[1] + (1 - thin[1]) * _rise((1 - place) / RAMP)
    return np.asarray(first * last)


def _sinew(along: Floats, tendon: tuple[float, float]) -> Floats:
    first = _rise((1.3 * tendon[0] - along) / max(0.6 * tendon[0], 1e-6)) if tendon[0] else 0.0
    last = _rise((along - 1 + 1.3 * tendon[1]) / max(0.6 * tendon[1], 1e-6)) if tendon[1] else 0.0
    return np.asarray(np.maximum(first, last) * np.ones_like(along))


def _rise(x: Floats) -> Floats:
    part = np.clip(x, 0, 1)
    return np.asarray(part * part * (3 - 2 * part))


def _faces(rows: int, columns: int) -> Ints:
    """Return the triangles of a closed body: outer face, inner face and both ends."""
    outer = np.arange(rows * columns).reshape(rows, columns)
    inner = outer.copy()
    inner[:, 1:-1] = rows * columns + np.arange(rows * (columns - 2)).reshape(rows, -1)
    quads = []
    for face, turn in ((outer, 1), (inner, -1)):
        a, b, c, d = face[:-1, :-1], face[:-1, 1:], face[1:, 1:], face[1:, :-1]
        quads.append(np.stack([a, b, c, d][::turn], axis=-1).reshape(-1, 4))
    for row, turn in ((0, -1), (rows - 1, 1)):
        a, b, c, d = outer[row, :-1], outer[row, 1:], inner[row, 1:], inner[row, :-1]
        quads.append(np.stack([a, b, c, d][::turn], axis=-1))
    faces = np.concatenate(quads)[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    # At the edges of the ends two corners are one.
    kept = (
        (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    )
    return np.asarray(faces[kept], dtype=np.int32)
