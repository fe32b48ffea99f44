from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from risorius.export.rigid import fit_rigid, join_motions, quaternions

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_a_rigid_motion_is_found_exactly(seed):
    rng = np.random.default_rng(seed)
    rest = rng.normal(size=(12, 3)) * [10, 10, rng.choice([0.0, 10.0])]  # flat bodies too
    turn = Rotation.random(5, rng=rng).as_matrix()
    shift = rng.normal(size=(5, 3)) * 10
    moved = rest @ np.swapaxes(turn, 1, 2) + shift[:, None]
    motion = fit_rigid(rest, moved)
    assert motion.reach < 1e-6
    np.testing.assert_allclose(np.linalg.det(motion.rotation), 1, atol=1e-9)
    np.testing.assert_allclose(motion.apply(rest), moved, atol=1e-6)


def test_what_bends_is_not_rigid():
    rest = np.random.default_rng(0).normal(size=(20, 3)) * 10
    bent = rest * [1.0, 1.0, 1.2]
    assert fit_rigid(rest, bent[None]).reach > 0.5


def test_motions_join_in_time():
    rest = np.eye(3)
    pieces = [fit_rigid(rest, rest[None] + shift) for shift in (1.0, 2.0)]
    np.testing.assert_allclose(join_motions(pieces).translation, [[1, 1, 1], [2, 2, 2]])


@given(SEEDS)
def test_quaternions_never_jump_to_the_other_side(seed):
    rng = np.random.default_rng(seed)
    steps = Rotation.from_rotvec(rng.normal(size=(200, 3)) * 0.2)
    turns = [Rotation.identity()]
    for step in steps:
        turns.append(step * turns[-1])
    matrices = np.stack([turn.as_matrix() for turn in turns])
    found = quaternions(matrices)
    assert (np.einsum("ti,ti->t", found[1:], found[:-1]) > 0).all()
    np.testing.assert_allclose(Rotation.from_quat(found).as_matrix(), matrices, atol=1e-6)
