"""Compiled loops about the two sides of a slit; imported only when something may touch.

They release the interpreter lock and start no threads of their own: the caller splits the frames. A
point that touches nothing is not written to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["overlap", "part"]

Array = NDArray[Any]

STEEPEST = 3.0
"""A lip's edge is taken to fall off no more steeply than this, so that nothing jumps when one lip
slides past the end of the other."""
NARROWEST = 0.2
"""Least width of a column [mm]."""
FAR = 1e6
"""More than anything here measures [mm]."""


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _line_up(place: Array, grid: Array, line: Array) -> None:
    """Fill `line` with places along the slit that grow from column to column in every row.

    Where a row folds back on itself, the fold counts as a point.
    """
    least = np.float32(NARROWEST)
    left, right = (grid.shape[0] - 1) // 2, grid.shape[0] // 2
    for r in range(grid.shape[1]):
        line[grid[left, r]] = place[grid[left, r], 0]
        line[grid[right, r]] = place[grid[right, r], 0]
        for c in range(right + 1, grid.shape[0]):
            line[grid[c, r]] = max(place[grid[c, r], 0], line[grid[c - 1, r]] + least)
        for c in range(left - 1, -1, -1):
            line[grid[c, r]] = min(place[grid[c, r], 0], line[grid[c + 1, r]] - least)


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _reaches(d0: Any, v0: Any, d1: Any, v1: Any, depth: Any) -> Any:
    """Return the value of the stretch from (d0, v0) to (d1, v1), falling off beyond the latter."""
    here = v1 - np.float32(STEEPEST) * abs(depth - d1)
    if (depth - d0) * (depth - d1) < 0:
        here = max(here, v0 + (v1 - v0) * (depth - d0) / (d1 - d0))
    return here


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _envelope(
    place: Array, line: Array, value: Array, grid: Array, column: int, along: Any, depth: Any
) -> Any:
    """Return the outermost value of a surface at a place, the edges falling off steeply.

    The surface is cut across the slit there; the cut meets rows and, where the mesh is slanted,
    columns.
    """
    zero, one = np.float32(0.0), np.float32(1.0)
    highest = np.float32(-FAR)
    d0, v0 = zero, zero
    j, last = column, grid.shape[0] - 2
    for r in range(grid.shape[1]):
        before = j
        while j < last and along > line[grid[j + 1, r]]:
            j += 1
        while j > 0 and along < line[grid[j, r]]:
            j -= 1
        if r > 0 and j != before:
            step = 1 if j > before else -1
            k = before + (step + 1) // 2
            for _ in range(abs(j - before)):
                a, b = grid[k, r - 1], grid[k, r]
                slant = line[b] - line[a]
                if slant != 0:
                    w = min(max((along - line[a]) / slant, zero), one)
                    d1 = place[a, 2] + w * (place[b, 2] - place[a, 2])
                    v1 = value[a] + w * (value[b] - value[a])
                    highest = max(highest, _reaches(d0, v0, d1, v1, depth))
                    d0, v0 = d1, v1
                k += step
        a, b = grid[j, r], grid[j + 1, r]
        w = min(max((along - line[a]) / (line[b] - line[a]), zero), one)
        d1 = place[a, 2] + w * (place[b, 2] - place[a, 2])
        v1 = value[a] + w * (value[b] - value[a])
        if r == 0:
            d0, v0 = d1, v1
        highest = max(highest, _reaches(d0, v0, d1, v1, depth))
        d0, v0 = d1, v1
    return highest


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _overlaps(
    place: Array,
    upper_line: Array,
    lower_line: Array,
    value: Array,
    upper: Array,
    lower: Array,
    upper_guess: Array,
    lower_guess: Array,
    top: Array,
    deep: Array,
    again: bool,
) -> Any:
    """Fill `deep` (vertex,) with how far each reaches into the other surface; return the most.

    `again`: the surfaces have moved apart since, so that what was free still is.
    """
    most = np.float32(0.0)
    for side in range(2):
        mine, other = (upper, lower) if side == 0 else (lower, upper)
        guess = upper_guess if side == 0 else lower_guess
        line = lower_line if side == 0 else upper_line
        n = other.shape[0]
        _bound(value, other, top)
        for c in range(1, mine.shape[0] - 1):
            g = guess[c]
            bound = top[g]
            for j in range(max(g - 4, 0), min(g + 6, n)):
                bound = max(bound, top[j])
            for r in range(mine.shape[1]):
                i = mine[c, r]
                if again and deep[i] == 0:
                    continue
                deep[i] = np.float32(0.0)
                if bound + value[i] > 0:
                    there = _envelope(place, line, value, other, g, place[i, 0], place[i, 2])
                    deep[i] = max(there + value[i], np.float32(0.0))
                    most = max(most, deep[i])
    return most


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _bound(value: Array, grid: Array, top: Array) -> None:
    """Fill `top` (columns,) with the outermost value of every column."""
    for j in range(grid.shape[0]):
        top[j] = value[grid[j, 0]]
        for r in range(1, grid.shape[1]):
            top[j] = max(top[j], value[grid[j, r]])


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _put(points: Array, frame: Array, place: Array, vertex: Array) -> None:
    """Coordinates of vertices along, across (the way they part) and in depth.

    `frame`: origin, axis, up, ahead and the radius on which angles are measured, zero for a flat
    frame.
    """
    radius = frame[4, 0]
    for i in range(vertex.shape[0]):
        v = vertex[i]
        x = points[v, 0] - frame[0, 0]
        y = points[v, 1] - frame[0, 1]
        z = points[v, 2] - frame[0, 2]
        along = x * frame[1, 0] + y * frame[1, 1] + z * frame[1, 2]
        up = x * frame[2, 0] + y * frame[2, 1] + z * frame[2, 2]
        ahead = x * frame[3, 0] + y * frame[3, 1] + z * frame[3, 2]
        place[i, 0] = along
        if radius > 0:
            place[i, 1] = radius * np.arctan2(up, ahead)
            place[i, 2] = np.sqrt(up * up + ahead * ahead)
        else:
            place[i, 1] = up
            place[i, 2] = ahead


@njit(cache=True, nogil=True, fastmath=True)
def overlap(
    points: Array,
    frame: Array,
    vertex: Array,
    sign: Array,
    inset: Array,
    upper: Array,
    lower: Array,
    upper_guess: Array,
    lower_guess: Array,
    deep: Array,
) -> None:
    """Fill `deep` (k,) with how far each vertex of `points` (n, 3) reaches into the other side."""
    place = np.zeros((vertex.shape[0], 3), points.dtype)
    value = np.zeros(vertex.shape[0], points.dtype)
    top = np.zeros(max(upper.shape[0], lower.shape[0]), points.dtype)
    _put(points, frame, place, vertex)
    for i in range(vertex.shape[0]):
        value[i] = sign[i] * place[i, 1] - inset[i]
    deep[:] = 0
    upper_line, lower_line = np.zeros_like(value), np.zeros_like(value)
    _line_up(place, upper, upper_line)
    _line_up(place, lower, lower_line)
    _overlaps(
        place,
        upper_line,
        lower_line,
        value,
        upper,
        lower,
        upper_guess,
        lower_guess,
        top,
        deep,
        False,
    )


@njit(cache=True, nogil=True, fastmath=True)
def part(
    points: Array,
    frame: Array,
    vertex: Array,
    sign: Array,
    inset: Array,
    upper: Array,
    lower: Array,
    upper_guess: Array,
    lower_guess: Array,
    station: Array,
    give: Array,
    yielding: int,
    exact: int,
    clear: bool,
) -> None:
    """Move two surfaces that overlap more than at rest apart, in every frame (t, n, 3), in place.

    First whole lips give way, `yielding` times, then single vertices, `exact` times; with `clear`
    nothing is left of the overlap.
    """
    count, n_upper = vertex.shape[0], upper.shape[0]
    place = np.zeros((count, 3), points.dtype)
    value = np.zeros(count, points.dtype)
    way = np.zeros(count, points.dtype)
    deep = np.zeros(count, points.dtype)
    top = np.zeros(max(n_upper, lower.shape[0]), points.dtype)
    curve = np.zeros(n_upper, points.dtype)
    wide = np.zeros(n_upper, points.dtype)
    upper_line, lower_line = np.zeros_like(value), np.zeros_like(value)
    radius = frame[4, 0]
    zero, half, quarter = np.float32(0.0), np.float32(0.5), np.float32(0.25)
    for t in range(points.shape[0]):
        _put(points[t], frame, place, vertex)
        for i in range(count):
            way[i] = zero
            deep[i] = zero
            value[i] = sign[i] * place[i, 1] - inset[i]
        _line_up(place, upper, upper_line)
        _line_up(place, lower, lower_line)
        moved = False
        for turn in range(yielding + exact):
            most = _overlaps(
                place,
                upper_line,
                lower_line,
                value,
                upper,
                lower,
                upper_guess,
                lower_guess,
                top,
                deep,
                turn > 0,
            )
            if most <= 0:
                break
            moved = True
            if turn < yielding:
                for c in range(n_upper):
                    curve[c] = zero
                    for r in range(upper.shape[1]):
                        curve[c] = max(curve[c], deep[upper[c, r]])
                for j in range(1, lower.shape[0] - 1):
                    mine = zero
                    for r in range(lower.shape[1]):
                        mine = max(mine, deep[lower[j, r]])
                    at = station[lower[j, 0]]
                    c = min(int(at), n_upper - 2)
                    w = at - np.float32(c)
                    curve[c] = max(curve[c], mine * (np.float32(1.0) - w))
                    curve[c + 1] = max(curve[c + 1], mine * w)
                # The flesh cannot bend at will; but where nothing overlaps, nothing parts.
                for c in range(n_upper):
                    wide[c] = curve[c]
                for c in range(n_upper):
                    before, after = max(c - 1, 0), min(c + 1, n_upper - 1)
                    mean = half * wide[c] + quarter * (wide[before] + wide[after])
                    curve[c] = min(mean, wide[c])
                for i in range(count):
                    c = min(int(station[i]), n_upper - 2)
                    w = station[i] - np.float32(c)
                    here = curve[c] + w * (curve[c + 1] - curve[c])
                    step = half * give[i] * here
                    way[i] += step
                    value[i] -= step
            else:
                # In the last turn each side gives way by all of it: then nothing is left.
                last = turn == yielding + exact - 1
                for i in range(count):
                    if deep[i] > 0:
                        step = deep[i] if last and clear else half * deep[i]
                        way[i] += step
                        value[i] -= step
        if not moved:
            continue
        for i in range(count):
            if way[i] == 0:
                continue
            v = vertex[i]
            step = -sign[i] * way[i]
            if radius > 0:
                angle = step / radius
                x = points[t, v, 0] - frame[0, 0]
                y = points[t, v, 1] - frame[0, 1]
                z = points[t, v, 2] - frame[0, 2]
                up = x * frame[2, 0] + y * frame[2, 1] + z * frame[2, 2]
                ahead = x * frame[3, 0] + y * frame[3, 1] + z * frame[3, 2]
                c, s = np.cos(angle) - 1, np.sin(angle)
                rise, forth = up * c + ahead * s, ahead * c - up * s
                for a in range(3):
                    points[t, v, a] += rise * frame[2, a] + forth * frame[3, a]
            else:
                for a in range(3):
                    points[t, v, a] += step * frame[2, a]
