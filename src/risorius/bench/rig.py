"""The rig: milliseconds per frame, seconds to bake and to load, milliseconds to import."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from risorius.bench.record import Record, best_of, python_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.skin import Rig

    F32 = NDArray[np.float32]

__all__ = ["records"]

_IMPORT = "import time; t = time.perf_counter(); import risorius; print(time.perf_counter() - t)"
_LOAD = (
    "import numpy, scipy.sparse, xarray, time; t = time.perf_counter(); import risorius; "
    "risorius.load_face(); print(time.perf_counter() - t)"
)
_FRAMES = 120


def records() -> Iterator[Record]:
    """Yield the figures of the rig."""
    from risorius.face import load_face
    from risorius.head import load_head
    from risorius.skin import bake_rig

    face = load_face()
    rng = np.random.default_rng(0)
    shape = (_FRAMES, len(face.atlas.channel_ids), 2)
    # A third of the muscles at work in every frame: more than any real face.
    activation = (rng.random(shape) * (rng.random(shape) < 0.33)).astype(np.float32)
    jaw = np.zeros((_FRAMES, 3), np.float32)
    jaw[:, 0] = np.linspace(0, 0.4, _FRAMES)
    gaze = rng.uniform(-0.3, 0.3, (_FRAMES, 2, 2)).astype(np.float32)
    for level, limit in ((0, 0.6), (1, 2.0)):
        face.rig.deform(activation[:2], jaw[:2], gaze[:2], level=level)  # compile
        many = best_of(partial(face.rig.deform, activation, jaw, gaze, level=level))
        one = best_of(partial(_single_frames, face.rig, activation, jaw, gaze, level))
        yield _record(f"one frame, L{level}", one / _FRAMES * 1e3, "ms", f"<= {limit}")
        yield _record(f"per frame of {_FRAMES}, L{level}", many / _FRAMES * 1e3, "ms")
    yield _record(
        "52 numpy blendshapes, L1", _blendshape_ms(face.head.topology.levels[1].n_vertices), "ms"
    )
    old = load_head(age_years=71, sex=1.0)
    yield _record(
        "bake of another identity", best_of(lambda: bake_rig(old), repeats=2), "s", "<= 10"
    )
    yield _record("load of the default face", python_seconds(_LOAD), "s", "<= 0.3")
    yield _record("import risorius", python_seconds(_IMPORT) * 1e3, "ms", "<= 200")


def _single_frames(rig: Rig, activation: F32, jaw: F32, gaze: F32, level: int) -> None:
    for i in range(_FRAMES):
        rig.deform(activation[i : i + 1], jaw[i : i + 1], gaze[i : i + 1], level=level)


def _record(figure: str, value: float, unit: str, bar: str = "") -> Record:
    against = "peer" if figure.startswith("52 ") else ""
    return Record(area="rig", figure=figure, value=value, unit=unit, bar=bar, against=against)


def _blendshape_ms(n_vertices: int) -> float:
    """Time the plainest rig there is, on as many vertices: 52 shapes, one matrix product."""
    rng = np.random.default_rng(0)
    shapes = rng.random((52, n_vertices * 3), dtype=np.float32)
    weights = rng.random(52, dtype=np.float32)
    return best_of(lambda: [weights @ shapes for _ in range(20)]) / 20 * 1e3
