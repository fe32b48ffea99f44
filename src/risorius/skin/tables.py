"""The room's tables, and the places that they name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from numpy.typing import NDArray

from risorius.head.attachments import site_points

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["load_table", "named_point"]

Floats = NDArray[np.float64]


def named_point(head: Head, name: str, side: str) -> Floats:
    """Return a site of the head, (3,) [mm]; ``mouth_corner`` is where the lips meet.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> bool(named_point(load_head(), "mouth_corner", "left")[0] > 15)
    True
    """
    if name == "mouth_corner":
        corners = head.topology.loops["mouth_corners"]
        return np.asarray(head.vertices[corners[("left", "right").index(side)]])
    return site_points(head, side)[name]


@cache
def load_table(name: str) -> dict[str, Any]:
    """Return one of the room's tables, read from its YAML."""
    text = files("risorius.skin").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return table
