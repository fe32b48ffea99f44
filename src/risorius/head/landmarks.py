"""The tracker's 478 points on the head: each lies on a triangle of level 0 and moves with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError, RisoriusError
from risorius.head.load import Head
from risorius.head.mesh import Topology
from risorius.head.topology import load_topology

__all__ = ["N_LANDMARKS", "Landmarks", "landmark_points", "load_landmarks"]

N_LANDMARKS = 478
"""468 points of the face, then five on each iris: centre and rim, right eye first."""


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Where the points lie; the same for every head.

    Attributes
    ----------
    corners : (478, 3) int32
        Level-0 vertices of the triangle around each point: skin, or the globe for the points of the
        iris.
    weights : (478, 3) float64 [1]
        Barycentric weights, none negative, with the sum 1.
    mirror : (478,) int32
        The point on the other side; a point of the midline is its own mirror.
    """

    corners: NDArray[np.int32]
    weights: NDArray[np.float64]
    mirror: NDArray[np.int32]


@cache
def load_landmarks() -> Landmarks:
    """Return the packaged table, made by ``tools/make_landmarks.py``.

    Examples
    --------
    >>> load_landmarks().corners.shape
    (478, 3)
    """
    with (
        as_file(files("risorius.head") / "data" / "landmarks.npz") as path,
        np.load(path) as stored,
    ):
        corners = stored["corners"].astype(np.int32)
        weights = stored["weights"].astype(np.float64)
        mirror = stored["mirror"].astype(np.int32)
    if corners.max() >= load_topology().levels[0].n_vertices:
        raise RisoriusError("landmarks.npz is of another mesh; run tools/make_landmarks.py")
    weights /= weights.sum(axis=1, keepdims=True)
    for array in (corners, weights, mirror):
        array.setflags(write=False)
    return Landmarks(corners, weights, mirror)


def landmark_points(
    head: Head | Topology, vertices: ArrayLike | None = None, *, level: int = 0
) -> NDArray[np.float64]:
    """Return where the tracker's points lie on a head, at rest or moved.

    Parameters
    ----------
    head : Head or Topology
        A topology alone has no shape of its own and needs ``vertices``.
    vertices : (..., vertex, axis) [mm], optional
        All parts at ``level``; by default the head at rest.
    level : int
        Level of ``vertices``.

    Returns
    -------
    points : (..., 478, axis) float64 [mm]
        In the order of the tracker.

    Raises
    ------
    InputError
        The vertices do not fit the level, or there are none.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> points = landmark_points(load_head())
    >>> tip_of_the_nose, chin = points[1], points[152]
    >>> bool(abs(tip_of_the_nose[0]) < 0.1), bool(chin[1] < tip_of_the_nose[1])
    (True, True)
    """
    topology = head.topology if isinstance(head, Head) else head
    if vertices is None:
        if not isinstance(head, Head) or level != 0:
            raise InputError(
                "give the vertices on which the landmarks are wanted, or a head at level 0"
            )
        vertices = head.vertices
    shape = np.asarray(vertices)
    mesh = topology.levels[level]
    if shape.ndim < 2 or shape.shape[-2:] != (mesh.n_vertices, 3):
        raise InputError(
            f"vertices of level {level} are (..., {mesh.n_vertices}, 3), not {shape.shape}"
        )
    table = load_landmarks()
    corners = table.corners if level == 0 else _refined(topology, table.corners)
    points: NDArray[np.float64] = np.einsum(
        "...kcx,kc->...kx", shape[..., corners, :], table.weights, dtype=np.float64
    )
    return points


def _refined(topology: Topology, corners: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the same vertices at level 1, where every part begins with those of level 0."""
    moved = corners.copy()
    for name, coarse in topology.levels[0].parts.items():
        inside = (corners >= coarse.start) & (corners < coarse.stop)
        moved[inside] += topology.levels[1].parts[name].start - coarse.start
    return moved
