"""Errors that say what was wrong, what is allowed, and what to try."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["InputError", "RisoriusError", "did_you_mean"]


class RisoriusError(Exception):
    """Any failure that Risorius itself reports."""


class InputError(RisoriusError, ValueError):
    """The caller's value cannot be used; the message says why and what to try."""


def did_you_mean(word: str, known: Iterable[str], *, limit: int = 3) -> str:
    """Return a hint such as ``"Did you mean 'risorius'?"``, or an empty string.

    A word that begins a known one counts as close, so that half an anatomical name finds the rest.

    Parameters
    ----------
    word : str
        What the user wrote.
    known : iterable of str
        What would have been understood.
    limit : int
        At most so many suggestions.

    Returns
    -------
    hint : str
        One sentence without leading space, empty when nothing is close.

    Examples
    --------
    >>> did_you_mean("zygomaticus", ["zygomaticus_major", "zygomaticus_minor", "risorius"])
    "Did you mean 'zygomaticus_major' or 'zygomaticus_minor'?"
    >>> did_you_mean("xyz", ["risorius"])
    ''
    """
    by_lower = {name.lower(): name for name in known}
    wanted = word.lower()
    begins = [name for lower, name in by_lower.items() if wanted and lower.startswith(wanted)]
    close = [by_lower[lower] for lower in get_close_matches(wanted, by_lower, n=limit, cutoff=0.6)]
    names = list(dict.fromkeys(begins + close))[:limit]
    return f"Did you mean {' or '.join(repr(name) for name in names)}?" if names else ""
