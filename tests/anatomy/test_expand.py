import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risorius.anatomy import load_atlas
from risorius.errors import InputError

ATLAS = load_atlas()
NAMES = (
    *(unit.id for unit in ATLAS.action_units),
    *(muscle.id for muscle in ATLAS.muscles),
    *ATLAS.channel_ids,
    *(shape.name for shape in ATLAS.arkit),
    *(expression.id for expression in ATLAS.expressions),
)
names = st.sampled_from(NAMES)
amounts = st.floats(0, 1)


@given(names, amounts)
def test_amounts_stay_in_range_and_keys_are_channels(name, amount):
    for (channel, side), value in ATLAS.expand(name, amount).items():
        assert channel in ATLAS.channel_ids
        assert side in ("left", "right")
        assert 0 <= value <= 1


@given(names)
def test_amount_zero_is_all_zero(name):
    whole = ATLAS.expand(name, 1.0)
    assert ATLAS.expand(name, 0.0) == dict.fromkeys(whole, 0.0)


@given(names, amounts)
def test_it_is_linear_until_it_clamps(name, amount):
    whole = ATLAS.expand(name, 1.0)
    part = ATLAS.expand(name, amount)
    for key, value in part.items():
        if whole[key] < 1:
            assert math.isclose(value, amount * whole[key], abs_tol=1e-12)
        else:
            assert value >= amount - 1e-12


@given(names, amounts)
def test_every_movement_but_neutral_moves_something(name, amount):
    moved = ATLAS.expand(name, amount)
    assert bool(moved) == (name != "neutral")


@pytest.mark.parametrize("muscle", [m.id for m in ATLAS.muscles])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_muscle_on_one_side_is_all_its_channels_there(muscle, side):
    channels = ATLAS.muscle(muscle).channels
    assert ATLAS.expand(muscle, 0.5, side=side) == {(c, side): 0.5 for c in channels}


@pytest.mark.parametrize("unit", [u.id for u in ATLAS.action_units if u.sided and not u.directed])
def test_the_two_sides_of_a_sided_unit_mirror_each_other(unit):
    left = ATLAS.expand(unit, 0.7, side="left")
    right = ATLAS.expand(unit, 0.7, side="right")
    assert {side for _, side in left} == {"left"}
    assert {(channel, "right"): value for (channel, _), value in left.items()} == right


def test_left_and_right_numbered_units_mirror_each_other():
    other = {"left": "right", "right": "left"}
    for to_left, to_right in (("AU51", "AU52"), ("AU55", "AU56"), ("AU61", "AU62")):
        mirrored = {(c, other[s]): v for (c, s), v in ATLAS.expand(to_left, 1.0).items()}
        assert mirrored == ATLAS.expand(to_right, 1.0)


def test_a_directed_unit_goes_where_it_is_sent():
    left = ATLAS.expand("AU30", 1.0, side="left")
    assert ("pterygoideus_lateralis", "right") in left
    assert ATLAS.expand("AU30", 1.0) == left
    assert ATLAS.expand("jawRight", 1.0) == ATLAS.expand("AU30", 1.0, side="right")


def test_each_eye_turns_the_way_its_shape_says():
    assert ATLAS.expand("eyeLookInLeft", 1.0) == {("rectus_medialis", "left"): 1.0}
    assert ATLAS.expand("eyeLookOutLeft", 1.0) == {("rectus_lateralis", "left"): 1.0}
    assert ATLAS.expand("eyeLookInRight", 1.0) == {("rectus_medialis", "right"): 1.0}


def test_contempt_is_on_one_side():
    assert {side for _, side in ATLAS.expand("contempt", 1.0)} == {"left"}
    assert {side for _, side in ATLAS.expand("contempt", 1.0, side="right")} == {"right"}


def test_a_raised_brow_turns_over_but_the_rest_of_the_doubt_stays():
    doubt = ATLAS.expand("skeptical", 1.0, side="right")
    assert ("frontalis.lateralis", "left") not in doubt
    assert ("orbicularis_oculi.preseptalis", "left") in doubt


def test_the_lip_units_are_told_apart_by_their_rings():
    def rings(unit):
        found = ATLAS.expand(unit, 1.0, side="left")
        return (
            found.get(("orbicularis_oris.superior_peripheralis", "left"), 0.0),
            found.get(("orbicularis_oris.superior_marginalis", "left"), 0.0),
        )

    for forward in ("AU18", "AU22"):
        outer, inner = rings(forward)
        assert outer > 2 * inner
    for inward in ("AU23", "AU28"):
        outer, inner = rings(inward)
        assert inner > 2 * outer
    units = [ATLAS.expand(unit, 1.0) for unit in ("AU18", "AU22", "AU23", "AU24", "AU28")]
    assert all(a != b for i, a in enumerate(units) for b in units[i + 1 :])


def test_alias_and_expression_are_the_same():
    assert ATLAS.expand("joy", 0.6) == ATLAS.expand("happiness", 0.6)


@pytest.mark.parametrize("amount", [-0.1, 1.1, math.nan, math.inf])
def test_an_amount_outside_is_refused(amount):
    with pytest.raises(InputError, match=r"0\.\.1"):
        ATLAS.expand("AU12", amount)


def test_what_cannot_move_is_refused():
    with pytest.raises(InputError, match="is a nerve"):
        ATLAS.expand("facialis", 0.5)
    with pytest.raises(InputError, match="lies on the left"):
        ATLAS.expand("mouthSmileLeft", 0.5, side="right")
    with pytest.raises(InputError, match="unknown side 'middle'"):
        ATLAS.expand("AU12", 0.5, side="middle")
