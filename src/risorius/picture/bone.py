"""A dim bone for muscles to lie on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from risorius.head import Head
from risorius.head.attachments import relative_size, site_points, skin_normals
from risorius.head.depth import tissue_depth
from risorius.skin.muscles import skin_cover

if TYPE_CHECKING:
    from risorius.skin.muscles import Muscles

__all__ = ["HOLLOW", "Bone", "make_bone"]

Array = NDArray[np.float64]
Ints = NDArray[np.int32]

_BONE, _EAR = (0.70, 0.655, 0.575), (0.74, 0.56, 0.48)
HOLLOW = (0.26, 0.125, 0.105)
"""sRGB of what lies in the orbit and in the mouth, behind everything else."""
_HOLLOWS = ((("lids_upper", "lids_lower"), 11.0), (("lip_upper", "lip_lower"), 12.0))
"""There is no bone behind these: it draws back so far [mm]."""
_IN_ORBIT = ("levator_palpebrae_superioris", "tarsalis_superior", "retractores_inferiores")
_CLEAR_MM, _SPREAD_MM, _DEEPEST_MM = 0.4, 6.0, 26.0
"""Bone lies this far under a muscle, comes up again over this distance, and is no deeper."""


@dataclass(frozen=True, slots=True, eq=False)
class Bone:
    """A surface under the muscles.

    Attributes
    ----------
    vertices : (n, 3) [mm]
    triangles : (m, 3) int32
    colours : (n, 3) [1]
        sRGB; the ears have that of skin.
    jaw : (n,) [1]
        How surely a vertex belongs to the mandible.
    """

    vertices: Array
    triangles: Ints
    colours: Array
    jaw: Array


@lru_cache(maxsize=2)
def make_bone(muscles: Muscles) -> Bone:
    """Return the bone under the muscles of a head, at rest, with the ears on it.

    It is the skin of level 1 moved inward by the depth of its soft tissue, farther where a muscle
    needs the room, and no skull: it has no teeth, no eye and no arch that a muscle runs under.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> from risorius.skin.muscles import make_muscles
    >>> bone = make_bone(make_muscles(load_head()))
    >>> float(bone.jaw.min()) < 0.01, float(bone.jaw.max()) > 0.99
    (True, True)
    """
    head = muscles.head
    topology, skin = head.topology, head.topology.parts["skin"]
    ear = np.clip(4 * topology.regions["ear"].astype(np.float64) - 2, 0, 1)
    deep = _under_muscles(muscles, tissue_depth(head)) * (1 - ear)
    vertices = head.vertices.copy()
    vertices[skin] -= skin_normals(head) * deep[:, None]
    # Behind lids and lips the bone draws back into orbit and mouth.
    hollow = np.zeros(len(deep))
    for names, back in _HOLLOWS:
        mask = np.clip(1.3 * sum(topology.regions[name] for name in names), 0, 1)
        vertices[skin, 2] -= back * relative_size(head) * mask
        hollow = np.maximum(hollow, mask)
    level, masks = topology.levels[1], topology.refined_regions()
    fine = level.parts["skin"]
    inside = np.maximum(masks["mouth_bag"], masks["eye_socket"])
    triangles = level.triangles[level.triangles.max(axis=1) < fine.stop]
    shown = inside[triangles].min(axis=1) < 0.5
    colours = np.tile(_BONE, (len(deep), 1))
    for share, colour in ((hollow, HOLLOW), (ear, _EAR)):
        colours += share[:, None] * (np.array(colour) - colours)
    spread = topology.subdivision[fine, skin]
    return _compact(head, topology.refine(vertices)[fine], triangles[shown], spread @ colours)


def _compact(head: Head, vertices: Array, triangles: Ints, colours: Array) -> Bone:
    used, index = np.unique(triangles, return_inverse=True)
    places = vertices[used]
    return Bone(
        places,
        index.reshape(triangles.shape).astype(np.int32),
        np.clip(colours[used], 0, 1),
        _mandible(head, places),
    )


def _under_muscles(muscles: Muscles, depth: Array) -> Array:
    """Return depths of the bone that leave room for every muscle."""
    head = muscles.head
    skin = head.vertices[head.topology.parts["skin"]]
    normals = skin_normals(head)
    masks = head.topology.regions
    open_ = np.flatnonzero(np.maximum(masks["mouth_bag"], masks["eye_socket"]) < 0.5)
    reach = _SPREAD_MM * relative_size(head)
    outside = np.array([body.channel not in _IN_ORBIT for body in muscles.bodies])
    flesh = muscles.vertices[outside[muscles.owner]]
    cover, _ = skin_cover(head, head.vertices, flesh)
    near = cKDTree(skin[open_]).query_ball_point(flesh, np.clip(cover, 0, _DEEPEST_MM) + reach)
    count = [len(places) for places in near]
    vertex = np.repeat(np.arange(len(near)), count)
    place = open_[np.concatenate([np.array(places, int) for places in near])]
    apart = skin[place] - flesh[vertex]
    down = np.einsum("px,px->p", apart, normals[place])
    aside = np.linalg.norm(apart - down[:, None] * normals[place], axis=1)
    wanted = (down + _CLEAR_MM) * np.clip(1.6 - aside / reach, 0, 1)
    wanted[(down < 0) | (down > _DEEPEST_MM)] = 0.0
    found = depth.copy()
    np.maximum.at(found, place, wanted)
    return np.minimum(found, _over_teeth(head, skin, normals, reach))


def _over_teeth(head: Head, skin: Array, normals: Array, reach: float) -> Array:
    """Return the depth of the gums under each vertex of the skin; the bone lies over them."""
    parts = head.topology.parts
    teeth = np.concatenate([head.vertices[parts[f"teeth_{jaw}"]] for jaw in ("upper", "lower")])
    least = np.full(len(skin), np.inf)
    near = cKDTree(teeth).query_ball_point(skin, _DEEPEST_MM)
    for vertex, places in enumerate(near):
        apart = skin[vertex] - teeth[places]
        down = apart @ normals[vertex]
        aside = np.linalg.norm(apart - down[:, None] * normals[vertex], axis=1)
        met = (aside < 0.5 * reach) & (down > 0)
        if met.any():
            least[vertex] = max(float(down[met].min()), _CLEAR_MM)
    return least


def _mandible(head: Head, points: Array) -> Array:
    """Return how surely bone belongs to the mandible, (n,) 0..1."""
    sites = site_points(head, "left")
    hinge, corner = sites["tragion"], sites["cheilion"]
    share = np.clip((points[:, 2] - hinge[2]) / (corner[2] - hinge[2]), 0, 1)
    line = hinge[1] + share * (corner[1] - hinge[1]) - 2.0
    below = 1 / (1 + np.exp((points[:, 1] - line) / 3.0))
    before = 1 / (1 + np.exp((hinge[2] + 2.0 - points[:, 2]) / 3.0))
    chin = sites.get("menton", corner - [0.0, 45.0, 0.0])
    above = 1 / (1 + np.exp((chin[1] - 12.0 - points[:, 1]) / 5.0))
    return np.asarray(below * before * above)
