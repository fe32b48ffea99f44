"""Lids and eyes of a performance, ten minutes of each state, against what is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from risorius.bench.perform.figures import fact_of, inside, record, within
from risorius.bench.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.perform.scene import Context

    Floats = NDArray[np.float64]

__all__ = [
    "STATES",
    "Blinks",
    "Saccades",
    "Watched",
    "find_blinks",
    "find_saccades",
    "records",
    "still_share",
    "watch",
]

SECONDS, RATE = 600.0, 480.0
STATES: tuple[Literal["rest", "conversation", "reading", "concentration"], ...] = (
    "rest",
    "conversation",
    "reading",
    "concentration",
)
_CLOSURE = 0.15
"""Closings smaller than this are none: trackers of lids miss them."""
_BEGUN, _LEFT = 0.02, 0.05
"""Share of its amplitude at which a blink begins, and of its opening at which it has ended."""
_DOUBLE_SECONDS = 0.5
_SPEED = np.radians(10.0)
"""Eyes faster than this are in a saccade [rad/s]."""
_EDGE = 0.1
"""A saccade lasts from where to where its speed is this share of its peak."""
_OPEN = 0.02
_BLINK_MARGIN = 0.05
"""Eyes move in blinks: what happens with the lids this far closed, or this near to it [s], is no
saccade."""
_STILL = np.radians(1 / 60)
"""An eye that stays within a minute of arc, the grain of vision, is seen as still [rad]."""


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What lids and eyes did.

    Attributes
    ----------
    time : (time,) [s]
    closure : (time, side) [1]
    gaze : (time, side, 2) [rad]
        Yaw and pitch in space: of the eye and the head together.
    """

    time: Floats
    closure: Floats
    gaze: Floats


class Blinks(NamedTuple):
    """Start, shut and end [s], amplitude [1], peak speeds of closing and opening [1/s] of each."""

    start: Floats
    shut: Floats
    end: Floats
    amplitude: Floats
    closing: Floats
    opening: Floats


class Saccades(NamedTuple):
    """Start [s], duration [s], amplitude [rad] and peak speed [rad/s] of each saccade."""

    start: Floats
    duration: Floats
    amplitude: Floats
    peak: Floats


def watch(context: Context, *, seconds: float = SECONDS, seed: int = 0) -> Watched:
    """Play a person in a state, lids and eyes only, and keep what they did.

    Examples
    --------
    >>> from risorius.perform.scene import Context
    >>> watch(Context(), seconds=0.5).gaze.shape
    (240, 2, 2)
    """
    from risorius.perform.performance import SWITCHES, make_player
    from risorius.perform.scene import Scene
    from risorius.perform.target import TARGETS

    scene = Scene(context=context, duration=seconds, seed=seed)
    others = [name for name in SWITCHES if name not in ("gaze", "blink", "body")]
    player = make_player(scene, rate=RATE, off=others)
    lid = TARGETS.of("orbicularis_oculi.pretarsalis", "left") // 2
    time, closure, gaze = [], [], []
    while player.time < seconds - 1e-9:
        block = player.play(min(int(RATE), round((seconds - player.time) * RATE)))
        time.append(block.time)
        closure.append(block.activation[:, lid].astype(np.float64))
        gaze.append(block.gaze.astype(np.float64) + block.head_pose[:, None, :2])
    return Watched(np.concatenate(time), np.concatenate(closure), np.concatenate(gaze))


def find_blinks(time: Floats, closure: Floats) -> Blinks:
    """Find the blinks of one eye.

    Parameters
    ----------
    time : (time,) [s]
    closure : (time,) [1]

    Returns
    -------
    blinks : Blinks
        Amplitudes count from where the lid came from.

    Examples
    --------
    >>> time = np.arange(0, 1, 1 / 240)
    >>> blinks = find_blinks(time, np.exp(-(((time - 0.5) / 0.05) ** 2)))
    >>> blinks.amplitude.round(2).tolist(), blinks.shut.round(2).tolist()
    ([1.0], [0.5])
    """
    from scipy.signal import find_peaks

    peaks, _ = find_peaks(closure, prominence=_CLOSURE, plateau_size=(1, None))
    speed = np.gradient(closure, time)
    rows = []
    for number, peak in enumerate(peaks):
        before = peaks[number - 1] if number else 0
        after = peaks[number + 1] if number + 1 < len(peaks) else len(closure) - 1
        low = peak - int(np.argmin(closure[before : peak + 1][::-1]))
        high = peak + int(np.argmin(closure[peak : after + 1]))
        size = closure[peak] - closure[low]
        begun = low + int(np.argmax(closure[low : peak + 1] > closure[low] + _BEGUN * size))
        left = closure[high] + _LEFT * (closure[peak] - closure[high])
        gone = closure[peak : high + 1] <= left
        rows.append(
            (
                time[begun],
                time[peak],
                time[peak + int(np.argmax(gone))],
                size,
                speed[low : peak + 1].max(),
                -speed[peak : high + 1].min(),
            )
        )
    return Blinks(*np.array(rows).reshape(-1, 6).T)


def find_saccades(watched: Watched) -> Saccades:
    """Find the saccades of both eyes together, by speed; what happens during blinks is left out."""
    gaze = watched.gaze.mean(axis=1)
    speed = np.linalg.norm(np.gradient(gaze, watched.time, axis=0), axis=1)
    edges = np.diff(np.concatenate([[0], speed > _SPEED, [0]]))
    first, after = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    margin = round(_BLINK_MARGIN * RATE)
    blinking = np.concatenate([[0], np.cumsum(watched.closure.max(axis=1) > _OPEN)])
    reach = np.clip([first - margin, after + margin], 0, len(gaze))
    rows = []
    for begin, end in zip(*reach[:, blinking[reach[1]] == blinking[reach[0]]], strict=True):
        top = begin + int(np.argmax(speed[begin:end]))
        slow = speed < _EDGE * speed[top]
        low = begin + int(np.flatnonzero(slow[begin:top]).max(initial=0))
        high = top + int(np.argmax(slow[top:end]))
        size = float(np.linalg.norm(gaze[high] - gaze[low]))
        rows.append((watched.time[low], (high - low) / RATE, size, speed[top]))
    return Saccades(*np.array(rows).reshape(-1, 4).T)


def still_share(watched: Watched, *, window: float = 0.5) -> float:
    """Return the share of all half seconds in which the eyes are seen to stand still [1].

    Examples
    --------
    >>> time = np.arange(0, 10, 1 / 120)
    >>> still_share(Watched(time, np.zeros((1200, 2)), np.zeros((1200, 2, 2))))
    1.0
    """
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    size = round(window / (watched.time[1] - watched.time[0]))
    gaze = watched.gaze.reshape(len(watched.time), -1)
    span = maximum_filter1d(gaze, size, axis=0) - minimum_filter1d(gaze, size, axis=0)
    inner = span[size // 2 : len(span) - size // 2]
    return float((inner.max(axis=1) < _STILL).mean())


def records() -> Iterator[Record]:
    """Yield the figures of lids and eyes."""
    from risorius.perform.scene import Context

    states: dict[str, Watched] = {name: _state(Context(activity=name)) for name in STATES}
    states["talking"] = _state(Context(speaks="self"))
    states["listening"] = _state(Context(speaks="partner"))
    yield from _blink_records(states)
    yield from _saccade_records(states)
    yield record(
        "half seconds in which the eyes stand still",
        100 * max(still_share(state) for state in states.values()),
        "%",
        "<= 2",
        "openfacefx 0.24.0 98.2 % of the time",
    )
    for state in ("talking", "listening"):
        yield _partner_record(states[state], state)


@cache
def _state(context: Context) -> Watched:
    return watch(context)


def _blink_records(states: dict[str, Watched]) -> Iterator[Record]:
    every = {name: _pooled(state) for name, state in states.items()}
    for name in STATES:
        rate = len(every[name].start) / 2 / (SECONDS / 60)
        yield within(f"blinks, {name}", rate, "1/min", fact_of(f"blink.rate.{name}"))
    gaps = [np.diff(_one(state).start) for state in states.values()]
    double = np.concatenate(gaps) <= _DOUBLE_SECONDS
    yield within(
        "blinks that follow another at once",
        100 * float(double.mean()),
        "%",
        fact_of("blink.interval_distribution.double"),
    )
    # States differ in rate, not in the shape of what is left.
    logs = [np.log(gap[gap > _DOUBLE_SECONDS]) for gap in gaps]
    centred = np.concatenate([log - log.mean() for log in logs])
    yield within(
        "spread of the logarithm of blink intervals",
        float(centred.std()),
        "1",
        fact_of("blink.interval_distribution.default.sigma"),
    )
    yield record(
        "mean over median blink interval",
        float(np.mean([gap.mean() / np.median(gap) for gap in gaps])),
        "1",
        ">= 1.1",
        "right-skewed (Ponder 1927, Doughty 2002); a regular blinker has 1",
    )
    blinks = Blinks(*np.concatenate([np.stack(blink) for blink in every.values()], axis=1))
    partial = (blinks.amplitude > 0.25) & (blinks.amplitude < 0.75)
    yield within(
        "partial blinks",
        100 * float(partial.mean()),
        "%",
        fact_of("blink.interval_distribution.incomplete"),
    )
    spread = float(blinks.amplitude.std())
    yield record(
        "blinks, spread of the amplitude",
        spread,
        "1",
        ">= 0.1",
        "standard deviation; one shape for all has 0",
    )
    # One seed is one person: what two states have in common is no repetition.
    equal = sum(map(_repeated, every.values()))
    told = f"of {len(blinks.start):,}, in amplitude and both speeds"
    yield record("blinks that equal another one of their state", equal, "1", "<= 0", told)
    slope = float(blinks.closing @ blinks.amplitude / (blinks.amplitude @ blinks.amplitude))
    sequence = fact_of("blink.kinematics.main_sequence.k")
    yield within("peak closing speed over amplitude", slope, "1/s", sequence)
    ratio = float(np.median(blinks.opening / blinks.closing))
    formula = _statement("blink.kinematics.opening_ratio")
    low, high = (float(number) for number in re.findall(r"\d\.\d", formula))
    yield inside("peak opening over peak closing speed", ratio, "1", low, high, "Evinger 1991")
    for phase, span in (
        ("closing", blinks.shut - blinks.start),
        ("total", blinks.end - blinks.start),
    ):
        fact = fact_of(f"blink.kinematics.spontaneous.{phase}")
        yield within(f"blink, {phase}, median", 1e3 * float(np.median(span)), "ms", fact)


def _saccade_records(states: dict[str, Watched]) -> Iterator[Record]:
    from risorius.perform.quantity import span

    found = [find_saccades(state) for state in states.values()]
    pooled = Saccades(*np.concatenate([np.stack(each) for each in found], axis=1))
    size, valid = np.degrees(pooled.amplitude), fact_of("saccade.duration.valid")
    real = size > (valid.low or 0.0)
    slope, offset = np.polyfit(size[real], 1e3 * pooled.duration[real], 1)
    for name, value, unit in (("slope", slope, "ms/deg"), ("offset", offset, "ms")):
        typical = fact_of(f"saccade.duration.{name}").value
        yield inside(
            f"saccade duration, {name}",
            float(value),
            unit,
            0.8 * typical,
            1.2 * typical,
            f"{typical:g} {unit} (Carpenter 1988) and a fifth",
        )
    most, bend = fact_of("saccade.peak_velocity.v_max"), fact_of("saccade.peak_velocity.c")
    slowest, fastest = zip(span(most), reversed(span(bend)), strict=True)
    for angle in (10, 20):
        near = np.abs(size - angle) < 0.15 * angle
        low, high = (peak * (1 - np.exp(-angle / at)) for peak, at in (slowest, fastest))
        yield inside(
            f"peak speed of saccades of {angle} deg",
            float(np.degrees(np.median(pooled.peak[near]))),
            "deg/s",
            low,
            high,
            "Bahill 1975, Boghen 1974",
        )
    free = np.degrees(find_saccades(states["rest"]).amplitude)
    median = float(np.median(free[free > (valid.low or 0.0)]))
    fact = fact_of("saccade.natural_size.median")
    yield within("median saccade in free looking", median, "deg", fact)
    held = find_saccades(states["listening"])
    small = int((np.degrees(held.amplitude) <= (valid.low or 0.0)).sum())
    yield within("microsaccades", small / SECONDS, "1/s", fact_of("microsaccades.rate"))


def _partner_record(state: Watched, name: str) -> Record:
    from risorius.perform.quantity import chosen, published

    # Half way from the edge of a face to the nearest look past it.
    edge = 0.75 * chosen("gaze", "away.nearest").value
    beside = np.linalg.norm(state.gaze.mean(axis=1), axis=1)
    share = 100 * float((beside < edge).mean())
    usual = 100 * published(f"gaze_social.looking_at_partner.share.{name}").value
    figure = f"time with the eyes on the partner, {name}"
    return inside(figure, share, "%", usual - 5, usual + 5, f"{usual:g} % (Argyle 1972) and 5")


def _repeated(blinks: Blinks) -> int:
    shapes = np.stack([blinks.amplitude, blinks.closing, blinks.opening], axis=1)
    return len(shapes) - len(np.unique(shapes, axis=0))


def _one(state: Watched) -> Blinks:
    return find_blinks(state.time, state.closure[:, 0])


def _pooled(state: Watched) -> Blinks:
    """Return the blinks of both eyes."""
    eyes = [np.stack(find_blinks(state.time, state.closure[:, side])) for side in (0, 1)]
    return Blinks(*np.concatenate(eyes, axis=1))


def _statement(name: str) -> str:
    from risorius.anatomy import load_facts

    return load_facts("kinematics").statements[name].formula
