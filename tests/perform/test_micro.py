"""Micro-expressions: brief, partial, put down at once, and caught by a film."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.anatomy import load_atlas
from risorius.anatomy.sheet import load_facts
from risorius.bench.perform import emotion as bench
from risorius.perform import TARGETS, Beat, Scene
from risorius.perform.layers.micro import MicroLayer
from risorius.perform.layers.unit import counters, half_of, reach, turns_eyes

ATLAS = load_atlas()
LAYER = MicroLayer()
LIMIT = load_facts("emotion").quantity("timing.micro.total_max").value
UNIVERSAL = [entry.id for entry in ATLAS.expressions if entry.universal]
NAMES = [
    *(entry.id for entry in ATLAS.expressions if entry.components),
    *(unit.id for unit in ATLAS.action_units if not unit.behaviour),
    *(muscle.id for muscle in ATLAS.muscles),
]


def flicker(what, start=1.0, length=0.2, strength=0.6, **more):
    return {
        "kind": "micro",
        "what": what,
        "start": start,
        "end": start + length,
        "strength": strength,
        "more": more,
    }


def targets(strokes):
    return {target for stroke in strokes for target in stroke.target}


@given(
    name=st.sampled_from(NAMES),
    length=st.floats(0.04, 0.5),
    strength=st.floats(0.01, 1),
    part=st.sampled_from(["", "whole", "upper", "lower"]),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=120, deadline=None)
def test_any_movement_flickers_for_half_a_second_at_most(name, length, strength, part, seed):
    beat = Beat(
        kind="micro", what=name, start=1.0, end=1.0 + length, strength=strength,
        more={"part": part},
    )  # fmt: skip
    scene = Scene(beats=(beat,), duration=3.0, seed=seed)
    strokes = list(LAYER.strokes(scene, scene.rng("micro")))
    if not strokes:
        # A pattern of head and eyes alone has nothing that could flicker on the face.
        units = [c.action_unit for c in ATLAS.expression(name).components]
        assert all(half_of(unit) == "body" or turns_eyes(unit) for unit in units)
        return
    assert sum(stroke.event is not None for stroke in strokes) == 1
    assert min(stroke.start for stroke in strokes) >= 1.0
    # Antagonists included; one side may come some milliseconds later.
    assert max(stroke.end for stroke in strokes) <= 1.0 + LIMIT + 0.03
    pairs = (pair for s in strokes for pair in zip(s.target, s.amount, strict=True))
    assert all(abs(amount) <= 1 for target, amount in pairs if target < TARGETS.muscles)


def test_nothing_is_seen_for_longer_than_published_and_every_apex_is_filmed():
    # Yan 2013 J Nonverbal Behav.
    longest, least = bench.flickers()
    assert longest <= LIMIT
    assert least > 0.8


def test_a_flicker_comes_quickly(scene_of, collect):
    most = load_facts("emotion").quantity("timing.micro.onset_max").value
    for stroke in collect(LAYER, scene_of([flicker("fear", length=0.5)])):
        assert stroke.rise <= most


@pytest.mark.parametrize("half", ["upper", "lower"])
@pytest.mark.parametrize("name", ["fear", "sadness", "disgust", "anger"])
def test_a_half_can_be_asked_for(name, half, scene_of, collect):
    strokes = collect(LAYER, scene_of([flicker(name, part=half)]))
    own = {
        target
        for component in ATLAS.expression(name).components
        if half_of(component.action_unit) == half
        for part in reach(component.action_unit)
        for target in part.target
    }
    against = {
        target
        for component in ATLAS.expression(name).components
        for unit in counters(component.action_unit)
        for part in reach(unit)
        for target in part.target
    }
    assert targets(strokes) & own
    assert targets(strokes) <= own | against


def test_most_flickers_are_partial(scene_of, collect):
    # Porter 2008 Psychol Sci.
    brow, lip = TARGETS.of("frontalis.medialis", "left"), TARGETS.of("risorius", "left")
    seen = [targets(collect(LAYER, scene_of([flicker("fear")]), seed)) for seed in range(40)]
    whole = sum(brow in some and lip in some for some in seen)
    assert 0 < whole < 20
    assert any(brow in some and lip not in some for some in seen)
    assert any(brow not in some and lip in some for some in seen)


def test_antagonists_put_it_down(scene_of, collect):
    strokes = collect(LAYER, scene_of([flicker("AU12", length=0.3)]))
    smile = next(s for s in strokes if TARGETS.of("zygomaticus_major", "left") in s.target)
    down = TARGETS.of("depressor_anguli_oris", "left")
    against = next(s for s in strokes if down in s.target)
    assert against.start >= smile.apex[0] - 0.02
    assert 0 < against.amount[against.target.index(down)] < smile.amount[0]
    assert against.end <= smile.start + 0.33


def test_a_feeling_underneath_is_not_touched(scene_of):
    beats = [
        {"kind": "feel", "what": "happiness", "start": 0.2, "end": 4.0, "strength": 0.6},
        flicker("anger", start=2.0, part="upper"),
    ]
    both, one = (
        bench.alone(made.beats, seed=1, rate=60.0, duration=5.0)
        for made in (scene_of(beats), scene_of(beats[:1]))
    )
    change = np.abs((both["activation"] - one["activation"]).values)
    assert change[:118].max() == 0.0
    knit = ATLAS.channel_ids.index("corrugator_supercilii.transverse")
    assert change[118:160, knit].max() > 0.2
    assert change[160:].max() < 0.02


def test_no_two_flickers_are_alike(scene_of, collect):
    played = [tuple(collect(LAYER, scene_of([flicker("contempt")]), seed)) for seed in range(30)]
    assert len(set(played)) == 30


@pytest.mark.parametrize("name", ["sadness", "embarrassment", "thinking"])
def test_head_and_gaze_do_not_flicker(scene_of, collect, name):
    for seed in range(8):
        strokes = collect(LAYER, scene_of([flicker(name, part="whole", strength=1.0)]), seed=seed)
        assert all(target < TARGETS.muscles for target in targets(strokes))
