"""Beats of eyes, lids, head, breath and jaw."""

from __future__ import annotations

from math import radians
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, Tag, WithJsonSchema

from risorius.anatomy.movement import Side
from risorius.perform.score.beats.base import (
    LOOKS,
    STRENGTH,
    Amount,
    Ease,
    LastingBeat,
    Name,
    Part,
    Place,
    ScoreBeat,
    either,
)
from risorius.perform.score.beats.sides import other_way

__all__ = [
    "Blink",
    "Breathe",
    "Chew",
    "Chin",
    "HoldBreath",
    "Lean",
    "Look",
    "Nod",
    "Repeated",
    "Shake",
    "Squint",
    "Swallow",
    "Tilt",
    "Turn",
]


def _target(value: Any) -> Any:
    if isinstance(value, str):
        word = value.strip().replace(" ", "_").replace("-", "_")
        return word.lower() if word.lower() in LOOKS else word
    return value


class _Looks:
    """Names the usual targets in the schema, beside any name and any place."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(LOOKS)}, *handler(core)["oneOf"]]}


class Look(LastingBeat):
    """Eyes, and as far as needed the head, turn to somebody or something."""

    kind: ClassVar[str] = "look"
    held: ClassVar[bool] = True
    look: Annotated[
        Annotated[Place, Tag("place")] | Annotated[Name, Tag("word")],
        either("word", "place"),
        BeforeValidator(_target),
        _Looks,
    ]
    """Partner, camera, away, nowhere, a direction, one of `places`, or a place itself."""
    head: Amount | None = None
    """The head's share of the turn [1]; by the size of the turn if not said."""

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        more: dict[str, Any] = {} if self.head is None else {"head": self.head}
        if isinstance(self.look, Place):
            return (Part("place", more=more | self.look.angles()),)
        return (Part(self.look, more=more),)

    def mirrored(self) -> Self:
        """Return the beat with left and right exchanged."""
        where = self.look
        turned = where.mirrored() if isinstance(where, Place) else other_way(where)
        return self.model_copy(update={"look": turned})


class Breathe(LastingBeat):
    """How the person breathes, or one breath of its own kind."""

    kind: ClassVar[str] = "breathe"
    breathe: Literal["calm", "deep", "shallow", "quick", "sigh", "gasp", "in", "out"]
    """Calm, deep, shallow and quick stay; sigh, gasp, in and out are one breath."""
    strength: Amount = STRENGTH
    """How strong [1]."""


def _breath(value: Any) -> Any:
    return "in" if value is True else value


class HoldBreath(LastingBeat):
    """The breath is held, and tension grows."""

    kind: ClassVar[str] = "hold_breath"
    hold_breath: Annotated[
        Literal["in", "out", "midway"],
        BeforeValidator(_breath),
        WithJsonSchema({"enum": ["in", "out", "midway", True]}),
    ]
    """After breathing in, after breathing out, or wherever the breath is."""
    strength: Amount = STRENGTH
    """With how much effort [1]."""


TIMES = {"yes": 1, "no": 1, "once": 1, "twice": 2}


def _once(value: Any) -> Any:
    return 1 if value is True else TIMES.get(value, value) if isinstance(value, str) else value


Times = Annotated[
    int,
    Field(strict=True, ge=1, le=20),
    BeforeValidator(_once),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 20}, {"enum": [*TIMES, True]}]}
    ),
]
Speed = Literal["slow", "ordinary", "fast"]


class Repeated(LastingBeat):
    """A movement of the head that goes to and fro."""

    speed: Speed = "ordinary"
    """How fast."""
    strength: Amount = STRENGTH
    """How far the head goes [1]."""

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        return (Part(self.speed, self.strength, more={"times": getattr(self, self.kind)}),)


class Nod(Repeated):
    """The head says yes."""

    kind: ClassVar[str] = "nod"
    nod: Times
    """How many times."""


class Shake(Repeated):
    """The head says no."""

    kind: ClassVar[str] = "shake"
    shake: Times
    """How many times."""


class Attitude(LastingBeat):
    """How the head is held."""

    held: ClassVar[bool] = True
    strength: Amount = STRENGTH
    """How far [1]."""
    degrees: Annotated[float, Field(strict=True, gt=0, le=45)] | None = None
    """How far [deg], instead of a strength."""
    ease: Ease = None
    """How long it takes to come [s]."""

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        more = {} if self.degrees is None else {"angle": radians(self.degrees)}
        return (Part(getattr(self, self.kind), self.strength, more=more),)

    def mirrored(self) -> Self:
        """Return the beat with left and right exchanged."""
        return self.model_copy(update={self.kind: other_way(getattr(self, self.kind))})


class Tilt(Attitude):
    """The head is tilted to one shoulder."""

    kind: ClassVar[str] = "tilt"
    tilt: Literal["left", "right", "upright"]
    """To which shoulder."""


class Turn(Attitude):
    """The head is turned while the eyes stay where they look."""

    kind: ClassVar[str] = "turn"
    turn: Literal["left", "right", "ahead"]
    """To which side."""


class Chin(Attitude):
    """The chin is raised or lowered: defiance and pride, or submission and threat."""

    kind: ClassVar[str] = "chin"
    chin: Literal["up", "down", "level"]
    """Which way."""


class Lean(LastingBeat):
    """The upper body leans, and the head with it."""

    kind: ClassVar[str] = "lean"
    held: ClassVar[bool] = True
    lean: Literal["forward", "back", "left", "right", "upright"]
    """Which way."""
    strength: Amount = STRENGTH
    """How far [1]."""
    mm: Annotated[float, Field(strict=True, gt=0, le=300)] | None = None
    """How far the head goes [mm], instead of a strength."""
    ease: Ease = None
    """How long it takes to come [s]."""

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        return (Part(self.lean, self.strength, more={} if self.mm is None else {"shift": self.mm}),)

    def mirrored(self) -> Self:
        """Return the beat with left and right exchanged."""
        return self.model_copy(update={"lean": other_way(self.lean)})


def _blink(value: Any) -> Any:
    return "once" if value is True else value


class Blink(ScoreBeat):
    """A blink on purpose of the score, beside those that come by themselves."""

    kind: ClassVar[str] = "blink"
    blink: Annotated[
        Literal["once", "double", "half", "slow", "flutter"],
        BeforeValidator(_blink),
        WithJsonSchema({"enum": ["once", "double", "half", "slow", "flutter", True]}),
    ]
    """Which kind."""
    strength: Amount = 1.0
    """How far the lids close [1]."""
    side: Side | None = None
    """One eye only: a wink."""


class Measured(LastingBeat):
    """A movement that is given its amount."""

    side: Side | None = None
    """Only there, or there first."""

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        return (Part("", getattr(self, self.kind), self.side),)


def _some(value: Any) -> Any:
    return STRENGTH if value is True else value


Some = Annotated[
    Amount,
    BeforeValidator(_some),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"const": True}]}),
]


class Squint(Measured):
    """The eyes are narrowed."""

    kind: ClassVar[str] = "squint"
    squint: Some
    """How far [1]."""


class Chew(Measured):
    """Something is chewed; without a side, on the stronger one."""

    kind: ClassVar[str] = "chew"
    chew: Some
    """How hard [1]."""


class Swallow(ScoreBeat):
    """One swallow: lips, chin, floor of the mouth, larynx, and the breath stops for it."""

    kind: ClassVar[str] = "swallow"
    swallow: Some
    """How hard [1]."""

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        return (Part("", self.swallow),)
