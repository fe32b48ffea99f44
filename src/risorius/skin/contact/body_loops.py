"""Compiled loops about rigid bodies; imported only when something may touch.

They release the interpreter lock and start no threads of their own: the caller splits the frames. A
point that touches nothing is not written to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["eye_distance", "fill_distance", "push_off_eyes", "push_out", "root", "sample"]

Array = NDArray[Any]

FAR = 1e6
"""Distance told outside of a grid [mm]."""


@njit(cache=True, nogil=True, fastmath=True)
def fill_distance(
    points: Array,
    normals: Array,
    triangles: Array,
    low: Array,
    step: float,
    band: float,
    out: Array,
) -> None:
    """Fill a grid (i, j, k) with the signed distance from a closed surface.

    Up to `band` it is exact; further out it is the band, and further in it grows from node to node,
    so that there is a way out from everywhere.
    """
    out[:] = band
    n = out.shape
    sign = np.ones(out.shape, np.int8)
    reach = int(band / step) + 1
    first, last = np.zeros(3, np.int64), np.zeros(3, np.int64)
    for f in range(triangles.shape[0]):
        a, b, c = triangles[f]
        for i in range(3):
            lowest = min(points[a, i], points[b, i], points[c, i])
            highest = max(points[a, i], points[b, i], points[c, i])
            first[i] = max(0, int((lowest - low[i]) / step) - reach)
            last[i] = min(n[i] - 1, int((highest - low[i]) / step) + reach + 1)
        for i in range(first[0], last[0] + 1):
            x = low[0] + i * step
            for j in range(first[1], last[1] + 1):
                y = low[1] + j * step
                for k in range(first[2], last[2] + 1):
                    z = low[2] + k * step
                    u, v, w = _nearest(points[a], points[b], points[c], x, y, z)
                    dx = x - u * points[a, 0] - v * points[b, 0] - w * points[c, 0]
                    dy = y - u * points[a, 1] - v * points[b, 1] - w * points[c, 1]
                    dz = z - u * points[a, 2] - v * points[b, 2] - w * points[c, 2]
                    away = np.sqrt(dx * dx + dy * dy + dz * dz)
                    if away < out[i, j, k]:
                        out[i, j, k] = away
                        side = dx * (u * normals[a, 0] + v * normals[b, 0] + w * normals[c, 0])
                        side += dy * (u * normals[a, 1] + v * normals[b, 1] + w * normals[c, 1])
                        side += dz * (u * normals[a, 2] + v * normals[b, 2] + w * normals[c, 2])
                        sign[i, j, k] = -1 if side < 0 else 1
    # Beyond the band the sign is that of the node before, from the front of the grid to its back.
    for i in range(n[0]):
        for j in range(n[1]):
            inside = np.int8(1)
            for k in range(n[2] - 1, -1, -1):
                if out[i, j, k] < band:
                    inside = sign[i, j, k]
                    out[i, j, k] *= inside
                elif inside < 0:
                    out[i, j, k] = -FAR
    changed = True
    while changed:
        changed = False
        for i in range(1, n[0] - 1):
            for j in range(1, n[1] - 1):
                for k in range(1, n[2] - 1):
                    if out[i, j, k] < -band:
                        near = max(out[i - 1, j, k], out[i + 1, j, k])
                        near = max(near, out[i, j - 1, k], out[i, j + 1, k])
                        near = max(near, out[i, j, k - 1], out[i, j, k + 1])
                        deep = min(near - step, -band)
                        if deep > out[i, j, k] + 1e-5:
                            out[i, j, k] = deep
                            changed = True


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _nearest(a: Array, b: Array, c: Array, x: float, y: float, z: float) -> Any:
    """Return barycentric weights of the point of a triangle that is nearest to (x, y, z)."""
    abx, aby, abz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    acx, acy, acz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    px, py, pz = x - a[0], y - a[1], z - a[2]
    bb = abx * abx + aby * aby + abz * abz
    cc = acx * acx + acy * acy + acz * acz
    bc = abx * acx + aby * acy + abz * acz
    pb = px * abx + py * aby + pz * abz
    pc = px * acx + py * acy + pz * acz
    det = bb * cc - bc * bc
    if det > 1e-12:
        v = (cc * pb - bc * pc) / det
        w = (bb * pc - bc * pb) / det
        if v >= 0 and w >= 0 and v + w <= 1:
            return 1 - v - w, v, w
    # On one of the edges, then.
    t = min(max(pb / max(bb, 1e-12), 0.0), 1.0)
    best = (px - t * abx) ** 2 + (py - t * aby) ** 2 + (pz - t * abz) ** 2
    u, v, w = 1 - t, t, 0.0
    t = min(max(pc / max(cc, 1e-12), 0.0), 1.0)
    away = (px - t * acx) ** 2 + (py - t * acy) ** 2 + (pz - t * acz) ** 2
    if away < best:
        best = away
        u, v, w = 1 - t, 0.0, t
    ex, ey, ez = acx - abx, acy - aby, acz - abz
    qx, qy, qz = px - abx, py - aby, pz - abz
    t = (qx * ex + qy * ey + qz * ez) / max(ex * ex + ey * ey + ez * ez, 1e-12)
    t = min(max(t, 0.0), 1.0)
    if (qx - t * ex) ** 2 + (qy - t * ey) ** 2 + (qz - t * ez) ** 2 < best:
        u, v, w = 0.0, 1 - t, t
    return u, v, w


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _at(grid: Array, low: Array, step: Any, x: Any, y: Any, z: Any) -> Any:
    """Distance by linear interpolation; far away outside of the grid."""
    one = np.float32(1.0)
    x = (x - low[0]) / step
    y = (y - low[1]) / step
    z = (z - low[2]) / step
    i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    n = grid.shape
    if i < 0 or j < 0 or k < 0 or i > n[0] - 2 or j > n[1] - 2 or k > n[2] - 2:
        return np.float32(FAR)
    x -= i
    y -= j
    z -= k
    c00 = grid[i, j, k] * (one - x) + grid[i + 1, j, k] * x
    c10 = grid[i, j + 1, k] * (one - x) + grid[i + 1, j + 1, k] * x
    c01 = grid[i, j, k + 1] * (one - x) + grid[i + 1, j, k + 1] * x
    c11 = grid[i, j + 1, k + 1] * (one - x) + grid[i + 1, j + 1, k + 1] * x
    c0 = c00 * (one - y) + c10 * y
    c1 = c01 * (one - y) + c11 * y
    return np.float32(c0 * (one - z) + c1 * z)


@njit(cache=True, nogil=True, fastmath=True)
def _slope(grid: Array, low: Array, step: Any, x: Any, y: Any, z: Any) -> Any:
    """Gradient of the distance over the width of a cell, so that it turns without jumps."""
    half = np.float32(0.5)
    gap = half * step
    gx = _at(grid, low, step, x + gap, y, z) - _at(grid, low, step, x - gap, y, z)
    gy = _at(grid, low, step, x, y + gap, z) - _at(grid, low, step, x, y - gap, z)
    gz = _at(grid, low, step, x, y, z + gap) - _at(grid, low, step, x, y, z - gap)
    return gx / step, gy / step, gz / step


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _rotation(turn: Array) -> Any:
    """Return the nine entries of the rotation by axis times angle, row by row."""
    one = np.float32(1.0)
    x, y, z = turn[0], turn[1], turn[2]
    angle = np.sqrt(x * x + y * y + z * z)
    scale = one / max(angle, np.float32(1e-12))
    x, y, z = x * scale, y * scale, z * scale
    c, s = np.cos(angle), np.sin(angle)
    k = one - c
    return (
        c + k * x * x,
        k * x * y - s * z,
        k * x * z + s * y,
        k * x * y + s * z,
        c + k * y * y,
        k * y * z - s * x,
        k * x * z - s * y,
        k * y * z + s * x,
        c + k * z * z,
    )


@njit(cache=True, nogil=True, fastmath=True)
def sample(
    grid: Array,
    low: Array,
    step: Any,
    pivot: Array,
    turn: Array,
    shift: Array,
    points: Array,
    distance: Array,
    normal: Array,
) -> None:
    """Lower `distance` (n,) and set `normal` (n, 3) where a turned and shifted body is nearer."""
    r00, r01, r02, r10, r11, r12, r20, r21, r22 = _rotation(turn)
    for i in range(points.shape[0]):
        qx = points[i, 0] - shift[0] - pivot[0]
        qy = points[i, 1] - shift[1] - pivot[1]
        qz = points[i, 2] - shift[2] - pivot[2]
        x = pivot[0] + r00 * qx + r10 * qy + r20 * qz
        y = pivot[1] + r01 * qx + r11 * qy + r21 * qz
        z = pivot[2] + r02 * qx + r12 * qy + r22 * qz
        d = _at(grid, low, step, x, y, z)
        if d < distance[i]:
            distance[i] = d
            gx, gy, gz = _slope(grid, low, step, x, y, z)
            length = max(np.sqrt(gx * gx + gy * gy + gz * gz), 1e-6)
            normal[i, 0] = (r00 * gx + r01 * gy + r02 * gz) / length
            normal[i, 1] = (r10 * gx + r11 * gy + r12 * gz) / length
            normal[i, 2] = (r20 * gx + r21 * gy + r22 * gz) / length


@njit(cache=True, nogil=True, fastmath=True)
def push_out(
    points: Array,
    vertex: Array,
    least: Array,
    grid: Array,
    low: Array,
    step: Any,
    pivot: Array,
    turn: Array,
    shift: Array,
) -> None:
    """Bring vertices of every frame (t, n, 3) to their least distance from a body, in place."""
    for t in range(points.shape[0]):
        r00, r01, r02, r10, r11, r12, r20, r21, r22 = _rotation(turn[t])
        for i in range(vertex.shape[0]):
            v = vertex[i]
            qx = points[t, v, 0] - shift[t, 0] - pivot[0]
            qy = points[t, v, 1] - shift[t, 1] - pivot[1]
            qz = points[t, v, 2] - shift[t, 2] - pivot[2]
            x = pivot[0] + r00 * qx + r10 * qy + r20 * qz
            y = pivot[1] + r01 * qx + r11 * qy + r21 * qz
            z = pivot[2] + r02 * qx + r12 * qy + r22 * qz
            touched = False
            for _ in range(3):
                lack = least[i] - _at(grid, low, step, x, y, z)
                if lack <= 0:
                    break
                touched = True
                gx, gy, gz = _slope(grid, low, step, x, y, z)
                lack /= max(gx * gx + gy * gy + gz * gz, np.float32(0.25))
                x += lack * gx
                y += lack * gy
                z += lack * gz
            if touched:
                qx, qy, qz = x - pivot[0], y - pivot[1], z - pivot[2]
                points[t, v, 0] = pivot[0] + r00 * qx + r01 * qy + r02 * qz + shift[t, 0]
                points[t, v, 1] = pivot[1] + r10 * qx + r11 * qy + r12 * qz + shift[t, 1]
                points[t, v, 2] = pivot[2] + r20 * qx + r21 * qy + r22 * qz + shift[t, 2]


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _globe(ahead: Any, radius: Any, iris: Any, rise: Any) -> Any:
    """Distance from centre to surface in a direction whose cosine with the gaze is `ahead`."""
    one = np.float32(1.0)
    reach = radius
    if ahead > 0:
        aside = max(one - ahead * ahead, np.float32(0.0))
        for _ in range(3):
            bulge = rise * (one - aside * reach * reach / (iris * iris))
            if bulge <= 0:
                return radius
            reach = bulge * ahead + np.sqrt(radius * radius - bulge * bulge * aside)
    return reach


@njit(cache=True, nogil=True, fastmath=True)
def push_off_eyes(
    points: Array,
    vertex: Array,
    eye: Array,
    least: Array,
    centre: Array,
    radius: Array,
    iris: Any,
    rise: Any,
    look: Array,
) -> None:
    """Bring vertices of every frame (t, n, 3) to their least height above globe and cornea."""
    for t in range(points.shape[0]):
        for i in range(vertex.shape[0]):
            v, e = vertex[i], eye[i]
            x = points[t, v, 0] - centre[e, 0]
            y = points[t, v, 1] - centre[e, 1]
            z = points[t, v, 2] - centre[e, 2]
            length = np.sqrt(x * x + y * y + z * z)
            if length > radius[e] + rise + least[i]:
                continue
            ahead = (x * look[t, e, 0] + y * look[t, e, 1] + z * look[t, e, 2]) / length
            need = _globe(ahead, radius[e], iris, rise) + least[i]
            if length < need:
                scale = need / length
                points[t, v, 0] = centre[e, 0] + x * scale
                points[t, v, 1] = centre[e, 1] + y * scale
                points[t, v, 2] = centre[e, 2] + z * scale


@njit(cache=True, nogil=True, fastmath=True)
def eye_distance(
    points: Array,
    centre: Array,
    radius: Any,
    iris: Any,
    rise: Any,
    look: Array,
    distance: Array,
    normal: Array,
) -> None:
    """Lower `distance` (n,) and set `normal` (n, 3) where a globe is nearer."""
    for i in range(points.shape[0]):
        x, y, z = points[i, 0] - centre[0], points[i, 1] - centre[1], points[i, 2] - centre[2]
        length = max(np.sqrt(x * x + y * y + z * z), 1e-6)
        ahead = (x * look[0] + y * look[1] + z * look[2]) / length
        d = length - _globe(ahead, radius, iris, rise)
        if d < distance[i]:
            distance[i] = d
            normal[i, 0], normal[i, 1], normal[i, 2] = x / length, y / length, z / length


@njit(cache=True, nogil=True, fastmath=True)
def root(points: Array, hair: Array, margin: Array, weight: Array, offset: Array) -> None:
    """Carry every hair (h, k) of all frames (t, n, 3) to its root on the margin, in place."""
    half, one, slack = np.float32(0.5), np.float32(1.0), np.float32(2e-3)
    for t in range(points.shape[0]):
        for h in range(hair.shape[0]):
            a, b, w = margin[h, 0], margin[h, 1], weight[h]
            f, g = hair[h, 0], hair[h, 1]
            x = (one - w) * points[t, a, 0] + w * points[t, b, 0] + offset[h, 0]
            y = (one - w) * points[t, a, 1] + w * points[t, b, 1] + offset[h, 1]
            z = (one - w) * points[t, a, 2] + w * points[t, b, 2] + offset[h, 2]
            x -= half * (points[t, f, 0] + points[t, g, 0])
            y -= half * (points[t, f, 1] + points[t, g, 1])
            z -= half * (points[t, f, 2] + points[t, g, 2])
            length = np.sqrt(x * x + y * y + z * z)
            if length > slack:  # more than rounding
                part = one - slack / length
                for k in range(hair.shape[1]):
                    v = hair[h, k]
                    points[t, v, 0] += part * x
                    points[t, v, 1] += part * y
                    points[t, v, 2] += part * z
