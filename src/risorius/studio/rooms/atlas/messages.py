"""What the atlas tells: muscles, nerves, action units and expressions, with their standing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from risorius.anatomy.movement import Side
from risorius.anatomy.muscle import Moves
from risorius.studio.messages import Ask, Message, Standing

__all__ = [
    "AtlasPages",
    "BranchPage",
    "ChannelPage",
    "Cut",
    "CutAsk",
    "CutEffect",
    "ExpressionPage",
    "Fibres",
    "Figure",
    "Ingredient",
    "Line",
    "MusclePage",
    "NervePage",
    "PartPage",
    "Pull",
    "Statement",
    "SupplyPage",
    "UnitPage",
]


class Figure(Message):
    """A number from the literature, in words."""

    name: str
    text: str
    """Value, span and unit: ``60 (45 to 75) mm``."""
    standing: Standing
    note: str


class Statement(Message):
    """What is known in words."""

    text: str
    standing: Standing


class ChannelPage(Message):
    """What is driven on its own; its place in the list is its place in every frame."""

    id: str
    muscle: str
    part: str
    english: str
    moves: Moves
    hidden: str
    """Why a camera cannot tell its activity; empty where it can."""


class PartPage(Message):
    """A part of a muscle."""

    id: str
    note: str
    is_channel: bool


class SupplyPage(Message):
    """A nerve that moves a muscle, or one part of it."""

    nerve: str
    branches: tuple[str, ...]
    part: str


class Line(Message):
    """Lines that a muscle writes into the skin."""

    id: str
    name: str
    pattern: str
    action_units: tuple[str, ...]


class MusclePage(Message):
    """One muscle; a pair counts once."""

    id: str
    latin: str
    english: str
    region: str
    laterality: Literal["paired", "midline"]
    type: Literal["linear", "sheet", "sphincter"]
    origin: str
    insertion: str
    fibres: str
    action: str
    parts: tuple[PartPage, ...]
    channels: tuple[str, ...]
    action_units: tuple[str, ...]
    supplies: tuple[SupplyPage, ...]
    antagonists: tuple[str, ...]
    """Muscles or their channels."""
    synergists: tuple[str, ...]
    lines: tuple[Line, ...]
    figures: tuple[Figure, ...]
    sides: str
    """What is known about left and right."""
    notes: str
    standing: Standing


class Fibres(Message):
    """What a branch brings to a channel."""

    channel: str
    share: float
    """Of the fibres of the channel [1]."""


class BranchPage(Message):
    """A branch of a nerve and what it moves."""

    id: str
    """Empty for a nerve that has no branches here."""
    latin: str
    english: str
    supplies: str
    leaves: str
    fibres: tuple[Fibres, ...]


class NervePage(Message):
    """A motor nerve."""

    id: str
    number: str
    latin: str
    english: str
    course: str
    branches: tuple[BranchPage, ...]
    notes: str
    standing: Standing


class Pull(Message):
    """How strongly something drives a channel on one side."""

    channel: str
    side: Side
    weight: float


class UnitPage(Message):
    """An action unit. Its weights are design defaults."""

    id: str
    number: int
    name: str
    muscles: tuple[str, ...]
    drive: tuple[Pull, ...]
    directed: bool
    """Whether a side means the direction of the movement."""
    notes: str
    standing: Standing


class Ingredient(Message):
    """One action unit of an expression. The strengths are design defaults."""

    action_unit: str
    typical: float
    most: float
    role: Literal["core", "variant", "optional"]
    one_sided: bool
    note: str


class ExpressionPage(Message):
    """A pattern that people connect with a feeling: what it looks like, not what is felt."""

    id: str
    name: str
    aliases: tuple[str, ...]
    universal: bool
    """Whether it is one of the seven that are most often called universal."""
    ingredients: tuple[Ingredient, ...]
    recipe: tuple[Pull, ...]
    """The muscles of its everyday strength."""
    companions: dict[str, str]
    """What other parts of the body do meanwhile."""
    notes: str
    standing: Standing


class AtlasPages(Message):
    """The whole atlas, once."""

    channels: tuple[ChannelPage, ...]
    muscles: tuple[MusclePage, ...]
    nerves: tuple[NervePage, ...]
    units: tuple[UnitPage, ...]
    expressions: tuple[ExpressionPage, ...]
    exercise: tuple[Statement, ...]
    """What is known about exercise of the face; no muscle has exercises of its own in the facts."""


class Cut(Ask):
    """A nerve or one of its branches that conducts less."""

    nerve: str
    branch: str = ""
    """Empty for all of it."""
    side: Side | None = None
    """Both when not given."""
    degree: float = Field(ge=0, le=1)
    """Share of the fibres that do not conduct."""


class CutAsk(Ask):
    """Nerves that conduct less: what fails."""

    cuts: tuple[Cut, ...] = Field(max_length=100)


class CutEffect(Message):
    """What is left, by channel and side (``channel * 2 + side``). For teaching, no diagnosis."""

    movement: tuple[float, ...]
    """Share of a movement that still comes."""
    tone: tuple[float, ...]
    """Of the face at rest, 1 healthy."""
    weaker: tuple[Pull, ...]
    """What is weaker than it was, weakest first; the weight is what is left of the movement."""
