"""The kernels of the rasteriser: projection, normals and which triangle each sample sees.

A pixel has 2 by 2 samples. Screen positions are snapped to 1/256 of a sample, so that the edge
tests are exact in double precision: neighbouring triangles leave no gap, and the result does not
depend on who draws first. The kernels release the interpreter lock; horizontal bands are drawn by
separate threads.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["cover", "nothing", "place", "smooth_normals"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

nothing = -1
"""The triangle number of a sample that sees none."""


@njit(cache=True, nogil=True)
def place(vertices: Floats, camera: Floats, screen: Floats) -> None:
    """Project (vertex, 3) [mm] to snapped sample coordinates x, y and the reciprocal depth [1/mm].

    ``camera`` holds rotation (9), position (3) [mm], focal length and the picture's middle
    [samples]. A vertex nearer than one millimetre gets a negative reciprocal depth: triangles with
    it are left out.
    """
    for v in range(vertices.shape[0]):
        a = vertices[v, 0] - camera[9]
        b = vertices[v, 1] - camera[10]
        c = vertices[v, 2] - camera[11]
        depth = camera[6] * a + camera[7] * b + camera[8] * c
        if depth < 1.0:
            screen[v, 0] = 0.0
            screen[v, 1] = 0.0
            screen[v, 2] = -1.0
            continue
        near = 1.0 / depth
        x = (camera[0] * a + camera[1] * b + camera[2] * c) * near * camera[12] + camera[13]
        y = (camera[3] * a + camera[4] * b + camera[5] * c) * near * camera[12] + camera[14]
        # Far outside the picture the snapped value would not fit; such triangles are cut by the
        # frame anyway.
        screen[v, 0] = np.rint(min(max(x, -30000.0), 30000.0) * 256.0) / 256.0
        screen[v, 1] = np.rint(min(max(y, -30000.0), 30000.0) * 256.0) / 256.0
        screen[v, 2] = near


@njit(cache=True, nogil=True)
def smooth_normals(vertices: Floats, triangles: Ints, normals: Floats) -> None:
    """Fill (vertex, 3) with unit normals, the mean of the triangles around weighted by area."""
    normals[:] = 0.0
    for t in range(triangles.shape[0]):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax = vertices[j, 0] - vertices[i, 0]
        ay = vertices[j, 1] - vertices[i, 1]
        az = vertices[j, 2] - vertices[i, 2]
        bx = vertices[k, 0] - vertices[i, 0]
        by = vertices[k, 1] - vertices[i, 1]
        bz = vertices[k, 2] - vertices[i, 2]
        nx = ay * bz - az * by
        ny = az * bx - ax * bz
        nz = ax * by - ay * bx
        for v in (i, j, k):
            normals[v, 0] += nx
            normals[v, 1] += ny
            normals[v, 2] += nz
    for v in range(normals.shape[0]):
        x, y, z = normals[v, 0], normals[v, 1], normals[v, 2]
        scale = 1.0 / np.sqrt(x * x + y * y + z * z + 1e-20)
        normals[v, 0] = x * scale
        normals[v, 1] = y * scale
        normals[v, 2] = z * scale


@njit(cache=True, nogil=True)
def _span(edge: float, step: float, inverse: float, start: int, end: int) -> tuple[int, int]:
    """Narrow ``start`` to ``end`` to the steps at which ``edge + k * step`` is not negative.

    ``inverse`` is about ``1 / step``.
    """
    if step == 0.0:
        return (start, end) if edge >= 0.0 else (1, 0)
    # The product may be off by a rounding; the comparison is exact.
    if step > 0.0:
        k = int(np.ceil(-edge * inverse))
        if edge + (k - 1) * step >= 0.0:
            k -= 1
        elif edge + k * step < 0.0:
            k += 1
        return max(start, k), end
    k = int(np.floor(-edge * inverse))
    if edge + (k + 1) * step >= 0.0:
        k += 1
    elif edge + k * step < 0.0:
        k -= 1
    return start, min(end, k)


@njit(cache=True, nogil=True)
def cover(
    screen: Floats,
    triangles: Ints,
    first: int,
    last: int,
    both_sides: bool,
    row_start: int,
    row_end: int,
    owner: Ints,
    near: Floats,
) -> None:
    """Draw triangles ``first`` to ``last`` into the sample rows ``row_start`` to ``row_end``.

    ``owner`` (row, column) takes the nearest triangle's number and ``near`` its reciprocal depth.
    Where two are exactly as near, the smaller number wins, whatever the order. Triangles seen from
    behind are left out unless ``both_sides``.
    """
    width = owner.shape[1]
    for t in range(first, last):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        iy, jy, ky = screen[i, 1], screen[j, 1], screen[k, 1]
        top = max(int(np.ceil(min(iy, jy, ky) - 0.5)), row_start)
        bottom = min(int(np.floor(max(iy, jy, ky) - 0.5)), row_end - 1)
        if top > bottom:
            continue
        iw, jw, kw = screen[i, 2], screen[j, 2], screen[k, 2]
        if iw < 0.0 or jw < 0.0 or kw < 0.0:
            continue
        ix, jx, kx = screen[i, 0], screen[j, 0], screen[k, 0]
        left = max(int(np.ceil(min(ix, jx, kx) - 0.5)), 0)
        right = min(int(np.floor(max(ix, jx, kx) - 0.5)), width - 1)
        if left > right:
            continue
        # y points down: triangles that turn counter-clockwise on the body turn the other way here.
        x0, y0 = np.float64(ix), np.float64(iy)
        x1, y1 = np.float64(jx), np.float64(jy)
        x2, y2 = np.float64(kx), np.float64(ky)
        area = (x2 - x0) * (y1 - y0) - (x1 - x0) * (y2 - y0)
        if area <= 0.0:
            if area == 0.0 or not both_sides:
                continue
            x1, y1, x2, y2 = x2, y2, x1, y1
            jw, kw = kw, jw
            area = -area
        scale = 1.0 / area
        step0, step1, step2 = y2 - y1, y0 - y2, y1 - y0
        inverse0 = 1.0 / step0 if step0 != 0.0 else 0.0
        inverse1 = 1.0 / step1 if step1 != 0.0 else 0.0
        inverse2 = 1.0 / step2 if step2 != 0.0 else 0.0
        slope = (step0 * iw + step1 * jw + step2 * kw) * scale
        for row in range(top, bottom + 1):
            x, y = left + 0.5, row + 0.5
            edge0 = (x2 - x) * (y1 - y) - (x1 - x) * (y2 - y)
            edge1 = (x0 - x) * (y2 - y) - (x2 - x) * (y0 - y)
            edge2 = area - edge0 - edge1
            start, end = _span(edge0, step0, inverse0, 0, right - left)
            start, end = _span(edge1, step1, inverse1, start, end)
            start, end = _span(edge2, step2, inverse2, start, end)
            depth = (edge0 * iw + edge1 * jw + edge2 * kw) * scale
            for column in range(left + start, left + end + 1):
                value = np.float32(depth + slope * (column - left))
                held = near[row, column]
                if value > held or (value == held and t < owner[row, column]):
                    near[row, column] = value
                    owner[row, column] = t
