"""Feelings are drawn anew each time, within the basin of their prototype."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.bench.perform import emotion as bench
from risorius.perform import TARGETS
from risorius.perform.layers.pattern import Asked, likeness, sample_pattern

from .feelings import ATLAS, BROW, EXPRESSIONS, LAYER, UNIVERSAL, ZYGOMATIC, course, feel, vector


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_no_two_seeds_play_a_beat_alike(name, scene_of, collect):
    played = [collect(LAYER, scene_of([feel(name)]), seed) for seed in range(8)]
    if not ATLAS.expression(name).components:
        assert not any(played)
        return
    times = np.linspace(0.5, 4.5, 60)
    used = tuple(range(TARGETS.count))
    courses = [course(strokes, used, times).ravel() for strokes in played]
    for one in range(8):
        for other in range(one):
            a, b = courses[one], courses[other]
            # Not the same course at another size, either.
            assert a @ b < (1 - 1e-6) * np.linalg.norm(a) * np.linalg.norm(b)


def test_onsets_leave_the_straight_line_to_the_prototype():
    assert bench.bend(seeds=1) > 2.0


@given(
    name=st.sampled_from(UNIVERSAL),
    strength=st.floats(0.05, 1.0),
    expressivity=st.floats(0, 1),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None)
def test_what_is_drawn_stays_in_the_basin_of_its_attractor(name, strength, expressivity, seed):
    asked = Asked(strength=strength, expressivity=expressivity)
    parts = sample_pattern(name, asked, np.random.default_rng(seed))
    found = likeness(vector(parts), UNIVERSAL)
    assert max(found, key=found.get) == name


def test_whole_prototypes_are_a_minority_in_life_and_the_rule_on_purpose():
    # Duran 2021 Emotion; Dawel 2025 Affect Sci.
    def whole(*, felt):
        asked = Asked(strength=0.5, felt=felt)
        core = {c.action_unit for c in ATLAS.expression("fear").components if c.role == "core"}
        drawn = (sample_pattern("fear", asked, np.random.default_rng(s)) for s in range(100))
        return np.mean([core <= {part.unit for part in parts} for parts in drawn])

    assert whole(felt=True) < 0.5 < 0.6 < whole(felt=False)


def test_the_whole_pattern_can_be_asked_for():
    asked = Asked(strength=0.5, full=True)
    drawn = {sample_pattern("sadness", asked, np.random.default_rng(seed)) for seed in range(5)}
    assert len(drawn) == 1
    wanted = {c.action_unit: c for c in ATLAS.expression("sadness").components}
    for part in drawn.pop():
        assert part.amount == pytest.approx(wanted.pop(part.unit).typical)
    assert all(component.role == "optional" for component in wanted.values())


@given(strength=st.floats(0.0, 1.0), more=st.floats(0.0, 1.0), seed=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_more_strength_and_more_expressivity_never_show_less(strength, more, seed):
    def size(strength, expressivity):
        asked = Asked(strength=strength, expressivity=expressivity, full=True)
        return np.linalg.norm(vector(sample_pattern("anger", asked, np.random.default_rng(seed))))

    low, high = sorted((strength, more))
    assert size(low, 0.5) <= size(high, 0.5)
    assert size(0.5, low) <= size(0.5, high)


def test_a_blend_shows_parts_of_both(scene_of, collect):
    seen = set()
    for seed in range(12):
        beat = feel("happiness", blend={"happiness": 0.8, "sadness": 0.7})
        for stroke in collect(LAYER, scene_of([beat]), seed):
            seen |= set(stroke.target)
    assert {*ZYGOMATIC, *BROW, *TARGETS.both("depressor_anguli_oris")} <= seen


def test_contempt_is_on_one_side_and_goes_to_the_side_it_is_told(scene_of, collect):
    for side in (None, "left", "right"):
        scene = scene_of([feel("contempt") | {"side": side}])
        targets = {t for s in collect(LAYER, scene) for t in s.target if t < TARGETS.muscles}
        assert {t % 2 for t in targets} == {1 if side == "right" else 0}
