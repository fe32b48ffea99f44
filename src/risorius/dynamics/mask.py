"""The stiff mask of Parkinson's disease: smaller, slower, with fewer and incomplete blinks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.dynamics.weakness import fact

__all__ = ["Blink", "blinks", "masked", "masked_jaw", "slowed"]

Floats = NDArray[np.float64]
Blink = tuple[int, int]
"""First and last frame in which the lids are on their way."""

LID = "orbicularis_oculi.pretarsalis"
REST = 0.05  # below this share of a closing the lid counts as open
MOVED = ("skin", "lid", "jaw", "tongue")
GOLDEN = 0.6180339887498949


def masked(time: Floats, drive: Floats, degree: float, emotional: Floats) -> Floats:
    """Return the drive (time, channel, side) of a masked face.

    Parameters
    ----------
    time : (time,) [s]
    drive : (time, channel, side) [1]
    degree : float [1]
    emotional : (time,) [1]
        Share of the drive that comes out of feeling; it loses more than posed movement does.
    """
    if degree == 0:
        return drive
    atlas = load_atlas()
    lid = atlas.channel_ids.index(LID)
    stiff = np.array([channel.moves in MOVED for channel in atlas.channels])
    smaller = drive.copy()
    kept, lost = blinks(time, drive[:, lid], degree)
    smaller[:, stiff] *= _amplitude(degree, emotional)[:, None, None]
    # Eyes that are shut stay shut: only the blink is small.
    smaller[:, lid] = drive[:, lid]
    for first, last in kept:
        loss = degree * fact("parkinson.blink.amplitude_loss").value
        smaller[first : last + 1, lid] *= 1.0 - loss
    for first, last in lost:
        smaller[first : last + 1, lid] = np.minimum(smaller[first : last + 1, lid], REST)
    constant = np.zeros((len(atlas.channels), 1))
    constant[stiff] = degree * fact("parkinson.slowing.face").value
    constant[[channel.moves == "lid" for channel in atlas.channels]] = (
        degree * fact("parkinson.slowing.lid").value
    )
    return slowed(time, smaller, constant)


def masked_jaw(time: Floats, jaw: Floats, degree: float, emotional: Floats) -> Floats:
    """Return the movement (time, 3) of a masked jaw that a clip gives by itself."""
    if degree == 0:
        return jaw
    smaller = jaw * _amplitude(degree, emotional)[:, None]
    return slowed(time, smaller, np.full(3, degree * fact("parkinson.slowing.face").value))


def blinks(time: Floats, lids: Floats, degree: float) -> tuple[list[Blink], list[Blink]]:
    """Return the blinks of a clip that stay and those that the mask takes away.

    A blink is a short closing of either eye that begins and ends within the clip. Which ones go
    is spread evenly and known beforehand, and what goes at one degree goes at every higher one.

    Parameters
    ----------
    time : (time,) [s]
    lids : (time, side) [1]
        Activation that shuts the eye; what was not observed counts as open.
    degree : float [1]

    Returns
    -------
    kept, lost : lists of (first frame, last frame)

    Examples
    --------
    >>> time = np.arange(0, 4, 0.05)
    >>> lids = np.repeat((time % 1.0 < 0.2)[:, None], 2, axis=1) * 1.0
    >>> kept, lost = blinks(time, np.roll(lids, 4, axis=0), 1.0)
    >>> len(kept), len(lost)
    (2, 2)
    """
    shut = np.nan_to_num(lids).max(axis=1) > REST
    edges = np.flatnonzero(np.diff(shut.astype(np.int8)))
    if shut[0]:
        edges = edges[1:]
    spans = [(int(a) + 1, int(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    longest = fact("parkinson.blink.longest").value
    found = [span for span in spans if time[span[1]] - time[span[0]] <= longest]
    share = degree * fact("parkinson.blink.lost").value
    kept: list[Blink] = []
    lost: list[Blink] = []
    for number, span in enumerate(found):
        gone = (0.5 + number * GOLDEN) % 1.0 < share
        (lost if gone else kept).append(span)
    return kept, lost


def slowed(time: Floats, curves: Floats, constant: Floats) -> Floats:
    """Return curves (time, ...) that follow with a time constant [s] of shape (...).

    Each moves from where it is towards the drive; what was not observed stays so, and the curve
    goes on from its last known place.

    Examples
    --------
    >>> slowed(np.array([0.0, 0.1]), np.array([[0.0], [1.0]]), np.array([0.1])).round(2).tolist()
    [[0.0], [0.63]]
    """
    result = curves.copy()
    held = np.full(curves.shape[1:], np.nan)
    since = np.full(curves.shape[1:], time[0])
    lag = np.broadcast_to(constant, curves.shape[1:])
    for frame, moment in enumerate(time):
        given = curves[frame]
        seen = ~np.isnan(given)
        with np.errstate(divide="ignore", invalid="ignore"):
            stay = np.where(lag > 0, np.exp(-(moment - since) / lag), 0.0)
        follows = np.where(np.isnan(held), given, given + stay * (held - given))
        result[frame] = np.where(seen, np.where(lag > 0, follows, given), np.nan)
        held = np.where(seen, result[frame], held)
        since = np.where(seen, moment, since)
    return result


def _amplitude(degree: float, emotional: Floats) -> Floats:
    posed, felt = (fact(f"parkinson.{kind}_loss").value for kind in ("posed", "emotional"))
    return 1.0 - degree * ((1.0 - emotional) * posed + emotional * felt)
