"""The door: lesions as a user writes them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from risorius.dynamics import (
    Botulinum,
    CentralPalsy,
    Palsy,
    Parkinson,
    Synkinesis,
    house_brackmann,
    mirror_lesion,
    parse_lesion,
)
from risorius.errors import InputError

from .drawn import lesions


@pytest.mark.parametrize(
    ("text", "lesion"),
    [
        ("facial.left=0.8", Palsy("facialis", 0.8, side="left")),
        ("VII.left=0.8", Palsy("facialis", 0.8, side="left")),
        (" Facial.Left = 0.8 ", Palsy("facialis", 0.8, side="left")),
        ("facial=HB3", Palsy("facialis", 0.4)),
        ("facial.temporal.right=hbVI", Palsy("facialis", 1.0, branch="temporales", side="right")),
        (
            "facial.marginal_mandibular.right=1",
            Palsy("facialis", 1.0, branch="marginalis_mandibulae", side="right"),
        ),
        ("facialis.buccales=0.5", Palsy("facialis", 0.5, branch="buccales")),
        ("oculomotor.superior.left=1", Palsy("oculomotorius", 1.0, branch="superior", side="left")),
        ("horner.right=1", Palsy("sympathicus", 1.0, side="right")),
        ("trigeminal=0.5", Palsy("mandibularis", 0.5)),
        ("central.right=0.7", CentralPalsy(0.7, side="right")),
        ("synkinesis.left=0.5", Synkinesis(0.5, side="left")),
        (
            "synkinesis.mouth_to_eye.left=0.5",
            Synkinesis(0.5, pattern="mouth_to_eye", side="left"),
        ),
        ("parkinson=0.6", Parkinson(0.6)),
        ("botulinum:corrugator_supercilii=0.7", Botulinum("corrugator_supercilii", 0.7)),
        (
            "botulinum:frontalis.medialis.left=1",
            Botulinum("frontalis.medialis", 1.0, side="left"),
        ),
        ("botulinum:procerus@90=0.7", Botulinum("procerus", 0.7, days=90.0)),
        (
            "botulinum:frontalis.medialis.left@1.5=1",
            Botulinum("frontalis.medialis", 1.0, days=1.5, side="left"),
        ),
        (
            "botulinum:frontalis.medialis@1.5.left=1",
            Botulinum("frontalis.medialis", 1.0, days=1.5, side="left"),
        ),
    ],
)
def test_what_a_user_writes(text, lesion):
    assert parse_lesion(text) == lesion


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "LESION=DEGREE"),
        ("=1", "LESION=DEGREE"),
        ("facial.left", "LESION=DEGREE"),
        ("facil=1", "Did you mean 'facial'"),
        ("qqq=1", "There are facial, .*parkinson"),
        ("parkinsons=1", "Did you mean 'parkinson'"),
        ("facial.temporl=1", "Did you mean 'temporal'"),
        ("facial.left.temporal=1", "unknown branch of facialis 'left.temporal'"),
        ("facial=1.5", "0..1 or a grade HB1 to HB6, not '1.5'"),
        ("facial=nan", "0..1"),
        ("facial=HB7", "1 to 6"),
        ("facial=HBnote", "1 to 6"),
        ("oculomotor=HB2", "facial palsies only"),
        ("parkinson=-0.1", "0..1, not '-0.1'"),
        ("parkinson.left=1", "no side"),
        ("central.upper=1", "no part 'upper'"),
        ("synkinesis.mouth_to_ear=1", "Did you mean 'mouth_to_eye'"),
        ("botulinum=1", "names no muscle"),
        ("botulinum:=1", "names no muscle"),
        ("botulinum.procerus=1", "names no muscle"),
        ("botulinum:procerus@soon=1", "no number of days"),
        ("botulinum:procerus@inf=1", "no number of days"),
        ("botulinum:procerus@-3=1", "0 or more"),
        ("botulinum:zygomaticus=1", "Did you mean 'zygomaticus_"),
    ],
)
def test_what_cannot_be_read_is_answered(text, answer):
    with pytest.raises(InputError, match=answer):
        parse_lesion(text)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Palsy("facialis", 2.0),
        lambda: Palsy("facialis", 1.0, side="both"),
        lambda: Palsy("facialis", 1.0, branch="superior"),
        lambda: Palsy("facialus", 1.0),
        lambda: CentralPalsy(float("nan")),
        lambda: Synkinesis(0.5, pattern="ear_to_ear"),
        lambda: Botulinum("procerus", 0.5, days=float("inf")),
        lambda: Botulinum("procerus", 0.5, side="middle"),
        lambda: Parkinson(-1e-9),
    ],
)
def test_a_lesion_that_cannot_be_is_not_made(build):
    with pytest.raises(InputError):
        build()


@given(st.text(max_size=40))
@example("facial..left=1")
@example("..=1")
@example("botulinum:.=1")
@example("botulinum:@=1")
@example("İ=1")
@example("facial.left=1=1")
def test_no_text_breaks_the_door(text):
    with suppress(InputError):
        assert 0 <= parse_lesion(text).degree <= 1


WORDS = ["facial", "central", "synkinesis", "botulinum", "parkinson", "left", "right", "procerus"]


@given(
    st.lists(
        st.one_of(st.sampled_from([*WORDS, ".", ":", "@", "=", "0.5", "HB2", " "])), max_size=8
    ).map("".join)
)
def test_no_mixture_of_its_own_words_breaks_the_door(text):
    with suppress(InputError):
        assert 0 <= parse_lesion(text).degree <= 1


@given(lesions())
def test_a_lesion_written_and_read_is_the_same(lesion):
    assert parse_lesion(str(lesion)) == lesion


@given(lesions())
def test_mirroring_twice_is_identity(lesion):
    assert mirror_lesion(mirror_lesion(lesion)) == lesion
    if getattr(lesion, "side", None):
        assert {lesion.side, mirror_lesion(lesion).side} == {"left", "right"}


def test_lesions_do_not_change():
    lesion = parse_lesion("parkinson=0.5")
    with pytest.raises((FrozenInstanceError, AttributeError)):
        lesion.degree = 1.0


def test_grades_go_up():
    values = [house_brackmann(grade) for grade in range(1, 7)]
    assert values == sorted(set(values))
    assert [house_brackmann(g) for g in ("I", "ii", "III", "iv", "V", "VI")] == values
    for strange in (0, 7, "VII", "", "1.0", None):
        with pytest.raises(InputError, match="grade"):
            house_brackmann(strange)
