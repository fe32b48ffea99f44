"""Lids that roll over the globe: how far each vertex goes, and what keeps it off the eye."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.head.eye import CORNEA_RISE
from risorius.skin.shell import Sheet
from risorius.skin.tissue import load_table

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["Globes", "Lids", "clearance", "make_lids"]

Floats = NDArray[np.float64]
SIDES = ("left", "right")

HOLD = np.array([0.9, 0.55])
"""Part of the skin's way that the upper and the lower tarsal plate stay behind."""


@dataclass(frozen=True, slots=True, eq=False)
class Globes:
    """Both eyes as the lids feel them.

    Attributes
    ----------
    centre : (2 side, 3) [mm]
    radius : (2 side,) [mm]
    iris : float [mm]
        Radius of the cornea's foot.
    rise : float [mm]
        How far the cornea stands out.
    """

    centre: Floats
    radius: Floats
    iris: float
    rise: float


@dataclass(frozen=True, slots=True, eq=False)
class Lids:
    """Rotation of lid and lash vertices about the eye.

    Attributes
    ----------
    eye : (n0,) int8
        0 left, 1 right, -1 for vertices that no lid moves.
    turn : (n0, 3) float32
        Rotation of a vertex [rad] in a full closing; and what part it takes of a rotation of the
        upper and of the lower margin that is given for the middle of the eye [1].
    axis : (2 side, 3)
        From corner to corner of the eye, x positive: a positive turn carries the upper lid down.
    aperture : (2 side,) [rad]
        Angle between the margins in the middle of the eye.
    """

    eye: NDArray[np.int8]
    turn: NDArray[np.float32]
    axis: Floats
    aperture: Floats


def make_lids(head: Head, sheet: Sheet) -> tuple[Lids, Globes, Floats]:
    """Return how the lids of a head move, its globes, and the hold of the tarsal plates, (n_skin,).

    A tarsal plate lies on the globe: it turns with its lid, and skin that is pulled leaves it
    behind by this part of its way.
    """
    n = len(head.vertices)
    eye, turn = np.full(n, -1, np.int8), np.zeros((n, 3))
    axis, aperture, plates = np.zeros((2, 3)), np.zeros(2), np.zeros(sheet.n)
    globes = Globes(head.eyes.centres, head.eyes.radii, head.eyes.iris_radius, CORNEA_RISE)
    loops, skin = head.topology.loops, head.topology.parts["skin"]
    first_lash = head.topology.parts["lashes_left"].start
    upper_share = load_table("drives")["lid_motion"]["upper_share"]["typ"]
    for number, side in enumerate(SIDES):
        margins = [
            [loops[f"lid_{lid}_{side}"], loops[f"lid_back_{lid}_{side}"]]
            for lid in ("upper", "lower")
        ]
        axis[number] = _canthal_axis(head, np.concatenate(margins[0]))
        along, angle = _around(head.vertices, globes.centre[number], axis[number])
        places, gap = _gap(margins, along, angle)
        # The middle of the eye is where its globe stands out, not the corner behind it.
        aperture[number] = np.interp(0.0, places, gap)
        gap_here = np.interp(along, places, gap, left=0.0, right=0.0)
        follow = np.minimum(1.0, gap_here / aperture[number])
        take = np.zeros((n, 2))
        take[skin] = _lid_fields(head, sheet, side, margins)
        plates = np.maximum(plates, take[skin] @ HOLD)
        lashes = np.arange(n)[head.topology.parts[f"lashes_{side}"]]
        root = head.topology.lash_roots[lashes - first_lash]
        take[lashes, 0] = np.isin(root, margins[0])
        take[lashes, 1] = ~np.isin(root, margins[0])
        base = along[_hair_bases(head, lashes, root)]
        gap_here[lashes] = np.interp(base, places, gap)
        follow[lashes] = np.minimum(1.0, gap_here[lashes] / aperture[number])
        moved = take.max(axis=1) > 1e-3
        turn[moved, 0] = (gap_here * (upper_share * take[:, 0] - (1 - upper_share) * take[:, 1]))[
            moved
        ]
        turn[moved, 1:] = (follow[:, None] * take)[moved]
        eye[moved] = number
    return Lids(eye, turn.astype(np.float32), axis, aperture), globes, plates


def clearance(points: Floats, globes: Globes, eye: NDArray[np.int8], limit: float) -> Floats:
    """Return how far points (k, 3) lie outside the globe and cornea that look ahead, (k,) [mm].

    More than `limit` counts as `limit`.
    """
    offset = points - globes.centre[eye]
    length = np.linalg.norm(offset, axis=1)
    radius = globes.radius[eye]
    ahead = offset[:, 2] / length
    across = (radius**2) * (1 - ahead**2) / globes.iris**2
    rise = np.where(ahead > 0, globes.rise * np.clip(1 - across, 0, None), 0.0)
    return np.asarray(np.minimum(length - radius - rise, limit))


def _canthal_axis(head: Head, margin: NDArray[np.int32]) -> Floats:
    points = head.vertices[margin]
    line = points[points[:, 0].argmax()] - points[points[:, 0].argmin()]
    line[2] = 0.0  # the axis lies across the line of sight
    return np.asarray(line / np.linalg.norm(line))


def _around(points: Floats, centre: Floats, axis: Floats) -> tuple[Floats, Floats]:
    """Place along the axis [mm] and angle about it, up positive [rad]."""
    offset = points - centre
    up = np.cross([0.0, 0.0, 1.0], axis)
    return offset @ axis, np.arctan2(offset @ up, offset[:, 2])


def _gap(
    margins: list[list[NDArray[np.int32]]], along: Floats, angle: Floats
) -> tuple[Floats, Floats]:
    """Angle that is free between the lids at places along the axis: front and back edges count."""
    every = np.concatenate([edge for lid in margins for edge in lid])
    places = np.linspace(along[every].min(), along[every].max(), 201)

    def edges(lid: list[NDArray[np.int32]]) -> Floats:
        curves = []
        for edge in lid:
            order = np.argsort(along[edge])
            curves.append(np.interp(places, along[edge][order], angle[edge][order]))
        return np.stack(curves)

    return places, np.maximum(edges(margins[0]).min(axis=0) - edges(margins[1]).max(axis=0), 0.0)


def _lid_fields(
    head: Head, sheet: Sheet, side: str, margins: list[list[NDArray[np.int32]]]
) -> Floats:
    """Share of the margin's turn that the skin around takes, (n_skin, 2)."""
    from scipy.sparse.linalg import spsolve

    topology = head.topology
    n = topology.parts["skin"].stop
    points = head.vertices[:n]
    number = SIDES.index(side)
    centre = head.eyes.centres[number]
    near = np.linalg.norm(points - centre, axis=1) < head.eyes.radii[number] + 14
    behind = points[:, 2] < centre[2]
    regions = topology.regions
    socket = regions["eye_socket"] > 0.5
    fields = np.zeros((n, 2))
    laplacian = sheet.laplacian(np.ones(len(sheet.area)))
    upper, lower = (np.unique(np.concatenate(lid)) for lid in margins)
    for column, (margin, other, region) in enumerate(
        ((upper, lower, "lids_upper"), (lower, upper, "lids_lower"))
    ):
        free = near & ~behind & ((regions[region] > 0.05) | socket)
        fixed_one = np.setdiff1d(margin, other)
        free[other] = False
        free[fixed_one] = False
        value = np.zeros(n)
        value[fixed_one] = 1.0
        inner = np.flatnonzero(free)
        matrix = sparse.csc_matrix(laplacian)[inner]
        value[inner] = spsolve(sparse.csc_matrix(matrix[:, inner]), -matrix @ value)
        # The tarsal plate next to the margin turns as a whole.
        fields[:, column] = _ease(np.clip(value * 1.3, 0, 1))
    return fields


def _ease(x: Floats) -> Floats:
    return x * x * (3 - 2 * x)


def _hair_bases(
    head: Head, lashes: NDArray[np.int64], root: NDArray[np.int32]
) -> NDArray[np.int64]:
    """For each lash vertex the vertex where its hair leaves the lid, (k,): a hair turns as one."""
    from scipy.sparse.csgraph import connected_components

    quads = head.topology.levels[0].quads - lashes[0]
    quads = quads[((quads >= 0) & (quads < len(lashes))).all(axis=1)]
    ends = np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)
    graph = sparse.coo_matrix(
        (np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=2 * (len(lashes),)
    )
    _, hair = connected_components(graph, directed=False)
    away = np.linalg.norm(head.vertices[lashes] - head.vertices[root], axis=1)
    order = np.lexsort((away, hair))
    first = order[np.unique(hair[order], return_index=True)[1]]
    return lashes[first[hair]]
