"""Muscles as meshes of a moving 3D file: what they are called, and how they change their shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from risorius.export.targets import CHUNK, Pose
from risorius.picture.dissect import muscle_colours
from risorius.skin.muscles import Body, make_muscles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.anatomy.atlas import Atlas
    from risorius.export.targets import Floats, Shape
    from risorius.face import Face
    from risorius.skin.muscles import Muscles

__all__ = ["MovingMuscle", "describe", "moving_muscles"]

CLOSE = 0.3
"""Targets are added to a muscle until no vertex is farther off [mm], ..."""
MOST_TARGETS = 6
"""... or this many are there."""
SAMPLES = 120
"""Moments that the targets are fitted to."""
STILL = 0.02
"""A target that moves nothing farther is not written [mm]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MovingMuscle:
    """One muscle, or one part of it, on one side, with what it does in a clip.

    Attributes
    ----------
    name : str
        Channel and side, ``zygomaticus_major.left``.
    extras : dict
        What it is: see :func:`describe`.
    rest : (vertex, 3) [mm]
    triangles : (triangle, 3) int32
    place : (vertex, 2) [mm]
        Across and along the fibres.
    colour : (vertex, 3) [1]
        Linear, at rest.
    working : (vertex, 3) [1]
        What full work adds to the colour.
    names : tuple of str
        Of the targets: the muscle's own full work where it works in the clip, then
        ``carried.1`` and on, by which neighbours and jaw carry it.
    offsets : (target, vertex, 3) [mm]
    weights : (time, target) [1]
    """

    name: str
    extras: dict[str, Any]
    rest: Floats
    triangles: NDArray[np.int32]
    place: Floats
    colour: Floats
    working: Floats
    names: tuple[str, ...]
    offsets: Floats
    weights: Floats


def describe(atlas: Atlas, body: Body) -> dict[str, Any]:
    """Return what is known of a muscle, as the extras of its node.

    Examples
    --------
    >>> from risorius.anatomy import load_atlas
    >>> from risorius.head import load_head
    >>> body = make_muscles(load_head()).body("zygomaticus_major", "left")
    >>> known = describe(load_atlas(), body)
    >>> known["nerve"], known["side"]
    ('facialis', 'left')
    """
    muscle = atlas.muscle(atlas.channel(body.channel).muscle)
    part = atlas.channel(body.channel).part
    supplies = [supply for supply in muscle.supplies if supply.part in ("", part)]
    supply = (supplies or list(muscle.supplies))[0]
    return {
        "id": f"{body.channel}.{body.side}",
        "channel": body.channel,
        "muscle": muscle.id,
        "part": part,
        "side": body.side,
        "latin": muscle.latin,
        "english": atlas.channel(body.channel).english,
        "form": body.form,
        "nerve": supply.nerve,
        "branches": list(supply.branches),
        "action_units": list(muscle.action_units),
    }


def moving_muscles(
    face: Face, shape: Shape, pose: Pose, *, progress: Callable[[float], None]
) -> tuple[MovingMuscle, ...]:
    """Return all muscles of a face with the targets and weights that repeat a clip.

    Parameters
    ----------
    face : Face
    shape : callable
        ``shape(activation, jaw, gaze) -> (time, n0, 3)`` [mm], at level 0.
    pose : Pose
    progress : callable
        Called with the share that is done, 0..1.
    """
    muscles = make_muscles(face.head)
    works = np.array([muscles.work(moment) for moment in pose.activation])
    spans = [body.vertices for body in muscles.bodies]
    alone = [_alone(muscles, shape, pose, works, number) for number in range(len(spans))]
    progress(0.1)

    def left_over(moments: NDArray[np.intp]) -> list[NDArray[np.float64]]:
        """Return what each muscle does beyond its own work, (time, coordinate)."""
        moved = _played(muscles, shape, pose[moments]) - muscles.vertices
        return [
            moved[:, span].reshape(len(moments), -1) - works[moments, number, None] * own.ravel()
            for number, (span, own) in enumerate(zip(spans, alone, strict=True))
        ]

    every = np.arange(len(pose))
    chosen = np.unique(np.linspace(0, len(pose) - 1, min(SAMPLES, len(pose))).astype(np.intp))
    sample = left_over(chosen)
    rows = [_directions(left) for left in sample]
    progress(0.4)
    weights: list[list[NDArray[np.float64]]] = []
    if len(chosen) == len(pose):
        weights = [[left @ own.T for left, own in zip(sample, rows, strict=True)]]
    else:
        for start in range(0, len(pose), CHUNK):
            left = left_over(every[start : start + CHUNK])
            weights.append([one @ own.T for one, own in zip(left, rows, strict=True)])
            progress(0.4 + 0.6 * min(start + CHUNK, len(pose)) / len(pose))
    carried = [np.concatenate(parts) for parts in zip(*weights, strict=True)]
    return tuple(
        _moving(
            face, muscles, number, alone[number], rows[number], works[:, number], carried[number]
        )
        for number in range(len(spans))
    )


def _alone(
    muscles: Muscles, shape: Shape, pose: Pose, works: NDArray[np.float64], number: int
) -> NDArray[np.float64]:
    """Return what the full work of one muscle alone does to it; nothing where it never works."""
    span = muscles.bodies[number].vertices
    if works[:, number].max() <= 0:
        return np.zeros_like(muscles.vertices[span])
    activation = muscles.alone(number).astype(np.float32)
    still = np.zeros_like(pose.jaw[:1]), np.zeros_like(pose.gaze[:1])
    moved = shape(activation[None], *still)[0]
    return np.asarray((muscles.pose(moved, activation) - muscles.vertices)[span])


def _played(muscles: Muscles, shape: Shape, pose: Pose) -> NDArray[np.float64]:
    moved = shape(pose.activation, pose.jaw, pose.gaze)
    return np.stack(
        [muscles.pose(frame, work) for frame, work in zip(moved, pose.activation, strict=True)]
    )


def _directions(moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the fewest orthonormal rows that repeat ``moved`` (time, coordinate) closely."""
    if np.abs(moved).max() < STILL:
        return np.zeros((0, moved.shape[1]))
    _, _, rows = np.linalg.svd(moved, full_matrices=False)
    rows = rows[:MOST_TARGETS]
    for n_used in range(1, len(rows) + 1):
        kept = rows[:n_used]
        left = (moved - (moved @ kept.T) @ kept).reshape(len(moved), -1, 3)
        if np.linalg.norm(left, axis=2).max() <= CLOSE:
            break
    return np.asarray(rows[:n_used])


def _moving(
    face: Face,
    muscles: Muscles,
    number: int,
    alone: NDArray[np.float64],
    rows: NDArray[np.float64],
    work: NDArray[np.float64],
    carried: NDArray[np.float64],
) -> MovingMuscle:
    body = muscles.bodies[number]
    name, span = f"{body.channel}.{body.side}", body.vertices
    works = bool(alone.any())
    # Weights within -1..1: a program that shows sliders can show these.
    scale = np.maximum(np.abs(carried).max(axis=0), np.finfo(np.float32).tiny)
    offsets = (rows * scale[:, None]).reshape(len(rows), len(alone), 3)
    names = tuple(f"carried.{place}" for place in range(1, len(rows) + 1))
    resting, working = muscle_colours(muscles)
    return MovingMuscle(
        name=name,
        extras=describe(face.atlas, body),
        rest=muscles.vertices[span].astype(np.float32),
        triangles=muscles.triangles[body.triangles] - np.int32(span.start),
        place=np.stack([muscles.across[span], muscles.lengthwise[span]], axis=1).astype(np.float32),
        colour=resting[span].astype(np.float32),
        working=(working - resting)[span].astype(np.float32),
        names=(name, *names) if works else names,
        offsets=np.concatenate([alone[None][:works], offsets]).astype(np.float32),
        weights=np.hstack([work[:, None][:, :works], carried / scale]).astype(np.float32),
    )
