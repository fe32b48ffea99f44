"""The tracker's blendshape scores as weak extra evidence for muscles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.read.basis import Basis
from risorius.read.model import BLENDSHAPES

__all__ = ["Scores", "antagonist_channels", "score_effort", "score_map", "synergists"]

Floats = NDArray[np.float64]

# Scores that hardly ever answer, by measurement on real faces, and those of the eyes, which are
# read from the points.
_DEAD = (
    "_neutral",
    "cheekPuff",
    "cheekSquint",
    "noseSneer",
    "jawForward",
    "jawLeft",
    "jawRight",
    "mouthFrown",
    "mouthLeft",
    "mouthRight",
    "mouthClose",
    "eye",
)

# A score is off by this much even when the muscle is known: it is learnt from other people's faces
# and leaks to neighbours and to the other side.
_ERROR = 0.35

_TOGETHER = 0.4  # least weight in an action unit that ties a muscle to the others

_EFFORT = (
    "mouthSmile",
    "jawOpen",
    "mouthUpperUp",
    "mouthLowerDown",
    "mouthFunnel",
    "mouthPucker",
    "mouthStretch",
    "mouthRoll",
    "mouthPress",
    "browInnerUp",
    "browOuterUp",
    "eyeWide",
)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The scores in use and what each unknown of the solve adds to them.

    Attributes
    ----------
    used : (score,) int
        Positions in the tracker's list.
    effect : (score, column) [1]
        Over the standard error.
    """

    used: NDArray[np.intp]
    effect: Floats

    def read(self, scores: NDArray[np.float32], rest: Floats) -> Floats:
        """Return scores over those at rest, in standard errors, (time, score)."""
        own = rest[self.used]
        change = np.nan_to_num(scores[:, self.used].astype(float)) - own
        # Full effort makes a score 1 and full effort against it 0, wherever the person rests.
        room = np.where(change > 0, 1 - own, own)
        return np.asarray(change / np.maximum(room, 0.3) / _ERROR)


def score_map(basis: Basis) -> Scores:
    """Return the linear map from muscles to scores, by the atlas."""
    atlas = load_atlas()
    place = {column: index for index, column in enumerate(basis.columns)}
    used, rows = [], []
    for index, name in enumerate(BLENDSHAPES):
        if name.startswith(_DEAD):
            continue
        row = np.zeros(len(basis.columns))
        for drive in atlas.arkit_shape(name).drive:
            if (column := place.get((drive.channel, drive.side))) is not None:
                row[column] = drive.weight
        if name == "jawOpen":
            row[:] = 0.0
            row[place["jaw", "open"]] = 1.0
        if row.any():
            used.append(index)
            # Several muscles share a shape, left and right of a midline shape too: all of them at
            # full strength make it 1.
            rows.append(row / row.sum() / _ERROR)
    return Scores(np.array(used, np.intp), np.array(rows).reshape(len(used), len(basis.columns)))


def score_effort(scores: NDArray[np.float32]) -> Floats:
    """Return how much expression the scores show, (time,) [1]; resting faces show little."""
    used = [index for index, name in enumerate(BLENDSHAPES) if name.startswith(_EFFORT)]
    return np.asarray(np.nan_to_num(scores[:, used].astype(float)).sum(axis=1))


def antagonist_channels() -> Mapping[str, tuple[str, ...]]:
    """Return for every channel the channels that pull against it, by the atlas."""
    atlas = load_atlas()
    channels_of = {muscle.id: muscle.channels for muscle in atlas.muscles}
    return {
        channel: tuple(
            other for name in muscle.antagonists for other in channels_of.get(name, (name,))
        )
        for muscle in atlas.muscles
        for channel in muscle.channels
    }


def synergists(basis: Basis) -> Floats:
    """Return how strongly muscles go together, by the atlas, (column, column) [1].

    Muscles that do most of the work of one action unit together lie under the same patch of skin;
    what a camera cannot tell apart is shared among them.
    """
    place = {column: index for index, column in enumerate(basis.columns)}
    together = np.zeros((len(place), len(place)))
    for unit in load_atlas().action_units:
        if unit.retired or unit.behaviour:
            continue
        for one in unit.drive:
            for other in unit.drive:
                i, j = place.get((one.channel, one.side)), place.get((other.channel, other.side))
                if one.side == other.side and i is not None and j is not None and i != j:
                    shared = min(one.weight, other.weight)
                    together[i, j] = max(together[i, j], shared if shared >= _TOGETHER else 0.0)
    return together
