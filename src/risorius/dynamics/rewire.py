"""Synkinesis: a part of one muscle's drive reaches another one as well."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import SIDES
from risorius.dynamics.lesion import Lesion, Synkinesis, lesion_table
from risorius.dynamics.weakness import fact

__all__ = ["crossed", "delayed", "wiring"]

Floats = NDArray[np.float64]


def wiring(lesions: Iterable[Lesion]) -> Floats:
    """Return the cross-wiring, (side, to, from) [1]: what part of a drive reaches whom besides.

    Examples
    --------
    >>> from risorius.dynamics import parse_lesion
    >>> channels = load_atlas().channel_ids
    >>> matrix = wiring([parse_lesion("synkinesis.mouth_to_eye.left=0.5")])
    >>> eye, mouth = map(channels.index, ("orbicularis_oculi.pretarsalis", "zygomaticus_major"))
    >>> matrix[:, eye, mouth].round(2).tolist()
    [0.2, 0.0]
    """
    channels = load_atlas().channel_ids
    patterns = lesion_table()["facts"]["synkinesis"]["patterns"]
    straight = np.ones((2, len(channels), len(channels)))
    for lesion in lesions:
        if not isinstance(lesion, Synkinesis):
            continue
        sides = [SIDES.index(lesion.side)] if lesion.side else [0, 1]
        for name, row in patterns.items():
            if not isinstance(row, dict) or lesion.pattern not in ("", name):
                continue
            for target in row["to"]:
                amount = fact(f"synkinesis.patterns.{name}.to.{target}").value
                for origin in row["from"]:
                    place = (sides, channels.index(target), channels.index(origin))
                    straight[place] *= 1.0 - lesion.degree * amount
    return 1.0 - straight


def crossed(time: Floats, drive: Floats, matrix: Floats) -> Floats:
    """Return drive (time, channel, side) with what cross-wiring adds.

    Of several channels that bring one along the strongest counts, so that a smile by three muscles
    narrows the eye no more than the strongest of them does. Where such a drive was not observed
    the additional one is not known either.
    """
    result = drive.copy()
    if not matrix.any():
        return result
    late = delayed(time, drive, fact("synkinesis.delay").value)
    for side in range(2):
        for target in np.flatnonzero(matrix[side].any(axis=1)):
            origins = np.flatnonzero(matrix[side, target])
            extra = (late[:, origins, side] * matrix[side, target, origins]).max(axis=1)
            result[:, target, side] = np.minimum(1.0, result[:, target, side] + extra)
    return result


def delayed(time: Floats, curves: Floats, delay: float) -> Floats:
    """Return curves (time, ...) as they were `delay` seconds before.

    Before its first moment a curve is taken to be where it starts. A moment beside one that was
    not observed is not observed, as when a clip is resampled.
    """
    moment = np.maximum(time - delay, time[0])
    after = np.clip(np.searchsorted(time, moment, side="right"), 1, max(len(time) - 1, 1))
    before, after = after - 1, np.minimum(after, len(time) - 1)
    span = time[after] - time[before]
    share = np.where(span > 0, (moment - time[before]) / np.where(span > 0, span, 1.0), 0.0)
    weight = np.clip(share, 0.0, 1.0).reshape(-1, *[1] * (curves.ndim - 1))
    late: Floats = (1.0 - weight) * curves[before] + weight * curves[after]
    # A moment that is met exactly must not inherit the gap beside it.
    late = np.where(weight == 0, curves[before], late)
    return np.where(weight == 1, curves[after], late)
