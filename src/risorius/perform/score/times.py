"""When everything happens: from relative times to absolute ones.

A beat begins `at` a time, `after` or `with` another one, or, without any of these, after the beat
above it. It lasts `for` a time, `until` something, or as long as what it is takes. What contradicts
itself is refused. What people resolve without thinking (nobody says two lines at once, or speaks
with held breath) is resolved the way they do, and noted.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import inf, isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from risorius.perform.scene import Beat
from risorius.perform.score.beats import Breathe, LastingBeat, ScoreBeat
from risorius.perform.score.faults import Fault, located, refusal
from risorius.perform.score.lengths import Speak
from risorius.perform.score.waits import END, is_held, is_open, read_rows
from risorius.perform.score.words import score_default

if TYPE_CHECKING:
    from risorius.perform.score.score import Score

__all__ = ["Timeline", "find_times", "timeline"]

JUST = 1e-9
"""Shorter than this is rounding, not time [s]."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """All beats of a score at their times.

    Attributes
    ----------
    beats : tuple of Beat
        In order of start, each with a finite end.
    duration : float [s]
    notes : tuple of str
        What had to be resolved, and how.
    """

    beats: tuple[Beat, ...] = ()
    duration: float = 0.0
    notes: tuple[str, ...] = ()


def timeline(score: Score, *, speak: Speak | None = None) -> Timeline:
    """Return every beat of a score at its time.

    Parameters
    ----------
    score : Score
    speak : callable, optional
        What measures lines, if it is not :func:`risorius.perform.speech.speak`.

    Returns
    -------
    timeline : Timeline

    Raises
    ------
    InputError
        With every contradiction, each with the number of its beat.

    Examples
    --------
    >>> from risorius.perform.score.score import load_score
    >>> text = "beats: [{at: 1, nod: 2, name: yes}, {after: yes, gap: 0.5, blink: once}]"
    >>> [(beat.kind, round(beat.start, 2)) for beat in timeline(load_score(text)).beats]
    [('nod', 1.0), ('blink', 2.23)]
    """
    made, faults = find_times(score, speak)
    if faults:
        raise refusal(located(faults, None), score.title)
    return made


def find_times(score: Score, speak: Speak | None = None) -> tuple[Timeline, list[Fault]]:
    """Return the timeline and what is wrong with it; it is empty if anything is."""
    from risorius.perform import speech

    solver = _Solver(score, speak or speech.speak)
    if not solver.faults:
        solver.solve()
    return (Timeline() if solver.faults else solver.timeline()), solver.faults


class _Solver:
    def __init__(self, score: Score, speak: Speak) -> None:
        self.score = score
        self.rows, self.faults = read_rows(score, speak)
        self.notes: list[str] = []
        self.duration = 0.0

    def solve(self) -> None:
        """Find all times, first of what waits for nothing, then of what waits for that."""
        order = self._order()
        if self.faults:
            return
        self._evaluate(order)
        self._take_turns()
        for index, row in enumerate(self.rows):
            if row.start < -JUST:
                said = next(w for w in ("at", "gap", "kind") if w == "kind" or getattr(row.beat, w))
                text = f"this beat would begin {-row.start:g} s before the score does."
                self._fault(index, said, text)
            elif row.end <= row.start + JUST:
                text = f"this beat would end at {row.end:g} s, but it begins at {row.start:g} s."
                self._fault(index, "until", text)
        if not self.faults:
            self._hold()

    def _order(self) -> list[tuple[int, str]]:
        """Return starts and ends in an order in which each can be found from those before."""
        waits: dict[tuple[int, str], tuple[int, str] | None] = {}
        for index, row in enumerate(self.rows):
            for point, after in (("start", row.begin), ("end", row.finish)):
                waits[index, point] = (
                    None if after is None or after.beat is None else (after.beat, after.point)
                )
        order: list[tuple[int, str]] = []
        state: dict[tuple[int, str], int] = {}  # 1 on the way, 2 done
        for first in waits:
            chain = []
            node: tuple[int, str] | None = first
            # Every time hangs on at most one other, so a chain is followed without branching.
            while node is not None and node not in state:
                state[node] = 1
                chain.append(node)
                node = waits[node]
            if node is not None and state[node] == 1:
                self._circle(chain[chain.index(node) :])
            for done in reversed(chain):
                state[done] = 2
                order.append(done)
        return order

    def _circle(self, chain: list[tuple[int, str]]) -> None:
        around = list(dict.fromkeys(index for index, _ in chain))
        told = " waits for ".join(self._who(index) for index in [*around, around[0]])
        self._fault(min(around), "after", f"these wait for each other in a circle: {told}.")

    def _evaluate(self, order: list[tuple[int, str]]) -> None:
        for index, point in order:
            row = self.rows[index]
            after = row.begin if point == "start" else row.finish
            if after is None:
                row.end = inf
                continue
            base = 0.0
            if after.beat is not None:
                other = self.rows[after.beat]
                base = other.start if after.point == "start" else other.end
            if point == "start":
                row.start = base + after.more
            else:
                row.end = base + after.more

    def _take_turns(self) -> None:
        """Let every line, and every held breath, wait until the line before it has been said."""
        rows = self.rows
        voiced = [i for i, row in enumerate(rows) if row.beat.kind in ("say", "hold_breath")]
        hanging: dict[tuple[int, str], list[tuple[int, str]]] = {}
        for index, row in enumerate(rows):
            for point, after in (("start", row.begin), ("end", row.finish)):
                if after is not None and after.beat is not None:
                    hanging.setdefault((after.beat, after.point), []).append((index, point))
        waited: dict[int, float] = {}
        for _ in range(len(voiced) + 1):
            busy, late = -inf, -1
            for index in sorted(
                voiced, key=lambda i: (rows[i].start, rows[i].beat.kind != "say", i)
            ):
                wait = busy - rows[index].start
                if wait > JUST:
                    late = index
                    waited[index] = waited.get(index, 0.0) + wait
                    self._shift(index, wait, hanging)
                if rows[index].beat.kind == "say":
                    busy = rows[index].end
            if late < 0:
                break
        else:
            self._fault(late, "kind", "these lines overlap and cannot be kept apart.")
        for index, wait in sorted(waited.items()):
            self.notes.append(
                f"{self._who(index)} waits {wait:.2f} s until the line before it is said."
            )
        self._let_breathe(voiced)

    def _shift(
        self,
        index: int,
        wait: float,
        hanging: dict[tuple[int, str], list[tuple[int, str]]],
    ) -> None:
        """Let a beat begin later, and with it all that hangs on it."""
        moved = [(index, "start")]
        while moved:
            node = moved.pop()
            row = self.rows[node[0]]
            if node[1] == "start":
                row.start += wait
            else:
                row.end += wait
            moved += hanging.get(node, ())

    def _let_breathe(self, voiced: list[int]) -> None:
        """End a held breath where the first line or breath begins within it."""
        starts = sorted(
            row.start
            for row in self.rows
            if row.beat.kind == "say" or (isinstance(row.beat, Breathe) and not is_held(row.beat))
        )
        for index in voiced:
            row = self.rows[index]
            place = bisect_right(starts, row.start + JUST)
            if row.beat.kind == "hold_breath" and starts[place:] and starts[place] < row.end - JUST:
                row.end = starts[place]
                self.notes.append(
                    f"{self._who(index)} ends at {row.end:.2f} s, where the breath is needed."
                )

    def _hold(self) -> None:
        """Give an end to what is held: the next of its kind, or the end of the score."""
        ends = [row.end for row in self.rows if isfinite(row.end)]
        ends += [row.start + score_default("lengths.held") for row in self.rows]
        natural = max(ends, default=0.0) + score_default("lengths.tail")
        self.duration = self.score.duration or natural
        by_kind: dict[str, list[int]] = {}
        for index, row in enumerate(self.rows):
            row.pieces = [(row.start, row.end)]
            if is_held(row.beat):
                by_kind.setdefault(row.beat.kind, []).append(index)
        for same in by_kind.values():
            self._lay_over(sorted(same, key=lambda i: (self.rows[i].start, i)))
        self._end()

    def _lay_over(self, same: list[int]) -> None:
        """Let each of one kind give way to those that begin later, and go on when they end."""
        until = inf
        for index in reversed(same):
            row = self.rows[index]
            if is_open(row.beat) and not _to_the_end(row.beat):
                row.end = max(row.start, min(row.end, until))
                until = min(until, row.start)
        covered: list[tuple[float, float]] = []  # by later ones; the earliest is last
        least = score_default("lengths.again")
        for index in reversed(same):
            row = self.rows[index]
            row.pieces, now = [], row.start
            end = row.end
            while covered and covered[-1][0] <= end:
                begins, ends = covered.pop()
                row.pieces.append((now, min(begins, end)))
                now, end = max(now, ends), max(end, ends)
            row.pieces.append((now, row.end))
            covered.append((row.start, end))
            # What is left of it between two others must be worth a movement.
            row.pieces = [
                piece
                for place, piece in enumerate(row.pieces)
                if piece[1] - piece[0] > (least if place else JUST)
            ]
            if not row.pieces:
                self.notes.append(f"{self._who(index)} is not seen: others of its kind cover it.")

    def _end(self) -> None:
        """Let nothing outlast the score."""
        for index, row in enumerate(self.rows):
            if row.start >= self.duration - JUST:
                self.notes.append(
                    f"{self._who(index)} is left out: it would begin at {row.start:.2f} s, and the "
                    f"score ends at {self.duration:.2f} s."
                )
                row.pieces = []
            elif isfinite(row.end) and row.end > self.duration + JUST:
                self.notes.append(
                    f"{self._who(index)} is cut at the end of the score, {self.duration:.2f} s."
                )
            row.pieces = [
                (start, min(end, self.duration))
                for start, end in row.pieces
                if start < self.duration - JUST
            ]

    def timeline(self) -> Timeline:
        """Return what was found."""
        beats: list[Beat] = []
        for index, row in enumerate(self.rows):
            parts = row.beat.parts()
            if all(part.strength == 0 for part in parts):
                self.notes.append(f"{self._who(index)} has strength 0 and does nothing.")
            marks = {name: row.start + time for name, time in row.length.marks.items()}
            for part in parts:
                more: dict[str, Any] = dict(part.more)
                if row.beat.kind == "look" and part.what in self.score.places:
                    more |= self.score.places[part.what].angles()
                if row.beat.kind == "say":
                    more["marks"] = MappingProxyType(marks)
                beats += (
                    Beat(
                        kind=row.beat.kind,
                        what=part.what,
                        start=max(0.0, start),
                        end=end,
                        strength=part.strength,
                        ease=getattr(row.beat, "ease", None),
                        side=part.side,
                        index=index,
                        more=MappingProxyType(more),
                    )
                    for start, end in row.pieces
                )
        beats.sort(key=lambda beat: (beat.start, beat.index))
        return Timeline(tuple(beats), self.duration, tuple(self.notes))

    def _who(self, index: int) -> str:
        beat = self.rows[index].beat
        return f"beat {index + 1} ({beat.name or beat.kind})"

    def _fault(self, index: int, word: str, text: str) -> None:
        self.faults.append(Fault(("beats", index, word), text))


def _to_the_end(beat: ScoreBeat) -> bool:
    return isinstance(beat, LastingBeat) and beat.until == END
