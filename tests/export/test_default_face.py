"""The formats that show a face, on the default face with everything that its atlas can do."""

from __future__ import annotations

import numpy as np
import pytest

import risorius
from risorius.clip import new_clip
from risorius.export import write_clip, write_film, write_picture
from risorius.export.scene import part_corners


def test_a_glb_of_everything_is_less_than_a_millimetre_off(face, busy, busy_glb, read_glb):
    played = read_glb(busy_glb.path.read_bytes()).play()
    shape = risorius.deform(face, busy).values
    mesh = face.head.topology.levels[0]
    greatest = 0.0
    for part, points in played.items():
        vertex, _, _ = part_corners(mesh, part)
        distance = np.linalg.norm(points * 1000 - shape[:, vertex], axis=2)
        greatest = max(greatest, distance.max())
    assert greatest < 1.0
    assert busy_glb.max_error == pytest.approx(greatest, abs=0.02)
    assert busy_glb.mean_error < 0.05


def test_every_channel_that_moves_the_model_moves_the_file(face, busy_glb, read_glb):
    meshes = read_glb(busy_glb.path.read_bytes()).top["meshes"]
    names = {name for mesh in meshes for name in mesh.get("extras", {}).get("targetNames", ())}
    still = np.zeros((1, len(face.atlas.channel_ids), 2), np.float32)
    at_rest = np.zeros((1, 3)), np.zeros((1, 2, 2))
    for index, channel in enumerate(face.atlas.channels):
        alone = still.copy()
        alone[0, index] = 1
        travel = np.abs(face.rig.deform(alone, *at_rest)[0] - face.rig.rest).max()
        shown = any(name.startswith(f"{channel.id}.left") for name in names)
        said = any(channel.id in sentence for sentence in busy_glb.left_out)
        assert shown or travel < 0.02
        assert shown or said or channel.moves in ("jaw", "eye")


def test_a_film_has_a_frame_for_every_moment(tmp_path, face):
    import av

    clip = new_clip(np.arange(4) / 25, {"zygomaticus_major": [0.0, 0.5, 1.0, np.nan]})
    shares = []
    report = write_film(clip, tmp_path / "smile.mp4", face=face, progress=shares.append)
    with av.open(str(tmp_path / "smile.mp4")) as film:
        stream = film.streams.video[0]
        assert float(stream.average_rate) == pytest.approx(25)
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]
    assert len(frames) == report.n_frames == 4
    assert np.abs(frames[0].astype(int) - frames[2]).max() > 40
    assert shares == [0.25, 0.5, 0.75, 1.0]
    assert any("not observed now and then" in sentence for sentence in report.changed)


def test_a_picture_is_of_one_moment_or_a_sheet_of_many(tmp_path, face):
    import cv2

    smile = new_clip(np.arange(30) / 30, {"zygomaticus_major": np.linspace(0, 1, 30)})
    one = write_picture(smile.isel(time=[29]), tmp_path / "one.png", face=face)
    many = write_clip(smile, tmp_path / "many.png", face=face)
    assert (one.n_frames, many.n_frames) == (1, 12)
    assert any("all but 12 moments" in sentence for sentence in many.left_out)
    height, width, _ = cv2.imread(str(tmp_path / "many.png")).shape
    assert width > 4 * 480
    assert height > 3 * 560
