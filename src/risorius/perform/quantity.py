"""Numbers of the facts and of this room's tables, in base units, and draws from their spans."""

from __future__ import annotations

from functools import cache
from math import exp, log

import numpy as np

from risorius.anatomy import load_facts
from risorius.anatomy.quantity import Quantity, read_quantity
from risorius.perform.table import load_table

__all__ = ["chosen", "draw", "published", "span"]

_WIDTH = 2.0
"""Standard deviations from the middle to either end of a plausible span; no draw goes beyond."""


@cache
def published(name: str, sheet: str = "kinematics") -> Quantity:
    """Return a fact in base units (mm, s, rad).

    Examples
    --------
    >>> published("blink.kinematics.spontaneous.closed").value
    0.015
    """
    return load_facts(sheet).quantity(name).in_base_units()


@cache
def chosen(table: str, name: str) -> Quantity:
    """Return a number of one of the room's tables by its dotted name, in base units.

    Raises
    ------
    KeyError
        No such entry.

    Examples
    --------
    >>> chosen("gaze", "distance.page").value
    400.0
    """
    entry = load_table(table)
    around = {word: entry[word] for word in ("evidence", "basis")}
    for word in name.split("."):
        entry = entry[word]
    return read_quantity(entry, around).in_base_units()


def span(quantity: Quantity) -> tuple[float, float]:
    """Return the ends of a quantity's plausible span.

    Raises
    ------
    ValueError
        It has none.

    Examples
    --------
    >>> span(published("blink.kinematics.spontaneous.closed"))
    (0.005, 0.05)
    """
    if quantity.low is None or quantity.high is None:
        raise ValueError(f"{quantity} has no span.")
    return quantity.low, quantity.high


def draw(rng: np.random.Generator, quantity: Quantity) -> float:
    """Draw a value from a quantity's plausible span, the typical one most often.

    Both halves of the span are log-normal where it lies above zero; with a standard deviation and
    no span the draw is normal. No draw lies outside.

    Raises
    ------
    ValueError
        The quantity has neither span nor standard deviation.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> closed = published("blink.kinematics.spontaneous.closed")
    >>> all(0.005 <= draw(rng, closed) <= 0.05 for _ in range(100))
    True
    """
    z = min(max(float(rng.standard_normal()), -_WIDTH), _WIDTH)
    middle = quantity.value
    if quantity.sd is not None and quantity.low is None:
        return middle + z * quantity.sd
    low, high = span(quantity)
    end = high if z > 0 else low
    share = abs(z) / _WIDTH
    drawn = middle * exp(share * log(end / middle)) if low > 0 else middle + share * (end - middle)
    return min(max(drawn, low), high)
