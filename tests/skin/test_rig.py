"""Laws of the rig, for any movement."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import pretty

from risorius.bench.skin import jerks, smooth_paths, sunk, wiggle
from risorius.errors import InputError
from risorius.skin.carry import N_MORE, OPENINGS, motion, uncarry

seeds = st.integers(0, 2**32 - 1)


def still(rig, frames=1):
    return (
        np.zeros((frames, len(rig.channels), 2)),
        np.zeros((frames, 3)),
        np.zeros((frames, 2, 2)),
    )


def some_movement(rig, seed, frames=3):
    rng = np.random.default_rng(seed)
    shape = (frames, len(rig.channels), 2)
    activation = rng.random(shape) * (rng.random(shape) < 0.3)
    jaw = rng.uniform([0, -2, -8], [rig.jaw.max_open, 6, 8], (frames, 3))
    return activation, jaw, rng.uniform(-0.6, 0.6, (frames, 2, 2))


@pytest.mark.parametrize("level", [0, 1])
def test_zero_activation_is_the_rest_shape(face, level):
    shape = face.rig.deform(*still(face.rig), level=level)[0]
    if level == 0:
        np.testing.assert_array_equal(shape, face.rig.rest)
        np.testing.assert_allclose(shape, face.head.vertices, atol=1e-5)
    else:
        rest = face.head.topology.refine(face.head.vertices)
        np.testing.assert_allclose(shape, rest, atol=1e-4)


@pytest.mark.parametrize("level", [0, 1])
@settings(max_examples=8)
@given(seed=seeds)
def test_a_mirrored_movement_gives_the_mirrored_shape(face, level, seed):
    rig = face.rig
    activation, jaw, gaze = some_movement(rig, seed)
    shape = rig.deform(activation, jaw, gaze, level=level)
    mirrored = rig.deform(
        activation[:, :, ::-1], jaw * [1, 1, -1], gaze[:, ::-1] * [-1, 1], level=level
    )
    mirror = face.head.topology.levels[level].mirror
    # On the fine surface contact resolves single vertices in turn, so rounding shows.
    nearly = 1e-3 if level == 0 else 1e-2
    np.testing.assert_allclose(mirrored, shape[:, mirror] * [-1, 1, 1], atol=nearly)


@pytest.mark.parametrize("level", [0, 1])
@settings(max_examples=8)
@given(seed=seeds)
def test_frames_do_not_know_each_other(face, level, seed):
    """To the bit, in every place of a block of frames and in whatever layout they are given."""
    movement = some_movement(face.rig, seed, frames=21)
    together = face.rig.deform(*movement, level=level)
    for t in (0, 7, 11, 12, 20):
        alone = face.rig.deform(*(array[t : t + 1] for array in movement), level=level)[0]
        np.testing.assert_array_equal(alone, together[t])
    backward = face.rig.deform(*(array[::-1] for array in movement), level=level)
    np.testing.assert_array_equal(backward[::-1], together)


def test_a_face_and_what_it_holds_are_told_in_a_line(face):
    rig = face.rig
    assert repr(rig) == f"Rig({len(rig.channels)} channels, {len(rig.rest):,} vertices, solved)"
    assert repr(face) == f"Face({face.head!r}, {rig!r}, full tone)"
    tone = np.array(face.tone)
    tone[:3, 1] = 0.5
    assert repr(replace(face, tone=tone)).endswith(f"3 of {tone.size} below full tone)")
    assert "30 years" in repr(face.head)
    for thing in (face, face.head, rig, rig.contact):
        assert len(repr(thing)) < 160
    for thing in (face, rig, face.head):
        assert pretty(thing) == repr(thing)


@settings(max_examples=8)
@given(seed=seeds)
def test_some_vertices_alone_move_as_with_all(face, seed):
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(face.rig.rest), 200, replace=False)
    movement = some_movement(face.rig, seed)
    whole = face.rig.deform(*movement)
    np.testing.assert_allclose(face.rig.take(rows).deform(*movement), whole[:, rows], atol=1e-5)


@settings(max_examples=8)
@given(seed=seeds)
def test_nothing_runs_away_and_the_neck_rim_stays(face, seed):
    activation, _, gaze = some_movement(face.rig, seed)
    shape = face.rig.deform(activation, np.zeros((3, 3)), gaze)
    skin = face.head.topology.parts["skin"]
    moved = np.linalg.norm(shape - face.rig.rest, axis=2)[:, skin]
    assert np.isfinite(shape).all()
    assert moved.max() < 60
    lowest = np.argsort(face.rig.rest[skin, 1])[:20]
    assert moved[:, lowest].max() < 1.0


def test_eyes_turn_about_their_centres_and_look_where_they_should(face):
    rig, (activation, jaw, gaze) = face.rig, still(face.rig)
    gaze[0] = [[0.4, 0.0], [0.4, 0.3]]
    shape = rig.deform(activation, jaw, gaze)[0]
    for number, side in enumerate(("left", "right")):
        part = face.head.topology.parts[f"eye_{side}"]
        centre = rig.globes.centre[number]
        before, after = rig.rest[part] - centre, shape[part] - centre
        np.testing.assert_allclose(
            np.linalg.norm(after, axis=1), np.linalg.norm(before, axis=1), atol=1e-4
        )
        assert after[0, 0] > 3.0  # yaw is to the person's left
    assert shape[face.head.topology.parts["eye_right"].start, 1] < rig.globes.centre[1, 1] - 2


def test_lower_teeth_and_tongue_go_with_the_jaw_as_one(face):
    rig, (activation, jaw, gaze) = face.rig, still(face.rig)
    jaw[0] = [0.3, 2.0, 4.0]
    shape = rig.deform(activation, jaw, gaze)[0]
    teeth = face.head.topology.parts["teeth_lower"]
    before, after = rig.rest[teeth][::40], shape[teeth][::40]
    distance = np.linalg.norm(before[:, None] - before, axis=2)
    np.testing.assert_allclose(np.linalg.norm(after[:, None] - after, axis=2), distance, atol=1e-3)
    upper = face.head.topology.parts["teeth_upper"]
    np.testing.assert_array_equal(shape[upper], rig.rest[upper])


@settings(max_examples=12)
@given(opening=st.floats(0, 0.5), protrusion=st.floats(-2, 8), lateral=st.floats(-10, 10))
def test_lips_meet_the_lower_teeth_where_they_are_seen(face, opening, protrusion, lateral):
    """A jaw that goes sideways turns about its condyle, and so does what skin must not enter."""
    rig, (activation, jaw, gaze) = face.rig, still(face.rig)
    jaw[0] = [opening, protrusion, lateral]
    teeth = face.head.topology.parts["teeth_lower"]
    shape = rig.deform(activation, jaw, gaze)[0, teeth]
    bodies, names = rig.contact.bodies, ("teeth_lower",)
    before, _ = bodies.distance(rig.rest[teeth], rig.contact.pose(), names=names)
    after, _ = bodies.distance(shape, rig.contact.pose(jaw[0]), names=names)
    near = np.abs(before) < 1.0
    np.testing.assert_allclose(after[near], before[near], atol=2e-3)


@pytest.mark.parametrize("yaw", np.radians([-30, 0, 30]))
@pytest.mark.parametrize("pitch", np.radians([-20, 0, 30]))
def test_lids_stay_outside_the_globe(face, yaw, pitch):
    rig, (activation, jaw, gaze) = face.rig, still(face.rig, 5)
    gaze[:] = [yaw, pitch]
    activation[:, rig.channels.index("orbicularis_oculi.pretarsalis")] = np.linspace(0, 1, 5)[
        :, None
    ]
    shape = rig.deform(activation, jaw, gaze)
    loops = face.head.topology.loops
    for number, side in enumerate(("left", "right")):
        edges = np.concatenate([loops[f"lid_{lid}_{side}"] for lid in ("upper", "lower")])
        away = np.linalg.norm(shape[:, edges] - rig.globes.centre[number], axis=2)
        assert away.min() > rig.globes.radius[number]


def test_wrong_arrays_are_told_together(rig):
    activation, jaw, gaze = still(rig)
    with pytest.raises(InputError, match=r"activation has shape.*jaw has shape"):
        rig.deform(activation[:, :3], jaw[:, :2], gaze)
    activation[0, 0, 0] = np.nan
    with pytest.raises(InputError, match="not numbers"):
        rig.deform(activation, jaw, gaze)
    with pytest.raises(InputError, match="level"):
        rig.deform(*still(rig), level=2)


@settings(max_examples=15)
@given(seed=seeds)
def test_lips_do_not_pass_through_each_other(face, seed):
    rig, (activation, jaw, gaze) = face.rig, still(face.rig, 4)
    rng = np.random.default_rng(seed)
    lower_face = [
        index
        for index, name in enumerate(rig.channels)
        if name.startswith(("orbicularis_oris", "mentalis", "depressor", "levator", "zygomaticus"))
    ]
    activation[:, lower_face] = rng.random((4, len(lower_face), 2))
    for level in (0, 1):
        for frame in rig.deform(activation, jaw, gaze, level=level):
            assert rig.contact.lips.overlap(frame, level=level) < 0.1


def test_genioglossus_puts_the_tongue_out_between_open_teeth_and_to_the_other_side(face):
    rig, tongue = face.rig, face.head.topology.parts["tongue"]
    activation, jaw, gaze = still(rig, 3)
    jaw[:, 0] = 0.35
    channel = rig.channels.index("genioglossus")
    activation[1, channel] = 1.0
    activation[2, channel, 0] = 1.0
    shape = rig.deform(activation, jaw, gaze)
    way = (shape[1:] - shape[0])[:, tongue]
    tip = rig.rest[tongue, 2].argmax()
    assert way[0, tip, 2] > 15
    assert abs(way[0, :, 0].mean()) < 1e-3
    assert way[1, tip, 0] < -2
    np.testing.assert_array_equal(shape[1, : tongue.start], shape[0, : tongue.start])


def test_elevators_cancel_the_opening(face):
    from risorius.skin import jaw_from_activation

    activation = np.zeros((3, len(face.atlas.channel_ids), 2))
    place = face.atlas.channel_ids.index
    for name in ("digastric", "geniohyoid", "mylohyoid", "pterygoideus_lateralis"):
        activation[1:, place(name)] = 1.0
    for name in ("masseter", "temporalis", "pterygoideus_medialis"):
        activation[2, place(name)] = 1.0
    opening = jaw_from_activation(face.atlas, activation, max_open=0.6)[:, 0]
    np.testing.assert_allclose(opening, [0.0, 0.6, 0.0], atol=0.01)
    with pytest.raises(InputError, match="activation has shape"):
        jaw_from_activation(face.atlas, activation[:, :5], max_open=0.6)


def test_lips_that_gave_way_to_each_other_do_not_lie_in_the_teeth(face):
    movement = next(islice(smooth_paths(face, 166), 165, None))  # here they did, by 0.3 mm
    for shape, _, jaw, gaze in zip(face.rig.deform(*movement), *movement, strict=True):
        in_teeth, in_eyes = sunk(face, shape, jaw, gaze)
        assert in_teeth < 0.1
        assert in_eyes < 0.1
        assert face.rig.contact.lips.overlap(shape) < 0.1
    # What lies in the teeth is seen.
    back = face.rig.rest - np.float32([0.0, 0.0, 3.0])
    assert sunk(face, face.rig.rest, np.zeros(3), np.zeros((2, 2)))[0] < 1e-3
    assert sunk(face, back, np.zeros(3), np.zeros((2, 2)))[0] > 1


@pytest.mark.parametrize("paths", [6, pytest.param(200, marks=pytest.mark.slow)])
def test_nothing_pops_or_passes_through_on_smooth_paths(face, paths):
    contact, skin = face.rig.contact, face.head.topology.parts["skin"]
    for shapes in wiggle(face, paths=paths, seed=paths):
        assert np.isfinite(shapes).all()
        # Activations that rise and fall up to 1.5 times a second.
        assert jerks(shapes[:, skin]) < 60
        for shape in shapes[::10]:
            assert contact.lips.overlap(shape) < 0.1
            assert contact.lids.overlap(shape) < 0.1


def test_weights_of_the_opening_jaw_are_smooth_and_add_up(face):
    rig = face.rig
    activation, jaw, gaze = still(rig, 141)
    jaw[:, 0] = np.arange(-10, 131) / 100 * rig.jaw.max_open
    place = 2 * len(rig.channels)
    moved = motion(rig.carrier, activation.astype(np.float32), jaw, gaze, slack=0 * activation[0])
    weights = moved.cues[:, place : place + OPENINGS].astype(float)
    slope = np.diff(weights, axis=0) / np.diff(jaw[:, :1], axis=0)
    # A kink would show as a jump of the slope.
    assert np.abs(np.diff(slope, axis=0)).max() < 0.1 * np.abs(slope).max()
    assert not weights[10].any()
    np.testing.assert_allclose(weights[110], [0, 0, 0, 1], atol=1e-6)


def test_carried_shapes_are_those_of_the_jaw_lids_and_eyes_taken_away(face):
    rig = face.rig
    activation, jaw, gaze = some_movement(rig, 3)
    moved = motion(
        rig.carrier, activation.astype(np.float32), jaw, gaze, slack=np.zeros_like(activation[0])
    )
    plain = replace(rig, shapes=replace(rig.shapes, value=np.zeros_like(rig.shapes.value)))
    none = activation * 0
    shape = plain.deform(none, jaw, gaze)
    lid_free = motion(rig.carrier, none.astype(np.float32), jaw, gaze, slack=none[0])
    rigid = np.concatenate(
        [
            np.arange(*face.head.topology.parts[p].indices(10**6))
            for p in ("teeth_upper", "teeth_lower", "eye_left", "eye_right")
        ]
    )
    back = uncarry(rig.carrier, shape, lid_free)
    np.testing.assert_allclose(back[:, rigid], np.tile(rig.rest[rigid], (3, 1, 1)), atol=2e-4)
    assert moved.cues.shape == lid_free.cues.shape


def test_lost_tone_moves_what_its_slack_says_and_is_linear(face):
    rig = face.rig
    slack = np.flatnonzero(rig.mixing.own[:, 0] >= 2 * len(rig.channels) + N_MORE)
    movement = still(rig)
    tone = np.ones((len(rig.channels), 2))
    np.testing.assert_array_equal(rig.deform(*movement, tone=tone)[0], rig.rest)
    with pytest.raises(InputError, match="tone has shape"):
        rig.deform(*movement, tone=tone[:3])
    if len(slack):
        tone[:, 0] = 0.0
        assert np.abs(rig.deform(*movement, tone=tone)[0] - rig.rest).max() > 0.1
