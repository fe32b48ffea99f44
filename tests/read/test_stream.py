"""Reading picture by picture: what it sees, what it says, and that it agrees with `read_video`."""

from __future__ import annotations

import cv2  # noqa: TID253 - the tests of the room that uses it
import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.errors import InputError
from risorius.read import live, read_video
from risorius.read.calibrate import STEPS, Step
from risorius.read.stream import UNSEEN

RATE = 30.0
IDS = load_atlas().channel_ids
LID = IDS.index("orbicularis_oculi.pretarsalis")


@pytest.fixture(scope="module")
def picture(draw_face):
    """Two drawn faces, red, green, blue: eyes open, and the person's left eye shut."""
    return [np.ascontiguousarray(draw_face(wink=wink)[..., ::-1]) for wink in (0.0, 1.0)]


@pytest.fixture(scope="module")
def read_all():
    return _read_all


def _read_all(pictures, *, steps=None, reader=None):
    reader = reader or live(threads=1)
    if steps is not None:
        reader.calibrate(steps=steps)
    return reader, [reader.read(image, k / RATE) for k, image in enumerate(pictures)]


def test_a_face_is_read_at_once_and_nothing_is_sure_without_one(picture, read_all):
    blank = np.full_like(picture[0], 120)
    _, (nothing, first, *_) = read_all([blank, picture[0]])
    assert nothing.unseen == ("no_face",)
    assert np.isnan(nothing.activation).all()
    assert np.isnan(nothing.head_pose).all()
    assert first.unseen == ()
    assert not first.is_calibrated
    seen = first.activation[np.isfinite(first.activation)]
    assert seen.size > 60
    assert (seen >= 0).all()
    assert (seen <= 1).all()
    assert first.gaze.shape == (2, 2)


def test_left_is_the_persons_left_and_a_flipped_camera_swaps(picture, read_all):
    rest, wink = picture
    steps = (Step("rest", "", 0.6),)
    for flip in (1, -1):
        film = [np.ascontiguousarray(p[:, ::flip]) for p in [rest] * 20 + [wink] * 10]
        _, readings = read_all(film, steps=steps)
        left, right = readings[-1].activation[LID]
        shut, still = (left, right) if flip == 1 else (right, left)
        assert shut > still + 0.3


def test_what_cannot_be_seen_is_said(picture, draw_face, read_all):
    tiny = np.ascontiguousarray(draw_face(width=52.0)[..., ::-1])
    for image, why in (
        (picture[0] // 12, "dark"),
        (np.zeros_like(picture[0]), "dark"),
        (tiny, "small"),
    ):
        _, readings = read_all([image] * 2)
        assert why in readings[-1].unseen
    assert all(words.endswith(".") for words in UNSEEN.values())


def test_a_second_face_is_said_and_that_it_left(picture):
    one = picture[0]
    beside = np.concatenate([one, picture[1][:, ::-1]], axis=1)
    alone = np.concatenate([one, np.full_like(one, 120)], axis=1)
    reader = live(threads=1)
    seen = [reader.read(beside, k / 2).unseen for k in range(4)]
    assert seen == [("several",)] * 4
    assert "More than one face" in UNSEEN["several"]
    left = [reader.read(alone, 2 + k / 2).unseen for k in range(4)]
    assert left[-1] == ()


def test_a_lost_face_is_begun_anew(picture, read_all):
    blank = np.full_like(picture[0], 120)
    _, readings = read_all([picture[0]] * 3 + [blank] + [picture[1]])
    assert [r.unseen for r in readings] == [()] * 3 + [("no_face",)] + [()]


def test_calibration_finds_rest_noise_and_the_comfortable_range(picture, read_all):
    rest, wink = picture
    steps = (Step("rest", "", 1.0), Step("wink", "", 0.5, ("AU46",)))
    asked = []
    reader = live(threads=1)
    reader.calibrate(steps=steps)
    for k in range(60):
        asked.append(reader.progress.step.id if reader.progress else None)
        reading = reader.read(wink if asked[-1] == "wink" else rest, k / RATE)
    assert asked[0] == "rest"
    assert asked.index("wink") == pytest.approx(RATE, abs=3)
    assert asked[-1] is None
    assert reading.is_calibrated
    found = reader.calibration
    assert np.nanmax(found.noise) < 0.02
    assert found.comfortable[LID, 0] > 0.3
    assert not found.comfortable[LID, 1] > 0.7 * found.comfortable[LID, 0]
    np.testing.assert_allclose(found.effort(found.comfortable)[LID, 0], 1.0)
    # A face at rest is at rest: that is what calibration is for.
    assert np.nanmax(reader.read(rest, 3.0).activation[: LID - 1]) < 0.1


def test_time_counts_only_while_the_face_is_seen(picture):
    reader = live(threads=1)
    reader.calibrate()
    blank = np.full_like(picture[0], 120)
    for k in range(20):
        reader.read(blank, k / RATE)
    assert reader.progress.share == 0
    reader.cancel()
    assert reader.progress is None
    assert reader.calibration is None


def test_the_usual_steps_take_ten_seconds_and_the_atlas_knows_them():
    assert sum(step.seconds for step in STEPS) == pytest.approx(10.0)
    assert all(load_atlas().expand(unit, 1.0) for step in STEPS for unit in step.units)


def test_wrong_pictures_times_and_steps_are_told(picture):
    reader = live(threads=1)
    reader.read(picture[0], 1.0)
    with pytest.raises(InputError, match="times must go on"):
        reader.read(picture[0], 1.0)
    with pytest.raises(InputError, match=r"\(height, width, 3\) of uint8"):
        reader.read(picture[0].astype(float), 2.0)
    with pytest.raises(InputError, match="begins with one step at rest"):
        reader.calibrate(steps=STEPS[1:])


def _agreement(live_curves, batch_curves):
    """Return per muscle and side the correlation and the delay [ms] of the live curves."""
    rows = []
    for channel in load_atlas().channels:
        if channel.moves not in ("skin", "lid"):
            continue
        for side in (0, 1):
            place = IDS.index(channel.id), side
            a, b = live_curves[:, *place], batch_curves[:, *place]
            both = np.isfinite(a) & np.isfinite(b)
            if both.sum() > 40 and b[both].max() > 0.15 and a[both].std() > 1e-3:
                rows.append(_delay(a[both], b[both]))
    return np.array(rows)


def _delay(late, early):
    lags = np.arange(-2, 7)
    scores = [np.corrcoef(np.roll(late, -lag)[8:-8], early[8:-8])[0, 1] for lag in lags]
    best = int(np.argmax(scores))
    shift = 0.0
    if 0 < best < len(lags) - 1:
        low, middle, high = scores[best - 1 : best + 2]
        shift = 0.5 * (low - high) / (low - 2 * middle + high)
    return scores[int(np.flatnonzero(lags == 0)[0])], (lags[best] + shift) / RATE * 1e3


def _words(rows):
    r, delay = rows[:, 0].mean(), np.median(rows[:, 1])
    return f"r {r:.3f}, delay {delay:.0f} ms over {len(rows)} muscles and sides"


def _pictures(path):
    film, frames = cv2.VideoCapture(str(path)), []
    while (got := film.read())[0]:
        frames.append(np.ascontiguousarray(got[1][..., ::-1]))
    return frames


@pytest.mark.slow
def test_agrees_with_the_batch_reader_on_a_filmed_performance(tmp_path, capsys):
    from risorius.bench.closed_loop import performance
    from risorius.face import deform, load_face
    from risorius.picture import front_camera, render, write_mp4

    clip, face = performance(seed=11).isel(time=slice(0, 360)), load_face()
    camera = front_camera(face.head.vertices, width=640, height=480)
    topology, path = face.head.topology, tmp_path / "performance.mp4"
    frames = (
        render(topology, deform(face, clip.isel(time=[k]), level=1).values[0], camera, level=1)
        for k in range(clip.sizes["time"])
    )
    write_mp4(frames, path, rate=RATE)
    # It begins with a second of rest.
    batch = read_video(path, neutral="0:28").activation.values
    _, readings = _read_all(_pictures(path), steps=(Step("rest", "", 0.9),))
    curves = np.array([reading.activation for reading in readings])[28:]
    rows = _agreement(curves, batch[28 : 28 + len(curves)])
    lean, known = (
        np.nan_to_num(found[..., 0] - found[..., 1])
        for found in (curves, batch[28 : 28 + len(curves)])
    )
    is_clear = np.abs(known) > 0.1
    agreed = (np.sign(lean) == np.sign(known))[is_clear].mean()
    with capsys.disabled():
        print("\nlive against batch, filmed performance:", _words(rows), end="; ")
        print(f"the same side leads in {agreed:.1%} of {is_clear.sum()} clear leads")
    assert rows[:, 0].mean() > 0.8
    assert np.median(rows[:, 1]) < 40
    # Left minus right: what a swap of the sides would turn round.
    assert agreed > 0.9


@pytest.mark.slow
@pytest.mark.media
def test_agrees_with_the_batch_reader_on_a_real_face(media, capsys):
    from risorius.read.calibrate import Calibration
    from risorius.read.fit import find_neutral
    from risorius.read.kept import default_basis
    from risorius.read.track import track_video

    path = media / "WolfgangLanger_Pexels.mp4"
    batch = read_video(path).activation.values
    neutral = find_neutral(track_video(path), default_basis())
    nan = np.full((len(IDS), 2), np.nan, np.float32)
    reader = live(calibration=Calibration(neutral, nan, nan))
    _, readings = _read_all(_pictures(path), reader=reader)
    curves = np.array([reading.activation for reading in readings])
    rows = _agreement(curves, batch[: len(curves)])
    with capsys.disabled():
        print("\nlive against batch, real face:", _words(rows))
    # The batch reader learns from the whole film how a turned head changes this very mesh.
    assert rows[:, 0].mean() > 0.75
    assert np.median(rows[:, 1]) < 40


@pytest.mark.media
def test_a_face_that_leaves_and_one_that_turns_far(media):
    reader = live()
    seen = [
        reader.read(p, k / RATE).unseen for k, p in enumerate(_pictures(media / "face_noface.mov"))
    ]
    assert seen[0] == ()
    assert seen[-1] == ("no_face",)
    turned = live().read(_pictures(media / "45-m7-di-ph.jpg")[0], 0.0)
    yaw = abs(turned.head_pose[0])
    assert yaw > 0.4
    # The side that is turned away is less sure.
    away = 0 if turned.head_pose[0] > 0 else 1
    assert turned.confidence[LID, away] < turned.confidence[LID, 1 - away]
