"""What a fake camera plays: our head at rest for 15 s, then smiling and winking on its left for 10.

python tests/studio/mirror/film.py FILE.mjpeg [--flipped]
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2  # noqa: TID253 - the pictures of a camera
import numpy as np

from risorius.anatomy import load_atlas
from risorius.clip import new_clip
from risorius.face import deform, load_face
from risorius.picture import front_camera, render

RATE = 30


def write_film(path: Path, *, flipped: bool = False) -> None:
    """Write the film as a row of JPEG pictures, or what a camera sees that swaps the sides."""
    face, atlas = load_face(), load_atlas()
    camera = front_camera(face.head.vertices, width=640, height=480)
    wanted = {**atlas.expand("AU12", 0.9, side="left"), **atlas.expand("AU46", 1.0, side="left")}
    frames = []
    for share in np.sin(np.linspace(0, np.pi, 40)):
        activation = np.zeros((1, len(atlas.channel_ids), 2))
        for (channel, side), amount in wanted.items():
            place = atlas.channel_ids.index(channel), ("left", "right").index(side)
            activation[0, *place] = share * amount
        shape = deform(face, new_clip([0.0], activation), level=1).values[0]
        picture = render(face.head.topology, shape, camera, level=1)[:, :: -1 if flipped else 1]
        frames.append(cv2.imencode(".jpg", np.ascontiguousarray(picture[..., ::-1]))[1].tobytes())
    rest, *moving = frames
    path.write_bytes(15 * RATE * rest + 8 * b"".join(moving))


if __name__ == "__main__":
    write_film(Path(sys.argv[1]), flipped="--flipped" in sys.argv)
