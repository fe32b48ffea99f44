"""Accents of culture and context on expressions, each with the evidence it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import prod

from risorius.anatomy.quantity import Evidence
from risorius.anatomy.sheet import load_facts
from risorius.errors import InputError, did_you_mean
from risorius.perform.scene import Context
from risorius.perform.table import load_table

__all__ = ["CULTURES", "Accent", "accents", "notes", "total_strength"]

CULTURES: tuple[str, ...] = ("none", *load_table("culture")["cultures"])
"""The words for `Context.culture`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accent:
    """What one published statement changes in how expressions show.

    Attributes
    ----------
    fact : str
        Its name in the emotion facts.
    text : str
        What was found.
    evidence : {"strong", "moderate", "weak"}
        Of the finding; how far an accent goes is a design default.
    sources : tuple of str
        Never empty.
    expressions : tuple of str
        Which it changes; empty for all.
    strength : float [1]
        By what the strength is multiplied.
    chance : mapping of str to float
        By what the chance of a unit is multiplied.
    earlier : mapping of str to float [s]
        By how much a unit comes before the others.
    """

    fact: str
    text: str
    evidence: Evidence
    sources: tuple[str, ...]
    expressions: tuple[str, ...]
    strength: float
    chance: Mapping[str, float]
    earlier: Mapping[str, float]

    @property
    def note(self) -> str:
        """The accent in one line, as the user is told."""
        where = f" (on {', '.join(self.expressions)})" if self.expressions else ""
        return (
            f"{self.fact}{where}: {self.text}. Evidence {self.evidence}: "
            f"{'; '.join(self.sources)}. "
            "How far the accent goes is a design default."
        )

    @property
    def changes(self) -> bool:
        """Whether it changes anything at all."""
        return self.strength != 1.0 or bool(self.chance) or bool(self.earlier)


def accents(context: Context, expression: str | None = None) -> tuple[Accent, ...]:
    """Return the accents that hold in a context, for one expression or for any.

    Parameters
    ----------
    context : Context
    expression : str, optional
        Id of the atlas.

    Raises
    ------
    InputError
        A culture that has no accent; the message says what there is.

    Examples
    --------
    >>> [accent.chance for accent in accents(Context(culture="gabonese"), "happiness")]
    [{'AU6': 0.25, 'AU25': 2.5}]
    >>> accents(Context())
    ()
    """
    if context.culture not in CULTURES:
        hint = did_you_mean(context.culture, CULTURES) or f"There are {', '.join(CULTURES)}."
        raise InputError(
            f"unknown culture {context.culture!r}. {hint} There are accents only where there is a "
            "published difference."
        )
    return tuple(
        accent
        for culture, when, accent in _all()
        if culture in (None, context.culture)
        and all(getattr(context, key) in words for key, words in when.items())
        and (expression is None or not accent.expressions or expression in accent.expressions)
    )


def notes(context: Context) -> tuple[str, ...]:
    """Return for each accent in a context what it rests on, to be shown to the user.

    Examples
    --------
    >>> print(notes(Context(culture="quebecois"))[0].partition(". ")[2])
    Evidence weak: Elfenbein 2007 (preprint). How far the accent goes is a design default.
    """
    return tuple(accent.note for accent in accents(context))


def total_strength(chosen: tuple[Accent, ...]) -> float:
    """Return what the strengths of several accents come to."""
    return prod(accent.strength for accent in chosen)


@cache
def _all() -> tuple[tuple[str | None, Mapping[str, list[str]], Accent], ...]:
    facts = load_facts("emotion").statements
    made = []
    for entry in load_table("culture")["accents"]:
        fact = facts[entry["fact"]]
        accent = Accent(
            fact=entry["fact"],
            text=fact.text,
            evidence=fact.evidence,
            sources=fact.sources,
            expressions=tuple(entry.get("expressions", ())),
            strength=float(entry.get("strength", 1.0)),
            chance=entry.get("chance", {}),
            earlier=entry.get("earlier", {}),
        )
        made.append((entry.get("culture"), entry.get("when", {}), accent))
    return tuple(made)
