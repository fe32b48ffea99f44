"""Lids: when they blink and how, and what closes what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import skew

from risorius.anatomy import load_atlas
from risorius.bench.perform.lids_gaze import records
from risorius.dynamics.body import make_body
from risorius.face import deform, load_face
from risorius.perform.engine import Player
from risorius.perform.layers.blink import BlinkLayer, blink_rate
from risorius.perform.performance import SWITCHES, clip_of, perform_score
from risorius.perform.quantity import chosen, published, span
from risorius.perform.scene import Beat, Context, Persona, Phrase, Scene
from risorius.perform.stroke import Mode, Profile, Stroke
from risorius.perform.style import style_of
from risorius.perform.target import TARGETS
from risorius.skin.contact import make_contact

STATES = ("rest", "conversation", "reading", "concentration")
LIDS = TARGETS.both("orbicularis_oculi.pretarsalis")
LEVATORS = TARGETS.both("levator_palpebrae_superioris")
KEPT = ("blink", "gaze", "body")
ONLY_LIDS = [name for name in SWITCHES if name not in KEPT]


def played(scene: Scene) -> list[Stroke]:
    return list(BlinkLayer().strokes(scene, scene.rng("blink")))


def closings(strokes: list[Stroke], side: int = 0) -> list[Stroke]:
    return [s for s in strokes if LIDS[side] in s.target and s.mode == Mode.MOST]


def starts(scene: Scene) -> np.ndarray:
    return np.array([stroke.start for stroke in closings(played(scene))])


@pytest.mark.parametrize("habit", ["rarely", "normal", "often"])
@pytest.mark.parametrize("activity", STATES)
def test_people_blink_as_often_as_published(activity, habit):
    low, high = span(published(f"blink.rate.{activity}"))
    scene = Scene(context=Context(activity=activity), persona=Persona(blink=habit), duration=3600.0)
    assert low <= len(starts(scene)) / 3600.0 <= high


def test_habit_posture_and_arousal_change_the_rate():
    rate = {
        habit: blink_rate(Scene(persona=Persona(blink=habit)), 0.0)
        for habit in ("rarely", "normal", "often")
    }
    assert rate["rarely"] < rate["normal"] < rate["often"]
    lying = blink_rate(Scene(context=Context(posture="lying")), 0.0)
    assert lying == pytest.approx(rate["normal"] * published("blink.rate.supine").value)
    fear = Beat(kind="feel", what="fear", start=0.0, end=9.0)
    assert blink_rate(Scene(beats=(fear,)), 5.0) > 1.1 * rate["normal"]


def test_intervals_are_skewed_and_some_blinks_are_double():
    gaps = [
        np.diff(starts(Scene(context=Context(activity=activity), duration=1800.0, seed=seed)))
        for activity in STATES
        for seed in range(2)
    ]
    together = np.concatenate(gaps)
    low, high = span(published("blink.interval_distribution.double"))
    assert low <= (together <= 0.5).mean() <= high
    assert min(skew(gap) for gap in gaps) > 0.5
    logs = [np.log(gap[gap > 0.5]) for gap in gaps]
    spread = np.concatenate([log - log.mean() for log in logs]).std()
    low, high = span(published("blink.interval_distribution.default.sigma"))
    assert low <= spread <= high


@pytest.mark.parametrize("activity", STATES)
def test_amplitudes_spread_and_reading_has_more_partial_blinks(activity):
    scene = Scene(context=Context(activity=activity), duration=3600.0)
    depth = np.array([stroke.amount[0] for stroke in closings(played(scene))])
    low, high = span(published("blink.interval_distribution.incomplete"))
    partial = ((depth > 0.25) & (depth < 0.75)).mean()
    assert low <= partial <= high
    assert (partial > 0.25) == (activity in ("reading", "concentration"))
    assert 0.1 < depth.std() < 0.4


def test_no_two_blinks_are_equal_nor_are_both_eyes():
    strokes = played(Scene(duration=600.0))
    sides = [closings(strokes, side) for side in (0, 1)]
    shapes = {(s.rise, s.hold, s.fall, s.amount) for each in sides for s in each}
    # The eyes share how long they close and stay shut, nothing else.
    assert len(shapes) == len(sides[0]) + len(sides[1])
    lags = np.array([a.start - b.start for a, b in zip(*map(by_start, sides), strict=True)])
    assert 0.001 < lags.std() < 0.006
    assert np.sign(lags).std() > 0.9


def by_start(strokes: list[Stroke]) -> list[Stroke]:
    return sorted(strokes, key=lambda stroke: stroke.rise)


def test_speed_follows_amplitude_and_opening_is_slower():
    for stroke in closings(played(Scene(duration=600.0))):
        assert stroke.profile == Profile.BLINK
        low, high = span(published("blink.kinematics.main_sequence.k"))
        # 1.875 and 135/64: peak over mean speed of the profile's two halves.
        assert low - 1e-9 <= 1.875 / stroke.rise <= high + 1e-9
        assert 0.38 < (135 / 64 / stroke.fall) / (1.875 / stroke.rise) < 0.65


def test_the_levator_lets_go_before_the_ring_bursts_and_is_driven_by_nothing_else():
    strokes = played(Scene(duration=120.0))
    silent = [s for s in strokes if LEVATORS[0] in s.target]
    assert {(s.mode, s.amount) for s in silent} == {(Mode.OVER, (0.0, 0.0))}
    lids = [min(p.start for p in pair) for pair in pairs(strokes)]
    for stroke, burst in zip(silent, lids, strict=True):
        assert stroke.start + stroke.rise <= burst + 0.006
        assert stroke.apex[1] > burst
    # Lids go with the eyes by the rig; gaze drives no lid muscle.
    from risorius.perform.layers.gaze import GazeLayer

    scene = Scene(duration=30.0)
    moved = {t for s in GazeLayer().strokes(scene, scene.rng("gaze")) for t in s.target}
    assert not moved & {*LIDS, *LEVATORS}


def pairs(strokes: list[Stroke]) -> Iterator[tuple[Stroke, Stroke]]:
    left, right = (sorted(closings(strokes, side), key=lambda s: s.start) for side in (0, 1))
    return zip(left, right, strict=True)


def test_eyes_dip_and_turn_to_the_nose_in_a_blink():
    places = [TARGETS.gaze(s, a) for s in ("left", "right") for a in ("yaw", "pitch")]
    turns = [s for s in played(Scene(duration=120.0)) if s.target == tuple(places)]
    angles = np.degrees([stroke.amount for stroke in turns])
    assert (angles[:, 0] < 0).all()
    assert (angles[:, 2] > 0).all()
    assert (angles[:, [1, 3]] > 0.2).all()
    assert np.abs(angles).max() < 5
    lids = closings(played(Scene(duration=120.0)))
    assert all(t.end < lid.end + 0.02 for t, lid in zip(turns, lids, strict=True))


def test_a_large_shift_of_gaze_nearly_always_comes_with_a_blink():
    looks = tuple(
        Beat(
            kind="look",
            what="door",
            start=2.0 * i,
            end=2.0 * i + 2.0,
            index=i,
            more=MappingProxyType({"yaw": yaw, "pitch": 0.0, "distance": 2000.0}),
        )
        for i, yaw in enumerate(np.radians([-20, 20] * 50))
    )
    at = starts(Scene(beats=looks, duration=200.0, context=Context(activity="reading")))
    blinked = [np.any((at > 2 * i - 0.05) & (at < 2 * i + 0.25)) for i in range(1, 100)]
    least = published("blink.gaze_blinks.with_gaze_shift.probability").value
    assert np.mean(blinked) > least - 0.06


def test_blinks_wait_for_the_ends_of_phrases():
    phrases = tuple(Phrase(t, t + 4.0) for t in np.arange(1.0, 590.0, 6.0))
    scene = Scene(phrases=phrases, duration=600.0, context=Context(speaks="self"))
    at = starts(scene)
    since = np.array([(t - 5.0) % 6.0 for t in at])
    after = ((since < 0.5) | (since > 5.9)).mean() / (0.6 / 6.0)
    assert after > 2.0
    # They come then instead of earlier or later, not besides.
    low, high = span(published("blink.rate.conversation"))
    assert low <= len(at) / 600.0 <= high


def test_a_blink_when_the_partner_has_ended():
    says = tuple(Beat(kind="say", start=t, end=t + 3.0) for t in np.arange(5.0, 590.0, 9.0))
    at = starts(Scene(beats=says, duration=600.0, context=Context(speaks="partner")))
    near = [np.any((at > say.start) & (at < say.start + 0.35)) for say in says]
    assert np.mean(near) > 0.45


def asked(what, start=2.0, length=1.0, **more) -> list[Stroke]:
    beat = Beat(kind="blink", what=what, start=start, end=start + length, **more)
    strokes = played(Scene(beats=(beat,), duration=6.0, seed=5))
    return [s for s in strokes if start - 0.1 < s.start < beat.end + 0.2]


@pytest.mark.parametrize(
    ("what", "count", "depth"),
    [("once", 1, 0.94), ("double", 2, 0.94), ("half", 1, 0.42), ("slow", 1, 0.94)],
)
def test_blinks_on_request(what, count, depth):
    lids = closings(asked(what))
    assert len(lids) == count
    assert depth <= lids[0].amount[0] <= max(1.15, depth + 0.2)
    assert lids[0].start == pytest.approx(2.0, abs=0.01)
    labels = [s.event.label for s in asked(what) if s.event]
    assert labels == [what]
    if what == "slow":
        assert lids[0].end == pytest.approx(3.0, abs=0.05)


def test_a_flutter_is_many_uneven_closings():
    lids = closings(asked("flutter", length=1.3))
    assert 5 <= len(lids) <= 10
    assert np.std([lid.amount[0] for lid in lids]) > 0.05
    assert max(lid.end for lid in lids) < 3.6


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_wink_closes_one_eye(side):
    strokes = asked("once", side=side)
    mine, other = (0, 1) if side == "left" else (1, 0)
    assert len(closings(strokes, mine)) == 1
    assert not closings(strokes, other)
    assert [(s.event.kind, s.event.label) for s in strokes if s.event] == [("wink", side)]


def test_no_other_blink_comes_near_one_that_is_asked_for():
    clear = chosen("blink", "asked.clear").value
    for seed in range(30):
        beat = Beat(kind="blink", what="half", start=3.0, end=3.3)
        at = np.array(
            [s.start for s in closings(played(Scene(beats=(beat,), duration=6.0, seed=seed)))]
        )
        near = at[(at > 3.0 - clear + 0.01) & (at < 3.3 + clear - 0.01)]
        assert len(near) == 1


def test_a_squint_is_another_muscle_and_one_eye_a_bit_more():
    beat = Beat(kind="squint", start=1.0, end=3.0, strength=0.8)
    strokes = [s for s in played(Scene(beats=(beat,), duration=4.0)) if s.start == 1.0]
    tight = TARGETS.both("orbicularis_oculi.preseptalis")
    amounts = [
        dict(zip(s.target, s.amount, strict=True))[place]
        for s, place in zip(strokes, tight, strict=True)
    ]
    assert amounts == pytest.approx([0.8, 0.8], abs=0.1)
    assert amounts[0] != amounts[1]
    low, high = span(published("blink.squint.onset"))
    assert all(low <= s.rise <= high and s.mode == Mode.ADD for s in strokes)
    assert {s.apex[1] for s in strokes} == {3.0}


def test_what_comes_later_changes_nothing_before():
    late = Beat(kind="look", what="up", start=40.0, end=45.0)
    blink = Beat(kind="blink", what="once", start=41.0, end=41.3, index=1)
    without, more = (
        [s for s in played(Scene(beats=beats, duration=60.0)) if s.start < 39.0]
        for beats in ((), (late, blink))
    )
    assert len(without) > 30
    assert without == more


@given(st.integers(0, 2**63), st.sampled_from(STATES), st.floats(0.0, 1e5))
@settings(max_examples=40)
def test_any_seed_gives_strokes_in_order_within_bounds(seed, activity, start):
    scene = Scene(
        context=Context(activity=activity, speaks="partner"), seed=seed, start=start, duration=inf
    )
    layer = BlinkLayer().strokes(scene, scene.rng("blink"))
    strokes = [next(layer) for _ in range(40)]
    assert [s.start for s in strokes] == sorted(s.start for s in strokes)
    assert strokes[0].start > start - 0.1
    assert max(max(s.amount) for s in strokes) < 1.25


@pytest.mark.parametrize("rate", [24, 30, 60, 120])
def test_every_whole_blink_is_seen_shut_at_any_frame_rate(rate):
    clip = perform_score("duration: 30\nbeats: []", seed=0, rate=rate, off=ONLY_LIDS)
    lid = clip.activation.sel(muscle="orbicularis_oculi.pretarsalis").max("side")
    events = zip(
        clip.event_start.values, clip.event_end.values, clip.event_label.values, strict=True
    )
    whole = [(start, end) for start, end, label in events if label == "whole" and end < 29.9]
    assert len(whole) > 5
    for start, end in whole:
        assert float(lid.sel(time=slice(start - 0.01, end + 0.05)).max()) > 0.85


@pytest.fixture(scope="module")
def face():
    return load_face()


@dataclass(frozen=True)
class Held:
    """Muscles at work all the time."""

    drive: dict[str, float]
    name: str = "held"

    def strokes(self, scene, rng):
        for channel, amount in self.drive.items():
            yield Stroke(0.0, 0.2, 9.0, 0.2, TARGETS.both(channel), (amount, amount))

    def waves(self, scene, rng):
        return ()


HELD = {
    "rest": {},
    "smile": {"zygomaticus_major": 1.0, "orbicularis_oculi.orbitalis": 1.0},
    "squint": {"orbicularis_oculi.preseptalis": 1.0, "orbicularis_oculi.pretarsalis": 0.3},
    "stare": {"levator_palpebrae_superioris": 1.0, "tarsalis_superior": 0.5},
}


def gaps(face, held) -> np.ndarray:
    """Widest gap between the lids through a blink [mm]."""
    beat = Beat(kind="blink", what="once", start=0.8, end=1.1)
    scene = Scene(beats=(beat,), duration=1.5, seed=3)

    def body(rate):
        return make_body(load_atlas(), rate=rate)

    style = style_of("natural")
    player = Player(scene, [Held(held), BlinkLayer()], rate=120.0, style=style, body=body)
    clip = clip_of([player.play(150)], scene, rate=120.0).sel(time=slice(0.75, 1.2))
    touch = make_contact(face.head)
    return np.array([touch.cover(shape) for shape in deform(face, clip).values])


def test_a_blink_closes_what_is_left_of_the_eye(face):
    gap = {name: gaps(face, held) for name, held in HELD.items()}
    begins = {name: gap[name][0] for name in gap}
    assert begins["stare"] > begins["rest"] > begins["smile"] > begins["squint"] > 3
    assert all(each.min() < 0.3 for each in gap.values())
    for name in ("smile", "squint"):
        assert (gap[name] < gap["rest"] + 0.1).all()


@pytest.mark.slow
def test_ten_minutes_of_each_state_are_as_published():
    missed = [record for record in records() if record.holds is False]
    assert not missed
