"""The compiled recursion of the muscles, sample by sample."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["follow"]

Floats = NDArray[np.float64]

# A force below this is none: it ends, and does not creep through ever smaller numbers.
_NONE = 1e-9


@njit(cache=True, nogil=True, error_model="numpy")
def follow(
    queue: Floats,
    late: Floats,
    rise: Floats,
    fall: Floats,
    gain: Floats,
    variation: Floats,
    tiring: Floats,
    frequency: Floats,
    phase: Floats,
    count: int,
    rate: float,
    noise: float,
    fresh_tremor: float,
    tired_tremor: float,
    most: float,
    effort: float,
    recovery: float,
    excited: Floats,
    force: Floats,
    fresh: Floats,
    out: Floats,
) -> None:
    """Turn drive into activation.

    Parameters
    ----------
    queue : (delay + time, channel) [1]
        Drive, with that of the past before it. A channel is a muscle on one side.
    late : (channel,) [1]
        Delay in samples; may lie between two.
    rise, fall : (channel,) [1]
        Share of the way that each of the two lags goes in a sample.
    gain, variation : (channel,) [1]
    tiring : (channel,) [1/s]
    frequency, phase : (channel, 2, sine) [1/s, rad]
    count : int
        Samples before.
    rate : float [1/s]
    noise, fresh_tremor, tired_tremor : float [1]
    most : float [1]
        Share of the force that fatigue takes in the end.
    effort : float [1]
        Power of the force with which fatigue grows.
    recovery : float [s]
    excited, force, fresh : (channel,) [1]
        State, changed in place.
    out : (time, channel) [1]
    """
    past = len(queue) - len(out)
    sines = frequency.shape[2]
    unit = np.sqrt(2.0 / sines)
    for i in range(len(out)):
        turn = 2.0 * np.pi * (count + i) / rate
        for k in range(out.shape[1]):
            whole = int(np.floor(late[k]))
            share = late[k] - whole
            at = past + i - whole
            drive = (1.0 - share) * queue[at, k] + share * queue[at - 1, k]
            x, f = excited[k], force[k]
            x += (rise[k] if drive > x else fall[k]) * (drive - x)
            f += (rise[k] if x > f else fall[k]) * (x - f)
            if x < _NONE and drive == 0.0:
                x = 0.0
            if f < _NONE and x == 0.0:
                f = 0.0
            excited[k], force[k] = x, f
            rested = fresh[k]
            if f == 0.0 and rested == 1.0:
                out[i, k] = 0.0
                continue
            worn = tiring[k] * f**effort * (rested - 1.0 + most)
            rested = min(1.0, rested + ((1.0 - f) * (1.0 - rested) / recovery - worn) / rate)
            fresh[k] = rested
            tired = (1.0 - rested) / most
            value = f * rested * gain[k]
            if value > 0.0 and noise > 0.0:
                wander, tremble = 0.0, 0.0
                for s in range(sines):
                    wander += np.sin(turn * frequency[k, 0, s] + phase[k, 0, s])
                    tremble += np.sin(turn * frequency[k, 1, s] + phase[k, 1, s])
                tremor = fresh_tremor + (tired_tremor - fresh_tremor) * tired
                value *= 1.0 + noise * unit * (variation[k] * wander + tremor * tremble)
            out[i, k] = min(max(value, 0.0), 1.0)
