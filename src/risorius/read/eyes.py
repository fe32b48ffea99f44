"""Gaze from the irises and lid closure from the aperture, so that looking down is no blink."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risorius.read.basis import Basis, lid_heights
from risorius.read.camera import Poses
from risorius.read.points import IRIS, IRIS_RIM

__all__ = ["read_gaze", "read_lids"]

Floats = NDArray[np.float64]

# Beyond the range of the eye, a tracked iris is a guess [rad].
_MOST_GAZE = np.radians(45.0)

# With less than this share of the aperture left, the iris cannot be seen.
_HIDDEN = 0.3

# Steady eyes seem to wander this far up and down, as brows and lids move [rad].
_PITCH_NOISE = np.radians(3.0)

# The tracker keeps a slit between shut lids: this share of the open aperture.
_SLIT = 0.06


def read_gaze(points: Floats, neutral: Floats, poses: Poses, basis: Basis) -> Floats:
    """Return where each eye looks, relative to where it looked in the neutral face.

    The line of sight through the middle of the iris meets a globe that is tied to the neutral iris.

    Parameters
    ----------
    points : (time, point, axis) [mm]
        De-posed.
    neutral : (point, axis) [mm]
    poses : Poses
    basis : Basis
        Of the person's size.

    Returns
    -------
    gaze : (time, side, 2) [rad]
        Yaw to the person's left and pitch down.
    """

    def iris(shape: Floats) -> Floats:
        return np.asarray(
            (shape[..., IRIS[:, 0], :] + 4 * shape[..., IRIS_RIM, :].mean(axis=-2)) / 5
        )

    forward = iris(basis.rest) - basis.eyes
    radius = np.linalg.norm(forward, axis=-1)
    centre = iris(neutral) - forward
    pinhole = -np.einsum("tba,tb->ta", poses.rotation, poses.place)[:, None]
    ray = iris(points) - pinhole
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    along = ((centre - pinhole) * ray).sum(-1)
    closest = pinhole + along[..., None] * ray - centre
    inside = radius**2 - (closest**2).sum(-1)
    met = closest - np.sqrt(np.maximum(inside, 0.0))[..., None] * ray
    return np.clip(_direction(met) - _direction(forward), -_MOST_GAZE, _MOST_GAZE)


def _direction(vectors: Floats) -> Floats:
    yaw = np.arctan2(vectors[..., 0], vectors[..., 2])
    pitch = np.arctan2(-vectors[..., 1], np.hypot(vectors[..., 0], vectors[..., 2]))
    return np.stack([yaw, pitch], axis=-1)


def read_lids(
    points: Floats, neutral: Floats, gaze: Floats, basis: Basis, *, before: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return how far the lids are shut or widened, and the gaze held while they hide the iris.

    The upper lid goes down with the gaze; what counts is the aperture that is left, as a share of
    the one expected for that gaze. A lower lid that a smile pushes up does not count as closing.

    Parameters
    ----------
    points : (time, point, axis) [mm]
        De-posed.
    neutral : (point, axis) [mm]
    gaze : (time, side, 2) [rad]
        From `read_gaze`.
    basis : Basis
    before : (side, 2) [rad], optional
        Gaze held before the first frame; ahead when not given.

    Returns
    -------
    lids : (time, 2, side) [1]
        Closure by the pretarsal part of orbicularis oculi, and widening by the levator.
    gaze : (time, side, 2) [rad]
        Both eyes turn up and down together; carried over where the iris is hidden.
    """
    upper, lower, width = lid_heights(points)
    rest_upper, rest_lower, rest_width = lid_heights(neutral)
    # A turned head foreshortens both: heights count in widths of the eye.
    upper, lower = (height / width * rest_width for height in (upper, lower))
    opening = np.maximum(rest_upper - rest_lower, 0.1 * rest_width)
    left = (upper - lower) / opening
    hidden = (left < _HIDDEN).all(axis=1)
    if hidden.all():
        held = np.zeros_like(gaze) if before is None else np.repeat(before[None], len(gaze), axis=0)
    else:
        clock = np.arange(len(gaze))
        seen = clock[~hidden]
        flat = gaze.reshape(len(gaze), -1)
        held = np.stack([np.interp(clock, seen, curve[~hidden]) for curve in flat.T], axis=1)
        held = held.reshape(gaze.shape)
    pitch = held[..., 1].mean(axis=1)
    held[..., 1] = pitch[:, None]
    # A lid that follows what is only noise would seem to widen or to droop.
    pitch = np.sign(pitch) * np.maximum(np.abs(pitch) - _PITCH_NOISE, 0.0)
    follow = np.stack(
        [
            [np.interp(pitch, basis.lid_pitch, basis.lid_follow[:, margin, k]) for k in range(2)]
            for margin in range(2)
        ]
    ).swapaxes(-1, -2)
    expected_upper = rest_upper + follow[0] * opening
    floor = np.maximum(lower, rest_lower + follow[1] * opening)
    room = np.maximum(expected_upper - floor, 0.25 * opening)
    share = (upper - np.minimum(floor, upper)) / room
    closure = np.clip((1 - share) / (1 - _SLIT), 0.0, 1.0)
    wide = np.clip((upper - expected_upper) / (basis.lid_travel * opening), 0.0, 1.0)
    return np.stack([closure, wide], axis=1), held
