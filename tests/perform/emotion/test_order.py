"""Muscles come in order, and the face keeps its time and measure."""

import dataclasses
from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.perform import TARGETS, Beat, Phrase, Scene
from risorius.perform.stroke import Mode
from risorius.perform.table import load_table

from .feelings import BROW, CHEEK, EXPRESSIONS, LAYER, ZYGOMATIC, course, feel, of_target


def test_in_a_felt_smile_the_corners_lead_and_the_cheeks_follow(scene_of, collect):
    leads = []
    for seed in range(30):
        strokes = collect(LAYER, scene_of([feel("happiness", full=True)]), seed)
        corner, cheek = (min(s.start for s in of_target(strokes, t[0])) for t in (ZYGOMATIC, CHEEK))
        leads.append(cheek - corner)
    assert np.median(leads) > 0.03
    assert np.mean(np.array(leads) > 0) > 0.7


def test_a_knitted_brow_dissolves_as_the_smile_comes(scene_of, collect):
    knit = TARGETS.of("corrugator_supercilii.transverse", "left")
    met = 0
    for seed in range(30):
        strokes = collect(LAYER, scene_of([feel("happiness")]), seed)
        brows = of_target(strokes, knit)
        if not brows:
            continue
        met += 1
        corner = min(of_target(strokes, ZYGOMATIC[0]), key=lambda s: s.start)
        assert brows[0].start < corner.start
        assert brows[0].end < corner.apex[1]
    chance = load_table("emotion")["preludes"]["happiness"]["chance"]
    assert 0.3 * chance < met / 30 < 2.0 * chance


def test_fear_begins_at_the_brows_and_reaches_the_mouth(scene_of, collect):
    lip = TARGETS.of("risorius", "left")
    leads = []
    for seed in range(20):
        strokes = collect(LAYER, scene_of([feel("fear", full=True)]), seed)
        brow, mouth = (min(s.start for s in of_target(strokes, t)) for t in (BROW[0], lip))
        leads.append(mouth - brow)
    assert np.median(leads) > 0.03


def test_head_and_eyes_take_part(scene_of, collect):
    down = [TARGETS.head("pitch"), TARGETS.gaze("left", "pitch")]
    seen = {}
    for stroke in collect(LAYER, scene_of([feel("shame", full=True)])):
        seen |= dict(zip(stroke.target, stroke.amount, strict=True))
    assert all(seen[target] > 0.1 for target in down)
    assert seen[TARGETS.of("longus_capitis_colli", "left")] > 0


def test_a_startle_blinks(scene_of, collect):
    strokes = collect(LAYER, scene_of([feel("startle", end=1.0, full=True)]))
    lid = TARGETS.of("orbicularis_oculi.pretarsalis", "left")
    assert [s.mode for s in strokes if lid in s.target] == [Mode.MOST]


@given(
    name=st.sampled_from(EXPRESSIONS),
    kind=st.sampled_from(["feel", "express"]),
    length=st.floats(0.02, 40.0),
    strength=st.floats(0, 1),
    suppress=st.sampled_from([0.0, 0.4, 1.0]),
    expressivity=st.floats(0, 1),
    asymmetry=st.floats(0, 1),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=120, deadline=None)
def test_every_episode_keeps_its_time_and_measure(
    name, kind, length, strength, suppress, expressivity, asymmetry, seed
):
    from risorius.perform import Persona

    beat = Beat(
        kind=kind, what=name, start=1.0, end=1.0 + length, strength=strength, index=3,
        more={"suppress": suppress},
    )  # fmt: skip
    persona = Persona(expressivity=expressivity, asymmetry=asymmetry)
    scene = Scene(persona=persona, beats=(beat,), duration=60.0, seed=seed)
    strokes = list(LAYER.strokes(scene, scene.rng("emotion")))
    assert strokes == list(LAYER.strokes(scene, scene.rng("other")))
    assert all(one.start <= other.start for one, other in pairwise(strokes))
    assert sum(s.event is not None for s in strokes) == bool(strokes)
    for stroke in strokes:
        assert stroke.start >= 1.0
        # The weaker side may come some milliseconds later, and so a little behind the end.
        assert stroke.end < 1.0 + length + 0.02 + 0.4 * asymmetry
        pairs = zip(stroke.target, stroke.amount, strict=True)
        assert all(abs(amount) <= 1 for target, amount in pairs if target < TARGETS.muscles)
        assert stroke.mode != Mode.TRACK


def test_other_beats_do_not_change_an_episode(scene_of, collect):
    joy, grief = feel("happiness"), feel("sadness", start=2.0, end=6.0)
    alone = collect(LAYER, scene_of([joy]))
    both = collect(LAYER, scene_of([joy, grief]))
    assert [s for s in both if s in alone] == alone


def test_how_long_a_feeling_takes_to_come_can_be_said(scene_of, collect):
    beat = feel("happiness", end=8.0, full=True) | {"ease": 2.5}
    strokes = of_target(collect(LAYER, scene_of([beat])), ZYGOMATIC[0])
    assert max(s.rise for s in strokes) == pytest.approx(2.5, rel=0.35)


def test_an_endless_feeling_is_played_as_it_comes(scene_of):
    for more in ({}, {"suppress": 0.8}):
        scene = scene_of([feel("happiness", end=float("inf"), **more)])
        strokes = list(islice(LAYER.strokes(scene, scene.rng("emotion")), 200))
        assert len(strokes) == 200
        assert strokes[-1].start > 30.0


def test_many_beats_are_played_as_their_time_comes(scene_of):
    beats = [feel("happiness", start=5.0 * k, end=5.0 * k + 4.0) for k in range(5000)]
    scene = scene_of(beats)
    strokes = list(islice(LAYER.strokes(scene, scene.rng("emotion")), 50))
    assert all(one.start <= other.start for one, other in pairwise(strokes))
    assert strokes[-1].start < 100.0


def test_overlapping_feelings_add_up_muscle_by_muscle(scene_of, collect):
    joy, more = feel("happiness"), feel("happiness", start=1.0, end=5.0)
    times = np.linspace(0, 6, 80)
    both = course(collect(LAYER, scene_of([joy, more])), ZYGOMATIC, times)
    one = course(collect(LAYER, scene_of([joy])), ZYGOMATIC, times)
    second = scene_of([joy, more])
    second = dataclasses.replace(second, beats=second.beats[1:])
    other = course(collect(LAYER, second), ZYGOMATIC, times)
    assert np.allclose(both, one + other)


def test_while_words_are_spoken_the_jaw_is_theirs(scene_of, collect):
    jaw = TARGETS.both("digastric")
    beat = feel("surprise", end=6.0, full=True)
    phrase = Phrase(2.5, 4.0)
    silent = collect(LAYER, scene_of([beat]))
    spoken = collect(LAYER, scene_of([beat], phrases=(phrase,)))
    during, before = np.array([3.2]), np.array([2.0])
    assert course(spoken, jaw, during).sum() < 0.35 * course(silent, jaw, during).sum()
    assert np.allclose(course(spoken, jaw, before), course(silent, jaw, before))
    assert np.allclose(course(spoken, BROW, during), course(silent, BROW, during))
