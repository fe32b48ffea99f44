"""``risorius perform``: from a score to a moving face."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from risorius.cli.progress import bar

__all__ = ["perform"]


def perform(
    score: Annotated[
        Path, typer.Argument(metavar="SCORE", help="The score: .yaml, .json, .bml or .ssml.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Where to: .nc, .glb, .mp4 or .csv.")],
    rate: Annotated[float, typer.Option(help="Frames per second.")] = 120.0,
    seed: Annotated[
        int, typer.Option(min=0, help="Another number is another take of the same score.")
    ] = 0,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LAYER",
            help="Leave out a layer, such as blink or breath; may come again. The others stay as "
            "they are.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Perform a score and write a clip, a moving head, a film or a table.

    The same score and seed give the same bytes.

    Example: [bold]risorius perform examples/interview.yaml -o interview.mp4 --seed 7[/bold]
    """
    from risorius.export import write_clip
    from risorius.perform import perform_score, scene_of

    scene = scene_of(score, seed=seed)
    for note in scene.notes:
        typer.echo(note, err=True)
    with bar("performing") as progress:
        clip = perform_score(scene, seed=seed, rate=rate, off=without or (), progress=progress)
    with bar(f"writing {out.name}") as progress:
        write_clip(clip, out, progress=progress)
    typer.echo(str(out))
