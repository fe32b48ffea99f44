"""Gaze: where it goes, how fast, and that it never stands still."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.anatomy import load_atlas, load_facts
from risorius.bench.perform.lids_gaze import still_share, watch
from risorius.dynamics.body import make_body
from risorius.perform.engine import Player
from risorius.perform.layers import LAYERS
from risorius.perform.layers.blink import BlinkLayer
from risorius.perform.layers.fixation import fixations, idle
from risorius.perform.layers.gaze import GazeLayer
from risorius.perform.layers.shifts import (
    GazeShift,
    partner_share,
    plan_gaze,
    turns_of,
)
from risorius.perform.performance import make_player
from risorius.perform.quantity import chosen, draw, published, span
from risorius.perform.scene import Beat, Context, Persona, Scene
from risorius.perform.stroke import Profile, Stroke
from risorius.perform.style import style_of
from risorius.perform.target import TARGETS

WORDS = ("up", "down", "left", "right", "up_left", "down_right", "nowhere", "camera", "away")


def eyes(scene: Scene) -> list[Stroke]:
    place = TARGETS.gaze("left", "yaw")
    return [s for s in GazeLayer().strokes(scene, scene.rng("gaze")) if s.target[0] == place]


def on_partner(shifts: list[GazeShift], until: float) -> float:
    starts = np.array([shift.start for shift in shifts] + [until])
    there = np.array([not shift.away for shift in shifts])
    return float((np.diff(starts) * there).sum() / (until - starts[0]))


@pytest.mark.parametrize(("speaks", "mode"), [("self", "talking"), ("partner", "listening")])
def test_eyes_are_on_the_partner_as_long_as_published(speaks, mode):
    scene = Scene(context=Context(speaks=speaks), duration=3600.0, seed=1)
    usual = published(f"gaze_social.looking_at_partner.share.{mode}").value
    assert on_partner(list(plan_gaze(scene)), 3600.0) == pytest.approx(usual, abs=0.03)


def test_power_and_distance_change_how_much_one_looks():
    def shares(**context):
        return [partner_share(Context(**context), talking=talking) for talking in (True, False)]

    # The ratio of looking while talking to looking while listening tells power (Dovidio 1982).
    ratio = {status: np.divide(*shares(status=status)) for status in ("low", "equal", "high")}
    assert ratio["low"] < ratio["equal"] < ratio["high"]
    near, normal, far = (shares(closeness=word)[1] for word in ("near", "normal", "far"))
    assert near < normal < far


def test_the_plan_is_the_same_for_all_who_ask():
    scene = Scene(context=Context(speaks="self"), duration=30.0, seed=4)
    assert list(plan_gaze(scene)) == list(plan_gaze(scene))


@given(st.integers(0, 2**32), st.sampled_from(WORDS), st.floats(0.3, 5.0), st.floats(0.5, 4.0))
@settings(max_examples=30)
def test_a_look_beat_holds_gaze_from_its_start_to_its_end(seed, word, start, length):
    beat = Beat(kind="look", what=word, start=start, end=start + length)
    shifts = list(plan_gaze(Scene(beats=(beat,), duration=12.0, seed=seed)))
    assert all(first.end <= second.start for first, second in pairwise(shifts))
    inside = [shift for shift in shifts if start <= shift.start < beat.end]
    # Eyes that are on their way arrive first.
    assert start <= inside[0].start < start + 0.12
    assert inside[0].kind == "look"
    assert {shift.goal for shift in inside} == {word}


def test_up_is_up_and_left_is_left():
    def reached(word):
        beat = Beat(kind="look", what=word, start=0.0, end=2.0)
        first = next(plan_gaze(Scene(beats=(beat,), duration=1.0)))
        return np.degrees([first.yaw, first.pitch]).round()

    assert reached("up")[1] < -8
    assert reached("down")[1] > 12
    assert reached("left")[0] > 12
    assert reached("right")[0] < -12


def test_a_place_is_looked_at_where_it_lies():
    more = {"yaw": 0.3, "pitch": 0.1, "distance": 500.0}
    beat = Beat(kind="look", what="door", start=1.0, end=3.0, more=more)
    shifts = [s for s in plan_gaze(Scene(beats=(beat,), duration=3.0)) if s.goal == "door"]
    last = shifts[-1]
    assert last.distance == 500.0
    assert np.hypot(last.yaw - 0.3, last.pitch - 0.1) < np.radians(6)


def test_the_partner_is_looked_at_for_as_long_as_is_comfortable_then_there_are_breaks():
    held = []
    for seed in range(40):
        beat = Beat(kind="look", what="partner", start=0.0, end=60.0)
        scene = Scene(beats=(beat,), context=Context(speaks="self"), duration=60.0, seed=seed)
        held.append(next(shift.start for shift in plan_gaze(scene) if shift.away))
    fact = published("gaze_social.mutual_gaze")
    assert min(held) > fact.value - 2 * fact.sd - 1e-9
    assert max(held) < 20


def test_eyes_leave_to_think_before_a_turn_and_are_back_at_its_end():
    away, back, thought = [], [], published("gaze_social.thinking_aversion.start").value
    for seed in range(80):
        beat = Beat(kind="say", what="so", start=8.0, end=16.0)
        scene = Scene(beats=(beat,), context=Context(speaks="partner"), duration=20.0, seed=seed)
        shifts = list(plan_gaze(scene))
        away.append(any(s.away and s.start == pytest.approx(8.0 + thought) for s in shifts))
        back.append([s for s in shifts if s.start <= 16.0][-1].away)
    # Some have looked away before the moment has come.
    assert np.mean(away) == pytest.approx(chosen("gaze", "think.chance").value, abs=0.15)
    assert not any(back)


def test_a_turn_is_one_however_many_sentences_it_has():
    says = [Beat(kind="say", start=t, end=t + 2.0) for t in (1.0, 3.5, 20.0)]
    assert turns_of(Scene(beats=tuple(says))) == ((1.0, 5.5), (20.0, 22.0))


def test_large_saccades_fall_short_and_are_mended():
    scene = Scene(context=Context(speaks="self"), duration=1200.0, seed=2)
    low, high = span(chosen("gaze", "saccade.correction"))
    gains, mended = [], 0
    shifts = list(plan_gaze(scene))
    for first, second in pairwise(shifts):
        if second.kind == "correction":
            assert low - 1e-9 <= second.start - first.end <= high + 1e-9
            gains.append(first.amplitude / (first.amplitude + second.amplitude))
            mended += 1
    assert mended > 50
    assert np.mean(gains) == pytest.approx(published("saccade.undershoot").value, abs=0.02)
    fixed = np.degrees([s.amplitude for s in shifts if s.kind == "correction"])
    assert fixed.max() < 6


def test_saccades_take_longer_the_further_they_go():
    shifts = list(plan_gaze(Scene(context=Context(activity="rest"), duration=600.0)))
    size = np.array([s.amplitude for s in shifts if s.rise])
    length = np.array([s.rise for s in shifts if s.rise])
    real = size > np.radians(1)
    slope, offset = np.polyfit(size[real], length[real], 1)
    tails = chosen("gaze", "saccade.tails").value
    slope_fact, offset_fact = (
        published(f"saccade.duration.{w}").value for w in ("slope", "offset")
    )
    assert slope / tails == pytest.approx(slope_fact, rel=0.1)
    assert offset / tails == pytest.approx(offset_fact, rel=0.1)


def test_eyes_are_never_frozen():
    assert still_share(watch(Context(activity="concentration"), seconds=30.0)) < 0.02
    beat = Beat(kind="look", what="camera", start=0.0, end=10.0)
    scene = Scene(beats=(beat,), duration=10.0)
    starts = [stroke.start for stroke in eyes(scene)]
    assert np.diff([*starts, 10.0]).max() < 4.0
    drifting = {t for wave in GazeLayer().waves(scene, scene.rng("w")) for t in wave.target}
    assert {TARGETS.gaze(s, a) for s in ("left", "right") for a in ("yaw", "pitch")} <= drifting


def test_both_eyes_meet_where_the_look_is():
    def convergence(distance):
        more = {"yaw": 0.0, "pitch": 0.0, "distance": distance}
        beat = Beat(kind="look", what="thing", start=0.0, end=5.0, more=more)
        scene = Scene(beats=(beat,), duration=5.0)
        first = eyes(scene)[0]
        left, right = (TARGETS.gaze(side, "yaw") for side in ("left", "right"))
        at = dict(zip(first.target, first.amount, strict=True))
        return at[right] - at[left]

    apart = published("eye.interpupillary.all", "jaw_eye").value
    for distance in (300.0, 1000.0, 6000.0):
        assert convergence(distance) == pytest.approx(2 * np.arctan(apart / 2 / distance))


def test_vergence_is_slower_than_the_saccade_that_comes_with_it():
    more = {"yaw": 0.2, "pitch": 0.0, "distance": 250.0}
    beat = Beat(kind="look", what="hand", start=2.0, end=5.0, more=more)
    scene = Scene(beats=(beat,), duration=5.0)
    strokes = [stroke for stroke in eyes(scene) if stroke.start >= 2.0]
    fast, slow = strokes[:2]
    assert (fast.profile, slow.profile) == (Profile.SACCADE, Profile.SMOOTH)
    low, high = span(published("vergence.duration"))
    assert low <= slow.rise <= high > fast.rise


def test_the_head_follows_far_looks_later_and_the_eyes_are_not_held_far_out():
    lead = span(published("eye_head.eye_lead.span"))
    most = published("eye.comfort", "jaw_eye").value
    for yaw in (0.1, 0.5, 1.0):
        more = {"yaw": yaw, "pitch": 0.0, "distance": 2000.0}
        beat = Beat(kind="look", what="door", start=1.0, end=5.0, more=more)
        scene = Scene(beats=(beat,), duration=5.0)
        look = next(s for s in plan_gaze(scene) if s.goal == "door")
        turn = look.head
        if yaw > 0.2:
            assert lead[0] - 1e-9 <= turn.start - look.start <= lead[1] + 1e-9
            assert 0.0 < turn.yaw < yaw
        off = {layer.name for layer in LAYERS} - {"gaze", "head"}
        block = make_player(scene, rate=60.0, off=off).play(300)
        # A place is looked at here and there.
        assert np.median(np.abs(block.gaze[180:, :, 0].mean(axis=1))) < most + np.radians(5.0)


@given(
    carried=st.sampled_from(("upright", "slumped")),
    what=st.sampled_from(("up", "down", "left", "up_right")),
    says=st.floats(2.0, 3.5),
    seed=st.integers(0, 99),
)
@settings(max_examples=25, deadline=None)
def test_eyes_come_to_rest_in_the_middle_whatever_else_is_planned(carried, what, says, seed):
    # A line beneath a look that goes on does not make it a glance: the head comes along.
    beats = (
        Beat(kind="look", what=what, start=1.0, end=8.0),
        Beat(kind="say", what="Yes.", start=says, end=says + 0.5, index=1),
    )
    scene = Scene(beats=beats, context=Context(posture=carried), duration=6.0, seed=seed)
    off = {layer.name for layer in LAYERS} - {"gaze", "head"}
    block = make_player(scene, rate=60.0, off=off).play(360)
    comfort = published("eye.comfort", "jaw_eye").value
    # A place is looked at here and there.
    assert np.abs(block.gaze[300:].mean(axis=(0, 1))).max() < comfort + np.radians(6.0)


def test_the_score_says_how_much_the_head_takes():
    for share in (0.0, 0.4, 1.0):
        beat = Beat(kind="look", what="left", start=1.0, end=5.0, more={"head": share})
        turns = [s.head for s in plan_gaze(Scene(beats=(beat,), duration=5.0)) if s.head]
        last = turns[-1].yaw
        assert last == pytest.approx(share * chosen("gaze", "toward.left.yaw").value)


def test_gaze_stays_on_its_target_while_the_head_comes_after_and_nods():
    more = {"yaw": 0.6, "pitch": 0.0, "distance": 2000.0}
    look = Beat(kind="look", what="door", start=1.0, end=6.0, more=more)
    nod = Beat(kind="nod", what="ordinary", start=3.0, end=4.5, index=1, more={"times": 2})
    scene = Scene(beats=(look, nod), duration=6.0)
    block = make_player(scene, rate=120.0, off=["blink", "body"]).play(720)
    late = block.time > 1.4
    gaze = block.gaze.mean(axis=1) + block.head_pose[:, :2]
    assert np.ptp(block.head_pose[late, 1]) > 0.02
    assert np.degrees(np.abs(gaze[late] - [0.6, 0.0])).max() < 8
    # The eyes go first, and give back what the head then brings.
    yaw = block.gaze.mean(axis=1)[:, 0]
    assert yaw[(block.time > 1.1) & (block.time < 1.2)].max() > yaw[late].mean() + 0.05


def test_what_comes_later_changes_nothing_before():
    context = Context(speaks="partner")
    early = Beat(kind="look", what="up", start=3.0, end=4.0, index=0)
    late = Beat(kind="look", what="down", start=20.0, end=21.0, index=1)
    without = list(plan_gaze(Scene(beats=(early,), context=context, duration=30.0)))
    more = list(plan_gaze(Scene(beats=(early, late), context=context, duration=30.0)))
    before = sum(shift.start < 19.0 for shift in without)
    assert before > 20
    assert without[:before] == more[:before]


def test_reading_goes_to_the_right_in_small_steps_and_sweeps_back():
    page = idle(Context(activity="reading"))
    path = fixations(page, np.random.default_rng(3))
    steps = np.degrees(np.diff([next(path).yaw for _ in range(400)]))
    assert np.mean(steps < 0) > 0.7
    assert np.median(steps[steps < 0]) == pytest.approx(-2.2, abs=0.3)
    assert (steps > 8).sum() > 20


def test_free_looking_has_steps_of_natural_size():
    path = fixations(idle(Context(activity="rest")), np.random.default_rng(0))
    places = np.degrees([next(path)[:2] for _ in range(3000)])
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    low, high = np.degrees(span(published("saccade.natural_size.median")))
    assert low <= np.median(steps) <= high
    below = published("saccade.natural_size.share_below_15_deg").value
    assert (steps < 15).mean() == pytest.approx(below, abs=0.05)


def pupil_width(scene, until):
    """Width of the left pupil at the end [mm], by its muscles."""
    player = Player(
        scene,
        [GazeLayer()],
        rate=30.0,
        style=style_of("natural"),
        body=lambda rate: make_body(load_atlas(), rate=rate, noise=0.0),
    )
    at = player.play(round(until * 30)).activation[-60:, :, 0].mean(axis=0)
    channels = load_atlas().channel_ids
    rest = published("eye.pupil", "jaw_eye").value
    return (
        rest
        - at[channels.index("sphincter_pupillae")] * (rest - chosen("gaze", "pupil.smallest").value)
        + at[channels.index("dilatator_pupillae")] * (chosen("gaze", "pupil.largest").value - rest)
    )


def test_pupils_follow_light_age_feeling_and_nearness():
    from math import log10, tanh

    formula = load_facts("kinematics").statements["pupil.light_formula"].formula
    right = formula.split("=")[1].split("(D:")[0]
    bright = chosen("gaze", "pupil.light").value
    width = eval(right, {"tanh": tanh, "log10": log10, "L": bright})
    far = Beat(kind="look", what="nowhere", start=0.0, end=60.0)
    young = Persona(age_years=chosen("gaze", "pupil.formula_age").value)
    at_rest = pupil_width(Scene(persona=young, beats=(far,), duration=60.0), 30.0)
    assert at_rest == pytest.approx(width, abs=0.35)
    old = pupil_width(Scene(persona=Persona(age_years=80.0), beats=(far,), duration=60.0), 30.0)
    assert old < at_rest - 0.8
    more = {"yaw": 0.0, "pitch": 0.0, "distance": 250.0}
    hand = Beat(kind="look", what="hand", start=0.0, end=60.0, more=more)
    assert pupil_width(Scene(persona=young, beats=(hand,), duration=60.0), 30.0) < at_rest - 0.2
    fear = Beat(kind="feel", what="fear", start=20.0, end=40.0, index=1)
    scared = pupil_width(Scene(persona=young, beats=(far, fear), duration=60.0), 30.0)
    low, high = span(published("pupil.arousal.amplitude"))
    assert 0.8 * low < scared - at_rest < high


def test_an_endless_scene_is_planned_as_it_is_asked_for():
    scene = Scene(duration=inf, start=1000.0, turn=3, seed=1)
    strokes = GazeLayer().strokes(scene, scene.rng("gaze"))
    some = [next(strokes) for _ in range(200)]
    assert some[0].start >= 1000.0
    assert [s.start for s in some] == sorted(s.start for s in some)


@pytest.mark.parametrize("what", ["camera", "nowhere"])
def test_nothing_is_waited_for_that_never_comes(what):
    look = Beat(kind="look", what=what, start=0.0, end=inf)
    scene = Scene(beats=(look,), duration=inf)
    for layer in (GazeLayer(), BlinkLayer()):
        strokes = layer.strokes(scene, scene.rng(layer.name))
        assert [next(strokes) for _ in range(100)][-1].start > 10.0


def test_draws_stay_in_their_span_and_need_one():
    rng = np.random.default_rng(0)
    fact = published("vergence.duration")
    low, high = span(fact)
    values = [draw(rng, fact) for _ in range(2000)]
    assert low <= min(values) < max(values) <= high
    assert np.median(values) == pytest.approx(fact.value, rel=0.05)
    with pytest.raises(ValueError, match="no span"):
        draw(rng, published("saccade.undershoot"))
