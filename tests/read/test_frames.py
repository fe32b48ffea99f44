from __future__ import annotations

import struct
import subprocess
import sys
import threading

import cv2  # noqa: TID253 - the tests of the room that uses it
import numpy as np
import pytest

from risorius.errors import InputError
from risorius.read.frames import MAX_SIDE, open_frames


def read(path, **options):
    with open_frames(path, **options) as frames:
        return list(frames), frames


def test_frames_come_with_the_times_of_the_container(tmp_path, draw_face, write_video):
    # Uneven on purpose; with B frames the order of decoding is not the order of display.
    times = np.cumsum([0, 40, 20, 100, 33, 200, 40, 40, 50, 80, 40, 500, 40]) / 1000
    pictures = [draw_face(centre=(100 + 8 * i, 120)) for i in range(len(times))]
    for suffix in (".mp4", ".mkv", ".mov"):
        found, frames = read(write_video(tmp_path / f"uneven{suffix}", pictures, times=times))
        np.testing.assert_allclose([f.time for f in found], times, atol=1e-3)
        assert frames.size == (320, 240)
        assert frames.notes == []
        for frame, picture in zip(found, pictures, strict=True):
            assert np.abs(frame.pixels.astype(int) - picture).mean() < 4


def test_stamps_that_stand_still_are_repaired_and_said():
    class Stuck:
        stamps = iter([0, 40, 40, 30, 160, 200])
        now = None

        def read(self):
            self.now = next(self.stamps, None)
            return self.now is not None, np.zeros((8, 8, 3), np.uint8)

        def get(self, what):
            return {cv2.CAP_PROP_FPS: 25, cv2.CAP_PROP_POS_MSEC: self.now}.get(what, 0)

        def release(self):
            pass

    from risorius.read.frames import Frames

    with Frames(Stuck(), name="stuck", seconds=None, is_camera=False) as frames:
        times = [f.time for f in frames]
    np.testing.assert_allclose(times, [0, 0.04, 0.08, 0.12, 0.16, 0.2])
    assert frames.notes == ["2 of 6 time stamps did not advance and were repaired."]


def test_rotation_of_the_file_is_honoured(tmp_path, draw_face, write_video):
    upright = draw_face(size=(240, 320), centre=(120, 160))
    stored = cv2.rotate(upright, cv2.ROTATE_90_COUNTERCLOCKWISE)
    path = write_video(tmp_path / "phone.mp4", [stored] * 3)
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 44
    one = 1 << 16
    struct.pack_into(">9i", data, matrix, 0, one, 0, -one, 0, 0, 240 * one, 0, 1 << 30)
    path.write_bytes(data)
    found, frames = read(path)
    assert frames.size == (240, 320)
    assert np.abs(found[0].pixels.astype(int) - upright).mean() < 4


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_cut_off_video_gives_what_is_there_and_says_so(tmp_path, draw_face, write_video, suffix):
    pictures = [draw_face(centre=(60 + 4 * i, 120)) for i in range(50)]
    path = write_video(tmp_path / f"cut{suffix}", pictures, movflags="faststart")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.6)])
    found, frames = read(path)
    assert 5 <= len(found) < 45
    assert "announces 2.00 s" in frames.notes[-1]


def test_seconds_end_the_reading_early(tmp_path, draw_face, write_video):
    path = write_video(tmp_path / "long.mp4", [draw_face()] * 25)
    found, frames = read(path, seconds=0.4)
    assert len(found) == 10
    assert frames.notes == []


def test_leaving_early_ends_the_thread(tmp_path, draw_face, write_video):
    path = write_video(tmp_path / "long.mp4", [draw_face()] * 60)
    with open_frames(path) as frames:
        next(iter(frames))
    assert not any(thread.name == "frames" for thread in threading.enumerate())


def test_images_of_every_kind_are_one_colour_frame(tmp_path, draw_face):
    face = draw_face()
    alpha = np.dstack([face, np.full(face.shape[:2], 255, np.uint8)])
    kinds = {
        "face.png": face,
        "grey.png": cv2.cvtColor(face, cv2.COLOR_BGR2GRAY),
        "alpha.png": alpha,
        "deep.png": face.astype(np.uint16) * 257,
        "face.jpg": face,
    }
    for name, pixels in kinds.items():
        path = tmp_path / name
        assert cv2.imwrite(str(path), pixels)
        (frame,), frames = read(path)
        assert (frame.time, frames.size) == (0.0, (320, 240))
        wanted = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR) if pixels.ndim == 2 else face
        assert np.abs(frame.pixels.astype(int) - wanted).mean() < 2, name


def test_a_huge_picture_is_shrunk_and_its_size_kept(tmp_path):
    path = tmp_path / "huge.png"
    assert cv2.imwrite(str(path), np.zeros((1000, 8000, 3), np.uint8))
    (frame,), frames = read(path)
    assert frames.size == (8000, 1000)
    assert max(frame.pixels.shape) <= MAX_SIDE
    assert frame.scale * frame.pixels.shape[1] == 8000


def bad_inputs(folder, write_video):
    import av

    (folder / "text.mp4").write_text("this is no video")
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.png").write_text("this is no picture")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    whole = write_video(folder / "whole.mp4", [np.zeros((64, 64, 3), np.uint8)] * 20)
    (folder / "half.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with av.open(str(folder / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        for _ in range(8):
            sound = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            sound.sample_rate = 16000
            container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    with av.open(str(folder / "nothing.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        container.start_encoding()
    return {
        "missing.mp4": "there is no file",
        "": "is a folder",
        "empty.mp4": "is empty",
        "text.mp4": "no picture that can be read",
        "text.png": "no picture that can be read",
        "broken.png": "cannot be decoded",
        "half.mp4": "no picture that can be read",
        "sound.mp4": "no picture that can be read",
        "nothing.mp4": "no picture that can be read",
    }


def test_bad_input_is_one_clear_line_and_nothing_on_the_terminal(tmp_path, write_video, capfd):
    cases = bad_inputs(tmp_path, write_video)
    capfd.readouterr()
    for name, message in cases.items():
        with pytest.raises(InputError, match=message) as caught:
            open_frames(tmp_path / name)
        assert "\n" not in str(caught.value)
        assert str(tmp_path / name) in str(caught.value)
    # The decoder reads its log level once per process, so its silence is judged in a new one.
    code = (
        "import sys; from risorius.read.frames import open_frames\nfor path in sys.argv[1:]:\n"
        + ("    try: open_frames(path)\n    except ValueError: pass\n    else: sys.exit(1)\n")
    )
    paths = [str(tmp_path / name) for name in cases]
    done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_an_address_is_not_opened():
    with pytest.raises(InputError, match="there is no file"):
        open_frames("http://127.0.0.1:9/face.mp4")


def test_a_missing_camera_is_said():
    with pytest.raises(InputError, match="camera 77 cannot be opened"):
        open_frames(77)


def test_a_camera_gives_frames_until_seconds_are_over(monkeypatch):
    class Camera:
        def isOpened(self):
            return True

        def read(self):
            return True, np.zeros((8, 8, 3), np.uint8)

        def get(self, what):
            return 0.0

        def release(self):
            pass

    monkeypatch.setattr(cv2, "VideoCapture", lambda number: Camera())
    found, frames = read(0, seconds=0.02)
    assert 0.0 == found[0].time < found[-1].time < 0.02
    assert frames.announced is None
