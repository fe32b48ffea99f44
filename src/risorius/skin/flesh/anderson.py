"""Anderson acceleration of a fixed-point iteration."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Anderson"]

Floats = NDArray[np.float64]

LARGEST = 30.0
"""Greatest weight of a step in the mixture; beyond it the past is forgotten."""


class Anderson:
    """Mixes the last few steps so that their residual would have been least.

    Parameters
    ----------
    depth : int
        How many steps are remembered.

    References
    ----------
    Anderson 1965, J ACM 12(4); Peng et al. 2018, ACM Trans Graph 37(4).

    Examples
    --------
    >>> mixer, x = Anderson(1), np.zeros(1)
    >>> for _ in range(3):  # x = 0.9 x + 1 has its fixed point at 10
    ...     x = mixer.next(x, 0.9 * x + 1)
    >>> float(x[0].round(6))
    10.0
    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._known = 0
        self._last: tuple[Floats, Floats] | None = None

    def next(self, x: Floats, following: Floats) -> Floats:
        """Return where to go on from, given the last place and what it led to (same shapes)."""
        from risorius.skin.flesh import kernels

        after = following.ravel()
        way = after - x.ravel()
        last, self._last = self._last, (after.copy(), way)
        if last is None:
            # Differences are small: half the digits do, in half the time.
            self._steps = np.zeros((self._depth, after.size), np.float32)
            self._ways = np.zeros_like(self._steps)
            self._gram = np.zeros((self._depth, self._depth))
            return following
        row = self._known % self._depth
        np.subtract(after, last[0], out=self._steps[row], casting="same_kind")
        np.subtract(way, last[1], out=self._ways[row], casting="same_kind")
        self._known += 1
        count = min(self._known, self._depth)
        # Not by a library for matrices: its threads would go on spinning on the cores that the rest
        # of a step needs, which doubles its time.
        products = np.empty((count, 2))
        kernels.dots(self._ways, self._ways[row], way.astype(np.float32), products)
        self._gram[row, :count] = self._gram[:count, row] = products[:, 0]
        gram = self._gram[:count, :count].copy()
        gram[np.diag_indices(count)] *= 1 + 1e-6
        gram[np.diag_indices(count)] += 1e-300
        mix = np.linalg.solve(gram, products[:, 1])
        if np.abs(mix).max() > LARGEST:
            self._known = 0
            return following
        out = np.empty_like(after)
        kernels.combine(after, mix.astype(np.float32), self._steps, out)
        return out.reshape(following.shape)
