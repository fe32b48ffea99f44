import os
import zlib
from itertools import repeat

import numpy as np
import pytest

from risorius.errors import InputError
from risorius.picture import Camera, contact_sheet, draw_lines, see, write_mp4, write_png


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def smooth(height, width, shift=0):
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 2 + shift, y * 2, 128 + 0 * x], axis=-1).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(1, 1), (7, 13), (64, 48)])
def test_png_comes_back_as_it_was(tmp_path, size):
    import cv2

    image = noise(*size)
    write_png(image, tmp_path / "a.png")
    assert np.array_equal(cv2.imread(str(tmp_path / "a.png"))[..., ::-1], image)
    write_png(image[:, ::-1][:, ::-1], tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_film_is_h264_of_right_size_count_and_rate(tmp_path):
    import av

    path = tmp_path / "film.mp4"
    assert write_mp4((smooth(90, 121, shift) for shift in range(25)), path, rate=29.97) == 25
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.width, stream.height) == (122, 90)
        assert float(stream.average_rate) == pytest.approx(29.97, abs=0.01)
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(frames) == 25
    assert np.abs(frames[10][:, :121].astype(int) - smooth(90, 121, 10)).mean() < 6
    assert os.listdir(tmp_path) == ["film.mp4"]
    # The index stands first, so that a browser can start before it has everything.
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_film_takes_frames_one_at_a_time(tmp_path):
    alive = []

    def frames():
        for number in range(40):
            alive.append(number)
            yield smooth(48, 64, number)

    write_mp4(frames(), tmp_path / "a.mp4", rate=120)
    assert len(alive) == 40
    assert sorted(os.listdir(tmp_path)) == ["a.mp4"]


def test_a_film_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"before")

    def frames():
        yield smooth(48, 64)
        raise KeyError("stop")

    with pytest.raises(KeyError):
        write_mp4(frames(), path, rate=30)
    with pytest.raises(InputError, match="frame 1 is"):
        write_mp4([smooth(48, 64), smooth(48, 66)], path, rate=30)
    with pytest.raises(InputError, match="at least one frame"):
        write_mp4([], path, rate=30)
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a.mp4"]


@pytest.mark.parametrize("rate", [0, -1, float("nan"), 1e6])
def test_film_needs_a_rate(tmp_path, rate):
    with pytest.raises(InputError, match="frames per second"):
        write_mp4(repeat(smooth(8, 8), 2), tmp_path / "a.mp4", rate=rate)


@pytest.mark.parametrize(
    "write", [write_png, lambda image, path: write_mp4([image], path, rate=30)]
)
def test_places_that_cannot_be_written_to(tmp_path, write):
    image = smooth(16, 16)
    suffix = ".png" if write is write_png else ".mp4"
    with pytest.raises(InputError, match="written as"):
        write(image, tmp_path / "a.gif")
    with pytest.raises(InputError, match="no folder"):
        write(image, tmp_path / "none" / f"a{suffix}")
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(InputError, match="folder"):
        write(image, tmp_path / f"folder{suffix}")
    with pytest.raises(InputError, match="uint8"):
        write(image.astype(float), tmp_path / f"a{suffix}")
    with pytest.raises(InputError, match="uint8"):
        write(image[..., 0], tmp_path / f"a{suffix}")


def test_sheet_holds_every_picture_under_its_name():
    images = [np.full((60, 80, 3), 40 * number, np.uint8) for number in range(5)]
    sheet = contact_sheet(images, [f"AU{n}" for n in range(5)], columns=2)
    for number in range(5):
        whole = np.all(sheet == 40 * number, axis=2)
        assert whole.sum() >= 60 * 80
    with_names = np.count_nonzero(np.all(sheet < 90, axis=2))
    blank = contact_sheet(images, [" "] * 5, columns=2)
    assert blank.shape == sheet.shape
    assert with_names > np.count_nonzero(np.all(blank < 90, axis=2)) + 50


def test_sheets_that_make_no_sense_are_refused():
    with pytest.raises(InputError, match="at least one picture"):
        contact_sheet([])
    with pytest.raises(InputError, match="one size"):
        contact_sheet([smooth(8, 8), smooth(8, 9)])
    with pytest.raises(InputError, match="as many labels"):
        contact_sheet([smooth(8, 8)], ["a", "b"])
    with pytest.raises(InputError, match="column"):
        contact_sheet([smooth(8, 8)], columns=-1)


def test_lines_are_hidden_by_what_stands_before_them():
    camera = Camera(100, 80, 100.0, np.diag([1.0, -1.0, -1.0]), np.array([0.0, 0.0, 100.0]))
    plate = np.array([[0.0, -90, 10], [90, -90, 10], [90, 90, 10], [0, 90, 10]])
    _, depth = see(plate, [[0, 1, 2], [0, 2, 3]], camera)
    black = np.zeros((80, 100, 3), np.uint8)
    line = [np.array([[-30.0, 0, 0], [30.0, 0, 0]])]
    open_ = draw_lines(black, camera, line, colour=(1, 0, 0))
    hidden = draw_lines(black, camera, line, colour=(1, 0, 0), depth=depth)
    shown = draw_lines(black, camera, line, colour=(1, 0, 0), depth=depth, tolerance=20.0)
    assert open_[40, 30, 0] == open_[40, 70, 0] == 255
    assert hidden[40, 30, 0] == 255
    assert hidden[40, 70, 0] == 0
    assert np.array_equal(open_, shown)
    assert not black.any()
    with pytest.raises(InputError, match="camera sees"):
        draw_lines(black[:10], camera, line)
    with pytest.raises(InputError, match="line 0"):
        draw_lines(black, camera, [[[0, 0]]])


def test_png_is_packed(tmp_path):
    write_png(smooth(200, 200), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size < len(zlib.compress(noise(200, 200).tobytes())) / 20
