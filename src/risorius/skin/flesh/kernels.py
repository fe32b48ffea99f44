"""Compiled loops of the tissue solve; imported only when something is solved.

They release the interpreter lock and start no threads of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["cling", "fill_blocks", "relax", "shorten", "solve", "supernodes"]

Array = NDArray[Any]


@njit(cache=True)
def supernodes(pointer: Array, index: Array) -> Array:
    """Return where blocks of columns with the same rows begin, (s + 1,) int32."""
    n = pointer.shape[0] - 1
    first = np.empty(n + 1, np.int32)
    count = 0
    for j in range(n):
        joins = False
        if j > 0:
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
def solve(
    order: Array,
    first: Array,
    row_start: Array,
    row: Array,
    value_start: Array,
    value: Array,
    inverse: Array,
    right: Array,
    y: Array,
    out: Array,
) -> None:
    """Solve ``L D L^T`` in blocks for right sides (n, 3); `y` (3, n) float32 is room to work."""
    n = right.shape[0]
    for i in range(n):
        k = order[i]
        for q in range(3):
            y[q, k] = right[i, q]
    for k in range(first.shape[0] - 1):
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
    for q in range(3):
        for i in range(n):
            y[q, i] *= inverse[i]
    for k in range(first.shape[0] - 2, -1, -1):
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
    for i in range(n):
        k = order[i]
        for q in range(3):
            out[i, q] = y[q, k]


@njit(cache=True, nogil=True, fastmath=True)
def relax(
    x: Array,
    corners: Array,
    gradients: Array,
    weight: Array,
    turn: Array,
    steps: int,
    force: Array,
) -> None:
    """Add the forces (n, 3) by which tetrahedra seek their shape, turned, and their volume.

    `weight` (m, 2) holds what shape and volume are worth, `turn` (m, 4) the last rotation as a
    quaternion, which a few steps bring up to date (Mueller 2016, Motion in Games).
    """
    f = np.empty((3, 3))
    c = np.empty((3, 3))
    r = np.empty((3, 3))
    p = np.empty((3, 3))
    for t in range(corners.shape[0]):
        for a in range(3):
            for b in range(3):
                f[a, b] = 0.0
        for i in range(4):
            v = corners[t, i]
            for a in range(3):
                for b in range(3):
                    f[a, b] += x[v, a] * gradients[t, i, b]
        q0, q1, q2, q3 = turn[t, 0], turn[t, 1], turn[t, 2], turn[t, 3]
        for k in range(steps + 1):
            r[0, 0] = 1 - 2 * (q2 * q2 + q3 * q3)
            r[0, 1] = 2 * (q1 * q2 - q0 * q3)
            r[0, 2] = 2 * (q1 * q3 + q0 * q2)
            r[1, 0] = 2 * (q1 * q2 + q0 * q3)
            r[1, 1] = 1 - 2 * (q1 * q1 + q3 * q3)
            r[1, 2] = 2 * (q2 * q3 - q0 * q1)
            r[2, 0] = 2 * (q1 * q3 - q0 * q2)
            r[2, 1] = 2 * (q2 * q3 + q0 * q1)
            r[2, 2] = 1 - 2 * (q1 * q1 + q2 * q2)
            if k == steps:
                break
            ox = oy = oz = down = 0.0
            for a in range(3):
                ox += r[1, a] * f[2, a] - r[2, a] * f[1, a]
                oy += r[2, a] * f[0, a] - r[0, a] * f[2, a]
                oz += r[0, a] * f[1, a] - r[1, a] * f[0, a]
                down += r[0, a] * f[0, a] + r[1, a] * f[1, a] + r[2, a] * f[2, a]
            s = 1.0 / (abs(down) + 1e-9)
            ox *= s
            oy *= s
            oz *= s
            angle = np.sqrt(ox * ox + oy * oy + oz * oz)
            if angle < 1e-10:
                continue
            half = np.sin(angle / 2) / angle
            w = np.cos(angle / 2)
            ox *= half
            oy *= half
            oz *= half
            n0 = w * q0 - ox * q1 - oy * q2 - oz * q3
            n1 = w * q1 + ox * q0 + oy * q3 - oz * q2
            n2 = w * q2 - ox * q3 + oy * q0 + oz * q1
            n3 = w * q3 + ox * q2 - oy * q1 + oz * q0
            s = 1.0 / np.sqrt(n0 * n0 + n1 * n1 + n2 * n2 + n3 * n3)
            q0 = n0 * s
            q1 = n1 * s
            q2 = n2 * s
            q3 = n3 * s
        turn[t, 0] = q0
        turn[t, 1] = q1
        turn[t, 2] = q2
        turn[t, 3] = q3
        c[0, 0] = f[1, 1] * f[2, 2] - f[1, 2] * f[2, 1]
        c[0, 1] = f[1, 2] * f[2, 0] - f[1, 0] * f[2, 2]
        c[0, 2] = f[1, 0] * f[2, 1] - f[1, 1] * f[2, 0]
        c[1, 0] = f[0, 2] * f[2, 1] - f[0, 1] * f[2, 2]
        c[1, 1] = f[0, 0] * f[2, 2] - f[0, 2] * f[2, 0]
        c[1, 2] = f[0, 1] * f[2, 0] - f[0, 0] * f[2, 1]
        c[2, 0] = f[0, 1] * f[1, 2] - f[0, 2] * f[1, 1]
        c[2, 1] = f[0, 2] * f[1, 0] - f[0, 0] * f[1, 2]
        c[2, 2] = f[0, 0] * f[1, 1] - f[0, 1] * f[1, 0]
        volume = f[0, 0] * c[0, 0] + f[0, 1] * c[0, 1] + f[0, 2] * c[0, 2]
        square = 1e-9
        for a in range(3):
            for b in range(3):
                square += c[a, b] * c[a, b]
        # One Newton step to the nearest shape of the volume at rest.
        step = (1.0 - volume) / square
        # What is nearly turned inside out resists ever more.
        if volume < 0.3:
            step *= 1.0 + 10.0 * min(0.3 - volume, 0.4)
        if step > 0.5:
            step = 0.5
        if step < -0.5:
            step = -0.5
        shape, bulk = weight[t, 0], weight[t, 1]
        for a in range(3):
            for b in range(3):
                p[a, b] = shape * (r[a, b] - f[a, b]) + bulk * step * c[a, b]
        for i in range(4):
            v = corners[t, i]
            for a in range(3):
                force[v, a] += (
                    p[a, 0] * gradients[t, i, 0]
                    + p[a, 1] * gradients[t, i, 1]
                    + p[a, 2] * gradients[t, i, 2]
                )


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
