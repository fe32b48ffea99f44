"""Eyelashes: thin curved ribbons that grow from the front edges of the lids.

Like the globes they are the package's own geometry, made anew for every identity from its lid
margins.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["N_VERTICES", "lash_faces", "lash_roots", "lash_vertices"]

N_UPPER, N_LOWER = 54, 32
"""Ribbons per lid; each stands for two or three hairs."""
N_RIBBONS = N_UPPER + N_LOWER
_LEVELS = 4  # pairs of vertices from root to tip
N_VERTICES = 2 * _LEVELS * N_RIBBONS
"""Of the lashes of one eye."""

UPPER_LENGTH, LOWER_LENGTH = 7.5, 4.0
"""Longest lash [mm]."""
_WIDTH = (0.24, 0.2, 0.13, 0.03)
_SPAN = (0.1, 0.97)  # share of the lid that bears lashes: none at the caruncle


def lash_vertices(
    upper: NDArray[np.float64], lower: NDArray[np.float64], centre: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the lashes of a left eye.

    Parameters
    ----------
    upper, lower : (k, 3) [mm]
        Front edges of the lids from inner to outer canthus.
    centre : (3,) [mm]
        Of the globe.

    Returns
    -------
    vertices : (688, 3) [mm]
        Ribbon by ribbon (upper lid first), root to tip, two vertices per step.

    Examples
    --------
    >>> lid = np.array([[-13.0, 0, 8], [0, 5, 12], [13, 0, 8]])
    >>> lash_vertices(lid, lid * [1, -1, 1], np.zeros(3)).shape
    (688, 3)
    """
    return np.concatenate(
        [
            _grow(upper, centre, N_UPPER, UPPER_LENGTH, turn=(-0.1, 0.2, 0.6), up=1.0),
            _grow(lower, centre, N_LOWER, LOWER_LENGTH, turn=(0.45, 0.6, 0.6), up=-1.0),
        ]
    )


def lash_faces(*, side: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return quads (258, 4) and texture coordinates per vertex (688, 2), v from root to tip.

    Examples
    --------
    >>> quads, uv = lash_faces(side="left")
    >>> quads.shape, uv.shape
    ((258, 4), (688, 2))
    """
    step = 2 * np.arange(_LEVELS - 1)
    strip = np.stack([step, step + 1, step + 3, step + 2], axis=1)
    starts = 2 * _LEVELS * np.arange(N_RIBBONS)
    quads = (starts[:, None, None] + strip).reshape(-1, 4).astype(np.int32)
    if side == "right":
        quads = np.ascontiguousarray(quads[:, [0, 3, 2, 1]])
    along = np.repeat(np.linspace(0, 1, _LEVELS), 2)
    across = np.tile([0.0, 1.0], _LEVELS)
    return quads, np.tile(np.stack([across, along], axis=1), (N_RIBBONS, 1)).astype(np.float32)


def lash_roots(upper: NDArray[np.int32], lower: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the lid-margin vertex that each lash vertex goes with, (688,).

    Examples
    --------
    >>> lash_roots(np.arange(14, dtype=np.int32), np.arange(20, 36, dtype=np.int32))[[0, -1]]
    array([ 1, 35], dtype=int32)
    """
    # By vertex number, not by length: the same for every identity, and never far from the true
    # root.
    nearest = [
        line[np.round(_places(count) * (len(line) - 1)).astype(int)]
        for line, count in ((upper, N_UPPER), (lower, N_LOWER))
    ]
    return np.repeat(np.concatenate(nearest), 2 * _LEVELS).astype(np.int32)


def _places(count: int) -> NDArray[np.float64]:
    """Where the lashes stand, in share of the lid's length."""
    return np.linspace(*_SPAN, count)


def _grow(
    line: NDArray[np.float64],
    centre: NDArray[np.float64],
    count: int,
    longest: float,
    *,
    turn: tuple[float, float, float],
    up: float,
) -> NDArray[np.float64]:
    place = _places(count)
    knots = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1)))
    knots /= knots[-1]
    root = np.stack([np.interp(place, knots, line[:, axis]) for axis in range(3)], axis=1)
    outward = root - centre
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    along = np.gradient(root, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    away = up * np.cross(outward, along)
    away /= np.linalg.norm(away, axis=1, keepdims=True)

    # Neighbours differ a little, by a fixed pattern rather than by chance: the same face every
    # time.
    uneven = 1 + 0.12 * np.sin(2.4 * np.arange(count) ** 1.3)
    length = longest * (0.55 + 0.45 * np.sin(np.pi * place**1.4) ** 0.7) * uneven
    fan = 1.1 * (place - 0.42) + 0.08 * np.sin(5.1 * np.arange(count))
    ribbons = np.zeros((count, _LEVELS, 2, 3))
    middle = root - 0.15 * outward
    for level in range(_LEVELS):
        if level:
            lift = turn[level - 1]
            heading = outward * (1 - 0.6 * lift) + away * lift + along * fan[:, None]
            heading /= np.linalg.norm(heading, axis=1, keepdims=True)
            middle = middle + heading * (length / (_LEVELS - 1))[:, None]
        half = along * (_WIDTH[level] / 2)
        ribbons[:, level, 0], ribbons[:, level, 1] = middle - half * up, middle + half * up
    return ribbons.reshape(-1, 3)
