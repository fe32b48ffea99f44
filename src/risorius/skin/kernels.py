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
    moved = np.zeros(width, np.float32)
    for b in range(pointer.shape[0] - 1):
        start = b * width
        room = min(width, out.shape[1] - start)
        for t in range(out.shape[0]):
            moved[:] = 0.0
            for j in range(pointer[b], pointer[b + 1]):
                w = weight[t, shape[j]]
                if w != 0:
                    for i in range(width):
                        moved[i] += w * np.float32(value[j, i])
            for i in range(room):
                out[t, start + i] = moved[i]


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
    for t in range(out.shape[0]):
        for i in range(hair.shape[0]):
            for x in range(3):
                out[t, hair[i], x] = out[t, root[i], x]
    for v in range(rest.shape[0]):
        share, lid, eye = jaw_share[v], lid_eye[v], eye_of[v]
        for t in range(out.shape[0]):
            x = out[t, v, 0] + rest[v, 0]
            y = out[t, v, 1] + rest[v, 1]
            z = out[t, v, 2] + rest[v, 2]
            if lid >= 0:
                angle = (
                    lid_turn[t, lid, 0] * lid_take[v, 0]
                    + lid_turn[t, lid, 1] * lid_take[v, 1]
                    - lid_turn[t, lid, 2] * lid_take[v, 2]
                )
                if angle != 0:
                    c, s = np.cos(angle), np.sin(angle)
                    ax, ay, az = lid_axis[lid, 0], lid_axis[lid, 1], lid_axis[lid, 2]
                    cx, cy, cz = centre[lid, 0], centre[lid, 1], centre[lid, 2]
                    qx, qy, qz = x - cx, y - cy, z - cz
                    dot = (ax * qx + ay * qy + az * qz) * (one - c)
                    x = cx + qx * c + (ay * qz - az * qy) * s + ax * dot
                    y = cy + qy * c + (az * qx - ax * qz) * s + ay * dot
                    z = cz + qz * c + (ax * qy - ay * qx) * s + az * dot
            if eye >= 0:
                r = gaze[t, eye]
                cx, cy, cz = centre[eye, 0], centre[eye, 1], centre[eye, 2]
                qx, qy, qz = x - cx, y - cy, z - cz
                if r[0, 0] != one or r[1, 1] != one:
                    x = cx + r[0, 0] * qx + r[0, 1] * qy + r[0, 2] * qz
                    y = cy + r[1, 0] * qx + r[1, 1] * qy + r[1, 2] * qz
                    z = cz + r[2, 0] * qx + r[2, 1] * qy + r[2, 2] * qz
            if share > 0:
                ax, ay, az = jaw_turn[t, 0], jaw_turn[t, 1], jaw_turn[t, 2]
                size = np.sqrt(ax * ax + ay * ay + az * az)
                if size > tiny:
                    c, s = np.cos(size * share), np.sin(size * share)
                    ax, ay, az = ax / size, ay / size, az / size
                    cx, cy, cz = jaw_pivot[0], jaw_pivot[1], jaw_pivot[2]
                    qx, qy, qz = x - cx, y - cy, z - cz
                    dot = (ax * qx + ay * qy + az * qz) * (one - c)
                    x = cx + qx * c + (ay * qz - az * qy) * s + ax * dot
                    y = cy + qy * c + (az * qx - ax * qz) * s + ay * dot
                    z = cz + qz * c + (ax * qy - ay * qx) * s + az * dot
                x += share * jaw_shift[t, 0]
                y += share * jaw_shift[t, 1]
                z += share * jaw_shift[t, 2]
            out[t, v, 0] = x
            out[t, v, 1] = y
            out[t, v, 2] = z


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
