"""Muscle fibres and named surface points of the head, anchored so that they follow every identity.

An anchor is a triangle of level 0, three barycentric weights and a depth: how far the point lies
under the surface along the inward normal, in mm of the default head; in a smaller head depths
shrink with it. The left side is stored; the right side is the same anchor on the mirrored vertices.
Only fibres in the orbit are tied to the eyeball, all others to the skin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from numpy.typing import NDArray

from risorius.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = [
    "Anchors",
    "Fibre",
    "fibre_length",
    "fibre_points",
    "load_fibres",
    "load_sites",
    "outward_normals",
    "relative_size",
    "site_points",
    "skin_normals",
]

Floats = NDArray[np.float64]
SIDES = ("left", "right")


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """Points tied to the surface of the left side.

    Attributes
    ----------
    triangle : (k,) int32
        Index of a level-0 triangle of the skin, or of the left eyeball for points in the orbit.
    weights : (k, 3) [1]
        Barycentric weights.
    depth : (k,) [mm]
        Distance under the level-0 surface along the inward normal; negative outside of the eyeball.
    """

    triangle: NDArray[np.int32]
    weights: Floats
    depth: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Fibre:
    """One bundle of a muscle, from its origin to its insertion.

    Attributes
    ----------
    anchors : Anchors
        The first point is the origin (bone, fascia or raphe), the last the insertion.
    hold : (k,) [1]
        How firmly each point is tied to the skin above it: 0 glides under it, 1 moves with it.
    """

    anchors: Anchors
    hold: Floats

    @property
    def triangle(self) -> NDArray[np.int32]:
        """Level-0 triangle of each point, (k,)."""
        return self.anchors.triangle

    @property
    def weights(self) -> Floats:
        """Barycentric weights of each point, (k, 3)."""
        return self.anchors.weights

    @property
    def depth(self) -> Floats:
        """Depth of each point under the surface, (k,) [mm]."""
        return self.anchors.depth


@cache
def load_fibres() -> Mapping[str, tuple[Fibre, ...]]:
    """Return the fibres of every channel that moves skin or lid, on the left side.

    Courses are drawn from anatomical descriptions (origin and insertion in the atlas) and checked
    against the muscle courses of one imaged subject; a person's own muscles differ.

    Returns
    -------
    fibres : mapping of channel id to tuple of Fibre
        In the order of the file: upper face first.

    Examples
    --------
    >>> fibres = load_fibres()
    >>> len(fibres["zygomaticus_major"]) > 1
    True
    """
    table = {
        channel: tuple(_fibre(_numbers(bundle)) for bundle in bundles)
        for channel, bundles in _document()["fibres"].items()
    }
    return MappingProxyType(table)


@cache
def load_sites() -> Mapping[str, Anchors]:
    """Return the named points of the skin (left and midline), one anchor each, at depth zero.

    Examples
    --------
    >>> "cheilion" in load_sites()
    True
    """
    sites = _document()["sites"]
    return MappingProxyType({name: _anchors(_numbers(row)) for name, row in sites.items()})


def fibre_points(head: Head, channel: str, side: str) -> list[Floats]:
    """Return the fibres of one channel on one side of a head.

    Parameters
    ----------
    head : Head
    channel : str
        Channel id such as ``"zygomaticus_major"``.
    side : {"left", "right"}
        The depicted person's.

    Returns
    -------
    fibres : list of (k, 3) [mm]
        Origin first, insertion last.

    Raises
    ------
    InputError
        The channel has no fibres, or the side is none.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> left = fibre_points(load_head(), "zygomaticus_major", "left")
    >>> bool(left[0][-1, 0] > 0)  # the mouth corner of the person's left
    True
    """
    fibres = _fibres_of(channel)
    normals, size = outward_normals(head), relative_size(head)
    return [_positions(head, fibre.anchors, side, normals, size) for fibre in fibres]


def fibre_length(head: Head, channel: str, side: str) -> Floats:
    """Return the length of each fibre of a channel, (n_fibres,) [mm].

    Raises
    ------
    InputError
        The channel has no fibres, or the side is none.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> bool((fibre_length(load_head(), "zygomaticus_major", "left") > 40).all())
    True
    """
    fibres = fibre_points(head, channel, side)
    return np.array([np.linalg.norm(np.diff(f, axis=0), axis=1).sum() for f in fibres])


def site_points(head: Head, side: str) -> dict[str, Floats]:
    """Return the named points of the skin of one side, each (3,) [mm].

    Points of the midline are the same on both sides.

    Raises
    ------
    InputError
        The side is neither left nor right.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> points = site_points(load_head(), "left")
    >>> bool(points["pronasale"][2] > points["cheilion"][2])
    True
    """
    return {name: _surface(head, anchors, side)[0] for name, anchors in load_sites().items()}


def outward_normals(head: Head) -> Floats:
    """Return unit outward normals of all level-0 vertices, (n0, 3).

    They come from quads, whose diagonals do not prefer a side, so that a symmetric head has exactly
    symmetric normals.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> head = load_head()
    >>> outward_normals(head).shape == head.vertices.shape
    True
    """
    quads = head.topology.levels[0].quads
    a, b, c, d = (head.vertices[quads[:, k]] for k in range(4))
    area = np.cross(c - a, d - b)
    count = len(head.vertices)
    normals = np.stack(
        [np.bincount(quads.T.ravel(), np.tile(area[:, k], 4), minlength=count) for k in range(3)],
        axis=1,
    )
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(normals / np.maximum(length, 1e-12))


def skin_normals(head: Head) -> Floats:
    """Return unit outward normals of the level-0 skin, (n_skin, 3); see :func:`outward_normals`.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> normals = skin_normals(load_head())
    >>> bool(np.allclose(np.linalg.norm(normals, axis=1), 1))
    True
    """
    return np.asarray(outward_normals(head)[head.topology.parts["skin"]])


def relative_size(head: Head) -> float:
    """Return the size of a head, 1 for the default one: how far its sites lie from their middle.

    Depths scale with it, so that a child's muscles lie in a child's thinner face.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> round(relative_size(load_head()), 3)
    1.0
    """
    surface = [_surface(head, anchors, "left")[0] for anchors in load_sites().values()]
    apart = np.array(surface) - np.mean(surface, axis=0)
    size = np.sqrt((apart**2).sum(axis=1).mean())
    return float(size / _document()["size_mm"])


def _corners(head: Head, anchors: Anchors, side: str) -> NDArray[np.int32]:
    if side not in SIDES:
        raise InputError(f"unknown side {side!r}: it is 'left' or 'right'.")
    corners = head.topology.levels[0].triangles[anchors.triangle]
    if side == "right":
        corners = head.topology.mirror[corners]
    return np.asarray(corners, dtype=np.int32)


def _surface(head: Head, anchors: Anchors, side: str) -> Floats:
    corners = _corners(head, anchors, side)
    return np.asarray(np.einsum("kc,kcx->kx", anchors.weights, head.vertices[corners]))


def _positions(head: Head, anchors: Anchors, side: str, normals: Floats, size: float) -> Floats:
    corners = _corners(head, anchors, side)
    outward = np.einsum("kc,kcx->kx", anchors.weights, normals[corners])
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    return np.asarray(_surface(head, anchors, side) - size * anchors.depth[:, None] * outward)


def _fibres_of(channel: str) -> tuple[Fibre, ...]:
    fibres = load_fibres()
    if channel not in fibres:
        hint = did_you_mean(channel, fibres) or f"Known: {', '.join(fibres)}."
        raise InputError(f"no fibres for channel {channel!r}. {hint}")
    return fibres[channel]


def _numbers(text: str) -> Floats:
    """Points parted by bars, each a row of numbers."""
    return np.array([point.split() for point in text.split("|")], dtype=np.float64)


def _anchors(rows: Floats) -> Anchors:
    """Rows of triangle, two weights (the third completes them to one) and depth."""
    triangle = rows[:, 0].astype(np.int32)
    weights = np.column_stack([rows[:, 1:3], 1.0 - rows[:, 1] - rows[:, 2]])
    depth = rows[:, 3].copy()
    for array in (triangle, weights, depth):
        array.flags.writeable = False
    return Anchors(triangle, weights, depth)


def _fibre(rows: Floats) -> Fibre:
    hold = rows[:, 4].copy()
    hold.flags.writeable = False
    return Fibre(_anchors(rows), hold)


@cache
def _document() -> dict[str, Any]:
    text = files("risorius.head").joinpath("data/attachments.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return document
