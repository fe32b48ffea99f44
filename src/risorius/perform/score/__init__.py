"""The score: what is written, from text with its line numbers to beats at absolute times."""

from __future__ import annotations

from risorius.perform.score.score import Score, load_score, save_score, score_text

__all__ = ["Score", "load_score", "save_score", "score_text"]
