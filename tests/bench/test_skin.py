"""What the skin's benchmark measures with: each must see what it is there to see."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.bench.flesh import cascade, fold_depth
from risorius.bench.skin import globe_seen, smooth_paths
from risorius.bench.units import UNITS, cosines, unit_poses
from risorius.face import load_face


@pytest.fixture(scope="module")
def face():
    return load_face()


def test_a_unit_is_most_like_itself_and_opposite_to_its_reverse(face):
    shapes = face.rig.deform(*unit_poses(face, tuple(UNITS))).astype(float)
    sculpted = {}
    for (_, names), shape in zip(UNITS.items(), shapes, strict=True):
        unit = np.zeros((19158, 3))
        own = face.head.topology.source >= 0
        unit[face.head.topology.source[own]] = (shape - face.head.vertices)[own] / len(names)
        sculpted |= dict.fromkeys(names, unit)
    alike = cosines(face, sculpted, shapes)
    assert list(alike) == list(UNITS)
    assert min(alike.values()) > 0.999
    opposite = cosines(face, {name: -unit for name, unit in sculpted.items()}, shapes)
    assert max(opposite.values()) < -0.999


def test_the_fold_is_as_deep_as_it_is_pressed_in(face):
    rest = face.head.vertices
    pressed = rest.copy()
    fold = np.flatnonzero(face.head.topology.regions["nasolabial"] > 0.8)
    pressed[fold, 2] -= 1.0
    assert 0.3 < fold_depth(face, pressed) - fold_depth(face, rest) < 1.2


def test_the_globe_is_seen_of_an_open_eye_and_not_of_a_shut_one(face):
    shut = np.zeros((2, len(face.rig.channels), 2))
    shut[1, face.rig.channels.index("orbicularis_oculi.pretarsalis")] = 1.0
    shapes = face.rig.deform(shut, np.zeros((2, 3)), np.zeros((2, 2, 2)))
    seen = [globe_seen(face, shape) for shape in shapes]
    assert seen[0] > 100
    assert seen[1] < 1


def test_smooth_paths_are_within_bounds_and_follow_from_their_seed(face):
    first, again = (next(iter(smooth_paths(face, 1, seed=4))) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    activation, jaw, _ = first
    assert 0 <= activation.min() <= activation.max() <= 1
    assert jaw[:, 0].max() <= face.rig.jaw.max_open
    assert np.abs(np.diff(activation, axis=0)).max() < 0.1


def test_the_cascade_of_a_face_that_stays_still_does_not_hold(face):
    still = {
        record.figure: record for record in cascade(face, lambda drive: face.head.vertices, "")
    }
    for figure in ("smile: rise of the cheek", "smile: nasolabial fold deepens"):
        assert still[figure].holds is False
    assert still["a small change: vertices that move by over 0.01 mm"].value == 0
