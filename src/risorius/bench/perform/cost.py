"""Perform: how long a score takes, what an hour of it needs, and how soon a live face answers."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from risorius.bench.peers import PeerMissing, fetch_wheel
from risorius.bench.perform import LINE, SCENE, repeated
from risorius.bench.perform.figures import record
from risorius.bench.record import Record, python_seconds

__all__ = ["OPENFACEFX", "records"]

OPENFACEFX = (
    "openfacefx",
    "0.24.0",
    "f13482510d389992c42ad83b8f33576ac1d8a37ab2bfebd8539e9ed658d50003",
)
_TEN = """
import time
from risorius.perform import perform_score
from risorius.bench.perform import SCENE
perform_score("{duration: 1, beats: [{say: 'Load everything.'}]}")
start = time.process_time()
perform_score(SCENE, seed=7)
print(time.process_time() - start)
"""
_BESIDE = f"CPU of one core; the whole command of {OPENFACEFX[0]} is below"
_HOUR = """
import resource
from risorius.perform import perform_blocks
from risorius.bench.perform import repeated
peak = []
for piece in perform_blocks(repeated(360), seed=7, rate=30):
    peak.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print((peak[-1] - peak[60]) / 1024)
"""


def records() -> Iterator[Record]:
    """Yield what performing costs."""
    yield record(
        "10 s, all layers, 120 Hz, after import", python_seconds(_TEN), "s", "<= 0.5", _BESIDE
    )
    yield from _commands()
    yield record("cost of a second, 10 min over 1 min", _growth(), "1", "<= 1.2", "1 is linear")
    yield record(
        "what an hour adds to the memory of its first minute",
        _hour(),
        "MB",
        "<= 10",
        "its clip at 30 Hz would hold 62 MB",
    )
    yield from _live()


def _hour() -> float | None:
    # Only there does the system say how much a process has ever held.
    return None if sys.platform == "win32" else python_seconds(_HOUR, repeats=1)


def _growth() -> float:
    from risorius.perform import perform_score

    def seconds(times: int) -> float:
        score = repeated(times)
        start = time.process_time()
        perform_score(score, seed=7)
        return (time.process_time() - start) / times

    seconds(1)  # load what is compiled
    return min(seconds(60) for _ in range(2)) / min(seconds(6) for _ in range(4))


def _live() -> Iterator[Record]:
    """Yield how long single frames of a live face take, with an intent every second."""
    from risorius.perform import live

    intents = (
        {"feel": "joy", "strength": 0.8, "for": 2.0},
        {"look": "away", "for": 1.0},
        {"say": LINE},
        {"nod": 2},
        {"blink": "double"},
    )
    face = live(seed=7)
    face.intend(*intents)
    face.frames(1.0)
    frames, answers = [], []
    for second in range(10):
        start = time.perf_counter()
        face.intend(intents[second % len(intents)])
        face.frames(face.time)
        answers.append(time.perf_counter() - start)
        for _ in range(119):
            start = time.perf_counter()
            face.frames(face.time)
            frames.append(time.perf_counter() - start)
    yield record("live: one frame, median", statistics.median(frames) * 1e3, "ms", "<= 10")
    slow = statistics.quantiles(frames, n=100)[-1]
    yield record("live: one frame, slowest of a hundred", slow * 1e3, "ms", "<= 10")
    told = statistics.median(answers) * 1e3
    yield record("live: from an intent to the next frame, median", told, "ms", "<= 10")


def _commands() -> Iterator[Record]:
    """Yield the time of whole commands, from start to file, ours and the peer's."""
    with tempfile.TemporaryDirectory() as folder:
        score = Path(folder, "scene.yaml")
        score.write_text(SCENE, encoding="utf-8")
        ours = [sys.executable, "-c", "from risorius.cli import main; main()", "perform"]
        ours += [str(score), "-o", str(Path(folder, "scene.nc"))]
        yield record("the whole command, 10 s to a clip", _command_seconds(ours), "s")
        name, version, sha256 = OPENFACEFX
        figure = f"{name} {version}: mouth, gestures and breath only, the whole command, 10 s"
        try:
            wheel = fetch_wheel(name, version, sha256=sha256)
        except PeerMissing as missing:
            yield record(figure, None, "s", against=str(missing))
            return
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        theirs = [sys.executable, "-m", name, "naive", "--text", LINE, "--duration", "10"]
        theirs += ["--fps", "120", "--gestures", "--breath", "-o", str(Path(folder, "track.json"))]
        yield record(figure, _command_seconds(theirs, folder), "s", against="peer")


def _command_seconds(command: list[str], path: str = "") -> float:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([path, *sys.path])}
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        best = min(best, time.perf_counter() - start)
    return best
