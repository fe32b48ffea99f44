"""One head's flesh for all tests of the room, and the poses that they share."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.head import load_head
from risorius.skin import gaze_from_activation, jaw_from_activation
from risorius.skin.flesh import make_flesh
from risorius.skin.flesh.gains import near_site

SIDES = ("left", "right")


class Body:
    """The flesh of the default head, and what became of it."""

    def __init__(self):
        self.head = load_head()
        self.flesh = make_flesh(self.head)
        self.n = self.flesh.columns.n
        self.posed = cache(self._posed)

    def drive(self, *names, side=None):
        atlas = load_atlas()
        drive = np.zeros((len(atlas.channel_ids), 2))
        for name in names:
            for (channel, at), amount in atlas.expand(name, 1.0).items():
                if side in (None, at):
                    drive[atlas.channel_ids.index(channel), SIDES.index(at)] += amount
        return np.minimum(drive, 1.0)

    def _posed(self, *names, side=None, iterations=200):
        drive, atlas = self.drive(*names, side=side), load_atlas()
        jaw = jaw_from_activation(atlas, drive[None], max_open=self.flesh.jaw.max_open)[0]
        gaze = gaze_from_activation(atlas, drive[None])[0]
        return self.flesh.settle(drive, jaw=jaw, gaze=gaze, iterations=iterations)

    def way(self, settled, site, side="left"):
        """How far the skin round a named site went (3,) [mm]."""
        return near_site(self.head, site, side) @ (settled.shape - self.head.vertices)[: self.n]

    def change_of_volume(self, settled):
        """Volume over volume at rest of every element that moved, and their volumes."""
        elements = self.flesh.elements
        moved = np.linalg.norm(settled.nodes - self.flesh.columns.nodes, axis=1) > 0.1
        chosen = moved[elements.corners].any(axis=1)
        x = settled.nodes[elements.corners[chosen]]
        deformation = np.einsum("mia,mib->mab", x, elements.gradients[chosen])
        return np.linalg.det(deformation), elements.volume[chosen]

    def strain(self, settled):
        """Principal strains (m, 2), middle (m, 3) at rest and area of the triangles of the skin."""
        triangles = self.head.topology.levels[0].triangles
        triangles = triangles[(triangles < self.n).all(axis=1)]

        def edges(points):
            a, b, c = (points[triangles[:, k]] for k in range(3))
            return np.stack([b - a, c - a], axis=2)

        rest, now = edges(self.head.vertices), edges(settled.shape)
        before, after = (np.einsum("mxi,mxj->mij", e, e) for e in (rest, now))
        stretch = np.linalg.eigvals(np.linalg.solve(before, after)).real
        area = np.linalg.norm(np.cross(rest[..., 0], rest[..., 1]), axis=1) / 2
        strain = np.sqrt(np.sort(np.maximum(stretch, 0), axis=1)) - 1
        return triangles, strain, area


@pytest.fixture(scope="session")
def body():
    return Body()
