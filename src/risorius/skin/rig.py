"""The baked rig: muscle activations in, skin out, in well under a millisecond."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError
from risorius.head import load_topology
from risorius.skin.carry import Carrier, motion
from risorius.skin.contact import Contact
from risorius.skin.jaw import Jaw
from risorius.skin.lids import Globes
from risorius.skin.shapes import Mixing, Shapes
from risorius.skin.tongue import Tongue, place_tongue

__all__ = ["Quality", "Rig", "eye_of"]

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

Quality = Literal["solved", "carried"]

FRAMES = 12
"""Frames computed together: their coarse shapes stay in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rig:
    """A head that moves. All arrays are over the level-0 vertices of all parts.

    Attributes
    ----------
    head : str
        Fingerprint of the head it was baked for.
    quality : {"solved", "carried"}
        Whether the tissue of this very head was solved, or the shapes of another head were carried
        over to it.
    rest : (n, 3) float32 [mm]
    shapes : Shapes
        How the skin moves, as seen from jaw, lids and eyes.
    mixing : Mixing
        Which activations call for which shape.
    carrier : Carrier
        How vertices go with jaw, lids and eyes.
    hair, root : (k,) int32
        Vertices of the lashes, and those of the lids that they move with.
    contact : Contact
        What skin must not enter.
    tongue : Tongue
    tongue_at : (226,) int32
        Number of each vertex of the tongue, -1 where it is not in this rig.
    n_shown : int
        How many of the vertices, from the first, :meth:`deform` returns.
    """

    head: str
    quality: Quality
    rest: Singles
    shapes: Shapes
    mixing: Mixing
    carrier: Carrier
    hair: NDArray[np.int32]
    root: NDArray[np.int32]
    contact: Contact
    tongue: Tongue
    tongue_at: NDArray[np.int32]
    n_shown: int

    def __post_init__(self) -> None:
        for array in (self.rest, self.shapes.value, self.mixing.share, self.carrier.share):
            array.flags.writeable = False

    def __repr__(self) -> str:
        return f"Rig({len(self.channels)} channels, {self.n_shown:,} vertices, {self.quality})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Say the same where printers take dataclasses apart: every vertex would be written out."""
        printer.text(repr(self))

    @property
    def channels(self) -> tuple[str, ...]:
        """Along the channel axis of activations; the atlas's order."""
        return self.carrier.channels

    @property
    def jaw(self) -> Jaw:
        """How the mandible moves."""
        return self.carrier.jaw

    @property
    def globes(self) -> Globes:
        """Both eyes."""
        return self.carrier.globes

    def deform(
        self,
        activation: ArrayLike,
        jaw: ArrayLike,
        gaze: ArrayLike,
        *,
        level: int = 0,
        tone: ArrayLike | None = None,
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
        tone : (channel, side) [1], optional
            Resting tone, 1 = healthy (as without it); a channel below 1 lets the skin hang.

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
        if level == 1 and self.n_shown != load_topology().levels[0].n_vertices:
            raise InputError("a rig of some vertices has no level 1.")
        drive, mandible, look, slack = self._checked(activation, jaw, gaze, tone)
        n_vertices = len(self.rest) if level == 0 else _finer().shape[0]
        out = np.empty((len(drive), n_vertices, 3), np.float32)

        def fill(start: int) -> None:
            block = slice(start, start + FRAMES)
            self._fill(drive[block], mandible[block], look[block], slack, out[block])

        starts = range(0, len(drive), FRAMES)
        if len(starts) < 2:
            for start in starts:
                fill(start)
        else:
            list(_threads().map(fill, starts))
        return out if level == 1 else out[:, : self.n_shown]

    def _fill(
        self, drive: Singles, mandible: Floats, look: Floats, slack: Singles, out: Singles
    ) -> None:
        """Compute some frames; the compiled loops let other threads run meanwhile.

        Every array is contiguous whatever the number of frames, and no loop adds up over frames:
        so a frame has the same bits alone and among others.
        """
        from risorius.skin import kernels

        moved = motion(self.carrier, drive, mandible, look, slack=slack)
        fine = out.shape[1] != len(self.rest)
        shapes, mixing = self.shapes, self.mixing
        coarse = np.empty((len(out), *self.rest.shape), np.float32) if fine else out
        weight = np.empty((len(out), len(shapes.scale)), np.float32)
        kernels.weigh(moved.cues, mixing.own, mixing.mixed, mixing.share, shapes.scale, weight)
        flat = coarse.reshape(len(coarse), -1)
        kernels.move(shapes.pointer, shapes.shape, shapes.value, weight, flat)
        carrier, globes = self.carrier, self.globes
        kernels.pose(
            self.rest,
            self.hair,
            self.root,
            carrier.share,
            carrier.jaw.pivot.astype(np.float32),
            moved.jaw_turn,
            moved.jaw_shift,
            carrier.lids.eye,
            carrier.lids.turn,
            moved.lid_turn,
            carrier.lids.axis.astype(np.float32),
            globes.centre.astype(np.float32),
            carrier.eye,
            moved.gaze,
            coarse,
        )
        turn, shift = moved.jaw_turn, moved.jaw_shift
        place_tongue(self.tongue, self.channels, drive, turn, shift, self.tongue_at, coarse)
        look_along = np.ascontiguousarray(moved.gaze[..., 2])
        self.contact.settle(coarse, turn, shift, look_along)
        if fine:
            matrix = _finer()
            kernels.refine(matrix.indptr, matrix.indices, matrix.data, coarse, out)
            self.contact.settle(out, turn, shift, look_along, level=1)

    def take(self, vertices: ArrayLike) -> Rig:
        """Return a rig of some level-0 vertices only; it has no level 1.

        Parameters
        ----------
        vertices : (k,) int
        """
        wanted = np.asarray(vertices, dtype=np.int64)
        # What touches comes along unseen: it decides how far the skin gives way.
        rows, contact = self.contact.take(wanted)
        carried_by = np.arange(len(self.rest))
        carried_by[self.hair] = self.root
        carrier = self.carrier
        none = np.zeros(0, np.int32)
        place = np.full(len(self.rest), -1, np.int32)
        place[rows] = np.arange(len(rows))
        return replace(
            self,
            n_shown=len(wanted),
            tongue_at=np.where(self.tongue_at < 0, -1, place[self.tongue_at]),
            contact=contact,
            rest=self.rest[rows],
            shapes=self.shapes.take(carried_by[rows]),
            hair=none,
            root=none,
            carrier=replace(
                carrier,
                share=carrier.share[rows],
                lids=replace(
                    carrier.lids, eye=carrier.lids.eye[rows], turn=carrier.lids.turn[rows]
                ),
                eye=carrier.eye[rows],
            ),
        )

    def _checked(
        self, activation: ArrayLike, jaw: ArrayLike, gaze: ArrayLike, tone: ArrayLike | None
    ) -> tuple[Singles, Floats, Floats, Singles]:
        drive = np.ascontiguousarray(activation, dtype=np.float32)
        frames = len(drive) if drive.ndim else 0
        mandible = np.ascontiguousarray(jaw, dtype=np.float64)
        look = np.ascontiguousarray(gaze, dtype=np.float64)
        sides = (len(self.channels), 2)
        healthy = np.ones(sides, np.float32)
        held = healthy if tone is None else np.asarray(tone, dtype=np.float32)
        named = (
            ("activation", drive, ("time", *sides), (frames, *sides)),
            ("jaw", mandible, ("time", 3), (frames, 3)),
            ("gaze", look, ("time", 2, 2), (frames, 2, 2)),
            ("tone", held, sides, sides),
        )
        problems = [
            f"{name} has shape {array.shape}, not {told}."
            for name, array, told, shape in named
            if array.shape != shape
        ]
        problems += [
            f"{name} holds values that are not numbers."
            for name, array, _, _ in named
            if not np.isfinite(array).all()
        ]
        if problems:
            raise InputError(" ".join(problems))
        return drive, mandible, look, healthy - held


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
