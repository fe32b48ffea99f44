"""Which poses a bake solves: every muscle alone, the jaw, the gaze, lost tone, units, mixtures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas

__all__ = ["Poses", "basic_poses", "expressive_poses", "mixed_poses", "named_poses"]

Singles = NDArray[np.float32]

LIPS = (
    "orbicularis_oris",
    "incisivus",
    "mentalis",
    "depressor_anguli",
    "depressor_labii",
    "levator_labii",
    "levator_anguli",
    "zygomaticus",
    "risorius",
    "buccinator",
    "platysma",
)
"""Beginnings of the names of the channels that meet at the lips."""

STRENGTHS = (0.35, 0.7, 1.0)
"""Of named poses [1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    """Poses of a face.

    Attributes
    ----------
    activation : (k, channel, side) float32 [1]
    jaw : (k, 3) float32 [rad, mm, mm]
    gaze : (k, side, 2) float32 [rad]
    tone : (k, channel, side) float32 [1]
    """

    activation: Singles
    jaw: Singles
    gaze: Singles
    tone: Singles

    def __len__(self) -> int:
        return len(self.jaw)

    def __add__(self, other: Poses) -> Poses:
        return Poses(
            *(
                np.concatenate([getattr(self, name), getattr(other, name)])
                for name in ("activation", "jaw", "gaze", "tone")
            )
        )


def basic_poses(max_open: float, *, sides: tuple[int, ...]) -> Poses:
    """Return every channel alone (half and full), the jaw, the gaze, and each lost tone.

    Parameters
    ----------
    max_open : float [rad]
    sides : tuple of int
        Sides to be posed; the left alone is enough in a head that equals its mirror image.
    """
    active = _movers()
    columns = [(channel, side) for side in sides for channel in active]
    n_single, turns = len(columns), (-1, 1) if len(sides) > 1 else (1,)
    jaws = [(share * max_open, 0.0, 0.0) for share in (0.25, 0.5, 0.75, 1.0)]
    jaws += [(0.0, way, 0.0) for way in (-2.0, 4.0, 8.0)]
    jaws += [(0.0, 0.0, turn * way) for way in (5.0, 10.0) for turn in turns]
    looks = [(0.0, pitch) for pitch in np.radians([-28.0, -14.0, 14.0, 28.0, 45.0])]
    looks += [(turn * np.radians(35.0), 0.0) for turn in turns]
    poses = _still(3 * n_single + len(active) + len(jaws) + len(looks) + len(sides))
    for row, (channel, side) in enumerate(columns):
        poses.activation[2 * row, channel, side] = 0.5
        poses.activation[2 * row + 1, channel, side] = 1.0
        poses.tone[2 * n_single + row, channel, side] = 0.0
    row = 3 * n_single
    for channel in active:
        poses.activation[row, channel] = 1.0
        row += 1
    poses.jaw[row : row + len(jaws)] = jaws
    row += len(jaws)
    poses.gaze[row : row + len(looks)] = np.array(looks)[:, None]
    row += len(looks)
    for side in sides:
        poses.tone[row, active, side] = 0.0
        row += 1
    return poses


def named_poses() -> Poses:
    """Return every action unit and expression in which muscles work together, at three strengths.

    What a muscle adds may come late and all at once, as the roll of pressed lips: two strengths
    would not tell.
    """
    atlas, active = load_atlas(), _movers()
    still = np.setdiff1d(np.arange(len(atlas.channel_ids)), active)
    rows = []
    for name in [unit.id for unit in atlas.action_units] + [e.id for e in atlas.expressions]:
        for strength in STRENGTHS:
            activation = np.zeros((len(atlas.channel_ids), 2), np.float32)
            for (channel, side), much in atlas.expand(name, strength).items():
                activation[atlas.channel_ids.index(channel), side == "right"] = much
            activation[still] = 0.0
            if np.count_nonzero(activation.any(axis=1)) > 1:
                rows.append(activation)
    poses = _still(len(rows))
    poses.activation[:] = rows
    return poses


def mixed_poses(max_open: float, count: int, *, seed: int, alike: float = 0.5) -> Poses:
    """Return poses in which many muscles work at once.

    Most have about 30 % of the channels on, some on both sides alike; the others are expressions
    with something added, and two to four muscles of the lips at once. Many open the jaw.

    Parameters
    ----------
    max_open : float [rad]
    count : int
    seed : int
    alike : float [1]
        Share of the poses in which both sides do the same.
    """
    rng = np.random.default_rng(seed)
    atlas, active = load_atlas(), _movers()
    lips = [i for i in active if atlas.channel_ids[i].startswith(LIPS)]
    expressions = [expression.id for expression in atlas.expressions]
    poses = _still(count)
    for activation, jaw, gaze in zip(poses.activation, poses.jaw, poses.gaze, strict=True):
        kind = rng.random()
        same = rng.random() < alike
        if kind < 0.65:
            amount = rng.random((len(active), 2)) * (rng.random((len(active), 2)) < 0.3)
            activation[active] = amount[:, :1] if same else amount
        elif kind < 0.85:
            some = rng.choice(lips, rng.integers(2, 5), replace=False)
            amount = rng.uniform(0.3, 1.0, (len(some), 2))
            activation[some] = amount[:, :1] if same else amount
        else:
            name, strength = expressions[rng.integers(len(expressions))], rng.uniform(0.4, 1.0)
            for (channel, side), much in atlas.expand(name, strength).items():
                activation[atlas.channel_ids.index(channel), side == "right"] = much
            others = np.setdiff1d(np.arange(len(activation)), active)
            activation[others] = 0.0
            some = rng.choice(active, 3, replace=False)
            more = rng.random((3, 2)) * 0.6
            activation[some] = np.clip(activation[some] + (more[:, :1] if same else more), 0.0, 1.0)
        if rng.random() < 0.4:
            jaw[0] = rng.random() * max_open
        if rng.random() < 0.15:
            jaw[1:] = rng.uniform([0, -10], [8, 10])
        if rng.random() < 0.3:
            gaze[:] = rng.uniform([-0.6, -0.4], [0.6, 0.7])
    return poses


def expressive_poses(max_open: float, count: int, *, seed: int) -> Poses:
    """Return poses as faces show them: one or two expressions, some with a mouth that speaks.

    Both sides do nearly the same, the eyes look about, and the jaw opens as far as in speech.

    Parameters
    ----------
    max_open : float [rad]
    count : int
    seed : int
    """
    rng = np.random.default_rng(seed)
    atlas, active = load_atlas(), _movers()
    lips = [i for i in active if atlas.channel_ids[i].startswith(LIPS)]
    still = np.setdiff1d(np.arange(len(atlas.channel_ids)), active)
    expressions = [expression.id for expression in atlas.expressions]
    poses = _still(count)
    for activation, jaw, gaze in zip(poses.activation, poses.jaw, poses.gaze, strict=True):
        for name in rng.choice(expressions, rng.integers(1, 3), replace=False):
            for (channel, side), much in atlas.expand(name, rng.uniform(0.2, 1.0)).items():
                activation[atlas.channel_ids.index(channel), side == "right"] += much
        activation *= rng.uniform(0.7, 1.0, 2)
        if rng.random() < 0.5:
            some = rng.choice(lips, 3, replace=False)
            activation[some] += rng.uniform(0.0, 0.6, (3, 1))
            jaw[0] = rng.random() * 0.35 * max_open
        activation[still] = 0.0
        np.minimum(activation, 1.0, out=activation)
        gaze[:] = rng.uniform([-0.4, -0.3], [0.4, 0.4])
    return poses


def _movers() -> list[int]:
    """Channels that may move the skin."""
    still = ("eye", "pupil", "tongue", "head")
    return [i for i, channel in enumerate(load_atlas().channels) if channel.moves not in still]


def _still(count: int) -> Poses:
    sides = (count, len(load_atlas().channel_ids), 2)
    return Poses(
        np.zeros(sides, np.float32),
        np.zeros((count, 3), np.float32),
        np.zeros((count, 2, 2), np.float32),
        np.ones(sides, np.float32),
    )
