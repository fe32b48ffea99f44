"""Records of this area: a figure beside its bar, or within the span that is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risorius.bench.record import Record

if TYPE_CHECKING:
    from risorius.anatomy.quantity import Quantity

__all__ = ["fact_of", "inside", "record", "within"]


def fact_of(name: str) -> Quantity:
    """Return a published number, in the unit it was published in."""
    from risorius.anatomy import load_facts

    return load_facts("kinematics").quantity(name)


def record(name: str, value: float | None, unit: str, bar: str = "", against: str = "") -> Record:
    """Return a record of this area."""
    return Record(area="perform", figure=name, value=value, unit=unit, bar=bar, against=against)


def within(name: str, value: float, unit: str, published: Quantity) -> Record:
    """Return a record that holds within the published span."""
    from risorius.perform.quantity import span

    source = "; ".join(published.sources) or "design default"
    return inside(name, value, unit, *span(published), source)


def inside(name: str, value: float, unit: str, low: float, high: float, source: str) -> Record:
    """Return a record that holds from `low` to `high`."""
    # A record has one bar: the end of the span that the value is nearer to.
    bar = f"<= {high:g}" if value > (low + high) / 2 else f">= {low:g}"
    return record(name, value, unit, bar, f"{low:g} to {high:g} {unit}: {source}")
