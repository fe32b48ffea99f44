"""``risorius bench``: the benchmark table."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from risorius.bench import Record

__all__ = ["bench"]


def bench(
    areas: Annotated[
        list[str] | None,
        typer.Argument(metavar="[AREA]...", help="read, rig, skin, perform; all when left out."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object per figure and line.")
    ] = False,
) -> None:
    """Measure every figure afresh, beside its bar and its peer in the same run.

    Exit code 0 only if all hold. Peers are installed into the cache on first use.

    Example: [bold]risorius bench perform read rig skin[/bold]
    """
    from rich.console import Console

    from risorius.bench import AREAS, measure

    console = Console(stderr=True)
    records = []
    with console.status("measuring ...") as status:
        for record in measure(areas or AREAS):
            records.append(record)
            status.update(f"measuring {record.area}: {len(records)} figures, {record.figure}")
            if as_json:
                typer.echo(json.dumps(dataclasses.asdict(record) | {"holds": record.holds}))
    if not as_json:
        _print_table(records)
    if any(record.holds is False for record in records):
        raise typer.Exit(1)


def _print_table(records: list[Record]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("area", "figure", "value", "unit", "bar", "holds", "against"):
        table.add_column(name, justify="right" if name == "value" else "left")
    for record in records:
        verdict = {True: "yes", False: "NO", None: ""}[record.holds]
        value = "-" if record.value is None else f"{record.value:.4g}"
        against = escape(record.against)
        table.add_row(record.area, record.figure, value, record.unit, record.bar, verdict, against)
    Console().print(table)
