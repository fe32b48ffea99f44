"""Judge the muscle courses against an imaged face: bend it onto the default head and compare.

    python tools/register_reference.py REFERENCE_FOLDER

The folder holds ``face_mm.obj`` (skin, x to the person's left, y up, z forward) and ``fibres.json``
(muscle -> bundles -> points, left side). Nothing of it is stored in the project. The face is bent
with splines, first by named points, then by nearest skin in steps of growing freedom; the same
bending carries its fibres. Printed per muscle: mean distance of its courses to our nearest fibre,
mean distance of our fibres (which reach further) to its nearest course, and mean angle between the
two, without sense. Exit code 1 when its courses are further than 4 mm or 20 degrees from ours.

References
----------
Bookstein 1989, IEEE Trans Pattern Anal Mach Intell 11(6) (thin-plate splines).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree

from risorius.head import Head, load_head
from risorius.head.attachments import fibre_points, load_fibres, site_points
from surface import FRONT, LEFT, Floats, Ints, first_hits, nearest, place, triangle_normals

LIMIT_MM, LIMIT_DEG = 4.0, 20.0
CHORD_MM = 8.0

# Where our named points lie on the reference, midline and left: [x, y] mm seen from the front or
# [y, z] mm seen from the left.
FRONT_PICKS = {
    "glabella": (0, 182),
    "pronasale": (0, 138),
    "subnasale": (0, 121),
    "labiale_superius": (0, 103),
    "labiale_inferius": (0, 90),
    "sublabiale": (0, 77),
    "pogonion": (0, 65),
    "gnathion": (0, 56),
    "alare": (18, 129),
    "cheilion": (28, 97),
    "orbitale": (31, 146),
}
SIDE_PICKS = {"gonion": (77, -130), "tragion": (141, -148), "zygion": (146, -104)}
# Smoothing of the spline and reach of the search for partners [mm], from stiff to free.
STEPS = ((3000.0, 15.0), (1000.0, 12.0), (400.0, 9.0), (150.0, 7.0), (60.0, 6.0))

Bend = Callable[[Floats], Floats]


def read_mesh(path: Path) -> tuple[Floats, Ints]:
    """Return vertices (n, 3) and triangles (m, 3) of a Wavefront file."""
    vertices, triangles = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, *fields = line.split() or [""]
        if kind == "v":
            vertices.append([float(field) for field in fields[:3]])
        elif kind == "f":
            corners = [int(field.split("/")[0]) - 1 for field in fields]
            triangles += [
                [corners[0], corners[k], corners[k + 1]] for k in range(1, len(corners) - 1)
            ]
    return np.array(vertices), np.array(triangles)


def skin_samples(vertices: Floats, triangles: Ints, spacing: float) -> tuple[Floats, Floats]:
    """Return points of the skin seen from the front and from both sides, with their normals."""
    normals = triangle_normals(vertices, triangles)
    points, outward = [], []
    middle = vertices.mean(axis=0)
    for turn in np.radians([-55.0, 0.0, 55.0]):
        sight = np.array([np.sin(turn), 0.0, np.cos(turn)])
        right = np.array([np.cos(turn), 0.0, -np.sin(turn)])
        across, up = np.meshgrid(np.arange(-70, 70.1, spacing), np.arange(-85, 75.1, spacing))
        grid = middle + across.reshape(-1, 1) * right + up.reshape(-1, 1) * FRONT[[0, 2, 1]]
        triangle, weights = first_hits(vertices, triangles, grid, seen_from=sight)
        seen = triangle >= 0
        seen[seen] = normals[triangle[seen]] @ sight > 0.5
        points.append(place(vertices, triangles, triangle[seen], weights[seen]))
        outward.append(normals[triangle[seen]])
    return np.concatenate(points), np.concatenate(outward)


def register(head: Head, vertices: Floats, triangles: Ints) -> Bend:
    """Return the bending that carries the reference to the head, and print its residual."""
    skin = head.topology.parts["skin"]
    level = head.topology.levels[0]
    ours = head.vertices[skin]
    faces: Ints = level.triangles[level.triangles.max(axis=1) < skin.stop].astype(int)
    facing = triangle_normals(ours, faces)

    picks = [np.array([[*pick, 0.0] for pick in FRONT_PICKS.values()])]
    picks += [np.array([[0.0, *pick] for pick in SIDE_PICKS.values()])]
    source = np.concatenate(
        [
            place(vertices, triangles, *first_hits(vertices, triangles, points, seen_from=sight))
            for points, sight in zip(picks, (FRONT, LEFT), strict=True)
        ]
    )
    target = np.array([site_points(head, "left")[name] for name in (*FRONT_PICKS, *SIDE_PICKS)])
    flip = np.array([-1.0, 1.0, 1.0])
    aside = source[:, 0] > 1
    source = np.concatenate([source, source[aside] * flip])
    target = np.concatenate([target, target[aside] * flip])
    bend: Bend = _spline(source, target, 1.0)

    samples, outward = skin_samples(vertices, triangles, 6.0)
    for smoothing, reach in STEPS:
        moved = bend(samples)
        turned = bend(samples + outward) - moved
        turned /= np.linalg.norm(turned, axis=1, keepdims=True)
        found, weights = nearest(ours, faces, moved)
        partner = place(ours, faces, found, weights)
        apart = np.linalg.norm(partner - moved, axis=1)
        good = (apart < reach) & ((facing[found] * turned).sum(axis=1) > 0.7)
        bend = _spline(
            np.concatenate([source, samples[good]]),
            np.concatenate([target, partner[good]]),
            np.r_[np.full(len(source), 0.3 * smoothing), np.full(good.sum(), smoothing)],
        )
    found, weights = nearest(ours, faces, bend(samples))
    apart = np.linalg.norm(place(ours, faces, found, weights) - bend(samples), axis=1)
    print(
        f"skin to skin after bending: median {np.median(apart):.2f} mm, "
        f"95 % within {np.quantile(apart, 0.95):.1f} mm ({len(samples)} points)"
    )
    return bend


def _spline(source: Floats, target: Floats, smoothing: float | Floats) -> Bend:
    return RBFInterpolator(source, target, kernel="linear", smoothing=smoothing, degree=1)


def dense(fibres: list[Floats], step: float = 0.5) -> tuple[Floats, Floats]:
    """Return points every half millimetre along polylines and the unit directions there.

    A direction is the chord over CHORD_MM: the reference's courses hop between nodes of its mesh,
    and the hops are no anatomy.
    """
    points, directions = [], []
    for fibre in fibres:
        along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(fibre, axis=0), axis=1))]
        at = np.arange(0, along[-1] + step / 2, step)
        ends = [
            np.column_stack([np.interp(at + aside, along, fibre[:, k]) for k in range(3)])
            for aside in (-CHORD_MM / 2, 0, CHORD_MM / 2)
        ]
        chord = ends[2] - ends[0]
        points.append(ends[1])
        directions.append(chord / np.linalg.norm(chord, axis=1, keepdims=True))
    return np.concatenate(points), np.concatenate(directions)


def compare(ours: list[Floats], theirs: list[Floats]) -> tuple[float, float, float]:
    """Return distance theirs to ours [mm], ours to theirs [mm], and angle [degree], all means."""
    our_points, our_directions = dense(ours)
    their_points, their_directions = dense(theirs)
    apart, partner = cKDTree(our_points).query(their_points)
    cosine = np.abs((our_directions[partner] * their_directions).sum(axis=1))
    back = cKDTree(their_points).query(our_points)[0]
    angle = np.degrees(np.arccos(np.clip(cosine, 0, 1)))
    return float(apart.mean()), float(back.mean()), float(angle.mean())


def our_channels(muscle: str) -> list[str]:
    """Return our channels of a muscle of the reference, which lumps upper and lower lip."""
    fibres = load_fibres()
    if muscle in fibres:
        return [muscle]
    name, _, part = muscle.partition(".")
    return [
        channel for channel in fibres if channel.startswith(f"{name}.") and channel.endswith(part)
    ]


def main(folder: Path) -> int:
    """Print the table; return the exit code."""
    head = load_head()
    bend = register(head, *read_mesh(folder / "face_mm.obj"))
    table = json.loads((folder / "fibres.json").read_text(encoding="utf-8"))
    print(f"{'muscle':42} {'to ours':>8} {'to it':>8} {'angle':>7}")
    failed = 0
    for muscle, bundles in table.items():
        theirs = [bend(np.array(bundle)) for bundle in bundles]
        ours = [
            fibre
            for channel in our_channels(muscle)
            for fibre in fibre_points(head, channel, "left")
        ]
        there, back, angle = compare(ours, theirs)
        holds = there < LIMIT_MM and angle < LIMIT_DEG
        failed += not holds
        print(
            f"{muscle:42} {there:5.1f} mm {back:5.1f} mm {angle:5.1f}°  {'ok' if holds else 'OFF'}"
        )
    print(f"{len(table) - failed} of {len(table)} within {LIMIT_MM} mm and {LIMIT_DEG:.0f}°")
    return int(failed > 0)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    raise SystemExit(main(Path(sys.argv[1])))
