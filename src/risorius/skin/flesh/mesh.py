"""The flesh as a mesh: three node sheets under the skin, and tetrahedra between them.

Every vertex of the level-0 skin heads a column of three nodes: on the skin, under the firm outer
layer, and on the bone or in the middle between two walls. Where flesh has two walls (lip, cheek,
nose, ear) the columns of both end where the greatest ball between the walls has its centre, so that
they meet and do not overlap; :func:`ties` joins them there. Quads stand on quads; each such block
is cut into five tetrahedra in both of the two possible ways at half weight, so that a symmetric
head has symmetric flesh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.head.attachments import skin_normals
from risorius.head.depth import tissue_depth

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["SHEETS", "Columns", "Elements", "lip_sides", "make_columns", "make_elements", "ties"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHEETS = 3
THIN = 0.3
"""No column is shorter [mm]."""
FILL = 0.9
"""Part of the way to the middle between two walls that a column takes."""
OUTER = 2.0
"""Greatest thickness of the firm outer layer [mm]."""
SLIVER = 0.2
"""Least height of a tetrahedron over its largest face [mm]."""
LIP_REACH = 30.0
"""How far from the line of the lips flesh belongs to one of them [mm]."""
STEEPEST = 0.7
"""Greatest difference of length between neighbouring columns, per distance."""

# One of the two ways to cut a block into five; the other is its mirror image. Corners 0-3 lie on
# the upper quad, 4-7 under them.
_CUTS = np.array(
    [
        *([0, 5, 2, 7], [0, 1, 2, 5], [2, 3, 0, 7], [4, 5, 0, 7], [6, 7, 2, 5]),
        *([1, 6, 3, 4], [1, 2, 3, 6], [3, 0, 1, 4], [5, 6, 1, 4], [7, 4, 3, 6]),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The flesh under each vertex of the level-0 skin.

    Attributes
    ----------
    nodes : (3 n_skin, 3) [mm]
        Sheet by sheet, the skin first.
    normals : (n_skin, 3)
    depth : (n_skin,) [mm]
    on_bone : (n_skin,) bool
        The column ends on bone, not in the middle of the flesh.
    opposite : (n_skin,) int64
        The vertex on the other wall that the ball under this one touches.
    """

    nodes: Floats
    normals: Floats
    depth: Floats
    on_bone: NDArray[np.bool_]
    opposite: Ints

    @property
    def n(self) -> int:
        """Number of columns."""
        return len(self.depth)


@dataclass(frozen=True, slots=True, eq=False)
class Elements:
    """Tetrahedra.

    Attributes
    ----------
    corners : (m, 4) int32
    gradients : (m, 4, 3) [1/mm]
        Of each corner's hat function at rest.
    volume : (m,) [mm3]
        Times the weight of its way to cut, so that they add up to the flesh.
    outer : (m,) bool
        In the firm outer layer.
    """

    corners: NDArray[np.int32]
    gradients: Floats
    volume: Floats
    outer: NDArray[np.bool_]


def make_columns(head: Head) -> Columns:
    """Return the columns of a head.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> columns = make_columns(load_head())
    >>> columns.nodes.shape == (3 * columns.n, 3)
    True
    """
    skin = head.topology.parts["skin"]
    points, normals = head.vertices[skin], skin_normals(head)
    radius, opposite = _balls(points, normals)
    regions = head.topology.regions
    measured = tissue_depth(head)
    inner = np.maximum(regions["mouth_bag"], regions["eye_socket"]) > 0.5
    walls = inner | (regions["ear"] > 0.5) | (regions["nostril"] > 0.5)
    lips = np.maximum(regions["lip_upper"], regions["lip_lower"]) > 0.5
    to_wall = _nearest(points, inner)
    # tissue_depth stops short of an inner wall: what it cuts off did not reach the bone.
    on_bone = ~walls & ~lips & (measured < 0.79 * to_wall) & (measured < FILL * radius)
    # The mesh has no mandible between chin and floor of the mouth: flesh ends on bone there too.
    on_bone |= ~walls & (np.maximum(regions["chin"], regions["jaw"]) > 0.5)
    depth = np.where(on_bone, np.minimum(measured, FILL * radius), np.minimum(FILL * radius, 14.0))
    quads = _skin_quads(head)
    depth = _gentle(points, quads, np.maximum(depth, THIN))
    for _ in range(30):
        nodes = _stack(points, normals, depth)
        bad = _overturned(nodes, quads, len(points))
        if not bad.any():
            break
        depth = np.where(bad, np.maximum(0.75 * depth, 0.05), depth)
    return Columns(_stack(points, normals, depth), normals, depth, on_bone, opposite)


def make_elements(columns: Columns, quads: NDArray[np.int32], kept: NDArray[np.bool_]) -> Elements:
    """Return the tetrahedra under the quads (k, 4) that have all corners in `kept` (n_skin,)."""
    quads = quads[kept[quads].all(axis=1)].astype(np.int64)
    n = columns.n
    blocks = _blocks(np.asarray(quads, np.int64), n)
    share = _shares(columns.nodes, blocks)
    corners = blocks[:, _CUTS].reshape(-1, 4)
    outer = np.repeat(np.arange(len(blocks)) < len(quads), len(_CUTS))
    share = np.repeat(share, len(_CUTS) // 2, axis=1).ravel()
    x = columns.nodes[corners]
    edges = np.stack([x[:, k] - x[:, 3] for k in range(3)], axis=2)
    six = np.linalg.det(edges)
    area = np.stack(
        [
            np.linalg.norm(np.cross(x[:, b] - x[:, a], x[:, c] - x[:, a]), axis=1)
            for a, b, c in ((1, 2, 3), (0, 2, 3), (0, 1, 3), (0, 1, 2))
        ]
    ).max(axis=0)
    # Slivers say nothing about the flesh and stiffen the system without end.
    sound = (six > area * SLIVER) & (share > 0)
    edges, corners, outer = edges[sound], corners[sound], outer[sound]
    inverse = np.linalg.inv(edges)
    gradients = np.concatenate([inverse, -inverse.sum(axis=1, keepdims=True)], axis=1)
    return Elements(
        np.ascontiguousarray(corners.astype(np.int32)),
        np.ascontiguousarray(gradients),
        (share * six)[sound] / 6,
        outer,
    )


def lip_sides(head: Head) -> NDArray[np.int8]:
    """Return 1 for skin of the upper lip, -1 for the lower, 0 beyond the corners, (n_skin,)."""
    from scipy.sparse.csgraph import dijkstra

    topology = head.topology
    points, quads = head.vertices[topology.parts["skin"]], _skin_quads(head)
    ends = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    length = np.linalg.norm(points[ends[:, 0]] - points[ends[:, 1]], axis=1)
    pair = np.sort(ends, axis=1)
    pair, first = np.unique(pair, axis=0, return_index=True)
    size = 2 * (len(points),)
    graph = sparse.csr_matrix((length[first], (pair[:, 0], pair[:, 1])), shape=size)
    upper, lower = (
        dijkstra(graph, directed=False, indices=line[1:-1], min_only=True, limit=LIP_REACH)
        for line in (topology.loops["lip_upper"], topology.loops["lip_lower"])
    )
    corner = np.abs(points[topology.loops["mouth_corners"], 0]).min()
    within = np.minimum(upper, lower) < LIP_REACH
    within &= np.abs(points[:, 0]) < corner
    return np.where(within, np.where(upper < lower, 1, -1), 0).astype(np.int8)


def ties(columns: Columns, sides: NDArray[np.int8], *, reach: float = 1.6) -> sparse.csr_matrix:
    """Return rows (r, 3 n_skin) that vanish where columns of opposite walls end at one place.

    A row takes the end of a column in the flesh and the weighted mean of the ends from the other
    wall around it. Columns of opposite `sides` (n_skin,) have no flesh between them.
    """
    from scipy.spatial import cKDTree

    n = columns.n
    ends, free = columns.nodes[2 * n :], ~columns.on_bone
    own = np.flatnonzero(free)
    tree = cKDTree(ends[own])
    radius = np.clip(reach * columns.depth[own] + 1.0, 1.5, 8.0)
    found = tree.query_ball_point(ends[own], radius, return_sorted=True)
    rows, cols, weights = [], [], []
    for row, (v, near) in enumerate(zip(own, found, strict=True)):
        other = own[np.asarray(near, dtype=np.int64)]
        facing = -(columns.normals[other] @ columns.normals[v])
        # Flesh lies between two walls only if each is on the inner side of the other: the lips
        # touch each other with their outer sides.
        inward = (columns.nodes[other] - columns.nodes[v]) @ -columns.normals[v]
        weight = np.clip(facing - 0.2, 0, None) * (inward > 0.5 * columns.depth[v])
        weight *= sides[other] * sides[v] >= 0
        away = ((ends[other] - ends[v]) ** 2).sum(axis=1)
        weight *= np.exp(-away / (2 * (0.4 * radius[row]) ** 2))
        if weight.sum() < 1e-3:
            continue
        weight /= weight.sum()
        strong = weight > 0.01
        rows += [v] * (1 + strong.sum())
        cols += [v, *other[strong]]
        weights += [1.0, *(-weight[strong] / weight[strong].sum())]
    matrix = sparse.csr_matrix((weights, (rows, np.array(cols) + 2 * n)), shape=(n, SHEETS * n))
    return sparse.csr_matrix(matrix)


def _stack(points: Floats, normals: Floats, depth: Floats) -> Floats:
    first = np.minimum(0.45 * depth, OUTER)
    return np.concatenate(
        [points, points - first[:, None] * normals, points - depth[:, None] * normals]
    )


def _skin_quads(head: Head) -> Ints:
    quads = head.topology.levels[0].quads
    return np.asarray(quads[(quads < head.topology.parts["skin"].stop).all(axis=1)], np.int64)


def _balls(points: Floats, normals: Floats) -> tuple[Floats, Ints]:
    """Greatest ball under each point that holds no other point: radius [mm], point it touches."""
    n = len(points)
    radius, opposite = np.empty(n), np.empty(n, dtype=np.int64)
    for start in range(0, n, 256):
        block = slice(start, min(start + 256, n))
        inward = points[block] @ -normals[block].T
        depth = -(normals[block] @ points.T) - np.diag(inward)[:, None]
        square = (
            (points[block] ** 2).sum(axis=1)[:, None]
            - 2 * points[block] @ points.T
            + (points**2).sum(axis=1)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            ball = np.where(depth > 1e-4, square / (2 * depth), np.inf)
        ball[np.arange(block.stop - start), np.arange(start, block.stop)] = np.inf
        radius[block], opposite[block] = ball.min(axis=1), ball.argmin(axis=1)
    return np.minimum(radius, 60.0), opposite


def _nearest(points: Floats, wall: NDArray[np.bool_]) -> Floats:
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(points[wall]).query(points)[0])


def _gentle(points: Floats, quads: Ints, depth: Floats) -> Floats:
    """Shorten columns until none is much longer than its neighbours."""
    ends = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    step = STEEPEST * np.linalg.norm(points[ends[:, 0]] - points[ends[:, 1]], axis=1)
    depth = depth.copy()
    for _ in range(50):
        before = depth.copy()
        np.minimum.at(depth, ends[:, 0], before[ends[:, 1]] + step)
        np.minimum.at(depth, ends[:, 1], before[ends[:, 0]] + step)
        if (depth == before).all():
            break
    return depth


def _blocks(quads: Ints, n: int) -> Ints:
    """Blocks (2 k, 8) under quads (k, 4): the outer layer, then the inner."""
    return np.concatenate(
        [np.concatenate([quads + k * n, quads + (k + 1) * n], axis=1) for k in range(SHEETS - 1)]
    )


def _shares(nodes: Floats, blocks: Ints) -> Floats:
    """Weight of either way to cut a block, (k, 2): a bent block bears only one, or none."""
    x = nodes[blocks[:, _CUTS]]
    a, b, c = (x[:, :, k] - x[:, :, 3] for k in range(3))
    six = np.einsum("qtx,qtx->qt", np.cross(a, b), c).reshape(len(blocks), 2, -1)
    valid = (six > 0).all(axis=2).astype(np.float64)
    return np.asarray(valid / np.maximum(valid.sum(axis=1, keepdims=True), 1))


def _overturned(nodes: Floats, quads: Ints, n: int) -> NDArray[np.bool_]:
    """Columns at a block that cannot be cut without turning a piece inside out, (n,)."""
    blocks = _blocks(quads, n)
    turned = _shares(nodes, blocks).sum(axis=1) == 0
    bad = np.zeros(SHEETS * n, dtype=bool)
    bad[blocks[turned].ravel()] = True
    return np.asarray(bad.reshape(SHEETS, n).any(axis=0))
