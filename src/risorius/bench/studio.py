"""Figures of the studio: what is sent, how fast it shows, and what many windows cost."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import risorius
from risorius.bench.record import Record

__all__ = ["records"]

WINDOWS = 20
SECONDS = 10.0

_BROWSER = Path(risorius.__file__).parents[2] / "tests" / "studio" / "browser"
"""Scripts for a real browser; they are in a checkout only."""


def records() -> Iterator[Record]:
    """Yield the figures of the studio."""
    static = Path(str(files("risorius.studio") / "static"))
    built = [path for path in static.rglob("*") if path.suffix in (".js", ".css", ".html")]
    size = sum(len(gzip.compress(path.read_bytes())) for path in built) / 1e6 if built else None
    why = "all scripts and styles, gzip" if built else "the page has not been built"
    yield _record("page, compressed", size, "MB", "<= 1.5", against=why)
    rig = len((files("risorius.skin") / "data" / "default.rig").read_bytes()) / 1e6
    yield _record("rig data", rig, "MB", "<= 4")
    told, why = _script("rig_time.mjs")
    yield _record("script of a frame, L1", _figure(told, "median"), "ms", "<= 4", against=why)
    with _running() as (address, process):
        told, why = _script("paint.mjs", address)
        paint = None if told is None else max(told["painted"]) / 1e3
        yield _record("first paint, slowest of five visits", paint, "s", "<= 1", against=why)
        if told is not None:
            foreign = float(len(told["foreign"]))
            yield _record("requests of the page to other hosts", foreign, "1", "<= 0")
        for count, bar in ((1, ">= 57"), (WINDOWS, "")):
            rates = asyncio.run(_live(address, count))
            yield _record(f"live face, {count} windows, slowest", min(rates), "frames/s", bar)
        before = _memory(process.pid)
        asyncio.run(_live(address, WINDOWS))
        after = _memory(process.pid)
        grown = None if before is None or after is None else after - before
        why = "the same load once more" if grown is not None else "told by Linux only"
        yield _record(f"memory grown by {WINDOWS} windows", grown, "MB", "<= 20", against=why)


def _record(
    figure: str, value: float | None, unit: str, bar: str = "", *, against: str = ""
) -> Record:
    return Record(area="studio", figure=figure, value=value, unit=unit, bar=bar, against=against)


def _figure(told: dict[str, Any] | None, name: str) -> float | None:
    return None if told is None else float(told[name])


def _script(name: str, *words: str) -> tuple[dict[str, Any] | None, str]:
    """Run a script in a real browser; return what it found, or why it did not."""
    script = _BROWSER / name
    if not script.is_file() or shutil.which("node") is None:
        return None, "needs a checkout, node and Chromium"
    try:
        done = subprocess.run(
            ["node", str(script), *words],
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
            env={**os.environ, "PYTHON": sys.executable},
        )
    except subprocess.CalledProcessError as error:
        return None, (error.stderr.strip().splitlines() or ["the script failed"])[-1][:120]
    except subprocess.TimeoutExpired:
        return None, "the browser took over five minutes"
    return json.loads(done.stdout.splitlines()[-1]), "headless Chromium, no graphics card"


@contextmanager
def _running() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Yield the address of a studio in a process of its own, and the process."""
    with tempfile.TemporaryDirectory() as data:
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", "from risorius.cli import main; main()", "studio"),
                *("--no-browser", "--port", "0", "--data", data),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            found = re.search(r"http://[\w.:]+", process.stdout.readline())
            if found is None:
                raise risorius.RisoriusError("the studio did not open.")
            yield found.group(), process
        finally:
            process.terminate()
            process.communicate()


async def _live(address: str, count: int) -> list[float]:
    """Return the frames per second that each of some windows was sent."""
    return await asyncio.gather(*(_window(address) for _ in range(count)))


async def _window(address: str) -> float:
    import websockets

    url = f"{address.replace('http', 'ws')}/ws/perform"
    async with websockets.connect(url, origin=websockets.Origin(address)) as live:
        while not isinstance(await live.recv(), bytes):
            pass
        count, begin = 0, time.monotonic()
        while time.monotonic() < begin + SECONDS:
            count += isinstance(await live.recv(), bytes)
        return count / (time.monotonic() - begin)


def _memory(process: int) -> float | None:
    """Return what a process holds [MB]."""
    status = Path(f"/proc/{process}/status")
    if not status.is_file():
        return None
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text())
    return None if found is None else int(found[1]) / 1024
