"""Tetrahedra side by side, as the compiled loop works on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risorius.skin.flesh.mesh import Elements

__all__ = ["Lanes", "make_lanes"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """Tetrahedra in blocks; the last block is filled up with ones that are worth nothing.

    Attributes
    ----------
    corners : (b, 4, LANES) int32
    gradients : (b, 9, LANES) float32 [1/mm]
        Of the hat functions of the last three corners at rest; that of the first is minus their
        sum.
    weight : (b, 2, LANES) float32 [mN mm]
        What shape and volume are worth.
    """

    corners: NDArray[np.int32]
    gradients: Singles
    weight: Singles

    def __len__(self) -> int:
        return len(self.corners)

    def unturned(self) -> Singles:
        """Return the quaternions of rest, (b, 4, LANES)."""
        turn = np.zeros(self.corners.shape, np.float32)
        turn[:, 0] = 1.0
        return turn


def make_lanes(elements: Elements, weight: Floats) -> Lanes:
    """Return elements, each worth (m, 2) [mN mm] of shape and volume, side by side."""
    from risorius.skin.flesh.kernels import LANES

    count = len(elements.corners)
    blocks = -(-count // LANES)

    def side_by_side(rows: NDArray[Any], kind: type) -> NDArray[Any]:
        padded: NDArray[Any] = np.zeros((blocks * LANES, rows.shape[1]), kind)
        padded[:count] = rows
        return np.ascontiguousarray(padded.reshape(blocks, LANES, -1).transpose(0, 2, 1))

    return Lanes(
        side_by_side(elements.corners, np.int32),
        side_by_side(elements.gradients[:, 1:].reshape(count, 9), np.float32),
        side_by_side(weight, np.float32),
    )
