"""The scene that every layer plays in: who, where, what is meant to happen, and when."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import inf
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field

from risorius.anatomy.movement import Side

__all__ = ["Beat", "Context", "Persona", "Phone", "Phrase", "Scene", "Word"]

# How pydantic checks what a score says about them.
_CHECKED: dict[str, Any] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Who plays: what stays the same over the whole scene.

    Attributes
    ----------
    expressivity : float [1]
        0 hardly shows anything, 0.5 is everyday, 1 shows everything.
    asymmetry : float [1]
        How much the two sides of the face differ, 0..1.
    stronger_side : {"left", "right"}
        Which side shows more.
    blink : {"rarely", "normal", "often"}
    age_years : float [year]
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _CHECKED

    expressivity: Annotated[float, Field(ge=0, le=1)] = 0.5
    asymmetry: Annotated[float, Field(ge=0, le=1)] = 0.08
    stronger_side: Side = "left"
    blink: Literal["rarely", "normal", "often"] = "normal"
    age_years: Annotated[float, Field(gt=0, le=120)] = 35.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where and with whom the scene plays.

    Attributes
    ----------
    posture : {"upright", "relaxed", "slumped", "lying"}
    status : {"low", "equal", "high"}
        Of the person, as seen by the person.
    closeness : {"near", "normal", "far"}
        To the partner.
    speaks : {"nobody", "self", "partner"}
        Who has the word while no `say` beat is on.
    activity : {"rest", "conversation", "reading", "concentration"}
        What the person does besides; how often one blinks depends on it.
    culture : str
        An accent, see the culture table; ``"none"`` for none.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _CHECKED

    posture: Literal["upright", "relaxed", "slumped", "lying"] = "upright"
    status: Literal["low", "equal", "high"] = "equal"
    closeness: Literal["near", "normal", "far"] = "normal"
    speaks: Literal["nobody", "self", "partner"] = "nobody"
    activity: Literal["rest", "conversation", "reading", "concentration"] = "conversation"
    culture: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One intent at its time.

    Attributes
    ----------
    kind : str
        ``feel``, ``express``, ``micro``, ``look``, ``say``, ``breathe``, ... or ``move`` for a
        muscle, unit or shape by name.
    what : str
        Which one: the feeling, the target of the look, the text, the name of the muscle.
    start, end : float [s]
        From when to when it is meant.
    strength : float [1]
        0..1.
    ease : float [s], optional
        How long it takes to come, where the score says so.
    side : {"left", "right"}, optional
    index : int
        Its number in the score, from 0. Random choices of one beat hang on it and on nothing else.
    more : mapping of str to value
        Whatever else this kind of beat knows, such as ``felt`` or ``times``.
    """

    kind: str
    what: str = ""
    start: float
    end: float
    strength: float = 1.0
    ease: float | None = None
    side: Side | None = None
    index: int = 0
    more: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def length(self) -> float:
        """From start to end [s]."""
        return self.end - self.start


class Phone(NamedTuple):
    """One sound of speech from ``start`` to ``end`` [s]: an ARPAbet ``symbol``, its stress 0..2."""

    start: float
    end: float
    symbol: str
    stress: int = 0


class Word(NamedTuple):
    """One spoken word, from ``start`` to ``end`` [s]."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is said in one breath.

    Attributes
    ----------
    start, end : float [s]
    phones : tuple of Phone
        In order; what lies between two of them is silence.
    words : tuple of Word
    beat : int
        Index of the `say` beat it belongs to.
    """

    start: float
    end: float
    phones: tuple[Phone, ...] = ()
    words: tuple[Word, ...] = ()
    beat: int = 0

    def shifted(self, by: float) -> Phrase:
        """Return the same phrase, said `by` seconds later.

        Examples
        --------
        >>> Phrase(0.0, 0.2, (Phone(0.0, 0.2, "AA"),)).shifted(1.0).phones[0].end
        1.2
        """
        return replace(
            self,
            start=self.start + by,
            end=self.end + by,
            phones=tuple(p._replace(start=p.start + by, end=p.end + by) for p in self.phones),
            words=tuple(w._replace(start=w.start + by, end=w.end + by) for w in self.words),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """What every layer is given: who, where, and all intents at their times.

    Everybody is played as if the left were the stronger side; for whom it is the right, the score
    is mirrored before and the clip after (`mirrored`). Layers need not care.

    Attributes
    ----------
    persona : Persona
    context : Context
    beats : tuple of Beat
        In order of start.
    phrases : tuple of Phrase
        All that is said, in order.
    start : float [s]
        When the playing begins: 0, or for a live scene the moment of the last intent.
    duration : float [s]
        When it is over; endless for a live scene.
    style : str or mapping of str to float
        Name of a style, or its dials.
    mirrored : bool
    seed : int
    notes : tuple of str
        What was left out or settled when the scene was made, to be told to whom it concerns.
    turn : int
        Which restart of a live scene this is, from 0.

    Examples
    --------
    >>> glad = Beat(kind="feel", what="happiness", start=1.0, end=3.0)
    >>> scene = Scene(beats=(glad,), duration=5.0)
    >>> [beat.what for beat in scene.active("feel", 2.0)], scene.speaking(2.0)
    (['happiness'], False)
    >>> scene.rng("gaze").integers(9) == scene.rng("gaze").integers(9)
    np.True_
    """

    persona: Persona = Persona()
    context: Context = Context()
    beats: tuple[Beat, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    start: float = 0.0
    duration: float = inf
    style: str | Mapping[str, float] = "natural"
    mirrored: bool = False
    seed: int = 0
    notes: tuple[str, ...] = ()
    turn: int = 0

    def of(self, *kinds: str) -> tuple[Beat, ...]:
        """Return the beats of some kinds, in order of start."""
        return tuple(beat for beat in self.beats if beat.kind in kinds)

    def active(self, kind: str, time: float) -> tuple[Beat, ...]:
        """Return the beats of a kind that are meant at a time [s]."""
        return tuple(
            beat for beat in self.beats if beat.kind == kind and beat.start <= time < beat.end
        )

    def phrase_at(self, time: float) -> Phrase | None:
        """Return what is being said at a time [s]."""
        place = bisect_right(self.phrases, time, key=lambda phrase: phrase.start) - 1
        if place >= 0 and time < self.phrases[place].end:
            return self.phrases[place]
        return None

    def speaking(self, time: float) -> bool:
        """Return whether the person has the word at a time [s]."""
        if self.phrases:
            return self.phrase_at(time) is not None
        return self.context.speaks == "self"

    def listening(self, time: float) -> bool:
        """Return whether the partner has the word at a time [s]."""
        return self.context.speaks == "partner" and not self.speaking(time)

    def rng(self, name: str, beat: Beat | None = None) -> np.random.Generator:
        """Return a layer's own random stream, or the one it has for a beat.

        Every call returns a new generator at its beginning, so that one layer can draw up another
        one's plan and get the same. What hangs on a beat stays the same when other beats come or
        go, and when a live scene starts anew.

        Parameters
        ----------
        name : str
            Of the layer, or of the plan.
        beat : Beat, optional
        """
        key = (self.turn, 0) if beat is None else (beat.index, 1)
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(_number(name), *key)))
        )


@lru_cache(maxsize=256)
def _number(name: str) -> int:
    # hash() differs from process to process.
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
