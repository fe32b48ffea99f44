"""From points to muscles, frame by frame: what the reader of recordings and the live one share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.clip import SIDES
from risorius.read.basis import JAW_REACH, LID_CHANNELS, Basis
from risorius.read.camera import (
    Lens,
    Poses,
    back_project,
    fit_poses,
    rotation_angles,
    smooth_poses,
    turn_terms,
)
from risorius.read.drives import eye_muscles, jaw_muscles
from risorius.read.eyes import read_gaze, read_lids
from risorius.read.scores import Scores, antagonist_channels, score_map, synergists
from risorius.read.solve import Evidence, identifiability, prepare, solve, view
from risorius.read.unseen import unseen_channels

__all__ = ["CHUNK", "Muscles", "Neutral", "Parts", "Person", "depose", "name_muscles", "read_parts"]

Floats = NDArray[np.float64]

CHUNK = 64
"""Frames that are held in double precision together."""

_YAWS = np.radians(np.arange(-80.0, 81.0, 20.0))
# The drift was measured up to about these angles [rad]: yaw, pitch, roll.
_MOST_DRIFT = np.radians([40.0, 25.0, 30.0])


@dataclass(frozen=True, slots=True, eq=False)
class Neutral:
    """One person's face at rest, as the tracker sees it.

    Attributes
    ----------
    shape : (point, axis) [mm]
        In the head frame.
    scores : (score,) [1]
        The person's own blendshape scores at rest.
    basis : Basis
        Scaled to the person.
    angles : (3,) [rad]
        Of the head in those frames.
    frames : str
        Where it was found, in words.
    doubt : float [1]
        Above 2 the face was probably never at rest.
    """

    shape: Floats
    scores: Floats
    basis: Basis
    angles: Floats
    frames: str
    doubt: float


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """A neutral face and all that follows from it, whatever the frame.

    Attributes
    ----------
    neutral : Neutral
    scores : Scores
    evidence : Evidence
    sure : (view, column) [1]
        How far the points determine each unknown, at several yaws.
    """

    neutral: Neutral
    scores: Scores
    evidence: Evidence
    sure: Floats

    @classmethod
    def of(cls, neutral: Neutral) -> Person:
        """Prepare the solve for a neutral face."""
        basis = neutral.basis
        scores = score_map(basis)
        evidence = prepare(
            basis,
            antagonists=antagonist_channels(),
            scores=scores.effect,
            together=synergists(basis),
        )
        return cls(neutral, scores, evidence, identifiability(evidence, _YAWS))


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What was read, before it is given to muscles by name.

    Attributes
    ----------
    gaze : (time, side, 2) [rad]
    lids : (time, lid channel, side) [1]
    amounts : (time, column) [1]
    """

    gaze: Floats
    lids: Floats
    amounts: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Muscles:
    """Muscles by name, in the order of the atlas.

    Attributes
    ----------
    activation, confidence : (time, muscle, side) [1]
        NaN where a channel is never observed.
    jaw : (time, 3) [rad, mm, mm]
    """

    activation: NDArray[np.float32]
    confidence: NDArray[np.float32]
    jaw: Floats


def depose(
    points: NDArray[np.float32], shape: Floats, basis: Basis, lens: Lens, rate: float
) -> tuple[NDArray[np.float32], Poses]:
    """Find where the head stood and take it away, with what a turned head seems to add.

    Parameters
    ----------
    points : (time, point, 3) [px]
    shape : (point, axis) [mm]
        The person's points at rest.
    basis : Basis
    lens : Lens
    rate : float [1/s]
        For taking the tremble out of the poses; 0 leaves it.

    Returns
    -------
    points : (time, point, axis) [mm]
        In the head frame.
    poses : Poses
    """
    weights = basis.stability
    found = [
        fit_poses(points[k : k + CHUNK].astype(float), shape, weights, lens)
        for k in range(0, len(points), CHUNK)
    ]
    poses = Poses(
        np.concatenate([p.rotation for p in found]), np.concatenate([p.place for p in found])
    )
    poses = smooth_poses(poses, rate)
    back = np.empty_like(points)
    for k in range(0, len(points), CHUNK):
        part = slice(k, k + CHUNK)
        own = Poses(poses.rotation[part], poses.place[part])
        free = back_project(points[part].astype(float), own, shape, lens)
        angles = np.clip(rotation_angles(own.rotation), -_MOST_DRIFT, _MOST_DRIFT)
        back[part] = free - np.tensordot(turn_terms(angles), basis.drift, axes=1)
    return back, poses


def read_parts(
    person: Person,
    points: Floats,
    poses: Poses,
    blendshapes: NDArray[np.float32],
    *,
    rate: float,
    before: Parts | None = None,
) -> Parts:
    """Read gaze, lids and muscles from frames without a gap.

    Parameters
    ----------
    person : Person
    points : (time, point, axis) [mm]
        From `depose`.
    poses : Poses
    blendshapes : (time, score) [1]
    rate : float [1/s]
    before : Parts, optional
        Of the frame before, when a single new one is read: it holds to that instead of to both
        its neighbours.

    Returns
    -------
    parts : Parts
    """
    neutral = person.neutral
    gaze = read_gaze(points, neutral.shape, poses, neutral.basis)
    last = None if before is None else before.gaze[-1]
    lids, gaze = read_lids(points, neutral.shape, gaze, neutral.basis, before=last)
    amounts = solve(
        person.evidence,
        points - neutral.shape,
        poses,
        rate=rate,
        closure=lids,
        scores=person.scores.read(blendshapes, neutral.scores),
        before=None if before is None else before.amounts[-1],
    )
    return Parts(gaze, lids, amounts)


def name_muscles(
    person: Person, parts: Parts, poses: Poses, presence: NDArray[np.float32]
) -> Muscles:
    """Give what was read to the muscles of the atlas, with confidence.

    Nothing is sure where the side is out of sight.

    Parameters
    ----------
    person : Person
    parts : Parts
    poses : Poses
    presence : (time,) [1]

    Returns
    -------
    muscles : Muscles
    """
    basis, atlas = person.neutral.basis, load_atlas()
    yaw = rotation_angles(poses.rotation)[:, 0]
    between = np.interp(yaw, _YAWS, np.arange(len(_YAWS)))
    below = np.minimum(between.astype(int), len(_YAWS) - 2)
    low, high = person.sure[below], person.sure[below + 1]
    determined = low + (between - below)[:, None] * (high - low)
    _, visible = view(poses.rotation)
    part = [{"left": 0, "right": 2}.get(side, 1) for _, side in basis.columns]
    sure = determined * visible[:, part] * presence[:, None]
    eyes = visible[:, [0, 2]] * presence[:, None]

    shape = len(parts.amounts), len(atlas.channels), len(SIDES)
    activation = np.full(shape, np.nan, np.float32)
    confidence = np.full(shape, np.nan, np.float32)
    place = {channel: index for index, channel in enumerate(atlas.channel_ids)}
    seen, *where = _seen_columns(basis.columns)
    activation[:, *where] = parts.amounts[:, seen]
    confidence[:, *where] = sure[:, seen]
    for row, channel in enumerate(LID_CHANNELS):
        activation[:, place[channel]] = parts.lids[:, row]
        confidence[:, place[channel]] = eyes
    jaw_columns = [basis.columns.index(("jaw", dof)) for dof in JAW_REACH]
    jaw = parts.amounts[:, jaw_columns] * list(JAW_REACH.values())
    for channel, curve in jaw_muscles(jaw, basis.reach).items():
        activation[:, place[channel]] = curve
        confidence[:, place[channel]] = sure[:, jaw_columns[:1]]
    for channel, curve in eye_muscles(parts.gaze, basis.reach).items():
        activation[:, place[channel]] = curve
        confidence[:, place[channel]] = eyes
    return Muscles(activation, np.clip(confidence, 0, 1), jaw)


@cache
def _seen_columns(columns: tuple[tuple[str, str], ...]) -> NDArray[np.intp]:
    """Return the columns that a camera sees, and their places in the atlas: channel, side."""
    unseen, ids = unseen_channels(), load_atlas().channel_ids
    rows = [
        (column, ids.index(channel), SIDES.index(side))
        for column, (channel, side) in enumerate(columns)
        if channel != "jaw" and channel not in unseen
    ]
    return np.array(rows, np.intp).T
