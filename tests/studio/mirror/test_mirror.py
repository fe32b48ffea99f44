"""The mirror's line: pictures in, frames and words out, bounded, and nothing kept unasked."""

from __future__ import annotations

import json
import struct

import cv2  # noqa: TID253 - the pictures that a browser would send
import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.errors import InputError
from risorius.studio.frames import COLUMNS, FRAME
from risorius.studio.rooms.mirror import Inbox, glass
from risorius.studio.rooms.mirror.glass import HEADER, MIRROR_COLUMNS, Glass
from risorius.studio.rooms.mirror.jpeg import decode
from risorius.studio.rooms.mirror.messages import Calibrated, Practise

IDS = load_atlas().channel_ids
SMILE = 2 * IDS.index("zygomaticus_major")


def packed(picture: np.ndarray, number: float = 1, time: float | None = None) -> bytes:
    """A picture (blue, green, red) as the browser sends it."""
    time = number / 30 if time is None else time
    return HEADER.pack(number, time) + cv2.imencode(".jpg", picture)[1].tobytes()


@pytest.fixture(scope="module")
def face() -> np.ndarray:
    """Our own head, as a camera in front sees it."""
    from risorius.face import load_face
    from risorius.picture import front_camera, render

    own = load_face()
    camera = front_camera(own.head.vertices, width=320, height=240)
    return np.ascontiguousarray(render(own.head.topology, own.head.vertices, camera)[..., ::-1])


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
        (HEADER.pack(1, 1) + b"GIF89a", "no picture"),
        (HEADER.pack(1, 1) + b"\xff\xd8\xff\xe0\x00\x02", "no picture"),
        (HEADER.pack(float("nan"), float("nan")), "no picture"),
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


def test_a_small_file_cannot_announce_a_huge_picture(face):
    data = bytearray(cv2.imencode(".jpg", face)[1].tobytes())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 60000, 60000)
    with pytest.raises(InputError, match="60000 x 60000 is too large"):
        decode(bytes(data))
    assert decode(cv2.imencode(".jpg", face)[1].tobytes()).shape == face.shape


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
