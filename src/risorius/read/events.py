"""What happened when: blinks, smiles, raised brows and the largest movements of single muscles.

Kinds of events, each with the label ``left``, ``right`` or ``both``:

=================== ===========================================================================
``blink``           a lid shuts and opens again within half a second
``eyes_closed``     a lid stays shut for longer
``smile``           zygomaticus major above its threshold for at least 0.2 s
``brow_raise``      frontalis above its threshold for at least 0.1 s
``movement:MUSCLE`` one of the largest movements of a muscle, onset to offset
``apex:MUSCLE``     the moment of its greatest activation, start equals end
``gap``             no face was seen (label ``no_face``)
=================== ===========================================================================
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.clip import SIDES, Event

__all__ = ["BLINK_SECONDS", "find_events", "runs"]

Floats = NDArray[np.floating]

BLINK_SECONDS = 0.5
"""A closure up to this long is a blink, a longer one closed eyes: the line from AU45 to AU43."""

_SHUT = 0.5  # closure from which a lid counts as shut
_REOPENED = 0.4  # and below which it is open again
_SMILE, _SMILE_SECONDS = 0.2, 0.2
_BROW, _BROW_SECONDS = 0.25, 0.1
_TOP_MUSCLES, _LEAST_MOVEMENT = 6, 0.15


def runs(mask: NDArray[np.bool_]) -> Iterator[slice]:
    """Yield the stretches in which ``mask`` holds.

    Examples
    --------
    >>> [(run.start, run.stop) for run in runs(np.array([1, 1, 0, 1], bool))]
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield slice(start, stop)


def stretches(curve: Floats, *, above: float, until: float) -> list[slice]:
    """Find where a curve rises over ``above``, each from and to where it passes ``until``.

    NaN ends a stretch.

    Examples
    --------
    >>> stretches(np.array([0.0, 0.4, 0.9, 0.4, 0.0]), above=0.5, until=0.3)
    [slice(1, 4, None)]
    """
    return [
        wide
        for wide in runs(np.nan_to_num(np.asarray(curve, float), nan=-1.0) > until)
        if np.nanmax(curve[wide]) > above
    ]


def find_events(
    time: Floats, activation: Floats, channels: Sequence[str], *, gaps: NDArray[np.bool_]
) -> list[Event]:
    """Find events in activations.

    Parameters
    ----------
    time : (time,) [s]
    activation : (time, muscle, side) [1]
        NaN where not observed.
    channels : sequence of str
        Ids along the muscle axis.
    gaps : (time,) bool
        Where no face was seen.

    Returns
    -------
    events : list of Event
        In order of time.
    """
    place = {channel: index for index, channel in enumerate(channels)}
    step = float(np.median(np.diff(time))) if len(time) > 1 else 1 / 30
    ends = np.append(time[1:], time[-1] + step)
    events: list[Event] = []
    lids = activation[:, place["orbicularis_oculi.pretarsalis"]]
    shut = [stretches(lids[:, side], above=_SHUT, until=_REOPENED) for side in range(2)]
    for run, label in _paired(shut):
        touches_edge = run.start == 0 or run.stop == len(time)
        seconds = ends[run.stop - 1] - time[run.start]
        kind = "blink" if seconds <= BLINK_SECONDS and not touches_edge else "eyes_closed"
        events.append(Event(time[run.start], time[run.stop - 1], kind, label))
    frontalis = [place["frontalis.medialis"], place["frontalis.lateralis"]]
    for kind, curves, threshold, least in (
        ("smile", activation[:, place["zygomaticus_major"]], _SMILE, _SMILE_SECONDS),
        ("brow_raise", activation[:, frontalis].mean(axis=1), _BROW, _BROW_SECONDS),
    ):
        found = [stretches(curves[:, k], above=threshold, until=threshold / 2) for k in range(2)]
        for run, label in _paired(found):
            if ends[run.stop - 1] - time[run.start] >= least:
                events.append(Event(time[run.start], time[run.stop - 1], kind, label))
    if len(time) > 2:
        events += _largest_movements(time, activation, channels)
    events += [Event(time[run.start], time[run.stop - 1], "gap", "no_face") for run in runs(gaps)]
    return sorted(
        Event(float(start), float(end), kind, label) for start, end, kind, label in events
    )


def _paired(found: list[list[slice]]) -> Iterator[tuple[slice, str]]:
    """Join what overlaps in time, on one side or on both."""
    both = sorted((run.start, run.stop, side) for side, own in enumerate(found) for run in own)
    while both:
        start, stop, side = both.pop(0)
        sides = {side}
        while both and both[0][0] < stop:
            _, end, side = both.pop(0)
            stop = max(stop, end)
            sides.add(side)
        yield slice(start, stop), "both" if len(sides) == 2 else SIDES[sides.pop()]


def _largest_movements(
    time: Floats, activation: Floats, channels: Sequence[str]
) -> Iterator[Event]:
    """Yield the largest rise and fall of each of the most active muscles of skin and jaw."""
    moving = [load_atlas().channel(name).moves in ("skin", "jaw") for name in channels]
    activation = np.where(np.array(moving)[:, None], activation, np.nan)
    seen = ~np.isnan(activation).all(axis=0)
    peak = np.where(seen, np.where(np.isnan(activation), -1, activation).max(axis=0), -1)
    order = np.argsort(-peak, axis=None, kind="stable")[:_TOP_MUSCLES]
    for muscle, side in itertools.starmap(
        lambda m, s: (int(m), int(s)), np.transpose(np.unravel_index(order, peak.shape))
    ):
        height = float(peak[muscle, side])
        if height < _LEAST_MOVEMENT:
            continue
        curve = activation[:, muscle, side]
        apex = int(np.nanargmax(curve))
        run = next(
            run
            for run in stretches(curve, above=0.99 * height, until=0.1 * height)
            if run.start <= apex < run.stop
        )
        name = channels[muscle]
        yield Event(time[run.start], time[run.stop - 1], f"movement:{name}", SIDES[side])
        yield Event(time[apex], time[apex], f"apex:{name}", SIDES[side])
