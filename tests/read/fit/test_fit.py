"""Points in, a clip out: the performance comes back."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.clip import clip_events
from risorius.errors import InputError
from risorius.read.camera import rotations
from risorius.read.fit import find_neutral, fit_track
from risorius.read.model import BLENDSHAPES


def read(track, basis):
    return fit_track(track, find_neutral(track, basis), source="made up")


@pytest.fixture(scope="module")
def clip(basis, film):
    return read(film[1], basis)


def agreement(basis, amounts, clip):
    found = {}
    for column, (channel, side) in enumerate(basis.columns[:-3]):
        if amounts[:, column].max() > 0.1:
            curve = clip.activation.sel(muscle=channel, side=side).values
            found[channel, side] = np.corrcoef(amounts[:, column], curve)[0, 1]
    return found


def test_what_was_performed_is_read(basis, film, clip):
    found = agreement(basis, film[0], clip)
    assert np.mean(list(found.values())) > 0.85
    for (channel, side), r in found.items():
        if channel.startswith(("zygomaticus", "frontalis", "corrugator")):
            assert r > 0.85, (channel, side)
    opening = np.corrcoef(film[0][:, -3], clip.jaw.sel(jaw_dof="open").values)[0, 1]
    assert opening > 0.95


def test_the_pose_is_read(film, clip):
    from_truth = np.arange(300) / 30
    yaw = clip.head_pose.sel(head_dof="yaw").values
    assert np.abs(yaw - 0.25 * np.sin(from_truth)).max() < np.radians(3)


def test_a_flipped_picture_swaps_the_sides(basis, film, clip):
    _, track = film
    other = mirror_index(basis.rest)
    points = track.points[:, other].copy()
    points[..., 0] = track.size[0] - points[..., 0]
    flipped = read(dataclasses.replace(track, points=points), basis)
    for channel in ("zygomaticus_major", "frontalis.lateralis", "depressor_anguli_oris"):
        for side, opposite in (("left", "right"), ("right", "left")):
            before = clip.activation.sel(muscle=channel, side=side).values
            after = flipped.activation.sel(muscle=channel, side=opposite).values
            assert np.corrcoef(before, after)[0, 1] > 0.8, (channel, side)
    yaw = [c.head_pose.sel(head_dof="yaw").values for c in (clip, flipped)]
    np.testing.assert_allclose(yaw[0], -yaw[1], atol=0.05)


def mirror_index(rest):
    """The nearest point of the mirrored face; the made-up face is only roughly symmetric."""
    from scipy.spatial import cKDTree

    return cKDTree(rest).query(rest * [-1, 1, 1])[1]


def test_what_a_camera_cannot_see_is_never_a_number(clip):
    for channel in load_atlas().channels:
        if not channel.is_observable:
            assert np.isnan(clip.activation.sel(muscle=channel.id).values).all(), channel.id


def test_gaps_are_nan_in_everything_and_told(basis, film):
    _, track = film
    points, scores = track.points.copy(), track.blendshapes.copy()
    presence = track.presence.copy()
    points[100:120] = scores[100:120] = np.nan
    presence[100:120] = 0
    holed = dataclasses.replace(track, points=points, blendshapes=scores, presence=presence)
    clip = read(holed, basis)
    for name in ("activation", "jaw", "gaze", "head_pose", "confidence"):
        assert np.isnan(clip[name].values[100:120]).all(), name
    assert np.isfinite(clip.activation.sel(muscle="zygomaticus_major").values[:100]).all()
    assert clip.attrs["gaps"] == 1
    assert [e.label for e in clip_events(clip) if e.kind == "gap"] == ["no_face"]


def test_confidence_follows_presence(basis, film):
    _, track = film
    doubtful = dataclasses.replace(track, presence=track.presence * np.float32(0.6))
    sure, less = (
        read(t, basis).confidence.sel(muscle="zygomaticus_major").values for t in (track, doubtful)
    )
    np.testing.assert_allclose(less, 0.6 * sure, rtol=1e-4)


def test_a_single_picture_can_be_read(basis, film):
    _, track = film
    one = dataclasses.replace(
        track,
        time=track.time[:1],
        points=track.points[:1],
        presence=track.presence[:1],
        blendshapes=track.blendshapes[:1],
    )
    assert read(one, basis).sizes["time"] == 1


def test_no_face_is_said(basis, film):
    _, track = film
    empty = dataclasses.replace(track, points=np.full_like(track.points, np.nan))
    with pytest.raises(InputError, match=r"no face was found in me\.mp4 \(300 frames"):
        find_neutral(empty, basis, source="me.mp4")


def test_smile_score_of_a_person_who_rests_smiling_does_not_count(basis, film):
    _, track = film
    scores = track.blendshapes.copy()
    scores[:, BLENDSHAPES.index("browDownLeft")] = 0.55
    resting = dataclasses.replace(track, blendshapes=scores)
    a, b = (
        read(t, basis).activation.sel(muscle="corrugator_supercilii.transverse")
        for t in (track, resting)
    )
    np.testing.assert_allclose(a.values, b.values, atol=0.02)


def test_a_side_out_of_sight_is_not_sure(basis, make_film):
    filmed, swaying = make_film
    yaw = np.full(60, 1.2)
    turned = dataclasses.replace(swaying(60), rotation=rotations(yaw, 0 * yaw, 0 * yaw))
    clip = read(filmed(basis, np.zeros((60, len(basis.columns))), turned), basis)
    left, right = clip.confidence.sel(muscle="zygomaticus_major").values.mean(axis=0)
    # Turned to the own left, the left cheek is out of sight.
    assert left < 0.1 < 0.5 < right
