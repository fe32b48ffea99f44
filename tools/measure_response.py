"""Measure how the tracker answers to each muscle: film it alone on several heads, and track that.

A tracker does not follow the skin exactly: cheeks have nothing to hold on to, lips and brows pull
their neighbours along, and a head that turns seems to change its face. Both answers are written to
``src/risorius/read/data/response.npz``; reading mixes it with the geometry of the rig. Run it again
when the head, the rig, the picture or the tracker changes:

    python tools/measure_response.py
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

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

TARGET = Path(__file__).parents[1] / "src" / "risorius" / "read" / "data" / "response.npz"
PEOPLE = (
    {"age_years": 28.0, "sex": 0.0, "ancestry": {"asian": 1.0}},
    {"age_years": 45.0, "sex": 1.0, "ancestry": {"african": 1.0}},
    {"age_years": 60.0, "sex": 0.2, "ancestry": {"caucasian": 1.0}},
    {"age_years": 35.0, "sex": 0.9},
)
AMOUNTS = (0.5, 1.0)
SIZE = (480, 480)
N_TURNS = 80
N_WOBBLES = 16
MOST_TURNED = (35.0, 20.0, 25.0)


def seen(tracker: Tracker, picture: np.ndarray) -> np.ndarray:
    """Return the points after the region has settled on them."""
    for _ in range(3):
        face = tracker.track(picture)
    if face is None:
        raise SystemExit("the tracker lost the face")
    return face.points.astype(float)


def answers(person: dict[str, object], basis: Basis) -> np.ndarray:
    """Return the moves (amount, column, point, axis) [mm] that the tracker saw on one person."""
    columns, still_points = basis.columns, basis.stability()
    face = load_face(**person)
    atlas, topology = face.atlas, face.head.topology
    camera = front_camera(face.head.vertices, width=SIZE[0], height=SIZE[1], distance=700.0)
    lens = Lens(camera.focal, *SIZE)
    ahead = Poses(np.eye(3)[None], -camera.position[None])
    rest = landmark_points(face.head)
    tracker = Tracker()

    still = np.zeros((len(atlas.channel_ids), len(SIDES)), np.float32)
    shut = np.zeros(3, np.float32)

    def draw(activation: np.ndarray, jaw: np.ndarray) -> np.ndarray:
        gaze = np.zeros((1, len(SIDES), 2), np.float32)
        shape = face.rig.deform(activation[None], jaw[None], gaze, level=1)[0]
        return render(topology, shape, camera, level=1)

    resting = draw(still, shut)

    def moved(activation: np.ndarray, jaw: np.ndarray) -> np.ndarray:
        # The face at rest is tracked anew each time: what came before leaves its trace.
        quiet = back_project(seen(tracker, resting)[None], ahead, rest, lens)[0]
        points = seen(tracker, draw(activation, jaw))[None]
        # The pose is taken away as it is in a video: what seems to turn the head does not count.
        poses = fit_poses(points, quiet, still_points, lens)
        return back_project(points, poses, quiet, lens)[0] - quiet

    moves = np.zeros((len(AMOUNTS), len(columns), 478, 3))
    for row, amount in enumerate(AMOUNTS):
        for column, (channel, side) in enumerate(columns):
            activation, jaw = still.copy(), shut.copy()
            if channel == "jaw":
                jaw[list(JAW_REACH).index(side)] = amount * JAW_REACH[side]
            else:
                activation[atlas.channel_ids.index(channel), SIDES.index(side)] = amount
            moves[row, column] = moved(activation, jaw)
    return moves


def drift(person: dict[str, object], basis: Basis) -> tuple[np.ndarray, np.ndarray]:
    """Return how the resting face of one person seems to change as the head turns.

    Least squares on the terms of :func:`risorius.read.camera.turn_terms`, (term, point, axis), and
    what they leave, (turn, point, axis) [mm].
    """
    face = load_face(**person)
    topology = face.head.topology
    camera = front_camera(
        face.head.vertices, width=SIZE[0], height=SIZE[1], distance=700.0, fill=0.8
    )
    lens = Lens(camera.focal, *SIZE)
    ahead = Poses(np.eye(3)[None], -camera.position[None])
    tracker = Tracker()
    resting = topology.refine(face.head.vertices)
    rest = landmark_points(face.head)
    quiet = seen(tracker, render(topology, resting, camera, level=1))[None]
    quiet = back_project(quiet, ahead, rest, lens)[0]
    rng = np.random.default_rng(5)
    angles = rng.uniform(-1, 1, (N_TURNS, 3)) * np.radians(MOST_TURNED)
    terms, changes = [], []
    for turn in rotations(*angles.T):
        points = seen(tracker, render(topology, resting @ turn.T, camera, level=1))[None]
        poses = fit_poses(points, quiet, basis.stability(), lens)
        terms.append(turn_terms(rotation_angles(poses.rotation))[0])
        changes.append(back_project(points, poses, quiet, lens)[0] - quiet)
    flat = np.array(changes).reshape(N_TURNS, -1)
    found, *_ = np.linalg.lstsq(np.array(terms), flat, rcond=None)
    left = flat - np.array(terms) @ found
    print(f"drift {flat.std():.2f} mm, {left.std():.2f} mm after its terms are taken away")
    return found.reshape(-1, 478, 3), left.reshape(-1, 478, 3)


def wobble(left: np.ndarray) -> np.ndarray:
    """Return the main patterns of what is no expression, each of its usual size, (k, point, 2)."""
    flat = left[..., :2].reshape(len(left), -1)
    _, size, patterns = np.linalg.svd(flat, full_matrices=False)
    size = size[:N_WOBBLES] / np.sqrt(len(left))
    print("wobbles [mm]", (size / np.sqrt(478)).round(2))
    return (size[:, None] * patterns[:N_WOBBLES]).reshape(-1, 478, 2)


def symmetric_drift(found: np.ndarray) -> np.ndarray:
    """Average with the mirrored head: yaw and roll change their sign."""
    mirrored = found[:, load_landmarks().mirror] * np.array([-1.0, 1.0, 1.0])
    signs = turn_terms(np.array([[-1.0, 1.0, -1.0]]))[0]
    return (found + mirrored * signs[:, None, None]) / 2


def symmetric(moves: np.ndarray, columns: tuple[tuple[str, str], ...]) -> np.ndarray:
    """Average with the mirrored answers of the other side."""
    other = {"left": "right", "right": "left"}
    partner = [columns.index((channel, other.get(side, side))) for channel, side in columns]
    flip = np.array([-1.0, 1.0, 1.0])
    mirrored = moves[:, partner][:, :, load_landmarks().mirror] * flip
    # A shift of the jaw to the left is, mirrored, one to the right.
    sign = np.array([-1.0 if column == ("jaw", "lateral") else 1.0 for column in columns])
    return (moves + mirrored * sign[:, None, None]) / 2


def main() -> None:
    """Measure on all people and write the mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    out = parser.parse_args().out
    basis = measure_basis(load_face(), answer=0.0)
    total = np.zeros((len(AMOUNTS), len(basis.columns), 478, 3))
    turned, left = 0.0, []
    for person in PEOPLE:
        found, rest = drift(person, basis)
        turned = turned + symmetric_drift(found) / len(PEOPLE)
        left += [rest, rest[:, load_landmarks().mirror] * np.array([-1.0, 1.0, 1.0])]
        total += symmetric(answers(person, basis), basis.columns) / len(PEOPLE)
        print(person)
    np.savez_compressed(
        out,
        columns=np.array(basis.columns),
        moves=total[..., :2].astype(np.float16),
        drift=turned.astype(np.float16),
        wobble=wobble(np.concatenate(left)).astype(np.float16),
    )
    geometry = (basis.linear + basis.square)[..., :2]
    for column, name in enumerate(basis.columns):
        true, found = geometry[column], total[1, column, :, :2]
        size = np.linalg.norm(true) * np.linalg.norm(found) + 1e-9
        gain = (true * found).sum() / max((true**2).sum(), 1e-9)
        print(f"{'.'.join(name):<46} gain {gain:5.2f}  cosine {(true * found).sum() / size:5.2f}")
    print(out, out.stat().st_size)


if __name__ == "__main__":
    main()
