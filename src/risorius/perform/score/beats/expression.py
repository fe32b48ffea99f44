"""Beats that show something: feelings, expressions, micro-expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from risorius.anatomy.movement import Side
from risorius.errors import InputError
from risorius.perform.score.beats.base import (
    STRENGTH,
    Amount,
    Ease,
    LastingBeat,
    Part,
    Schema,
    ScoreBeat,
)
from risorius.perform.score.words import (
    expression_word,
    expression_words,
    movement_word,
    movement_words,
    score_default,
)

__all__ = ["Express", "Expression", "Feel", "Micro"]


def _blend(value: Any) -> Any:
    if isinstance(value, str):
        return {expression_word(value): 1.0}
    if isinstance(value, Mapping) and all(isinstance(word, str) for word in value):
        made: dict[str, Any] = {}
        for word, share in value.items():
            found = expression_word(word)
            if found in made:
                raise InputError(f"{word!r} is in the blend twice, as {found!r}.")
            made[found] = share
        return made
    return value


def _plain_blend(blend: dict[str, float]) -> Any:
    return next(iter(blend)) if list(blend.values()) == [1.0] else blend


def _blend_schema() -> dict[str, Any]:
    words = {"enum": list(expression_words())}
    share = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
    several = {
        "type": "object",
        "propertyNames": words,
        "additionalProperties": share,
        "minProperties": 1,
    }
    return {"anyOf": [words, several]}


Share = Annotated[float, Field(strict=True, gt=0, le=1)]
Blend = Annotated[
    dict[str, Share],
    Field(min_length=1),
    BeforeValidator(_blend),
    PlainSerializer(_plain_blend),
    Schema(_blend_schema),
]


class Expression(LastingBeat):
    """An expression or a blend of them, by feeling or by will."""

    strength: Amount = STRENGTH
    """How strong, from nothing to the most the face can do [1]."""
    held_back: Amount = 0.0
    """How far it is held back by muscles that work against it [1]."""
    ease: Ease = None
    """How long it takes to come [s]."""
    full: bool = Field(default=False, strict=True)
    """Whether the whole pattern is shown rather than a part of it, as in life."""
    side: Side | None = None
    """Only there, or there if it is one-sided by nature; else the stronger side."""

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        blend = dict(sorted(getattr(self, self.kind).items(), key=lambda item: -item[1]))
        more = {
            "blend": blend,
            "felt": self.kind == "feel",
            "suppress": self.held_back,
            "full": self.full,
        }
        return (Part(next(iter(blend)), self.strength, self.side, more),)


class Feel(Expression):
    """A feeling that shows by itself, slow and partial as felt expressions are."""

    kind: ClassVar[str] = "feel"
    feel: Blend
    """An expression of the atlas, or several with their shares."""


class Express(Expression):
    """An expression made on purpose: quicker, fuller and shorter than a felt one."""

    kind: ClassVar[str] = "express"
    express: Blend
    """An expression of the atlas, or several with their shares."""


def _sign(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return expression_word(value)
    except InputError as first:
        try:
            return movement_word(value)
        except InputError:
            raise first from None


Sign = Annotated[
    str,
    BeforeValidator(_sign),
    Schema(lambda: {"enum": [*expression_words(), *movement_words()]}),
]


class Micro(ScoreBeat):
    """An expression that flickers over the face and is put down at once."""

    kind: ClassVar[str] = "micro"
    micro: Sign
    """An expression, an action unit or a muscle."""
    ms: Annotated[
        float,
        Field(
            strict=True,
            ge=score_default("lengths.micro", bound=0),
            le=score_default("lengths.micro", bound=1),
        ),
    ] = score_default("lengths.micro")
    """How long it is seen [ms]."""
    strength: Amount = STRENGTH
    """How strong [1]."""
    part: Literal["whole", "upper", "lower"] | None = None
    """Which half of the face shows it; by chance if not said."""
    side: Side | None = None
    """Only there, or there if it is one-sided by nature; else the stronger side."""

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        return (Part(self.micro, self.strength, self.side, {"part": self.part or ""}),)
