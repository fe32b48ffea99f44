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
        self._steps: list[Floats] = []
        self._ways: list[Floats] = []
        self._last: tuple[Floats, Floats] | None = None

    def next(self, x: Floats, following: Floats) -> Floats:
        """Return where to go on from, given the last place and what it led to (same shapes)."""
        after = following.ravel()
        way = after - x.ravel()
        if self._last is not None:
            self._steps.append(after - self._last[0])
            self._ways.append(way - self._last[1])
            del self._steps[: -self._depth], self._ways[: -self._depth]
        self._last = after.copy(), way
        if not self._ways:
            return following
        ways = np.stack(self._ways)
        gram = ways @ ways.T
        gram[np.diag_indices_from(gram)] *= 1 + 1e-8
        gram[np.diag_indices_from(gram)] += 1e-300
        mix = np.linalg.solve(gram, ways @ way)
        if np.abs(mix).max() > LARGEST:
            self._steps.clear()
            self._ways.clear()
            return following
        return np.asarray((after - mix @ np.stack(self._steps)).reshape(following.shape))
