"""The rooms in Chromium, used as a person does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture
def face(tmp_path) -> Path:
    """Return a film of our head, which smiles and nods."""
    from risorius.export import write_clip
    from risorius.perform import perform_score

    score = "title: A smile\nbeats:\n- {at: 0.2, feel: joy, for: 0.8}\n- {at: 1.6, nod: once}\n"
    path = tmp_path / "face.mp4"
    write_clip(perform_score(score, seed=7, rate=30), path)
    return path


def test_every_room_is_used_in_a_browser(node_with_page, face):
    script = ROOT / "tests/studio/browser/rooms.test.mjs"
    done = subprocess.run(
        [node_with_page, "--test", "--test-reporter=tap", str(script)],
        env={**os.environ, "PYTHON": sys.executable, "FACE": str(face)},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert re.search(r"^# skipped 0$", done.stdout, re.M), done.stdout
