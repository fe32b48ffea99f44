"""Arousal follows, and what was meant is what is read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.anatomy.sheet import load_facts
from risorius.bench.perform import emotion as bench
from risorius.perform import TARGETS, Beat, Scene
from risorius.perform.layers.pattern import Asked, arousal, sample_pattern
from risorius.perform.layers.unit import reach
from risorius.perform.stroke import Profile

from .feelings import ATLAS, BROW, EXPRESSIONS, LAYER, UNIVERSAL, course, feel, vector


def test_arousal_follows_what_is_felt_and_lingers(scene_of):
    fear, grief = (scene_of([feel(name, strength=1.0)]) for name in ("fear", "sadness"))
    idle = arousal(fear, 0.0)
    assert arousal(fear, 3.0) > 0.9 > idle > arousal(grief, 3.0)
    assert idle < arousal(fear, 7.0) < arousal(fear, 4.4)
    assert arousal(fear, 120.0) == pytest.approx(idle)
    posed = scene_of([feel("fear", strength=1.0, kind="express")])
    assert idle < arousal(posed, 3.0) < arousal(fear, 3.0)


@given(
    beats=st.lists(
        st.tuples(st.sampled_from(EXPRESSIONS), st.floats(0, 20), st.floats(0.1, 20)), max_size=6
    )
)
@settings(max_examples=30, deadline=None)
def test_arousal_is_bounded_and_does_not_jump(beats):
    made = sorted(
        (Beat(kind="feel", what=n, start=s, end=s + length) for n, s, length in beats),
        key=lambda beat: beat.start,
    )
    scene = Scene(beats=tuple(made), duration=60.0)
    levels = np.array([arousal(scene, t) for t in np.arange(0, 45, 0.05)])
    assert levels.min() >= 0
    assert levels.max() <= 1
    assert np.abs(np.diff(levels)).max() < 0.1 * max(1, len(beats))


def test_a_reading_is_ranked_and_a_trace_is_no_feeling():
    asked, rng = Asked(strength=0.5, full=True), np.random.default_rng(0)
    patterns = {name: [vector(sample_pattern(name, asked, rng))] for name in UNIVERSAL}
    for name in UNIVERSAL:
        read = 0.7 * patterns[name][0]
        read[ATLAS.channel_ids.index("masseter")] = np.nan
        found = bench.judge_reading(read, patterns)
        assert len(found) == 8
        assert max(found, key=found.get) == name
        found = bench.judge_reading(0.01 * read, patterns)
        assert max(found, key=found.get) == bench.NEUTRAL


@pytest.mark.slow
def test_feelings_performed_and_filmed_read_as_what_was_meant():
    judged = [record for record in bench.reading_records() if record.bar]
    assert [record.holds for record in judged] == [True, True], judged


@given(
    what=st.sampled_from(["sadness", "shame", "embarrassment"]),
    strength=st.floats(0.3, 1.0),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_a_feeling_turns_the_eyes_by_saccades_and_the_head_no_faster_than_heads_turn(
    what, strength, seed
):
    fastest = load_facts("kinematics").quantity("head.max_velocity").in_base_units().value
    beat = Beat(kind="feel", what=what, start=1.0, end=6.0, strength=strength, more={"full": True})
    scene = Scene(beats=(beat,), duration=8.0, seed=seed)
    eyes = {TARGETS.gaze(side, axis) for side in ("left", "right") for axis in ("yaw", "pitch")}
    head = {TARGETS.head(axis) for axis in ("yaw", "pitch", "roll")}
    times = np.arange(0.0, 7.0, 1 / 240)
    for stroke in LAYER.strokes(scene, scene.rng("emotion")):
        if eyes & set(stroke.target):
            assert stroke.profile is Profile.SACCADE
            assert stroke.rise < 0.12
        for target in head & set(stroke.target):
            # Peak speed of a minimum-jerk movement is 1.875 times its mean.
            speed = np.abs(np.diff(course([stroke], [target], times)[:, 0])).max() * 240
            assert speed <= 1.01 * fastest


def test_a_feeling_leaves_eyes_alone_that_the_score_turns_off_a_face(scene_of, collect):
    eyes = set(reach("AU64")[0].target)
    for told, turned in ((None, True), ("partner", True), ("down", False)):
        look = [{"kind": "look", "what": told, "start": 0.0, "end": 9.0}] if told else []
        scene = scene_of([*look, feel("sadness", full=True)])
        assert any(eyes & set(s.target) for s in collect(LAYER, scene)) is turned
    # It lets go when the score takes over.
    look = {"kind": "look", "what": "up", "start": 2.0, "end": 3.0}
    strokes = collect(LAYER, scene_of([feel("sadness", full=True), look]))
    assert max(s.end for s in strokes if eyes & set(s.target)) <= 2.0


@given(name=st.sampled_from(UNIVERSAL), seed=st.integers(0, 99))
def test_at_full_strength_what_is_core_stands_out_more(name, seed):
    entry = ATLAS.expression(name)
    role = {part.action_unit: part for part in entry.components}

    def way(unit, amount):
        return (amount - role[unit].typical) / (role[unit].most - role[unit].typical)

    asked = Asked(strength=1.0, full=True, optional=True)
    ways = {
        p.unit: way(p.unit, p.amount)
        for p in sample_pattern(name, asked, np.random.default_rng(seed))
    }
    core = [ways[unit] for unit in ways if role[unit].role == "core"]
    aside = [ways[unit] for unit in ways if role[unit].role != "core"]
    assert min(core) > 0.99
    assert max(aside, default=0.0) < 0.5


def test_a_feeling_that_wanes_stays_the_same_feeling(scene_of, collect):
    scene = scene_of([feel("surprise", end=20.0, strength=0.5, full=True)])
    jaw, brow = TARGETS.of("digastric", "left"), BROW[0]
    for seed in range(6):
        drawn = course(collect(LAYER, scene, seed=seed), [jaw, brow], np.arange(2.0, 18.0, 0.05))
        assert np.ptp(drawn[:, 1]) > 0.1 * drawn[:, 1].max()
        share = drawn[:, 0] / drawn[:, 1]
        assert np.ptp(share) < 0.5 * np.median(share)
