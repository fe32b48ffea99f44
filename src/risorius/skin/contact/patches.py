"""The two sides of a slit, mouth or eye, as orderly grids of vertices at both levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from risorius.head.settle import LID_BACK
from risorius.head.topology import head_data, load_topology

__all__ = ["Patch", "eye_patches", "mouth_patches"]

Ints = NDArray[np.int32]

LIP_ROWS = slice(0, 9)
"""Rows of the mouth's rings, from the wet inside to the border of the red."""
LID_ROWS = slice(LID_BACK, LID_BACK + 3)
"""Rows of the eye's rings: back edge of the margin, front edge, and the first of the skin."""


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """One side of a slit.

    Attributes
    ----------
    grid : (columns, rows) int32
        Vertices, from one corner to the other, and from inside to outside.
    """

    grid: Ints


@cache
def mouth_patches(level: int) -> tuple[Patch, Patch]:
    """Return the facing sides of upper and lower lip, columns from the right corner to the left.

    Examples
    --------
    >>> [patch.grid.shape for patch in mouth_patches(0)]
    [(25, 9), (15, 9)]
    """
    upper_steps = len(head_data()["loop/lip_upper"]) - 1
    return _halves(head_data()["ring/mouth"][LIP_ROWS], upper_steps, level)


@cache
def eye_patches(side: str, level: int) -> tuple[Patch, Patch]:
    """Return the facing sides of upper and lower lid, columns from the inner corner to the outer.

    Examples
    --------
    >>> [patch.grid.shape for patch in eye_patches("left", 0)]
    [(14, 3), (16, 3)]
    """
    upper_steps = len(head_data()["loop/lid_upper_left"]) - 1
    rings = head_data()["ring/eye"][LID_ROWS].astype(np.int64)
    turned = load_topology().mirror[rings] if side == "right" else rings
    return _halves(turned, upper_steps, level)


def _halves(rings: NDArray[np.integer], upper_steps: int, level: int) -> tuple[Patch, Patch]:
    """Cut closed rings (rows, columns) at column 0 and `upper_steps`."""
    n = rings.shape[1]
    upper = np.arange(upper_steps + 1)
    lower = np.append(0, np.arange(n - 1, upper_steps - 1, -1))
    halves = []
    for columns in (upper, lower):
        grid = np.ascontiguousarray(rings[:, columns].T, dtype=np.int32)
        if level == 1:
            grid = _finer(grid)
        grid.flags.writeable = False
        halves.append(Patch(grid))
    return halves[0], halves[1]


def _finer(grid: Ints) -> Ints:
    """Return the level-1 vertices of a grid of level-0 ones, edges and middles between them."""
    edge, middle = _finer_vertices()
    out = np.empty((2 * grid.shape[0] - 1, 2 * grid.shape[1] - 1), np.int32)
    out[::2, ::2] = grid
    for (c, r), here in np.ndenumerate(grid):
        if c + 1 < len(grid):
            out[2 * c + 1, 2 * r] = edge[_pair(here, grid[c + 1, r])]
        if r + 1 < grid.shape[1]:
            out[2 * c, 2 * r + 1] = edge[_pair(here, grid[c, r + 1])]
        if c + 1 < len(grid) and r + 1 < grid.shape[1]:
            quad = frozenset(int(v) for v in grid[c : c + 2, r : r + 2].ravel())
            out[2 * c + 1, 2 * r + 1] = middle[quad]
    return out


def _pair(a: np.integer, b: np.integer) -> tuple[int, int]:
    return (int(a), int(b)) if a < b else (int(b), int(a))


@cache
def _finer_vertices() -> tuple[dict[tuple[int, int], int], dict[frozenset[int], int]]:
    """Return the level-1 vertex of every edge and every quad round mouth and eyes."""
    coarse, fine = load_topology().levels
    near = np.zeros(coarse.n_vertices, bool)
    eye = head_data()["ring/eye"].astype(np.int64)
    near[head_data()["ring/mouth"].astype(np.int64)] = True
    near[eye] = near[coarse.mirror[eye]] = True
    edge: dict[tuple[int, int], int] = {}
    middle: dict[frozenset[int], int] = {}
    for q in np.flatnonzero(near[coarse.quads].all(axis=1)):
        corners = coarse.quads[q]
        parts = fine.quads[4 * q : 4 * q + 4]  # the k-th at the k-th corner, starting there
        middle[frozenset(corners.tolist())] = int(parts[0, 2])
        for k in range(4):
            edge[_pair(corners[k], corners[(k + 1) % 4])] = int(parts[k, 1])
    return edge, middle
