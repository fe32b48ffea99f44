"""Find the tracker's 478 points on the head: src/risorius/head/data/landmarks.npz.

    python tools/make_landmarks.py

Heads of several people are drawn from many sides and the tracker looks at the pictures. Where the
ray through a tracked point meets the skin (or the globe, for points of the iris) is one vote for
the point's place; votes are carried to the default head through the common topology, averaged
robustly and made symmetrical. Points of the lid and lip margins are put on those margins. Other
people and views then judge the table: how far its points fall from the tracked ones. Writes the
picture docs/images/landmarks.png and says the residuals.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from risorius.files import replacing
from risorius.head import Head, Topology, load_head
from risorius.picture import (
    Camera,
    Look,
    contact_sheet,
    front_camera,
    orbit,
    render,
    see,
    write_png,
)
from risorius.read.tracker import Tracker
from surface import nearest, triangle_normals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "src" / "risorius" / "head" / "data" / "landmarks.npz"
PICTURE = ROOT / "docs" / "images" / "landmarks.png"
N_POINTS, N_FACE = 478, 468
SIDE = 800  # px of the pictures
RIGHT_IRIS, LEFT_IRIS = range(468, 473), range(473, 478)

PEOPLE = [
    {},
    {"sex": 0.0, "age_years": 24, "ancestry": {"asian": 1.0}},
    {"sex": 1.0, "age_years": 40, "ancestry": {"african": 1.0}},
    {"sex": 0.0, "age_years": 60, "ancestry": {"caucasian": 1.0}},
    {"sex": 1.0, "age_years": 28, "ancestry": {"caucasian": 1.0}},
    {"sex": 0.3, "age_years": 35, "ancestry": {"african": 0.5, "asian": 0.5}, "weight": 0.7},
]
JUDGES = [
    {},
    {"sex": 0.0, "age_years": 30, "ancestry": {"african": 1.0}},
    {"sex": 1.0, "age_years": 33, "ancestry": {"asian": 1.0}},
    {"sex": 1.0, "age_years": 65, "ancestry": {"caucasian": 1.0}, "weight": 0.7},
]
# Degrees of yaw and pitch.
VIEWS = [(yaw, pitch) for yaw in (-34, -17, 0, 17, 34) for pitch in (-18, 0, 18)] + [
    (-8, -8),
    (8, 8),
]
JUDGED_VIEWS = [(0, 0), (0, 8), (-10, -8), (10, 5), (24, 8), (-24, -5)]

# Points on the margins, from outer to inner corner of the eye and from the right to the left corner
# of the mouth; left and right are the person's.
MARGINS = {
    "lid_upper_left": (263, 466, 388, 387, 386, 385, 384, 398, 362),
    "lid_lower_left": (249, 390, 373, 374, 380, 381, 382),
    "lid_upper_right": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "lid_lower_right": (7, 163, 144, 145, 153, 154, 155),
    "lip_upper": (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    "lip_lower": (95, 88, 178, 87, 14, 317, 402, 318, 324),
    "lip_border_upper": (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
    "lip_border_lower": (146, 91, 181, 84, 17, 314, 405, 321, 375),
}


@dataclass
class Votes:
    """What the tracker found, one array per picture.

    Attributes
    ----------
    places : (478, 3) [mm]
        On the default head.
    facing : (478,) [1]
        How squarely they are seen; 0 where nothing was hit.
    cameras : (3,) [mm]
        Where the camera stood.
    """

    places: list[Floats]
    facing: list[Floats]
    cameras: list[Floats]


def main() -> None:
    """Make the table, judge it and write it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--dry", action="store_true", help="write nothing")
    dry = parser.parse_args().dry
    default = load_head()
    votes = gather(default)
    raw = robust_mean(votes, default)
    mirror = mirror_pairs(raw)
    points = (raw + raw[mirror] * [-1, 1, 1]) / 2
    uneven = np.median(np.linalg.norm(raw - points, axis=1))
    print(f"asymmetry of the raw points: median {uneven:.2f} mm")
    corners, weights = settle(default.topology, default.vertices, points, mirror)
    images = judge(corners, weights)
    if dry:
        return
    with replacing(TABLE) as beside:
        np.savez_compressed(
            beside,
            corners=corners.astype(np.int16),
            weights=np.round(weights, 4).astype(np.float32),
            mirror=mirror.astype(np.int16),
        )
    write_png(contact_sheet(images, columns=3), PICTURE)
    print(f"{TABLE.relative_to(ROOT)}: {TABLE.stat().st_size} bytes; {PICTURE.relative_to(ROOT)}")


def portrait(head: Head, yaw: float, pitch: float) -> tuple[Camera, NDArray[np.uint8]]:
    """Return a camera around the head and what it sees."""
    camera = orbit(
        front_camera(head.vertices, width=SIDE, height=SIDE, fill=0.95),
        np.radians(yaw),
        np.radians(pitch),
    )
    tone = 0.2 + 0.6 * head.identity.ancestry["african"]
    return camera, render(head.topology, head.vertices, camera, look=Look(skin_tone=tone))


def tracked(image: NDArray[np.uint8]) -> Floats | None:
    """Return the tracker's points in a picture (478, 2) [px], after two looks at it, or None."""
    tracker = Tracker()
    tracker.track(image)
    face = tracker.track(image)
    return None if face is None else face.points[:, :2].astype(float)


def gather(default: Head) -> Votes:
    """Return where the tracker's points meet the heads, carried to the default head."""
    votes = Votes([], [], [])
    level = default.topology.levels[0]
    for person in PEOPLE:
        head = load_head(**person)
        for view in VIEWS:
            camera, image = portrait(head, *view)
            pixels = tracked(image)
            if pixels is None:
                print(f"no face: {person} {view}")
                continue
            triangle, weights, facing = met(head, camera, pixels)
            votes.places.append(
                np.einsum("kc,kcx->kx", weights, default.vertices[level.triangles[triangle]])
            )
            votes.facing.append(np.where(triangle >= 0, facing, 0.0))
            votes.cameras.append(camera.position)
    return votes


def met(head: Head, camera: Camera, pixels: Floats) -> tuple[Ints, Floats, Floats]:
    """Return the triangle under each pixel (or -1), weights and how squarely it is seen."""
    level = head.topology.levels[0]
    triangle = np.full(len(pixels), -1)
    weights, facing = np.zeros((len(pixels), 3)), np.zeros(len(pixels))
    rays = camera.rays(pixels)
    normals = triangle_normals(head.vertices, level.triangles)
    for numbers, names in (
        (range(N_FACE), ("skin", "eye_left", "eye_right")),  # lid points may meet the globe
        (RIGHT_IRIS, ("eye_right",)),
        (LEFT_IRIS, ("eye_left",)),
    ):
        chosen = np.flatnonzero(np.isin(np.array(level.part_names)[level.triangle_part], names))
        owner, _ = see(head.vertices, level.triangles[chosen], camera)
        for number in numbers:
            column, row = np.floor(pixels[number] * 2).astype(int)
            if not (0 <= row < owner.shape[0] and 0 <= column < owner.shape[1]):
                continue
            if owner[row, column] < 0:
                continue
            found = chosen[owner[row, column]]
            a, b, c = head.vertices[level.triangles[found]]
            solved = np.linalg.solve(
                np.stack([b - a, c - a, -rays[number]], axis=1), camera.position - a
            )
            # The sample beside may see the triangle beside.
            share = np.clip([1 - solved[0] - solved[1], solved[0], solved[1]], 0, 1)
            triangle[number], weights[number] = found, share / share.sum()
            facing[number] = -normals[found] @ rays[number]
    return triangle, weights, facing


def robust_mean(votes: Votes, default: Head) -> Floats:
    """Return the middle of the votes for each point, (478, 3), without the far ones.

    On the far side of a turned head the tracker lets points slide along the outline. Hence a
    picture counts for a point as far as the place found so far is seen squarely in it, which takes
    a few rounds.
    """
    places, facing = np.array(votes.places), np.array(votes.facing)
    hit = facing > 0.05
    triangles = default.topology.levels[0].triangles
    normals = triangle_normals(default.vertices, triangles)
    # To begin with, the side that is turned to the camera.
    side = np.sign(np.median(places[..., 0], axis=0))
    turned = np.sign([camera[0] if abs(camera[0]) > 200 else 0.0 for camera in votes.cameras])
    weights = hit * facing**2 * (turned[:, None] * side >= 0)
    for _ in range(4):
        middle = np.empty((N_POINTS, 3))
        for number in range(N_POINTS):
            if np.count_nonzero(weights[:, number]) < 3:
                raise SystemExit(f"point {number} was seen in fewer than 3 pictures")
            middle[number] = _middle(places[:, number], weights[:, number])
        normal = normals[nearest(default.vertices, triangles, middle)[0]]
        towards = np.array(votes.cameras)[:, None] - middle
        towards /= np.linalg.norm(towards, axis=2, keepdims=True)
        # Points of the outline are never seen squarely in front: the best views of each count.
        square = (normal * towards).sum(axis=2)
        square /= square.max(axis=0)
        weights = hit * np.clip(square - 0.3, 0, 1) ** 2
    return middle


def _middle(place: Floats, weight: Floats) -> Floats:
    here = np.average(place, axis=0, weights=weight)
    for _ in range(30):
        far = np.maximum(np.linalg.norm(place - here, axis=1), 0.05)
        here = np.average(place, axis=0, weights=weight / far)
    far = np.linalg.norm(place - here, axis=1)
    near = weight * (far <= 2.5 * np.median(far[weight > 0]))
    return np.average(place, axis=0, weights=near)


def mirror_pairs(points: Floats) -> Ints:
    """Return the other side's point of each, (478,): the pairing that moves the points least."""
    cost = np.linalg.norm(points[:, None] * [-1, 1, 1] - points[None], axis=2) ** 2
    # Upper and lower lip touch, and so may lids and irises: each pairs with its own kind only, and
    # along a margin in order.
    kind = np.where(np.arange(N_POINTS) < N_FACE, "", "iris").astype("<U20")
    for name, numbers in MARGINS.items():
        for place, number in enumerate(numbers):
            if not name.endswith(("_left", "_right")):  # one line through both halves of the mouth
                place = min(place, len(numbers) - 1 - place)
            kind[number] = f"{name.removesuffix('_left').removesuffix('_right')}{place}"
    cost[kind[:, None] != kind[None]] = 1e6
    mirror = linear_sum_assignment(cost)[1]
    if not np.array_equal(mirror[mirror], np.arange(N_POINTS)):
        raise SystemExit("the points do not pair up")
    return mirror


def settle(
    topology: Topology, vertices: Floats, points: Floats, mirror: Ints
) -> tuple[Ints, Floats]:
    """Return corners and weights (478, 3) of symmetrical places on surfaces and margins."""
    level = topology.levels[0]
    names = np.array(level.material_names)[level.triangle_material]
    parts = np.array(level.part_names)[level.triangle_part]
    corners, weights = np.zeros((N_POINTS, 3), np.int64), np.zeros((N_POINTS, 3))
    for numbers, chosen in (
        (np.arange(N_FACE), (parts == "skin") & (names != "mouth")),
        (np.array(RIGHT_IRIS), parts == "eye_right"),
        (np.array(LEFT_IRIS), parts == "eye_left"),
    ):
        surface = level.triangles[chosen]
        triangle, share = nearest(vertices, surface, points[numbers])
        corners[numbers], weights[numbers] = surface[triangle], share
    for name, numbers in MARGINS.items():
        line = topology.loops[name]
        found = [nearest_on_line(vertices, line, points[number]) for number in numbers]
        moved = [far for _, far in found]
        # Points of a margin keep their order, however close the tracker lets them come.
        ways = np.sort([way for way, _ in found])
        forward = found[0][0] < found[-1][0]
        for number, way in zip(numbers, ways if forward else ways[::-1], strict=True):
            corners[number], weights[number] = on_line(level.triangles, line, way)
        print(
            f"{name}: {len(moved)} points moved to the margin by {np.mean(moved):.1f}, "
            f"at most {max(moved):.1f} mm"
        )
    # The left side is a mirror of the right one, and the middle is the middle.
    for number, other in enumerate(mirror):
        if number == other:
            continue
        if points[number, 0] > 0:
            corners[number], weights[number] = topology.mirror[corners[other]], weights[other]
    lines = {
        number: topology.loops[name] for name, numbers in MARGINS.items() for number in numbers
    }
    for number in np.flatnonzero(mirror == np.arange(N_POINTS)):
        place = weights[number] @ vertices[corners[number]] * [0, 1, 1]
        corners[number], weights[number] = on_midline(topology, vertices, place, lines.get(number))
    return corners, weights


def nearest_on_line(vertices: Floats, line: Ints, point: Floats) -> tuple[float, float]:
    """Return a vertex line's nearest place, counted in its vertices, and how far it is [mm]."""
    start, end = vertices[line[:-1]], vertices[line[1:]]
    along = end - start
    part = np.clip(((point - start) * along).sum(1) / (along**2).sum(1), 0, 1)
    far = np.linalg.norm(start + part[:, None] * along - point, axis=1)
    best = int(far.argmin())
    return best + float(part[best]), float(far[best])


def on_line(triangles: Ints, line: Ints, way: float) -> tuple[Ints, Floats]:
    """Return corners and weights of a place on a vertex line, counted in its vertices."""
    first = min(int(way), len(line) - 2)
    part = way - first
    ends = line[first : first + 2]
    around = triangles[(np.isin(triangles, ends).sum(axis=1)) == 2][0]
    return around, np.where(around == ends[0], 1 - part, np.where(around == ends[1], part, 0.0))


def on_midline(
    topology: Topology, vertices: Floats, place: Floats, line: Ints | None
) -> tuple[Ints, Floats]:
    """Return corners and weights of the midline's nearest place, or where a margin crosses it."""
    level = topology.levels[0]
    central = topology.mirror == np.arange(level.n_vertices)
    if line is not None:
        crossing = line[central[line]][0]
        around = level.triangles[(level.triangles == crossing).any(axis=1)][0]
        return around, (around == crossing).astype(float)
    materials = np.array(level.material_names)[level.triangle_material]
    skin = level.triangles[np.isin(materials, ("skin", "lip"))]
    edges = np.concatenate([skin[:, [0, 1]], skin[:, [1, 2]], skin[:, [2, 0]]])
    edges = edges[central[edges].all(axis=1)]
    start, along = vertices[edges[:, 0]], vertices[edges[:, 1]] - vertices[edges[:, 0]]
    part = np.clip(((place - start) * along).sum(1) / (along**2).sum(1), 0, 1)
    best = int(np.linalg.norm(start + part[:, None] * along - place, axis=1).argmin())
    first, last = edges[best]
    around = skin[np.isin(skin, edges[best]).sum(axis=1) == 2][0]
    return around, np.where(
        around == first, 1 - part[best], np.where(around == last, part[best], 0.0)
    )


def judge(corners: Ints, weights: Floats) -> list[NDArray[np.uint8]]:
    """Say how far the table falls from the tracker on other people and views; return pictures."""
    images, everything = [], []
    for person in JUDGES:
        head = load_head(**person)
        normals = triangle_normals(head.vertices, corners)
        points = np.einsum("kc,kcx->kx", weights, head.vertices[corners])
        for number, view in enumerate(JUDGED_VIEWS):
            camera, image = portrait(head, *view)
            pixels = tracked(image)
            if pixels is None:
                print(f"no face: {person} {view}")
                continue
            placed = camera.project(points)
            apart = np.linalg.norm(placed[:, :2] - pixels, axis=1) * placed[:, 2] / camera.focal
            towards = camera.position - points
            towards /= np.linalg.norm(towards, axis=1, keepdims=True)
            seen = (normals * towards).sum(axis=1) > 0.3
            everything.append(apart[seen])
            print(
                f"{person or 'default'} yaw {view[0]:+} pitch {view[1]:+}: "
                f"median {np.median(apart[seen]):.2f} mm,"
                f" 90 % {np.percentile(apart[seen], 90):.2f} (all points {np.median(apart):.2f})"
            )
            if number in (0, 4) and len(images) < 6:
                images.append(marked(image, placed, pixels))
    together = np.concatenate(everything)
    middle, most = np.percentile(together, [50, 90])
    print(f"residual on judges: median {middle:.2f} mm, 90 % {most:.2f} mm")
    return images


def marked(image: NDArray[np.uint8], placed: Floats, pixels: Floats) -> NDArray[np.uint8]:
    """Return the picture with the table's points in green and red lines to the tracked ones."""
    import cv2

    drawn = np.ascontiguousarray(image)
    for (x, y, _), (u, v) in zip(placed, pixels, strict=True):
        sub = [round(float(value) * 16) for value in (x, y, u, v)]
        cv2.line(drawn, tuple(sub[:2]), tuple(sub[2:]), (220, 30, 30), 1, cv2.LINE_AA, 4)
        cv2.circle(drawn, tuple(sub[:2]), 24, (10, 150, 40), -1, cv2.LINE_AA, 4)
    return drawn


if __name__ == "__main__":
    main()
