"""What can go wrong here, and errors as problems with their line and column."""

from __future__ import annotations

import re

from risorius.errors import InputError, RisoriusError
from risorius.studio.messages import Problem

__all__ = ["Busy", "Missing", "problems_of"]

_PLACE = re.compile(r"line (?P<line>\d+)(?:, column (?P<column>\d+))?: ")
_COUNT = re.compile(r"\d+ problems")


class Missing(InputError):
    """There is nothing of that id."""


class Busy(RisoriusError):
    """There is too much to do already."""


def problems_of(error: Exception) -> tuple[Problem, ...]:
    r"""Return the problems that an error tells of, one by one.

    Examples
    --------
    >>> from risorius.errors import InputError
    >>> told = "2 problems\n  line 3, column 5: a beat ends before it begins.\n  it is empty."
    >>> [(problem.line, problem.text) for problem in problems_of(InputError(told))]
    [(3, 'a beat ends before it begins.'), (None, 'it is empty.')]
    """
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not _COUNT.fullmatch(line)]
    return tuple(map(_problem, told))


def _problem(text: str) -> Problem:
    found = _PLACE.match(text)
    if found is None:
        return Problem(text=text)
    column = found["column"]
    return Problem(
        text=text[found.end() :],
        line=int(found["line"]),
        column=int(column) if column else None,
    )
