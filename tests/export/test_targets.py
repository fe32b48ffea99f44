from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.export.targets import CORRECTED, STILL, Pose, find_targets, measure

CHANNELS = ("pull", "roll")
REST = np.random.default_rng(5).normal(size=(30, 3)).astype(np.float32) * 10
LEFT = REST[:, 0] > 0
FITTED = np.ones(len(REST), bool)


def shape(activation, jaw, gaze):
    """`pull` shifts in proportion, `roll` and the jaw turn, gaze shifts with its square."""
    moved = np.repeat(REST[None].astype(np.float64), len(activation), axis=0)
    for side, chosen in enumerate((LEFT, ~LEFT)):
        moved[:, chosen, 1] += 5 * activation[:, 0, side, None]
        angle = activation[:, 1, side, None]
        y, z = moved[:, chosen, 1].copy(), moved[:, chosen, 2].copy()
        moved[:, chosen, 1] = y * np.cos(angle) - z * np.sin(angle)
        moved[:, chosen, 2] = y * np.sin(angle) + z * np.cos(angle)
        moved[:, chosen, 0] += 20 * gaze[:, side, 1, None] ** 2
    moved[:, :, 2] += 30 * (np.cos(jaw[:, :1]) - 1) + jaw[:, 1:2]
    return moved.astype(np.float32)


def pose(n_moments, **parts):
    arrays = {
        "activation": np.zeros((n_moments, 2, 2), np.float32),
        "jaw": np.zeros((n_moments, 3), np.float32),
        "gaze": np.zeros((n_moments, 2, 2), np.float32),
    }
    for name, value in parts.items():
        arrays[name][:] = value
    return Pose(**arrays)


def found(moments):
    return find_targets(shape, moments, channels=CHANNELS, rest=REST, fitted=FITTED)


def test_a_face_at_rest_has_no_targets():
    targets = found(pose(3))
    assert targets.names == ()
    assert targets.offsets.shape == (0, len(REST), 3)


def test_a_proportional_muscle_becomes_one_target_with_its_own_weights():
    moments = pose(5)
    moments.activation[:, 0, 1] = [0, 0.25, 1, 0.5, 0]
    targets = found(moments)
    assert targets.names == ("pull.right",)
    np.testing.assert_allclose(targets.weights[:, 0], moments.activation[:, 0, 1])
    np.testing.assert_allclose(targets.offsets[0][~LEFT], [[0, 5, 0]] * (~LEFT).sum(), atol=1e-5)
    assert not targets.offsets[0][LEFT].any()


def test_a_turn_becomes_in_between_targets_that_pass_the_weight_on():
    moments = pose(9)
    moments.activation[:, 1, 0] = np.linspace(0, 1, 9)
    targets = found(moments)
    own = [k for k, name in enumerate(targets.names) if name.startswith("roll.left.")]
    assert [targets.names[k] for k in own] == [f"roll.left.{step}" for step in (1, 2, 3, 4)]
    np.testing.assert_allclose(targets.weights[2, own], [1, 0, 0, 0])
    np.testing.assert_allclose(targets.weights[5, own], [0, 0.5, 0.5, 0])
    np.testing.assert_allclose(targets.weights[8, own], [0, 0, 0, 1])


def test_a_movement_beyond_its_full_value_gets_more_steps():
    targets = found(pose(2, jaw=[[0, 0, 0], [0.7, 0, 0]]))
    assert [name for name in targets.names if name.startswith("jaw.open")] == [
        f"jaw.open.{step}" for step in range(1, 7)
    ]


def test_directions_of_a_signed_movement_are_targets_of_their_own():
    targets = found(pose(2, jaw=[[0, 4, 0], [0, -2, 0]]))
    assert targets.names == ("jaw.forward", "jaw.back")
    np.testing.assert_allclose(targets.weights, [[0.4, 0], [0, 0.2]], atol=1e-6)


def test_vertices_that_go_by_nodes_are_left_alone():
    targets = find_targets(
        shape, pose(2, activation=0.5), channels=CHANNELS, rest=REST, fitted=LEFT
    )
    assert targets.names
    assert not targets.offsets[:, ~LEFT].any()
    assert not any(name.endswith("right") for name in targets.names)


@pytest.mark.parametrize("n_moments", [1, 2, 150])
@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_sum_of_targets_is_the_shape(n_moments, seed):
    rng = np.random.default_rng(seed)
    path = np.cumsum(rng.normal(size=(n_moments, 11)) * 0.1, axis=0)
    moments = pose(n_moments)
    moments.activation[:] = np.abs(np.sin(path[:, :4])).reshape(-1, 2, 2)
    moments.jaw[:] = np.abs(np.sin(path[:, 4:7])) * [0.5, 4, 2]
    moments.gaze[:] = (0.4 * np.sin(path[:, 7:])).reshape(-1, 2, 2)
    targets = found(moments)
    mean, greatest = measure(shape, moments, targets, rest=REST, fitted=FITTED)
    by_hand = REST + np.tensordot(targets.weights, targets.offsets, 1)
    whole = shape(moments.activation, moments.jaw, moments.gaze)
    distance = np.linalg.norm(by_hand - whole, axis=2)
    np.testing.assert_allclose(greatest, distance.max(axis=1), atol=1e-4)
    np.testing.assert_allclose(mean, distance.mean(axis=1), atol=1e-4)
    # What is not written because it is small adds up over targets at the worst.
    assert distance.max() <= CORRECTED + STILL * np.sqrt(3) * len(targets.names)
    corrections = targets.weights[:, len(targets.names) - targets.n_corrections :]
    assert np.abs(corrections).max(initial=0) <= 1 + 1e-6
