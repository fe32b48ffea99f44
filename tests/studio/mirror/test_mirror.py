"""The mirror's line: pictures in, frames and words out, bounded, and nothing kept unasked."""

from __future__ import annotations

import json

import cv2  # noqa: TID253 - the pictures that a browser would send
import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.errors import InputError
from risorius.studio.frames import COLUMNS, FRAME
from risorius.studio.rooms.mirror import Inbox, glass
from risorius.studio.rooms.mirror.glass import MIRROR_COLUMNS, Glass
from risorius.studio.rooms.mirror.messages import Calibrated, Practise
from risorius.studio.rooms.mirror.picture import HEADER, unpack

IDS = load_atlas().channel_ids
SMILE = 2 * IDS.index("zygomaticus_major")


def packed(picture: np.ndarray, number: float = 1, time: float | None = None) -> bytes:
    """A picture (red, green, blue) as the browser sends it."""
    time = number / 30 if time is None else time
    height, width = picture.shape[:2]
    samples = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes()
    return HEADER.pack(number, time, b"I420", width, height) + samples


@pytest.fixture(scope="module")
def face() -> np.ndarray:
    """Our own head, as a camera in front sees it."""
    from risorius.face import load_face
    from risorius.picture import front_camera, render

    own = load_face()
    camera = front_camera(own.head.vertices, width=320, height=240)
    return np.ascontiguousarray(render(own.head.topology, own.head.vertices, camera))


def answers(line, count: int) -> tuple[list[np.ndarray], list[dict]]:
    """What comes next: frames and words."""
    frames, words = [], []
    for _ in range(count):
        message = line.receive()
        if message.get("bytes") is not None:
            frames.append(np.frombuffer(message["bytes"], "<f4"))
        else:
            words.append(json.loads(message["text"]))
    return frames, words


def test_a_picture_comes_back_as_muscles(client, face):
    with client.websocket_connect("/ws/mirror") as line:
        assert line.receive_json()["type"] == "hello"
        line.send_bytes(packed(face, 7))
        (frame,), (sight,) = answers(line, 2)
    assert frame.shape == (MIRROR_COLUMNS,)
    assert frame[COLUMNS] == 7
    activation = frame[slice(*FRAME["activation"])]
    assert np.isfinite(activation).sum() > 60
    confidence = frame[COLUMNS + 1 :]
    assert (np.isnan(confidence) == np.isnan(activation)).all()
    assert sight == {"type": "sight", "unseen": [], "isCalibrated": False}


def test_no_face_is_said_in_words(client):
    with client.websocket_connect("/ws/mirror") as line:
        line.receive_json()
        line.send_bytes(packed(np.full((240, 320, 3), 120, np.uint8)))
        (frame,), (sight,) = answers(line, 2)
    assert np.isnan(frame[slice(*FRAME["activation"])]).all()
    assert sight["unseen"] == ["No face is in the picture."]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no picture"),
        (HEADER.pack(1, 1, b"GIF8", 2, 2) + bytes(6), "no picture"),
        (HEADER.pack(1, 1, b"I420", 4, 4) + bytes(23), "broken: 23 bytes"),
        (HEADER.pack(1, 1, b"I420", 3, 2) + bytes(9), "even sides"),
        (HEADER.pack(1, 1, b"RGBX", 0, 0), "not taken"),
        # A small message cannot announce a huge picture.
        (HEADER.pack(1, 1, b"NV12", 60000, 60000) + bytes(6), "60000 x 60000"),
        (HEADER.pack(float("nan"), float("nan"), b"I420", 2, 2) + bytes(6), "times must go on"),
    ],
)
def test_what_is_no_picture_is_refused_and_the_line_stays(client, face, data, words):
    with client.websocket_connect("/ws/mirror") as line:
        line.receive_json()
        line.send_bytes(data)
        refusal = line.receive_json()
        assert refusal["type"] == "refusal"
        assert words in refusal["problems"][0]["text"]
        line.send_text('{"type": "practise", "name": "AU999"}')
        assert line.receive_json()["type"] == "refusal"
        line.send_text('{"type": "dance"}')
        assert line.receive_json()["type"] == "refusal"
        line.send_bytes(packed(face))
        assert len(answers(line, 2)[0]) == 1


@pytest.mark.parametrize(
    ("form", "turn"), [(b"I420", cv2.COLOR_RGB2YUV_I420), (b"RGBX", cv2.COLOR_RGB2RGBA)]
)
def test_the_forms_of_a_camera_show_the_same(face, form, turn):
    height, width = face.shape[:2]
    data = HEADER.pack(3, 0.5, form, width, height) + cv2.cvtColor(face, turn).tobytes()
    number, time, samples = unpack(data)
    assert (number, time) == (3, 0.5)
    assert np.abs(samples.astype(float) - face).mean() < 2


def test_semiplanar_samples_are_the_planar_ones_in_turn(face):
    height, width = face.shape[:2]
    flat = cv2.cvtColor(face, cv2.COLOR_RGB2YUV_I420).ravel()
    bright, colour = flat[: width * height], flat[width * height :].reshape(2, -1)
    data = HEADER.pack(1, 0, b"NV12", width, height) + bright.tobytes() + colour.T.tobytes()
    planar = HEADER.pack(1, 0, b"I420", width, height) + flat.tobytes()
    np.testing.assert_array_equal(unpack(data).samples, unpack(planar).samples)


def test_time_must_go_on(face):
    mirror = Glass()
    mirror.look(packed(face, 1, time=2.0))
    with pytest.raises(InputError, match="times must go on"):
        mirror.look(packed(face, 2, time=1.0))


def test_a_target_keeps_its_side_and_stays_within_comfort(client):
    with client.websocket_connect("/ws/mirror") as line:
        line.receive_json()
        line.send_text('{"type": "practise", "name": "AU12", "strength": 0.5, "side": "left"}')
        target = line.receive_json()
    assert target["title"] == "AU12"
    assert target["activation"][SMILE] == pytest.approx(0.5)
    assert target["activation"][SMILE + 1] == 0
    nan = np.full((len(IDS), 2), np.nan, np.float32)
    comfortable = nan.copy()
    comfortable[SMILE // 2] = 0.4, 0.9
    known = glass.Calibration(neutral=None, noise=nan, comfortable=comfortable)
    within = glass._target(Practise(name="AU12", strength=1.0), known).activation
    assert within[SMILE : SMILE + 2] == pytest.approx((0.4, 0.9))


def test_calibration_by_line(client, face):
    """Ten seconds of pictures, by their own clock: asked for step by step, then known."""
    with client.websocket_connect("/ws/mirror") as line:
        line.receive_json()
        line.send_text('{"type": "calibrate"}')
        steps, known, number = [], None, 0
        while known is None and number < 200:
            number += 1
            line.send_bytes(packed(face, number, time=number / 10))
            while (message := line.receive()).get("text") is not None:
                said = json.loads(message["text"])
                steps += [said["words"]] if said["type"] == "calibrating" else []
                known = said if said["type"] == "calibrated" else known
    assert known is not None
    assert steps[0].startswith("Look into the camera")
    assert len(set(steps)) == 5
    assert number == pytest.approx(100, abs=8)
    # The words come after the frame that they are about; a still face has no noise.
    assert max(value for value in known["noise"] if value is not None) < 0.02
    assert set(Calibrated.model_fields) == {"type", "noise", "comfortable"}


def test_muscles_are_remembered_only_when_asked_and_pictures_never(client, settings, face):
    with client.websocket_connect("/ws/mirror") as line:
        line.receive_json()
        line.send_bytes(packed(face, 1))
        answers(line, 2)
        line.send_text('{"type": "record", "on": false}')
        assert "nothing was recorded" in line.receive_json()["problems"][0]["text"]
        line.send_text('{"type": "record"}')
        for number in (2, 3, 4):
            line.send_bytes(packed(face, number))
            answers(line, 1)
        line.send_text('{"type": "record", "on": false}')
        recorded = line.receive_json()
    assert recorded["clip"]["nFrames"] == 3
    assert recorded["clip"]["saved"] is False
    assert not any((settings.data / "sessions").iterdir())
    frames = client.get(f"/api/clips/{recorded['clip']['id']}/frames")
    assert len(frames.content) == 3 * 4 * COLUMNS
    assert client.post(f"/api/clips/{recorded['clip']['id']}/save", json={}).status_code == 200
    kept = [path.name for path in (settings.data / "sessions").rglob("*") if path.is_file()]
    assert sorted(kept) == ["clip.nc", "session.json"]


def test_a_recording_is_bounded(face, monkeypatch):
    monkeypatch.setattr(glass, "MOST_FRAMES", 3)
    mirror = Glass()
    mirror.record()
    for number in range(1, 6):
        mirror.look(packed(face, number))
    assert mirror.is_full
    assert mirror.stop().sizes["time"] == 3
    assert mirror.stop() is None


def test_only_the_newest_picture_waits():
    inbox = Inbox()
    for number in range(1000):
        inbox.show(bytes([number % 256]) * 1000)
    assert inbox.n_dropped == 999
