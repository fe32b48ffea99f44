"""A number from the literature with everything that says how far to trust it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

__all__ = ["BASE_UNITS", "Basis", "Evidence", "Quantity", "read_quantity"]

Evidence: TypeAlias = Literal["strong", "moderate", "weak"]
"""Strong: several independent studies or consensus. Moderate: one good study. Weak: an estimate."""

Basis: TypeAlias = Literal["C", "R", "D"]
"""C: checked against a public abstract. R: recalled from the literature. D: a design default."""

_DEGREE = math.pi / 180
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0

BASE_UNITS: Mapping[str, tuple[str, float]] = {
    "1": ("1", 1.0),
    "percent": ("1", 0.01),
    "mm": ("mm", 1.0),
    "um": ("mm", 1e-3),
    "s": ("s", 1.0),
    "ms": ("s", 1e-3),
    "day": ("s", _DAY),
    "month": ("s", 365.25 / 12 * _DAY),
    "rad": ("rad", 1.0),
    "deg": ("rad", _DEGREE),
    "arcsec": ("rad", _DEGREE / 3600),
    "deg/s": ("rad/s", _DEGREE),
    "ms/deg": ("s/rad", 1e-3 / _DEGREE),
    "mm/deg": ("mm/rad", 1 / _DEGREE),
    "mm/s": ("mm/s", 1.0),
    "mm/year": ("mm/s", 1 / (365.25 * _DAY)),
    "Hz": ("1/s", 1.0),
    "1/s": ("1/s", 1.0),
    "1/min": ("1/s", 1 / _MINUTE),
    "1/h": ("1/s", 1 / _HOUR),
    "1/day": ("1/s", 1 / _DAY),
    "1/year": ("1/s", 1 / (365.25 * _DAY)),
    "1/decade": ("1/s", 1 / (3652.5 * _DAY)),
    "kg": ("kg", 1.0),
    "N": ("mN", 1e3),
    "N/m": ("mN/mm", 1.0),
    "kPa": ("kPa", 1.0),
    "mL": ("mm3", 1e3),
    "L/min": ("mm3/s", 1e6 / _MINUTE),
}
"""Every unit a fact may have, with the unit of this package it comes to and the factor."""

CENTRES = {"typ": "typical", "value": "value", "mean": "mean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its span, unit and standing."""

    value: float
    """The number to use."""
    meaning: str
    """What `value` is: ``typical``, ``mean``, ``value``, or ``middle of the range``."""
    unit: str
    """As published, one of `BASE_UNITS`; ``1`` for shares and ratios."""
    evidence: Evidence
    basis: Basis
    low: float | None = None
    """Lower end of the plausible adult span."""
    high: float | None = None
    sd: float | None = None
    n: int | None = None
    """How many people were measured."""
    sources: tuple[str, ...] = ()
    about: str = ""
    note: str = ""

    @property
    def is_design_default(self) -> bool:
        """Whether nobody measured this; never show such a number as a finding."""
        return self.basis == "D"

    def in_base_units(self) -> Quantity:
        """Return the same quantity in mm, s, rad, kg, mN and kPa.

        Examples
        --------
        >>> closing = read_quantity(
        ...     {"typ": 75, "range": [50, 110], "unit": "ms", "evidence": "moderate", "basis": "R"}
        ... )
        >>> print(closing.in_base_units())
        0.075 (0.05 to 0.11) s
        """
        unit, factor = BASE_UNITS[self.unit]

        def scaled(number: float | None) -> float | None:
            return None if number is None else number * factor

        return replace(
            self,
            unit=unit,
            value=self.value * factor,
            low=scaled(self.low),
            high=scaled(self.high),
            sd=scaled(self.sd),
        )

    def __str__(self) -> str:
        text = f"{self.value:g}"
        if self.sd is not None:
            text += f" ± {self.sd:g}"
        if self.low is not None and self.high is not None:
            span = f"{self.low:g} to {self.high:g}"
            text = span if self.meaning == "middle of the range" else f"{text} ({span})"
        return text if self.unit == "1" else f"{text} {self.unit}"


def read_quantity(entry: Mapping[str, Any], around: Mapping[str, Any] | None = None) -> Quantity:
    """Build a quantity from its YAML entry.

    Parameters
    ----------
    entry : mapping
        ``typ``, ``value`` or ``mean``, or ``range`` alone; ``sd``, ``n``, ``unit``, ``evidence``,
        ``basis``, ``sources``, ``about``, ``note``.
    around : mapping, optional
        The entry around it, whose evidence, basis and sources hold where it has none of its own. A
        number that calls itself a design default takes no sources from around.

    Returns
    -------
    quantity : Quantity

    Examples
    --------
    >>> travel = {"mean": 46.6, "unit": "mm", "basis": "C"}
    >>> read_quantity(travel, {"evidence": "strong", "sources": ["Travers 2000"]}).sources
    ('Travers 2000',)
    """
    given = {**(around or {}), **entry}
    low, high = entry.get("range", (None, None))
    centre = next((key for key in CENTRES if key in entry), None)
    sources = (entry if entry.get("basis") == "D" else given).get("sources", ())
    return Quantity(
        value=float(entry[centre]) if centre else (float(low) + float(high)) / 2,
        meaning=CENTRES[centre] if centre else "middle of the range",
        unit=entry["unit"],
        evidence=given["evidence"],
        basis=given["basis"],
        low=None if low is None else float(low),
        high=None if high is None else float(high),
        sd=float(entry["sd"]) if "sd" in entry else None,
        n=entry.get("n"),
        sources=tuple(sources),
        about=entry.get("about", ""),
        note=entry.get("note", ""),
    )
