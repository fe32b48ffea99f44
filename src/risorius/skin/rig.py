"""The baked rig: muscle activations in, skin out, in well under a millisecond."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError
from risorius.head import load_topology
from risorius.skin.jaw import Jaw, condyle_path
from risorius.skin.lids import Globes, Lids, clearance
from risorius.skin.lips import Lips
from risorius.skin.tissue import load_table

__all__ = ["Fields", "Rig", "eye_of", "lid_gains"]

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

BLOCK = 8
"""Frames computed together: their coarse shapes stay in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """Displacement by every channel and side, sparse: only the vertices that move are kept.

    Attributes
    ----------
    pointer : (n_columns + 1,) int32
        Entries ``pointer[c] .. pointer[c + 1]`` belong to column ``c``: twice the channel's index,
        plus one for the right side.
    vertex : (k,) int32
        Ascending in each column.
    value : (k, 3) float32 [mm]
        Displacement at activation 1.
    """

    pointer: NDArray[np.int32]
    vertex: NDArray[np.int32]
    value: Singles

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All three arrays."""
        return self.pointer, self.vertex, self.value

    def take(self, vertices: NDArray[np.int64]) -> Fields:
        """Return the fields of some vertices, numbered in the order given."""
        column = np.repeat(np.arange(len(self.pointer) - 1), np.diff(self.pointer))
        by_vertex = np.argsort(self.vertex, kind="stable")
        start = np.searchsorted(self.vertex[by_vertex], vertices)
        count = np.searchsorted(self.vertex[by_vertex], vertices, side="right") - start
        first = np.cumsum(count) - count
        entry = by_vertex[np.repeat(start - first, count) + np.arange(count.sum())]
        row = np.repeat(np.arange(len(vertices)), count)
        order = np.argsort(column[entry], kind="stable")
        pointer = np.searchsorted(column[entry][order], np.arange(len(self.pointer)))
        return Fields(
            pointer.astype(np.int32), row[order].astype(np.int32), self.value[entry[order]]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """A head that moves. All arrays are over the level-0 vertices of all parts.

    Attributes
    ----------
    channels : tuple of str
        Along the channel axis of activations; the atlas's order.
    head : str
        Fingerprint of the head it was baked for.
    rest : (n, 3) float32 [mm]
    normal : (n, 3) float32
    bend : (n, 6) float32 [1/mm]
        How what lies under the skin curves away: xx, xy, xz, yy, yz, zz.
    fields : Fields
    jaw : Jaw
    jaw_share : (n,) float32 [1]
    lids : Lids
    globes : Globes
    eye : (n,) int8
        0 and 1 for vertices of the globes, else -1.
    lips : Lips
    n_shown : int
        How many of the vertices, from the first, :meth:`deform` returns.
    """

    channels: tuple[str, ...]
    head: str
    rest: Singles
    normal: Singles
    bend: Singles
    fields: Fields
    jaw: Jaw
    jaw_share: Singles
    lids: Lids
    globes: Globes
    eye: NDArray[np.int8]
    lips: Lips
    n_shown: int

    def __post_init__(self) -> None:
        for array in (self.rest, self.normal, self.bend, self.jaw_share, *self.fields.arrays):
            array.flags.writeable = False

    def deform(
        self, activation: ArrayLike, jaw: ArrayLike, gaze: ArrayLike, *, level: int = 0
    ) -> Singles:
        """Return the shape at every moment, in the head's own frame.

        Parameters
        ----------
        activation : (time, channel, side) [1]
        jaw : (time, 3) [rad, mm, mm]
            Opening, protrusion, shift to the person's left.
        gaze : (time, side, 2) [rad]
            Yaw to the person's left, pitch down.
        level : {0, 1}

        Returns
        -------
        vertices : (time, n, 3) float32 [mm]

        Raises
        ------
        InputError
            Arrays of the wrong shape, values that are no numbers, or an unknown level.

        Examples
        --------
        >>> from risorius.face import load_face
        >>> rig = load_face().rig
        >>> still = np.zeros((1, len(rig.channels), 2)), np.zeros((1, 3)), np.zeros((1, 2, 2))
        >>> bool((rig.deform(*still)[0] == rig.rest).all())
        True
        """
        if level not in (0, 1):
            raise InputError(f"level must be 0 or 1, not {level!r}.")
        drive, mandible, look = self._checked(activation, jaw, gaze)
        frames = len(drive)
        shift = condyle_path(self.jaw, mandible[:, 0])
        shift[:, 0] += mandible[:, 2]
        shift[:, 2] += mandible[:, 1]
        motion = _Motion(
            drive.reshape(frames, -1),
            mandible[:, 0].astype(np.float32),
            shift.astype(np.float32),
            self._lid_turn(drive, look).astype(np.float32),
            _gaze_rotation(look),
        )
        if level == 1 and self.n_shown != load_topology().levels[0].n_vertices:
            raise InputError("a rig of some vertices has no level 1.")
        n_vertices = len(self.rest) if level == 0 else _finer().shape[0]
        out = np.empty((frames, n_vertices, 3), np.float32)
        blocks = [slice(start, start + BLOCK) for start in range(0, frames, BLOCK)]
        if len(blocks) < 2:
            for block in blocks:
                self._fill(motion, block, out)
        else:
            list(_threads().map(lambda block: self._fill(motion, block, out), blocks))
        return out if level == 1 else out[:, : self.n_shown]

    def _fill(self, motion: _Motion, block: slice, out: Singles) -> None:
        """Compute some frames; the compiled loops let other threads run meanwhile."""
        from risorius.skin import kernels

        fine = out.shape[1] != len(self.rest)
        count = len(motion.jaw_turn[block])
        coarse = np.empty((count, *self.rest.shape), np.float32) if fine else out[block]
        fields = self.fields
        kernels.gather(fields.pointer, fields.vertex, fields.value, motion.drive[block], coarse)
        kernels.pose(
            self.rest,
            self.normal,
            self.bend,
            self.jaw_share,
            self.jaw.pivot.astype(np.float32),
            motion.jaw_turn[block],
            motion.jaw_shift[block],
            self.lids.eye,
            self.lids.turn,
            motion.lid_turn[block],
            self.lids.axis.astype(np.float32),
            self.globes.centre.astype(np.float32),
            self.eye,
            motion.gaze[block],
            coarse,
        )
        lips = self.lips
        kernels.part_lips(
            coarse,
            lips.upper,
            lips.lower,
            lips.lower_weight,
            lips.gap,
            lips.vertex,
            lips.place,
            lips.give,
        )
        ahead = np.ascontiguousarray(motion.gaze[block][..., 2])
        self._wrap(coarse, _lid_cover(self), ahead)
        if fine:
            matrix = _finer()
            kernels.refine(matrix.indptr, matrix.indices, matrix.data, coarse, out[block])
            self._wrap(out[block], _fine_lid_cover(self), ahead)

    def take(self, vertices: ArrayLike) -> Rig:
        """Return a rig of some level-0 vertices only; it has no level 1.

        Parameters
        ----------
        vertices : (k,) int
        """
        wanted = np.asarray(vertices, dtype=np.int64)
        # The line of contact comes along unseen: it decides how far the lips give way.
        line = np.unique(np.concatenate([self.lips.upper, self.lips.lower.ravel()]))
        rows = np.concatenate([wanted, line])
        later = np.isin(rows, self.lips.vertex)
        entry = np.searchsorted(self.lips.vertex, rows[later])
        place = len(wanted) + np.searchsorted(line, np.arange(len(self.rest)))
        return replace(
            self,
            n_shown=len(wanted),
            lips=replace(
                self.lips,
                upper=place[self.lips.upper].astype(np.int32),
                lower=place[self.lips.lower].astype(np.int32),
                vertex=np.flatnonzero(later).astype(np.int32),
                place=self.lips.place[entry],
                give=self.lips.give[entry],
            ),
            rest=self.rest[rows],
            normal=self.normal[rows],
            bend=self.bend[rows],
            fields=self.fields.take(rows),
            jaw_share=self.jaw_share[rows],
            lids=replace(self.lids, eye=self.lids.eye[rows], turn=self.lids.turn[rows]),
            eye=self.eye[rows],
        )

    def _checked(
        self, activation: ArrayLike, jaw: ArrayLike, gaze: ArrayLike
    ) -> tuple[Singles, NDArray[np.float64], NDArray[np.float64]]:
        drive = np.ascontiguousarray(activation, dtype=np.float32)
        frames = len(drive) if drive.ndim else 0
        mandible, look = np.asarray(jaw, dtype=np.float64), np.asarray(gaze, dtype=np.float64)
        problems = [
            f"{name} has shape {array.shape}, not {('time', *shape)}."
            for name, array, shape in (
                ("activation", drive, (len(self.channels), 2)),
                ("jaw", mandible, (3,)),
                ("gaze", look, (2, 2)),
            )
            if array.shape != (frames, *shape)
        ]
        problems += [
            f"{name} holds values that are not numbers."
            for name, array in (("activation", drive), ("jaw", mandible), ("gaze", look))
            if not np.isfinite(array).all()
        ]
        if problems:
            raise InputError(" ".join(problems))
        return drive, mandible, look

    def _lid_turn(self, drive: Singles, look: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return closing [1], upper margin down, lower margin up [rad], (time, side, 3)."""
        motion, gains = load_table("drives")["lid_motion"], lid_gains(self.channels)
        close = np.clip(np.einsum("tcs,c->ts", drive, gains[:, 0]), 0, 1)
        radius = self.globes.radius + motion["thickness_mm"]["typ"]
        pitch = look[..., 1]
        upper = np.einsum("tcs,c->ts", drive, gains[:, 1]) / radius
        upper += motion["gaze_upper"]["typ"] * pitch
        lower = np.einsum("tcs,c->ts", drive, gains[:, 2]) / radius
        follow = motion["gaze_lower_mm"]
        lower -= pitch * follow["typ"] / np.radians(follow["at_deg"]) / radius
        aperture = self.lids.aperture
        upper = np.maximum(upper, -motion["raise_limit_mm"]["typ"] / radius)
        lower = np.minimum(lower, 0.4 * aperture)
        # The margins meet; they do not pass each other.
        upper = np.minimum(upper, aperture - lower)
        return np.stack([close, (1 - close) * upper, (1 - close) * lower], axis=-1)

    def _wrap(self, points: Singles, cover: _Cover, ahead: Singles) -> None:
        from risorius.skin import kernels

        globes = self.globes
        kernels.wrap(
            points,
            cover.vertex,
            cover.eye,
            cover.clearance,
            globes.centre.astype(np.float32),
            globes.radius.astype(np.float32),
            np.float32(globes.iris),
            np.float32(globes.rise),
            ahead,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Motion:
    """What the compiled loops need to know of every frame.

    Attributes
    ----------
    drive : (time, column) float32 [1]
    jaw_turn : (time,) float32 [rad]
    jaw_shift : (time, 3) float32 [mm]
    lid_turn : (time, side, 3) float32
    gaze : (time, side, 3, 3) float32
    """

    drive: Singles
    jaw_turn: Singles
    jaw_shift: Singles
    lid_turn: Singles
    gaze: Singles


@dataclass(frozen=True, slots=True, eq=False)
class _Cover:
    """Vertices that must stay off a globe, and by how much."""

    vertex: NDArray[np.int32]
    eye: NDArray[np.int8]
    clearance: Singles


@cache
def lid_gains(channels: tuple[str, ...]) -> NDArray[np.float64]:
    """Return closing [1], upper lid down, lower lid up [mm] per activation, (channel, 3)."""
    gains = np.zeros((len(channels), 3))
    for row in load_table("drives")["lids"]:
        gains[channels.index(row["channel"])] = (
            row.get("close", 0.0),
            row.get("upper_mm", 0.0),
            row.get("lower_mm", 0.0),
        )
    return gains


def _gaze_rotation(look: NDArray[np.float64]) -> Singles:
    """Yaw after pitch, (time, side, 3, 3)."""
    yaw, pitch = look[..., 0], look[..., 1]
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    zero = np.zeros_like(yaw)
    rows = [[cy, sy * sp, sy * cp], [zero, cp, -sp], [-sy, cy * sp, cy * cp]]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2).astype(np.float32)


@cache
def eye_of() -> NDArray[np.int8]:
    """Return which globe each level-0 vertex belongs to: 0 left, 1 right, else -1."""
    topology = load_topology()
    eye = np.full(topology.levels[0].n_vertices, -1, np.int8)
    eye[topology.parts["eye_left"]] = 0
    eye[topology.parts["eye_right"]] = 1
    eye.flags.writeable = False
    return eye


@cache
def _finer() -> Any:
    return load_topology().subdivision


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1), thread_name_prefix="rig")


@lru_cache(maxsize=16)
def _lid_cover(rig: Rig) -> _Cover:
    return _cover(rig, rig.rest, rig.lids.eye)


@lru_cache(maxsize=4)
def _fine_lid_cover(rig: Rig) -> _Cover:
    finer = _finer()
    near = [finer @ (rig.lids.eye == side).astype(np.float32) for side in (0, 1)]
    eye = np.where(near[0] > 0, 0, np.where(near[1] > 0, 1, -1)).astype(np.int8)
    return _cover(rig, finer @ rig.rest, eye)


def _cover(rig: Rig, points: Singles, eye: NDArray[np.int8]) -> _Cover:
    vertex = np.flatnonzero(eye >= 0).astype(np.int32)
    limit = load_table("drives")["lid_motion"]["thickness_mm"]["typ"]
    gap = clearance(points[vertex].astype(np.float64), rig.globes, eye[vertex], limit)
    return _Cover(vertex, eye[vertex], gap.astype(np.float32))
