from __future__ import annotations

import numpy as np
import pytest

from risorius.clip import SIDES, fill_unobserved, mirror_clip, new_clip
from risorius.errors import InputError
from risorius.face import deform, deform_frames, landmark_basis, load_face
from risorius.head import load_head


@pytest.fixture
def smile():
    return new_clip([0.0, 0.5], {("zygomaticus_major", "left"): [0.0, 1.0]})


def test_the_packaged_rig_is_that_of_the_default_head(face):
    assert face.rig.head == load_head().fingerprint
    assert face.rig.channels == face.atlas.channel_ids


def test_shape_is_labelled(face, smile):
    shape = deform(face, smile, level=1)
    assert shape.dims == ("time", "vertex", "axis")
    assert shape.sizes["vertex"] == face.head.topology.levels[1].n_vertices
    assert shape.attrs["units"] == "mm"
    np.testing.assert_array_equal(shape["time"], smile["time"])


def test_the_left_muscle_moves_the_left_corner(face, smile):
    left, right = face.head.topology.loops["mouth_corners"]
    moved = np.linalg.norm(deform(face, smile).values[1] - face.rig.rest, axis=1)
    assert moved[left] > 5
    assert moved[right] < 0.25 * moved[left]


def test_mirrored_clip_mirrored_shape(face, smile):
    mirror = face.head.topology.mirror
    shape, other = deform(face, smile).values, deform(face, mirror_clip(smile)).values
    np.testing.assert_allclose(other, shape[:, mirror] * [-1, 1, 1], atol=1e-4)


def test_a_moving_head_moves_the_skin_rigidly(face):
    pose = np.array([[0.4, -0.2, 0.3, 5.0, -7.0, 11.0]], np.float32)
    curves = {"zygomaticus_major": 0.7, "frontalis.medialis": 0.4}
    still = deform(face, new_clip([0.0], curves)).values[0].astype(float)
    moved = deform(face, new_clip([0.0], curves, head_pose=pose)).values[0]
    yaw, pitch, roll = pose[0, :3].astype(float)

    def about(axis, angle):
        c, s = np.cos(angle), np.sin(angle)
        i, j = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[i, i] = turn[j, j] = c
        turn[i, j], turn[j, i] = -s, s
        return turn

    turn = about(1, yaw) @ about(0, pitch) @ about(2, roll)
    np.testing.assert_allclose(moved, still @ turn.T + pose[0, 3:], atol=1e-3)
    # Yaw is to the person's left: the nose goes to +x.
    assert (about(1, yaw) @ [0, 0, 1])[0] > 0


def test_what_was_not_observed_cannot_be_posed(face, smile):
    smile["activation"][0, 3, 1] = np.nan
    with pytest.raises(InputError, match="fill_unobserved"):
        deform(face, smile)
    assert np.isfinite(deform(face, fill_unobserved(smile))).all()


def test_an_explicit_jaw_wins(face):
    open_wide = {"digastric": 1.0, "pterygoideus_lateralis": 1.0, "geniohyoid": 1.0}
    shut = np.zeros((1, 3), np.float32)
    teeth = face.head.topology.parts["teeth_lower"]
    by_muscle = deform(face, new_clip([0.0], open_wide)).values[0, teeth]
    by_hand = deform(face, new_clip([0.0], open_wide, jaw=shut)).values[0, teeth]
    assert np.abs(by_muscle - face.rig.rest[teeth]).max() > 20
    np.testing.assert_array_equal(by_hand, face.rig.rest[teeth])


def test_one_pterygoid_shifts_the_chin_to_the_other_side(face):
    teeth = face.head.topology.parts["teeth_lower"]
    for side, sign in zip(SIDES, (-1, 1), strict=True):
        clip = new_clip([0.0], {("pterygoideus_lateralis", side): 1.0})
        shift = (deform(face, clip).values[0, teeth] - face.rig.rest[teeth])[:, 0].mean()
        assert sign * shift > 5


def test_frames_one_by_one_are_the_same(face, smile):
    frames = np.stack(list(deform_frames(face, smile, level=1, chunk=1)))
    np.testing.assert_array_equal(frames, deform(face, smile, level=1).values)


def test_basis_predicts_a_small_step(face):
    level = face.head.topology.levels[0]
    corners = level.triangles[:: len(level.triangles) // 200]
    weights = np.full((len(corners), 3), 1 / 3)
    points, basis = landmark_basis(face, corners, weights)
    np.testing.assert_allclose(points, face.head.vertices[corners].mean(axis=1), atol=1e-4)
    n = len(face.rig.channels)
    step = np.zeros(2 * n + 7)
    step[2 * face.rig.channels.index("zygomaticus_major") + 1] = 0.04
    step[2 * n], step[2 * n + 3] = 0.02, 0.01
    shape = face.rig.deform(
        step[: 2 * n].reshape(1, n, 2),
        step[None, 2 * n : 2 * n + 3],
        step[2 * n + 3 :].reshape(1, 2, 2),
    )[0]
    predicted = points + np.einsum("d,dkx->kx", step, basis)
    np.testing.assert_allclose(shape[corners].mean(axis=1), predicted, atol=0.05)


@pytest.mark.slow
def test_another_face_is_carried_over_kept_and_mended(tmp_path, monkeypatch):
    monkeypatch.setenv("RISORIUS_CACHE", str(tmp_path))
    shares = []
    face = load_face(age_years=70, sex=1.0, weight=0.8, progress=shares.append)
    assert shares == [0.0, 1.0]
    assert face.rig.quality == "carried"
    (kept,) = (tmp_path / "rigs").iterdir()
    again = load_face(
        age_years=70, sex=1.0, weight=0.8, progress=lambda _: pytest.fail("made again")
    )
    assert again.fingerprint == face.fingerprint
    kept.write_bytes(kept.read_bytes()[:5000])
    mended = load_face(age_years=70, sex=1.0, weight=0.8)
    np.testing.assert_array_equal(mended.rig.shapes.value, face.rig.shapes.value)
    np.testing.assert_array_equal(mended.rig.rest, face.rig.rest)


def test_lost_tone_lets_its_own_side_hang_and_changes_the_fingerprint(face):
    tone = np.ones((len(face.atlas.channel_ids), 2))
    tone[:, 0] = 0.0
    limp = load_face(tone=tone)
    assert limp.fingerprint != face.fingerprint
    assert not limp.tone.flags.writeable
    with pytest.raises(InputError, match="tone"):
        load_face(tone=tone[:5])
