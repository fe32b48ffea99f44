"""The rig of one head carried over to another: the same muscles in another shape."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.skin.contact import make_contact
from risorius.skin.jaw import make_jaw
from risorius.skin.lids import make_lids
from risorius.skin.shapes import block_shapes
from risorius.skin.shell import skin_sheet
from risorius.skin.tongue import make_tongue

if TYPE_CHECKING:
    from risorius.head import Head
    from risorius.skin.rig import Rig

__all__ = ["carry_rig", "local_turns"]

Floats = NDArray[np.float64]

SMOOTHINGS = 6
"""How often neighbours agree on how their skin was turned and scaled."""


def carry_rig(rig: Rig, head: Head) -> Rig:
    """Return the rig of a head, its shapes taken from the rig of another.

    Every displacement is turned and scaled as the skin around it was from the one head to the
    other. Jaw, lids, eyes, teeth and tongue are those of the head itself.

    Parameters
    ----------
    rig : Rig
        Of a head that was solved.
    head : Head

    Examples
    --------
    >>> from risorius.face import load_face
    >>> from risorius.head import load_head
    >>> child = carry_rig(load_face().rig, load_head(age_years=9))
    >>> child.quality, child.rest.shape == load_face().rig.rest.shape
    ('carried', True)
    """
    topology = head.topology
    n = len(head.vertices)
    skin = topology.parts["skin"]
    faces = topology.levels[0].triangles
    turns = local_turns(
        rig.rest[skin].astype(np.float64),
        head.vertices[skin],
        faces[(faces < skin.stop).all(axis=1)],
    )
    dense = rig.shapes.dense()[:, :n]
    dense[:, skin] = np.einsum("vij,kvj->kvi", turns.astype(np.float32), dense[:, skin])
    lids, globes, _ = make_lids(head, skin_sheet(head))
    jaw = make_jaw(head)
    return replace(
        rig,
        head=head.fingerprint,
        quality="carried",
        rest=head.vertices.astype(np.float32),
        shapes=block_shapes(dense),
        carrier=replace(rig.carrier, jaw=jaw, lids=lids, globes=globes),
        contact=make_contact(head),
        tongue=make_tongue(head.vertices, jaw),
    )


def local_turns(before: Floats, after: Floats, triangles: NDArray[np.int32]) -> Floats:
    """Return how the surface round each vertex was turned and scaled, (n, 3, 3).

    Examples
    --------
    >>> points = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]])
    >>> faces = np.array([[0, 1, 2], [1, 3, 2]], np.int32)
    >>> bool(np.allclose(local_turns(points, 2 * points, faces), 2 * np.eye(3)))
    True
    """
    gradient = _frames(after, triangles) @ np.linalg.inv(_frames(before, triangles))
    corners = before[triangles]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(across, axis=1)
    total, field = np.zeros(len(before)), np.zeros((len(before), 3, 3))
    for corner in triangles.T:
        np.add.at(total, corner, area)
        np.add.at(field, corner, gradient * area[:, None, None])
    field /= np.maximum(total, 1e-12)[:, None, None]
    for _ in range(SMOOTHINGS):
        middle, near = field[triangles].mean(axis=1), np.zeros_like(field)
        for corner in triangles.T:
            np.add.at(near, corner, middle * area[:, None, None])
        field = near / np.maximum(total, 1e-12)[:, None, None]
    field[total == 0] = np.eye(3)
    left, size, right = np.linalg.svd(field)
    return np.asarray((left @ right) * np.cbrt(size.prod(axis=1))[:, None, None])


def _frames(points: Floats, triangles: NDArray[np.int32]) -> Floats:
    """Return two edges and the normal of each triangle as columns, (m, 3, 3)."""
    corners = points[triangles]
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(one, two)
    # As long as an edge, so that a larger triangle is larger in all directions.
    normal /= np.sqrt(np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12)
    return np.stack([one, two, normal], axis=2)
