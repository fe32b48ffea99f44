"""Breath: laws of its plan for every scene, the published rates, and what shows of it."""

from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from risorius.anatomy import load_facts
from risorius.bench.perform.body import find_inhales, watch
from risorius.perform import TARGETS, Beat, Context, Mode, Phrase, Scene
from risorius.perform.layers.breath import Breath, BreathLayer, plan_breath
from risorius.perform.layers.cycle import tidal
from risorius.perform.performance import SWITCHES, make_player

SINGLE = ("sigh", "gasp", "in", "out")
WAYS = ("calm", "deep", "shallow", "quick")
KINDS = [
    *(("breathe", what) for what in SINGLE + WAYS),
    *(("hold_breath", what) for what in ("in", "out", "midway")),
    ("swallow", ""),
    ("feel", "fear"),
    ("feel", "sadness"),
]


def fact(name: str) -> tuple[float, float]:
    quantity = load_facts("kinematics").quantity(name).in_base_units()
    assert quantity.low is not None
    assert quantity.high is not None
    return quantity.low, quantity.high


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Scenes in which much is asked of the breath at once."""
    beats = []
    for index, (kind, what) in enumerate(draw(st.lists(st.sampled_from(KINDS), max_size=6))):
        start = draw(st.floats(0, 40))
        end = start + draw(st.floats(0.05, 12))
        strength = draw(st.floats(0, 1))
        beats.append(
            Beat(kind=kind, what=what, start=start, end=end, strength=strength, index=index)
        )
    phrases, time = [], 0.0
    for gap, length in draw(st.lists(st.tuples(st.floats(0, 6), st.floats(0.1, 12)), max_size=5)):
        phrases.append(Phrase(time + gap, time + gap + length))
        time += gap + length
    return Scene(
        context=Context(speaks=draw(st.sampled_from(["nobody", "self", "partner"]))),
        beats=tuple(sorted(beats, key=lambda beat: beat.start)),
        phrases=tuple(phrases),
        duration=60.0,
        seed=draw(st.integers(0, 2**32)),
    )


def plan(scene: Scene) -> list[Breath]:
    return list(plan_breath(scene))


def played(scene: Scene, *layers: str) -> dict[str, NDArray[np.float64]]:
    """Drive and breath of a scene, with some layers only."""
    off = [name for name in SWITCHES if name not in layers]
    block = make_player(scene, rate=120.0, off=off).play(int(scene.duration * 120))
    return {
        "time": block.time,
        "breath": block.breath.astype(np.float64),
        "drive": block.activation.astype(np.float64),
        "head": block.head_pose.astype(np.float64),
    }


def muscle(drawn: dict[str, NDArray[np.float64]], channel: str) -> NDArray[np.float64]:
    return drawn["drive"][:, TARGETS.of(channel, "left") // 2, 0]


@given(scenes())
@settings(max_examples=100, deadline=None)
def test_breaths_follow_each_other_without_a_gap(scene: Scene) -> None:
    breaths = plan(scene)
    assert breaths[0].start <= 0.0
    assert breaths[-1].end >= scene.duration
    for breath, after in pairwise(breaths):
        assert after.start == pytest.approx(breath.end, abs=1e-6)
    for breath in breaths:
        assert min(breath.inhale, breath.held, breath.exhale, breath.rest) >= 0.0
        assert 0.0 <= breath.floor <= breath.depth <= 1.0


@given(scenes())
@settings(max_examples=60, deadline=None)
def test_strokes_are_in_order_and_within_their_span(scene: Scene) -> None:
    strokes = list(BreathLayer().strokes(scene, scene.rng("breath")))
    starts = [stroke.start for stroke in strokes]
    assert starts == sorted(starts)
    for stroke in strokes:
        for target, amount in zip(stroke.target, stroke.amount, strict=True):
            if target < TARGETS.muscles or target == TARGETS.breath:
                assert 0.0 <= amount <= 1.0


@given(scenes())
@settings(max_examples=100, deadline=None)
def test_nobody_breathes_in_while_speaking(scene: Scene) -> None:
    asked = [beat for beat in scene.beats if beat.kind in ("breathe", "hold_breath")]
    for breath in plan(scene):
        middle = breath.start + breath.inhale / 2
        if breath.inhale > 0.0 and scene.phrase_at(middle) is not None:
            # Unless the score says so, and speech comes second.
            assert breath.kind in (*SINGLE, "held")
            assert any(abs(beat.start - breath.start) < 1.1 for beat in asked)


@pytest.mark.parametrize("seed", range(20))
def test_a_feeling_takes_no_breath_in_a_line_whose_own_breath_gave_way(seed: int) -> None:
    sigh = Beat(kind="breathe", what="sigh", start=0.0, end=1.0)
    fear = Beat(kind="feel", what="fear", start=1.0, end=2.0, index=1)
    scene = Scene(beats=(sigh, fear), phrases=(Phrase(0.0, 4.0),), duration=10.0, seed=seed)
    assert not [b for b in plan(scene) if b.inhale and 1.0 < b.start + b.inhale / 2 < 4.0]


@given(st.integers(0, 2**32), st.floats(1.0, 30.0), st.floats(0.3, 8.0))
@settings(max_examples=40, deadline=None)
def test_a_phrase_has_its_breath_before_and_its_exhale_through_it(
    seed: int, start: float, length: float
) -> None:
    scene = Scene(phrases=(Phrase(start, start + length),), duration=60.0, seed=seed)
    own = [breath for breath in plan(scene) if breath.kind == "speech"]
    assert len(own) == 1
    low, high = fact("breath.speech.inhale")
    assert low <= own[0].inhale <= high
    assert own[0].start + own[0].inhale <= start
    assert own[0].start + own[0].inhale + own[0].held == pytest.approx(start)
    assert own[0].end >= start + length - 1e-6


def test_a_short_pause_is_no_time_for_a_breath() -> None:
    phrases = (Phrase(5.0, 7.0), Phrase(7.2, 9.0), Phrase(10.0, 11.0))
    own = [b for b in plan(Scene(phrases=phrases, duration=20.0)) if b.kind == "speech"]
    assert [round(b.start + b.inhale + b.held, 6) for b in own] == [5.0, 10.0]
    assert own[1].start >= 9.0 - 1e-6


def test_speech_from_the_first_moment_needs_no_time_before_it() -> None:
    breaths = plan(Scene(phrases=(Phrase(0.0, 2.0),), duration=10.0))
    assert breaths[0].kind == "speech"
    assert breaths[0].inhale == 0.0
    assert breaths[0].depth > 0.0


@pytest.mark.parametrize("seed", range(6))
def test_quiet_breathing_is_as_published(seed: int) -> None:
    breaths = [b for b in plan(Scene(duration=600.0, seed=seed)) if b.kind == "rest"]
    length = sum(breath.length for breath in breaths)
    low, high = fact("breath.rate_rest")
    assert low <= len(breaths) / length <= high
    low, high = fact("breath.timing.inhale_share")
    assert low <= sum(breath.inhale for breath in breaths) / length <= high
    volume = np.mean([breath.depth for breath in breaths])
    assert volume == pytest.approx(tidal(), rel=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_breathing_of_a_speaker_is_as_published(seed: int) -> None:
    scene = Scene(context=Context(speaks="self"), duration=600.0, seed=seed)
    breaths = [breath for breath in plan(scene) if breath.kind == "speech"]
    low, high = fact("breath.speech.inhale_share")
    share = sum(b.inhale for b in breaths) / sum(b.length for b in breaths)
    assert low <= share <= high


def test_sighs_come_as_often_as_published() -> None:
    breaths = [b for seed in range(5) for b in plan(Scene(duration=7200.0, seed=seed))]
    sighs = [breath for breath in breaths if breath.kind == "sigh"]
    low, high = fact("breath.sigh.rate")
    assert low <= len(sighs) / 36000.0 <= high
    for name, values in (
        ("breath.sigh.volume_in_tidal", [sigh.depth / tidal() for sigh in sighs]),
        ("breath.sigh.duration", [sigh.length for sigh in sighs]),
    ):
        low, high = fact(name)
        assert low - 1e-9 <= np.mean(values) <= high + 1e-9


def test_swallows_come_by_themselves_as_often_as_published() -> None:
    breaths = [b for seed in range(5) for b in plan(Scene(duration=3600.0, seed=seed))]
    swallows = [breath for breath in breaths if breath.kind == "swallow"]
    low, high = fact("swallow.rate_awake")
    assert low <= len(swallows) / 18000.0 <= high


def rate_of(**more: Any) -> tuple[float, float]:
    """Breaths in a second, and their mean depth."""
    breaths = [b for seed in range(4) for b in plan(Scene(duration=300.0, seed=seed, **more))]
    chosen = [b for b in breaths if b.kind not in ("sigh", "swallow")]
    return len(chosen) / sum(b.length for b in chosen), float(np.mean([b.depth for b in chosen]))


def way(what: str) -> tuple[Beat, ...]:
    return (Beat(kind="breathe", what=what, start=0.0, end=1e6, strength=0.6),)


def test_ways_of_breathing_differ_in_rate_and_depth() -> None:
    rest = rate_of()
    calm, deep, shallow, quick = (rate_of(beats=way(what)) for what in WAYS)
    assert deep[0] < calm[0] < rest[0] < shallow[0] < quick[0]
    assert shallow[1] < rest[1] < quick[1] < deep[1]


def test_arousal_quickens_the_breath() -> None:
    fear = Beat(kind="feel", what="fear", start=0.0, end=1e6, strength=1.0)
    assert rate_of(beats=(fear,))[0] > 1.3 * rate_of()[0]


def test_no_two_breaths_are_equal() -> None:
    breaths = [b for b in plan(Scene(duration=600.0)) if b.kind == "rest"]
    assert len({(b.inhale, b.exhale, b.depth) for b in breaths}) == len(breaths)


def test_fear_gasps_and_relief_sighs() -> None:
    for what, kind in (("fear", "gasp"), ("relief", "sigh")):
        beat = Beat(kind="feel", what=what, start=10.0, end=14.0, strength=1.0)
        found = [
            b.kind
            for seed in range(20)
            for b in plan(Scene(beats=(beat,), duration=12.0, seed=seed))
            if 10.0 <= b.start <= 10.5
        ]
        assert found.count(kind) >= 14


@pytest.mark.parametrize("where", ["in", "out", "midway"])
def test_a_held_breath_stands_still_while_tension_grows(where: str) -> None:
    beat = Beat(kind="hold_breath", what=where, start=4.0, end=12.0, strength=0.6)
    scene = Scene(beats=(beat,), duration=20.0)
    drawn = played(scene, "breath")
    time, breath = drawn["time"], drawn["breath"]
    still = (time > 5.2) & (time < 11.95)
    assert np.ptp(breath[still]) < 1e-6
    level = {"in": 2.0, "midway": 0.6, "out": 0.0}[where] * tidal()
    assert breath[still].min() >= level
    tension = muscle(drawn, "platysma.mandibularis")
    assert (np.diff(tension[still]) >= -1e-9).all()
    assert tension[still][-1] > tension[still][0] + 0.1
    assert tension[time > 13.0].max() < 0.02
    after = next(b for b in plan(scene) if b.start >= 12.0 - 1e-9 and b.kind == "rest")
    assert after.depth > 1.1 * tidal()


def test_nostrils_open_before_the_air_flows() -> None:
    scene = Scene(duration=30.0)
    wing = TARGETS.of("dilatator_naris", "left")
    strokes = list(BreathLayer().strokes(scene, scene.rng("breath")))
    opened = [stroke.start for stroke in strokes if wing in stroke.target]
    flows = [breath.start for breath in plan(scene) if breath.inhale > 0.0]
    lead = load_facts("kinematics").quantity("breath.nostril").in_base_units().value
    assert np.allclose(np.subtract(flows, opened), lead)


def test_only_a_deep_breath_needs_the_neck() -> None:
    quiet = played(Scene(duration=30.0), "breath")
    deep = played(Scene(beats=way("deep"), duration=30.0), "breath")
    assert muscle(quiet, "sternocleidomastoid").max() == 0.0
    assert muscle(deep, "sternocleidomastoid").max() > 0.05
    assert muscle(deep, "nasalis.alaris").max() > muscle(quiet, "nasalis.alaris").max()
    assert deep["head"][:, 4].max() > quiet["head"][:, 4].max() > 0.2


def test_the_head_rides_on_the_breath_as_far_as_published() -> None:
    drawn = played(Scene(duration=60.0), "breath")
    low, high = fact("breath.head_effect")
    assert low <= np.ptp(drawn["head"][:, 1]) <= high
    # Up and back with the chest.
    assert np.corrcoef(drawn["head"][:, 1], drawn["breath"])[0, 1] < -0.99


def test_a_gasp_opens_the_mouth_and_a_quiet_breath_does_not() -> None:
    gasp = Beat(kind="breathe", what="gasp", start=5.0, end=5.8, strength=0.6)
    drawn = played(Scene(beats=(gasp,), duration=10.0), "breath")
    mouth = muscle(drawn, "digastric")
    assert mouth[drawn["time"] < 4.8].max() == 0.0
    assert mouth.max() > 0.1
    assert drawn["breath"].max() > 0.4


def test_a_swallow_stops_the_breath() -> None:
    beat = Beat(kind="swallow", start=8.0, end=8.9, strength=0.6)
    drawn = played(Scene(beats=(beat,), duration=15.0), "breath")
    inside = (drawn["time"] >= 8.0) & (drawn["time"] <= 8.9)
    assert np.ptp(drawn["breath"][inside]) < 1e-9


def test_what_a_beat_asks_for_does_not_hang_on_the_others() -> None:
    sigh = Beat(kind="breathe", what="sigh", start=20.0, end=26.0, strength=0.6, index=3)
    gasp = Beat(kind="breathe", what="gasp", start=5.0, end=5.8, strength=0.6, index=0)
    alone, both = (
        [b for b in plan(Scene(beats=beats, duration=40.0)) if b.start == 20.0]
        for beats in ((sigh,), (gasp, sigh))
    )
    assert alone == both


def test_the_later_of_two_breaths_cuts_the_first() -> None:
    beats = (
        Beat(kind="breathe", what="sigh", start=5.0, end=11.0, strength=0.6, index=0),
        Beat(kind="hold_breath", what="in", start=9.0, end=12.0, strength=0.6, index=1),
    )
    kinds = {b.kind: b for b in plan(Scene(beats=beats, duration=20.0)) if 4 < b.start < 10}
    assert kinds["sigh"].end == pytest.approx(9.0)
    assert kinds["held"].start == 9.0


def test_after_a_held_breath_one_speaks_with_its_air() -> None:
    beat = Beat(kind="hold_breath", what="in", start=5.0, end=8.0, strength=0.6)
    scene = Scene(beats=(beat,), phrases=(Phrase(8.0, 12.0),), duration=20.0)
    breaths = [b for b in plan(scene) if 4.9 < b.start < 11.9]
    assert [b.kind for b in breaths] == ["held"]
    assert breaths[0].end == pytest.approx(12.0)
    assert breaths[0].exhale == pytest.approx(4.0)


def test_a_live_scene_goes_on_from_where_the_breath_is() -> None:
    scene = Scene(start=7.0, turn=1)
    first = next(plan_breath(scene))
    assert first.start == 7.0
    assert first.inhale == 0.0
    assert first.exhale > 0.0


def test_all_of_it_is_one_track_on_the_chest() -> None:
    scene = Scene(duration=30.0)
    for stroke in BreathLayer().strokes(scene, scene.rng("breath")):
        if TARGETS.breath in stroke.target:
            assert stroke.mode == Mode.TRACK
            assert stroke.hold == float("inf")


def test_ten_minutes_on_the_chest_itself() -> None:
    watched = watch(Context(activity="rest"), seconds=120.0, only=("breath",))
    found = find_inhales(watched.time, watched.breath)
    low, high = fact("breath.rate_rest")
    assert low <= found.rate <= high
    low, high = fact("breath.timing.inhale_share")
    assert low - 0.04 <= found.inhale_share <= high


@pytest.mark.parametrize("speaks", ["nobody", "self", "partner"])
def test_an_endless_scene_is_played_as_it_comes(speaks: str) -> None:
    scene = Scene(context=Context(speaks=speaks))  # type: ignore[arg-type]
    strokes = BreathLayer().strokes(scene, scene.rng("breath"))
    assert [stroke.start < 300.0 for stroke in islice(strokes, 40)].count(False) == 0
