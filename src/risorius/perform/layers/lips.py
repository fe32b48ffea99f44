"""From sounds to muscles: lips, jaw and tongue move ahead of what comes and after what was.

Every sound asks jaw, lips and tongue for a posture and says how much it cares. What is done at a
moment is the mean of what the sounds around ask for, weighed by how much they care and how near
they are (dominance, after Cohen & Massaro 1993 Models and Techniques in Computer Animation; the
formulation is our own). So a tongue sound leaves the lips to the vowels beside it, and rounding
begins long before its vowel. What a sound cannot do without replaces everything else while it
lasts: lips that seal, a lip at the teeth, a jaw that lets no hiss escape.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import count
from math import inf
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas, load_facts
from risorius.perform.scene import Beat, Phone, Phrase, Scene
from risorius.perform.speech.phones import sound
from risorius.perform.stroke import Mode, Stroke
from risorius.perform.table import load_table
from risorius.perform.target import TARGETS
from risorius.perform.wave import Wave

__all__ = ["SpeechLayer", "jaw_amount", "movements"]

Floats = NDArray[np.float64]

_PARTS = ("jaw", "lips", "tongue")
_OPENING = "AU26"
_LEAST = 1e-3


@dataclass(frozen=True, slots=True)
class SpeechLayer:
    """What lips, jaw and tongue do while the person speaks."""

    name: str = "speech"

    def strokes(self, scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
        """Yield tracks of jaw, lips and tongue, and the closures that replace all else."""
        said = {beat.index: beat for beat in scene.of("say")}
        waiting: list[tuple[float, int, Stroke]] = []
        serial = count()
        words: dict[int, int] = {}
        for phrase in scene.phrases:
            first = words.get(phrase.beat, 0)
            words[phrase.beat] = first + len(phrase.words)
            sizes = _sizes(phrase, said.get(phrase.beat), scene.persona.expressivity, first)
            begins = phrase.start - _lead() - max(_lags().values())
            while waiting and waiting[0][0] < begins:
                yield heapq.heappop(waiting)[2]
            for stroke in movements(phrase, sizes=tuple(sizes)):
                heapq.heappush(waiting, (stroke.start, next(serial), stroke))
        while waiting:
            yield heapq.heappop(waiting)[2]

    def waves(self, scene: Scene, rng: np.random.Generator) -> tuple[Wave, ...]:
        """Return nothing: speech has no noise of its own."""
        return ()


class _Posture(NamedTuple):
    """What a sound asks for from a moment to a moment [s], and how large."""

    start: float
    end: float
    look: str
    size: float


class _Look(NamedTuple):
    """A posture: travel of the jaw as a share, drive of lips and tongue, how much they matter."""

    jaw: float
    lips: Floats
    tongue: Floats
    weight: Mapping[str, float]
    early: bool


@lru_cache(maxsize=64)
def movements(phrase: Phrase, *, sizes: tuple[float, ...] | None = None) -> tuple[Stroke, ...]:
    """Return how a phrase moves the mouth.

    Parameters
    ----------
    phrase : Phrase
    sizes : tuple of float [1], optional
        How large each of its sounds is spoken; 1 when not given.

    Returns
    -------
    strokes : tuple of Stroke
        In no particular order. They begin before the phrase, as the mouth opens before the voice
        and muscles need their time.

    Examples
    --------
    >>> papa = Phrase(0.0, 0.3, (Phone(0.0, 0.1, "P"), Phone(0.1, 0.3, "AA", 1)))
    >>> sorted({stroke.mode.name for stroke in movements(papa)})
    ['OVER', 'TRACK']
    """
    postures = list(_postures(phrase.phones, sizes or (1.0,) * len(phrase.phones)))
    if not postures:
        return ()
    tracks = _tracks(postures, phrase.start - _lead())
    return (*tracks, *_closures(postures))


def jaw_amount(travel: float) -> float:
    """Return how far the openers of the jaw work (as the unit AU26) for a travel of the incisors.

    Parameters
    ----------
    travel : float [mm]
        As the chord of a turn about the hinge.

    Examples
    --------
    >>> jaw_amount(0.0), 0.2 < jaw_amount(7.0) < 0.6
    (0.0, True)
    """
    amounts, travels = _opening()
    return float(np.interp(travel, travels, amounts))


def _postures(phones: Sequence[Phone], sizes: Sequence[float]) -> Iterator[_Posture]:
    for phone, size in zip(phones, sizes, strict=True):
        start, end, length = phone.start, phone.end, phone.end - phone.start
        each = sound(phone.symbol)
        if each.then:
            yield _Posture(start + 0.2 * length, start + 0.4 * length, each.look, size)
            yield _Posture(start + 0.8 * length, end - 0.05 * length, each.then, size)
        elif each.vowel:
            yield _Posture(start + 0.35 * length, end - 0.35 * length, each.look, size)
        else:
            yield _Posture(start + 0.2 * length, end - 0.2 * length, each.look, 1.0)


def _tracks(postures: Sequence[_Posture], begins: float) -> Iterator[Stroke]:
    """Yield what jaw, lips and tongue hold from posture to posture.

    Lips and tongue add to what a feeling does with them. The jaw has one master at a time: while
    one speaks, it neither gapes nor clenches for a feeling.
    """
    lags, settle = _lags(), load_table("speech")["manner"]["settle"]["typ"]
    ends = [posture.start for posture in postures[1:]] + [postures[-1].end]
    for part in _PARTS:
        targets = _targets(part)
        before = begins
        for posture, row, until in zip(postures, _blended(postures, part), ends, strict=True):
            rise = max(posture.start - before, _LEAST)
            start = posture.start - rise - lags[part]
            amount = tuple(row.tolist())
            if part == "jaw":
                # Until the next one has come over it, the last one until the jaw is let go.
                fall = settle if until == postures[-1].end else 0.0
                hold = max(until - posture.start, 0.0)
                yield Stroke(start, rise, hold, fall, targets, amount, mode=Mode.OVER)
            else:
                yield Stroke(start, rise, inf, 0.0, targets, amount, mode=Mode.TRACK)
            before = posture.end
        if part != "jaw":
            nothing = (0.0,) * len(targets)
            yield Stroke(before - lags[part], settle, inf, 0.0, targets, nothing, mode=Mode.TRACK)


def _blended(postures: Sequence[_Posture], part: str) -> Floats:
    """Return what each posture comes to among its neighbours, (posture, target) [1]."""
    looks = [_looks()[posture.look] for posture in postures]
    asked = np.array([np.ravel(getattr(look, part)) for look in looks])
    asked *= np.array([[posture.size] for posture in postures])
    weight = np.array([look.weight[part] for look in looks])
    reach = load_table("speech")["reach"][part]
    before, after = reach["s"]
    ahead = np.array([_lead() if look.early and part == "lips" else before for look in looks])
    start = np.array([posture.start for posture in postures])
    end = np.array([posture.end for posture in postures])
    middle = (start + end) / 2
    # How long before each sound, and how long after it, every moment lies.
    early = np.maximum(start[None] - middle[:, None], 0.0)
    late = np.maximum(middle[:, None] - end[None], 0.0)
    spread = np.where(np.eye(len(postures), dtype=bool), 1.0, reach["spread"])
    pull = weight * spread * np.exp(-early / ahead - late / after)
    mean = pull @ asked / pull.sum(axis=1, keepdims=True)
    if part != "jaw":
        return np.asarray(mean)
    travel = load_facts("kinematics").quantity("jaw.speech_travel")
    most = travel.high if travel.high is not None else inf
    shut = (0.0,) * len(_clenching())
    return np.array([(*_opened(min(share * travel.value, most)), *shut) for share in mean[:, 0]])


def _closures(postures: Sequence[_Posture]) -> Iterator[Stroke]:
    """Yield what sounds cannot do without; neighbours of one kind are one closure."""
    manner, must = load_table("speech")["manner"], load_table("speech")["must"]
    spans: list[_Posture] = []
    for posture in postures:
        if posture.look not in must:
            continue
        last = spans[-1] if spans else None
        if (
            last is not None
            and last.look == posture.look
            and posture.start - last.end < manner["merge"]["typ"]
        ):
            spans[-1] = last._replace(end=posture.end)
        else:
            spans.append(posture)
    for start, end, look, _ in spans:
        targets, amounts = _closure(look)
        rise = must[look]["rise"]["typ"]
        yield Stroke(
            start - rise - _lags()["lips"],
            rise,
            end - start,
            manner["release"]["typ"],
            targets,
            amounts,
            mode=Mode.OVER,
        )


def _sizes(phrase: Phrase, beat: Beat | None, expressivity: float, first_word: int) -> list[float]:
    """Return how large each sound is spoken: by stress, loudness and person."""
    manner = load_table("speech")["manner"]
    more = beat.more if beat is not None else {}
    low, high = manner["expressivity"]["range"]
    size = low + (high - low) * expressivity
    size *= more.get("volume", 1.0) ** manner["loudness"]["typ"]
    marked = set(more.get("stressed", ()))
    loud = [word for number, word in enumerate(phrase.words, start=first_word) if number in marked]
    sizes = []
    for phone in phrase.phones:
        own = size if phone.stress else size * manner["unstressed"]["typ"]
        if any(word.start <= phone.start < word.end for word in loud):
            own *= manner["meant"]["typ"]
        sizes.append(own)
    return sizes


@cache
def _looks() -> MappingProxyType[str, _Look]:
    return MappingProxyType(
        {
            name: _Look(
                row["jaw"][0],
                _drive("lips", row["lips"][1]),
                _drive("tongue", row["tongue"][1]),
                MappingProxyType({part: row[part][part == "jaw"] for part in _PARTS}),
                row.get("early", False),
            )
            for name, row in load_table("speech")["looks"].items()
        }
    )


@cache
def _targets(part: str) -> tuple[int, ...]:
    """Return the places that a part of the mouth moves."""
    if part == "jaw":
        return (*TARGETS.drives(_OPENING)[0], *_clenching())
    rows = load_table("speech")["looks"].values()
    names = dict.fromkeys(name for row in rows for name in row[part][1])
    return tuple(sorted({place for name in names for place in TARGETS.drives(name)[0]}))


def _drive(part: str, named: Mapping[str, float]) -> Floats:
    """Return named movements as drive of the places of a part, (target,) [1]."""
    places = _targets(part)
    drive = np.zeros(len(places))
    for name, amount in named.items():
        for place, weight in zip(*TARGETS.drives(name), strict=True):
            drive[places.index(place)] += amount * weight
    return drive


@cache
def _closure(look: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return what a closure drives and what it silences."""
    row = load_table("speech")["must"][look]
    drive = {place: 0.0 for name in row["silent"] for place in TARGETS.both(name)}
    for name, amount in row["drive"].items():
        for place, weight in zip(*TARGETS.drives(name), strict=True):
            drive[place] = drive.get(place, 0.0) + amount * weight
    return tuple(drive), tuple(drive.values())


@cache
def _clenching() -> tuple[int, ...]:
    return tuple(place for name in load_table("speech")["clench"] for place in TARGETS.both(name))


def _opened(travel: float) -> tuple[float, ...]:
    amount = jaw_amount(travel)
    return tuple(amount * weight for weight in _openers())


@cache
def _openers() -> tuple[float, ...]:
    return TARGETS.drives(_OPENING)[1]


@cache
def _opening() -> tuple[Floats, Floats]:
    """Return amounts of AU26 and the travel of the incisors they come to [mm]."""
    from risorius.skin import jaw_from_activation

    atlas, facts = load_atlas(), load_facts("jaw_eye")
    turns = [
        facts.quantity(f"jaw.rotation_at_max.{who}").in_base_units() for who in ("men", "women")
    ]
    arm = facts.quantity("jaw.hinge_to_incisor").value
    amounts = np.linspace(0.0, 1.0, 41)
    activation = np.zeros((len(amounts), TARGETS.muscles))
    places, weights = TARGETS.drives(_OPENING)
    activation[:, places] = amounts[:, None] * np.array(weights)
    opening = jaw_from_activation(
        atlas,
        activation.reshape(len(amounts), -1, 2),
        max_open=float(np.mean([turn.value for turn in turns])),
    )[:, 0]
    return amounts, np.asarray(2.0 * arm * np.sin(opening / 2.0))


@cache
def _lead() -> float:
    """Return how long the mouth opens before the voice [s]."""
    return load_facts("kinematics").quantity("jaw.lip_lead").in_base_units().value


@cache
def _lags() -> MappingProxyType[str, float]:
    """Return how long before its effect each part is driven [s]: what its muscles take."""
    from risorius.dynamics.body import make_body

    lag = np.ravel(make_body(load_atlas(), rate=120.0).lag)
    return MappingProxyType({part: float(lag[list(_targets(part))].mean()) for part in _PARTS})
