"""Nods and shakes of the head, its accents in speech, and the nods of a listener."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import exp

import numpy as np

from risorius.perform.layers.posture import neck, scaled
from risorius.perform.quantity import chosen, draw, published, span
from risorius.perform.scene import Beat, Phrase, Scene
from risorius.perform.stroke import Mark, Stroke
from risorius.perform.table import load_table
from risorius.perform.target import TARGETS

__all__ = ["feedback", "nods", "speech_accents"]

_AXES = ("pitch", "yaw", "roll")
# Peak speed of a smooth movement over its mean speed.
_PEAK = 1.875


def nods(scene: Scene) -> Iterator[Stroke]:
    """Yield the nods and shakes that the score asks for.

    Examples
    --------
    >>> yes = Beat(kind="nod", what="ordinary", start=1.0, end=1.8, more={"times": 2})
    >>> [round(stroke.start, 1) for stroke in nods(Scene(beats=(yes,)))]
    [1.0, 1.4]
    """
    made = (_asked(beat, scene.rng("head", beat)) for beat in scene.of("nod", "shake"))
    return heapq.merge(*made, key=lambda stroke: stroke.start)


def _asked(beat: Beat, rng: np.random.Generator) -> list[Stroke]:
    times = int(beat.more.get("times", 1))
    if beat.length <= 0.0:
        return []
    make = _nodded if beat.kind == "nod" else _shaken
    strokes = make(beat.start, beat.length, times, beat.what or "ordinary", beat.strength, rng)
    strokes[0] = replace(strokes[0], event=Mark(beat.kind, beat.what))
    return strokes


def _nodded(
    start: float, length: float, times: int, speed: str, strength: float, rng: np.random.Generator
) -> list[Stroke]:
    """Return nods: down and up again, each a little smaller than the last."""
    angle = scaled(published("head.nod.angle"), strength) * _size(speed)
    shares = _uneven(times, rng)
    strokes = []
    for share in (shares / shares.sum()).tolist():
        half = length * share / 2
        strokes.append(_turned(start, half, half, {"pitch": _possible(angle, half)}))
        start += 2 * half
        angle *= _fading(rng)
    return strokes


def _shaken(
    start: float, length: float, times: int, speed: str, strength: float, rng: np.random.Generator
) -> list[Stroke]:
    """Return shakes: from one side straight over to the other."""
    swing = scaled(published("head.shake.angle"), strength) * _size(speed)
    side = 1.0 if rng.random() < 0.5 else -1.0
    shares = _uneven(2 * times + 1, rng)
    # The way out and the way home are half as long as those from side to side.
    shares[[0, -1]] /= 2
    spans = length * shares / shares.sum()
    strokes = []
    for rise, fall in pairwise(spans.tolist()):
        yaw = side * _possible(swing, min(rise, fall)) / 2
        strokes.append(_turned(start, rise, fall, {"yaw": yaw}))
        start, side = start + rise, -side
        swing *= _fading(rng) ** 0.5
    return strokes


def feedback(scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
    """Yield the small nods of somebody who listens."""
    if scene.context.speaks != "partner":
        return
    table, every = load_table("head")["feedback"], chosen("head", "feedback.every")
    speeds = [name for name in table["speed"] if name != "note"]
    time = scene.start + rng.random() * draw(rng, every)
    while time < scene.duration:
        speed = str(rng.choice(speeds, p=[table["speed"][name] for name in speeds]))
        times = int(rng.choice(table["times"]))
        frequency = published(f"head.nod.frequency.{speed}").value
        strength = draw(rng, chosen("head", "feedback.strength"))
        length = times / frequency
        if scene.listening(time) and scene.listening(time + length):
            yield from _nodded(time, length, times, speed, strength, rng)
        time += length + draw(rng, every)


def speech_accents(scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
    """Yield how the head moves while its owner speaks: on from accent to accent.

    It dips at stressed syllables, deeper at the words that the score stresses, and wanders between
    them as far as heads of speakers do.
    """
    if scene.phrases:
        beats = {beat.index: beat for beat in scene.of("say")}
        said = -1, 0
        for phrase in scene.phrases:
            said = phrase.beat, said[1] + 1 if phrase.beat == said[0] else 0
            beat = beats.get(phrase.beat)
            own = scene.rng(f"head.speech.{said[1]}", beat)
            first = sum(
                len(other.words)
                for other in scene.phrases
                if other.beat == phrase.beat and other.start < phrase.start
            )
            stressed = () if beat is None else beat.more.get("stressed", ())
            marked = [number - first for number in stressed]
            volume = 1.0 if beat is None else beat.more.get("volume", 1.0)
            yield from _spoken(scene, phrase, marked, volume, own)
    elif scene.context.speaks == "self":
        time = scene.start
        while time < scene.duration:
            end = time + draw(rng, published("breath.speech.exhale"))
            yield from _spoken(scene, Phrase(time, end), (), 1.0, rng)
            time = end


def _knots(
    phrase: Phrase, marked: Sequence[int], rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Return the turning points of the head in a phrase, with how far it dips there."""
    accent, strong = (chosen("head", f"speech.{name}").value for name in ("accent", "stressed"))
    gap, lead = chosen("head", "speech.gap"), chosen("head", "speech.lead").value
    syllables = [(phone.start + phone.end) / 2 for phone in phrase.phones if phone.stress == 1]
    stressed = [
        next(
            (middle for middle in syllables if word.start <= middle <= word.end),
            (word.start + word.end) / 2,
        )
        for number, word in enumerate(phrase.words)
        if number in marked
    ]
    wanted = sorted(
        [(t - lead, strong) for t in stressed] + [(t - lead, accent) for t in syllables]
    )
    knots: list[tuple[float, float]] = []
    (low, high), last = span(gap), phrase.start
    end = phrase.end
    for time, dip in [*wanted, (end, 0.0)]:
        # Where no accent comes for long the head moves on all the same.
        while time - last > high:
            last += draw(rng, gap)
            if last < time - low:
                knots.append((last, 0.0))
        if phrase.start + low / 2 < time < end:
            if knots and time - knots[-1][0] < low:
                if dip <= knots[-1][1]:
                    continue
                knots.pop()
            knots.append((time, dip))
            last = time
    return knots


def _spoken(
    scene: Scene, phrase: Phrase, marked: Sequence[int], volume: float, rng: np.random.Generator
) -> Iterator[Stroke]:
    """Yield strokes that overlap, so that the head goes straight on from knot to knot."""
    knots = _knots(phrase, marked, rng)
    # A little before the phrase, yet after the last turn of the one before.
    start = phrase.start - span(chosen("head", "speech.gap"))[0] / 2
    spread = chosen("head", "speech.spread").value
    spread *= volume ** chosen("head", "speech.loudness").value
    sizes = {axis: spread * _lively(f"head.speech.{axis}_sd", scene) for axis in _AXES}
    gap = chosen("head", "speech.gap").value
    times = [time for time, _ in knots]
    for place, (time, dip) in enumerate(knots):
        rise = time - times[place - 1] if place else min(gap, time - start)
        fall = times[place + 1] - time if place + 1 < len(times) else gap
        # Nobody throws the head about for one syllable.
        away = np.clip(rng.standard_normal(len(sizes)), -1.5, 1.5).tolist()
        pose = {axis: size * z for (axis, size), z in zip(sizes.items(), away, strict=True)}
        if dip:
            pose["pitch"] = sizes["pitch"] * (dip + 0.4 * away[0])
        yield _turned(time - rise, rise, fall, pose)


def _turned(start: float, rise: float, fall: float, pose: dict[str, float]) -> Stroke:
    """Return the stroke that takes the head to a pose and back, with the muscles that do it."""
    muscles = neck(pose)
    target = tuple(TARGETS.head(axis) for axis in ("yaw", "pitch", "roll") if axis in pose)
    amount = tuple(pose[axis] for axis in ("yaw", "pitch", "roll") if axis in pose)
    return Stroke(start, rise, 0.0, fall, target + tuple(muscles), amount + tuple(muscles.values()))


def _size(speed: str) -> float:
    return float(load_table("head")["nods"]["speed"][speed])


def _lively(name: str, scene: Scene) -> float:
    """Return a published spread for the expressivity of the person [rad]."""
    quantity = published(name)
    low, high = span(quantity)
    marks = (low, quantity.value, high)
    return float(np.interp(scene.persona.expressivity, (0.0, 0.5, 1.0), marks))


def _possible(angle: float, time: float) -> float:
    """Return the angle, or what of it can be reached in a time [s]."""
    _, fastest = span(published("head.max_velocity"))
    return min(angle, fastest * time / _PEAK)


def _uneven(count: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    spread = chosen("head", "nods.spread").value
    return np.exp(spread * np.clip(rng.standard_normal(count), -2, 2))


def _fading(rng: np.random.Generator) -> float:
    spread = chosen("head", "nods.spread").value
    kept = chosen("head", "nods.fading").value
    return kept * exp(spread * float(np.clip(rng.standard_normal(), -2, 2)))
