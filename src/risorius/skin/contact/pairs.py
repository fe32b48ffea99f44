"""Skin on skin: lip on lip and lid on lid, how far they overlap and how they part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from risorius.head.topology import load_topology
from risorius.skin.contact.patches import Patch, eye_patches, mouth_patches
from risorius.skin.lids import PRESS, Globes

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["LidPairs", "LipPairs", "Slit", "make_lids", "make_lips"]

Ints = NDArray[np.int32]
Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

LIP_GIVE, LID_GIVE = 6.0, 4.0
"""How far from where they meet lips and lids give way [mm]."""
LIP_YIELDS, LID_YIELDS = 4, 1
"""How often a whole lip gives way before single vertices do."""
EXACT = 2
"""How often single vertices give way."""
CONTACT_ROW = 3
"""Row of a lip's patch where the lips touch at rest."""
SLACK = 1e-3
"""Room that rest has before anything counts as contact [mm]: more than rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Slit:
    """Two surfaces that face each other, at one level.

    Both are followed in a frame of their own: along the slit, across it (the way in which they
    part) and in depth. Where they overlap at rest, the surfaces count as inset by half of it each.

    Attributes
    ----------
    vertex : (k,) int32
        Vertices that take part, the corners once for each side; everything below counts in this
        list.
    sign : (k,) float32
        1 for the lower side and -1 for the upper.
    inset : (k,) float32 [mm]
    upper, lower : (columns, rows) int32
        The patches, from corner to corner and from inside to outside.
    upper_guess, lower_guess : (columns,) int32
        Column of the other side that each column faces at rest.
    station : (k,) float32
        Column of the upper side that each vertex goes with, with a fraction.
    give : (k,) float32
        Part of its half of an overlap that each yields by, 1 where the sides meet.
    frame : (5, 3) float32
        Origin, axis, up, ahead; and the radius on which heights are measured round the axis, or
        zero where they are measured straight up.
    yields : int
    """

    vertex: Ints
    sign: Singles
    inset: Singles
    upper: Ints
    lower: Ints
    upper_guess: Ints
    lower_guess: Ints
    station: Singles
    give: Singles
    frame: Singles
    yields: int

    def overlap(self, shape: ArrayLike) -> Singles:
        """Return how far each vertex reaches into the other side, (k,) [mm], 0 where it is free."""
        from risorius.skin.contact import slit_loops

        points = np.ascontiguousarray(shape, dtype=np.float32)
        deep = np.empty(len(self.vertex), np.float32)
        slit_loops.overlap(
            points,
            self.frame,
            self.vertex,
            self.sign,
            self.inset,
            self.upper,
            self.lower,
            self.upper_guess,
            self.lower_guess,
            deep,
        )
        return deep

    def part(self, points: Singles) -> None:
        """Move what overlaps apart in every frame (t, n, 3), in place, until nothing is left."""
        self._part(points, self.yields, EXACT, True)

    def finish(self, points: Singles) -> None:
        """Move single vertices that still overlap out of the other side, in place."""
        self._part(points, 0, EXACT, True)

    def halve(self, points: Singles) -> None:
        """Bring each vertex that reaches into the other side half the way back, in place."""
        self._part(points, 0, 1, False)

    def _part(self, points: Singles, yields: int, exact: int, clear: bool) -> None:
        from risorius.skin.contact import slit_loops

        slit_loops.part(
            points,
            self.frame,
            self.vertex,
            self.sign,
            self.inset,
            self.upper,
            self.lower,
            self.upper_guess,
            self.lower_guess,
            self.station,
            self.give,
            yields,
            exact,
            clear,
        )

    def renumbered(self, place: NDArray[np.integer]) -> Slit:
        """Return the same with vertex ``v`` called ``place[v]``."""
        return replace(self, vertex=place[self.vertex].astype(np.int32))


@dataclass(frozen=True, slots=True, eq=False)
class LipPairs:
    """Upper and lower lip.

    Attributes
    ----------
    levels : (Slit, Slit)
        Level 0 and level 1.
    """

    levels: tuple[Slit, Slit]

    @property
    def upper(self) -> Ints:
        """Level-0 vertices of the upper lip's facing side, (25 columns, 9 rows)."""
        return mouth_patches(0)[0].grid

    @property
    def lower(self) -> Ints:
        """Level-0 vertices of the lower lip's facing side, (15 columns, 9 rows)."""
        return mouth_patches(0)[1].grid

    def overlap(self, shape: ArrayLike, *, level: int = 0) -> float:
        """Return the deepest penetration of a shape (n, 3) [mm]."""
        return float(self.levels[level].overlap(shape).max())


@dataclass(frozen=True, slots=True, eq=False)
class LidPairs:
    """Upper and lower lid of both eyes.

    Attributes
    ----------
    levels : (level, (left Slit, right Slit))
    """

    levels: tuple[tuple[Slit, Slit], tuple[Slit, Slit]]

    def overlap(self, shape: ArrayLike, *, level: int = 0) -> float:
        """Return the deepest penetration of a shape (n, 3) [mm]."""
        return float(max(slit.overlap(shape).max() for slit in self.levels[level]))


def make_lips(head: Head) -> LipPairs:
    """Return how the lips of a head meet."""
    frame = np.concatenate([np.zeros((1, 3)), np.eye(3), np.zeros((1, 3))])
    levels = []
    for level, points in enumerate(_levels(head)):
        upper, lower = mouth_patches(level)
        # Lips yield along the line of contact; the finer level only settles what is left.
        reach = (CONTACT_ROW, LIP_GIVE) if level == 0 else None
        levels.append(_slit(points, upper, lower, frame, LIP_YIELDS, reach, SLACK))
    return LipPairs((levels[0], levels[1]))


def make_lids(head: Head, globes: Globes) -> LidPairs:
    """Return how the lids of a head meet."""
    levels = []
    for level, points in enumerate(_levels(head)):
        sides = []
        for number, side in enumerate(("left", "right")):
            upper, lower = eye_patches(side, level)
            frame = _round(points, upper, number, globes)
            reach = (1, LID_GIVE) if level == 0 else None
            sides.append(_slit(points, upper, lower, frame, LID_YIELDS, reach, PRESS / 2))
        levels.append((sides[0], sides[1]))
    return LidPairs((levels[0], levels[1]))


def _levels(head: Head) -> tuple[Floats, Floats]:
    return head.vertices, head.topology.refine(head.vertices)


def _round(points: Floats, upper: Patch, number: int, globes: Globes) -> Floats:
    """Frame round the eye's axis from the inner to the outer corner, seen from the front."""
    corners = points[upper.grid[[0, -1], 1]]
    axis = corners[1] - corners[0] if number == 0 else corners[0] - corners[1]
    axis[2] = 0.0
    axis /= np.linalg.norm(axis)
    up = np.cross([0.0, 0.0, 1.0], axis)
    radius = float(globes.radius[number])
    return np.stack([globes.centre[number], axis, up, np.array([0.0, 0, 1]), np.full(3, radius)])


def _slit(
    points: Floats,
    upper: Patch,
    lower: Patch,
    frame: Floats,
    yields: int,
    reach: tuple[int, float] | None,
    soft: float,
) -> Slit:
    """Return a slit of the shape `points`; with a `reach` (row, mm) the skin round it yields.

    Each side may be pressed in by `soft` [mm] before anything counts as contact.
    """
    patch = np.unique(np.concatenate([upper.grid.ravel(), lower.grid.ravel()]))
    along = (points - frame[0]) @ frame[1]
    flip = along[upper.grid[0, 0]] > along[upper.grid[-1, 0]]
    above, below = (
        np.ascontiguousarray(side.grid[::-1] if flip else side.grid) for side in (upper, lower)
    )
    row = reach[0] if reach else above.shape[1] // 2
    vertex, give, sign = patch, np.zeros(len(patch)), np.ones(len(patch))
    if reach:
        vertex, give, sign = _yielding(points, above[:, row], below[:, row], reach[1], patch)
    place = np.full(len(points), -1)
    place[vertex] = np.arange(len(vertex))
    sign[place[above]] = -1
    sign[place[below]] = 1
    # The corners belong to both sides: they are listed twice and stay.
    corners = above[[0, -1]].ravel()
    over, under = place[above], place[below]
    over[[0, -1]] = len(vertex) + np.arange(len(corners)).reshape(2, -1)
    vertex = np.concatenate([vertex, corners])
    give[place[corners]] = 0.0
    give = np.concatenate([give, np.zeros(len(corners))])
    sign = np.concatenate([sign, np.full(len(corners), -1.0)])
    line = along[above[:, row]]
    station = np.interp(along[vertex], line, np.arange(len(line)))
    station[over] = np.arange(len(line))[:, None]
    station[under] = np.interp(along[below[:, row]], line, np.arange(len(line)))[:, None]
    guesses = [
        np.clip(
            np.searchsorted(along[b[:, row]], along[a[:, row]], side="right") - 1, 0, len(b) - 2
        )
        for a, b in ((above, below), (below, above))
    ]
    slit = Slit(
        vertex.astype(np.int32),
        sign.astype(np.float32),
        np.zeros(len(vertex), np.float32),
        over.astype(np.int32),
        under.astype(np.int32),
        guesses[0].astype(np.int32),
        guesses[1].astype(np.int32),
        station.astype(np.float32),
        give.astype(np.float32),
        frame.astype(np.float32),
        yields if reach else 0,
    )
    return replace(slit, inset=_inset(slit, points) + np.float32(soft))


def _inset(slit: Slit, points: Floats) -> Singles:
    """Return how far the surfaces must count as inset, so that nothing touches at rest."""
    inset = np.zeros(len(slit.vertex), np.float32)
    for _ in range(40):
        deep = replace(slit, inset=inset).overlap(points)
        if deep.max() <= 0:
            break
        inset += 0.5 * deep
        inset[deep > 0] += np.float32(1e-5)
    return inset


def _yielding(
    points: Floats, above: Ints, below: Ints, reach: float, patch: NDArray[np.integer]
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return the vertices that yield, how much of an overlap, and on which side each lies."""
    from scipy.sparse.csgraph import dijkstra

    level = load_topology().levels[0]
    skin = level.parts["skin"].stop
    ends = _edges()
    length = np.linalg.norm(points[ends[:, 0]] - points[ends[:, 1]], axis=1)
    graph = sparse.csr_matrix((length, (ends[:, 0], ends[:, 1])), shape=(skin, skin))
    # The corners belong to both sides: distances along the skin start from the others.
    away = np.stack(
        [
            dijkstra(graph, directed=False, indices=line[1:-1], min_only=True, limit=3 * reach)
            for line in (above, below)
        ]
    )
    nearest = away.min(axis=0)
    give = np.where(np.isfinite(nearest), np.exp(-((nearest / reach) ** 2)), 0.0)
    keep = give > 0.02
    keep[patch] = True
    vertex = np.flatnonzero(keep)
    return vertex, give[vertex], np.where(away[0] < away[1], -1.0, 1.0)[vertex]


@cache
def _edges() -> NDArray[np.int64]:
    """Return the ends of the edges and diagonals of the skin's quads, each once."""
    level = load_topology().levels[0]
    quads = level.quads[(level.quads < level.parts["skin"].stop).all(axis=1)].astype(np.int64)
    pairs = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3)]
    return np.unique(np.sort(np.concatenate([quads[:, p] for p in pairs]), axis=1), axis=0)
