"""What is said while one performs: scores, what is wrong with them, and intents as they come."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from risorius.studio.messages import Ask, ClipSheet, Happening, Message, Problem

__all__ = [
    "BeatSpan",
    "Begin",
    "Example",
    "Happened",
    "Intend",
    "LayerSign",
    "Pause",
    "Performance",
    "RenderAsk",
    "ScoreAsk",
    "ScoreSheet",
    "Vocabulary",
]

MOST_TEXT = 2_000_000
"""Characters of a score that are read."""


class ScoreAsk(Ask):
    """Whether a text is a score."""

    text: str = Field(max_length=MOST_TEXT)


class BeatSpan(Message):
    """One intent of a score at its time."""

    index: int
    kind: str
    what: str
    start: float
    """[s]"""
    end: float
    """[s]"""
    line: int | None
    """Where it stands in the text, counted from 1."""


class ScoreSheet(Message):
    """What a score says, or what is wrong with it."""

    title: str
    problems: tuple[Problem, ...]
    """Empty when it can be performed."""
    notes: tuple[str, ...]
    duration: float
    """[s]; 0 when there are problems."""
    beats: tuple[BeatSpan, ...]


class LayerSign(Message):
    """One of the things that a living face does at the same time as all the others."""

    name: str
    about: str
    has_curves: bool
    """Whether it does something alone; else it changes what all the others do."""


class Example(Message):
    """A score to begin with."""

    name: str
    title: str
    text: str


class Vocabulary(Message):
    """The words of a score, for completion; its grammar is at ``/api/perform/schema``."""

    expressions: tuple[str, ...]
    movements: tuple[str, ...]
    layers: tuple[LayerSign, ...]
    """What can be switched off."""
    examples: tuple[Example, ...]


class RenderAsk(Ask):
    """Perform a score."""

    text: str = Field(max_length=MOST_TEXT)
    seed: int = Field(default=0, ge=0, lt=2**53)
    rate: float = Field(default=60.0, ge=1, le=240)
    """Frames per second."""
    off: tuple[str, ...] = Field(default=(), max_length=20)
    """Layers to leave out; all others stay as they are."""


class Performance(Message):
    """A performed score; ``/api/perform/layers/{name}`` has what one layer does alone."""

    clip: ClipSheet
    score: ScoreSheet
    seed: int
    off: tuple[str, ...]


class Begin(Ask):
    """Live: begin anew, as who and where a score says."""

    type: Literal["begin"] = "begin"
    opening: dict[str, Any] = Field(default_factory=dict)
    """Persona, context, style, places and first beats, as in a score."""
    seed: int = Field(default=0, ge=0, lt=2**53)
    off: tuple[str, ...] = Field(default=(), max_length=20)


class Intend(Ask):
    """Live: do this from now on; beats as in a score, their times counted from now."""

    type: Literal["intend"] = "intend"
    beats: tuple[dict[str, Any], ...] = Field(min_length=1, max_length=32)


class Pause(Ask):
    """Live: hold still, or go on."""

    type: Literal["pause"] = "pause"
    on: bool = True


class Happened(Message):
    """Live: what began in the frames since the last message."""

    type: Literal["happened"] = "happened"
    events: tuple[Happening, ...]
