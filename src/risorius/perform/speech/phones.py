"""The sounds of English: their classes, how long they last, and where the stress falls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from risorius.errors import InputError, did_you_mean
from risorius.perform.scene import Phone
from risorius.perform.table import load_table

__all__ = ["SILENCE", "Sound", "Spoken", "sound", "sounds", "stressed", "timed"]

Kind = Literal["vowel", "lips", "teeth", "tongue", "hiss", "back", "round", "free", "pause"]

SILENCE = "SIL"
"""The symbol of a silence within a phrase."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound of English.

    Attributes
    ----------
    symbol : str
        ARPAbet without stress.
    kind : str
        What makes it: a free vowel, the lips, lip and teeth, a hiss between the teeth, the tip or
        the back of the tongue, rounding, or nothing.
    usual, shortest : float [s]
    look : str
        The posture it wants, see :mod:`lips`.
    then : str
        The posture a diphthong ends with; empty for others.
    voiceless : bool
    """

    symbol: str
    kind: Kind
    usual: float
    shortest: float
    look: str
    then: str = ""
    voiceless: bool = False

    @property
    def vowel(self) -> bool:
        """Whether it can carry a syllable."""
        return self.kind == "vowel"


class Spoken(NamedTuple):
    """One word on its way to being said: its sounds with their stress, and whether it is weak."""

    phones: tuple[tuple[str, int], ...]
    weak: bool = False


@cache
def sounds() -> MappingProxyType[str, Sound]:
    """Return all sounds by their symbol.

    Examples
    --------
    >>> sounds()["P"].kind, sounds()["AY"].then
    ('lips', 'spread')
    """
    rows = load_table("speech")["phones"]
    return MappingProxyType(
        {
            symbol: Sound(
                symbol,
                row["kind"],
                row["ms"][0] / 1e3,
                row["ms"][1] / 1e3,
                row["look"],
                row.get("then", ""),
                row.get("voiceless", False),
            )
            for symbol, row in rows.items()
        }
    )


def sound(symbol: str) -> Sound:
    """Return the sound with a symbol.

    Raises
    ------
    InputError
        No such sound in English.
    """
    found = sounds().get(symbol)
    if found is None:
        hint = did_you_mean(symbol, sounds()) or f"Sounds are {', '.join(sounds())}."
        raise InputError(f"unknown sound {symbol!r}. {hint}")
    return found


_BACKWARD = ("tion", "sion", "ic", "ics", "ical", "ity", "ian", "ious", "ial", "ient", "graphy")
_PREFIXES = ("a", "be", "de", "re", "ex", "en", "e", "un", "dis", "pre", "pro", "to", "per", "for")


def stressed(word: str, phones: Sequence[str], *, weak: bool = False) -> tuple[int, ...]:
    """Return the stress of each sound of a word: 1 for the loudest syllable, 2 for a lesser one.

    English has no rule that always holds; this one follows endings and prefixes.

    Parameters
    ----------
    word : str
    phones : sequence of str
        ARPAbet without stress.
    weak : bool
        Whether the word is said without stress.

    Examples
    --------
    >>> stressed("about", ("AH", "B", "AW", "T")), stressed("station", "S T EY SH AH N".split())
    ((0, 0, 1, 0), (0, 0, 1, 0, 0, 0))
    """
    nuclei = [place for place, phone in enumerate(phones) if sound(phone).vowel]
    stress = [0] * len(phones)
    if not nuclei or (weak and len(nuclei) == 1):
        return tuple(stress)
    full = [number for number, place in enumerate(nuclei) if phones[place] != "AH"] or [0]
    if len(nuclei) == 1:
        main = 0
    elif word.endswith(_BACKWARD):
        main = max((n for n in full if n < len(nuclei) - 1), default=full[0])
    elif len(nuclei) == 2:
        prefixed = word.startswith(_PREFIXES) and phones[nuclei[0]] in ("AH", "IH")
        main = 1 if prefixed and 1 in full else full[0]
    else:
        # The third from the end (the second before a final a or o, and never a prefix), or the
        # nearest full vowel before or after it.
        wanted = len(nuclei) - (2 if word.endswith(("a", "o")) else 3)
        if word.startswith(_PREFIXES) and phones[nuclei[0]] in ("AH", "IH"):
            wanted = max(wanted, 1)
        main = min(full, key=lambda n: (abs(n - wanted), n))
    stress[nuclei[main]] = 1
    for number in full:
        if abs(number - main) > 1:
            stress[nuclei[number]] = 2
    return tuple(stress)


def timed(words: Sequence[Spoken], start: float, *, last: bool) -> Iterator[Phone]:
    """Yield the sounds of words that are said without a pause, one after the other.

    Parameters
    ----------
    words : sequence of Spoken
    start : float [s]
    last : bool
        Whether a pause follows, before which speech slows down.

    Yields
    ------
    phone : Phone
        Each begins where the one before it ends.

    Examples
    --------
    >>> said = list(timed([Spoken((("AA", 1),))], 0.0, last=False))
    >>> said[0].symbol, round(said[0].end, 3)
    ('AA', 0.19)
    """
    time = start
    for number, word in enumerate(words):
        final = last and number == len(words) - 1
        for (symbol, stress), length in zip(word.phones, _lengths(word, final), strict=True):
            end = time + length
            yield Phone(time, end, symbol, stress)
            time = end


def _lengths(word: Spoken, final: bool) -> Iterator[float]:
    timing = load_table("speech")["timing"]
    kinds = [sound(symbol) for symbol, _ in word.phones]
    nuclei = [place for place, each in enumerate(kinds) if each.vowel]
    for place, ((_, stress), each) in enumerate(zip(word.phones, kinds, strict=True)):
        after = kinds[place + 1] if place + 1 < len(kinds) else None
        factor = 1.0
        if each.vowel:
            if stress != 1:
                factor *= timing["secondary" if stress else "unstressed"]["typ"]
            if after is not None and after.voiceless:
                factor *= timing["before_voiceless"]["typ"]
        else:
            beside = kinds[place - 1] if place else None
            if any(other is not None and not other.vowel for other in (beside, after)):
                factor *= timing["cluster"]["typ"]
        if len(nuclei) > 2:
            factor *= timing["long_word"]["typ"]
        if word.weak:
            factor *= timing["weak_word"]["typ"]
        length = each.shortest + (each.usual - each.shortest) * factor
        if final and place >= (nuclei[-1] if nuclei else 0):
            length *= timing["final"]["typ"]
        yield length
