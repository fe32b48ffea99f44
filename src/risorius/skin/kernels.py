"""Compiled loops of the rig; imported only when something moves.

They release the interpreter lock and start no threads of their own: the caller splits the frames.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["gather", "part_lips", "pose", "refine", "wrap"]

Array = NDArray[Any]

PASSES = 4
"""A wave in the line of the lips is flattened in a few steps."""


@njit(cache=True, nogil=True, fastmath=True)
def gather(pointer: Array, vertex: Array, value: Array, drive: Array, out: Array) -> None:
    """Fill `out` (t, n, 3) with the displacement that drives (t, column) bring about."""
    for t in range(drive.shape[0]):
        moved = out[t]
        moved[:] = 0.0
        for c in range(drive.shape[1]):
            a = drive[t, c]
            if a != 0:
                for j in range(pointer[c], pointer[c + 1]):
                    v = vertex[j]
                    moved[v, 0] += a * value[j, 0]
                    moved[v, 1] += a * value[j, 1]
                    moved[v, 2] += a * value[j, 2]


@njit(cache=True, nogil=True, fastmath=True)
def pose(
    rest: Array,
    normal: Array,
    bend: Array,
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
    """Turn displacements in `out` (t, n, 3) into level-0 shapes, lids not yet wrapped, in place."""
    half, one = np.float32(0.5), np.float32(1.0)
    for v in range(rest.shape[0]):
        share, lid, eye = jaw_share[v], lid_eye[v], eye_of[v]
        for t in range(out.shape[0]):
            x, y, z = out[t, v, 0], out[t, v, 1], out[t, v, 2]
            if x != 0 or y != 0 or z != 0:
                # Follow the curve of what the skin glides on.
                lift = half * (bend[v, 0] * x * x + bend[v, 3] * y * y + bend[v, 5] * z * z)
                lift += bend[v, 1] * x * y + bend[v, 2] * x * z + bend[v, 4] * y * z
                x -= lift * normal[v, 0]
                y -= lift * normal[v, 1]
                z -= lift * normal[v, 2]
            x += rest[v, 0]
            y += rest[v, 1]
            z += rest[v, 2]
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
                angle = jaw_turn[t] * share
                if angle != 0:
                    c, s = np.cos(angle), np.sin(angle)
                    qy, qz = y - jaw_pivot[1], z - jaw_pivot[2]
                    y = jaw_pivot[1] + qy * c - qz * s
                    z = jaw_pivot[2] + qy * s + qz * c
                x += share * jaw_shift[t, 0]
                y += share * jaw_shift[t, 1]
                z += share * jaw_shift[t, 2]
            out[t, v, 0] = x
            out[t, v, 1] = y
            out[t, v, 2] = z


@njit(cache=True, nogil=True, fastmath=True)
def wrap(
    points: Array,
    vertex: Array,
    eye: Array,
    clearance: Array,
    centre: Array,
    radius: Array,
    iris: np.float32,
    rise: np.float32,
    look: Array,
) -> None:
    """Push lid vertices of every frame (t, n, 3) out of the globe and its cornea, in place."""
    one, slack = np.float32(1.0), np.float32(1e-3)
    for i in range(vertex.shape[0]):
        v, e = vertex[i], eye[i]
        for t in range(points.shape[0]):
            x = points[t, v, 0] - centre[e, 0]
            y = points[t, v, 1] - centre[e, 1]
            z = points[t, v, 2] - centre[e, 2]
            length = np.sqrt(x * x + y * y + z * z)
            ahead = (x * look[t, e, 0] + y * look[t, e, 1] + z * look[t, e, 2]) / length
            need = radius[e] + clearance[i]
            if ahead > 0:
                across = radius[e] * radius[e] * (one - ahead * ahead) / (iris * iris)
                if across < 1:
                    need += rise * (one - across)
            if length < need - slack:
                scale = need / length
                points[t, v, 0] = centre[e, 0] + x * scale
                points[t, v, 1] = centre[e, 1] + y * scale
                points[t, v, 2] = centre[e, 2] + z * scale


@njit(cache=True, nogil=True, fastmath=True)
def part_lips(
    points: Array,
    upper: Array,
    lower: Array,
    lower_weight: Array,
    gap: Array,
    vertex: Array,
    place: Array,
    give: Array,
) -> None:
    """Move lips that overlap more than at rest apart, in every frame (t, n, 3), in place."""
    samples = upper.shape[0]
    overlap = np.zeros(samples, np.float32)
    for t in range(points.shape[0]):
        for _ in range(PASSES):
            deepest = np.float32(0.0)
            for k in range(samples):
                w = lower_weight[k]
                below = points[t, lower[k, 0], 1] * (np.float32(1.0) - w)
                below += points[t, lower[k, 1], 1] * w
                overlap[k] = max(gap[k] - (points[t, upper[k], 1] - below), np.float32(0.0))
                deepest = max(deepest, overlap[k])
            if deepest < np.float32(1e-3):
                break
            for i in range(vertex.shape[0]):
                k = min(int(place[i]), samples - 2)
                w = place[i] - np.float32(k)
                way = overlap[k] + w * (overlap[k + 1] - overlap[k])
                points[t, vertex[i], 1] += give[i] * way


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
