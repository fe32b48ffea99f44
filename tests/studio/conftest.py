"""A studio in this process, and one as a user starts it."""

from __future__ import annotations

import os
import re
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
