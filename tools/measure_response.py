"""Measure how the tracker answers to muscles: film several heads at work, and track that.

A tracker does not follow the skin exactly: cheeks have nothing to hold on to, lips and brows pull
their neighbours along, muscles at work together do not add up, and a head that turns seems to
change its face. All of it is written to ``src/risorius/read/data/response.npz``; reading takes it
in place of the rig's own geometry. Run it again when the head, the rig, the picture or the tracker
changes (some minutes):

    python tools/measure_response.py
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from risorius.anatomy import load_atlas
from risorius.clip import SIDES
from risorius.face import load_face
from risorius.head.landmarks import landmark_points, load_landmarks
from risorius.picture import front_camera, render
from risorius.read.basis import JAW_REACH, Basis, measure_basis
from risorius.read.camera import (
    Lens,
    Poses,
    back_project,
    fit_poses,
    rotation_angles,
    rotations,
    turn_terms,
)
from risorius.read.tracker import Tracker
from risorius.skin import jaw_from_activation

TARGET = Path(__file__).parents[1] / "src" / "risorius" / "read" / "data" / "response.npz"
PEOPLE: tuple[dict[str, object], ...] = (
    {"age_years": 28.0, "sex": 0.0, "ancestry": {"asian": 1.0}},
    {"age_years": 45.0, "sex": 1.0, "ancestry": {"african": 1.0}},
    {"age_years": 60.0, "sex": 0.2, "ancestry": {"caucasian": 1.0}},
    {"age_years": 35.0, "sex": 0.9},
    {"age_years": 22.0, "sex": 1.0, "ancestry": {"asian": 0.5, "african": 0.5}},
    {"age_years": 50.0, "sex": 0.0, "ancestry": {"african": 1.0}},
    {"age_years": 40.0, "sex": 0.5, "ancestry": {"caucasian": 1.0}},
    {"age_years": 70.0, "sex": 1.0, "ancestry": {"asian": 1.0}},
)
SIZE = (480, 480)
N_TURNS = 80
N_MIXTURES = 400
N_WOBBLES = 16
MOST_TURNED = (35.0, 20.0, 25.0)
LITTLE_TURNED = (12.0, 8.0, 6.0)
HOLD = 5.0
"""Faces that a muscle's answer alone counts for where the mixtures say little."""
FLIP = np.array([-1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """What every person is asked to do.

    Attributes
    ----------
    activation : (face, channel, side) [1]
    jaw : (face, dof) [rad, mm, mm]
    turn : (face, 3) [rad]
    amounts : (face, column) [1]
        The same by the columns of the basis.
    """

    activation: np.ndarray
    jaw: np.ndarray
    turn: np.ndarray
    amounts: np.ndarray


def faces(basis: Basis, max_open: float) -> Faces:
    """Return every column alone at half and at full strength, then random mixtures.

    In a mixture one to three action units are at work, unlike left and right, on a head that is
    turned a little.
    """
    atlas, rng = load_atlas(), np.random.default_rng(11)
    n = len(basis.columns)
    activation = np.zeros((2 * n + N_MIXTURES, len(atlas.channel_ids), len(SIDES)))
    jaw = np.zeros((len(activation), len(JAW_REACH)))
    turn = np.zeros((len(activation), 3))
    place = {channel: row for row, channel in enumerate(atlas.channel_ids)}
    for number, (channel, side) in enumerate(basis.columns):
        for row, amount in ((2 * number, 0.5), (2 * number + 1, 1.0)):
            if channel == "jaw":
                jaw[row, list(JAW_REACH).index(side)] = amount * JAW_REACH[side]
            else:
                activation[row, place[channel], SIDES.index(side)] = amount
    seen = {channel for channel, _ in basis.columns}
    units = [
        unit.id
        for unit in atlas.action_units
        if not (unit.retired or unit.behaviour)
        and (unit.id == "AU26" or seen & {drive.channel for drive in unit.drive})
    ]
    for row in range(2 * n, len(activation)):
        for unit in rng.choice(units, rng.integers(1, 4), replace=False):
            for side in SIDES:
                drive = atlas.expand(unit, rng.uniform(0.2, 1.0), side=side)
                for (channel, own), value in drive.items():
                    activation[row, place[channel], SIDES.index(own)] += value
        turn[row] = rng.uniform(-1, 1, 3) * np.radians(LITTLE_TURNED)
    activation = np.clip(activation, 0, 1)
    jaw[2 * n :] = jaw_from_activation(atlas, activation[2 * n :], max_open=max_open)
    amounts = [
        jaw[:, list(JAW_REACH).index(side)] / JAW_REACH[side]
        if channel == "jaw"
        else activation[:, place[channel], SIDES.index(side)]
        for channel, side in basis.columns
    ]
    return Faces(activation, jaw, turn, np.array(amounts).T)


class Studio:
    """One person before a camera."""

    def __init__(self, person: dict[str, object], still_points: np.ndarray) -> None:
        self.face = load_face(**person)
        self.still_points = still_points
        head = self.face.head
        self.camera = front_camera(
            head.vertices, width=SIZE[0], height=SIZE[1], distance=700.0, fill=0.8
        )
        self.lens = Lens(self.camera.focal, *SIZE)
        self.tracker = Tracker()
        self.resting = head.topology.refine(head.vertices)
        ahead = Poses(np.eye(3)[None], -self.camera.position[None])
        rest = landmark_points(head)
        self.quiet = back_project(self.seen(self.resting), ahead, rest, self.lens)[0]

    def seen(self, shape: np.ndarray) -> np.ndarray:
        """Return the tracked points, (1, point, axis) [px], once the region has settled on them."""
        picture = render(self.face.head.topology, shape, self.camera, level=1)
        for _ in range(3):
            face = self.tracker.track(picture)
        if face is None:
            raise SystemExit("the tracker lost the face")
        return face.points.astype(float)[None]

    def change(self, shape: np.ndarray, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how a face seems to differ from rest, (point, 2) [mm], and its angles [rad].

        The pose is taken away as it is in a video: what seems to turn the head does not count.
        """
        points = self.seen(shape @ rotations(*turn[:, None])[0].T)
        poses = fit_poses(points, self.quiet, self.still_points, self.lens)
        free = back_project(points, poses, self.quiet, self.lens)[0] - self.quiet
        return free[:, :2], rotation_angles(poses.rotation)[0]

    def turned(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the terms (turn, term) and changes (turn, point, 2) of the turned face at rest."""
        rng = np.random.default_rng(5)
        turns = rng.uniform(-1, 1, (N_TURNS, 3)) * np.radians(MOST_TURNED)
        found = [self.change(self.resting, turn) for turn in turns]
        terms = np.array([turn_terms(angles) for _, angles in found])
        return terms, np.array([change for change, _ in found])

    def perform(self, asked: Faces, drift: np.ndarray) -> np.ndarray:
        """Return the changes (face, point, 2) [mm] of all faces, drift taken away."""
        gaze = np.zeros((1, len(SIDES), 2))
        changes = []
        for activation, jaw, turn in zip(asked.activation, asked.jaw, asked.turn, strict=True):
            shape = self.face.rig.deform(activation[None], jaw[None], gaze, level=1)[0]
            change, angles = self.change(shape, turn)
            changes.append(change - np.tensordot(turn_terms(angles), drift, axes=1))
        return np.array(changes)


def mirrored(changes: np.ndarray) -> np.ndarray:
    """Return the changes (..., point, 2) of the mirrored faces."""
    return changes[..., load_landmarks().mirror, :] * FLIP


def mirrored_amounts(amounts: np.ndarray, columns: tuple[tuple[str, str], ...]) -> np.ndarray:
    """Return amounts (face, column) with left and right exchanged."""
    other = {"left": "right", "right": "left"}
    partner = [columns.index((channel, other.get(side, side))) for channel, side in columns]
    sign = np.array([-1.0 if column == ("jaw", "lateral") else 1.0 for column in columns])
    return amounts[:, partner] * sign


def drift_of(terms: np.ndarray, changes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit how a resting face seems to change as the head turns, and return what is left."""
    signs = turn_terms(np.array([-1.0, 1.0, -1.0]))
    both = np.concatenate([terms, terms * signs])
    flat = np.concatenate([changes, mirrored(changes)]).reshape(len(both), -1)
    found, *_ = np.linalg.lstsq(both, flat, rcond=None)
    left = flat - both @ found
    print(f"drift {flat.std():.2f} mm, {left.std():.2f} mm after its terms are taken away")
    return found.reshape(-1, *changes.shape[1:]), left.reshape(-1, *changes.shape[1:])


def powers(amounts: np.ndarray) -> np.ndarray:
    """Return amounts and their squares, (face, 2 column)."""
    return np.concatenate([amounts, amounts**2], axis=1)


def moves_of(asked: Faces, columns: tuple[tuple[str, str], ...], changes: np.ndarray) -> np.ndarray:
    """Fit linear and square movement, (2, column, point, 2) [mm].

    Each column alone gives a parabola; the mixtures correct it, as there the muscles that always
    work together cannot be told apart.
    """
    amounts = np.concatenate([asked.amounts, mirrored_amounts(asked.amounts, columns)])
    flat = np.concatenate([changes, mirrored(changes)]).reshape(len(amounts), -1)
    terms, alone = powers(amounts), (amounts != 0).sum(axis=1) == 1
    own = np.linalg.lstsq(terms[alone], flat[alone], rcond=None)[0]
    mixed, left = terms[~alone], flat[~alone] - terms[~alone] @ own
    gram = mixed.T @ mixed + HOLD * np.eye(mixed.shape[1])
    found = own + np.linalg.solve(gram, mixed.T @ left)
    return found.reshape(2, len(columns), *changes.shape[1:])


def patterns(left: np.ndarray, name: str) -> np.ndarray:
    """Return the main patterns of what is no expression, each of its usual size, (k, point, 2)."""
    flat = left.reshape(len(left), -1)
    _, size, shapes = np.linalg.svd(flat, full_matrices=False)
    size = size[:N_WOBBLES] / np.sqrt(len(left))
    print(f"patterns of {name} [mm]", (size / np.sqrt(left.shape[1])).round(2))
    return (size[:, None] * shapes[:N_WOBBLES]).reshape(-1, *left.shape[1:])


def main() -> None:
    """Film all people and write what they have in common."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    default = load_face()
    basis = measure_basis(default, tracked=False)
    people = [Studio(person, basis.stability) for person in PEOPLE]
    turned = [drift_of(*person.turned()) for person in people]
    drift = np.mean([found for found, _ in turned], axis=0)
    asked = faces(basis, default.rig.jaw.max_open)
    changes = np.zeros((len(asked.amounts), *basis.rest.shape[:1], 2))
    for person, who in zip(people, PEOPLE, strict=True):
        own = person.perform(asked, drift)
        print(who, f"faces change by {np.sqrt((own**2).mean()):.2f} mm")
        changes += own / len(people)
    moves = moves_of(asked, basis.columns, changes)
    # What all people share beyond this fit: muscles at work together do not add up.
    missed = changes - np.tensordot(powers(asked.amounts), np.concatenate(moves), axes=1)
    print(f"shared {changes.std():.2f} mm, {missed.std():.2f} mm of it not in the fit")
    wobble = [
        patterns(np.concatenate([left for _, left in turned]), "turned heads"),
        patterns(np.concatenate([missed, mirrored(missed)]), "mixtures"),
    ]
    np.savez_compressed(
        TARGET,
        columns=np.array(basis.columns),
        moves=moves.astype(np.float16),
        drift=drift.astype(np.float16),
        wobble=np.concatenate(wobble).astype(np.float16),
    )
    geometry = (basis.linear + basis.square)[..., :2]
    for name, true, found in zip(basis.columns, geometry, moves.sum(axis=0), strict=True):
        size = np.linalg.norm(true) * np.linalg.norm(found) + 1e-9
        gain = (true * found).sum() / max((true**2).sum(), 1e-9)
        print(f"{'.'.join(name):<46} gain {gain:5.2f}  cosine {(true * found).sum() / size:5.2f}")
    print(TARGET, TARGET.stat().st_size)


if __name__ == "__main__":
    main()
