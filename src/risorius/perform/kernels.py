"""The compiled inner loops: envelopes of strokes, noise of waves, and how they come together."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["draw_strokes", "draw_tracks", "draw_waves", "envelope"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SMOOTH, _BLINK, _SACCADE = 0, 1, 2
_OVER, _MOST = 3, 2
# Moments that differ by less than this are the same moment.
_SAME = 1e-9


@njit(cache=True, nogil=True, error_model="numpy")
def _coming(profile: int, u: float) -> float:
    """Return how far a stroke has come after a share 0..1 of its rise."""
    if profile <= _BLINK:
        return u * u * u * (10.0 + u * (6.0 * u - 15.0))
    if profile == _SACCADE:
        # The bell 6 u (1 - u) (0.3 + 1.4 (1 - u)): its peak comes at 0.37 of the way and is 1.65
        # times its mean, as published for saccades.
        return u * u * (5.1 + u * (2.1 * u - 6.2))
    return 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _going(profile: int, u: float) -> float:
    """Return what is left of a stroke after a share 0..1 of its fall."""
    if profile == _BLINK:
        # The bell 20 u (1 - u)^3: fastest after a quarter of the time, then a slow tail.
        v = 1.0 - u
        return v * v * v * v * (1.0 + 4.0 * u)
    return 1.0 - _coming(profile, u)


@njit(cache=True, nogil=True, error_model="numpy")
def envelope(profile: int, rise: float, hold: float, fall: float, since: float) -> float:
    """Return the weight 0..1 of a stroke `since` seconds after its start.

    Examples
    --------
    >>> envelope(0, 0.2, 0.1, 0.4, 0.1), envelope(0, 0.2, 0.1, 0.4, 0.25)
    (0.5, 1.0)
    """
    if since < -_SAME:
        return 0.0
    if since < rise - _SAME:
        return _coming(profile, since / rise)
    if since <= rise + hold + _SAME:
        return 1.0
    if since < rise + hold + fall - _SAME:
        return _going(profile, (since - rise - hold) / fall)
    return 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def draw_strokes(
    out: Floats,
    moments: Floats,
    mode: int,
    spans: Floats,
    profiles: Ints,
    first: Ints,
    targets: Ints,
    amounts: Floats,
) -> None:
    """Draw the strokes of one mode, in their order.

    Parameters
    ----------
    out : (time, target)
        Drawn into.
    moments : (time,) [s]
    mode : int
        A :class:`Mode` other than a track.
    spans : (stroke, 4) [s]
        Start, rise, hold, fall.
    profiles : (stroke,)
    first : (stroke + 1,)
        Where the targets and amounts of each stroke begin.
    targets, amounts : (part,)
    """
    for s in range(len(spans)):
        start, rise, hold, fall = spans[s]
        for i in range(len(moments)):
            weight = envelope(profiles[s], rise, hold, fall, moments[i] - start)
            if weight == 0.0:
                continue
            for part in range(first[s], first[s + 1]):
                old, new = out[i, targets[part]], weight * amounts[part]
                if mode == _OVER:
                    out[i, targets[part]] = old * (1.0 - weight) + new
                elif mode == _MOST:
                    out[i, targets[part]] = max(old, new)
                else:
                    out[i, targets[part]] = old + new


@njit(cache=True, nogil=True, error_model="numpy")
def draw_tracks(
    out: Floats,
    moments: Floats,
    spans: Floats,
    profiles: Ints,
    first: Ints,
    slots: Ints,
    amounts: Floats,
    places: Ints,
    muscles: int,
    least: float,
) -> None:
    """Add what each layer holds on each target; what lets a muscle go leaves it some of its drive.

    Parameters
    ----------
    out, moments, spans, profiles, first, amounts
        See :func:`draw_strokes`.
    slots : (part,)
        Which pair of layer and target a part belongs to.
    places : (slot,)
        The target of each pair.
    muscles : int
        How many of the targets, from the first, are muscles.
    least : float [1]
        Share of a muscle's drive that stays.
    """
    held = np.zeros(len(places))
    for i in range(len(moments)):
        held[:] = 0.0
        for s in range(len(spans)):
            start, rise, hold, fall = spans[s]
            weight = envelope(profiles[s], rise, hold, fall, moments[i] - start)
            for part in range(first[s], first[s + 1]):
                held[slots[part]] = held[slots[part]] * (1.0 - weight) + weight * amounts[part]
        for slot in range(len(places)):
            if held[slot] >= 0.0 or places[slot] >= muscles:
                out[i, places[slot]] += held[slot]
        for slot in range(len(places)):
            if held[slot] < 0.0 and places[slot] < muscles:
                drive = out[i, places[slot]]
                out[i, places[slot]] = max(drive + held[slot], least * drive)


@njit(cache=True, nogil=True, error_model="numpy")
def _hashed(seed: np.uint64, place: np.int64) -> float:
    """Return a number in -1..1 that seems random (SplitMix64, Steele 2014 OOPSLA)."""
    z = seed + np.uint64(place) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (2.0 / 9007199254740992.0) - 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def draw_waves(
    out: Floats,
    moments: Floats,
    seeds: NDArray[np.uint64],
    cells: Floats,
    gains: Floats,
    first: Ints,
    targets: Ints,
    amounts: Floats,
) -> None:
    """Add octaves of noise.

    Parameters
    ----------
    out : (time, target)
    moments : (time,) [s]
    seeds : (octave,)
    cells : (octave,) [1/s]
        Cells of the lattice per second.
    gains : (octave,)
    first : (octave + 1,)
        Where the targets and amounts of each octave begin.
    targets, amounts : (part,)
    """
    for octave in range(len(seeds)):
        seed = seeds[octave]
        shift = _hashed(seed, np.int64(-1)) + 1.0
        for i in range(len(moments)):
            x = moments[i] * cells[octave] + shift
            cell = np.int64(np.floor(x))
            u = x - cell
            w = _coming(_SMOOTH, u)
            # Differences of neighbours: what one cell adds the next takes away.
            old, here, new = _hashed(seed, cell - 1), _hashed(seed, cell), _hashed(seed, cell + 1)
            value = (here - old) * (1.0 - w) + (new - here) * w
            for part in range(first[octave], first[octave + 1]):
                out[i, targets[part]] += value * gains[octave] * amounts[part]
