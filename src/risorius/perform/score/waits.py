"""What the beats of a score say about their times: at, after, with, gap, for and until."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from risorius.errors import InputError, did_you_mean
from risorius.perform.score.beats import LOOKS, Breathe, LastingBeat, Look, Place, ScoreBeat
from risorius.perform.score.faults import Fault
from risorius.perform.score.lengths import Length, Speak, usual_length
from risorius.perform.score.words import unknown

if TYPE_CHECKING:
    from risorius.perform.score.score import Score

__all__ = ["END", "After", "Row", "is_held", "is_open", "read_rows"]

END = "end"
"""What `until` calls the end of the score."""


class After(NamedTuple):
    """A time that hangs on another beat, or on none."""

    beat: int | None
    point: str
    """``start`` or ``end`` of that beat."""
    more: float
    """What is added to it [s]."""


@dataclass(slots=True)
class Row:
    """One beat with what its times hang on, and then with its times."""

    beat: ScoreBeat
    length: Length
    begin: After = field(default_factory=lambda: After(None, "start", 0.0))
    finish: After | None = None
    """None: until the next of its kind or the end of all."""
    start: float = 0.0
    end: float = inf
    pieces: list[tuple[float, float]] = field(default_factory=list)
    """When it is to be seen, between others of its kind."""


def read_rows(score: Score, speak: Speak) -> tuple[list[Row], list[Fault]]:
    """Return what every beat says about its times, and what of it cannot be."""
    reader = _Reader(score, speak)
    reader.read()
    return reader.rows, reader.faults


class _Reader:
    def __init__(self, score: Score, speak: Speak) -> None:
        self.score = score
        self.speak = speak
        self.rows: list[Row] = []
        self.names: dict[str, int] = {}
        self.faults: list[Fault] = []

    def read(self) -> None:
        """Take in what every beat says about its times, and whom it names."""
        for index, beat in enumerate(self.score.beats):
            try:
                length = usual_length(beat, self.speak)
            except InputError as error:
                self._fault(index, beat.kind, str(error))
                length = Length(1.0, {})
            self.rows.append(Row(beat, length))
            if beat.name is None:
                continue
            if beat.name in self.names:
                first = self.names[beat.name] + 1
                self._fault(index, "name", f"{beat.name!r} is already the name of beat {first}.")
            elif beat.name == END:
                self._fault(index, "name", f"{END!r} is the end of the score; take another name.")
            else:
                self.names[beat.name] = index
        for index, row in enumerate(self.rows):
            row.finish = self._finish(index, row.beat)
        for index, row in enumerate(self.rows):
            row.begin = self._begin(index, row.beat)
            self._check_look(index, row.beat)
        self._check_setting()
        if not self.rows and self.score.duration is None:
            self.faults.append(Fault((), "no beats and no duration: there is nothing to play."))

    def _check_look(self, index: int, beat: ScoreBeat) -> None:
        if isinstance(beat, Look) and not isinstance(beat.look, Place):
            known = [*LOOKS, *self.score.places]
            if beat.look not in known:
                self._fault(index, "look", str(unknown("place to look at", beat.look, known)))

    def _check_setting(self) -> None:
        from risorius.perform.culture import CULTURES
        from risorius.perform.style import style_of

        culture = self.score.context.culture
        if culture not in CULTURES:
            text = str(unknown("culture", culture, CULTURES))
            self.faults.append(Fault(("context", "culture"), text))
        try:
            style_of(self.score.style)
        except InputError as error:
            self.faults.append(Fault(("style",), str(error)))

    def _begin(self, index: int, beat: ScoreBeat) -> After:
        gap = beat.gap or 0.0
        said = {
            word: value
            for word, value in (("at", beat.at), ("after", beat.after), ("with", beat.with_))
            if value is not None
        }
        if len(said) > 1:
            words = " and ".join(repr(word) for word in said)
            self._fault(index, list(said)[1], f"{words} contradict each other; keep one.")
        elif beat.at is not None:
            if beat.gap is not None:
                self._fault(index, "gap", "'gap' goes with 'after' or 'with', not with 'at'.")
            return After(None, "start", beat.at)
        elif beat.after is not None:
            return self._point(index, "after", beat.after, "end", gap)
        elif beat.with_ is not None:
            return self._point(index, "with", beat.with_, "start", gap)
        elif index:
            # The beat above; one that is held has no end to wait for.
            return After(index - 1, "end" if self.rows[index - 1].finish else "start", gap)
        return After(None, "start", gap)

    def _finish(self, index: int, beat: ScoreBeat) -> After | None:
        own = After(index, "start", self.rows[index].length.total)
        if not isinstance(beat, LastingBeat):
            return own
        if beat.for_ is not None:
            if beat.until is not None:
                self._fault(index, "until", "'for' and 'until' contradict each other; keep one.")
            if beat.for_ <= 0:
                self._fault(index, "for", f"a beat lasts more than 0 s, not {beat.for_:g}.")
            return own._replace(more=beat.for_)
        if isinstance(beat.until, str):
            return None if beat.until == END else self._point(index, "until", beat.until, "start")
        if beat.until is not None:
            return After(None, "start", beat.until)
        return None if is_held(beat) else own

    def _point(self, index: int, word: str, said: str, usual: str, gap: float = 0.0) -> After:
        """Return what ``name``, ``name.start``, ``name.end`` or ``name.mark`` stands for."""
        name, dot, point = said.partition(".")
        other = self.names.get(name)
        if other is None:
            hint = did_you_mean(name, self.names) or "Give the other beat a 'name'."
            self._fault(index, word, f"no beat is called {name!r:.60}. {hint}")
            return After(None, "start", 0.0)
        if other == index:
            self._fault(index, word, f"{name!r} is this beat itself.")
            return After(None, "start", 0.0)
        row = self.rows[other]
        point = point if dot else usual
        if point in row.length.marks:
            return After(other, "start", row.length.marks[point] + gap)
        if point == "end" and is_open(row.beat):
            self._fault(
                index,
                word,
                f"{name!r} has no end of its own: give it 'for' or 'until', or use 'with'.",
            )
            return After(None, "start", 0.0)
        if point not in ("start", "end"):
            known = ["start", "end", *row.length.marks]
            self._fault(index, word, str(unknown(f"point of {name!r}:", point, known)))
            return After(None, "start", 0.0)
        return After(other, point, gap)

    def _fault(self, index: int, word: str, text: str) -> None:
        self.faults.append(Fault(("beats", index, word), text))


def is_held(beat: ScoreBeat) -> bool:
    """Return whether a beat of this sort stays until the next one of its kind."""
    if isinstance(beat, Breathe):
        return beat.breathe in ("calm", "deep", "shallow", "quick")
    return beat.held


def is_open(beat: ScoreBeat) -> bool:
    """Return whether a beat ends only with the next of its kind or with the score."""
    if not isinstance(beat, LastingBeat) or beat.for_ is not None:
        return False
    return beat.until == END or (beat.until is None and is_held(beat))
