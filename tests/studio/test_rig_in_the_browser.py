"""The rig in the browser is that of Python: what they share is fresh, and they agree everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from risorius.face import load_face
from risorius.head import load_topology
from risorius.skin.store import MAGIC, read_arrays

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src/risorius/studio/web"


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import make_vectors

    return make_vectors


@pytest.fixture
def stored(tool, tmp_path):
    """Header and arrays of the vectors that are tested against."""
    copy = tmp_path / "poses.rig"
    copy.write_bytes(MAGIC + tool.VECTORS.read_bytes()[len(MAGIC) :])
    return read_arrays(copy)


def test_how_muscles_work_jaw_eyes_and_tongue_is_fresh(tool):
    assert tool.DRIVES.read_text() == tool.make_drives(), "run tools/make_vectors.py"


def test_vectors_are_fresh(tool, stored):
    meta, arrays = stored
    assert meta["rig"] == tool.rig_checksum(), "run tools/make_vectors.py"
    rig, topology = load_face().rig, load_topology()
    for level, shapes in enumerate(tool.place(rig, arrays)):
        rest = rig.rest if level == 0 else topology.refine(rig.rest)
        pointer, vertex = arrays[f"level{level}.pointer"], arrays[f"level{level}.vertex"]
        pose = np.repeat(np.arange(len(shapes)), np.diff(pointer))
        away = shapes[pose, vertex] - rest[vertex]
        step = meta["scales"][f"level{level}.away"]
        np.testing.assert_allclose(arrays[f"level{level}.away"] * step, away, atol=step)


def test_vectors_are_small_and_leave_no_vertex_out(tool, stored):
    assert tool.VECTORS.stat().st_size <= 300_000
    _, arrays = stored
    for level, mesh in enumerate(load_topology().levels):
        assert len(np.unique(arrays[f"level{level}.vertex"])) > 0.85 * mesh.n_vertices


@pytest.mark.slow
def test_both_rigs_agree_at_every_vertex(tool, node, tmp_path):
    vectors = tmp_path / "poses.bin"
    vectors.write_bytes(tool.make_vectors(whole=True))
    run = subprocess.run(
        [node, "node_modules/vitest/vitest.mjs", "run", "src/rig"],
        cwd=WEB,
        env={**os.environ, "RISORIUS_VECTORS": str(vectors)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "skipped" not in run.stdout


@pytest.mark.slow
def test_a_frame_is_quick_in_a_browser(node_with_browser):
    run = subprocess.run(
        [node_with_browser, str(ROOT / "tests/studio/browser/rig_time.mjs")],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["vertices"] == load_topology().levels[1].n_vertices
    assert told["median"] <= 4.0, told


@pytest.mark.slow
def test_the_stage_in_a_browser(node_with_browser):
    run = subprocess.run(
        [node_with_browser, "--test", str(ROOT / "tests/studio/browser/stage.test.mjs")],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout + run.stderr
