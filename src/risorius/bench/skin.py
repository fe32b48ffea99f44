"""The skin: how near the rig is to the tissue, what touches, and what the tissue does untold."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from risorius.bench.flesh import FEELINGS, cascade, droop, likeness, release, settling, volume
from risorius.bench.record import Record, best_of
from risorius.bench.rig import movement
from risorius.bench.units import UNITS, unit_poses

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.face import Face

    Floats = NDArray[np.float64]
    Movement = tuple[Floats, Floats, Floats]

__all__ = ["globe_seen", "jerks", "records", "smooth_paths", "sunk", "wiggle"]

_JUDGES = 24
_RATE = 60.0
_PATHS = 200
_STRIDE = 6
_PRESSED = (
    "orbicularis_oris.superior_marginalis",
    "orbicularis_oris.inferior_marginalis",
    "mentalis",
)
"""What shuts the lips of a jaw that hangs open a little."""
_SPOKEN_DEG = 4.0
_PIXEL = 0.1  # mm
_MEETS = ("lip in lip", "lid in lid", "lips and cheeks in teeth", "lids in eyes")


def records() -> Iterator[Record]:
    """Yield the figures of the skin."""
    from risorius.face import load_face
    from risorius.skin.bake import tissue_of
    from risorius.skin.flesh import make_flesh
    from risorius.skin.judge import judge_rig
    from risorius.skin.plan import expressive_poses, mixed_poses

    face = load_face()
    start = time.perf_counter()
    flesh = make_flesh(face.head)
    yield _record("making the tissue", time.perf_counter() - start, "s")
    settle = tissue_of(face.head)
    settle(movement(face, 1, share=0.3)[0][0])  # compile
    yield from settling(face, flesh, settle)
    shapes = {}
    for name, shape, record in volume(face, flesh, settle):
        shapes[name] = shape
        yield record
    yield from likeness(face, np.array([shapes[unit] for unit in UNITS]))
    posed = (*UNITS, *FEELINGS)
    deep = [
        _overlaps(face, shapes[name].astype(np.float32), jaw, gaze)
        for name, _, jaw, gaze in zip(posed, *unit_poses(face, posed), strict=True)
    ]
    told = f"{len(UNITS)} units, {len(FEELINGS)} feelings, flesh"
    yield from _depths(np.max(deep, axis=0), "", told)
    still = np.zeros((1, 3)), np.zeros((1, 2, 2))
    yield from cascade(face, lambda drive: settle(drive).shape, "flesh")
    yield from cascade(
        face, lambda drive: face.rig.deform(drive[None], *still)[0].astype(np.float64), "rig"
    )
    yield from release(face, flesh)
    yield from droop(face, flesh)
    for draw, kind in ((expressive_poses, "expressive"), (mixed_poses, "harshly mixed")):
        found = judge_rig(face.rig, face.head, settle=settle, draw=draw, count=_JUDGES)
        told = f"full solve, {_JUDGES} {kind} poses never baked"
        yield _record("rig against the solve, mean", found.mean, "mm", "<= 0.1", told)
        yield _record("rig against the solve, p95", found.p95, "mm", "<= 0.35", told)
        yield _record("rig against the solve, worst", found.worst, "mm", "<= 1", told)
        yield _record("the same, worst outside of the mouth", found.worst_seen, "mm", "", told)
        yield _record("mean way of these vertices", found.moved, "mm", "", told)
    yield from _wiggles(face)
    sealing = _sealing(face)
    for who, sealed in (
        ("flesh", settle(sealing[0][0], jaw=sealing[1][0]).shape),
        ("rig", face.rig.deform(*sealing)[0]),
    ):
        gap = face.rig.contact.seal(sealed)
        told = f"jaw open by {_SPOKEN_DEG:g} degrees, {who}"
        yield _record("seal for p, b, m: widest gap", gap, "mm", "<= 0.3", told)
    closing = np.zeros((1, len(face.rig.channels), 2))
    closing[0, face.rig.channels.index("orbicularis_oculi.pretarsalis")] = 1.0
    for who, shut in (
        ("flesh", settle(closing[0]).shape),
        ("rig", face.rig.deform(closing, *still)[0]),
    ):
        gap = face.rig.contact.cover(shut)
        yield _record("shut eye: widest gap", gap, "mm", "<= 0.15", who)
        yield _record("shut eye: globe that is seen", globe_seen(face, shut), "mm2", "<= 0", who)
    yield _record("left against right, worst", _asymmetry(face), "mm", "<= 0.01", "rig")
    yield from _files(face)


def _files(face: Face) -> Iterator[Record]:
    """Yield the size of the default rig and how soon another identity can be used."""
    from risorius.head import load_head
    from risorius.skin import save_rig
    from risorius.skin.transfer import carry_rig

    size = len(files("risorius.skin").joinpath("data/default.rig").read_bytes())
    yield _record("rig of the default face", size / 1e6, "MB", "<= 3")
    old = load_head(age_years=71, sex=1.0)
    seconds = best_of(lambda: carry_rig(face.rig, old), repeats=2)
    with tempfile.TemporaryDirectory() as folder:
        rig = carry_rig(face.rig, old)
        seconds += best_of(lambda: save_rig(rig, Path(folder, "old.rig")), repeats=1)
    yield _record("another identity, usable after", seconds, "s", "<= 10")


def smooth_paths(face: Face, count: int, *, seed: int = 0) -> Iterator[Movement]:
    """Yield activation, jaw and gaze of random smooth movements, a second each."""
    times = np.arange(int(_RATE)) / _RATE
    rng = np.random.default_rng(seed)
    channels = len(face.atlas.channel_ids)
    for _ in range(count):

        def waves(*shape: int) -> Floats:
            speed, phase = rng.uniform(0.3, 1.5, shape), rng.uniform(0, 2 * np.pi, shape)
            angle = 2 * np.pi * speed * times.reshape(-1, *[1] * len(shape)) + phase
            return np.asarray((1 - np.cos(angle)) / 2)

        on = rng.random((channels, 2)) < 0.3
        jaw = waves(3) * [0.5 * face.rig.jaw.max_open * (rng.random() < 0.5), 3.0, 4.0]
        gaze = (waves(2, 2) - 0.5) * [0.8, 0.6]
        yield waves(channels, 2) * on, jaw, gaze


def wiggle(face: Face, *, paths: int, seed: int = 0) -> Iterator[np.ndarray]:
    """Yield the shapes (time, vertex, axis) [mm] of random smooth movements, a second each."""
    for moves in smooth_paths(face, paths, seed=seed):
        yield face.rig.deform(*moves)


def jerks(shapes: np.ndarray) -> float:
    """Return the greatest acceleration of any vertex [m/s2]."""
    second = np.diff(shapes.astype(float), n=2, axis=0) * _RATE**2
    return float(np.linalg.norm(second, axis=2).max()) / 1e3


def _wiggles(face: Face) -> Iterator[Record]:
    """Yield jerks and overlaps of many smooth movements: lips, lids, teeth and eyes."""
    skin, jerk, deep = face.head.topology.parts["skin"], 0.0, np.zeros(len(_MEETS))
    for activation, jaw, gaze in smooth_paths(face, _PATHS):
        shapes = face.rig.deform(activation, jaw, gaze)
        jerk = max(jerk, jerks(shapes[:, skin]))
        for row in range(0, len(shapes), _STRIDE):
            deep = np.maximum(deep, _overlaps(face, shapes[row], jaw[row], gaze[row]))
    told = f"{_PATHS} random paths of 1 s, rig"
    yield _record("wiggle: greatest acceleration", jerk, "m/s2", "<= 60", told)
    yield from _depths(deep, "wiggle: ", told)


def _depths(deep: Floats, prefix: str, told: str) -> Iterator[Record]:
    for name, depth in zip(_MEETS, deep, strict=True):
        yield _record(f"{prefix}{name}", float(depth), "mm", "<= 0.1", told)


def _overlaps(face: Face, shape: np.ndarray, jaw: Floats, gaze: Floats) -> Floats:
    """Return how deep a level-0 shape overlaps at each place of `_MEETS`, (4,) [mm]."""
    contact = face.rig.contact
    lips, lids = contact.lips.overlap(shape), contact.lids.overlap(shape)
    return np.array([lips, lids, *sunk(face, shape, jaw, gaze)])


def sunk(face: Face, shape: np.ndarray, jaw: Floats, gaze: Floats) -> tuple[float, float]:
    """Return how much deeper than at rest skin lies in teeth and in eyes [mm]."""
    contact, bodies = face.rig.contact, face.rig.contact.bodies
    pose = contact.pose(jaw, gaze)
    deepest = []
    for guard, names in (
        (contact.teeth[0], ("teeth_upper", "teeth_lower")),
        (contact.eyes[0], ("eye_left", "eye_right")),
    ):
        away, _ = bodies.distance(shape[guard.vertex], pose, names=names)
        deepest.append(float(np.maximum(np.minimum(guard.least, 0.0) - away, 0.0).max()))
    return deepest[0], deepest[1]


def globe_seen(face: Face, shape: np.ndarray) -> float:
    """Return the area of the left eye seen past the skin from straight in front [mm2].

    The shape is of level 0; it is looked at smooth.
    """
    from risorius.picture import Camera, see

    fine = face.head.topology.levels[1]
    names = list(fine.part_names)
    eye = names.index("eye_left")
    solid = np.isin(fine.triangle_part, [names.index("skin"), eye])
    where = face.head.eyes.centres[0] + [0.0, 0.0, 900.0]
    camera = Camera(600, 400, 900 / _PIXEL, np.diag([1.0, -1.0, -1.0]), where)
    smooth = face.head.topology.refine(np.asarray(shape, dtype=np.float32))
    owner, _ = see(smooth, fine.triangles[solid], camera)
    part = fine.triangle_part[solid]
    # Every pixel is sampled twice in each direction.
    return float((part[owner[owner >= 0]] == eye).sum() * (_PIXEL / 2) ** 2)


def _sealing(face: Face) -> Movement:
    press = np.zeros((1, len(face.rig.channels), 2))
    press[0, [face.rig.channels.index(name) for name in _PRESSED]] = 1.0
    return press, np.radians([[_SPOKEN_DEG, 0.0, 0.0]]), np.zeros((1, 2, 2))


def _asymmetry(face: Face) -> float:
    activation, jaw, gaze = movement(face, 8, share=0.3, seed=5)
    jaw[:, 2] = 4.0
    shape = face.rig.deform(activation, jaw, gaze)
    other = face.rig.deform(activation[:, :, ::-1], jaw * [1, 1, -1], gaze[:, ::-1] * [-1, 1])
    mirror = face.head.topology.mirror
    return float(np.abs(other - shape[:, mirror] * [-1, 1, 1]).max())


def _record(
    figure: str, value: float | None, unit: str, bar: str = "", against: str = ""
) -> Record:
    return Record(area="skin", figure=figure, value=value, unit=unit, bar=bar, against=against)
