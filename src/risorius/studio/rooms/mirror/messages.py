"""What a mirror says: what it sees, what it asks for, and what to practise.

Pictures come as binary messages, little-endian: the number of the picture and the time it was taken
[s] as 64-bit floats, four letters for how its samples lie (I420, NV12 or RGBX, as in WebCodecs),
width and height as 16-bit integers, then the samples. Each answer is a binary frame, as of every
living face, with `MIRROR_FRAME` after it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from risorius.studio.messages import Ask, ClipSheet, Message

__all__ = [
    "Calibrate",
    "Calibrated",
    "Calibrating",
    "Practise",
    "RecordAsk",
    "Recorded",
    "Sight",
    "Target",
]

Side = Literal["left", "right"]


class Calibrate(Ask):
    """Begin to learn the face of this person, or stop it."""

    type: Literal["calibrate"] = "calibrate"
    on: bool = True


class Practise(Ask):
    """Give a target: an action unit, a muscle or an expression; none when the name is empty."""

    type: Literal["practise"] = "practise"
    name: str = Field(default="", max_length=80)
    strength: float = Field(default=0.5, ge=0, le=1)
    """1 is as far as is comfortable, or as the muscles go while that is not known."""
    side: Side | None = None
    """Both when not given."""


class RecordAsk(Ask):
    """Begin to remember what the muscles do, or stop; pictures are never remembered."""

    type: Literal["record"] = "record"
    on: bool = True


class Sight(Message):
    """What cannot be seen now, in words; empty when all is well."""

    type: Literal["sight"] = "sight"
    unseen: tuple[str, ...]
    is_calibrated: bool
    """Before that the face at rest is guessed from one picture."""


class Calibrating(Message):
    """What the person is asked for now."""

    type: Literal["calibrating"] = "calibrating"
    words: str
    number: int
    """Of the step, from 0."""
    count: int
    share: float
    """Of the step that is done, 0..1. Time counts only while the face is seen well."""
    activation: tuple[float, ...]
    """What the model shows meanwhile, by channel and side."""


class Calibrated(Message):
    """What was learnt, by channel and side; null where nothing is known."""

    type: Literal["calibrated"] = "calibrated"
    noise: tuple[float | None, ...]
    """Standard deviation at rest [1]."""
    comfortable: tuple[float | None, ...]
    """The largest activation held with comfort [1]."""


class Target(Message):
    """What to do, by channel and side; empty when there is no target."""

    type: Literal["target"] = "target"
    title: str
    activation: tuple[float, ...]


class Recorded(Message):
    """The clip that was remembered: at hand until the server stops, saved only when asked."""

    type: Literal["recorded"] = "recorded"
    clip: ClipSheet
    reached_limit: bool
    """Whether it stopped by itself, as more would take too much memory."""
