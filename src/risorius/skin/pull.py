"""The forces that a working muscle puts on the skin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.head.attachments import Fibre, fibre_points, load_fibres

if TYPE_CHECKING:
    from risorius.head import Head
    from risorius.skin.shell import Sheet

__all__ = ["Pull", "fibre_forces"]

Floats = NDArray[np.float64]

SPREAD = 4.0
"""A bundle grips the skin over a patch of this radius [mm], wider where it lies deeper."""
SPREAD_PER_DEPTH = 0.35
SUPPORT = 0.8
"""Part of an inward pull that finds no way, because bone or teeth lie under the skin."""


def fibre_forces(
    points: Floats, hold: Floats, *, ring: bool, end: float = 1.0, origin: float = 0.0
) -> Floats:
    """Return the force on the tissue at each point of a fibre of unit tension.

    A strand that grips the skin at its end, and less before it, hands its tension over bit by bit:
    each grip is pulled along the strand toward the origin. A strand of a ring keeps its tension all
    along and presses inward where it bends; its free end pulls at the tissue like the other.

    Parameters
    ----------
    points : (k, 3) [mm]
        Origin first.
    hold : (k,) [1]
        How firmly each point is tied to the skin.
    ring : bool
    end : float [1]
        What part of a ring's tension its end hands to the skin; the rest is taken by bone.
    origin : float [1]
        What part of a strand's tension its origin hands to the skin there; none where it is bone.

    Returns
    -------
    force : (k, 3) [1]

    Examples
    --------
    >>> line = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]])
    >>> fibre_forces(line, np.array([0.0, 0, 1]), ring=False).sum(axis=0).tolist()
    [-1.0, 0.0, 0.0]
    """
    steps = np.diff(points, axis=0)
    along = steps / np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-9)
    force = np.zeros_like(points)
    if ring:
        force[1:-1] = along[1:] - along[:-1]
        force[-1] = -along[-1] * end
        return force
    force[1:] = -along * hold[1:, None] / max(hold[1:].sum(), 1e-9)
    force[0] = along[0] * origin
    return force


class Pull:
    """Spreads forces of fibres over the skin of one head.

    Distances run along the skin, so that a fibre of the upper lip does not pull on the lower.

    Parameters
    ----------
    head : Head
    sheet : Sheet
    normals : (n_skin, 3)
        Of what the skin glides on.
    """

    def __init__(self, head: Head, sheet: Sheet, normals: Floats) -> None:
        self._head = head
        self._mass = sheet.mass
        self._points = head.vertices[head.topology.parts["skin"]]
        self._normals = normals
        ends = np.unique(
            np.sort(
                np.concatenate([sheet.triangles[:, [k, (k + 1) % 3]] for k in range(3)]), axis=1
            ),
            axis=0,
        )
        length = np.linalg.norm(self._points[ends[:, 0]] - self._points[ends[:, 1]], axis=1)
        n = len(self._points)
        self._graph = sparse.csr_matrix((length, (ends[:, 0], ends[:, 1])), shape=(n, n))
        regions = head.topology.regions
        self._grip = 1.0 - np.maximum(regions["mouth_bag"], regions["eye_socket"])

    def force(
        self,
        channel: str,
        side: str,
        *,
        ring: bool,
        end: float = 1.0,
        origin: float = 0.0,
        above: float = 1.0,
        support: float = SUPPORT,
    ) -> Floats:
        """Return the forces (n_skin, 3) of a channel at unit tension.

        Parameters
        ----------
        channel, side : str
        ring : bool
        end, origin : float [1]
            See :func:`fibre_forces`.
        above : float [1]
            Tension of the bundles that run above the eye, against that of the others.
        support : float [1]
            What part of an inward pull is taken by what lies under the skin.
        """
        total = np.zeros_like(self._points)
        fibres = load_fibres()[channel]
        courses = fibre_points(self._head, channel, side)
        for fibre, course in zip(fibres, courses, strict=True):
            pulls = fibre_forces(course, fibre.hold, ring=ring, end=end, origin=origin)
            if course[:, 1].mean() > self._head.eyes.centres[:, 1].mean():
                pulls *= above
            active = np.linalg.norm(pulls, axis=1) > 1e-6
            weights = self._patches(fibre, side, active)
            total += weights.T @ pulls[active] / len(fibres)
        # Flesh on bone and teeth cannot be pulled into them.
        inward = np.minimum(np.einsum("nx,nx->n", total, self._normals), 0.0)
        return np.asarray(total - support * inward[:, None] * self._normals)

    def bulge(self, channel: str, side: str) -> Floats:
        """Return outward forces (n_skin, 3) over a muscle's belly, summing to 1."""
        total = np.zeros(len(self._points))
        for fibre in load_fibres()[channel]:
            belly = np.zeros(len(fibre.hold), dtype=bool)
            belly[2:-2] = True
            total += self._patches(fibre, side, belly).sum(axis=0)
        return np.asarray(total[:, None] / total.sum() * self._normals)

    def grip(self, channel: str, side: str) -> Floats:
        """Return weights (n_skin,), summing to 1, of where the insertion grips the skin."""
        total = np.zeros(len(self._points))
        for fibre in load_fibres()[channel]:
            last = np.zeros(len(fibre.hold), dtype=bool)
            last[-1] = True
            total += self._patches(fibre, side, last)[0]
        return np.asarray(total / total.sum())

    def _patches(self, fibre: Fibre, side: str, chosen: NDArray[np.bool_]) -> Floats:
        """Weights over the skin of the chosen points of a fibre, (points, n), rows summing to 1."""
        from scipy.sparse.csgraph import dijkstra

        corners = self._head.topology.levels[0].triangles[fibre.triangle[chosen]]
        if side == "right":
            corners = self._head.topology.mirror[corners]
        surface = np.einsum("kc,kcx->kx", fibre.weights[chosen], self._points[corners])
        radius = SPREAD + SPREAD_PER_DEPTH * fibre.depth[chosen]
        nodes, place = np.unique(corners, return_inverse=True)
        reach = dijkstra(self._graph, directed=False, indices=nodes, limit=4 * radius.max())
        steps = np.linalg.norm(surface[:, None] - self._points[corners], axis=2)
        distance = (reach[place.reshape(corners.shape)] + steps[..., None]).min(axis=1)
        weights = np.exp(-(distance**2) / (2 * radius[:, None] ** 2)) * self._mass * self._grip
        return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12))
