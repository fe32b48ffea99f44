"""Muscles and action units by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

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
from risorius.perform.score.beats.sides import check_side, other_name, other_side
from risorius.perform.score.words import movement_word, movement_words, score_default, split_side

__all__ = ["Move", "Relax", "Twitch", "known_movement"]


def _movement(value: Any) -> Any:
    return movement_word(value) if isinstance(value, str) else value


Movement = Annotated[
    str, BeforeValidator(_movement), Schema(lambda: {"enum": list(movement_words())})
]


class Twitch(ScoreBeat):
    """One muscle jerks by itself, as a tired lid does."""

    kind: ClassVar[str] = "twitch"
    twitch: Movement
    """Which muscle or unit."""
    ms: Annotated[
        float,
        Field(
            strict=True,
            ge=score_default("lengths.twitch", bound=0),
            le=score_default("lengths.twitch", bound=1),
        ),
    ] = score_default("lengths.twitch")
    """How long it is seen [ms]."""
    strength: Amount = STRENGTH
    """How strong [1]."""
    side: Side | None = None
    """Where; both if not said."""

    @model_validator(mode="after")
    def _side_fits(self) -> Self:
        check_side(self.twitch, self.side)
        return self

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        name, own = split_side(self.twitch)
        return (Part(name, self.strength, own or self.side),)

    def mirrored(self) -> Self:
        """Return the beat with left and right exchanged."""
        changed = {"twitch": other_name(self.twitch), "side": other_side(self.side)}
        return self.model_copy(update=changed)


def _names(value: Any) -> Any:
    if value in ("all", True):
        return ()
    given = [value] if isinstance(value, str) else value
    return tuple(_movement(name) for name in given) if isinstance(given, list | tuple) else value


def _names_schema() -> dict[str, Any]:
    words = {"enum": list(movement_words())}
    return {"anyOf": [{"const": "all"}, words, {"type": "array", "items": words}]}


class Relax(LastingBeat):
    """Muscles let go, whatever else was asked of them."""

    kind: ClassVar[str] = "relax"
    relax: Annotated[
        tuple[str, ...],
        BeforeValidator(_names),
        PlainSerializer(lambda names: list(names) or "all"),
        Schema(_names_schema),
    ]
    """Which: all, one, or a list of muscles or action units."""

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        return (Part("", more={"names": self.relax}),)

    def mirrored(self) -> Self:
        """Return the beat with left and right exchanged."""
        return self.model_copy(update={"relax": tuple(map(other_name, self.relax))})


class Move(LastingBeat):
    """Muscles, action units or ARKit shapes by name: ``AU4: 0.4``."""

    kind: ClassVar[str] = "move"
    moves: Annotated[dict[str, Amount], Field(min_length=1)]
    """Which of them, and how far [1]."""
    ease: Ease = None
    """How long they take to come [s]."""
    side: Side | None = None
    """Only this side of those that do not name one themselves."""

    @model_validator(mode="wrap")
    @classmethod
    def _gather(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(value, Mapping):
            own = {*cls.model_fields, "with", "for"}
            given = {key: item for key, item in value.items() if key in own}
            moves = dict(value.get("moves", {}))
            for key, item in value.items():
                if key in own:
                    continue
                word = known_movement(key)
                if word in moves:
                    raise InputError(f"{word!r} comes twice in this beat.")
                (moves if word else given)[word or key] = item
            value = {**given, "moves": moves}
        return handler(value)

    @model_validator(mode="after")
    def _side_fits(self) -> Self:
        for name in self.moves:
            check_side(name, self.side)
        return self

    @model_serializer(mode="wrap")
    def _flat(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        given: dict[str, Any] = handler(self)
        return {**given.pop("moves", {}), **given}

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        return tuple(
            Part(stem, amount, own or self.side)
            for name, amount in self.moves.items()
            for stem, own in [split_side(name)]
        )

    def mirrored(self) -> Self:
        """Return the beat with left and right exchanged."""
        moves = {other_name(name): amount for name, amount in self.moves.items()}
        return self.model_copy(update={"moves": moves, "side": other_side(self.side)})

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler.resolve_ref_schema(handler(core))
        properties = schema["properties"]
        del properties["moves"]
        own = list(properties)
        amount = {"type": "number", "minimum": 0, "maximum": 1}
        properties |= dict.fromkeys(movement_words(), amount)
        names = "|".join(re.escape(name) for name in movement_words())
        schema["patternProperties"] = {rf"^({names})\.(left|right)$": amount}
        del schema["required"]
        schema["not"] = {"propertyNames": {"enum": own}}  # a time alone moves nothing
        return schema


def known_movement(key: Any) -> str:
    """Return the atlas's name of a movement, or nothing if it is none."""
    try:
        return movement_word(key) if isinstance(key, str) else ""
    except InputError:
        return ""
