"""The muscles as bodies: they hang between bone and skin, shorten and thicken as they work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from risorius.anatomy import load_atlas
from risorius.errors import InputError
from risorius.head.attachments import SIDES, load_fibres, relative_size
from risorius.head.depth import tissue_depth
from risorius.skin.muscle_carry import (
    Carrier,
    Cast,
    make_carrier,
    make_cast,
    vertex_normals,
)
from risorius.skin.muscle_shape import Build, load_builds, make_band, split_bands

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["Body", "Muscles", "make_muscles"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Frame = tuple[Floats, Floats, Floats]

CREASE, DEEP = 0.8, 3.0
"""The nearest skin is a crease when the cosine between the way to it and its normal is less, and it
is farther [mm]."""
THINNEST = 0.35
"""No body is pressed to less than this share of its thickness."""
BULGE = 0.45
"""How much thickness a working belly draws from its ends, beyond what shortening gives."""
ROUNDS = 3
"""Rounds in which the thickness is fitted to the volume."""
FIRMNESS = 0.85
"""The power of what the volume is off by, with which each round corrects the thickness."""
SWELL = (0.4, 2.5)
"""The thickness stays within these multiples of that at rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One muscle, or one part of it, on one side.

    Attributes
    ----------
    channel, side : str
    form : str
        ``strand``, ``sheet``, ``ring`` or ``lip``.
    vertices, triangles : slice
        Where it is in the arrays of `Muscles`.
    """

    channel: str
    side: str
    form: str
    vertices: slice
    triangles: slice


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Muscles:
    """All muscles of a head as closed bodies, those of the left side first.

    Attributes
    ----------
    bodies : tuple of Body
    vertices : (n, 3) [mm]
        At rest.
    triangles : (m, 3) int32
        Counter-clockwise seen from outside.
    along : (n,) [1]
        Place between origin and insertion; in a ring from its upper to its lower inner end.
    lengthwise, across : (n,) [mm]
        Place along the fibres and across them.
    sinew : (n,) [1]
        1 where it is tendon.
    volume : (n_bodies,) [mm3]
        At rest.
    owner : (n,) int32
        The body of each vertex.
    """

    bodies: tuple[Body, ...]
    vertices: Floats
    triangles: Ints
    along: Floats
    lengthwise: Floats
    across: Floats
    sinew: Floats
    volume: Floats
    owner: Ints
    _carrier: Carrier
    _cast: Cast

    @property
    def head(self) -> Head:
        """Whose they are."""
        return self._carrier.head

    def body(self, channel: str, side: str) -> Body:
        """Return the body of one channel.

        Raises
        ------
        InputError
            There is none.
        """
        for body in self.bodies:
            if (body.channel, body.side) == (channel, side):
                return body
        raise InputError(f"no body for channel {channel!r} on side {side!r}.")

    def work(self, activation: ArrayLike) -> Floats:
        """Return how hard each body works, (n_bodies,) 0..1, from activations (channel, side)."""
        channels = load_atlas().channel_ids
        values = np.asarray(activation, dtype=np.float64)
        if values.shape != (len(channels), 2):
            raise InputError(f"activation has shape {values.shape}, not {(len(channels), 2)}.")
        at = [(channels.index(body.channel), SIDES.index(body.side)) for body in self.bodies]
        rows, columns = np.array(at).T
        return np.asarray(np.clip(values[rows, columns], 0.0, 1.0))

    def alone(self, number: int) -> Floats:
        """Return activations (channel, side) with one body at full work."""
        channels, body = load_atlas().channel_ids, self.bodies[number]
        activation = np.zeros((len(channels), 2))
        activation[channels.index(body.channel), SIDES.index(body.side)] = 1.0
        return activation

    def pose(self, shape: ArrayLike, activation: ArrayLike) -> Floats:
        """Return the muscles of a moving face.

        The ends follow bone and skin, what lies between glides, and the thickness is what keeps
        the volume.

        Parameters
        ----------
        shape : (n0, 3) [mm]
            Level-0 vertices of the whole head, without a head pose. The lower teeth tell where the
            jaw is.
        activation : (channel, side) [1]
            A working belly draws thickness from its ends.

        Returns
        -------
        vertices : (n, 3) [mm]

        Raises
        ------
        InputError
            A shape or activation of another head or atlas.

        Examples
        --------
        >>> from risorius.head import load_head
        >>> head = load_head()
        >>> muscles = make_muscles(head)
        >>> still = muscles.pose(head.vertices, np.zeros((len(load_atlas().channel_ids), 2)))
        >>> bool(np.abs(still - muscles.vertices).max() < 1e-9)
        True
        """
        moved = np.asarray(shape, dtype=np.float64)
        wanted = self._carrier.head.vertices.shape
        if moved.shape != wanted:
            raise InputError(f"the shape is {moved.shape}, not {wanted} as the head at rest.")
        work = self.work(activation)[self.owner]
        # The belly swells at the cost of the ends.
        swell = 1 + BULGE * work * (np.sin(np.pi * self.along) ** 2 - 0.4)
        frame = self._cast.frame(*self._carrier.carry(moved))
        factor = np.ones(len(self.bodies))
        for _ in range(ROUNDS):
            vertices = self._cast.form(frame, factor[self.owner] * swell)
            factor *= (self.volume / self.volumes(vertices)) ** FIRMNESS
            factor = np.clip(factor, *SWELL)
        return self._cast.form(frame, factor[self.owner] * swell)

    def aside(self, vertices: Floats) -> Floats:
        """Return the direction across the fibres at vertices in a pose, (n, 3) [1]."""
        first, second = self._cast.neighbours.T
        way = vertices[second] - vertices[first]
        way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
        return np.asarray(way[self._cast.grid])

    def volumes(self, vertices: Floats) -> Floats:
        """Return the volume of each body, (n_bodies,) [mm3]."""
        a, b, c = (vertices[self.triangles[:, k]] for k in range(3))
        six = np.einsum("tx,tx->t", a, np.cross(b, c))
        return np.asarray(np.add.reduceat(six, [body.triangles.start for body in self.bodies]) / 6)


def make_muscles(head: Head) -> Muscles:
    """Return the muscles of a head, at rest.

    Every channel with fibres has one closed body on each side: strands with tendon ends, thin
    sheets, and bands around eyes and mouth. They lie under the skin and, as far as their fibres
    do, over the bone.

    Parameters
    ----------
    head : Head

    Returns
    -------
    muscles : Muscles

    Examples
    --------
    >>> from risorius.head import load_head
    >>> muscles = make_muscles(load_head())
    >>> len(muscles.bodies), len(muscles.triangles) < 40_000
    (80, True)
    """
    return _made(_Keyed(head.fingerprint, head))


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A head that counts as the same when its fingerprint is."""

    fingerprint: str
    head: Head = field(compare=False)


@lru_cache(maxsize=4)
def _made(keyed: _Keyed) -> Muscles:
    head = keyed.head
    size, builds = relative_size(head), load_builds()
    carrier = make_carrier(head, builds)
    courses_of = _courses(carrier, builds)
    bodies, bands, columns = [], [], []
    n_vertices = n_triangles = n_points = 0
    for side in SIDES:
        for channel, build in builds.items():
            # Both sides are built by the rules of the left: what is symmetric stays so.
            courses = courses_of[channel]
            starts = np.cumsum([n_points, *map(len, courses)])
            first = n_vertices, n_triangles
            for chosen in split_bands(build, len(courses)):
                band = make_band([courses[k] for k in chosen], build, size)
                bands.append((band, build))
                columns.append(np.arange(starts[chosen[0]], starts[chosen[-1] + 1]))
                n_vertices += len(band.grid)
                n_triangles += len(band.triangles)
            n_points = int(starts[-1])
            bodies.append(
                Body(
                    channel=channel,
                    side=side,
                    form=build.form,
                    vertices=slice(first[0], n_vertices),
                    triangles=slice(first[1], n_triangles),
                )
            )
    cast = make_cast(carrier, bands, columns)
    skin = np.concatenate(
        [np.full(_size(b.vertices), builds[b.channel].cover * size) for b in bodies]
    )
    cast = _settled(head, cast, carrier, skin)
    vertices = cast.form(cast.frame(*carrier.carry(head.vertices)), np.ones(n_vertices))
    owner = np.repeat(np.arange(len(bodies)), [_size(body.vertices) for body in bodies])
    offsets = np.cumsum([0, *(len(band.grid) for band, _ in bands)])
    triangles = np.concatenate(
        [
            _outward(vertices, band.triangles + offset)
            for (band, _), offset in zip(bands, offsets, strict=False)
        ]
    )
    join = {
        name: np.concatenate([getattr(band, name) for band, _ in bands])
        for name in ("along", "across", "sinew")
    }
    lengthwise = np.concatenate([band.along * band.length for band, _ in bands])
    muscles = Muscles(
        bodies=tuple(bodies),
        vertices=vertices,
        triangles=triangles.astype(np.int32),
        along=join["along"],
        lengthwise=lengthwise,
        across=join["across"],
        sinew=join["sinew"],
        volume=np.ones(len(bodies)),
        owner=owner.astype(np.int32),
        _carrier=carrier,
        _cast=cast,
    )
    muscles = replace(muscles, volume=muscles.volumes(vertices))
    for name in ("vertices", "triangles", "along", "lengthwise", "across", "sinew", "volume"):
        getattr(muscles, name).flags.writeable = False
    return muscles


def _courses(carrier: Carrier, builds: Mapping[str, Build]) -> dict[str, list[Floats]]:
    """Return the fibres of the left side as they are carried, by channel."""
    courses: dict[str, list[Floats]] = {}
    start = 0
    for channel in builds:
        courses[channel] = []
        for fibre in load_fibres()[channel]:
            courses[channel].append(carrier.rest[start : start + len(fibre.hold)])
            start += len(fibre.hold)
    return courses


def _outward(vertices: Floats, triangles: Ints) -> Ints:
    """Return triangles that enclose a positive volume."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    inside_out = np.einsum("tx,tx->", a, np.cross(b, c)) < 0
    return triangles[:, ::-1] if inside_out else triangles


def _size(span: slice) -> int:
    return int(span.stop - span.start)


def _settled(head: Head, cast: Cast, carrier: Carrier, skin: Floats) -> Cast:
    """Return the rules with bodies that lie between skin and bone.

    Outer faces are lowered under the skin, inner ones raised over the bone; what is left of the
    thickness stays above a least share.
    """
    frame = cast.frame(*carrier.carry(head.vertices))
    outer = np.where(cast.half >= 0)[0]
    inner = np.where(cast.half < 0)[0]
    place = np.full(len(frame[0]), -1)
    place[cast.grid[inner]] = inner
    vertices = cast.form(frame, np.ones(len(cast.grid)))
    cover, bone = skin_cover(head, head.vertices, vertices)
    high = np.maximum(skin - cover, 0.0)
    low = np.maximum(cover - bone, 0.0)
    top, bottom = cast.shift + cast.half, cast.shift + cast.half
    shift, half = cast.shift.copy(), cast.half.copy()
    for v in outer:
        w = place[cast.grid[v]]
        if w < 0:
            shift[v] -= high[v]
            continue
        thick = top[v] - bottom[w]
        upper = top[v] - high[v]
        lower = min(bottom[w] + low[w], upper - THINNEST * thick)
        shift[v] = shift[w] = (upper + lower) / 2
        half[v], half[w] = (upper - lower) / 2, (lower - upper) / 2
    return replace(cast, shift=shift, half=half)


def skin_cover(head: Head, shape: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Return how deep points lie under the skin, and how deep the bone lies there.

    Parameters
    ----------
    head : Head
    shape : (n0, 3) [mm]
        Level-0 vertices in a pose.
    points : (n, 3) [mm]

    Returns
    -------
    cover : (n,) [mm]
        Distance under the plane of the nearest place of the finer skin; negative outside.
    bone : (n,) [mm]
        Depth of the bone under that place.
    """
    topology = head.topology
    level, skin = topology.levels[1], topology.levels[1].parts["skin"]
    masks = topology.refined_regions()
    open_ = np.maximum(masks["mouth_bag"], masks["eye_socket"]) < 0.5
    fine = topology.refine(shape)
    normals = vertex_normals(level.quads, fine)[skin][open_]
    surface = fine[skin][open_]
    depth = (topology.subdivision[skin, topology.parts["skin"]] @ tissue_depth(head))[open_]
    distance, nearest = cKDTree(surface).query(points)
    cover = -np.einsum("nx,nx->n", points - surface[nearest], normals[nearest])
    # Deep behind the corner of the mouth the nearest skin is a crease, whose normals tell nothing.
    crease = (np.abs(cover) < CREASE * distance) & (distance > DEEP)
    return np.where(crease, distance, cover), np.asarray(depth[nearest])
