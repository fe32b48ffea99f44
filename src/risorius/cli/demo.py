"""``risorius demo``: the main job, end to end, on an embedded default."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from risorius.cli.pose import pose_clip
from risorius.cli.progress import bar
from risorius.cli.read import write_reading
from risorius.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.clip import Clip
    from risorius.face import Face

    Image = NDArray[np.uint8]

__all__ = ["POSES", "demo", "demo_clip", "pose_sheet"]

RATE = 60.0
SECONDS = 6.0

# What moves: name of the movement, when it starts, reaches its height, leaves it and ends [s], and
# how strong it is on the person's left and right. A design default, not a finding: the performer
# makes movement from published timing.
_MOVEMENTS = (
    ("AU45", 0.50, 0.58, 0.60, 0.80, 1.00, 1.00),
    ("AU1", 0.90, 1.20, 1.50, 1.90, 0.80, 0.80),
    ("AU2", 0.90, 1.20, 1.50, 1.90, 0.85, 0.70),
    ("AU4", 1.90, 2.20, 2.40, 2.70, 0.75, 0.75),
    ("AU45", 2.70, 2.78, 2.80, 3.00, 1.00, 1.00),
    ("AU12", 2.90, 3.45, 4.10, 4.80, 0.80, 0.65),
    ("AU6", 3.05, 3.55, 4.05, 4.70, 0.50, 0.45),
    ("AU45", 4.60, 4.68, 4.70, 4.90, 0.95, 0.95),
    ("AU26", 4.90, 5.20, 5.35, 5.70, 0.70, 0.70),
)


def demo_clip() -> Clip:
    """Return the small built-in movement: blinks, brows up and down, a smile, an open mouth.

    Examples
    --------
    >>> clip = demo_clip()
    >>> clip.sizes["time"], float(clip.activation.max()) <= 1.0
    (361, True)
    """
    from risorius.anatomy import load_atlas
    from risorius.clip import SIDES, new_clip

    atlas = load_atlas()
    time = np.arange(round(SECONDS * RATE) + 1) / RATE
    activation = np.zeros((len(time), len(atlas.channel_ids), len(SIDES)), np.float32)
    place = {channel: index for index, channel in enumerate(atlas.channel_ids)}
    for name, start, top, leave, end, left, right in _MOVEMENTS:
        curve = _ease(time, start, top) * (1 - _ease(time, leave, end))
        for side, amount in zip(SIDES, (left, right), strict=True):
            for (channel, own), value in atlas.expand(name, amount, side=side).items():
                activation[:, place[channel], SIDES.index(own)] += value * curve
    gaze = np.zeros((len(time), 2, 2), np.float32)
    glance = _ease(time, 1.00, 1.05) * (1 - _ease(time, 1.90, 1.95))
    gaze[:, :, 0] = np.radians(12) * glance[:, None]
    return new_clip(
        time, np.minimum(activation, 1.0), gaze=gaze, source="the movement of risorius demo"
    )


def _ease(time: NDArray[np.float64], start: float, end: float) -> NDArray[np.float64]:
    """Rise from 0 to 1 with the least jerk (Flash and Hogan 1985, J Neurosci)."""
    x = np.clip((time - start) / (end - start), 0.0, 1.0)
    return np.asarray(x**3 * (10 - 15 * x + 6 * x * x))


POSES = {
    "rest": (),
    "smile: AU6 + AU12": ("AU6=0.7", "AU12=0.9"),
    "brows up: AU1 + AU2": ("AU1=1", "AU2=1"),
    "frown: AU4 + AU7": ("AU4=1", "AU7=0.5"),
    "nose wrinkled: AU9": ("AU9=1",),
    "corners down: AU15 + AU17": ("AU15=0.9", "AU17=0.7"),
    "wink: AU46 left": ("AU46.left=1",),
    "jaw dropped: AU26": ("AU26=1",),
}


def pose_sheet(face: Face, *, progress: Callable[[float], None] | None = None) -> Image:
    """Draw the poses of `POSES` side by side, each with its name.

    Parameters
    ----------
    face : Face
    progress : callable, optional
        Called with the share that is done, 0..1.

    Returns
    -------
    sheet : (height, width, 3) uint8
    """
    from risorius.face import deform
    from risorius.picture import contact_sheet, front_camera, render

    camera = front_camera(face.head.vertices, width=480, height=560)
    pictures = []
    for words in POSES.values():
        shape = deform(face, pose_clip(words), level=1).values[0]
        pictures.append(render(face.head.topology, shape, camera, level=1))
        if progress is not None:
            progress(len(pictures) / len(POSES))
    return contact_sheet(pictures, list(POSES), columns=4)


def demo(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder; it is made if need be.")],
) -> None:
    """Pose a face, move it, film it, read the film back, and export what was found.

    Example: [bold]risorius demo out[/bold]
    """
    from risorius.bench.closed_loop import compare
    from risorius.clip import save_clip
    from risorius.export import write_clip
    from risorius.face import load_face
    from risorius.picture import write_png
    from risorius.read import read_video

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {out}: {error.strerror}.") from error
    face, clip = load_face(), demo_clip()
    with bar("posing the face") as progress:
        write_png(pose_sheet(face, progress=progress), out / "poses.png")
    save_clip(clip, out / "movement.nc")
    with bar("filming it") as progress:
        write_clip(clip, out / "movement.mp4", face=face, progress=progress)
    write_clip(clip, out / "movement.glb", face=face)
    with bar("reading the film") as progress:
        read = read_video(out / "movement.mp4", progress=progress)
    reading = write_reading(read, out, stem="read_back")

    made = [
        (out / "poses.png", "eight poses, each a few muscles at work"),
        (out / "movement.nc", f"{SECONDS:g} s of movement: what every muscle does, {RATE:g} Hz"),
        (out / "movement.mp4", "the same on the head, filmed"),
        (out / "movement.glb", "the same for 3D programs, with named morph targets"),
        *reading,
    ]
    for path, what in made:
        typer.echo(f"{path!s:<32} {what}")
    found = ", ".join(f"{name} {value:.2f}" for name, value in compare(clip, read).by_group.items())
    typer.echo(
        f"\nThe film read back, as correlation with what was performed: {found}.\n\n"
        f"Next: open {reading[0][0]} in a browser, movement.glb in a glTF viewer, or try\n"
        "  risorius read YOUR_VIDEO.mp4 -o out\n"
        "  risorius pose happiness=1 -o happy.png\n"
        "  risorius atlas zygomaticus_major"
    )
