"""The live form: intents as they come, frames as they are needed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from math import floor, inf
from typing import TYPE_CHECKING, Any

from risorius.errors import InputError
from risorius.perform.performance import Source, clip_of, make_player, scene_of
from risorius.perform.scene import Beat, Phrase, Scene
from risorius.perform.score.score import Score, load_score

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = ["Live", "live"]


def live(
    opening: Source | None = None,
    *,
    seed: int = 0,
    rate: float = 120.0,
    off: Collection[str] = (),
) -> Live:
    """Return a face that lives from now on, and does what it is told when it is told.

    Parameters
    ----------
    opening : str, Path, mapping or Score, optional
        Who plays, where, in which style; beats in it are how it begins.
    seed, rate, off
        See :func:`risorius.perform.perform_score`.

    Returns
    -------
    face : Live

    Raises
    ------
    InputError
        What is wrong with the opening, the seed, the rate or the layers.

    Examples
    --------
    >>> face = live({"persona": {"blink": "often"}}, seed=7, rate=60)
    >>> face.frames(0.5).sizes["time"]
    31
    >>> face.intend({"feel": "joy", "strength": 0.8, "for": 2.0})
    >>> bool(face.frames(1.5).activation.sel(muscle="zygomaticus_major").max() > 0.1)
    True
    """
    if opening is None or (isinstance(opening, Mapping) and not opening.get("beats")):
        # A score must say what happens or how long nothing does; here nothing ends.
        opening = {"duration": 1.0, **(opening or {})}
    return Live(opening, seed=seed, rate=rate, off=off)


class Live:
    """A face that goes on living: it takes intents and gives frames. See :func:`live`.

    The same opening, seed and intents at the same moments give the same frames, however they are
    asked for. What is kept is bounded however long it lives.
    """

    def __init__(self, opening: Source, *, seed: int, rate: float, off: Collection[str]) -> None:
        if isinstance(opening, Scene):
            raise InputError("a live face opens with a score, not with a finished scene.")
        self._setting = opening if isinstance(opening, Score) else load_score(opening)
        self._off = tuple(off)
        scene = scene_of(self._setting, seed=seed)
        beats = _held(scene.beats, scene.duration)
        self._player = make_player(replace(scene, beats=beats, duration=inf), rate=rate, off=off)
        self._told = len(self._setting.beats)

    @property
    def time(self) -> float:
        """When the next frame is [s], counted from the first."""
        return self._player.time

    def intend(self, *beats: Mapping[str, Any]) -> None:
        """Tell the face what to do from its next frame on.

        Parameters
        ----------
        *beats : mapping
            As in a score. Their times count from now, and they can refer to each other but not to
            what was told before. What a score holds to its end is held until the next of its kind.
            A line interrupts another one that would still be spoken at the same time.

        Raises
        ------
        InputError
            What is wrong with the beats; then none of them is taken.

        Examples
        --------
        >>> from risorius.clip import clip_events
        >>> face = live(seed=7, rate=60)
        >>> face.intend({"look": "up_left", "for": 1.0}, {"at": 0.2, "nod": 2})
        >>> sorted({event.kind for event in clip_events(face.frames(1.0))} & {"look", "nod"})
        ['look', 'nod']
        """
        now, scene = self.time, self._player.scene
        plain = self._setting.model_dump(
            by_alias=True, include={"persona", "context", "style", "places"}
        )
        told = scene_of(load_score({**plain, "beats": list(beats)}), seed=scene.seed)
        new = tuple(
            replace(beat, start=beat.start + now, end=beat.end + now, index=beat.index + self._told)
            for beat in _held(told.beats, told.duration)
        )
        phrases = tuple(
            replace(phrase.shifted(now), beat=phrase.beat + self._told) for phrase in told.phrases
        )
        self._told += len(beats)
        begin = min((phrase.start for phrase in phrases), default=inf)
        end = max((phrase.end for phrase in phrases), default=-inf)
        cut = {p.beat for p in scene.phrases if p.start < end and p.end > begin}
        kept = [
            _broken_off(p, begin) if p.beat in cut else p
            for p in scene.phrases
            if p.end > now and (p.beat not in cut or p.start < begin)
        ]
        old = [
            replace(beat, end=min(beat.end, begin))
            if beat.kind == "say" and beat.index in cut
            else beat
            for beat in scene.beats
        ]
        self._player.restart(
            replace(
                scene,
                beats=_followed((*old, *new), now),
                phrases=tuple(sorted([*kept, *phrases], key=lambda phrase: phrase.start)),
                start=now,
                turn=scene.turn + 1,
            )
        )

    def frames(self, until: float) -> Clip:
        """Return all frames that were not given yet, up to a moment.

        Parameters
        ----------
        until : float [s]
            Not before `time`.

        Returns
        -------
        clip : xarray.Dataset
            As of :func:`risorius.perform.perform_score`; its time goes on where the last one ended.

        Raises
        ------
        InputError
            The next frame comes later than that.

        Examples
        --------
        >>> face = live(seed=7, rate=60)
        >>> [face.frames(until).sizes["time"] for until in (0.0, 0.1, 0.5)]
        [1, 6, 24]
        """
        count = floor((until - self.time) * self._player.rate + 1e-6) + 1 if until < inf else 0
        if count < 1:
            raise InputError(
                f"the next frame is at {self.time:.4f} s; frames up to {until} s cannot be given."
            )
        block = self._player.play(count)
        return clip_of([block], self._player.scene, rate=self._player.rate, off=self._off)


def _held(beats: tuple[Beat, ...], end: float) -> tuple[Beat, ...]:
    """Return beats without an end where a score would hold them to its own."""
    return tuple(replace(beat, end=inf) if beat.end >= end else beat for beat in beats)


def _broken_off(phrase: Phrase, moment: float) -> Phrase:
    """Return what is said of a phrase that is interrupted at a moment [s].

    Examples
    --------
    >>> from risorius.perform.scene import Phone
    >>> phrase = Phrase(0.0, 0.3, (Phone(0.0, 0.1, "P"), Phone(0.1, 0.3, "AA", 1)))
    >>> _broken_off(phrase, 0.2).phones[-1]
    Phone(start=0.1, end=0.2, symbol='AA', stress=1)
    """
    return replace(
        phrase,
        end=min(phrase.end, moment),
        phones=tuple(p._replace(end=min(p.end, moment)) for p in phrase.phones if p.start < moment),
        words=tuple(w._replace(end=min(w.end, moment)) for w in phrase.words if w.start < moment),
    )


def _followed(beats: Iterable[Beat], now: float) -> tuple[Beat, ...]:
    """Return the beats that still count; one that is held ends where the next of its kind begins.

    Examples
    --------
    >>> up = Beat(kind="chin", what="up", start=1.0, end=inf)
    >>> level = Beat(kind="chin", what="level", start=5.0, end=inf, index=1)
    >>> [(beat.what, beat.end) for beat in _followed((up, level), 4.0)]
    [('up', 5.0), ('level', inf)]
    """
    kept: list[Beat] = []
    later: dict[str, tuple[int, float, float]] = {}
    for beat in sorted(beats, key=lambda beat: (beat.start, beat.index))[::-1]:
        index, begins, followed = later.get(beat.kind, (beat.index, inf, inf))
        # The parts of one beat do not follow each other.
        followed = followed if index == beat.index else begins
        later[beat.kind] = beat.index, beat.start, followed
        end = followed if beat.end == inf else beat.end
        if end > max(now, beat.start):
            kept.append(replace(beat, end=end))
    return tuple(kept[::-1])
