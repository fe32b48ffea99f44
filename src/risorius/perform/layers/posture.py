"""How the head is carried: attitude, turns, tilts and leans that stay, and the neck in it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from math import copysign, inf, radians
from typing import Any, NamedTuple

import numpy as np

from risorius.anatomy.quantity import Quantity
from risorius.clip.schema import VARIABLES
from risorius.perform.layers.shifts import GazeShift, plan_gaze
from risorius.perform.quantity import chosen, draw, published, span
from risorius.perform.scene import Beat, Scene
from risorius.perform.stroke import Mark, Mode, Stroke
from risorius.perform.table import load_table
from risorius.perform.target import TARGETS

__all__ = ["carried", "neck", "scaled"]

Pose = Mapping[str, float]

_KINDS = ("tilt", "turn", "chin", "lean")
# By what movement of the neck each turn or shift comes about, above and below zero.
_UNITS: Mapping[str, tuple[str, str]] = {
    "yaw": ("AU51", "AU52"),
    "pitch": ("AU54", "AU53"),
    "roll": ("AU56", "AU55"),
    "z": ("AU57", "AU58"),
}


class _Change(NamedTuple):
    """One of the things that carry the head goes over to another pose."""

    start: float
    rise: float
    what: str
    pose: Pose | None
    mark: Mark | None = None
    shift: GazeShift | None = None


def carried(scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
    """Yield where the head is held: the sum of attitude, beats, gaze and shifts of weight.

    Examples
    --------
    >>> proud = Beat(kind="chin", what="up", start=1.0, end=9.0, strength=0.6)
    >>> stroke = list(carried(Scene(beats=(proud,), duration=2.0), np.random.default_rng(0)))[-1]
    >>> stroke.amount[stroke.target.index(TARGETS.head("pitch"))] < -0.1
    True
    """
    settled: dict[str, Pose] = {"attitude": _attitude(scene)}
    beats = [_told(scene, beat) for beat in scene.of(*_KINDS)]
    for change in beats:
        if change.start < scene.start and change.pose is not None:
            settled[change.what] = change.pose
    # Where a scene begins the head is there; a live one goes over to what is meant now.
    first = 0.0 if scene.turn == 0 else chosen("head", "move").value
    yield _track(scene.start, first, dict.fromkeys(VARIABLES["head_pose"].labels, 0.0), settled)
    coming = (change for change in beats if change.start >= scene.start)
    for change in heapq.merge(
        coming, _with_gaze(scene), _shifts(scene, rng), key=lambda change: change.start
    ):
        if (pose := change.pose) is None:
            continue
        if change.shift is not None:
            # What the score asks of the head itself stands.
            others = [settled[what] for what in ("attitude", "weight") if what in settled]
            pose = _within_reach(pose, change.shift, others)
        moved = {**settled.get(change.what, {}), **pose}
        settled[change.what] = pose
        yield _track(change.start, change.rise, moved, settled, change.mark)


def _track(
    start: float, rise: float, moved: Pose, settled: Mapping[str, Pose], mark: Mark | None = None
) -> Stroke:
    total = {
        dof: sum(pose.get(dof, 0.0) for pose in settled.values())
        for dof in VARIABLES["head_pose"].labels
    }
    muscles = dict.fromkeys(_neck_places(), 0.0) | neck(total)
    target = tuple(_head(dof) for dof in moved) + tuple(muscles)
    amount = tuple(total[dof] for dof in moved) + tuple(muscles.values())
    return Stroke(start, rise, inf, 0.0, target, amount, mode=Mode.TRACK, event=mark)


def neck(pose: Pose) -> dict[int, float]:
    """Return targets and drive of the muscles that hold the head in a pose [rad, mm].

    They work in proportion to how far the pose is from the middle of the range of the neck.

    Examples
    --------
    >>> left = neck({"yaw": 0.3})
    >>> left[TARGETS.of("sternocleidomastoid", "right")] > 0.1
    True
    """
    found: dict[int, float] = {}
    for dof, (above, below) in _UNITS.items():
        value = pose.get(dof, 0.0)
        if value == 0.0:
            continue
        share = min(abs(value) / _range(dof, value), 1.0)
        target, amount = TARGETS.drives(above if value > 0.0 else below, share)
        for place, drive in zip(target, amount, strict=True):
            found[place] = min(found.get(place, 0.0) + drive, 1.0)
    return found


def _range(dof: str, value: float) -> float:
    if dof == "z":
        return chosen("head", "reach").value
    bend = "flexion" if value > 0.0 else "extension"
    name = {"yaw": "rotation_each", "roll": "lateral_each", "pitch": bend}[dof]
    return published(f"neck.{name}", "jaw_eye").value


def _neck_places() -> tuple[int, ...]:
    units = (unit for pair in _UNITS.values() for unit in pair)
    return tuple(dict.fromkeys(place for unit in units for place in TARGETS.drives(unit)[0]))


def scaled(quantity: Quantity, strength: float) -> float:
    """Return how much a strength 0..1 means: the typical amount at usual strength, the most at 1.

    Examples
    --------
    >>> round(float(np.degrees(scaled(chosen("head", "chin"), 0.6))), 6)
    8.0
    """
    _, most = span(quantity)
    marks = (0.0, chosen("score", "strength").value, 1.0)
    return float(np.interp(strength, marks, (0.0, quantity.value, most)))


def _told(scene: Scene, beat: Beat) -> _Change:
    """Return the pose that a beat asks for."""
    kind, way = beat.kind, beat.what
    size = beat.more.get("shift" if kind == "lean" else "angle")
    if size is None:
        size = scaled(chosen("head", kind), beat.strength)
    sign = 1.0 if way in ("up", "left", "forward") else -1.0
    still = way in ("upright", "ahead", "level")
    if still:
        size = 0.0
    # A pitch above zero is down, a roll above zero tilts to the right.
    if kind == "chin":
        pose = {"pitch": -sign * size}
    elif kind == "tilt":
        pose = {"roll": -sign * size}
    elif kind == "turn":
        pose = {"yaw": sign * size}
    else:
        along = "x" if way in ("left", "right") else "z"
        each = {} if still else load_table("head")["leaning"][way]
        pose = {"x": 0.0, "z": 0.0, **_named({side: size * by for side, by in each.items()})}
        pose[along] = sign * size
    own = scene.rng("head", beat)
    rise = draw(own, chosen("head", "move")) if beat.ease is None else max(beat.ease, 0.0)
    return _Change(beat.start, rise, kind, pose, Mark(kind, way))


def _attitude(scene: Scene) -> Pose:
    table = load_table("head")["attitude"]
    total: dict[str, float] = {}
    for part in (table["status"][scene.context.status], table["posture"][scene.context.posture]):
        for dof, value in _named(part).items():
            total[dof] = total.get(dof, 0.0) + value
    return total


def _named(words: Mapping[str, Any]) -> dict[str, float]:
    """Return a pose from its words: chin up and left [deg], up and forward [mm]."""
    pose = {"pitch": 0.0, "roll": 0.0, "y": 0.0}
    pose["pitch"] = -radians(words.get("chin_up", 0.0))
    pose["roll"] = -radians(words.get("left", 0.0))
    pose["y"] = float(words.get("up", 0.0))
    if "forward" in words:
        pose["z"] = float(words["forward"])
    return pose


def _with_gaze(scene: Scene) -> Iterator[_Change]:
    """Yield how the head follows the eyes."""
    for shift in plan_gaze(scene):
        if shift.head is None:
            # Says how far the plan has come: the head may have nothing to do for ever.
            yield _Change(shift.start, 0.0, "gaze", None)
            continue
        rise = shift.head.rise
        if rise == 0.0 and scene.turn > 0:
            rise = chosen("head", "move").value
        pose = {"yaw": shift.head.yaw, "pitch": shift.head.pitch}
        yield _Change(shift.head.start, rise, "gaze", pose, shift=shift)


def _within_reach(pose: Pose, shift: GazeShift, others: Iterable[Pose]) -> Pose:
    """Return a turn of the head with which the eyes, however it is carried, are not far out."""
    assert shift.head is not None
    carried = {axis: sum(other.get(axis, 0.0) for other in others) for axis in pose}
    aim = {"yaw": shift.yaw, "pitch": shift.pitch}
    out = {axis: aim[axis] - carried[axis] - turn for axis, turn in pose.items()}
    reach = shift.head.reach
    return {
        axis: turn + copysign(max(abs(out[axis]) - reach, 0.0), out[axis])
        for axis, turn in pose.items()
    }


def _shifts(scene: Scene, rng: np.random.Generator) -> Iterator[_Change]:
    """Yield how the weight is shifted from time to time."""
    spread = {dof: chosen("head", f"shifts.{dof}").value for dof in ("x", "z", "roll", "yaw")}
    every, length = chosen("head", "shifts.every"), chosen("head", "shifts.time")
    still = load_table("head")["sway"]["posture"][scene.context.posture]
    time = scene.start + rng.random() * draw(rng, every)
    while time < scene.duration:
        pose = {dof: still * sd * float(rng.standard_normal()) for dof, sd in spread.items()}
        yield _Change(time, draw(rng, length), "weight", pose)
        time += draw(rng, every)


def _head(dof: str) -> int:
    return TARGETS.muscles + 4 + VARIABLES["head_pose"].labels.index(dof)
