"""``risorius read``: muscles from a video, an image or a camera."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from risorius.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from risorius.clip import Clip

__all__ = ["read", "write_reading"]

# The clip is written last: where it is, the reading is whole.
_SUFFIXES = (".html", ".csv", ".nc")


def write_reading(clip: Clip, folder: Path, *, stem: str) -> list[tuple[Path, str]]:
    """Write report, table and clip into a folder; return each path and what it is."""
    from risorius.clip import save_clip
    from risorius.export import write_table
    from risorius.read import write_report

    report, table, whole = (folder / f"{stem}{suffix}" for suffix in _SUFFIXES)
    write_report(clip, report)
    write_table(clip, table)
    save_clip(clip, whole)
    return [
        (report, "the report: open it in a browser"),
        (table, "every figure, one row per frame"),
        (whole, "the clip: muscles, jaw, gaze, head pose, confidence, events"),
    ]


def read(
    sources: Annotated[
        list[str], typer.Argument(metavar="VIDEO|IMAGE|CAMERA...", help="Files or camera numbers.")
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The folder for the results; made if need be.")
    ],
    neutral: Annotated[
        str | None,
        typer.Option(help="The face at rest: frames such as 120:150, or an image of the person."),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Stop after so many seconds; for cameras.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Read also what was read before.")] = False,
) -> None:
    """Find what the muscles of a face do: a clip, a table and a report for each source.

    Sources that were read before are left alone, so a long list can be taken up again.

    Example: [bold]risorius read interview.mp4 -o out[/bold]
    """
    if neutral is not None:
        _check_neutral(neutral)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {out}: {error.strerror}.") from error
    made: list[tuple[Path, str]] = []
    failures: list[str] = []
    for source, stem in zip(sources, _stems(sources), strict=True):
        done = out / f"{stem}.nc"
        if done.exists() and not again:
            typer.echo(f"{done}: was read before (--again reads it anew).", err=True)
            made.append((done, "read before"))
            continue
        try:
            made += _read_one(source, out, stem=stem, neutral=neutral, seconds=seconds)
        except InputError as error:
            if len(sources) == 1:
                raise
            failures.append(source)
            typer.echo(f"risorius: {source}: {error}", err=True)
    for path, what in made:
        typer.echo(f"{path!s:<40} {what}")
    if failures:
        typer.echo(f"{len(failures)} of {len(sources)} could not be read.", err=True)
        raise typer.Exit(2)


def _read_one(
    source: str, out: Path, *, stem: str, neutral: str | None, seconds: float | None
) -> list[tuple[Path, str]]:
    from risorius.cli.progress import bar
    from risorius.read import read_video

    camera = _camera(source)
    with bar(source) as progress:
        clip = read_video(
            source if camera is None else camera,
            neutral=neutral,
            seconds=seconds,
            progress=progress,
        )
    return write_reading(clip, out, stem=stem)


def _camera(source: str) -> int | None:
    """Return the camera that a number means, unless there is a file of that name."""
    return int(source) if source.isdecimal() and not Path(source).exists() else None


def _stems(sources: Sequence[str]) -> list[str]:
    """Return names for the results; files of one name in several folders or formats stay apart."""
    plain = [
        f"camera{source}" if _camera(source) is not None else Path(source).stem
        for source in sources
    ]
    count = Counter(plain)
    return [
        stem if count[stem] == 1 else f"{Path(source).parent.name}_{Path(source).name}".strip("_")
        for stem, source in zip(plain, sources, strict=True)
    ]


def _check_neutral(neutral: str) -> None:
    head, colon, tail = neutral.partition(":")
    is_range = colon and head.isdecimal() and tail.isdecimal()
    if not is_range and not Path(neutral).is_file():
        raise InputError(
            f"--neutral {neutral!r} is neither frames such as 120:150 nor an image file."
        )
