"""Others judge the GLB: the Khronos validator, and three.js playing it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import risorius
from risorius.clip import new_clip
from risorius.export import write_glb
from risorius.export.scene import part_corners

BROWSER = Path(__file__).parents[1] / "browser"


@pytest.fixture(scope="session")
def node():
    """A function that runs one of the scripts in `tests/browser` and returns what it prints."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None:
        pytest.skip("node is not installed")
    if not (BROWSER / "node_modules" / "three").is_dir():
        if npm is None:
            pytest.skip("npm is not installed")
        command = [npm, "install", "--no-package-lock", "--no-audit", "--fetch-retries=0"]
        done = subprocess.run(
            command, cwd=BROWSER, capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode:
            pytest.skip("no package registry answers: the validator and three.js are missing")

    def run(script, *arguments):
        done = subprocess.run(
            [program, BROWSER / script, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def moving(toy_face):
    """A clip in which lids, mouth, jaw and eyes move at once."""
    time = np.arange(31) / 60
    wave = np.sin(2 * np.pi * time) ** 2
    jaw = np.stack([0.4 * wave, 2 * wave, 3 * np.sin(9 * time)], axis=1)
    gaze = 0.3 * np.sin(8 * time[:, None, None] + np.arange(4).reshape(2, 2))
    curves = {("zygomaticus_major", "left"): wave, "orbicularis_oculi.pretarsalis": wave}
    return new_clip(time, curves, jaw=jaw, gaze=gaze)


def findings(report):
    """Return what the validator says, but for texture coordinates that no texture uses yet."""
    return [
        message
        for message in report["issues"]["messages"]
        if not (message["code"] == "UNUSED_OBJECT" and message["pointer"].endswith("TEXCOORD_0"))
    ]


@pytest.mark.parametrize("level", [0, 1])
def test_the_khronos_validator_finds_nothing(tmp_path, node, toy_face, moving, level):
    write_glb(moving, tmp_path / "face.glb", face=toy_face, level=level)
    report = node("validate.mjs", tmp_path / "face.glb")
    assert findings(report) == []
    assert report["info"]["animationCount"] == 1
    assert report["info"]["hasMorphTargets"]


def test_the_khronos_validator_finds_nothing_in_a_pose(tmp_path, node, toy_face, moving):
    write_glb(moving.isel(time=[9]), tmp_path / "face.glb", face=toy_face)
    assert findings(node("validate.mjs", tmp_path / "face.glb")) == []


@pytest.mark.parametrize("moments", [slice(None, None, 6), [9]])
def test_the_khronos_validator_finds_nothing_under_a_faded_skin(
    tmp_path, node, toy_face, moving, moments
):
    write_glb(moving.isel(time=moments), tmp_path / "face.glb", face=toy_face, fade=0.85)
    assert findings(node("validate.mjs", tmp_path / "face.glb")) == []


def test_the_khronos_validator_finds_nothing_in_the_default_face(node, busy_glb):
    assert findings(node("validate.mjs", busy_glb.path)) == []


def test_played_in_three_js_it_is_the_moving_face(tmp_path, node, face, busy, busy_glb):
    moments = [0, 5, 11, 18, 24]
    times = busy["time"].values[moments]
    found = node("play.mjs", busy_glb.path, tmp_path / "out.bin", *times)
    played = np.fromfile(tmp_path / "out.bin", np.float32).reshape(len(moments), -1, 3)
    shape = risorius.deform(face, busy.isel(time=moments)).values
    mesh = face.head.topology.levels[0]
    assert [entry["name"] for entry in found["meshes"]] == list(mesh.parts)
    vertex = np.concatenate([part_corners(mesh, part)[0] for part in mesh.parts])
    distance = np.linalg.norm(played * 1000 - shape[:, vertex], axis=2)
    assert distance.max() < 1.0
    assert distance.max() <= busy_glb.max_error + 0.02
    # One target, or numbered ones where a single step would not follow the muscle's way.
    named = {".".join(name.split(".")[:2]) for name in found["meshes"][0]["targets"]}
    assert "zygomaticus_major.left" in named
    assert found["duration"] == pytest.approx(24 / 60)
