"""The engine alone: strokes and waves in, blocks out."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, replace
from functools import cache
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.anatomy import load_atlas, load_facts
from risorius.errors import InputError, RisoriusError
from risorius.perform import TARGETS, Mark, Mode, Profile, Scene, Stroke, Wave
from risorius.perform.engine import Instant, Player
from risorius.skin import gaze_from_activation

MUSCLE = TARGETS.of("zygomaticus_major", "left")
YAW = TARGETS.head("yaw")


@dataclass(frozen=True)
class Plain:
    frame: float = 0.0

    def restyle(self, strokes, layer):
        return strokes


@dataclass(frozen=True)
class Given:
    """A layer that says what it was given."""

    drawn: tuple[Stroke, ...] = ()
    swaying: tuple[Wave, ...] = ()
    name: str = "given"

    def strokes(self, scene, rng):
        yield from sorted(self.drawn, key=lambda stroke: stroke.start)

    def waves(self, scene, rng):
        return self.swaying


@dataclass(frozen=True)
class Restless:
    """A layer that never ends."""

    name: str = "restless"

    def strokes(self, scene, rng):
        time = scene.start
        while True:
            time += rng.exponential(0.05)
            turn = (float(rng.normal(0.0, 0.1)),)
            yield Stroke(time, 0.1, 0.02, 0.2, (MUSCLE, 3), (0.5, 0.3), Profile.BLINK, Mode.MOST)
            yield Stroke(time, 0.03, inf, 0.0, (YAW,), turn, Profile.SACCADE, Mode.TRACK)

    def waves(self, scene, rng):
        return (Wave((YAW,), (0.02,), 0.2, 1.6, seed=int(rng.integers(2**60))),)


def player(*layers, rate=120.0, scene=None, style=None):
    return Player(
        scene or Scene(),
        layers,
        rate=rate,
        style=style or Plain(),
        body=lambda inner: Instant(),
    )


def rows(blocks):
    names = ("activation", "gaze", "head_pose", "breath")
    return np.concatenate(
        [
            np.concatenate([getattr(block, name).reshape(len(block.time), -1) for name in names], 1)
            for block in blocks
        ]
    )


def curve(player, count, place=MUSCLE):
    return rows([player.play(count)])[:, place].astype(float)


spans = st.floats(0.0, 0.6).map(lambda x: x if x > 1e-3 else 0.0)


@st.composite
def strokes(draw, modes=tuple(Mode)):
    rise, fall = draw(spans), draw(spans)
    mode = draw(st.sampled_from(modes))
    hold = draw(st.one_of(spans, st.just(inf))) if mode == Mode.TRACK else draw(spans)
    if rise + hold + fall == 0.0:
        hold = 0.1
    target = tuple(draw(st.sets(st.sampled_from([0, 1, MUSCLE, YAW]), min_size=1)))
    amount = tuple(draw(st.floats(0.0, 1.0)) for _ in target)
    profile = draw(st.sampled_from(Profile))
    return Stroke(draw(st.floats(0.0, 1.5)), rise, hold, fall, target, amount, profile, mode)


@given(st.lists(strokes(), max_size=12), st.integers(1, 50), st.sampled_from([24, 60, 120]))
def test_blocks_of_any_size_give_the_same_bits(drawn, size, rate):
    layers = (Given(tuple(drawn)), Restless())
    whole = rows([player(*layers, rate=rate).play(100)])
    pieces = player(*layers, rate=rate)
    parts = [pieces.play(min(size, 100 - i)) for i in range(0, 100, size)]
    assert rows(parts).tobytes() == whole.tobytes()


def reference(drawn, times):
    """The same by one envelope after the other, moment for moment, without any of the kernels."""

    def weight(stroke, time):
        since = time - stroke.start
        coming = {
            Profile.SMOOTH: lambda u: 6 * u**5 - 15 * u**4 + 10 * u**3,
            Profile.BLINK: lambda u: 6 * u**5 - 15 * u**4 + 10 * u**3,
            Profile.SACCADE: lambda u: 2.1 * u**4 - 6.2 * u**3 + 5.1 * u**2,
            Profile.STEP: lambda u: 0.0,
        }[stroke.profile]
        if since < 0 or since > stroke.rise + stroke.hold + stroke.fall:
            return 0.0
        if since < stroke.rise:
            return coming(since / stroke.rise)
        if since <= stroke.rise + stroke.hold:
            return 1.0
        gone = (since - stroke.rise - stroke.hold) / stroke.fall
        if stroke.profile == Profile.BLINK:
            return (1 - gone) ** 4 * (1 + 4 * gone)
        return 1 - coming(gone)

    result = []
    for time in times:
        values = dict.fromkeys(Mode, 0.0)
        over = []
        for stroke in sorted(drawn, key=lambda stroke: stroke.start):
            if MUSCLE not in stroke.target:
                continue
            amount, w = stroke.amount[stroke.target.index(MUSCLE)], weight(stroke, time)
            if stroke.mode == Mode.ADD:
                values[Mode.ADD] += w * amount
            elif stroke.mode == Mode.TRACK:
                values[Mode.TRACK] += w * (amount - values[Mode.TRACK])
            elif stroke.mode == Mode.MOST:
                values[Mode.MOST] = max(values[Mode.MOST], w * amount)
            else:
                over.append((w, amount))
        given, held = values[Mode.ADD], values[Mode.TRACK]
        left = given + held if held >= 0.0 else max(given + held, 0.4 * given)
        value = max(left, values[Mode.MOST])
        for w, amount in over:
            value += w * (amount - value)
        result.append(min(max(value, 0.0), 1.0))
    return result


@given(st.lists(strokes(), max_size=8))
def test_strokes_come_together_as_documented(drawn):
    # Strokes so long that none needs to be moved onto a frame, away from edges of a step.
    drawn = [replace(s, start=s.start + 1e-4, hold=max(s.hold, 0.01)) for s in drawn]
    made = curve(player(Given(tuple(drawn))), 240)
    assert made == pytest.approx(reference(drawn, np.arange(240) / 120), abs=1e-6)


@pytest.mark.parametrize("rate", [24, 25, 30, 60, 120])
@given(
    start=st.floats(0.1, 1.0),
    rise=st.floats(0.005, 0.1),
    hold=st.floats(0.0, 0.01),
    fall=st.floats(0.005, 0.1),
    profile=st.sampled_from([Profile.SMOOTH, Profile.BLINK, Profile.STEP]),
)
@settings(max_examples=40)
def test_no_apex_is_skipped(rate, start, rise, hold, fall, profile):
    stroke = Stroke(start, rise, hold, fall, (MUSCLE,), (0.8,), profile)
    made = curve(player(Given((stroke,)), rate=rate), 2 * rate)
    # A frame shows it that is at most half a frame away; farther ones may show as much of an uneven
    # stroke.
    time, (begin, end) = np.arange(len(made)) / rate, stroke.apex
    near = np.maximum(begin - time, time - end) <= 0.5 / rate + 1e-9
    assert made[near].max() >= 0.99 * 0.8


def test_a_style_lets_drawings_stand():
    stroke = Stroke(0.1, 0.4, 0.1, 0.4, (MUSCLE,), (1.0,))
    smooth = curve(player(Given((stroke,)), style=Plain(1e-3)), 120)
    on_twos = player(Given((stroke,)), style=Plain(1 / 12))
    stood = np.concatenate([curve(on_twos, 7) for _ in range(17)])
    assert (stood == smooth[np.arange(119) // 10 * 10]).all()


def test_eyes_and_their_muscles_agree(scene_of):
    angles = (0.3, -0.2, 0.25, -0.2)
    places = tuple(
        TARGETS.gaze(side, axis) for side in ("left", "right") for axis in ("yaw", "pitch")
    )
    look = Stroke(0.0, 0.05, inf, 0.0, places, angles, Profile.SACCADE, Mode.TRACK)
    block = player(Given((look,))).play(60)
    assert block.gaze[-1].ravel() == pytest.approx(angles, abs=1e-6)
    again = gaze_from_activation(load_atlas(), block.activation)
    assert again == pytest.approx(block.gaze, abs=1e-6)


def test_gaze_stays_on_its_target_while_the_head_moves():
    places = [TARGETS.gaze(side, "yaw") for side in ("left", "right")] + [YAW]
    nod = Stroke(0.2, 0.3, 0.2, 0.3, tuple(places[2:]), (0.3,))
    look = Stroke(0.0, 0.05, inf, 0.0, tuple(places[:2]), (0.1, 0.1), mode=Mode.TRACK)
    block = player(Given((nod, look))).play(120)
    in_space = block.gaze[10:, :, 0] + block.head_pose[10:, :1]
    assert np.ptp(block.gaze[:, 0, 0]) > 0.25
    assert in_space == pytest.approx(np.full_like(in_space, 0.1), abs=1e-6)


@given(st.floats(-9, 9), st.floats(-9, 9))
def test_eyes_never_leave_their_reach(yaw, pitch):
    places = (TARGETS.gaze("left", "yaw"), TARGETS.gaze("left", "pitch"))
    look = Stroke(0.0, 0.05, inf, 0.0, places, (yaw, pitch), Profile.SACCADE, Mode.TRACK)
    block = player(Given((look,))).play(60)
    assert (np.abs(block.gaze) < 1.0).all()
    assert ((block.activation >= 0) & (block.activation <= 1)).all()


def test_a_mirrored_scene_gives_the_mirror_image():
    layers = (Restless(),)
    straight = player(*layers).play(240)
    mirrored = player(*layers, scene=Scene(mirrored=True)).play(240)
    assert (mirrored.activation == straight.activation[..., ::-1]).all()
    odd = np.array([-1, 1, -1, -1, 1, 1])
    assert (mirrored.head_pose == straight.head_pose * odd).all()
    assert (mirrored.gaze == straight.gaze[:, ::-1] * [-1, 1]).all()


def test_zero_strokes_are_rest():
    assert not rows([player(Given()).play(10)]).any()


def test_events_are_told_once():
    drawn = tuple(
        Stroke(t, 0.1, hold, 0.1, (MUSCLE,), (0.5,), event=Mark("wink", "left"))
        for t, hold in ((0.2, 0.1), (0.55, 0.0))
    )
    one = player(Given(drawn), scene=Scene(duration=1.0))
    events = [event for _ in range(30) for event in one.play(4).events]
    assert [(e.start, e.kind, e.label) for e in events] == [
        (0.2, "wink", "left"),
        (0.55, "wink", "left"),
    ]
    mirrored = player(Given(drawn), scene=Scene(duration=1.0, mirrored=True)).play(120)
    assert {event.label for event in mirrored.events} == {"right"}
    assert events[0].end == pytest.approx(0.5)


def test_two_layers_hold_each_their_own():
    def hold(name, amount, start=0.0):
        stroke = Stroke(start, 0.1, inf, 0.0, (YAW,), (amount,), mode=Mode.TRACK)
        return Given((stroke,), name=name)

    made = curve(player(hold("lean", 0.1), hold("gaze", 0.2, 0.5)), 120, YAW)
    assert (made[30], made[-1]) == (pytest.approx(0.1), pytest.approx(0.3))


def test_a_long_scene_needs_no_more_memory():
    long = player(Restless())
    long.play(120)
    tracemalloc.start()
    for _ in range(10):
        long.play(120)
    early = tracemalloc.get_traced_memory()[0]
    for _ in range(110):
        long.play(120)
    late = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert late - early < 100_000


@pytest.mark.parametrize("rate", [0, -1, inf, np.nan])
def test_a_rate_that_is_none(rate):
    with pytest.raises(InputError, match="rate"):
        player(rate=rate)


def test_a_layer_that_goes_back_in_time_is_found():
    @dataclass(frozen=True)
    class Confused(Given):
        def strokes(self, scene, rng):
            for start in (0.5, 0.2):
                yield Stroke(start, 0.1, 0.0, 0.1, (0,), (1.0,))

    with pytest.raises(RisoriusError, match="'given' went back in time"):
        player(Confused()).play(120)


# Waves


@cache
def wave(low=0.25, high=4.0, slope=1.0, seconds=600.0, seed=3):
    swaying = Given(swaying=(Wave((YAW,), (0.5,), low, high, seed=seed, slope=slope),))
    return curve(player(swaying, rate=60), int(60 * seconds), YAW)


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
def test_a_wave_is_as_strong_as_asked_for(slope):
    # 150 independent stretches of the slowest octave: the spread of the estimate is about 6 %.
    assert wave(slope=slope).std() == pytest.approx(0.5, rel=0.2)
    assert abs(wave(slope=slope).mean()) < 0.1


def test_a_wave_stays_in_its_band():
    values = wave(1.0, 4.0, 0.0)
    power = np.abs(np.fft.rfft(values)) ** 2
    frequency = np.fft.rfftfreq(len(values), 1 / 60)
    share = np.cumsum(power) / power.sum()
    below, above = share[np.searchsorted(frequency, [0.5, 6.0])]
    assert below < 0.05
    assert above > 0.95


def test_waves_of_other_seeds_are_others():
    assert abs(np.corrcoef(wave(seed=3), wave(seed=4))[0, 1]) < 0.2


def test_a_wave_is_smooth():
    values = wave()
    # Speed goes with the frequency: no frame may jump by more than a sine of its top would.
    assert np.abs(np.diff(values)).max() < 2 * np.pi * 4.0 / 60 * np.abs(values).max()


# Strokes


def test_saccades_are_as_fast_at_their_peak_as_published():
    stroke = Stroke(0.5, 0.5, inf, 0.0, (YAW,), (1.0,), Profile.SACCADE, Mode.TRACK)
    made = curve(player(Given((stroke,)), rate=1200), 1500, YAW)
    ratio = np.diff(made).max() * 1200 * 0.5
    published = load_facts("kinematics").quantity("saccade.rule_of_thumb.ratio").value
    assert ratio == pytest.approx(published, rel=0.01)
    assert (np.diff(made) > -1e-7).all()


def test_a_blink_closes_faster_than_it_opens_and_ends_slowly():
    stroke = Stroke(0.0, 0.5, 0.0, 0.5, (MUSCLE,), (1.0,), Profile.BLINK)
    made = curve(player(Given((stroke,)), rate=1200), 1300)
    half = made[600:1200]
    assert half[150] < 0.74
    assert half[300] < 0.2
    assert np.abs(np.diff(half[450:])).max() < 0.2 * np.abs(np.diff(half)).max()


@pytest.mark.parametrize(
    "wrong",
    [
        {"rise": -0.1},
        {"rise": 0.0, "hold": 0.0, "fall": 0.0},
        {"fall": inf},
        {"rise": inf},
        {"hold": np.nan},
        {"start": np.nan},
        {"start": inf},
        {"amount": (np.nan,)},
        {"amount": ()},
        {"target": ()},
        {"target": (1, 2)},
    ],
)
def test_strokes_that_are_none(wrong):
    fine = {"start": 0.0, "rise": 0.1, "hold": 0.1, "fall": 0.1, "target": (0,), "amount": (1.0,)}
    with pytest.raises(InputError, match="a stroke needs"):
        Stroke(**(fine | wrong))


@pytest.mark.parametrize(
    "wrong", [{"low": 0.0}, {"high": 0.1}, {"high": inf}, {"amount": ()}, {"target": ()}]
)
def test_waves_that_are_none(wrong):
    fine = {"target": (0,), "amount": (1.0,), "low": 0.2, "high": 1.0, "seed": 1}
    with pytest.raises(InputError, match="a wave needs"):
        Wave(**(fine | wrong))


# Targets


def test_every_target_has_its_place_and_name():
    names = [TARGETS.name(place) for place in range(TARGETS.count)]
    assert len(set(names)) == TARGETS.count
    assert names[TARGETS.breath] == ("breath", "")
    assert TARGETS.both("frontalis.medialis") == (0, 1)
    place, sign = TARGETS.mirrored()
    assert (place[place] == np.arange(TARGETS.count)).all()
    assert (sign[place] == sign).all()


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: TARGETS.of("zygomaticus", "left"), "Did you mean 'zygomaticus_"),
        (lambda: TARGETS.of("risorius", "up"), "unknown side 'up'"),
        (lambda: TARGETS.gaze("left", "roll"), "unknown gaze axis"),
        (lambda: TARGETS.head("pitch_"), "unknown head axis"),
        (lambda: TARGETS.name(999), "none is 999"),
    ],
)
def test_targets_that_are_none(ask, words):
    with pytest.raises(InputError, match=words):
        ask()


# Scenes


def test_a_scene_knows_who_speaks(scene_of):
    from risorius.perform import Phrase

    scene = scene_of(
        [{"kind": "feel", "what": "joy", "start": 1.0, "end": 2.0}],
        phrases=(Phrase(0.5, 1.0), Phrase(2.0, 3.0)),
        context={"speaks": "partner"},
    )
    assert [scene.speaking(t) for t in (0.4, 0.5, 0.9, 1.0, 2.5, 3.0)] == [0, 1, 1, 0, 1, 0]
    assert [scene.listening(t) for t in (0.4, 0.5)] == [True, False]
    assert [len(scene.active("feel", t)) for t in (0.9, 1.0, 2.0)] == [0, 1, 0]


def test_random_streams_are_their_own(scene_of):
    scene = scene_of([{"kind": "feel", "start": 0.0, "end": 1.0}])
    beat = scene.beats[0]
    streams = [
        scene.rng("a"),
        scene.rng("b"),
        scene.rng("a", beat),
        scene.rng("a", replace(beat, index=1)),
        replace(scene, seed=1).rng("a"),
        replace(scene, turn=1).rng("a"),
    ]
    drawn = [stream.integers(2**62) for stream in streams]
    assert len(set(drawn)) == len(drawn)
    assert replace(scene, turn=1).rng("a", beat).integers(2**62) == drawn[2]


@given(smile=st.floats(0.05, 1.0), narrowed=st.floats(0.05, 1.0))
def test_what_lets_a_muscle_go_for_another_end_leaves_it_some_of_its_drive(smile, narrowed):
    # A smile survives the rounded vowels of a line.
    given = Given(
        (
            Stroke(0.0, 0.1, inf, 0.0, (MUSCLE,), (smile,)),
            Stroke(0.5, 0.1, inf, 0.0, (MUSCLE,), (-narrowed,), mode=Mode.TRACK),
        )
    )
    drawn = player(given, rate=60.0).play(60).activation.reshape(60, -1)[:, MUSCLE]
    assert drawn[25] == pytest.approx(smile)
    assert drawn[-1] == pytest.approx(max(smile - narrowed, 0.4 * smile), abs=1e-6)
