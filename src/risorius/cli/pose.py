"""``risorius pose``: a face with some muscles at work, as a picture or a 3D file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from risorius.cli.progress import bar
from risorius.errors import InputError

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = ["pose", "pose_clip"]

FADE = 0.85
"""How clear the skin is over the muscles, unless asked for."""
VIEWS = {"front": 0.0, "three-quarter": 35.0, "side": 90.0}
"""Where the camera stands: degrees that it is moved around the head to the person's left."""


def pose_clip(words: Iterable[str]) -> Clip:
    """Turn words such as ``AU12=0.7`` into a clip of one moment.

    A name is an action unit, a muscle, one of its channels, an ARKit shape or an expression, with
    ``.left`` or ``.right`` at its end for one side. Amounts that meet on one channel add up to at
    most 1.

    Parameters
    ----------
    words : iterable of str
        ``NAME=AMOUNT``, the amount in 0..1.

    Returns
    -------
    clip : xarray.Dataset

    Raises
    ------
    InputError
        With all words that could not be understood.

    Examples
    --------
    >>> clip = pose_clip(["AU12=0.5", "AU12.left=0.25"])
    >>> clip.activation.sel(muscle="zygomaticus_major").values[0].tolist()
    [0.75, 0.5]
    """
    from risorius.anatomy import load_atlas
    from risorius.clip import SIDES, new_clip

    atlas = load_atlas()
    total: dict[tuple[str, str], float] = {}
    problems = []
    for word in words:
        try:
            name, amount = _split(word)
            stem, _, last = name.rpartition(".")
            sided = (stem, last) if last in SIDES else (name, None)
            parts = atlas.expand(sided[0], amount, side=sided[1])
        except InputError as error:
            problems.append(str(error))
            continue
        for key, value in parts.items():
            total[key] = min(1.0, total.get(key, 0.0) + value)
    if problems:
        raise InputError(" ".join(problems))
    return new_clip([0.0], dict(total), source="pose")


def _split(word: str) -> tuple[str, float]:
    name, sign, amount = word.partition("=")
    try:
        value = float(amount) if sign else np.nan
    except ValueError:
        value = np.nan
    if not 0 <= value <= 1:
        raise InputError(f"{word!r} is not NAME=AMOUNT with an amount in 0..1, such as 'AU12=0.7'.")
    return name, value


def pose(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=AMOUNT...", help="Action units, muscles, expressions, 0 to 1."
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Where to: .png, .glb or .nc.")] = Path(
        "pose.png"
    ),
    view: Annotated[str, typer.Option(help="front, three-quarter or side.")] = "front",
    muscles: Annotated[
        bool, typer.Option("--muscles", help="Show the muscles under a faded skin.")
    ] = False,
    fade: Annotated[
        float | None,
        typer.Option(
            help=f"How clear the skin over the muscles is: 0 closed, 1 gone; else {FADE:g}.",
            show_default=False,
        ),
    ] = None,
    lesion: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help="Palsy, synkinesis, mask or toxin, e.g. facial.left=0.8; may come again. For "
            "drawing and teaching; not a medical device.",
            show_default=False,
        ),
    ] = None,
    age_years: Annotated[float, typer.Option("--age", help="Age in years.")] = 30.0,
    sex: Annotated[float, typer.Option(help="0 female, 1 male.")] = 0.5,
) -> None:
    """Pose a face by its muscles and write a picture, a 3D file or a clip.

    A name may end in .left or .right, the depicted person's own.

    Example: [bold]risorius pose AU6=0.5 AU12=0.8 -o smile.png[/bold]

    Muscles: [bold]risorius pose AU12=1 --muscles --view three-quarter -o smile.png[/bold]
    """
    from risorius.dynamics import apply_lesions, parse_lesion, resting_tone
    from risorius.export import write_clip, write_picture
    from risorius.face import load_face

    if view not in VIEWS:
        raise InputError(f"unknown view {view!r}: {', '.join(VIEWS)}.")
    clear = _clear(out, muscles=muscles, fade=fade)
    lesions = [parse_lesion(word) for word in lesion or ()]
    clip = apply_lesions(pose_clip(names), lesions)
    with bar("muscles into skin") as progress:
        face = load_face(
            age_years=age_years, sex=sex, tone=resting_tone(lesions), progress=progress
        )
    if out.suffix.lower() == ".png":
        write_picture(clip, out, face=face, yaw=np.radians(VIEWS[view]), fade=clear)
    else:
        write_clip(clip, out, face=face, fade=clear)
    typer.echo(str(out))


def _clear(out: Path, *, muscles: bool, fade: float | None) -> float | None:
    """Return how clear the skin is to be, None where no muscles are shown."""
    if fade is not None and not muscles:
        raise InputError("--fade needs --muscles: without them there is nothing under the skin.")
    if fade is not None and not 0 <= fade <= 1:
        raise InputError(f"--fade is 0 (closed skin) to 1 (no skin), not {fade:g}.")
    if muscles and out.suffix.lower() not in (".png", ".glb", ".mp4"):
        raise InputError(f"{out.name!r} shows no muscles: take '.png' or '.glb'.")
    return (FADE if fade is None else fade) if muscles else None
