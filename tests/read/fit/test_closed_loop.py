"""What the head performs is read back: from its own points, and from its film."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.clip import SIDES, mirror_clip, new_clip
from risorius.face import clip_pose, deform
from risorius.head.landmarks import landmark_points
from risorius.picture import front_camera
from risorius.read.basis import measure_basis
from risorius.read.fit import find_neutral, fit_track
from risorius.read.model import BLENDSHAPES
from risorius.read.track import Track

RATE = 30.0
# Movement, amounts left and right, in this order, each over half a second.
MOVEMENTS = (
    ("AU1", 0.9, 0.9),
    ("AU2", 0.9, 0.5),
    ("AU4", 0.9, 0.9),
    ("AU45", 1.0, 1.0),
    ("AU6", 0.8, 0.8),
    ("AU9", 0.8, 0.8),
    ("AU10", 0.8, 0.8),
    ("AU12", 0.9, 0.2),
    ("AU12", 0.4, 0.9),
    ("AU15", 0.9, 0.9),
    ("AU16", 0.8, 0.8),
    ("AU17", 0.9, 0.9),
    ("AU20", 0.8, 0.8),
    ("AU27", 0.5, 0.5),
    ("AU46", 1.0, 0.0),
    ("AU45", 1.0, 1.0),
)


def performance(*, turn=0.2):
    atlas = load_atlas()
    step = 0.5
    time = np.arange(int((1.2 + step * len(MOVEMENTS) + 0.5) * RATE)) / RATE
    activation = np.zeros((len(time), len(atlas.channels), 2))
    for number, (name, *amounts) in enumerate(MOVEMENTS):
        middle = 1.2 + step * (number + 0.5)
        bell = np.exp(-0.5 * ((time - middle) / 0.11) ** 2)
        for side, amount in zip(SIDES, amounts, strict=True):
            for (channel, own), value in atlas.expand(name, amount, side=side).items():
                place = atlas.channel_ids.index(channel), SIDES.index(own)
                activation[:, place[0], place[1]] += value * bell
    pose = np.zeros((len(time), 6))
    pose[:, 0], pose[:, 1] = turn * np.sin(1.3 * time), 0.4 * turn * np.sin(0.9 * time)
    gaze = np.zeros((len(time), 2, 2))
    gaze[:, :, 1] = 0.4 * np.clip(np.sin(0.9 * time), 0, 1)[:, None]
    return new_clip(time, activation.clip(0, 1), head_pose=pose, gaze=gaze)


def seen(face, clip):
    """Return the track that a perfect tracker with a little noise would give."""
    camera = front_camera(face.head.vertices, width=640, height=480)
    points = camera.project(landmark_points(face.head, deform(face, clip).values))
    middle = points[..., 2].mean(axis=-1, keepdims=True)
    points[..., 2] = (points[..., 2] - middle) * camera.focal / middle
    points[..., :2] += np.random.default_rng(2).normal(size=points[..., :2].shape) * 0.2
    count = len(points)
    return Track(
        clip["time"].values,
        points.astype(np.float32),
        np.ones(count, np.float32),
        np.zeros((count, len(BLENDSHAPES)), np.float32),
        (640, 480),
    )


def agreement(performed, read):
    found = {}
    for index, channel in enumerate(load_atlas().channels):
        if not channel.is_observable or channel.moves == "eye":
            continue
        for side in range(2):
            truth = performed["activation"].values[:, index, side]
            if truth.max() > 0.3:
                curve = np.interp(
                    performed["time"], read["time"], read["activation"].values[:, index, side]
                )
                assert np.ptp(curve) > 0, f"{channel.id} was never seen at work"
                found[channel.id, SIDES[side]] = np.corrcoef(truth, curve)[0, 1]
    return found


@pytest.fixture(scope="module")
def skin(default_face):
    """The basis of the geometry alone: here the points are the skin's own."""
    return measure_basis(default_face, tracked=False)


@pytest.fixture(scope="module")
def loop(default_face, skin):
    clip = performance()
    track = seen(default_face, clip)
    return clip, fit_track(track, find_neutral(track, skin, frames=slice(0, 24)))


def test_points_of_the_head_give_its_muscles_back(loop):
    found = agreement(*loop)
    assert np.mean(list(found.values())) > 0.75
    for (channel, side), r in found.items():
        if channel.startswith(("zygomaticus_major", "frontalis", "corrugator")):
            assert r > 0.85, (channel, side, r)
        if channel.endswith("pretarsalis"):
            assert r > 0.85, (channel, side, r)


def test_jaw_pose_and_gaze_come_back(default_face, loop):
    performed, read = loop
    jaw = clip_pose(default_face, performed)[1]
    assert np.corrcoef(jaw[:, 0], read["jaw"].values[:, 0])[0, 1] > 0.95
    turned = performed["head_pose"].values[:, :2] - read["head_pose"].values[:, :2]
    assert np.degrees(np.abs(turned - np.median(turned, axis=0))).max() < 2
    pitch = [clip["gaze"].values[:, :, 1].mean(axis=1) for clip in loop]
    assert np.corrcoef(*pitch)[0, 1] > 0.9


def jaw_aside(way_mm, side):
    """A clip in which only the jaw goes that far to the person's left (1) or right, from 1 s on."""
    time = np.arange(50) / RATE
    jaw = np.zeros((50, 3))
    jaw[:, 2] = side * way_mm * np.clip((time - 1.0) / 0.3, 0, 1)
    return new_clip(time, jaw=jaw)


@pytest.mark.parametrize("side", [1, -1])
def test_a_jaw_that_goes_aside_is_not_taken_for_a_smile(default_face, skin, side):
    track = seen(default_face, jaw_aside(6.0, side))
    read = fit_track(track, find_neutral(track, skin, frames=slice(0, 20)))
    assert 3.5 < side * read["jaw"].values[-3:, 2].mean() < 6.5
    smile = read.activation.sel(muscle="zygomaticus_major").values[-3:]
    assert smile.max() < 0.1


def test_looking_down_is_no_blink_on_the_real_lids(default_face, skin):
    time = np.arange(60) / RATE
    gaze = np.zeros((60, 2, 2))
    gaze[:, :, 1] = np.radians(30) * np.clip((time - 0.7) / 0.2, 0, 1)[:, None]
    track = seen(default_face, new_clip(time, gaze=gaze))
    read = fit_track(track, find_neutral(track, skin, frames=slice(0, 15)))
    lids = read.activation.sel(muscle="orbicularis_oculi.pretarsalis").values
    assert lids.max() < 0.25


def test_mirrored_performance_reads_mirrored(default_face, skin, loop):
    performed, read = loop
    track = seen(default_face, mirror_clip(performed))
    other = fit_track(track, find_neutral(track, skin, frames=slice(0, 24)))
    for channel in ("zygomaticus_major", "frontalis.lateralis", "orbicularis_oculi.pretarsalis"):
        for side, opposite in (SIDES, SIDES[::-1]):
            one = read.activation.sel(muscle=channel, side=side).values
            two = other.activation.sel(muscle=channel, side=opposite).values
            assert np.corrcoef(one, two)[0, 1] > 0.95, (channel, side)


@pytest.mark.slow
@pytest.mark.parametrize("side", [1, -1])
def test_a_film_of_a_jaw_that_goes_aside_shows_which_way(default_face, tmp_path, side):
    """And about how far: half of it, as the tracker itself sees a third."""
    from risorius.face import deform_frames
    from risorius.picture import render, write_mp4
    from risorius.read import read_video

    camera = front_camera(default_face.head.vertices, width=480, height=400)
    topology = default_face.head.topology
    shapes = deform_frames(default_face, jaw_aside(6.0, side), level=1)
    pictures = (render(topology, shape, camera, level=1) for shape in shapes)
    write_mp4(pictures, tmp_path / "aside.mp4", rate=RATE)
    read = read_video(tmp_path / "aside.mp4")
    assert 2.5 < side * read["jaw"].values[-3:, 2].mean() < 6.5
    assert np.abs(read["jaw"].values[3:18, 2]).max() < 0.5


@pytest.mark.slow
def test_a_film_of_the_head_gives_its_muscles_back(default_face, tmp_path):
    from risorius.cli.demo import demo_clip
    from risorius.clip import resample_clip
    from risorius.face import deform_frames
    from risorius.picture import render, write_mp4
    from risorius.read import read_video

    clip = resample_clip(demo_clip(), rate=RATE)
    camera = front_camera(default_face.head.vertices, width=480, height=400)
    topology = default_face.head.topology
    shapes = deform_frames(default_face, clip, level=1)
    pictures = [render(topology, shape, camera, level=1) for shape in shapes]
    write_mp4(iter(pictures), tmp_path / "film.mp4", rate=RATE)
    write_mp4((picture[:, ::-1] for picture in pictures), tmp_path / "flipped.mp4", rate=RATE)
    read = read_video(tmp_path / "film.mp4")
    found = agreement(clip, read)
    assert np.mean(list(found.values())) > 0.75
    for (channel, side), r in found.items():
        if channel.startswith(("zygomaticus_major", "frontalis")) or channel.endswith("tarsalis"):
            assert r > 0.85, (channel, side, r)
    jaw = clip_pose(default_face, clip)[1][:, 0]
    curve = np.interp(clip["time"], read["time"], read["jaw"].values[:, 0])
    assert np.corrcoef(jaw, curve)[0, 1] > 0.85
    # In a flipped picture the person's left is the right.
    flipped = mirror_clip(read_video(tmp_path / "flipped.mp4"))
    for (channel, side), r in agreement(clip, flipped).items():
        if channel.startswith(("zygomaticus_major", "frontalis")) or channel.endswith("tarsalis"):
            assert r > 0.85, (channel, side, r)
    smile = {"muscle": "zygomaticus_major"}
    stronger = [c.activation.sel(smile).mean("time").values for c in (clip, read, flipped)]
    assert all(left > right for left, right in stronger)
