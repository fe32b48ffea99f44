"""How every muscle moves the tracker's points, quadratic in activation; measured on the face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.clip import SIDES
from risorius.read.camera import turn_terms
from risorius.read.drives import Reach, measure_reach
from risorius.read.points import CORNERS, LOWER_LID, UPPER_LID

if TYPE_CHECKING:
    from risorius.face import Face

__all__ = ["JAW_REACH", "LID_CHANNELS", "Basis", "lid_heights", "measure_basis"]

Floats = NDArray[np.float64]

LID_CHANNELS = ("orbicularis_oculi.pretarsalis", "levator_palpebrae_superioris")
"""The muscle that shuts the lid, then the one that widens it: read from the aperture."""

JAW_REACH = {"open": 0.5, "protrude": 6.0, "lateral": 8.0}
"""Movement [rad, mm, mm] that counts as one unit of a jaw column; larger is extrapolated."""

_GAZE_PITCH = np.radians([-25.0, -12.0, 0.0, 12.0, 25.0, 40.0])


@dataclass(frozen=True, eq=False)
class Basis:
    """Landmarks at rest and their displacement ``linear * a + square * a**2`` for each column.

    Attributes
    ----------
    columns : tuple of (str, str)
        ``(channel, side)`` of each muscle, then ``("jaw", dof)``.
    rest : (point, axis) [mm]
    linear, square : (column, point, axis) [mm]
        For activation 1, or one unit of `JAW_REACH`.
    low, high : (column,) [1]
        Bounds of the unknowns.
    eyes : (side, axis) [mm]
        Centres of rotation.
    lid_pitch : (sample,) [rad]
        Gaze pitch at which ``lid_follow`` was measured.
    lid_follow : (sample, margin, side) [1]
        How far the upper and the lower lid rise with the gaze, in apertures at rest.
    lid_travel : (side,) [1]
        How far the levator lifts the upper lid, in apertures at rest.
    drift : (term, point, axis) [mm]
        How the resting face seems to change as the head turns, by the terms of
        :func:`risorius.read.camera.turn_terms`.
    wobble : (pattern, point, axis) [mm]
        How the mesh of the tracker wavers besides, in turned heads and where muscles work
        together, each pattern in its usual size.
    reach : Reach
        What the muscles of jaw and eyes move at most.
    """

    columns: tuple[tuple[str, str], ...]
    rest: Floats
    linear: Floats
    square: Floats
    low: Floats
    high: Floats
    eyes: Floats
    lid_pitch: Floats
    lid_follow: Floats
    lid_travel: Floats
    drift: Floats
    wobble: Floats
    reach: Reach

    def displacement(self, amounts: Floats) -> Floats:
        """Return how far the points move, (..., point, axis) [mm], for (..., column) amounts."""
        flat = amounts @ self.linear.reshape(len(self.columns), -1)
        flat = flat + amounts**2 @ self.square.reshape(len(self.columns), -1)
        return np.asarray(flat.reshape(*amounts.shape[:-1], *self.rest.shape))

    def mobility(self) -> Floats:
        """Return how far expressions carry each point, root of a sum of squares, (point,) [mm]."""
        return np.asarray(np.sqrt(((self.linear + self.square) ** 2).sum(axis=(0, 2))))

    @cached_property
    def stability(self) -> Floats:
        """How far each point stays in place on the skull, (point,) [1]."""
        return np.asarray(1.0 / (1.0 + (self.mobility() / 2.0) ** 2))

    @cached_property
    def near_eyes(self) -> NDArray[np.bool_]:
        """Which columns act mostly at the eyes and above them, (column,)."""
        size = ((self.linear + self.square) ** 2).sum(axis=2)
        middle = (size @ self.rest[:, 1]) / np.maximum(size.sum(axis=1), 1e-9)
        return np.asarray(middle > self.eyes[:, 1].mean() - 12.0)

    def scaled(self, factor: float) -> Basis:
        """Return the basis of a head ``factor`` times as large."""
        return replace(
            self,
            rest=self.rest * factor,
            linear=self.linear * factor,
            square=self.square * factor,
            eyes=self.eyes * factor,
            drift=self.drift * factor,
            wobble=self.wobble * factor,
        )


def lid_heights(points: NDArray[np.floating]) -> tuple[Floats, Floats, Floats]:
    """Return the heights of upper and lower lid over the line of the corners, and the eye's width.

    Parameters
    ----------
    points : (..., point, axis) [mm]
        In the head frame.

    Returns
    -------
    upper, lower, width : (..., side) [mm]
    """
    outer, inner = points[..., CORNERS[:, 0], :], points[..., CORNERS[:, 1], :]
    width = np.linalg.norm(outer - inner, axis=-1)
    along = (inner - outer) / width[..., None]

    def height(margin: NDArray[np.intp]) -> Floats:
        middle = points[..., margin, :].mean(axis=-2) - outer
        # Up, across the line of the corners: lids slide over the globe, so depth is left out.
        across = middle[..., 1] * along[..., 0] - middle[..., 0] * along[..., 1]
        return np.asarray(across * np.sign(along[..., 0]))

    return height(UPPER_LID), height(LOWER_LID), width


def measure_basis(face: Face, *, tracked: bool = True) -> Basis:
    """Move each muscle of a face alone and note where the tracker's points go.

    Parameters
    ----------
    face : Face
    tracked : bool
        Take what the tracker was measured to make of each movement, with its drift and wavering;
        else the geometry of the rig alone.

    Returns
    -------
    basis : Basis
        Columns for all channels that a camera can see in skin and lids, and for the jaw.
    """
    from risorius.head.landmarks import load_landmarks

    channels = face.atlas.channel_ids
    columns = [
        (channel.id, side)
        for channel in face.atlas.channels
        if channel.is_observable and channel.moves in ("skin", "lid")
        for side in SIDES
    ]
    n_muscle = len(columns)
    dofs = tuple(JAW_REACH)
    n_frames = 1 + 2 * (n_muscle + len(dofs)) + len(_GAZE_PITCH)
    activation = np.zeros((n_frames, len(channels), len(SIDES)), np.float32)
    jaw = np.zeros((n_frames, len(dofs)), np.float32)
    gaze = np.zeros((n_frames, len(SIDES), 2), np.float32)
    for index, (channel, side) in enumerate(columns):
        place = channels.index(channel), SIDES.index(side)
        activation[1 + 2 * index, *place] = 0.5
        activation[2 + 2 * index, *place] = 1.0
    for index, reach in enumerate(JAW_REACH.values()):
        frame = 1 + 2 * (n_muscle + index)
        jaw[frame, index], jaw[frame + 1, index] = reach / 2, reach
    gaze[-len(_GAZE_PITCH) :, :, 1] = _GAZE_PITCH[:, None]
    table, loops = load_landmarks(), face.head.topology.loops
    margins = {
        name: loop for name, loop in loops.items() if name.startswith(("lid_upper", "lid_lower"))
    }
    used = np.unique(np.concatenate([table.corners.ravel(), *margins.values()]))
    shapes = face.rig.take(used).deform(activation, jaw, gaze).astype(float)
    corners = shapes[:, np.searchsorted(used, table.corners)]
    points = np.einsum("tkcx,kc->tkx", corners, table.weights)
    lids = _margin_heights(
        {name: shapes[:, np.searchsorted(used, loop)] for name, loop in margins.items()}
    )
    rest = points[0]
    half, full = (points[k : 1 + 2 * (n_muscle + len(dofs)) : 2] - rest for k in (1, 2))
    straight = len(lids) - len(_GAZE_PITCH) + int(np.flatnonzero(_GAZE_PITCH == 0)[0])
    aperture = lids[straight, 0] - lids[straight, 1]
    risen = (lids - lids[straight]) / aperture
    widest = [2 + 2 * columns.index((LID_CHANNELS[1], side)) for side in SIDES]
    travel = np.array([risen[frame, 0, k] for k, frame in enumerate(widest)])
    names = (*columns, *(("jaw", dof) for dof in dofs))
    drift = np.zeros((len(turn_terms(np.zeros(3))), *rest.shape))
    wobble = np.zeros((0, *rest.shape))
    linear, square = 4 * half - full, 2 * full - 4 * half
    if tracked:
        linear, square, drift, wobble = _tracked(names, linear, square)
    return Basis(
        columns=names,
        rest=rest,
        linear=linear,
        square=square,
        low=np.array([0.0] * n_muscle + [0.0, -0.3, -1.5]),
        high=np.array([1.0] * n_muscle + [1.5, 1.5, 1.5]),
        eyes=np.array(face.head.eyes.centres, float),
        lid_pitch=_GAZE_PITCH,
        lid_follow=risen[-len(_GAZE_PITCH) :],
        lid_travel=np.maximum(travel, 0.05),
        drift=drift,
        wobble=wobble,
        reach=measure_reach(face.rig.jaw.max_open),
    )


def _tracked(
    names: tuple[tuple[str, str], ...], linear: Floats, square: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what the tracker makes of the movement of the skin, in the plane that it sees.

    Then come the drift of the resting face as the head turns, and the patterns in which the mesh
    wavers besides.
    """
    source = files("risorius.read").joinpath("data", "response.npz")
    with source.open("rb") as stream, np.load(stream) as stored:
        known = [(str(channel), str(side)) for channel, side in stored["columns"]]
        moves = stored["moves"].astype(float)
        drift, wobble = (
            np.pad(stored[name].astype(float), ((0, 0), (0, 0), (0, 1)))
            for name in ("drift", "wobble")
        )
    linear, square = linear.copy(), square.copy()
    for index, name in enumerate(names):
        if name in known:
            for own, seen in zip((linear, square), moves[:, known.index(name)], strict=True):
                own[index, :, :2] = seen
    return linear, square, drift, wobble


def _margin_heights(lines: Mapping[str, Floats]) -> Floats:
    """Return the heights of the middle of the lid margins, (time, margin, side) [mm]."""
    heights = np.empty((len(next(iter(lines.values()))), 2, len(SIDES)))
    for margin, name in enumerate(("upper", "lower")):
        for number, side in enumerate(SIDES):
            line = lines[f"lid_{name}_{side}"]
            x = line[0, :, 0]
            middle = np.abs(x - (x.min() + x.max()) / 2) < 0.25 * np.ptp(x)
            heights[:, margin, number] = line[:, middle, 1].mean(axis=1)
    return heights
