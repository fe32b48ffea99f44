"""Laws of the step: for any shape, at both levels, for every head."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

DEEPEST = 0.1  # mm
seeds = st.integers(0, 2**32 - 1)
jaws = st.tuples(st.floats(0, 0.06), st.floats(-1, 2), st.floats(-2, 2))  # the skin stays behind


def test_rest_is_free_of_contact_and_is_not_touched(probe, head, contact):
    fine = probe.refined(probe.rest)
    for level, shape in ((0, probe.rest.copy()), (1, fine)):
        np.testing.assert_array_equal(probe.settled(shape[None], level=level)[0], shape)
        assert contact.lips.overlap(shape, level=level) == 0
        assert contact.lids.overlap(shape, level=level) == 0
    assert contact.seal(head.vertices) == 0


@settings(max_examples=25, deadline=None)
@given(seed=seeds, jaw=jaws)
def test_nothing_penetrates_after_the_step(probe, contact, seed, jaw):
    rng = np.random.default_rng(seed)
    gaze = rng.uniform(-0.5, 0.5, (2, 2))
    shape = probe.warped(*probe.bumps(rng))
    for level, after in enumerate(probe.both_levels(shape, jaw, gaze)):
        assert contact.lips.overlap(after, level=level) < DEEPEST
        assert contact.lids.overlap(after, level=level) < DEEPEST
        pose = contact.pose(jaw, gaze)
        for guards, names in (
            (contact.teeth, ("teeth_upper", "teeth_lower")),
            (contact.eyes, ("eye_left", "eye_right")),
        ):
            guard = guards[level]
            away, _ = contact.bodies.distance(after[guard.vertex], pose, names=names)
            assert (np.minimum(guard.least, 0) - away).max() < DEEPEST


@settings(max_examples=15, deadline=None)
@given(seed=seeds, jaw=jaws)
def test_a_mirrored_shape_settles_into_the_mirror_image(probe, head, seed, jaw):
    rng = np.random.default_rng(seed)
    centre, way, width = probe.bumps(rng)
    gaze = rng.uniform(-0.5, 0.5, (2, 2))
    flip = np.array([-1.0, 1, 1])
    one = probe.both_levels(probe.warped(centre, way, width), jaw, gaze)
    two = probe.both_levels(
        probe.warped(centre * flip, way * flip, width),
        (jaw[0], jaw[1], -jaw[2]),
        gaze[::-1] * [-1, 1],
    )
    for level, (left, right) in enumerate(zip(one, two, strict=True)):
        mirror = head.topology.levels[level].mirror
        np.testing.assert_allclose(right, left[mirror] * flip, atol=2e-3)


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_a_small_change_has_a_small_effect(probe, seed):
    """Along a path through shapes that touch, no vertex jumps."""
    rng = np.random.default_rng(seed)
    one, two = (probe.warped(*probe.bumps(rng)) for _ in range(2))
    share = np.linspace(0, 1, 61, dtype=np.float32)[:, None, None]
    path = one + share * (two - one)
    after = probe.settled(path)
    before = np.linalg.norm(np.diff(path, axis=0), axis=2).max()
    step = np.linalg.norm(np.diff(after, axis=0), axis=2)
    assert step.max() < 3 * before
    assert np.percentile(step.max(axis=1), 90) < 2 * before


def test_what_is_apart_is_left_alone(probe, contact):
    """An open mouth and open eyes: the step changes nothing there."""
    shape = probe.rest.copy()
    lower = contact.lips.levels[0]
    shape[lower.vertex[lower.sign > 0], 1] -= 6
    after = probe.settled(shape[None])[0]
    np.testing.assert_array_equal(after, shape)
    assert 4 < contact.seal(shape) < 8


def test_pressed_lips_share_the_overlap(probe, head, contact):
    slit = contact.lips.levels[0]
    shape = probe.rest.copy()
    raised = slit.vertex[slit.sign > 0]
    shape[raised, 1] += 2 * slit.give[slit.sign > 0]
    assert contact.lips.overlap(shape) > 1.5
    after = probe.settled(shape[None])[0]
    middle = slit.vertex[slit.upper[12, 3]]
    lower = slit.vertex[slit.lower[7, 3]]
    up, down = after[middle, 1] - shape[middle, 1], shape[lower, 1] - after[lower, 1]
    assert 0.7 < up < 1.3
    assert 0.7 < down < 1.3
    assert contact.seal(after) < 0.3
    # What gives way does so smoothly: no neighbour stays behind by more than the overlap.
    quads = head.topology.levels[0].quads
    quads = quads[(quads < head.topology.parts["skin"].stop).all(axis=1)]
    way = (after - shape)[:, 1]
    assert np.abs(way[quads] - way[quads[:, [1, 2, 3, 0]]]).max() < 2


def test_lips_drawn_in_slide_over_the_teeth(probe, contact):
    shape = probe.rest.copy()
    mouth = np.unique(np.concatenate([contact.lips.upper, contact.lips.lower]))
    shape[mouth] -= [0, 0, 8]
    pose = contact.pose()
    before, _ = contact.bodies.distance(shape[mouth], pose, names=("teeth_upper", "teeth_lower"))
    after = probe.settled(shape[None])[0]
    away, _ = contact.bodies.distance(after[mouth], pose, names=("teeth_upper", "teeth_lower"))
    assert before.min() < -1
    assert away.min() > -DEEPEST


def test_a_part_of_a_head_settles_as_the_whole(probe, contact):
    rng = np.random.default_rng(8)
    shape = probe.warped(*probe.bumps(rng))
    whole = probe.settled(shape[None])[0]
    wanted = rng.choice(len(shape), 300, replace=False)
    rows, part = contact.take(wanted)
    alone = probe.settled(shape[None, rows], contact=part)[0]
    np.testing.assert_array_equal(rows[:300], wanted)
    np.testing.assert_array_equal(alone[:300], whole[wanted])


def test_targets_are_where_the_tissue_should_be(probe, head, contact):
    rest = contact.targets(head.vertices, contact.pose())
    np.testing.assert_array_equal(rest, probe.rest.copy())
    shape = probe.warped(*probe.bumps(np.random.default_rng(11)))
    target = contact.targets(shape, contact.pose())
    moved = np.flatnonzero((target != shape).any(axis=1))
    assert len(moved)
    assert np.isin(moved, contact.vertices).all()
    deep = contact.lips.overlap(shape)
    for _ in range(12):
        target = contact.targets(target, contact.pose())
    assert contact.lips.overlap(target) < min(deep, DEEPEST)


@pytest.mark.slow
@pytest.mark.parametrize(
    "identity",
    [
        {"age_years": 2},
        {"age_years": 5, "sex": 0.2},
        {"age_years": 82, "sex": 1.0, "weight": 0.3},
        {"ancestry": {"african": 1.0}, "sex": 1.0},
        {"ancestry": {"asian": 1.0}, "sex": 0.0},
        {"weight": 1.0, "detail": {"l-eye-scale": 0.8}},
    ],
)
def test_every_head_keeps_the_laws(probe_of, identity):
    probe = probe_of(**identity)
    contact = probe.contact
    fine = probe.refined(probe.rest)
    for level, shape in ((0, probe.rest.copy()), (1, fine)):
        np.testing.assert_array_equal(probe.settled(shape[None], level=level)[0], shape)
    for seed in range(12):
        rng = np.random.default_rng(seed)
        shape = probe.warped(*probe.bumps(rng))
        jaw = rng.uniform([0, -1, -2], [0.06, 2, 2])
        for level, after in enumerate(probe.both_levels(shape, jaw)):
            assert contact.lips.overlap(after, level=level) < DEEPEST
            assert contact.lids.overlap(after, level=level) < DEEPEST
