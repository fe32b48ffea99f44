"""Single movements by name, twitches, letting go, and what a mouth does besides speaking."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import SIDES, Side
from risorius.perform.layers.mouth import chew, swallow
from risorius.perform.layers.unit import Move, Uneven, half_of, to_strokes
from risorius.perform.quantity import chosen, published
from risorius.perform.scene import Beat, Scene
from risorius.perform.stroke import Mark, Mode, Stroke
from risorius.perform.target import TARGETS
from risorius.perform.wave import Wave

__all__ = ["GestureLayer"]

_STRONGER: Side = "left"  # of everybody, see Scene


@dataclass(frozen=True, slots=True)
class GestureLayer:
    """Plays what the score asks of single muscles, of swallowing and of chewing.

    Examples
    --------
    >>> frown = Beat(kind="move", what="AU4", start=1.0, end=2.0, strength=0.4)
    >>> scene = Scene(beats=(frown,), duration=3.0)
    >>> stroke = next(GestureLayer().strokes(scene, scene.rng("gesture")))
    >>> stroke.start, round(stroke.end, 6), stroke.event
    (1.0, 2.0, Mark(kind='move', label='AU4'))
    """

    name: str = "gesture"

    def strokes(self, scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
        """Yield what the beats ask for."""
        play = {"move": _moved, "twitch": _twitched, "relax": _relaxed, "swallow": _swallowed}
        made: list[Iterable[Stroke]] = [
            play[beat.kind](beat) for beat in scene.of(*play) if beat.length > 0.0
        ]
        made += [
            chew(beat, beat.side or _STRONGER, scene.rng(self.name, beat))
            for beat in scene.of("chew")
            if beat.length > 0.0
        ]
        return heapq.merge(*made, key=lambda stroke: stroke.start)

    def waves(self, scene: Scene, rng: np.random.Generator) -> tuple[Wave, ...]:
        """Return nothing: it is still where nothing is asked."""
        return ()


def _moved(beat: Beat) -> list[Stroke]:
    """Return a movement with exactly the amount that the score says."""
    usual = {
        "upper": published("brow.onset.deliberate"),
        "lower": published("smile.spontaneous_onset"),
        "body": chosen("head", "move"),
    }[half_of(beat.what)].value
    slower = chosen("gesture", "move.fall").value
    rise = min(usual, chosen("gesture", "move.rise").value * beat.length)
    if beat.ease is not None:
        rise = min(max(beat.ease, 0.0), beat.length)
    fall = min(slower * rise, beat.length - rise)
    return _named(beat, beat.what, beat.side, rise, fall)


def _twitched(beat: Beat) -> list[Stroke]:
    rise = chosen("gesture", "twitch.rise").value * beat.length
    return _named(beat, beat.what, beat.side or _STRONGER, rise, beat.length - rise)


def _named(beat: Beat, name: str, side: Side | None, rise: float, fall: float) -> list[Stroke]:
    move = Move(
        unit=name,
        side=side,
        amount=beat.strength,
        start=beat.start,
        rise=rise,
        hold=max(beat.length - rise - fall, 0.0),
        fall=fall,
    )
    index = beat.index if move.hold == inf else None
    first, *others = (replace(stroke, beat=index) for stroke in to_strokes(move, Uneven()))
    return [replace(first, event=Mark(beat.kind, name)), *others]


def _relaxed(beat: Beat) -> list[Stroke]:
    """Return a stroke that lets muscles go, whatever others want of them."""
    atlas = load_atlas()
    names = beat.more.get("names", ())
    if names:
        drives = [key for name in names for key in atlas.expand(*_split(name))]
    else:
        # Lids blink on, eyes look on, and the head does not drop.
        drives = [
            (channel.id, side)
            for channel in atlas.channels
            for side in SIDES
            if channel.moves in ("skin", "jaw", "tongue")
        ]
    target = tuple(dict.fromkeys(TARGETS.of(*key) for key in drives))
    rise = chosen("gesture", "relax.rise").value if beat.ease is None else max(beat.ease, 0.0)
    rise = min(rise, beat.length / 2)
    fall = min(chosen("gesture", "relax.fall").value, beat.length - rise)
    hold = beat.length - rise - fall
    still = (0.0,) * len(target)
    mark = Mark(beat.kind)
    return [Stroke(beat.start, rise, hold, fall, target, still, mode=Mode.OVER, event=mark)]


def _split(name: str) -> tuple[str, float, Side | None]:
    stem, _, last = name.rpartition(".")
    side: Side | None = "left" if last == "left" else "right" if last == "right" else None
    return (stem if side else name), 1.0, side


def _swallowed(beat: Beat) -> list[Stroke]:
    return swallow(beat.start, beat.length, beat.strength)
