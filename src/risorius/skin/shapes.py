"""The stored shapes of a rig: where each vertex goes, and how much of each a moment calls for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "Mixing", "Shapes", "block_shapes"]

Singles = NDArray[np.float32]

BLOCK = 16
"""Neighbouring vertices that are stored together, or not at all."""

STEP = 0.004
"""Displacements are kept in steps of at least this [mm]."""


@dataclass(frozen=True, slots=True, eq=False)
class Mixing:
    """How much of each shape the cues of a moment call for.

    The first shapes have a term of their own, one cue or the product of two. The rest are shared:
    each is called for by a sum over all mixed terms.

    Attributes
    ----------
    own : (k, 2) int16
        Cues of each own term; the second is -1 for a linear term.
    mixed : (p, 3) int16
        Cues that are multiplied; the third is -1 in a pair.
    share : (p, m) float32
        How much of each shared shape a mixed term calls for.
    """

    own: NDArray[np.int16]
    mixed: NDArray[np.int16]
    share: Singles


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Displacements in the carried frame, as whole steps, sorted by block of vertices.

    Attributes
    ----------
    pointer : (n_blocks + 1,) int32
        Entries ``pointer[b] .. pointer[b + 1]`` move the vertices of block ``b``.
    shape : (e,) int16
        The shape that each entry belongs to.
    value : (e, BLOCK * 3) int16
    scale : (n_shapes,) float32 [mm]
        One step of each shape.
    """

    pointer: NDArray[np.int32]
    shape: NDArray[np.int16]
    value: NDArray[np.int16]
    scale: Singles

    def dense(self) -> Singles:
        """Return all shapes, (n_shapes, n_blocks * BLOCK, 3) [mm]."""
        blocks = len(self.pointer) - 1
        out = np.zeros((len(self.scale), blocks, BLOCK * 3), np.float32)
        block = np.repeat(np.arange(blocks), np.diff(self.pointer))
        out[self.shape, block] = self.value
        out *= self.scale[:, None, None]
        return out.reshape(len(self.scale), blocks * BLOCK, 3)

    def take(self, vertices: NDArray[np.int64]) -> Shapes:
        """Return the shapes of some vertices, in the order given."""
        blocks = len(self.pointer) - 1
        place = np.full((len(self.scale), blocks), -1, np.int32)
        block = np.repeat(np.arange(blocks), np.diff(self.pointer))
        place[self.shape, block] = np.arange(len(self.shape))
        entry = place[:, vertices // BLOCK]
        value = self.value.reshape(-1, BLOCK, 3)[entry, vertices % BLOCK]
        value[entry < 0] = 0
        return _blocked(value, self.scale)


def block_shapes(dense: NDArray[np.floating]) -> Shapes:
    """Store shapes (k, n, 3) [mm]; blocks in which nothing moves are left out."""
    scale = np.maximum(np.abs(dense).max(axis=(1, 2)) / 32767, STEP)
    value = np.round(dense / scale[:, None, None]).astype(np.int16)
    return _blocked(value, scale.astype(np.float32))


def _blocked(value: NDArray[np.int16], scale: Singles) -> Shapes:
    """Sort steps (k, n, 3) by blocks and leave out those that do not move."""
    shapes, n, _ = value.shape
    blocks = max(1, -(-n // BLOCK))
    padded = np.zeros((shapes, blocks * BLOCK, 3), np.int16)
    padded[:, :n] = value
    by_block = padded.reshape(shapes, blocks, BLOCK * 3).swapaxes(0, 1)
    block, shape = np.nonzero(by_block.any(axis=2))
    pointer = np.searchsorted(block, np.arange(blocks + 1)).astype(np.int32)
    return Shapes(pointer, shape.astype(np.int16), by_block[block, shape], scale)
