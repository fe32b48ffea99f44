"""Times of sounds from other programs: Praat TextGrid, long and short, and JSON."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from risorius.errors import InputError
from risorius.perform.scene import Phone, Word
from risorius.perform.speech.phones import SILENCE, sounds, stressed
from risorius.perform.table import load_table

__all__ = ["read_phones"]

# Praat reads free-standing strings, numbers and flags; all else is for people (Praat manual,
# "TextGrid file formats").
_FREE = re.compile(
    r'"((?:[^"]|"")*)"|(?<!\S)([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?!\S)|(?<!\S)<(\w+)>|![^\n]*'
)
_TEXT, _NUMBER, _FLAG = "a text", "a number", "a flag"
_SHORTEST = 1e-3
"""Sounds and overlaps shorter than this are slips of rounding [s]."""


class _Free(NamedTuple):
    line: int
    kind: str
    value: str


class _Piece(NamedTuple):
    """A label from a moment to a moment, and where the file says so."""

    start: float
    end: float
    label: str
    place: str


def read_phones(path: Path) -> tuple[tuple[Phone, ...], tuple[Word, ...]]:
    """Read sounds and words with their times.

    In a TextGrid the sounds are the tier called ``phones`` (or ``segments``, ``phonemes``, ``MAU``;
    or the only one), the words the tier called ``words``. JSON is
    ``{"phones": [[0.0, 0.1, "P"], ...], "words": [[0.0, 0.4, "papa"], ...]}`` or a bare list of
    sounds; a row may also be an object with ``start``, ``end`` and ``phone`` or ``word``.

    Sounds are ARPAbet, with or without stress, or the letters of the International Phonetic
    Alphabet, which are taken for the English sound that looks most alike.

    Parameters
    ----------
    path : Path

    Returns
    -------
    phones : tuple of Phone
        In order, without overlap; silence is left out.
    words : tuple of Word

    Raises
    ------
    InputError
        The file cannot be read, is neither of the two, or holds what cannot be; with its line.
    """
    text = _read_text(path)
    tiers = _json_tiers(path, text) if text.lstrip()[:1] in ("{", "[") else _grid_tiers(path, text)
    words = tuple(
        Word(piece.start, piece.end, piece.label)
        for piece in _ordered(path, tiers.get("words", ()))
        if piece.label.strip() and not _is_silence(piece.label)
    )
    pieces = [piece for piece in _ordered(path, tiers["phones"]) if not _is_silence(piece.label)]
    if not pieces:
        raise InputError(f"{path} holds no sound, only silence.")
    return tuple(_phones(path, pieces, words)), words


def _read_text(path: Path) -> str:
    limit = load_table("speech")["files"]["largest"]["typ"] * 1e6
    try:
        if path.stat().st_size > limit:
            raise InputError(f"{path} is larger than {limit / 1e6:g} MB: not a list of sounds.")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}.") from error
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text in UTF-8 or UTF-16.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _json_tiers(path: Path, text: str) -> dict[str, list[_Piece]]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{path}, {place}: not JSON, {error.msg}.") from None
    except RecursionError:
        raise InputError(f"{path} is nested too deeply for a list of sounds.") from None
    tiers = {"phones": content} if isinstance(content, list) else content
    if not isinstance(tiers.get("phones"), list):
        raise InputError(f'{path} needs a list "phones" of [start, end, sound].')
    if not isinstance(tiers.get("words", []), list):
        raise InputError(f'{path}: "words" must be a list of [start, end, word].')
    return {
        name: [
            _row(path, row, f"entry {number} of {name}", name[:-1])
            for number, row in enumerate(tiers.get(name, []), start=1)
        ]
        for name in ("phones", "words")
    }


def _row(path: Path, row: Any, place: str, name: str) -> _Piece:
    values = [row.get(key) for key in ("start", "end", name)] if isinstance(row, dict) else row
    match values:
        case [int() | float() as start, int() | float() as end, str(label)] if not (
            isinstance(start, bool) or isinstance(end, bool)
        ):
            return _Piece(float(start), float(end), label, place)
    raise InputError(f"{path}, {place}: {row!r} is not [start, end, {name}] with times in s.")


def _grid_tiers(path: Path, text: str) -> dict[str, list[_Piece]]:
    free = _free(text)

    def take(kind: str, what: str) -> _Free:
        found = next(free, None)
        if found is None:
            raise InputError(f"{path} ends where {what} was to come.")
        if found.kind != kind:
            raise InputError(
                f"{path}, line {found.line}: {what} must be {kind}, not {found.value!r}."
            )
        return found

    def number(what: str) -> float:
        return float(take(_NUMBER, what).value)

    def count(what: str) -> int:
        found = take(_NUMBER, what)
        if not found.value.isdigit():
            raise InputError(f"{path}, line {found.line}: {what} must be a whole number.")
        return int(found.value)

    if not text.lstrip().startswith(("File type", '"ooTextFile')):
        raise InputError(f"{path} is neither a TextGrid nor JSON.")
    if take(_TEXT, "the file type").value != "ooTextFile":
        raise InputError(f"{path}, line 1: not a text file of Praat.")
    if take(_TEXT, "the class of object").value != "TextGrid":
        raise InputError(f"{path} holds another object of Praat, not a TextGrid.")
    number("the start")
    number("the end")
    take(_FLAG, "the flag of the tiers")
    tiers: dict[str, list[_Piece]] = {}
    for _ in range(count("the number of tiers")):
        kind = take(_TEXT, "the class of a tier")
        if kind.value not in ("IntervalTier", "TextTier"):
            raise InputError(f"{path}, line {kind.line}: unknown class of tier {kind.value!r}.")
        name = take(_TEXT, "the name of a tier").value
        number("the start of a tier")
        number("the end of a tier")
        pieces = []
        for _ in range(count("the number of its pieces")):
            if kind.value == "TextTier":
                number("the time of a point")
                take(_TEXT, "the mark of a point")
                continue
            first = take(_NUMBER, "the start of an interval")
            end = number("the end of an interval")
            label = take(_TEXT, "the label of an interval").value
            pieces.append(_Piece(float(first.value), end, label, f"line {first.line}"))
        if kind.value == "IntervalTier":
            tiers[name] = pieces
    return _chosen(path, tiers)


def _free(text: str) -> Iterator[_Free]:
    line, place = 1, 0
    for match in _FREE.finditer(text):
        line += text.count("\n", place, match.start())
        place = match.start()
        if match[1] is not None:
            yield _Free(line, _TEXT, match[1].replace('""', '"'))
        elif match[2] is not None:
            yield _Free(line, _NUMBER, match[2])
        elif match[3] is not None:
            yield _Free(line, _FLAG, match[3])


def _chosen(path: Path, tiers: dict[str, list[_Piece]]) -> dict[str, list[_Piece]]:
    """Find the sounds and the words among tiers; names may follow that of a speaker."""
    names = load_table("speech")["files"]["tiers"]
    chosen = {}
    for role in ("phones", "words"):
        for name, pieces in tiers.items():
            if re.split(r"[\s\-_:/]+", name.strip().lower())[-1] in names[role]:
                chosen[role] = pieces
                break
    if "phones" not in chosen:
        if len(tiers) != 1:
            found = ", ".join(map(repr, tiers)) or "none"
            raise InputError(
                f"{path} has no interval tier called 'phones' (it has {found}): rename the one "
                "that holds the sounds."
            )
        chosen["phones"] = next(iter(tiers.values()))
    return chosen


def _ordered(path: Path, pieces: Sequence[_Piece]) -> list[_Piece]:
    """Return pieces after each other; an overlap by rounding goes to the later one."""
    checked: list[_Piece] = []
    for piece in pieces:
        start, end, label, place = piece
        if not (math.isfinite(start) and math.isfinite(end) and 0.0 <= start < end):
            raise InputError(
                f"{path}, {place}: {label!r} lasts from {start} to {end} s; the end comes after "
                "the start, and neither before 0."
            )
        before = checked[-1].end if checked else 0.0
        if start < before - _SHORTEST:
            raise InputError(
                f"{path}, {place}: {label!r} starts at {start} s, before the one above it ends "
                f"({before} s)."
            )
        start = max(start, before)
        if end - start >= _SHORTEST / 2:
            checked.append(piece._replace(start=start))
    return checked


def _is_silence(label: str) -> bool:
    return label.strip().lower() in load_table("speech")["files"]["silence"]


def _phones(path: Path, pieces: list[_Piece], words: tuple[Word, ...]) -> Iterator[Phone]:
    labels = [piece.label.strip() for piece in pieces]
    # Capitals are none of the phonetic alphabet.
    fits = all(label.rstrip("012").upper() in sounds() for label in labels)
    arpabet = fits or any("A" <= letter <= "Z" for label in labels for letter in label)
    read = [_arpabet(label) if arpabet else _phonetic(label) for label in labels]
    for piece, found in zip(pieces, read, strict=True):
        if found is None or found[0] not in sounds() or found[0] == SILENCE:
            raise InputError(
                f"{path}, {piece.place}: unknown sound {piece.label!r}; sounds are ARPAbet such as "
                "AA1 or letters of the International Phonetic Alphabet."
            )
    known = [found for found in read if found is not None]
    told = any(stress is not None for _, stress in known)
    guessed = [0] * len(known) if told else _guessed(pieces, [each for each, _ in known], words)
    for piece, (symbol, stress), guess in zip(pieces, known, guessed, strict=True):
        yield Phone(piece.start, piece.end, symbol, guess if stress is None else stress)


def _arpabet(label: str) -> tuple[str, int | None]:
    bare = label.rstrip("012")
    return bare.upper(), int(label[len(bare)]) if len(label) > len(bare) else None


def _phonetic(label: str) -> tuple[str, int | None] | None:
    """Return the English sound that looks most like a letter of the phonetic alphabet."""
    table = load_table("speech")["ipa"]
    stress = 1 if "\u02c8" in label else 2 if "\u02cc" in label else None
    # As written, then without its marks. What is in no table looks like its first half.
    for form in ("NFC", "NFD"):
        bare = "".join(
            sign
            for sign in unicodedata.normalize(form, label)
            if unicodedata.category(sign) not in ("Mn", "Lm", "Sk", "Me") and sign not in "'.|:"
        )
        if bare in table:
            return table[bare], stress
    for end in range(len(bare) - 1, 0, -1):
        if bare[:end] in table:
            return table[bare[:end]], stress
    return None


def _guessed(pieces: list[_Piece], symbols: list[str], words: tuple[Word, ...]) -> list[int]:
    """Guess the stress of sounds word by word; without words every vowel has it."""
    stress = [int(sounds()[symbol].vowel) for symbol in symbols]
    for word in words:
        mine = [
            number
            for number, piece in enumerate(pieces)
            if word.start <= (piece.start + piece.end) / 2 < word.end
        ]
        own = stressed(word.text.lower(), [symbols[number] for number in mine])
        for number, one in zip(mine, own, strict=True):
            stress[number] = one
    return stress
