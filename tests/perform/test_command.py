"""``risorius perform`` as its user meets it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from risorius.bench.perform import SCENE
from risorius.bench.perform.laws import fingerprint
from risorius.cli import app
from risorius.clip import open_clip
from risorius.perform import perform_score

run = CliRunner().invoke


@pytest.fixture
def scene(tmp_path):
    path = tmp_path / "scene.yaml"
    path.write_text(SCENE, encoding="utf-8")
    return path


def test_help_shows_an_example():
    shown = run(app, ["perform", "--help"])
    assert shown.exit_code == 0
    assert "risorius perform examples/" in shown.output


def test_a_score_becomes_a_clip(scene, tmp_path):
    out = tmp_path / "scene.nc"
    words = ["perform", str(scene), "-o", str(out), "--rate", "60", "--seed", "7"]
    shown = run(app, [*words, "--without", "blink", "--without", "breath"])
    assert shown.exit_code == 0, shown.output
    assert str(out) in shown.output
    clip = open_clip(out)
    same = perform_score(scene, seed=7, rate=60, off=("blink", "breath"))
    assert fingerprint(clip) == fingerprint(same)
    assert clip.attrs["log"] == same.attrs["log"]
    assert not clip.breath.values.any()


def test_a_score_becomes_a_table(scene, tmp_path):
    out = tmp_path / "scene.csv"
    assert run(app, ["perform", str(scene), "-o", str(out), "--rate", "30"]).exit_code == 0
    table = np.genfromtxt(out, delimiter=",", skip_header=1, max_rows=5, usecols=(0,))
    assert len(table) == 5


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        (
            "beats: [{at: 0.4, feel: joi}]",
            [],
            "line 1, column 19: unknown expression 'joi'. Did you mean 'joy'?",
        ),
        ("beats: [", [], "score.yaml: line 2, column 1: this is no YAML"),
        ("duration: 1", ["--without", "blinks"], "Did you mean 'blink'"),
        ("duration: 1", ["--rate", "0"], "rate must be above zero, not 0"),
        ("duration: 1", ["-o", "a.gif"], "unknown suffix '.gif'"),
        (None, [], "no such file"),
    ],
)
def test_what_cannot_be_performed_is_said_in_one_line(text, more, says, tmp_path):
    if text is not None:
        (tmp_path / "score.yaml").write_text(text, encoding="utf-8")
    code = "from risorius.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "perform", "score.yaml", "-o", "a.nc", *more],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("a.*"))
