"""From landmark change to muscles: bounded least squares through the face's own basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risorius.read.basis import LID_CHANNELS, Basis
from risorius.read.camera import Poses
from risorius.read.points import IRIS, IRIS_RIM, LOWER_LID, OVAL, UPPER_LID

__all__ = ["Evidence", "identifiability", "point_weights", "prepare", "solve"]

Floats = NDArray[np.float64]

# Error of the tracker [mm]; neighbouring points err together, so that the 478 points are worth only
# so many independent ones. Design figures, chosen on filmed performances of the rig.
_ERROR_MM = 0.25
_INDEPENDENT_POINTS = 60.0

# Weight of depth against the directions that the picture shows.
_DEPTH = 0.005

# Prior: activation is small and few muscles work at once.
_SPREAD = 0.5
_SPARSE = 2.0
# The cheek that this muscle lifts is lifted much further by the smile beside it: at the full price
# for being at work it would read as 0 in every smile. Chosen on seeds 0 and 2 of the closed loop.
_OUTSHONE = {"orbicularis_oculi.orbitalis": 0.5}
# Rigid movement left over by the pose.
_RIGID_MM = 1.0
# A camera in front hardly sees the chin come forward.
_JAW_SPREAD = {"open": 1.0, "protrude": 0.15, "lateral": 1.0}
# It seldom goes aside, but then it goes far: being aside at all has a price, since an uneven smile
# looks much like a little of it.
_ASIDE = 8.0

# Antagonists seldom pull together; a share of the smaller of their two prices.
_OPPOSED = 2.0

# Muscles of one action unit share what cannot be told apart; a share of the price of activation.
_SHARED = 8.0
# They are partly one cause: so much of each companion's share is taken off their price.
_COMPANY = 0.3

# Half-life of a change in skin muscles [s] that is taken for noise when the points say little.
_HOLD_SECONDS = 0.04
_BLINK_HOLD = 100.0

_AXES = tuple((a, b) for a in range(3) for b in range(a, 3))


def point_weights(rest: Floats) -> Floats:
    """Return the weight of each point, (point,) [1]; they sum to the independent ones.

    Crowded points share their weight; the outline slides with the view, and irises and upper lids
    are read on their own.

    Examples
    --------
    >>> rest = np.random.default_rng(0).normal(size=(478, 3)) * 40
    >>> float(point_weights(rest).sum().round(3))
    60.0
    """
    squares = (rest**2).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * rest @ rest.T, 0))
    near = np.partition(apart, 6, axis=1)[:, :7].sum(axis=1) / 6
    weights = np.clip(near, 1.0, 12.0) ** 2
    weights[OVAL] *= 0.08
    weights[UPPER_LID] *= 0.1
    weights[LOWER_LID] *= 0.5
    weights[IRIS] = weights[IRIS_RIM] = 0.0
    return np.asarray(weights * (_INDEPENDENT_POINTS / weights.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What stays the same over all frames of one person.

    Attributes
    ----------
    basis : Basis
    columns : (2n + r, 3 * point)
        Linear, square and rigid movement of the points, and the wavering of the tracker.
    blocks : (block, 2n + r, 2n + r)
        Weighted products of the columns, by part of the face and pair of axes.
    weights : (point,) [1/mm^2]
    parts : (point,) int
        0 the person's left, 1 the middle, 2 the right.
    scores : (score, column)
        What each muscle adds to each extra score, already weighted.
    ridge : (column,) [1]
        Price of activation squared.
    sparse : (column,) [1]
        Price of activation itself.
    coupled : (column, column) [1]
        Price of antagonists at work together and of synergists at work apart.
    """

    basis: Basis
    columns: Floats
    blocks: Floats
    weights: Floats
    parts: NDArray[np.intp]
    scores: Floats
    ridge: Floats
    sparse: Floats
    coupled: Floats


def prepare(
    basis: Basis,
    *,
    antagonists: Mapping[str, tuple[str, ...]] | None = None,
    scores: Floats | None = None,
    together: Floats | None = None,
) -> Evidence:
    """Build all products that do not depend on the frame.

    Parameters
    ----------
    basis : Basis
        Of the person's size.
    antagonists : mapping of channel to channels, optional
    scores : (score, column) [1], optional
        Linear map from activation to extra scores, divided by their standard errors.
    together : (column, column) [1], optional
        How strongly pairs of muscles go together.

    Returns
    -------
    evidence : Evidence
    """
    n = len(basis.columns)
    weights = point_weights(basis.rest) / _ERROR_MM**2
    centred = basis.rest - basis.rest.mean(axis=0)
    turns = np.stack([np.cross(axis, centred) for axis in np.eye(3)])
    steps = np.broadcast_to(np.eye(3)[:, None], (3, *centred.shape))
    rigid = np.concatenate([turns, steps, centred[None]])
    rigid = rigid / np.sqrt((rigid**2).sum(-1).mean(-1))[:, None, None]
    columns = np.concatenate([basis.linear, basis.square, rigid, basis.wobble])
    parts = np.where(basis.rest[:, 0] > 12, 0, np.where(basis.rest[:, 0] < -12, 2, 1))
    blocks = []
    for part in range(3):
        inside = parts == part
        own = columns[:, inside] * np.sqrt(weights[inside])[:, None]
        for a, b in _AXES:
            block = own[:, :, a] @ own[:, :, b].T
            blocks.append(block if a == b else block + block.T)
    ridge = np.array([_JAW_SPREAD.get(side, _SPREAD) ** -2.0 for _, side in basis.columns])
    price = {"open": 0.0, "protrude": 0.0, "lateral": _ASIDE}
    sparse = np.array([price.get(side, _SPARSE) for _, side in basis.columns])
    sparse *= [_OUTSHONE.get(channel, 1.0) for channel, _ in basis.columns]
    if together is not None:
        company = 1 + _COMPANY * together.sum(axis=1)
        ridge, sparse = ridge / company, sparse / company
    coupled = np.zeros((n, n))
    place = {column: index for index, column in enumerate(basis.columns)}
    for channel, others in (antagonists or {}).items():
        for other in others:
            for side in ("left", "right"):
                i, j = place.get((channel, side)), place.get((other, side))
                if i is not None and j is not None and i != j:
                    coupled[i, j] = coupled[j, i] = _OPPOSED * _SPREAD**-2
    if together is not None:
        shared = _SHARED * _SPREAD**-2 * together
        coupled += np.diag(shared.sum(axis=1)) - shared
    return Evidence(
        basis=basis,
        columns=columns.reshape(len(columns), -1),
        blocks=np.array(blocks),
        weights=weights,
        parts=parts,
        scores=np.zeros((0, n)) if scores is None else scores,
        ridge=ridge,
        sparse=sparse,
        coupled=coupled,
    )


def view(rotation: Floats) -> tuple[Floats, Floats]:
    """Return what a view is worth: a metric per frame and the visibility of the parts of the face.

    Parameters
    ----------
    rotation : (time, axis, axis) [1]

    Returns
    -------
    metric : (time, axis, axis) [1]
        Full across the line of sight, little along it, in the head frame.
    visible : (time, part) [1]
        Of the person's left, middle and right.
    """
    metric = rotation.swapaxes(-1, -2) @ (np.array([1.0, 1.0, _DEPTH])[:, None] * rotation)
    # A cheek faces about 40 degrees to its side; it leaves sight as it turns past the outline.
    yaw = np.arctan2(rotation[:, 0, 2], rotation[:, 2, 2])
    tilt = np.stack([yaw, np.zeros_like(yaw), -yaw], axis=1) + np.radians(40) * np.array([1, 0, 1])
    visible = np.clip((np.cos(tilt) - np.cos(np.radians(88))) / 0.35, 0.02, 1.0)
    visible[:, 1] = np.clip((np.cos(yaw) - np.cos(np.radians(85))) / 0.35, 0.02, 1.0)
    return metric, visible


def _shares(metric: Floats, visible: Floats) -> Floats:
    pairs = np.stack([metric[:, a, b] for a, b in _AXES], axis=1)
    return np.asarray((visible[:, :, None] * pairs[:, None]).reshape(len(metric), -1))


def solve(
    evidence: Evidence,
    change: Floats,
    poses: Poses,
    *,
    rate: float,
    closure: Floats | None = None,
    scores: Floats | None = None,
    passes: int = 2,
    before: Floats | None = None,
) -> Floats:
    """Find the activations that explain the change of the points.

    Parameters
    ----------
    evidence : Evidence
    change : (time, point, axis) [mm]
        De-posed points minus the person's neutral; all finite.
    poses : Poses
        The views that the points were seen from.
    rate : float [1/s]
        Frames per second.
    closure : (time, lid channel, side) [1], optional
        Lids read from their aperture; taken as they are.
    scores : (time, score) [1], optional
        Extra scores minus the person's own at rest, divided by their standard errors.
    passes : int
        The first takes each frame alone, later ones hold to both neighbours in time, so that
        nothing lags.
    before : (column,) [1], optional
        Amounts in the frame before a single new one, whose future is not known yet: it starts
        from them and holds to them alone.

    Returns
    -------
    amounts : (time, column) [1]
    """
    from risorius.read.kernels import solve_frames

    basis, n = evidence.basis, len(evidence.basis.columns)
    metric, visible = view(poses.rotation)
    weighted = (change @ metric) * (visible[:, evidence.parts] * evidence.weights)[..., None]
    pull = weighted.reshape(len(change), -1) @ evidence.columns.T
    extra = evidence.scores.T @ evidence.scores + evidence.coupled
    extra_pull = np.zeros((len(change), n)) if scores is None else scores @ evidence.scores
    low = np.repeat(basis.low[None], len(change), axis=0)
    high = np.repeat(basis.high[None], len(change), axis=0)
    if closure is not None:
        for row, channel in enumerate(LID_CHANNELS):
            for side, name in enumerate(("left", "right")):
                column = basis.columns.index((channel, name))
                low[:, column] = high[:, column] = closure[:, row, side]
    start = np.zeros((len(change), n)) if before is None else before[None]
    amounts = np.clip(start, low, high)
    hold = np.zeros_like(amounts)
    steady = np.full_like(amounts, (rate * _HOLD_SECONDS) ** 2 * _SPREAD**-2)
    if closure is not None:
        # A tracker lets the brows follow a lid that shuts; for a moment only time speaks for them.
        blinking = closure[:, 0].max(axis=1)
        steady[:, basis.near_eyes] *= 1 + _BLINK_HOLD * blinking[:, None]
    ridge = evidence.ridge
    if before is not None:
        # Holding to what is known is one more price, the same in every pass.
        ridge, extra_pull = ridge + steady[0], extra_pull + steady * before
    shares = _shares(metric, visible)
    for number in range(passes):
        solve_frames(
            evidence.blocks,
            shares,
            pull,
            extra,
            extra_pull,
            ridge,
            evidence.sparse,
            _RIGID_MM**-2,
            steady if number else hold,
            low,
            high,
            amounts,
        )
    return amounts


def identifiability(evidence: Evidence, yaw: Floats) -> Floats:
    """Return how far the points determine each unknown, seen from several sides.

    The share of the prior variance that the observation removes: 0 says that any other amount
    would have looked the same, 1 that none would.

    Parameters
    ----------
    yaw : (view,) [rad]

    Returns
    -------
    share : (view, column) [1]
    """
    from risorius.read.camera import rotations

    n = len(evidence.basis.columns)
    metric, visible = view(rotations(yaw, 0 * yaw, 0 * yaw))
    gram = np.tensordot(_shares(metric, visible), evidence.blocks, axes=1)
    keep = [*range(n), *range(2 * n, gram.shape[1])]
    gram = gram[:, keep][:, :, keep]
    gram[:, :n, :n] += evidence.scores.T @ evidence.scores
    prior = np.concatenate([evidence.ridge, np.full(len(keep) - n, _RIGID_MM**-2)])
    covariance = np.linalg.inv(gram + np.diag(prior))
    left = np.einsum("vii->vi", covariance) * prior
    return np.asarray(np.clip(1 - left, 0.0, 1.0)[:, :n])
