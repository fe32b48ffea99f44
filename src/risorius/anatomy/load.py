"""Reading the atlas from its YAML files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, cast

import yaml

from risorius.anatomy.atlas import Atlas
from risorius.anatomy.movement import (
    SIDES,
    ActionUnit,
    ArkitShape,
    ArkitWeight,
    Companion,
    Component,
    Drive,
    Expression,
    Rule,
    Timing,
)
from risorius.anatomy.muscle import Branch, Channel, Muscle, Nerve, Part, Supply, Wrinkle
from risorius.anatomy.quantity import Quantity, read_quantity

__all__ = ["load_atlas", "read_yaml"]

# libyaml reads the atlas ten times faster; wheels of PyYAML carry it, source builds may not.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(name: str) -> dict[str, Any]:
    """Return the raw content of one facts file, such as ``muscles``."""
    text = (resources.files("risorius.anatomy") / "facts" / f"{name}.yaml").read_text("utf-8")
    return cast("dict[str, Any]", yaml.load(text, Loader=LOADER))


@cache
def load_atlas() -> Atlas:
    """Return the atlas; it is read once.

    Returns
    -------
    atlas : Atlas

    Examples
    --------
    >>> atlas = load_atlas()
    >>> atlas.muscle("zygomaticus_major").action
    'pulls mouth corner back and up at about 45 degrees'
    >>> print(atlas.muscle("zygomaticus_major").rest_length)
    65 (58 to 72) mm
    """
    units_file = read_yaml("action_units")
    arkit_file = read_yaml("arkit")
    muscles_file = read_yaml("muscles")
    muscle_entries = muscles_file["muscles"]
    shapes = tuple(str(entry["name"]) for entry in arkit_file["shapes"])
    units = tuple(_action_unit(entry, units_file, shapes) for entry in units_file["action_units"])
    muscles = tuple(_muscle(entry, muscles_file, units) for entry in muscle_entries)
    return Atlas(
        muscles=muscles,
        nerves=tuple(_nerve(entry, muscles) for entry in read_yaml("nerves")["nerves"]),
        channels=tuple(channel for entry in muscle_entries for channel in _channels(entry)),
        action_units=units,
        rules=tuple(_rule(entry) for entry in units_file["rules"]),
        arkit=tuple(_arkit_shape(entry, arkit_file, units) for entry in arkit_file["shapes"]),
        expressions=tuple(_expression(entry) for entry in read_yaml("expressions")["expressions"]),
    )


def _channels(entry: Mapping[str, Any]) -> Iterator[Channel]:
    parts = [part for part in entry["parts"] if part.get("channel")]
    for part in parts or [{}]:
        name = part.get("id", "")
        yield Channel(
            id=f"{entry['id']}.{name}" if name else entry["id"],
            muscle=entry["id"],
            part=name,
            moves=part.get("moves", entry["moves"]),
            hidden=part.get("hidden", entry.get("hidden", "")),
            english=f"{entry['english']}, {part['english']}" if name else entry["english"],
        )


def _muscle(
    entry: Mapping[str, Any], file: Mapping[str, Any], units: Sequence[ActionUnit]
) -> Muscle:
    def known(name: str) -> Quantity | None:
        return read_quantity(entry[name], entry) if name in entry else None

    return Muscle(
        id=entry["id"],
        latin=entry["latin"],
        english=entry["english"],
        group=entry["group"],
        region=file["regions"][entry["group"]],
        laterality=entry["laterality"],
        parts=tuple(
            Part(
                id=part["id"],
                note=part.get("note", ""),
                is_channel=bool(part.get("channel", False)),
            )
            for part in entry["parts"]
        ),
        channels=tuple(channel.id for channel in _channels(entry)),
        origin=entry["origin"],
        insertion=entry["insertion"],
        action=entry["action"],
        action_units=tuple(
            unit.id
            for unit in units
            if any(muscle.partition(".")[0] == entry["id"] for muscle in unit.muscles)
        ),
        supplies=tuple(
            Supply(
                nerve=supply["nerve"],
                branches=tuple(supply["branches"]),
                part=supply.get("part", ""),
            )
            for supply in entry["nerves"]
        ),
        antagonists=tuple(entry["antagonists"]),
        synergists=tuple(entry["synergists"]),
        type=entry["type"],
        fibre_direction=entry["fibre_direction"],
        rest_length=read_quantity(entry["rest_length"], entry),
        max_shortening=read_quantity(entry["max_shortening"], entry),
        type_I_share=known("type_I_share"),
        thickness=known("thickness"),
        wrinkles=tuple(
            Wrinkle(
                id=wrinkle["id"],
                name=wrinkle["name"],
                pattern=wrinkle["pattern"],
                action_units=tuple(wrinkle["action_units"]),
            )
            for wrinkle in entry["wrinkles"]
        ),
        notes=entry.get("notes", ""),
        sides=entry.get("sides", ""),
        evidence=entry["evidence"],
        sources=tuple(entry["sources"]),
    )


def _nerve(entry: Mapping[str, Any], muscles: Sequence[Muscle]) -> Nerve:
    return Nerve(
        id=entry["id"],
        number=entry["number"],
        latin=entry["latin"],
        english=entry["english"],
        course=entry["course"],
        branches=tuple(Branch(**branch) for branch in entry["branches"]),
        muscles=tuple(
            muscle.id
            for muscle in muscles
            if any(supply.nerve == entry["id"] for supply in muscle.supplies)
        ),
        notes=entry.get("notes", ""),
        evidence=entry["evidence"],
        sources=tuple(entry["sources"]),
    )


def _drives(weights: Mapping[str, Any]) -> tuple[Drive, ...]:
    return tuple(
        Drive(channel, side, float(weight[side] if isinstance(weight, dict) else weight))
        for channel, weight in weights.items()
        for side in SIDES
        if not isinstance(weight, dict) or side in weight
    )


def _action_unit(
    entry: Mapping[str, Any], file: Mapping[str, Any], shapes: Sequence[str]
) -> ActionUnit:
    travel = entry.get("travel")
    return ActionUnit(
        id=entry["id"],
        number=int(entry["id"].removeprefix("AU")),
        name=entry["name"],
        muscles=tuple(entry["muscles"]),
        relaxes=tuple(entry.get("relaxes", ())),
        sided=entry["sided"],
        default_side=entry.get("default_side"),
        directed=bool(entry.get("directed", False)),
        behaviour=bool(entry.get("behaviour", False)),
        retired=entry.get("retired", ""),
        drive=_drives(entry["drive"]),
        arkit=tuple(
            ArkitWeight(shape, float(weight))
            for name, weight in entry["arkit"].items()
            for shape in ((name,) if name in shapes else (f"{name}Left", f"{name}Right"))
        ),
        landmark=travel["landmark"] if travel else "",
        travel=read_quantity(travel, file) if travel else None,
        opposes=tuple(entry.get("opposes", ())),
        notes=entry.get("notes", ""),
        evidence=entry.get("evidence", file["evidence"]),
        sources=tuple(entry.get("sources", file["sources"])),
    )


def _arkit_shape(
    entry: Mapping[str, Any], file: Mapping[str, Any], units: Sequence[ActionUnit]
) -> ArkitShape:
    side = entry.get("side")
    names = tuple(entry["action_units"])
    if "drive" in entry:
        drive = _drives(entry["drive"])
    else:
        unit = next(unit for unit in units if unit.id == names[0])
        drive = unit.towards(side)
    return ArkitShape(
        name=entry["name"],
        side=side,
        action_units=names,
        drive=drive,
        evidence=file["evidence"],
        sources=tuple(file["sources"]),
    )


def _expression(entry: Mapping[str, Any]) -> Expression:
    timing = entry.get("timing")
    return Expression(
        id=entry["id"],
        name=entry["name"],
        aliases=tuple(entry["aliases"]),
        universal=bool(entry.get("universal", False)),
        default_side=entry.get("default_side"),
        components=tuple(
            Component(
                action_unit=component["action_unit"],
                typical=float(component["typ"]),
                most=float(component["max"]),
                role=component["role"],
                one_sided=bool(component.get("one_sided", False)),
                note=component.get("note", ""),
            )
            for component in entry["action_units"]
        ),
        timing=Timing(**{key: read_quantity(value, entry) for key, value in timing.items()})
        if timing
        else None,
        companions=tuple(Companion(*item) for item in entry.get("companions", {}).items()),
        score=entry.get("score", ""),
        notes=entry.get("notes", ""),
        evidence=entry["evidence"],
        basis=entry["basis"],
        sources=tuple(entry.get("sources", ())),
    )


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        id=entry["id"],
        kind=entry["kind"],
        action_units=tuple(entry["action_units"]),
        rule=entry["rule"],
        evidence=entry["evidence"],
        basis=entry["basis"],
        sources=tuple(entry["sources"]),
    )
