"""The skin as a sheet of triangles, and the smooth surface that it glides on.

All are built from both diagonals of every quad, each with half its weight, so that a symmetric mesh
gives a symmetric sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["Sheet", "gliding_surface", "make_sheet", "skin_sheet"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The skin as triangles, two overlapping pairs per quad.

    Attributes
    ----------
    triangles : (m, 3)
    area : (m,) [mm2]
        Half the area of each triangle, as every place is covered twice.
    gradients : (m, 3 corner, 3) [1/mm]
        Surface gradient of each corner's hat function.
    normals : (m, 3)
    mass : (n,) [mm2]
        Share of the surface that belongs to each vertex.
    """

    triangles: NDArray[np.int64]
    area: Floats
    gradients: Floats
    normals: Floats
    mass: Floats

    @property
    def n(self) -> int:
        """Number of vertices."""
        return len(self.mass)

    def laplacian(self, weight: Floats) -> sparse.csr_matrix:
        """Return the (n, n) stiffness of a scalar field, `weight` (m,) per triangle."""
        blocks = np.einsum("mix,mjx->mij", self.gradients, self.gradients)
        blocks *= (self.area * weight)[:, None, None]
        rows = np.repeat(self.triangles, 3, axis=1)
        columns = np.tile(self.triangles, (1, 3))
        return sparse.csr_matrix(
            (blocks.ravel(), (rows.ravel(), columns.ravel())), shape=(self.n, self.n)
        )


def make_sheet(points: Floats, quads: NDArray[np.int32]) -> Sheet:
    """Return the sheet over quads (k, 4) of points (n, 3) [mm].

    Examples
    --------
    >>> square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    >>> sheet = make_sheet(square, np.array([[0, 1, 2, 3]]))
    >>> float(sheet.mass.sum())
    1.0
    """
    both = quads[:, [[0, 1, 2], [0, 2, 3], [1, 2, 3], [1, 3, 0]]].reshape(-1, 3).astype(np.int64)
    a, b, c = (points[both[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    double = np.linalg.norm(cross, axis=1)
    normals = cross / np.maximum(double, 1e-12)[:, None]
    # Slivers would make the system stiff without end: none counts as thinner than 0.02 mm2.
    safe = np.maximum(double, 0.02)
    gradients = (
        np.stack(
            [np.cross(normals, c - b), np.cross(normals, a - c), np.cross(normals, b - a)], axis=1
        )
        / safe[:, None, None]
    )
    area = double / 4
    mass = np.bincount(both.ravel(), np.repeat(area / 3, 3), minlength=len(points))
    return Sheet(both, area, gradients, normals, np.maximum(mass, 1e-3))


def skin_sheet(head: Head) -> Sheet:
    """Return the level-0 skin of a head as a sheet."""
    skin = head.topology.parts["skin"]
    quads = head.topology.levels[0].quads
    return make_sheet(head.vertices[skin], quads[(quads < skin.stop).all(axis=1)])


def gliding_surface(
    points: Floats, normals: Floats, mass: Floats, radius: float
) -> tuple[Floats, Floats]:
    """Return what the skin glides on: smooth normals (n, 3) and curvature (n, 3, 3) [1/mm].

    Flesh glides on bone and teeth, not on its own folds: within `radius` [mm] places that face the
    same way have one direction. A step ``s`` in the tangent plane leads off a curved surface;
    ``-s K s / 2`` along the normal leads back.

    Examples
    --------
    >>> grid = np.stack(np.meshgrid(np.arange(-9.0, 10), np.arange(-9.0, 10)), -1).reshape(-1, 2)
    >>> ball = np.column_stack([grid, np.sqrt(900 - (grid**2).sum(1))])
    >>> smooth, tensor = gliding_surface(ball, ball / 30, np.ones(len(ball)), 6.0)
    >>> round(float(smooth[180, 2]), 3), round(float(tensor[180, 0, 0]), 2)
    (1.0, 0.03)
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(points)
    pairs: Any = tree.query_ball_point(points, 2 * radius, return_sorted=True)
    count = np.array([len(p) for p in pairs])
    centre = np.repeat(np.arange(len(points)), count)
    other = np.concatenate([np.asarray(p, dtype=np.int64) for p in pairs])
    offset = points[other] - points[centre]
    facing = np.clip(np.einsum("kx,kx->k", normals[centre], normals[other]), 0, None) ** 2
    near = np.exp(-np.einsum("kx,kx->k", offset, offset) / radius**2)
    weight = mass[other] * facing * near
    total = [np.bincount(centre, weight * normals[other, axis]) for axis in range(3)]
    smooth: Floats = np.array(total, dtype=np.float64).T
    smooth = smooth / np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-12)
    return smooth, _curvature(centre, other, offset, smooth, mass, near)


def _curvature(
    centre: NDArray[np.int64],
    other: NDArray[np.int64],
    offset: Floats,
    normals: Floats,
    mass: Floats,
    near: Floats,
) -> Floats:
    """Least-squares curvature over pairs of neighbours, (n, 3, 3) [1/mm]."""
    n = len(normals)
    normal = normals[centre]
    facing = np.clip(np.einsum("kx,kx->k", normal, normals[other]), 0, None) ** 2
    height = np.einsum("kx,kx->k", normal, offset)
    weight = mass[other] * facing * near
    first, second = _tangents(normals)
    x = np.einsum("kx,kx->k", offset, first[centre])
    y = np.einsum("kx,kx->k", offset, second[centre])
    basis = np.stack([x * x / 2, x * y, y * y / 2, x, y, np.ones_like(x)], axis=1)
    normal_matrix = np.empty((n, 6, 6))
    right = np.empty((n, 6))
    for i in range(6):
        right[:, i] = np.bincount(centre, weight * basis[:, i] * -height, minlength=n)
        for j in range(i + 1):
            values = np.bincount(centre, weight * basis[:, i] * basis[:, j], minlength=n)
            normal_matrix[:, i, j] = normal_matrix[:, j, i] = values
    scale = np.maximum(np.einsum("nii->ni", normal_matrix), 1e-9)
    normal_matrix += 1e-2 * scale[:, :, None] * np.eye(6)
    fit = np.linalg.solve(normal_matrix, right[..., None])[..., 0]
    tensor = np.einsum("n,nx,ny->nxy", fit[:, 0], first, first)
    tensor += np.einsum("n,nx,ny->nxy", fit[:, 2], second, second)
    mixed = np.einsum("n,nx,ny->nxy", fit[:, 1], first, second)
    return np.asarray(tensor + mixed + mixed.transpose(0, 2, 1))


def _tangents(normals: Floats) -> tuple[Floats, Floats]:
    away = np.where(np.abs(normals[:, 1:2]) < 0.9, [[0.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])
    first = np.cross(away, normals)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-12)
    return first, np.cross(normals, first)
