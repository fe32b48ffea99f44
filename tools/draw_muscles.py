"""Draw the muscles of the face as bodies: docs/images/muscles.png.

    python tools/draw_muscles.py

All of them from the front and from the side, with the skin off and names beside them, and a smile
under a half-clear skin. The pale surface is the skin moved inward by the depth of its soft tissue.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from risorius.cli.pose import pose_clip
from risorius.face import Face, clip_pose, load_face
from risorius.files import replacing
from risorius.picture import Beneath, Look, beneath, front_camera, orbit, render, see, write_png
from risorius.picture.camera import Camera
from risorius.skin.muscles import Muscles, make_muscles

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]

OUT = Path(__file__).parents[1] / "docs" / "images" / "muscles.png"
WIDTH, HEIGHT, MARGIN = 900, 1200, 290
AXIS = (0.0, 10.0, 10.0)  # that the camera turns about [mm]
LOOK = Look(backdrop=(0.955, 0.955, 0.95))
INK, RULE = (45, 42, 40), (120, 112, 106)
SMILE = ("AU12=0.9", "AU6=0.7", "AU25=0.3")
LEAST_SEEN = 300  # quarter pixels: less of a muscle gets no name
# Views with names: turn of the camera [degree], and what is named in the other one.
VIEWS = (
    (0, ("temporalis", "temporoparietalis", "auriculares", "masseter", "buccinator", "risorius",
         "tarsalis", "retractores")),
    (90, ("frontalis", "orbicularis", "procerus", "levator_labii", "levator_palp", "mentalis",
          "nasalis", "dilatator", "depressor_septi", "depressor_labii", "zygomaticus_minor",
          "corrugator", "depressor_supercilii", "incisivus", "tarsalis", "retractores")),
)  # fmt: skip


def scene(
    face: Face, muscles: Muscles, words: tuple[str, ...]
) -> tuple[Floats, NDArray[np.float32], Beneath]:
    """Return a face in a pose: its shape at both levels, and what lies beneath the skin."""
    activation, jaw, gaze = clip_pose(face, pose_clip(words))
    shape = face.rig.deform(activation, jaw, gaze, level=0)[0]
    skin = face.rig.deform(activation, jaw, gaze, level=1)[0]
    return shape, skin, beneath(muscles, shape, activation[0])


def places(muscles: Muscles, under: Beneath, camera: Camera) -> dict[str, Floats]:
    """Return where in the picture each muscle of the person's left is best seen [px]."""
    owner, _ = see(under.points, under.triangles, camera)
    rows, columns = np.nonzero(owner >= 0)
    first = under.triangles[owner[rows, columns], 0]
    flesh = first < len(muscles.vertices)
    body = muscles.owner[first[flesh]]
    at = np.column_stack([columns[flesh], rows[flesh]]) / 2
    found = {}
    for number, one in enumerate(muscles.bodies):
        mine = at[body == number]
        if one.side == "left" and len(mine) >= LEAST_SEEN:
            middle = mine.mean(axis=0)
            found[one.channel] = mine[np.argmin(np.linalg.norm(mine - middle, axis=1))]
    return found


def add_labels(image: Image, marks: dict[str, Floats]) -> Image:
    """Return the picture widened on the right, with names there and thin lines to their muscles."""
    import cv2

    wide = np.repeat(image[:, -1:], MARGIN, axis=1)
    wide = np.concatenate([image, wide], axis=1)
    names = sorted(marks, key=lambda name: marks[name][1])
    gap, heights = 22.0, np.array([marks[name][1] for name in names])
    for _ in range(600):  # push apart until no two names touch
        for k in range(len(heights) - 1):
            short = gap - (heights[k + 1] - heights[k])
            if short > 0:
                heights[k] -= short / 2
                heights[k + 1] += short / 2
        heights = np.clip(heights, 16, image.shape[0] - 16)
    for name, height in zip(names, heights, strict=True):
        spot = tuple(int(value) for value in marks[name])
        start = (image.shape[1] + 2, int(height))
        cv2.line(wide, spot, start, RULE, 1, cv2.LINE_AA)
        cv2.circle(wide, spot, 3, INK, -1, cv2.LINE_AA)
        text = name.replace("_", " ").replace(".", ", ")
        text = text.replace("levator labii superioris alaeque nasi", "levator l. s. alaeque nasi")
        place = (start[0] + 4, start[1] + 5)
        cv2.putText(wide, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.46, INK, 1, cv2.LINE_AA)
    return wide


def main() -> None:
    """Write the picture."""
    face = load_face()
    muscles, topology = make_muscles(face.head), face.head.topology
    camera = front_camera(face.head.vertices, width=WIDTH, height=HEIGHT, fill=0.94)
    _, skin, under = scene(face, muscles, ())
    views = []
    for turn, elsewhere in VIEWS:
        seen = orbit(camera, np.radians(turn), about=AXIS)
        image = render(topology, skin, seen, look=LOOK, beneath=under, fade=1.0)
        marks = places(muscles, under, seen)
        named = {name: at for name, at in marks.items() if not name.startswith(elsewhere)}
        views.append(add_labels(image, named))
    _, skin, under = scene(face, muscles, SMILE)
    seen = orbit(camera, np.radians(38), about=AXIS)
    views.append(render(topology, skin, seen, look=LOOK, beneath=under, fade=0.7))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with replacing(OUT) as beside:
        write_png(np.concatenate(views, axis=1), beside)
    print(f"{OUT}: {len(muscles.bodies)} bodies of {len(muscles.triangles)} triangles")


if __name__ == "__main__":
    main()
