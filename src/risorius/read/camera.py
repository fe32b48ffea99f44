"""A pinhole camera and where the head stands before it: pose, de-posing, angles.

The camera frame has x to the right of the picture, y up and z towards the viewer, so that a head
that looks into the lens has the identity as its rotation. A point of the head frame is seen at
``R @ point + t``; ``-z`` of that is its depth. Lens distortion is not modelled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Lens",
    "Poses",
    "assume_lens",
    "back_project",
    "fit_poses",
    "project",
    "rotation_angles",
    "rotations",
    "smooth_poses",
    "turn_terms",
    "windowed",
]

Floats = NDArray[np.float64]

# A webcam or a phone held upright sees about 50 degrees along its long side; ordinary camera
# calibration tools start from 1.1 to 1.2 of the long side for the same reason.
FOCAL_PER_LONG_SIDE = 1.1

# The tracker's depth is worth this much of its x and y in a least-squares sense.
DEPTH_WEIGHT = 0.02

# Residual [mm] at which a point begins to count as moved by expression instead of by the head.
_SCALE_MM = 2.0


@dataclass(frozen=True, slots=True)
class Lens:
    """A pinhole in the middle of the picture.

    Attributes
    ----------
    focal : float [px]
    width, height : int [px]
    """

    focal: float
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    """Where the head was in every frame: ``rotation @ point + place`` in the camera frame.

    Attributes
    ----------
    rotation : (time, axis, axis) [1]
    place : (time, axis) [mm]
    """

    rotation: Floats
    place: Floats


def assume_lens(size: tuple[int, int]) -> Lens:
    """Return an ordinary lens for a picture of ``size`` (width, height) [px].

    Examples
    --------
    >>> assume_lens((640, 360)).focal
    704.0
    """
    return Lens(round(FOCAL_PER_LONG_SIDE * max(size), 6), *size)


def rotations(yaw: Floats, pitch: Floats, roll: Floats) -> Floats:
    """Return ``Ry(yaw) @ Rx(pitch) @ Rz(roll)``.

    Parameters
    ----------
    yaw, pitch, roll : (...) [rad]
        To the person's left, down, and about the line of sight.

    Returns
    -------
    rotation : (..., axis, axis) [1]

    Examples
    --------
    >>> rotations(np.pi / 2, 0.0, 0.0).round(6)[:, 2].tolist()  # the nose points to the left
    [1.0, -0.0, 0.0]
    """
    cy, sy, cp, sp, cr, sr = (
        f(np.asarray(a, float)) for a in (yaw, pitch, roll) for f in (np.cos, np.sin)
    )
    rows = [
        [cy * cr + sy * sp * sr, sy * sp * cr - cy * sr, sy * cp],
        [cp * sr, cp * cr, -sp],
        [cy * sp * sr - sy * cr, sy * sr + cy * sp * cr, cy * cp],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def rotation_angles(rotation: Floats) -> Floats:
    """Return yaw, pitch and roll of rotations; the inverse of `rotations`.

    Parameters
    ----------
    rotation : (..., axis, axis) [1]

    Returns
    -------
    angles : (..., 3) [rad]

    Examples
    --------
    >>> rotation_angles(rotations(0.3, -0.2, 0.1)).round(6).tolist()
    [0.3, -0.2, 0.1]
    """
    return np.stack(
        [
            np.arctan2(rotation[..., 0, 2], rotation[..., 2, 2]),
            -np.arcsin(np.clip(rotation[..., 1, 2], -1.0, 1.0)),
            np.arctan2(rotation[..., 1, 0], rotation[..., 1, 1]),
        ],
        axis=-1,
    )


def turn_terms(angles: Floats) -> Floats:
    """Return the first and second powers of a head's angles, (..., 9), zero for a head ahead.

    Parameters
    ----------
    angles : (..., 3) [rad]
        From `rotation_angles`.

    Examples
    --------
    >>> turn_terms(np.array([2.0, 3.0, 5.0])).tolist()
    [2.0, 3.0, 5.0, 4.0, 9.0, 25.0, 6.0, 10.0, 15.0]
    """
    yaw, pitch, roll = np.moveaxis(angles, -1, 0)
    pairs = [yaw * pitch, yaw * roll, pitch * roll]
    return np.stack([yaw, pitch, roll, yaw**2, pitch**2, roll**2, *pairs], axis=-1)


def project(shape: Floats, poses: Poses, lens: Lens) -> Floats:
    """Return where points of the head are seen, as a tracker would give them.

    Parameters
    ----------
    shape : (point, axis) or (time, point, axis) [mm]
        In the head frame.

    Returns
    -------
    points : (time, point, 3) [px]
        x right, y down, and depth relative to the middle of the points in the scale of x,
        smaller nearer.

    Examples
    --------
    >>> ahead = Poses(np.eye(3)[None], np.array([[0.0, 0.0, -704.0]]))
    >>> project(np.array([[10.0, 20.0, 0.0]]), ahead, assume_lens((640, 360)))[0, 0, :2].tolist()
    [330.0, 160.0]
    """
    seen = shape @ poses.rotation.swapaxes(-1, -2) + poses.place[:, None]
    scale = lens.focal / -seen[..., 2]
    middle = -seen[..., 2].mean(axis=-1, keepdims=True)
    return np.stack(
        [
            lens.width / 2 + scale * seen[..., 0],
            lens.height / 2 - scale * seen[..., 1],
            (-seen[..., 2] - middle) * lens.focal / middle,
        ],
        axis=-1,
    )


def fit_poses(
    points: Floats, shape: Floats, weights: Floats, lens: Lens, *, rounds: int = 5
) -> Poses:
    """Find where a head of known shape stands, from where its points are seen.

    Gauss-Newton on the reprojection in millimetres at the head, with the tracker's depth as a weak
    extra and Cauchy weights, so that what an expression moves does not turn the head.

    Parameters
    ----------
    points : (time, point, 3) [px]
        As from `project`; all finite.
    shape : (point, axis) [mm]
        The person's points at rest.
    weights : (point,) [1]
        How far a point stays in place on the skull.
    lens : Lens
    rounds : int
        Gauss-Newton steps.

    Returns
    -------
    poses : Poses

    Examples
    --------
    >>> shape = np.random.default_rng(0).normal(size=(40, 3)) * 40
    >>> truth = Poses(rotations([0.4], [0.1], [-0.2]), np.array([[20.0, 10.0, -600.0]]))
    >>> lens = assume_lens((640, 360))
    >>> found = fit_poses(project(shape, truth, lens), shape, np.ones(40), lens)
    >>> bool(np.abs(found.place - truth.place).max() < 0.1)
    True
    """
    from risorius.read.kernels import place_heads

    used = weights > 0.05 * weights.max()
    points, shape, weights = points[:, used], shape[used], weights[used]
    centre = np.array([lens.width / 2, lens.height / 2])
    offset = (points[..., :2] - centre) * [1.0, -1.0]
    poses = _weak_perspective(offset, points[..., 2], shape, weights, lens)
    place_heads(
        points,
        shape,
        weights,
        lens.focal,
        float(centre[0]),
        float(centre[1]),
        DEPTH_WEIGHT,
        _SCALE_MM,
        rounds,
        poses.rotation,
        poses.place,
    )
    return poses


def _weak_perspective(
    offset: Floats, depth: Floats, shape: Floats, weights: Floats, lens: Lens
) -> Poses:
    """Turn, scale and place by weighted Procrustes on the tracker's own three coordinates."""
    share = weights / weights.sum()
    seen = np.concatenate([offset, -depth[..., None]], axis=-1)
    seen_middle, shape_middle = np.einsum("k,tka->ta", share, seen), share @ shape
    centred = shape - shape_middle
    cross = (seen - seen_middle[:, None]).swapaxes(-1, -2) @ (share[:, None] * centred)
    u, s, vt = np.linalg.svd(cross)
    sign = np.ones_like(s)
    sign[:, 2] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign[:, None]) @ vt
    scale = (s * sign).sum(-1) / (share * (centred**2).sum(-1)).sum()
    distance = lens.focal / scale
    place = np.concatenate([seen_middle[:, :2] / scale[:, None], -distance[:, None]], axis=-1)
    return Poses(rotation, place - rotation @ shape_middle)


def smooth_poses(poses: Poses, rate: float, *, seconds: float = 0.03) -> Poses:
    """Take the tremble out of poses by a short symmetric window, which does not lag.

    Parameters
    ----------
    rate : float [1/s]
    seconds : float [s]
        Standard deviation of the window.

    Examples
    --------
    >>> still = Poses(np.broadcast_to(np.eye(3), (9, 3, 3)), np.zeros((9, 3)))
    >>> bool(np.allclose(smooth_poses(still, 30.0).rotation, still.rotation))
    True
    """
    width = seconds * rate
    if width < 0.2 or len(poses.place) < 3:
        return poses
    reach = int(np.ceil(3 * width))
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    u, _, vt = np.linalg.svd(windowed(poses.rotation, window))
    return Poses(u @ vt, windowed(poses.place, window))


def windowed(values: Floats, window: Floats) -> Floats:
    """Return the mean of values in a window moved along the first axis; the ends are held.

    Parameters
    ----------
    values : (time, ...)
    window : (n,)
        Weights, an odd number of them.

    Examples
    --------
    >>> windowed(np.array([0.0, 0.0, 3.0, 0.0]), np.ones(3)).tolist()
    [0.0, 1.0, 1.0, 1.0]
    """
    reach = len(window) // 2
    padded = np.concatenate([values[:1].repeat(reach, 0), values, values[-1:].repeat(reach, 0)])
    total = np.zeros_like(values, dtype=np.float64)
    for step, weight in enumerate(window / window.sum()):
        total += weight * padded[step : step + len(values)]
    return total


def back_project(points: Floats, poses: Poses, shape: Floats, lens: Lens) -> Floats:
    """Return tracked points in the head frame, the pose taken away.

    What the picture shows (across the line of sight) is exact for the assumed depth; along it the
    tracker's own depth is used.

    Parameters
    ----------
    points : (time, point, 3) [px]
    shape : (point, axis) [mm]
        Points at rest; their middle ties the tracker's depth to the head.

    Returns
    -------
    points : (time, point, axis) [mm]

    Examples
    --------
    >>> shape = np.random.default_rng(0).normal(size=(40, 3)) * 40
    >>> pose = Poses(rotations([0.4], [0.1], [-0.2]), np.array([[20.0, 10.0, -600.0]]))
    >>> lens = assume_lens((640, 360))
    >>> back = back_project(project(shape, pose, lens), pose, shape, lens)
    >>> bool(np.abs(back[0] - shape).max() < 0.01)
    True
    """
    turned = shape @ poses.rotation.swapaxes(-1, -2)
    # The tracker's zero of depth differs from frame to frame: tie it to the shape's own middle.
    middle = -(turned[..., 2].mean(axis=-1) + poses.place[:, 2])
    relative = points[..., 2] - points[..., 2].mean(axis=-1, keepdims=True)
    depth = middle[:, None] * (1 + relative / lens.focal)
    x = (points[..., 0] - lens.width / 2) * depth / lens.focal
    y = (lens.height / 2 - points[..., 1]) * depth / lens.focal
    seen = np.stack([x, y, -depth], axis=-1) - poses.place[:, None]
    return seen @ poses.rotation
