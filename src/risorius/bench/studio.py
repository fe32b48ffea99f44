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
from statistics import median
from typing import Any

import risorius
from risorius.bench.record import Record

__all__ = ["records", "running_studio"]

WINDOWS = 20
SECONDS = 10.0
"""That living faces are watched."""

CROWD_SECONDS = 40.0
"""That many mirrors are watched."""

SOAK_MINUTES = float(os.environ.get("RISORIUS_SOAK_MIN", "2"))
"""Of a long session, at speed; 60 shows more."""

_CHECKOUT = Path(risorius.__file__).parents[2]
"""Scripts for a real browser, and the film that a camera plays, are in a checkout only."""
_TESTS = _CHECKOUT / "tests" / "studio"
_WEB = _CHECKOUT / "src" / "risorius" / "studio" / "web"
_FILM = _CHECKOUT / "docs" / "films" / "interview.mp4"


def records() -> Iterator[Record]:
    """Yield the figures of the studio."""
    yield from _sizes()
    yield from _rig()
    with running_studio() as (address, process):
        yield from _page(address)
        yield from _windows(address, process.pid)
        yield from _mirrors(address, process.pid)


def _sizes() -> Iterator[Record]:
    from risorius.studio.assets import head_file, muscles_file, rig_file

    static = Path(str(files("risorius.studio") / "static"))
    built = [path for path in static.rglob("*") if path.suffix in (".js", ".css", ".html")]
    size = sum(len(gzip.compress(path.read_bytes())) for path in built) / 1e6 if built else None
    why = "all scripts and styles, gzip" if built else "the page has not been built"
    yield _record("page, compressed", size, "MB", "<= 1.5", against=why)
    sent = sum(len(make()) for make in (rig_file, head_file, muscles_file)) / 1e6
    yield _record("rig data", sent, "MB", "<= 4", against="all that is sent for the face")


def _rig() -> Iterator[Record]:
    told, why = _run("node", _WEB / "node_modules" / "vitest" / "vitest.mjs", "run", "src/rig")
    apart = [float(mm) for mm in re.findall(r"([\d.]+) mm", told)]
    worst = max(apart, default=None)
    why = f"{len(apart) // 2} shared poses, both levels" if apart else why
    yield _record("rig of the browser from that of Python, worst", worst, "mm", "<= 0.02", why)
    frame, why = _browser("rig_time.mjs")
    yield _record("script of a frame, L1", frame.get("median"), "ms", "<= 4", against=why)
    whole = frame.get("whole", {})
    for shown, also, bar in (
        ("face", "", "<= 4"),
        ("strain", ", with strain", "<= 4"),
        ("muscles", ", with muscles", "<= 8"),
    ):
        figure = f"script of a whole frame, L1{also}"
        yield _record(figure, whole.get(shown), "ms", bar, against=why)


def _page(address: str) -> Iterator[Record]:
    told, why = _browser("paint.mjs", address)
    painted = [ms / 1e3 for ms in told.get("painted", ())]
    middle = median(painted) if painted else None
    why = f"middle of {len(painted)} visits, slowest {max(painted):.2f} s" if painted else why
    yield _record("first paint", middle, "s", "<= 1", against=why)
    foreign = len(told["foreign"]) if painted else None
    yield _record("requests to other hosts", foreign, "1", "<= 0", against="in these visits")


def _windows(address: str, process: int) -> Iterator[Record]:
    for count, bar in ((1, ">= 57"), (WINDOWS, "")):
        rates = asyncio.run(_live(address, count))
        yield _record(f"living face, {count} windows, slowest", min(rates), "frames/s", bar)
    before = _memory(process)
    asyncio.run(_live(address, WINDOWS))
    after = _memory(process)
    grown = None if before is None or after is None else after - before
    why = "the same load once more" if grown is not None else "told by Linux only"
    yield _record(f"memory grown by {WINDOWS} windows", grown, "MB", "<= 20", against=why)


def _mirrors(address: str, process: int) -> Iterator[Record]:
    scripts = _TESTS / "mirror"
    told, why = _run(sys.executable, scripts / "live_time.py", _FILM)
    found = re.search(r"clock, (\d+) pictures: p50 \S+ p95 (\S+)", told)
    p95 = float(found[2]) if found else None
    why = f"{found[1]} pictures of 640 x 480" if found else why
    yield _record("mirror, reader, p95", p95, "ms", "<= 15", against=why)

    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mjpeg"
        _run(sys.executable, scripts / "film.py", film)
        seen, why = _browser("mirror.mjs", address, film)
    lag = seen.get("lag", {}).get("p95")
    yield _record("mirror, camera to painted feedback, p95", lag, "ms", "<= 80", against=why)

    studio = (str(process), address)
    told, why = _run(sys.executable, scripts / "many.py", *studio, str(WINDOWS), str(CROWD_SECONDS))
    crowd = json.loads(told) if told else {}
    why = f"{crowd['left_out']:.0%} of the pictures dropped" if crowd else why
    slowest = crowd.get("slowest_per_s")
    yield _record(f"{WINDOWS} mirrors, answers to the slowest", slowest, "1/s", ">= 0.1", why)
    grown, why = _grown(crowd), f"in {CROWD_SECONDS:.0f} s" if crowd else why
    yield _record(f"{WINDOWS} mirrors, memory grown", grown, "MB", "<= 20", against=why)

    minutes = str(SOAK_MINUTES)
    told, why = _run(
        sys.executable, scripts / "soak.py", *studio, minutes, limit=60 * SOAK_MINUTES + 120
    )
    soak = json.loads(told) if told else {}
    why = f"{soak['session_hours']} h of a session in {minutes} min" if soak else why
    yield _record("soak, memory grown", _grown(soak), "MB", "<= 20", against=why)


def _grown(load: dict[str, Any]) -> float | None:
    """Return how much memory grew after the first third, which fills caches and pools [MB]."""
    rss = load.get("memory_mib", ())
    third = len(rss) // 3
    return max(rss[-third:]) - max(rss[third : 2 * third]) if third else None


def _record(
    figure: str, value: float | None, unit: str, bar: str = "", against: str = ""
) -> Record:
    return Record(area="studio", figure=figure, value=value, unit=unit, bar=bar, against=against)


def _browser(name: str, *words: str | Path) -> tuple[dict[str, Any], str]:
    """Run a script in a real browser; return what it found, and where, or why it did not."""
    told, why = _run("node", _TESTS / "browser" / name, *words)
    return (json.loads(told.splitlines()[-1]), "headless Chromium") if told else ({}, why)


def _run(
    program: str,
    script: Path,
    *words: str | Path,
    limit: float = 600,
) -> tuple[str, str]:
    """Run a script of the tests; return what it printed, or nothing and why."""
    if not script.is_file() or shutil.which(program) is None:
        return "", "needs a checkout, node and Chromium"
    try:
        done = subprocess.run(
            [program, str(script), *map(str, words)],
            cwd=_WEB if program == "node" else _CHECKOUT,
            capture_output=True,
            text=True,
            timeout=limit,
            check=True,
            env={**os.environ, "PYTHON": sys.executable, "NO_COLOR": "1"},
        )
    except subprocess.CalledProcessError as error:
        said = (error.stderr + error.stdout).splitlines()
        faults = [line for line in said if re.search(r"^[\w.]+: .|^\w+Error$", line)]
        return "", (faults or ["the script failed"])[-1][:120]
    except subprocess.TimeoutExpired:
        return "", f"it took over {limit:.0f} s"
    return done.stdout, ""


@contextmanager
def running_studio() -> Iterator[tuple[str, subprocess.Popen[str]]]:
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
