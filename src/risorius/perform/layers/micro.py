"""Micro-expressions: something flickers over the face and is put down at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import Expression
from risorius.perform.layers.control import leak
from risorius.perform.layers.order import in_turn
from risorius.perform.layers.pattern import Asked, Part, sample_pattern
from risorius.perform.layers.unit import Move, counters, half_of, to_strokes, turns_eyes, uneven
from risorius.perform.quantity import chosen, published
from risorius.perform.scene import Beat, Scene
from risorius.perform.stroke import Mark, Stroke
from risorius.perform.table import load_table
from risorius.perform.wave import Wave

__all__ = ["MicroLayer"]


@dataclass(frozen=True, slots=True)
class MicroLayer:
    """Brief movements (`micro`): any expression, unit or muscle, whole or half, soon put down.

    What is seen is over within the published half second, antagonists included; the apex stands
    long enough to be caught by a film.
    """

    name: str = "micro"

    def strokes(self, scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
        """Yield the strokes of all micro-expressions, in order of start."""
        return in_turn(
            scene.of("micro"),
            lambda beat: _flicker(beat, scene.persona.asymmetry, scene.rng(self.name, beat)),
        )

    def waves(self, scene: Scene, rng: np.random.Generator) -> tuple[Wave, ...]:
        """Return none: nothing flickers all the time."""
        return ()


def _flicker(beat: Beat, asymmetry: float, rng: np.random.Generator) -> list[Stroke]:
    parts = _parts(beat, rng)
    length = min(beat.length, published("timing.micro.total_max", "emotion").value)
    # Muscles are slower than their drive: what is seen shall be as long as was asked for.
    seen = max(
        length - _own("afterglow"),
        length * _own("shortest"),
    )
    onset = published("timing.micro.onset_max", "emotion").value
    rise = min(seen * _own("rise"), onset)
    fall = seen * _own("fall")
    hold = max(seen - rise - fall, min(_own("frame"), seen - 2.0 * _own("steepest")))
    share = (seen - hold) / (rise + fall)
    rise, fall = share * rise, share * fall
    moves = [
        Move(
            unit=part.unit,
            side=part.side,
            amount=part.amount,
            start=beat.start,
            rise=rise,
            hold=hold,
            fall=fall,
        )
        for part in parts
    ]
    strokes: list[Stroke] = []
    for move in moves:
        strokes += to_strokes(move, uneven(asymmetry, rng), brief=True)
    for move in _restraint(moves, length):
        strokes += to_strokes(move, uneven(asymmetry, rng), brief=True)
    strokes.sort(key=lambda stroke: stroke.start)
    if strokes:
        strokes[0] = replace(strokes[0], event=Mark("micro", beat.what))
    return strokes


def _own(word: str) -> float:
    return chosen("emotion", f"micro.{word}").value


def _parts(beat: Beat, rng: np.random.Generator) -> tuple[Part, ...]:
    """Return what flickers: all of it, or the half that was asked for or drawn."""
    entry = load_atlas().find(beat.what)
    if not isinstance(entry, Expression):
        return (Part(beat.what, beat.strength, beat.side),)

    def pattern(*, optional: bool) -> tuple[Part, ...]:
        asked = Asked(strength=beat.strength, full=True, optional=optional, side=beat.side)
        drawn = sample_pattern(entry.id, asked, rng)
        # Head and gaze go their own way.
        own = (part for part in drawn if half_of(part.unit) != "body")
        return tuple(part for part in own if not turns_eyes(part.unit))

    wanted = beat.more.get("part", "")
    halves = load_table("emotion")["micro"]["halves"]
    drawn = str(rng.choice(list(halves), p=list(halves.values())))
    half = wanted or drawn
    for optional in (False, True):
        parts = pattern(optional=optional)
        if some := tuple(part for part in parts if half in ("whole", half_of(part.unit))):
            return some
    # What has no such half shows the one that it has.
    return pattern(optional=False)


def _restraint(moves: Sequence[Move], length: float) -> list[Move]:
    """Return the antagonists: they begin at the apex and are gone with what they put down."""
    share = _own("restraint")
    against: dict[str, Move] = {}
    for move in moves:
        full = move.start + move.rise
        left = move.start + length - full
        for unit, weight in counters(move.unit).items():
            amount = share * weight * (1.0 - leak(move.unit)) * move.amount
            if amount > (against[unit].amount if unit in against else 0.0):
                against[unit] = Move(
                    unit=unit,
                    side=move.side,
                    amount=amount,
                    start=full,
                    rise=0.4 * left,
                    hold=0.2 * left,
                    fall=0.4 * left,
                )
    return list(against.values())
