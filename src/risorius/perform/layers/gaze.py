"""Gaze: two eyes that follow the plan, converge and never rest, and their pupils.

Directions are those of gaze in space: the engine takes the turn of the head off, so that whatever
the head does, gaze stays where it is (the vestibulo-ocular reflex). Lids follow the eyes by the
rig, not by a drive of their own.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import atan2, hypot, inf, log10, pi, tanh
from typing import Literal

import numpy as np

from risorius.anatomy.movement import SIDES
from risorius.perform.layers.shifts import GazeShift, plan_gaze
from risorius.perform.quantity import chosen, draw, published, span
from risorius.perform.scene import Scene
from risorius.perform.stroke import Mark, Mode, Profile, Stroke
from risorius.perform.target import TARGETS
from risorius.perform.wave import Wave

__all__ = ["GazeLayer"]


@dataclass(frozen=True, slots=True)
class GazeLayer:
    """Eyes that look, never rest, and converge; and their pupils.

    Examples
    --------
    >>> scene = Scene(duration=5.0)
    >>> strokes = list(GazeLayer().strokes(scene, scene.rng("gaze")))
    >>> sum(TARGETS.gaze("left", "yaw") in stroke.target for stroke in strokes) > 10
    True
    """

    name: str = "gaze"

    def strokes(self, scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
        """Yield shifts of gaze, the microsaccades between them, and what the pupils do."""
        return heapq.merge(
            _eyes(scene, rng),
            _aroused(scene, self.name),
            key=lambda stroke: stroke.start,
        )

    def waves(self, scene: Scene, rng: np.random.Generator) -> tuple[Wave, ...]:
        """Return the drift of the eyes, mostly in step, and the unrest of the pupils."""
        low, high = chosen("gaze", "drift.low").value, chosen("gaze", "drift.high").value
        speed, apart = published("microsaccades.drift").value, chosen("gaze", "drift.apart").value

        def drift(target: tuple[int, ...], share: float) -> Wave:
            wave = Wave(target, (1.0,) * len(target), low, high, int(rng.integers(2**63)))
            # Octaves that weaken with frequency all have the same speed.
            unit = sum(centre**-2 for centre in wave.centres) / len(wave.centres)
            size = share * speed / (2 * pi) * unit**0.5
            return replace(wave, amount=(size,) * len(target))

        together = (1.0 / (1.0 + apart**2) / 2.0) ** 0.5
        waves = [drift(tuple(TARGETS.gaze(s, axis) for s in SIDES), together) for axis in _AXES]
        for side in SIDES:
            waves += [drift((TARGETS.gaze(side, axis),), together * apart) for axis in _AXES]
        unrest = published("pupil.hippus.amplitude").value / 2.0**0.5
        low, high = span(published("pupil.hippus.frequency"))
        sphincter, widest = TARGETS.both("sphincter_pupillae"), unrest / _iris()[0]
        waves.append(Wave(sphincter, (widest, widest), low, high, int(rng.integers(2**63))))
        return tuple(waves)


_AXES: tuple[Literal["yaw", "pitch"], ...] = ("yaw", "pitch")
_EYES = tuple(TARGETS.gaze(side, axis) for side in SIDES for axis in _AXES)


def _converging(distance: float) -> float:
    """Return how far each eye turns to the nose for something at a distance [mm], [rad]."""
    return atan2(published("eye.interpupillary.all", "jaw_eye").value / 2, distance)


def _look(
    start: float,
    rise: float,
    to: tuple[float, float, float],
    profile: Profile,
    event: Mark | None = None,
) -> Stroke:
    """Return a stroke that takes both eyes to yaw, pitch and convergence [rad]."""
    yaw, pitch, near = to
    amount = yaw - near, pitch, yaw + near, pitch
    return Stroke(start, rise, inf, 0.0, _EYES, amount, profile, Mode.TRACK, event)


def _eyes(scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
    shifts = plan_gaze(scene)
    shift = next(shifts, None)
    near = 0.0 if shift is None else _converging(shift.distance)
    slow, light, last = published("vergence.duration"), _light(scene), -1.0
    while shift is not None:
        if shift.distance != last:
            last = shift.distance
            work = _iris_work(light, last)
            yield Stroke(shift.start, slow.value, inf, 0.0, _PUPILS, work, mode=Mode.TRACK)
        following = next(shifts, None)
        until = scene.duration if following is None else following.start
        aim = _converging(shift.distance)
        change = aim - near
        if shift.rise == 0.0:
            profile, part = Profile.STEP, aim
        else:
            small = abs(change) < chosen("gaze", "vergence.least").value
            part = near + change * (1.0 if small else chosen("gaze", "vergence.with_saccade").value)
            profile = Profile.SACCADE
        event = Mark("look", shift.goal) if shift.kind == "look" else None
        yield _look(shift.start, shift.rise, (shift.yaw, shift.pitch, part), profile, event)
        now, near = shift.end, aim
        if part != aim:
            rise = draw(rng, slow)
            yield _look(now, rise, (shift.yaw, shift.pitch, aim), Profile.SMOOTH)
            now += rise
        yield from _small(shift, aim, now, until, rng)
        shift = following


def _small(
    shift: GazeShift, near: float, now: float, until: float, rng: np.random.Generator
) -> Iterator[Stroke]:
    """Yield microsaccades about a fixation, until gaze leaves it (Martinez-Conde 2004)."""
    size, length = published("microsaccades.amplitude"), published("microsaccades.duration")
    rate, pause = published("microsaccades.rate").value, chosen("gaze", "micro.pause").value
    across = down = 0.0
    now += pause
    while True:
        # The pause is part of the published interval.
        now += float(rng.exponential(max(1.0 / rate - pause, pause)))
        rise = draw(rng, length)
        if now + rise >= until:
            return
        step = draw(rng, size)
        if hypot(across, down) > size.value:
            # Back to what is looked at.
            turn = atan2(-down, -across) + float(rng.normal(0.0, pi / 6))
        else:
            turn = float(rng.uniform(0.0, 2 * pi))
        across, down = across + step * np.cos(turn), down + step * np.sin(turn)
        place = shift.yaw + float(across), shift.pitch + float(down), near
        yield _look(now, rise, place, Profile.SACCADE)
        now += rise + pause


def _iris() -> tuple[float, float]:
    """Return how much the sphincter and the dilatator change the pupil at their most [mm]."""
    rest = published("eye.pupil", "jaw_eye").value
    least, most = (chosen("gaze", f"pupil.{word}").value for word in ("smallest", "largest"))
    return rest - least, most - rest


_PUPILS = (*TARGETS.both("sphincter_pupillae"), *TARGETS.both("dilatator_pupillae"))


def _light(scene: Scene) -> float:
    """Return how wide the light of a room and age leave the pupils [mm] (Watson 2012)."""
    bright = chosen("gaze", "pupil.light").value
    # Moon & Spencer's formula, see the fact pupil.light_formula.
    width = 4.9 - 3.0 * tanh(0.4 * log10(bright))
    per_year = published("pupil.age.per_year")
    years = scene.persona.age_years - chosen("gaze", "pupil.formula_age").value
    return width + per_year.value * _YEAR * years


_YEAR = 365.25 * 86400.0


def _iris_work(light: float, distance: float) -> tuple[float, ...]:
    """Return the drive of the pupils' muscles in some light [mm], looking at a distance [mm]."""
    (narrow, wide), rest = _iris(), published("eye.pupil", "jaw_eye").value
    more = light - rest - 2.0 * _converging(distance) * chosen("gaze", "pupil.near").value
    sphincter, dilatator = max(-more, 0.0) / narrow, max(more, 0.0) / wide
    return sphincter, sphincter, dilatator, dilatator


def _aroused(scene: Scene, name: str) -> Iterator[Stroke]:
    """Yield the widening of the pupils that a feeling brings (Bradley 2008).

    Half of it is the sphincter letting go, half the dilatator's work.
    """
    amplitude, onset = published("pupil.arousal.amplitude"), published("pupil.arousal.onset")
    peak, back = published("pupil.arousal.peak"), chosen("gaze", "pupil.recovery").value
    made = []
    for beat in scene.of("feel"):
        rng = scene.rng(name, beat)
        more = draw(rng, amplitude) * beat.strength / 2
        sphincter, dilatator = (more / way for way in _iris())
        amount = -sphincter, -sphincter, dilatator, dilatator
        start = draw(rng, onset)
        rise = max(draw(rng, peak) - start, start)
        hold = max(beat.length - start - rise, 0.0)
        made.append(Stroke(beat.start + start, rise, hold, back, _PUPILS, amount))
    return iter(sorted(made, key=lambda stroke: stroke.start))
