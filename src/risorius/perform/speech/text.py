"""What of a text is spoken: words, numbers in words, and the pauses between them."""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from typing import NamedTuple

from risorius.errors import InputError
from risorius.perform.table import load_table

__all__ = ["Pause", "Token", "tokens"]


class Pause(IntEnum):
    """What follows a word."""

    NONE = 0
    COMMA = 1
    DASH = 2
    STOP = 3


class Token(NamedTuple):
    """Words to be said, and the pause after them.

    Attributes
    ----------
    place : int
        Which of the space-separated words of the text they belong to.
    said : tuple of str
        In lower-case letters.
    pause : Pause
    """

    place: int
    said: tuple[str, ...]
    pause: Pause = Pause.NONE


_TOKEN = re.compile(
    r"[a-z]+(?:'[a-z]+)*'?|\d+(?:[.,]\d+)*(?:(?:st|nd|rd|th)(?![a-z]))?|[^\sa-z\d]", re.IGNORECASE
)
_DOTTED = re.compile(r"(?:[a-z]\.){2,}", re.IGNORECASE)
_PAUSES = {
    **dict.fromkeys(".!?", Pause.STOP),
    **dict.fromkeys("\u2014\u2013\u2026", Pause.DASH),
    **dict.fromkeys(',;:()[]"\u201c\u201d\u201e\u00ab\u00bb', Pause.COMMA),
}
_SMALL = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
"""
_ONES = tuple(_SMALL.split())
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_SIGNS = {"&": "and", "%": "percent", "+": "plus", "=": "equals", "@": "at", "$": "dollars"}
_ENGLISH_ONLY = "Only English is known here. For any other language give the times of its sounds: "
_ENGLISH_ONLY += "'phones' with a TextGrid or JSON file."


def tokens(text: str) -> tuple[Token, ...]:
    """Split a text into what is said, word by word.

    Accents fall away (café is said as cafe), numbers become words, short words in capitals are
    spelled, and signs that nobody says are left out.

    Parameters
    ----------
    text : str

    Returns
    -------
    tokens : tuple of Token
        At least one.

    Raises
    ------
    InputError
        Nothing in it can be said, or it is in another language or script than English.

    Examples
    --------
    >>> [token.said for token in tokens("Room 42, please!")]
    [('room',), ('forty', 'two'), ('please',)]
    >>> tokens("Room 42, please!")[-1].pause.name
    'STOP'
    """
    pieces = [_latin(piece, text) for piece in text.split()]
    shouted = not any(letter.islower() for piece in pieces for letter in piece)
    found: list[Token] = []
    for place, piece in enumerate(pieces):
        marks = _TOKEN.findall(piece)
        for number, mark in enumerate(marks):
            if mark[0].isalpha():
                found.append(Token(place, _word(mark, shouted=shouted)))
            elif mark[0].isdigit():
                found.append(Token(place, _number(mark)))
            elif mark in _SIGNS:
                found.append(Token(place, (_SIGNS[mark],)))
            elif found:
                pause = _pause(marks, number)
                # Three dots trail off, they do not stop.
                if found[-1].pause < pause or pause is Pause.DASH:
                    found[-1] = found[-1]._replace(pause=pause)
    if not found:
        raise InputError(f"there is nothing to say in {_short(text)!r}: write some words.")
    _refuse_foreign(found, text)
    return tuple(found)


def _pause(marks: list[str], number: int) -> Pause:
    """Return the pause that a mark of a word stands for."""
    mark = marks[number]
    before = marks[number - 1] if number else ""
    last = not any(later[0].isalnum() for later in marks[number + 1 :])
    if mark in ".-" and mark == before:
        return Pause.DASH
    if mark == "-":
        return Pause.DASH if last else Pause.NONE
    if mark == ".":
        # Not the dots of Dr. Who, of e.g. and of example.com.
        short = before.lower() in load_table("letters")["shortened"]
        if short or not last or _DOTTED.match("".join(marks)):
            return Pause.NONE
    return _PAUSES.get(mark, Pause.NONE)


def _latin(piece: str, text: str) -> str:
    """Return a piece of a text in plain Latin letters, or say why that is not possible."""
    plain = []
    typed = piece.replace("\u2019", "'").replace("\u2018", "'").replace("\u02bc", "'")
    for sign in unicodedata.normalize("NFKD", typed):
        group = unicodedata.category(sign)
        if group == "Nd":
            plain.append(str(unicodedata.digit(sign)))
        elif sign.isascii() or sign in _PAUSES:
            plain.append(sign if sign.isprintable() else " ")
        elif group[0] == "L":
            name = unicodedata.name(sign, "an unknown letter").lower()
            raise InputError(f"cannot say {sign!r} ({name}) in {_short(text)!r}. {_ENGLISH_ONLY}")
        elif group[0] != "M":
            plain.append(" ")
    return "".join(plain)


def _word(mark: str, *, shouted: bool) -> tuple[str, ...]:
    letters = mark.lower().strip("'")
    capitals = mark.isupper() and len(mark) > 1 and "'" not in mark and not shouted
    if capitals and (len(mark) < 4 or not re.search("[AEIOUY]", mark)):
        known = load_table("letters")["words"]
        if letters not in known:
            return tuple(letters)
    return (letters,)


def _number(mark: str) -> tuple[str, ...]:
    if mark[-1].isalpha():
        words = list(_number(mark[:-2]))
        words[-1] = _ordinal(words[-1])
        return tuple(words)
    whole, _, part = re.sub(r",(?=\d{3})", "", mark).replace(",", ".").partition(".")
    # A long row of digits is no amount, and neither is one that begins with naught.
    if len(whole) > 12 or (len(whole) > 1 and whole[0] == "0"):
        words = [_ONES[int(digit)] for digit in whole]
    else:
        words = _cardinal(int(whole))
    if part:
        words += ["point", *(_ONES[int(digit)] for digit in part if digit.isdigit())]
    return tuple(words)


def _cardinal(number: int) -> list[str]:
    """Return a number in words.

    Examples
    --------
    >>> " ".join(_cardinal(2026)), " ".join(_cardinal(700))
    ('two thousand twenty six', 'seven hundred')
    """
    if number < 20:
        return [_ONES[number]]
    if number < 100:
        rest = [_ONES[number % 10]] if number % 10 else []
        return [_TENS[number // 10 - 2], *rest]
    scale, name = next(pair for pair in _SCALES if number >= pair[0])
    rest = _cardinal(number % scale) if number % scale else []
    return [*_cardinal(number // scale), name, *rest]


def _ordinal(word: str) -> str:
    """Return the ordinal of a number in words.

    Examples
    --------
    >>> _ordinal("three"), _ordinal("twenty"), _ordinal("six")
    ('third', 'twentieth', 'sixth')
    """
    if word in _ORDINALS:
        return _ORDINALS[word]
    return word[:-1] + "ieth" if word.endswith("y") else word + "th"


def _refuse_foreign(found: list[Token], text: str) -> None:
    """Refuse a text whose small words are those of another language."""
    table = load_table("speech")["languages"]
    said = [word for token in found for word in token.said]
    english = sum(word in load_table("letters")["unstressed"] for word in said)
    for language, words in table["small_words"].items():
        foreign = sum(word in words for word in said)
        if foreign > max(english, 1) and foreign >= table["share"]["typ"] * len(said):
            raise InputError(f"{_short(text)!r} seems to be {language}. {_ENGLISH_ONLY}")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
