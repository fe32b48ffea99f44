"""How long a beat lasts that is not told how long."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from risorius.anatomy import load_atlas, load_facts
from risorius.perform.score.beats import (
    Blink,
    Breathe,
    Expression,
    Micro,
    Repeated,
    Say,
    ScoreBeat,
    Swallow,
    Twitch,
)
from risorius.perform.score.words import score_default

if TYPE_CHECKING:
    from pathlib import Path

    from risorius.perform.scene import Phrase

__all__ = ["Length", "Speak", "usual_length"]

DEFAULTS = {
    "hold_breath": "lengths.held_breath",
    "squint": "lengths.squint",
    "chew": "lengths.chew",
    "relax": "lengths.relax",
    "move": "lengths.move",
}


class Speak(Protocol):
    """What says how long a line takes: the speech layer."""

    def __call__(
        self, text: str, *, sound: Path | None, phones: Path | None, pace: float
    ) -> tuple[Phrase, ...]:
        """Return the phrases of a line, with times from 0."""
        ...


class Length(NamedTuple):
    """How long a beat lasts, and when the named points of its line come [s], from its start."""

    total: float
    marks: dict[str, float]


def usual_length(beat: ScoreBeat, speak: Speak) -> Length:
    """Return how long a beat takes by its nature, unless it is told otherwise.

    Parameters
    ----------
    beat : ScoreBeat
    speak : callable
        What measures a line, such as :func:`risorius.perform.speech.speak`.

    Returns
    -------
    length : Length

    Raises
    ------
    InputError
        A line cannot be spoken.

    Notes
    -----
    Expressions, nods, blinks, breaths and swallows have published lengths; the rest are design
    defaults.

    Examples
    --------
    >>> from risorius.perform.score.beats import Feel
    >>> from risorius.perform.speech import speak
    >>> round(usual_length(Feel(feel="surprise"), speak).total, 6)
    1.4
    >>> line = usual_length(Say(say="So *glad* you {here} came."), speak)
    >>> 0 < line.marks["here"] < line.total
    True
    """
    if isinstance(beat, Say):
        return _line(beat, speak)
    return Length(_total(beat), {})


def _total(beat: ScoreBeat) -> float:
    if isinstance(beat, Micro | Twitch):
        return beat.ms / 1000
    if isinstance(beat, Expression):
        leading = beat.parts()[0].what
        timing = load_atlas().expression(leading).timing
        if timing is None:
            return score_default("lengths.feeling")
        stages = (timing.onset, timing.apex, timing.offset)
        return sum(stage.in_base_units().value for stage in stages)
    if isinstance(beat, Repeated):
        speed, times = beat.speed, beat.parts()[0].more["times"]
        shake = _fact("head.shake.frequency") / _fact("head.nod.frequency.ordinary")
        rate = _fact(f"head.nod.frequency.{speed}") * (shake if beat.kind == "shake" else 1.0)
        return float(times / rate)
    if isinstance(beat, Blink):
        once = _fact("blink.kinematics.spontaneous.total")
        return once * (1.0 if beat.blink == "once" else score_default(f"blinks.{beat.blink}"))
    if isinstance(beat, Swallow):
        return _fact("swallow.duration")
    if isinstance(beat, Breathe):
        single = {"sigh": "sigh.duration", "in": "timing.inhale", "out": "timing.exhale"}
        if beat.breathe in single:
            return _fact(f"breath.{single[beat.breathe]}")
        return score_default("lengths.gasp")
    return score_default(DEFAULTS.get(beat.kind, "lengths.held"))


@cache
def _fact(name: str) -> float:
    return load_facts("kinematics").quantity(name).in_base_units().value


def _line(beat: Say, speak: Speak) -> Length:
    more = beat.parts()[0].more
    phrases = speak(beat.text, sound=more["sound"], phones=more["phones"], pace=beat.rate)
    total = max(phrase.end for phrase in phrases)
    starts = [word.start for phrase in phrases for word in phrase.words]
    words = len(beat.text.split())
    if len(starts) == words:
        return Length(total, {name: [*starts, total][at] for name, at in beat.marks})
    # A recording with times of its own may be cut into words in another way.
    return Length(total, {name: total * at / words for name, at in beat.marks})
