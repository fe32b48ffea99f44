"""Landmark change to muscles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.read.basis import LID_CHANNELS
from risorius.read.camera import Poses, rotations
from risorius.read.kernels import descend
from risorius.read.solve import identifiability, prepare, solve


def still(count, yaw=0.0):
    turned = np.repeat(rotations(yaw, 0.0, 0.0)[None], count, axis=0)
    return Poses(turned, np.tile([0.0, 0.0, -600.0], (count, 1)))


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_descent_finds_the_bounded_optimum(seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(12, 8))
    hessian, pull = rows.T @ rows + 0.1 * np.eye(8), rng.normal(size=8)
    low, high = np.where(rng.random(8) < 0.5, 0, -0.4), rng.uniform(0.1, 1, 8)
    price = rng.choice([0.0, 0.2, 0.5], 8)
    x = rng.uniform(size=8) * high
    descend(hessian, pull, price, x, low, high, 1e-10, 5000)
    gradient = hessian @ x - pull
    # At 0 a price leaves room on both sides.
    uphill = gradient + np.where(x < 0, -price, price)
    downhill = gradient + np.where(x > 0, price, -price)
    assert (uphill[x < high] >= -1e-6).all()
    assert (downhill[x > low] <= 1e-6).all()


def test_rest_reads_as_rest(basis):
    amounts = solve(prepare(basis), np.zeros((5, 478, 3)), still(5), rate=30.0)
    assert np.abs(amounts).max() < 1e-9


@pytest.mark.parametrize("yaw", [0.0, 0.4, -0.4])
def test_each_muscle_alone_is_found_first(basis, yaw):
    evidence = prepare(basis)
    jaw = len(basis.columns) - 3
    for column, (channel, side) in enumerate(basis.columns[:jaw]):
        if channel in LID_CHANNELS:
            continue
        amounts = np.zeros((1, len(basis.columns)))
        amounts[0, column] = 0.8
        found = solve(evidence, basis.displacement(amounts), still(1, yaw), rate=30.0)[0]
        assert np.argmax(found[:jaw]) == column, (channel, side)
        assert 0.4 < found[column] <= 1.0


@given(st.integers(0, 1000))
@settings(max_examples=10)
def test_amounts_keep_their_bounds(basis, seed):
    wild = np.random.default_rng(seed).normal(size=(3, 478, 3)) * 15
    amounts = solve(prepare(basis), wild, still(3), rate=30.0)
    assert (amounts >= basis.low).all()
    assert (amounts <= basis.high).all()


def test_a_small_error_of_the_pose_is_no_expression(basis):
    turned = basis.rest @ rotations(0.015, -0.01, 0.01).T + [0.5, -0.5, 0.0]
    found = solve(prepare(basis), (turned - basis.rest)[None], still(1), rate=30.0)
    assert np.abs(found).max() < 0.12


def test_holding_to_neighbours_does_not_lag_and_keeps_lids_sharp(basis):
    count, smile = 41, basis.columns.index(("zygomaticus_major", "left"))
    amounts = np.zeros((count, len(basis.columns)))
    amounts[:, smile] = 0.7 * np.exp(-0.5 * ((np.arange(count) - 20) / 5) ** 2)
    closure = np.zeros((count, 2, 2))
    closure[20, 0] = 1.0
    lids = [basis.columns.index((LID_CHANNELS[0], side)) for side in ("left", "right")]
    amounts[20, lids] = 1.0
    found = solve(
        prepare(basis), basis.displacement(amounts), still(count), rate=30.0, closure=closure
    )
    np.testing.assert_allclose(found[:, smile], found[::-1, smile], atol=5e-3)
    assert found[20, lids].tolist() == [1.0, 1.0]
    assert found[19, lids].tolist() == found[21, lids].tolist() == [0.0, 0.0]


def test_scores_move_the_answer_only_weakly(basis):
    smile = basis.columns.index(("zygomaticus_major", "left"))
    row = np.zeros((1, len(basis.columns)))
    row[0, smile] = 1 / 0.35
    evidence = prepare(basis, scores=row)
    nothing = np.zeros((1, 478, 3))
    found = solve(evidence, nothing, still(1), rate=30.0, scores=np.array([[1 / 0.35]]))
    assert 0.001 < found[0, smile] < 0.5


def test_the_far_side_is_less_sure(basis):
    share = identifiability(prepare(basis), np.radians([-70.0, 0.0, 70.0]))
    left = basis.columns.index(("zygomaticus_major", "left"))
    right = basis.columns.index(("zygomaticus_major", "right"))
    assert ((share >= 0) & (share <= 1)).all()
    # Turned to the own left, the left cheek is out of sight.
    assert share[2, left] < 0.9 * share[2, right]
    assert share[0, right] < 0.9 * share[0, left]
