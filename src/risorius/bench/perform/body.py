"""Breath and head of a performance, ten minutes of each state, against what is published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from risorius.bench.perform.figures import fact_of, inside, record, within
from risorius.bench.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.anatomy.quantity import Quantity
    from risorius.perform.layers.cycle import Breath
    from risorius.perform.scene import Beat, Context, Scene
    from risorius.perform.stroke import Stroke
    from risorius.perform.wave import Wave

    Floats = NDArray[np.float64]

__all__ = [
    "Inhales",
    "Watched",
    "find_inhales",
    "find_nods",
    "records",
    "rigid_share",
    "share_in_band",
    "sway",
    "watch",
]

SECONDS, RATE = 600.0, 120.0
_HOURS = 10
"""Sighs are rare: their rate is counted in the plan of so many hours."""
_STANDING = 0.005
"""A chest that fills more slowly than this stands still [1/s]."""
_WINDOW = 0.5
_SEEN_MOVING = np.radians(0.02)
"""A head that turns less than this in half a second is rigid [rad]: it is a twentieth of a
millimetre at the tip of the nose, and as much as the beat of the heart alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What chest and head did.

    Attributes
    ----------
    time : (time,) [s]
    breath : (time,) [1]
    head : (time, 6) [rad, mm]
    """

    time: Floats
    breath: Floats
    head: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Inhales:
    """Start and length [s] of each breath, and of the part of it in which air goes in."""

    start: Floats
    length: Floats
    inhale: Floats

    @property
    def rate(self) -> float:
        """How many breaths come in a second."""
        return float(len(self.length) / self.length.sum())

    @property
    def inhale_share(self) -> float:
        """Which part of the time air goes in."""
        return float(self.inhale.sum() / self.length.sum())


def watch(
    context: Context,
    beats: Sequence[Beat] = (),
    *,
    seconds: float = SECONDS,
    seed: int = 0,
    only: Sequence[str] = ("breath", "head"),
) -> Watched:
    """Play a person in a state, breath and head only, and keep what they did.

    Examples
    --------
    >>> from risorius.perform.scene import Context
    >>> watch(Context(), seconds=0.5).head.shape
    (60, 6)
    """
    from risorius.perform.performance import SWITCHES, make_player
    from risorius.perform.scene import Scene

    scene = Scene(context=context, beats=tuple(beats), duration=seconds, seed=seed)
    player = make_player(scene, rate=RATE, off=[name for name in SWITCHES if name not in only])
    blocks = []
    while player.time < seconds - 1e-9:
        blocks.append(player.play(min(int(10 * RATE), round((seconds - player.time) * RATE))))
    return Watched(
        np.concatenate([block.time for block in blocks]),
        np.concatenate([block.breath for block in blocks]).astype(np.float64),
        np.concatenate([block.head_pose for block in blocks]).astype(np.float64),
    )


def find_inhales(time: Floats, breath: Floats) -> Inhales:
    """Find the breaths in the movement of a chest.

    Parameters
    ----------
    time : (time,) [s]
    breath : (time,) [1]

    Returns
    -------
    inhales : Inhales
        Whole breaths only, from the start of one inhale to that of the next.

    Examples
    --------
    >>> time = np.arange(0, 20, 0.01)
    >>> found = find_inhales(time, 0.1 - 0.1 * np.cos(2 * np.pi * time / 4))
    >>> round(found.rate, 2), round(found.inhale_share, 2)
    (0.25, 0.5)
    """
    # What would take minutes to fill the chest is no movement of it.
    rising = np.diff(breath) > _STANDING * np.diff(time) * np.ptp(breath)
    edges = np.flatnonzero(np.diff(rising.astype(int)))
    begins = [edge for edge in edges if not rising[edge]]
    ends = [edge for edge in edges if rising[edge] and begins and edge > begins[0]]
    starts, stops = time[begins[: len(ends)]], time[ends]
    return Inhales(starts[:-1], np.diff(starts), (stops - starts)[:-1])


def find_nods(time: Floats, angle: Floats) -> tuple[Floats, Floats]:
    """Return the angle [rad] and frequency [1/s] of each nod, or of each shake there and back.

    Parameters
    ----------
    time : (time,) [s]
    angle : (time,) [rad]
        Of the head while it nods.

    Examples
    --------
    >>> time = np.arange(0, 2, 0.01)
    >>> size, often = find_nods(time, 0.1 * np.sin(2 * np.pi * time) ** 2)
    >>> size.round(2).tolist(), often.round(1).tolist()
    ([0.1, 0.1, 0.1, 0.1], [2.0, 2.0, 2.0, 2.0])
    """
    way = np.sign(np.diff(angle))
    moving = np.flatnonzero(way)
    turns = moving[1:][way[moving[1:]] != way[moving[:-1]]]
    ends = np.concatenate([[moving[0]], turns, [moving[-1] + 1]])
    there, back = ends[:-2:2], ends[2::2]
    apex = ends[1:-1:2]
    size = np.abs(angle[apex] - (angle[there] + angle[back]) / 2)
    return size, 1.0 / (time[back] - time[there])


def rigid_share(head: Floats) -> float:
    """Return the share of half seconds in which a head hardly turns.

    Parameters
    ----------
    head : (time, 6) [rad, mm]

    Examples
    --------
    >>> rigid_share(np.zeros((120, 6)))
    1.0
    """
    width = int(_WINDOW * RATE)
    whole = len(head) // width
    windows = head[: whole * width, :3].reshape(whole, width, 3)
    return float((np.ptp(windows, axis=1).max(axis=1) < _SEEN_MOVING).mean())


def records() -> Iterator[Record]:
    """Yield the figures of breath and head."""
    from risorius.perform.scene import Context

    states = {
        "at rest": watch(Context(activity="rest")),
        "talking": watch(Context(speaks="self")),
        "listening": watch(Context(speaks="partner")),
    }
    yield from _breath_records(states)
    yield from _sway_records(states)
    yield from _nod_records()


def _breath_records(states: dict[str, Watched]) -> Iterator[Record]:
    for name, facts in (
        ("at rest", ("breath.rate_rest", "breath.timing.inhale_share")),
        ("talking", ("", "breath.speech.inhale_share")),
    ):
        found = find_inhales(states[name].time, states[name].breath)
        if facts[0]:
            yield within(f"breaths, {name}", 60 * found.rate, "1/min", fact_of(facts[0]))
        else:
            inhale, exhale = (fact_of(f"breath.speech.{part}") for part in ("inhale", "exhale"))
            low, high = (60 / (_end(inhale, end) + _end(exhale, end)) for end in ("high", "low"))
            source = "; ".join(exhale.sources)
            yield inside(f"breaths, {name}", 60 * found.rate, "1/min", low, high, source)
        share = fact_of(facts[1])
        yield within(f"share of the inhale, {name}", found.inhale_share, "1", share)
    sighs = [breath for breath in _hours() if breath.kind == "sigh"]
    yield within("sighs", len(sighs) / _HOURS, "1/h", fact_of("breath.sigh.rate"))
    from risorius.perform.layers.cycle import tidal

    depth = float(np.mean([sigh.depth for sigh in sighs])) / tidal()
    yield within(
        "depth of a sigh over a usual breath", depth, "1", fact_of("breath.sigh.volume_in_tidal")
    )


def _hours() -> list[Breath]:
    from risorius.perform.layers.cycle import plan_breath
    from risorius.perform.scene import Scene

    return list(plan_breath(Scene(duration=_HOURS * 3600.0)))


def _sway_records(states: dict[str, Watched]) -> Iterator[Record]:
    head = states["at rest"].head[:, :3]
    spread = float(np.degrees(np.sqrt(head.var(axis=0).mean())))
    yield within("idle sway of the head", spread, "deg", fact_of("head.idle_sway.sd_of_angle"))
    yield record(
        "power of the sway alone within its band",
        100 * float(np.mean([share_in_band(sway(seed)) for seed in range(4)])),
        "%",
        ">= 70",
        f"{fact_of('head.idle_sway.band')}: design default",
    )
    for axis, angle in zip(("yaw", "pitch", "roll"), states["talking"].head.T, strict=False):
        fact = fact_of(f"head.speech.{axis}_sd")
        yield within(f"head while talking, {axis}", float(np.degrees(angle.std())), "deg", fact)
    yield record(
        "half seconds in which the neck is rigid",
        100 * max(rigid_share(state.head) for state in states.values()),
        "%",
        "<= 0",
        "less than 0.02 deg; a post has 100 %",
    )


class _Sway:
    """The head layer without its strokes."""

    name = "head"

    def strokes(self, scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
        """Yield nothing."""
        return iter(())

    def waves(self, scene: Scene, rng: np.random.Generator) -> tuple[Wave, ...]:
        """Return how the head sways."""
        from risorius.perform.layers.head import HeadLayer

        return HeadLayer().waves(scene, rng)


def sway(seed: int, *, seconds: float = SECONDS) -> Floats:
    """Return how the head of a person turns by swaying alone, (time, 3) [rad].

    Examples
    --------
    >>> sway(0, seconds=0.5).shape
    (60, 3)
    """
    from risorius.perform.engine import Instant, Player
    from risorius.perform.scene import Scene
    from risorius.perform.style import style_of

    scene = Scene(duration=seconds, seed=seed)
    natural = style_of("natural")
    player = Player(scene, [_Sway()], rate=RATE, style=natural, body=lambda rate: Instant())
    return player.play(round(seconds * RATE)).head_pose[:, :3].astype(np.float64)


def share_in_band(turns: Floats) -> float:
    """Return the share of the power of a head's turns that lies in the band of idle sway.

    Examples
    --------
    >>> time = np.arange(0, 100, 1 / RATE)[:, None]
    >>> round(share_in_band(np.sin(time)), 2), round(share_in_band(np.sin(9 * time)), 2)
    (1.0, 0.0)
    """
    power = np.abs(np.fft.rfft(turns - turns.mean(axis=0), axis=0)) ** 2
    frequency = np.fft.rfftfreq(len(turns), 1 / RATE)
    band = fact_of("head.idle_sway.band")
    inside = (frequency >= _end(band, "low")) & (frequency <= _end(band, "high"))
    return float(power[inside].sum() / power[1:].sum())


def _nod_records() -> Iterator[Record]:
    for kind, axis, speed in (
        ("nod", 1, "slow"),
        ("nod", 1, "ordinary"),
        ("nod", 1, "fast"),
        ("shake", 0, "ordinary"),
    ):
        size, often = _asked(kind, axis, speed)
        name = "head.shake" if kind == "shake" else "head.nod"
        whole = f"{speed} {kind}s"
        yield within(
            f"{whole}, angle", float(np.degrees(np.median(size))), "deg", fact_of(f"{name}.angle")
        )
        pace = fact_of(f"{name}.frequency" + ("" if kind == "shake" else f".{speed}"))
        yield within(f"{whole}, frequency", float(np.median(often)), "Hz", pace)


def _asked(kind: str, axis: int, speed: str) -> tuple[Floats, Floats]:
    """Return angle [rad] and frequency [1/s] of many nods or shakes that a score asks for."""
    from risorius.perform.scene import Context
    from risorius.perform.score.score import load_score
    from risorius.perform.score.times import timeline

    text = f"beats: [{{at: 0.5, {kind}: 3, speed: {speed}}}]"
    beats = timeline(load_score(text)).beats
    sizes, rates = [], []
    for seed in range(20):
        # Against the same head without it; the rest of the two is the same to the bit.
        with_, without = (watch(Context(), some, seconds=6.0, seed=seed) for some in (beats, ()))
        angle = (with_.head - without.head)[:, axis]
        size, often = find_nods(with_.time, np.where(np.abs(angle) < 1e-7, 0.0, angle))
        sizes.append(size)
        rates.append(often)
    return np.concatenate(sizes), np.concatenate(rates)


def _end(fact: Quantity, end: str) -> float:
    from risorius.perform.quantity import span

    return span(fact)[end == "high"]
