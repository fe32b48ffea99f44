"""``risorius atlas``: what is known, with its evidence and sources."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from risorius.anatomy import (
    ActionUnit,
    ArkitShape,
    Atlas,
    Channel,
    Drive,
    Entry,
    Expression,
    Muscle,
    Nerve,
    Quantity,
    load_atlas,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["atlas"]

Row = tuple[str, str]

_BASIS = {
    "C": "checked against a public abstract",
    "R": "recalled from the literature, not re-read",
    "D": "design default, not measured",
}
_KINDS = {
    Muscle: "muscle",
    Channel: "channel",
    ActionUnit: "action unit",
    ArkitShape: "ARKit shape",
    Expression: "expression",
    Nerve: "nerve",
}


def atlas(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A muscle, channel, nerve, action unit, ARKit shape or expression.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Everything, for a program to read.")
    ] = False,
) -> None:
    """Show what is known about a muscle, an action unit or an expression, with its sources.

    Without a name: all muscles by region.

    Example: [bold]risorius atlas zygomaticus_major[/bold] · [bold]risorius atlas AU12[/bold] ·
    [bold]risorius atlas happiness --json[/bold]
    """
    whole = load_atlas()
    entry = whole.find(name) if name is not None else None
    if as_json:
        content = _plain_atlas(whole) if entry is None else _plain_entry(entry)
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as page:
        for block in _overview(whole) if entry is None else _sheet(whole, entry):
            console.print(block)
    typer.echo("\n".join(line.rstrip() for line in page.get().splitlines()))


def _plain_atlas(whole: Atlas) -> dict[str, Any]:
    tables = {
        field.name: [_plain(entry) for entry in getattr(whole, field.name)]
        for field in dataclasses.fields(whole)
    }
    return {"schema_version": 1, **tables}


def _plain_entry(entry: Entry) -> dict[str, Any]:
    return {"schema_version": 1, "kind": _KINDS[type(entry)], **_plain(entry)}


def _plain(value: Any) -> Any:
    """Turn dataclasses and named tuples into what JSON knows."""
    if dataclasses.is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, tuple):
        names = getattr(value, "_fields", None)
        items = [_plain(item) for item in value]
        return items if names is None else dict(zip(names, items, strict=True))
    return value


def _overview(whole: Atlas) -> Iterator[RenderableType]:
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    regions = dict.fromkeys(muscle.region for muscle in whole.muscles)
    numbers = {nerve.id: nerve.number for nerve in whole.nerves}
    for region in regions:
        table = Table(box=None, expand=True, padding=(0, 1, 0, 0), title_justify="left")
        table.title = Text(region, style="bold underline")
        table.add_column("muscle", ratio=1)
        table.add_column("nerve", width=7)
        table.add_column("action units", width=16)
        for muscle in whole.muscles:
            if muscle.region == region:
                action = Text(f"{muscle.english}: {muscle.action}")
                about = Group(Text(muscle.id, style="bold"), Padding(action, (0, 0, 0, 2)))
                nerves = dict.fromkeys(numbers[supply.nerve] for supply in muscle.supplies)
                table.add_row(about, ", ".join(nerves), " ".join(muscle.action_units) or "none")
        yield table
        yield ""
    yield (
        f"{len(whole.muscles)} muscles (a pair counts once) with {len(whole.channels)} channels, "
        f"{len(whole.action_units)} action units, {len(whole.expressions)} expressions. "
        "More about one: risorius atlas NAME"
    )


def _sheet(whole: Atlas, entry: Entry) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    match entry:
        case Muscle():
            title, rows = f"{entry.id}: {entry.english}", _muscle_rows(whole, entry)
        case Channel():
            title, rows = f"{entry.id}: {entry.english}", _channel_rows(whole, entry)
        case ActionUnit():
            title, rows = f"{entry.id}: {entry.name}", _unit_rows(whole, entry)
        case ArkitShape():
            title, rows = entry.name, _shape_rows(whole, entry)
        case Expression():
            title, rows = f"{entry.id}: {entry.name}", _expression_rows(whole, entry)
        case Nerve():
            title, rows = f"{entry.number}: {entry.english}", _nerve_rows(whole, entry)
    yield Text.assemble((title, "bold"), f"  ({_KINDS[type(entry)]})")
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(width=16)
    grid.add_column(ratio=1)
    for label, lines in groupby(rows, key=lambda row: row[0]):
        for index, (_, text) in enumerate(lines):
            grid.add_row(Text("" if index else label, style="cyan"), Text(text))
    yield grid


def _muscle_rows(whole: Atlas, muscle: Muscle) -> Iterator[Row]:
    yield "latin", muscle.latin
    yield "region", f"{muscle.region}; {muscle.laterality}; {muscle.type}"
    yield "origin", muscle.origin
    yield "insertion", muscle.insertion
    yield "fibres", muscle.fibre_direction
    yield "action", muscle.action
    for part in muscle.parts:
        driven = "own channel" if part.is_channel else "no channel of its own"
        yield "parts", f"{part.id} ({driven})" + (f": {part.note}" if part.note else "")
    yield from _units(whole, muscle.action_units, "action units")
    for supply in muscle.supplies:
        nerve = whole.nerve(supply.nerve)
        names = {branch.id: branch.english for branch in nerve.branches}
        branches = ", ".join(names[branch] for branch in supply.branches)
        yield (
            "nerve",
            f"{nerve.english} ({nerve.number})"
            + (f": {branches}" if branches else "")
            + (f", for {supply.part}" if supply.part else ""),
        )
    yield from _listed("antagonists", muscle.antagonists)
    yield from _listed("synergists", muscle.synergists)
    yield from _quantity_rows("rest length", muscle.rest_length)
    yield from _quantity_rows("max shortening", muscle.max_shortening)
    yield from _quantity_rows("slow fibres", muscle.type_I_share)
    yield from _quantity_rows("thickness", muscle.thickness)
    for wrinkle in muscle.wrinkles:
        units = f" ({', '.join(wrinkle.action_units)})" if wrinkle.action_units else ""
        yield "wrinkles", f"{wrinkle.name}{units}: {wrinkle.pattern}"
    for channel in muscle.channels:
        if hidden := whole.channel(channel).hidden:
            yield "camera", f"cannot see it: {hidden}"
            break
    yield from _texts(("left and right", muscle.sides), ("notes", muscle.notes))
    yield from _standing(muscle.evidence, muscle.sources)


def _channel_rows(whole: Atlas, channel: Channel) -> Iterator[Row]:
    muscle = whole.muscle(channel.muscle)
    yield "muscle", f"{muscle.id}: {muscle.action}"
    yield "part", next(part.note for part in muscle.parts if part.id == channel.part)
    yield "moves", channel.moves
    yield "camera", f"cannot see it: {channel.hidden}" if channel.hidden else "can see it"
    driven = [u.id for u in whole.action_units if any(d.channel == channel.id for d in u.drive)]
    yield from _units(whole, driven, "driven by")
    yield from _standing(muscle.evidence, muscle.sources)


def _unit_rows(whole: Atlas, unit: ActionUnit) -> Iterator[Row]:
    if unit.directed:
        yield "sides", "goes to one side: .left or .right"
    elif unit.sided:
        yield "sides", "left and right can be scored apart"
    if unit.default_side:
        yield "sides", f"without a side: {unit.default_side}"
    yield from _listed("muscles", unit.muscles)
    yield from _listed("lets go", unit.relaxes)
    yield from _drive_rows(unit.drive)
    shapes = ", ".join(f"{shape} {weight:g}" for shape, weight in unit.arkit)
    yield "ARKit", f"{shapes} [{_BASIS['D']}]" if shapes else "no shape for it"
    yield from _quantity_rows(f"{unit.landmark} travels", unit.travel)
    yield from _units(whole, unit.opposes, "opposes")
    for rule in whole.rules:
        if unit.id in rule.action_units:
            yield "rules", f"{', '.join(rule.action_units)}: {rule.rule} [{_grade(rule)}]"
    part_of = [
        expression.id
        for expression in whole.expressions
        if any(component.action_unit == unit.id for component in expression.components)
    ]
    yield from _listed("part of", part_of)
    yield from _texts(("retired", unit.retired), ("notes", unit.notes))
    yield from _standing(unit.evidence, unit.sources)


def _shape_rows(whole: Atlas, shape: ArkitShape) -> Iterator[Row]:
    yield "side", f"the person's {shape.side}" if shape.side else "both sides at once"
    yield from _units(whole, shape.action_units, "shows")
    yield from _drive_rows(shape.drive)
    yield from _standing(shape.evidence, shape.sources)


def _expression_rows(whole: Atlas, expression: Expression) -> Iterator[Row]:
    yield from _listed("also called", expression.aliases)
    if expression.universal:
        yield "standing", "one of the seven that are most often called universal"
    for component in expression.components:
        unit = whole.action_unit(component.action_unit)
        side = f", {expression.default_side} side only" if component.one_sided else ""
        yield (
            "action units",
            f"{unit.id} {unit.name}: {component.typical:g} everyday, {component.most:g} at most, "
            f"{component.role}{side}" + (f" ({component.note})" if component.note else ""),
        )
    if expression.components:
        yield "", f"strengths: {_BASIS['D']}"
    if expression.timing is not None:
        for part in dataclasses.fields(expression.timing):
            yield from _quantity_rows(part.name, getattr(expression.timing, part.name))
    for companion in expression.companions:
        yield "meanwhile", f"{companion.part}: {companion.does}"
    yield from _texts(("score", expression.score), ("notes", expression.notes))
    yield "basis", _BASIS[expression.basis]
    yield from _standing(expression.evidence, expression.sources)


def _nerve_rows(whole: Atlas, nerve: Nerve) -> Iterator[Row]:
    yield "latin", nerve.latin
    yield "course", nerve.course
    for branch in nerve.branches:
        reached = [
            muscle.id
            for muscle in whole.muscles
            if any(s.nerve == nerve.id and branch.id in s.branches for s in muscle.supplies)
        ]
        yield "branches", f"{branch.english} ({branch.latin}): {branch.supplies}"
        yield "branches", f"  from: {branch.leaves}; muscles: {', '.join(reached)}"
    if not nerve.branches:
        yield from _listed("muscles", nerve.muscles)
    yield from _texts(("notes", nerve.notes))
    yield from _standing(nerve.evidence, nerve.sources)


def _units(whole: Atlas, names: Iterable[str], label: str) -> Iterator[Row]:
    for name in names:
        yield label, f"{name} {whole.action_unit(name).name}"


def _drive_rows(drives: Iterable[Drive]) -> Iterator[Row]:
    by_channel: dict[str, dict[str, float]] = {}
    for drive in drives:
        by_channel.setdefault(drive.channel, {})[drive.side] = drive.weight
    for channel, sides in by_channel.items():
        only = "" if len(sides) == 2 else f", {next(iter(sides))} only"
        yield "drives", f"{channel} {max(sides.values()):g}{only}"
    yield "", f"weights: {_BASIS['D']}"


def _quantity_rows(label: str, quantity: Quantity | None) -> Iterator[Row]:
    if quantity is not None:
        kind = "" if quantity.meaning == "typical" else f", {quantity.meaning}"
        sources = f"; {'; '.join(quantity.sources)}" if quantity.sources else ""
        note = f". {quantity.note}" if quantity.note else ""
        basis = _BASIS[quantity.basis]
        yield label, f"{quantity}{kind} [{quantity.evidence} evidence; {basis}{sources}]{note}"


def _grade(entry: Any) -> str:
    return f"{entry.evidence} evidence; {_BASIS[entry.basis]}; {'; '.join(entry.sources)}"


def _listed(label: str, names: Iterable[str]) -> Iterator[Row]:
    if text := ", ".join(names):
        yield label, text


def _texts(*rows: Row) -> Iterator[Row]:
    yield from (row for row in rows if row[1])


def _standing(evidence: str, sources: Iterable[str]) -> Iterator[Row]:
    yield "evidence", evidence
    for source in sources:
        yield "sources", source
