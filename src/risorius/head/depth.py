"""How deep the bone (or the globe, or the mouth) lies under the skin."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from risorius.head.attachments import relative_size, site_points

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["tissue_depth"]

Floats = NDArray[np.float64]

# Distance over which a measured site yields to its neighbours; below it the map stays flat.
_BLEND_MM = 4.0
# Of the flesh between outer skin and inner wall; where both meet, at lip or lid margin, the least.
_SHARE = 0.8
_THINNEST_MM = 0.8


def tissue_depth(head: Head) -> Floats:
    """Return the thickness of soft tissue under each level-0 skin vertex.

    Depths measured at named sites of the skull are spread over the skin by inverse distance and
    scaled with the size of the head; lids, ears, mouth and eye sockets, which lie over no bone,
    have one value per region. No depth reaches the inner wall behind a lip, a cheek or a lid.

    Parameters
    ----------
    head : Head

    Returns
    -------
    depth : (n_skin,) [mm]
        Distance along the inward normal to bone, or for the regions without bone to the next wall.

    References
    ----------
    Stephan and Simpson 2008, J Forensic Sci 53(6), pooled adult means; regions without bone are
    design values. Each number with its evidence is in ``data/tissue_depth.yaml``.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> depth = tissue_depth(load_head())
    >>> bool(depth.min() > 0.5), bool(depth.max() < 30)
    (True, True)
    """
    table = _document()
    places, values = [], []
    for side in ("left", "right"):
        points = site_points(head, side)
        for site in table["sites"]:
            places.append(points[site["at"]])
            values.append(site["mm"])
    regions = head.topology.regions
    skin = head.vertices[head.topology.parts["skin"]]
    depth = spread_depth(skin, np.array(places), np.array(values))
    for region in table["regions"]:
        mask = regions[region["at"]].astype(np.float64)
        depth += mask * (region["mm"] - depth)
    depth *= relative_size(head)

    inner = np.maximum(regions["mouth_bag"], regions["eye_socket"]) > 0.5
    flesh = cKDTree(skin[inner]).query(skin)[0]
    return np.where(inner, depth, np.minimum(depth, np.maximum(flesh * _SHARE, _THINNEST_MM)))


def spread_depth(points: Floats, places: Floats, values: Floats) -> Floats:
    """Return inverse-distance means, (n,), of values known at places; never outside their range.

    Examples
    --------
    >>> spread_depth(np.zeros((1, 3)), np.eye(3)[:2] * [[1], [-1]], np.array([4.0, 6.0]))
    array([5.])
    """
    square = ((points[:, None, :] - places[None]) ** 2).sum(axis=2)
    weight = (square + _BLEND_MM**2) ** -1.5
    return np.asarray(weight @ values / weight.sum(axis=1))


@cache
def _document() -> dict[str, Any]:
    text = files("risorius.head").joinpath("data/tissue_depth.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return document
