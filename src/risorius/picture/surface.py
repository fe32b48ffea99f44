"""What a place of the face looks like: its own colour, and how studio light falls on it.

Everything here works on plain numbers and triples: colours are linear light, directions are unit
vectors. Arrays stay with the kernels of :mod:`risorius.picture.shade`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["BROW_LENGTH", "flesh", "iris", "lighted", "skin", "wet_shine"]

Triple = tuple[float, float, float]
Triples = tuple[Triple, ...]

BROW_LENGTH = 55.0
"""From the inner end of a brow to the tip of its tail, over the skin [mm]."""


@njit(cache=True, nogil=True, fastmath=True)
def _soft_step(low: float, high: float, value: float) -> float:
    """Return 0 below ``low``, 1 above ``high`` and a smooth way between."""
    part = min(max((value - low) / (high - low), 0.0), 1.0)
    return part * part * (3.0 - 2.0 * part)


@njit(cache=True, nogil=True, fastmath=True)
def _cell_noise(i: int, j: int) -> float:
    """Return a fixed pseudo-random number 0..1 for the cell ``i, j`` of a grid."""
    mask = np.uint64(0xFFFFFFFF)
    h = (np.uint64(i) * np.uint64(374761393) + np.uint64(j) * np.uint64(668265263)) & mask
    h = ((h ^ (h >> np.uint64(13))) * np.uint64(1274126177)) & mask
    return ((h ^ (h >> np.uint64(16))) & np.uint64(0xFFFF)) / 65535.0


@njit(cache=True, nogil=True, fastmath=True)
def _noise(x: float, y: float) -> float:
    """Return smooth noise 0..1 with features of size one."""
    fx, fy = np.floor(x), np.floor(y)
    i, j = int(fx), int(fy)
    u, v = x - fx, y - fy
    u, v = u * u * (3.0 - 2.0 * u), v * v * (3.0 - 2.0 * v)
    upper = _cell_noise(i, j) * (1.0 - u) + _cell_noise(i + 1, j) * u
    lower = _cell_noise(i, j + 1) * (1.0 - u) + _cell_noise(i + 1, j + 1) * u
    return float(upper * (1.0 - v) + lower * v)


@njit(cache=True, nogil=True, fastmath=True)
def _mix(one: Triple, other: Triple, part: float) -> Triple:
    return (
        one[0] + (other[0] - one[0]) * part,
        one[1] + (other[1] - one[1]) * part,
        one[2] + (other[2] - one[2]) * part,
    )


@njit(cache=True, nogil=True, fastmath=True)
def _times(one: Triple, factor: float) -> Triple:
    return one[0] * factor, one[1] * factor, one[2] * factor


@njit(cache=True, nogil=True, fastmath=True)
def _dot(one: Triple, other: Triple) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


@njit(cache=True, nogil=True, fastmath=True)
def _fine(x: float, y: float, grain: float) -> float:
    """Return :func:`_noise`, fading to its mean where ``grain`` [1], a pixel's width, blurs it."""
    if grain >= 1.4:
        return 0.5
    return 0.5 + (_noise(x, y) - 0.5) * (1.0 - _soft_step(0.6, 1.4, grain))


@njit(cache=True, nogil=True, fastmath=True)
def _brow(along: float, across: float, grain: float) -> float:
    """Return 0..1 how much hair is ``along`` and ``across`` [mm] a brow, 0 at its inner end."""
    part = along / BROW_LENGTH
    if part < -0.08 or part > 1.06 or abs(across) > 7.5:
        return 0.0
    # Hairs rise at the head and lie down towards the tail; the upper ones bend over the lower.
    steep = np.exp(-along / 11.0)
    flow = across * (1.0 + 0.022 * along) + 25.0 * steep + 0.10 * along
    slope = 2.3 * steep - 0.1
    # The streaks run closer together where they are steep and where they converge.
    bend = np.sqrt(1.0 + slope * slope)
    dense = grain * bend * (1.0 + 0.022 * along)
    reach = (along + across * slope) / bend
    hair = 0.55 * _fine(flow * 1.3 + 60.0, reach * 0.17 + 9.0, dense * 1.3)
    hair += 0.45 * _fine(flow * 3.2 + 90.0, reach * 0.26 + 40.0, dense * 3.2)
    # Full in the body, a point at the tail; single hairs stand out over every edge.
    half = 4.3 * (1.0 - 0.74 * _soft_step(0.42, 1.0, part))
    edge = (half - abs(across)) / 2.4 + 1.3 * (hair - 0.5)
    ends = min((part + 0.05) / 0.24, (1.04 - part) / 0.22) + 1.1 * (hair - 0.5)
    body = _soft_step(-0.45, 0.85, edge) * _soft_step(-0.1, 1.0, ends)
    return 0.88 * body * (0.6 + 0.4 * _soft_step(0.2, 0.62, hair + 0.1 * body))


@njit(cache=True, nogil=True, fastmath=True)
def skin(
    colour: Triple,
    gloss: float,
    place: Triple,
    lip: float,
    brow: Triple,
    scalp: float,
    hues: Triples,
    grain: float = 0.0,
) -> tuple[Triple, float]:
    """Return colour and gloss of skin with lips, brows and cropped hair at a ``place`` [mm].

    ``brow`` is (along, across, cover); ``hues`` as in :meth:`risorius.picture.look.Look.hues`;
    detail finer than ``grain`` [mm] is left out.
    """
    side, y, z = abs(place[0]), place[1], place[2]
    if lip > 0.02:
        lip = _soft_step(0.38, 0.85, lip)
        crease = _noise(side * 1.3, y * 0.25 + z * 0.1) - 0.5
        colour = _mix(colour, _times(hues[0], 1.0 + 0.16 * crease), lip)
        gloss += (0.62 + 0.5 * crease - gloss) * lip
    pore = _fine(side * 1.7 + 31.0, y * 1.7 + z * 0.9, grain * 1.7) - 0.5
    colour = _times(colour, 1.0 + 0.05 * pore)
    gloss *= 1.0 + 0.5 * pore
    if brow[2] > 0.0:
        hair = _brow(brow[0], brow[1], grain) * brow[2]
        colour = _mix(colour, hues[1], hair)
        gloss *= 1.0 - 0.8 * hair
    if scalp > 0.02:
        strand = _noise(side * 1.1 + z * 0.5, y * 0.35 + 70.0)
        strand += 0.5 * _fine(side * 3.1 + z * 2.3, y * 0.9 + 20.0, grain * 3.1)
        hair = 0.93 * _soft_step(0.3, 0.85, scalp + 0.22 * (strand - 0.75))
        colour = _mix(colour, _times(hues[2], 0.75 + 0.4 * strand), hair)
        gloss *= 1.0 - 0.85 * hair
    return colour, gloss


@njit(cache=True, nogil=True, fastmath=True)
def _bundles(across: float, along: float, seed: float, grain: float) -> float:
    """Return 0..1 how high the fibre bundles stand at a place [mm]; grooves between are low."""
    across += 0.7 * _noise(along * 0.11 + seed, across * 0.2)
    coarse = _fine(across * 1.15 + 7.1 * seed, along * 0.045 + seed, grain * 1.9)
    fine = _fine(across * 3.1 + 3.7 * seed, along * 0.09 + 2.0 * seed, grain * 4.6)
    return 0.6 * coarse + 0.4 * fine


@njit(cache=True, nogil=True, fastmath=True)
def flesh(
    colour: Triple, place: Triple, sinew: float, normal: Triple, aside: Triple, grain: float
) -> tuple[Triple, float, Triple]:
    """Return colour, gloss and normal of a muscle.

    ``place`` is across and along its fibres [mm] and a number of its own, ``sinew`` 1 in a tendon,
    ``aside`` the direction across the fibres; detail finer than ``grain`` [mm] is left out.
    """
    step = 0.12 + 0.5 * grain
    height = _bundles(place[0], place[1], place[2], grain)
    slope = _bundles(place[0] + step, place[1], place[2], grain) - height
    slope *= 0.55 / step
    tilted = (
        normal[0] - slope * aside[0],
        normal[1] - slope * aside[1],
        normal[2] - slope * aside[2],
    )
    tilted = _times(tilted, 1.0 / np.sqrt(_dot(tilted, tilted) + 1e-9))
    # Fibres end one by one where the tendon begins.
    white = _soft_step(0.25, 0.75, sinew + 0.9 * (height - 0.5))
    groove = 0.62 + 0.62 * height
    red = (colour[0] * groove, colour[1] * groove * (0.85 + 0.3 * height), colour[2] * groove)
    pale = _times((0.55, 0.45, 0.34), 0.75 + 0.4 * height)
    return _mix(red, pale, white), 0.45 + 0.5 * height, tilted


@njit(cache=True, nogil=True, fastmath=True)
def iris(white: Triple, place: Triple, hues: Triples) -> Triple:
    """Return an eye's colour at a ``place`` [mm] from its centre; the sclera would be ``white``."""
    radius = np.sqrt(place[0] * place[0] + place[1] * place[1])
    limbus, pupil = hues[5][0], hues[5][1]
    part = radius / limbus
    if place[2] <= 0.0 or part > 1.12:
        return white
    turn = np.arctan2(place[1], place[0])
    fibre = _noise(turn * 14.0 + 60.0, part * 2.2) * 0.6
    fibre += _noise(turn * 31.0 + 90.0, part * 3.5) * 0.4
    tone = 0.45 + 0.95 * fibre
    tone *= 1.0 - 0.72 * _soft_step(0.70, 1.0, part)
    tone *= 1.0 + 0.55 * (1.0 - _soft_step(0.36, 0.62, part))
    # Light from above gathers in the lower half of the iris.
    tone *= 1.0 - 0.45 * place[1] / limbus
    tone *= _soft_step(pupil - 0.25, pupil + 0.2, radius)
    return _mix(_times(hues[4], tone), white, _soft_step(0.94, 1.08, part))


@njit(cache=True, nogil=True, fastmath=True)
def _gleam(normal: Triple, view: Triple, light: Triple) -> float:
    """Return the fourth power of the cosine between the normal and the half-way to the light."""
    half = (view[0] + light[0], view[1] + light[1], view[2] + light[2])
    cosine = max(_dot(normal, half) / np.sqrt(_dot(half, half) + 1e-9), 0.0)
    cosine *= cosine
    return float(cosine * cosine)


@njit(cache=True, nogil=True, fastmath=True)
def lighted(
    colour: Triple,
    normal: Triple,
    view: Triple,
    lights: Triples,
    shown: float,
    openness: float,
    wrap: Triple,
    gloss: float,
    tight: bool,
) -> Triple:
    """Return the light that comes from a place.

    ``lights`` as in :meth:`risorius.picture.look.Look.lights`; ``shown`` and ``openness`` are the
    shares of the key light and of the room's that arrive, ``wrap`` (3) how far each colour creeps
    into the shadow, ``gloss`` how oily the surface is and ``tight`` whether its highlight is small.
    """
    direct = _dot(normal, lights[0])
    hole = 0.35 + 0.65 * openness
    shown = (0.18 + 0.82 * shown) * hole
    fill = max((_dot(normal, lights[2]) + 0.3) / 1.3, 0.0) * hole
    sky = 0.5 + 0.5 * _dot(normal, lights[8])
    grazing = 1.0 - max(_dot(normal, view), 0.0)
    grazing *= grazing
    rim = max(_dot(normal, lights[6]), 0.0) * grazing * grazing * openness
    shine = 0.0
    if gloss > 0.0:
        power = _gleam(normal, view, lights[0])
        broad = power * power
        power = broad * broad
        power *= power
        if tight:
            power *= power
        shine = shown * max(direct, 0.0) * (0.10 * broad + 0.22 * power)
        power = _gleam(normal, view, lights[2])
        power *= power
        power *= power
        shine = gloss * (shine + 0.05 * openness * power * power)
    # Red travels furthest through skin, past the edge of a shadow and out of a hole.
    red = max((direct + wrap[0]) / (1.0 + wrap[0]), 0.0) * shown * (1.3 - 0.3 * shown)
    green = max((direct + wrap[1]) / (1.0 + wrap[1]), 0.0) * shown
    blue = max((direct + wrap[2]) / (1.0 + wrap[2]), 0.0) * shown
    room = _mix(lights[5], lights[4], sky)
    red = red * lights[1][0] + fill * lights[3][0] + room[0] * openness * (1.25 - 0.25 * openness)
    green = green * lights[1][1] + fill * lights[3][1] + room[1] * openness
    blue = blue * lights[1][2] + fill * lights[3][2] + room[2] * openness
    return (
        colour[0] * red + shine * lights[1][0] + rim * lights[7][0],
        colour[1] * green + shine * lights[1][1] + rim * lights[7][1],
        colour[2] * blue + shine * lights[1][2] + rim * lights[7][2],
    )


@njit(cache=True, nogil=True, fastmath=True)
def wet_shine(normal: Triple, view: Triple, lights: Triples, openness: float) -> float:
    """Return what a wet globe mirrors of two soft boxes and a little of the room."""
    facing = _dot(normal, view)
    mirrored = (
        2.0 * facing * normal[0] - view[0],
        2.0 * facing * normal[1] - view[1],
        2.0 * facing * normal[2] - view[2],
    )
    # The main box is mirrored a little lower than it stands, where the lid does not hide it.
    up = lights[8]
    box = (
        lights[0][0] + 0.2 * view[0] - 0.2 * up[0],
        lights[0][1] + 0.2 * view[1] - 0.2 * up[1],
        lights[0][2] + 0.2 * view[2] - 0.2 * up[2],
    )
    shine = 0.95 * _soft_step(0.955, 0.98, _dot(mirrored, box) / np.sqrt(_dot(box, box)))
    shine *= 0.3 + 0.7 * openness
    shine += 0.12 * openness * _soft_step(0.975, 0.99, _dot(mirrored, lights[2]))
    grazing = 1.0 - max(facing, 0.0)
    return shine + (0.02 + 0.2 * grazing * grazing) * openness * max(_dot(mirrored, up), 0.0)
