"""``risorius bake``: the rig of any face."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["bake"]


def bake(
    out: Annotated[Path, typer.Option("-o", "--out", help="Where to write the rig.")] = Path(
        "face.rig"
    ),
    age_years: Annotated[float, typer.Option("--age", help="Age in years.")] = 30.0,
    sex: Annotated[float, typer.Option(help="0 female, 1 male.")] = 0.5,
    weight: Annotated[float, typer.Option(help="0 thin, 1 heavy.")] = 0.5,
) -> None:
    """Solve the skin of a face for every muscle and write its rig.

    Example: [bold]risorius bake --age 70 --sex 0 -o old_woman.rig[/bold]
    """
    from risorius.cli.progress import bar
    from risorius.head import load_head
    from risorius.skin import bake_rig, save_rig

    head = load_head(age_years=age_years, sex=sex, weight=weight)
    with bar("muscles into skin") as progress:
        rig = bake_rig(head, progress=progress)
    save_rig(rig, out)
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB")
