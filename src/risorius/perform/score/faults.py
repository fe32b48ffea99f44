"""What is wrong with a score, in words for the person who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple, TypeAlias

from pydantic import BaseModel, ValidationError

from risorius.errors import InputError, did_you_mean
from risorius.perform.scene import Context, Persona
from risorius.perform.score.beats import KINDS, Place
from risorius.perform.score.notation import Path, Spot
from risorius.perform.score.words import movement_words, unknown

__all__ = ["Fault", "Located", "faults_of", "located", "refusal"]

Located: TypeAlias = tuple[Spot | None, str]
"""A place in a text, where there is one, and what is wrong there."""

TYPES = {
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "model_type": "a mapping",
    "dataclass_type": "a mapping",
}
BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}
TAGS = ("word", "number", "place", "dials")
"""What pydantic calls the branch that a value took; nobody wrote it."""
MEASURED = ("say", "micro", "twitch", "blink", "swallow")
"""Beats whose length follows from what they are."""


class Fault(NamedTuple):
    """One thing that is wrong, and where."""

    path: Path
    text: str


def faults_of(error: ValidationError) -> list[Fault]:
    """Return what a validation found, in plain words with what was probably meant."""
    return [
        Fault(_without_kind(entry["loc"]), _explain(entry))
        for entry in error.errors(include_url=False)
    ]


def located(faults: Iterable[Fault], spots: Mapping[Path, Spot] | None) -> list[Located]:
    """Return every fault with its place in the text, or with the number of its beat."""
    if spots is None:
        return [(None, f"{_address(fault.path)}{fault.text}") for fault in faults]
    return [(_spot(fault.path, spots), fault.text) for fault in faults]


def refusal(problems: Iterable[Located], source: str = "") -> InputError:
    """Return one error that tells all problems of one score, in the order of its text.

    Examples
    --------
    >>> print(refusal([(Spot(3, 5), "a beat ends before it begins.")], "scene.yaml"))
    scene.yaml: line 3, column 5: a beat ends before it begins.
    """
    ordered = sorted(problems, key=lambda problem: problem[0] or Spot(0, 0))
    told = dict.fromkeys(f"{spot}: {text}" if spot else text for spot, text in ordered)
    begin = f"{source}: " if source else ""
    if len(told) == 1:
        return InputError(f"{begin}{next(iter(told))}")
    return InputError("\n  ".join([f"{begin}{len(told)} problems", *told]))


def _without_kind(path: Path) -> Path:
    """Return the path of a fault without the word that only told pydantic which beat it is."""
    return (*path[:2], *path[3:]) if path[:1] == ("beats",) else tuple(path)


def _spot(path: Path, spots: Mapping[Path, Spot]) -> Spot:
    # The path of a fault may also name inner fields, which the text does not have.
    here: Path = ()
    for part in path:
        if (*here, part) in spots:
            here = (*here, part)
    return spots.get(here, Spot(1, 1))


def _address(path: Path) -> str:
    if len(path) > 1 and path[0] == "beats" and isinstance(path[1], int):
        return f"beat {path[1] + 1}: "
    return f"{path[0]}: " if path else ""


def _explain(entry: Mapping[str, Any]) -> str:
    kind, path, value = entry["type"], entry["loc"], entry.get("input")
    context = entry.get("ctx", {})
    words = [part for part in path if isinstance(part, str) and part not in TAGS]
    field = words[-1] if words else "score"
    field = {"with_": "with", "for_": "for", "[key]": "name"}.get(field, field)
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return _extra(path)
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return str(
            unknown(f"word for {field!r}:", value, re.findall(r"'([^']*)'", context["expected"]))
        )
    if kind == "missing":
        return f"{field!r} is missing."
    if value is None:
        return f"{field!r} has no value."
    if kind in BOUNDS:
        word, bound = BOUNDS[kind]
        return f"{field!r} must be {word} {context[bound]:g}, not {value:g}."
    if kind in TYPES:
        return f"{field!r} must be {TYPES[kind]}, not {value!r:.60}."
    if kind == "string_pattern_mismatch":
        return f"{value!r:.60} is no {field}: letters, digits, - and _ only, a letter first."
    if kind in ("too_short", "string_too_short"):
        return f"{field!r} is empty."
    return f"{field!r}: {entry['msg'][:1].lower()}{entry['msg'][1:]}."


def _extra(path: Path) -> str:
    word = str(path[-1])
    group = next((part for part in path if part in ("persona", "context", "places")), None)
    if path[0] == "beats":
        kind = str(path[2])
        if word in ("for", "until") and kind in MEASURED:
            hint = " Use 'ms'." if kind in ("micro", "twitch") else ""
            return f"{word!r} does not go with {kind!r}: its length follows from what it is.{hint}"
        known = _words(Place) if "place" in path else _words(KINDS[kind])
        where = "of a place" if "place" in path else f"in a {kind!r} beat"
        if kind == "move":
            known = [*known, *movement_words()]
    elif group:
        model = {"persona": Persona, "context": Context, "places": Place}[str(group)]
        known, where = _words(model), f"in {group!r}"
    else:
        from risorius.perform.score.score import Score

        known, where = _words(Score), "in a score"
    hint = did_you_mean(word, known) or f"There are {', '.join(known[:16])}."
    return f"unknown word {word!r:.60} {where}. {hint}"


def _words(model: Any) -> list[str]:
    if isinstance(model, type) and issubclass(model, BaseModel):
        named = ((field.alias or name) for name, field in model.model_fields.items())
        return [name for name in named if name != "moves"]
    return [field.name for field in fields(model)]
