"""Where skull, mandible, lids and globes are in a pose, and what goes with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.skin.jaw import jaw_motion
from risorius.skin.tables import load_table

if TYPE_CHECKING:
    from risorius.skin.jaw import Jaw
    from risorius.skin.lids import Globes, Lids

__all__ = ["Frames", "about", "jaw_turn", "move_frames", "turned", "with_jaw", "with_lids"]

Floats = NDArray[np.float64]
PRESS = 0.08
"""Part of a closing by which lids would go on if they did not meet: their edges lag."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Where bones and lids are.

    Attributes
    ----------
    turn : (3,) [rad]
        Of the jaw about its pivot, axis times angle.
    shift : (3,) [mm]
        Of the pivot.
    lids : (2 side, 3)
        Closing [1], turn of the upper and of the lower margin [rad].
    gaze : (2 side, 3, 3)
        Rotation of the globes.
    """

    turn: Floats
    shift: Floats
    lids: Floats
    gaze: Floats

    @property
    def still(self) -> bool:
        """Whether jaw and lids are as at rest."""
        return not (self.turn.any() or self.shift.any() or self.lids.any())


def move_frames(
    jaw_model: Jaw, lids: Lids, globes: Globes, work: Floats, jaw: Floats, gaze: Floats
) -> Frames:
    """Return where bones and lids are.

    Parameters
    ----------
    jaw_model : Jaw
    lids : Lids
    globes : Globes
    work : (2 side, 3)
        Closing [1], way of the upper lid down and of the lower lid up [mm].
    jaw : (3,) [rad, mm, mm]
    gaze : (2 side, 2) [rad]
    """
    turn, shift = jaw_motion(jaw_model, jaw)
    motion = load_table("drives")["lid_motion"]
    close = np.clip(work[:, 0], 0, 1)
    press = 1.0 + PRESS * close
    radius = globes.radius + motion["thickness_mm"]["typ"]
    pitch = gaze[:, 1]
    upper = work[:, 1] / radius + motion["gaze_upper"]["typ"] * pitch
    follow = motion["gaze_lower_mm"]
    lower = work[:, 2] / radius
    lower = lower - pitch * follow["typ"] / np.radians(follow["at_deg"]) / radius
    # The margins meet; they do not pass each other.
    upper = np.maximum(upper, -motion["raise_limit_mm"]["typ"] / radius)
    lower = np.minimum(lower, 0.4 * lids.aperture)
    upper = np.minimum(upper, lids.aperture - lower)
    turns = np.stack([close * press, (1 - close) * upper, (1 - close) * lower], axis=1)
    yaw = gaze[:, 0]
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    zero = np.zeros_like(yaw)
    rows = [[cy, sy * sp, sy * cp], [zero, cp, -sp], [-sy, cy * sp, cy * cp]]
    rotation = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    return Frames(turn, shift, turns, rotation)


def with_lids(
    points: Floats,
    turn: Floats,
    eye: NDArray[np.int8],
    frames: Frames,
    lids: Lids,
    globes: Globes,
) -> tuple[Floats, Floats]:
    """Turn points (k, 3) about their globes; return them and their angles (k,) [rad].

    `turn` (k, 3) and `eye` (k,) are those of :class:`~risorius.skin.lids.Lids`.
    """
    side = np.maximum(eye, 0)
    work = frames.lids[side]
    angle = work[:, 0] * turn[:, 0] + work[:, 1] * turn[:, 1] - work[:, 2] * turn[:, 2]
    angle = np.where(eye >= 0, angle, 0.0)
    return about(points, globes.centre[side], lids.axis[side], angle), angle


def with_jaw(points: Floats, share: Floats, frames: Frames, pivot: Floats) -> Floats:
    """Move points (k, 3) by their share (k,) of the mandible's way."""
    centre = np.broadcast_to(pivot, points.shape)
    turned_points = about(points, centre, *jaw_turn(frames, share))
    return np.asarray(turned_points + share[:, None] * frames.shift)


def jaw_turn(frames: Frames, share: Floats) -> tuple[Floats, Floats]:
    """Return axes (k, 3) and angles (k,) of shares (k,) of the mandible's turn."""
    angle = float(np.linalg.norm(frames.turn))
    axis = frames.turn / max(angle, 1e-12)
    return np.broadcast_to(axis, (len(share), 3)), angle * share


def about(points: Floats, centre: Floats, axis: Floats, angle: Floats) -> Floats:
    """Rotate points (k, 3) about axes (k, 3) through centres (k, 3) by angles (k,).

    Examples
    --------
    >>> up = np.array([[0.0, 1.0, 0.0]])
    >>> about(up, 0 * up, np.array([[1.0, 0.0, 0.0]]), np.array([np.pi / 2])).round(9).tolist()
    [[0.0, 0.0, 1.0]]
    """
    q = points - centre
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    dot = np.einsum("kx,kx->k", axis, q)[:, None]
    return np.asarray(centre + q * c + np.cross(axis, q) * s + axis * dot * (1 - c))


def turned(bend: Floats, axis: Floats, angle: Floats) -> Floats:
    """Rotate symmetric tensors (k, 6): xx, xy, xz, yy, yz, zz."""
    full = bend[:, [[0, 1, 2], [1, 3, 4], [2, 4, 5]]]
    basis = np.broadcast_to(np.eye(3), (len(axis), 3, 3))
    zero = np.zeros((len(axis), 3))
    r = np.stack([about(basis[:, k], zero, axis, angle) for k in range(3)], axis=2)
    out = np.einsum("kab,kbc,kdc->kad", r, full, r)
    return np.ascontiguousarray(out[:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]])
