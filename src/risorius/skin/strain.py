"""How the skin is stretched and pressed together, vertex by vertex, from its shape alone.

Round each vertex the neighbours tell how the tangent plane was deformed (least squares over the
edges); its singular values less one are the principal strains. Wrinkles run across the direction
of the least.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError
from risorius.head import load_topology

if TYPE_CHECKING:
    from risorius.skin.rig import Rig

__all__ = ["Rings", "make_rings", "ring_strain", "skin_strain"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """The neighbours of each vertex of a surface at rest.

    Attributes
    ----------
    pointer : (n + 1,) int32
        Entries ``pointer[v] .. pointer[v + 1]`` are the neighbours of ``v``.
    neighbour : (e,) int32
    weight : (e, 2) float32 [1/mm]
        The sum of edges times weights is the deformation of the two axes of the tangent plane.
    """

    pointer: NDArray[np.int32]
    neighbour: NDArray[np.int32]
    weight: Singles


def make_rings(rest: ArrayLike, quads: ArrayLike) -> Rings:
    """Prepare a surface at rest for :func:`ring_strain`.

    Parameters
    ----------
    rest : (n, 3) [mm]
    quads : (m, 4) int
    """
    points, faces = np.asarray(rest, dtype=np.float64), np.asarray(quads)
    ends = np.concatenate([faces[:, [k, (k + 1) % 4]] for k in range(4)])
    ends = np.unique(np.concatenate([ends, ends[:, ::-1]]), axis=0)
    vertex, neighbour = ends[:, 0], ends[:, 1]
    diagonal = points[faces[:, 2]] - points[faces[:, 0]], points[faces[:, 3]] - points[faces[:, 1]]
    across = np.cross(*diagonal)
    normal = np.zeros_like(points)
    for corner in faces.T:
        np.add.at(normal, corner, across)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    # Any two axes across the normal will do: start from the one that it is farthest from.
    start = np.eye(3)[np.abs(normal).argmin(axis=1)]
    first = np.cross(normal, start)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-12)
    axes = np.stack([first, np.cross(normal, first)], axis=1)
    edge = points[neighbour] - points[vertex]
    flat = np.einsum("eax,ex->ea", axes[vertex], edge)
    # Edges are unrolled onto the plane at their full length, so that a curve at rest is no strain.
    length = np.linalg.norm(flat, axis=1)
    flat *= (np.linalg.norm(edge, axis=1) / np.maximum(length, 1e-9))[:, None]
    gram = np.zeros((len(points), 2, 2))
    np.add.at(gram, vertex, flat[:, :, None] * flat[:, None])
    gram += np.eye(2) * (1e-9 + 1e-6 * np.trace(gram, axis1=1, axis2=2)[:, None, None])
    weight = np.einsum("eab,eb->ea", np.linalg.inv(gram)[vertex], flat)
    # What a curved ring then seems to be strained at rest is taken off beforehand.
    plane = np.zeros((len(points), 2, 3))
    np.add.at(plane, vertex, weight[:, :, None] * edge[:, None])
    size, turn = np.linalg.eigh(plane @ plane.swapaxes(1, 2))
    undo = (turn / np.sqrt(np.maximum(size, 1e-3))[:, None]) @ turn.swapaxes(1, 2)
    weight = np.einsum("eab,eb->ea", undo[vertex], weight)
    pointer = np.searchsorted(vertex, np.arange(len(points) + 1))
    return Rings(pointer.astype(np.int32), neighbour.astype(np.int32), weight.astype(np.float32))


def ring_strain(rings: Rings, shape: ArrayLike) -> tuple[Singles, Singles]:
    """Return the principal strains of a surface against its rest.

    Parameters
    ----------
    rings : Rings
    shape : (n or more, 3) [mm]

    Returns
    -------
    amount : (n, 2) float32 [1]
        The least and the greatest: -0.1 is pressed together by a tenth.
    direction : (n, 3) float32
        Unit vectors on the deformed surface along the least.

    Examples
    --------
    >>> rest = np.array([[x, y, 0.0] for x in range(3) for y in range(3)])
    >>> quads = [[0, 3, 4, 1], [1, 4, 5, 2], [3, 6, 7, 4], [4, 7, 8, 5]]
    >>> amount, direction = ring_strain(make_rings(rest, quads), rest * [0.8, 1.1, 1.0])
    >>> amount[4].astype(float).round(3).tolist(), np.abs(direction[4]).round(3).tolist()
    ([-0.2, 0.1], [1.0, 0.0, 0.0])
    """
    from risorius.skin import kernels

    points = np.ascontiguousarray(shape, dtype=np.float32)
    n = len(rings.pointer) - 1
    amount, direction = np.empty((n, 2), np.float32), np.empty((n, 3), np.float32)
    kernels.strain(rings.pointer, rings.neighbour, rings.weight, points, amount, direction)
    return amount, direction


def skin_strain(rig: Rig, shape: ArrayLike) -> tuple[Singles, Singles]:
    """Return the principal strains of the skin of one moment, see :func:`ring_strain`.

    Parameters
    ----------
    rig : Rig
        Whole; its rest shape counts as free of strain.
    shape : (vertex, 3) [mm]
        From :meth:`risorius.skin.Rig.deform` at level 0 or 1.

    Returns
    -------
    amount : (n_skin, 2) float32 [1]
    direction : (n_skin, 3) float32

    Raises
    ------
    InputError
        The shape has the size of neither level.

    Examples
    --------
    >>> from risorius.face import load_face
    >>> rig = load_face().rig
    >>> amount, _ = skin_strain(rig, rig.rest)
    >>> float(np.abs(amount).max().round(2))
    0.0
    """
    points = np.asarray(shape)
    sizes = [(level.n_vertices, 3) for level in load_topology().levels]
    if points.shape not in sizes:
        raise InputError(f"shape is {points.shape}; the levels have {sizes[0]} and {sizes[1]}.")
    return ring_strain(_skin_rings(rig, sizes.index(points.shape)), points)


@lru_cache(maxsize=4)
def _skin_rings(rig: Rig, level: int) -> Rings:
    topology = load_topology()
    mesh = topology.levels[level]
    skin = mesh.parts["skin"]
    rest = rig.rest if level == 0 else topology.refine(rig.rest)
    return make_rings(rest[skin], mesh.quads[(mesh.quads < skin.stop).all(axis=1)])
