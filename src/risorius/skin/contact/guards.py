"""Skin that keeps off teeth and eyes, and lashes that stay on their lids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.head.lash import N_RIBBONS
from risorius.head.topology import head_data, load_topology
from risorius.skin.contact.bodies import Bodies, rigid_pose
from risorius.skin.contact.pairs import SLACK

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["Guard", "Roots", "eye_guards", "lash_roots", "mouth_guards"]

Ints = NDArray[np.int32]
Singles = NDArray[np.float32]

LID_THICKNESS = 1.5
"""Lid skin keeps what distance from the globe it has at rest, up to this [mm]."""
_HIDDEN = 0.3  # mm
_AROUND_EYE = 14.0  # mm of skin beyond the globe's radius that may come to lie on it


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """Vertices that keep off a body, at one level.

    Attributes
    ----------
    vertex : (k,) int32
    body : (k,) int8
        For eyes: 0 left, 1 right. Teeth: unused, zero.
    least : (k,) float32 [mm]
        Least distance from the body.
    """

    vertex: Ints
    body: NDArray[np.int8]
    least: Singles

    def renumbered(self, place: NDArray[np.integer]) -> Guard:
        """Return those of the vertices that `place` has, -1 for the others, under that number."""
        number = place[self.vertex]
        kept = number >= 0
        return Guard(number[kept].astype(np.int32), self.body[kept], self.least[kept])


@dataclass(frozen=True, slots=True, eq=False)
class Roots:
    """Where the lashes grow.

    Attributes
    ----------
    hair : (h, k) int32
        Level-0 vertices of every hair, the first two at its root.
    margin : (h, 2) int32
        Vertices of the lid's edge on either side of it.
    weight : (h,) float32
        Of the second of them.
    offset : (h, 3) float32 [mm]
        From the edge to the root.
    """

    hair: Ints
    margin: Ints
    weight: Singles
    offset: Singles

    def renumbered(self, place: NDArray[np.integer]) -> Roots:
        """Return the hairs of which `place` has every vertex, under that number."""
        kept = (place[self.hair] >= 0).all(axis=1)
        return Roots(
            place[self.hair[kept]].astype(np.int32),
            place[self.margin[kept]].astype(np.int32),
            self.weight[kept],
            self.offset[kept],
        )


def _finer_members(member: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Level-1 vertices that members of level 0 have a part in."""
    return np.flatnonzero(load_topology().subdivision @ member.astype(np.float32) > 1e-6)


def mouth_guards(head: Head, bodies: Bodies) -> tuple[Guard, Guard]:
    """Return the lips and the lining of the mouth, that keep off the teeth, at both levels."""
    topology = head.topology
    member = np.zeros(len(head.vertices), bool)
    member[: topology.parts["skin"].stop] = topology.regions["mouth_bag"] > 0.05
    member[head_data()["ring/mouth"].astype(np.int64)] = True
    names = ("teeth_upper", "teeth_lower")
    guards = []
    for points, vertex in (
        (head.vertices, np.flatnonzero(member)),
        (topology.refine(head.vertices), _finer_members(member)),
    ):
        away, _ = bodies.distance(points[vertex], rigid_pose(bodies.jaw), names=names)
        least = np.minimum(away, 0) - np.float32(SLACK)
        guards.append(Guard(vertex.astype(np.int32), np.zeros(len(vertex), np.int8), least))
    return guards[0], guards[1]


def eye_guards(head: Head, bodies: Bodies) -> tuple[Guard, Guard]:
    """Return the skin that keeps off the eyes, at both levels."""
    topology, globes = head.topology, bodies.globes
    skin = topology.parts["skin"].stop
    regions = topology.regions
    lid = (regions["lids_upper"] > 0.05) | (regions["lids_lower"] > 0.05)
    lid |= regions["eye_socket"] > 0.5
    every = np.zeros((2, len(head.vertices)), bool)
    for side in range(2):
        offset = head.vertices[:skin] - globes.centre[side]
        near = np.linalg.norm(offset, axis=1) < globes.radius[side] + _AROUND_EYE
        every[side, :skin] = lid & near & (offset[:, 2] > 0)
    ahead = rigid_pose(bodies.jaw)
    guards = []
    for points, sides in (
        (head.vertices, [np.flatnonzero(member) for member in every]),
        (topology.refine(head.vertices), [_finer_members(member) for member in every]),
    ):
        least = [
            np.minimum(bodies.distance(points[vertex], ahead, names=(name,))[0], LID_THICKNESS)
            for vertex, name in zip(sides, ("eye_left", "eye_right"), strict=True)
        ]
        # What lies behind the front of the globe at rest, the lining of its socket, is never seen.
        before = [away > -_HIDDEN for away in least]
        sides = [vertex[seen] for vertex, seen in zip(sides, before, strict=True)]
        least = [away[seen] for away, seen in zip(least, before, strict=True)]
        guards.append(
            Guard(
                np.concatenate(sides).astype(np.int32),
                np.repeat([0, 1], [len(vertex) for vertex in sides]).astype(np.int8),
                np.concatenate(least) - np.float32(SLACK),
            )
        )
    return guards[0], guards[1]


def lash_roots(head: Head) -> Roots:
    """Return where the lashes of both eyes grow."""
    topology = head.topology
    hairs, edges, weights = [], [], []
    for side in ("left", "right"):
        part = topology.parts[f"lashes_{side}"]
        hair = np.arange(part.start, part.stop).reshape(N_RIBBONS, -1)
        nearest = topology.lash_roots[hair[:, 0] - topology.parts["lashes_left"].start]
        upper = topology.loops[f"lid_upper_{side}"]
        grows_up = np.isin(nearest, upper)
        for above, line in ((True, upper), (False, topology.loops[f"lid_lower_{side}"])):
            chosen = hair[grows_up == above]
            foot = head.vertices[chosen[:, :2]].mean(axis=1)
            edge, weight = _on_line(head.vertices[line], foot)
            hairs.append(chosen)
            edges.append(np.stack([line[edge], line[edge + 1]], axis=1))
            weights.append(weight)
    hair, edge, weight = np.concatenate(hairs), np.concatenate(edges), np.concatenate(weights)
    ends = head.vertices[edge]
    foot = (1 - weight[:, None]) * ends[:, 0] + weight[:, None] * ends[:, 1]
    return Roots(
        hair.astype(np.int32),
        edge.astype(np.int32),
        weight.astype(np.float32),
        (head.vertices[hair[:, :2]].mean(axis=1) - foot).astype(np.float32),
    )


def _on_line(
    line: NDArray[np.float64], points: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Edge of a line that each point (k, 3) is nearest to, and how far along it, 0..1."""
    step = np.diff(line, axis=0)
    offset = points[:, None] - line[:-1]
    share = np.clip((offset * step).sum(axis=2) / (step**2).sum(axis=1), 0, 1)
    away = np.linalg.norm(offset - share[..., None] * step, axis=2)
    edge = away.argmin(axis=1)
    return edge, share[np.arange(len(points)), edge]
