"""The GLB by the letter of glTF, on a face whose movements are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from risorius.clip import Event, new_clip
from risorius.errors import InputError
from risorius.export import write_glb
from risorius.export.scene import part_corners


def moving_clip(*, rate=60.0, seconds=0.5, **options):
    """Everything moves at once: both lids, a one-sided smile and brow, jaw, eyes, head."""
    time = np.arange(round(seconds * rate) + 1) / rate
    wave = np.sin(np.pi * time / seconds) ** 2
    jaw = np.stack([0.4 * wave, 2 * wave, 3 * np.sin(9 * time)], axis=1)
    gaze = 0.3 * np.sin(8 * time[:, None, None] + np.arange(4).reshape(2, 2))
    head = np.zeros((len(time), 6))
    head[:, :3] = 0.3 * np.sin(5 * time[:, None] + np.arange(3))
    head[:, 3:] = 12 * wave[:, None] * [1, 2, -1]
    curves = {
        ("zygomaticus_major", "left"): wave,
        ("frontalis.medialis", "right"): 0.5 * wave,
        "orbicularis_oculi.pretarsalis": wave,
    }
    return new_clip(time, curves, jaw=jaw, gaze=gaze, head_pose=head, **options)


def expected(face, clip, level):
    """Return the shape of the closed form with the head pose, (time, vertex, 3) [mm]."""
    parts = (clip[name].values for name in ("activation", "jaw", "gaze"))
    shape = face.rig.deform(*parts, level=level)
    pose = clip["head_pose"].values
    turn = Rotation.from_euler("YXZ", pose[:, :3]).as_matrix()
    return shape @ np.swapaxes(turn, 1, 2) + pose[:, None, 3:]


@pytest.mark.parametrize("level", [0, 1])
def test_played_by_the_rules_it_is_the_moving_face(tmp_path, toy_face, read_glb, level):
    clip = moving_clip()
    shares = []
    report = write_glb(
        clip, tmp_path / "face.glb", face=toy_face, level=level, progress=shares.append
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1
    glb = read_glb((tmp_path / "face.glb").read_bytes())
    shape = expected(toy_face, clip, level)
    played = glb.play()
    mesh = toy_face.head.topology.levels[level]
    assert set(played) == set(mesh.parts)
    greatest = 0.0
    for part, points in played.items():
        vertex, _, _ = part_corners(mesh, part)
        wanted = shape[:, vertex] / 1000
        distance = np.linalg.norm(points - wanted, axis=2) * 1000
        greatest = max(greatest, distance.max())
    assert greatest < 0.3
    assert report.max_error == pytest.approx(greatest, abs=0.02)
    assert report.mean_error < 0.02
    assert report.n_frames == clip.sizes["time"]


@pytest.mark.parametrize(("rate", "n_keys"), [(60, 31), (120, 61)])
def test_keys_are_even_and_begin_at_zero(tmp_path, toy_face, read_glb, rate, n_keys):
    clip = moving_clip()
    clip = clip.assign_coords(time=clip["time"] + 2.0)
    report = write_glb(clip, tmp_path / "face.glb", face=toy_face, rate=rate)
    times = read_glb((tmp_path / "face.glb").read_bytes()).times()
    np.testing.assert_allclose(times, np.arange(n_keys) / rate, atol=1e-6)
    assert any("begins at 0 instead of 2 s" in sentence for sentence in report.changed)
    assert any("120 a second" in sentence for sentence in report.changed) == (rate == 120)


def test_targets_carry_the_names_of_the_atlas(tmp_path, toy_face, read_glb):
    write_glb(moving_clip(), tmp_path / "face.glb", face=toy_face)
    mesh = read_glb((tmp_path / "face.glb").read_bytes()).mesh("skin")
    names = mesh["extras"]["targetNames"]
    assert len(names) == len(mesh["weights"]) == len(set(names))
    assert {len(primitive["targets"]) for primitive in mesh["primitives"]} == {len(names)}
    assert {"zygomaticus_major.left", "frontalis.medialis.right", "jaw.open.1"} <= set(names)
    assert not {"zygomaticus_major.right", "frontalis.medialis.left"} & set(names)


def test_what_keeps_its_shape_turns_as_a_node(tmp_path, toy_face, read_glb):
    clip = moving_clip()
    write_glb(clip, tmp_path / "face.glb", face=toy_face)
    glb = read_glb((tmp_path / "face.glb").read_bytes())
    for side, name in enumerate(("eye_left", "eye_right")):
        turn = Rotation.from_quat(glb.curve(name, "rotation")).as_euler("YXZ")
        np.testing.assert_allclose(turn[:, :2], clip["gaze"].values[:, side], atol=1e-4)
        centre = toy_face.head.eyes.centres[side] / 1000
        np.testing.assert_allclose(glb.curve(name, "translation")[0], centre, atol=1e-6)
    carried = [glb.top["nodes"][child]["name"] for child in glb.node("jaw")["children"]]
    assert carried == ["teeth_lower", "tongue"]
    opening = Rotation.from_quat(glb.curve("jaw", "rotation")).as_rotvec()
    np.testing.assert_allclose(opening[:, 0], clip["jaw"].values[:, 0], atol=1e-4)


def test_one_moment_is_a_pose_without_an_animation(tmp_path, toy_face, read_glb):
    clip = moving_clip().isel(time=[10])
    write_glb(clip, tmp_path / "face.glb", face=toy_face)
    glb = read_glb((tmp_path / "face.glb").read_bytes())
    assert "animations" not in glb.top
    shape = expected(toy_face, clip, 0)
    mesh = toy_face.head.topology.levels[0]
    for part, points in glb.play().items():
        vertex, _, _ = part_corners(mesh, part)
        np.testing.assert_allclose(points * 1000, shape[:, vertex], atol=0.3)


def test_rest_is_the_head_and_nothing_moves(tmp_path, toy_face, read_glb):
    write_glb(new_clip([0.0, 0.5, 1.0]), tmp_path / "face.glb", face=toy_face)
    glb = read_glb((tmp_path / "face.glb").read_bytes())
    assert "animations" not in glb.top
    assert "targets" not in glb.mesh("skin")["primitives"][0]
    vertex, _, _ = part_corners(toy_face.head.topology.levels[0], "skin")
    np.testing.assert_allclose(
        glb.play()["skin"][0] * 1000, toy_face.head.vertices[vertex], atol=1e-4
    )


def test_what_was_not_observed_is_shown_at_rest_and_said(tmp_path, toy_face):
    clip = moving_clip(events=[Event(0.0, 0.1, "blink")])
    clip["activation"].loc[{"muscle": "masseter"}] = np.nan
    clip["activation"].loc[{"muscle": "zygomaticus_major", "time": clip["time"][3]}] = np.nan
    report = write_glb(clip, tmp_path / "face.glb", face=toy_face)
    assert any(
        "1 channels were never observed and 1 were not observed now and then" in sentence
        for sentence in report.changed
    )
    assert any("1 event;" in sentence for sentence in report.left_out)


def test_what_acts_but_moves_nothing_is_named(tmp_path, toy_face):
    clip = new_clip([0.0, 1.0], {"risorius": [0, 1], "zygomaticus_major": [0, 1], "masseter": 1})
    report = write_glb(clip, tmp_path / "face.glb", face=toy_face)
    (sentence,) = report.left_out
    assert sentence.startswith("risorius: active")


def test_bad_options_are_refused_together_and_nothing_is_written(tmp_path, toy_face):
    with pytest.raises(InputError, match=r"'\.glb'.*60 or 120.*level") as caught:
        write_glb(moving_clip(), tmp_path / "face.gltf", face=toy_face, rate=50, level=3)
    assert "face.gltf" in str(caught.value)
    assert not list(tmp_path.iterdir())
