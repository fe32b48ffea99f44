"""How open each vertex lies: light reaches a cheek freely and a nostril hardly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risorius.picture.raster import cover, place, smooth_normals

__all__ = ["looking", "openness"]

_DIRECTIONS = 96
_SAMPLES = 384
_TOLERANCE = 1.5  # mm, so that a surface does not hide itself


def openness(vertices: NDArray[np.float64], triangles: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return the share of the sky, weighted by the cosine, that each vertex sees.

    The mesh is drawn from many sides; a vertex that is not behind what was drawn is seen from
    there.

    Parameters
    ----------
    vertices : (vertex, 3) [mm]
    triangles : (triangle, 3) int32

    Returns
    -------
    openness : (vertex,) float32 [1]
        1 in the open, 0 where nothing reaches. Vertices without triangles count as in the open.

    Examples
    --------
    >>> tetrahedron = np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9.0]])
    >>> faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
    >>> float(openness(tetrahedron, faces).min())
    1.0
    """
    points = np.ascontiguousarray(vertices, np.float32)
    triangles = np.ascontiguousarray(triangles)
    normals = np.empty_like(points)
    smooth_normals(points, triangles, normals)
    used = points[np.unique(triangles)]
    middle = (used.min(axis=0) + used.max(axis=0)) / 2
    radius = float(np.linalg.norm(used - middle, axis=1).max())
    distance = 40.0 * radius  # far enough to be nearly parallel
    focal = _SAMPLES / 2 / radius * (distance - radius)
    half = [_SAMPLES / 2]
    screen = np.empty_like(points)
    owner = np.empty((_SAMPLES, _SAMPLES), np.int32)
    near = np.empty((_SAMPLES, _SAMPLES), np.float32)
    seen, total = np.zeros(len(points)), np.zeros(len(points))
    for direction in _spread(_DIRECTIONS):
        facing = np.maximum(normals @ direction, 0)
        camera = np.concatenate(
            [looking(-direction).ravel(), middle + direction * distance, [focal], half, half]
        ).astype(np.float32)
        place(points, camera, screen)
        owner[:] = -1
        near[:] = 0
        cover(screen, triangles, 0, len(triangles), True, 0, _SAMPLES, owner, near)
        column = np.clip(screen[:, 0].astype(int), 0, _SAMPLES - 1)
        row = np.clip(screen[:, 1].astype(int), 0, _SAMPLES - 1)
        before = 1 / screen[:, 2] - 1 / np.maximum(near[row, column], 1e-9)
        seen += facing * (before < _TOLERANCE)
        total += facing
    share = np.where(total > 0, seen / np.maximum(total, 1e-9), 1.0)
    return share.astype(np.float32)


def _spread(count: int) -> NDArray[np.float32]:
    """Return directions evenly over the sphere, in left-right pairs."""
    height = (np.arange(count) + 0.5) / count * 2 - 1
    turn = np.arange(count) * np.pi * (3 - 5**0.5)
    ring = np.sqrt(1 - height**2)
    half = np.stack([ring * np.cos(turn), height, ring * np.sin(turn)], axis=1)[::2]
    return np.concatenate([half, half * [-1, 1, 1]]).astype(np.float32)


def looking(forward: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return camera axes (right, down, forward) that look along ``forward``."""
    up = np.array([0, 1, 0.0]) if abs(forward[1]) < 0.95 else np.array([0, 0, 1.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    return np.stack([right, down, forward]).astype(np.float32)
