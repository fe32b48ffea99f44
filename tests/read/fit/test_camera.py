"""The pose of the head: found, and taken away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.read.camera import (
    Poses,
    assume_lens,
    back_project,
    fit_poses,
    project,
    rotation_angles,
    rotations,
    smooth_poses,
)

ANGLE = st.floats(-0.9, 0.9)
LENS = assume_lens((1280, 720))


@given(ANGLE, ANGLE, ANGLE)
def test_angles_come_back_from_the_rotation(yaw, pitch, roll):
    found = rotation_angles(rotations(yaw, pitch, roll))
    np.testing.assert_allclose(found, [yaw, pitch, roll], atol=1e-9)


@pytest.mark.parametrize(
    ("angles", "moved", "grows"),
    [
        ((0.3, 0, 0), [0, 0, 90], [1, 0]),  # yaw: the nose goes to the person's left, picture right
        ((0, 0.3, 0), [0, 0, 90], [0, 1]),  # pitch: the nose goes down
        ((0, 0, 0.3), [60, 0, 0], [0, -1]),  # roll: the left ear rises
    ],
)
def test_signs_of_the_angles_in_the_picture(angles, moved, grows):
    place = np.array([[0.0, 0.0, -800.0]])
    straight = project(np.array([moved], float), Poses(np.eye(3)[None], place), LENS)[0, 0, :2]
    turned = project(np.array([moved], float), Poses(rotations(*angles)[None], place), LENS)
    change = turned[0, 0, :2] - straight
    assert np.argmax(np.abs(change)) == np.argmax(np.abs(grows))
    assert change @ grows > 10


@settings(max_examples=25)
@given(ANGLE, ANGLE, ANGLE, st.floats(-100, 100), st.floats(-60, 60), st.floats(400, 1500))
def test_pose_is_found_exactly_without_noise(basis, yaw, pitch, roll, x, y, distance):
    truth = Poses(rotations(yaw, pitch, roll)[None], np.array([[x, y, -distance]]))
    points = project(basis.rest, truth, LENS)
    found = fit_poses(points, basis.rest, np.ones(478), LENS, rounds=12)
    np.testing.assert_allclose(rotation_angles(found.rotation)[0], [yaw, pitch, roll], atol=2e-3)
    np.testing.assert_allclose(found.place, truth.place, atol=0.01 * distance)
    back = back_project(points, found, basis.rest, LENS)
    assert np.sqrt(((back - basis.rest) ** 2).sum(-1)).max() < 1.5


def test_an_expression_turns_the_head_little(basis):
    smile = basis.linear[[c == "zygomaticus_major" for c, _ in basis.columns]].sum(axis=0)
    raised = basis.linear[[c == "frontalis.lateralis" for c, _ in basis.columns]].sum(axis=0)
    ahead = Poses(np.eye(3)[None], np.array([[0.0, 0.0, -700.0]]))
    still = 1 / (1 + (basis.mobility() / 2) ** 2)
    for change in (smile, raised):
        found = fit_poses(project(basis.rest + change, ahead, LENS), basis.rest, still, LENS)
        assert np.degrees(np.abs(rotation_angles(found.rotation))).max() < 0.8


def test_smoothing_does_not_lag():
    turn = np.concatenate([np.zeros(20), np.linspace(0, 1, 11), np.ones(20)])
    poses = Poses(rotations(turn, 0 * turn, 0 * turn), np.zeros((len(turn), 3)))
    smooth = rotation_angles(smooth_poses(poses, 30.0).rotation)[:, 0]
    np.testing.assert_allclose(smooth, 1 - smooth[::-1], atol=1e-9)
    assert np.abs(smooth - turn).max() < 0.05
