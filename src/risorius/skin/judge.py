"""How near a rig comes to the tissue that it was baked from, in poses that no bake has seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from risorius.skin.plan import mixed_poses

if TYPE_CHECKING:
    from risorius.head import Head
    from risorius.skin.bake import Settle
    from risorius.skin.plan import Poses
    from risorius.skin.rig import Rig

__all__ = ["Judgement", "judge_rig"]

SEED = 1009
"""Bakes draw their poses from other seeds."""
MOVED = 0.2
"""Vertices that move less than this do not count [mm]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Distances [mm] between rig and tissue over the vertices of the skin that moved.

    Attributes
    ----------
    mean, p95, worst : float [mm]
    moved : float [mm]
        How far these vertices moved on average.
    worst_seen : float [mm]
        The worst outside of the mouth.
    """

    mean: float
    p95: float
    worst: float
    moved: float
    worst_seen: float


def judge_rig(
    rig: Rig,
    head: Head,
    *,
    settle: Settle | None = None,
    draw: Callable[..., Poses] = mixed_poses,
    count: int = 40,
    seed: int = SEED,
) -> Judgement:
    """Compare a rig with the full solve in poses that it has not seen.

    Parameters
    ----------
    rig : Rig
    head : Head
        That it was baked for.
    settle : callable, optional
        What it was baked from; by default the tissue of the head.
    draw : callable
        Makes the poses: :func:`mixed_poses`, harsher than any face, or :func:`expressive_poses`.
    count : int
        Poses to solve.
    seed : int
        Of the poses.
    """
    if settle is None:
        from risorius.skin.bake import tissue_of

        settle = tissue_of(head)
    poses = draw(rig.jaw.max_open, count, seed=seed)
    skin = head.topology.parts["skin"]
    seen = head.topology.regions["mouth_bag"] < 0.3
    shapes = rig.deform(poses.activation, poses.jaw, poses.gaze)[:, skin]
    errors, ways, hidden = [], [], []
    for row, shape in enumerate(shapes):
        solved = settle(poses.activation[row], jaw=poses.jaw[row], gaze=poses.gaze[row]).shape[skin]
        way = np.linalg.norm(solved - head.vertices[skin], axis=1)
        moved = way > MOVED
        errors.append(np.linalg.norm(shape - solved, axis=1)[moved])
        ways.append(way[moved])
        hidden.append(~seen[moved])
    error, inside = np.concatenate(errors), np.concatenate(hidden)
    return Judgement(
        mean=float(error.mean()),
        p95=float(np.percentile(error, 95)),
        worst=float(error.max()),
        moved=float(np.concatenate(ways).mean()),
        worst_seen=float(error[~inside].max()),
    )
