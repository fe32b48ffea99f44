"""Film the example scores, and put the moments that matter on a sheet for each.

    python tools/film_scores.py [SCORE ...] [--out FOLDER] [--seed 1]

Makes docs/films/*.mp4 and docs/images/scene_*.png, or both in a folder of your own. A sheet shows
the whole face where something begins, stands or has gone, and below it, close by and frame by
frame, what is over before anybody can look: the first blink and what flickers.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from risorius.cli.progress import bar
from risorius.clip import Clip
from risorius.face import Face, deform_frames, load_face
from risorius.head.attachments import site_points
from risorius.perform import perform_score
from risorius.perform.score.score import load_score
from risorius.picture import Camera, contact_sheet, front_camera, render, write_mp4, write_png

Image = NDArray[np.uint8]

ROOT = Path(__file__).parents[1]
RATE = 120.0
FILM_RATE, FILM_SIZE, FILM_QUALITY = 30.0, (640, 360), 28
COLUMNS, MOST = 8, 16
# What is seen: sizes in pixels, and middle below the eyes and height in mm.
VIEWS = {
    "film": (FILM_SIZE, 28.0, 230.0),
    "face": ((160, 200), 28.0, 210.0),
    "eyes": ((160, 64), -2.0, 58.0),
    "mouth": ((160, 100), 66.0, 84.0),
}
# At what share of its length an event is looked at, the weightiest kinds first.
MOMENTS = {
    "micro": (0.8,),
    "hold_breath": (0.6,),
    "feel": (0.12, 0.5, 0.95),
    "express": (0.12, 0.5, 0.95),
    "move": (0.5,),
    "word": (0.5,),
    "look": (1.0,),
    "blink": (0.4,),
    "nod": (0.5,),
    "shake": (0.4,),
    "chin": (1.0,),
    "tilt": (1.0,),
    "lean": (1.0,),
    "chew": (0.1, 0.6),
    "swallow": (0.5,),
    "twitch": (0.5,),
    "squint": (0.5,),
}
APART = 0.14  # [s] between two moments on a sheet


def main() -> None:
    """Film them all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scores", nargs="*", type=Path, help="by default all of examples/")
    parser.add_argument("--out", type=Path, help="where it all goes, instead of docs/")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    films, sheets = (asked.out or ROOT / "docs" / name for name in ("films", "images"))
    films.mkdir(parents=True, exist_ok=True)
    face = load_face()
    for score in asked.scores or sorted((ROOT / "examples").glob("*.yaml")):
        clip = perform_score(score, seed=asked.seed, rate=RATE)
        path = sheets / f"scene_{score.stem}.png"
        write_png(sheet(face, clip, load_score(score).title), path)
        print(path)
        path = films / f"{score.stem}.mp4"
        write_mp4(film(face, clip), path, rate=FILM_RATE, quality=FILM_QUALITY)
        print(path)


def film(face: Face, clip: Clip) -> Iterator[Image]:
    """Yield the pictures of a whole scene."""
    times = np.arange(0.0, float(clip.time[-1]), 1.0 / FILM_RATE)
    with bar("filming") as progress:
        for number, picture in enumerate(pictures(face, clip, times, "film"), start=1):
            progress(number / len(times))
            yield picture


def sheet(face: Face, clip: Clip, title: str) -> Image:
    """Return the moments of a scene under its title, and what is brief frame by frame."""
    import cv2

    chosen = moments(clip)
    labels = [f"{time:.2f} {what}" for time, what in chosen]
    faces = list(pictures(face, clip, [time for time, _ in chosen], "face"))
    rows = [contact_sheet(faces, labels, columns=COLUMNS)]
    # Close by, a head that moves would leave the picture.
    still = clip.drop_vars("head_pose")
    for view, times in brief(clip):
        close = list(pictures(face, still, times, view))
        rows.append(contact_sheet(close, [f"{time:.3f}" for time in times], columns=COLUMNS))
    head = np.full((36, rows[0].shape[1], 3), rows[0][0, 0], np.uint8)
    cv2.putText(head, title, (10, 25), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (40, 40, 44), 1, cv2.LINE_AA)
    return np.concatenate([head, *rows])


def moments(clip: Clip) -> list[tuple[float, str]]:
    """Return when something is to be seen [s], and what: the weightiest first, then in order."""
    wanted = sorted(
        (
            (place, start + share * (min(end, float(clip.time[-1])) - start), what)
            for place, (kind, shares) in enumerate(MOMENTS.items())
            for start, end, what in events(clip, kind)
            for share in shares
        ),
        key=lambda each: each[0],
    )
    # Rest, before anything has happened.
    found = [(0.0, "")]
    for _, time, what in wanted:
        if len(found) < MOST and all(abs(time - other) > APART for other, _ in found):
            found.append((time, what))
    while len(found) < MOST:
        times = sorted([time for time, _ in found] + [float(clip.time[-1])])
        wide = int(np.argmax(np.diff(times)))
        found.append(((times[wide] + times[wide + 1]) / 2, ""))
    return sorted(found)


def brief(clip: Clip) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield the view and the times [s] of the first blink and of what flickers."""
    for kind, view, after in (("blink", "eyes", 0.0), ("micro", "mouth", 0.12)):
        for start, end, _ in events(clip, kind)[:1]:
            step = max((end + after - start) / (2 * COLUMNS - 1), 1.0 / RATE)
            yield view, start + step * np.arange(2 * COLUMNS)


def events(clip: Clip, kind: str) -> list[tuple[float, float, str]]:
    """Return start and end [s] of all events of a kind, and what they are called."""
    own = clip.isel(event=np.flatnonzero(clip["event_kind"].values == kind))
    return [
        (float(start), float(end), str(label) if kind == "word" else f"{kind} {label}".strip())
        for start, end, label in zip(
            own["event_start"].values,
            own["event_end"].values,
            own["event_label"].values,
            strict=True,
        )
    ]


def pictures(
    face: Face, clip: Clip, times: Sequence[float] | NDArray[np.float64], view: str
) -> Iterator[Image]:
    """Yield pictures of some moments [s], each the frame of the clip that is nearest."""
    place = np.clip(np.round(np.asarray(times) * RATE).astype(int), 0, clip.sizes["time"] - 1)
    camera = seen(face, view)
    for shape in deform_frames(face, clip.isel(time=place), level=1, chunk=16):
        yield render(face.head.topology, shape, camera, level=1)


def seen(face: Face, view: str) -> Camera:
    """Return a camera in front of a part of the face."""
    (width, height), below, tall = VIEWS[view]
    left, right = (site_points(face.head, side)["exocanthion"] for side in ("left", "right"))
    centre = (np.asarray(left) + np.asarray(right)) / 2 - [0.0, below, 0.0]
    half = np.array([tall * width / height, tall, 0.0]) / 2
    return front_camera([centre - half, centre + half], width=width, height=height, fill=1.0)


if __name__ == "__main__":
    main()
