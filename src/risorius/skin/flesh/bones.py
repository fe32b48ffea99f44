"""What the flesh lies on: skull, mandible and globes, along which it glides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.head.attachments import skin_normals
from risorius.skin.flesh.frames import Frames, about, jaw_turn, turned, with_jaw, with_lids
from risorius.skin.flesh.material import Material, load_flesh
from risorius.skin.flesh.mesh import Columns
from risorius.skin.shell import gliding_surface

if TYPE_CHECKING:
    from risorius.head import Head
    from risorius.skin.lids import Globes, Lids
    from risorius.skin.shell import Sheet

__all__ = ["Holds", "make_holds", "moved_holds", "share_of_jaw"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FILL = 4.0
"""Square of the distance over which neighbouring regions agree on their bone [mm2]."""
GLIDE_RADIUS = 10.0
"""Folds of the skin narrower than this do not turn its path on bone [mm]."""
SHARPEST = 0.05
"""Greatest curvature of what skin glides on [1/mm]."""
THICK = 13.0
"""A wall of the mouth whose columns are longer than this is on bone [mm]."""


@dataclass(frozen=True, slots=True, eq=False)
class Holds:
    """Nodes that lie on something firm.

    Attributes
    ----------
    node : (k,) int32
    place, normal : (k, 3)
        At rest.
    bend : (k, 6) [1/mm]
        Curvature of the surface: xx, xy, xz, yy, yz, zz.
    glide, hold : (k,) [mN/mm]
        Along the surface and square to it.
    slack : (k,) [mm]
        How far a node may leave its place outward before it is stopped; negative where it is held.
    jaw : (k,) [1]
        Share of the mandible.
    eye : (k,) int8
        Globe that the node turns about with its lid, or -1.
    lid : (k, 3)
        See :class:`~risorius.skin.lids.Lids`.
    """

    node: NDArray[np.int32]
    place: Floats
    normal: Floats
    bend: Floats
    glide: Floats
    hold: Floats
    slack: Floats
    jaw: Floats
    eye: NDArray[np.int8]
    lid: Floats


def make_holds(
    head: Head, columns: Columns, sheet: Sheet, jaw_share: Floats, material: Material, lids: Lids
) -> Holds:
    """Return what holds the flesh of a head.

    Feet of columns glide on bone; nose and ear are held by their cartilage; lids glide on the
    globe and turn with their tarsal plates; the lining of the mouth glides on teeth and gums,
    which only stop it; the lining of the eye socket and the cut through the neck stay put.
    """
    n, regions, firm = columns.n, head.topology.regions, load_flesh()["holds"]
    normals, curvature = gliding_surface(
        columns.nodes[:n], skin_normals(head), sheet.mass, GLIDE_RADIUS
    )
    socket, mouth = regions["eye_socket"] > 0.5, regions["mouth_bag"] > 0.5
    eye = lids.eye[:n]
    on_lid = (eye >= 0) & ~socket
    glide, hold = _feet(head, columns, material, lids, on_lid)
    lining = _lining_on_bone(columns, mouth)
    glide[lining] = hold[lining] = firm["lining"]["typ"]
    on_globe = on_lid | (socket & (eye >= 0))
    offset = columns.nodes[2 * n :] - head.eyes.centres[np.maximum(eye, 0)]
    radius = np.linalg.norm(offset, axis=1, keepdims=True)
    surface = np.where(on_globe[:, None], offset / radius, normals)
    sphere = (np.eye(3) - np.einsum("nx,ny->nxy", surface, surface)) / radius[..., None]
    largest = np.maximum(np.abs(curvature).sum(axis=(1, 2)), 1e-9)[:, None, None]
    tensor = np.where(
        on_globe[:, None, None], sphere, curvature * np.minimum(1, SHARPEST / largest)
    )
    # Groups of nodes: column, sheet, stiffness along and square to the surface, slack.
    feet, sockets = np.flatnonzero(hold > 1e-3), np.flatnonzero(socket)
    rim, arch = np.flatnonzero(_rim(head)), np.flatnonzero(mouth & ~lining)
    stay, teeth = firm["socket"]["typ"], firm["teeth"]
    groups = [
        (feet, 2, glide[feet], hold[feet], -1.0),
        *((sockets, sheet_number, stay, stay, -1.0) for sheet_number in range(3)),
        (rim, 0, firm["rim"]["typ"], firm["rim"]["typ"], -1.0),
        (arch, 0, 0.0, teeth["typ"], teeth["slack_mm"]),
    ]
    column = np.concatenate([group[0] for group in groups])
    node = np.concatenate([group[0] + group[1] * n for group in groups])
    along, square, slack = (
        np.concatenate([np.broadcast_to(group[k], len(group[0])) for group in groups])
        for k in (2, 3, 4)
    )
    return Holds(
        node.astype(np.int32),
        columns.nodes[node],
        np.ascontiguousarray(surface[column]),
        np.ascontiguousarray(tensor[column][:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]]),
        along * sheet.mass[column],
        square * sheet.mass[column],
        slack,
        jaw_share[column],
        np.where(on_globe, eye, -1)[column].astype(np.int8),
        lids.turn[column].astype(np.float64),
    )


def moved_holds(
    holds: Holds, frames: Frames, lids: Lids, globes: Globes, pivot: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return place (k, 3), normal (k, 3) and curvature (k, 6) of the holds in a pose."""
    if frames.still:
        return holds.place, holds.normal, holds.bend
    place, angle = with_lids(holds.place, holds.lid, holds.eye, frames, lids, globes)
    side, zero = np.maximum(holds.eye, 0), np.zeros_like(holds.normal)
    normal = about(holds.normal, zero, lids.axis[side], angle)
    bend = turned(holds.bend, lids.axis[side], angle)
    moves = holds.jaw > 1e-6
    place[moves] = with_jaw(place[moves], holds.jaw[moves], frames, pivot)
    axis, turn = jaw_turn(frames, holds.jaw)
    normal = about(normal, zero, axis, turn)
    bend = turned(bend, axis, turn)
    return place, np.ascontiguousarray(normal), bend


def _feet(
    head: Head, columns: Columns, material: Material, lids: Lids, on_lid: Bools
) -> tuple[Floats, Floats]:
    """How firmly the foot of each column is held along and square to what it lies on [kPa/mm]."""
    n, regions, table = columns.n, head.topology.regions, load_flesh()
    firm = table["holds"]
    hidden = np.maximum(regions["eye_socket"], regions["mouth_bag"]) > 0.5
    glide, hold = np.zeros(n), np.zeros(n)
    bone = columns.on_bone & ~hidden & ~on_lid
    glide[bone] = table["glide"]["typ"] * material.flesh[bone]
    hold[bone] = firm["bone"]["typ"]
    ear = regions["ear"] > 0.5
    glide[ear] = hold[ear] = firm["ear"]["typ"]
    nose = (np.maximum(regions["nose"], regions["nostril"]) > 0.5) & ~columns.on_bone
    glide[nose] = hold[nose] = firm["nose"]["typ"]
    # The skin of a lid takes less of its turn the farther it is from the margin, as does its hold.
    take = np.clip(lids.turn[:n, 1:], 0, None).astype(np.float64)
    plate = take / max(take.max(), 1e-9)
    stiff = np.array([firm["plate"]["upper"], firm["plate"]["lower"]])
    glide[on_lid] = (plate**2 @ stiff)[on_lid]
    globe = firm["globe"]
    hold[on_lid] = np.maximum(globe["typ"] * plate.max(axis=1), globe["least"])[on_lid]
    tied = material.ligament * ~hidden
    return glide + tied, hold + tied


def _lining_on_bone(columns: Columns, mouth: Bools) -> Bools:
    """Lining of the mouth with bone behind it instead of free flesh, (n,)."""
    other = columns.opposite
    free = ~columns.on_bone[other] & ~mouth[other] & (columns.depth < THICK)
    return np.asarray(mouth & ~free)


def share_of_jaw(head: Head, sheet: Sheet) -> Floats:
    """Return the share of the mandible in the bone under each column, (n,).

    Between named regions, and where there is no bone at all as in the neck, it is what the
    neighbours have; the cut through the neck stays with the skull.
    """
    from scipy.sparse.linalg import spsolve

    table, regions, n = load_flesh(), head.topology.regions, sheet.n
    place = table["mandible"]
    jaw, known = np.zeros(n), np.zeros(n)
    for row in table["regions"]:
        if row["region"] not in place["free"]:
            mask = regions[row["region"]].astype(np.float64)
            jaw += mask * (float(row["region"] in place["on"]) - jaw)
            known += mask * (1.0 - known)
    known = np.maximum(known, 1e-3)
    jaw /= known
    height = head.vertices[:n, 1]
    corners = head.vertices[head.topology.loops["mouth_corners"], 1].mean()
    below = np.clip((corners - height) / 6 + 0.5, 0, 1)
    jaw = np.maximum(jaw, regions["mouth_bag"] * below)
    rim = _rim(head)
    jaw[rim], known[rim] = 0.0, 1.0
    weight = sheet.mass * known
    matrix = FILL * sheet.laplacian(np.ones(len(sheet.area))) + sparse.diags(weight)
    return np.asarray(np.clip(spsolve(sparse.csc_matrix(matrix), weight * jaw), 0, 1))


def _rim(head: Head) -> Bools:
    """Open edge of the skin at the neck, (n,)."""
    skin = head.topology.parts["skin"]
    quads = head.topology.levels[0].quads
    quads = quads[(quads < skin.stop).all(axis=1)]
    ends = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    edges, count = np.unique(ends, axis=0, return_counts=True)
    rim = np.zeros(skin.stop, dtype=bool)
    rim[np.unique(edges[count == 1])] = True
    return rim
