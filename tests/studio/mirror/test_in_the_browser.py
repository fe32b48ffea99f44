"""The mirror in Chromium, with a film for a camera; and twenty mirrors at once."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2  # noqa: TID253 - the pictures of a camera
import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LID = "orbicularis oculi, pretarsalis"
SMILE = "zygomaticus major"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> dict[str, Path]:
    """Our head at rest for 15 s, then smiling and winking on its left for 10; and that flipped."""
    from risorius.anatomy import load_atlas
    from risorius.clip import new_clip
    from risorius.face import deform, load_face
    from risorius.picture import front_camera, render

    face, atlas = load_face(), load_atlas()
    camera = front_camera(face.head.vertices, width=640, height=480)
    wanted = {**atlas.expand("AU12", 0.9, side="left"), **atlas.expand("AU46", 1.0, side="left")}
    pictures = []
    for share in np.sin(np.linspace(0, np.pi, 40)):
        activation = np.zeros((1, len(atlas.channel_ids), 2))
        for (channel, side), amount in wanted.items():
            place = atlas.channel_ids.index(channel), ("left", "right").index(side)
            activation[0, *place] = share * amount
        shape = deform(face, new_clip([0.0], activation), level=1).values[0]
        pictures.append(render(face.head.topology, shape, camera, level=1)[..., ::-1])
    folder = tmp_path_factory.mktemp("film")
    films = {"as it is": folder / "film.mjpeg", "flipped": folder / "flipped.mjpeg"}
    for path, step in zip(films.values(), (1, -1), strict=True):
        frames = [cv2.imencode(".jpg", np.ascontiguousarray(p[:, ::step]))[1] for p in pictures]
        rest, *moving = (frame.tobytes() for frame in frames)
        path.write_bytes(450 * rest + 8 * b"".join(moving))
    return films


@pytest.fixture
def use_mirror(run_studio, tmp_path):
    """Use the mirror as a person does; return what was seen."""
    node = shutil.which("node")
    if node is None or not (ROOT / "src/risorius/studio/web/node_modules").is_dir():
        pytest.skip("needs node, and `npm ci` in src/risorius/studio/web")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs a Chromium at {CHROMIUM} (CHROMIUM names another)")
    if not (ROOT / "src/risorius/studio/static/index.html").is_file():
        pytest.skip("needs the built page: `python hatch_build.py`")

    def use(film: Path) -> dict:
        script = ROOT / "tests/studio/browser/mirror.mjs"
        with run_studio(tmp_path / "data") as (address, _):
            done = subprocess.run(
                [node, str(script), address, str(film)], capture_output=True, text=True, timeout=400
            )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return use


@pytest.mark.parametrize("which", ["as it is", "flipped"])
def test_a_mirror_is_used_and_left_stays_left(use_mirror, film, which, capsys):
    told = use_mirror(film[which])
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
