"""What one looks at, and where on it the eyes rest from moment to moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, cos, exp, hypot, log, pi, radians, sin
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from risorius.perform.quantity import chosen, draw, published, span
from risorius.perform.scene import Beat, Context, Scene

__all__ = ["Fixation", "Goal", "averted", "fixations", "goal_of", "idle", "partner", "thinking"]


@dataclass(frozen=True, slots=True)
class Goal:
    """Something to look at.

    Attributes
    ----------
    name : str
        ``partner``, ``camera``, ``away``, ``nowhere``, ``around``, ``page``, ``screen``, a
        direction, or a place's name.
    yaw, pitch : float [rad]
        Direction in space, the head straight ahead.
    distance : float [mm]
    head : float [1], optional
        Share of the head, where the score says so.
    """

    name: str
    yaw: float
    pitch: float
    distance: float
    head: float | None = None

    @property
    def away(self) -> bool:
        """Whether it is anything but a face or a camera that looks back."""
        return self.name not in ("partner", "camera")


class Fixation(NamedTuple):
    """Direction [rad] in which the eyes rest, and for how long [s]."""

    yaw: float
    pitch: float
    length: float


def partner(context: Context) -> Goal:
    """Return the partner, straight ahead at the distance that their closeness says."""
    return Goal("partner", 0.0, 0.0, chosen("gaze", f"distance.{context.closeness}").value)


def goal_of(beat: Beat, scene: Scene) -> Goal:
    """Return what a `look` beat means.

    Examples
    --------
    >>> goal_of(Beat(kind="look", what="up", start=0.0, end=1.0), Scene()).pitch < 0
    True
    """
    share, what = beat.more.get("head"), beat.what
    if what == "partner":
        base = partner(scene.context)
    elif what == "away":
        base = averted(scene.rng("gaze.plan", beat))
    elif "yaw" in beat.more:
        more = beat.more
        base = Goal(what, more["yaw"], more["pitch"], more["distance"])
    else:
        base = _toward(what, what if what in ("camera", "nowhere") else "away")
    return Goal(base.name, base.yaw, base.pitch, base.distance, share)


def averted(rng: np.random.Generator) -> Goal:
    """Return a direction past the partner's face, as eyes take it in conversation (Lee 2002)."""
    facts = [published(f"saccade.eyes_alive.direction.{name}").value for name in _ROUND]
    place = int(np.searchsorted(np.cumsum(facts) / sum(facts), rng.random()))
    return _past(rng, min(place, len(_ROUND) - 1) * pi / 4)


def thinking(rng: np.random.Generator) -> Goal:
    """Return where eyes go that search for words: up or to the side (Andrist 2013)."""
    aside = chosen("gaze", "think.sideways").value
    # Angles count from the person's right over up to the left.
    turn = rng.choice([0.0, pi]) if rng.random() < aside else pi / 2 + rng.normal(0.0, pi / 8)
    return _past(rng, float(turn))


def idle(context: Context) -> Goal:
    """Return what one looks at when there is no partner to mind."""
    if context.activity == "reading":
        return _toward("page", "page")
    if context.activity == "concentration":
        return _toward("screen", "screen")
    return Goal("around", 0.0, 0.0, chosen("gaze", "distance.away").value)


def fixations(goal: Goal, rng: np.random.Generator) -> Iterator[Fixation]:
    """Yield fixations on a goal, for ever.

    Parameters
    ----------
    goal : Goal
    rng : Generator

    Yields
    ------
    fixation : Fixation

    Examples
    --------
    >>> page = idle(Context(activity="reading"))
    >>> first, second, *_ = (f for f, _ in zip(fixations(page, np.random.default_rng(1)), range(9)))
    >>> first.yaw > second.yaw  # to the right, along the line
    True
    """
    if goal.name == "partner":
        yield from _face(goal, rng)
    elif goal.name == "page":
        yield from _lines(goal, rng)
    elif goal.name == "around":
        yield from _wandering(goal, rng)
    else:
        name = goal.name if goal.name in ("camera", "away", "nowhere", "screen") else "place"
        scatter = chosen("gaze", f"scatter.{name}").value
        kind = name if name in ("camera", "nowhere") else "scene"
        while True:
            yaw, pitch = rng.normal(0.0, scatter, 2)
            yield Fixation(goal.yaw + float(yaw), goal.pitch + float(pitch), _length(rng, kind))


# Directions of published saccades: the person's right, then round over up.
_ROUND = ("right", "up_right", "up", "up_left", "left", "down_left", "down", "down_right")


def _toward(name: str, distance: str) -> Goal:
    yaw, pitch = 0.0, 0.0
    if name != "camera":
        yaw = chosen("gaze", f"toward.{name}.yaw").value
        pitch = chosen("gaze", f"toward.{name}.pitch").value
    return Goal(name, yaw, pitch, chosen("gaze", f"distance.{distance}").value)


def _past(rng: np.random.Generator, turn: float) -> Goal:
    """Return a goal past the partner's face; its direction counts from the right, over up."""
    nearest, farthest = chosen("gaze", "away.nearest").value, chosen("gaze", "away.farthest").value
    beyond = min(rng.exponential(chosen("gaze", "away.scale").value), farthest - nearest)
    turn += rng.uniform(-pi / 8, pi / 8)
    yaw = -cos(turn) * (nearest + beyond)
    pitch = -sin(turn) * (nearest + beyond * chosen("gaze", "away.upright").value)
    return Goal("away", yaw, pitch, chosen("gaze", "distance.away").value)


def _length(rng: np.random.Generator, kind: str) -> float:
    """Draw the length of a fixation [s]: log-normal, within its published span."""
    if kind in ("camera", "nowhere"):
        typical = chosen("gaze", f"fixation.{kind}")
    else:
        typical = published(f"fixation.{kind}")
    low, high = span(typical)
    spread = chosen("gaze", "fixation.spread").value
    drawn = typical.value * exp(spread * float(rng.standard_normal()))
    return min(max(drawn, low), high)


def _face(goal: Goal, rng: np.random.Generator) -> Iterator[Fixation]:
    """Yield fixations on the partner's eyes, mouth and nose (Rogers 2018)."""
    eyes, mouth = chosen("gaze", "face.eye_share").value, chosen("gaze", "face.mouth_share").value
    apart = published("eye.interpupillary.all", "jaw_eye").value / 2
    scatter = chosen("gaze", "face.scatter").value
    side, first = rng.choice([-1.0, 1.0]), True
    while True:
        kind = rng.random()
        if first or kind < eyes:
            # From one eye to the other.
            across, below, side, first = side * apart, 0.0, -side, False
        elif kind < eyes + mouth:
            across, below = 0.0, chosen("gaze", "face.mouth_below_eyes").value
        else:
            across, below = 0.0, chosen("gaze", "face.nose_below_eyes").value
        right, down = rng.normal(0.0, scatter, 2)
        yield Fixation(
            goal.yaw + atan2(across + right, goal.distance),
            goal.pitch + atan2(below + down, goal.distance),
            _length(rng, "face_of_partner"),
        )


def _lines(goal: Goal, rng: np.random.Generator) -> Iterator[Fixation]:
    """Yield fixations along the lines of a page (Rayner 1998)."""
    half, line = chosen("gaze", "reading.half_line").value, chosen("gaze", "reading.line").value
    lines, back = int(chosen("gaze", "reading.lines").value), chosen("gaze", "reading.regression")
    step = chosen("gaze", "reading.letters")
    row, yaw = int(rng.integers(lines)), half
    while True:
        pitch = goal.pitch + (row - lines / 2) * line + rng.normal(0.0, line / 6)
        yield Fixation(goal.yaw + yaw, float(pitch), _length(rng, "reading"))
        yaw += draw(rng, step) if rng.random() < back.value else -draw(rng, step)
        if yaw < -half:
            row, yaw = (row + 1) % lines, half + float(rng.normal(0.0, line))
        yaw = min(yaw, half)


def _wandering(goal: Goal, rng: np.random.Generator) -> Iterator[Fixation]:
    """Yield fixations of free looking: steps of the published sizes, never far from ahead."""
    size = published("saccade.natural_size.median").value
    edge = chosen("gaze", "wander.farthest").value
    yaw = pitch = 0.0
    while True:
        yield Fixation(goal.yaw + yaw, goal.pitch + pitch, _length(rng, "scene"))
        step = size * exp(_wander_spread() * rng.standard_normal())
        # Directions that lead out are drawn again; steps that cannot stay inside go straight home.
        for _ in range(8):
            turn = rng.uniform(0.0, 2 * pi)
            there = yaw + step * cos(turn), pitch + step * sin(turn)
            if hypot(*there) < edge:
                break
        else:
            turn = atan2(-pitch, -yaw)
            step = min(step, hypot(yaw, pitch) + edge)
            there = yaw + step * cos(turn), pitch + step * sin(turn)
        yaw, pitch = there


def _wander_spread() -> float:
    """Return the spread of the logarithm of natural saccades, from their median and a quantile."""
    below = published("saccade.natural_size.share_below_15_deg").value
    median = published("saccade.natural_size.median").value
    return log(radians(15.0) / median) / NormalDist().inv_cdf(below)
