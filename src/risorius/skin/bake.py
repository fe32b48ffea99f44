"""From a head to its rig: solve many poses once, then keep what is needed to make them again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.anatomy import load_atlas
from risorius.skin.carry import N_MORE, OPENINGS, Carrier, motion, turned, uncarry
from risorius.skin.contact import make_contact
from risorius.skin.fit import Mirror, fit_shapes
from risorius.skin.jaw import jaw_motion, make_jaw
from risorius.skin.lids import make_lids
from risorius.skin.plan import (
    LIPS,
    Poses,
    basic_poses,
    expressive_poses,
    mixed_poses,
    named_poses,
)
from risorius.skin.rig import Rig, eye_of
from risorius.skin.shapes import block_shapes
from risorius.skin.shell import skin_sheet
from risorius.skin.solves import solve_poses
from risorius.skin.tongue import make_tongue

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["Settle", "bake_rig", "fit_rig", "tissue_of"]

Floats = NDArray[np.float64]
SIDES = ("left", "right")

SOLVES = 2000
"""Mixed and expressive poses that are solved."""
EXPRESSIVE = 0.6
"""Share of the expressive ones among them."""
BASIC, SHOWN = 8.0, 4.0
"""How much a pose counts against a harsh mixture [1]: one of the few that say what a cue does by
itself, and any other that faces show."""
SEED = 3
ALIKE = 0.2
"""Share of them in which both sides do the same: what is not, counts twice by its mirror image."""
ITERATIONS, TOLERANCE = 200, 1.5e-3
"""Of one solve; what it is off [mm] is noise to the fit."""
SYMMETRIC = 1e-3
"""A head that is nearer to its mirror image [mm] is solved on one side."""


class Settle(Protocol):
    """Find the shape in which the tissue of a head is in balance."""

    def __call__(
        self,
        activation: ArrayLike,
        *,
        jaw: ArrayLike = ...,
        gaze: ArrayLike = ...,
        tone: ArrayLike | None = ...,
    ) -> Any:
        """Return what has the `shape` (n, 3) [mm] of all level-0 vertices."""
        ...


def bake_rig(
    head: Head,
    *,
    settle: Settle | None = None,
    progress: Callable[[float], None] | None = None,
    solves: int = SOLVES,
) -> Rig:
    """Solve the skin of a head in many poses and fit its rig to them.

    Parameters
    ----------
    head : Head
    settle : callable, optional
        Solves one pose, in this process. By default processes of their own solve the tissue of the
        head and keep each solve until all are done: a bake that was stopped goes on where it was.
    progress : callable, optional
        Called with the share done, 0..1.
    solves : int
        Mixed and expressive poses to solve, besides the basic and the named ones.

    Returns
    -------
    rig : Rig

    Raises
    ------
    BakeError
        A process that solves poses failed.
    """
    tell = progress or (lambda share: None)
    mirror = head.topology.mirror
    asymmetry = np.abs(head.vertices[mirror] * [-1, 1, 1] - head.vertices).max()
    symmetric = bool(asymmetry < SYMMETRIC)
    max_open = make_jaw(head).max_open
    expressive = round(EXPRESSIVE * solves)
    poses = basic_poses(max_open, sides=(0,) if symmetric else (0, 1)) + named_poses()
    n_basic = len(poses)
    poses = poses + expressive_poses(max_open, expressive, seed=SEED)
    n_shown = len(poses)
    poses = poses + mixed_poses(max_open, solves - expressive, seed=SEED, alike=ALIKE)
    if settle is None:
        shapes = solve_poses(head, poses, seed=SEED, progress=lambda share: tell(0.95 * share))
    else:
        shapes = np.empty(
            (len(poses), *head.vertices[head.topology.parts["skin"]].shape), np.float32
        )
        for row in range(len(poses)):
            shapes[row] = settle(
                poses.activation[row],
                jaw=poses.jaw[row],
                gaze=poses.gaze[row],
                tone=poses.tone[row],
            ).shape[head.topology.parts["skin"]]
            tell(0.95 * (row + 1) / len(poses))
    rig = fit_rig(head, poses, shapes, n_basic=n_basic, n_shown=n_shown, symmetric=symmetric)
    tell(1.0)
    return rig


def tissue_of(head: Head) -> Settle:
    """Return what solves the tissue of a head."""
    from risorius.skin.flesh import make_flesh

    settled: Settle = partial(make_flesh(head).settle, iterations=ITERATIONS, tolerance=TOLERANCE)
    return settled


def fit_rig(
    head: Head,
    poses: Poses,
    shapes: NDArray[np.float32],
    *,
    n_basic: int,
    n_shown: int,
    symmetric: bool,
) -> Rig:
    """Return the rig that makes solved shapes of the skin (k, n_skin, 3) [mm] again.

    The first `n_shown` poses are such as faces show; the `n_basic` first of them are the basic and
    the named ones.
    """
    topology, n = head.topology, len(head.vertices)
    channels = load_atlas().channel_ids
    skin, columns = topology.parts["skin"], 2 * len(channels)
    jaw, sheet = make_jaw(head), skin_sheet(head)
    lids, globes, _ = make_lids(head, sheet)
    carrier = Carrier(channels, jaw, np.zeros(n, np.float32), lids, globes, eye_of())
    share = _jaw_share(head, carrier, poses, shapes)
    if symmetric:
        share = ((share + share[topology.mirror]) / 2).astype(np.float32)
    carrier = replace(carrier, share=share)
    moved, cues = [], []
    whole = np.repeat(head.vertices[None], 1, axis=0)
    for row in range(len(poses)):
        moment = motion(
            carrier,
            poses.activation[row : row + 1],
            poses.jaw[row : row + 1].astype(np.float64),
            poses.gaze[row : row + 1].astype(np.float64),
            slack=1 - poses.tone[row],
        )
        whole[0, skin] = shapes[row]
        seen = uncarry(carrier, whole, moment)
        moved.append((seen - head.vertices)[0, skin].astype(np.float32))
        cues.append(moment.cues[0].astype(np.float64))
    way = np.stack(moved)
    weight = np.ones(len(poses))
    weight[:n_shown] = SHOWN
    weight[:n_basic] = BASIC
    square = np.concatenate([np.arange(columns), np.arange(columns + OPENINGS, columns + N_MORE)])
    mirror = _mirror(head, columns) if symmetric else None
    signs = np.stack(cues)
    reach = _reach(signs[:n_shown], shapes[:n_shown] - head.vertices[skin], mirror)
    lips = [i for i, name in enumerate(channels) if name.startswith(LIPS)]
    triple = np.array([2 * i + side for i in lips for side in (0, 1)])
    triple = np.concatenate([triple, columns + np.arange(OPENINGS)])
    dense, mixing = fit_shapes(
        signs, way, weight, reach=reach, square=square, triple=triple, mirror=mirror
    )
    still = np.zeros((len(dense), n - skin.stop, 3), np.float32)
    return Rig(
        head=head.fingerprint,
        quality="solved",
        rest=head.vertices.astype(np.float32),
        shapes=block_shapes(np.concatenate([dense, still], axis=1)),
        mixing=mixing,
        carrier=carrier,
        hair=np.arange(topology.parts["lashes_left"].start, n, dtype=np.int32),
        root=topology.lash_roots.astype(np.int32),
        contact=make_contact(head),
        tongue=make_tongue(head.vertices, jaw),
        tongue_at=np.arange(n, dtype=np.int32)[topology.parts["tongue"]],
        n_shown=n,
    )


def _jaw_share(
    head: Head, carrier: Carrier, poses: Poses, shapes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the part of the jaw's movement that carries each vertex nearest to its way."""
    still = (poses.activation == 0).all(axis=(1, 2)) & (poses.tone == 1).all(axis=(1, 2))
    rows = np.flatnonzero(still & (poses.jaw[:, 0] > 0) & (poses.jaw[:, 1:] == 0).all(axis=1))
    turn, shift = jaw_motion(carrier.jaw, poses.jaw[rows])
    parts = head.topology.parts
    rest = head.vertices[parts["skin"]]

    def carried(share: Floats) -> Floats:
        points = np.repeat(rest[None], len(rows), axis=0)
        points = turned(points, carrier.jaw.pivot, turn, share)
        return np.asarray(points + share[:, None] * shift[:, None])

    share = np.full(len(rest), 0.5)
    for _ in range(4):
        now, step = carried(share), 1e-4
        slope = (carried(share + step) - now) / step
        share += ((shapes[rows] - now) * slope).sum(axis=(0, 2)) / np.maximum(
            (slope**2).sum(axis=(0, 2)), 1e-9
        )
        share = np.clip(share, 0.0, 1.0)
    whole = np.zeros(len(head.vertices), np.float32)
    whole[parts["skin"]] = np.where(share < 1e-3, 0.0, share)
    for part in ("teeth_lower", "tongue"):
        whole[parts[part]] = 1.0
    whole[parts["lashes_left"].start :] = whole[head.topology.lash_roots]
    return whole


def _mirror(head: Head, columns: int) -> Mirror:
    """Return how cues and the vertices of the skin mirror."""
    cue = np.arange(2 * columns + N_MORE)
    sign = np.ones(len(cue))
    for start in (0, columns + N_MORE):
        cue[start : start + columns] ^= 1
    lids = columns + OPENINGS + 2
    cue[lids : lids + 4] = [lids + 2, lids + 3, lids, lids + 1]
    sign[columns + OPENINGS + 1] = -1.0
    skin = head.topology.parts["skin"]
    return Mirror(cue, sign, head.topology.mirror[skin].astype(np.intp))


def _reach(cues: Floats, moved: NDArray[np.floating], mirror: Mirror | None) -> Floats:
    """Return how far each cue moves each vertex, (d, n) [mm], from where it is most by itself."""
    way = np.linalg.norm(moved, axis=2).astype(np.float64)
    size = np.abs(cues)
    alone = size / np.maximum(size.sum(axis=1, keepdims=True), 1e-9) + 1e-3 * size
    reach = np.where(size.max(axis=0)[:, None] > 0, way[alone.argmax(axis=0)], 0.0)
    if mirror:
        reach = np.maximum(reach, reach[mirror.cue][:, mirror.vertex])
    return np.asarray(reach)
