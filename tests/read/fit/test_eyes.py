"""Gaze and lids: a blink, a glance down, and a smile that narrows the eye."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.read.camera import Poses
from risorius.read.eyes import read_gaze, read_lids
from risorius.read.points import IRIS, IRIS_RIM, LOWER_LID, UPPER_LID

AHEAD = Poses(np.eye(3)[None], np.array([[0.0, 0.0, -700.0]]))


def look(basis, yaw, pitch):
    """Turn the irises of the face at rest about the centres of the eyes; the lids follow."""
    points = basis.rest.copy()
    direction = np.array([np.sin(yaw), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    for side in range(2):
        step = 11.0 * (direction - [0, 0, 1])
        points[IRIS[side]] += step
        points[IRIS_RIM[side]] += step
        opening = 9.0
        for margin, lid in enumerate((UPPER_LID, LOWER_LID)):
            rise = np.interp(pitch, basis.lid_pitch, basis.lid_follow[:, margin, side])
            points[lid[side], 1] += rise * opening
    return points[None]


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (0.3, 0), (-0.3, 0.1), (0, 0.4), (0.1, -0.2)])
def test_gaze_is_read_from_the_iris(basis, yaw, pitch):
    gaze = read_gaze(look(basis, yaw, pitch), basis.rest, AHEAD, basis)[0]
    np.testing.assert_allclose(gaze, [[yaw, pitch]] * 2, atol=0.06)


@pytest.mark.parametrize("pitch", [0.2, 0.43, 0.6])
def test_looking_down_is_no_blink(basis, pitch):
    points = look(basis, 0.0, pitch)
    gaze = read_gaze(points, basis.rest, AHEAD, basis)
    lids, _ = read_lids(points, basis.rest, gaze, basis)
    assert lids[0, 0].max() < 0.2


@pytest.mark.parametrize("pitch", [0.0, 0.3])
def test_a_shut_eye_reads_as_shut_and_the_other_as_open(basis, pitch):
    points = look(basis, 0.0, pitch)
    points[0, UPPER_LID[0]] = points[0, LOWER_LID[0]]
    gaze = read_gaze(points, basis.rest, AHEAD, basis)
    lids, _ = read_lids(points, basis.rest, gaze, basis)
    assert lids[0, 0, 0] > 0.95
    assert lids[0, 0, 1] < 0.2


def test_a_lower_lid_pushed_up_by_a_smile_does_not_close_the_eye(basis):
    points = basis.rest[None].copy()
    points[0, LOWER_LID.ravel(), 1] += 3.0
    gaze = read_gaze(points, basis.rest, AHEAD, basis)
    lids, _ = read_lids(points, basis.rest, gaze, basis)
    assert lids[0, 0].max() < 0.1


def test_a_widened_eye(basis):
    points = basis.rest[None].copy()
    points[0, UPPER_LID.ravel(), 1] += 0.25 * 9
    lids, _ = read_lids(points, basis.rest, np.zeros((1, 2, 2)), basis)
    assert lids[0, 1].min() > 0.8


def test_gaze_is_carried_over_while_both_eyes_are_shut(basis):
    points = np.concatenate([look(basis, 0.2, 0.1)] * 5)
    points[2, UPPER_LID.ravel()] = points[2, LOWER_LID.ravel()]
    points[2, IRIS.ravel(), 1] -= 8
    points[2, IRIS_RIM.ravel(), 1] -= 8
    poses = Poses(np.repeat(AHEAD.rotation, 5, 0), np.repeat(AHEAD.place, 5, 0))
    gaze = read_gaze(points, basis.rest, poses, basis)
    _, held = read_lids(points, basis.rest, gaze, basis)
    np.testing.assert_allclose(held[2], held[1], atol=1e-6)
