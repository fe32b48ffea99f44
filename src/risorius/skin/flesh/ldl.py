"""A symmetric factor, and its solution for three right sides at once.

SciPy's SuperLU factors; in its symmetric mode the permutations of rows and columns are one, and the
upper factor is the diagonal times the transposed lower one, so that the lower one is enough.
Neighbouring columns with the same rows are kept as one dense block (a supernode): fewer indices,
and loops that the compiler can vectorise. Blocks are single precision, as the solve only has to
give the direction of a correction.

Unknowns on two banks that know each other only over what lies between them, such as the two sides
of a face over its middle, are solved at the same time (nested dissection; George 1973, SIAM J Numer
Anal 10(2)).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from risorius.skin.flesh.threads import both

if TYPE_CHECKING:
    from scipy.sparse.linalg import SuperLU

__all__ = ["Factor", "factorise"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """``P A P^T = L D L^T`` with a unit lower triangle in dense blocks of columns.

    Attributes
    ----------
    order : (n,) int64
        The unknowns in the order of the factor: one bank, the other, and what lies between.
    between : int
        How many unknowns lie between the banks.
    bank : (4,) int64
        Blocks ``bank[0] .. bank[1]`` are of one bank, those up to ``bank[2]`` of the other.
    first : (s + 1,) int32
        Columns ``first[k] .. first[k + 1]`` make block ``k``.
    row_start : (s + 1,) int64
        Rows ``row[row_start[k] .. row_start[k + 1]]`` lie below block ``k``.
    row : int32
        The other bank adds to a copy of what lies between, `between` rows farther on.
    value_start : (s + 1,) int64
        Values of block ``k``: the rows of its own columns, then the rows below, each as long as
        the block is wide.
    value : float32
    inverse : (n,) float32
        Of the diagonal of D.
    """

    order: NDArray[np.int64]
    between: int
    bank: NDArray[np.int64]
    first: NDArray[np.int32]
    row_start: NDArray[np.int64]
    row: NDArray[np.int32]
    value_start: NDArray[np.int64]
    value: Singles
    inverse: Singles

    def solve(self, right: Floats) -> Floats:
        """Return the solution (n, 3) for right sides (n, 3), to single precision."""
        from risorius.skin.flesh import kernels

        n = len(right)
        y = np.zeros((3, n + self.between), np.float32)
        kernels.sort_in(self.order, right, y)
        middle, copy = y[:, n - self.between : n], y[:, n:]
        blocks = self.first, self.row_start, self.row, self.value_start, self.value, y
        one, other, between = zip(self.bank[:-1], self.bank[1:], strict=True)
        both(
            partial(kernels.forward, *one, *blocks),
            partial(kernels.forward, *other, *blocks),
        )
        middle += copy
        kernels.forward(*between, *blocks)
        y[:, :n] *= self.inverse
        kernels.backward(*between, *blocks)
        copy[:] = middle
        both(
            partial(kernels.backward, *one, *blocks),
            partial(kernels.backward, *other, *blocks),
        )
        out = np.empty_like(right)
        kernels.sort_out(self.order, y, out)
        return out


def factorise(matrix: sparse.spmatrix, side: NDArray[np.integer] | None = None) -> Factor:
    """Return the factor of a symmetric positive definite matrix.

    Parameters
    ----------
    matrix : (n, n) sparse
    side : (n,) int, optional
        -1 and 1 on the two banks, 0 between. What knows both banks is counted as between.

    Examples
    --------
    >>> factor = factorise(sparse.csc_matrix([[4.0, 1.0], [1.0, 3.0]]))
    >>> factor.solve(np.array([[5.0] * 3, [4.0] * 3])).round(5).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    from risorius.skin.flesh import kernels

    matrix = sparse.csc_matrix(matrix)
    side = np.zeros(matrix.shape[0], np.int64) if side is None else side.copy()
    row, column = matrix.nonzero()
    side[row[(side[row] < 0) & (side[column] > 0)]] = 0
    banks = [_least_fill(matrix, np.flatnonzero(side == bank)) for bank in (-1, 1, 0)]
    order = np.concatenate(banks)
    parts = _superlu(matrix[order][:, order], "NATURAL")
    lower = sparse.csc_matrix(parts.L)
    lower.sort_indices()
    pointer = lower.indptr.astype(np.int64)
    ends = np.cumsum([0, *map(len, banks)])
    first = kernels.supernodes(pointer, lower.indices, ends)
    width = np.diff(first)
    # The last column of a block has the rows of the whole block below it.
    last = first[1:] - 1
    below = pointer[last + 1] - pointer[last] - 1
    row_start = np.concatenate([[0], np.cumsum(below)])
    value_start = np.concatenate([[0], np.cumsum((below + width) * width)])
    rows = np.empty(row_start[-1], np.int32)
    value = np.zeros(value_start[-1], np.float32)
    kernels.fill_blocks(
        pointer, lower.indices, lower.data, first, row_start, rows, value_start, value
    )
    bank = np.searchsorted(first, ends)
    theirs = rows[row_start[bank[1]] : row_start[bank[2]]]
    theirs[theirs >= ends[2]] += len(banks[2])
    return Factor(
        order,
        len(banks[2]),
        bank,
        first,
        row_start,
        rows,
        value_start,
        value,
        (1.0 / parts.U.diagonal()).astype(np.float32),
    )


def _least_fill(matrix: sparse.csc_matrix, unknowns: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return some unknowns in the order in which their factor fills up least."""
    if not len(unknowns):
        return unknowns
    return unknowns[np.argsort(_superlu(matrix[unknowns][:, unknowns], "MMD_AT_PLUS_A").perm_r)]


def _superlu(matrix: sparse.csc_matrix, order: Literal["NATURAL", "MMD_AT_PLUS_A"]) -> SuperLU:
    from scipy.sparse.linalg import splu

    return splu(
        sparse.csc_matrix(matrix),
        permc_spec=order,
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
