"""Compiled loop of the tongue; imported only when something moves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["drive", "shape"]

Array = NDArray[Any]

EASE = 1.5
"""Over this distance [mm] teeth and palate begin to hold."""
MARGIN = 0.8
"""Room between vertices and edges of the teeth, for what lies between the vertices [mm]."""
DEEP = 14.0
"""How far below the edges of the lower teeth they stop to matter [mm]."""
LINGUAL, PALATAL = 5.0, 8.0
"""Width of the slopes behind the edges of lower and upper teeth [mm]."""
LEDGE = 9.0
"""How far beyond their inner side the lower teeth hold the tongue up [mm]."""
BEHIND = 1.45
"""Rays beyond this [rad] pass behind the teeth."""
PASSAGE = 1.6
"""Gap of the teeth, in half heights of the tongue, that lets it through freely."""
FREE, LONGER = 4.0, 0.06
"""Shift [mm] and lengthening of a thrust against closed teeth."""


@njit(cache=True, nogil=True)
def _above(y: float, floor: float, ease: float) -> float:
    """Return the larger of two heights, smoothly, and `y` itself where it is clear of the floor."""
    over = y - floor
    if over >= ease:
        return y
    if over <= -ease:
        return floor
    held: float = floor + (over + ease) ** 2 / (4 * ease)
    return held


@njit(cache=True, nogil=True)
def _smooth(x: float) -> float:
    part = min(max(x, 0.0), 1.0)
    return part * part * (3 - 2 * part)


@njit(cache=True, nogil=True)
def _round(x: float) -> float:
    """Rise from 0 to 1, steep at first: the inner side of a tooth and its gum."""
    part = _smooth(x)
    return part * (2 - part)


@njit(cache=True, nogil=True)
def _ray(x: float, z: float, wall: Array, edge: Array) -> tuple[float, float, float]:
    """Return how far (x, z) lies outside a row of teeth, its edge's height, and whether ahead."""
    angle = np.arctan2(abs(x), z)
    place = angle / (np.pi / 2) * (wall.shape[0] - 1)
    k = min(int(place), wall.shape[0] - 2)
    w = min(place - k, 1.0)
    beyond = np.sqrt(x * x + z * z) - (wall[k] + w * (wall[k + 1] - wall[k]))
    return beyond, edge[k] + w * (edge[k + 1] - edge[k]), _smooth((BEHIND - angle) / 0.25)


@njit(cache=True, nogil=True)
def _floor(x: float, z: float, wall: Array, edge: Array, size: float) -> float:
    """Return the height at which the lower teeth hold up what lies at (x, z)."""
    beyond, height, ahead = _ray(x, z, wall[1], edge[1])
    rise = _smooth(beyond / (LINGUAL * size) + 1)
    fall = _smooth(beyond / (LEDGE * size) - 1)
    return height + size * (MARGIN - (1 - rise + fall) * DEEP - (1 - ahead) * 4 * DEEP)


@njit(cache=True, nogil=True)
def _ceiling(x: float, z: float, wall: Array, edge: Array, palate: float, size: float) -> float:
    """Return the height at which palate and upper teeth hold down what lies at (x, z)."""
    beyond, height, ahead = _ray(x, z, wall[0], edge[0])
    down = ahead * _round(beyond / (PALATAL * size) + 1)
    return palate + down * (height - MARGIN * size - palate)


@njit(cache=True, nogil=True)
def drive(activation: Array, rows: Array, gains: Array, effects: Array) -> None:
    """Fill `effects` (t, effect) with what activations (t, channel, 2) of `rows` do together.

    The last two answer to the difference of the sides, the others to their mean.
    """
    aside = effects.shape[1] - 2
    for t in range(effects.shape[0]):
        for e in range(effects.shape[1]):
            total = 0.0
            for r in range(rows.shape[0]):
                left, right = activation[t, rows[r], 0], activation[t, rows[r], 1]
                # Left pulls to its own side, right to the other.
                both = float(left) - right if e >= aside else (float(left) + right) / 2
                total += both * gains[r, e]
            effects[t, e] = total


@njit(cache=True, nogil=True)
def shape(
    effects: Array,
    turn: Array,
    shift: Array,
    rest: Array,
    node: Array,
    offset: Array,
    root: Array,
    step: float,
    slant: Array,
    thick: Array,
    centre: Array,
    wall: Array,
    edge: Array,
    palate: float,
    size: float,
    pivot: Array,
    at: Array,
    out: Array,
) -> None:
    """Fill rows `at` (n,) of `out` (t, vertices, 3) with a :class:`risorius.skin.tongue.Tongue`.

    Rows below zero are left out.
    """
    count = slant.shape[0]
    line, slants = np.empty((count, 3)), np.empty(count)
    yaws, long_, wide = np.empty(count), np.empty(count), np.empty(count)
    rotation, ease = np.empty((3, 3)), EASE * size
    for t in range(out.shape[0]):
        moves = False
        for e in range(effects.shape[1]):
            moves = moves or effects[t, e] != 0
        for a in range(3):
            moves = moves or turn[t, a] != 0 or shift[t, a] != 0
        if not moves:
            for i in range(rest.shape[0]):
                if at[i] >= 0:
                    for a in range(3):
                        out[t, at[i], a] = rest[i, a]
            continue
        # Also at rest: a jaw that goes aside takes the tongue against the upper teeth.
        _rotate(turn[t], rotation)
        gap = _gap(rotation, shift[t], pivot, centre, wall, edge)
        let = _smooth(gap / (PASSAGE * thick[slant.shape[0] // 2]))
        _bend(effects[t], let, size, root, step, slant, line, slants, yaws, long_, wide)
        _yield(
            line,
            thick,
            long_,
            wide,
            rotation,
            shift[t],
            pivot,
            root,
            centre,
            wall,
            edge,
            palate,
            size,
        )
        for i in range(rest.shape[0]):
            if at[i] < 0:
                continue
            cup = effects[t, 8] / size
            x, y, z = _placed(node[i], offset[i], cup, line, slants, yaws, long_, wide)
            y = _above(y, _floor(x - root[0], z - centre[1], wall, edge, size), ease)
            qx, qy, qz = x - pivot[0], y - pivot[1], z - pivot[2]
            x = pivot[0] + rotation[0, 0] * qx + rotation[0, 1] * qy + rotation[0, 2] * qz
            y = pivot[1] + rotation[1, 0] * qx + rotation[1, 1] * qy + rotation[1, 2] * qz
            z = pivot[2] + rotation[2, 0] * qx + rotation[2, 1] * qy + rotation[2, 2] * qz
            x, y, z = x + shift[t, 0], y + shift[t, 1], z + shift[t, 2]
            # Palate and upper teeth stay with the skull.
            ceiling = _ceiling(x - root[0], z - centre[1], wall, edge, palate, size)
            y = -_above(-y, -ceiling, ease)
            out[t, at[i], 0], out[t, at[i], 1], out[t, at[i], 2] = x, y, z


@njit(cache=True, nogil=True)
def _rotate(turn: Array, rotation: Array) -> None:
    """Fill `rotation` with that of a turn (3,) [rad]."""
    angle = np.sqrt(turn[0] ** 2 + turn[1] ** 2 + turn[2] ** 2)
    c, s = np.cos(angle), np.sin(angle)
    n = turn / max(angle, 1e-12)
    for a in range(3):
        for b in range(3):
            rotation[a, b] = n[a] * n[b] * (1 - c)
        rotation[a, a] += c
    rotation[0, 1] -= n[2] * s
    rotation[1, 0] += n[2] * s
    rotation[0, 2] += n[1] * s
    rotation[2, 0] -= n[1] * s
    rotation[1, 2] -= n[0] * s
    rotation[2, 1] += n[0] * s


@njit(cache=True, nogil=True)
def _gap(
    rotation: Array, shift: Array, pivot: Array, centre: Array, wall: Array, edge: Array
) -> float:
    """Return how far the front teeth have come apart since rest [mm]."""
    y, z = edge[1, 0] - pivot[1], centre[1] + wall[1, 0] - pivot[2]
    apart: float = y - (rotation[1, 1] * y + rotation[1, 2] * z + shift[1])
    return apart


@njit(cache=True, nogil=True)
def _bend(
    effects: Array,
    let: float,
    size: float,
    root: Array,
    step: float,
    slant: Array,
    line: Array,
    slants: Array,
    yaws: Array,
    long_: Array,
    wide: Array,
) -> None:
    """Walk along the rod: fill places, slants, yaws and the stretch of length and width."""
    count = slant.shape[0]
    last = count - 1
    forward, lengthen = effects[1] * size, effects[3]
    # Closed teeth stop a thrust after a little way.
    if forward > 0:
        forward = let * forward + (1 - let) * FREE * size * np.tanh(forward / (FREE * size))
    if lengthen > 0:
        lengthen = let * lengthen + (1 - let) * LONGER * np.tanh(lengthen / LONGER)
    for k in range(count):
        s = k / last
        front = _smooth((s - 0.25) / 0.75)
        tip = _smooth((s - 0.6) / 0.4)
        slants[k] = slant[k] + effects[2] + effects[6] * front + effects[7] * tip
        yaws[k] = effects[9] * _smooth(s / 0.9) + effects[10] * tip
        long_[k] = np.exp(lengthen * (0.35 + 0.65 * _smooth(s / 0.7)))
        # The front narrows and widens more than the root.
        wide[k] = np.exp(effects[4] * (0.4 + 0.6 * _smooth(s / 0.7)))
    line[0, 0] = root[0]
    line[0, 1] = root[1] + effects[0] * size
    line[0, 2] = root[2] + forward
    for k in range(1, count):
        pitch, yaw = (slants[k] + slants[k - 1]) / 2, (yaws[k] + yaws[k - 1]) / 2
        way = step * (long_[k] + long_[k - 1]) / 2
        line[k, 0] = line[k - 1, 0] + way * np.sin(yaw)
        line[k, 1] = line[k - 1, 1] + way * np.cos(yaw) * np.sin(pitch)
        line[k, 2] = line[k - 1, 2] + way * np.cos(yaw) * np.cos(pitch)
    for k in range(count):
        s = k / last
        line[k, 1] += effects[5] * size * np.exp(-(((s - 0.38) / 0.24) ** 2))


@njit(cache=True, nogil=True)
def _yield(
    line: Array,
    thick: Array,
    long_: Array,
    wide: Array,
    rotation: Array,
    shift: Array,
    pivot: Array,
    root: Array,
    centre: Array,
    wall: Array,
    edge: Array,
    palate: float,
    size: float,
) -> None:
    """Shift the rod off teeth and palate: as a whole the tongue goes by where there is room."""
    ease = EASE * size
    for k in range(line.shape[0]):
        half = thick[k] / (long_[k] * wide[k])
        x, y, z = line[k, 0], line[k, 1], line[k, 2]
        floor = _floor(x - root[0], z - centre[1], wall, edge, size)
        y = _above(y, floor + half, ease)
        qx, qy, qz = x - pivot[0], y - pivot[1], z - pivot[2]
        x = pivot[0] + rotation[0, 0] * qx + rotation[0, 1] * qy + rotation[0, 2] * qz + shift[0]
        high = pivot[1] + rotation[1, 0] * qx + rotation[1, 1] * qy + rotation[1, 2] * qz + shift[1]
        z = pivot[2] + rotation[2, 0] * qx + rotation[2, 1] * qy + rotation[2, 2] * qz + shift[2]
        ceiling = _ceiling(x - root[0], z - centre[1], wall, edge, palate, size)
        line[k, 1] = y - (high + _above(-high, half - ceiling, ease))


@njit(cache=True, nogil=True)
def _placed(
    place: float,
    offset: Array,
    cup: float,
    line: Array,
    slants: Array,
    yaws: Array,
    long_: Array,
    wide: Array,
) -> tuple[float, float, float]:
    """Return where a vertex goes whose place and offset from the rod are known."""
    k = min(int(place), slants.shape[0] - 2)
    w = place - k
    pitch, yaw = slants[k] + w * (slants[k + 1] - slants[k]), yaws[k] + w * (yaws[k + 1] - yaws[k])
    length, width = long_[k] + w * (long_[k + 1] - long_[k]), wide[k] + w * (wide[k + 1] - wide[k])
    u, v, along = offset[0] * width, offset[1] / (length * width), offset[2] * length
    # The edges turn up (or down).
    v += cup * u * u * _smooth(place / slants.shape[0] / 0.5)
    cp, sp, cy, sy = np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)
    x = line[k, 0] + w * (line[k + 1, 0] - line[k, 0]) + u * cy + along * sy
    y = line[k, 1] + w * (line[k + 1, 1] - line[k, 1]) - u * sy * sp + v * cp + along * cy * sp
    z = line[k, 2] + w * (line[k + 1, 2] - line[k, 2]) - u * sy * cp - v * sp + along * cy * cp
    return x, y, z
