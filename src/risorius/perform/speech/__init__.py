"""Speech: from words to the muscles of lips, jaw and tongue.

A text, a recording or a list of phone times becomes phrases (:func:`speak`); phrases become
movements (:class:`SpeechLayer`).
"""

from __future__ import annotations

from risorius.perform.speech.lexicon import pronunciation_note
from risorius.perform.speech.lips import SpeechLayer
from risorius.perform.speech.utterance import speak

__all__ = ["SpeechLayer", "pronunciation_note", "speak"]
