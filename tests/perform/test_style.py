"""Style: larger, quicker, on twos, and the logic of muscles as it was."""

from itertools import count, islice, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.anatomy import load_atlas
from risorius.errors import InputError
from risorius.perform import TARGETS, Beat, Mode, Profile, Scene, Stroke
from risorius.perform.performance import perform_score
from risorius.perform.style import STYLES, Style, style_of
from risorius.perform.table import load_table

ATLAS = load_atlas()
SMILE, FROWN = (TARGETS.both(name) for name in ("zygomaticus_major", "depressor_anguli_oris"))
LIPS = TARGETS.both("orbicularis_oris.superior_marginalis")


def stroke(start=1.0, amount=0.5, target=SMILE, rise=0.4, hold=0.6, fall=0.5, **more):
    return Stroke(start, rise, hold, fall, target, (amount,) * len(target), **more)


def styled(style, strokes, layer="emotion"):
    return list(style.restyle(iter(strokes), layer))


@st.composite
def strokes_in_order(draw):
    starts = sorted(draw(st.lists(st.floats(0, 20), max_size=12)))
    return [
        stroke(
            start,
            draw(st.floats(-1, 1)),
            (draw(st.integers(0, TARGETS.count - 1)),),
            draw(st.floats(0.01, 2)),
            draw(st.floats(0, 3)),
            draw(st.floats(0.01, 2)),
            mode=draw(st.sampled_from([Mode.ADD, Mode.TRACK, Mode.OVER])),
            profile=draw(st.sampled_from(list(Profile))),
        )
        for start in starts
    ]


styles = st.builds(
    Style,
    exaggeration=st.floats(0.25, 4),
    anticipation=st.floats(0, 0.5),
    anticipation_s=st.floats(0.04, 0.5),
    snap=st.floats(0, 0.9),
    hold_s=st.floats(0, 1),
)
layers = st.sampled_from(
    ["emotion", "micro", "gesture", "speech", "head", "blink", "gaze", "breath"]
)


def test_life_is_left_as_it_is():
    strokes = [stroke(), stroke(2.0, target=LIPS, mode=Mode.OVER)]
    assert styled(style_of("natural"), strokes) == strokes


@given(strokes=strokes_in_order(), style=styles, layer=layers)
@settings(max_examples=150, deadline=None)
def test_strokes_stay_in_order_and_within_full_effort(strokes, style, layer):
    made = styled(style, strokes, layer)
    assert all(one.start <= other.start for one, other in pairwise(made))
    for each in made:
        for target, amount in zip(each.target, each.amount, strict=True):
            assert target >= TARGETS.muscles or abs(amount) <= 1.0


@given(strokes=strokes_in_order(), style=styles, layer=layers)
@settings(max_examples=100, deadline=None)
def test_what_replaces_or_is_held_is_left_alone(strokes, style, layer):
    # Seals of the lips, looks and postures: neither another size nor another time.
    kept = [s for s in strokes if s.mode != Mode.ADD]
    made = [s for s in styled(style, strokes, layer) if s.mode != Mode.ADD]
    assert made == kept


@given(
    one=st.floats(0, 1), other=st.floats(0, 1), style=styles, name=st.sampled_from(sorted(STYLES))
)
@settings(max_examples=60, deadline=None)
def test_the_stronger_antagonist_stays_the_stronger(one, other, style, name):
    for each in (style, style_of(name)):
        pair = [stroke(amount=one), stroke(amount=other, target=FROWN)]
        made = {s.target: s.amount[0] for s in styled(each, pair) if s.rise and s.start >= 1.0}
        assert (made[SMILE] - made[FROWN]) * (one - other) >= 0


def test_styles_go_from_little_to_much():
    sizes = [styled(style_of(name), [stroke()])[-1].amount[0] for name in STYLES]
    assert sizes == sorted(sizes)
    assert sizes[0] < 0.5 < sizes[-1] < 1.0


def test_before_a_large_movement_the_antagonist_moves_the_other_way():
    style = Style(anticipation=0.2, anticipation_s=0.15)
    before, after = styled(style, [stroke()])
    assert set(before.target) == set(FROWN)
    assert before.start == pytest.approx(after.start - 0.15)
    assert before.amount[0] == pytest.approx(0.2 * after.amount[0])
    assert before.apex[1] <= after.start
    assert before.end < after.apex[0]
    turn, back = styled(style, [stroke(target=(TARGETS.head("pitch"),), amount=0.2)], "head")
    assert (turn.amount[0], back.amount[0]) == (pytest.approx(-0.04), 0.2)


def test_only_what_has_time_is_anticipated_or_snapped():
    style = style_of("cartoon")
    for layer, freedom in load_table("style")["layers"].items():
        made = styled(style, [stroke()], layer)
        assert (len(made) > 1) == freedom["time"]
        assert (made[-1].rise < 0.4) == freedom["time"]
    assert styled(style, [stroke()], "gaze") == [stroke()]


def test_snap_is_quicker_and_ends_when_it_would_have():
    (made,) = styled(Style(snap=0.5), [stroke()])
    assert (made.rise, made.fall) == (0.2, 0.25)
    assert made.end == pytest.approx(stroke().end)
    assert made.amount == stroke().amount


def test_an_apex_can_be_made_to_stand():
    (made,) = styled(Style(hold_s=0.3), [stroke(hold=0.0)])
    assert made.hold == 0.3
    # What lets go for a moment does not let go for longer.
    (made,) = styled(Style(hold_s=0.3), [stroke(hold=0.0, amount=-0.2)])
    assert made.hold == 0.0


def test_an_endless_layer_is_styled_as_it_comes():
    endless = (stroke(float(number)) for number in count())
    made = list(islice(style_of("cartoon").restyle(endless, "emotion"), 20))
    assert len(made) == 20


def scene(style, **more):
    beats = (
        Beat(kind="feel", what="happiness", start=0.4, end=3.0, strength=0.7, index=0),
        Beat(kind="micro", what="contempt", start=1.5, end=1.7, strength=0.5, index=1),
    )
    return Scene(beats=beats, duration=3.5, style=style, **more)


def test_a_cartoon_is_drawn_on_twos():
    clip = perform_score(scene("cartoon"), seed=2, rate=24.0)
    values = clip["activation"].values
    assert np.array_equal(values[0::2][: len(values) // 2], values[1::2])
    moving = perform_score(scene("animation"), seed=2, rate=24.0)["activation"].values
    assert not np.array_equal(moving[0::2][: len(moving) // 2], moving[1::2])


@pytest.mark.parametrize("name", STYLES)
def test_every_style_gives_a_valid_clip(name):
    values = perform_score(scene(name), seed=1, rate=30.0)["activation"].values
    assert values.min() >= 0
    assert values.max() <= 1


def test_seals_still_seal_in_a_cartoon():
    sealing = [ATLAS.channel_ids.index(TARGETS.name(target)[0]) for target in LIPS[:1]]
    text = "Bob may pop up."
    found = []
    for style in ("natural", "cartoon"):
        score = {"style": style, "beats": [{"at": 0.3, "say": text}]}
        clip = perform_score(score, seed=1, rate=120.0, off=("body",))
        found.append(clip["activation"].values[:, sealing].max(axis=0).min())
    assert found[1] == pytest.approx(found[0], rel=0.05)


def test_dials_can_be_set_one_by_one():
    assert style_of({"exaggeration": 1.2}) == Style(exaggeration=1.2)
    assert style_of("documentary").exaggeration < 1


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("cartoony", "Did you mean 'cartoon'"),
        ({"exageration": 2.0}, "Did you mean 'exaggeration'"),
        ({"exaggeration": 9.0}, r"0.25..4, not 9"),
        ({"snap": float("nan")}, "snap must lie"),
    ],
)
def test_what_is_no_style_is_refused(style, said):
    with pytest.raises(InputError, match=said):
        style_of(style)


def test_whatever_moves_can_be_anticipated():
    cartoon = style_of("cartoon")
    for target in range(TARGETS.muscles):
        stroke = Stroke(1.0, 0.5, 0.5, 0.5, (target,), (0.5,))
        assert list(cartoon.restyle(iter([stroke]), "emotion"))
