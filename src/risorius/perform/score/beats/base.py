"""What all beats have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import radians
from typing import Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from risorius.anatomy.movement import Side
from risorius.perform.score.beats.sides import DIRECTIONS, other_side
from risorius.perform.score.words import score_default

__all__ = [
    "LOOKS",
    "STRENGTH",
    "Amount",
    "Ease",
    "Factor",
    "LastingBeat",
    "Model",
    "Name",
    "Number",
    "Part",
    "Place",
    "Schema",
    "ScoreBeat",
    "Text",
    "either",
]


def either(word: str, other: str) -> Discriminator:
    """Tell a text from anything else, so that a fault is told of what was meant alone."""
    return Discriminator(lambda value: word if isinstance(value, str) else other)


class Schema:
    """What the JSON Schema says of a field, made when it is asked for: it may need the atlas."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self.make = make

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return self.make()


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Moment = Annotated[
    Annotated[str, Tag("word")] | Annotated[Number, Tag("number")], either("word", "number")
]
"""A time [s] or the name of a beat."""
Amount = Annotated[float, Field(strict=True, ge=0, le=1)]
"""How much of it [1], 0..1."""
Factor = Annotated[float, Field(strict=True, ge=0.1, le=10, allow_inf_nan=False)]
"""Times the usual [1]."""
Ease = Annotated[float, Field(strict=True, gt=0, le=60)] | None
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,63}$")]
Text = Annotated[str, Field(strict=True, max_length=2000)]

STRENGTH = score_default("strength")
LOOKS = ("partner", "camera", "away", "nowhere", *DIRECTIONS)
"""Where a look can go without a place of one's own."""


def _closed(model: type[BaseModel], schema: dict[str, Any]) -> None:
    # Titles made of field names tell a reader of the schema nothing that the name does not.
    for field in schema.get("properties", {}).values():
        field.pop("title", None)


class Model(BaseModel):
    """What is written in a score: frozen, and without words that nobody knows."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
        json_schema_extra=lambda schema, model: _closed(model, schema),
    )


class Place(Model):
    """Where something is, as seen from between the eyes of the person."""

    left_deg: Annotated[float, Field(strict=True, ge=-90, le=90)] = 0.0
    """To the person's own left [deg]; negative is right."""
    up_deg: Annotated[float, Field(strict=True, ge=-60, le=60)] = 0.0
    """Upwards [deg]; negative is down."""
    distance_m: Annotated[float, Field(strict=True, ge=0.05, le=10000)] = 1.5
    """How far away [m]."""

    def mirrored(self) -> Place:
        """Return the place on the other side."""
        return self.model_copy(update={"left_deg": -self.left_deg or 0.0})

    def angles(self) -> dict[str, float]:
        """Return `yaw`, `pitch` [rad] (down is positive) and `distance` [mm]."""
        return {
            "yaw": radians(self.left_deg),
            "pitch": -radians(self.up_deg),
            "distance": self.distance_m * 1000,
        }


class Part(NamedTuple):
    """What one beat hands to the scene, times apart."""

    what: str = ""
    strength: float = 1.0
    side: Side | None = None
    more: Mapping[str, Any] = {}


class ScoreBeat(Model):
    """What all beats have in common: a time and, if others refer to it, a name."""

    kind: ClassVar[str] = ""
    held: ClassVar[bool] = False
    """Whether it stays until the next of its kind unless it is given a length."""

    at: Number | None = None
    """When it begins, from the start of the score [s]."""
    after: str | None = None
    """The beat at whose end it begins, or a point of one: name.start, name.end, name.mark."""
    with_: str | None = Field(default=None, alias="with")
    """The beat with whose beginning it begins, or a point of one."""
    gap: Number | None = None
    """How much later than that [s]; negative is earlier."""
    name: Name | None = None
    """What others call it in `after`, `with` and `until`."""

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        own = getattr(self, self.kind)
        return (
            Part(
                own if isinstance(own, str) else "",
                getattr(self, "strength", 1.0),
                getattr(self, "side", None),
            ),
        )

    def mirrored(self) -> Self:
        """Return the beat with left and right exchanged; without a side it stays as it is."""
        side = getattr(self, "side", None)
        return self.model_copy(update={"side": other_side(side)}) if side else self


class LastingBeat(ScoreBeat):
    """A beat whose length can be chosen."""

    for_: Number | None = Field(default=None, alias="for")
    """How long it lasts from its first movement to its last [s]."""
    until: Moment | None = None
    """When it ends: a time [s], the name of a beat (at its start), name.end, or end (of all)."""
