"""Compiled loops of the rig; imported only when something moves.

They release the interpreter lock and start no threads of their own: the caller splits the frames.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["move", "normals", "pose", "read_cues", "refine", "strain", "weigh"]

Array = NDArray[Any]


@njit(cache=True, nogil=True, inline="always")
def _least(a: float, b: float, ease: float) -> float:
    """Return the smaller of two values, without a kink where they are equal."""
    near = max(ease - abs(a - b), 0.0)
    return min(a, b) - near * near / (4 * ease)


@njit(cache=True, nogil=True)
def read_cues(
    activation: Array,
    jaw: Array,
    gaze: Array,
    slack: Array,
    max_open: float,
    reach: Array,
    gains: Array,
    facts: Array,
    radius: Array,
    aperture: Array,
    ease: float,
    lids: Array,
    rotation: Array,
    cues: Array,
) -> None:
    """Fill turns of the lids (t, side, 3), rotations of the eyes (t, side, 3, 3) and the cues."""
    channels = activation.shape[1]
    rest = 2 * channels
    for t in range(activation.shape[0]):
        for c in range(channels):
            for side in range(2):
                cues[t, 2 * c + side] = activation[t, c, side]
                cues[t, rest + 10 + 2 * c + side] = slack[c, side]
        share = jaw[t, 0] / max_open
        x = min(max(share, 0.0), 1.0)
        y, under, over = 1 - x, min(share, 0.0), max(share - 1, 0.0)
        # Bernstein polynomials of the opening; beyond both ends they go on straight.
        cues[t, rest] = 4 * x * y**3 + 4 * under
        cues[t, rest + 1] = 6 * (x * y) ** 2
        cues[t, rest + 2] = 4 * x**3 * y - 4 * over
        cues[t, rest + 3] = x**4 + 4 * over
        cues[t, rest + 4] = jaw[t, 1] / reach[0]
        cues[t, rest + 5] = jaw[t, 2] / reach[1]
        for side in range(2):
            close, upper, lower = 0.0, 0.0, 0.0
            for c in range(channels):
                close += activation[t, c, side] * gains[c, 0]
                upper += activation[t, c, side] * gains[c, 1]
                lower += activation[t, c, side] * gains[c, 2]
            close = min(max(close, 0.0), 1.0)
            yaw, pitch = gaze[t, side, 0], gaze[t, side, 1]
            arm, gap = radius[side] + facts[0], aperture[side]
            upper = upper / arm + facts[1] * pitch
            lower = (lower - facts[2] * pitch) / arm
            upper = -_least(-upper, facts[3] / arm, ease)
            lower = _least(lower, 0.4 * gap, ease)
            # The margins meet; they do not pass each other.
            upper = _least(upper, gap - lower, ease)
            lids[t, side, 0] = close
            lids[t, side, 1] = (1 - close) * upper
            lids[t, side, 2] = (1 - close) * lower
            cues[t, rest + 6 + 2 * side] = lids[t, side, 1]
            cues[t, rest + 7 + 2 * side] = lids[t, side, 2]
            cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
            turn = rotation[t, side]
            turn[0, 0], turn[0, 1], turn[0, 2] = cy, sy * sp, sy * cp
            turn[1, 0], turn[1, 1], turn[1, 2] = 0.0, cp, -sp
            turn[2, 0], turn[2, 1], turn[2, 2] = -sy, cy * sp, cy * cp


@njit(cache=True, nogil=True, fastmath=True)
def weigh(cues: Array, own: Array, mixed: Array, share: Array, scale: Array, out: Array) -> None:
    """Fill `out` (t, shape) with how many of its steps each shape is called for."""
    one = np.float32(1.0)
    first = own.shape[0]
    for t in range(cues.shape[0]):
        cue = cues[t]
        for k in range(first):
            second = own[k, 1]
            out[t, k] = cue[own[k, 0]] * (cue[second] if second >= 0 else one)
        shared = out[t, first:]
        shared[:] = 0.0
        for p in range(mixed.shape[0]):
            amount = cue[mixed[p, 0]] * cue[mixed[p, 1]]
            if amount != 0:
                third = mixed[p, 2]
                if third >= 0:
                    amount *= cue[third]
                for m in range(shared.shape[0]):
                    shared[m] += amount * share[p, m]
        for k in range(out.shape[1]):
            out[t, k] *= scale[k]


@njit(cache=True, nogil=True, fastmath=True)
def move(pointer: Array, shape: Array, value: Array, weight: Array, out: Array) -> None:
    """Fill `out` (t, n * 3) with the sum of the shapes, each by its weight (t, shape)."""
    width = value.shape[1]
    moved, called = np.zeros(width, np.float32), np.zeros(weight.shape[1] + 4, np.int64)
    amount = np.zeros(weight.shape[1] + 4, np.float32)
    for b in range(pointer.shape[0] - 1):
        start = b * width
        room = min(width, out.shape[1] - start)
        for t in range(out.shape[0]):
            count = 0
            for j in range(pointer[b], pointer[b + 1]):
                w = weight[t, shape[j]]
                called[count], amount[count] = j, w
                count += w != 0
            # Four at a time; the last few are filled up with nothing.
            for k in range(count, count + 3):
                called[k], amount[k] = pointer[b], 0.0
            moved[:] = 0.0
            for k in range(0, count, 4):
                first, second, third, fourth = (
                    value[called[k]],
                    value[called[k + 1]],
                    value[called[k + 2]],
                    value[called[k + 3]],
                )
                p, q, r, s = amount[k], amount[k + 1], amount[k + 2], amount[k + 3]
                for i in range(width):
                    moved[i] += (p * np.float32(first[i]) + q * np.float32(second[i])) + (
                        r * np.float32(third[i]) + s * np.float32(fourth[i])
                    )
            for i in range(room):
                out[t, start + i] = moved[i]


@njit(cache=True, nogil=True, fastmath=True)
def _turn(points: Array, angle: Array, count: int, axis: Array, centre: Array) -> None:
    """Turn points (3, count or more) about an axis through a centre, each by an angle [rad].

    The sines are polynomials, so that many points are turned at once; nothing moves by angle zero.
    """
    one, half, two = np.float32(1.0), np.float32(0.5), np.float32(2.0)
    round_ = np.float32(2 * np.pi)
    ax, ay, az = axis[0], axis[1], axis[2]
    cx, cy, cz = centre[0], centre[1], centre[2]
    for i in range(count):
        a = angle[i]
        h = half * (a - round_ * np.floor(a / round_ + half))
        g = h * h
        s = np.float32(1 / 362880) - g * np.float32(1 / 39916800)
        s = np.float32(1 / 120) - g * (np.float32(1 / 5040) - g * s)
        s = h * (one - g * (np.float32(1 / 6) - g * s))
        c = np.float32(1 / 40320) - g * (np.float32(1 / 3628800) - g * np.float32(1 / 479001600))
        c = one - g * (half - g * (np.float32(1 / 24) - g * (np.float32(1 / 720) - g * c)))
        sine, versed = two * s * c, two * s * s
        x, y, z = points[0, i] - cx, points[1, i] - cy, points[2, i] - cz
        dot = ax * x + ay * y + az * z
        points[0, i] += sine * (ay * z - az * y) + versed * (ax * dot - x)
        points[1, i] += sine * (az * x - ax * z) + versed * (ay * dot - y)
        points[2, i] += sine * (ax * y - ay * x) + versed * (az * dot - z)


@njit(cache=True, nogil=True, fastmath=True)
def pose(
    rest: Array,
    hair: Array,
    root: Array,
    jaw_share: Array,
    jaw_pivot: Array,
    jaw_turn: Array,
    jaw_shift: Array,
    lid_eye: Array,
    lid_take: Array,
    lid_turn: Array,
    lid_axis: Array,
    centre: Array,
    eye_of: Array,
    gaze: Array,
    out: Array,
) -> None:
    """Turn displacements in `out` (t, n, 3) into level-0 shapes, contact left out, in place."""
    one, tiny = np.float32(1.0), np.float32(1e-7)
    n = rest.shape[0]
    some, angle, where = (
        np.zeros((3, n), np.float32),
        np.zeros(n, np.float32),
        np.zeros(n, np.int64),
    )
    axis = np.zeros(3, np.float32)
    for t in range(out.shape[0]):
        frame = out[t]
        for i in range(hair.shape[0]):
            for x in range(3):
                frame[hair[i], x] = frame[root[i], x]
        for v in range(n):
            for x in range(3):
                frame[v, x] += rest[v, x]
        for side in range(2):
            close, upper, lower = lid_turn[t, side, 0], lid_turn[t, side, 1], lid_turn[t, side, 2]
            count = 0
            if close != 0 or upper != 0 or lower != 0:
                for v in range(n):
                    if lid_eye[v] == side:
                        where[count] = v
                        angle[count] = (
                            close * lid_take[v, 0] + upper * lid_take[v, 1] - lower * lid_take[v, 2]
                        )
                        for x in range(3):
                            some[x, count] = frame[v, x]
                        count += 1
            _turn(some, angle, count, lid_axis[side], centre[side])
            for i in range(count):
                for x in range(3):
                    frame[where[i], x] = some[x, i]
            r = gaze[t, side]
            if r[0, 0] != one or r[1, 1] != one:
                cx, cy, cz = centre[side, 0], centre[side, 1], centre[side, 2]
                for v in range(n):
                    if eye_of[v] == side:
                        qx, qy, qz = frame[v, 0] - cx, frame[v, 1] - cy, frame[v, 2] - cz
                        frame[v, 0] = cx + r[0, 0] * qx + r[0, 1] * qy + r[0, 2] * qz
                        frame[v, 1] = cy + r[1, 0] * qx + r[1, 1] * qy + r[1, 2] * qz
                        frame[v, 2] = cz + r[2, 0] * qx + r[2, 1] * qy + r[2, 2] * qz
        size = np.float32(0.0)
        for x in range(3):
            size += jaw_turn[t, x] * jaw_turn[t, x]
        size = np.sqrt(size)
        for x in range(3):
            axis[x] = jaw_turn[t, x] / max(size, tiny)
        count = 0
        for v in range(n):
            if jaw_share[v] > 0:
                where[count] = v
                angle[count] = size * jaw_share[v]
                for x in range(3):
                    some[x, count] = frame[v, x]
                count += 1
        _turn(some, angle, count, axis, jaw_pivot)
        for i in range(count):
            v = where[i]
            for x in range(3):
                frame[v, x] = some[x, i] + jaw_share[v] * jaw_shift[t, x]


@njit(cache=True, nogil=True, fastmath=True)
def refine(pointer: Array, column: Array, weight: Array, coarse: Array, out: Array) -> None:
    """Fill `out` (t, n1, 3) with the sparse product of every frame of `coarse` (t, n0, 3)."""
    for t in range(coarse.shape[0]):
        for r in range(pointer.shape[0] - 1):
            x = np.float32(0.0)
            y = np.float32(0.0)
            z = np.float32(0.0)
            for j in range(pointer[r], pointer[r + 1]):
                w, c = weight[j], column[j]
                x += w * coarse[t, c, 0]
                y += w * coarse[t, c, 1]
                z += w * coarse[t, c, 2]
            out[t, r, 0] = x
            out[t, r, 1] = y
            out[t, r, 2] = z


@njit(cache=True, nogil=True, fastmath=True)
def normals(triangles: Array, points: Array, out: Array) -> None:
    """Fill `out` (n, 3) with the unit normals of a surface (n, 3), weighted by area."""
    out[:] = 0.0
    for f in range(triangles.shape[0]):
        a, b, c = triangles[f, 0], triangles[f, 1], triangles[f, 2]
        ux, uy, uz = (
            points[b, 0] - points[a, 0],
            points[b, 1] - points[a, 1],
            points[b, 2] - points[a, 2],
        )
        vx, vy, vz = (
            points[c, 0] - points[a, 0],
            points[c, 1] - points[a, 1],
            points[c, 2] - points[a, 2],
        )
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for v in (a, b, c):
            out[v, 0] += nx
            out[v, 1] += ny
            out[v, 2] += nz
    tiny = np.float32(1e-12)
    for v in range(out.shape[0]):
        x, y, z = out[v, 0], out[v, 1], out[v, 2]
        scale = np.float32(1.0) / np.sqrt(x * x + y * y + z * z + tiny)
        out[v, 0] *= scale
        out[v, 1] *= scale
        out[v, 2] *= scale


@njit(cache=True, nogil=True, fastmath=True)
def strain(
    pointer: Array, neighbour: Array, weight: Array, points: Array, amount: Array, direction: Array
) -> None:
    """Fill the principal strains (n, 2) and the direction of the least (n, 3) of a surface."""
    half, one, tiny = np.float32(0.5), np.float32(1.0), np.float32(1e-12)
    for v in range(pointer.shape[0] - 1):
        x, y, z = points[v, 0], points[v, 1], points[v, 2]
        ax, ay, az = x - x, y - y, z - z
        bx, by, bz = ax, ay, az
        for j in range(pointer[v], pointer[v + 1]):
            n = neighbour[j]
            dx, dy, dz = points[n, 0] - x, points[n, 1] - y, points[n, 2] - z
            a, b = weight[j, 0], weight[j, 1]
            ax += a * dx
            ay += a * dy
            az += a * dz
            bx += b * dx
            by += b * dy
            bz += b * dz
        aa = ax * ax + ay * ay + az * az
        bb = bx * bx + by * by + bz * bz
        ab = ax * bx + ay * by + az * bz
        middle, differ = half * (aa + bb), half * (aa - bb)
        spread = np.sqrt(differ * differ + ab * ab)
        amount[v, 0] = np.sqrt(max(middle - spread, np.float32(0.0))) - one
        amount[v, 1] = np.sqrt(middle + spread) - one
        # The axis of the least: from the larger of two equal expressions, so that none vanishes.
        if differ > 0:
            p, q = -ab, spread + differ
        else:
            p, q = spread - differ, -ab
        x, y, z = p * ax + q * bx, p * ay + q * by, p * az + q * bz
        size = x * x + y * y + z * z
        if size > tiny:
            scale = one / np.sqrt(size)
            x, y, z = x * scale, y * scale, z * scale
        else:
            scale = one / np.sqrt(max(aa, tiny))
            x, y, z = ax * scale, ay * scale, az * scale
        direction[v, 0] = x
        direction[v, 1] = y
        direction[v, 2] = z
