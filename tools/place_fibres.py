"""Anchor the authored muscle courses to the head: fibre_courses.yaml -> data/attachments.yaml.

    python tools/place_fibres.py

Running it again writes the same bytes.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.interpolate import CubicSpline

from risorius.files import replacing
from risorius.head import Head, load_head
from risorius.head.attachments import outward_normals
from risorius.head.depth import spread_depth
from surface import Floats, Ints, first_hits, nearest, place, triangle_normals

HERE = Path(__file__).parent
COURSES = HERE / "fibre_courses.yaml"
DATA = HERE.parent / "src" / "risorius" / "head" / "data"

SPACING_MM = 4.5  # of the points along a fibre
HOLD = 0.15  # share of the length that is woven into skin where the course says nothing
GLOBE = "globe"  # the site of points in the orbit


class Surface:
    """The default head with what is needed to find places on its skin and its left eyeball."""

    def __init__(self, head: Head) -> None:
        level = head.topology.levels[0]
        self.vertices: Floats = head.vertices
        self.normals: Floats = outward_normals(head)
        self.triangles: Ints = level.triangles.astype(int)
        self.facing: Floats = triangle_normals(self.vertices, self.triangles)
        self.globe: Floats = head.eyes.centres[0]
        material = np.array(level.material_names)[level.triangle_material]
        inside = np.zeros(len(self.vertices))
        skin = head.topology.parts["skin"]
        for region in ("mouth_bag", "eye_socket"):
            inside[skin] = np.maximum(inside[skin], head.topology.regions[region])
        self.skin = np.flatnonzero(
            np.isin(material, ["skin", "lip"]) & (inside[self.triangles].min(axis=1) < 0.5)
        )
        part = np.array(level.part_names)[level.triangle_part]
        self.eyeball = np.flatnonzero(part == "eye_left")

    def at(self, point: list[float]) -> tuple[int, Floats]:
        """Return triangle and weights of an authored place, [x, y] or [x, y, z]."""
        wanted = np.array([[*point, 0.0][:3]], dtype=float)
        find = first_hits if len(point) == 2 else nearest
        found, weights = find(self.vertices, self.triangles[self.skin], wanted)
        if found[0] < 0:
            raise SystemExit(f"no skin in front of {point}")
        return int(self.skin[found[0]]), weights[0]

    def position(self, triangle: int, weights: Floats) -> Floats:
        """Return the position of a place, (3,) [mm]."""
        return place(self.vertices, self.triangles, np.array([triangle]), weights[None])[0]

    def under(self, triangle: int, weights: Floats, depth: float) -> Floats:
        """Return the point at a depth under a place, (3,) [mm]."""
        outward = weights @ self.normals[self.triangles[triangle]]
        return self.position(triangle, weights) - depth * outward / np.linalg.norm(outward)

    def near(self, points: Floats) -> tuple[Ints, Floats]:
        """Return the nearest places on the skin, (k,) and (k, 3).

        The skin there must face like the skin along the whole bundle, so that a thin lid or lip is
        not crossed and one odd triangle does not decide.
        """
        rough, _ = nearest(self.vertices, self.triangles[self.skin], points)
        normals = self.facing[self.skin[rough]]
        padded = np.concatenate([normals[:1], normals, normals[-1:]])
        smooth = padded[:-2] + 2 * padded[1:-1] + padded[2:]
        smooth /= np.linalg.norm(smooth, axis=1, keepdims=True)
        triangle = np.empty(len(points), dtype=int)
        weights = np.empty((len(points), 3))
        for row, (point, normal) in enumerate(zip(points, smooth, strict=True)):
            alike = self.skin[self.facing[self.skin] @ normal > 0.3]
            found, shares = nearest(self.vertices, self.triangles[alike], point[None])
            triangle[row], weights[row] = alike[found[0]], shares[0]
        return triangle, weights

    def on_globe(self, point: Floats) -> tuple[int, Floats, float]:
        """Return triangle, weights and depth on the left eyeball; outside depth is negative."""
        corners = self.triangles[self.eyeball]
        ahead = self.globe + 12.0 * (point - self.globe) / np.linalg.norm(point - self.globe)
        centres = self.vertices[corners].mean(axis=1)
        close = self.eyeball[np.argsort(np.linalg.norm(centres - ahead, axis=1))[:12]]
        share = np.arange(41) / 40
        inner = np.array([[1 - a - b, a, b] for a in share for b in share if a + b < 1 + 1e-9])
        triangle = np.repeat(close, len(inner))
        weights = np.tile(inner, (len(close), 1))
        surface = place(self.vertices, self.triangles, triangle, weights)
        outward = place(self.normals, self.triangles, triangle, weights)
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        depth = ((surface - point) * outward).sum(axis=1)
        best = int(np.argmin(np.linalg.norm(surface - depth[:, None] * outward - point, axis=1)))
        return int(triangle[best]), weights[best], float(depth[best])


class BoneDepth:
    """Depth of the bone under any place, from the measured sites alone."""

    def __init__(self, surface: Surface, sites: dict[str, tuple[int, Floats]]) -> None:
        table = yaml.safe_load((DATA / "tissue_depth.yaml").read_text(encoding="utf-8"))["sites"]
        left = np.array([surface.position(*sites[row["at"]]) for row in table])
        self.places: Floats = np.concatenate([left, left * [-1, 1, 1]])
        self.values: Floats = np.tile([float(row["mm"]) for row in table], 2)

    def __call__(self, point: Floats) -> float:
        """Return the depth in mm."""
        return float(spread_depth(point[None], self.places, self.values)[0])


class Placer:
    """Turns authored bundles into rows of the data file."""

    def __init__(self, head: Head, sites: dict[str, list[float]]) -> None:
        self.surface = Surface(head)
        self.authored = sites
        self.sites = {name: self.surface.at(point) for name, point in sites.items()}
        self.bone = BoneDepth(self.surface, self.sites)

    def rows(self, mixed: list[tuple[float, list[Any]]], hold: float) -> list[list[float]]:
        """Return rows of triangle, two weights, depth and hold for one bundle."""
        orbit = mixed[0][1][0][0] == GLOBE
        control = sum(
            share * np.array([self.resolve(point, flat=not orbit) for point in bundle])
            for share, bundle in mixed
            if share > 0
        )
        smooth = resample(control)
        triangle, weights = self.surface.near(smooth[:, :3])
        depth = smooth[:, 3]
        if orbit:
            # Behind the lid everything hangs on the eyeball; only the insertion is in the lid.
            for row, point in enumerate(smooth[:-1, :3]):
                triangle[row], weights[row], depth[row] = self.surface.on_globe(point)
            depth[-1] = mixed[-1][1][-1][2]
        from_end = 1 - np.linspace(0, 1, len(smooth))
        held = np.clip(1 - from_end / hold, 0, 1) if hold else np.zeros(len(smooth))
        if orbit:
            held[:-1] = 0
        return [
            [int(t), w[0], w[1], d, h]
            for t, w, d, h in zip(triangle, weights, depth, held, strict=True)
        ]

    def resolve(self, control: list[Any], *, flat: bool) -> list[float]:
        """Return x, y, z and depth [mm] of a control point, its place on the skin if ``flat``."""
        if control[0] == GLOBE:
            return [*(self.surface.globe + control[1]), 0.0]
        site, offset, depth = control
        start = self.authored[site]
        if len(start) == 2 and len(offset) == 3:
            start = [*start, self.surface.position(*self.sites[site])[2]]
        offset = [*offset, 0.0][: len(start)]
        found = self.surface.at([a + b for a, b in zip(start, offset, strict=True)])
        position = self.surface.position(*found)
        deep = self.bone(position) if depth == "bone" else float(depth)
        return [*position, deep] if flat else [*self.surface.under(*found, deep), 0.0]


def bundles_of(course: dict[str, Any]) -> list[list[tuple[float, list[Any]]]]:
    """Return the authored bundles of a course with those spread evenly between them.

    A bundle is given as its neighbours with their shares; all of one fan have as many points.
    """
    whole: list[list[tuple[float, list[Any]]]] = []
    for fan in (course["bundles"], course.get("below", [])):
        whole += [[(1.0, bundle)] for bundle in fan[:1]]
        for first, last in pairwise(fan):
            steps = np.linspace(0, 1, course.get("spread", 0) + 2)[1:]
            whole += [[(1 - step, first), (step, last)] for step in steps]
    return whole


def resample(control: Floats) -> Floats:
    """Return points evenly along a smooth curve through control points (k, 4: x, y, z, depth)."""
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(control, axis=0), axis=1))]
    fine = CubicSpline(along, control, bc_type="natural")(np.linspace(0, along[-1], 200))
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))]
    even = np.linspace(0, length[-1], max(5, round(length[-1] / SPACING_MM) + 1))
    return np.column_stack([np.interp(even, length, fine[:, k]) for k in range(control.shape[1])])


def centroid_size(points: Floats) -> float:
    """Return the root mean square distance of points from their middle."""
    return float(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()))


def data_text() -> str:
    """Return the data file: anchored sites and fibres."""
    authored = yaml.safe_load(COURSES.read_text(encoding="utf-8"))
    placer = Placer(load_head(), authored["sites"])
    size = centroid_size(np.array([placer.surface.position(*at) for at in placer.sites.values()]))
    lines = [
        "# Made by tools/place_fibres.py from tools/fibre_courses.yaml; do not edit by hand.",
        "# size_mm: root mean square distance of the sites of the default head from their middle.",
        "# sites: name -> triangle, two weights, depth (zero), on the left level-0 skin.",
        "# fibres: channel -> bundles -> points of triangle, two weights, depth mm, hold.",
        "schema_version: 1",
        f"size_mm: {size:.3f}",
        "sites:",
    ]
    for name, (triangle, weights) in placer.sites.items():
        lines.append(f"  {name}: {_row([triangle, weights[0], weights[1], 0.0])}")
    lines.append("fibres:")
    for channel, course in authored["courses"].items():
        lines.append(f"  {channel}:")
        for bundle in bundles_of(course):
            rows = placer.rows(bundle, course.get("hold", HOLD))
            lines.append(f"  - {' | '.join(_row(row) for row in rows)}")
    return "\n".join(lines) + "\n"


def _row(values: list[float]) -> str:
    return " ".join(f"{round(float(value), 4) + 0.0:g}" for value in values)


if __name__ == "__main__":
    text = data_text()
    with replacing(DATA / "attachments.yaml") as beside:
        beside.write_text(text, encoding="utf-8")
    print(f"{text.count('|') + text.count('  - ')} points, {len(text) / 1000:.0f} kB")
