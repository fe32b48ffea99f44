"""What the skin is made of, where, and which bone it lies on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from numpy.typing import NDArray

from risorius.head.attachments import site_points

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["Tissue", "load_table", "make_tissue", "named_point"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Tissue:
    """Material under each vertex of the level-0 skin.

    Attributes
    ----------
    depth : (n,) [mm]
        From the skin to the bone.
    stretch : (n,) [kPa mm]
        Stiffness of the sheet in its plane.
    slide, column : (n,) [kPa]
        How the tissue under the sheet resists gliding and thinning.
    jaw : (n,) [1]
        Share of the tissue's hold that is on the mandible.
    known : (n,) [1]
        How surely a vertex belongs to a region with a bone of its own.
    poisson : float [1]
    bend : float [kPa mm3]
    """

    depth: Floats
    stretch: Floats
    slide: Floats
    column: Floats
    jaw: Floats
    known: Floats
    poisson: float
    bend: float


def make_tissue(head: Head) -> Tissue:
    """Return the tissue of a head: depths of its skull, materials of its regions.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> tissue = make_tissue(load_head())
    >>> bool((tissue.slide > 0).all()), float(tissue.jaw.max())
    (True, 1.0)
    """
    # The depths bring scipy.spatial along, which only a bake should wait for.
    from risorius.head.depth import tissue_depth

    table = load_table("tissue")
    sheet, topology = table["sheet"], head.topology
    n = topology.parts["skin"].stop
    values = {
        name: np.full(n, float(sheet[name]["typ"])) for name in ("stretch", "slide", "column")
    }
    jaw, known = np.zeros(n), np.full(n, 1e-3)
    for row in table["regions"]:
        mask = topology.regions[row["region"]].astype(np.float64)
        for name, field in values.items():
            # Stiffness spans decades: blend its logarithm.
            field *= (float(row[name]) / field) ** mask
        jaw += mask * (float(row["bone"] == "jaw") - jaw)
        known = np.maximum(known, mask)
    jaw = np.maximum(jaw, topology.regions["mouth_bag"] * _below_the_mouth(head))
    skin = head.vertices[:n]
    for node in table["nodes"]:
        for side in ("left", "right"):
            away = np.linalg.norm(skin - named_point(head, node["at"], side), axis=1)
            mask = np.exp(-((away / float(node["radius_mm"])) ** 2)) * (
                1 - topology.regions["mouth_bag"]
            )
            for name in ("stretch", "slide"):
                values[name] *= (float(node[name]) / values[name]) ** mask
    return Tissue(
        depth=np.maximum(tissue_depth(head), 1.5),
        jaw=jaw,
        known=known,
        poisson=float(sheet["poisson"]["typ"]),
        bend=float(sheet["bend"]["typ"]),
        **values,
    )


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


def _below_the_mouth(head: Head) -> Floats:
    """Return 1 below the corners of the mouth, 0 above, and a soft step between, (n,)."""
    height = head.vertices[head.topology.parts["skin"], 1]
    corners = head.vertices[head.topology.loops["mouth_corners"], 1].mean()
    return np.asarray(np.clip((corners - height) / 6 + 0.5, 0, 1))
