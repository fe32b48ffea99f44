"""Perform: how long a score takes, what an hour of it needs, and how soon a live face answers."""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from risorius.bench.peers import PeerMissing, fetch_wheel
from risorius.bench.record import Record, python_seconds

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = ["OPENFACEFX", "SCENE", "records"]

OPENFACEFX = (
    "openfacefx",
    "0.24.0",
    "f13482510d389992c42ad83b8f33576ac1d8a37ab2bfebd8539e9ed658d50003",
)
_LINE = "I never thought that you would come, and now I am so glad that you did."
SCENE = f"""\
duration: 10
persona: {{expressivity: 0.6, asymmetry: 0.1}}
context: {{speaks: partner, closeness: near}}
beats:
- {{at: 0.0, look: partner}}
- {{at: 0.4, feel: joy, strength: 0.6, for: 3.0, name: smile}}
- {{at: 1.5, nod: 2}}
- {{after: smile, gap: 0.2, say: "{_LINE}"}}
- {{at: 2.5, micro: contempt, ms: 200, strength: 0.5}}
- {{at: 5.0, blink: double}}
- {{at: 6.0, AU4: 0.4, for: 0.5}}
- {{at: 8.0, breathe: sigh}}
"""
"""Ten seconds in which every layer has something to do."""

_SHORT = """\
duration: 2
beats:
- {at: 0.0, feel: joy, strength: 1.0, for: 1.5}
- {at: 0.2, micro: contempt, ms: 200}
- {at: 0.3, say: "So glad."}
- {at: 1.0, blink: double}
"""

_TEN = """
import time
from risorius.perform import perform_score
from risorius.bench.perform.cost import SCENE
perform_score("{duration: 1, beats: [{say: 'Load everything.'}]}")
start = time.process_time()
perform_score(SCENE, seed=7)
print(time.process_time() - start)
"""
_HOUR = """
import resource
from risorius.perform import perform_blocks
from risorius.bench.perform.cost import SCENE
peak = []
for piece in perform_blocks(SCENE.replace("duration: 10", "duration: 3600"), seed=7, rate=30):
    peak.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print((peak[-1] - peak[60]) / 1024)
"""
_BYTES = """
from risorius.bench.perform.cost import SCENE, fingerprint
from risorius.perform import perform_score
print(fingerprint(perform_score(SCENE, seed=7)))
"""


def records() -> Iterator[Record]:
    """Yield what performing costs, and what holds for every run of it."""
    yield _record("10 s, all layers, 120 Hz, after import", python_seconds(_TEN), "s", "<= 0.5")
    yield from _commands()
    yield _record("cost of a second, 100 s over 10 s", _growth(), "1", "<= 1.2")
    yield _record("what an hour adds to the memory of its first minute", _hour(), "MB", "<= 10")
    yield _record("processes of two that differ in a byte", _differing(), "1", "<= 0")
    yield _record("takes of 10,000 seeds with an invalid value", _invalid(), "1", "<= 0")
    yield from _live()


def fingerprint(clip: Clip) -> str:
    """Return a number that changes with any bit of a clip."""
    digest = hashlib.sha256()
    for name in sorted(map(str, clip.variables)):
        digest.update(name.encode())
        values = clip[name].values
        digest.update(
            values.tobytes() if values.dtype.kind == "f" else repr(values.tolist()).encode()
        )
    return digest.hexdigest()


def _hour() -> float | None:
    # Only there does the system say how much a process has ever held.
    return None if sys.platform == "win32" else python_seconds(_HOUR, repeats=1)


def _growth() -> float:
    from risorius.perform import perform_score

    def seconds(length: int) -> float:
        score = SCENE.replace("duration: 10", f"duration: {length}")
        start = time.process_time()
        perform_score(score, seed=7)
        return (time.process_time() - start) / length

    seconds(1)  # load what is compiled
    return min(seconds(100) for _ in range(3)) / min(seconds(10) for _ in range(5))


def _differing() -> float:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", _BYTES], check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    }
    return float(len(hashes) - 1)


def _invalid() -> float:
    from risorius.perform import perform_score, scene_of

    scene = scene_of(_SHORT)
    wrong = 0
    for seed in range(10_000):
        clip = perform_score(scene, seed=seed, rate=30)
        fine = all(np.isfinite(clip[name].values).all() for name in ("gaze", "head_pose", "breath"))
        muscles = clip["activation"].values
        # Written so that a NaN is wrong as well.
        wrong += not (fine and muscles.min() >= 0.0 and muscles.max() <= 1.0)
    return float(wrong)


def _live() -> Iterator[Record]:
    """Yield how long single frames of a live face take, with an intent every second."""
    from risorius.perform import live

    intents = (
        {"feel": "joy", "strength": 0.8, "for": 2.0},
        {"look": "away", "for": 1.0},
        {"say": _LINE},
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
    yield _record("live: one frame, median", statistics.median(frames) * 1e3, "ms", "<= 10")
    slow = statistics.quantiles(frames, n=100)[-1]
    yield _record("live: one frame, slowest of a hundred", slow * 1e3, "ms", "<= 10")
    told = statistics.median(answers) * 1e3
    yield _record("live: from an intent to the next frame, median", told, "ms", "<= 10")


def _commands() -> Iterator[Record]:
    """Yield the time of whole commands, from start to file, ours and the peer's."""
    with tempfile.TemporaryDirectory() as folder:
        score = Path(folder, "scene.yaml")
        score.write_text(SCENE, encoding="utf-8")
        ours = [sys.executable, "-c", "from risorius.cli import main; main()", "perform"]
        ours += [str(score), "-o", str(Path(folder, "scene.nc"))]
        yield _record("the whole command, 10 s to a clip", _command_seconds(ours), "s")
        name, version, sha256 = OPENFACEFX
        figure = f"{name} {version}: mouth, gestures and breath only, the whole command, 10 s"
        try:
            wheel = fetch_wheel(name, version, sha256=sha256)
        except PeerMissing as missing:
            yield _record(figure, None, "s", against=str(missing))
            return
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        theirs = [sys.executable, "-m", name, "naive", "--text", _LINE, "--duration", "10"]
        theirs += ["--fps", "120", "--gestures", "--breath", "-o", str(Path(folder, "track.json"))]
        yield _record(figure, _command_seconds(theirs, folder), "s", against="peer")


def _command_seconds(command: list[str], path: str = "") -> float:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([path, *sys.path])}
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        best = min(best, time.perf_counter() - start)
    return best


def _record(
    figure: str, value: float | None, unit: str, bar: str = "", against: str = ""
) -> Record:
    return Record(area="perform", figure=figure, value=value, unit=unit, bar=bar, against=against)
