from __future__ import annotations

import subprocess
import sys

import cv2  # noqa: TID253 - the tests of the room that uses it
import numpy as np
import pytest

from risorius.read.detector import vote
from risorius.read.model import BLENDSHAPE_POINTS, BLENDSHAPES
from risorius.read.track import Track, track_video
from risorius.read.tracker import Tracker

# Among the 478 points: outer corners of the person's right and left eye, and the chin.
RIGHT_EYE, LEFT_EYE, CHIN = 33, 263, 152


@pytest.fixture(scope="module")
def track(request):
    """Track one picture from scratch."""
    return lambda picture: Tracker().track(picture, bgr=True)


def score(face, name):
    return float(face.blendshapes[BLENDSHAPES.index(name)])


def test_points_lie_on_the_drawn_face(draw_face, track):
    face = track(draw_face(centre=(200, 110), width=90))
    assert face.presence > 0.99
    assert face.points.shape == (478, 3)
    # Drawn, in half widths: eyes 0.42 beside the middle and 0.1 above it, corners 0.2 further out.
    np.testing.assert_allclose(face.points[RIGHT_EYE, :2], [200 - 0.62 * 45, 105.5], atol=4)
    np.testing.assert_allclose(face.points[LEFT_EYE, :2], [200 + 0.62 * 45, 105.5], atol=4)
    np.testing.assert_allclose(face.points[CHIN, :2], [200, 110 + 1.4 * 45], atol=8)
    # z grows away from the viewer: the tip of the nose is in front of the ears.
    assert face.points[1, 2] < face.points[[127, 356], 2].min() - 20


@pytest.mark.parametrize("turn", [-0.7, 0.5])
def test_a_turned_head_turns_the_points(draw_face, track, turn):
    straight, turned = track(draw_face()), track(draw_face(turn=turn))
    c, s = np.cos(turn), np.sin(turn)
    wanted = (straight.points[:, :2] - (160, 120)) @ np.array([[c, s], [-s, c]]) + (160, 120)
    assert np.linalg.norm(turned.points[:, :2] - wanted, axis=1).mean() < 2.5
    assert turned.region.angle == pytest.approx(turn, abs=0.05)


def test_left_is_the_persons_left(draw_face, track):
    # The drawn wink is at the right of the picture: the person's left eye.
    picture = draw_face(wink=1.0)
    face, flipped = track(picture), track(np.ascontiguousarray(picture[:, ::-1]))
    assert score(face, "eyeBlinkLeft") > 0.2 > 0.05 > score(face, "eyeBlinkRight")
    assert score(flipped, "eyeBlinkRight") > 0.2 > 0.05 > score(flipped, "eyeBlinkLeft")
    for one in (face, flipped):
        assert one.points[RIGHT_EYE, 0] < one.points[LEFT_EYE, 0]


def test_colour_order_is_honoured(draw_face):
    picture = draw_face()
    rgb = np.ascontiguousarray(picture[..., ::-1])
    a, b = Tracker().track(picture, bgr=True), Tracker().track(rgb)
    np.testing.assert_array_equal(a.points, b.points)


def test_a_moving_face_is_followed_through_a_gap_and_found_again(draw_face):
    tracker = Tracker()
    for x in range(80, 240, 8):
        face = tracker.track(draw_face(centre=(x, 120)), bgr=True)
        assert face.points[:, 0].mean() == pytest.approx(x, abs=4)
    assert tracker.track(np.zeros((240, 320, 3), np.uint8)) is None
    face = tracker.track(draw_face(centre=(80, 130)), bgr=True)
    assert face.points[:, 0].mean() == pytest.approx(80, abs=4)
    assert tracker.n_faces == 1


def test_of_two_faces_the_large_one_is_followed_and_kept(draw_face):
    tracker = Tracker()
    for x in range(130, 100, -5):
        both = draw_face(size=(480, 240), centre=(x, 120), width=100)
        both = draw_face(size=(480, 240), centre=(360, 120), width=60 + 130 - x, base=both)
        face = tracker.track(both, bgr=True)
        assert face.points[:, 0].mean() == pytest.approx(x, abs=5)
    assert tracker.n_faces == 2


def test_a_face_that_fills_the_picture_and_one_at_the_border(draw_face, track):
    assert track(draw_face(width=190)).presence > 0.9
    cut_off = track(draw_face(centre=(25, 120)))
    assert cut_off.points[LEFT_EYE, 0] == pytest.approx(25 + 0.62 * 50, abs=5)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_an_empty_picture_has_no_face(value):
    assert Tracker().track(np.full((200, 300, 3), value, np.uint8)) is None


def test_noise_has_no_face():
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    assert Tracker().track(noise) is None


def test_the_blendshape_net_reads_146_different_points():
    assert len(BLENDSHAPE_POINTS) == len(set(BLENDSHAPE_POINTS.tolist())) == 146
    assert len(set(BLENDSHAPES)) == 52


def test_vote_keeps_faces_apart_and_orders_them():
    rng = np.random.default_rng(3)
    centres = np.array([[10, 10], [40, 12], [12, 50]], np.float32)
    middle = np.repeat(centres, 20, axis=0) + rng.normal(0, 0.5, (60, 2)).astype(np.float32)
    scores = rng.uniform(0.5, 1, 60).astype(np.float32)
    faces = vote(scores, np.concatenate([middle - 5, middle + 5], axis=1))
    assert [s for s, _ in faces] == sorted((s for s, _ in faces), reverse=True)
    found = np.array([box[:2] + 5 for _, box in faces])
    assert len(found) == 3
    assert np.abs(found[:, None] - centres).sum(axis=2).min(axis=0).max() < 0.6


def test_a_video_becomes_arrays_with_gaps_as_nan(tmp_path, draw_face, write_video):
    gap = range(4, 7)
    pictures = [
        np.full((240, 320, 3), 90, np.uint8) if i in gap else draw_face(centre=(140 + 3 * i, 120))
        for i in range(12)
    ]
    path = write_video(tmp_path / "gap.mp4", pictures)
    heard, told = [], []
    result = track_video(
        path,
        on_face=lambda time, face: heard.append((time, face)),
        progress=lambda done, of: told.append((done, of)),
    )
    assert isinstance(result, Track)
    seen = np.array([i not in gap for i in range(12)])
    np.testing.assert_array_equal(result.seen, seen)
    np.testing.assert_allclose(result.time, np.arange(12) / 25, atol=1e-3)
    np.testing.assert_array_equal(result.presence > 0.5, seen)
    for array in (result.points, result.blendshapes):
        assert np.isnan(array[~seen]).all()
        assert np.isfinite(array[seen]).all()
        assert not array.flags.writeable
    assert result.size == (320, 240)
    assert result.notes == ("No face in 3 of 12 frames.",)
    assert [time for time, _ in heard] == result.time.tolist()
    assert [face is not None for _, face in heard] == seen.tolist()
    np.testing.assert_array_equal(heard[0][1].blendshapes, result.blendshapes[0])
    assert not heard[0][1].points.flags.writeable
    assert len(told) == 12
    assert {of for _, of in told} == {12}


def test_points_are_in_pixels_of_the_file_however_large(tmp_path, draw_face):
    small = draw_face(size=(480, 360), centre=(200, 180), width=150)
    large = cv2.resize(small, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    for name, picture in (("small.png", small), ("large.png", large)):
        assert cv2.imwrite(str(tmp_path / name), picture)
    a, b = track_video(tmp_path / "small.png"), track_video(tmp_path / "large.png")
    assert b.size == (3840, 2880)
    assert np.linalg.norm(b.points / 8 - a.points, axis=2).mean() < 1.5
    assert np.abs(a.blendshapes - b.blendshapes).mean() < 0.02


def test_an_error_beside_the_tracker_reaches_the_caller(tmp_path, draw_face, write_video):
    path = write_video(tmp_path / "face.mp4", [draw_face()] * 40)
    calls = []

    def fail(time, face):
        calls.append(time)
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        track_video(path, on_face=fail)
    assert calls == [0.0]


def test_an_interrupt_ends_a_camera_and_keeps_what_was_recorded(monkeypatch, draw_face):
    picture = draw_face()

    class Camera:
        def isOpened(self):
            return True

        def read(self):
            return True, picture

        def get(self, what):
            return 0.0

        def release(self):
            pass

    monkeypatch.setattr(cv2, "VideoCapture", lambda number: Camera())
    told = []

    def interrupt(done, announced):
        told.append(announced)
        if len(told) == 5:
            raise KeyboardInterrupt

    track = track_video(0, progress=interrupt)
    assert len(track.time) == 5
    assert track.seen.all()
    assert (np.diff(track.time) > 0).all()


# Kills the process at its first socket, whoever asks for it: also native code cannot pass.
NO_SOCKET = """
import ctypes, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, KILL, SOCKET = 0x7FFF0000, 0x80000000, 41
steps = [(LOAD, 0, 0, 0), (EQUAL, 0, 1, SOCKET), (RETURN, 0, 0, KILL), (RETURN, 0, 0, ALLOW)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, program) == 0
"""


@pytest.mark.skipif(
    sys.platform != "linux" or "x86_64" not in __import__("platform").machine(),
    reason="the socket ban is written for Linux on x86-64",
)
def test_reading_opens_no_socket(tmp_path, draw_face, write_video):
    path = write_video(tmp_path / "face.mp4", [draw_face()] * 5)

    def run(code):
        return subprocess.run(
            [sys.executable, "-c", NO_SOCKET + code, str(path)], capture_output=True, check=False
        )

    read = run(
        "from risorius.read.track import track_video\nprint(track_video(sys.argv[1]).seen.sum())"
    )
    assert (read.returncode, read.stdout.strip(), read.stderr) == (0, b"5", b"")
    # The ban holds: a socket would have been fatal.
    assert run("import socket; socket.socket()").returncode < 0
