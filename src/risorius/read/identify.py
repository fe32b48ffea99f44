"""A head with the person's proportions: facial details fitted to the points of the neutral face."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from risorius.files import cache_folder, replacing
from risorius.read.basis import Basis
from risorius.read.kept import data_key
from risorius.read.points import IRIS, IRIS_RIM, OVAL

__all__ = ["Likeness", "fit_identity", "rest_of_picture"]

Floats = NDArray[np.float64]

# Details that the tracker's points can tell. Age, sex and ancestry are left at the default: they
# would be claims about a person that the shape of a few hundred points does not support.
_TOLD = (
    "head-scale",
    "head-fat",
    "head-oval",
    "head-round",
    "head-square",
    "head-rectangular",
    "forehead-scale",
    "forehead-temple",
    "eyebrows",
    "eye-trans",
    "eye-scale",
    "eye-height",
    "eye-corner",
    "cheek-bones",
    "cheek-volume",
    "chin",
    "mouth-scale",
    "mouth-trans",
    "mouth-angles",
    "mouth-upperlip-height",
    "mouth-lowerlip-height",
    "nose",
)

# A detail at its limit is rare; the tracker errs by about this much in a neutral face [mm].
_SPREAD = 0.5
_ERROR_MM = 2.0
_INDEPENDENT_POINTS = 60.0
_DEPTH = 0.2  # weight of depth, which the tracker guesses, against what the picture shows


@dataclass(frozen=True, slots=True)
class Likeness:
    """How to make a head with somebody's proportions.

    Attributes
    ----------
    detail : mapping of str to float [1]
        For `risorius.head.load_head`; rounded, without those near zero.
    before, after : float [mm]
        Root mean square distance of the points, seen from the front, to the default head and to the
        fitted one.
    """

    detail: Mapping[str, float]
    before: float
    after: float


def fit_identity(neutral: Floats) -> Likeness:
    """Find the details of a head from a person's points at rest.

    Parameters
    ----------
    neutral : (point, axis) [mm]
        In the head frame and in true size.

    Returns
    -------
    likeness : Likeness
    """
    names, ranges, rest, moves = _detail_basis()
    loose = _loose_movements(rest)
    rows = np.concatenate([moves, loose])
    price = np.append(np.full(len(names), _SPREAD**-2), np.zeros(len(loose)))
    amounts = _fit(neutral - rest, rows, price, np.concatenate([ranges, _ANY]))
    detail = {
        name: round(float(amount), 3)
        for name, amount in zip(names, amounts, strict=False)
        if abs(amount) >= 0.02
    }
    shift = np.tensordot(amounts[len(names) :], loose, axes=1)
    change = np.tensordot(amounts[: len(names)], moves, axes=1)
    weights = _metric(rest)[:, 0]

    def distance(points: Floats) -> float:
        gap = ((neutral - points - shift)[:, :2] ** 2).sum(axis=1)
        return float(np.sqrt((weights @ gap) / weights.sum()))

    return Likeness(detail, distance(rest), distance(rest + change))


def rest_of_picture(shape: Floats, basis: Basis, effect: Floats, scores: Floats) -> Floats:
    """Guess the face at rest behind the expression of a single picture.

    Proportions and muscles are fitted together; what the muscles explain is taken away.

    Parameters
    ----------
    shape : (point, axis) [mm]
        De-posed, in the head frame.
    basis : Basis
        Of the person's size.
    effect : (score, column) [1]
        What muscles add to the tracker's scores.
    scores : (score,) [1]
        Above those of an average face at rest.

    Returns
    -------
    rest : (point, axis) [mm]
    """
    names, ranges, _, moves = _detail_basis()
    loose = _loose_movements(basis.rest)
    muscles = basis.linear + basis.square
    rows = np.concatenate([moves, loose, muscles])
    price = np.concatenate(
        [
            np.full(len(names), _SPREAD**-2),
            np.zeros(len(loose)),
            np.full(len(muscles), _SPREAD**-2),
        ]
    )
    limits = np.concatenate([ranges, _ANY, np.stack([basis.low, basis.high], axis=1)])
    known = np.concatenate([np.zeros((len(effect), len(rows) - len(muscles))), effect], axis=1)
    amounts = _fit(shape - basis.rest, rows, price, limits, known=known, scores=scores)
    return shape - basis.displacement(amounts[-len(muscles) :])


# Place, tilt and size in the head frame differ freely between heads [mm].
_ANY = np.full((5, 2), [-1e3, 1e3])


def _loose_movements(rest: Floats) -> Floats:
    centred = rest - rest.mean(axis=0)
    shifts = np.broadcast_to(np.eye(3)[:, None], (3, *rest.shape))
    tilt = np.cross([1.0, 0.0, 0.0], centred)
    return np.concatenate([shifts, tilt[None] / 50.0, centred[None] / 50.0])


def _metric(rest: Floats) -> Floats:
    """Return the weight of every coordinate, (point, axis) [1/mm^2]."""
    weights = np.ones(len(rest))
    weights[OVAL] = 0.4
    weights[IRIS] = weights[IRIS_RIM] = 0.0
    weights *= _INDEPENDENT_POINTS / weights.sum() / _ERROR_MM**2
    return np.asarray(weights[:, None] * np.array([1.0, 1.0, _DEPTH]))


def _fit(
    away: Floats,
    rows: Floats,
    price: Floats,
    limits: Floats,
    *,
    known: Floats | None = None,
    scores: Floats | None = None,
) -> Floats:
    """Return the bounded amounts of movements (unknown, point, axis) that explain ``away``."""
    from risorius.read.kernels import descend

    flat = rows.reshape(len(rows), -1)
    weighted = flat * _metric(away).ravel()
    gram = weighted @ flat.T + np.diag(price + 1e-9)
    pull = weighted @ away.ravel()
    if known is not None and scores is not None:
        gram += known.T @ known
        pull += known.T @ scores
    amounts = np.zeros(len(rows))
    low, high = limits.T.copy()
    descend(gram, pull, np.zeros(len(rows)), amounts, low, high, 1e-4, 2000)
    return amounts


def _detail_basis() -> tuple[tuple[str, ...], Floats, Floats, Floats]:
    """Return details, their ranges, the default head's points and how each detail moves them.

    Measured once after every change of the head; then it comes from the cache.
    """
    key = data_key({"head": ("data",), "read": ("identify.py",)})
    path = Path(cache_folder(), "read", f"details-{key}.npz")
    with suppress(OSError, ValueError, KeyError), np.load(path) as kept:
        return (
            tuple(kept["names"].tolist()),
            kept["ranges"],
            kept["rest"],
            kept["moves"].astype(float),
        )
    from risorius.head import detail_ranges, load_head

    limits = {name: span for name, span in detail_ranges().items() if name.startswith(_TOLD)}
    names, ranges = tuple(limits), np.array(list(limits.values()), float)
    rest = load_head().landmarks()
    # A detail moves points in proportion to its amount, a little differently up and down.
    moves = np.array([load_head(detail={name: 0.5}).landmarks() - rest for name in names]) / 0.5
    with suppress(OSError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside, beside.open("wb") as stream:
            np.savez(
                stream,
                names=np.array(names),
                ranges=ranges,
                rest=rest,
                moves=moves.astype(np.float32),
            )
    return names, ranges, rest, moves
