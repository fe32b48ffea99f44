"""Breath: the chest, and all that shows of it in nostrils, mouth, neck, jaw and head."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, inf

import numpy as np

from risorius.perform.layers.cycle import Breath, plan_breath, tidal
from risorius.perform.layers.mouth import on_both, swallow
from risorius.perform.quantity import chosen, draw, published, span
from risorius.perform.scene import Scene
from risorius.perform.stroke import Mark, Mode, Stroke
from risorius.perform.table import load_table
from risorius.perform.target import TARGETS
from risorius.perform.wave import Wave

__all__ = ["Breath", "BreathLayer", "plan_breath"]


@dataclass(frozen=True, slots=True)
class BreathLayer:
    """Breathes.

    In quiet breathing only chest and nostrils move, and the head a little with them. What is deeper
    takes the neck and the shoulders along, what is faster the mouth. While the breath is held,
    tension grows in lips, jaw and neck. Now and then it stops for a swallow.

    Examples
    --------
    >>> scene = Scene(duration=20.0)
    >>> strokes = list(BreathLayer().strokes(scene, scene.rng("breath")))
    >>> sum(stroke.event is not None for stroke in strokes) in range(3, 8)
    True
    """

    name: str = "breath"

    def strokes(self, scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
        """Yield what each breath moves."""
        # The nostrils and the mouth open this long before the breath they belong to.
        ahead = max(published("breath.nostril").value, chosen("breath", "mouth.lead").value)
        asked = {beat.start for beat in scene.of("swallow")}
        waiting: list[tuple[float, int, Stroke]] = []
        serial = 0
        for breath in plan_breath(scene):
            strokes = [*_air(breath), *_nostrils(breath, rng), *_neck(breath), *_mouth(breath)]
            strokes += _tension(breath)
            if breath.kind == "swallow" and breath.start not in asked:
                strokes += _swallowed(breath, rng)
            for stroke in strokes:
                heapq.heappush(waiting, (stroke.start, serial, stroke))
                serial += 1
            while waiting and waiting[0][0] < breath.end - ahead:
                yield heapq.heappop(waiting)[-1]
        yield from (stroke for _, _, stroke in sorted(waiting))

    def waves(self, scene: Scene, rng: np.random.Generator) -> tuple[Wave, ...]:
        """Return nothing: no two breaths are equal as they are."""
        return ()


def _air(breath: Breath) -> Iterator[Stroke]:
    """Move the chest and the shoulders, and the head that rides on them."""
    mark: Mark | None = Mark("breath", breath.kind)
    if breath.inhale > 0.0:
        yield _level(breath.start, breath.inhale, breath.depth, mark)
        mark = None
    if breath.exhale > 0.0:
        out = breath.start + breath.inhale + breath.held
        yield _level(out, breath.exhale, breath.floor, mark)


def _level(start: float, length: float, depth: float, mark: Mark | None) -> Stroke:
    """Return the way to a depth of breath [1]."""
    nod, usual = published("breath.head_effect"), depth / tidal()
    _, furthest = span(nod)
    lift = min(chosen("breath", "rise.head").value * usual, chosen("breath", "rise.most").value)
    # The head goes up and tips back as the chest fills; a pitch below zero is up.
    amount = depth, -min(nod.value * usual, furthest), lift
    target = TARGETS.breath, TARGETS.head("pitch"), TARGETS.head("y")
    return Stroke(start, length, inf, 0.0, target, amount, mode=Mode.TRACK, event=mark)


def _nostrils(breath: Breath, rng: np.random.Generator) -> Iterator[Stroke]:
    """Open the nostrils, before air flows."""
    if breath.inhale <= 0.0:
        return
    lead, power = published("breath.nostril").value, chosen("breath", "nostrils.power").value
    flow = breath.depth / breath.inhale / (tidal() / published("breath.timing.inhale").value)
    drive = draw(rng, chosen("breath", "nostrils.rest")) * flow**power
    parts = TARGETS.drives("AU38", min(drive, chosen("breath", "nostrils.most").value))
    third = breath.inhale / 3
    yield Stroke(breath.start - lead, lead + third, third, 2 * third, *parts)


def _neck(breath: Breath) -> Iterator[Stroke]:
    """Call on those who help with a deep breath."""
    silent = chosen("breath", "neck.silent").value
    if breath.inhale > 0.0 and breath.depth > silent:
        share = (breath.depth - silent) / (1.0 - silent)
        parts = _both(load_table("breath")["neck"]["drive"], share)
        yield Stroke(breath.start, breath.inhale, breath.held, breath.inhale / 2, *parts)


def _mouth(breath: Breath) -> Iterator[Stroke]:
    """Part lips and jaw, where the nose is too narrow for the air or lets it go aloud."""
    table, lead = load_table("breath")["mouth"], chosen("breath", "mouth.lead").value
    opening = table["inhale"].get(breath.kind, 0.0)
    if opening and breath.inhale > 0.0:
        half = breath.inhale / 2
        yield Stroke(breath.start - lead, lead + half, half, half, *_opened(opening))
    opening = table["exhale"].get(breath.kind, 0.0)
    if opening and breath.exhale > 0.0:
        start, quarter = breath.start + breath.inhale + breath.held, breath.exhale / 4
        yield Stroke(start - lead, lead + quarter, quarter, 2 * quarter, *_opened(opening))


def _tension(breath: Breath) -> Iterator[Stroke]:
    """Hold the breath, with an effort that grows as it lasts."""
    still = breath.held or breath.rest
    if breath.kind != "held" or still <= 0.0:
        return
    full = breath.held > 0.0
    start = breath.start + breath.inhale + (0.0 if full else breath.exhale)
    grown = 1.0 - exp(-still / chosen("breath", "tension.grows").value)
    share = grown * breath.effort / chosen("score", "strength").value
    parts = _both(load_table("breath")["tension"]["drive"], share)
    mark = Mark("hold_breath", "in" if full else "out")
    yield Stroke(start, still, 0.0, chosen("breath", "tension.release").value, *parts, event=mark)


def _swallowed(breath: Breath, rng: np.random.Generator) -> list[Stroke]:
    """Swallow, as one does now and then without being asked."""
    spread = chosen("gesture", "swallow.spread").value
    strength = chosen("gesture", "swallow.strength").value
    strength *= exp(spread * float(np.clip(rng.standard_normal(), -2, 2)))
    return swallow(breath.start, breath.length, strength)


def _both(drive: dict[str, float], share: float) -> tuple[tuple[int, ...], tuple[float, ...]]:
    parts = on_both(drive, share)
    return tuple(parts), tuple(parts.values())


def _opened(amount: float) -> tuple[tuple[int, ...], tuple[float, ...]]:
    jaw, lips = (TARGETS.drives(unit, amount) for unit in ("AU26", "AU25"))
    return jaw[0] + lips[0], jaw[1] + lips[1]
