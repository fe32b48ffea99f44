"""Take the jitter out of points as they come, when the future is not known.

The One Euro filter (Casiez, Roussel and Vogel 2012, doi:10.1145/2207676.2208639): a low pass whose
cut-off rises with speed, so that a still face does not tremble and a blink is not late. Recordings
have :mod:`risorius.read.smooth`, which knows the future and does not lag at all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Steady"]

# Design figures, chosen on a filmed performance: the noise at rest against the delay of a movement.
_REST_HZ = 4.0
# Rise of the cut-off with speed [Hz per face width a second].
_RISE_HZ = 150.0
_SPEED_HZ = 3.0


class Steady:
    """Steadies one face's points, frame by frame.

    Examples
    --------
    >>> steady, rng = Steady(), np.random.default_rng(0)
    >>> ahead = np.tile(np.array([[0.0, 0, 0], [100, 0, 0]], np.float32), (60, 1, 1))
    >>> rough = ahead + rng.normal(0, 0.1, ahead.shape).astype(np.float32)
    >>> calm = np.array([steady(k / 30, points) for k, points in enumerate(rough)])
    >>> bool(calm[20:].std(axis=0).mean() < 0.8 * rough[20:].std(axis=0).mean())
    True
    """

    def __init__(self) -> None:
        self._time = 0.0
        self._points: NDArray[np.float32] | None = None
        self._speed: NDArray[np.float32] | None = None

    def __call__(self, time: float, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the steadied points of the next frame.

        Parameters
        ----------
        time : float [s]
            Later than the last.
        points : (point, 3) [px]

        Returns
        -------
        points : (point, 3) [px]
        """
        if self._points is None or self._speed is None:
            calm, speed = points, np.zeros_like(points)
        else:
            step = time - self._time
            wide = max(float(np.ptp(points[:, 0])), 1.0)
            speed = self._speed + _share(_SPEED_HZ, step) * (
                (points - self._points) / (wide * step) - self._speed
            )
            fast = np.linalg.norm(speed[:, :2], axis=1, keepdims=True)
            share = _share(_REST_HZ + _RISE_HZ * fast, step)
            calm = (self._points + share * (points - self._points)).astype(np.float32)
        self._time, self._points, self._speed = time, calm, speed
        return calm

    def forget(self) -> None:
        """Start anew with the next frame."""
        self._points = self._speed = None


def _share(cutoff: float | NDArray[np.float32], step: float) -> NDArray[np.float32]:
    """Return how much of a new value a low pass takes."""
    turn = 2 * np.pi * np.asarray(cutoff, np.float32) * np.float32(step)
    return np.asarray(turn / (turn + 1), np.float32)
