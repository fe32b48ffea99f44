"""How the muscles of the real head move the tracker's points."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.head.landmarks import load_landmarks
from risorius.read import kept
from risorius.read.basis import LID_CHANNELS, measure_basis
from risorius.read.points import CORNERS, IRIS, LIPS_INNER, LOWER_LID, OVAL, UPPER_LID


@pytest.fixture(scope="module")
def real(default_face):
    return measure_basis(default_face)


def test_the_points_lie_where_their_names_say(real):
    x, y = real.rest[:, 0], real.rest[:, 1]
    assert (x[UPPER_LID[0]] > 0).all()
    assert (x[UPPER_LID[1]] < 0).all()
    assert (y[UPPER_LID].mean(axis=1) > y[LOWER_LID].mean(axis=1) + 4).all()
    # Corners run from the outer to the inner.
    assert (np.abs(x[CORNERS[:, 0]]) > np.abs(x[CORNERS[:, 1]]) + 15).all()
    assert np.abs(y[IRIS[:, 0]] - real.eyes[:, 1]).max() < 2
    assert y[OVAL].argmax() == 0
    assert x[LIPS_INNER[2]] < -15
    assert x[LIPS_INNER[3]] > 15


def test_left_and_right_are_mirror_images(real):
    mirror = load_landmarks().mirror
    moved = real.linear + real.square
    for column, (channel, side) in enumerate(real.columns):
        if side == "left":
            other = moved[real.columns.index((channel, "right"))]
            gap = np.abs(moved[column] - other[mirror] * [-1, 1, 1])
            assert np.quantile(gap, 0.99) < 0.3, channel
            assert gap.max() < 1.5, channel


def test_every_column_is_finite_and_its_muscle_moves_something(real):
    moved = real.linear + real.square
    assert np.isfinite(moved).all()
    for column, name in enumerate(real.columns):
        assert np.linalg.norm(moved[column], axis=1).max() > 0.3, name


def test_the_smile_goes_up_and_out_on_its_side(real):
    corner = LIPS_INNER[3]
    left = (real.linear + real.square)[real.columns.index(("zygomaticus_major", "left"))]
    assert left[corner, 0] > 3
    assert left[corner, 1] > 3
    assert np.linalg.norm(left[LIPS_INNER[2]]) < 0.4 * np.linalg.norm(left[corner])


def test_lids_follow_the_gaze_and_the_levator(real):
    assert (np.diff(real.lid_follow[:, 0], axis=0) < 0).all()
    assert (real.lid_travel > 0.05).all()
    assert LID_CHANNELS[0] in {channel for channel, _ in real.columns}


def test_the_measured_answer_belongs_to_this_rig(default_face):
    skin = measure_basis(default_face, tracked=False)
    answer = measure_basis(default_face)
    alike = []
    for a, b in zip(skin.linear + skin.square, answer.linear + answer.square, strict=True):
        a, b = a[:, :2], b[:, :2]
        alike.append((a * b).sum() / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-9))
    # Lower means: run tools/measure_response.py again.
    assert np.median(alike) > 0.6
    assert alike[skin.columns.index(("zygomaticus_major", "left"))] > 0.8


def test_the_kept_basis_is_the_measured_one(tmp_path, monkeypatch, real):
    monkeypatch.setenv("RISORIUS_CACHE", str(tmp_path))
    kept.default_basis.cache_clear()
    first = kept.default_basis()
    kept.default_basis.cache_clear()
    (stored,) = tmp_path.rglob("basis-*.npz")
    again = kept.default_basis()
    assert again.columns == first.columns == real.columns
    np.testing.assert_allclose(again.linear, first.linear, atol=1e-4)
    stored.write_bytes(b"damaged")
    kept.default_basis.cache_clear()
    np.testing.assert_allclose(kept.default_basis().linear, first.linear, atol=1e-4)
    kept.default_basis.cache_clear()
