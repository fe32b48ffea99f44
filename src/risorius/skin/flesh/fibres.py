"""Muscle fibres in the flesh: where they hold it, and how their tension is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.head.attachments import fibre_points, load_fibres, relative_size
from risorius.skin.flesh.material import load_flesh
from risorius.skin.flesh.mesh import SHEETS, Columns
from risorius.skin.tables import load_table

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["Strands", "make_strands", "resting_pull", "strand_rows"]

Floats = NDArray[np.float64]
SIDES = ("left", "right")


@dataclass(frozen=True, slots=True, eq=False)
class Strands:
    """All fibres of both sides, one after the other.

    Attributes
    ----------
    pointer : (f + 1,) int32
        Points ``pointer[i] .. pointer[i + 1]`` belong to fibre ``i``.
    column : (f,) int32
        Twice the channel's index, plus one on the right.
    weights : (k, nodes) csr_matrix
        Which nodes of the flesh carry each point.
    before, after : (k,) [1]
        What part of the fibre's tension pulls a point back along the segment that ends in it, and
        on along the one that starts in it.
    length : (f,) [mm]
        At rest.
    share : (f,) [1]
        Of the channel's tension.
    passive : (f,) [1]
        Tension at rest per stretch, over the greatest active tension.
    drift : (k, 3) [1]
        What part of the fibre's tension drives each point off its course, and where: outward in a
        belly that thickens or is braced on bone.
    seam : (k, 3) [mm]
        Where the lips meet, nearest to each point at rest.
    close : (k,) [1]
        What part of the fibre's tension draws each point to there: the lips' own rings.
    """

    pointer: NDArray[np.int32]
    column: NDArray[np.int32]
    weights: sparse.csr_matrix
    before: Floats
    after: Floats
    length: Floats
    share: Floats
    passive: Floats
    drift: Floats
    seam: Floats
    close: Floats

    def force(
        self, points: Floats, seam: Floats, pull: Floats, passive: Floats, force: Floats
    ) -> None:
        """Fill `force` (k, 3) [mN] with what fibres do at their points (k, 3) [mm].

        Parameters
        ----------
        points : (k, 3) [mm]
        seam : (k, 3) [mm]
            As it lies now.
        pull, passive : (f,) [mN]
            Active tension at rest length, and tension at rest per stretch.
        force : (k, 3) [mN]
        """
        from risorius.skin.flesh import kernels

        kernels.shorten(
            points,
            self.pointer,
            self.before,
            self.after,
            pull,
            passive,
            self.length,
            load_flesh()["shortest"]["typ"],
            force,
        )
        kernels.drive(points, self.pointer, pull, self.drift, seam, self.close, force)

    def ends(self, column: int) -> sparse.csr_matrix:
        """Return the mean (1, nodes) of where the fibres of a column end."""
        last = self.pointer[1:][self.column == column] - 1
        return sparse.csr_matrix(self.weights[last].mean(axis=0))


def make_strands(head: Head, columns: Columns, spread: sparse.csr_matrix) -> Strands:
    """Return the fibres of every channel that pulls on flesh.

    Parameters
    ----------
    head : Head
    columns : Columns
    spread : (n_skin, n_skin) csr_matrix
        What columns around share the load of one.
    """
    atlas, rows = load_atlas(), strand_rows()
    size, topology = relative_size(head), head.topology
    pointer, column, share, outward, toward = [0], [], [], [], []
    passive, usual = [], load_flesh()["passive"]["typ"]
    befores, afters, matrices = [], [], []
    eyes = head.eyes.centres[:, 1].mean()
    for channel, fibres in load_fibres().items():
        kind = atlas.channel(channel)
        if kind.moves not in ("skin", "jaw") and channel not in rows:
            continue
        row = rows.get(channel, {})
        parts = np.array(row.get("weights", np.ones(len(fibres))), dtype=np.float64)
        parts /= parts.sum()
        push, close = (np.broadcast_to(row.get(k, 0.0), len(fibres)) for k in ("push", "close"))
        ring = atlas.muscle(kind.muscle).type == "sphincter"
        for number, side in enumerate(SIDES):
            courses = fibre_points(head, channel, side)
            for k, (fibre, course) in enumerate(zip(fibres, courses, strict=True)):
                corners = topology.levels[0].triangles[fibre.triangle]
                if side == "right":
                    corners = topology.mirror[corners]
                # A belly on the bone lifts what lies over it: its push comes from under the skin.
                depth = size * fibre.depth * (kind.moves != "jaw")
                matrices.append(_carriers(columns, corners, fibre.weights, depth, spread))
                before, after = _handing(fibre.hold, ring=ring, row=row)
                befores.append(before)
                afters.append(after)
                pointer.append(pointer[-1] + len(before))
                column.append(2 * atlas.channel_ids.index(channel) + number)
                high = course[:, 1].mean() > eyes
                share.append((row.get("above", 1.0) if high else 1.0) * parts[k])
                passive.append(row.get("passive", usual))
                belly = _belly(len(before), ring=ring)
                outward.append(push[k] * belly)
                toward.append(close[k] * belly)
    weights = sparse.csr_matrix(sparse.vstack(matrices))
    weights.eliminate_zeros()
    nodes = weights @ columns.nodes
    # The carried points are what shortens: lengths are theirs.
    lengths = [
        np.linalg.norm(np.diff(nodes[a:b], axis=0), axis=1).sum() for a, b in pairwise(pointer)
    ]
    return Strands(
        np.array(pointer, np.int32),
        np.array(column, np.int32),
        weights,
        np.concatenate(befores),
        np.concatenate(afters),
        np.array(lengths),
        np.array(share),
        np.array(passive),
        np.concatenate(outward)[:, None] * _unit(weights @ np.tile(columns.normals, (SHEETS, 1))),
        _seam(head, nodes),
        np.concatenate(toward),
    )


def resting_pull(strands: Strands, nodes: Floats, tension: Floats) -> Floats:
    """Return the forces (nodes, 3) [mN] of muscles with a tension (channel,) [mN] at rest."""
    pull = np.repeat(tension, 2)[strands.column] * strands.share
    force = np.empty((strands.weights.shape[0], 3))
    strands.force(strands.weights @ nodes, strands.seam, pull, np.zeros_like(pull), force)
    return np.asarray(strands.weights.T @ force)


def strand_rows() -> dict[str, dict[str, Any]]:
    """Return what is known of the pull of each channel, by channel."""
    rows = {row["channel"]: dict(row) for row in load_table("drives")["travel"]}
    rows |= {row["channel"]: dict(row) for row in load_table("drives")["bulge"]}
    for row in load_flesh()["strands"]:
        rows[row["channel"]] = rows.get(row["channel"], {}) | row
    return rows


def _seam(head: Head, points: Floats) -> Floats:
    """Where the lips meet, nearest to each of the points, (k, 3) [mm]."""
    from scipy.spatial import cKDTree

    loops = head.topology.loops
    line = head.vertices[loops["lip_upper"]]
    steps = np.linspace(0, len(line) - 1, 8 * len(line))
    line = np.stack([np.interp(steps, np.arange(len(line)), line[:, k]) for k in range(3)], axis=1)
    return np.asarray(line[cKDTree(line).query(points)[1]])


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def _belly(count: int, *, ring: bool) -> Floats:
    """Shares of the points of a fibre in its belly, summing to 1."""
    shares = np.zeros(count)
    shares[0 if ring else 2 : -2] = 1.0
    return np.asarray(shares / max(shares.sum(), 1.0))


def _handing(hold: Floats, *, ring: bool, row: dict[str, Any]) -> tuple[Floats, Floats]:
    """Shares of the tension before and after each point."""
    count = len(hold)
    if ring:
        first = row.get("first", 1.0)
        after = first + (1 - first) * np.linspace(0, 1, count)
        before = np.concatenate([[0.0], after[:-1]])
        after[-1] = 0.0
        before[-1] *= row.get("end", 1.0)
        after[0] *= row.get("origin", 0.0)
        if row.get("pulley"):
            grip = np.clip(hold / row["pulley"], 0, 1)
            return before * grip, after * grip
        return before, after
    grip = hold.copy()
    grip[0] = 0.0
    grip /= max(grip.sum(), 1e-9)
    beyond = np.concatenate([np.cumsum(grip[::-1])[::-1][1:], [0.0]])
    after = beyond.copy()
    before = np.concatenate([[0.0], beyond[:-1]])
    after[0] = row.get("origin", 0.0)
    return before, after


def _carriers(
    columns: Columns,
    corners: NDArray[np.int32],
    weights: Floats,
    depth: Floats,
    spread: sparse.csr_matrix,
) -> sparse.csr_matrix:
    """Weights (k, nodes) of the nodes around points under triangles of the skin."""
    count, n = len(corners), columns.n
    flat = sparse.csr_matrix(
        (weights.ravel(), (np.repeat(np.arange(count), 3), corners.ravel())), shape=(count, n)
    )
    flat = sparse.csr_matrix(flat @ spread)
    rows = np.repeat(np.arange(count), np.diff(flat.indptr))
    cols = flat.indices
    first = np.linalg.norm(columns.nodes[cols] - columns.nodes[cols + n], axis=1)
    total = columns.depth[cols]
    deep = np.clip(depth[rows], 0.0, total)
    shallow = np.clip(deep / first, 0, 1)
    low = np.clip((deep - first) / np.maximum(total - first, 1e-9), 0, 1)
    sheet = np.stack([1 - shallow, shallow * (1 - low), shallow * low])
    data = flat.data * sheet
    return sparse.csr_matrix(
        (
            data.ravel(),
            (np.tile(rows, SHEETS), np.concatenate([cols + k * n for k in range(SHEETS)])),
        ),
        shape=(count, SHEETS * n),
    )
