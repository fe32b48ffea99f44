"""Morph targets: what a face does, as weighted sums that any 3D program can add up.

Every muscle that acts in a clip becomes one named target per side. Where the skin does not move in
proportion (lids, jaw), there are several in-between targets instead, each holding the shape at one
step, and the weights lead from one to the next. What is left over, because movements meet at the
lids and lips, goes into a few correction targets fitted to the clip at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Shape = Callable[[Floats, Floats, Floats], Floats]

__all__ = ["Pose", "Targets", "find_targets", "measure"]

STEPS = 4
"""In-between targets up to the full value of a movement that is not in proportion."""
PROPORTIONAL = 0.5
"""A movement is one target when no vertex strays farther from its proportion [mm]."""
STILL = 0.005
"""Displacements below this are not written [mm]."""
CORRECTED = 0.2
"""Correction targets are added until no vertex is farther off [mm], ..."""
MOST_CORRECTIONS = 16
"""... or this many are there."""
SAMPLES = 240
"""Moments that the correction targets are fitted to."""
CHUNK = 64
"""Moments that are held in memory at a time."""
FULL_OPEN, FULL_SHIFT, FULL_GAZE = 0.5, 10.0, 0.5
"""Jaw opening [rad], jaw shift [mm] and gaze [rad] at which a target has weight 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """What moves a face in its own frame, moment by moment.

    Attributes
    ----------
    activation : (time, muscle, side) [1]
    jaw : (time, 3) [rad, mm, mm]
    gaze : (time, side, 2) [rad]
    """

    activation: Floats
    jaw: Floats
    gaze: Floats

    def __len__(self) -> int:
        return len(self.activation)

    def __getitem__(self, moments: slice | NDArray[np.intp]) -> Pose:
        return Pose(
            activation=self.activation[moments], jaw=self.jaw[moments], gaze=self.gaze[moments]
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Targets:
    """Named displacements and their weights: ``rest + weights @ offsets`` is the shape.

    Attributes
    ----------
    names : tuple of str
    offsets : (target, vertex, 3) [mm]
    weights : (time, target) [1]
    n_corrections : int
        How many of the last targets are corrections, which mean something in this clip only.
    """

    names: tuple[str, ...]
    offsets: Floats
    weights: Floats
    n_corrections: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Movement:
    """One degree of freedom in one direction, from 0 to its full value and beyond."""

    name: str
    variable: str
    place: int | tuple[int, int]
    full: float
    """Value at which the movement is complete; its sign is the direction."""

    def share(self, pose: Pose) -> Floats:
        """Return how far the movement is done at every moment, at least 0."""
        values = self._column(getattr(pose, self.variable)) / np.float32(self.full)
        return np.asarray(np.maximum(values, 0.0), dtype=np.float32)

    def probe(self, shares: NDArray[np.float64], like: Pose) -> Pose:
        """Return moments in which this movement alone is done by these shares."""
        arrays = {
            name: np.zeros((len(shares), *getattr(like, name).shape[1:]), np.float32)
            for name in ("activation", "jaw", "gaze")
        }
        self._column(arrays[self.variable])[:] = shares * self.full
        return Pose(**arrays)

    def _column(self, values: Floats) -> Floats:
        """Return the view of one degree of freedom over time."""
        column: Floats = np.moveaxis(values, 0, -1)[self.place]
        return column


def find_targets(
    shape: Shape, pose: Pose, *, channels: tuple[str, ...], rest: Floats, fitted: NDArray[np.bool_]
) -> Targets:
    """Return targets and weights that repeat what `shape` does with `pose`.

    Parameters
    ----------
    shape : callable
        ``shape(activation, jaw, gaze) -> (time, vertex, 3)`` [mm].
    pose : Pose
    channels : tuple of str
        Names along the muscle axis.
    rest : (vertex, 3) [mm]
    fitted : (vertex,) bool
        Vertices that targets shall move; the others go by nodes and have no offsets.

    Returns
    -------
    targets : Targets
    """
    names: list[str] = []
    offsets: list[Floats] = []
    weights: list[Floats] = []
    for movement in _movements(channels):
        share = movement.share(pose)
        if share.max() <= 0:
            continue
        steps = max(STEPS, int(np.ceil(share.max() * STEPS - 1e-6)))
        knots = np.arange(1, steps + 1) / STEPS
        probe = movement.probe(knots, pose)
        moved = shape(probe.activation, probe.jaw, probe.gaze) - rest
        moved[:, ~fitted] = 0.0
        moved[np.abs(moved).max(axis=2) < STILL] = 0.0
        if not moved.any():
            continue
        whole = moved[STEPS - 1]
        if _reach(moved - knots[:, None, None].astype(np.float32) * whole) <= PROPORTIONAL:
            names.append(movement.name)
            offsets.append(whole[None])
            weights.append(share[:, None])
        else:
            names += [f"{movement.name}.{step}" for step in range(1, steps + 1)]
            offsets.append(moved)
            weights.append(_hats(share, knots))
    n_vertices, n_moments = len(rest), len(pose)
    found = Targets(
        names=tuple(names),
        offsets=np.concatenate(offsets) if offsets else np.zeros((0, n_vertices, 3), np.float32),
        weights=np.hstack(weights) if weights else np.zeros((n_moments, 0), np.float32),
    )
    return _corrected(found, shape, pose, rest=rest, fitted=fitted)


def measure(
    shape: Shape, pose: Pose, targets: Targets, *, rest: Floats, fitted: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return mean and greatest distance [mm] from `shape` at every moment, over fitted vertices."""
    means, greatest = [], []
    for _, residual in _residuals(shape, pose, targets, rest=rest, fitted=fitted):
        distance = np.linalg.norm(residual, axis=2)
        means.append(distance.mean(axis=1))
        greatest.append(distance.max(axis=1))
    return np.concatenate(means), np.concatenate(greatest)


def _movements(channels: tuple[str, ...]) -> Iterator[_Movement]:
    for index, channel in enumerate(channels):
        for place, side in enumerate(("left", "right")):
            yield _Movement(
                name=f"{channel}.{side}", variable="activation", place=(index, place), full=1.0
            )
    for name, place, full in (
        ("jaw.open", 0, FULL_OPEN),
        ("jaw.forward", 1, FULL_SHIFT),
        ("jaw.back", 1, -FULL_SHIFT),
        ("jaw.left", 2, FULL_SHIFT),
        ("jaw.right", 2, -FULL_SHIFT),
    ):
        yield _Movement(name=name, variable="jaw", place=place, full=full)
    for place, side in enumerate(("left", "right")):
        for name, axis, full in (
            ("look_left", 0, FULL_GAZE),
            ("look_right", 0, -FULL_GAZE),
            ("look_down", 1, FULL_GAZE),
            ("look_up", 1, -FULL_GAZE),
        ):
            yield _Movement(
                name=f"lids.{name}.{side}", variable="gaze", place=(place, axis), full=full
            )


def _hats(share: Floats, knots: NDArray[np.float64]) -> Floats:
    """Weights that pass from one knot to the next: 1 at the own knot, 0 at every other."""
    corners = np.eye(len(knots) + 1)[1:]
    return np.stack(
        [np.interp(share, np.concatenate([[0.0], knots]), corner) for corner in corners], axis=1
    ).astype(np.float32)


def _residuals(
    shape: Shape, pose: Pose, targets: Targets, *, rest: Floats, fitted: NDArray[np.bool_]
) -> Iterator[tuple[slice, Floats]]:
    """Yield what the targets leave over, some moments at a time: (moments, fitted vertex, 3)."""
    offsets = targets.offsets[:, fitted].reshape(len(targets.names), 3 * int(fitted.sum()))
    for start in range(0, len(pose), CHUNK):
        moments = slice(start, min(start + CHUNK, len(pose)))
        some = pose[moments]
        whole = shape(some.activation, some.jaw, some.gaze)[:, fitted] - rest[fitted]
        made = (targets.weights[moments] @ offsets).reshape(whole.shape)
        yield moments, whole - made


def _corrected(
    targets: Targets, shape: Shape, pose: Pose, *, rest: Floats, fitted: NDArray[np.bool_]
) -> Targets:
    """Add the fewest principal directions of what is left over that bring it under `CORRECTED`."""
    _, greatest = measure(shape, pose, targets, rest=rest, fitted=fitted)
    if greatest.max() <= CORRECTED:
        return targets
    # The moments that are worst, and moments spread over the whole clip.
    worst = np.argsort(-greatest, kind="stable")[: SAMPLES // 2]
    spread = np.linspace(0, len(pose) - 1, SAMPLES // 2).astype(np.intp)
    chosen = np.unique(np.concatenate([worst, spread]))
    sample = Targets(names=targets.names, offsets=targets.offsets, weights=targets.weights[chosen])
    left = np.concatenate(
        [r for _, r in _residuals(shape, pose[chosen], sample, rest=rest, fitted=fitted)]
    ).reshape(len(chosen), -1)
    # Principal directions by way of the moments, which are far fewer than the coordinates.
    strongest = np.linalg.eigh(left @ left.T)[1][:, ::-1][:, :MOST_CORRECTIONS]
    directions = np.linalg.qr((strongest.T @ left).T)[0].T
    for n_used in range(1, len(directions) + 1):
        kept = directions[:n_used]
        after = (left - (left @ kept.T) @ kept).reshape(len(chosen), -1, 3)
        if _reach(after) <= CORRECTED:
            break
    directions = directions[:n_used]
    weights = np.concatenate(
        [
            residual.reshape(len(residual), -1) @ directions.T
            for _, residual in _residuals(shape, pose, targets, rest=rest, fitted=fitted)
        ]
    )
    # Weights within -1..1: a program that shows sliders can show these.
    scale = np.maximum(np.abs(weights).max(axis=0), np.finfo(np.float32).tiny)
    offsets = np.zeros((n_used, len(rest), 3), np.float32)
    offsets[:, fitted] = (directions * scale[:, None]).reshape(n_used, -1, 3)
    offsets[np.abs(offsets).max(axis=2) < STILL] = 0.0
    return Targets(
        names=(*targets.names, *(f"correction.{index}" for index in range(1, n_used + 1))),
        offsets=np.concatenate([targets.offsets, offsets]),
        weights=np.hstack([targets.weights, weights / scale]).astype(np.float32),
        n_corrections=n_used,
    )


def _reach(displacement: Floats) -> float:
    return float(np.linalg.norm(displacement, axis=-1).max(initial=0.0))
