"""A made-up face: 478 points on an egg, moved by smooth fields; reading tested without pictures."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.read.basis import LID_CHANNELS, Basis
from risorius.read.drives import Reach
from risorius.read.points import CORNERS, IRIS, IRIS_RIM, LIPS_INNER, LOWER_LID, OVAL, UPPER_LID

# Where some muscles act (the person's left side) and where they pull, in millimetres.
PULLS = {
    "frontalis.medialis": ((15, 75), (0, 7, 0), 16),
    "frontalis.lateralis": ((45, 70), (0, 6, 0), 16),
    "corrugator_supercilii.transverse": ((18, 62), (-4, -3, 0), 14),
    "orbicularis_oculi.orbitalis": ((45, 30), (0, 4, 1), 18),
    LID_CHANNELS[0]: ((32, 47), (0, -6, 0), 8),
    LID_CHANNELS[1]: ((32, 47), (0, 2, 0), 8),
    "levator_labii_superioris": ((14, -8), (0, 5, 0), 12),
    "zygomaticus_major": ((27, -17), (7, 7, -2), 18),
    "depressor_anguli_oris": ((27, -17), (1, -6, 0), 14),
    "depressor_labii_inferioris": ((12, -32), (0, -5, 0), 12),
    "risorius": ((27, -17), (6, -1, -3), 14),
    "mentalis": ((8, -45), (0, 5, 1), 12),
}


def egg(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    inside = np.clip(1 - (x / 80) ** 2 - ((y - 10) / 120) ** 2, 0.05, 1)
    return np.stack([x, y, 20 + 70 * np.sqrt(inside)], axis=-1)


def face_points() -> np.ndarray:
    rng = np.random.default_rng(7)
    angle, radius = rng.uniform(0, 2 * np.pi, 478), np.sqrt(rng.uniform(0, 1, 478))
    x, y = 68 * radius * np.cos(angle), 10 + 88 * radius * np.sin(angle)
    around = np.linspace(np.pi / 2, -1.5 * np.pi, len(OVAL), endpoint=False)
    x[OVAL], y[OVAL] = 70 * np.cos(around), 10 + 90 * np.sin(around)
    for side, sign in enumerate((1, -1)):
        share = np.linspace(0.2, 0.8, 5)
        x[UPPER_LID[side]] = x[LOWER_LID[side]] = sign * (47 - 30 * share)
        y[UPPER_LID[side]], y[LOWER_LID[side]] = 47, 38
        x[CORNERS[side]], y[CORNERS[side]] = sign * np.array([47, 17]), 42
        x[IRIS[side]], y[IRIS[side]] = sign * 32, 42.5
        x[IRIS_RIM[side]] = sign * 32 + np.array([5.85, 0, -5.85, 0])
        y[IRIS_RIM[side]] = 42.5 + np.array([0, 5.85, 0, -5.85])
    x[LIPS_INNER], y[LIPS_INNER] = [0, 0, -24, 24], [-17, -18, -17.5, -17.5]
    return egg(x, y)


def build_basis() -> Basis:
    rest = face_points()
    columns, fields = [], []
    for channel, (place, pull, reach) in PULLS.items():
        for side, sign in (("left", 1), ("right", -1)):
            away = np.hypot(rest[:, 0] - sign * place[0], rest[:, 1] - place[1])
            mirrored = np.array([sign, 1, 1]) * pull
            fields.append(np.exp(-0.5 * (away / reach) ** 2)[:, None] * mirrored)
            columns.append((channel, side))
    low_face = 1 / (1 + np.exp((rest[:, 1] + 20) / 4))[:, None]
    opening = np.cross((0.5, 0, 0), rest - [0, 20, 0])
    for dof, move in (("open", opening), ("protrude", (0, 0, 6.0)), ("lateral", (8.0, 0, 0))):
        fields.append(low_face * move)
        columns.append(("jaw", dof))
    linear = np.array(fields)
    n = len(columns)
    low, high = np.zeros(n), np.ones(n)
    low[-2:], high[-3:] = (-0.3, -1.5), 1.5
    follow = np.array([[0.2, 0.05], [0.0, 0.0], [-0.4, -0.15], [-0.7, -0.25]])
    eyes = rest[IRIS[:, 0]] - [0, 0, 11.0]
    square = -0.15 * linear
    square[-3:] = 0
    return Basis(
        columns=tuple(columns),
        rest=rest,
        linear=linear,
        square=square,
        low=low,
        high=high,
        eyes=eyes,
        lid_pitch=np.radians([-25.0, 0.0, 25.0, 40.0]),
        lid_follow=np.repeat(follow[:, :, None], 2, axis=2),
        lid_travel=np.full(2, 0.25),
        drift=np.zeros((9, 478, 3)),
        wobble=np.zeros((0, 478, 3)),
        reach=Reach(0.6, 8.0, 9.0, 0.75, 0.5, 0.8),
    )


@pytest.fixture(scope="session")
def basis() -> Basis:
    return build_basis()


def filmed(basis, amounts, poses, *, size=(640, 360), rate=30.0, noise=0.2, scores=None):
    """Return the track of a face that does ``amounts`` (time, column)."""
    from risorius.read.camera import assume_lens, project
    from risorius.read.model import BLENDSHAPES
    from risorius.read.track import Track

    points = project(basis.rest + basis.displacement(amounts), poses, assume_lens(size))
    points += np.random.default_rng(1).normal(size=points.shape) * [noise, noise, 5 * noise]
    count = len(amounts)
    if scores is None:
        scores = np.zeros((count, len(BLENDSHAPES)), np.float32)
    return Track(
        np.arange(count) / rate,
        points.astype(np.float32),
        np.full(count, 0.95, np.float32),
        scores,
        size,
    )


def swaying(count, *, turn=0.25):
    """Return the poses of a head that moves a little."""
    from risorius.read.camera import Poses, rotations

    t = np.arange(count) / 30
    place = np.stack([15 * np.sin(t), 8 * np.cos(t), -600 + 20 * np.sin(0.7 * t)], axis=-1)
    return Poses(rotations(turn * np.sin(t), 0.1 * np.sin(1.7 * t), 0.1 * np.sin(1.3 * t)), place)


def performed(basis, count, *, seed=0):
    """Return amounts (time, column): rest for a second, then every unknown comes and goes."""
    rng = np.random.default_rng(seed)
    n = len(basis.columns)
    t = np.arange(count)[:, None] / 30
    waves = np.sin(t * rng.uniform(1.5, 4, n) + rng.uniform(0, 6, n)) * 1.3 - 0.4
    amounts = np.clip(waves, 0, 0.9) * np.clip((t - 1) / 0.5, 0, 1)
    lids = [i for i, (channel, _) in enumerate(basis.columns) if channel in LID_CHANNELS]
    amounts[:, lids] = 0
    amounts[:, -3:] *= [0.6, 0.2, 0.4]
    return amounts


@pytest.fixture(scope="session")
def make_film():
    """Return the function that films a made-up face, and the one that sways its head."""
    return filmed, swaying


@pytest.fixture(scope="session")
def film(basis):
    """What was performed, and its track."""
    amounts = performed(basis, 300)
    return amounts, filmed(basis, amounts, swaying(300))


@pytest.fixture(scope="session")
def default_face():
    from risorius.face import load_face

    return load_face()
