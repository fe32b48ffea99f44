"""Muscles that are not observed, and why: hidden from any camera, or missed by this tracker.

A camera may show more than the tracker's points tell. On two filmed performances (seeds 0 and 2 of
the closed loop) four channels of the skin read back at a correlation of 0.2 or less: a figure for
them would be noise that looks like knowledge. They still take part in the solve, where they keep
others from explaining what is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from risorius.anatomy import load_atlas

__all__ = ["unseen_channels"]

_NOSTRILS = "moves the nostril by less than the tracker can tell"

_MISSED_BY_THE_TRACKER = {
    "nasalis.transversa": _NOSTRILS,
    "nasalis.alaris": _NOSTRILS,
    "platysma.mandibularis": "works on the neck, where the tracker has no points",
    "zygomaticus_minor": "cannot be told from the levator of the upper lip",
}


def unseen_channels() -> Mapping[str, str]:
    """Return the reason for every channel that is never observed.

    Examples
    --------
    >>> unseen_channels()["platysma.mandibularis"]
    'works on the neck, where the tracker has no points'
    >>> "zygomaticus_major" in unseen_channels()
    False
    """
    hidden = {c.id: c.hidden for c in load_atlas().channels if not c.is_observable}
    return hidden | _MISSED_BY_THE_TRACKER
