"""Single movements, swallowing and chewing: as the score says, and as published."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from risorius.anatomy import load_atlas, load_facts
from risorius.perform import TARGETS, Beat, Context, Mode, Scene
from risorius.perform.layers.breath import BreathLayer
from risorius.perform.layers.gesture import GestureLayer
from risorius.perform.layers.mouth import opening_drive
from risorius.perform.performance import SWITCHES, make_player
from risorius.skin import jaw_from_activation

ATLAS = load_atlas()
NAMES = ["AU4", "AU12", "AU1", "AU53", "frontalis", "zygomaticus_major", "jawOpen", "platysma"]


def fact(name: str) -> tuple[float, float]:
    quantity = load_facts("kinematics").quantity(name).in_base_units()
    assert quantity.low is not None
    assert quantity.high is not None
    return quantity.low, quantity.high


def activation(*beats: Beat, seconds: float, seed: int = 0, body: bool = False) -> Any:
    keep = ("gesture", "body") if body else ("gesture",)
    scene = Scene(beats=beats, duration=seconds, seed=seed)
    player = make_player(scene, rate=120.0, off=[n for n in SWITCHES if n not in keep])
    return player.play(int(seconds * 120)).activation.astype(np.float64)


def muscle(drawn: NDArray[np.float64], channel: str, side: int = 0) -> NDArray[np.float64]:
    return drawn[:, ATLAS.channel_ids.index(channel), side]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    beats = []
    for index in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["move", "twitch", "relax", "swallow", "chew"]))
        start = draw(st.floats(0, 20))
        more: dict[str, Any] = {}
        if kind == "relax":
            more["names"] = tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2)))
        beats.append(
            Beat(
                kind=kind,
                what=draw(st.sampled_from(NAMES)) if kind in ("move", "twitch") else "",
                start=start,
                end=start + draw(st.floats(0.02, 8)),
                strength=draw(st.floats(0, 1)),
                side=draw(st.sampled_from(["left", "right", None])) if kind != "relax" else None,
                ease=draw(st.sampled_from([None, 0.1, 3.0])) if kind == "move" else None,
                index=index,
                more=more,
            )
        )
    return Scene(
        beats=tuple(sorted(beats, key=lambda beat: beat.start)),
        duration=30.0,
        seed=draw(st.integers(0, 2**32)),
    )


@given(scenes())
@settings(max_examples=80, deadline=None)
def test_strokes_are_in_order_and_within_their_span(scene: Scene) -> None:
    strokes = list(GestureLayer().strokes(scene, scene.rng("gesture")))
    starts = [stroke.start for stroke in strokes]
    assert starts == sorted(starts)
    for stroke in strokes:
        for target, amount in zip(stroke.target, stroke.amount, strict=True):
            assert target >= TARGETS.muscles or 0.0 <= amount <= 1.0


@given(scenes())
@settings(max_examples=80, deadline=None)
def test_what_is_asked_is_over_with_its_beat(scene: Scene) -> None:
    last = max([beat.end for beat in scene.beats], default=0.0)
    asked = [beat for beat in scene.beats if beat.kind in ("move", "twitch", "relax", "chew")]
    marks = [
        stroke
        for stroke in GestureLayer().strokes(scene, scene.rng("gesture"))
        if stroke.event is not None and stroke.event.kind in ("move", "twitch", "relax", "chew")
    ]
    assert len(marks) == len(asked)
    assert all(stroke.end <= last + 1e-6 for stroke in marks)


@given(st.sampled_from(["AU4", "AU12", "AU9", "frontalis.medialis"]), st.floats(0.01, 1.0))
@settings(max_examples=20, deadline=None)
def test_a_movement_by_name_has_exactly_its_amount(name: str, amount: float) -> None:
    beat = Beat(kind="move", what=name, start=0.5, end=2.5, strength=amount)
    drawn = activation(beat, seconds=3.0)
    for (channel, side), wanted in ATLAS.expand(name, amount).items():
        found = muscle(drawn, channel, ("left", "right").index(side))
        assert found.max() == pytest.approx(wanted, abs=1e-6)
        assert found[:59].max() == 0.0
        assert found[-50:].max() == 0.0


def test_a_movement_can_have_a_side_and_an_ease() -> None:
    beat = Beat(kind="move", what="AU12", start=0.0, end=3.0, side="right", ease=1.0)
    drawn = activation(beat, seconds=3.0)
    left, right = (muscle(drawn, "zygomaticus_major", side) for side in (0, 1))
    assert left.max() == 0.0
    assert right[60] == pytest.approx(0.5, abs=0.02)
    assert right[120] == pytest.approx(1.0, abs=1e-3)


def test_a_twitch_is_brief_and_on_the_stronger_side() -> None:
    beat = Beat(kind="twitch", what="orbicularis_oculi.preseptalis", start=1.0, end=1.12)
    drawn = activation(beat, seconds=2.0)
    left, right = (muscle(drawn, "orbicularis_oculi.preseptalis", side) for side in (0, 1))
    assert left.max() > 0.9
    assert right.max() == 0.0
    assert (left > 0).sum() / 120 < 0.14


def test_what_relaxes_lets_go_whatever_others_want(collect: Callable[..., Any]) -> None:
    beats = (
        Beat(kind="move", what="AU4", start=0.0, end=6.0, strength=0.8, index=0),
        Beat(kind="move", what="AU12", start=0.0, end=6.0, strength=0.8, index=1),
        Beat(kind="relax", start=2.0, end=4.0, index=2, more={"names": ("AU4",)}),
    )
    drawn = activation(*beats, seconds=6.0)
    brow, corner = (
        muscle(drawn, name) for name in ("corrugator_supercilii.transverse", "zygomaticus_major")
    )
    assert brow[180] > 0.5
    assert brow[330:400].max() < 1e-6
    assert brow[540] > 0.5
    assert corner[330:400].min() > 0.7
    everything = Beat(kind="relax", start=2.0, end=4.0, more={"names": ()})
    stroke = next(
        s for s in collect(GestureLayer(), Scene(beats=(everything,))) if s.mode == Mode.OVER
    )
    lid = TARGETS.of("orbicularis_oculi.pretarsalis", "left")
    assert lid not in stroke.target
    assert TARGETS.of("masseter", "right") in stroke.target


def test_a_swallow_shuts_the_mouth_and_lifts_the_larynx() -> None:
    low, high = fact("swallow.duration")
    beat = Beat(kind="swallow", start=1.0, end=1.0 + (low + high) / 2, strength=0.6)
    drawn = activation(beat, seconds=3.0)
    lift, drop, seal = (
        muscle(drawn, name).argmax()
        for name in ("mylohyoid", "infrahyoidei", "orbicularis_oris.inferior_marginalis")
    )
    assert 120 < seal < lift < drop < int(120 * beat.end)
    jaw = jaw_from_activation(ATLAS, drawn, max_open=0.6)
    assert jaw[:, 0].max() < 0.02
    assert muscle(drawn, "mentalis").max() > 0.05


def test_the_face_swallows_by_itself_as_often_as_published() -> None:
    count = 0
    for seed in range(6):
        scene = Scene(context=Context(activity="rest"), duration=1200.0, seed=seed)
        strokes = BreathLayer().strokes(scene, scene.rng("breath"))
        count += sum(s.event is not None and s.event.kind == "swallow" for s in strokes)
    low, high = fact("swallow.rate_awake")
    assert low <= count / 7200.0 <= high


@pytest.mark.parametrize("seed", [0, 1])
def test_chewing_has_the_published_rate_and_travel(seed: int) -> None:
    beat = Beat(kind="chew", start=0.5, end=12.5, strength=0.6)
    drawn = activation(beat, seconds=14.0, seed=seed, body=True)
    opening = jaw_from_activation(ATLAS, drawn, max_open=1.0)[:, 0]
    sheet = load_facts("jaw_eye")
    widest = [sheet.quantity(f"jaw.max_opening.{who}").value for who in ("men", "women")]
    travel = opening * np.mean(widest)
    wide = travel > 0.4 * travel.max()
    begins = np.flatnonzero(np.diff(wide.astype(int)) == 1)
    low, high = fact("jaw.chewing_rate")
    assert low <= 120.0 / np.diff(begins).mean() <= high
    peaks = [piece.max() for piece in np.split(travel, begins)[1:]]
    low, high = fact("jaw.chewing_travel")
    assert low <= np.mean(peaks) <= high
    assert len({round(peak, 6) for peak in peaks}) == len(peaks)
    assert travel[-60:].max() < 0.5


def test_chewing_changes_sides_and_swings_to_the_side_of_the_food() -> None:
    beat = Beat(kind="chew", start=0.0, end=20.0, strength=0.6)
    drawn = activation(beat, seconds=20.0)
    left, right = (muscle(drawn, "buccinator", side) for side in (0, 1))
    working = [left[:60].max() > 0.1, right[:60].max() > 0.1]
    assert working == [True, False]
    assert right.max() > 0.1
    aside = jaw_from_activation(ATLAS, drawn, max_open=0.6)[:, 2]
    first = int(np.flatnonzero(right > 0.01)[0])
    assert aside[: first - 60].max() > 0.5
    assert aside[: first - 60].min() > -0.3
    bite = muscle(drawn, "masseter", 0)[: first - 60].max()
    assert bite > 1.3 * muscle(drawn, "masseter", 1)[: first - 60].max()


@given(st.floats(0.5, 45.0))
@settings(max_examples=30)
def test_the_openers_hold_the_jaw_as_far_open_as_asked(travel: float) -> None:
    drawn = np.zeros((1, len(ATLAS.channel_ids), 2))
    for (channel, side), weight in ATLAS.expand("AU27", 1.0).items():
        place = ATLAS.channel_ids.index(channel), ("left", "right").index(side)
        drawn[0, place[0], place[1]] = weight * opening_drive(travel)
    share = jaw_from_activation(ATLAS, drawn, max_open=1.0)[0, 0]
    sheet = load_facts("jaw_eye")
    widest = [sheet.quantity(f"jaw.max_opening.{who}").value for who in ("men", "women")]
    assert share * np.mean(widest) == pytest.approx(travel, abs=0.3)


@pytest.mark.parametrize("speaks", ["nobody", "self", "partner"])
def test_an_endless_scene_is_played_as_it_comes(speaks: str) -> None:
    scene = Scene(context=Context(speaks=speaks))  # type: ignore[arg-type]
    strokes = GestureLayer().strokes(scene, scene.rng("gesture"))
    assert [stroke.start < 300.0 for stroke in islice(strokes, 40)].count(False) == 0


def test_lips_stay_shut_on_small_bites() -> None:
    from risorius.face import load_face

    rig = load_face().rig
    beat = Beat(kind="chew", start=0.2, end=3.2, strength=0.35)
    drawn = activation(beat, seconds=3.5, body=True)[::4].astype(np.float32)
    jaw = jaw_from_activation(ATLAS, drawn, max_open=rig.jaw.max_open)
    shapes = rig.deform(drawn, jaw, np.zeros((len(drawn), 2, 2), np.float32), level=0)
    assert np.degrees(jaw[:, 0].max()) > 5
    assert max(rig.contact.seal(shape) for shape in shapes) < 1.0
