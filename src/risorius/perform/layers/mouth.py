"""What a mouth does besides speaking: it swallows and chews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import SIDES, Side
from risorius.perform.layers.posture import scaled
from risorius.perform.quantity import chosen, published, span
from risorius.perform.scene import Beat
from risorius.perform.stroke import Mark, Stroke
from risorius.perform.table import load_table
from risorius.perform.target import TARGETS

__all__ = ["chew", "on_both", "opening_drive", "swallow"]

Floats = NDArray[np.float64]

_OTHER: Mapping[Side, Side] = {"left": "right", "right": "left"}


def swallow(start: float, length: float, strength: float) -> list[Stroke]:
    """Return the strokes of one swallow: the mouth shuts, the larynx goes up and down.

    Examples
    --------
    >>> [round(stroke.start, 2) for stroke in swallow(1.0, 1.0, 0.6)]
    [1.0, 1.1, 1.45]
    """
    table = load_table("gesture")["swallow"]
    share = strength / chosen("score", "strength").value
    parts: dict[str, dict[int, float]] = {"seal": on_both(table["lips"], share)}
    for key, amount in load_atlas().expand("AU80", 1.0).items():
        part = "seal"
        if key[0] in table["dropped_by"]:
            part = "drop"
        elif key[0] in table["lifted_by"]:
            part = "lift"
        parts.setdefault(part, {})[TARGETS.of(*key)] = amount * share
    strokes = [_phase(table[part], start, length, parts[part]) for part in ("seal", "lift", "drop")]
    strokes[0] = replace(strokes[0], event=Mark("swallow"))
    return strokes


def chew(beat: Beat, side: Side, rng: np.random.Generator) -> Iterator[Stroke]:
    """Yield the strokes of chewing, cycle after cycle, on one side and then on the other.

    Parameters
    ----------
    beat : Beat
    side : {"left", "right"}
        Where it begins.
    rng : numpy.random.Generator

    Examples
    --------
    >>> meal = Beat(kind="chew", start=0.0, end=10.0, strength=0.6)
    >>> strokes = list(chew(meal, "left", np.random.default_rng(0)))
    >>> strokes[0].event.kind, len(strokes)
    ('chew', 40)
    """
    table = load_table("gesture")["chew"]
    travel, spread = published("jaw.chewing_travel"), chosen("gesture", "chew.spread").value
    way, (_, widest) = scaled(travel, beat.strength), span(travel)
    share = beat.strength / chosen("score", "strength").value
    count = max(1, round(beat.length * published("jaw.chewing_rate").value))
    uneven = np.exp(spread * np.clip(rng.standard_normal((2, count)), -2, 2))
    lengths = beat.length * uneven[0] / uneven[0].sum()
    # The lips stay shut all the while.
    shut = float(lengths[0]) / 3
    lips = _amounts(on_both(table["lips"], share))
    yield Stroke(beat.start, shut, beat.length - 2 * shut, shut, *lips, event=Mark("chew"))
    start = beat.start
    left = int(rng.integers(*table["cycles_per_side"]))
    for length, wider in zip(lengths.tolist(), uneven[1].tolist(), strict=True):
        yield from _cycle(start, length, side, min(way * wider, widest), share)
        start += length
        left -= 1
        if left == 0:
            side, left = _OTHER[side], int(rng.integers(*table["cycles_per_side"]))


def _cycle(
    start: float, length: float, side: Side, travel: float, share: float
) -> Iterator[Stroke]:
    """Yield one chew: the jaw opens by a travel [mm], swings to a side, closes and bites."""
    table = load_table("gesture")["chew"]
    gape = chosen("gesture", "chew.gape").value * opening_drive(travel)
    opened = {TARGETS.of(*key): gape * drive for key, drive in _openers().items()}
    # The wider the jaw, the more the lips must do to keep the food in.
    seal = {name: by for name, by in table["seal"].items() if name != "note"}
    opened |= on_both(seal, travel / chosen("gesture", "chew.seal_travel").value)
    yield _phase(table["open"], start, length, opened)
    # The condyle of the other side glides and takes the chin to the working side.
    swung = {TARGETS.of(name, _OTHER[side]): share * by for name, by in table["swung_by"].items()}
    yield _phase(table["swing"], start, length, swung)
    bitten = {TARGETS.of(name, side): share * by for name, by in table["cheek"].items()}
    for name, by in table["bitten_by"].items():
        bitten[TARGETS.of(name, side)] = share * by
        idle = chosen("gesture", "chew.idle_side").value
        bitten[TARGETS.of(name, _OTHER[side])] = share * by * idle
    yield _phase(table["bite"], start, length, bitten)


def opening_drive(travel: float) -> float:
    """Return the share of the full drive of the openers that holds the jaw this far open.

    Parameters
    ----------
    travel : float [mm]
        Between the incisors.

    Examples
    --------
    >>> 0.1 < opening_drive(17.0) < 0.6
    True
    """
    drives, shares = _openings()
    widest = published("jaw.max_opening.men", "jaw_eye").value
    women = published("jaw.max_opening.women", "jaw_eye").value
    return float(np.interp(travel / ((widest + women) / 2), shares, drives))


@cache
def _openings() -> tuple[Floats, Floats]:
    from risorius.skin import jaw_from_activation

    atlas = load_atlas()
    drives = np.linspace(0.0, 1.0, 101)
    activation = np.zeros((len(drives), len(atlas.channel_ids), 2))
    for (channel, side), weight in _openers().items():
        activation[:, atlas.channel_ids.index(channel), SIDES.index(side)] = weight * drives
    return drives, jaw_from_activation(atlas, activation, max_open=1.0)[:, 0]


@cache
def _openers() -> Mapping[tuple[str, str], float]:
    return load_atlas().expand("AU27", 1.0)


def _phase(
    shares: Mapping[str, float], start: float, length: float, amounts: Mapping[int, float]
) -> Stroke:
    rise, hold, fall = (shares[name] * length for name in ("rise", "hold", "fall"))
    return Stroke(start + shares["start"] * length, rise, hold, fall, *_amounts(amounts))


def on_both(drive: Mapping[str, float], share: float) -> dict[int, float]:
    """Return targets and amounts of channels that work alike on both sides.

    Examples
    --------
    >>> on_both({"mentalis": 0.2}, 0.5) == dict.fromkeys(TARGETS.both("mentalis"), 0.1)
    True
    """
    return {
        place: min(share * weight, 1.0)
        for channel, weight in drive.items()
        for place in TARGETS.both(channel)
    }


def _amounts(drive: Mapping[int, float]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    return tuple(drive), tuple(min(amount, 1.0) for amount in drive.values())
