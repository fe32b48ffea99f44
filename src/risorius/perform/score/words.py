"""The words of a score: which there are, and what was probably meant by any other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import SIDES, ArkitShape, Expression, Side
from risorius.anatomy.muscle import Nerve
from risorius.errors import InputError, did_you_mean
from risorius.perform.table import load_table

__all__ = [
    "expression_word",
    "expression_words",
    "movement_word",
    "movement_words",
    "score_default",
    "split_side",
    "unknown",
]


def score_default(name: str, *, bound: int | None = None) -> float:
    """Return one of the design defaults of the score, in the unit it is written in.

    Parameters
    ----------
    name : str
        Dotted, such as ``lengths.tail``.
    bound : {0, 1}, optional
        The lower or the upper end of its range instead.

    Examples
    --------
    >>> score_default("strength"), score_default("lengths.micro", bound=1)
    (0.6, 500.0)
    """
    entry: Any = load_table("score")
    for part in name.split("."):
        entry = entry[part]
    return float(entry["typ"] if bound is None else entry["range"][bound])


@cache
def expression_words() -> tuple[str, ...]:
    """Return every name and alias of an expression."""
    atlas = load_atlas()
    return tuple(word for entry in atlas.expressions for word in (entry.id, *entry.aliases))


@cache
def movement_words() -> tuple[str, ...]:
    """Return the name of everything that moves by itself: units, muscles, parts, ARKit shapes."""
    atlas = load_atlas()
    return tuple(
        dict.fromkeys(
            [
                *(unit.id for unit in atlas.action_units),
                *(muscle.id for muscle in atlas.muscles),
                *atlas.channel_ids,
                *(shape.name for shape in atlas.arkit),
            ]
        )
    )


def expression_word(word: str) -> str:
    """Return the atlas's id of an expression; spaces and case do not count.

    Raises
    ------
    InputError
        No such expression.

    Examples
    --------
    >>> expression_word("Kindly confident"), expression_word("joy")
    ('kindly_confident', 'happiness')
    """
    known = expression_words()
    found = _plain(word)
    if found not in known:
        raise unknown("expression", word, known)
    return load_atlas().expression(found).id


def movement_word(word: str) -> str:
    """Return a muscle, a part of one, a unit or an ARKit shape as the atlas spells it.

    A side at its end (``AU12.left``) stays there.

    Raises
    ------
    InputError
        No such movement. An expression is none: it is felt or expressed.

    Examples
    --------
    >>> movement_word("au12.left"), movement_word("Zygomaticus major"), movement_word("jawopen")
    ('AU12.left', 'zygomaticus_major', 'jawOpen')
    """
    stem, side = split_side(word)
    try:
        entry = load_atlas().find(stem)
    except InputError:
        raise unknown("muscle or action unit", stem, movement_words()) from None
    if isinstance(entry, Expression):
        raise InputError(
            f"{stem!r} is an expression, not a muscle: write 'feel: {stem}' or 'express: {stem}'."
        )
    if isinstance(entry, Nerve):
        raise InputError(
            f"{stem!r} is a nerve and makes no movement of its own. Try one of its muscles: "
            f"{', '.join(entry.muscles[:3])}."
        )
    name = entry.name if isinstance(entry, ArkitShape) else entry.id
    return f"{name}.{side}" if side else name


def split_side(word: str) -> tuple[str, Side | None]:
    """Return a name without the side at its end, and the side.

    Examples
    --------
    >>> split_side("AU12.left"), split_side("frontalis.medialis")
    (('AU12', 'left'), ('frontalis.medialis', None))
    """
    stem, _, last = word.rpartition(".")
    for side in SIDES:
        if stem and last == side:
            return stem, side
    return word, None


def unknown(kind: str, word: object, known: Iterable[str]) -> InputError:
    """Return the error for a word that is not known: with what comes close, or with what there is.

    Examples
    --------
    >>> print(unknown("side", "lft", ["left", "right"]))
    unknown side 'lft'. Did you mean 'left'?
    """
    listed = list(known)
    hint = did_you_mean(str(word), listed)
    if not hint:
        few = ", ".join(listed[:12])
        hint = f"There are {few}{', and others' if len(listed) > 12 else ''}."
    return InputError(f"unknown {kind} {_short(word)}. {hint}")


def _plain(word: str) -> str:
    return "_".join(word.strip().lower().replace("-", " ").split())


def _short(word: object) -> str:
    shown = repr(word)
    return shown if len(shown) <= 60 else f"{shown[:56]}...{shown[-1]}"
