"""Lids: blinks of their own accord and on request, winks and squints.

A blink is the pretarsal part of orbicularis oculi, with the levator silent from just before to
just after. A squint is another part of the ring. Where both meet, the lid is where their sum puts
it, and a blink closes what is left. That lids follow the eyes is the rig's doing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import exp, inf, pow
from typing import NamedTuple

import numpy as np

from risorius.anatomy.movement import SIDES, Side
from risorius.perform.layers.pattern import arousal
from risorius.perform.layers.shifts import plan_gaze, turns_of
from risorius.perform.quantity import chosen, draw, published, span
from risorius.perform.scene import Beat, Scene
from risorius.perform.stroke import Mark, Mode, Profile, Stroke
from risorius.perform.target import TARGETS

__all__ = ["BlinkLayer", "blink_rate"]


def blink_rate(scene: Scene, time: float) -> float:
    """Return how many blinks per second a person makes at a time [s].

    The published rates of what the person is doing; habit takes them towards either end of their
    span (blink rates of people are log-normal, Bentivoglio 1997), arousal up, lying down.

    Examples
    --------
    >>> round(60 * blink_rate(Scene(), 0.0))
    26
    """
    base = published(f"blink.rate.{scene.context.activity}")
    low, high = span(base)
    end = {"rarely": low, "often": high}.get(scene.persona.blink, base.value)
    rate = base.value * pow(end / base.value, chosen("blink", "rate.habit").value)
    if scene.context.posture == "lying":
        rate *= published("blink.rate.supine").value
    excited = arousal(scene, time) - chosen("emotion", "arousal.idle").value
    return rate * exp(chosen("blink", "rate.arousal").value * excited)


@dataclass(frozen=True, slots=True)
class BlinkLayer:
    """Blinks, no two alike, winks and squints.

    Examples
    --------
    >>> scene = Scene(duration=60.0)
    >>> strokes = list(BlinkLayer().strokes(scene, scene.rng("blink")))
    >>> 10 < sum(stroke.event is not None for stroke in strokes) < 45
    True
    """

    name: str = "blink"

    def strokes(self, scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
        """Yield the strokes of all blinks, winks and squints."""
        asked = [
            stroke
            for beat in scene.of("blink", "squint")
            for stroke in (_squint if beat.kind == "squint" else _asked)(
                beat, scene.rng(self.name, beat)
            )
        ]
        own = (_drawn(blink) for blink in _spontaneous(scene, rng))
        return heapq.merge(_in_order(own), sorted(asked, key=_start), key=_start)

    def waves(self, scene: Scene, rng: np.random.Generator) -> tuple[()]:
        """Return nothing: lids move with the eyes and the muscles' own noise."""
        return ()


class _Blink(NamedTuple):
    """One closing: what it is, and its times [s] and amplitude [1], right eye after left."""

    label: str
    start: float
    closing: float
    closed: float
    opening: float
    amplitude: float
    lag: float
    uneven: float
    slower: float
    down: float
    nasal: float
    early: float


def _made(rng: np.random.Generator, start: float, amplitude: float, label: str) -> _Blink:
    """Draw everything about a blink.

    Peak closing speed is proportional to amplitude and peak opening speed is a share of it, so both
    times hang on the slope of the main sequence alone (Guitton 1991, Evinger 1991).
    """
    slope = draw(rng, published("blink.kinematics.main_sequence.k"))
    apart = rng.standard_normal(3)
    return _Blink(
        label,
        start,
        _CLOSING_PEAK / slope,
        draw(rng, published("blink.kinematics.spontaneous.closed")),
        _OPENING_PEAK / (slope * draw(rng, chosen("blink", "opening_ratio"))),
        amplitude,
        float(apart[0]) * chosen("blink", "between_eyes.lag").value,
        float(apart[1]) * chosen("blink", "between_eyes.amplitude").value,
        float(apart[2]) * chosen("blink", "between_eyes.opening").value,
        draw(rng, chosen("blink", "eye.down")),
        draw(rng, chosen("blink", "eye.nasal")),
        draw(rng, published("blink.kinematics.levator_off")),
    )


_CLOSING_PEAK, _OPENING_PEAK = 1.875, 135 / 64
"""Peak over mean speed of the two halves of a blink's profile."""


def _drawn(blink: _Blink, sides: tuple[Side, ...] = SIDES, firm: float = 0.0) -> list[Stroke]:
    """Return the strokes of a blink: lids, the levator's silence, and the eyes' small turn."""
    strokes: list[Stroke] = []
    for side in sides:
        way = 0.5 if side == "left" else -0.5
        start = blink.start + way * blink.lag
        amplitude = blink.amplitude + way * blink.uneven
        opening = blink.opening * exp(way * blink.slower)
        unit = TARGETS.drives("AU45" if len(sides) > 1 else "AU46", 1.0, side)
        target, amount = unit[0], [amplitude * share for share in unit[1]]
        if firm:
            tight = TARGETS.of("orbicularis_oculi.preseptalis", side)
            amount[target.index(tight)] = max(firm * amplitude, amount[target.index(tight)])
        label = side if len(sides) == 1 else blink.label
        event = Mark("blink" if len(sides) > 1 else "wink", label) if side == sides[0] else None
        strokes.append(
            Stroke(
                start,
                blink.closing,
                blink.closed,
                opening,
                target,
                tuple(amount),
                Profile.BLINK,
                Mode.MOST,
                event,
            )
        )
    # The levator is silent before the ring bursts (Evinger 1991).
    quiet = chosen("blink", "levator.silence").value
    raisers = tuple(TARGETS.of("levator_palpebrae_superioris", side) for side in sides)
    held = blink.early + blink.closing + blink.closed
    strokes.append(
        Stroke(
            blink.start - blink.early - quiet,
            quiet,
            held,
            blink.opening,
            raisers,
            (0.0,) * len(raisers),
            Profile.BLINK,
            Mode.OVER,
        )
    )
    share = chosen("blink", "eye.shorter").value
    aim: dict[int, float] = {}
    for side in sides:
        inward = -blink.nasal if side == "left" else blink.nasal
        aim[TARGETS.gaze(side, "yaw")] = blink.amplitude * inward
        aim[TARGETS.gaze(side, "pitch")] = blink.amplitude * blink.down
    strokes.append(
        Stroke(
            blink.start,
            share * (blink.closing + blink.closed),
            0.0,
            share * blink.opening,
            tuple(aim),
            tuple(aim.values()),
        )
    )
    return strokes


def _start(stroke: Stroke) -> float:
    return stroke.start


def _in_order(groups: Iterable[list[Stroke]]) -> Iterator[Stroke]:
    """Yield the strokes of all groups by start; no group begins long before the one before it."""
    waiting: list[tuple[float, int, Stroke]] = []
    count = 0
    for group in groups:
        for stroke in group:
            heapq.heappush(waiting, (stroke.start, count, stroke))
            count += 1
        first = min(stroke.start for stroke in group)
        while waiting and waiting[0][0] < first:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


# ---- of their own accord


class _Cue(NamedTuple):
    """Something that blinks wait for: when [s], how likely one comes [1], and after what time."""

    time: float
    chance: float
    lag: str


def _spontaneous(scene: Scene, rng: np.random.Generator) -> Iterator[_Blink]:
    """Yield blinks in order: a skewed rhythm of its own that likes to wait for a pause.

    A blink that a cue calls for takes the place of one that was due, so that the rate stays.
    """
    cues = _cues(scene)
    cue = next(cues, None)
    mean = 1.0 / blink_rate(scene, scene.start)
    due, last = scene.start + float(rng.random()) * _interval(scene, scene.start, rng), -inf
    rest = published("blink.interval_distribution.default.refractory").value
    ahead, wait = chosen("blink", "cue.ahead").value, chosen("blink", "cue.wait").value
    clear = [(b.start, b.end) for b in scene.of("blink")]
    margin = chosen("blink", "asked.clear").value
    while True:
        when = due
        if cue is not None and cue.time < due + wait:
            called, when = _called(cue, rng)
            cue = next(cues, None)
            if not called or when < last + rest or when < scene.start:
                continue
        if when >= scene.duration:
            return
        if due - when < ahead * mean:
            due += _interval(scene, due, rng)
            due = max(due, when + rest)
        mean = 1.0 / blink_rate(scene, when)
        burst = _burst(scene, when, rng)
        last = burst[-1].start
        due = max(due, last + rest)
        for blink in burst:
            if not any(start - margin < blink.start < end + margin for start, end in clear):
                yield blink


def _called(cue: _Cue, rng: np.random.Generator) -> tuple[bool, float]:
    """Return whether a cue calls for a blink, and when that comes [s]."""
    if cue.chance == 0.0:
        return False, cue.time
    return bool(rng.random() < cue.chance), cue.time + draw(rng, chosen("blink", cue.lag))


def _interval(scene: Scene, time: float, rng: np.random.Generator) -> float:
    facts = "blink.interval_distribution.default"
    median = published(f"{facts}.median_share").value / blink_rate(scene, time)
    sigma, rest = published(f"{facts}.sigma").value, published(f"{facts}.refractory").value
    # A double blink counts as two; and an eye that dries holds out only so long.
    median *= 1.0 + chosen("blink", "double.share").value
    longest = chosen("blink", "rate.longest").value
    return max(median * exp(sigma * min(float(rng.standard_normal()), longest)), rest)


def _burst(scene: Scene, start: float, rng: np.random.Generator) -> list[_Blink]:
    """Return a blink, or two in quick succession."""
    partial = chosen("blink", f"amplitude.partial_share.{scene.context.activity}").value
    kind = "partial" if rng.random() < partial else "whole"
    first = _made(rng, start, draw(rng, chosen("blink", f"amplitude.{kind}")), kind)
    closed, told, again = draw(rng, chosen("blink", "long.closed")), rng.random(), rng.random()
    if told < chosen("blink", "long.share").value and kind == "whole" and scene.listening(start):
        # A listener's sign of having understood (Homke 2018).
        first = first._replace(closed=closed, label="long")
    if again >= chosen("blink", "double.share").value:
        return [first]
    second = start + draw(rng, chosen("blink", "double.gap"))
    fainter = first.amplitude * draw(rng, chosen("blink", "double.fainter"))
    return [first, _made(rng, max(second, start + first.closing + first.closed), fainter, "second")]


def _cues(scene: Scene) -> Iterator[_Cue]:
    """Yield what blinks wait for: large shifts of gaze, and ends of phrases and of turns."""
    facts = "blink.gaze_blinks.with_gaze_shift"
    most, full = published(f"{facts}.probability").value, published(f"{facts}.threshold").value
    least = chosen("blink", "cue.from").value
    power = chosen("blink", "cue.power").value
    shifts = (
        _Cue(
            shift.start,
            most * min(max((shift.amplitude - least) / (full - least), 0.0), 1.0) ** power,
            "cue.gaze",
        )
        for shift in plan_gaze(scene)
    )
    chance = chosen("blink", "cue.phrase.chance").value
    spoken = [_Cue(phrase.end, chance, "cue.phrase.lag") for phrase in scene.phrases]
    if scene.context.speaks == "partner":
        chance, gap = (chosen("blink", f"cue.partner.{word}").value for word in ("chance", "gap"))
        spoken += [_Cue(start - gap, chance, "cue.partner.lag") for start, _ in turns_of(scene)]
    return heapq.merge(shifts, sorted(spoken), key=lambda cue: cue.time)


# ---- on request


def _asked(beat: Beat, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes of a `blink` beat: once, double, half, slow, flutter; sided, a wink."""
    sides: tuple[Side, ...] = (beat.side,) if beat.side else SIDES
    facts, whole = "blink.kinematics.voluntary", chosen("blink", "amplitude.whole")
    made = [_made(rng, beat.start, draw(rng, whole), beat.what)]
    made[0] = made[0]._replace(
        closing=draw(rng, published(f"{facts}.down")),
        closed=draw(rng, published(f"{facts}.closed")),
    )
    if beat.side and beat.what != "slow":
        closing, closed = (draw(rng, chosen("blink", f"asked.wink.{word}")) for word in _CLOSE)
        made[0] = made[0]._replace(closing=closing, closed=closed)
    if beat.what == "half":
        made[0] = made[0]._replace(amplitude=draw(rng, chosen("blink", "amplitude.half")))
    elif beat.what == "slow":
        closing, closed = (
            chosen("blink", f"asked.slow.{word}").value * beat.length for word in _CLOSE
        )
        made[0] = made[0]._replace(
            closing=closing, closed=closed, opening=beat.length - closing - closed
        )
    elif beat.what == "double":
        again = beat.start + draw(rng, chosen("blink", "double.gap"))
        made.append(_made(rng, max(again, _shut(made[0])), draw(rng, whole), beat.what))
    elif beat.what == "flutter":
        amplitude, apart = chosen("blink", "amplitude.flutter"), chosen("blink", "asked.flutter")
        while (
            again := max(made[-1].start + draw(rng, apart), _shut(made[-1]))
        ) < beat.end - apart.value:
            made.append(_made(rng, again, draw(rng, amplitude), beat.what))
    firm = chosen("blink", "asked.firm").value if beat.what != "half" else 0.0
    # One event for all of it.
    return [
        stroke if number == 0 else replace(stroke, event=None)
        for number, blink in enumerate(made)
        for stroke in _drawn(blink, sides, firm)
    ]


_CLOSE = ("closing", "closed")


def _shut(blink: _Blink) -> float:
    return blink.start + blink.closing + blink.closed


def _squint(beat: Beat, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes of a `squint` beat: the lid part of the ring, one eye a bit more."""
    rise = beat.ease or draw(rng, published("blink.squint.onset"))
    fall = draw(rng, chosen("blink", "squint.fall"))
    uneven = chosen("blink", "squint.uneven").value * float(rng.standard_normal())
    strokes: list[Stroke] = []
    for side in (beat.side,) if beat.side else SIDES:
        share = 0.0 if beat.side else (0.5 if side == "left" else -0.5) * uneven
        amount = min(max(beat.strength * (1.0 + share), 0.0), 1.0)
        target, parts = TARGETS.drives("AU44", amount, side)
        event = Mark("squint", beat.side or "") if not strokes else None
        hold = max(beat.length - rise, 0.0)
        strokes.append(Stroke(beat.start, rise, hold, fall, target, parts, event=event))
    return strokes
