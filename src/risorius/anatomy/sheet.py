"""Fact sheets: numbers and statements about movement, skin, jaw and eye, each with its standing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from risorius.anatomy.load import read_yaml
from risorius.anatomy.quantity import CENTRES, Basis, Evidence, Quantity, read_quantity
from risorius.errors import InputError, did_you_mean

__all__ = ["SHEETS", "FactSheet", "Statement", "load_facts"]

SHEETS = ("kinematics", "skin", "jaw_eye", "emotion", "face_muscles", "lesions")

STANDING = ("evidence", "basis", "sources")
NUMBERS = (*CENTRES, "range")
WORDS = ("about", "note")
STATEMENTS = ("fact", "formula")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is known in words or as a formula."""

    text: str
    formula: str
    evidence: Evidence
    basis: Basis
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactSheet:
    """The facts of one field, by dotted name."""

    name: str
    title: str
    quantities: Mapping[str, Quantity]
    statements: Mapping[str, Statement]

    def quantity(self, name: str) -> Quantity:
        """Return the quantity with this name, such as ``blink.rate.rest``, in its published unit.

        Raises
        ------
        InputError
            No such quantity; the message says what comes close.
        """
        found = self.quantities.get(name)
        if found is None:
            hint = did_you_mean(name, self.quantities)
            raise InputError(f"no quantity {name!r} in the {self.name} facts. {hint}".rstrip())
        return found


@cache
def load_facts(name: str) -> FactSheet:
    """Return one fact sheet; it is read on first use.

    Parameters
    ----------
    name : str
        One of `SHEETS`.

    Returns
    -------
    sheet : FactSheet

    Raises
    ------
    InputError
        No such sheet.

    Examples
    --------
    >>> sheet = load_facts("jaw_eye")
    >>> print(sheet.quantity("jaw.max_opening.men"))
    56 mm
    >>> print(sheet.quantity("jaw.max_opening.men").sources[0])
    Ferrario 2005 Arch Oral Biol
    """
    if name not in SHEETS:
        hint = did_you_mean(name, SHEETS) or f"There are {', '.join(SHEETS)}."
        raise InputError(f"no fact sheet {name!r}. {hint}")
    content = read_yaml(name)
    quantities: dict[str, Quantity] = {}
    statements: dict[str, Statement] = {}
    for path, entry, around in walk_facts(content["facts"]):
        if any(key in entry for key in NUMBERS):
            quantities[path] = read_quantity(entry, around)
        elif any(key in entry for key in STATEMENTS):
            given = {**around, **entry}
            statements[path] = Statement(
                text=entry.get("fact", entry.get("about", "")),
                formula=entry.get("formula", ""),
                evidence=given["evidence"],
                basis=given["basis"],
                sources=tuple(given.get("sources", ())),
                note=entry.get("note", ""),
            )
    return FactSheet(
        name=name,
        title=content["title"],
        quantities=MappingProxyType(quantities),
        statements=MappingProxyType(statements),
    )


def walk_facts(
    group: Mapping[str, Any], path: str = "", around: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield name, entry and inherited standing of everything in a group, group by group.

    Examples
    --------
    >>> rest = {"typ": 17, "unit": "1/min"}
    >>> for name, entry, around in walk_facts({"blink": {"rest": rest, "basis": "C"}}):
    ...     print(name, entry.get("typ"), around)
    blink None {}
    blink.rest 17 {'basis': 'C'}
    """
    inherited = around or {}
    for key, entry in group.items():
        if isinstance(entry, dict):
            name = f"{path}.{key}" if path else key
            yield name, entry, inherited
            own = {word: entry[word] for word in STANDING if word in entry}
            yield from walk_facts(entry, name, {**inherited, **own})
