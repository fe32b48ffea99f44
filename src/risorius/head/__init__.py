"""The head at rest: shape, topology and identity."""

from __future__ import annotations

from risorius.head.identity import Identity
from risorius.head.landmarks import landmark_points
from risorius.head.load import Eyes, Head, detail_ranges, load_head
from risorius.head.mesh import Level, Topology
from risorius.head.topology import load_topology

__all__ = [
    "Eyes",
    "Head",
    "Identity",
    "Level",
    "Topology",
    "detail_ranges",
    "landmark_points",
    "load_head",
    "load_topology",
]
