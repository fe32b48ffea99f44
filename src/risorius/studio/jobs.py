"""Long work in a process of its own: with progress, an end when it is cancelled, and a bound."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Lock
from typing import Any, Literal, TypeAlias

from risorius.errors import RisoriusError
from risorius.studio.messages import Job
from risorius.studio.problems import Busy

__all__ = ["Jobs", "Work"]

Work: TypeAlias = Callable[[Callable[[float], None]], Any]
"""What is done in the other process: takes what it tells its progress to, returns its result."""

Finish: TypeAlias = Callable[[Any], Mapping[str, Any]]
"""What is done with the result in this process; returns what the job then says."""

_KEPT = 32
"""Jobs that are remembered when they are over."""

_STEP = 0.005
"""Progress below this is not worth telling."""


@dataclass(slots=True, eq=False)
class _Entry:
    job: Job
    folder: Path
    cancelled: Event = field(default_factory=Event)


class Jobs:
    """All long work of one studio.

    Parameters
    ----------
    scratch : Path
        Each job has a folder of its own in it, which goes when the job is forgotten.
    at_once : int
        Processes at a time.
    most : int
        Jobs at a time, running and waiting.
    """

    def __init__(self, scratch: Path, *, at_once: int, most: int) -> None:
        self._scratch = scratch
        self._most = most
        self._entries: dict[str, _Entry] = {}
        self._lock = Lock()
        self._watchers = ThreadPoolExecutor(at_once, thread_name_prefix="job")

    @property
    def is_full(self) -> bool:
        """Whether one more would be refused."""
        with self._lock:
            return sum(_is_open(entry.job) for entry in self._entries.values()) >= self._most

    def new_folder(self) -> tuple[str, Path]:
        """Return the id of a job to come, and its folder for what it needs.

        Raises
        ------
        Busy
            Too many wait already.
        """
        if self.is_full:
            raise Busy(f"{self._most} jobs are under way. Wait for one of them, or cancel it.")
        name = secrets.token_hex(8)
        folder = self._scratch / name
        folder.mkdir(mode=0o700)
        return name, folder

    def start(
        self,
        name: str,
        kind: Literal["export", "read"],
        work: Work,
        *,
        title: str,
        finish: Finish,
        clip: str = "",
    ) -> Job:
        """Begin a job as soon as it is its turn.

        Parameters
        ----------
        name : str
            From `new_folder`.
        kind : {"export", "read"}
        work : callable
            Goes to another process, so it must be importable there.
        title : str
        finish : callable
        clip : str
            Which clip it is about.

        Raises
        ------
        Busy
            Others came first while its folder was filled.
        """
        if self.is_full:
            self.remove_folder(name)
            raise Busy(f"{self._most} jobs are under way. Wait for one of them, or cancel it.")
        job = Job(id=name, kind=kind, title=title, state="waiting", share=0.0, clip=clip)
        entry = _Entry(job, self._scratch / name)
        with self._lock:
            self._entries[name] = entry
            over = [key for key, other in self._entries.items() if not _is_open(other.job)]
            forgotten = over[: max(0, len(self._entries) - self._most - _KEPT)]
            for key in forgotten:
                del self._entries[key]
        for key in forgotten:
            self.remove_folder(key)
        self._watchers.submit(self._run, entry, work, finish)
        return job

    def get(self, name: str) -> Job | None:
        """Return how a job stands."""
        entry = self._entries.get(name)
        return entry.job if entry else None

    def folder(self, name: str) -> Path:
        """Return the folder of a job."""
        return self._entries[name].folder

    def cancel(self, name: str) -> Job | None:
        """End a job; one that is over stays as it is."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        entry.cancelled.set()
        if entry.job.state == "waiting":
            self._tell(entry, state="cancelled")
        return entry.job

    def remove_folder(self, name: str) -> None:
        """Remove what a job needed and made."""
        shutil.rmtree(self._scratch / name, ignore_errors=True)

    def close(self) -> None:
        """End all of them."""
        for entry in list(self._entries.values()):
            entry.cancelled.set()
        self._watchers.shutdown(cancel_futures=True)

    def _run(self, entry: _Entry, work: Work, finish: Finish) -> None:
        if not entry.cancelled.is_set():
            self._tell(entry, state="running")
            try:
                verdict, result = _in_process(entry, work, partial(self._tell, entry))
                if verdict == "done":
                    self._tell(entry, state="done", share=1.0, **finish(result))
                elif verdict == "cancelled":
                    self._tell(entry, state="cancelled")
                else:
                    self._tell(entry, state="failed", problem=result)
            except (RisoriusError, OSError) as error:
                self._tell(entry, state="failed", problem=str(error))
        # What was uploaded goes as soon as it was read; only a file to fetch stays.
        if entry.job.export is None:
            self.remove_folder(entry.job.id)

    def _tell(self, entry: _Entry, **news: Any) -> None:
        entry.job = entry.job.model_copy(update=news)


def _is_open(job: Job) -> bool:
    return job.state in ("waiting", "running")


def _in_process(entry: _Entry, work: Work, tell: Callable[..., None]) -> tuple[str, Any]:
    """Run work in a process of its own and watch it; return the verdict and what came of it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, work), daemon=True)
    process.start()
    theirs.close()
    try:
        while not entry.cancelled.is_set():
            if not ours.poll(0.1):
                continue
            word, value = ours.recv()
            if word == "share":
                tell(share=value)
            else:
                return word, value
        return "cancelled", None
    except EOFError:
        process.join()
        return "failed", f"the work ended before it was done (exit code {process.exitcode})."
    finally:
        ours.close()
        process.join(0 if entry.cancelled.is_set() else 5)
        process.kill()
        process.join()


def _work(pipe: Connection, work: Work) -> None:
    """Do the work; the main function of the other process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the studio, which ends us
    if sys.platform != "win32":
        os.nice(5)  # faces that live come first
    told = 0.0

    def progress(share: float) -> None:
        nonlocal told
        if share - told >= _STEP:
            told = share
            pipe.send(("share", min(share, 1.0)))

    with suppress(BrokenPipeError):  # nobody waits for the answer any more
        try:
            pipe.send(("done", work(progress)))
        except RisoriusError as error:
            pipe.send(("failed", str(error)))
        except MemoryError:
            pipe.send(("failed", "this needs more memory than there is. Try a shorter one."))
