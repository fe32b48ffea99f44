"""Who a head can be: checks that gather every problem, and weights that make sense."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risorius.errors import InputError
from risorius.head import detail_ranges, load_head
from risorius.head.identity import Identity, ancestry_weights, detail_weights

SHARES = st.fixed_dictionaries(
    {}, optional={name: st.floats(0, 5) for name in ("african", "asian", "caucasian")}
).filter(lambda shares: sum(shares.values()) > 1e-6)


def test_every_problem_is_named_at_once():
    with pytest.raises(InputError) as caught:
        load_head(
            age_years=120,
            sex=-1,
            weight=math.nan,
            ancestry={"europan": 1, "asian": -2},
            detail={"nose-hmp": 0.5, "chin-width": 3, "head-oval": -0.5},
        )
    message = str(caught.value)
    for part in (
        "age_years is 120; allowed is 1 to 90",
        "sex is -1; allowed is 0 to 1",
        "weight is nan",
        "unknown ancestry 'europan'",
        "ancestry 'asian' is -2",
        "unknown detail 'nose-hmp'. Did you mean 'nose-hump'",
        "detail 'chin-width' is 3; allowed is -1 to 1",
        "detail 'head-oval' is -0.5; allowed is 0 to 1",
    ):
        assert part in message


@pytest.mark.parametrize("shares", [{}, {"asian": 0.0}, {"asian": 0, "african": 0}])
def test_ancestry_needs_a_share(shares):
    with pytest.raises(InputError, match="give at least one a share above 0"):
        load_head(ancestry=shares)


@pytest.mark.parametrize("value", ["young", None, math.inf])
def test_a_number_is_wanted(value):
    with pytest.raises(InputError, match="age_years is"):
        load_head(age_years=value)


@given(st.floats(1, 90), st.floats(0, 1), SHARES)
def test_modelled_heads_are_mixed_to_one(age_years, sex, shares):
    identity = load_head(age_years=age_years, sex=sex, ancestry=shares).identity
    weights = [weight for _, weight in ancestry_weights(identity)]
    assert sum(weights) == pytest.approx(1)
    assert min(weights) > 0
    assert sum(identity.ancestry.values()) == pytest.approx(1)


def test_modelled_ages_are_pure():
    for age, name in ((1, "baby"), (10, "child"), (25, "young"), (90, "old")):
        identity = Identity(age, 1.0, {"asian": 1.0}, 0.5, {})
        assert dict(ancestry_weights(identity)) == {f"asian-male-{name}": 1.0}


def test_body_weight_acts_through_details_and_adds_to_them():
    heavy = Identity(30, 0, {}, 1.0, {"head-fat": 0.25})
    average = Identity(30, 0, {}, 0.5, {"head-fat": 0.25})
    assert detail_weights(average) == {"head-fat": 0.25}
    assert detail_weights(heavy)["head-fat"] > 0.5
    assert set(detail_weights(heavy)) <= set(detail_ranges())


def test_details_have_sides_where_faces_do():
    ranges = detail_ranges()
    assert ranges["eye-scale"] == ranges["l-eye-scale"] == ranges["r-eye-scale"] == (-1, 1)
    assert "l-nose-hump" not in ranges
    assert len(ranges) > 150
    for part in ("asym", "cheek", "chin", "ear", "eyebrows", "eye", "forehead", "head", "mouth"):
        assert any(name.startswith(f"{part}-") for name in ranges)


def test_details_of_zero_leave_no_trace():
    plain, zero = load_head(), load_head(detail={"nose-hump": 0.0})
    assert zero.identity == plain.identity
    assert zero.fingerprint == plain.fingerprint
