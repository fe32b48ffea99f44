"""The globe of the eye: a sphere with a raised cornea whose pole looks forward.

The mesh is ours, so that pupil, iris and limbus are clean rings at their anatomical size in every
head, while centre and radius of the globe follow the identity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "EYE_MATERIALS",
    "IRIS_RADIUS",
    "N_VERTICES",
    "PUPIL_RADIUS",
    "globe_faces",
    "globe_height",
    "globe_radius",
    "globe_vertices",
]

N_SECTORS = 32
IRIS_RADIUS = 5.85
"""Half the visible width of the iris [mm]."""
PUPIL_RADIUS = 2.0
"""Pupil in room light [mm]."""
GLOBE_GROWTH = ((1.0, 10.2), (3.0, 11.1), (6.0, 11.5), (13.0, 12.0))
"""Radius [mm] at age [years]: axial length 20.6, 22.3, 22.8, then 24 mm; a design table after
Larsen 1971."""
CORNEA_RISE = 1.1
"""How far the middle of the cornea stands out of the sphere [mm]."""
EYE_MATERIALS = ("sclera", "iris", "pupil")

_PUPIL_RINGS = (0.5, 1.0)
_IRIS_RINGS = (0.34, 0.67, 1.0)
_SCLERA_RINGS = (0.03, 0.09, 0.18, 0.29, 0.42, 0.56, 0.70, 0.85)
N_VERTICES = 2 + N_SECTORS * (len(_PUPIL_RINGS) + len(_IRIS_RINGS) + len(_SCLERA_RINGS))
"""Of one globe."""
_UV_PUPIL, _UV_IRIS, _UV_BACK = 0.08, 0.2, 0.48


def globe_radius(age_years: float) -> float:
    """Return the radius of the globe [mm], half the axial length less the cornea's rise.

    Examples
    --------
    >>> globe_radius(1), globe_radius(30)
    (10.2, 12.0)
    """
    ages, radii = np.array(GLOBE_GROWTH).T
    return float(np.interp(age_years, ages, radii))


def globe_vertices(
    centre: NDArray[np.float64],
    radius: float,
    *,
    side: str,
    iris: float = IRIS_RADIUS,
    pupil: float = PUPIL_RADIUS,
) -> NDArray[np.float64]:
    """Return the globe's vertices: the front pole, rings of 32 from pupil to back, the back pole.

    Parameters
    ----------
    centre : (3,) [mm]
    radius : float [mm]
        Of the scleral sphere.
    side : {"left", "right"}
        The right eye is the exact mirror of the left.
    iris, pupil : float [mm]
        Radii of the rings seen from the front.

    Returns
    -------
    vertices : (418, 3) [mm]

    Examples
    --------
    >>> eye = globe_vertices(np.zeros(3), 12.0, side="left")
    >>> eye.shape, float(eye[0, 2]).__round__(1)
    ((418, 3), 13.1)
    """
    limbus = np.arcsin(min(iris / radius, 0.9))
    angle = np.concatenate(
        [
            np.arcsin(pupil / radius * np.array(_PUPIL_RINGS)),
            np.arcsin(np.minimum((pupil + (iris - pupil) * np.array(_IRIS_RINGS)) / radius, 0.9)),
            limbus + (np.pi - limbus) * np.array(_SCLERA_RINGS),
        ]
    )
    turn = _turns()
    across = radius * np.sin(angle)
    front = globe_height(across, radius, iris=iris)
    forward = np.where(angle < np.pi / 2, front, radius * np.cos(angle))
    sideways = 1.0 if side == "left" else -1.0
    rings = np.stack(
        [
            across[:, None] * np.cos(turn) * sideways,
            across[:, None] * np.sin(turn),
            np.broadcast_to(forward[:, None], (len(angle), N_SECTORS)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    poles = np.array([[0.0, 0.0, radius + CORNEA_RISE], [0.0, 0.0, -radius]])
    return np.concatenate([poles[:1], rings, poles[1:]]) + centre


def globe_height(
    aside: NDArray[np.float64], radius: float, *, iris: float = IRIS_RADIUS
) -> NDArray[np.float64]:
    """Return how far the front of the globe lies before its centre, `aside` of its axis [mm].

    Examples
    --------
    >>> globe_height(np.array([0.0, 12.0]), 12.0).round(1).tolist()
    [13.1, 0.0]
    """
    sphere = np.sqrt(np.maximum(radius**2 - aside**2, 0.0))
    # The cornea's bulge fades with the square of the distance from its middle and ends at the
    # limbus.
    return sphere + CORNEA_RISE * np.maximum(1 - (aside / iris) ** 2, 0.0)


def globe_faces(*, side: str) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.uint8]]:
    """Return quads (n, 4), texture coordinates per vertex (418, 2) and material per quad (n,).

    Examples
    --------
    >>> quads, uv, material = globe_faces(side="left")
    >>> quads.shape, uv.shape, np.bincount(material).tolist()
    ((416, 4), (418, 2), [272, 96, 48])
    """
    n_rings = len(_PUPIL_RINGS) + len(_IRIS_RINGS) + len(_SCLERA_RINGS)
    ring = 1 + np.arange(n_rings * N_SECTORS).reshape(n_rings, N_SECTORS)
    inner, outer = ring[:-1], ring[1:]
    bands = np.stack(
        [inner, outer, np.roll(outer, -1, axis=1), np.roll(inner, -1, axis=1)], axis=-1
    )
    first = np.arange(0, N_SECTORS, 2)
    last, back = ring[-1], 1 + n_rings * N_SECTORS
    # A quad over two sectors at each pole: the whole mesh stays one of quads.
    front_cap = np.stack(
        [
            np.zeros_like(first),
            ring[0][first],
            ring[0][first + 1],
            ring[0][(first + 2) % N_SECTORS],
        ],
        axis=1,
    )
    back_cap = np.stack(
        [np.full_like(first, back), last[(first + 2) % N_SECTORS], last[first + 1], last[first]],
        axis=1,
    )
    quads = np.concatenate([front_cap, bands.reshape(-1, 4), back_cap]).astype(np.int32)
    if side == "right":
        quads = quads[:, [0, 3, 2, 1]]
    pupil_bands, iris_bands = len(_PUPIL_RINGS) - 1, len(_IRIS_RINGS)
    material = np.zeros(len(quads), np.uint8)
    end_pupil = len(front_cap) + pupil_bands * N_SECTORS
    material[:end_pupil] = EYE_MATERIALS.index("pupil")
    material[end_pupil : end_pupil + iris_bands * N_SECTORS] = EYE_MATERIALS.index("iris")
    return np.ascontiguousarray(quads), _globe_uv(side), material


def _turns() -> NDArray[np.float64]:
    return 2 * np.pi * (np.arange(N_SECTORS) + 0.5) / N_SECTORS


def _globe_uv(side: str) -> NDArray[np.float32]:
    radius = np.concatenate(
        [
            _UV_PUPIL * np.array(_PUPIL_RINGS),
            _UV_PUPIL + (_UV_IRIS - _UV_PUPIL) * np.array(_IRIS_RINGS),
            _UV_IRIS + (_UV_BACK - _UV_IRIS) * np.array(_SCLERA_RINGS),
        ]
    )
    turn = _turns()
    sideways = 1.0 if side == "left" else -1.0
    ring = np.stack(
        [radius[:, None] * np.cos(turn) * sideways, radius[:, None] * np.sin(turn)], axis=-1
    )
    uv = np.concatenate([[[0.0, 0.0]], ring.reshape(-1, 2), [[_UV_BACK + 0.01, 0.0]]]) + 0.5
    return uv.astype(np.float32)
