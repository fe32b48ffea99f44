"""Lids that roll over the globe: how far each vertex goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.head.eye import CORNEA_RISE
from risorius.head.lash import N_RIBBONS, N_UPPER
from risorius.skin.shell import Sheet
from risorius.skin.tables import load_table

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["PRESS", "Globes", "Lids", "make_lids"]

Floats = NDArray[np.float64]
SIDES = ("left", "right")

HOLD = np.array([0.9, 0.55])
"""Part of the skin's way that the upper and the lower tarsal plate stay behind."""


PRESS = 0.1
"""How far the edges of shut lids are pressed into each other [mm]."""


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
    upper_share = load_table("drives")["lid_motion"]["upper_share"]["typ"]
    for number, side in enumerate(SIDES):
        margins = [
            [loops[f"lid_{lid}_{side}"], loops[f"lid_back_{lid}_{side}"]]
            for lid in ("upper", "lower")
        ]
        axis[number] = _canthal_axis(head, np.concatenate(margins[0]))
        along, angle = _around(head.vertices, globes.centre[number], axis[number])
        places, gaps = _gaps(margins, along, angle)
        # The middle of the eye is where its globe stands out, not the corner behind it.
        aperture[number] = np.interp(0.0, places, gaps.min(axis=0))
        take, follow, shut = np.zeros((n, 2)), np.zeros(n), np.zeros((n, 2))
        take[skin] = _lid_fields(head, sheet, side, margins)
        for edge in (0, 1):
            upper, lower = (lid[edge] for lid in margins)
            line = np.concatenate([upper, lower])
            follow[line] = np.interp(along[line], places, gaps[edge])
            offset = head.vertices - globes.centre[number]
            shut[upper, 0], shut[lower, 1] = _meeting(
                offset, axis[number], upper, lower, follow, upper_share
            )
        every = [np.unique(np.concatenate(lid)) for lid in margins]
        near = take[skin].max(axis=1) > 1e-3
        follow[skin] = _spread(sheet, follow[skin], np.union1d(*every), near)
        for column, margin in enumerate(every):
            shut[skin, column] = _spread(sheet, shut[skin, column], margin, near)
        plates = np.maximum(plates, take[skin] @ HOLD)
        hairs = np.arange(n)[head.topology.parts[f"lashes_{side}"]].reshape(N_RIBBONS, -1)
        for column, (lid, own) in enumerate(
            zip(margins, (hairs[:N_UPPER], hairs[N_UPPER:]), strict=True)
        ):
            # A hair turns as one, as the margin does where it grows.
            weights = _places_on(head.vertices[lid[0]], head.vertices[own[:, :2]].mean(axis=1))
            margin = take[lid[0], column]
            take[own, column] = 1.0
            follow[own] = (weights @ (margin * follow[lid[0]]))[:, None]
            shut[own, column] = (weights @ (margin * shut[lid[0], column]))[:, None]
        follow = np.minimum(1.0, follow / aperture[number])
        moved = take.max(axis=1) > 1e-3
        turn[moved, 0] = ((shut * take) @ [1.0, -1.0])[moved]
        turn[moved, 1:] = (follow[:, None] * take)[moved]
        eye[moved] = number
    return Lids(eye, turn.astype(np.float32), axis, aperture), globes, plates


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


def _gaps(
    margins: list[list[NDArray[np.int32]]], along: Floats, angle: Floats
) -> tuple[Floats, Floats]:
    """Return places along the axis, and the angle that is free there at both edges, (2, k)."""
    every = np.concatenate([edge for lid in margins for edge in lid])
    places = np.linspace(along[every].min(), along[every].max(), 201)

    def line(edge: NDArray[np.int32]) -> Floats:
        order = np.argsort(along[edge])
        return np.interp(places, along[edge][order], angle[edge][order])

    gaps = [line(upper) - line(lower) for upper, lower in zip(*margins, strict=True)]
    return places, np.maximum(np.stack(gaps), 0.0)


def _meeting(
    offset: Floats,
    axis: Floats,
    upper: NDArray[np.int32],
    lower: NDArray[np.int32],
    gap: Floats,
    upper_share: float,
) -> tuple[Floats, Floats]:
    """Return the turns [rad] that bring two edges together: the upper down, the lower up.

    Between two vertices an edge runs straight and not round the axis, so the turns of single
    vertices are mended until the lines between them meet as well.
    """
    up = np.cross([0.0, 0.0, 1.0], axis)
    sides, turns = (upper, lower), [upper_share * gap[upper], (1 - upper_share) * gap[lower]]
    for _ in range(30):
        lines = []
        for vertices, turn, sign in zip(sides, turns, (-1.0, 1.0), strict=True):
            angle = np.arctan2(offset[vertices] @ up, offset[vertices, 2]) + sign * turn
            reach = np.hypot(offset[vertices] @ up, offset[vertices, 2])
            along = offset[vertices] @ axis
            order = np.argsort(along)
            lines.append((along, reach * np.sin(angle), reach * np.cos(angle), order))
        for number, (along, *_) in enumerate(lines):
            angles = []
            for places, height, depth, order in lines:
                here = [np.interp(along, places[order], line[order]) for line in (height, depth)]
                angles.append(np.arctan2(*here))
            # The corners are one vertex for both and stay.
            reach = np.hypot(lines[number][1], lines[number][2])
            turns[number][1:-1] += 0.5 * (angles[0] - angles[1] + PRESS / reach)[1:-1]
    return turns[0], turns[1]


def _spread(
    sheet: Sheet, value: Floats, known: NDArray[np.int32], wanted: NDArray[np.bool_]
) -> Floats:
    """Carry what is known at some vertices smoothly over the skin around them."""
    from scipy.sparse.linalg import spsolve

    inner = np.flatnonzero(wanted & ~np.isin(np.arange(len(value)), known))
    rows = sparse.csc_matrix(sheet.laplacian(np.ones(len(sheet.area))))[inner]
    own = rows[:, inner]
    # Skin that does not move with the lids lets go: nothing is known there.
    other = np.setdiff1d(np.arange(len(value)), np.concatenate([inner, known]))
    own = own + sparse.diags(np.asarray(rows[:, other].sum(axis=1)).ravel())
    out = value.copy()
    out[inner] = spsolve(sparse.csc_matrix(own), -rows[:, known] @ value[known])
    return out


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


def _places_on(line: Floats, points: Floats) -> Floats:
    """Weights (k, m), summing to 1, of the vertices of a line (m, 3) nearest to points (k, 3)."""
    start, step = line[:-1], np.diff(line, axis=0)
    share = np.einsum("kmx,mx->km", points[:, None] - start, step) / (step**2).sum(axis=1)
    share = np.clip(share, 0, 1)
    away = np.linalg.norm(points[:, None] - start - share[..., None] * step, axis=2)
    row, best = np.arange(len(points)), away.argmin(axis=1)
    weights = np.zeros((len(points), len(line)))
    weights[row, best] = 1 - share[row, best]
    weights[row, best + 1] = share[row, best]
    return weights
