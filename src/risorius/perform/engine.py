"""The engine: strokes and waves in, blocks of a clip out."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from math import ceil, inf, radians
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import SIDES
from risorius.clip import Event, mirror_label
from risorius.errors import InputError, RisoriusError
from risorius.perform import kernels
from risorius.perform.layer import Layer, StrokeStyle
from risorius.perform.scene import Scene
from risorius.perform.stroke import Mode, Stroke
from risorius.perform.table import load_table
from risorius.perform.target import TARGETS
from risorius.perform.wave import Wave
from risorius.skin import gaze_from_activation
from risorius.skin.tables import load_table as load_skin_table

__all__ = ["Block", "Instant", "MuscleBody", "Player"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


class MuscleBody(Protocol):
    """What turns drive into activation, see :mod:`risorius.dynamics.body`."""

    @property
    def lag(self) -> NDArray[np.floating[Any]]:
        """From the apex of a short drive to that of the activation, (channel, side) [s]."""
        ...

    def start(self) -> Any:
        """Return the state of muscles that have rested."""
        ...

    def step(self, drive: Floats, state: Any) -> tuple[Floats, Any]:
        """Return activation (time, channel, side) [1] and the state after it."""
        ...


class Instant:
    """Muscles that follow their drive at once."""

    lag = np.zeros((TARGETS.muscles // 2, 2))

    def start(self) -> None:
        """Return nothing: there is nothing to remember."""

    def step(self, drive: Floats, state: None) -> tuple[Floats, None]:
        """Return the drive."""
        return drive, state


_HAIR = 1e-9
"""Shorter than any time between two things [s]."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A piece of a performance.

    Attributes
    ----------
    time : (time,) [s]
    activation : (time, channel, side) [1]
    gaze : (time, side, 2) [rad]
    head_pose : (time, 6) [rad, mm]
    breath : (time,) [1]
    events : tuple of Event
        Of what began in this piece.
    """

    time: Floats
    activation: Singles
    gaze: Singles
    head_pose: Singles
    breath: Singles
    events: tuple[Event, ...]


class _Live(NamedTuple):
    """A stroke that has been taken up, when it is played, and whose it is."""

    start: float
    layer: int
    stroke: Stroke


class Player:
    """Plays a scene from its start, block by block, for as long as it is asked to.

    What comes out does not depend on the size of the blocks, to the bit. What is kept between two
    blocks is bounded however long the scene is: the strokes that are going on, the state of the
    muscles, and the place of each layer in its own plan.

    Parameters
    ----------
    scene : Scene
    layers : sequence of Layer
    rate : float [1/s]
        Frames per second, above zero.
    style : StrokeStyle
    body : callable
        Returns the body of the muscles for an inner rate [1/s].

    Raises
    ------
    InputError
        A rate that is not above zero.
    """

    def __init__(
        self,
        scene: Scene,
        layers: Sequence[Layer],
        *,
        rate: float,
        style: StrokeStyle,
        body: Callable[[float], MuscleBody],
    ) -> None:
        if not 0.0 < rate < inf:
            raise InputError(f"rate must be above zero, not {rate}.")
        self.rate = float(rate)
        # The muscles are followed more finely than a slow clip shows them.
        self._fold = max(1, ceil(load_table("engine")["inner_rate"]["typ"] / rate - 1e-9))
        self._inner = self.rate * self._fold
        self._frame = self._next = 0
        self._layers, self._style = tuple(layers), style
        self._step = max(1.0 / self.rate, style.frame)
        self._body = body(self._inner)
        self._state = self._body.start()
        self._lag = [*np.ravel(self._body.lag).tolist(), *[0.0] * 11]
        self._waves = _packed_waves(
            wave
            for layer in self._layers
            for wave in layer.waves(scene, scene.rng(f"{layer.name}.waves"))
        )
        self._live: list[_Live] = []
        self._events: list[Event] = []
        self._horizon = -inf
        self._drawing, self._shown = -1, np.zeros(TARGETS.count, np.float32)
        self.restart(scene)

    @property
    def time(self) -> float:
        """When the next frame is [s]."""
        return self._frame / self.rate

    def restart(self, scene: Scene) -> None:
        """Go on with another scene.

        What has begun goes on to its end; what is held with a beat goes when the new scene ends it.
        What the old scene had planned for later is dropped, and what begins in the new one before
        now is taken to have happened.
        """
        self.scene = scene
        # A hair before the next frame, where what is told now begins.
        self._horizon = min(self._horizon, self.time - _HAIR)
        self._events = [event for event in self._events if event.start < self._horizon]
        ends = {beat.index: beat.end for beat in scene.beats}
        self._live = [
            live._replace(stroke=_held_until(live, ends.get(live.stroke.beat, self.time)))
            if live.stroke.beat is not None
            else live
            for live in self._live
            if live.stroke.start < self._horizon
        ]
        streams = (self._stream(number, layer) for number, layer in enumerate(self._layers))
        self._coming = heapq.merge(*streams)
        self._head = next(self._coming, None)

    def _stream(self, number: int, layer: Layer) -> Iterator[tuple[float, int, int, Stroke]]:
        last, past = -inf, self._horizon
        strokes = layer.strokes(self.scene, self.scene.rng(layer.name))
        for serial, stroke in enumerate(self._style.restyle(strokes, layer.name)):
            if stroke.start < last:
                raise RisoriusError(
                    f"layer {layer.name!r} went back in time, from {last} to {stroke.start} s."
                )
            last = stroke.start
            if last >= past:
                yield last, number, serial, stroke

    def play(self, count: int) -> Block:
        """Return the next frames, at least one."""
        first, self._frame = self._frame, self._frame + count
        index = np.arange(self._next, (self._frame - 1) * self._fold + 1)
        self._next += len(index)
        moments = index / self._inner
        self._take_up(float(moments[-1]))
        drawn = self._draw(moments)
        self._let_go(self._next / self._inner)
        drive = np.clip(drawn[:, : TARGETS.muscles], 0.0, 1.0).reshape(len(index), -1, len(SIDES))
        activation, self._state = self._body.step(drive, self._state)
        seen = index % self._fold == 0
        time = np.arange(first, self._frame) / self.rate
        rows = _rows(activation[seen], drawn[seen, TARGETS.muscles :])
        events = tuple(event for event in self._events if event.start < self.time)
        self._events = [event for event in self._events if event.start >= self.time]
        return _block(time, self._stand(time, rows), events, mirrored=self.scene.mirrored)

    def _take_up(self, until: float) -> None:
        """Take up what begins, or may be moved, to before a moment [s]."""
        duration = self.scene.duration
        self._horizon = until + self._step
        while self._head is not None and self._head[0] < self._horizon:
            start, layer, _, stroke = self._head
            lag = self._lag[stroke.target[0]]
            self._live.append(_Live(start + _to_frame(stroke, self._step, lag), layer, stroke))
            if stroke.event is not None and start <= duration:
                end = stroke.end if stroke.hold < inf else start + stroke.rise
                self._events.append(Event(start, min(end, duration), *stroke.event))
            self._head = next(self._coming, None)

    def _let_go(self, now: float) -> None:
        """Forget strokes that are over, and tracks that others have taken over for good."""
        kept: list[_Live] = []
        covered: set[tuple[int, int]] = set()
        for live in reversed(self._live):
            stroke = live.stroke
            full = live.start + stroke.rise
            if full + stroke.hold + stroke.fall + 1e-6 <= now:
                continue
            if stroke.mode == Mode.TRACK:
                places = {(live.layer, target) for target in stroke.target}
                if places <= covered:
                    continue
                if stroke.hold == inf and full <= now:
                    covered |= places
            kept.append(live)
        self._live = kept[::-1]

    def _draw(self, moments: Floats) -> Floats:
        """Return all targets at some moments [s], (time, target)."""
        out = np.zeros((len(moments), TARGETS.count))
        of = {mode: [live for live in self._live if live.stroke.mode == mode] for mode in Mode}
        kernels.draw_strokes(out, moments, int(Mode.ADD), *_packed(of[Mode.ADD]))
        spans, profiles, first, targets, amounts = _packed(of[Mode.TRACK])
        if len(spans):
            layers = np.repeat([live.layer for live in of[Mode.TRACK]], np.diff(first))
            pairs, slots = np.unique(layers * TARGETS.count + targets, return_inverse=True)
            places = pairs % TARGETS.count
            kernels.draw_tracks(
                out, moments, spans, profiles, first, slots, amounts, places, *_yielding()
            )
        kernels.draw_waves(out, moments, *self._waves)
        for mode in (Mode.MOST, Mode.OVER):
            kernels.draw_strokes(out, moments, int(mode), *_packed(of[mode]))
        return out

    def _stand(self, time: Floats, rows: Singles) -> Singles:
        """Let each drawing stand as long as the style asks for."""
        if not self._style.frame:
            return rows
        drawing = np.floor(time / self._style.frame + 1e-9).astype(np.int64)
        fresh = np.diff(drawing, prepend=self._drawing) != 0
        source = np.maximum.accumulate(np.where(fresh, np.arange(1, len(time) + 1), 0))
        shown = np.concatenate([self._shown[None], rows])[source]
        self._drawing, self._shown = int(drawing[-1]), shown[-1]
        return shown


def _held_until(live: _Live, end: float) -> Stroke:
    """Return an endless stroke that goes from a moment on [s], or as soon as it has come."""
    stroke = live.stroke
    if stroke.hold < inf or end == inf:
        return stroke
    return replace(stroke, hold=max(0.0, end - live.start - stroke.rise))


def _to_frame(stroke: Stroke, step: float, lag: float) -> float:
    """Return by how much a stroke is moved so that a frame shows its apex [s].

    Nothing where a frame falls into the apex anyway, or so near that hardly any of it is lost.

    Examples
    --------
    >>> short = Stroke(0.01, 0.02, 0.0, 0.02, (0,), (1.0,))
    >>> round(_to_frame(short, 0.04, 0.0), 4), _to_frame(short, 0.03, 0.0)
    (0.01, 0.0)
    """
    if stroke.hold >= step:
        return 0.0
    begin, end = (moment + lag for moment in stroke.apex)
    after = ceil(begin / step - 1e-9) * step
    if after <= end + 1e-9:
        return 0.0
    shift = min(after - end, after - step - begin, key=abs)
    since = stroke.rise + shift + (stroke.hold if shift > 0 else 0.0)
    shape = (int(stroke.profile), stroke.rise, stroke.hold, stroke.fall)
    # A frame at the old place shows the stroke that much off its apex.
    if kernels.envelope(*shape, since) >= load_table("engine")["apex_kept"]["typ"]:
        return 0.0
    return shift


_Packed = tuple[Floats, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]


def _packed(lives: Sequence[_Live]) -> _Packed:
    """Return spans, profiles, and where in which targets and amounts each stroke begins."""
    strokes = [live.stroke for live in lives]
    spans = np.array(
        [(live.start, s.rise, s.hold, s.fall) for live, s in zip(lives, strokes, strict=True)],
        dtype=np.float64,
    ).reshape(-1, 4)
    profiles = np.array([stroke.profile for stroke in strokes], dtype=np.int64)
    return spans, profiles, *_parts(strokes)


def _parts(
    things: Sequence[Stroke | Wave],
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    first = np.zeros(len(things) + 1, dtype=np.int64)
    np.cumsum([len(thing.target) for thing in things], out=first[1:])
    targets = np.fromiter(chain.from_iterable(t.target for t in things), np.int64, first[-1])
    amounts = np.fromiter(chain.from_iterable(t.amount for t in things), np.float64, first[-1])
    return first, targets, amounts


def _packed_waves(waves: Iterable[Wave]) -> tuple[NDArray[Any], ...]:
    """Return seeds, cells per second and gains of all octaves, and their targets and amounts."""
    each: list[Wave] = []
    cells, gains, seeds = [], [], []
    for wave in waves:
        # Its power lies around 0.4 times the rate of the cells.
        cells += [centre / 0.4 for centre in wave.centres]
        strength = np.power(wave.centres, -wave.slope)
        # Noise by minimum jerk between differences of neighbours in -1..1 has this variance.
        gains += list(strength / np.sqrt(np.sum(strength**2) * 104.0 / 231.0))
        seeds += list(np.random.SeedSequence(wave.seed).generate_state(wave.octaves, np.uint64))
        each += [wave] * wave.octaves
    return np.array(seeds, np.uint64), np.array(cells), np.array(gains), *_parts(each)


@cache
def _yielding() -> tuple[int, float]:
    """Return how many targets are muscles, and the share of their drive that no track takes."""
    return TARGETS.muscles, 1.0 - load_table("engine")["antagonist"]["typ"]


def _rows(activation: Floats, rest: Floats) -> Singles:
    """Return what a clip shows: muscles in 0..1, those of the eyes by where the eyes are to go."""
    muscles = np.clip(activation, 0.0, 1.0)
    channels = load_atlas().channel_ids
    facts = eye_reach()
    # Gaze is meant in space; the reflex that steadies it turns the eyes against the head.
    angles = rest[:, :4].reshape(-1, 2, 2) - rest[:, 4:6].reshape(-1, 1, 2)
    outward = angles[..., 0] * [1.0, -1.0] / facts["yaw"]
    down = angles[..., 1]
    for channel, share in (
        ("rectus_lateralis", outward),
        ("rectus_medialis", -outward),
        ("rectus_inferior", down / facts["down"]),
        ("rectus_superior", -down / facts["up"]),
    ):
        place = channels.index(channel)
        muscles[:, place] = np.minimum(muscles[:, place] + np.maximum(share, 0.0), 1.0)
    gaze = gaze_from_activation(load_atlas(), muscles)
    parts = [part.reshape(len(rest), -1) for part in (muscles, gaze, rest[:, 4:])]
    return np.concatenate(parts, axis=1).astype(np.float32)


@cache
def eye_reach() -> dict[str, float]:
    """Return how far the eyes can turn: yaw, up and down [rad]."""
    facts = load_skin_table("drives")["gaze"]
    return {name: radians(facts[f"{name}_deg"]["typ"]) for name in ("yaw", "up", "down")}


def _block(time: Floats, rows: Singles, events: tuple[Event, ...], *, mirrored: bool) -> Block:
    if mirrored:
        place, sign = TARGETS.mirrored()
        rows = rows[:, place] * sign.astype(np.float32)
        events = tuple(event._replace(label=mirror_label(event.label)) for event in events)
    muscles, eyes, head = TARGETS.muscles, TARGETS.muscles + 4, TARGETS.breath
    return Block(
        time,
        rows[:, :muscles].reshape(len(time), -1, len(SIDES)),
        rows[:, muscles:eyes].reshape(len(time), 2, 2),
        rows[:, eyes:head],
        np.clip(rows[:, head], -1.0, 1.0),
        events,
    )
