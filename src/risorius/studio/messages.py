"""What server and browser say to each other, and which version of it.

Each room keeps its own words in its `messages` module; what all rooms share is here. The browser's
types are generated from these models by ``tools/make_messages.py``, so that there is one truth.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from risorius.anatomy.quantity import Basis, Evidence

__all__ = [
    "Ask",
    "ClipSheet",
    "Export",
    "ExportAsk",
    "Happening",
    "Hello",
    "Job",
    "Message",
    "Problem",
    "Refusal",
    "RoomSign",
    "SaveAsk",
    "Saved",
    "Standing",
]

Layout: TypeAlias = dict[str, tuple[int, int]]


class Message(BaseModel):
    """What one side tells the other: snake_case here, camelCase on the wire."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class Ask(Message):
    """What a browser sends; fields with a default may be left out."""


class RoomSign(Message):
    """A room of the studio, as it stands on its tab."""

    name: str
    title: str


class Hello(Message):
    """The first thing that the server says, on every WebSocket and at ``/api/hello``."""

    type: Literal["hello"] = "hello"
    version: str
    """Of the messages; a page that was made for another one must be loaded again."""
    session: str
    """Another one after each start of the server: what it held in memory is then gone."""
    risorius: str
    """Version of the package."""
    rooms: tuple[RoomSign, ...]
    frame: Layout
    """Where each part of a binary frame begins and ends; numbers, not bytes."""
    n_columns: int
    """Numbers in a frame."""
    formats: dict[str, str]
    """What a clip can be exported to: suffix and what it is."""


class Problem(Message):
    """One thing that is wrong, what is allowed, and what to try."""

    text: str
    line: int | None = None
    """Counted from 1, where it is about a text."""
    column: int | None = None


class Refusal(Message):
    """The answer to what could not be done, over HTTP and WebSocket alike."""

    type: Literal["refusal"] = "refusal"
    problems: tuple[Problem, ...]


class Standing(Message):
    """How far something is to be trusted."""

    evidence: Evidence
    basis: Basis | None = None
    """C: checked against a public abstract. R: recalled, not re-read. D: a design default."""
    sources: tuple[str, ...] = ()


class Happening(Message):
    """Something that happened in a clip."""

    start: float
    """[s]"""
    end: float
    """[s]"""
    kind: str
    label: str


class ClipSheet(Message):
    """A clip that the server holds; its numbers are at ``/api/clips/{id}/frames``."""

    id: str
    title: str
    room: str
    """Which room made it."""
    duration: float
    """[s]"""
    rate: float
    """Frames per second; 0 for a single picture."""
    n_frames: int
    events: tuple[Happening, ...]
    notes: tuple[str, ...]
    """What was settled or found while it was made."""
    attributes: dict[str, str]
    """Everything else that the clip says about itself."""
    unobserved: dict[str, str]
    """Channels that were not seen at all, and why."""
    has_confidence: bool
    """Whether ``/api/clips/{id}/confidence`` has numbers."""
    saved: bool
    """Whether it is in the data folder; else it is gone when the server stops."""


class ExportAsk(Ask):
    """Write a clip in another format."""

    format: str
    """One of the suffixes that `Hello` names, such as ``.glb``."""
    fade: float | None = Field(default=None, ge=0, le=1)
    """Show the muscles under a skin this clear: 0 closed, 1 gone. Where a face is shown only."""


class Export(Message):
    """A file that was made from a clip."""

    name: str
    left_out: tuple[str, ...]
    """What of the clip is not in the file, one sentence each."""
    changed: tuple[str, ...]
    mean_error: float | None
    """Of the written shape [mm], where one is written."""
    max_error: float | None


class Job(Message):
    """Long work: asked for again and again until it is over."""

    id: str
    kind: Literal["export", "read"]
    title: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    share: float
    """What is done, 0..1."""
    problem: str = ""
    """Why it failed."""
    clip: str = ""
    """The clip that came of it, or that it was made from."""
    export: Export | None = None
    """The file that came of it, at ``/api/jobs/{id}/file``."""


class SaveAsk(Ask):
    """Keep a clip, and what it was made from, in the data folder."""

    title: str = Field(default="", max_length=200)
    score: str | None = Field(default=None, max_length=2_000_000)
    """The text of the score that it was performed from."""
    seed: int = Field(default=0, ge=0, lt=2**53)


class Saved(Message):
    """A session in the data folder."""

    id: str
    """Also the id of its clip."""
    title: str
    room: str
    made: str
    """When it was saved, ISO 8601 with its time zone."""
    duration: float
    """[s]"""
    score: str | None
    seed: int
