"""The benchmark table: every figure measured afresh, beside its bar and its peer.

`measure` runs the areas asked for and yields one `Record` per figure. Peers live in an environment
of their own in the user's cache and are measured in the same run; where a peer cannot be had, its
records say so and do not hold.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence

from risorius.bench.record import Record
from risorius.errors import InputError, did_you_mean

__all__ = ["AREAS", "Record", "measure"]

AREAS = ("rig", "read", "skin", "perform")


def measure(areas: Sequence[str] = AREAS) -> Iterator[Record]:
    """Measure the areas in order and yield their records as they come.

    Raises
    ------
    InputError
        For an area that does not exist.
    """
    for area in areas:
        if area not in AREAS:
            raise InputError(
                f"unknown benchmark area {area!r}. {did_you_mean(area, AREAS)} "
                f"There are {', '.join(AREAS)}."
            )
    for area in areas:
        yield from importlib.import_module(f"risorius.bench.{area}").records()
