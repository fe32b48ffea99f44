"""The files that the browser draws the face from: whole, small, and told apart by their tags."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from risorius.anatomy import load_atlas
from risorius.face import load_face
from risorius.head import load_head
from risorius.picture.look import Look
from risorius.picture.paint import paint_head
from risorius.picture.shade import ATTRIBUTES
from risorius.skin.muscle_rules import muscle_rules
from risorius.skin.muscles import make_muscles
from risorius.skin.store import MAGIC, pack_arrays, read_arrays
from risorius.studio import Settings, create_app
from risorius.studio.assets import HEAD_MAGIC, MUSCLES_MAGIC, head_file, muscles_file, rig_file

WEB = Path(__file__).parents[2] / "src/risorius/studio/web"
LIMIT = 4_000_000
"""Bytes of rig, head and muscles together."""
FILES = {
    "rig": (rig_file, MAGIC),
    "head": (head_file, HEAD_MAGIC),
    "muscles": (muscles_file, MUSCLES_MAGIC),
}


@pytest.fixture
def read(tmp_path):
    """Open one of the files as the container that it is."""

    def read(name):
        content, magic = FILES[name]
        assert content().startswith(magic)
        path = tmp_path / name
        path.write_bytes(MAGIC + content()[len(MAGIC) :])
        return read_arrays(path)

    return read


def test_all_that_the_browser_needs_is_small():
    assert sum(len(content()) for content, _ in FILES.values()) < LIMIT


def test_the_finer_level_is_that_of_the_topology(read):
    meta, arrays = read("head")
    topology = load_head().topology
    pointer, index = arrays["subdivision.pointer"], arrays["subdivision.index"]
    products = arrays["subdivision.weight"][:, None] * load_head().vertices[index]
    fine = np.add.reduceat(products, pointer[:-1])
    assert np.abs(fine - topology.refine(load_head().vertices)).max() < 1e-4
    assert (arrays["level1.triangles"] == topology.levels[1].triangles).all()
    assert (arrays["level0.quads"] == topology.levels[0].quads).all()
    for name, (start, stop, _, fine_stop) in meta["parts"].items():
        assert slice(start, stop) == topology.parts[name]
        assert fine_stop == topology.levels[1].parts[name].stop


def test_paint_is_that_of_the_renderer_to_a_step(read):
    meta, arrays = read("head")
    paint = paint_head(load_head().topology, 1, Look())
    column = {name: paint.vertices[:, n] for n, name in enumerate(ATTRIBUTES)}
    for name in ("gloss", "openness", "lip", "scalp", "brow_cover"):
        assert np.abs(arrays[f"paint.{name}"] / 255 - column[name]).max() <= 0.5 / 255 + 1e-6
    red = (arrays["paint.colour"][:, 0] / 255.0) ** 2
    assert np.abs(red - column["red"]).max() < 2 / 255
    brow = arrays["paint.brow"] * meta["brow_step"]
    assert np.abs(brow[:, 0] - column["brow_along"]).max() <= meta["brow_step"]
    assert (arrays["lash.ribbons"] == paint.ribbons).all()


def test_light_passes_ears_and_not_the_forehead(read):
    sheer = (
        read("head")[1]["paint.sheer"][: load_head().topology.levels[1].parts["skin"].stop] / 255
    )
    masks = load_head().topology.refined_regions()
    assert np.quantile(sheer[masks["ear"] > 0.9], 0.8) > 0.25
    assert sheer[masks["forehead"] > 0.9].max() == 0
    assert sheer[masks["lip_upper"] > 0.9].max() == 0


def test_every_muscle_comes_with_its_names_and_its_place(read):
    meta, arrays = read("muscles")
    muscles = make_muscles(load_head())
    assert meta["head"] == load_face().rig.head
    assert tuple(meta["channels"]) == load_atlas().channel_ids
    assert [(row["channel"], row["side"]) for row in meta["bodies"]] == [
        (body.channel, body.side) for body in muscles.bodies
    ]
    for row, body in zip(meta["bodies"], muscles.bodies, strict=True):
        assert all(row[name] for name in ("nerve", "latin", "english"))
        assert slice(*row["triangles"]) == body.triangles
    assert (arrays["flesh.triangles"] == muscles.triangles).all()


def test_rules_as_factors_are_the_rules_of_the_cast():
    muscles = make_muscles(load_head())
    meta, arrays = muscle_rules(muscles)
    points, cast = muscles._carrier.rest, muscles._cast
    place, ahead = cast.points @ points, cast.tangent @ points
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    grid = point = wide = weight = 0
    for rows, columns, lines, count, _ in arrays["band.size"].astype(int):
        near = arrays["band.point"][point : point + lines * count].reshape(lines, count)
        across = arrays["band.across"][wide : wide + columns * lines].reshape(columns, lines)
        span = slice(weight, weight + lines * rows * count)
        mine = slice(grid, grid + rows * columns)
        for name, expected, tolerance in (("along", place, 0.05), ("heading", ahead, 0.02)):
            rule = arrays[f"band.{name}"][span] * meta["scales"][f"band.{name}"]
            found = np.einsum(
                "uf,frk,fkx->rux", across, rule.reshape(lines, rows, count), points[near]
            ).reshape(-1, 3)
            if name == "heading":
                found /= np.linalg.norm(found, axis=1, keepdims=True)
            assert np.abs(found - expected[mine]).max() < tolerance
        grid += rows * columns
        point += lines * count
        wide += columns * lines
        weight = span.stop
    assert grid == len(place)


def test_a_browser_that_has_a_file_is_not_sent_it_again(tmp_path):
    headers = {"host": "127.0.0.1:8642", "origin": "http://127.0.0.1:8642"}
    app = create_app(Settings(data=tmp_path))
    with TestClient(app, base_url="http://127.0.0.1:8642", headers=headers) as client:
        for name, (content, _) in FILES.items():
            first = client.get(f"/api/face/{name}")
            assert first.status_code == 200
            assert first.content == content()
            tag = first.headers["etag"]
            again = client.get(f"/api/face/{name}", headers={"if-none-match": tag})
            assert (again.status_code, again.content) == (304, b"")
            other = client.get(f"/api/face/{name}", headers={"if-none-match": '"old"'})
            assert other.status_code == 200


def test_the_browser_carries_muscles_as_python_does(node, tmp_path):
    for name, (content, _) in FILES.items():
        (tmp_path / name).write_bytes(content())
    atlas, rig, muscles = load_atlas(), load_face().rig, make_muscles(load_head())
    rng = np.random.default_rng(7)
    activation = np.zeros((4, len(atlas.channel_ids), 2), np.float32)
    activation[1, atlas.channel_ids.index("zygomaticus_major")] = 1.0, 0.4
    activation[2:] = np.where(
        rng.random(activation[2:].shape) < 0.25, rng.random(activation[2:].shape), 0
    )
    jaw = np.array([[0, 0, 0], [0.1, 0, 0], [0.3, 2, -3], [0, 0, 2]], np.float64)
    shapes = rig.deform(activation, jaw, np.zeros((4, 2, 2)))
    vertices = [muscles.pose(shape, act) for shape, act in zip(shapes, activation, strict=True)]
    arrays = {
        "activation": activation,
        "level0": np.asarray(shapes, np.float32),
        "vertices": np.asarray(vertices, np.float32),
    }
    (tmp_path / "poses").write_bytes(pack_arrays(b"RISORIUS POSES\n\x00", {}, arrays))
    done = subprocess.run(
        [node, "node_modules/vitest/vitest.mjs", "run", "src/stage"],
        cwd=WEB,
        env={**os.environ, "RISORIUS_ASSETS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
