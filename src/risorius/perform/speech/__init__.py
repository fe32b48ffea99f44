"""Speech: a text, a recording or a list of phone times becomes sounds at their times."""

from __future__ import annotations

from risorius.perform.speech.lexicon import pronunciation_note
from risorius.perform.speech.utterance import speak

__all__ = ["pronunciation_note", "speak"]
