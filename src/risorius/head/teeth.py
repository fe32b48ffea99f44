"""Two rows of fourteen teeth with their gums, swept along the dental arches of the base mesh.

The base mesh has a plain band for each arch. Its edge and its root line serve as guides, and the
teeth are the package's own: crowns of human size, thinner towards the edge, with gums that rise
between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["N_VERTICES", "arch_faces", "arch_mirror", "arch_vertices"]

Points = NDArray[np.float64]

_ACROSS = (0.0, 0.1, 0.35, 0.65, 0.9)  # columns of a tooth, in share of its width
_N_TEETH = 7  # per quarter
_LOWERED = 3.5  # [mm] below the guides of the base mesh, whose lips hide the upper teeth
_N_HALF = _N_TEETH * len(_ACROSS) + 1
_N_COLUMNS = 2 * _N_HALF - 1
_N_ROWS = 10
_FIRST_TOOTH_ROW, _LAST_TOOTH_ROW = 3, 8
N_VERTICES = _N_ROWS * _N_COLUMNS
"""Of one arch."""


@dataclass(frozen=True, slots=True)
class _Arch:
    """Mean crown sizes [mm], middle incisor to second molar (Wheeler's dental anatomy)."""

    widths: tuple[float, ...]
    heights: tuple[float, ...]
    depths: tuple[float, ...]
    edges: tuple[float, ...]  # thickness at the biting edge
    short: tuple[float, ...]  # how far the edge stays back from the bite line
    inset: float  # of the whole row behind its guide: upper teeth bite over lower ones
    length: float  # share of the guide that bears teeth


_UPPER = _Arch(
    widths=(8.5, 6.5, 7.5, 7.0, 7.0, 10.0, 9.0),
    heights=(10.5, 9.0, 10.0, 8.5, 8.5, 7.5, 7.0),
    depths=(7.0, 6.0, 8.0, 9.0, 9.0, 11.0, 11.0),
    edges=(1.2, 1.2, 2.0, 6.0, 6.0, 8.5, 8.5),
    short=(0.0, 0.8, 0.0, 0.6, 0.8, 0.9, 1.0),
    inset=0.0,
    length=0.9,
)
_LOWER = _Arch(
    widths=(5.0, 5.5, 7.0, 7.0, 7.0, 11.0, 10.5),
    heights=(9.0, 9.3, 10.0, 8.5, 8.0, 7.5, 7.0),
    depths=(6.0, 6.5, 7.5, 7.5, 8.0, 10.5, 10.0),
    edges=(1.2, 1.2, 1.8, 5.0, 6.0, 8.5, 8.5),
    short=(0.0, 0.0, 0.0, 0.3, 0.3, 0.3, 0.3),
    inset=2.2,
    length=0.88,
)


def arch_vertices(edge: Points, root: Points, *, jaw: str) -> Points:
    """Return one arch of teeth.

    Parameters
    ----------
    edge, root : (17, 3) [mm]
        Guides along the biting edge and the root line, from the person's right to the left.
    jaw : {"upper", "lower"}

    Returns
    -------
    vertices : (710, 3) [mm]
        Row by row from the root line over the edge to the tongue's side, each from right to left.

    Examples
    --------
    >>> turn = np.linspace(-1.4, 1.4, 17)
    >>> edge = 30 * np.stack([np.sin(turn), 0 * turn, np.cos(turn)], axis=1)
    >>> arch_vertices(edge, edge + [0, 16, 0], jaw="upper").shape
    (710, 3)
    """
    flip = np.array([-1.0, 1.0, 1.0])
    middle = len(edge) // 2
    left = _half_arch(edge[middle:], root[middle:], jaw)
    right = _half_arch(edge[middle::-1] * flip, root[middle::-1] * flip, jaw) * flip
    left[:, 0] = (left[:, 0] + right[:, 0]) / 2
    both: Points = np.concatenate([right[:, :0:-1], left], axis=1)
    return both.reshape(-1, 3)


def arch_faces(*, jaw: str) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.bool_]]:
    """Return quads (630, 4), texture coordinates (710, 2) and which quads are gum (630,).

    Examples
    --------
    >>> quads, uv, gum = arch_faces(jaw="upper")
    >>> quads.shape, uv.shape, int(gum.sum())
    ((630, 4), (710, 2), 280)
    """
    grid = np.arange(N_VERTICES, dtype=np.int32).reshape(_N_ROWS, _N_COLUMNS)
    quads = np.stack([grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:], grid[:-1, :-1]], axis=-1)
    row = np.repeat(np.arange(_N_ROWS - 1), _N_COLUMNS - 1)
    quads = quads.reshape(-1, 4)
    if jaw == "lower":
        quads = np.ascontiguousarray(quads[:, ::-1])
    across, along = np.meshgrid(np.linspace(0, 1, _N_COLUMNS), np.linspace(1, 0, _N_ROWS))
    uv = np.stack([across.ravel(), along.ravel()], axis=1).astype(np.float32)
    return quads, uv, (row < _FIRST_TOOTH_ROW) | (row >= _LAST_TOOTH_ROW)


def arch_mirror() -> NDArray[np.int64]:
    """Return the mirror map of one arch, (710,).

    Examples
    --------
    >>> int(arch_mirror()[0])
    70
    """
    grid = np.arange(N_VERTICES, dtype=np.int64).reshape(_N_ROWS, _N_COLUMNS)
    return grid[:, ::-1].ravel()


def _half_arch(edge: Points, root: Points, jaw: str) -> Points:
    """Left half as rows (10, 36, 3), columns from the middle to the back."""
    arch = _UPPER if jaw == "upper" else _LOWER
    edge, root = _smooth(edge), _smooth(root)
    way = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1)))
    size = arch.length * way[-1] / sum(arch.widths)
    bounds = size * np.append(0.0, np.cumsum(arch.widths))
    tooth = np.append(np.repeat(np.arange(_N_TEETH), len(_ACROSS)), _N_TEETH - 1)
    share = np.append(np.tile(_ACROSS, _N_TEETH), 1.0)
    place = bounds[tooth] + share * np.diff(bounds)[tooth]

    foot = np.stack([np.interp(place, way, edge[:, axis]) for axis in range(3)], axis=1)
    top = np.stack([np.interp(place, way, root[:, axis]) for axis in range(3)], axis=1)
    # Lips that just part show 2 to 3 mm of the upper incisors (Vig Brundo 1978 J Prosthet Dent).
    foot[:, 1] -= _LOWERED * size
    top[:, 1] -= _LOWERED * size
    height = np.linalg.norm(top - foot, axis=1)
    up = (top - foot) / height[:, None]
    along = np.gradient(foot, place, axis=0)
    along[0] = [1.0, 0.0, 0.0]
    out = np.cross(along, up) if jaw == "upper" else np.cross(up, along)
    out /= np.linalg.norm(out, axis=1, keepdims=True)

    def sized(values: tuple[float, ...]) -> NDArray[np.float64]:
        return np.asarray(size * np.array(values)[tooth])

    seam = np.clip(1 - np.minimum(share, 1 - share) / 0.12, 0, 1)  # 1 between two teeth
    round_off = (2 * share - 1) ** 2
    crown, thick, biting = sized(arch.heights), sized(arch.depths), sized(arch.edges)
    low = sized(arch.short) + size * (0.9 * seam + 0.15 * round_off)
    papilla = crown - size * 2.2 * round_off
    profile = [  # height above the bite line, distance outwards
        (np.maximum(height, crown + 2), 0.0),
        (crown + 2.0 * size, 0.3 + 0.2 * (1 - round_off)),
        (papilla + 0.3 * size, 0.25 - 0.2 * seam),
        (papilla - 0.2 * size, -0.15 - 0.5 * seam),
        (0.5 * crown, 0.35 - 0.5 * round_off - 0.7 * seam),
        (low + 0.1 * crown, -0.2 - 0.5 * round_off - 0.7 * seam),
        (low, -0.6 - 0.5 * round_off - 0.5 * seam),
        (low + 0.05 * crown, -0.6 - biting / size),
        (0.75 * crown, -0.85 * thick / size),
        (crown + 2.5 * size, -thick / size),
    ]
    rows = [
        foot
        + up * np.broadcast_to(h, share.shape)[:, None]
        + out * (size * (d - arch.inset) * np.ones_like(share))[:, None]
        for h, d in profile
    ]
    half: Points = np.stack(rows)
    return half


def _smooth(line: Points) -> Points:
    # Corner cutting (Chaikin) with the ends kept: a smooth arch from nine guide points.
    for _ in range(3):
        near, far = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
        inner = np.stack([near, far], axis=1).reshape(-1, 3)
        line = np.concatenate([line[:1], inner[1:-1], line[-1:]])
    return line
