"""Draw all muscles over the depth of the skull: docs/images/muscles.png.

    python tools/draw_muscles.py

The bone-coloured surface is the skin moved inward by the depth of its soft tissue; where there is
no bone (lids, lips) it is left out and eyeballs and teeth show. The pale rim is the soft tissue.
Colours tell the group of a muscle.
"""

from __future__ import annotations

import colorsys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from risorius.anatomy import load_atlas
from risorius.files import replacing
from risorius.head import Head, load_head
from risorius.head.attachments import fibre_points, load_fibres, skin_normals
from risorius.head.depth import tissue_depth
from risorius.picture import Camera, draw_lines, front_camera, orbit, see, write_png

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]

OUT = Path(__file__).parents[1] / "docs" / "images" / "muscles.png"
WIDTH, HEIGHT, MARGIN = 820, 1160, 300
AXIS = (0.0, 10.0, 10.0)  # that the camera turns about [mm]
HUES = {
    "mimetic_upper": 0.60,
    "orbital": 0.76,
    "mimetic_mid": 0.01,
    "mimetic_lower": 0.36,
    "neck": 0.12,
    "masticatory": 0.06,
}
BONE, SKIN, EYE, TEETH = (226, 217, 196), (222, 178, 158), (238, 238, 240), (244, 240, 230)
HOLLOW = ("mouth_bag", "eye_socket", "lids_upper", "lids_lower", "lip_upper", "lip_lower")
RIM = (242, 224, 214)
SHADOW, BEHIND_MM = (92, 78, 66), 45.0  # of a hollow, and how far back it hides what lies there
PAPER, INK = 252, (40, 40, 40)
# Views: turn of the camera [degree] and the channels whose names stand beside it.
VIEWS = (
    (0, ("frontalis", "orbicularis_oculi", "procerus", "nasalis", "dilatator", "depressor_septi",
         "corrugator", "depressor_supercilii", "levator_labii", "orbicularis_oris", "mentalis",
         "depressor_labii", "incisivus")),
    (42, ("zygomaticus", "levator_anguli", "risorius", "buccinator", "depressor_anguli", "platysma",
          "levator_palpebrae", "tarsalis", "retractores", "levator_labii_superioris_alaeque")),
    (90, ("occipitalis", "temporoparietalis", "auriculares", "temporalis", "masseter", "platysma",
          "zygomaticus_major")),
)  # fmt: skip


def colour_of(channel: str, number: int) -> tuple[float, float, float]:
    """Return the colour of a channel: hue of its group, lightness by its number."""
    atlas = load_atlas()
    hue = HUES[atlas.muscle(channel.split(".")[0]).group]
    light = 0.30 + 0.11 * (number % 4)
    return colorsys.hls_to_rgb((hue + 0.018 * (number % 5 - 2)) % 1, light, 0.75)


def skull(head: Head) -> tuple[Floats, NDArray[np.int32], Floats]:
    """Return vertices, triangles and vertex colours of bone, ears, eyes and teeth at level 1."""
    topology = head.topology
    skin = topology.parts["skin"]
    vertices = head.vertices.copy()
    vertices[skin] -= skin_normals(head) * tissue_depth(head)[:, None]
    level, regions = topology.levels[1], topology.refined_regions()
    hollow = np.zeros(level.n_vertices)
    ear = regions["ear"]
    for name in HOLLOW:
        hollow[: len(ear)] = np.maximum(hollow[: len(ear)], regions[name])
    part = np.array(level.part_names)[level.triangle_part]
    shown = (hollow[level.triangles].min(axis=1) < 0.3) & (part != "tongue")
    shown &= ~np.char.startswith(part, "lashes")
    shown &= np.array(level.material_names)[level.triangle_material] != "mouth"
    colours = np.tile(np.array(BONE, dtype=float), (level.n_vertices, 1))
    colours[: len(ear)] += ear[:, None] * (np.array(SKIN) - BONE)
    for name, colour in (("eye", EYE), ("teeth", TEETH)):
        for known, where in level.parts.items():
            if known.startswith(name):
                colours[where] = colour
    return topology.refine(vertices), level.triangles[shown], colours


def shade(head: Head, camera: Camera) -> tuple[Image, NDArray[np.float32]]:
    """Return the picture of the skull lit from the camera's shoulder, and its depth."""
    vertices, triangles, colours = skull(head)
    corners = vertices[triangles]
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(normals, triangles[:, k], face)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    # Rows of the rotation: right, down, and into the picture.
    light = camera.rotation.T @ (np.array([-0.35, -0.55, -0.75]) / 0.993)
    paint = colours * (0.42 + 0.58 * np.clip(normals @ light, 0, 1))[:, None]

    owner, depth = see(vertices, triangles, camera)
    rows, columns = np.nonzero(owner >= 0)
    seen = triangles[owner[rows, columns]]
    a, b, c = (camera.project(vertices)[seen[:, k], :2] for k in range(3))
    at = np.column_stack([columns + 0.5, rows + 0.5]) / 2
    area = _cross(b - a, c - a)
    second, third = _cross(at - a, c - a) / area, _cross(b - a, at - a) / area
    shares = np.clip(np.column_stack([1 - second - third, second, third]), 0, 1)
    shares /= shares.sum(axis=1, keepdims=True)
    fine = np.full((*owner.shape, 3), float(PAPER))
    fine[rows, columns] = np.einsum("pc,pck->pk", shares, paint[seen])
    # Holes of the bone are dark and hide the back of the head; past the bone is soft tissue.
    level = head.topology.levels[1]
    skin = level.triangles[level.triangles.max(axis=1) < level.parts["skin"].stop]
    bone, front = see(vertices, skin, camera)
    flesh, _ = see(head.topology.refine(head.vertices), skin, camera)
    hole = (owner < 0) & (bone >= 0)
    fine[hole] = SHADOW
    depth[hole] = front[hole] + BEHIND_MM
    fine[(owner < 0) & (bone < 0) & (flesh >= 0)] = RIM
    image = fine.reshape(camera.height, 2, camera.width, 2, 3).mean(axis=(1, 3))
    return image.astype(np.uint8), depth


def _cross(first: Floats, second: Floats) -> Floats:
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]


def smooth_line(points: Floats) -> Floats:
    """Return a fibre with points every half millimetre or so."""
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    return CubicSpline(along, points)(np.linspace(0, along[-1], max(8, int(along[-1] * 2))))


def add_labels(image: Image, marks: list[tuple[str, Floats, tuple[float, float, float]]]) -> Image:
    """Return the picture widened on the right, with names there and thin lines to their muscles."""
    import cv2

    wide = np.full((image.shape[0], image.shape[1] + MARGIN, 3), PAPER, np.uint8)
    wide[:, : image.shape[1]] = image
    marks = sorted(marks, key=lambda mark: mark[1][1])
    gap, heights = 21.0, np.array([mark[1][1] for mark in marks])
    for _ in range(400):  # push apart until no two names touch
        for k in range(len(heights) - 1):
            short = gap - (heights[k + 1] - heights[k])
            if short > 0:
                heights[k] -= short / 2
                heights[k + 1] += short / 2
        heights = np.clip(heights, 14, image.shape[0] - 14)
    for (name, (x, y, _), colour), height in zip(marks, heights, strict=True):
        ink = tuple(int(255 * part) for part in colour)
        start = (image.shape[1] + 4, int(height))
        cv2.line(wide, (int(x), int(y)), start, ink, 1, cv2.LINE_AA)
        cv2.circle(wide, (int(x), int(y)), 3, ink, -1, cv2.LINE_AA)
        text = name.replace("_", " ").replace(".", ", ")
        text = text.replace("levator labii superioris alaeque nasi", "levator l. s. alaeque nasi")
        cv2.putText(
            wide,
            text,
            (start[0] + 4, start[1] + 5),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.46,
            INK,
            1,
            cv2.LINE_AA,
        )
    return wide


def draw(head: Head, camera: Camera, named: tuple[str, ...], *, deep: bool) -> Image:
    """Return one view; ``deep`` shows the chewing muscles too and the person's left side alone."""
    image, depth = shade(head, camera)
    fibres = load_fibres()
    channels = [c for c in fibres if deep or c not in ("masseter", "temporalis")]
    # Deep muscles first, so that superficial ones lie over them.
    order = sorted(channels, key=lambda c: -float(np.mean([f.depth.mean() for f in fibres[c]])))
    marks = []
    for channel in order:
        colour = colour_of(channel, channels.index(channel))
        deepest = max(float(fibre.depth.max()) for fibre in fibres[channel])
        reach = 6.0 if deepest < 10 else 13.0  # some run under the wall of the mouth
        lines = [
            smooth_line(points)
            for side in (("left",) if deep else ("left", "right"))
            for points in fibre_points(head, channel, side)
        ]
        for width, ink in ((4.6, tuple(0.45 * part for part in colour)), (3.0, colour)):
            image = draw_lines(
                image, camera, lines, colour=ink, width=width, depth=depth, tolerance=reach
            )
        if channel.startswith(named):
            left = fibre_points(head, channel, "left")
            middle = smooth_line(left[len(left) // 2])
            marks.append((channel, camera.project(middle)[len(middle) * 11 // 20], colour))
    return add_labels(image, marks)


def main() -> None:
    """Write the picture."""
    head = load_head()
    camera = front_camera(head.vertices, width=WIDTH, height=HEIGHT, fill=0.94)
    views = [
        draw(head, orbit(camera, np.radians(turn), about=AXIS), named, deep=turn == 90)
        for turn, named in VIEWS
    ]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with replacing(OUT) as beside:
        write_png(np.concatenate(views, axis=1), beside)
    print(f"{len(load_fibres())} channels drawn")


if __name__ == "__main__":
    main()
