"""Compiled loop of the jaw; imported only when something moves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["move_jaw"]

Array = NDArray[Any]

EASE_MM = 0.5
"""Over this way a condyle begins to glide, so that movement starts without a jerk."""


@njit(cache=True, nogil=True)
def _fall(glide: float, height: float, steep: float) -> float:
    """Return how far a condyle goes down [mm]: steep at first, flat at the crest."""
    down: float = height * np.tanh(steep * glide / height)
    return down


@njit(cache=True, nogil=True)
def move_jaw(facts: Array, pose: Array, turn: Array, shift: Array) -> None:
    """Fill `turn` and `shift` (t, 3) with the movement of a jaw in poses (t, 3).

    `facts` are slope, translation, greatest opening, reach, depth and width of the jaw, height of
    the eminence, part of a sideways shift that slips, and part of the opening that is kept shut.
    See :func:`risorius.skin.jaw.jaw_motion`.
    """
    slope, translation, max_open, reach, below, width = facts[:6]
    height, slip, kept = facts[6:]
    steep = np.tan(slope)
    for t in range(pose.shape[0]):
        opening, forward, aside = pose[t, 0], pose[t, 1], pose[t, 2]
        share = max(opening / max_open, 0.0)
        # The rotation grows with the 0.95th power of the opening, so the opening with its inverse.
        x = min(max((share ** (1 / 0.95) - 0.1) / 0.9, 0.0), 1.0)
        glide = translation * x * x * (3 - 2 * x)
        # Seen at the incisors, yaw and roll add up.
        yaw = (1 - slip) * aside / (reach + steep * below)
        # The condyle that glides goes forward from where it is; the other one stays.
        ahead = np.sqrt((yaw * width) ** 2 + EASE_MM**2) - EASE_MM
        # As the condyles go down, the mandible turns up and keeps the mouth nearly shut.
        forth = forward / (1 + kept * steep * below / reach)
        over = max(forth, 0.0)
        eased = over * over / (over + EASE_MM)
        down = _fall(eased, height, steep) + _fall(ahead, height, steep) / 2
        turn[t, 0] = opening - kept * down / reach
        turn[t, 1] = yaw
        turn[t, 2] = _fall(yaw * width, height, steep) / width
        shift[t, 0] = slip * aside
        shift[t, 1] = -np.sin(slope) * glide - down
        shift[t, 2] = np.cos(slope) * glide + forth + ahead / 2
