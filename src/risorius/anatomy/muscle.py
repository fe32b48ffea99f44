"""Muscles, their parts and channels, and the nerves that drive them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from risorius.anatomy.quantity import Evidence, Quantity

__all__ = ["Branch", "Channel", "Moves", "Muscle", "Nerve", "Part", "Supply", "Wrinkle"]

Moves: TypeAlias = Literal["skin", "lid", "jaw", "eye", "pupil", "tongue", "head", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What is driven on its own: a muscle, or one part of it. The muscle axis of every clip."""

    id: str
    """``zygomaticus_major``, or with its part ``frontalis.medialis``."""
    muscle: str
    part: str
    """Empty where the whole muscle is one channel."""
    moves: Moves
    hidden: str
    """Why a camera cannot tell its activity; empty where it can."""
    english: str

    @property
    def is_observable(self) -> bool:
        """Whether a camera in front of the face can tell its activity."""
        return not self.hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sub-unit of a muscle."""

    id: str
    note: str
    is_channel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrinkle:
    """Lines that a muscle folds into the skin."""

    id: str
    name: str
    pattern: str
    action_units: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """One nerve that moves a muscle, or one part of it."""

    nerve: str
    branches: tuple[str, ...]
    part: str
    """Empty where the whole muscle is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Muscle:
    """One muscle; a pair counts once."""

    id: str
    latin: str
    english: str
    group: str
    region: str
    """The group in plain words."""
    laterality: Literal["paired", "midline"]
    parts: tuple[Part, ...]
    channels: tuple[str, ...]
    origin: str
    insertion: str
    action: str
    action_units: tuple[str, ...]
    """The units that name it as their muscle."""
    supplies: tuple[Supply, ...]
    antagonists: tuple[str, ...]
    synergists: tuple[str, ...]
    type: Literal["linear", "sheet", "sphincter"]
    fibre_direction: str
    rest_length: Quantity
    """[mm]"""
    max_shortening: Quantity
    """Share of the rest length [1]."""
    type_I_share: Quantity | None
    """Share of slow fibres [1]."""
    thickness: Quantity | None
    """[mm]"""
    wrinkles: tuple[Wrinkle, ...]
    notes: str
    sides: str
    """What is known about left and right."""
    evidence: Evidence
    sources: tuple[str, ...]

    @property
    def nerve(self) -> str:
        """The id of its main nerve."""
        return self.supplies[0].nerve

    @property
    def branches(self) -> tuple[str, ...]:
        """The branches of its main nerve that reach it."""
        return self.supplies[0].branches


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch of a nerve and what it moves."""

    id: str
    latin: str
    english: str
    supplies: str
    leaves: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nerve:
    """A motor nerve."""

    id: str
    number: str
    """Roman numeral of the cranial nerve; ``V3``, ``C`` (cervical) or ``S`` (sympathetic)."""
    latin: str
    english: str
    course: str
    branches: tuple[Branch, ...]
    muscles: tuple[str, ...]
    notes: str
    evidence: Evidence
    sources: tuple[str, ...]
