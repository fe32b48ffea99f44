"""The skin: how near the rig is to the tissue, what touches, and how long solving takes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from risorius.bench.record import Record, best_of
from risorius.bench.rig import movement

if TYPE_CHECKING:
    from risorius.face import Face

__all__ = ["jerks", "records", "wiggle"]

_JUDGES = 24
_RATE = 60.0


def records() -> Iterator[Record]:
    """Yield the figures of the skin."""
    from risorius.face import load_face
    from risorius.head import load_head
    from risorius.skin import save_rig
    from risorius.skin.bake import tissue_of
    from risorius.skin.judge import judge_rig
    from risorius.skin.transfer import carry_rig

    face = load_face()
    start = time.perf_counter()
    settle = tissue_of(face.head)
    yield _record("making the tissue", time.perf_counter() - start, "s")
    pose = movement(face, 1, share=0.3)
    solve = partial(settle, pose[0][0], jaw=pose[1][0], gaze=pose[2][0])
    solve()  # compile
    yield _record("full solve", best_of(solve, repeats=3), "s", "<= 0.5")
    found = judge_rig(face.rig, face.head, settle=settle, count=_JUDGES)
    told = f"full solve, {_JUDGES} poses never baked"
    yield _record("rig against the solve, mean", found.mean, "mm", "<= 0.1", told)
    yield _record("rig against the solve, p95", found.p95, "mm", "<= 0.35", told)
    yield _record("rig against the solve, worst", found.worst, "mm", "<= 1", told)
    yield _record("the same, worst outside of the mouth", found.worst_seen, "mm", "", told)
    yield _record("mean way of these vertices", found.moved, "mm")
    yield from _touches(face)
    yield from _cascade(face)
    yield _record("left against right, worst", _asymmetry(face), "mm", "<= 0.01")
    size = len(files("risorius.skin").joinpath("data/default.rig").read_bytes())
    yield _record("rig of the default face", size / 1e6, "MB", "<= 3")
    old = load_head(age_years=71, sex=1.0)
    seconds = best_of(lambda: carry_rig(face.rig, old), repeats=2)
    with tempfile.TemporaryDirectory() as folder:
        rig = carry_rig(face.rig, old)
        seconds += best_of(lambda: save_rig(rig, Path(folder, "old.rig")), repeats=1)
    yield _record("another identity, usable after", seconds, "s", "<= 10")


def wiggle(face: Face, *, paths: int, seed: int = 0) -> Iterator[np.ndarray]:
    """Yield the shapes (time, vertex, axis) [mm] of random smooth movements, a second each."""
    times = np.arange(int(_RATE)) / _RATE
    rng = np.random.default_rng(seed)
    channels = len(face.atlas.channel_ids)
    for _ in range(paths):

        def waves(*shape: int) -> np.ndarray:
            speed, phase = rng.uniform(0.3, 1.5, shape), rng.uniform(0, 2 * np.pi, shape)
            angle = 2 * np.pi * speed * times.reshape(-1, *[1] * len(shape)) + phase
            return np.asarray((1 - np.cos(angle)) / 2)

        on = rng.random((channels, 2)) < 0.3
        jaw = waves(3) * [0.5 * face.rig.jaw.max_open * (rng.random() < 0.5), 3.0, 4.0]
        gaze = (waves(2, 2) - 0.5) * [0.8, 0.6]
        yield face.rig.deform(waves(channels, 2) * on, jaw, gaze)


def jerks(shapes: np.ndarray) -> float:
    """Return the greatest acceleration of any vertex [m/s2]."""
    second = np.diff(shapes.astype(float), n=2, axis=0) * _RATE**2
    return float(np.linalg.norm(second, axis=2).max()) / 1e3


def _touches(face: Face) -> Iterator[Record]:
    rig, parts = face.rig, face.head.topology.parts
    contact = rig.contact
    lips = lids = jerk = 0.0
    for shapes in wiggle(face, paths=20):
        skin = shapes[:, parts["skin"]]
        jerk = max(jerk, jerks(skin))
        for shape in shapes[::6]:
            lips = max(lips, contact.lips.overlap(shape))
            lids = max(lids, contact.lids.overlap(shape))
    yield _record("wiggle: greatest acceleration", jerk, "m/s2", "<= 60", "20 random paths of 1 s")
    yield _record("wiggle: lip in lip", lips, "mm", "<= 0.1")
    yield _record("wiggle: lid in lid", lids, "mm", "<= 0.1")
    still = np.zeros((1, len(rig.channels), 2))
    press = still.copy()
    for name in ("orbicularis_oris.superior_marginalis", "orbicularis_oris.inferior_marginalis"):
        press[0, rig.channels.index(name)] = 0.6
    shut = still.copy()
    shut[0, rig.channels.index("orbicularis_oculi.pretarsalis")] = 1.0
    rest = np.zeros((1, 3)), np.zeros((1, 2, 2))
    sealed, closed = rig.deform(press, *rest)[0], rig.deform(shut, *rest)[0]
    yield _record("seal of pressed lips, widest gap", contact.seal(sealed), "mm", "<= 0.3")
    yield _record("shut eye, widest gap", contact.cover(closed), "mm", "<= 0.15")


def _cascade(face: Face) -> Iterator[Record]:
    """Yield what a smile does that nobody told it to do."""
    from risorius.skin.strain import skin_strain

    rig, topology = face.rig, face.head.topology
    skin = topology.parts["skin"]
    poses = np.zeros((2, len(rig.channels), 2))
    poses[:, rig.channels.index("zygomaticus_major")] = 1.0
    poses[1, rig.channels.index("orbicularis_oculi.orbitalis")] = 1.0
    shapes = rig.deform(poses, np.zeros((2, 3)), np.zeros((2, 2, 2)))
    way = shapes[0] - rig.rest
    cheek = np.argsort(-topology.regions["cheek"] * (rig.rest[skin, 1] > rig.rest[skin, 1].mean()))
    told = "zygomaticus major alone"
    rise = float(np.percentile(way[cheek[:200], 1], 75))
    yield _record("smile: rise of the upper cheek", rise, "mm", ">= 0.5", told)
    lid = topology.loops["lid_lower_left"]
    yield _record("smile: rise of the lower lid", float(way[lid, 1].max()), "mm", ">= 0.1", told)
    reach = float((np.linalg.norm(way[skin], axis=1) > 0.2).mean()) * 100
    yield _record("smile: skin that moves by over 0.2 mm", reach, "%", "", told)
    beside = topology.regions["crows_feet"] > 0.5
    pressed = float(np.median(skin_strain(rig, shapes[1])[0][beside, 0]))
    yield _record("smile with orbicularis: strain beside the eye", pressed, "1", "<= -0.05")


def _asymmetry(face: Face) -> float:
    activation, jaw, gaze = movement(face, 8, share=0.3, seed=5)
    jaw[:, 2] = 4.0
    shape = face.rig.deform(activation, jaw, gaze)
    other = face.rig.deform(activation[:, :, ::-1], jaw * [1, 1, -1], gaze[:, ::-1] * [-1, 1])
    mirror = face.head.topology.mirror
    return float(np.abs(other - shape[:, mirror] * [-1, 1, 1]).max())


def _record(figure: str, value: float, unit: str, bar: str = "", against: str = "") -> Record:
    return Record(area="skin", figure=figure, value=value, unit=unit, bar=bar, against=against)
