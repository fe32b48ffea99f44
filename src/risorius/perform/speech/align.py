"""Where in a recording each sound of its text is: forced alignment by pocketsphinx."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError
from risorius.perform.scene import Phone, Word
from risorius.perform.speech.lexicon import phones_of
from risorius.perform.speech.phones import SILENCE, sounds, stressed
from risorius.perform.speech.text import tokens
from risorius.perform.speech.wav import read_wav

__all__ = ["align"]

_FRAMES = 100
"""Of the model per second."""


def align(sound: Path, text: str) -> tuple[tuple[Phone, ...], tuple[Word, ...]]:
    """Find the sounds of a text in a recording of it.

    Words that the dictionary does not have are pronounced by rule.

    Parameters
    ----------
    sound : Path
        A WAV file; any rate and number of channels.
    text : str
        What is said in it, in English.

    Returns
    -------
    phones : tuple of Phone
        In order, to 10 ms; silence is left out.
    words : tuple of Word

    Raises
    ------
    InputError
        pocketsphinx is not installed, the file is no recording, or the text is not English or is
        not what is said.
    """
    said = tokens(text)
    if find_spec("pocketsphinx") is None:
        raise InputError(
            "finding a text in a recording needs pocketsphinx: pip install 'risorius[speech]'. "
            "Without it, give the times of the sounds (phones=... TextGrid or JSON), or the text "
            "alone."
        )
    path = Path(sound)
    try:
        mark = path.stat().st_mtime_ns
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}.") from error
    spoken = tuple((token.place, word) for token in said for word in token.said)
    return _aligned(path, mark, spoken, tuple(text.split()))


@lru_cache(maxsize=32)
def _aligned(
    path: Path, _mark: int, spoken: tuple[tuple[int, str], ...], written: tuple[str, ...]
) -> tuple[tuple[Phone, ...], tuple[Word, ...]]:
    wave = read_wav(path)
    decoder = _decoder()
    for word in sorted({word for _, word in spoken}):
        if decoder.lookup_word(word) is None:
            decoder.add_word(word, " ".join(phones_of(word)), True)
    decoder.set_align_text(" ".join(word for _, word in spoken))
    _hear(decoder, wave)
    found = decoder.hyp()
    heard = found.hypstr.split() if found is not None else []
    if len(heard) < len(spoken):
        raise InputError(
            f"{spoken[len(heard)][1]!r} cannot be found where it should be in {path}: is "
            f"{' '.join(written)!r} what is said in it, word by word?"
        )
    # The first pass finds the words, the second one the sounds in them.
    decoder.set_alignment()
    _hear(decoder, wave)
    phones: list[Phone] = []
    words: dict[int, Word] = {}
    places = iter(spoken)
    for entry in decoder.get_alignment() or ():
        if entry.name.startswith("<") or entry.name.startswith("["):
            continue
        place, word = next(places)
        own = list(_sounds(word, entry))
        if own:
            first = words.get(place, Word(own[0].start, own[0].end, written[place]))
            words[place] = first._replace(end=own[-1].end)
            phones += own
    return tuple(phones), tuple(words.values())


def _sounds(word: str, entry: Any) -> Iterator[Phone]:
    heard = [each for each in entry if each.name in sounds() and each.name != SILENCE]
    stress = stressed(word, [each.name for each in heard])
    for each, one in zip(heard, stress, strict=True):
        start = each.start / _FRAMES
        yield Phone(start, (each.start + each.duration) / _FRAMES, each.name, one)


def _hear(decoder: Any, wave: NDArray[np.int16]) -> None:
    decoder.start_utt()
    decoder.process_raw(wave.tobytes(), no_search=False, full_utt=True)
    decoder.end_utt()


def _decoder() -> Any:
    from pocketsphinx import Decoder

    # A text is found or not; how likely it is among all texts does not matter.
    return Decoder(lm=None, loglevel="FATAL")
