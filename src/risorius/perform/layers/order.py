"""Strokes of many beats in order of start, without playing the last beat before the first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from itertools import count

from risorius.perform.scene import Beat
from risorius.perform.stroke import Stroke

__all__ = ["in_turn"]


def in_turn(beats: Iterable[Beat], play: Callable[[Beat], Iterable[Stroke]]) -> Iterator[Stroke]:
    """Yield the strokes of all beats in order of start; each beat is played when its time comes.

    Parameters
    ----------
    beats : iterable of Beat
        In order of start.
    play : callable
        Returns the strokes of a beat in order of start, none before it; they may never end.

    Examples
    --------
    >>> beats = [Beat(kind="move", start=0.0, end=9.0), Beat(kind="move", start=1.0, end=2.0)]
    >>> def play(beat):
    ...     return [Stroke(beat.start + t, 0.1, 0.0, 0.1, (0,), (0.5,)) for t in (0.0, 2.0)]
    >>> [stroke.start for stroke in in_turn(beats, play)]
    [0.0, 1.0, 2.0, 3.0]
    """
    coming: list[tuple[float, int, Stroke, Iterator[Stroke]]] = []
    serial = count()

    def wait_for(stream: Iterator[Stroke]) -> None:
        stroke = next(stream, None)
        if stroke is not None:
            heapq.heappush(coming, (stroke.start, next(serial), stroke, stream))

    for beat in beats:
        while coming and coming[0][0] < beat.start:
            _, _, stroke, stream = heapq.heappop(coming)
            yield stroke
            wait_for(stream)
        wait_for(iter(play(beat)))
    while coming:
        _, _, stroke, stream = heapq.heappop(coming)
        yield stroke
        wait_for(stream)
