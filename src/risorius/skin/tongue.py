"""What the muscles of the tongue do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.skin.tissue import load_table

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["tongue_fields"]

Floats = NDArray[np.float64]
SIDES = ("left", "right")


def tongue_fields(head: Head) -> dict[tuple[str, str], Floats]:
    """Return the displacement of the tongue's vertices, (k, 3) [mm], by channel and side.

    A stand-in for a tissue model of the tongue: each muscle carries the tip (or the back) by a
    given way, and the rest of the tongue follows smoothly from its root.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> out = tongue_fields(load_head())[("genioglossus", "left")]
    >>> bool(out[:, 2].max() > 5)
    True
    """
    points = head.vertices[head.topology.parts["tongue"]]
    along = (points[:, 2] - points[:, 2].min()) / np.ptp(points[:, 2])
    fields = {}
    for row in load_table("drives")["tongue"]:
        weight = along ** row["power"] if row["end"] == "tip" else (1 - along) ** row["power"]
        # The root is tied to the floor of the mouth.
        weight = weight * np.clip(along / 0.15, 0, 1)
        for side, outward in zip(SIDES, (1.0, -1.0), strict=True):
            way = np.array(row["mm"], dtype=np.float64) * [outward, 1.0, 1.0] / 2
            fields[row["channel"], side] = weight[:, None] * way
    return fields
