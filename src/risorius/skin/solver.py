"""From the pull of a muscle to the displacement of the skin.

:class:`Solver` is all that the rest of the room knows. :class:`ShellSolver` is the present one: the
skin as one elastic sheet that stretches, bends, glides on tissue over bone and bulges where it is
gathered, because the tissue under it keeps its volume. The system is linear and factored once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.head.attachments import skin_normals
from risorius.skin.shell import gliding_surface, skin_sheet
from risorius.skin.tissue import make_tissue

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["ShellSolver", "Solver"]

Floats = NDArray[np.float64]


GLIDE_RADIUS = 14.0
"""Folds of the skin narrower than this do not turn its path [mm]."""


SLACK = 25.0
"""Stiffness of the sheet in the slow, large movements of the jaw, before it is taut [kPa mm]."""
FILL = 4.0
"""Square of the distance over which neighbouring regions agree on their bone [mm2]."""


class Solver(Protocol):
    """What bakes a rig needs to know of a tissue model."""

    def displacement(self, force: Floats) -> Floats:
        """Return where the skin goes under forces on its vertices.

        Parameters
        ----------
        force : (n_skin, 3) [mN]

        Returns
        -------
        displacement : (n_skin, 3) [mm]
        """
        ...

    def jaw_share(self) -> Floats:
        """Return how far each vertex follows the mandible, (n_skin,) in 0..1."""
        ...

    @property
    def path(self) -> tuple[Floats, Floats]:
        """Normals (n_skin, 3) and curvature (n_skin, 3, 3) [1/mm] of what the skin glides on."""
        ...


class ShellSolver:
    """Linear elastic sheet on gliding tissue.

    The energy of a displacement ``u`` is the sum of stretching (plane stress), bending
    (``bend |Laplace u|^2 / 2``), gliding (``slide / depth |u_tangent|^2 / 2``) and a column term
    ``column / depth (u_normal + depth / 2 div u)^2 / 2``: a column of constant volume whose foot
    stays and whose head glides must rise by half its depth times the loss of area.

    Parameters
    ----------
    head : Head

    Examples
    --------
    >>> from risorius.head import load_head
    >>> head = load_head()
    >>> solver = ShellSolver(head)
    >>> force = np.zeros((head.topology.parts["skin"].stop, 3))
    >>> float(np.abs(solver.displacement(force)).max())
    0.0
    """

    def __init__(self, head: Head) -> None:
        from scipy.sparse.linalg import splu

        skin = head.topology.parts["skin"]
        quads = head.topology.levels[0].quads
        quads = quads[(quads < skin.stop).all(axis=1)]
        self._sheet = skin_sheet(head)
        self._tissue = make_tissue(head)
        self._rim = _rim(quads, skin.stop)
        self._normals, self._curvature = gliding_surface(
            head.vertices[skin], skin_normals(head), self._sheet.mass, GLIDE_RADIUS
        )
        matrix = self._tissue_matrix(self._normals)
        self._factor = splu(
            sparse.csc_matrix(matrix),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )

    @property
    def path(self) -> tuple[Floats, Floats]:
        """Normals (n_skin, 3) and curvature (n_skin, 3, 3) [1/mm] of what the skin glides on."""
        return self._normals, self._curvature

    def displacement(self, force: Floats) -> Floats:
        """Return the displacement (n_skin, 3) [mm] under forces (n_skin, 3) [mN]."""
        return np.asarray(self._factor.solve(force.ravel())).reshape(-1, 3)

    def jaw_share(self) -> Floats:
        """Return how far each vertex follows the mandible, (n_skin,) in 0..1."""
        sheet, tissue = self._sheet, self._tissue
        laplacian = sheet.laplacian(np.ones(len(sheet.area)))
        # Between the named regions the bone underneath is that of the nearest one.
        known = sheet.mass * tissue.known
        bone = _balance(FILL * laplacian + sparse.diags(known), known * tissue.jaw)
        # A bone that turns carries the flesh by gliding in two directions, by its column in one.
        hold = sheet.mass * (2 * tissue.slide + tissue.column) / (3 * tissue.depth) + self._rim
        stretch = np.minimum(sheet.on_triangles(tissue.stretch), SLACK)
        bend = laplacian @ sparse.diags(tissue.bend / sheet.mass) @ laplacian
        share = _balance(sheet.laplacian(stretch) + bend + sparse.diags(hold), hold * bone)
        return np.clip(share, 0.0, 1.0)

    def _tissue_matrix(self, normals: Floats) -> sparse.csr_matrix:
        sheet, tissue = self._sheet, self._tissue
        laplacian = sheet.laplacian(np.ones(len(sheet.area)))
        bend = laplacian @ sparse.diags(tissue.bend / sheet.mass) @ laplacian
        across = np.einsum("nx,ny->nxy", normals, normals)
        glide = (sheet.mass * tissue.slide / tissue.depth)[:, None, None] * (np.eye(3) - across)
        glide += self._rim[:, None, None] * np.eye(3)
        n = sheet.n
        place = np.arange(n)
        blocks = sparse.bsr_matrix((glide, place, np.arange(n + 1)), shape=(3 * n, 3 * n))
        outward = sparse.csr_matrix(
            (normals.ravel(), np.arange(3 * n), np.arange(0, 3 * n + 1, 3)), shape=(n, 3 * n)
        )
        bulge = outward + sparse.diags(tissue.depth / 2) @ sheet.divergence()
        column = sparse.diags(sheet.mass * tissue.column / tissue.depth)
        return sparse.csr_matrix(
            sheet.stretch(sheet.on_triangles(tissue.stretch), tissue.poisson)
            + sparse.kron(bend, sparse.eye(3))
            + blocks
            + bulge.T @ column @ bulge
        )


def _balance(matrix: sparse.spmatrix, right: Floats) -> Floats:
    from scipy.sparse.linalg import spsolve

    return np.asarray(spsolve(sparse.csc_matrix(matrix), right))


def _rim(quads: NDArray[np.int32], n: int) -> Floats:
    """Stiffness [mN/mm] that holds the open rim of the neck, (n,)."""
    ends = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    edges, count = np.unique(ends, axis=0, return_counts=True)
    hold = np.zeros(n)
    hold[np.unique(edges[count == 1])] = 1e4
    return hold
