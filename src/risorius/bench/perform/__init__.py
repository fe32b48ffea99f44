"""Perform: what the face does against what living faces do, and what it costs."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import yaml

from risorius.bench.record import Record

__all__ = ["LINE", "SCENE", "records", "repeated"]

_PARTS = ("cost", "laws", "lids_gaze", "body", "emotion", "speech")

LINE = "I never thought that you would come, and now I am so glad that you did."
SCENE = f"""\
duration: 10
persona: {{expressivity: 0.6, asymmetry: 0.1}}
context: {{speaks: partner, closeness: near}}
beats:
- {{at: 0.0, look: partner}}
- {{at: 0.4, feel: joy, strength: 0.6, for: 3.0}}
- {{at: 1.5, nod: 2}}
- {{at: 2.5, micro: contempt, ms: 200, strength: 0.5}}
- {{at: 3.6, say: "{LINE}"}}
- {{at: 5.0, blink: double}}
- {{at: 6.0, AU4: 0.4, for: 0.5}}
- {{at: 8.0, breathe: sigh}}
"""
"""Ten seconds in which every layer has something to do."""


def repeated(times: int) -> dict[str, Any]:
    """Return the score of so many such ten seconds, one after the other."""
    plain: dict[str, Any] = yaml.safe_load(SCENE)
    beats = [
        {**beat, "at": beat["at"] + number * plain["duration"]}
        for number in range(times)
        for beat in plain["beats"]
    ]
    return {**plain, "duration": times * plain["duration"], "beats": beats}


def records() -> Iterator[Record]:
    """Yield the figures of performing."""
    for part in _PARTS:
        yield from importlib.import_module(f"risorius.bench.perform.{part}").records()
