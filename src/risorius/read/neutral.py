"""The person's own face at rest: found among the frames, or given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError
from risorius.read.basis import Basis, lid_heights
from risorius.read.camera import windowed
from risorius.read.points import LIPS_INNER

__all__ = ["frame_range", "neutral_shape", "quiet_frames"]

Floats = NDArray[np.float64]

# The quietest frames that make the neutral face: this share of all, but at least so many seconds.
_SHARE = 0.08
_SECONDS = 0.4

# Frames closer than this [activation of every muscle] show the same face.
_ALIKE = 0.06


def quiet_frames(
    points: NDArray[np.floating], basis: Basis, yaw_pitch: Floats, effort: Floats, rate: float
) -> tuple[NDArray[np.intp], float]:
    """Find the frames in which the face rests.

    A face comes back to its rest again and again: what counts is how many frames look alike, and
    against a frame its movement, lids below their usual height, lips parted, the head turned, and
    effort in the scores.

    Parameters
    ----------
    points : (time, point, axis) [mm]
        De-posed.
    basis : Basis
        Says which changes of the points matter.
    yaw_pitch : (time, 2) [rad]
    effort : (time,) [1]
        Sum of expression scores that rest near zero in most people.
    rate : float [1/s]

    Returns
    -------
    frames : (n,) int
        In order of time.
    doubt : float [1]
        Cost of the chosen frames; above 2 the face was probably never at rest.
    """
    upper, lower, width = lid_heights(points)
    aperture = ((upper - lower) / width).mean(axis=1)
    usual = np.quantile(aperture, 0.8)
    lips = np.linalg.norm(points[:, LIPS_INNER[0]] - points[:, LIPS_INNER[1]], axis=-1)
    lips /= np.linalg.norm(points[:, LIPS_INNER[2]] - points[:, LIPS_INNER[3]], axis=-1)
    marks = _marks(points, basis)
    moved = np.zeros(len(points))
    moved[1:] = np.sqrt(((marks[1:] - marks[:-1]) ** 2).mean(axis=1)) * rate
    cost = (
        0.1 * moved
        + 4 * np.maximum(0, 0.9 - aperture / max(usual, 1e-6))
        + 5 * np.maximum(0, lips - 0.03)
        + 0.8 * np.abs(yaw_pitch).sum(axis=1)
        + 0.5 * effort
        + 1.5 * (1 - _crowding(marks))
    )
    count = min(len(cost), max(round(_SHARE * len(cost)), round(_SECONDS * rate), 1))
    smooth = windowed(cost, np.ones(1 + 2 * round(0.1 * rate)))
    middle = marks[np.argmin(smooth)]
    for _ in range(3):
        # Gather round the rest that was found, wherever in the video it comes back.
        away = np.sqrt(((marks - middle) ** 2).mean(axis=1))
        chosen = np.sort(np.argsort(smooth + 3 * away, kind="stable")[:count])
        middle = np.median(marks[chosen], axis=0)
    return chosen, float(np.median(cost[chosen]))


def _marks(points: NDArray[np.floating], basis: Basis) -> Floats:
    """How far the points moved along each muscle's own pattern, (time, column) [activation]."""
    patterns = (basis.linear + basis.square)[:, :, :2].reshape(len(basis.columns), -1)
    size = (patterns**2).sum(axis=1, keepdims=True)
    patterns = patterns / np.maximum(size, 1.0)  # a muscle that moves no point marks nothing
    flat = points[:, :, :2].reshape(len(points), -1)
    return np.asarray(flat @ patterns.T.astype(flat.dtype), float)


def _crowding(marks: Floats) -> Floats:
    """How many frames look like each one, as a share of the most, (time,) [1]."""
    some = marks[:: max(1, len(marks) // 200)].astype(np.float32)
    marks = marks.astype(np.float32)
    apart = (marks**2).sum(axis=1)[:, None] + (some**2).sum(axis=1)
    apart -= 2 * marks @ some.T
    np.sqrt(np.maximum(apart, 0, out=apart) / marks.shape[1], out=apart)
    alike = max(_ALIKE, float(np.quantile(apart, 0.03)))
    near = np.exp(-0.5 * (apart / alike) ** 2).sum(axis=1)
    return np.asarray(near / near.max(), float)


def neutral_shape(points: Floats) -> Floats:
    """Return the middle of several shapes, each point robustly on its own, (point, axis) [mm].

    Examples
    --------
    >>> neutral_shape(np.array([[[0.0, 0, 0]], [[1.0, 0, 0]], [[50.0, 0, 0]]])).tolist()
    [[1.0, 0.0, 0.0]]
    """
    return np.asarray(np.median(points, axis=0))


def frame_range(text: str, n_frames: int) -> slice:
    """Return the frames that ``"120:150"`` means; the first counts, the last does not.

    Raises
    ------
    InputError
        Not two numbers, or outside the video.

    Examples
    --------
    >>> frame_range("120:150", 472)
    slice(120, 150, None)
    """
    first, colon, last = text.partition(":")
    try:
        start, stop = int(first), int(last)
    except ValueError:
        start = stop = 0
    if not colon or not 0 <= start < stop <= n_frames:
        raise InputError(
            f"neutral frames {text!r}: give FIRST:END such as '120:150', within 0:{n_frames}."
        )
    return slice(start, stop)
