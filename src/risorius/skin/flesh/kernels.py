"""Compiled loops of the tissue solve; imported only when something is solved.

They release the interpreter lock and start no threads of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "LANES",
    "backward",
    "cling",
    "combine",
    "dots",
    "fill_blocks",
    "forward",
    "gather",
    "relax",
    "shorten",
    "sort_in",
    "sort_out",
    "supernodes",
]

Array = NDArray[Any]

LANES = 16
"""Tetrahedra that are worked on at once; as many numbers as the widest registers hold."""


@njit(cache=True)
def supernodes(pointer: Array, index: Array, ends: Array) -> Array:
    """Return where blocks of columns with the same rows begin, (s + 1,) int32; some must end."""
    n = pointer.shape[0] - 1
    first = np.empty(n + 1, np.int32)
    count = 0
    for j in range(n):
        joins = False
        if j > 0 and not (ends == j).any():
            # Column j - 1 without itself must be column j: its length tells, as the rows of a
            # column below its first one are all in that one's column.
            before = pointer[j] - pointer[j - 1]
            own = pointer[j + 1] - pointer[j]
            joins = before > 1 and index[pointer[j - 1] + 1] == j and own == before - 1
        if not joins:
            first[count] = j
            count += 1
    first[count] = n
    return first[: count + 1].copy()


@njit(cache=True)
def fill_blocks(
    pointer: Array,
    index: Array,
    data: Array,
    first: Array,
    row_start: Array,
    row: Array,
    value_start: Array,
    value: Array,
) -> None:
    """Copy the columns (diagonal first) into dense blocks."""
    for k in range(first.shape[0] - 1):
        a, b = first[k], first[k + 1]
        width = b - a
        last = pointer[b - 1]
        for i in range(row_start[k + 1] - row_start[k]):
            row[row_start[k] + i] = index[last + 1 + i]
        for j in range(a, b):
            for i in range(pointer[j] + 1, pointer[j + 1]):
                # Rows of column j run through the block, then below it.
                place = i - pointer[j] + j - a
                value[value_start[k] + place * width + j - a] = data[i]


@njit(cache=True, nogil=True, fastmath=True)
def forward(
    start: int,
    end: int,
    first: Array,
    row_start: Array,
    row: Array,
    value_start: Array,
    value: Array,
    y: Array,
) -> None:
    """Solve the lower triangle of blocks ``start .. end`` in place, `y` (3, n) float32."""
    for k in range(start, end):
        a, b = first[k], first[k + 1]
        width = b - a
        y0, y1, y2 = y[0, a:b], y[1, a:b], y[2, a:b]
        at = value_start[k]
        for i in range(1, width):
            line = value[at + i * width : at + i * width + i]
            s0 = s1 = s2 = np.float32(0.0)
            for j in range(i):
                s0 += line[j] * y0[j]
                s1 += line[j] * y1[j]
                s2 += line[j] * y2[j]
            y0[i] -= s0
            y1[i] -= s1
            y2[i] -= s2
        at += width * width
        for i in range(row_start[k], row_start[k + 1]):
            line = value[at : at + width]
            s0 = s1 = s2 = np.float32(0.0)
            for j in range(width):
                s0 += line[j] * y0[j]
                s1 += line[j] * y1[j]
                s2 += line[j] * y2[j]
            r = row[i]
            y[0, r] -= s0
            y[1, r] -= s1
            y[2, r] -= s2
            at += width


@njit(cache=True, nogil=True, fastmath=True)
def backward(
    start: int,
    end: int,
    first: Array,
    row_start: Array,
    row: Array,
    value_start: Array,
    value: Array,
    y: Array,
) -> None:
    """Solve the upper triangle, the transposed lower one, of blocks ``start .. end`` in place."""
    for k in range(end - 1, start - 1, -1):
        a, b = first[k], first[k + 1]
        width = b - a
        y0, y1, y2 = y[0, a:b], y[1, a:b], y[2, a:b]
        at = value_start[k] + width * width
        for i in range(row_start[k], row_start[k + 1]):
            line = value[at : at + width]
            r = row[i]
            s0, s1, s2 = y[0, r], y[1, r], y[2, r]
            for j in range(width):
                y0[j] -= line[j] * s0
                y1[j] -= line[j] * s1
                y2[j] -= line[j] * s2
            at += width
        at = value_start[k]
        for i in range(width - 1, 0, -1):
            line = value[at + i * width : at + i * width + i]
            s0, s1, s2 = y0[i], y1[i], y2[i]
            for j in range(i):
                y0[j] -= line[j] * s0
                y1[j] -= line[j] * s1
                y2[j] -= line[j] * s2


@njit(cache=True, nogil=True)
def sort_in(order: Array, right: Array, y: Array) -> None:
    """Fill `y` (3, n) float32 with right sides (n, 3) in the order of a factor."""
    for i in range(order.shape[0]):
        for q in range(3):
            y[q, i] = right[order[i], q]


@njit(cache=True, nogil=True)
def sort_out(order: Array, y: Array, out: Array) -> None:
    """Fill `out` (n, 3) from `y` (3, n)."""
    for i in range(order.shape[0]):
        for q in range(3):
            out[order[i], q] = y[q, i]


@njit(cache=True, nogil=True, fastmath=True)
def gather(pointer: Array, index: Array, weight: Array, points: Array, out: Array) -> None:
    """Add to `out` (k, 3) the weighted sums of `points` (n, 3): a sparse matrix times points."""
    for i in range(pointer.shape[0] - 1):
        s0 = s1 = s2 = np.float32(0.0)
        for j in range(pointer[i], pointer[i + 1]):
            w, v = weight[j], index[j]
            s0 += w * points[v, 0]
            s1 += w * points[v, 1]
            s2 += w * points[v, 2]
        out[i, 0] += s0
        out[i, 1] += s1
        out[i, 2] += s2


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _rotation(q0: Any, q1: Any, q2: Any, q3: Any) -> Any:
    """Return the nine entries of the rotation by a unit quaternion, row by row."""
    one, two = np.float32(1.0), np.float32(2.0)
    return (
        one - two * (q2 * q2 + q3 * q3),
        two * (q1 * q2 - q0 * q3),
        two * (q1 * q3 + q0 * q2),
        two * (q1 * q2 + q0 * q3),
        one - two * (q1 * q1 + q3 * q3),
        two * (q2 * q3 - q0 * q1),
        two * (q1 * q3 - q0 * q2),
        two * (q2 * q3 + q0 * q1),
        one - two * (q1 * q1 + q2 * q2),
    )


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def relax(
    moved: Array,
    corners: Array,
    gradients: Array,
    weight: Array,
    turn: Array,
    steps: int,
    force: Array,
) -> None:
    """Add the forces (n, 3) by which tetrahedra seek their shape, turned, and their volume.

    Tetrahedra come in blocks of LANES, see :class:`risorius.skin.flesh.lanes.Lanes`, so that each
    loop over a block becomes vector instructions. `moved` (n, 3) is how far the nodes have gone
    from rest; `turn` holds the last rotations as quaternions, which a few steps bring up to date
    (after Mueller 2016, Motion in Games).
    """
    one, half = np.float32(1.0), np.float32(0.5)
    zero, tiny = np.float32(0.0), np.float32(1e-9)
    flat, most = np.float32(0.3), np.float32(0.4)
    e = np.empty((9, LANES), np.float32)
    f = np.empty((9, LANES), np.float32)
    p = np.empty((9, LANES), np.float32)
    for b in range(corners.shape[0]):
        for k in range(LANES):
            v0 = corners[b, 0, k]
            for i in range(3):
                v = corners[b, i + 1, k]
                for a in range(3):
                    e[3 * i + a, k] = moved[v, a] - moved[v0, a]
        g, q, w = gradients[b], turn[b], weight[b]
        for k in range(LANES):
            for a in range(3):
                for c in range(3):
                    f[3 * a + c, k] = (
                        e[a, k] * g[c, k] + e[3 + a, k] * g[3 + c, k] + e[6 + a, k] * g[6 + c, k]
                    )
            f[0, k] += one
            f[4, k] += one
            f[8, k] += one
        for _ in range(steps):
            for k in range(LANES):
                q0, q1, q2, q3 = q[0, k], q[1, k], q[2, k], q[3, k]
                r00, r01, r02, r10, r11, r12, r20, r21, r22 = _rotation(q0, q1, q2, q3)
                f00, f01, f02 = f[0, k], f[1, k], f[2, k]
                f10, f11, f12 = f[3, k], f[4, k], f[5, k]
                f20, f21, f22 = f[6, k], f[7, k], f[8, k]
                ox = r10 * f20 + r11 * f21 + r12 * f22 - r20 * f10 - r21 * f11 - r22 * f12
                oy = r20 * f00 + r21 * f01 + r22 * f02 - r00 * f20 - r01 * f21 - r02 * f22
                oz = r00 * f10 + r01 * f11 + r02 * f12 - r10 * f00 - r11 * f01 - r12 * f02
                down = r00 * f00 + r01 * f01 + r02 * f02 + r10 * f10 + r11 * f11 + r12 * f12
                down += r20 * f20 + r21 * f21 + r22 * f22
                s = half / (abs(down) + tiny)
                ox *= s
                oy *= s
                oz *= s
                n0 = q0 - ox * q1 - oy * q2 - oz * q3
                n1 = q1 + ox * q0 + oy * q3 - oz * q2
                n2 = q2 - ox * q3 + oy * q0 + oz * q1
                n3 = q3 + ox * q2 - oy * q1 + oz * q0
                s = one / np.sqrt(n0 * n0 + n1 * n1 + n2 * n2 + n3 * n3)
                q[0, k], q[1, k], q[2, k], q[3, k] = n0 * s, n1 * s, n2 * s, n3 * s
        for k in range(LANES):
            r00, r01, r02, r10, r11, r12, r20, r21, r22 = _rotation(
                q[0, k], q[1, k], q[2, k], q[3, k]
            )
            f00, f01, f02 = f[0, k], f[1, k], f[2, k]
            f10, f11, f12 = f[3, k], f[4, k], f[5, k]
            f20, f21, f22 = f[6, k], f[7, k], f[8, k]
            c00, c01, c02 = f11 * f22 - f12 * f21, f12 * f20 - f10 * f22, f10 * f21 - f11 * f20
            c10, c11, c12 = f02 * f21 - f01 * f22, f00 * f22 - f02 * f20, f01 * f20 - f00 * f21
            c20, c21, c22 = f01 * f12 - f02 * f11, f02 * f10 - f00 * f12, f00 * f11 - f01 * f10
            volume = f00 * c00 + f01 * c01 + f02 * c02
            square = c00 * c00 + c01 * c01 + c02 * c02 + c10 * c10 + c11 * c11 + c12 * c12
            square += c20 * c20 + c21 * c21 + c22 * c22 + tiny
            # One Newton step to the nearest shape of the volume at rest; what is nearly turned
            # inside out resists ever more.
            near = min(max(flat - volume, zero), most)
            step = (one - volume) / square * (one + np.float32(10.0) * near)
            step = w[1, k] * min(max(step, -half), half)
            s = w[0, k]
            p[0, k], p[1, k] = s * (r00 - f00) + step * c00, s * (r01 - f01) + step * c01
            p[2, k], p[3, k] = s * (r02 - f02) + step * c02, s * (r10 - f10) + step * c10
            p[4, k], p[5, k] = s * (r11 - f11) + step * c11, s * (r12 - f12) + step * c12
            p[6, k], p[7, k] = s * (r20 - f20) + step * c20, s * (r21 - f21) + step * c21
            p[8, k] = s * (r22 - f22) + step * c22
        for k in range(LANES):
            for i in range(3):
                for a in range(3):
                    e[3 * i + a, k] = (
                        p[3 * a, k] * g[3 * i, k]
                        + p[3 * a + 1, k] * g[3 * i + 1, k]
                        + p[3 * a + 2, k] * g[3 * i + 2, k]
                    )
        for k in range(LANES):
            v0 = corners[b, 0, k]
            for i in range(3):
                v = corners[b, i + 1, k]
                for a in range(3):
                    force[v, a] += e[3 * i + a, k]
                    force[v0, a] -= e[3 * i + a, k]


@njit(cache=True, nogil=True, fastmath=True)
def cling(
    x: Array,
    node: Array,
    place: Array,
    normal: Array,
    bend: Array,
    glide: Array,
    hold: Array,
    slack: Array,
    force: Array,
) -> None:
    """Add the forces of bone on nodes: back along it weakly, on its surface firmly.

    The surface is a paraboloid about `place` with outward `normal` and curvature `bend`: xx, xy,
    xz, yy, yz, zz (k, 6). Where there is `slack`, the surface only stops what has come outward so
    far.
    """
    for k in range(node.shape[0]):
        v = node[k]
        sx = x[v, 0] - place[k, 0]
        sy = x[v, 1] - place[k, 1]
        sz = x[v, 2] - place[k, 2]
        off = sx * normal[k, 0] + sy * normal[k, 1] + sz * normal[k, 2]
        tx = sx - off * normal[k, 0]
        ty = sy - off * normal[k, 1]
        tz = sz - off * normal[k, 2]
        lift = 0.5 * (bend[k, 0] * tx * tx + bend[k, 3] * ty * ty + bend[k, 5] * tz * tz)
        lift += bend[k, 1] * tx * ty + bend[k, 2] * tx * tz + bend[k, 4] * ty * tz
        off += lift
        if slack[k] >= 0.0:
            off = max(0.0, off - slack[k])
        g, h = glide[k], hold[k]
        force[v, 0] -= g * sx + h * off * normal[k, 0]
        force[v, 1] -= g * sy + h * off * normal[k, 1]
        force[v, 2] -= g * sz + h * off * normal[k, 2]


@njit(cache=True, nogil=True, fastmath=True)
def shorten(
    points: Array,
    pointer: Array,
    before: Array,
    after: Array,
    tension: Array,
    passive: Array,
    length: Array,
    shortest: float,
    force: Array,
) -> None:
    """Fill `force` (k, 3) with the pull of fibres at their points (k, 3).

    Fibre ``i`` has the points ``pointer[i] .. pointer[i + 1]``. Each point is drawn along the
    segment that ends in it with `before` and along the one that starts in it with `after`, times
    the fibre's `tension`, which fades as the fibre nears its `shortest` share of `length`, and
    times `passive` for every part of its length by which it is stretched.
    """
    for i in range(pointer.shape[0] - 1):
        first, last = pointer[i], pointer[i + 1]
        total = 0.0
        for k in range(first, last):
            force[k, 0] = 0.0
            force[k, 1] = 0.0
            force[k, 2] = 0.0
        for k in range(first, last - 1):
            dx = points[k + 1, 0] - points[k, 0]
            dy = points[k + 1, 1] - points[k, 1]
            dz = points[k + 1, 2] - points[k, 2]
            step = np.sqrt(dx * dx + dy * dy + dz * dz) + 1e-12
            total += step
            s = after[k] / step
            force[k, 0] += s * dx
            force[k, 1] += s * dy
            force[k, 2] += s * dz
            s = before[k + 1] / step
            force[k + 1, 0] -= s * dx
            force[k + 1, 1] -= s * dy
            force[k + 1, 2] -= s * dz
        ratio = total / length[i]
        left = min(max((ratio - shortest) / (1.0 - shortest), 0.0), 1.0)
        pull = tension[i] * left + passive[i] * max(ratio - 1.0, 0.0)
        for k in range(first, last):
            force[k, 0] *= pull
            force[k, 1] *= pull
            force[k, 2] *= pull


@njit(cache=True, nogil=True, fastmath=True)
def drive(
    points: Array,
    pointer: Array,
    tension: Array,
    drift: Array,
    seam: Array,
    close: Array,
    force: Array,
) -> None:
    """Add to `force` (k, 3) what drives points of fibres off their course.

    That is `drift` (k, 3), and `close` (k,) toward the `seam` (k, 3), each times the fibre's
    `tension`; the latter fades in the last millimetre.
    """
    for i in range(pointer.shape[0] - 1):
        pull = tension[i]
        if pull == 0.0:
            continue
        for k in range(pointer[i], pointer[i + 1]):
            dx = seam[k, 0] - points[k, 0]
            dy = seam[k, 1] - points[k, 1]
            dz = seam[k, 2] - points[k, 2]
            s = close[k] / max(np.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
            force[k, 0] += pull * (drift[k, 0] + s * dx)
            force[k, 1] += pull * (drift[k, 1] + s * dy)
            force[k, 2] += pull * (drift[k, 2] + s * dz)


@njit(cache=True, nogil=True, fastmath=True)
def dots(rows: Array, one: Array, other: Array, out: Array) -> None:
    """Fill `out` (k, 2) with the products of the first k rows and each of two vectors."""
    for i in range(out.shape[0]):
        a = b = np.float32(0.0)
        for j in range(one.shape[0]):
            a += rows[i, j] * one[j]
            b += rows[i, j] * other[j]
        out[i, 0], out[i, 1] = a, b


@njit(cache=True, nogil=True, fastmath=True)
def combine(start: Array, weight: Array, rows: Array, out: Array) -> None:
    """Fill `out` (n,) with `start` less the weighted sum of the first rows."""
    few = 2048  # numbers that stay close by while all rows are gone through
    total = np.empty(few, np.float32)
    for low in range(0, start.shape[0], few):
        high = min(low + few, start.shape[0])
        total[:] = np.float32(0.0)
        for i in range(weight.shape[0]):
            w, row = weight[i], rows[i, low:high]
            for j in range(row.shape[0]):
                total[j] += w * row[j]
        for j in range(high - low):
            out[low + j] = start[low + j] - total[j]
