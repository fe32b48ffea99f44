"""What carries a muscle: bone and skin take its fibres along, and its body forms around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.head.attachments import SIDES, fibre_points, load_fibres, relative_size
from risorius.skin.muscle_shape import Band, Build

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["Carrier", "Cast", "Knot", "jaw_motion", "make_carrier", "make_cast", "vertex_normals"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Frame = tuple[Floats, Floats, Floats]

KNOTTED, KNOT_PART, KNOT_LIFT = 0.85, 0.55, 3.0
"""How firmly the modiolus binds what meets there, from which place on a fibre on, and how much
nearer to the skin it lies than the insertions, which reach its deep face [mm]."""
SLACK = 0.3
"""A strand sinks no deeper toward its bone than this [mm]."""
INNER_HOLD = 0.3
"""How far the inner ends of the rings of the eye go with the skin; a ligament holds them."""


def jaw_motion(head: Head, shape: Floats) -> tuple[Floats, Floats]:
    """Return rotation (3, 3) and translation (3,) [mm] of the jaw, told by the lower teeth.

    References
    ----------
    Kabsch 1976, Acta Crystallographica A32, 922.
    """
    teeth = head.topology.parts["teeth_lower"]
    rest, moved = head.vertices[teeth], shape[teeth]
    centre, centres = rest.mean(axis=0), moved.mean(axis=0)
    u, _, vt = np.linalg.svd((rest - centre).T @ (moved - centres))
    u[:, 2] *= np.sign(np.linalg.det(u @ vt))
    turn = (u @ vt).T
    return turn, centres - turn @ centre


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Knot:
    """Where the insertions of several muscles are woven together."""

    ends: Ints
    """Their last points."""
    points: Ints
    """All points of their fibres."""
    end: Ints
    """Which of `ends` each of them leads to."""
    share: Floats
    """How far each of them goes with its end."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Carrier:
    """The points of all fibres, left then right, and what carries them."""

    head: Head
    corners: Ints
    weights: Floats
    depth: Floats
    hold: Floats
    """How firmly a point is tied to the skin above it."""
    part: Floats
    """Place between the two ends of its fibre, 0..1."""
    first: Ints
    last: Ints
    """The points at the two ends of its fibre."""
    kept: NDArray[np.bool_]
    """Held by the skull: the orbit's, and ends on bone."""
    chewed: NDArray[np.bool_]
    """Ends held by the jaw."""
    calm: sparse.csr_matrix
    """Means over neighbours along a fibre; the ends stay themselves."""
    knots: tuple[Knot, ...]
    """The modiolus of each side."""
    backed: Floats
    """How surely a point has bone behind it."""
    on_jaw: NDArray[np.bool_]
    """Points whose fibre comes from the jaw."""
    facing: Floats
    """Directions to the skin at rest."""
    hung: Floats
    """How surely a point keeps its depth under the skin."""
    outward: Floats
    """Fixed directions in the orbit; zero for points under the skin."""
    rest: Floats

    def surface(self, shape: Floats) -> tuple[Floats, Floats]:
        """Return where the skin would have the points, and its normals there."""
        normals = vertex_normals(self.head.topology.levels[0].quads, shape)
        outward = np.einsum("kc,kcx->kx", self.weights, normals[self.corners])
        outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
        skin = np.einsum("kc,kcx->kx", self.weights, shape[self.corners])
        return skin - self.depth[:, None] * outward, outward

    def carry(self, shape: Floats) -> tuple[Floats, Floats]:
        """Return the points and outward directions in a pose, (k, 3) each."""
        under, outward = self.surface(shape)
        # Folds of the skin are finer than a muscle, which does not follow every one.
        under = self.rest + self.calm @ (under - self.rest)
        outward = self.calm @ outward
        outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
        turn, shift = jaw_motion(self.head, shape)
        ends = under - self.rest
        ends[self.kept] = 0.0
        ends[self.chewed] = (self.rest @ turn.T + shift - self.rest)[self.chewed]
        part, hold = self.part[:, None], self.hold[:, None]
        glide = (1 - part) * ends[self.first] + part * ends[self.last]
        moved = self.rest + (1 - hold) * glide + hold * (under - self.rest)
        # What meets in a knot goes where the knot goes.
        for knot in self.knots:
            way = (moved - self.rest)[knot.ends]
            pulled = KNOTTED * (way.mean(axis=0) - way)
            moved[knot.points] += knot.share[:, None] * pulled[knot.end]
        # A strand that shortens glides over its bone, not into it.
        bone, away = self.rest.copy(), self.facing.copy()
        bone[self.on_jaw] = bone[self.on_jaw] @ turn.T + shift
        away[self.on_jaw] = away[self.on_jaw] @ turn.T
        sunk = -np.einsum("kx,kx->k", moved - bone, away)
        moved += (self.backed * np.maximum(sunk - SLACK, 0.0))[:, None] * away
        # What hangs in the skin keeps its depth under it, however far it glides.
        off = np.einsum("kx,kx->k", moved - under, outward) * self.hung
        moved -= off[:, None] * outward
        fixed = np.any(self.outward, axis=1)
        outward[fixed] = self.outward[fixed]
        return moved, outward


def make_carrier(head: Head, builds: Mapping[str, Build]) -> Carrier:
    """Return the points of the fibres of both sides, channel by channel, with their holds."""
    size, level = relative_size(head), head.topology.levels[0]
    skin_end = head.topology.parts["skin"].stop
    columns: dict[str, list[NDArray[Any]]] = {}
    count = 0
    for side in SIDES:
        centre = head.eyes.centres[SIDES.index(side)]
        for channel, build in builds.items():
            courses = fibre_points(head, channel, side)
            for fibre, course in zip(load_fibres()[channel], courses, strict=True):
                n = len(course)
                corners = level.triangles[fibre.triangle]
                if side == "right":
                    corners = head.topology.mirror[corners]
                orbit = corners[:, 0] >= skin_end
                way = np.r_[0, np.cumsum(np.linalg.norm(np.diff(course, axis=0), axis=1))]
                part = way / way[-1]
                # Rings go with the skin all along, but for the end at the inner corner of the eye.
                around = build.form in ("ring", "lip")
                hold = np.ones(n) if around else np.where(orbit, 0.0, fibre.hold)
                kept, chewed = np.zeros((2, n), bool)
                for end, held in zip((0, n - 1), build.ends, strict=True):
                    kept[end], chewed[end] = held == "skull", held == "jaw"
                    if held != "skin":
                        hold[end] = INNER_HOLD if around else 0.0
                row = {
                    "corners": corners,
                    "weights": fibre.weights,
                    "depth": size
                    * (
                        fibre.depth
                        - build.lift * (1 - part**2)
                        - build.meets * KNOT_LIFT * _into_knot(part)
                    ),
                    "hold": hold,
                    "part": part,
                    "first": np.full(n, count),
                    "last": np.full(n, count + n - 1),
                    "kept": kept,
                    "chewed": chewed,
                    "hung": np.clip(4 * np.minimum(part, 1 - part), 0, 1)
                    * (build.form == "sheet" and build.ends[0] == "skin"),
                    "backed": np.clip(5 * (0.9 - part), 0, 1)
                    * (build.form == "strand" and build.ends[0] != "skin"),
                    "on_jaw": np.full(n, build.ends[0] == "jaw"),
                    "meets": np.full(n, build.meets),
                    "outward": _radial(course, centre) if orbit.any() else np.zeros((n, 3)),
                }
                for name, values in row.items():
                    columns.setdefault(name, []).append(values)
                count += n
    joined = {name: np.concatenate(values) for name, values in columns.items()}
    blocks = [sparse.csr_matrix(_calm(len(hold))) for hold in columns["hold"]]
    calm = sparse.csr_matrix(sparse.block_diag(blocks))
    meets = joined.pop("meets")
    sides = np.arange(count) >= count // 2
    knots = tuple(_knot(meets & (sides == side), joined) for side in (False, True))
    nowhere = np.zeros((count, 3))
    carrier = Carrier(head=head, rest=nowhere, facing=nowhere, calm=calm, knots=knots, **joined)
    rest, facing = carrier.surface(head.vertices)
    return replace(carrier, rest=rest, facing=facing)


def _knot(chosen: NDArray[np.bool_], columns: Mapping[str, NDArray[Any]]) -> Knot:
    points = np.flatnonzero(chosen).astype(np.int32)
    ends, end = np.unique(columns["last"][points], return_inverse=True)
    share = _into_knot(columns["part"][points])
    return Knot(ends=ends.astype(np.int32), points=points, end=end.astype(np.int32), share=share)


def _into_knot(part: Floats) -> Floats:
    near = np.clip((part - KNOT_PART) / (1 - KNOT_PART), 0, 1)
    return np.asarray(near * near * (3 - 2 * near))


def _calm(count: int) -> Floats:
    near = np.eye(count)
    inner = np.arange(1, count - 1)
    near[inner, inner] = 0.5
    near[inner, inner - 1] = near[inner, inner + 1] = 0.25
    return np.asarray(np.linalg.matrix_power(near, 3))


def _radial(course: Floats, centre: Floats) -> Floats:
    """Return directions away from the globe, and up or down from its equator behind it."""
    way = course - centre
    way[:, 2] = np.maximum(way[:, 2], 0.0)
    level = np.sign(way[:, 1].mean())
    way[:, 1] = level * np.maximum(level * way[:, 1], 4.0)
    return np.asarray(way / np.linalg.norm(way, axis=1, keepdims=True))


def vertex_normals(quads: Ints, shape: Floats) -> Floats:
    """Return unit normals (n, 3) of a mesh of quads; they prefer no diagonal and so no side."""
    a, b, c, d = (shape[quads[:, k]] for k in range(4))
    area = np.cross(c - a, d - b)
    index = quads.T.ravel()
    normals = np.stack(
        [np.bincount(index, np.tile(area[:, k], 4), minlength=len(shape)) for k in range(3)],
        axis=1,
    )
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(normals / np.maximum(length, 1e-12))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cast:
    """The fixed rules that make bodies of the fibres' points."""

    points: sparse.csr_matrix
    tangent: sparse.csr_matrix
    smooth: sparse.csr_matrix
    neighbours: Ints
    """For each place of the grid, the vertices at both ends of its row."""
    hand: Floats
    """+1 or -1: the side of the fibres that `beyond` counts to."""
    grid: Ints
    beyond: Floats
    shift: Floats
    half: Floats

    def frame(self, points: Floats, outward: Floats) -> Frame:
        """Return the grid with its directions across the fibres and toward the skin."""
        along = self.tangent @ points
        along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
        up = self.smooth @ outward
        up -= np.einsum("gx,gx->g", up, along)[:, None] * along
        up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
        aside = np.cross(along, up) * self.hand[:, None]
        return self.points @ points, aside, up

    def form(self, frame: Frame, swell: Floats) -> Floats:
        """Return the vertices with the thickness multiplied."""
        points, aside, up = frame
        return np.asarray(
            points[self.grid]
            + (self.beyond * np.sqrt(swell))[:, None] * aside[self.grid]
            + (self.shift + swell * self.half)[:, None] * up[self.grid]
        )


def make_cast(
    carrier: Carrier, bands: list[tuple[Band, Build]], columns: list[NDArray[np.intp]]
) -> Cast:
    """Return the rules of all bands, one after the other; `columns` are their fibres' points."""
    n_control = len(carrier.rest)
    rules: dict[str, list[sparse.csr_matrix]] = {"points": [], "tangent": [], "smooth": []}
    hand, grid, shift, ends = [], [], [], []
    n_grid = n_vertices = 0
    facing = carrier.carry(carrier.head.vertices)[1]
    for (band, build), mine in zip(bands, columns, strict=True):
        place = sparse.csr_matrix(
            (np.ones(len(mine)), (np.arange(len(mine)), mine)), shape=(len(mine), n_control)
        )
        rows, width = band.shape
        # Directions are those of the whole row, so that a body does not fray.
        mean = np.kron(np.eye(rows), np.full((width, width), 1 / width))
        rules["points"].append(sparse.csr_matrix(band.points) @ place)
        rules["tangent"].append(sparse.csr_matrix(band.tangent) @ place)
        near = np.abs(np.arange(rows)[:, None] - np.arange(rows)) <= 1
        blur = np.kron(near / near.sum(axis=1, keepdims=True), np.eye(width))
        weights = (blur if build.form == "sheet" else mean @ blur) @ band.points
        rules["smooth"].append(sparse.csr_matrix(weights) @ place)
        points = band.points @ carrier.rest[mine]
        outward = weights @ facing[mine]
        sides = np.cross(band.tangent @ carrier.rest[mine], outward).reshape(rows, width, 3)
        steps = points.reshape(rows, width, 3)
        turned = np.einsum("rux,rux->", sides[:, 1:], np.diff(steps, axis=1))
        if abs(turned) < 1e-6:
            turned = 1.0 if mine[0] < n_control // 2 else -1.0
        hand.append(np.full(rows * width, np.sign(turned)))
        grid.append(band.grid + n_grid)
        shift.append((2 * build.outward - 1) * np.abs(band.half))
        row = np.repeat(np.arange(rows), width) * width + n_vertices
        ends.append(np.stack([row, row + width - 1], axis=1))
        n_grid += rows * width
        n_vertices += len(band.grid)
    return Cast(
        **{name: sparse.vstack(parts, format="csr") for name, parts in rules.items()},
        neighbours=np.concatenate(ends).astype(np.int32),
        hand=np.concatenate(hand),
        grid=np.concatenate(grid).astype(np.int32),
        beyond=np.concatenate([band.aside for band, _ in bands]),
        shift=np.concatenate(shift),
        half=np.concatenate([band.half for band, _ in bands]),
    )
