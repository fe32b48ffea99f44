"""How a word sounds: from a dictionary where there is one, else by rule."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from types import MappingProxyType

from risorius.perform.speech.letters import pronounce

__all__ = ["dictionary", "phones_of", "pronunciation_note"]

_ENTRY = re.compile(r"([a-z']+)(?:\(\d+\))? (.+)")


@cache
def dictionary() -> MappingProxyType[str, tuple[str, ...]] | None:
    """Return the pronunciations that come with pocketsphinx, or None where it is not installed.

    Of several that a word has, the first counts.
    """
    if find_spec("pocketsphinx") is None:
        return None
    entries: dict[str, tuple[str, ...]] = {}
    path = files("pocketsphinx").joinpath("model/en-us/cmudict-en-us.dict")
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            match = _ENTRY.match(line)
            if match is not None:
                entries.setdefault(match[1], tuple(match[2].split()))
    return MappingProxyType(entries)


def phones_of(word: str) -> tuple[str, ...]:
    """Return the sounds of a word in lower-case letters.

    Examples
    --------
    >>> phones_of("papa")[0], len(phones_of("papa"))
    ('P', 4)
    """
    known = dictionary()
    found = known.get(word) if known is not None else None
    return found or pronounce(word)


def pronunciation_note() -> str:
    """Return what a user should know about where pronunciations come from.

    Examples
    --------
    >>> len(pronunciation_note()) > 20
    True
    """
    if dictionary() is None:
        return (
            "Words are pronounced by rules of spelling, which get some wrong, above all names; "
            "pip install 'risorius[speech]' brings a dictionary of American English."
        )
    return "Words are pronounced by the dictionary of American English of pocketsphinx."
