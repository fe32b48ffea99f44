"""Where the flesh of a head settles: projective dynamics.

Every element, bone, tie and contact says where it would have its nodes; one prefactored system
reconciles them, and the steps are accelerated (Bouaziz et al. 2014, ACM Trans Graph 33(4)). Fibres
pull with forces. The iteration is written for the correction of the shape, whose right side is the
sum of all forces: at rest it is exactly zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError
from risorius.skin.flesh.anderson import Anderson
from risorius.skin.flesh.bones import Holds, moved_holds
from risorius.skin.flesh.fibres import Strands, resting_pull
from risorius.skin.flesh.frames import Frames, move_frames, with_jaw, with_lids
from risorius.skin.flesh.lanes import Lanes
from risorius.skin.flesh.ldl import Factor
from risorius.skin.flesh.mesh import Columns, Elements
from risorius.skin.flesh.threads import both

if TYPE_CHECKING:
    from risorius.head import Head
    from risorius.skin.contact import Contact
    from risorius.skin.jaw import Jaw
    from risorius.skin.lids import Globes, Lids

__all__ = ["Flesh", "Settled"]

Floats = NDArray[np.float64]

MEMORY = 20
"""Steps that the acceleration remembers."""
FLIP = np.array([-1.0, 1.0, 1.0])
ALONE = 0.8
"""Part of the elements for one core, while the other has the rest and all that is not elements."""
REACH = 6.0
"""How far from where they meet at rest lips draw each other together at most [mm]."""
TOLERANCE = 0.001
"""A solve ends when no node goes farther in a step [mm]."""


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Where the flesh came to rest.

    Attributes
    ----------
    shape : (n0, 3) [mm]
        All level-0 vertices of the head: skin, and teeth, tongue, eyes and lashes that go with it.
    nodes : (k, 3) [mm]
        Nodes of the flesh; where it is pressed they overlap by up to a millimetre, the shape does
        not.
    residual_mm : float
        Greatest way of a node in the last step.
    iterations : int
    """

    shape: Floats
    nodes: Floats
    residual_mm: float
    iterations: int


@dataclass(frozen=True, slots=True, eq=False)
class Flesh:
    """The soft tissue of a head, its muscles and what it lies on; see :func:`make_flesh`.

    Attributes
    ----------
    head : Head
    channels : tuple of str
        Along the channel axis of activations; the atlas's order.
    columns : Columns
    elements : Elements
    lanes : Lanes
        The elements, and what shape and volume of each are worth.
    strands : Strands
    holds : Holds
    tie : (nodes, nodes) csr_matrix [mN/mm]
        Linear springs: joints of opposite walls.
    contact : Contact
    touching : (k,) int32
        Skin vertices that contact may move.
    push_back : (k,) [mN/mm]
    matrix : (nodes, nodes) csc_matrix [mN/mm]
    factor : Factor
    gain : (channel,) [mN]
        Greatest tension.
    tone : (channel,) [1]
        Part of it that a healthy muscle keeps at rest.
    load : (nodes, 3) [mN]
        What the tone carries: the weight of the face and what its skin is stretched by.
    jaw : Jaw
    jaw_share : (n_skin,) [1]
        Of the mandible in the bone under each column.
    lids : Lids
    globes : Globes
    lid_work, lid_slack : (channel, 3)
        Closing [1], way of the upper lid down and of the lower lid up [mm] of a channel at work,
        and of one that has lost its tone.
    mirror : (nodes,) int64 or None
        The node on the other side, where both sides of the head are alike.
    """

    head: Head
    channels: tuple[str, ...]
    columns: Columns
    elements: Elements
    lanes: Lanes
    strands: Strands
    holds: Holds
    tie: sparse.csr_matrix
    contact: Contact
    touching: NDArray[np.int32]
    push_back: Floats
    matrix: sparse.csc_matrix
    factor: Factor
    gain: Floats
    tone: Floats
    load: Floats
    jaw: Jaw
    jaw_share: Floats
    lids: Lids
    globes: Globes
    lid_work: Floats
    lid_slack: Floats
    mirror: NDArray[np.int64] | None

    def with_tension(self, tension: Mapping[str, float]) -> Flesh:
        """Return the same flesh with other greatest tensions [mN] of some channels."""
        gain = self.gain.copy()
        for channel, value in tension.items():
            gain[self.channels.index(channel)] = value
        load = resting_pull(self.strands, self.columns.nodes, self.tone * gain)
        return replace(self, gain=gain, load=load)

    def settle(
        self,
        activation: ArrayLike,
        *,
        jaw: ArrayLike = (0.0, 0.0, 0.0),
        gaze: ArrayLike = ((0.0, 0.0), (0.0, 0.0)),
        tone: ArrayLike | None = None,
        start: Settled | None = None,
        iterations: int = 200,
        tolerance: float = TOLERANCE,
    ) -> Settled:
        """Return where the flesh comes to rest.

        Parameters
        ----------
        activation : (channel, side) [1]
        jaw : (3,) [rad, mm, mm]
            Opening, protrusion, shift to the person's left.
        gaze : (side, 2) [rad]
            Yaw to the person's left, pitch down.
        tone : (channel, side) [1], optional
            Tone at rest, 1 healthy (also when not given), 0 none.
        start : Settled, optional
            Where to begin: a pose nearby saves steps.
        iterations : int
            Greatest number of steps.
        tolerance : float [mm]
            The solve ends when no node goes farther in a step.

        Returns
        -------
        settled : Settled
            Exactly the head's own shape when nothing works and no tone is lost.

        Raises
        ------
        InputError
            Arrays of the wrong shape, or values that are no numbers.
        """
        channels = len(self.channels)
        drive = _checked("activation", activation, (channels, 2))
        mandible, look = _checked("jaw", jaw, (3,)), _checked("gaze", gaze, (2, 2))
        lost = np.zeros((channels, 2))
        if tone is not None:
            lost = 1.0 - _checked("tone", tone, (channels, 2))
        # Contact lets rounding grow. Of two mirrored poses one is solved, and a pose that is its
        # own mirror image is made so: both sides behave alike.
        sides = np.concatenate([drive, lost, _signed(look)])
        swapped = sides[:, ::-1]
        differ = np.flatnonzero(sides[:, 0] != sides[:, 1])
        turned = bool(len(differ) and sides[differ[0], 0] < sides[differ[0], 1])
        even = not len(differ) and mandible[2] == 0 and self.mirror is not None
        if self.mirror is None or not (turned or (not len(differ) and mandible[2] < 0)):
            return self._settled(drive, lost, mandible, look, start, iterations, tolerance, even)
        count = len(drive)
        back = self._settled(
            swapped[:count],
            swapped[count : 2 * count],
            mandible * [1, 1, -1],
            _signed(swapped[2 * count :].T).T,
            None if start is None else self._mirrored(start),
            iterations,
            tolerance,
            even,
        )
        return self._mirrored(back)

    def _settled(
        self,
        drive: Floats,
        lost: Floats,
        jaw: Floats,
        gaze: Floats,
        start: Settled | None,
        iterations: int,
        tolerance: float,
        even: bool,
    ) -> Settled:
        work = drive.T @ self.lid_work + lost.T @ self.lid_slack
        frames = move_frames(self.jaw, self.lids, self.globes, work, jaw, gaze)
        if frames.still and not (drive.any() or lost.any()):
            nodes = self.columns.nodes.copy()
            return Settled(self._shape(nodes, frames), nodes, 0.0, 0)
        tension = (drive + (1.0 - lost) * self.tone[:, None]) * self.gain[:, None]
        if start is None:
            # Flesh begins with the bone under it, which is where most of it will end.
            share = np.tile(self.jaw_share, len(self.columns.nodes) // self.columns.n)
            nodes = with_jaw(self.columns.nodes, share, frames, self.jaw.pivot)
        else:
            nodes = start.nodes.copy()
        nodes, residual, count = self._relax(nodes, tension.ravel(), frames, iterations, tolerance)
        shape = self._apart(self._shape(nodes, frames), frames)
        if even:
            nodes = (nodes + self._mirrored_nodes(nodes)) / 2
            shape = (shape + shape[self.head.topology.mirror] * FLIP) / 2
        return Settled(shape, nodes, residual, count)

    def _mirrored(self, settled: Settled) -> Settled:
        shape = settled.shape[self.head.topology.mirror] * FLIP
        return replace(settled, shape=shape, nodes=self._mirrored_nodes(settled.nodes))

    def _mirrored_nodes(self, nodes: Floats) -> Floats:
        return np.asarray(nodes[self.mirror] * FLIP)

    def _relax(
        self, x: Floats, tension: Floats, frames: Frames, iterations: int, tolerance: float
    ) -> tuple[Floats, float, int]:
        from risorius.skin.flesh import kernels

        rest, skin = self.columns.nodes, self.columns.n
        lanes, strands, holds, touch = self.lanes, self.strands, self.holds, self.touching
        pull = tension[strands.column] * strands.share
        passive = np.repeat(self.gain, 2)[strands.column] * strands.share * strands.passive
        grip, back, tie = map(_rows, (strands.weights, strands.weights.T.tocsr(), -self.tie))
        course = strands.weights @ rest
        # Lips meet halfway between the jaws, as far as they reach.
        way = with_jaw(strands.seam, np.full(len(course), 0.5), frames, self.jaw.pivot)
        way -= strands.seam
        seam = strands.seam + way * (REACH / (REACH + np.linalg.norm(way, axis=1, keepdims=True)))
        fibre = np.empty_like(course)
        place, normal, bend = moved_holds(holds, frames, self.lids, self.globes, self.jaw.pivot)
        seen = self.head.vertices.astype(np.float32)[None]
        bodies = _bodies(frames)
        turn = lanes.unturned()
        cut = round(ALONE * len(lanes))
        forces = np.empty((2, *x.shape), np.float32)
        total = np.empty_like(x)

        def relax(blocks: slice, force: NDArray[np.float32]) -> None:
            kernels.relax(
                moved,
                lanes.corners[blocks],
                lanes.gradients[blocks],
                lanes.weight[blocks],
                turn[blocks],
                steps,
                force,
            )

        def pull_and_stop() -> None:
            points = course.copy()
            kernels.gather(*grip, moved, points)
            strands.force(points, seam, pull, passive, fibre)
            np.negative(self.load, out=total)
            kernels.gather(*back, fibre, total)
            kernels.gather(*tie, moved, total)
            kernels.cling(
                x, holds.node, place, normal, bend, holds.glide, holds.hold, holds.slack, total
            )
            seen[0, :skin] = x[:skin]
            self.contact.settle(seen, *bodies, whole=False)
            total[touch] += self.push_back[:, None] * (seen[0, touch] - x[touch].astype(np.float32))
            relax(slice(cut, None), forces[1])

        mixer, residual, count = Anderson(MEMORY), np.inf, 0
        # The first rotations are sought from scratch.
        steps = 12
        for count in range(1, iterations + 1):
            forces[:] = 0.0
            moved = (x - rest).astype(np.float32)
            both(lambda: relax(slice(cut), forces[0]), pull_and_stop)
            total += forces[0]
            total += forces[1]
            step = self.factor.solve(total)
            residual = float(np.abs(step).max())
            following = x + step
            if residual < tolerance:
                return following, residual, count
            x = mixer.next(x, following)
            steps = 1
        return x, residual, count

    def _apart(self, shape: Floats, frames: Frames) -> Floats:
        """Press flat what still overlaps: where flesh meets, its surface gives way."""
        seen = shape.astype(np.float32)[None]
        before = seen.copy()
        self.contact.settle(seen, *_bodies(frames))
        return np.asarray(shape + (seen - before)[0])

    def _shape(self, nodes: Floats, frames: Frames) -> Floats:
        """All level-0 vertices of the head over flesh with these nodes."""
        head, parts = self.head, self.head.topology.parts
        shape = head.vertices.astype(np.float64)
        shape[parts["skin"]] = nodes[: self.columns.n]
        if frames.turn.any() or frames.shift.any():
            for part in ("teeth_lower", "tongue"):
                whole = np.ones(parts[part].stop - parts[part].start)
                shape[parts[part]] = with_jaw(shape[parts[part]], whole, frames, self.jaw.pivot)
        for number, part in enumerate(("eye_left", "eye_right")):
            centre = self.globes.centre[number]
            if not np.array_equal(frames.gaze[number], np.eye(3)):
                shape[parts[part]] = centre + (shape[parts[part]] - centre) @ frames.gaze[number].T
        lashes = np.arange(parts["lashes_left"].start, parts["lashes_right"].stop)
        root = head.topology.lash_roots
        if frames.lids.any():
            shape[lashes] = self._with_lids(lashes, frames)
        # What the lid's turn does not explain, a lash shares with the margin that it grows from.
        shape[lashes] += shape[root] - (
            self._with_lids(root, frames) if frames.lids.any() else head.vertices[root]
        )
        return shape

    def _with_lids(self, vertices: NDArray[np.integer], frames: Frames) -> Floats:
        turn, eye = self.lids.turn[vertices].astype(np.float64), self.lids.eye[vertices]
        return with_lids(self.head.vertices[vertices], turn, eye, frames, self.lids, self.globes)[0]


def _bodies(frames: Frames) -> tuple[NDArray[np.float32], ...]:
    """Return turn and shift of the jaw and where the eyes look, as contact takes them."""
    rows = frames.turn, frames.shift, frames.gaze[:, :, 2]
    return tuple(row[None].astype(np.float32) for row in rows)


def _signed(gaze: Floats) -> Floats:
    """Turn gaze (side, yaw and pitch) into rows of both sides, yaw as abduction; and back."""
    return np.asarray(gaze.T * [[1.0, -1.0], [1.0, 1.0]])


def _checked(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape:
        raise InputError(f"{name} has shape {array.shape}, not {shape}.")
    if not np.isfinite(array).all():
        raise InputError(f"{name} holds values that are not numbers.")
    return array


def _rows(
    matrix: sparse.csr_matrix,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Return a sparse matrix as compiled loops take it."""
    return matrix.indptr, matrix.indices, matrix.data.astype(np.float32)
