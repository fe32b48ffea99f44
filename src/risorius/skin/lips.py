"""Lips that meet: where they touch, and which skin gives way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

if TYPE_CHECKING:
    from risorius.head import Head
    from risorius.skin.shell import Sheet

__all__ = ["Lips", "make_lips"]

Singles = NDArray[np.float32]

GIVE = 7.0
"""How far from the line of contact the lips give way [mm]."""


@dataclass(frozen=True, slots=True, eq=False)
class Lips:
    """The line along which the lips touch, as samples from the right corner to the left.

    Attributes
    ----------
    upper : (k,) int32
        Vertex of the upper lip at each sample.
    lower : (k, 2) int32
        Vertices of the lower lip around the place that it touches.
    lower_weight : (k,) float32
        Of the second of them.
    gap : (k,) float32 [mm]
        Height of the upper over the lower lip at rest.
    vertex : (m,) int32
        Vertices that give way.
    place : (m,) float32
        Sample that each goes with, with a fraction between two.
    give : (m,) float32
        Part of an overlap by which each moves, upper lip positive (up), lower lip negative.
    """

    upper: NDArray[np.int32]
    lower: NDArray[np.int32]
    lower_weight: Singles
    gap: Singles
    vertex: NDArray[np.int32]
    place: Singles
    give: Singles


def make_lips(head: Head, sheet: Sheet) -> Lips:
    """Return how the lips of a head meet."""
    from scipy.sparse.csgraph import dijkstra

    upper, lower = head.topology.loops["lip_upper"], head.topology.loops["lip_lower"]
    points = head.vertices[head.topology.parts["skin"]]
    beside = np.clip(
        np.searchsorted(points[lower, 0], points[upper, 0], side="right"), 1, len(lower) - 1
    )
    pair = np.stack([lower[beside - 1], lower[beside]], axis=1)
    span = points[pair[:, 1], 0] - points[pair[:, 0], 0]
    weight = np.clip((points[upper, 0] - points[pair[:, 0], 0]) / np.maximum(span, 1e-6), 0, 1)
    below = (1 - weight) * points[pair[:, 0], 1] + weight * points[pair[:, 1], 1]

    ends = np.concatenate([sheet.triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    length = np.linalg.norm(points[ends[:, 0]] - points[ends[:, 1]], axis=1)
    ends, first = np.unique(np.sort(ends, axis=1), axis=0, return_index=True)
    graph = sparse.csr_matrix((length[first], (ends[:, 0], ends[:, 1])), shape=2 * (len(points),))
    # The corners belong to both lips: distances along the skin start from the others.
    away = np.stack(
        [
            dijkstra(graph, directed=False, indices=line[1:-1], min_only=True, limit=3 * GIVE)
            for line in (upper, lower)
        ]
    )
    side = np.where(away[0] < away[1], 0.5, -0.5)
    give = np.where(np.isfinite(away.min(axis=0)), np.exp(-((away.min(axis=0) / GIVE) ** 2)), 0.0)
    give[[upper[0], upper[-1]]] = 0.0
    vertex = np.flatnonzero(give > 0.02)
    place = np.interp(points[vertex, 0], points[upper, 0], np.arange(len(upper)))
    return Lips(
        upper.astype(np.int32),
        pair.astype(np.int32),
        weight.astype(np.float32),
        (points[upper, 1] - below).astype(np.float32),
        vertex.astype(np.int32),
        place.astype(np.float32),
        (give * side)[vertex].astype(np.float32),
    )
