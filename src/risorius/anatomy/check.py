"""The facts checker: numbers have unit, evidence, basis and source; names lead somewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import yaml

from risorius.anatomy.crosscheck import link_problems
from risorius.anatomy.load import LOADER
from risorius.anatomy.quantity import BASE_UNITS, CENTRES
from risorius.anatomy.sheet import NUMBERS, SHEETS, STANDING, STATEMENTS, WORDS

__all__ = ["FACTS", "Problem", "check_facts"]

FACTS = Path(__file__).parent / "facts"

ATLAS_FILES = ("muscles", "nerves", "action_units", "arkit", "expressions")
_EVIDENCE = ("strong", "moderate", "weak")
_BASES = ("C", "R", "D")
_FACT_KEYS = {*NUMBERS, *STANDING, *WORDS, *STATEMENTS, "sd", "unit", "n"}

# Tables of plain numbers, and the header that says once for the whole file how they stand.
_TABLES = {
    ("action_units", "drive"): "drive_weights",
    ("action_units", "arkit"): "arkit_weights",
    ("arkit", "drive"): "drive_weights",
    ("expressions", "action_units"): "component_amounts",
}


class Problem(NamedTuple):
    """What is wrong, and where."""

    file: str
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.text}"


class _Loader(LOADER):  # type: ignore[misc, valid-type]  # which one depends on how PyYAML was built
    """Refuses a key that is there twice, which YAML readers silently overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = Counter(key.value for key, _ in node.value)
        if twice := [name for name, count in names.items() if count > 1]:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {twice[0]!r} is there twice", node.start_mark
            )
        return cast("dict[Hashable, Any]", super().construct_mapping(node, deep))


def check_facts(folder: Path = FACTS) -> list[Problem]:
    """Return everything that is wrong with the facts files in a folder.

    Parameters
    ----------
    folder : Path
        Where ``muscles.yaml`` and the others lie.

    Returns
    -------
    problems : list of Problem
        Empty when all is well.
    """
    problems: list[Problem] = []
    contents: dict[str, dict[str, Any]] = {}
    known = {f"{name}.yaml" for name in (*ATLAS_FILES, *SHEETS)}
    for path in sorted(folder.glob("*.yaml")):
        if path.name not in known:
            problems.append(Problem(path.name, "", "no such facts file is read by anything"))
            continue
        try:
            contents[path.stem] = yaml.load(path.read_text("utf-8"), Loader=_Loader)
        except yaml.YAMLError as error:
            problems.append(Problem(path.name, "", f"not readable: {' '.join(str(error).split())}"))
    missing = known - {path.name for path in folder.glob("*.yaml")}
    problems += [Problem(name, "", "the file is missing") for name in sorted(missing)]
    for name, content in contents.items():
        found = _file_problems(name, content)
        problems += [Problem(f"{name}.yaml", path, text) for path, text in found]
    if set(contents) >= set(ATLAS_FILES):
        problems += [
            Problem(f"{file}.yaml", path, text) for file, path, text in link_problems(contents)
        ]
    return problems


def _file_problems(name: str, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    around = {key: content[key] for key in STANDING if key in content}
    for key, value in content.items():
        if key not in ("schema_version", "conventions", *STANDING):
            yield from _walk(name, key, key, value, around, content)


def _walk(
    file: str,
    path: str,
    key: str,
    value: Any,
    around: Mapping[str, Any],
    content: Mapping[str, Any],
) -> Iterator[tuple[str, str]]:
    """Check one node of the tree and all below it."""
    if header := _TABLES.get((file, key)) if path != key else None:
        if header not in content:
            yield path, f"plain numbers, but no header {header!r} says how they stand"
        yield from _table_problems(path, value)
    elif isinstance(value, dict):
        given = {**around, **{word: value[word] for word in STANDING if word in value}}
        if any(word in value for word in NUMBERS):
            yield from _quantity_problems(path, value, given)
        elif any(word in value for word in STATEMENTS) or "basis" in value:
            yield from _standing_problems(path, given)
        elif "evidence" in value and given["evidence"] not in _EVIDENCE:
            yield path, f"evidence must be {', '.join(_EVIDENCE)}, not {given['evidence']!r}"
        for word, item in value.items():
            if word not in _FACT_KEYS:
                yield from _walk(file, f"{path}.{word}", str(word), item, given, content)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            label = item.get("id", item.get("name", index)) if isinstance(item, dict) else index
            yield from _walk(file, f"{path}.{label}", "", item, around, content)
    elif _is_number(value):
        yield path, f"the bare number {value} has no unit, evidence, basis and source"


def _quantity_problems(
    path: str, entry: Mapping[str, Any], given: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    yield from _standing_problems(path, given)
    if "unit" not in entry:
        yield path, "a number without a unit (unit: '1' for shares)"
    elif entry["unit"] not in BASE_UNITS:
        yield path, f"unknown unit {entry['unit']!r}; known are {', '.join(BASE_UNITS)}"
    centres = [key for key in CENTRES if key in entry]
    if len(centres) > 1:
        yield path, f"says {' and '.join(centres)}; one of them must do"
    bad = [key for key in (*centres, "sd") if key in entry and not _is_number(entry[key])]
    span = entry.get("range")
    if span is not None and not (
        isinstance(span, list) and len(span) == 2 and all(_is_number(end) for end in span)
    ):
        bad.append("range")
    if bad:
        yield path, f"{', '.join(bad)} must be numbers (range: [low, high])"
        return
    if span is not None:
        if span[0] > span[1]:
            yield path, f"the range {span} runs backwards"
        elif centres and not span[0] <= entry[centres[0]] <= span[1]:
            yield path, f"{centres[0]} {entry[centres[0]]} lies outside its range {span}"
    if entry.get("sd", 0) < 0:
        yield path, "a standard deviation below zero"
    if "n" in entry and not isinstance(entry["n"], int):
        yield path, "n must be a count of people"


def _standing_problems(path: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    evidence, basis = given.get("evidence"), given.get("basis")
    if evidence not in _EVIDENCE:
        yield path, f"evidence must be {', '.join(_EVIDENCE)}, not {evidence!r}"
    if basis not in _BASES:
        yield path, f"basis must be {', '.join(_BASES)}, not {basis!r}"
    sources = given.get("sources", [])
    if not isinstance(sources, list) or not all(isinstance(s, str) and s for s in sources):
        yield path, "sources must be a list of texts"
    elif basis in ("C", "R") and not sources:
        yield path, f"basis {basis} needs a source; a design default says basis: D"
    if basis == "D" and evidence in ("strong", "moderate"):
        yield path, f"a design default cannot have {evidence} evidence"


def _table_problems(path: str, value: Any) -> Iterator[tuple[str, str]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, (dict, list)):
            label = item.get("action_unit", key) if isinstance(item, dict) else key
            yield from _table_problems(f"{path}.{label}", item)
        elif _is_number(item) and not 0 < item <= 1:
            yield f"{path}.{key}", f"{item} must lie above 0 and up to 1"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
