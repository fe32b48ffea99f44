"""The mirror in Chromium, with a film for a camera; and twenty mirrors at once."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LID = "orbicularis oculi, pretarsalis"
SMILE = "zygomaticus major"

pytestmark = pytest.mark.slow


@pytest.fixture
def use_mirror(run_studio, node_with_page, tmp_path):
    """Use the mirror as a person does; return what was seen."""

    def use(film: Path) -> dict:
        script = ROOT / "tests/studio/browser/mirror.mjs"
        with run_studio(tmp_path / "data") as (address, _):
            done = subprocess.run(
                [node_with_page, str(script), address, str(film)],
                capture_output=True,
                text=True,
                timeout=600,
            )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return use


@pytest.mark.parametrize("which", ["as it is", "flipped"])
def test_a_mirror_is_used_and_left_stays_left(use_mirror, tmp_path, which, capsys, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tests/studio/mirror")
    from film import write_film

    film = tmp_path / "film.mjpeg"
    write_film(film, flipped=which == "flipped")
    told = use_mirror(film)
    with capsys.disabled():
        print(f"\nmirror, {which}, from the camera to the screen [ms]:", told["lag"])
    assert told["before"], "the camera is opened only when asked"
    assert told["calibration_s"] < 30
    strong, weak = (0, 1) if which == "as it is" else (1, 0)
    for muscle in (LID, SMILE):
        sides = told["muscles"][muscle]
        assert sides[strong] > sides[weak] + 3, (muscle, sides)
    assert told["aimed"] == ["left"]
    assert told["left"], "the camera is closed when the room is left"
    assert "camera" in told["none"]
    assert "does not let this page" in told["refused"]
    assert "does not answer" in told["gone"]
    assert told["foreign"] == []
    assert told["faults"] == []


def test_twenty_mirrors_leave_pictures_out_and_keep_their_memory(run_studio, tmp_path):
    script = ROOT / "tests/studio/mirror/many.py"
    with run_studio(tmp_path / "data") as (address, process):
        command = [sys.executable, str(script), str(process.pid), address, "20", "40"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["left_out"] > 0
    assert told["slowest_per_s"] > 0.1, "none is left behind, also by the one that reads nothing"
    rss = told["memory_mib"]
    half = len(rss) // 2
    assert max(rss[half:]) < 1.1 * max(rss[half - 2 : half]), rss


def test_a_session_leaves_no_picture_on_the_disk(run_studio, tmp_path, monkeypatch):
    """Neither in the data folder nor where programs put what they need for a moment."""
    monkeypatch.syspath_prepend(ROOT / "tests/studio/mirror")
    from client import line, packed

    data, moment = tmp_path / "data", tmp_path / "moment"
    moment.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(moment))

    def files() -> set[Path]:
        return {path for folder in (data, moment) for path in folder.rglob("*") if path.is_file()}

    async def session(address: str) -> int:
        answers = 0
        async with line(address) as mirror:
            await mirror.send('{"type": "calibrate"}')
            await mirror.send('{"type": "record"}')
            for number in range(1, 121):
                await mirror.send(packed(number, number / 10))
                while not isinstance(await mirror.recv(), bytes):
                    pass
                answers += 1
        return answers

    with run_studio(data) as (address, _):
        before = files()
        assert asyncio.run(session(address)) == 120
        assert files() == before
    assert files() == before
