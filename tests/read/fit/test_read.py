"""The whole way: a video in, a clip and its files out, and one clear line where that cannot be."""

from __future__ import annotations

import json
import socket

import numpy as np
import pytest
from typer.testing import CliRunner

from risorius.cli import app
from risorius.clip import open_clip
from risorius.errors import InputError, RisoriusError
from risorius.head import load_head
from risorius.read import read_video


@pytest.fixture(scope="module")
def video(draw_face, write_video, tmp_path_factory):
    """A drawn face that moves aside and winks."""
    pictures = [
        draw_face(centre=(160 + i // 2, 120), wink=float(i in (12, 13, 14))) for i in range(24)
    ]
    return write_video(tmp_path_factory.mktemp("video") / "drawn.mp4", pictures)


def run(*words):
    outcome = CliRunner().invoke(app, ["read", *map(str, words)])
    if isinstance(outcome.exception, RisoriusError):
        return outcome, 2, str(outcome.exception)
    return outcome, outcome.exit_code, outcome.output


def test_a_video_becomes_a_clip_without_any_socket(video, monkeypatch):
    def refuse(*_args, **_options):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    shares = []
    clip = read_video(video, progress=shares.append)
    assert clip.sizes["time"] == 24
    assert clip.attrs["source"] == "drawn.mp4"
    assert str(video.parent) not in str(clip.attrs)
    assert clip.attrs["frames_with_face"] == 24
    assert np.isfinite(clip.activation.sel(muscle="zygomaticus_major").values).all()
    assert load_head(**json.loads(clip.attrs["identity"])).vertices.shape[1] == 3
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_same_video_gives_the_same_clip(video):
    one, two = read_video(video), read_video(video)
    np.testing.assert_array_equal(one.activation.values, two.activation.values)


def test_command_writes_three_files_and_takes_up_where_it_stopped(video, tmp_path):
    _, code, text = run(video, "-o", tmp_path / "new" / "out")
    assert code == 0, text
    out = tmp_path / "new" / "out"
    assert sorted(p.name for p in out.iterdir()) == ["drawn.csv", "drawn.html", "drawn.nc"]
    assert open_clip(out / "drawn.nc").sizes["time"] == 24
    before = (out / "drawn.nc").stat().st_mtime_ns
    _, code, text = run(video, "-o", out)
    assert code == 0
    assert "read before" in text
    assert (out / "drawn.nc").stat().st_mtime_ns == before


def test_one_bad_file_among_many_does_not_stop_the_others(video, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    _, code, text = run(broken, video, "-o", tmp_path)
    assert code == 2
    assert "1 of 2 could not be read" in text
    assert (tmp_path / "drawn.nc").exists()
    assert not list(tmp_path.glob("broken.[hnc]*"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing.mp4"], "no file missing.mp4"),
        (["missing.mp4", "--neutral", "soon"], "neither frames"),
        (["missing.mp4", "--neutral", "me.jpg"], "neither frames"),
    ],
)
def test_bad_words(words, message, tmp_path):
    _, code, text = run(*words, "-o", tmp_path)
    assert code == 2
    assert message in text
    assert not list(tmp_path.iterdir())


def test_no_face_is_said_and_leaves_nothing(write_video, tmp_path):
    grey = np.full((120, 160, 3), 128, np.uint8)
    path = write_video(tmp_path / "grey.mp4", [grey] * 5)
    out = tmp_path / "out"
    _, code, text = run(path, "-o", out)
    assert code == 2
    assert "no face was found in grey.mp4 (5 frames looked at)" in text
    assert not list(out.iterdir())


def test_neutral_may_be_frames_or_a_picture(video, draw_face, tmp_path):
    import cv2

    picture = tmp_path / "rest.png"
    cv2.imwrite(str(picture), draw_face())
    assert read_video(video, neutral="0:10").attrs["neutral"] == "given frames 0:10"
    assert read_video(video, neutral=picture).attrs["neutral"] == "given frames 0:1"
    with pytest.raises(InputError, match="within 0:24"):
        read_video(video, neutral="20:99")


def test_files_of_one_name_stay_apart(video, tmp_path):
    twin = tmp_path / "twin" / "drawn.mp4"
    twin.parent.mkdir()
    twin.write_bytes(video.read_bytes())
    _, code, text = run(video, twin, "-o", tmp_path / "out")
    assert code == 0, text
    assert len(list((tmp_path / "out").glob("*.nc"))) == 2
