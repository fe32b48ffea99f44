"""What the flesh is made of, where, and what it is worth to each element."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from numpy.typing import NDArray

from risorius.skin.flesh.mesh import Columns, Elements
from risorius.skin.tables import named_point

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["Material", "element_weights", "load_flesh", "make_material"]

Floats = NDArray[np.float64]
SIDES = ("left", "right")


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Moduli of every column.

    Attributes
    ----------
    skin, flesh : (n_skin,) [kPa]
        Shear modulus of the outer layer and of what lies under it. Ageing scales them.
    ligament : (n_skin,) [kPa/mm]
        How firmly ligaments tie the foot of the column to the bone.
    """

    skin: Floats
    flesh: Floats
    ligament: Floats


def make_material(head: Head) -> Material:
    """Return the material of a head's flesh.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> material = make_material(load_head())
    >>> bool((material.skin > 0).all() and (material.flesh > 0).all())
    True
    """
    table, regions = load_flesh(), head.topology.regions
    points = head.vertices[head.topology.parts["skin"]]
    moduli = {name: np.full(len(points), float(table["base"][name])) for name in ("skin", "flesh")}
    for row in table["regions"]:
        mask = regions[row["region"]].astype(np.float64)
        for name, values in moduli.items():
            # Moduli span decades: blend their logarithms.
            values *= (float(row[name]) / values) ** mask
    hidden = np.maximum(regions["mouth_bag"], regions["eye_socket"])
    for row in table["nodes"]:
        mask = _around(head, points, row) * (1 - hidden)
        for name, values in moduli.items():
            values *= np.maximum(float(row[name]) / values, 1.0) ** mask
    ligament = np.zeros(len(points))
    for row in table["ligaments"]:
        ligament += row["hold"] * _around(head, points, row)
    return Material(moduli["skin"], moduli["flesh"], ligament)


def element_weights(columns: Columns, elements: Elements, material: Material) -> Floats:
    """Return what shape and volume of each tetrahedron are worth, (m, 2) [mN mm]."""
    bulk = load_flesh()["bulk"]
    corners = elements.corners % columns.n
    skin = np.exp(np.log(material.skin)[corners].mean(axis=1))
    flesh = np.exp(np.log(material.flesh)[corners].mean(axis=1))
    shear = np.where(elements.outer, skin, flesh)
    volume = np.maximum(bulk["flesh"], np.where(elements.outer, bulk["skin"] * skin, 0.0))
    return np.ascontiguousarray(np.stack([2 * shear, volume], axis=1) * elements.volume[:, None])


def _around(head: Head, points: Floats, row: dict[str, Any]) -> Floats:
    """Patch round a site on both sides, 1 at its middle, (n,)."""
    away = [np.linalg.norm(points - named_point(head, row["at"], side), axis=1) for side in SIDES]
    return np.asarray(np.exp(-((np.min(away, axis=0) / float(row["radius_mm"])) ** 2)))


@cache
def load_flesh() -> dict[str, Any]:
    """Return the room's table, read from its YAML."""
    text = files("risorius.skin.flesh").joinpath("data/flesh.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return table
