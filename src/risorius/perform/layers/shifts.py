"""The plan of gaze: where it goes and when, from what the mind is busy with.

The eyes, the head and the blinks of a scene all follow this one plan.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import copysign, exp, hypot, inf
from typing import Literal, NamedTuple

import numpy as np

from risorius.perform.layers.fixation import (
    Fixation,
    Goal,
    averted,
    fixations,
    goal_of,
    idle,
    partner,
    thinking,
)
from risorius.perform.quantity import chosen, draw, published
from risorius.perform.scene import Beat, Context, Scene

__all__ = ["GazeShift", "HeadTurn", "partner_share", "plan_gaze", "saccade_length", "turns_of"]


@dataclass(frozen=True, slots=True)
class GazeShift:
    """One shift of gaze.

    Attributes
    ----------
    kind : {"look", "scan", "correction"}
        To another goal, to another place on it, or what a long saccade fell short of.
    goal : str
        Name of what is looked at.
    away : bool
        Whether gaze is then off the partner or camera.
    start, rise : float [s]
        When the eyes begin to move, and how long they take; 0 where a scene begins.
    yaw, pitch : float [rad]
        Direction in space that is reached.
    amplitude : float [rad]
        How far gaze goes.
    distance : float [mm]
        Of what is looked at; the eyes converge on it.
    head : HeadTurn, optional
        What the head does to follow.
    """

    kind: Literal["look", "scan", "correction"]
    goal: str
    away: bool
    start: float
    rise: float
    yaw: float
    pitch: float
    amplitude: float
    distance: float
    head: HeadTurn | None = None

    @property
    def end(self) -> float:
        """When the eyes are there [s]."""
        return self.start + self.rise


class HeadTurn(NamedTuple):
    """When the head sets out to follow the eyes, how long it takes [s], and where to [rad].

    ``reach`` is how far from the middle of the head the eyes may stay then [rad]: less, the longer
    they do (Stahl 1999); endless where the score says what the head takes.
    """

    start: float
    rise: float
    yaw: float
    pitch: float
    reach: float


def partner_share(context: Context, *, talking: bool) -> float:
    """Return the share of time that one looks at the partner (Argyle 1972) [1].

    Less where the partner is near (Argyle 1965), and with power as much while talking as while
    listening (Dovidio 1982).

    Examples
    --------
    >>> partner_share(Context(), talking=True), partner_share(Context(), talking=False)
    (0.41..., 0.75)
    """
    mode = "talking" if talking else "listening"
    share = published(f"gaze_social.looking_at_partner.share.{mode}").value
    share *= chosen("gaze", f"social.{context.closeness}").value
    share *= chosen("gaze", f"social.{context.status}_{mode}").value
    return min(share, chosen("gaze", "spell.share_limit").value)


def plan_gaze(scene: Scene) -> Iterator[GazeShift]:
    """Yield all shifts of gaze in a scene, in order, endlessly if the scene is endless.

    A `look` beat holds gaze. At the partner it does so for as long as a look into the eyes is
    comfortable; then, and where no beat says anything, gaze goes by what the person is busy with:
    to and fro between the partner and elsewhere in conversation, to think before a turn, back to
    the partner before its end; along lines in reading; around at rest.

    Parameters
    ----------
    scene : Scene

    Yields
    ------
    shift : GazeShift

    Examples
    --------
    >>> up = Beat(kind="look", what="up", start=1.0, end=2.0)
    >>> shifts = list(plan_gaze(Scene(beats=(up,), duration=2.0)))
    >>> {shift.goal for shift in shifts if shift.start > 1.1}
    {'up'}
    """
    rng = scene.rng("gaze.plan")
    agenda = _agenda(scene)
    now, leave, alone_until = scene.start, inf, scene.start
    yaw = pitch = head_yaw = head_pitch = 0.0
    goal: Goal | None = None
    ambient: Goal | None = None
    path: Iterator[Fixation] = iter(())
    while now < scene.duration:
        wanted, until = agenda.at(now)
        if wanted is None:
            if now >= alone_until or ambient is None:
                ambient, length = _drift_off(scene, agenda, ambient, now, rng)
                alone_until = now + length
            wanted, until = ambient, min(until, alone_until)
        else:
            # From here it goes on when nothing is asked for any more.
            ambient, alone_until = wanted, until
        if wanted is goal and now < leave:
            now = min(leave, until)
            continue
        new = wanted is not goal
        if not new and until - now < chosen("gaze", "fixation.shortest").value:
            # Gaze leaves in a moment: not worth another look.
            now = until
            continue
        if new:
            goal, path = wanted, fixations(wanted, rng)
        assert goal is not None
        rest = next(path)
        size = hypot(rest.yaw - yaw, rest.pitch - pitch)
        gain = _gain(size, rng)
        if leave < inf:
            rise = _saccade_length(gain * size, rng)
        elif scene.turn == 0:
            # Here the scene begins: the eyes are there already.
            size, gain, rise = 0.0, 1.0, 0.0
            yaw, pitch = rest.yaw, rest.pitch
        else:
            # A live scene goes on: nobody remembers where the eyes were.
            rise = _saccade_length(max(size, chosen("gaze", "saccade.unknown").value), rng)
        turn = None
        if new:
            there = _head_goal(scene, goal)
            moved = hypot(there[0] - head_yaw, there[1] - head_pitch)
            if until - now > chosen("gaze", "head.glance").value and (
                moved > chosen("gaze", "head.least").value or rise == 0.0
            ):
                head_yaw, head_pitch = there
                turn = _head_turn(now, rise, there, _eye_reach(goal, until - now), rng)
        yaw, pitch = yaw + gain * (rest.yaw - yaw), pitch + gain * (rest.pitch - pitch)
        yield GazeShift(
            "look" if new else "scan",
            goal.name,
            goal.away,
            now,
            rise,
            yaw,
            pitch,
            gain * size,
            goal.distance,
            turn,
        )
        now += rise
        leave = now + rest.length
        mend = now + draw(rng, chosen("gaze", "saccade.correction"))
        if gain != 1.0 and mend < min(leave, until):
            short = hypot(rest.yaw - yaw, rest.pitch - pitch)
            rise = _saccade_length(short, rng)
            yaw, pitch = rest.yaw, rest.pitch
            yield GazeShift(
                "correction", goal.name, goal.away, mend, rise, yaw, pitch, short, goal.distance
            )
            now = mend + rise


@dataclass(frozen=True, slots=True)
class _Agenda:
    """What beats ask of gaze.

    `asked` holds from one of the `edges` [s] to the next, first what is asked before all of them.
    `turns` are those of speech; in the `social` spans a beat says that there is a partner.
    """

    edges: tuple[float, ...]
    asked: tuple[Goal | None, ...]
    turns: tuple[tuple[float, float], ...]
    social: tuple[tuple[float, float], ...]

    def at(self, time: float) -> tuple[Goal | None, float]:
        """Return what is asked for at a time [s], and until when that may hold."""
        place = bisect_right(self.edges, time)
        return self.asked[place], self.edges[place] if place < len(self.edges) else inf


def _agenda(scene: Scene) -> _Agenda:
    turns = _turns(scene)
    spans: list[tuple[float, float, Goal]] = []
    lead = -published("gaze_social.thinking_aversion.start").value
    last = -inf
    face = partner(scene.context)
    for number, (beat, end) in enumerate(turns):
        rng = scene.rng("gaze.turn", beat)
        thinks = rng.random() < chosen("gaze", "think.chance").value
        aim = thinking(rng)
        length = draw(rng, published("gaze_social.thinking_aversion.duration"))
        back = end - draw(rng, chosen("gaze", "turn_end.lead"))
        stay = end + draw(rng, chosen("gaze", "turn_end.stay"))
        start = beat.start - lead
        if thinks and start >= last:
            spans.append((start, min(start + length, max(back, start)), aim))
        later = turns[number + 1][0].start - lead if number + 1 < len(turns) else inf
        last = min(stay, later)
        spans.append((max(back, beat.start), last, face))
    social: list[tuple[float, float]] = []
    for beat in scene.of("look"):
        end = beat.end
        if beat.what == "partner":
            rng = scene.rng("gaze.plan", beat)
            end = min(end, beat.start + draw(rng, published("gaze_social.mutual_gaze")))
            social.append((beat.start, beat.end))
        spans.append((beat.start, end, goal_of(beat, scene)))
    held = [(start, end) for start, end, _ in spans]
    edges: list[float] = []
    asked: list[Goal | None] = [None]
    for edge in sorted({edge for ends in (*held, *social) for edge in ends}):
        # What begins later in the list is stronger.
        now = next((goal for start, end, goal in reversed(spans) if start <= edge < end), None)
        # What is asked for goes on, whatever weaker wish ends under it.
        if now is None or now is not asked[-1]:
            edges.append(edge)
            asked.append(now)
    return _Agenda(
        tuple(edges), tuple(asked), tuple((beat.start, end) for beat, end in turns), tuple(social)
    )


def turns_of(scene: Scene) -> tuple[tuple[float, float], ...]:
    """Return when the person takes the word and gives it back [s]; short gaps do not end a turn.

    Examples
    --------
    >>> says = [Beat(kind="say", start=t, end=t + 1.0) for t in (1.0, 2.2, 9.0)]
    >>> turns_of(Scene(beats=tuple(says)))
    ((1.0, 3.2), (9.0, 10.0))
    """
    return tuple((beat.start, end) for beat, end in _turns(scene))


def _turns(scene: Scene) -> list[tuple[Beat, float]]:
    """Return the first `say` beat and the end of each turn."""
    gap = -published("gaze_social.thinking_aversion.start").value
    turns: list[tuple[Beat, float]] = []
    for beat in scene.of("say"):
        if turns and beat.start - turns[-1][1] < gap:
            turns[-1] = (turns[-1][0], max(beat.end, turns[-1][1]))
        else:
            turns.append((beat, beat.end))
    return turns


def _drift_off(
    scene: Scene, agenda: _Agenda, last: Goal | None, now: float, rng: np.random.Generator
) -> tuple[Goal, float]:
    """Return what comes next when nothing asks for gaze, and for how long [s]."""
    talking = any(start <= now < end for start, end in agenda.turns)
    told = any(start <= now < end for start, end in agenda.social)
    context = scene.context
    if not (talking or told or context.activity == "conversation"):
        return idle(context), inf
    talking = talking or (context.speaks == "self" and not agenda.turns)
    mode = "speaking" if talking else "listening"
    away = published(f"gaze_social.break_{mode}.length")
    share = partner_share(context, talking=talking)
    if last is None:
        # Somewhere in the course of it.
        last = averted(rng) if rng.random() < share else partner(context)
    if last.away:
        spread = chosen("gaze", "spell.spread").value
        mean = away.value * share / (1.0 - share)
        return partner(context), mean * exp(spread * float(rng.standard_normal()) - spread**2 / 2)
    return averted(rng), draw(rng, away)


def _gain(size: float, rng: np.random.Generator) -> float:
    """Return how far a saccade goes of the way [rad] it is meant to go (Becker 1989) [1]."""
    spread = chosen("gaze", "saccade.gain_spread").value * float(rng.standard_normal())
    if size <= chosen("gaze", "saccade.large").value:
        return 1.0
    return published("saccade.undershoot").value + spread


def saccade_length(amplitude: float) -> float:
    """Return how long a saccade [rad] usually takes [s]: its main sequence (Carpenter 1988).

    Examples
    --------
    >>> bool(0.04 < saccade_length(np.radians(10.0)) < 0.07)
    True
    """
    slope, offset = published("saccade.duration.slope"), published("saccade.duration.offset")
    return (offset.value + slope.value * amplitude) * chosen("gaze", "saccade.tails").value


def _saccade_length(amplitude: float, rng: np.random.Generator) -> float:
    spread = chosen("gaze", "saccade.duration_spread").value
    return saccade_length(amplitude) * exp(spread * float(rng.standard_normal()))


def _head_goal(scene: Scene, goal: Goal) -> tuple[float, float]:
    """Return yaw and pitch [rad] of a head that looks at something."""
    if goal.head is not None:
        return goal.head * goal.yaw, goal.head * goal.pitch
    # Some people move the head, some the eyes, and they stay so (Stahl 1999).
    rng = replace(scene, turn=0).rng("gaze.person")
    threshold = draw(rng, published("eye_head.threshold.angle"))
    large, small = draw(rng, published("eye_head.head_share")), chosen("gaze", "head.small_share")

    def turned(angle: float) -> float:
        size = abs(angle)
        turn = small.value * min(size, threshold) + large * max(size - threshold, 0.0)
        return copysign(turn, angle)

    return turned(goal.yaw), turned(goal.pitch)


def _eye_reach(goal: Goal, length: float) -> float:
    """Return how far out [rad] eyes are held that look at something for a while [s]."""
    if goal.head is not None:
        return inf
    long = length > chosen("gaze", "head.stay").value
    return published("eye.comfort" if long else "eye.comfort_max_common", "jaw_eye").value


def _head_turn(
    now: float, rise: float, there: tuple[float, float], reach: float, rng: np.random.Generator
) -> HeadTurn:
    # Peak over mean speed of the smooth profile.
    length = _SMOOTH_PEAK / draw(rng, chosen("gaze", "head.speed"))
    if rise == 0.0:
        return HeadTurn(now, 0.0, *there, reach)
    return HeadTurn(now + draw(rng, published("eye_head.eye_lead.span")), length, *there, reach)


_SMOOTH_PEAK = 1.875
"""Peak speed of a minimum-jerk movement over its mean speed."""
