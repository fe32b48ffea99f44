"""A studio in this process, and one as a user starts it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from risorius.studio import Settings, create_app

ORIGIN = "http://127.0.0.1:8642"
SCORE = "title: A smile\nbeats:\n- {at: 0.2, feel: joy, for: 0.5}\n"


ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@contextmanager
def opened(settings: Settings) -> Iterator[TestClient]:
    """Yield a browser's page of a studio."""
    app = create_app(settings)
    # The host is said again because its sockets know no base.
    headers = {"origin": ORIGIN, "host": ORIGIN.removeprefix("http://")}
    with TestClient(app, base_url=ORIGIN, headers=headers) as client:
        yield client


@contextmanager
def running(data: Path, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Yield the address of a studio in a process of its own, and the process."""
    command = [sys.executable, "-c", "from risorius.cli import main; main()", "studio"]
    options = ["--no-browser", "--port", "0", "--data", str(data), *words]
    process = subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://[\w.:]+", process.stdout.readline())
        assert found, process.communicate(timeout=10)
        yield found.group(), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with opened(settings) as page:
        yield page


@pytest.fixture
def clip(client: TestClient) -> str:
    """The id of a performed clip."""
    done = client.post("/api/perform/render", json={"text": SCORE, "seed": 7})
    return str(done.json()["clip"]["id"])


@pytest.fixture
def score() -> str:
    return SCORE


@pytest.fixture
def open_studio():
    """Open a studio with settings of one's own."""
    return opened


@pytest.fixture(scope="session")
def run_studio():
    """Run a studio as a user does."""
    return running


@pytest.fixture(scope="session")
def node() -> str:
    """The program, with what the page's code needs beside it."""
    program = shutil.which("node")
    if program is None or not (ROOT / "src/risorius/studio/web/node_modules").is_dir():
        pytest.skip("needs node, and `npm ci` in src/risorius/studio/web")
    return program


@pytest.fixture(scope="session")
def node_with_browser(node: str) -> str:
    """The program for scripts that open Chromium."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs a Chromium at {CHROMIUM} (CHROMIUM names another)")
    return node


@pytest.fixture(scope="session")
def node_with_page(node_with_browser: str) -> str:
    """The program for scripts that open Chromium on the built page."""
    if not (ROOT / "src/risorius/studio/static/index.html").is_file():
        pytest.skip("needs the built page: `pip install -e .`")
    return node_with_browser
