"""What a turning head seems to do to the face: learnt from the video itself and taken away.

A tracker's mesh changes its shape a little when the head turns, by a millimetre at 15 degrees, and
in each face differently. What goes with the pose of the head throughout a video is this drift; what
comes and goes at any pose is expression. Bayesian regression weighs the two for every point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risorius.read.camera import turn_terms

__all__ = ["learn_drift"]

Floats = NDArray[np.float64]

# Spread of the drift over faces, after the mean drift was taken away: per rad and per rad^2 [mm].
_SPREAD = np.array([3.0] * 3 + [6.0] * 6)

# An expression lasts about so long; frames within it say the same about the drift [s].
_MEMORY = 0.2

_ERROR_MM = 0.2

_BLOCK = 64  # points that are looked at together


def learn_drift(
    points: NDArray[np.floating],
    neutral: Floats,
    angles: Floats,
    rest: Floats,
    rate: float,
) -> tuple[Floats, Floats]:
    """Return the change of each point that goes with the pose, for every frame.

    Parameters
    ----------
    points : (time, point, axis) [mm]
        De-posed.
    neutral : (point, axis) [mm]
    angles : (time, 3) [rad]
        Of the head.
    rest : (3,) [rad]
        Of the head in the neutral frames, where the drift is zero.
    rate : float [1/s]

    Returns
    -------
    terms, drift : (time, term), (term, point, axis) [mm]
        Their product is to be taken away.
    """
    terms = turn_terms(angles) - turn_terms(rest)
    design = np.concatenate([terms, np.ones((len(terms), 1))], axis=1)
    gram = design.T @ design
    found = np.empty((terms.shape[1], *points.shape[1:]))
    for start in range(0, points.shape[1], _BLOCK):
        block = points[:, start : start + _BLOCK] - neutral[start : start + _BLOCK]
        flat = block.reshape(len(block), -1)
        # What a point does anyway, by its own movement about its middle.
        middle = np.median(flat, axis=0)
        noise = (1.5 * np.median(np.abs(flat - middle), axis=0)) ** 2 + flat.var(axis=0)
        noise = (noise + _ERROR_MM**2) * max(1.0, _MEMORY * rate)
        systems = gram / noise[:, None, None] + np.diag(np.append(_SPREAD**-2, 1e-6))
        known = (design.T @ flat / noise).T[..., None]
        solved = np.linalg.solve(systems, known)[:, :-1, 0].T
        found[:, start : start + _BLOCK] = solved.reshape(-1, *block.shape[1:])
    return terms, found
