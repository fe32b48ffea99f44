"""``risorius bake``: the full-quality rig of any face."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["bake"]


def bake(
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Where to write a copy of the rig."),
    ] = None,
    age_years: Annotated[float, typer.Option("--age", help="Age in years.")] = 30.0,
    sex: Annotated[float, typer.Option(help="0 female, 1 male.")] = 0.5,
    weight: Annotated[float, typer.Option(help="0 thin, 1 heavy.")] = 0.5,
) -> None:
    """Solve the tissue of a face in many poses; from then on that face moves in full quality.

    It takes minutes. When it is stopped, run it again: it goes on where it was.

    Example: [bold]risorius bake --age 70 --sex 0 -o old_woman.rig[/bold]
    """
    from risorius.cli.progress import bar
    from risorius.face import bake_face
    from risorius.files import replacing

    with bar("muscles into skin") as progress:
        kept = bake_face(age_years=age_years, sex=sex, weight=weight, progress=progress)
    if out:
        with replacing(out) as beside:
            beside.write_bytes(kept.read_bytes())
        kept = out
    typer.echo(f"{kept}: {kept.stat().st_size / 1e6:.1f} MB")
