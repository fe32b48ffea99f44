"""Solve many poses in processes of their own; each solve is kept on disk as soon as it is done.

A bake that was stopped, however rudely, goes on where it was: run it again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.errors import RisoriusError
from risorius.files import cache_folder

if TYPE_CHECKING:
    from risorius.head import Head
    from risorius.skin.plan import Poses

__all__ = ["BakeError", "bake_key", "solve_poses"]

Singles = NDArray[np.float32]

STEP = 0.004
"""Displacements are kept in steps of this [mm]."""
POLL_S = 0.5
_RECORD = struct.Struct("<II")


class BakeError(RisoriusError):
    """A process that solves poses has failed."""


def bake_key(head: Head) -> str:
    """Return a name that changes with the head and with all that its bake reads."""
    return hashlib.blake2b(f"{head.fingerprint} {_code()}".encode(), digest_size=16).hexdigest()


def solve_poses(
    head: Head, poses: Poses, *, seed: int, progress: Callable[[float], None]
) -> Singles:
    """Return the skin's shape in every pose, (k, n_skin, 3) [mm].

    Parameters
    ----------
    head : Head
    poses : Poses
    seed : int
        Of the mixed ones among them; for the name of what is kept.
    progress : callable
        Called with the share done, 0..1.

    Raises
    ------
    BakeError
        A process failed; its last words are in the message.
    """
    folder = cache_folder() / "bakes" / f"{bake_key(head)}-{len(poses)}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "poses.npz").open("wb") as stream:
        np.savez(
            stream,
            activation=poses.activation,
            jaw=poses.jaw,
            gaze=poses.gaze,
            tone=poses.tone,
        )
    workers = max(1, min(os.cpu_count() or 1, 8))
    progress(0.0)
    _work(head, folder, len(poses), workers, progress)
    rest = head.vertices[head.topology.parts["skin"]].astype(np.float32)
    shapes = np.empty((len(poses), *rest.shape), np.float32)
    for number, way in _kept(folder, rest.size):
        shapes[number] = rest + way.reshape(rest.shape) * np.float32(STEP)
    shutil.rmtree(folder, ignore_errors=True)
    return shapes


def _work(
    head: Head, folder: Path, count: int, workers: int, progress: Callable[[float], None]
) -> None:
    """Run the processes until every pose is solved."""
    size = head.vertices[head.topology.parts["skin"]].size
    done = {number for number, _ in _kept(folder, size)}
    left = sorted(set(range(count)) - done)
    if not left:
        return
    identity = {field.name: getattr(head.identity, field.name) for field in fields(head.identity)}
    for name in ("ancestry", "detail"):
        identity[name] = dict(identity[name])
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    running, logs, journals = [], [], []
    try:
        for number in range(min(workers, len(left))):
            journals.append(folder / f"{time.time_ns()}-{number}.solves")
            task = {
                "identity": identity,
                "head": head.fingerprint,
                "poses": left[number::workers],
                "folder": str(folder),
                "journal": journals[-1].name,
                "parent": os.getpid(),
            }
            logs.append((folder / f"{number}.log").open("w+"))
            told = folder / f"{number}.json"
            told.write_text(json.dumps(task))
            running.append(
                subprocess.Popen(
                    [sys.executable, "-m", "risorius.skin.solves", str(told)],
                    stdin=subprocess.DEVNULL,
                    stdout=logs[-1],
                    stderr=subprocess.STDOUT,
                    env=environment,
                )
            )
        record = _RECORD.size + 2 * size
        while any(process.poll() is None for process in running):
            time.sleep(POLL_S)
            fresh = sum(path.stat().st_size // record for path in journals if path.exists())
            progress(min(1.0, (len(done) + fresh) / count))
        for process, log in zip(running, logs, strict=True):
            if process.returncode:
                log.seek(0)
                words = log.read().strip().splitlines() or ["no reason given"]
                raise BakeError(f"a bake's process failed: {words[-1]}")
    finally:
        for process in running:
            if process.poll() is None:
                process.terminate()
                process.wait()
        for log in logs:
            log.close()


def _kept(folder: Path, size: int) -> Iterator[tuple[int, NDArray[np.int16]]]:
    """Yield what is on disk: number of the pose and its steps; half a record counts for nothing."""
    record = _RECORD.size + 2 * size
    for path in sorted(folder.glob("*.solves")):
        content = path.read_bytes()
        for start in range(0, len(content) - record + 1, record):
            number, check = _RECORD.unpack_from(content, start)
            payload = content[start + _RECORD.size : start + record]
            if zlib.crc32(payload) == check:
                yield number, np.frombuffer(payload, "<i2")


@cache
def _code() -> str:
    """Return a mark of everything that a bake reads but the head."""
    mark = hashlib.blake2b(digest_size=16)
    for package in ("risorius.skin", "risorius.anatomy", "risorius.head"):
        for source in _sources(files(package)):
            mark.update(source.read_bytes())
    return mark.hexdigest()


def _sources(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.name.endswith((".py", ".yaml")):
            yield entry


def _solve_some(task: dict[str, object]) -> None:
    """Solve the poses of a task and append each to the journal; stop when the parent is gone."""
    from risorius.head import load_head
    from risorius.skin.bake import tissue_of

    head = load_head(**task["identity"])  # type: ignore[arg-type]
    if head.fingerprint != task["head"]:
        raise SystemExit("the head cannot be made again from its identity.")
    settle = tissue_of(head)
    folder = Path(str(task["folder"]))
    with np.load(folder / "poses.npz") as stored:
        poses = {name: stored[name] for name in stored.files}
    skin = head.topology.parts["skin"]
    with (folder / str(task["journal"])).open("ab") as journal:
        for number in task["poses"]:  # type: ignore[attr-defined]
            if os.name == "posix" and os.getppid() != task["parent"]:
                return
            shape = settle(
                poses["activation"][number],
                jaw=poses["jaw"][number],
                gaze=poses["gaze"][number],
                tone=poses["tone"][number],
            ).shape
            way = np.round((shape - head.vertices)[skin] / STEP)
            payload = np.clip(way, -32767, 32767).astype("<i2").tobytes()
            journal.write(_RECORD.pack(number, zlib.crc32(payload)) + payload)
            journal.flush()


if __name__ == "__main__":
    _solve_some(json.loads(Path(sys.argv[1]).read_text()))
