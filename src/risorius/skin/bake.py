"""From a head to its rig: solve every muscle once, then keep what is left in sparse form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.head.attachments import load_fibres
from risorius.skin.jaw import make_jaw
from risorius.skin.lids import make_lids
from risorius.skin.lips import make_lips
from risorius.skin.pull import Pull
from risorius.skin.rig import Fields, Rig, eye_of
from risorius.skin.shell import skin_sheet
from risorius.skin.solver import ShellSolver, Solver
from risorius.skin.tissue import load_table, named_point
from risorius.skin.tongue import tongue_fields

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["bake_rig"]

Floats = NDArray[np.float64]
SIDES = ("left", "right")

FAINTEST = 0.02
"""Displacements below this are not kept [mm]."""


def bake_rig(head: Head, *, progress: Callable[[float], None] | None = None) -> Rig:
    """Solve the skin of a head for every muscle.

    Parameters
    ----------
    head : Head
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    rig : Rig
    """
    topology, n = head.topology, len(head.vertices)
    parts, skin, channels = topology.parts, topology.parts["skin"], load_atlas().channel_ids
    sheet = skin_sheet(head)
    solver: Solver = ShellSolver(head)
    if progress:
        progress(0.2)
    lids, globes, plates = make_lids(head, sheet)
    dense = np.zeros((2 * len(channels), n, 3))
    pull = Pull(head, sheet, solver.path[0])
    for column, shape in _skin_fields(head, solver, pull, progress):
        dense[column, skin] = shape * (1 - plates)[:, None]
    for (channel, side), shape in tongue_fields(head).items():
        dense[2 * channels.index(channel) + SIDES.index(side), parts["tongue"]] = shape
    jaw_share = np.zeros(n)
    jaw_share[skin] = solver.jaw_share()
    for part in ("teeth_lower", "tongue"):
        jaw_share[parts[part]] = 1.0
    jaw_share[jaw_share < 1e-3] = 0.0
    normal, bend = np.zeros((n, 3)), np.zeros((n, 6))
    normal[skin], bend[skin] = solver.path[0], _bend(head, solver)
    # Lashes are carried by the skin that they grow from.
    lashes = slice(parts["lashes_left"].start, parts["lashes_right"].stop)
    for table in (normal, bend, *dense):
        table[lashes] = table[topology.lash_roots]
    rig = Rig(
        channels=channels,
        head=head.fingerprint,
        rest=head.vertices.astype(np.float32),
        normal=normal.astype(np.float32),
        bend=bend.astype(np.float32),
        fields=_sparse(dense),
        jaw=make_jaw(head),
        jaw_share=jaw_share.astype(np.float32),
        lids=lids,
        globes=globes,
        eye=eye_of(),
        lips=make_lips(head, sheet),
        n_shown=n,
    )
    if progress:
        progress(1.0)
    return rig


def _skin_fields(
    head: Head, solver: Solver, pull: Pull, progress: Callable[[float], None] | None
) -> Iterator[tuple[int, Floats]]:
    """Yield column and displacement (n_skin, 3) of every channel that moves skin."""
    atlas, table = load_atlas(), load_table("drives")
    travel = {row["channel"]: row for row in table["travel"]}
    bulges = {row["channel"]: row for row in table["bulge"]}
    fibres, size = load_fibres(), _size(head)
    wanted = [c for c in atlas.channel_ids if c in fibres]
    for done, channel in enumerate(wanted):
        row = travel.get(channel, {"at": "insertion"})
        muscle = atlas.muscle(atlas.channel(channel).muscle)
        for number, side in enumerate(SIDES):
            if channel in bulges:
                shape = solver.displacement(pull.bulge(channel, side))
                shape *= bulges[channel]["mm"] / np.linalg.norm(shape, axis=1).max()
            elif atlas.channel(channel).moves == "lid" and channel not in travel:
                continue
            else:
                shape = solver.displacement(
                    pull.force(
                        channel,
                        side,
                        ring=muscle.type == "sphincter",
                        **{k: row[k] for k in ("end", "origin", "above", "support") if k in row},
                    )
                )
                reach = _reach(head, pull, channel, side, shape, row["at"])
                shape *= _aim(row, muscle) * size / reach
                if "push_mm" in row:
                    push = solver.displacement(pull.bulge(channel, side))
                    shape += push * (row["push_mm"] * size / np.linalg.norm(push, axis=1).max())
            yield 2 * atlas.channel_ids.index(channel) + number, shape
        if progress:
            progress(0.2 + 0.7 * (done + 1) / len(wanted))


def _size(head: Head) -> float:
    """Return the size of the face against a grown one, at most 1."""
    top, bottom = (named_point(head, site, "left") for site in ("sellion", "gnathion"))
    grown = float(load_table("drives")["grown_face_mm"]["typ"])
    return min(1.0, float(np.linalg.norm(top - bottom)) / grown)


def _aim(row: dict[str, Any], muscle: Any) -> float:
    """How far the skin goes at activation 1 [mm]."""
    if "mm" in row:
        return float(row["mm"] * row.get("share", 1.0))
    return float(muscle.rest_length.value * muscle.max_shortening.value)


def _reach(head: Head, pull: Pull, channel: str, side: str, shape: Floats, site: str) -> float:
    """How far a solved shape goes where its travel is given [mm]."""
    if site == "insertion":
        return float(np.linalg.norm(pull.grip(channel, side) @ shape))
    point = named_point(head, site, side)
    skin = head.vertices[head.topology.parts["skin"]]
    near = np.exp(-((skin - point) ** 2).sum(axis=1) / (2 * 2.0**2))
    return float(np.linalg.norm(near @ shape) / near.sum())


def _bend(head: Head, solver: Solver) -> Floats:
    """Curvature of what the skin glides on, (n_skin, 6), fading where it does not glide."""
    skin = head.topology.parts["skin"]
    tensor = solver.path[1].copy()
    regions = head.topology.regions
    free = np.ones(skin.stop)
    for name in ("mouth_bag", "eye_socket", "ear", "nose"):
        free *= 1 - regions[name]
    tensor *= free[:, None, None]
    largest = np.abs(tensor).sum(axis=(1, 2))
    tensor *= np.minimum(1, 0.08 / np.maximum(largest, 1e-9))[:, None, None]
    return tensor[:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]]


def _sparse(dense: Floats) -> Fields:
    """Keep of (column, n, 3) what can be seen."""
    kept = np.linalg.norm(dense, axis=2) > FAINTEST
    column, vertex = np.nonzero(kept)
    pointer = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    return Fields(
        pointer.astype(np.int32),
        vertex.astype(np.int32),
        dense[column, vertex].astype(np.float32),
    )
