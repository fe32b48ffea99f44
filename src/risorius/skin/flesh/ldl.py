"""A symmetric factor, and its solution for three right sides at once.

SciPy's SuperLU factors; in its symmetric mode the permutations of rows and columns are one, and the
upper factor is the diagonal times the transposed lower one, so that the lower one is enough.
Neighbouring columns with the same rows are kept as one dense block (a supernode): fewer indices,
and loops that the compiler can vectorise. Blocks are single precision, as the solve only has to
give the direction of a correction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

__all__ = ["Factor", "factorise"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """``P A P^T = L D L^T`` with a unit lower triangle in dense blocks of columns.

    Attributes
    ----------
    order : (n,) int32
        Place of each unknown in the factor.
    first : (s + 1,) int32
        Columns ``first[k] .. first[k + 1]`` make block ``k``.
    row_start : (s + 1,) int64
        Rows ``row[row_start[k] .. row_start[k + 1]]`` lie below block ``k``.
    row : int32
    value_start : (s + 1,) int64
        Values of block ``k``: the rows of its own columns, then the rows below, each as long as
        the block is wide.
    value : float32
    inverse : (n,) float32
        Of the diagonal of D.
    """

    order: NDArray[np.int32]
    first: NDArray[np.int32]
    row_start: NDArray[np.int64]
    row: NDArray[np.int32]
    value_start: NDArray[np.int64]
    value: NDArray[np.float32]
    inverse: NDArray[np.float32]

    def solve(self, right: Floats) -> Floats:
        """Return the solution (n, 3) for right sides (n, 3), to single precision."""
        from risorius.skin.flesh import kernels

        out = np.empty_like(right)
        work = np.empty((3, len(right)), np.float32)
        kernels.solve(
            self.order,
            self.first,
            self.row_start,
            self.row,
            self.value_start,
            self.value,
            self.inverse,
            right,
            work,
            out,
        )
        return out


def factorise(matrix: sparse.spmatrix) -> Factor:
    """Return the factor of a symmetric positive definite matrix.

    Examples
    --------
    >>> factor = factorise(sparse.csc_matrix([[4.0, 1.0], [1.0, 3.0]]))
    >>> factor.solve(np.array([[5.0] * 3, [4.0] * 3])).round(5).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    from scipy.sparse.linalg import splu

    from risorius.skin.flesh import kernels

    parts = splu(
        sparse.csc_matrix(matrix),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    lower = sparse.csc_matrix(parts.L)
    lower.sort_indices()
    pointer = lower.indptr.astype(np.int64)
    first = kernels.supernodes(pointer, lower.indices)
    width = np.diff(first)
    # The last column of a block has the rows of the whole block below it.
    last = first[1:] - 1
    below = pointer[last + 1] - pointer[last] - 1
    row_start = np.concatenate([[0], np.cumsum(below)])
    value_start = np.concatenate([[0], np.cumsum((below + width) * width)])
    row = np.empty(row_start[-1], np.int32)
    value = np.zeros(value_start[-1], np.float32)
    kernels.fill_blocks(
        pointer, lower.indices, lower.data, first, row_start, row, value_start, value
    )
    return Factor(
        parts.perm_r.astype(np.int32),
        first,
        row_start,
        row,
        value_start,
        value,
        (1.0 / parts.U.diagonal()).astype(np.float32),
    )
