"""Whether every name in the atlas files leads somewhere, and relations hold both ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from risorius.errors import did_you_mean

__all__ = ["link_problems"]

Found: TypeAlias = Iterator[tuple[str, str, str]]
"""File, path and what is wrong."""

ARKIT_COUNT = 52


def link_problems(contents: Mapping[str, Mapping[str, Any]]) -> Found:
    """Yield every broken link between the atlas files.

    Parameters
    ----------
    contents : mapping
        The raw content of ``muscles``, ``nerves``, ``action_units``, ``arkit``, ``expressions``,
        and of ``lesions`` where it is there.
    """
    muscles = contents["muscles"]["muscles"]
    parts = {
        f"{muscle['id']}.{part['id']}" for muscle in muscles for part in muscle.get("parts", ())
    }
    channels = set(_channels(muscles))
    anatomy = {muscle["id"] for muscle in muscles} | parts
    units = {unit["id"] for unit in contents["action_units"]["action_units"]}
    shapes = [shape["name"] for shape in contents["arkit"]["shapes"]]
    yield from _muscle_problems(contents, anatomy, units)
    yield from _relation_problems(muscles)
    yield from _unit_problems(contents["action_units"], anatomy, channels, units, shapes)
    yield from _arkit_problems(contents["arkit"]["shapes"], channels, units)
    yield from _expression_problems(contents["expressions"]["expressions"], units)
    yield from _name_problems(contents, channels)
    if "lesions" in contents:
        yield from _lesion_problems(contents, anatomy, channels)


def _channels(muscles: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for muscle in muscles:
        own = [part["id"] for part in muscle.get("parts", ()) if part.get("channel")]
        yield from (f"{muscle['id']}.{part}" for part in own)
        if not own:
            yield muscle["id"]


def _unknown(kind: str, names: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    table = set(known)
    for name in names:
        if name not in table:
            yield f"unknown {kind} {name!r}. {did_you_mean(str(name), table)}".rstrip()


def _muscle_problems(
    contents: Mapping[str, Mapping[str, Any]], anatomy: set[str], units: set[str]
) -> Found:
    nerves = {nerve["id"]: nerve for nerve in contents["nerves"]["nerves"]}
    reached = set()
    for muscle in contents["muscles"]["muscles"]:
        path = f"muscles.{muscle['id']}"
        for relation in ("antagonists", "synergists"):
            for text in _unknown("muscle", muscle[relation], anatomy):
                yield "muscles", f"{path}.{relation}", text
        for wrinkle in muscle["wrinkles"]:
            for text in _unknown("action unit", wrinkle["action_units"], units):
                yield "muscles", f"{path}.wrinkles.{wrinkle['id']}", text
        if muscle["group"] not in contents["muscles"]["regions"]:
            yield "muscles", f"{path}.group", f"unknown group {muscle['group']!r}"
        if not muscle.get("sources"):
            yield "muscles", path, "no source"
        if not muscle["nerves"]:
            yield "muscles", f"{path}.nerves", "no nerve"
        for supply in muscle["nerves"]:
            where = f"{path}.nerves.{supply['nerve']}"
            for text in _unknown("nerve", [supply["nerve"]], nerves):
                yield "muscles", where, text
            branches = [b["id"] for b in nerves.get(supply["nerve"], {}).get("branches", ())]
            if supply["nerve"] in nerves:
                for text in _unknown("branch", supply["branches"], branches):
                    yield "muscles", where, text
            if "part" in supply:
                own = [part["id"] for part in muscle["parts"]]
                for text in _unknown("part", [supply["part"]], own):
                    yield "muscles", where, text
            reached |= {(supply["nerve"], branch) for branch in supply["branches"]}
    for nerve in nerves.values():
        for branch in nerve["branches"]:
            if (nerve["id"], branch["id"]) not in reached:
                path = f"nerves.{nerve['id']}.{branch['id']}"
                yield "nerves", path, "no muscle is supplied by this branch"


def _relation_problems(muscles: Iterable[Mapping[str, Any]]) -> Found:
    """Antagonists and synergists hold both ways, at the level of whole muscles."""
    table = {muscle["id"]: muscle for muscle in muscles}
    for muscle in table.values():
        for relation in ("antagonists", "synergists"):
            for name in muscle[relation]:
                other = table.get(name.partition(".")[0])
                path = f"muscles.{muscle['id']}.{relation}"
                if other is muscle:
                    yield "muscles", path, f"{name} is the muscle itself"
                elif other is not None and muscle["id"] not in {
                    back.partition(".")[0] for back in other[relation]
                }:
                    text = f"{other['id']} does not name {muscle['id']} among its {relation}"
                    yield "muscles", path, text


def _unit_problems(
    file: Mapping[str, Any],
    anatomy: set[str],
    channels: set[str],
    units: set[str],
    shapes: list[str],
) -> Found:
    arkit_names = {*shapes, *(s.removesuffix("Left") for s in shapes if s.endswith("Left"))}
    opposed = {unit["id"]: set(unit.get("opposes", ())) for unit in file["action_units"]}
    for unit in file["action_units"]:
        path = f"action_units.{unit['id']}"
        for key in ("muscles", "relaxes"):
            for text in _unknown("muscle", unit.get(key, ()), anatomy):
                yield "action_units", f"{path}.{key}", text
        for text in _unknown("channel", unit["drive"], channels):
            yield "action_units", f"{path}.drive", text
        driven = {*unit["drive"], *(channel.partition(".")[0] for channel in unit["drive"])}
        for muscle in unit["muscles"]:
            if muscle in anatomy and muscle not in driven:
                yield "action_units", f"{path}.drive", f"does not drive its own muscle {muscle}"
        for text in _unknown("ARKit shape", unit["arkit"], arkit_names):
            yield "action_units", f"{path}.arkit", text
        for text in _unknown("action unit", unit.get("opposes", ()), units):
            yield "action_units", f"{path}.opposes", text
        for other in opposed[unit["id"]] & units:
            if unit["id"] not in opposed[other]:
                yield "action_units", f"{path}.opposes", f"{other} does not oppose {unit['id']}"
    for rule in file["rules"]:
        for text in _unknown("action unit", rule["action_units"], units):
            yield "action_units", f"rules.{rule['id']}", text


def _arkit_problems(shapes: list[Mapping[str, Any]], channels: set[str], units: set[str]) -> Found:
    if len(shapes) != ARKIT_COUNT:
        yield "arkit", "shapes", f"{len(shapes)} shapes; ARKit has {ARKIT_COUNT}"
    for shape in shapes:
        path = f"shapes.{shape['name']}"
        for text in _unknown("action unit", shape["action_units"], units):
            yield "arkit", path, text
        for text in _unknown("channel", shape.get("drive", ()), channels):
            yield "arkit", f"{path}.drive", text
        if not shape["action_units"] and "drive" not in shape:
            yield "arkit", path, "neither an action unit nor a drive"
        side = shape.get("side")
        named = next((s for s in ("left", "right") if shape["name"].endswith(s.title())), None)
        if side != named:
            yield "arkit", path, f"side {side!r}, but the name says {named!r}"


def _expression_problems(expressions: Iterable[Mapping[str, Any]], units: set[str]) -> Found:
    for expression in expressions:
        path = f"expressions.{expression['id']}"
        for component in expression["action_units"]:
            for text in _unknown("action unit", [component["action_unit"]], units):
                yield "expressions", path, text
            if not component["typ"] <= component["max"]:
                text = f"{component['action_unit']}: everyday strength above the greatest"
                yield "expressions", path, text
            if component.get("one_sided") and "default_side" not in expression:
                yield "expressions", path, "one-sided units, but no default_side"


def _name_problems(contents: Mapping[str, Mapping[str, Any]], channels: set[str]) -> Found:
    """No name means two things, whatever its case: `Atlas.find` takes any of them."""
    nerves = contents["nerves"]["nerves"]
    muscle_ids = [muscle["id"] for muscle in contents["muscles"]["muscles"]]
    tables: list[tuple[str, list[str]]] = [
        ("muscles", [*muscle_ids, *sorted(channels - set(muscle_ids))]),
        ("nerves", [nerve[key] for nerve in nerves for key in ("id", "number")]),
        ("action_units", [unit["id"] for unit in contents["action_units"]["action_units"]]),
        ("arkit", [shape["name"] for shape in contents["arkit"]["shapes"]]),
        (
            "expressions",
            [
                name
                for entry in contents["expressions"]["expressions"]
                for name in (entry["id"], *entry["aliases"])
            ],
        ),
    ]
    count = Counter(name.lower() for _, names in tables for name in names)
    for file, names in tables:
        for name in dict.fromkeys(names):
            if count[name.lower()] > 1:
                yield file, name, "the name is given twice"


def _lesion_problems(
    contents: Mapping[str, Mapping[str, Any]], anatomy: set[str], channels: set[str]
) -> Found:
    facts = contents["lesions"]["facts"]
    yield from _supply_problems(contents["muscles"]["muscles"], facts["supply"], channels)
    nerves = contents["nerves"]["nerves"]
    latin = {nerve["id"] for nerve in nerves}
    latin |= {branch["id"] for nerve in nerves for branch in nerve["branches"]}
    for text in _unknown("nerve or branch", contents["lesions"]["names"].values(), latin):
        yield "lesions", "names", text
    for region in ("forehead", "eye_closure"):
        for text in _unknown("channel", facts["central"][region]["channels"], channels):
            yield "lesions", f"facts.central.{region}", text
    for group in ("passive", "response"):
        rows = [name for name, row in facts["palsy"][group].items() if isinstance(row, dict)]
        for text in _unknown("channel", rows, channels):
            yield "lesions", f"facts.palsy.{group}", text
    for name, row in facts["synkinesis"]["patterns"].items():
        if isinstance(row, dict):
            for text in _unknown("channel", [*row["from"], *row["to"]], channels):
                yield "lesions", f"facts.synkinesis.patterns.{name}", text
    for name, row in facts["botulinum"]["spread"].items():
        if isinstance(row, dict):
            for text in _unknown("muscle", [name, *row["close"], *row["near"]], anatomy):
                yield "lesions", f"facts.botulinum.spread.{name}", text


def _supply_problems(
    muscles: Iterable[Mapping[str, Any]], table: Mapping[str, Any], channels: set[str]
) -> Found:
    """Where a muscle has several branches, each channel says what part each brings it."""
    rows = {name: row for name, row in table.items() if isinstance(row, dict)}
    for text in _unknown("channel", rows, channels):
        yield "lesions", "facts.supply", text
    for muscle in muscles:
        branches = [branch for supply in muscle["nerves"] for branch in supply["branches"]]
        own = {name: rows.get(name) for name in _channels([muscle])}
        if len(set(branches)) < 2:
            for name in own:
                if name in rows:
                    yield "lesions", f"facts.supply.{name}", "one branch needs no shares"
            continue
        shares = {
            name: {
                key: entry["typ"] for key, entry in (row or {}).items() if isinstance(entry, dict)
            }
            for name, row in own.items()
        }
        for name, row in shares.items():
            for text in _unknown("branch", row, branches):
                yield "lesions", f"facts.supply.{name}", text
            if abs(sum(row.values()) - 1.0) > 1e-9:
                yield "lesions", f"facts.supply.{name}", "the shares of the branches must make 1"
        for branch in dict.fromkeys(branches):
            if not any(branch in row for row in shares.values()):
                yield "lesions", f"facts.supply.{muscle['id']}", f"no share for {branch!r}"
