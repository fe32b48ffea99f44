"""SSML 1.1 into lines of a score."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from risorius.perform.score.beats.line import MARK_NAME, has_letters
from risorius.perform.score.markup import Element
from risorius.perform.score.notation import Notation, Path, Spot
from risorius.perform.table import load_table

__all__ = ["plain_name", "speak_lines", "ssml_score"]

LEFT_ALONE = ("say-as", "w", "token", "lang", "sub", "foreign")
SILENT = ("metadata", "meta", "lexicon", "desc", "lookup")
LIMITS = (0.1, 10.0)
"""Of the volume, times the usual [1]."""
NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(%|st|dB|Hz|s|ms)?")


class Manner(NamedTuple):
    """How a run of words is said."""

    rate: float = 1.0
    volume: float = 1.0
    stressed: bool = False


@dataclass(slots=True)
class Line:
    """Words that are said in one manner, and the silence before them [s]."""

    manner: Manner
    spot: Spot
    gap: float = 0.0
    words: list[str] = field(default_factory=list)

    def has_words(self) -> bool:
        """Whether there is anything to say."""
        return has_letters(" ".join(word for word in self.words if not word.startswith("{")))

    def beat(self) -> dict[str, Any]:
        """Return the line as a beat."""
        said: dict[str, Any] = {"say": " ".join(self.words)}
        for name in ("rate", "volume"):
            if (amount := getattr(self.manner, name)) != 1.0:
                said[name] = round(amount, 6)
        if self.gap:
            said["gap"] = round(self.gap, 6)
        return said


def ssml_score(root: Element) -> Notation:
    """Return the data of a score that says what an SSML document says."""
    notes: list[str] = []
    beats: list[dict[str, Any]] = []
    spots: dict[Path, Spot] = {("beats",): root.spot}
    language = root.attributes.get("lang", "")
    for line in speak_lines(root, lambda spot, text: notes.append(f"{spot}: {text}")):
        spots["beats", len(beats)] = line.spot
        beats.append(line.beat() | ({"language": language} if language else {}))
    data: dict[str, Any] = {"beats": beats}
    if notes:
        data["notes"] = notes
    return Notation(data, spots, [])


def speak_lines(root: Element, note: Callable[[Spot, str], None]) -> list[Line]:
    """Return what is said inside an element, cut where there is silence or the manner changes."""
    reader = _Reader(root.spot, note)
    reader.read(root, Manner())
    lines: list[Line] = []
    for line in reader.lines:
        if not line.words:
            continue
        if lines and not lines[-1].has_words():
            # A point in time before the first word, or between two silences, joins what follows.
            line.words[:0] = lines[-1].words
            line.gap += lines[-1].gap
            lines[-1] = line
        elif not line.has_words() and lines:
            lines[-1].words += line.words
        else:
            lines.append(line)
    return [line for line in lines if line.has_words()]


class _Reader:
    def __init__(self, spot: Spot, note: Callable[[Spot, str], None]) -> None:
        self.note = note
        self.lines = [Line(Manner(), spot)]
        self.names: set[str] = set()

    def read(self, element: Element, manner: Manner) -> None:
        for item in element.inside:
            if isinstance(item, str):
                self.say(item, manner, element.spot)
            else:
                self.follow(item, manner)

    def follow(self, element: Element, manner: Manner) -> None:
        tag, given, spot = element.tag, element.attributes, element.spot
        if tag in ("p", "s"):
            self.silence(tag, spot)
            self.read(element, manner)
            self.silence(tag, spot)
        elif tag == "break":
            self.pause(given, spot)
        elif tag in ("mark", "sync", "bookmark"):
            self.mark(given.get("name") or given.get("id") or given.get("mark") or "", spot)
        elif tag == "emphasis":
            level = given.get("level", "moderate")
            self.read(element, manner._replace(stressed=level in ("strong", "moderate")))
        elif tag == "prosody":
            self.read(element, self.prosody(given, manner, spot))
        elif tag == "sub" and "alias" in given:
            self.say(given["alias"], manner, spot)
        elif tag in SILENT:
            self.note(spot, f"<{tag}> is left out.")
        else:
            if tag not in LEFT_ALONE:
                self.note(spot, f"<{tag}> is not understood; its words are said as they stand.")
            self.read(element, manner)

    def say(self, text: str, manner: Manner, spot: Spot) -> None:
        # Stars and braces mean something in a score.
        words = re.sub(r"[*{}]", " ", text).split()
        line = self.lines[-1]
        while words and line.words and not has_letters(words[0]):
            line.words.append(words.pop(0))  # punctuation goes with the words before it
        if not words:
            return
        bare = manner._replace(stressed=False)
        if line.manner != bare and line.has_words():
            self.lines.append(line := Line(bare, spot))
        line.manner = bare
        if not line.words:
            line.spot = spot
        if manner.stressed and has_letters(" ".join(words)):
            words[0] = f"*{words[0]}"
            words[-1] = f"{words[-1]}*"
        line.words += words

    def mark(self, name: str, spot: Spot) -> None:
        known = plain_name(name)
        if known in self.names or not name:
            self.note(spot, f"the mark {name!r} is left out: its name is missing or not its own.")
            return
        self.names.add(known)
        self.lines[-1].words.append(f"{{{known}}}")

    def silence(self, kind: str, spot: Spot, seconds: float | None = None) -> None:
        long = float(load_table("markup")["breaks"][kind]) if seconds is None else seconds
        line = self.lines[-1]
        if line.has_words():
            self.lines.append(Line(line.manner, spot, long))
        elif len(self.lines) > 1:
            # A sentence that ends a paragraph: the longer silence counts, not both.
            line.gap = max(line.gap, long)

    def pause(self, given: dict[str, str], spot: Spot) -> None:
        strength = given.get("strength", "medium")
        if strength not in load_table("markup")["breaks"]:
            self.note(spot, f"the break strength {strength!r} is not understood.")
            strength = "medium"
        seconds = None
        if "time" in given:
            number, unit = _number(given["time"])
            if number is None or unit not in ("s", "ms") or number < 0:
                self.note(spot, f"the break time {given['time']!r} is not understood.")
            else:
                seconds = min(60.0, number / (1000 if unit == "ms" else 1))
        self.silence(strength, spot, seconds)

    def prosody(self, given: dict[str, str], manner: Manner, spot: Spot) -> Manner:
        for name, value in given.items():
            if name not in ("rate", "volume"):
                heard = ": it is heard, not seen" if name in ("pitch", "contour", "range") else ""
                self.note(spot, f"the prosody {name!r} is left out{heard}.")
                continue
            factor = _factor(name, value.strip())
            if factor is None:
                self.note(spot, f"the {name} {value!r} is not understood.")
                continue
            low, high = (
                load_table("speech")["timing"]["pace"]["range"] if name == "rate" else LIMITS
            )
            new = min(high, max(low, getattr(manner, name) * factor))
            manner = manner._replace(**{name: new})
        return manner


def plain_name(name: str) -> str:
    """Return a foreign name as one that a score can use.

    Examples
    --------
    >>> plain_name("tm-3"), plain_name("3rd.mark"), plain_name("end")
    ('tm-3', '_3rd_mark', 'end_')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:60]
    if not MARK_NAME.fullmatch(plain):
        plain = f"_{plain}"
    return f"{plain}_" if plain in ("start", "end") else plain


def _number(text: str) -> tuple[float | None, str]:
    found = NUMBER.fullmatch(text.strip())
    return (float(found[1]), found[2] or "") if found else (None, "")


def _factor(name: str, value: str) -> float | None:
    """Return how many times the usual a prosody value is."""
    words = load_table("markup")[name]
    if value in words:
        return float(words[value])
    number, unit = _number(value)
    if number is None:
        return None
    if unit == "%":
        relative = value[0] in "+-"
        return 1 + number / 100 if relative else number / 100
    if unit == "dB" and name == "volume":
        return float(10 ** (number / 20))
    if not unit and name == "rate" and number > 0:
        return number
    return None
