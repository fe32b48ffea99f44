"""Teeth and eyes as distances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from risorius.head import load_head
from risorius.skin.contact import make_bodies, rigid_pose

seeds = st.integers(0, 2**32 - 1)
ROWS, COLUMNS = 10, 71  # of a dental arch


def front_of_crowns(head, jaw):
    """Vertices of the outer face of the crowns, at the columns that stand out."""
    arch = head.vertices[head.topology.parts[f"teeth_{jaw}"]].reshape(ROWS, COLUMNS, 3)
    proud = [35 + sign * (5 * tooth + k) for tooth in range(5) for k in (2, 3) for sign in (-1, 1)]
    return arch[4:6, proud].reshape(-1, 3)


@pytest.mark.parametrize("jaw", ["upper", "lower"])
def test_the_hull_lies_on_the_teeth_where_lips_touch_them(head, contact, jaw):
    points = front_of_crowns(head, jaw)
    away, normal = contact.bodies.distance(points, contact.pose(), names=(f"teeth_{jaw}",))
    assert np.abs(away).mean() < 0.05
    assert np.abs(away).max() < 0.1
    middle = np.abs(points[:, 0]) < 8
    assert (normal[middle, 2] > 0.7).all()  # the way out is forward


def test_grooves_between_teeth_are_bridged(head, contact):
    arch = head.vertices[head.topology.parts["teeth_upper"]].reshape(ROWS, COLUMNS, 3)
    seams = arch[5, 35 + 5 * np.array([-3, -2, -1, 0, 1, 2, 3])]
    away, _ = contact.bodies.distance(seams, contact.pose(), names=("teeth_upper",))
    assert (away < -0.5).all()


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_a_step_along_the_normal_is_a_step_away(head, contact, seed):
    rng = np.random.default_rng(seed)
    points = front_of_crowns(head, "upper") + rng.normal(0, 0.4, 3)
    pose = contact.pose()
    away, normal = contact.bodies.distance(points, pose, names=("teeth_upper",))
    there, _ = contact.bodies.distance(points + 0.1 * normal, pose, names=("teeth_upper",))
    np.testing.assert_allclose(np.linalg.norm(normal, axis=1), 1, atol=1e-5)
    assert abs(np.median(there - away) - 0.1) < 0.02
    assert (there > away).all()


def test_globes_lie_on_the_eyes_wherever_they_look(head, contact, face):
    eyes = head.topology.parts
    for gaze in (np.zeros((2, 2)), np.array([[0.5, 0.3], [-0.4, -0.2]])):
        still = np.zeros((1, len(face.rig.channels), 2)), np.zeros((1, 3))
        shape = face.rig.deform(*still, gaze[None])[0]
        for side in ("left", "right"):
            points = shape[eyes[f"eye_{side}"]]
            away, _ = contact.bodies.distance(
                points, contact.pose(gaze=gaze), names=(f"eye_{side}",)
            )
            assert np.abs(away).max() < 0.01


@settings(max_examples=25, deadline=None)
@given(opening=st.floats(0, 0.6), protrusion=st.floats(-2, 8), lateral=st.floats(-10, 10))
def test_lower_teeth_are_carried_by_the_jaw(contact, head, opening, protrusion, lateral):
    rng = np.random.default_rng(3)
    points = front_of_crowns(head, "lower") + rng.normal(0, 0.5, (20 * 2, 3))
    pose = contact.pose((opening, protrusion, lateral))
    turn = Rotation.from_rotvec(pose.jaw_turn).as_matrix()
    pivot = contact.bodies.jaw.pivot
    moved = (points - pivot) @ turn.T + pivot + pose.jaw_shift
    before, normal = contact.bodies.distance(points, contact.pose(), names=("teeth_lower",))
    after, turned = contact.bodies.distance(moved, pose, names=("teeth_lower",))
    np.testing.assert_allclose(after, before, atol=2e-4)
    # Where two cells of the grid meet, rounding may choose the other one.
    same = np.abs(turned - normal @ turn.T).max(axis=1) < 1e-2
    assert same.mean() > 0.9


def test_left_and_right_are_mirror_images(contact, head):
    rng = np.random.default_rng(4)
    points = rng.uniform([-40, -45, 40], [40, 0, 100], (4000, 3))
    one, way = contact.bodies.distance(points, contact.pose())
    two, back = contact.bodies.distance(points * [-1, 1, 1], contact.pose())
    np.testing.assert_allclose(one, two, atol=1e-4)
    middle = np.abs(one) < 2
    assert np.median(np.abs(way[middle] - back[middle] * [-1, 1, 1]).max(axis=1)) < 1e-3
    on_midline = np.array([[0.0, -20, 93], [0.0, -35, 88]])
    assert np.abs(contact.bodies.distance(on_midline, contact.pose())[1][:, 0]).max() < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("identity", [{"age_years": 3}, {"age_years": 85, "sex": 1.0}])
def test_other_heads_have_their_own_teeth(identity):
    head = load_head(**identity)
    bodies = make_bodies(head)
    points = front_of_crowns(head, "upper")
    away, _ = bodies.distance(points, rigid_pose(bodies.jaw), names=("teeth_upper",))
    assert np.abs(away).mean() < 0.06
