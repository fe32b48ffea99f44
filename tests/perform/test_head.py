"""The head: laws of its strokes, published angles and rates, and a neck that is never rigid."""

from collections.abc import Callable
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from risorius.anatomy import load_atlas, load_facts
from risorius.bench.perform.body import find_nods, rigid_share, share_in_band, sway, watch
from risorius.perform import TARGETS, Beat, Context, Mode, Persona, Phone, Phrase, Scene, Word
from risorius.perform.layers.head import HeadLayer
from risorius.perform.layers.nod import feedback, nods, speech_accents
from risorius.perform.performance import SWITCHES, make_player

CHANNELS = load_atlas().channel_ids
WAYS = {
    "tilt": ("left", "right", "upright"),
    "turn": ("left", "right", "ahead"),
    "chin": ("up", "down", "level"),
    "lean": ("forward", "back", "left", "right", "upright"),
    "nod": ("slow", "ordinary", "fast"),
    "shake": ("slow", "ordinary", "fast"),
}
AXES = ("yaw", "pitch", "roll", "x", "y", "z")


def fact(name: str) -> tuple[float, float]:
    quantity = load_facts("kinematics").quantity(name).in_base_units()
    assert quantity.low is not None
    assert quantity.high is not None
    return quantity.low, quantity.high


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    beats = []
    for index in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(sorted(WAYS)))
        start = draw(st.floats(0, 20))
        beats.append(
            Beat(
                kind=kind,
                what=draw(st.sampled_from(WAYS[kind])),
                start=start,
                end=start + draw(st.floats(0.1, 5)),
                strength=draw(st.floats(0, 1)),
                index=index,
                more={"times": draw(st.integers(1, 5))},
            )
        )
    phrases, time = [], 0.0
    for gap, length in draw(st.lists(st.tuples(st.floats(0, 4), st.floats(0.05, 8)), max_size=4)):
        phrases.append(spoken(time + gap, length))
        time += gap + length
    return Scene(
        persona=Persona(expressivity=draw(st.floats(0, 1))),
        context=Context(
            speaks=draw(st.sampled_from(["nobody", "self", "partner"])),
            status=draw(st.sampled_from(["low", "equal", "high"])),
            posture=draw(st.sampled_from(["upright", "relaxed", "slumped", "lying"])),
        ),
        beats=tuple(sorted(beats, key=lambda beat: beat.start)),
        phrases=tuple(phrases),
        duration=25.0,
        seed=draw(st.integers(0, 2**32)),
    )


def spoken(start: float, length: float) -> Phrase:
    """A phrase with a syllable every fifth of a second, every second one stressed."""
    edges = np.linspace(start, start + length, max(2, round(length / 0.2) + 1)).tolist()
    spans = list(pairwise(edges))
    phones = tuple(Phone(a, b, "AA", int(place % 2 == 0)) for place, (a, b) in enumerate(spans))
    return Phrase(start, start + length, phones, tuple(Word(a, b, "la") for a, b in spans))


def posed(scene: Scene, layers: tuple[str, ...] = ("head",)) -> NDArray[np.float64]:
    """Head pose of a scene at 120 Hz, one layer only."""
    player = make_player(scene, rate=120.0, off=[n for n in SWITCHES if n not in layers])
    return player.play(int(scene.duration * 120)).head_pose.astype(np.float64)


def difference(*beats: Beat, seed: int = 0, seconds: float = 8.0) -> NDArray[np.float64]:
    """What beats do to the head that is moving anyway."""
    moved, left = (
        posed(Scene(beats=some, duration=seconds, seed=seed)) for some in (tuple(beats), ())
    )
    return moved - left


@given(scenes())
@settings(max_examples=60, deadline=None)
def test_strokes_are_in_order_and_possible(scene: Scene) -> None:
    strokes = list(HeadLayer().strokes(scene, scene.rng("head")))
    starts = [stroke.start for stroke in strokes]
    assert starts == sorted(starts)
    for stroke in strokes:
        for target, amount in zip(stroke.target, stroke.amount, strict=True):
            if target < TARGETS.muscles:
                assert 0.0 <= amount <= 1.0
            else:
                assert abs(amount) < (np.radians(90) if target < TARGETS.head("x") else 200)


@given(scenes())
@settings(max_examples=15, deadline=None)
def test_the_head_stays_within_the_range_of_the_neck(scene: Scene) -> None:
    turns = posed(scene)[:, :3]
    for axis, name in enumerate(("rotation_each", "flexion", "lateral_each")):
        most = load_facts("jaw_eye").quantity(f"neck.{name}").in_base_units().high
        assert most is not None
        assert np.abs(turns[:, axis]).max() < most


@pytest.mark.parametrize("speaks", ["nobody", "self", "partner"])
def test_the_neck_is_never_rigid(speaks: str) -> None:
    for seed in range(2):
        watched = watch(Context(speaks=speaks), seconds=120.0, seed=seed)  # type: ignore[arg-type]
        assert rigid_share(watched.head) == 0.0


def test_an_idle_head_moves_as_far_as_published() -> None:
    low, high = fact("head.idle_sway.sd_of_angle")
    for seed in range(3):
        turns = watch(Context(activity="rest"), seconds=240.0, seed=seed).head[:, :3]
        assert low <= np.sqrt(turns.var(axis=0).mean()) <= high


def test_sway_lies_in_its_band() -> None:
    shares = [share_in_band(sway(seed, seconds=300.0)) for seed in range(4)]
    assert min(shares) > 0.6
    assert np.mean(shares) > 0.7


def test_a_speaker_moves_the_head_as_published() -> None:
    for seed in range(2):
        turns = watch(Context(speaks="self"), seconds=120.0, seed=seed).head[:, :3]
        for axis, name in enumerate(("yaw", "pitch", "roll")):
            low, high = fact(f"head.speech.{name}_sd")
            assert low <= turns[:, axis].std() <= high
    low, high = fact("head.max_velocity")
    speed = np.abs(np.diff(turns, axis=0)).max() * 120.0
    assert speed < high


def test_the_expressive_move_more() -> None:
    spread = [
        posed(
            Scene(
                persona=Persona(expressivity=much),
                context=Context(speaks="self"),
                duration=60.0,
            )
        )[:, :3].std()
        for much in (0.1, 0.9)
    ]
    assert spread[1] > 1.3 * spread[0]


@pytest.mark.parametrize("speed", ["slow", "ordinary", "fast"])
@pytest.mark.parametrize("times", [1, 2, 4])
def test_nods_have_the_published_angle_and_frequency(speed: str, times: int) -> None:
    frequency = load_facts("kinematics").quantity(f"head.nod.frequency.{speed}").value
    beat = Beat(
        kind="nod",
        what=speed,
        start=1.0,
        end=1.0 + times / frequency,
        strength=0.6,
        more={"times": times},
    )
    pitch = difference(beat, seconds=8.0)[:, 1]
    size, often = find_nods(np.arange(len(pitch)) / 120.0, np.where(pitch > 1e-6, pitch, 0.0))
    assert len(size) == times
    assert pitch.max() > 0.0  # down first
    low, high = fact("head.nod.angle")
    assert low <= size.max() <= high
    assert size.min() >= 0.5 * low
    low, high = fact(f"head.nod.frequency.{speed}")
    assert low <= 1.0 / np.mean(1.0 / often) <= high


def test_no_two_nods_are_equal() -> None:
    beat = Beat(kind="nod", what="ordinary", start=1.0, end=2.5, strength=0.6, more={"times": 4})
    strokes = list(nods(Scene(beats=(beat,))))
    assert len({stroke.amount[0] for stroke in strokes}) == 4
    assert len({stroke.rise for stroke in strokes}) == 4
    assert strokes[-1].end == pytest.approx(2.5)


def test_a_shake_goes_straight_from_side_to_side() -> None:
    beat = Beat(kind="shake", what="ordinary", start=1.0, end=2.9, strength=0.6, more={"times": 3})
    yaw = difference(beat, seconds=6.0)[:, 0]
    size, often = find_nods(np.arange(len(yaw)) / 120.0, np.where(np.abs(yaw) > 1e-6, yaw, 0.0))
    assert len(size) == 3
    low, high = fact("head.shake.angle")
    assert low <= np.median(size) <= high
    low, high = fact("head.shake.frequency")
    assert low <= np.median(often) <= high
    assert np.sign(yaw[np.abs(yaw) > 0.5 * np.abs(yaw).max()]).min() == -1.0
    assert abs(yaw[-1]) < 1e-9
    # On its way through the middle it is fastest, not still.
    through = np.flatnonzero(np.diff(np.sign(yaw[130:330]))) + 130
    assert np.abs(yaw[through + 1] - yaw[through]).min() > 0.5 * np.abs(np.diff(yaw)).max()


@pytest.mark.parametrize(
    ("kind", "what", "axis", "sign"),
    [
        ("chin", "up", "pitch", -1),
        ("chin", "down", "pitch", 1),
        ("tilt", "left", "roll", -1),
        ("tilt", "right", "roll", 1),
        ("turn", "left", "yaw", 1),
        ("turn", "right", "yaw", -1),
        ("lean", "forward", "z", 1),
        ("lean", "back", "z", -1),
        ("lean", "left", "x", 1),
        ("lean", "right", "x", -1),
    ],
)
def test_attitudes_are_held_until_the_next(kind: str, what: str, axis: str, sign: int) -> None:
    still = {"tilt": "upright", "turn": "ahead", "chin": "level", "lean": "upright"}[kind]
    away = Beat(kind=kind, what=what, start=1.0, end=6.0, strength=0.6, index=0)
    back = Beat(kind=kind, what=still, start=6.0, end=9.0, strength=0.6, index=1)
    moved = difference(away, back, seconds=9.0)
    column = moved[:, AXES.index(axis)] * sign
    held = column[3 * 120 : 6 * 120]
    assert np.ptp(held) < 1e-5
    assert held[0] > (20.0 if kind == "lean" else 0.1)
    assert np.abs(moved[:118]).max() < 1e-6
    assert np.abs(moved[8 * 120 :]).max() < 1e-5


def test_an_angle_of_the_score_is_taken_at_its_word() -> None:
    beat = Beat(kind="tilt", what="left", start=1.0, end=4.0, more={"angle": 0.2}, ease=0.5)
    moved = difference(beat, seconds=4.0)
    assert moved[-1, 2] == pytest.approx(-0.2, abs=1e-6)
    assert moved[int(1.52 * 120), 2] == pytest.approx(-0.2, abs=1e-6)
    assert moved[int(1.25 * 120), 2] == pytest.approx(-0.1, abs=0.01)


def test_attitudes_add_up() -> None:
    chin = Beat(kind="chin", what="up", start=1.0, end=8.0, strength=0.6, index=0)
    tilt = Beat(kind="tilt", what="left", start=1.3, end=8.0, strength=0.6, index=1)
    both, one, other = (difference(*beats) for beats in ((chin, tilt), (chin,), (tilt,)))
    assert np.allclose(both[-1], one[-1] + other[-1], atol=1e-6)


def test_standing_shows_in_the_chin() -> None:
    low, equal, high = (
        posed(Scene(context=Context(status=status), duration=30.0))[:, 1].mean()  # type: ignore[arg-type]
        for status in ("low", "equal", "high")
    )
    assert high < equal < low


def test_who_lies_hardly_sways() -> None:
    up, down = (
        posed(Scene(context=Context(posture=posture), duration=60.0), ("head",))[:, 3].std()  # type: ignore[arg-type]
        for posture in ("upright", "lying")
    )
    assert down < 0.5 * up


def test_the_neck_turns_the_head() -> None:
    beat = Beat(kind="turn", what="left", start=1.0, end=6.0, strength=1.0)
    player = make_player(
        Scene(beats=(beat,), duration=6.0), rate=120.0, off=[n for n in SWITCHES if n != "head"]
    )
    neck = player.play(720).activation[500:, CHANNELS.index("sternocleidomastoid")].mean(axis=0)
    # The muscle of the other side turns it.
    assert neck[1] > neck[0] + 0.1


def test_the_head_follows_the_eyes() -> None:
    away = Beat(
        kind="look", what="left", start=2.0, end=6.0, strength=0.6, more={"head": 0.8}, index=0
    )
    yaw = posed(Scene(beats=(away,), duration=6.0))[:, 0]
    assert yaw[-60:].mean() > yaw[:200].mean() + 0.1


def test_stressed_words_are_nodded() -> None:
    dips = []
    for stressed in ((), (8,)):
        beat = Beat(kind="say", start=2.0, end=6.0, index=0, more={"stressed": stressed})
        phrase = spoken(2.0, 4.0)
        word = phrase.words[8]
        dips.append(
            np.mean(
                [
                    posed(Scene(beats=(beat,), phrases=(phrase,), duration=6.0, seed=seed))[
                        int(word.start * 120) : int(word.end * 120), 1
                    ].max()
                    for seed in range(6)
                ]
            )
        )
    assert dips[1] > dips[0] + np.radians(1.5)


def test_only_a_listener_nods_by_itself() -> None:
    counts = {}
    for speaks in ("nobody", "partner"):
        scene = Scene(context=Context(speaks=speaks), duration=600.0)  # type: ignore[arg-type]
        counts[speaks] = len(list(feedback(scene, np.random.default_rng(1))))
    assert counts["nobody"] == 0
    assert 40 <= counts["partner"] <= 240


def test_the_heart_beats_faster_in_fear() -> None:
    def beats(*more: Beat) -> int:
        scene = Scene(beats=more, duration=60.0)
        pitch = TARGETS.head("pitch")
        strokes = HeadLayer().strokes(scene, scene.rng("head"))
        return sum(s.target == (pitch,) and s.mode == Mode.ADD for s in strokes)

    fear = Beat(kind="feel", what="fear", start=0.0, end=60.0, strength=1.0)
    assert 55 <= beats() <= 85
    assert beats(fear) > 1.3 * beats()


def test_a_nod_is_the_same_whatever_else_the_score_says() -> None:
    nod = Beat(kind="nod", what="ordinary", start=3.0, end=3.8, more={"times": 2}, index=4)
    chin = Beat(kind="chin", what="up", start=1.0, end=5.0, index=1)
    alone, both = (list(nods(Scene(beats=beats))) for beats in ((nod,), (chin, nod)))
    assert alone == both


def test_a_live_head_does_not_jump(collect: Callable[..., Any]) -> None:
    chin = Beat(kind="chin", what="up", start=1.0, end=9.0, strength=0.6)
    scene = Scene(beats=(chin,), start=5.0, turn=1)
    tracks = [s for s in collect(HeadLayer(), scene, until=5.01) if s.mode == Mode.TRACK]
    assert tracks
    assert all(stroke.rise > 0.3 for stroke in tracks if stroke.start >= 5.0)
    pitch = TARGETS.head("pitch")
    held = next(s for s in tracks if pitch in s.target)
    assert held.amount[held.target.index(pitch)] < -0.1


@pytest.mark.parametrize("speaks", ["nobody", "self", "partner"])
def test_an_endless_scene_is_played_as_it_comes(speaks: str) -> None:
    scene = Scene(context=Context(speaks=speaks))  # type: ignore[arg-type]
    strokes = HeadLayer().strokes(scene, scene.rng("head"))
    assert [stroke.start < 300.0 for stroke in islice(strokes, 40)].count(False) == 0


@given(
    volume=st.floats(0.3, 1.0),
    expressivity=st.floats(0.0, 1.0),
    seed=st.integers(0, 999),
)
@settings(max_examples=60)
def test_speech_throws_no_head_about_and_a_soft_voice_moves_it_less(volume, expressivity, seed):
    words = tuple(Word(0.4 * n, 0.4 * n + 0.3, "no") for n in range(12))
    phones = tuple(Phone(0.4 * n, 0.4 * n + 0.3, "OW", 1) for n in range(12))
    persona = Persona(expressivity=expressivity)

    def poses(volume: float) -> NDArray[np.float64]:
        say = Beat(kind="say", start=0.0, end=5.0, more={"volume": volume, "stressed": (3,)})
        phrase = Phrase(0.0, 5.0, phones, words, beat=say.index)
        scene = Scene(persona=persona, beats=(say,), phrases=(phrase,), duration=5.0, seed=seed)
        strokes = speech_accents(scene, scene.rng("head"))
        return np.array(
            [
                [
                    dict(zip(s.target, s.amount, strict=True)).get(TARGETS.head(a), 0.0)
                    for a in AXES[:3]
                ]
                for s in strokes
            ]
        )

    loud, soft = poses(1.0), poses(volume)
    assert np.abs(soft).max() <= np.abs(loud).max() + 1e-12
    for place, name in enumerate(AXES[:3]):
        _, most = fact(f"head.speech.{name}_sd")
        # Turning points lie within some standard deviations, dips of stressed words included.
        assert np.abs(loud[:, place]).max() <= (3.0 if name == "pitch" else 1.7) * most
