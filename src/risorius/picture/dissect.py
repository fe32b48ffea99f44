"""What lies beneath the skin: muscles over a dim bone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.picture.bone import HOLLOW, make_bone
from risorius.picture.look import linear
from risorius.picture.openness import openness
from risorius.picture.shade import ATTRIBUTES, KINDS
from risorius.skin.muscle_carry import jaw_motion

if TYPE_CHECKING:
    from risorius.skin.muscles import Muscles

__all__ = ["Beneath", "beneath", "muscle_colours"]

Floats = NDArray[np.float32]
Array = NDArray[np.float64]
Ints = NDArray[np.int32]

_REST, _WORKING = (0.50, 0.155, 0.135), (0.80, 0.20, 0.14)
_SINEW = (0.76, 0.70, 0.62)
_COLUMN = {name: number for number, name in enumerate(ATTRIBUTES)}


@dataclass(frozen=True, slots=True, eq=False)
class Beneath:
    """A mesh to be seen through the skin.

    Attributes
    ----------
    points : (vertex, 3) float32 [mm]
    triangles : (triangle, 3) int32
    kinds : (triangle,) uint8
        Position in :data:`risorius.picture.shade.KINDS`.
    attributes : (vertex, attribute) float32
        Columns as in :data:`risorius.picture.shade.ATTRIBUTES`.
    """

    points: Floats
    triangles: Ints
    kinds: NDArray[np.uint8]
    attributes: Floats

    def moved(self, rotation: ArrayLike, translation: ArrayLike) -> Beneath:
        """Return it with a head pose: rotation (3, 3), translation (3,) [mm]."""
        turn = np.asarray(rotation, dtype=np.float32)
        attributes = self.attributes.copy()
        first = _COLUMN["brow_along"]
        aside = slice(first, first + 3)
        flesh = self.triangles[self.kinds == KINDS.index("flesh")]
        n_flesh = int(flesh.max()) + 1
        attributes[:n_flesh, aside] = attributes[:n_flesh, aside] @ turn.T
        points = self.points @ turn.T + np.asarray(translation, dtype=np.float32)
        return Beneath(points, self.triangles, self.kinds, attributes)


def beneath(muscles: Muscles, shape: ArrayLike, activation: ArrayLike) -> Beneath:
    """Return the muscles and the bone of a moving face.

    Parameters
    ----------
    muscles : Muscles
    shape : (n0, 3) [mm]
        Level-0 vertices of the head in its pose.
    activation : (channel, side) [1]
        A working muscle is of a warmer red.

    Returns
    -------
    beneath : Beneath

    Examples
    --------
    >>> from risorius.anatomy import load_atlas
    >>> from risorius.head import load_head
    >>> from risorius.skin.muscles import make_muscles
    >>> head = load_head()
    >>> still = np.zeros((len(load_atlas().channel_ids), 2))
    >>> scene = beneath(make_muscles(head), head.vertices, still)
    >>> len(scene.points) == len(scene.attributes)
    True
    """
    ground = _ground(muscles)
    moved = np.asarray(shape, dtype=np.float64)
    flesh = muscles.pose(moved, activation)
    turn, shift = jaw_motion(muscles.head, moved)
    bone = ground.bone + ground.jaw[:, None] * (ground.bone @ turn.T + shift - ground.bone)
    points = np.concatenate([flesh, bone]).astype(np.float32)
    attributes = ground.attributes.copy()
    work = muscles.work(activation)[muscles.owner][:, None]
    n = len(flesh)
    resting, working = _reds(muscles)
    attributes[:n, _COLUMN["red"] : _COLUMN["red"] + 3] = resting + work * (working - resting)
    first = _COLUMN["brow_along"]
    attributes[:n, first : first + 3] = muscles.aside(flesh)
    return Beneath(points, ground.triangles, ground.kinds, attributes)


def muscle_colours(muscles: Muscles) -> tuple[Array, Array]:
    """Return the linear colour of each vertex at rest and at full work, (n, 3) each.

    Tendons are pale in both.
    """
    white = np.clip(2 * muscles.sinew - 0.5, 0, 1)[:, None]
    resting, working = (red + white * (linear(_SINEW) - red) for red in _reds(muscles))
    return resting, working


def _reds(muscles: Muscles) -> tuple[Array, Array]:
    # No two neighbours are of quite the same red.
    number = muscles.owner % (len(muscles.bodies) // 2)
    tone = (1 + 0.13 * np.sin(2.4 * number))[:, None]
    return tone * linear(_REST), tone * linear(_WORKING)


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """What stays the same in every pose."""

    bone: Array
    jaw: Array
    triangles: Ints
    kinds: NDArray[np.uint8]
    attributes: Floats


@lru_cache(maxsize=2)
def _ground(muscles: Muscles) -> _Ground:
    bone = make_bone(muscles)
    n, count = len(muscles.vertices), len(bone.vertices)
    total = n + count
    flesh = _joined(muscles)
    # Bone is seen from behind too, through the orbits and the mouth: dark.
    faces = bone.triangles
    triangles = np.concatenate([flesh, faces + n, faces[:, ::-1] + total])
    kinds = np.full(len(triangles), KINDS.index("bone"), np.uint8)
    kinds[: len(flesh)] = KINDS.index("flesh")
    rest = np.concatenate([muscles.vertices, bone.vertices])
    table = np.zeros((total + count, len(ATTRIBUTES)), np.float32)
    table[:n, _COLUMN["place_x"]] = muscles.across
    table[:n, _COLUMN["place_y"]] = muscles.lengthwise
    half = len(muscles.bodies) // 2
    table[:n, _COLUMN["place_z"]] = 1.7 * (muscles.owner % half) + 3.0
    table[:n, _COLUMN["lip"]] = muscles.sinew
    colour = slice(_COLUMN["red"], _COLUMN["red"] + 3)
    table[n:total, colour] = linear(bone.colours)
    table[total:, colour] = linear(HOLLOW)
    table[n:total, _COLUMN["gloss"]] = 0.2
    outer = triangles[: len(flesh) + len(faces)]
    table[:total, _COLUMN["openness"]] = np.clip(1.25 * openness(rest, outer), 0.12, 1.0)
    table[total:, _COLUMN["openness"]] = 0.15
    both, jaw = np.concatenate([bone.vertices, bone.vertices]), np.tile(bone.jaw, 2)
    return _Ground(both, jaw, np.ascontiguousarray(triangles, np.int32), kinds, table)


def _joined(muscles: Muscles) -> Ints:
    """Return the triangles with both halves of the lips made one in the midline.

    Their cuts face each other and are never seen, but their edge would be.
    """
    lips = np.array([body.form == "lip" for body in muscles.bodies])[muscles.owner]
    cut = lips & (muscles.along == 0)
    index = np.arange(len(cut), dtype=np.int32)
    half = len(cut) // 2
    index[half:][cut[half:]] -= half
    shown = ~cut[muscles.triangles].all(axis=1)
    return np.asarray(index[muscles.triangles[shown]])
