"""What is said about a reading: the upload, and what came of it."""

from __future__ import annotations

from risorius.studio.messages import Message

__all__ = ["Limits"]


class Limits(Message):
    """What may be uploaded, told before it is tried."""

    bytes: int
    seconds: float
    """Of video that are read; what is longer is read up to there."""
    waiting: int
    """Readings and exports at a time, running and waiting."""
    suffixes: tuple[str, ...]
