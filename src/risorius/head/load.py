"""Load a head: the shape at rest of one identity on the common topology."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risorius.head import eye, lash, teeth
from risorius.head.identity import Identity, ancestry_weights, check_identity, detail_weights
from risorius.head.mesh import Topology
from risorius.head.settle import close_lips, seat_lids
from risorius.head.tongue import seat_tongue
from risorius.head.topology import head_data, load_topology, read_only, stored_mirror

__all__ = ["Eyes", "Head", "detail_ranges", "load_head"]

_STEP = 0.01  # mm per stored unit


@dataclass(frozen=True, slots=True, eq=False)
class Eyes:
    """Globes of a head.

    Attributes
    ----------
    centres : (2 side, 3) float64 [mm]
        Centres of rotation, left then right.
    radii : (2 side,) float64 [mm]
    iris_radius, pupil_radius : float [mm]
    """

    centres: NDArray[np.float64]
    radii: NDArray[np.float64]
    iris_radius: float
    pupil_radius: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Head:
    """The shape at rest.

    Attributes
    ----------
    vertices : (n0, 3) float64 [mm]
        Level-0 vertices of all parts, relative to the skull base; x to the person's left, y up, z
        forward.
    topology : Topology
        Shared by all heads.
    eyes : Eyes
    identity : Identity
    fingerprint : str
        Changes when any vertex moves by a micrometre or more.
    """

    vertices: NDArray[np.float64]
    topology: Topology
    eyes: Eyes
    identity: Identity
    fingerprint: str

    def __repr__(self) -> str:
        who = self.identity
        return f"Head({who.age_years:g} years, sex {who.sex:g}, {len(self.vertices):,} vertices)"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Say the same where printers take dataclasses apart: every vertex would be written out."""
        printer.text(repr(self))

    def landmarks(self) -> NDArray[np.float64]:
        """Return the tracker's 478 points on this head, (478, 3) [mm]."""
        from risorius.head.landmarks import landmark_points

        return landmark_points(self)


def load_head(
    *,
    age_years: float = 30.0,
    sex: float = 0.5,
    ancestry: Mapping[str, float] | None = None,
    weight: float = 0.5,
    detail: Mapping[str, float] | None = None,
) -> Head:
    """Return the head of a person.

    Parameters
    ----------
    age_years : float [year]
        1 to 90.
    sex : float [1]
        0 female to 1 male.
    ancestry : mapping of str to float, optional
        Shares of ``african``, ``asian``, ``caucasian``; scaled to sum to 1. Default: equal shares.
    weight : float [1]
        0 lean, 0.5 average, 1 heavy.
    detail : mapping of str to float, optional
        Amounts of facial details, see :func:`detail_ranges`. ``eye-scale`` acts on both sides,
        ``l-eye-scale`` and ``r-eye-scale`` on the person's left and right alone.

    Returns
    -------
    head : Head

    Raises
    ------
    InputError
        Unknown names or values out of range, all in one message.

    Examples
    --------
    >>> head = load_head(age_years=34, sex=0, detail={"nose-scale-vert": 0.3})
    >>> head.vertices.shape[1], sorted(head.topology.parts)[:2]
    (3, ['eye_left', 'eye_right'])
    """
    identity = check_identity(
        age_years, sex, ancestry, weight, detail, known_details=detail_ranges()
    )
    points = _stored_points(identity)
    centres, radii = _settle(points, eye.globe_radius(identity.age_years))
    vertices = _assemble(points, centres, radii)
    micrometres = np.round(vertices * 1000).astype("<i4").tobytes()
    return Head(
        vertices=read_only(vertices),
        topology=load_topology(),
        eyes=Eyes(read_only(centres), read_only(radii), eye.IRIS_RADIUS, eye.PUPIL_RADIUS),
        identity=identity,
        fingerprint=hashlib.blake2b(micrometres, digest_size=16).hexdigest(),
    )


@cache
def detail_ranges() -> Mapping[str, tuple[float, float]]:
    """Return every facial detail with its range; names of one side begin with ``l-`` or ``r-``.

    Examples
    --------
    >>> detail_ranges()["nose-scale-depth"], detail_ranges()["head-oval"]
    ((-1.0, 1.0), (0.0, 1.0))
    """
    ranges: dict[str, tuple[float, float]] = {}
    for member in head_data():
        if member.startswith("detail/"):
            _, kind, name, _ = member.split("/")
            limits = (-1.0 if f"detail/{kind}/{name}/-" in head_data() else 0.0, 1.0)
            prefixes = ("", "l-", "r-") if kind == "side" else ("",)
            ranges |= {prefix + name: limits for prefix in prefixes}
    return MappingProxyType(dict(sorted(ranges.items())))


def _assemble(
    points: NDArray[np.float64], centres: NDArray[np.float64], radii: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Vertices of all parts in their order: the stored ones, and those built round them."""
    data, topology = head_data(), load_topology()
    n_skin, n_stored = data["part_ends"]
    parts = {"skin": points[:n_skin], "tongue": points[n_skin:n_stored]}
    for jaw in ("upper", "lower"):
        edge, root = points[data[f"guide/teeth_{jaw}"]]
        parts[f"teeth_{jaw}"] = teeth.arch_vertices(edge, root, jaw=jaw)
    parts["tongue"] = seat_tongue(parts["tongue"], parts["teeth_lower"])
    for centre, radius, side in zip(centres, radii, ("left", "right"), strict=True):
        parts[f"eye_{side}"] = eye.globe_vertices(centre, radius, side=side)
        # The right lashes grow as the mirror image of left ones.
        turn = np.ones(3) if side == "left" else _FLIP
        upper, lower = (topology.loops[f"lid_{lid}_{side}"] for lid in ("upper", "lower"))
        grown = lash.lash_vertices(points[upper] * turn, points[lower] * turn, centre * turn)
        parts[f"lashes_{side}"] = grown * turn
    return np.concatenate([parts[name] for name in topology.parts])


def _stored_points(identity: Identity) -> NDArray[np.float64]:
    """Skin, tongue and guides of the teeth as the targets give them, (n, 3) [mm]."""
    data = head_data()
    half = data["template"].astype(np.float64)
    for name, weight in ancestry_weights(identity):
        half += weight * data[f"ancestry/{name}"]
    whole = np.zeros((len(stored_mirror()), 3))
    for name, amount in detail_weights(identity).items():
        end = "+" if amount > 0 else "-"
        base = name.removeprefix("l-").removeprefix("r-")
        if (member := f"detail/both/{name}/{end}") in data:
            rows, moves = _sparse(data[member])
            half[rows] += abs(amount) * moves
        elif (member := f"detail/whole/{name}/{end}") in data:
            rows, moves = _sparse(data[member])
            whole[rows] += abs(amount) * moves
        else:
            rows, moves = _sparse(data[f"detail/side/{base}/{end}"])
            if not name.startswith("r-"):
                whole[rows] += abs(amount) * moves
            if not name.startswith("l-"):
                whole[stored_mirror()[rows]] += abs(amount) * moves * _FLIP
    left = data["half"]
    right = stored_mirror()[left]
    both = np.empty_like(whole)
    both[left] = half
    both[right] = np.where((left == right)[:, None], half, half * _FLIP)
    return (both + whole) * _STEP


def _settle(
    points: NDArray[np.float64], usual_radius: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seat lids and lips in place; return centres (2, 3) and radii (2,) of the globes."""
    data = head_data()
    rings = data["ring/eye"].astype(np.int64)
    centres, radii = np.zeros((2, 3)), np.zeros(2)
    for number, turn in enumerate((np.ones(3), _FLIP)):
        # The right eye is seated as the mirror image of a left one.
        turned = points * turn
        side_rings = rings if number == 0 else stored_mirror()[rings]
        seated, radii[number] = seat_lids(turned, side_rings, usual_radius)
        centres[number] = seated * turn
        points[:] = turned * turn
    upper_steps = len(data["loop/lip_upper"]) - 1
    close_lips(points, data["ring/mouth"].astype(np.int64), upper_steps)
    return centres, radii


_FLIP = np.array([-1.0, 1.0, 1.0])


def _sparse(table: NDArray[np.int16]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    return table[:, 0], table[:, 1:]
