"""The command line as its user meets it: what it makes, and what it says when it cannot."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from risorius.cli import app
from risorius.cli.demo import demo_clip
from risorius.cli.pose import pose_clip
from risorius.clip import open_clip
from risorius.errors import InputError

COMMANDS = ("demo", "atlas", "pose", "perform", "read", "bake", "bench")
run = CliRunner().invoke


def command(*words, folder=None):
    """A fresh process, as a shell starts it."""
    code = "from risorius.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name):
    shown = run(app, [name, "--help"])
    assert shown.exit_code == 0
    assert f"risorius {name}" in shown.output


def test_version():
    assert run(app, ["--version"]).output.startswith("risorius 0.")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["pose", "AU12=2"], "'AU12=2' is not NAME=AMOUNT"),
        (["pose", "AU12"], "with an amount in 0..1"),
        (["pose", "zygomaticus_majr=1"], "zygomaticus_major"),
        (["pose", "AU12=1", "--view", "back"], "front, three-quarter, side"),
        (["pose", "AU12=1", "-o", "a.gif"], ".png"),
        (["pose", "AU12=1", "--muscles", "--fade", "1.2"], "--fade is 0 (closed skin)"),
        (["pose", "AU12=1", "--fade", "0.5"], "--fade needs --muscles"),
        (["pose", "AU12=1", "--muscles", "-o", "a.nc"], "shows no muscles"),
        (["pose", "AU12=1", "--lesion", "facal.left=1"], "facial"),
        (["pose", "AU12=1", "-o", "no/such/a.png"], "there is no folder"),
        (["pose", "AU12=1", "--age", "400"], "age"),
        (["read", "missing.mp4", "-o", "out"], "missing.mp4"),
        (["bench", "ring"], "Did you mean 'rig'?"),
        (["atlas", "zygomaticuss"], "Did you mean"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_made(tmp_path, words, says):
    done = command(*words, folder=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.startswith("risorius: ")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_pose_as_a_clip(tmp_path):
    out = tmp_path / "smile.nc"
    done = run(
        app, ["pose", "AU12=0.5", "corrugator_supercilii.transverse.left=0.3", "-o", str(out)]
    )
    assert done.exit_code == 0, done.output
    clip = open_clip(out).activation[0]
    assert clip.sel(muscle="zygomaticus_major").values.tolist() == [0.5, 0.5]
    frown = clip.sel(muscle="corrugator_supercilii.transverse").values
    np.testing.assert_allclose(frown, [0.3, 0.0])


def test_a_pose_as_a_picture(tmp_path):
    out = tmp_path / "smile.png"
    done = run(app, ["pose", "AU6=0.5", "AU12=0.8", "--view", "three-quarter", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith(b"\x89PNG")


def test_muscles_show_under_a_faded_skin(tmp_path):
    import cv2

    pictures = {}
    for name, words in (("closed", []), ("muscles", ["--muscles"]), ("bare", ["--fade", "1"])):
        out = tmp_path / f"{name}.png"
        more = ["--muscles", *words] if name == "bare" else words
        done = run(app, ["pose", "AU12=1", *more, "-o", str(out)])
        assert done.exit_code == 0, done.output
        pictures[name] = cv2.imread(str(out)).astype(float)
    off = {name: np.abs(pictures[name] - pictures["bare"]).mean() for name in pictures}
    assert 0 < off["muscles"] < 0.5 * off["closed"]


def test_a_palsy_takes_the_muscles_of_its_side(tmp_path):
    out = tmp_path / "palsy.nc"
    done = run(app, ["pose", "AU12=0.8", "--lesion", "facial.left=1", "-o", str(out)])
    assert done.exit_code == 0, done.output
    left, right = open_clip(out).activation[0].sel(muscle="zygomaticus_major").values
    assert left < 0.05
    assert right == pytest.approx(0.8)


def test_one_message_for_all_words_that_are_wrong():
    with pytest.raises(InputError) as caught:
        pose_clip(["AU12=2", "AU99=1"])
    assert "AU12=2" in str(caught.value)
    assert "AU99" in str(caught.value)


def test_the_built_in_movement_begins_and_ends_at_rest():
    clip = demo_clip()
    np.testing.assert_allclose(clip.activation[[0, -1]], 0, atol=1e-6)


@pytest.mark.slow
def test_the_demo_makes_what_it_says(tmp_path):
    done = command("demo", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == [
        "movement.glb",
        "movement.mp4",
        "movement.nc",
        "poses.png",
        "read_back.csv",
        "read_back.html",
        "read_back.nc",
    ]
    for name in made:
        assert name in done.stdout
