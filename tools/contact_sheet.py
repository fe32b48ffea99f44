"""Draw every channel full on and the seven expressions, from the front and from three quarters.

    python tools/contact_sheet.py [--solver flesh] [--part face|mouth|eyes] [--out FOLDER]

Makes docs/images/channels_*.png and docs/images/expressions.png; close-ups of a part carry its
name. Both sides work. Channels that move no skin, lid, jaw, eye or tongue are left out, and the
jaw is opened for those of the tongue, which else nobody would see. Expressions are drawn in their
everyday strength and in their strongest.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.cli.progress import bar
from risorius.errors import InputError
from risorius.face import Face, load_face
from risorius.head import Head
from risorius.head.attachments import site_points
from risorius.picture import Camera, contact_sheet, front_camera, orbit, render, write_png
from risorius.skin import gaze_from_activation, jaw_from_activation

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]
Pose = dict[tuple[str, str | None], float]  # name and side, both where None
Shaper = Callable[[Floats, Floats, Floats], Floats]

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE = {"face": (264, 322), "mouth": (264, 222), "eyes": (312, 156)}
YAW = math.radians(40)
JAW_FOR_TONGUE = 0.35  # [rad]
# Sheets and the groups of muscles on them.
SHEETS = {
    "channels_brow": ("mimetic_upper",),
    "channels_eye": ("orbital", "extraocular"),
    "channels_nose_cheek": ("mimetic_mid",),
    "channels_mouth": ("mimetic_lower",),
    "channels_jaw_neck": ("masticatory", "suprahyoid", "neck"),
    "channels_tongue": ("tongue",),
}
PART_SHEETS = {
    "face": tuple(SHEETS),
    "mouth": ("channels_nose_cheek", "channels_mouth", "channels_jaw_neck", "channels_tongue"),
    "eyes": ("channels_brow", "channels_eye", "channels_nose_cheek"),
}
SEEN = ("skin", "lid", "jaw", "eye", "tongue")


def main() -> None:
    """Draw them all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--solver", choices=("rig", "flesh"), default="rig", help="what shapes it")
    parser.add_argument("--part", choices=tuple(SIZE), default="face", help="what is seen")
    parser.add_argument("--only", nargs="*", default=[], metavar="SHEET", help="some sheets only")
    parser.add_argument("--out", type=Path, default=IMAGES, help="a folder")
    asked = parser.parse_args()
    face = load_face()
    sheets = {name: channel_poses(SHEETS[name]) for name in PART_SHEETS[asked.part]} | {
        "expressions": expression_poses()
    }
    unknown = set(asked.only) - set(sheets)
    if unknown:
        raise InputError(f"unknown sheets {sorted(unknown)}: {', '.join(sheets)}.")
    sheets = {name: sheets[name] for name in asked.only or sheets}
    shaper = flesh_shaper(face) if asked.solver == "flesh" else rig_shaper(face)
    asked.out.mkdir(parents=True, exist_ok=True)
    total, done = sum(map(len, sheets.values())), 0
    with bar("drawing") as progress:
        for name, poses in sheets.items():
            pictures = []
            for pose in poses.values():
                pictures.append(draw(face, pose, shaper, asked.part))
                done += 1
                progress(done / total)
            sheet = contact_sheet(pictures, list(poses), columns=3)
            stem = name if asked.part == "face" else f"{name}_{asked.part}"
            write_png(sheet, asked.out / f"{stem}.png")
            print(asked.out / f"{stem}.png")


def channel_poses(groups: tuple[str, ...]) -> dict[str, Pose]:
    """Return a pose for every channel of some groups that moves something one can see."""
    atlas = load_atlas()
    return {"rest": {}} | {
        channel.id: {(channel.id, None): 1.0}
        for group in groups
        for channel in atlas.channels
        if atlas.muscle(channel.muscle).group == group and channel.moves in SEEN
    }


def expression_poses() -> dict[str, Pose]:
    """Return the seven expressions, each as on an ordinary day and at its strongest."""
    poses: dict[str, Pose] = {}
    for expression in load_atlas().expressions:
        if expression.universal:
            poses[expression.id] = {(expression.id, None): 1.0}
            poses[f"{expression.id}, strongest"] = {
                (part.action_unit, expression.default_side if part.one_sided else None): part.most
                for part in expression.components
                if part.role in ("core", "variant")
            }
    return poses


def draw(face: Face, pose: Pose, shaper: Shaper, part: str) -> Image:
    """Return a pose from the front and from three quarters, side by side."""
    atlas = load_atlas()
    activation = np.zeros((1, len(atlas.channel_ids), 2))
    tongue = False
    for (name, side), amount in pose.items():
        for (channel, own), value in atlas.expand(name, amount, side=side).items():
            place = atlas.channel_ids.index(channel), ("left", "right").index(own)
            activation[0, place[0], place[1]] = min(1.0, activation[0, place[0], place[1]] + value)
            tongue |= atlas.channel(channel).moves == "tongue"
    jaw = jaw_from_activation(atlas, activation, max_open=face.rig.jaw.max_open)
    if tongue:
        jaw[:, 0] = np.maximum(jaw[:, 0], JAW_FOR_TONGUE)
    shape = shaper(activation, jaw, gaze_from_activation(atlas, activation))
    return np.concatenate(
        [render(face.head.topology, shape, camera) for camera in cameras(face.head, part)],
        axis=1,
    )


def cameras(head: Head, part: str) -> tuple[Camera, Camera]:
    """Return cameras that see a part of the face from the front and from its left."""
    left, right = site_points(head, "left"), site_points(head, "right")

    def middle(site: str) -> Floats:
        return np.asarray((left[site] + right[site]) / 2)

    width, height = SIZE[part]
    if part == "face":
        centre = (middle("trichion") + middle("gnathion")) / 2 + [0.0, -14.0, -18.0]
        tall = 1.42 * (middle("trichion") - middle("gnathion"))[1]
    elif part == "mouth":
        corners = head.vertices[head.topology.loops["mouth_corners"]]
        centre, tall = corners.mean(axis=0) + np.array([0.0, -6.0, 0.0]), 88.0
    else:
        centre, tall = middle("exocanthion") + np.array([0.0, 8.0, 0.0]), 72.0
    half = np.asarray([tall * width / height, tall, 0.0]) / 2
    front = front_camera([centre - half, centre + half], width=width, height=height, fill=1.0)
    return front, orbit(front, YAW, about=centre)


def rig_shaper(face: Face) -> Shaper:
    """Return what shapes a face by its rig."""

    def shape(activation: Floats, jaw: Floats, gaze: Floats) -> Floats:
        return np.asarray(face.rig.deform(activation, jaw, gaze, level=1)[0], dtype=np.float64)

    return shape


def flesh_shaper(face: Face) -> Shaper:
    """Return what shapes a face by its tissue: the full solve."""
    from risorius.skin.flesh import make_flesh

    flesh = make_flesh(face.head)

    def shape(activation: Floats, jaw: Floats, gaze: Floats) -> Floats:
        settled = flesh.settle(activation[0], jaw=tuple(jaw[0]), gaze=gaze[0])
        return np.asarray(settled.shape, dtype=np.float64)

    return shape


if __name__ == "__main__":
    main()
