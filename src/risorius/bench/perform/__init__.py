"""Perform: what the face does against what living faces do, and what it costs."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from risorius.bench.record import Record

__all__ = ["records"]

_PARTS = ("cost", "lids_gaze", "body", "emotion", "speech")


def records() -> Iterator[Record]:
    """Yield the figures of performing."""
    for part in _PARTS:
        yield from importlib.import_module(f"risorius.bench.perform.{part}").records()
