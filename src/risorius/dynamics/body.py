"""The body of a muscle: what becomes of a drive on its way to activation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from risorius.anatomy import Atlas, load_facts
from risorius.anatomy.movement import SIDES, Side
from risorius.anatomy.muscle import Channel
from risorius.anatomy.quantity import Quantity, read_quantity
from risorius.errors import InputError

__all__ = ["Body", "State", "make_body"]

Floats = NDArray[np.float64]

# Two equal lags in a row have come 1 - 1/e of the way after this many time constants of one:
# the solution of (1 + x) exp(-x) = 1/e.
_TWO_LAGS = 2.1461932206205825
_SINES = 3


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where the muscles stand between two pieces of a performance. Read-only.

    Attributes
    ----------
    count : int
        Samples so far.
    past : (delay, channel, side) [1]
        Drive that is still on its way, the newest last.
    excited, force : (channel, side) [1]
        How far the two lags of each muscle have come.
    fresh : (channel, side) [1]
        What fatigue has left of the force; 1 is a muscle that has rested.
    """

    count: int
    past: Floats
    excited: Floats
    force: Floats
    fresh: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """The muscles of one person, each side with delay, twitch, noise, fatigue and strength.

    Built by :func:`make_body`. Tone at rest is no part of it: that belongs to the face, so no drive
    is no activation.

    Attributes
    ----------
    rate : float [1/s]
        Samples per second.
    delay : (channel, side) [s]
        From drive to the first change of force.
    rise, fall : (channel, side) [s]
        From there until a step has come, or gone, 1 - 1/e of its way.
    gain : (channel, side) [1]
        Personal strength; 1 on the stronger side.
    variation : (channel, side) [1]
        Standard deviation of a steady force as a share of it.
    tiring : (channel, side) [1/s]
        How quickly full effort tires; 0 never does.
    frequency, phase : (channel, side, 2, 3) [1/s, rad]
        Of what makes up the wandering of the force, and its tremor.
    noise : float [1]
        Share of both that is kept.
    """

    rate: float
    delay: Floats
    rise: Floats
    fall: Floats
    gain: Floats
    variation: Floats
    tiring: Floats
    frequency: Floats
    phase: Floats
    noise: float = 1.0

    @property
    def lag(self) -> Floats:
        """From the apex of a drive to that of the activation, (channel, side) [s]."""
        return self.delay + 2.0 * self.rise / _TWO_LAGS

    def start(self) -> State:
        """Return the state of muscles that have rested."""
        shape = self.delay.shape
        rest = np.zeros(shape)
        return State(0, np.zeros((self._reach(), *shape)), rest, rest, np.ones(shape))

    def step(self, drive: Floats, state: State) -> tuple[Floats, State]:
        """Follow a drive for a while.

        However a drive is cut into pieces, the same bits come out.

        Parameters
        ----------
        drive : (time, channel, side) [1]
            Held within 0..1.
        state : State
            What the last piece left, or :meth:`start`.

        Returns
        -------
        activation : (time, channel, side) [1]
            Within 0..1.
        state : State

        Raises
        ------
        InputError
            The drive has the wrong shape, or a value that is no number.

        Examples
        --------
        >>> from risorius.anatomy import load_atlas
        >>> atlas = load_atlas()
        >>> body = make_body(atlas, rate=120.0, noise=0.0)
        >>> brief = np.zeros((60, *body.gain.shape))
        >>> brief[:6] = 1.0
        >>> activation, after = body.step(brief, body.start())
        >>> corner = activation[:, atlas.channel_ids.index("zygomaticus_major"), 0]
        >>> corner[[2, 4, 8, 20]].round(2).tolist(), after.count
        ([0.0, 0.41, 0.97, 0.06], 60)
        """
        from risorius.dynamics.twitch import follow

        drive = np.asarray(drive, dtype=np.float64)
        if drive.ndim != 3 or drive.shape[1:] != self.gain.shape:
            wanted = ", ".join(map(str, self.gain.shape))
            raise InputError(f"drive has shape {drive.shape}, not (time, {wanted}).")
        if np.isnan(drive).any():
            raise InputError("the drive has values that are no number.")
        count, width = len(drive), self.gain.size
        queue = np.concatenate([state.past, np.clip(drive, 0.0, 1.0)]).reshape(-1, width)
        excited, force, fresh = (
            value.ravel().copy() for value in (state.excited, state.force, state.fresh)
        )
        rise, fall = (-np.expm1(-_TWO_LAGS / (time * self.rate)) for time in (self.rise, self.fall))
        activation = np.empty((count, width))
        follow(
            queue,
            self._samples_late().ravel(),
            rise.ravel(),
            fall.ravel(),
            self.gain.ravel(),
            self.variation.ravel(),
            self.tiring.ravel(),
            self.frequency.reshape(width, 2, -1),
            self.phase.reshape(width, 2, -1),
            state.count,
            self.rate,
            self.noise,
            _own("tremor.fresh").value,
            _own("tremor.tired").value,
            _own("fatigue.most").value,
            _own("fatigue.effort").value,
            _own("fatigue.recovery").value,
            excited,
            force,
            fresh,
            activation,
        )
        shape = self.gain.shape
        after = State(
            state.count + count,
            queue[count:].reshape(-1, *shape),
            excited.reshape(shape),
            force.reshape(shape),
            fresh.reshape(shape),
        )
        for value in (after.past, after.excited, after.force, after.fresh):
            value.flags.writeable = False
        return activation.reshape(count, *shape), after

    def _samples_late(self) -> Floats:
        # A lag in steps is a little ahead of one in continuous time; its delay makes up for it, so
        # that a movement comes at the same moment whatever the rate.
        steps = self.rise * self.rate / _TWO_LAGS
        return self.delay * self.rate + 2.0 * (steps - 1.0 / np.expm1(1.0 / steps))

    def _reach(self) -> int:
        return int(self._samples_late().max()) + 2


def make_body(
    atlas: Atlas,
    *,
    rate: float,
    asymmetry: float = 0.0,
    stronger_side: Side = "left",
    seed: int = 0,
    noise: float = 1.0,
) -> Body:
    """Return the muscles of a person.

    Delay, rise and fall are the published ones of face, lid, jaw and smooth muscle. Within a class
    they follow the fibre type: the span of published twitches is taken to be that from all fast to
    all slow fibres. The force wanders and trembles in proportion to itself, more so in small
    muscles, and a tired muscle trembles more. Fast fibres tire first.

    Parameters
    ----------
    atlas : Atlas
    rate : float [1/s]
        Samples per second.
    asymmetry : float [1], optional
        By how much one side of the face is usually weaker than the other, 0..1. Sphincters, lids,
        eyes and jaw are even.
    stronger_side : {"left", "right"}, optional
        The same seed with the other side is the mirrored person.
    seed : int, optional
        Which person; 0 and up.
    noise : float [1], optional
        Share of the noise that is kept; 0 is a quiet muscle.

    Returns
    -------
    body : Body

    Raises
    ------
    InputError
        A rate that is not above zero, an asymmetry or noise outside its span, an unknown side.

    Notes
    -----
    Most of these times are rough: electromechanical delays and twitches of facial muscles have
    hardly been measured. Their evidence stands in the facts.

    References
    ----------
    Zajac 1989 Crit Rev Biomed Eng (activation faster than relaxation); Harris and Wolpert 1998
    Nature (signal-dependent noise); Hamilton 2004 Exp Brain Res (more of it in small muscles);
    McAuley 2000 Brain (tremor of 8 to 12 Hz).

    Examples
    --------
    >>> from risorius.anatomy import load_atlas
    >>> atlas = load_atlas()
    >>> body = make_body(atlas, rate=120.0, asymmetry=0.08, seed=1)
    >>> lid, brow = map(
    ...     atlas.channel_ids.index, ("orbicularis_oculi.pretarsalis", "frontalis.medialis")
    ... )
    >>> bool(body.lag[lid, 0] < 0.02 < body.lag[brow, 0]), body.gain[lid].tolist()
    (True, [1.0, 1.0])
    """
    if not 0.0 < rate < math.inf:
        raise InputError(f"rate must be above zero, not {rate}.")
    for word, value in (("asymmetry", asymmetry), ("noise", noise)):
        if not 0.0 <= value <= 1.0:
            raise InputError(f"{word} must lie in 0..1, not {value}.")
    if stronger_side not in SIDES:
        raise InputError(f"unknown side {stronger_side!r}: 'left' or 'right'.")
    random = np.random.default_rng(seed)
    rows = np.array([_answer(atlas, channel) for channel in atlas.channels])
    delay, rise, fall, variation, tiring = np.repeat(rows.T[:, :, None], len(SIDES), axis=2)
    shape = delay.shape
    gain = _strength(atlas, asymmetry, random)
    bands = [_own("force_band"), _fact("muscle_dynamics.tremor.frequency")]
    low = np.array([[band.low] for band in bands], dtype=np.float64)
    high = np.array([[band.high] for band in bands], dtype=np.float64)
    frequency = low + (high - low) * random.random((*shape, 2, _SINES))
    phase = 2 * np.pi * random.random((*shape, 2, _SINES))
    if stronger_side == "right":
        gain, frequency, phase = gain[:, ::-1], frequency[:, ::-1], phase[:, ::-1]
    return Body(
        float(rate), delay, rise, fall, gain, variation, tiring, frequency, phase, float(noise)
    )


def _answer(atlas: Atlas, channel: Channel) -> tuple[float, float, float, float, float]:
    """Return delay, rise, fall [s], variation [1] and tiring [1/s] of a channel."""
    muscle = atlas.muscle(channel.muscle)
    times = "muscle_dynamics.activation_time"
    if channel.moves == "pupil" or muscle.nerve == "sympathicus":
        rise, fall = (_fact(f"{times}.smooth.{way}").value for way in ("rise", "fall"))
        return _own("smooth_delay").value, rise, fall, _variation(atlas, muscle.rest_length), 0.0
    group = _table()["classes"][channel.moves]
    rise, fall = (
        _fact(f"{times}.{group}.{way}").value
        * _by_fibre(_fact(f"muscle_dynamics.{group}_twitch.{phase}"), muscle.type_I_share)
        for way, phase in (("rise", "contraction"), ("fall", "half_relaxation"))
    )
    delay = _fact(f"muscle_dynamics.electromechanical_delay.{group}").value
    tiring = 0.0
    # Eyes and lids work all day long and are never seen to tire.
    if channel.moves not in ("eye", "lid"):
        slow = 1.0 if muscle.type_I_share is None else muscle.type_I_share.value / _middle_share()
        usual, most = _own("fatigue.usual").value, _own("fatigue.most").value
        tiring = -math.log1p(-usual / most) / (_own("fatigue.held").value * slow)
    return delay, rise, fall, _variation(atlas, muscle.rest_length), tiring


def _by_fibre(twitch: Quantity, slow: Quantity | None) -> float:
    """Return how much slower than the typical twitch one with this share of slow fibres is."""
    if slow is None or twitch.low is None or twitch.high is None:
        return 1.0
    return (twitch.low + slow.value * (twitch.high - twitch.low)) / twitch.value


@cache
def _middle_share() -> float:
    """Return the share of slow fibres at which a twitch of the face is the typical one."""
    twitch = _fact("muscle_dynamics.face_twitch.contraction")
    if twitch.low is None or twitch.high is None:
        return 0.5
    return (twitch.value - twitch.low) / (twitch.high - twitch.low)


def _variation(atlas: Atlas, length: Quantity) -> float:
    """Return how much a steady force wanders; a muscle half as long as most has twice the noise."""
    noise = _fact("muscle_dynamics.noise.cv")
    usual = float(np.median([muscle.rest_length.value for muscle in atlas.muscles]))
    return float(np.clip(noise.value * usual / length.value, noise.low, noise.high))


def _strength(atlas: Atlas, asymmetry: float, random: np.random.Generator) -> Floats:
    """Return the personal strength of each channel, left as the stronger side, (channel, 2) [1]."""
    spread, most = _own("asymmetry.spread").value, _own("asymmetry.most").value
    apart = 1.0 + spread * random.standard_normal(len(atlas.channels))
    uneven = [
        channel.moves == "skin" and atlas.muscle(channel.muscle).type != "sphincter"
        for channel in atlas.channels
    ]
    apart = np.where(uneven, asymmetry * np.clip(apart, -most, most), 0.0)
    return np.maximum(1.0 - np.stack([np.maximum(-apart, 0.0), np.maximum(apart, 0.0)], 1), 0.0)


@cache
def _table() -> dict[str, Any]:
    text = (resources.files("risorius.dynamics") / "data" / "body.yaml").read_text("utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


@cache
def _own(name: str) -> Quantity:
    entry: Any = _table()
    for part in name.split("."):
        entry = entry[part]
    return read_quantity(entry).in_base_units()


@cache
def _fact(name: str) -> Quantity:
    return load_facts("kinematics").quantity(name).in_base_units()
