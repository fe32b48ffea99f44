"""From a text, a sound or a list of phones to phrases: what is said in one breath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from risorius.anatomy import load_facts
from risorius.errors import InputError
from risorius.perform.scene import Phone, Phrase, Word
from risorius.perform.speech.letters import is_unstressed
from risorius.perform.speech.lexicon import phones_of
from risorius.perform.speech.phones import SILENCE, Spoken, stressed, timed
from risorius.perform.speech.text import Pause, Token, tokens
from risorius.perform.table import load_table

__all__ = ["speak"]


def speak(
    text: str, *, sound: Path | None = None, phones: Path | None = None, pace: float = 1.0
) -> tuple[Phrase, ...]:
    """Return the sounds of a text with their times.

    Where neither a recording nor phone times are given, the times are those of unhurried speech: a
    breath between sentences, and within long ones at a comma.

    Parameters
    ----------
    text : str
        English.
    sound : Path, optional
        A WAV file in which the text is said; its sounds are found in it (needs the extra
        ``risorius[speech]``).
    phones : Path, optional
        A Praat TextGrid or JSON file with the times of the sounds, see :mod:`textgrid`. The text
        may then be in any language.
    pace : float [1]
        2 is twice as fast; without `sound` and `phones` only.

    Returns
    -------
    phrases : tuple of Phrase
        In order, from 0 s. The sounds of a phrase cover it without gap or overlap; short silences
        in it are sounds called ``SIL``.

    Raises
    ------
    InputError
        Nothing can be said, another language or script, a pace out of range, or a file that cannot
        be used.

    Examples
    --------
    >>> first, second = speak("I am so glad. You came!")
    >>> [word.text for word in second.words], first.start, first.end < second.start
    (['You', 'came!'], 0.0, True)
    """
    low, high = load_table("speech")["timing"]["pace"]["range"]
    if not low <= pace <= high:
        raise InputError(f"pace must lie in {low:g}..{high:g}, not {pace}: 2 is twice as fast.")
    if sound is None and phones is None:
        return _said(text, float(pace))
    if sound is not None and phones is not None:
        raise InputError("give either the sound or the times of the phones, not both.")
    if pace != 1.0:
        raise InputError("the pace of a recording is its own: leave it at 1.")
    if phones is not None:
        from risorius.perform.speech.textgrid import read_phones

        return _phrased(*read_phones(phones))
    from risorius.perform.speech.align import align

    assert sound is not None
    return _phrased(*align(sound, text))


@lru_cache(maxsize=512)
def _said(text: str, pace: float) -> tuple[Phrase, ...]:
    # Laid out at the usual pace and then scaled as a whole: twice as fast takes half as long.
    return tuple(_scaled(phrase, 1.0 / pace) for phrase in _laid_out(text))


def _laid_out(text: str) -> Iterator[Phrase]:
    timing = load_table("speech")["timing"]
    breath = load_facts("kinematics").quantity("breath.speech.inhale").in_base_units()
    longest = load_facts("kinematics").quantity("breath.speech.exhale").in_base_units()
    assert breath.low is not None
    start = time = 0.0
    phones: list[Phone] = []
    words: list[tuple[int, Phone, Phone]] = []
    written = text.split()

    def phrase() -> Phrase:
        told = [
            Word(run[0][1].start, run[-1][2].end, written[place])
            for place, run in ((p, list(group)) for p, group in groupby(words, lambda w: w[0]))
        ]
        return Phrase(start, phones[-1].end, tuple(phones), tuple(told))

    runs = list(_runs(tokens(text), longest.high or longest.value))
    for number, run in enumerate(runs):
        pairs = [(token.place, _spoken(word)) for token in run for word in token.said]
        said = list(timed([each for _, each in pairs], time, last=True))
        place = 0
        for owner, each in pairs:
            words.append((owner, said[place], said[place + len(each.phones) - 1]))
            place += len(each.phones)
        phones += said
        time = said[-1].end
        pause = run[-1].pause
        if number + 1 == len(runs):
            break
        if pause is Pause.STOP:
            gap = breath.value + timing["stop"]["typ"]
        elif pause is Pause.NONE:
            gap = breath.low
        elif time - start >= longest.value:
            gap = breath.value
        else:
            hush = timing["dash" if pause is Pause.DASH else "comma"]["typ"]
            phones.append(Phone(time, time + hush, SILENCE))
            time += hush
            continue
        yield phrase()
        phones, words = [], []
        start = time = time + gap
    yield phrase()


def _runs(found: Sequence[Token], longest: float) -> Iterator[list[Token]]:
    """Yield what is said without a pause, and no more of it than one breath [s] lasts."""
    run: list[Token] = []
    length = 0.0
    for token in found:
        own = [_spoken(word) for word in token.said]
        more = sum(phone.end - phone.start for phone in timed(own, 0.0, last=True))
        if run and length + more > longest:
            yield run
            run, length = [], 0.0
        run.append(token)
        length += more
        if token.pause is not Pause.NONE:
            yield run
            run, length = [], 0.0
    if run:
        yield run


@lru_cache(maxsize=4096)
def _spoken(word: str) -> Spoken:
    phones, weak = phones_of(word), is_unstressed(word)
    return Spoken(tuple(zip(phones, stressed(word, phones, weak=weak), strict=True)), weak)


def _phrased(phones: Sequence[Phone], words: Sequence[Word]) -> tuple[Phrase, ...]:
    """Cut sounds with known times into phrases where a breath fits in."""
    breath = load_facts("kinematics").quantity("breath.speech.inhale").in_base_units()
    assert breath.low is not None
    runs: list[list[Phone]] = []
    for phone in phones:
        if phone.symbol == SILENCE:
            continue
        gap = phone.start - runs[-1][-1].end if runs else breath.low
        if gap >= breath.low:
            runs.append([phone])
            continue
        if gap > 0.0:
            runs[-1].append(Phone(runs[-1][-1].end, phone.start, SILENCE))
        runs[-1].append(phone)
    return tuple(
        Phrase(
            run[0].start,
            run[-1].end,
            tuple(run),
            tuple(w for w in words if run[0].start <= (w.start + w.end) / 2 < run[-1].end),
        )
        for run in runs
    )


def _scaled(phrase: Phrase, factor: float) -> Phrase:
    return Phrase(
        phrase.start * factor,
        phrase.end * factor,
        tuple(p._replace(start=p.start * factor, end=p.end * factor) for p in phrase.phones),
        tuple(w._replace(start=w.start * factor, end=w.end * factor) for w in phrase.words),
    )
