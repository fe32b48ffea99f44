"""What can happen in a score: one small model per kind of beat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import Discriminator, Tag, model_validator
from pydantic.json_schema import SkipJsonSchema

from risorius.errors import InputError, did_you_mean
from risorius.perform.score.beats.base import (
    LOOKS,
    LastingBeat,
    Model,
    Part,
    Place,
    ScoreBeat,
)
from risorius.perform.score.beats.body import (
    Blink,
    Breathe,
    Chew,
    Chin,
    HoldBreath,
    Lean,
    Look,
    Nod,
    Repeated,
    Shake,
    Squint,
    Swallow,
    Tilt,
    Turn,
)
from risorius.perform.score.beats.expression import Express, Expression, Feel, Micro
from risorius.perform.score.beats.line import Say
from risorius.perform.score.beats.muscle import Move, Relax, Twitch, known_movement
from risorius.perform.score.words import expression_words, movement_words

__all__ = [
    "KINDS",
    "LOOKS",
    "AnyBeat",
    "Blink",
    "Breathe",
    "Chew",
    "Chin",
    "Express",
    "Expression",
    "Feel",
    "HoldBreath",
    "LastingBeat",
    "Lean",
    "Look",
    "Micro",
    "Model",
    "Move",
    "Nod",
    "Part",
    "Place",
    "Relax",
    "Repeated",
    "Say",
    "ScoreBeat",
    "Shake",
    "Squint",
    "Swallow",
    "Tilt",
    "Turn",
    "Twitch",
    "kind_of",
]


def kind_of(value: Any) -> str:
    """Return what kind of beat this is meant to be, ``"?"`` if that cannot be told.

    Examples
    --------
    >>> kind_of({"at": 1.0, "nod": 2}), kind_of({"AU12": 0.5}), kind_of({"fell": "joy"})
    ('nod', 'move', '?')
    """
    if isinstance(value, ScoreBeat):
        return value.kind
    if not isinstance(value, Mapping):
        return "?"
    named = [kind for kind in KINDS if kind in value and kind != "move"]
    if len(named) == 1:
        return named[0]
    if not named and ("moves" in value or any(known_movement(key) for key in value)):
        return "move"
    return "?"


class _NoBeat(ScoreBeat):
    """What is no beat; says why."""

    kind: ClassVar[str] = "?"

    @model_validator(mode="before")
    @classmethod
    def _refuse(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise InputError(
                f"{value!r:.60} is no beat. A beat is a mapping such as {{at: 1.0, feel: joy}}."
            )
        kinds = [kind for kind in KINDS if kind != "move"]
        named = [kind for kind in kinds if kind in value]
        if named:
            listed = " and ".join(repr(kind) for kind in named)
            raise InputError(
                f"{listed} in one beat: a beat does one thing. Write two, the second "
                "with 'with' and the name of the first."
            )
        words = [str(key) for key in value if key not in LastingBeat.model_fields]
        words = [word for word in words if word not in ("with", "for", "strength", "side")]
        for word in words:
            hint = did_you_mean(word, [*kinds, *movement_words()])
            if word in expression_words():
                hint = f"Write 'feel: {word}' or 'express: {word}'."
            if hint:
                raise InputError(f"{word!r} is nothing that can happen in a beat. {hint}")
        said = f"{words[0]!r:.60} is nothing that can" if words else "nothing is said to"
        raise InputError(f"{said} happen in this beat. There are {', '.join(kinds)}, and muscles.")


AnyBeat: TypeAlias = Annotated[
    Annotated[Feel, Tag("feel")]
    | Annotated[Express, Tag("express")]
    | Annotated[Micro, Tag("micro")]
    | Annotated[Look, Tag("look")]
    | Annotated[Say, Tag("say")]
    | Annotated[Breathe, Tag("breathe")]
    | Annotated[HoldBreath, Tag("hold_breath")]
    | Annotated[Nod, Tag("nod")]
    | Annotated[Shake, Tag("shake")]
    | Annotated[Tilt, Tag("tilt")]
    | Annotated[Turn, Tag("turn")]
    | Annotated[Chin, Tag("chin")]
    | Annotated[Lean, Tag("lean")]
    | Annotated[Blink, Tag("blink")]
    | Annotated[Squint, Tag("squint")]
    | Annotated[Swallow, Tag("swallow")]
    | Annotated[Chew, Tag("chew")]
    | Annotated[Twitch, Tag("twitch")]
    | Annotated[Relax, Tag("relax")]
    | Annotated[Move, Tag("move")]
    | Annotated[SkipJsonSchema[_NoBeat], Tag("?")],
    Discriminator(kind_of),
]
"""Any beat, told apart by the word for what happens."""

KINDS: dict[str, type[ScoreBeat]] = {
    kind.kind: kind
    for kind in (
        Feel, Express, Micro, Look, Say, Breathe, HoldBreath, Nod, Shake, Tilt, Turn, Chin, Lean,
        Blink, Squint, Swallow, Chew, Twitch, Relax, Move,
    )
}  # fmt: skip
"""The model of every kind of beat, by its word."""
