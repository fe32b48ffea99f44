"""The tongue: a bundle of muscle without bones that keeps its volume.

It is a bent rod with a root in the mandible's floor. Every muscle shifts the root, lengthens,
narrows or bends a part of it; what it gains in length it loses in width and height. Teeth and
palate hold it back. The shape is computed afresh in every frame (see :mod:`tongue_kernel`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.head.topology import load_topology
from risorius.skin.jaw import Jaw, jaw_motion
from risorius.skin.tables import load_table

if TYPE_CHECKING:
    from risorius.head import Topology

__all__ = ["Tongue", "make_tongue", "place_tongue", "tongue_drive", "tongue_shape"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

N_NODES = 25
"""Of the rod, from root to tip."""
N_RAYS = 24
"""Directions around the mouth in which the teeth are known, from ahead to sideways."""
GROWN_STEP = 2.27
"""Between two nodes of a grown tongue [mm]; in a smaller one all ways shrink in proportion."""
EFFECTS = (
    "root_up_mm",
    "root_forward_mm",
    "pitch_rad",
    "lengthen",
    "widen",
    "back_up_mm",
    "blade_rad",
    "tip_rad",
    "cup",
    "aside_rad",
    "tip_aside_rad",
)
"""What a muscle can do; the last two by the difference of its sides, the others by their mean."""


@dataclass(frozen=True, slots=True, eq=False)
class Tongue:
    """The resting tongue as a rod, and the teeth and palate around it. Lengths in mm.

    Attributes
    ----------
    rest : (n, 3)
        Level-0 vertices, in the order of the head's part.
    node : (n,)
        Where along the nodes each vertex lies.
    offset : (n, 3)
        Of each vertex from the rod, along its width, height and length.
    root : (3,)
        First node.
    step : float
        Between two nodes.
    slant : (N_NODES,) [rad]
        Of the resting rod, upward from ahead.
    thick : (N_NODES,)
        Half of its height.
    centre : (2,)
        Height and depth (y, z) of the middle of the dental arches, from which rays go out.
    wall : (2, N_RAYS)
        Distance of the inner side of upper and lower teeth along each ray.
    edge : (2, N_RAYS)
        Height of their biting edges.
    palate : float
        Height of the middle of the palate.
    pivot : (3,)
        Of the jaw.
    """

    rest: Floats
    node: Floats
    offset: Floats
    root: Floats
    step: float
    slant: Floats
    thick: Floats
    centre: Floats
    wall: Floats
    edge: Floats
    palate: float
    pivot: Floats


def make_tongue(vertices: ArrayLike, jaw: Jaw, *, topology: Topology | None = None) -> Tongue:
    """Lay a rod into the tongue of a head.

    Parameters
    ----------
    vertices : (vertex, 3) [mm]
        All level-0 vertices of a head at rest, jaw shut.
    jaw : Jaw
        Its joints.
    topology : Topology, optional

    Examples
    --------
    >>> from risorius.head import load_head
    >>> from risorius.skin.jaw import make_jaw
    >>> head = load_head()
    >>> tongue = make_tongue(head.vertices, make_jaw(head))
    >>> bool(40 < tongue.step * (N_NODES - 1) < 80)
    True
    """
    points = np.asarray(vertices, dtype=np.float64)
    parts = (topology or load_topology()).parts
    rest = points[parts["tongue"]]
    spine = _spine(rest)
    step = float(np.linalg.norm(np.diff(spine, axis=0), axis=1).mean())
    chord = np.diff(spine, axis=0)
    slants = np.arctan2(chord[:, 1], chord[:, 2])
    slant = np.concatenate([slants[:1], (slants[1:] + slants[:-1]) / 2, slants[-1:]])
    # The nodes as the kernel will find them again from steps and slants.
    middle = (slant[1:] + slant[:-1]) / 2
    walk = np.stack([0 * middle, np.sin(middle), np.cos(middle)], axis=1) * step
    nodes = spine[0] + np.concatenate([np.zeros((1, 3)), np.cumsum(walk, axis=0)])
    node = _nearest(nodes, rest)
    place = node.astype(int).clip(0, N_NODES - 2)
    share = node - place
    at = nodes[place] + share[:, None] * (nodes[place + 1] - nodes[place])
    angle = slant[place] + share * (slant[place + 1] - slant[place])
    away = rest - at
    along = np.stack([0 * angle, np.sin(angle), np.cos(angle)], axis=1)
    up = np.stack([0 * angle, np.cos(angle), -np.sin(angle)], axis=1)
    offset = np.stack(
        [away[:, 0], np.einsum("nx,nx->n", away, up), np.einsum("nx,nx->n", away, along)], axis=1
    )
    arches = [points[parts[f"teeth_{name}"]] for name in ("upper", "lower")]
    centre = np.array([rest[:, 1].mean(), arches[1][:, 2].min() + 2.0])
    walls, edges = zip(*(_arch(arch, centre[1]) for arch in arches), strict=True)
    vault = load_table("drives")["tongue"]["palate_mm"]["typ"]
    return Tongue(
        rest=rest,
        node=node,
        offset=offset,
        root=nodes[0],
        step=step,
        slant=slant,
        thick=_thick(node, offset[:, 1]),
        centre=centre,
        wall=np.array(walls),
        edge=np.array(edges),
        palate=float(edges[0].mean() + vault * step / GROWN_STEP),
        pivot=np.array(jaw.pivot, dtype=np.float64),
    )


def tongue_drive(channels: tuple[str, ...], activation: ArrayLike) -> Floats:
    """Return what activations (t, c, 2) do to the rod, (t, len(EFFECTS)).

    Examples
    --------
    >>> from risorius.anatomy import load_atlas
    >>> names = load_atlas().channel_ids
    >>> a = np.zeros((1, len(names), 2))
    >>> a[0, names.index("genioglossus")] = 1.0
    >>> bool(tongue_drive(names, a)[0, EFFECTS.index("root_forward_mm")] > 5)
    True
    """
    from risorius.skin import tongue_kernel

    values = np.ascontiguousarray(activation, dtype=np.float32)
    effects = np.empty((len(values), len(EFFECTS)))
    tongue_kernel.drive(values, *_gains(channels), effects)
    return effects


def place_tongue(
    tongue: Tongue,
    channels: tuple[str, ...],
    activation: Singles,
    turn: NDArray[np.floating],
    shift: NDArray[np.floating],
    at: NDArray[np.int32],
    out: Singles,
) -> None:
    """Write the tongue into shapes `out` (t, vertices, 3), vertex ``k`` of it at row ``at[k]``.

    Turn and shift (t, 3) are those of the jaw. Rows below zero are left out.
    """
    from risorius.skin import tongue_kernel

    tongue_kernel.shape(
        tongue_drive(channels, activation),
        turn.astype(np.float64),
        shift.astype(np.float64),
        tongue.rest,
        tongue.node,
        tongue.offset,
        tongue.root,
        tongue.step,
        tongue.slant,
        tongue.thick,
        tongue.centre,
        tongue.wall,
        tongue.edge,
        tongue.palate,
        tongue.step / GROWN_STEP,
        tongue.pivot,
        at,
        out,
    )


def tongue_shape(
    tongue: Tongue, channels: tuple[str, ...], activation: ArrayLike, jaw: Jaw, pose: ArrayLike
) -> Singles:
    """Return the tongue at every moment, (t, n, 3) float32 [mm], in the head's frame.

    Parameters
    ----------
    tongue : Tongue
    channels : tuple of str
        Along the channel axis of `activation`.
    activation : (t, c, 2) [1]
    jaw : Jaw
    pose : (t, 3) [rad, mm, mm]
        Opening, protrusion and shift of the jaw; the tongue goes with it.

    Returns
    -------
    vertices : (t, n, 3) float32 [mm]
        Exactly at rest where no muscle works and the jaw is shut.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> from risorius.anatomy import load_atlas
    >>> from risorius.skin.jaw import make_jaw
    >>> head, names = load_head(), load_atlas().channel_ids
    >>> jaw = make_jaw(head)
    >>> tongue = make_tongue(head.vertices, jaw)
    >>> a = np.zeros((2, len(names), 2))
    >>> a[1, names.index("genioglossus")] = 1.0
    >>> out = tongue_shape(tongue, names, a, jaw, [[0.0, 0.0, 0.0], [0.35, 0.0, 0.0]])
    >>> bool((out[0] == tongue.rest.astype(np.float32)).all()), bool(np.ptp(out[1, :, 2]) > 70)
    (True, True)
    """
    turn, shift = jaw_motion(jaw, pose)
    drive = np.asarray(activation, dtype=np.float32)
    out = np.empty((len(drive), *tongue.rest.shape), np.float32)
    every = np.arange(len(tongue.rest), dtype=np.int32)
    place_tongue(tongue, channels, drive, turn, shift, every, out)
    return out


@cache
def _gains(channels: tuple[str, ...]) -> tuple[NDArray[np.int64], Floats]:
    table = load_table("drives")["tongue"]["muscles"]
    rows = np.array([channels.index(row["channel"]) for row in table])
    gains = np.array([[row.get(name, 0.0) for name in EFFECTS] for row in table], dtype=np.float64)
    return rows, gains


def _spine(rest: Floats) -> Floats:
    """Return nodes (N_NODES, 3) at even steps through the middle of the tongue."""
    depth = np.linspace(rest[:, 2].min(), rest[:, 2].max(), 12)
    width = (depth[1] - depth[0]) * 1.2
    middle = []
    for z in depth:
        near = np.exp(-(((rest[:, 2] - z) / width) ** 2))
        heart = near > 0.2
        middle.append((rest[heart, 1].min() + rest[heart, 1].max()) / 2)
    curve = np.polynomial.Polynomial.fit(depth, middle, 3)
    start, end = depth[0] + 0.15 * np.ptp(depth), depth[-1] - 2.0
    fine = np.linspace(start, end, 400)
    line = np.stack([np.full_like(fine, rest[:, 0].mean()), curve(fine), fine], axis=1)
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    even = np.linspace(0, way[-1], N_NODES)
    return np.stack([np.interp(even, way, line[:, axis]) for axis in range(3)], axis=1)


def _nearest(nodes: Floats, points: Floats) -> Floats:
    """Return where along the nodes each point is nearest, 0 .. N_NODES - 1."""
    fine = np.linspace(0, N_NODES - 1, 20 * (N_NODES - 1) + 1)
    line = np.stack([np.interp(fine, np.arange(N_NODES), nodes[:, a]) for a in (1, 2)], axis=1)
    away = ((points[:, None, 1:] - line) ** 2).sum(axis=2)
    return np.asarray(fine[away.argmin(axis=1)])


def _thick(node: Floats, height: Floats) -> Floats:
    """Return half the height of the tongue along the rod, (N_NODES,), without its deep root."""
    halves = [np.ptp(height[np.abs(node - k) < 2.5]) / 2 for k in range(N_NODES)]
    return np.minimum(halves, np.median(halves))


def _arch(arch: Floats, back: float) -> tuple[Floats, Floats]:
    """Return distance of the inner wall and height of the edge along the rays, (N_RAYS,) each."""
    columns = arch.reshape(10, -1, 3)
    inner, edge = columns[7], columns[6]
    # What juts out furthest, over the width of a small tooth.
    out = 1.0 if edge[:, 1].mean() > columns[0, :, 1].mean() else -1.0
    jut = out * np.max([np.roll(out * edge[:, 1], k) for k in range(-2, 3)], axis=0)
    ray = np.arctan2(np.abs(inner[:, 0]), inner[:, 2] - back)
    order = np.argsort(ray)
    wanted = np.linspace(0, np.pi / 2, N_RAYS)
    distance = np.hypot(inner[:, 0], inner[:, 2] - back)
    wall = np.interp(wanted, ray[order], distance[order])
    height = np.interp(wanted, ray[order], jut[order])
    # Smooth over single teeth.
    for table in (wall, height):
        table[1:-1] = (table[:-2] + 2 * table[1:-1] + table[2:]) / 4
    return wall, height
