"""Heads, and skin that was pushed about by no muscle in particular."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.head import load_head
from risorius.skin.contact import make_contact

SIDES = ("left", "right")


class Probe:
    """A head, its contact, and shapes to try them on."""

    def __init__(self, **identity):
        self.head = load_head(**identity)
        self.contact = make_contact(self.head)
        self.rest = self.head.vertices.astype(np.float32)

    def refined(self, shape):
        return self.head.topology.refine(np.asarray(shape, np.float64)).astype(np.float32)

    def bumps(self, rng, count=14):
        """Smooth bumps of millimetres round mouth and eyes: centres, ways and widths."""
        loops = self.head.topology.loops
        mouth = np.concatenate([loops["lip_upper"], loops["lip_lower"]])
        lids = [loops[f"lid_{lid}_{side}"] for lid in ("upper", "lower") for side in SIDES]
        at = np.concatenate([rng.choice(mouth, count), rng.choice(np.concatenate(lids), count)])
        centre = self.head.vertices[at] + rng.normal(0, 3, (2 * count, 3))
        way = rng.normal(0, 1, (2 * count, 3)) * [0.7, 1.6, 0.7]
        way[count:] *= 0.5  # lids are stiff
        return centre, way, rng.uniform(4, 12, 2 * count)

    def warped(self, centre, way, width):
        """Level-0 shape (n, 3) float32 of a head whose skin follows the bumps."""
        skin = self.head.topology.parts["skin"]
        offset = self.head.vertices[skin, None] - centre
        shape = self.head.vertices.copy()
        shape[skin] += np.exp(-(offset**2).sum(axis=2) / (2 * width**2)) @ way
        return shape.astype(np.float32)

    def settled(self, shapes, jaw=(0.0, 0.0, 0.0), gaze=None, *, level=0, contact=None):
        """Shapes (t, n, 3) after the step."""
        out = np.array(shapes, dtype=np.float32)
        pose, count = self.contact.pose(jaw, gaze), len(shapes)
        (contact or self.contact).settle(
            out,
            np.tile(pose.jaw_turn, (count, 1)).astype(np.float32),
            np.tile(pose.jaw_shift, (count, 1)).astype(np.float32),
            np.tile(pose.look, (count, 1, 1)).astype(np.float32),
            level=level,
        )
        return out

    def both_levels(self, shape, jaw=(0.0, 0.0, 0.0), gaze=None):
        """The settled level 0 and level 1 of a shape (n, 3), as the rig makes them."""
        coarse = self.settled(shape[None], jaw, gaze)[0]
        return coarse, self.settled(self.refined(coarse)[None], jaw, gaze, level=1)[0]


@pytest.fixture(scope="session")
def probe():
    return Probe()


@pytest.fixture(scope="session")
def probe_of():
    return Probe


@pytest.fixture(scope="session")
def head(probe):
    return probe.head


@pytest.fixture(scope="session")
def contact(probe):
    return probe.contact
