"""Smiles and brows move as long, as far and as unevenly as was measured."""

import numpy as np
import pytest

from risorius.anatomy.sheet import load_facts
from risorius.bench.perform import emotion as bench
from risorius.perform import TARGETS

from .feelings import ATLAS, BROW, LAYER, ZYGOMATIC, course, feel


@pytest.fixture(scope="module")
def felt():
    return bench.smiles("feel", seeds=24)


@pytest.fixture(scope="module")
def posed():
    return bench.smiles("express", seeds=24)


def test_smiles_take_as_long_as_published(felt):
    # Schmidt 2003 Biol Psychol; the muscles themselves are a little quicker than their drive.
    span = load_facts("kinematics").quantity("smile.spontaneous_onset")
    times = bench.onsets(felt)
    assert span.low <= np.median(times) <= span.high
    longest = ATLAS.expression("happiness").timing.onset.high
    assert times.min() > 0.2
    assert times.max() < 1.2 * longest


def test_larger_smiles_are_faster(felt):
    # Schmidt 2003 Biol Psychol: speed and amplitude of smiles are coupled like a main sequence.
    size, speed = bench.speeds(felt)
    assert np.corrcoef(size, speed)[0, 1] > 0.6
    size, speed = bench.speeds(felt, going=True)
    assert np.corrcoef(size, speed)[0, 1] > 0.4


def test_posed_smiles_are_larger_and_faster_both_ways_than_felt_ones(felt, posed):
    # Schmidt 2006 J Nonverbal Behav.
    (a, v), (b, w) = bench.speeds(felt), bench.speeds(posed)
    assert np.median(b / a) > 1.05
    assert np.median(w / v) > 1.05
    assert np.median(bench.speeds(posed, going=True)[1] / bench.speeds(felt, going=True)[1]) > 1.0


def test_posed_brow_raises_are_faster_larger_and_shorter(scene_of, collect):
    # Schmidt 2009 J Nonverbal Behav.
    found = {}
    for kind in ("feel", "express"):
        some = []
        for seed in range(20):
            strokes = collect(LAYER, scene_of([feel("surprise", kind=kind, full=True)]), seed)
            some += [
                (s.rise, s.amount[0], s.end - s.start)
                for s in strokes
                if BROW[0] in s.target and s.amount[0] > 0
            ]
        found[kind] = np.median(some, axis=0)
    rise, size, length = found["express"] / found["feel"]
    brow = load_facts("kinematics").quantity
    ratio = brow("brow.onset.deliberate").value / brow("brow.onset.spontaneous").value
    assert rise == pytest.approx(ratio, rel=0.25)
    assert size > 1.1
    assert length < 1.0


def test_sides_differ_as_much_as_published_whether_felt_or_posed(felt, posed):
    # Schmidt 2006, 2009: no difference between felt and posed.
    span = load_facts("emotion").quantity("asymmetry.asym_amount").in_base_units()
    one, other = np.median(bench.asymmetries(felt)), np.median(bench.asymmetries(posed))
    assert span.low <= one <= span.high
    assert abs(one - other) < 0.04


def test_left_and_right_of_the_mouth_never_move_as_one(felt, posed):
    for smile in (*felt, *posed):
        assert np.corrcoef(smile.T)[0, 1] < 0.99999


def test_a_person_without_asymmetry_is_symmetric(scene_of, collect):
    scene = scene_of([feel("anger")], persona={"asymmetry": 0.0})
    strokes = collect(LAYER, scene)
    times = np.linspace(0, 5, 100)
    for left in range(0, TARGETS.muscles, 2):
        both = course(strokes, (left, left + 1), times)
        assert np.array_equal(both[:, 0], both[:, 1])


def test_felt_smiles_have_several_apexes_and_posed_ones_one(scene_of, collect):
    # Tarantili 2005 Am J Orthod Dentofacial Orthop.
    def dips(kind):
        scene = scene_of([feel("happiness", end=6.0, kind=kind, full=True)])
        strokes = (collect(LAYER, scene, seed) for seed in range(10))
        return [sum(ZYGOMATIC[0] in s.target and s.amount[0] < 0 for s in some) for some in strokes]

    assert np.median(dips("feel")) >= 1
    assert max(dips("express")) == 0
