"""English letters to sounds by rule: the fallback where no dictionary is installed.

A few hundred rules and as many frequent words that break them. English spelling does not tell how
a word sounds, so names and rare words come out wrong now and then; the lips forgive most of that,
as sounds that are mistaken for each other often look alike. How often is measured by
``risorius bench perform``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from risorius.perform.table import load_table

__all__ = ["is_unstressed", "pronounce"]

_CLASSES = {
    "V": "[aeiouy]",
    "C": "[bcdfghjklmnpqrstvwxz]",
    "%": "[bcdfgklmnprstvz]e(?:[sd]|ly|ful|less|ment|ness|)$",
}
_VOWEL = re.compile("[aeiouy]")
# Endings that may be added to a word that breaks the rules; what is left, and what is added.
_ENDINGS = (
    ("'s", ("",), ""),
    ("ies", ("y",), "Z"),
    ("es", ("e", ""), ""),
    ("s", ("",), ""),
    ("ied", ("y",), "D"),
    ("ed", ("e", ""), "D"),
    ("ing", ("", "e"), "IH NG"),
    ("ly", ("",), "L IY"),
    ("er", ("", "e"), "ER"),
)
_HISSING = ("S", "Z", "SH", "ZH", "CH", "JH")
_VOICELESS = ("P", "T", "K", "F", "TH")


class _Rule(NamedTuple):
    letters: str
    before: re.Pattern[str]
    after: re.Pattern[str]
    phones: tuple[str, ...]


@lru_cache(maxsize=4096)
def pronounce(word: str) -> tuple[str, ...]:
    """Return the sounds of an English word, found by its spelling.

    Parameters
    ----------
    word : str
        Lower-case letters a to z and apostrophes.

    Returns
    -------
    phones : tuple of str
        ARPAbet without stress; at least one.

    Examples
    --------
    >>> " ".join(pronounce("shameless")), " ".join(pronounce("tongues"))
    ('SH EY M L AH S', 'T AH NG Z')
    """
    known = _words()
    if word in known:
        return known[word]
    for ending, stems, added in _ENDINGS:
        if word.endswith(ending):
            for stem in stems:
                whole = word.removesuffix(ending) + stem
                found = known.get(whole) if len(whole) > 2 else None
                if found is not None:
                    return found + _added(found[-1], ending, added)
    phones = _by_rule(word)
    # A word without a vowel is said letter by letter, and so is what no rule gives a sound.
    if not phones or not _VOWEL.search(word):
        phones = tuple(phone for letter in word for phone in _spelled().get(letter, ()))
    return phones or ("AH",)


def is_unstressed(word: str) -> bool:
    """Return whether a word is said without stress unless it is meant.

    Examples
    --------
    >>> is_unstressed("the"), is_unstressed("tree")
    (True, False)
    """
    return word in _unstressed()


def _added(last: str, ending: str, phones: str) -> tuple[str, ...]:
    if ending in ("'s", "es", "s"):
        if last in _HISSING:
            return ("IH", "Z")
        return ("S",) if last in _VOICELESS else ("Z",)
    if ending == "ed":
        if last in ("T", "D"):
            return ("IH", "D")
        return ("T",) if last in (*_VOICELESS, "S", "SH", "CH") else ("D",)
    if ending == "ly" and last == "L":
        return ("IY",)
    return tuple(phones.split())


def _by_rule(word: str) -> tuple[str, ...]:
    phones: list[str] = []
    place = 0
    while place < len(word):
        for rule in _rules().get(word[place], ()):
            end = place + len(rule.letters)
            if (
                word.startswith(rule.letters, place)
                and rule.before.search(word, 0, place)
                and rule.after.match(word, end)
            ):
                phones.extend(rule.phones)
                place = end
                break
        else:
            place += 1
    return tuple(phones)


@cache
def _rules() -> dict[str, tuple[_Rule, ...]]:
    table = load_table("letters")["rules"]
    return {letter: tuple(map(_read_rule, rules)) for letter, rules in table.items()}


def _read_rule(text: str) -> _Rule:
    """Read a rule in the notation of phonologists.

    Examples
    --------
    >>> rule = _read_rule("c -> S / _[eiy]")
    >>> rule.letters, rule.phones, bool(rule.after.match("ity"))
    ('c', ('S',), True)
    """
    letters, _, rest = text.partition("->")
    phones, _, context = rest.partition("/")
    before, _, after = context.strip().partition("_")
    return _Rule(
        letters.strip(),
        re.compile(f"(?:{_expression(before, '^')})$"),
        re.compile(_expression(after, "$")),
        tuple(phones.split()),
    )


def _expression(context: str, edge: str) -> str:
    return "".join(_CLASSES.get(sign, edge if sign == "#" else sign) for sign in context)


@cache
def _words() -> dict[str, tuple[str, ...]]:
    return {word: tuple(text.split()) for word, text in load_table("letters")["words"].items()}


@cache
def _unstressed() -> frozenset[str]:
    return frozenset(load_table("letters")["unstressed"])


@cache
def _spelled() -> dict[str, tuple[str, ...]]:
    return {letter: tuple(text.split()) for letter, text in load_table("letters")["names"].items()}
