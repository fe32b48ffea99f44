"""Topology of the head: parts, faces, texture coordinates, mirror map and the finer level.

The topology is one and the same for every identity: only vertex positions differ. Level 0 is what
the tissue is solved on, level 1 (one Catmull-Clark step) is what is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

__all__ = ["Level", "Topology", "catmull_clark", "finer_mirror", "split_linear", "triangulate"]

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Faces and texture coordinates at one resolution.

    Attributes
    ----------
    n_vertices : int
    quads : (n, 4) int32
        Vertex indices, counter-clockwise seen from outside.
    triangles : (2 n, 3) int32
        Triangles ``2 q`` and ``2 q + 1`` are the halves of quad ``q``.
    uv : (n_uv, 2) float32 [1]
        Texture coordinates, v upwards. Eyes: the pupil's middle is at (0.5, 0.5), see ``eye.py``.
    quad_uv : (n, 4) int32
    triangle_uv : (2 n, 3) int32
        Index into `uv` for every corner.
    parts : mapping of str to slice
        Vertex range of every part.
    part_names : tuple of str
        Names that `triangle_part` points into.
    triangle_part : (2 n,) uint8
    material_names : tuple of str
        Names that `triangle_material` points into.
    triangle_material : (2 n,) uint8
        What a triangle is made of: skin, lip, mouth, sclera, iris, pupil, teeth, gum, tongue, lash.
    mirror : (n_vertices,) int32
        The vertex on the other side; a vertex of the midline is its own mirror.
    """

    n_vertices: int
    quads: Ints
    triangles: Ints
    uv: NDArray[np.float32]
    quad_uv: Ints
    triangle_uv: Ints
    parts: Mapping[str, slice]
    part_names: tuple[str, ...]
    triangle_part: NDArray[np.uint8]
    material_names: tuple[str, ...]
    triangle_material: NDArray[np.uint8]
    mirror: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Topology:
    """What every head shares.

    Attributes
    ----------
    levels : (Level, Level)
        Level 0 and level 1.
    subdivision : (n1, n0) csr_matrix float32
        ``level_1_vertices = subdivision @ level_0_vertices``; each row sums to 1. The first rows
        of a part are its level-0 vertices in their order, then one per edge, then one per quad;
        eyes, teeth and lashes are unchanged.
    regions : mapping of str to (n_skin,) float32
        Smooth masks 0..1 over the level-0 skin vertices.
    loops : mapping of str to (k,) int32
        Ordered level-0 vertex lines along lid margins, lip margins and the border of the lips.
    lash_roots : (n_lashes,) int32
        The lid-margin vertex that each vertex of the lashes, left then right, goes with.
    source : (n0,) int32
        Number of the same vertex in the MakeHuman hm08 base mesh; -1 for eyes, teeth and lashes,
        which are the package's own.
    """

    levels: tuple[Level, Level]
    subdivision: sparse.csr_matrix
    regions: Mapping[str, NDArray[np.float32]]
    loops: Mapping[str, Ints]
    lash_roots: Ints
    source: Ints

    @property
    def parts(self) -> Mapping[str, slice]:
        """Vertex range of every part at level 0."""
        return self.levels[0].parts

    @property
    def mirror(self) -> Ints:
        """Mirror map of level 0."""
        return self.levels[0].mirror

    def refine(self, vertices: NDArray[Any]) -> NDArray[Any]:
        """Return level-1 positions of level-0 `vertices`, (n0, 3) or (t, n0, 3)."""
        if vertices.ndim == 2:
            return np.asarray(self.subdivision @ vertices)
        return np.stack([self.subdivision @ frame for frame in vertices])

    def refined_regions(self) -> Mapping[str, NDArray[np.float32]]:
        """Return the region masks over the level-1 skin vertices."""
        skin0, skin1 = self.levels[0].parts["skin"], self.levels[1].parts["skin"]
        matrix = self.subdivision[skin1, skin0]
        return MappingProxyType({name: matrix @ mask for name, mask in self.regions.items()})


def triangulate(quads: Ints) -> Ints:
    """Return two triangles per quad, in order.

    Examples
    --------
    >>> triangulate(np.array([[0, 1, 2, 3]], np.int32)).tolist()
    [[0, 1, 2], [0, 2, 3]]
    """
    return np.ascontiguousarray(quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3))


def catmull_clark(
    quads: Ints, n_vertices: int, *, creases: Ints | None = None
) -> tuple[sparse.csr_matrix, Ints]:
    """Return the matrix of one Catmull-Clark step and the four-times-as-many finer quads.

    Border edges are cut at their middle and border vertices follow the cubic curve of the border
    alone, so an open rim keeps its line. Creases behave like borders. A vertex where such lines
    cross or end stays where it is.

    Parameters
    ----------
    quads : (n, 4) int32
    n_vertices : int
    creases : (m, 2) int32, optional
        Inner edges to keep sharp.

    Returns
    -------
    matrix : (n_vertices + n_edges + n, n_vertices) csr_matrix float32
        Rows: vertices, edges, faces.
    finer : (4 n, 4) int32
        Quads ``4 q .. 4 q + 3`` lie in quad ``q``, the k-th at its k-th corner and starting there.

    References
    ----------
    Catmull and Clark 1978, Computer-Aided Design 10(6).

    Examples
    --------
    >>> matrix, finer = catmull_clark(np.array([[0, 1, 2, 3]], np.int32), 4)
    >>> matrix.shape, finer.shape
    ((9, 4), (4, 4))
    """
    ends, edge_of, faces_per_edge = _edges(quads, n_vertices)
    n_edges, n_faces = len(ends), len(quads)
    face_point = _rows(quads, np.full(4, 0.25), n_vertices)
    middle = _rows(ends, np.full(2, 0.5), n_vertices)
    edge_to_face = sparse.csr_matrix(
        (np.ones(4 * n_faces), (edge_of.ravel(), np.repeat(np.arange(n_faces), 4))),
        shape=(n_edges, n_faces),
    )
    border = faces_per_edge == 1
    if creases is not None:
        border |= np.isin(_edge_keys(ends, n_vertices), _edge_keys(creases, n_vertices))
    inner_edge = (~border).astype(float)
    edge_point = sparse.diags(1 - 0.5 * inner_edge) @ middle + sparse.diags(0.25 * inner_edge) @ (
        edge_to_face @ face_point
    )

    to_edge = sparse.csr_matrix(
        (np.ones(2 * n_edges), (ends.ravel(), np.repeat(np.arange(n_edges), 2))),
        shape=(n_vertices, n_edges),
    )
    to_face = sparse.csr_matrix(
        (np.ones(4 * n_faces), (quads.ravel(), np.repeat(np.arange(n_faces), 4))),
        shape=(n_vertices, n_faces),
    )
    valence = np.bincount(ends.ravel(), minlength=n_vertices)
    border_valence = np.bincount(ends[border].ravel(), minlength=n_vertices)
    smooth = (border_valence == 0) & (valence > 0)
    rim = border_valence == 2
    k = np.maximum(valence, 1).astype(float)
    weight_face = np.where(smooth, 1 / k**2, 0.0)
    weight_middle = np.where(smooth, 2 / k**2, 0.0)
    weight_self = np.where(smooth, (k - 3) / k, np.where(rim, 0.5, 1.0))
    vertex_point = (
        sparse.diags(weight_self)
        + sparse.diags(weight_face) @ (to_face @ face_point)
        + sparse.diags(weight_middle) @ (to_edge @ middle)
        + sparse.diags(np.where(rim, 0.25, 0.0))
        @ (to_edge @ sparse.diags(border.astype(float)) @ middle)
    )
    matrix = sparse.vstack([vertex_point, edge_point, face_point], format="csr")
    matrix.sum_duplicates()
    return matrix.astype(np.float32), _finer_quads(quads, edge_of, n_vertices, n_edges)


def split_linear(quads: Ints, points: NDArray[np.float32]) -> tuple[NDArray[np.float32], Ints]:
    """Return points and quads of the same surface, cut finer without smoothing (for textures).

    Examples
    --------
    >>> square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    >>> finer, quads = split_linear(np.array([[0, 1, 2, 3]], np.int32), square)
    >>> finer[-1].tolist(), len(quads)
    ([0.5, 0.5], 4)
    """
    ends, edge_of, _ = _edges(quads, len(points))
    middles, centres = points[ends].mean(axis=1), points[quads].mean(axis=1)
    finer = np.concatenate([points, middles, centres]).astype(np.float32)
    return finer, _finer_quads(quads, edge_of, len(points), len(ends))


def finer_mirror(quads: Ints, mirror: Ints) -> Ints:
    """Return the mirror map of the vertices that :func:`catmull_clark` makes."""
    n = len(mirror)
    ends, _, _ = _edges(quads, n)
    edge = np.searchsorted(_edge_keys(ends, n), _edge_keys(mirror[ends], n))
    face_key, other_key = _face_keys(quads, n), _face_keys(mirror[quads], n)
    order = np.argsort(face_key)
    face = order[np.searchsorted(face_key, other_key, sorter=order)]
    return np.concatenate([mirror, n + edge, n + len(ends) + face]).astype(np.int32)


def _face_keys(quads: Ints, n: int) -> NDArray[np.int64]:
    # Two opposite-corner-free quads of one mesh never share three vertices here: three smallest
    # suffice.
    corners = np.sort(quads, axis=1).astype(np.int64)
    return (corners[:, 0] * n + corners[:, 1]) * n + corners[:, 2]


def _edges(quads: Ints, n: int) -> tuple[Ints, Ints, NDArray[np.int64]]:
    """Return ends (e, 2) sorted, edge k of each quad (f, 4), faces per edge (e,)."""
    pairs = np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)
    keys, edge_of, count = np.unique(_edge_keys(pairs, n), return_inverse=True, return_counts=True)
    ends = np.stack([keys // n, keys % n], axis=1).astype(np.int32)
    return ends, edge_of.reshape(quads.shape).astype(np.int32), count


def _edge_keys(ends: Ints, n: int) -> NDArray[np.int64]:
    low, high = np.sort(ends, axis=1).astype(np.int64).T
    keys: NDArray[np.int64] = low * n + high
    return keys


def _finer_quads(quads: Ints, edge_of: Ints, n_vertices: int, n_edges: int) -> Ints:
    centre = n_vertices + n_edges + np.arange(len(quads))
    corners = [
        np.stack(
            [quads[:, k], n_vertices + edge_of[:, k], centre, n_vertices + edge_of[:, k - 1]],
            axis=1,
        )
        for k in range(4)
    ]
    return np.stack(corners, axis=1).reshape(-1, 4).astype(np.int32)


def _rows(indices: Ints, weights: NDArray[np.float64], n: int) -> sparse.csr_matrix:
    rows, width = indices.shape
    return sparse.csr_matrix(
        (np.tile(weights, rows), indices.ravel(), np.arange(0, rows * width + 1, width)),
        shape=(rows, n),
    )
