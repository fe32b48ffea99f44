"""Something is said: a line, its stresses and its points in time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from risorius.errors import InputError
from risorius.perform.score.beats.base import Factor, Part, ScoreBeat, Text
from risorius.perform.table import load_table

__all__ = ["MARK_NAME", "Say", "has_letters"]

MARK_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
MARK = re.compile(r"\{([^{}]*)\}")
STAR = re.compile(r"\*([^*\s](?:[^*]*[^*\s])?)\*")


Pace = Annotated[
    float,
    Field(
        strict=True,
        ge=load_table("speech")["timing"]["pace"]["range"][0],
        le=load_table("speech")["timing"]["pace"]["range"][1],
    ),
]


class Say(ScoreBeat):
    """Something is said; lips, jaw, tongue, breath and gaze follow."""

    kind: ClassVar[str] = "say"
    say: Text
    """The words. *starred* ones are stressed, {names} in braces are points in time for others."""
    rate: Pace = 1.0
    """How fast, times the usual [1]."""
    volume: Factor = 1.0
    """How loud, times the usual [1]: the mouth opens with it."""
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")] = "en"
    """The language of the words, such as en or de."""
    wav: str | None = None
    """The sound of it, a WAV file beside the score."""
    phones: str | None = None
    """Its sounds with their times, a TextGrid or JSON file beside the score."""

    @field_validator("say")
    @classmethod
    def _has_words(cls, text: str) -> str:
        plain, _, marks = _read_line(text)
        if not has_letters(plain):
            raise InputError("there is nothing to say in this line.")
        if any(not character.isprintable() for character in text if character not in "\n\t"):
            raise InputError("a line holds printable text only, and this one holds more.")
        if len({name for name, _ in marks}) < len(marks):
            raise InputError("two points of this line have the same name.")
        for name, _ in marks:
            if not MARK_NAME.fullmatch(name) or name in ("start", "end"):
                raise InputError(
                    f"{{{name}}} is no name for a point: letters, digits and underscores, "
                    "and neither start nor end."
                )
        return text

    @field_validator("wav", "phones")
    @classmethod
    def _is_there(cls, path: str | None, info: ValidationInfo) -> str | None:
        folder = (info.context or {}).get("folder")
        if path is None or folder is None:
            return path
        found = Path(folder) / path
        if not found.is_file():
            raise InputError(f"there is no file {str(found)!r}.")
        return str(found)

    @model_validator(mode="after")
    def _can_be_said(self) -> Self:
        if self.wav and self.phones:
            raise InputError("give the sound ('wav') or the times of its phones, not both.")
        if (self.wav or self.phones) and self.rate != 1.0:
            raise InputError("a recording is as fast as it is: leave out 'rate'.")
        if not self.phones and self.language.lower().partition("-")[0] != "en":
            raise InputError(
                f"how {self.language!r} is spoken is not known here, English only. Give the times "
                "of its sounds: 'phones' with a TextGrid or JSON file."
            )
        return self

    @property
    def text(self) -> str:
        """The words alone."""
        return _read_line(self.say)[0]

    @property
    def stressed(self) -> tuple[int, ...]:
        """Which words are stressed, counted from 0."""
        return _read_line(self.say)[1]

    @property
    def marks(self) -> tuple[tuple[str, int], ...]:
        """Its points in time: name, and which word follows."""
        return _read_line(self.say)[2]

    def parts(self) -> tuple[Part, ...]:
        """Return what it hands to the scene."""
        more = {
            "pace": self.rate,
            "volume": self.volume,
            "stressed": self.stressed,
            "sound": Path(self.wav) if self.wav else None,
            "phones": Path(self.phones) if self.phones else None,
            "language": self.language,
        }
        return (Part(self.text, more=more),)


def has_letters(text: str) -> bool:
    """Return whether there is anything to pronounce in a text."""
    return any(letter.isalnum() for letter in text)


def _read_line(line: str) -> tuple[str, tuple[int, ...], tuple[tuple[str, int], ...]]:
    """Return the plain words, which of them are stressed, and the points with the word after."""
    words: list[str] = []
    stressed: list[int] = []
    marks: list[tuple[str, int]] = []
    for place, piece in enumerate(MARK.split(line)):
        if place % 2:
            marks.append((piece.strip(), len(words)))
            continue
        for turn, run in enumerate(STAR.split(piece)):
            before = len(words)
            for word in run.split():
                # Punctuation that stands alone belongs to the word before it.
                if words and not has_letters(word):
                    words[-1] += word
                else:
                    words.append(word)
            if turn % 2:
                stressed += range(before, len(words))
    return " ".join(words), tuple(stressed), tuple(marks)
