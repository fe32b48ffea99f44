"""Take the net's jitter out of a track without making it late or dull.

The filter is symmetric in time, so its delay is zero: it is for recordings, where the future is
known. Around every frame a parabola is fitted to the frames within 0.1 s (tricube weights; local
quadratic regression, Cleveland 1979, doi:10.1080/01621459.1979.10481038). Where the measured point
lies off the parabola by no more than its own noise, the parabola is taken; where it lies off by
more, something moved (a blink is over in 0.2 s), and the measured point is taken. Between the two
the shift is shrunk as James and Stein do. Below 20 frames a second too few frames are near each
other to tell noise from movement, and the points are left alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from risorius.read.track import Track

__all__ = ["HALF_WIDTH", "noise_level", "smooth_series", "smooth_track"]

HALF_WIDTH = 0.1
"""Reach of the filter to either side [s]."""

# A shift of so many noise levels, in root mean square over the coordinates, begins to be believed.
_BELIEVED = 2.0
# The lower quartile of |z| of a standard normal variable.
_QUARTILE = 0.31864
# Points that are smoothed together.
_BLOCK = 48


def smooth_track(track: Track) -> Track:
    """Return the track without the net's jitter, with no delay.

    Gaps stay gaps, and nothing is smoothed across them.

    Parameters
    ----------
    track : Track
        As tracked.

    Returns
    -------
    track : Track
        With smoothed points and blendshape scores; the rest as it was.

    Examples
    --------
    >>> time = np.arange(60) / 30
    >>> points = np.random.default_rng(1).normal(0, 1, (60, 478, 3)).astype(np.float32)
    >>> ones, zeros = np.ones(60, np.float32), np.zeros((60, 52), np.float32)
    >>> rough = Track(time, points, ones, zeros, (640, 360))
    >>> bool(smooth_track(rough).points[10:50].std() < 0.8)
    True
    """
    points = smooth_series(track.time, track.points)
    scores = smooth_series(track.time, track.blendshapes[:, :, None])[:, :, 0].clip(0, 1)
    for array in (points, scores):
        array.setflags(write=False)
    return replace(track, points=points, blendshapes=scores)


def smooth_series(time: NDArray[np.float64], values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smooth points over time, each by its own noise.

    Parameters
    ----------
    time : (t,) float64
        Increasing [s]; need not be even.
    values : (t, n, d) float32
        n points of d coordinates; a frame with a NaN counts as a gap.

    Returns
    -------
    smooth : (t, n, d) float32
        As ``values`` in gaps.

    Examples
    --------
    >>> time = np.arange(9) / 30
    >>> line = 2 * time.astype(np.float32)[:, None, None]
    >>> bool(np.allclose(smooth_series(time, line), line, atol=1e-4))
    True
    """
    smooth = np.array(values)
    known = np.ones(len(values), np.bool_)
    for block in _blocks(values):
        known &= np.isfinite(values[:, block]).all(axis=(1, 2))
    filters = [(slice(a, b), *_parabola(time[a:b])) for a, b in _runs(known) if b - a > 3]
    for block in _blocks(values):
        # No noise can be smaller than the rounding of the numbers.
        largest = np.nanmax(np.abs(values[:, block]), initial=1.0)
        noise = np.maximum(noise_level(values[:, block]), 8 * np.finfo(np.float32).eps * largest)
        for frames, neighbours, weights in filters:
            part = values[frames, block]
            fitted = np.zeros_like(part)
            for k in range(weights.shape[1]):
                fitted += weights[:, k, None, None] * part[neighbours[:, k]]
            shift = part - fitted
            # The energy of a point's shift in units of its noise, coordinate by coordinate.
            energy = np.square(shift / noise).sum(axis=2, keepdims=True)
            limit = _BELIEVED**2 * part.shape[2]
            believed = np.maximum(0.0, 1 - limit / np.maximum(energy, limit))
            smooth[frames, block] = fitted + believed * shift
    return smooth


def noise_level(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the frame-to-frame noise of each coordinate, from the quiet part of a series.

    Third differences take out any smooth course; their lower quartile belongs to quiet frames even
    when the face moves most of the time.

    Parameters
    ----------
    values : (t, n, d) float32
        NaN where unknown.

    Returns
    -------
    noise : (n, d) float32
        Standard deviation, in the unit of the values; 0 without four frames in a row.

    Examples
    --------
    >>> time = np.arange(3000) / 30
    >>> noise = np.random.default_rng(0).normal(0, 0.2, (3000, 1, 1))
    >>> values = 5 * np.sin(time)[:, None, None] + noise
    >>> round(float(noise_level(values)[0, 0]), 1)
    0.2
    """
    third = np.abs(np.diff(values, 3, axis=0)) if len(values) > 3 else values[:0]
    third = third[np.isfinite(third).all(axis=(1, 2))]
    if not len(third):
        return np.zeros(values.shape[1:], np.float32)
    # Weights 1, 3, 3, 1 on independent errors: variance 20.
    quartile = np.quantile(third, 0.25, axis=0)
    level: NDArray[np.float32] = (quartile / (_QUARTILE * np.sqrt(20))).astype(np.float32)
    return level


def _runs(known: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return start and stop of every unbroken run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _blocks(values: NDArray[np.float32]) -> list[slice]:
    """Split the points, so that a long video needs no more memory than its own arrays."""
    return [slice(i, i + _BLOCK) for i in range(0, values.shape[1], _BLOCK)]


def _parabola(
    time: NDArray[np.float64],
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return for each frame its neighbours and their weights in the fitted value, (t, k)."""
    count = len(time)
    order = np.arange(count)
    reach = int(np.max(np.searchsorted(time, time + HALF_WIDTH) - order))
    neighbours = order[:, None] + np.arange(-reach, reach + 1)
    inside = (neighbours >= 0) & (neighbours < count)
    neighbours = neighbours.clip(0, count - 1)
    away = (time[neighbours] - time[:, None]) / HALF_WIDTH
    near = np.where(inside, np.clip(1 - np.abs(away) ** 3, 0, None) ** 3, 0.0)
    basis = np.stack([np.ones_like(away), away, away**2], axis=2)
    weighted = basis * near[:, :, None]
    normal = np.einsum("tki,tkj->tij", weighted, basis)
    # Through three points the parabola says nothing new: those frames keep what was measured.
    alone = np.count_nonzero(near > 1e-3, axis=1) <= 3
    normal[alone] = np.eye(3)
    first = np.linalg.solve(normal, np.eye(3)[:, :1])[:, :, 0]
    weights = np.einsum("ti,tki->tk", first, weighted)
    weights[alone] = neighbours[alone] == order[alone, None]
    weights[~inside] = 0
    return neighbours, weights.astype(np.float32)
