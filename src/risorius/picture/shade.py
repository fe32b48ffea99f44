"""The kernels that turn samples into pixels: light on vertices, colour of pixels, and lashes."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from risorius.picture.surface import Triples, flesh, iris, lighted, skin, wet_shine

__all__ = ["ATTRIBUTES", "KINDS", "colour", "glaze", "lighten", "veil"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]

KINDS = ("skin", "under", "eye", "wet", "lash", "flesh", "bone", "tooth")
"""What a triangle is shaded as; the kernels compare with the position in this tuple.

``under`` is the skin of the lower lip and lids, told apart so that the seam above it is drawn.
``flesh`` and ``bone`` are what lies beneath the skin; ``tooth`` is enamel and gum.
"""

ATTRIBUTES = (
    *("place_x", "place_y", "place_z"),
    *("red", "green", "blue"),
    *("gloss", "openness", "lip", "brow_along", "brow_across", "brow_cover", "scalp"),
    *("normal_x", "normal_y", "normal_z"),
)
"""Columns of the per-vertex paint.

``place`` is the position on the head at rest (mm; on eyes relative to the centre of the globe), in
which painted detail keeps its place while the skin moves; ``openness`` is 1 in the open and 0 in a
hole. The normals alone are those of the frame. On flesh, ``place`` is the place across and along
the fibres [mm] and a number that tells muscles apart, ``lip`` is 1 in a tendon, and the columns of
the brow are the direction across the fibres.
"""


@njit(cache=True, nogil=True, fastmath=True)
def _arriving(a: float, b: float, c: float, shadow: Floats, light: Floats) -> float:
    """Return 0..1 how much of the key light arrives at a place [mm], softly."""
    a -= light[9]
    b -= light[10]
    c -= light[11]
    depth = light[6] * a + light[7] * b + light[8] * c
    near = 1.0 / depth
    u = (light[0] * a + light[1] * b + light[2] * c) * near * light[12] + light[13] - 3.5
    v = (light[3] * a + light[4] * b + light[5] * c) * near * light[12] + light[14] - 3.5
    i, j = int(np.floor(v)), int(np.floor(u))
    if i < 0 or j < 0 or i + 7 >= shadow.shape[0] or j + 7 >= shadow.shape[1]:
        return 1.0
    v -= i
    u -= j
    # Unless something lies 3 mm or more before it, the place is lit.
    limit = 1.0 / (depth - 3.0)
    seen = 0.0
    for row in range(8):
        weight = 1.0 - v if row == 0 else (v if row == 7 else 1.0)
        line = 0.0
        for column in range(8):
            part = 1.0 - u if column == 0 else (u if column == 7 else 1.0)
            if shadow[i + row, j + column] <= limit:
                line += part
        seen += weight * line
    return seen / 49.0


@njit(cache=True, nogil=True, fastmath=True)
def lighten(
    points: Floats,
    normals: Floats,
    shadow: Floats,
    light: Floats,
    start: int,
    end: int,
    lit: Floats,
) -> None:
    """Put into ``lit`` (vertex,) how much of the key light arrives, from ``start`` to ``end``.

    ``shadow`` (row, column) is the reciprocal depth that ``light`` sees, a camera as in
    :func:`raster.place`.
    """
    for n in range(start, end):
        lit[n] = _arriving(
            points[n, 0] + normals[n, 0],
            points[n, 1] + normals[n, 1],
            points[n, 2] + normals[n, 2],
            shadow,
            light,
        )


@njit(cache=True, nogil=True, fastmath=True)
def _beside(
    owner: Ints,
    kinds: Bytes,
    row: int,
    column: int,
    down: int,
    across: int,
    reach: float,
    kind: int,
) -> float:
    """Return 1 where a surface of ``kind`` is right beside a sample, 0 from ``reach`` samples on.

    A ``kind`` of -1 stands for any skin.
    """
    stride = max(1, int(reach / 12.0))
    steps = int(reach / stride)
    for k in range(1, steps + 1):
        y, x = row + down * k * stride, column + across * k * stride
        if y < 0 or x < 0 or y >= owner.shape[0] or x >= owner.shape[1]:
            break
        t = owner[y, x]
        if t >= 0 and (kinds[t] == kind or (kind < 0 and kinds[t] <= 1)):
            return 1.0 - k * stride / (reach + stride)
    return 0.0


@njit(cache=True, nogil=True, fastmath=True)
def _contact(owner: Ints, kinds: Bytes, row: int, column: int, reach: float) -> float:
    """Return 0..1 how near, in the picture and above all upwards, the skin hangs over a sample."""
    shade = 0.85 * _beside(owner, kinds, row, column, -1, 0, reach, -1)
    shade += 0.22 * _beside(owner, kinds, row, column, 1, 0, 0.5 * reach, -1)
    shade += 0.16 * _beside(owner, kinds, row, column, 0, -1, 0.75 * reach, -1)
    shade += 0.16 * _beside(owner, kinds, row, column, 0, 1, 0.75 * reach, -1)
    return min(shade, 1.0)


@njit(cache=True, nogil=True, fastmath=True)
def colour(
    owner: Ints, near: Floats, kinds: Bytes, screen: Floats, triangles: Ints, paint: Floats,
    lit: Floats, shadow: Floats, light: Floats, camera: Floats, lights: Triples, hues: Triples,
    lashes: Floats, backdrop: Floats, tones: Bytes, row_start: int, row_end: int, image: Bytes,
) -> None:  # fmt: skip
    """Colour the pixels of rows ``row_start`` to ``row_end``.

    A pixel whose four samples see one continuous surface is shaded once, in its middle; at an
    outline each surface is shaded by itself and weighted by its samples.
    """
    limit = tones.shape[0] - 1.0
    for row in range(row_start, row_end):
        for column in range(image.shape[1]):
            t0, t1 = owner[2 * row, 2 * column], owner[2 * row, 2 * column + 1]
            t2, t3 = owner[2 * row + 1, 2 * column], owner[2 * row + 1, 2 * column + 1]
            if t0 < 0 and t1 < 0 and t2 < 0 and t3 < 0:
                continue
            whole = False
            if t0 >= 0 and t1 >= 0 and t2 >= 0 and t3 >= 0:
                kind = kinds[t0]
                if kinds[t1] == kind and kinds[t2] == kind and kinds[t3] == kind:
                    n0, n1 = near[2 * row, 2 * column], near[2 * row, 2 * column + 1]
                    n2, n3 = near[2 * row + 1, 2 * column], near[2 * row + 1, 2 * column + 1]
                    high, low = max(max(n0, n1), max(n2, n3)), min(min(n0, n1), min(n2, n3))
                    whole = (high - low) < 2.5 * high * low
            red, green, blue = 0.0, 0.0, 0.0
            share, middle = (1.0, 1.0) if whole else (0.25, 0.5)
            for sample in range(1 if whole else 4):
                sample_row, sample_column = 2 * row + sample // 2, 2 * column + sample % 2
                t = owner[sample_row, sample_column]
                if t < 0:
                    red += share * backdrop[row, 0]
                    green += share * backdrop[row, 1]
                    blue += share * backdrop[row, 2]
                    continue

                # Where in the triangle, with depth taken into account.
                x, y = sample_column + middle, sample_row + middle
                i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
                x0, y0 = np.float64(screen[i, 0]), np.float64(screen[i, 1])
                x1, y1 = np.float64(screen[j, 0]), np.float64(screen[j, 1])
                x2, y2 = np.float64(screen[k, 0]), np.float64(screen[k, 1])
                scale = 1.0 / ((x2 - x0) * (y1 - y0) - (x1 - x0) * (y2 - y0))
                first = ((x2 - x) * (y1 - y) - (x1 - x) * (y2 - y)) * scale
                second = ((x0 - x) * (y2 - y) - (x2 - x) * (y0 - y)) * scale
                a = float(min(max(first, 0.0), 1.0))
                b = float(min(max(second, 0.0), 1.0 - a))
                c = (1.0 - a - b) * screen[k, 2]
                a *= screen[i, 2]
                b *= screen[j, 2]
                nearness = a + b + c
                scale = 1.0 / nearness
                a *= scale
                b *= scale
                c *= scale

                nx = a * paint[i, 13] + b * paint[j, 13] + c * paint[k, 13]
                ny = a * paint[i, 14] + b * paint[j, 14] + c * paint[k, 14]
                nz = a * paint[i, 15] + b * paint[j, 15] + c * paint[k, 15]
                scale = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-12)
                normal = (nx * scale, ny * scale, nz * scale)
                place = (
                    a * paint[i, 0] + b * paint[j, 0] + c * paint[k, 0],
                    a * paint[i, 1] + b * paint[j, 1] + c * paint[k, 1],
                    a * paint[i, 2] + b * paint[j, 2] + c * paint[k, 2],
                )
                own = (
                    a * paint[i, 3] + b * paint[j, 3] + c * paint[k, 3],
                    a * paint[i, 4] + b * paint[j, 4] + c * paint[k, 4],
                    a * paint[i, 5] + b * paint[j, 5] + c * paint[k, 5],
                )
                gloss = a * paint[i, 6] + b * paint[j, 6] + c * paint[k, 6]
                openness = a * paint[i, 7] + b * paint[j, 7] + c * paint[k, 7]
                shown = a * lit[i] + b * lit[j] + c * lit[k]
                u, v = (camera[13] - x) / camera[12], (camera[14] - y) / camera[12]
                vx = camera[0] * u + camera[3] * v - camera[6]
                vy = camera[1] * u + camera[4] * v - camera[7]
                vz = camera[2] * u + camera[5] * v - camera[8]
                if abs(lit[i] - lit[j]) + abs(lit[j] - lit[k]) > 0.1:
                    # At the edge of a shadow the triangles would show.
                    depth = 1.0 / nearness
                    shown = _arriving(
                        camera[9] - vx * depth + normal[0],
                        camera[10] - vy * depth + normal[1],
                        camera[11] - vz * depth + normal[2],
                        shadow,
                        light,
                    )
                scale = 1.0 / np.sqrt(vx * vx + vy * vy + vz * vz)
                view = (vx * scale, vy * scale, vz * scale)

                kind = kinds[t]
                if kind <= 1:
                    brow = (
                        a * paint[i, 9] + b * paint[j, 9] + c * paint[k, 9],
                        a * paint[i, 10] + b * paint[j, 10] + c * paint[k, 10],
                        a * paint[i, 11] + b * paint[j, 11] + c * paint[k, 11],
                    )
                    lip = a * paint[i, 8] + b * paint[j, 8] + c * paint[k, 8]
                    grain = 2.0 / (camera[12] * nearness)
                    scalp = a * paint[i, 12] + b * paint[j, 12] + c * paint[k, 12]
                    if lip > 0.4:
                        # Lips darken towards each other.
                        reach = 2.2 * camera[12] * nearness
                        down = 1 if kind == 0 else -1
                        seam = _beside(
                            owner, kinds, sample_row, sample_column, down, 0, reach, 1 - kind
                        )
                        openness *= 1.0 - 0.6 * seam * seam
                    own, gloss = skin(own, gloss, place, lip, brow, scalp, hues, grain)
                    shone = lighted(
                        own, normal, view, lights, shown, openness, (0.42, 0.24, 0.18), gloss, False
                    )
                elif kind == 2:
                    reach = 3.4 * camera[12] * nearness
                    hung = _contact(owner, kinds, sample_row, sample_column, reach)
                    openness = 1.0 - 0.78 * hung
                    hung = 1.0 - 0.35 * hung * hung
                    own = (own[0] * hung, own[1] * hung * hung, own[2] * hung * hung)
                    shone = lighted(
                        iris(own, place, hues), normal, view, lights, shown, openness,
                        (0.5, 0.42, 0.4), 0.0, False,
                    )  # fmt: skip
                    # The white mirrors far less clearly than the cornea.
                    aside = np.hypot(place[0], place[1]) / hues[5][0]
                    shine = wet_shine(normal, view, lights, openness)
                    shine *= min(max(3.6 - 3.0 * aside, 0.15), 1.0)
                    # Tears stand along the lower lid.
                    reach = 0.5 * camera[12] * nearness
                    tears = _beside(owner, kinds, sample_row, sample_column, 1, 0, reach, -1)
                    shine += 0.12 * tears * shown
                    shone = (shone[0] + shine, shone[1] + shine, shone[2] + shine)
                elif kind == 5:
                    sinew = a * paint[i, 8] + b * paint[j, 8] + c * paint[k, 8]
                    aside = (
                        a * paint[i, 9] + b * paint[j, 9] + c * paint[k, 9],
                        a * paint[i, 10] + b * paint[j, 10] + c * paint[k, 10],
                        a * paint[i, 11] + b * paint[j, 11] + c * paint[k, 11],
                    )
                    # Fibres close up where they are seen from the side.
                    tilt = aside[0] * view[0] + aside[1] * view[1] + aside[2] * view[2]
                    grain = 2.0 / (camera[12] * nearness * np.sqrt(max(1.0 - tilt * tilt, 0.02)))
                    own, gloss, normal = flesh(own, place, sinew, normal, aside, grain)
                    shone = lighted(
                        own, normal, view, lights, shown, openness, (0.25, 0.12, 0.10), gloss, False
                    )
                elif kind == 6:
                    shone = lighted(
                        own, normal, view, lights, shown, openness, (0.2, 0.18, 0.16), gloss, False
                    )
                elif kind == 7:
                    # Enamel and gums let light through: the shadow of the lips on them is soft.
                    reach = 5.0 * camera[12] * nearness
                    hung = 0.45 * _contact(owner, kinds, sample_row, sample_column, reach)
                    shone = lighted(
                        own, normal, view, lights, 0.5 + 0.5 * shown, openness * (1.0 - hung),
                        (0.45, 0.4, 0.35), gloss, True,
                    )  # fmt: skip
                else:
                    reach = 9.0 * camera[12] * nearness
                    dark = 1.0 - 0.85 * _contact(owner, kinds, sample_row, sample_column, reach)
                    shone = lighted(
                        own, normal, view, lights, shown, openness * dark * dark,
                        (0.4, 0.25, 0.2), gloss, True,
                    )  # fmt: skip
                red += share * min(shone[0], 2.0)
                green += share * min(shone[1], 2.0)
                blue += share * min(shone[2], 2.0)
            hair = lashes[row, column]
            if hair > 0.0:
                red += (hues[3][0] - red) * hair
                green += (hues[3][1] - green) * hair
                blue += (hues[3][2] - blue) * hair
            image[row, column, 0] = tones[int(np.sqrt(min(max(red * 0.5, 0.0), 1.0)) * limit)]
            image[row, column, 1] = tones[int(np.sqrt(min(max(green * 0.5, 0.0), 1.0)) * limit)]
            image[row, column, 2] = tones[int(np.sqrt(min(max(blue * 0.5, 0.0), 1.0)) * limit)]


@njit(cache=True, nogil=True, fastmath=True)
def glaze(
    owner: Ints, kinds: Bytes, triangles: Ints, screen: Floats, normals: Floats,
    camera: Floats, fade: float, beneath: Bytes, row_start: int, row_end: int, image: Bytes,
) -> None:  # fmt: skip
    """Let what is ``beneath`` the skin show through in rows ``row_start`` to ``row_end``.

    ``fade`` is the share of light that passes the skin straight on. It passes a longer way where
    the skin is seen from the side, so that less gets through there.
    """
    for row in range(row_start, row_end):
        for column in range(image.shape[1]):
            clear = 0.0
            for sample in range(4):
                r, q = 2 * row + sample // 2, 2 * column + sample % 2
                t = owner[r, q]
                if t < 0 or kinds[t] == 2:
                    # Beside the head and on the eyes both pictures are meant to be the same.
                    clear += 0.25
                    continue
                i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
                x, y = q + 0.5, r + 0.5
                x0, y0 = np.float64(screen[i, 0]), np.float64(screen[i, 1])
                x1, y1 = np.float64(screen[j, 0]), np.float64(screen[j, 1])
                x2, y2 = np.float64(screen[k, 0]), np.float64(screen[k, 1])
                scale = 1.0 / ((x2 - x0) * (y1 - y0) - (x1 - x0) * (y2 - y0))
                first = ((x2 - x) * (y1 - y) - (x1 - x) * (y2 - y)) * scale
                second = ((x0 - x) * (y2 - y) - (x2 - x) * (y0 - y)) * scale
                a = float(min(max(first, 0.0), 1.0))
                b = float(min(max(second, 0.0), 1.0 - a))
                c = 1.0 - a - b
                u, v = (camera[13] - x) / camera[12], (camera[14] - y) / camera[12]
                vx = camera[0] * u + camera[3] * v - camera[6]
                vy = camera[1] * u + camera[4] * v - camera[7]
                vz = camera[2] * u + camera[5] * v - camera[8]
                nx = a * normals[i, 0] + b * normals[j, 0] + c * normals[k, 0]
                ny = a * normals[i, 1] + b * normals[j, 1] + c * normals[k, 1]
                nz = a * normals[i, 2] + b * normals[j, 2] + c * normals[k, 2]
                facing = (nx * vx + ny * vy + nz * vz) / np.sqrt(
                    (vx * vx + vy * vy + vz * vz) * (nx * nx + ny * ny + nz * nz) + 1e-12
                )
                clear += 0.25 * fade ** (1.0 / max(facing, 0.12))
            for part in range(3):
                value = np.float64(image[row, column, part])
                value += (np.float64(beneath[row, column, part]) - value) * clear
                image[row, column, part] = np.uint8(value + 0.5)


@njit(cache=True, nogil=True, fastmath=True)
def veil(
    screen: Floats, ribbons: Ints, strokes: Floats, focal: float, near: Floats,
    row_start: int, row_end: int, lashes: Floats,
) -> None:  # fmt: skip
    """Lay lashes over the pixels of rows ``row_start`` to ``row_end``.

    ``ribbons`` (n, 4) are quads of which the first two and the last two vertices are ends;
    ``strokes`` (n, 2) says how much wider [mm] and how opaque they are, and ``focal`` is that of
    the camera [px]. They are thinner than a pixel, so each counts for the share of a pixel that it
    is wide. ``lashes`` (row, column) grows towards one where they cover the picture; what is nearer
    hides them.
    """
    for n in range(ribbons.shape[0]):
        i, j, k, m = ribbons[n, 0], ribbons[n, 1], ribbons[n, 2], ribbons[n, 3]
        if min(min(screen[i, 2], screen[j, 2]), min(screen[k, 2], screen[m, 2])) <= 0.0:
            continue
        x0, y0 = 0.25 * (screen[i, 0] + screen[j, 0]), 0.25 * (screen[i, 1] + screen[j, 1])
        x1, y1 = 0.25 * (screen[k, 0] + screen[m, 0]), 0.25 * (screen[k, 1] + screen[m, 1])
        nearness = 0.25 * (screen[i, 2] + screen[j, 2] + screen[k, 2] + screen[m, 2])
        wider = strokes[n, 0] * focal * nearness
        first = 0.5 * np.hypot(screen[i, 0] - screen[j, 0], screen[i, 1] - screen[j, 1]) + wider
        last = 0.5 * np.hypot(screen[k, 0] - screen[m, 0], screen[k, 1] - screen[m, 1]) + wider
        margin = 0.5 * max(first, last) + 0.5
        top, bottom = int(np.floor(min(y0, y1) - margin)), int(np.ceil(max(y0, y1) + margin))
        left, right = int(np.floor(min(x0, x1) - margin)), int(np.ceil(max(x0, x1) + margin))
        # A lash may start a little within the lid, and a line is laid on its rounded edge.
        hidden = nearness * (1.0 + (1.2 + 3.0 * strokes[n, 0]) * nearness)
        # What is finer than a pixel would only speckle: it fades twice as fast as it thins.
        opaque = strokes[n, 1] * min(max(first, last), 1.0)
        across, down = x1 - x0, y1 - y0
        length = across * across + down * down
        if length <= 0.0:
            continue
        for row in range(max(top, row_start), min(bottom, row_end)):
            for column in range(max(left, 0), min(right, lashes.shape[1])):
                x, y = column + 0.5 - x0, row + 0.5 - y0
                part = (x * across + y * down) / length
                if part < 0.0 or part > 1.0:
                    continue
                width = first + (last - first) * part
                beside = abs(x * down - y * across) / np.sqrt(length)
                share = min(0.5 * width + 0.5 - beside, min(width, 1.0))
                if share <= 0.0 or near[2 * row, 2 * column] > hidden:
                    continue
                lashes[row, column] += (1.0 - lashes[row, column]) * opaque * share
