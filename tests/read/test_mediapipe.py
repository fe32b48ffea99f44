"""The tracker against MediaPipe itself, as tools/record_mediapipe.py recorded it."""

from __future__ import annotations

from pathlib import Path

import cv2  # noqa: TID253 - the tests of the room that uses it
import numpy as np
import pytest

from risorius.read.track import track_video
from risorius.read.tracker import Tracker

pytestmark = pytest.mark.media

TABLE = np.load(Path(__file__).parent / "data" / "mediapipe.npz")
FILES = [name.removesuffix("/still") for name in TABLE if name.endswith("/still")]
FOLLOWED = "WolfgangLanger_Pexels.mp4"


def points(name):
    return TABLE[name].astype(np.float64) / 32


def pictures(path, wanted):
    if path.suffix == ".jpg":
        return [cv2.imread(str(path))]
    capture, found = cv2.VideoCapture(str(path)), []
    for number in range(max(wanted) + 1):
        picture = capture.read()[1]
        if number in wanted:
            found.append(picture)
    return found


def differences(ours, theirs):
    """Mean distance of the points per frame, in per cent of the width of the face."""
    width = np.ptp(theirs[..., 0], axis=1)
    return 100 * np.linalg.norm((ours - theirs)[..., :2], axis=2).mean(axis=1) / width


@pytest.mark.parametrize("name", FILES)
def test_single_frames(media, name):
    frames = pictures(media / name, set(TABLE[f"{name}/frames"].tolist()))
    faces = [Tracker().track(picture, bgr=True) for picture in frames]
    ours = np.array([face.points for face in faces])
    theirs = points(f"{name}/still")
    assert differences(ours, theirs).max() < 0.05
    # Depth, too: MediaPipe stretches it when a tilted head is seen in a picture that is not square.
    height, width = frames[0].shape[:2]
    across = theirs[:, 263] - theirs[:, 33]
    tilt = np.arctan2(across[:, 1], across[:, 0])
    stretch = np.hypot(np.cos(tilt), np.sin(tilt) * width / height)
    depth = np.abs(ours[..., 2] * stretch[:, None] - theirs[..., 2]).mean()
    assert depth / np.ptp(theirs[..., 0], axis=1).mean() < 0.003
    scores = np.array([face.blendshapes for face in faces])
    assert np.abs(scores - TABLE[f"{name}/still_scores"]).max() < 0.05


def test_a_followed_face(media):
    theirs = points(f"{FOLLOWED}/running")
    tracker = Tracker()
    frames = pictures(media / FOLLOWED, set(range(len(theirs))))
    ours = np.array([tracker.track(picture, bgr=True).points for picture in frames])
    # MediaPipe smooths while it follows, we do not: its filter on our points makes them equal.
    assert differences(ours, theirs).mean() < 0.5
    assert differences(one_euro(ours.astype(np.float64), 0.04), theirs).max() < 0.05


def test_a_face_that_leaves_and_a_video_without_one(media):
    leaving = track_video(media / "face_noface.mov")
    assert leaving.seen[:72].all()
    # Letters of cloud follow, which the detector takes for faces.
    assert not leaving.seen[72:].any()
    assert any(note.startswith("No face in ") for note in leaving.notes)
    without = track_video(media / "no_face.mp4")
    assert not without.seen.any()
    assert np.isnan(without.points).all()


def test_of_many_faces_one_is_taken_and_the_others_are_told(media):
    track = track_video(media / "multi_face.jpg")
    assert track.presence[0] > 0.9
    assert track.notes[0].startswith("2 faces seen")


def one_euro(values, step, *, least=0.05, slope=80.0, speed_cutoff=1.0):
    """1-euro filter (doi:10.1145/2207676.2208639) with the constants of MediaPipe's graph."""

    def weight(cutoff):
        return 1 / (1 + 1 / (2 * np.pi * cutoff * step))

    result = values.copy()
    speed = np.zeros_like(values[0])
    for i in range(1, len(values)):
        size = np.ptp(values[i, :, :2], axis=0).mean()
        now = (values[i] - values[i - 1]) / (size * step)
        speed += weight(speed_cutoff) * (now - speed)
        gain = weight(least + slope * np.abs(speed))
        result[i] = result[i - 1] + gain * (values[i] - result[i - 1])
    return result
