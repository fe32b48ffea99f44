"""Rays and nearest points on a triangle mesh, for the tools that place things on the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FRONT = np.array([0.0, 0.0, 1.0])
LEFT = np.array([1.0, 0.0, 0.0])


def first_hits(
    vertices: Floats, triangles: Ints, points: Floats, *, seen_from: Floats = FRONT
) -> tuple[Ints, Floats]:
    """Return the outermost surface on the lines through ``points``, seen from far away.

    Parameters
    ----------
    vertices : (n, 3) [mm]
    triangles : (m, 3)
    points : (k, 3) [mm]
        Each is moved along the line of sight only.
    seen_from : (3,)
        Direction in which the viewer stands.

    Returns
    -------
    triangle : (k,)
        Index of the triangle hit, -1 for a miss.
    weights : (k, 3) [1]
        Barycentric weights, zero for a miss.
    """
    sight = seen_from / np.linalg.norm(seen_from)
    right = np.cross([0.0, 1.0, 0.0] if abs(sight[1]) < 0.9 else [1.0, 0.0, 0.0], sight)
    right /= np.linalg.norm(right)
    frame = np.stack([right, np.cross(sight, right), sight], axis=1)
    seen, asked = vertices @ frame, points @ frame
    a, b, c = (seen[triangles[:, k]] for k in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    flat = np.abs(area) < 1e-9
    area = np.where(flat, 1.0, area)
    triangle = np.full(len(points), -1)
    weights = np.zeros((len(points), 3))
    for row, (x, y, _) in enumerate(asked):
        second = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (y - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
        third = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (b[:, 1] - a[:, 1]) * (x - a[:, 0])) / area
        first = 1.0 - second - third
        inside = (np.minimum(np.minimum(first, second), third) >= -1e-9) & ~flat
        if not inside.any():
            continue
        near = first * a[:, 2] + second * b[:, 2] + third * c[:, 2]
        best = int(np.argmax(np.where(inside, near, -np.inf)))
        triangle[row] = best
        weights[row] = first[best], second[best], third[best]
    return triangle, weights


def nearest(vertices: Floats, triangles: Ints, points: Floats) -> tuple[Ints, Floats]:
    """Return the nearest place of the surface to each point.

    Parameters
    ----------
    vertices : (n, 3) [mm]
    triangles : (m, 3)
    points : (k, 3) [mm]

    Returns
    -------
    triangle : (k,)
    weights : (k, 3) [1]
        Barycentric weights, none negative.
    """
    corners = vertices[triangles]
    tree = cKDTree(corners.mean(axis=1))
    candidates = tree.query(points, k=min(48, len(triangles)))[1]
    triangle = np.empty(len(points), dtype=np.int64)
    weights = np.empty((len(points), 3))
    for row, point in enumerate(points):
        near = _weights_of_nearest(corners[candidates[row]], point)
        place = np.einsum("kc,kcx->kx", near, corners[candidates[row]])
        best = int(np.argmin(np.linalg.norm(place - point, axis=1)))
        triangle[row], weights[row] = candidates[row, best], near[best]
    return triangle, weights


def _weights_of_nearest(corners: Floats, point: Floats) -> Floats:
    """Barycentric weights of the nearest place in each triangle (k, 3 corners, 3) to one point."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac, ap = b - a, c - a, point - a
    aa, bb, dot = (ab * ab).sum(1), (ac * ac).sum(1), (ab * ac).sum(1)
    pa, pb = (ap * ab).sum(1), (ap * ac).sum(1)
    area = np.maximum(aa * bb - dot * dot, 1e-12)
    second, third = (bb * pa - dot * pb) / area, (aa * pb - dot * pa) / area
    inner = np.stack([1 - second - third, second, third], axis=1)

    # Outside, the nearest place lies on one of the three edges.
    choices = [inner]
    for first, last in ((0, 1), (1, 2), (2, 0)):
        edge = corners[:, last] - corners[:, first]
        along = ((point - corners[:, first]) * edge).sum(1) / np.maximum((edge**2).sum(1), 1e-12)
        along = np.clip(along, 0.0, 1.0)
        on_edge = np.zeros_like(inner)
        on_edge[:, first], on_edge[:, last] = 1 - along, along
        choices.append(on_edge)
    places = np.stack([np.einsum("kc,kcx->kx", w, corners) for w in choices])
    far = np.linalg.norm(places - point, axis=2)
    far[0, inner.min(axis=1) < 0] = np.inf
    return np.stack(choices)[far.argmin(axis=0), np.arange(len(corners))]


def place(vertices: Floats, triangles: Ints, triangle: Ints, weights: Floats) -> Floats:
    """Return the positions (k, 3) [mm] of barycentric places."""
    return np.einsum("kc,kcx->kx", weights, vertices[triangles[triangle]])


def triangle_normals(vertices: Floats, triangles: Ints) -> Floats:
    """Return the unit normal of each triangle, (m, 3)."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
