"""What carries the skin rigidly: the jaw that opens, the lids that turn, the eyes that look.

All other movement is stored as seen from here, so that it stays small and changes slowly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from risorius.skin.jaw import Jaw, jaw_motion
from risorius.skin.lids import Globes, Lids
from risorius.skin.tables import load_table

__all__ = [
    "N_MORE",
    "OPENINGS",
    "Carrier",
    "Motion",
    "lid_gains",
    "motion",
    "turned",
    "uncarry",
]

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

OPENINGS = 4
"""Shapes of the open jaw besides the shut one; they are blended by Bernstein polynomials."""
N_MORE = OPENINGS + 6
"""Cues beside activation and lost tone."""
PROTRUSION, SHIFT = 8.0, 10.0
"""Ways of the jaw [mm] that count as 1."""
LID_EASE = 0.08
"""Over this angle [rad] a lid is slowed before it meets its limit."""


@dataclass(frozen=True, slots=True, eq=False)
class Carrier:
    """How far each of n vertices goes with jaw, lids and eyes.

    Attributes
    ----------
    channels : tuple of str
    jaw : Jaw
    share : (n,) float32 [1]
        Part that a vertex takes of the jaw's movement.
    lids : Lids
    globes : Globes
    eye : (n,) int8
        0 and 1 for vertices of the globes, else -1.
    """

    channels: tuple[str, ...]
    jaw: Jaw
    share: Singles
    lids: Lids
    globes: Globes
    eye: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Jaw, lids and eyes at some moments.

    Attributes
    ----------
    jaw_turn : (time, 3) float32 [rad]
        Axis times angle, through the pivot.
    jaw_shift : (time, 3) float32 [mm]
    lid_turn : (time, side, 3) float32
        Closing [1], upper margin down, lower margin up [rad].
    gaze : (time, side, 3, 3) float32
        Rotation of each eye.
    cues : (time, 4 channel + 10) float32 [1]
        What the shapes of the skin answer to: activations, left before right; four weights of the
        opening jaw, protrusion, shift to the left; turn of the upper and the lower lid, left eye
        first; tone that is lost, in the order of the activations.
    """

    jaw_turn: Singles
    jaw_shift: Singles
    lid_turn: Singles
    gaze: Singles
    cues: Singles


def motion(
    carrier: Carrier, activation: Singles, jaw: Floats, gaze: Floats, *, slack: Singles
) -> Motion:
    """Return what the jaw (t, 3), the gaze (t, 2, 2) and the lids do under activations (t, c, 2).

    The lost tone `slack` (c, 2) only goes into the cues.
    """
    from risorius.skin import kernels

    frames = len(activation)
    turn, shift = jaw_motion(carrier.jaw, jaw)
    lids = np.empty((frames, 2, 3), np.float32)
    gazes = np.empty((frames, 2, 3, 3), np.float32)
    cues = np.empty((frames, 2 * slack.size + N_MORE), np.float32)
    kernels.read_cues(
        activation,
        jaw,
        gaze,
        slack,
        carrier.jaw.max_open,
        np.array([PROTRUSION, SHIFT]),
        lid_gains(carrier.channels),
        _lid_facts(),
        carrier.globes.radius,
        carrier.lids.aperture,
        LID_EASE,
        lids,
        gazes,
        cues,
    )
    return Motion(turn.astype(np.float32), shift.astype(np.float32), lids, gazes, cues)


def uncarry(carrier: Carrier, shapes: Floats, moved: Motion) -> Floats:
    """Return shapes (t, n, 3) [mm] as they would be with jaw shut, lids at rest and gaze ahead."""
    share = carrier.share.astype(np.float64)
    points = np.asarray(shapes, dtype=np.float64) - share[:, None] * moved.jaw_shift[:, None]
    points = turned(points, carrier.jaw.pivot, moved.jaw_turn, -share)
    lids, globes = carrier.lids, carrier.globes
    for side in (0, 1):
        mine = np.flatnonzero(carrier.eye == side)
        offset = points[:, mine] - globes.centre[side]
        turn = moved.gaze[:, side].astype(np.float64)
        points[:, mine] = globes.centre[side] + np.einsum("tvi,tij->tvj", offset, turn)
        mine = np.flatnonzero(lids.eye == side)
        take = lids.turn[mine].astype(np.float64) * [1.0, 1.0, -1.0]
        angle = moved.lid_turn[:, side] @ take.T
        axis = lids.axis[side] * np.ones((len(points), 1))
        points[:, mine] = turned(points[:, mine], globes.centre[side], axis, -angle)
    return points


def turned(points: Floats, centre: Floats, turn: NDArray[np.floating], share: Floats) -> Floats:
    """Turn points (t, k, 3) about a centre by shares (k,) or (t, k) of turns (t, 3) [rad]."""
    size = np.linalg.norm(turn, axis=-1, keepdims=True)
    axis = (turn / np.maximum(size, 1e-12))[:, None]
    angle = size * share
    offset = points - centre
    c, s = np.cos(angle)[..., None], np.sin(angle)[..., None]
    along = (offset * axis).sum(axis=-1, keepdims=True) * axis
    return np.asarray(centre + along + (offset - along) * c + np.cross(axis, offset) * s)


@cache
def lid_gains(channels: tuple[str, ...]) -> Floats:
    """Return closing [1], upper lid down, lower lid up [mm] per activation, (channel, 3)."""
    gains = np.zeros((len(channels), 3))
    for row in load_table("drives")["lids"]:
        gains[channels.index(row["channel"])] = (
            row.get("close", 0.0),
            row.get("upper_mm", 0.0),
            row.get("lower_mm", 0.0),
        )
    return gains


@cache
def _lid_facts() -> Floats:
    """Return thickness [mm], gaze's share of the upper and of the lower lid, greatest rise [mm]."""
    facts = load_table("drives")["lid_motion"]
    follow = facts["gaze_lower_mm"]
    return np.array(
        [
            facts["thickness_mm"]["typ"],
            facts["gaze_upper"]["typ"],
            follow["typ"] / np.radians(follow["at_deg"]),
            facts["raise_limit_mm"]["typ"],
        ]
    )
