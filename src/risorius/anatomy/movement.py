"""What muscles do together: action units, ARKit shapes and expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from risorius.anatomy.quantity import Basis, Evidence, Quantity

__all__ = [
    "SIDES",
    "ActionUnit",
    "ArkitShape",
    "ArkitWeight",
    "Companion",
    "Component",
    "Drive",
    "Expression",
    "Rule",
    "Side",
    "Timing",
]

Side: TypeAlias = Literal["left", "right"]
"""The depicted person's own."""

SIDES: tuple[Side, Side] = ("left", "right")


class Drive(NamedTuple):
    """How strongly a movement at amount 1 drives one channel on one side."""

    channel: str
    side: Side
    weight: float


class Companion(NamedTuple):
    """What another part of the body does during an expression, in words."""

    part: str
    does: str


class ArkitWeight(NamedTuple):
    """How far a movement at amount 1 moves one ARKit shape."""

    shape: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionUnit:
    """One unit of the Facial Action Coding System.

    The weights of `drive` and `arkit` are design defaults: the system names muscles, not shares.
    """

    id: str
    number: int
    name: str
    muscles: tuple[str, ...]
    """Muscles or parts that do the work."""
    relaxes: tuple[str, ...]
    """Muscles whose letting go is part of the movement."""
    sided: bool
    """Whether it can be scored on one side alone."""
    default_side: Side | None
    """Where a unit that is one-sided by nature goes unless a side is given."""
    directed: bool
    """Whether a side means the direction of the movement; `drive` is then the one to the left."""
    behaviour: bool
    retired: str
    drive: tuple[Drive, ...]
    arkit: tuple[ArkitWeight, ...]
    landmark: str
    """What `travel` was measured on."""
    travel: Quantity | None
    """How far the landmark goes in a deliberate maximum [mm]."""
    opposes: tuple[str, ...]
    notes: str
    evidence: Evidence
    sources: tuple[str, ...]

    def towards(self, side: Side | None) -> tuple[Drive, ...]:
        """Return the drive of this unit on one side, or to it where the unit has a direction.

        Without a side that is the whole movement, or the default side of a one-sided unit.
        """
        wanted = side or self.default_side
        if not self.directed:
            return tuple(drive for drive in self.drive if wanted in (None, drive.side))
        if wanted == "right":
            other: dict[Side, Side] = {"left": "right", "right": "left"}
            return tuple(drive._replace(side=other[drive.side]) for drive in self.drive)
        return self.drive


@dataclass(frozen=True, slots=True, kw_only=True)
class ArkitShape:
    """One of the 52 face shapes of Apple ARKit."""

    name: str
    side: Side | None
    action_units: tuple[str, ...]
    drive: tuple[Drive, ...]
    evidence: Evidence
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One action unit of an expression. The strengths are design defaults."""

    action_unit: str
    typical: float
    """Everyday strength [1]."""
    most: float
    """Staged or extreme strength [1]."""
    role: Literal["core", "variant", "optional"]
    one_sided: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long one episode takes to come, to stay and to go [s]."""

    onset: Quantity
    apex: Quantity
    offset: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A pattern of action units that people connect with a feeling or a social meaning.

    A prototype to sample from: full patterns are rare in real life.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    universal: bool
    """Whether it is one of the seven that are most often called universal."""
    default_side: Side | None
    components: tuple[Component, ...]
    timing: Timing | None
    companions: tuple[Companion, ...]
    score: str
    """A published score over its units, in words."""
    notes: str
    evidence: Evidence
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How action units go together."""

    id: str
    kind: str
    action_units: tuple[str, ...]
    rule: str
    evidence: Evidence
    basis: Basis
    sources: tuple[str, ...]
