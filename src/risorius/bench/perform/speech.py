"""Speech on the face: do lips seal and touch, does the mouth open, is the pace that of people."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from risorius.bench.perform.figures import record
from risorius.bench.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.face import Face

    Singles = NDArray[np.float32]

__all__ = [
    "BITES",
    "FEELINGS",
    "OPEN",
    "SEALS",
    "TONGUE",
    "Said",
    "TongueAt",
    "apart",
    "bite",
    "front_edge",
    "jaw_speed",
    "lower_lip",
    "moments",
    "phone_errors",
    "records",
    "say",
    "seal",
    "syllable_rate",
    "tongue",
]

RATE = 120.0
SEALS = (
    "papa baby mama happy bubble map lamp jump people moment number apple up moon beach empty "
    "spoon bomb problem simple hope amber impossible poem"
)
"""p, b and m beside every kind of vowel and consonant, jaw open and shut."""
BITES = "five voice far love very often if view knife over phone off"
OPEN = "papa father hot cat out down five time far map"
TONGUE = "think the path let tall dad no lake key go song"
FEELINGS: Mapping[str, Mapping[str, float]] = {
    "no feeling": {},
    "a full smile": {"AU6": 0.8, "AU12": 1.0, "AU25": 0.5},
    "a dropped jaw": {"AU5": 0.5, "AU25": 0.5, "AU26": 0.6},
    "bared teeth": {"AU4": 0.5, "AU10": 0.7, "AU25": 0.4, "masseter": 0.4},
}
_TEXT = (
    "I am so glad that you came to see me today. Honestly, I had not expected it, and I do not "
    "know what to say."
)
_FRONT, _EDGE = 8.0, 1.2
"""How far from the middle a front tooth reaches, and how high its edge is [mm]."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """Words and what the muscles did for them.

    Attributes
    ----------
    sounds : tuple of (symbol, stress, start, end)
        Times in s.
    time : (time,) [s]
    activation : (time, channel, side) [1]
    """

    sounds: tuple[tuple[str, int, float, float], ...]
    time: NDArray[np.float64]
    activation: Singles


class TongueAt(NamedTuple):
    """Where the tongue is [mm].

    Attributes
    ----------
    ahead, up : float
        Of its tip, from the edge of the upper front teeth.
    palate : float
        From its back to the palate.
    """

    ahead: float
    up: float
    palate: float


def say(
    text: str, *, drive: Mapping[str, float] | None = None, pace: float = 1.0, rate: float = RATE
) -> Said:
    """Let a person say a text while other muscles are held.

    Parameters
    ----------
    text : str
    drive : mapping of str to float [1], optional
        Units and muscles that a feeling holds all the while.
    pace, rate : float
    """
    from risorius.perform.layers import LAYERS
    from risorius.perform.performance import make_player
    from risorius.perform.scene import Beat, Scene
    from risorius.perform.speech import speak

    start = 1.0
    phrases = tuple(phrase.shifted(start) for phrase in speak(text, pace=pace))
    end = phrases[-1].end
    held = [
        Beat(kind="move", what=name, start=0.0, end=end + 1.0, strength=amount, index=number)
        for number, (name, amount) in enumerate((drive or {}).items(), start=1)
    ]
    scene = Scene(
        beats=(*held, Beat(kind="say", what=text, start=start, end=end)),
        phrases=phrases,
        duration=end + 1.0,
    )
    off = {layer.name for layer in LAYERS} - {"speech", "gesture"}
    block = make_player(scene, rate=rate, off=off).play(int(scene.duration * rate))
    sounds = tuple((p.symbol, p.stress, p.start, p.end) for f in phrases for p in f.phones)
    return Said(sounds, block.time, block.activation)


def moments(said: Said, symbols: Sequence[str]) -> Iterator[slice]:
    """Yield the frames of every sound of some kinds."""
    for symbol, _, start, end in said.sounds:
        if symbol in symbols:
            first, last = np.searchsorted(said.time, [start, end])
            yield slice(int(first), int(max(last, first + 1)))


def seal(face: Face, said: Said) -> list[float]:
    """Return how far the lips stay apart at the apex of every p, b and m [mm]."""
    contact = face.rig.contact
    return [
        min(contact.seal(shape) for shape in _shapes(face, said, frames))
        for frames in moments(said, ("P", "B", "M"))
    ]


def bite(face: Face, said: Said) -> list[float]:
    """Return how near the lower lip comes to the edge of the upper teeth in every f and v [mm]."""
    lip = lower_lip(face)
    edge = face.rig.rest[front_edge(face, "teeth_upper", -1.0)]
    return [
        float(
            min(
                np.linalg.norm(shape[lip, None] - edge, axis=-1).min()
                for shape in _shapes(face, said, frames)
            )
        )
        for frames in moments(said, ("F", "V"))
    ]


def apart(face: Face, said: Said, symbols: Sequence[str], *, stressed: bool = True) -> list[float]:
    """Return how far the front teeth are apart at the widest of every such sound [mm]."""
    kept = Said(
        tuple(each for each in said.sounds if each[1] == 1 or not stressed),
        said.time,
        said.activation,
    )
    upper = front_edge(face, "teeth_upper", -1.0)
    lower = front_edge(face, "teeth_lower", 1.0)
    return [
        float(max(s[upper, 1].min() - s[lower, 1].max() for s in _shapes(face, said, frames)))
        for frames in moments(kept, symbols)
    ]


def tongue(face: Face, said: Said, symbols: Sequence[str]) -> list[TongueAt]:
    """Return where the tongue is in every such sound, when its tip is furthest ahead."""
    edge = front_edge(face, "teeth_upper", -1.0)
    part = face.head.topology.parts["tongue"]
    rest = face.rig.rest[part]
    back = rest[:, 2] < np.median(rest[:, 2])
    found = []
    for frames in moments(said, symbols):
        shapes = _shapes(face, said, frames)
        shape = shapes[int(shapes[:, part, 2].max(axis=1).argmax())]
        bite, body = shape[edge].mean(axis=0), shape[part]
        tip = body[body[:, 2].argmax()]
        gap = min(face.rig.tongue.palate - each[part][back, 1].max() for each in shapes)
        found.append(TongueAt(float(tip[2] - bite[2]), float(tip[1] - bite[1]), float(gap)))
    return found


def jaw_speed(face: Face, said: Said) -> float:
    """Return how fast the lower front teeth move at most [mm/s]."""
    lower = front_edge(face, "teeth_lower", 1.0)
    path = _shapes(face, said, slice(0, None))[:, lower].mean(axis=1)
    return float(np.linalg.norm(np.gradient(path, said.time, axis=0), axis=1).max())


def syllable_rate(text: str) -> float:
    """Return syllables per second within the phrases of a text."""
    from risorius.perform.speech import speak
    from risorius.perform.speech.phones import sound

    phrases = speak(text)
    vowels = sum(sound(phone.symbol).vowel for each in phrases for phone in each.phones)
    return vowels / sum(each.end - each.start for each in phrases)


def phone_errors(*, words: int = 4000, seed: int = 0) -> float | None:
    """Return the share of sounds that the rules of spelling get wrong.

    Over words drawn at random from the dictionary, so mostly rare ones, names among them; None
    where no dictionary is installed.
    """
    from risorius.perform.speech.letters import pronounce
    from risorius.perform.speech.lexicon import dictionary

    known = dictionary()
    if known is None:
        return None
    rng = np.random.default_rng(seed)
    drawn = rng.choice(sorted(word for word in known if word.isalpha()), words, replace=False)
    wrong = sum(_edits(pronounce(word), known[word]) for word in map(str, drawn))
    return wrong / sum(len(known[str(word)]) for word in drawn)


def records() -> Iterator[Record]:
    """Yield the figures of speech."""
    from risorius.anatomy import load_facts
    from risorius.face import load_face

    face = load_face()
    for name, drive in FEELINGS.items():
        closed = seal(face, say(_listed(SEALS), drive=drive))
        figure = f"lips of {len(closed)} p, b, m, widest gap at the apex, on {name}"
        yield record(figure, max(closed), "mm", "<= 0.3", "0 is sealed")
        near = bite(face, say(_listed(BITES), drive=drive))
        yield record(
            f"lower lip of f, v to the upper teeth, on {name}",
            max(near),
            "mm",
            "<= 1",
            "between vertices",
        )
    wide = apart(face, say(_listed(OPEN)), ("AA", "AE", "AW", "AY"))
    yield record("front teeth apart in stressed open vowels, least", min(wide), "mm", ">= 5")
    yield record("front teeth apart in stressed open vowels, most", max(wide), "mm", "<= 15")
    said = say(_listed(TONGUE))
    ahead = min(at.ahead for at in tongue(face, said, ("TH", "DH")))
    yield record("tip of the tongue in th, ahead of the upper teeth", ahead, "mm", ">= -1")
    up = min(at.up for at in tongue(face, said, ("T", "D", "N", "L")))
    yield record("tip of the tongue in t, d, n, l, above their edge", up, "mm", ">= 4")
    palate = max(at.palate for at in tongue(face, said, ("K", "G", "NG")))
    yield record("back of the tongue in k, g, ng, to the palate", palate, "mm", "<= 1")
    rate = load_facts("kinematics").quantity("jaw.speech_rate")
    for sign, limit in ((">=", rate.low), ("<=", rate.high)):
        bar = f"{sign} {limit:g}"
        told = syllable_rate(_TEXT)
        yield record("syllables within a phrase", told, "1/s", bar, rate.sources[0])
    speed = load_facts("kinematics").quantity("jaw.speech_velocity")
    fastest = jaw_speed(face, say(_TEXT))
    for sign, limit in ((">=", speed.low), ("<=", speed.high)):
        bar = f"{sign} {limit:g}"
        yield record("the jaw at its fastest", fastest, "mm/s", bar, speed.sources[0])
    errors = phone_errors()
    missing = "no dictionary: pip install 'risorius[speech]'"
    against = missing if errors is None else "dictionary of pocketsphinx, random words"
    yield record("sounds that the rules of spelling get wrong", errors, "1", "", against)
    yield record("strokes of ten seconds of speech", _stroke_ms(), "ms")


def _shapes(face: Face, said: Said, frames: slice) -> Singles:
    from risorius.skin import jaw_from_activation

    activation = said.activation[frames]
    jaw = jaw_from_activation(face.atlas, activation, max_open=face.rig.jaw.max_open)
    return face.rig.deform(activation, jaw, np.zeros((len(activation), 2, 2)))


def lower_lip(face: Face) -> NDArray[np.int64]:
    """Return the vertices of the lower lip's line, before the front teeth."""
    slit = face.rig.contact.lips.levels[0]
    lip = np.unique(slit.vertex[slit.lower])
    return np.asarray(lip[np.abs(face.rig.rest[lip, 0]) < _FRONT])


def front_edge(face: Face, part: str, up: float) -> NDArray[np.int64]:
    """Return the vertices along the biting edge of the front teeth of a row."""
    rest = face.rig.rest
    vertices = np.arange(len(rest))[face.head.topology.parts[part]]
    front = vertices[np.abs(rest[vertices, 0]) < _FRONT]
    height = up * rest[front, 1]
    return np.asarray(front[height > height.max() - _EDGE])


def _listed(words: str) -> str:
    return ", ".join(words.split())


@cache
def _long_text() -> str:
    return " ".join([_TEXT] * 2)


def _stroke_ms() -> float:
    from risorius.perform.layers.lips import movements
    from risorius.perform.speech.utterance import speak

    phrases = speak(_long_text())
    start = time.perf_counter()
    for phrase in phrases:
        movements(phrase)
    spent = time.perf_counter() - start
    return spent * 1e3 * 10.0 / sum(each.end - each.start for each in phrases)


def _edits(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many sounds must be changed, added or left out to make one the other."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
