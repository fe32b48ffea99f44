"""From a head to its flesh: mesh, material, fibres, holds and the factor of the system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.head.attachments import relative_size
from risorius.skin.contact import make_contact
from risorius.skin.flesh.bones import make_holds, share_of_jaw
from risorius.skin.flesh.fibres import make_strands, resting_pull
from risorius.skin.flesh.lanes import make_lanes
from risorius.skin.flesh.ldl import factorise
from risorius.skin.flesh.material import element_weights, load_flesh, make_material
from risorius.skin.flesh.mesh import SHEETS, Elements, lip_sides, make_columns, make_elements, ties
from risorius.skin.flesh.solve import FLIP, Flesh
from risorius.skin.jaw import make_jaw
from risorius.skin.lids import make_lids
from risorius.skin.shell import Sheet, skin_sheet
from risorius.skin.tables import load_table

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["make_flesh"]

Floats = NDArray[np.float64]

SPREAD = 4.0
"""A bundle grips the flesh over a patch of this radius [mm]."""
CONTACT = 10.0
"""How firmly contact pushes back [kPa/mm]: red and lining of the lips give way by a part of a
millimetre. Three times as firm, a lip that rolls in over the other snaps past its edge."""
DRAG = 0.1
"""Part of the stiffness of one-sided holds that the system counts: all of it would hold back the
many nodes that touch nothing, none would let those that touch something swing."""
ON_THE_EYE = 0.6
"""The same for skin that lies on an eye: it nearly always touches, and swung longest."""
FIRM = 0.3
"""Part of the stiffness against change of volume that the system counts: all of it holds back what
only turns, much less overshoots what is squeezed."""
TIE = 2.0
"""Stiffness of the joint between opposite walls over the flesh's shear modulus [1/mm]."""
WEAK = 2.0
"""Nodes with less stiffness than this follow their neighbours [mN/mm]."""
ALIKE = 1e-3
"""Sides of a head that differ by less are alike [mm]."""
FLOOR = 1e-3
"""Stiffness that every node has to its place, so that none is free [mN/mm]."""


def make_flesh(head: Head) -> Flesh:
    """Return the flesh of a head, ready to be solved.

    Parameters
    ----------
    head : Head

    Returns
    -------
    flesh : Flesh
    """
    topology, channels = head.topology, load_atlas().channel_ids
    skin = topology.parts["skin"]
    quads = topology.levels[0].quads
    quads = quads[(quads < skin.stop).all(axis=1)]
    sheet, columns, material = skin_sheet(head), make_columns(head), make_material(head)
    elements = make_elements(columns, quads, topology.regions["eye_socket"] < 0.5)
    weight = element_weights(columns, elements, material)
    lids, globes, _ = make_lids(head, sheet)
    jaw_share = share_of_jaw(head, sheet)
    holds = make_holds(head, columns, sheet, jaw_share, material, lids)
    strands = make_strands(head, columns, _spread(head, sheet))
    contact = make_contact(head)
    touching = contact.vertices[contact.vertices < skin.stop]
    push_back = CONTACT * sheet.mass[touching]

    size = SHEETS * columns.n
    elastic = _laplacian(elements, weight @ [1.0, FIRM], size)
    glue = ties(columns, lip_sides(head))
    tie = glue.T @ sparse.diags(TIE * sheet.mass * material.flesh) @ glue
    tie = tie + _followers(quads, np.asarray((elastic + tie).diagonal()), columns.n)
    tie = sparse.csr_matrix(tie + FLOOR * sparse.eye(size))
    stops = np.where(holds.slack >= 0, DRAG, 1.0) * holds.hold
    firm = np.bincount(holds.node, holds.glide + stops, minlength=size)
    counted = np.where(np.isin(touching, contact.eyes[0].vertex), ON_THE_EYE, DRAG)
    firm += np.bincount(touching, counted * push_back, minlength=size)
    matrix = sparse.csc_matrix(elastic + tie + sparse.diags(firm))

    table = load_flesh()
    # Forces of tissues alike grow with the square of their size.
    gain = np.array([float(table["tension"].get(c, 0.0)) for c in channels])
    gain *= relative_size(head) ** 2
    tone = np.zeros(len(channels))
    for row in table["tone"]:
        tone[channels.index(row["channel"])] = row["share"]
    return Flesh(
        head=head,
        channels=channels,
        columns=columns,
        elements=elements,
        lanes=make_lanes(elements, weight),
        strands=strands,
        holds=holds,
        tie=tie,
        contact=contact,
        touching=touching,
        push_back=push_back,
        matrix=matrix,
        factor=factorise(matrix, np.tile(_side(head), SHEETS)),
        gain=gain,
        tone=tone,
        load=resting_pull(strands, columns.nodes, tone * gain),
        jaw=make_jaw(head),
        jaw_share=jaw_share,
        lids=lids,
        globes=globes,
        lid_work=_lid_table(load_table("drives")["lids"]),
        lid_slack=_lid_table(table["tone"]),
        mirror=_mirror(head),
    )


def _side(head: Head) -> NDArray[np.int64]:
    """Return for each vertex of the skin -1 on one side of the face, 1 on the other, 0 between."""
    n, mirror = head.topology.parts["skin"].stop, head.topology.mirror
    middle = mirror[:n] == np.arange(n)
    return np.where(middle, 0, np.sign(head.vertices[:n, 0])).astype(np.int64)


def _mirror(head: Head) -> NDArray[np.int64] | None:
    """Return the node on the other side of each, if the sides of the head are alike."""
    mirror, n = head.topology.mirror, head.topology.parts["skin"].stop
    if np.abs(head.vertices[mirror] * FLIP - head.vertices).max() > ALIKE:
        return None
    return np.concatenate([mirror[:n] + sheet * n for sheet in range(SHEETS)]).astype(np.int64)


def _lid_table(rows: list[dict[str, Any]]) -> Floats:
    """Return closing [1], upper lid down, lower lid up [mm] of each channel, (channel, 3)."""
    channels = load_atlas().channel_ids
    table = np.zeros((len(channels), 3))
    for row in rows:
        table[channels.index(row["channel"])] = [
            row.get(name, 0.0) for name in ("close", "upper_mm", "lower_mm")
        ]
    return table


def _laplacian(elements: Elements, worth: Floats, n: int) -> sparse.csr_matrix:
    g = elements.gradients
    blocks = np.einsum("mix,mjx->mij", g, g) * worth[:, None, None]
    rows = np.repeat(elements.corners, 4, axis=1)
    cols = np.tile(elements.corners, (1, 4))
    return sparse.csr_matrix((blocks.ravel(), (rows.ravel(), cols.ravel())), shape=(n, n))


def _followers(quads: NDArray[np.int32], diagonal: Floats, n: int) -> sparse.csr_matrix:
    """Stiffness (nodes, nodes) that carries nodes in no element with their neighbours."""
    ends = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)]).astype(np.int64)
    ends = np.concatenate([ends, ends[:, ::-1]])
    ends = np.concatenate([ends + k * n for k in range(SHEETS)])
    weak = diagonal < WEAK
    ends = np.unique(ends[weak[ends[:, 0]] & (diagonal[ends[:, 1]] > diagonal[ends[:, 0]])], axis=0)
    size = len(diagonal)
    graph = sparse.csr_matrix(
        (np.full(len(ends), WEAK), (ends[:, 0], ends[:, 1])), shape=(size, size)
    )
    graph = graph + graph.T
    return sparse.csr_matrix(sparse.diags(np.asarray(graph.sum(axis=1)).ravel()) - graph)


def _spread(head: Head, sheet: Sheet) -> sparse.csr_matrix:
    """Return what columns share the load of one with it, (n_skin, n_skin), rows summing to 1."""
    n = sheet.n
    points = head.vertices[:n]
    regions = head.topology.regions
    grip = 1.0 - np.maximum(regions["mouth_bag"], regions["eye_socket"]).astype(np.float64)
    quads = head.topology.levels[0].quads
    quads = quads[(quads < n).all(axis=1)]
    a = np.repeat(quads, 4, axis=1).ravel()
    b = np.tile(quads, (1, 4)).ravel()
    pair = sparse.csr_matrix((np.ones(len(a)), (a, b)), shape=(n, n)).tocoo()
    away = ((points[pair.row] - points[pair.col]) ** 2).sum(axis=1)
    value = np.exp(-away / (2 * SPREAD**2)) * sheet.mass[pair.col] * grip[pair.col]
    matrix = sparse.csr_matrix((value, (pair.row, pair.col)), shape=(n, n))
    total = np.asarray(matrix.sum(axis=1)).ravel()
    alone = total < 1e-9
    matrix = sparse.diags(1 / np.where(alone, 1, total)) @ matrix + sparse.diags(
        alone.astype(float)
    )
    return sparse.csr_matrix(matrix)
