"""What a named movement takes: muscles of each side, head or eyes, and who works against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import radians
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import SIDES, ActionUnit, Side
from risorius.errors import InputError
from risorius.perform.layers.shifts import saccade_length
from risorius.perform.quantity import chosen, published
from risorius.perform.stroke import Mode, Profile, Stroke
from risorius.perform.table import load_table
from risorius.perform.target import TARGETS

__all__ = [
    "Move",
    "Reach",
    "Uneven",
    "counters",
    "half_of",
    "reach",
    "to_strokes",
    "turns_eyes",
    "uneven",
]

# Peak speed of a smooth movement over its mean speed.
_PEAK = 1.875
_UPPER = ("mimetic_upper", "orbital")
_TURNS: tuple[Literal["yaw", "pitch", "roll", "z"], ...] = ("yaw", "pitch", "roll", "z")


class Reach(NamedTuple):
    """The targets that a movement moves together, with their amounts when it is at 1.

    ``side`` is None where both sides or the whole head move as one.
    """

    side: Side | None
    target: tuple[int, ...]
    amount: tuple[float, ...]


@cache
def reach(name: str, side: Side | None = None) -> tuple[Reach, ...]:
    """Return what a movement moves: one part for each side that can go its own way.

    Units of the head and the eyes turn them, by the angles of the table; the muscles of the neck go
    with the head, those of the eyes follow from the angles.

    Parameters
    ----------
    name : str
        An action unit, a muscle, a channel or an ARKit shape.
    side : {"left", "right"}, optional

    Raises
    ------
    InputError
        Unknown name.

    Examples
    --------
    >>> [(part.side, part.amount) for part in reach("AU12")]
    [('left', (1.0,)), ('right', (1.0,))]
    >>> [TARGETS.name(target) for target in reach("AU64")[0].target]
    [('gaze.left', 'pitch'), ('gaze.right', 'pitch')]
    """
    entry = load_atlas().find(name)
    turn = load_table("emotion")["turns"].get(entry.id) if isinstance(entry, ActionUnit) else None
    if not isinstance(entry, ActionUnit) or turn is None:
        drives = load_atlas().expand(name, 1.0, side)
        parts = []
        for own in SIDES:
            here = {channel: amount for (channel, at), amount in drives.items() if at == own}
            if here:
                places = tuple(TARGETS.of(channel, own) for channel in here)
                parts.append(Reach(own, places, tuple(here.values())))
        return tuple(parts)
    amounts: dict[int, float] = {}
    for axis, size in turn.get("gaze", {}).items():
        for eye in SIDES:
            place = TARGETS.gaze(eye, "yaw" if axis == "yaw_deg" else "pitch")
            amounts[place] = radians(size)
    if "head" in turn:
        for drive in entry.towards(None):
            amounts[TARGETS.of(drive.channel, drive.side)] = drive.weight
        for dof in _TURNS:
            amounts |= {
                TARGETS.head(dof): radians(size) if unit == "deg" else float(size)
                for unit in ("deg", "mm")
                if (size := turn["head"].get(f"{dof}_{unit}")) is not None
            }
    return (Reach(None, tuple(amounts), tuple(amounts.values())),)


@cache
def half_of(name: str) -> Literal["upper", "lower", "body"]:
    """Return where a movement shows: brows and eyes, cheeks to chin, or head and neck.

    Examples
    --------
    >>> half_of("AU6"), half_of("AU9"), half_of("AU54"), half_of("corrugator_supercilii")
    ('upper', 'lower', 'body', 'upper')
    """
    atlas = load_atlas()
    drives = atlas.expand(name, 1.0)
    # What does most of the work counts: some procerus goes with the nose wrinkler.
    channel = max(drives, key=lambda key: drives[key])[0]
    group = atlas.muscle(atlas.channel(channel).muscle).group
    if group in _UPPER or group == "extraocular":
        return "upper"
    return "body" if group == "neck" and not channel.startswith("platysma") else "lower"


@cache
def counters(name: str) -> Mapping[str, float]:
    """Return the units that hold one back, with their amount per amount taken away.

    Empty for what cannot be held back by others.

    Examples
    --------
    >>> dict(counters("AU1"))
    {'AU4': 0.35}
    """
    try:
        unit = load_atlas().action_unit(name).id
    except InputError:
        return MappingProxyType({})
    return MappingProxyType(load_table("emotion")["control"]["by"].get(unit, {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One unit that comes, stays and goes.

    Attributes
    ----------
    unit : str
        An action unit, a muscle, a channel or an ARKit shape.
    side : {"left", "right"}, optional
    amount : float [1]
        Below zero for one that lets go for a while.
    start, rise, hold, fall : float [s]
    """

    unit: str
    side: Side | None = None
    amount: float
    start: float
    rise: float
    hold: float
    fall: float

    @property
    def end(self) -> float:
        """When it is over [s]."""
        return self.start + self.rise + self.hold + self.fall


@dataclass(frozen=True, slots=True)
class Uneven:
    """How left and right of one unit differ in one episode.

    Attributes
    ----------
    gain : (left, right) [1]
        By what the amounts are multiplied.
    delay : (left, right) [s]
    """

    gain: tuple[float, float] = (1.0, 1.0)
    delay: tuple[float, float] = (0.0, 0.0)


def uneven(asymmetry: float, rng: np.random.Generator) -> Uneven:
    """Draw how the sides differ this time.

    What always differs is in the body of the muscles; this comes on top, anew for every movement,
    and leaves both together within the published span. How large it is does not tell felt from
    posed (Schmidt 2006 J Nonverbal Behav).

    Parameters
    ----------
    asymmetry : float [1]
        Of the persona.
    rng : numpy.random.Generator

    Examples
    --------
    >>> uneven(0.0, np.random.default_rng(0))
    Uneven(gain=(1.0, 1.0), delay=(0.0, 0.0))
    """
    usual = published("asymmetry.asym_amount", "emotion")
    of_usual = asymmetry / usual.value
    most = ((usual.high or usual.value) - usual.value) * of_usual
    share, wait = (max(-2.5, min(2.5, z)) for z in rng.standard_normal(2).tolist())
    apart = share * chosen("emotion", "sides.spread").value * asymmetry
    half = max(-most, min(most, apart)) / 2.0
    lag = wait * chosen("emotion", "sides.lag").value * of_usual
    return Uneven((1.0 + half, 1.0 - half), (max(0.0, lag), max(0.0, -lag)))


def to_strokes(move: Move, sides: Uneven, *, brief: bool = False) -> list[Stroke]:
    """Return the strokes of a movement, one for each side, in order of start.

    A brief one does without smooth muscle, unless that is all there is: it is no part of what comes
    and goes in a moment.

    Examples
    --------
    >>> smile = Move(unit="AU12", amount=0.5, start=1.0, rise=0.4, hold=1.0, fall=0.6)
    >>> [(s.start, s.amount) for s in to_strokes(smile, Uneven((1.1, 0.9), (0.0, 0.25)))]
    [(1.0, (0.55,)), (1.25, (0.45,))]
    """
    blink = move.unit == "AU45"
    if turns_eyes(move.unit):
        return [_saccade(move)]
    if (least := _head_way(move.unit) * abs(move.amount)) > 0.0:
        return [_turned(move, least)]
    strokes = []
    for part in reach(move.unit, move.side):
        amounts = dict(zip(part.target, part.amount, strict=True))
        if brief:
            quick = {t: amount for t, amount in amounts.items() if not _is_smooth(t)}
            amounts = quick or amounts
        gain, delay = 1.0, 0.0
        if part.side is not None:
            place = SIDES.index(part.side)
            gain, delay = sides.gain[place], sides.delay[place]
        # Who begins later does not stay longer.
        hold = max(0.0, move.hold - delay)
        strokes.append(
            Stroke(
                move.start + delay,
                move.rise,
                hold,
                move.fall,
                tuple(amounts),
                tuple(max(-1.0, min(1.0, move.amount * gain)) * a for a in amounts.values()),
                Profile.BLINK if blink else Profile.SMOOTH,
                Mode.MOST if blink else Mode.ADD,
            )
        )
    return sorted(strokes, key=lambda stroke: stroke.start)


@cache
def _head_way(name: str) -> float:
    """Return how long a head takes for the whole of a movement at its usual peak speed [s]."""
    turns = {TARGETS.head(axis) for axis in ("yaw", "pitch", "roll")}
    turned = [
        abs(amount)
        for part in reach(name)
        for target, amount in zip(part.target, part.amount, strict=True)
        if target in turns
    ]
    return _PEAK * max(turned, default=0.0) / published("head.max_velocity").value


def _turned(move: Move, least: float) -> Stroke:
    """Return the stroke of a head that takes at least so long [s] to turn, or turns less far."""
    (part,) = reach(move.unit)
    time = move.rise + move.hold + move.fall
    share = min(1.0, time / (2.0 * least))
    rise, fall = (max(word, share * least) for word in (move.rise, move.fall))
    if rise + fall > time:
        rise = fall = time / 2.0
    amount = tuple(share * move.amount * each for each in part.amount)
    return Stroke(move.start, rise, max(time - rise - fall, 0.0), fall, part.target, amount)


@cache
def turns_eyes(name: str) -> bool:
    """Return whether a movement is one of gaze.

    Examples
    --------
    >>> turns_eyes("AU64"), turns_eyes("AU54"), turns_eyes("AU12")
    (True, False, False)
    """
    return all(TARGETS.muscles <= target for part in reach(name) for target in part.target)


def _saccade(move: Move) -> Stroke:
    """Return the stroke of a look: eyes that do not follow anything jump (Carpenter 1988)."""
    (part,) = reach(move.unit)
    amount = tuple(move.amount * angle for angle in part.amount)
    time = move.rise + move.hold + move.fall
    length = min(saccade_length(max(map(abs, amount))), time / 2.0)
    return Stroke(
        move.start, length, time - 2.0 * length, length, part.target, amount, Profile.SACCADE
    )


@cache
def _is_smooth(target: int) -> bool:
    if target >= TARGETS.muscles:
        return False
    atlas = load_atlas()
    channel = atlas.channel(TARGETS.name(target)[0])
    return channel.moves == "pupil" or atlas.muscle(channel.muscle).nerve == "sympathicus"
