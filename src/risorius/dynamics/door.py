"""Lesions as a user writes them: ``facial.left=0.8``, ``botulinum:procerus=0.7``."""

from __future__ import annotations

import math

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import Side
from risorius.anatomy.quantity import read_quantity
from risorius.dynamics.lesion import (
    Botulinum,
    CentralPalsy,
    Lesion,
    Palsy,
    Parkinson,
    Synkinesis,
    choose,
    lesion_table,
)
from risorius.errors import InputError, did_you_mean

__all__ = ["house_brackmann", "parse_lesion"]


def parse_lesion(text: str) -> Lesion:
    """Read a lesion as a user writes it: ``NAME=DEGREE``.

    ========================================  ====================================================
    ``facial.left=0.8``                       a nerve by its English or Latin name, on one side
    ``facial=HB4``                            a facial palsy by its House-Brackmann grade
    ``facial.marginal_mandibular.right=1``    one branch of it
    ``oculomotor.left=1``                     a drooping lid, an eye that does not turn in
    ``central.right=0.7``                     after a stroke; the side is that of the weak face
    ``synkinesis.left=0.5``                   all patterns; ``synkinesis.mouth_to_eye.left=0.5`` one
    ``parkinson=0.6``                         the stiff mask
    ``botulinum:procerus=0.7``                at its peak; ``botulinum:procerus@90=0.7`` after 90
                                              days
    ========================================  ====================================================

    Without a side both are meant. Left and right are the depicted person's.

    Parameters
    ----------
    text : str

    Returns
    -------
    lesion : Lesion

    Raises
    ------
    InputError
        What was not understood, and what comes close.

    Notes
    -----
    The numbers behind are rough and no diagnosis; Risorius is not a medical device.

    Examples
    --------
    >>> parse_lesion("facial.marginal_mandibular.right=1")
    Palsy(nerve='facialis', degree=1.0, branch='marginalis_mandibulae', side='right')
    >>> parse_lesion("botulinum:corrugator_supercilii=0.7").degree
    0.7
    >>> parse_lesion("facial.left=HB4").degree
    0.6
    >>> parse_lesion("facil.left=1")
    Traceback (most recent call last):
    ...
    risorius.errors.InputError: unknown lesion 'facil'. Did you mean 'facial'?
    """
    name, sign, amount = text.strip().partition("=")
    words = name.strip().lower().replace(" ", "_")
    if not sign or not words:
        raise InputError(
            f"{text!r} is not LESION=DEGREE with a degree in 0..1, such as 'facial.left=0.8'."
        )
    stem, _, last = words.rpartition(".")
    side: Side | None = "left" if last == "left" else "right" if last == "right" else None
    if side is None:
        stem = words
    if stem.startswith("botulinum"):
        return _parse_botulinum(text, stem, side, amount)
    kind, _, part = stem.partition(".")
    if kind == "parkinson":
        if side or part:
            raise InputError(f"the mask of Parkinson's disease has no side or part: {text!r}.")
        return Parkinson(_degree(text, amount))
    if kind == "central":
        if part:
            raise InputError(f"a central palsy has no part {part!r}; try 'central.left=0.7'.")
        return CentralPalsy(_degree(text, amount), side=side)
    if kind == "synkinesis":
        return Synkinesis(_degree(text, amount), pattern=part, side=side)
    return _parse_palsy(text, kind, part, side, amount)


def _parse_palsy(text: str, kind: str, part: str, side: Side | None, amount: str) -> Palsy:
    atlas, names = load_atlas(), lesion_table()["names"]
    nerves = {name.lower(): nerve.id for nerve in atlas.nerves for name in (nerve.id, nerve.number)}
    english = {name: latin for name, latin in names.items() if latin in nerves}
    known = {**nerves, **english}
    if kind not in known:
        others = ("botulinum:MUSCLE", "central", "parkinson", "synkinesis")
        hint = did_you_mean(kind, [*english, *others]) or did_you_mean(kind, nerves)
        listed = f"There are {', '.join([*english, *others])}."
        raise InputError(f"unknown lesion {kind!r}. {hint or listed}")
    nerve = atlas.nerve(known[kind])
    branches = {branch.id: branch.id for branch in nerve.branches}
    branches |= {name: latin for name, latin in names.items() if latin in branches}
    if part:
        choose(f"branch of {nerve.id}", part, branches)
    degree = _degree(text, amount, graded=nerve.id == "facialis")
    return Palsy(nerve.id, degree, branch=branches[part] if part else "", side=side)


def _parse_botulinum(text: str, stem: str, side: Side | None, amount: str) -> Botulinum:
    word, colon, muscle = stem.partition(":")
    muscle, at, since = muscle.partition("@")
    if at and side is None and muscle.endswith((".left", ".right")):
        muscle, _, last = muscle.rpartition(".")
        side = "left" if last == "left" else "right"
    if word != "botulinum" or not colon or not muscle:
        raise InputError(
            f"{text!r} names no muscle after 'botulinum:'; try 'botulinum:procerus=0.7'."
        )
    days = None
    if at:
        days = _number(since)
        if days is None:
            raise InputError(f"{since!r} is no number of days in {text!r}; try 'procerus@90'.")
    return Botulinum(muscle, _degree(text, amount), days=days, side=side)


def _degree(text: str, amount: str, *, graded: bool = False) -> float:
    word = amount.strip().lower()
    if word.startswith("hb"):
        if not graded:
            raise InputError(f"House-Brackmann grades are for facial palsies only, not {text!r}.")
        return house_brackmann(word.removeprefix("hb"))
    value = _number(word)
    if value is None or not 0 <= value <= 1:
        grades = " or a grade HB1 to HB6" if graded else ""
        raise InputError(f"the degree in {text!r} must lie in 0..1{grades}, not {amount!r}.")
    return value


def house_brackmann(grade: int | str) -> float:
    """Return the share of movement that a House-Brackmann grade says is lost.

    Parameters
    ----------
    grade : int or str
        1 to 6, or ``I`` to ``VI``.

    Returns
    -------
    degree : float [1]
        From the estimated function of the original scale. Doctors give a face the same grade in
        under half of all cases, so this is a rough number.

    References
    ----------
    House and Brackmann 1985, Otolaryngol Head Neck Surg 93, 146; Coulson 2005 (agreement).

    Examples
    --------
    >>> [house_brackmann(grade) for grade in ("I", "IV", 6)]
    [0.0, 0.6, 1.0]
    """
    roman = ("i", "ii", "iii", "iv", "v", "vi")
    word = str(grade).strip().lower().removeprefix("_")
    number = roman.index(word) + 1 if word in roman else word
    rows = lesion_table()["facts"]["house_brackmann"]
    row = rows.get(f"grade_{number}")
    if row is None:
        raise InputError(f"unknown House-Brackmann grade {grade!r}: 1 to 6, or I to VI.")
    return read_quantity(row, rows).value


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
