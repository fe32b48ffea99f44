from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risorius.read.smooth import HALF_WIDTH, noise_level, smooth_series, smooth_track
from risorius.read.track import Track

RATE = 30.0


def times(seconds, rate=RATE):
    return np.arange(round(seconds * rate)) / rate


def column(values):
    return np.asarray(values, np.float32)[:, None, None]


def blink(time, at, *, close=0.1, reopen=0.2):
    """A lid's course: down in 0.1 s, up in 0.2 s."""
    return np.interp(time, [at - close, at, at + reopen], [0, 1, 0])


@pytest.mark.parametrize("rate", [24.0, 30.0, 60.0, 120.0])
def test_quiet_frames_lose_most_of_their_noise(rate):
    time = times(8, rate)
    noise = np.random.default_rng(0).normal(0, 0.1, (len(time), 40, 2)).astype(np.float32)
    quieter = smooth_series(time, 5 + noise) - 5
    assert quieter.std() < 0.75 * noise.std()
    assert np.diff(quieter, axis=0).std() < 0.55 * np.diff(noise, axis=0).std()


@pytest.mark.parametrize("rate", [24.0, 30.0, 60.0, 120.0])
def test_a_blink_stays_sharp_and_is_not_late(rate):
    time = times(6, rate)
    clean = blink(time, 3.0)
    noisy = column(clean + np.random.default_rng(1).normal(0, 0.01, len(time)))
    smooth = smooth_series(time, noisy)[:, 0, 0]
    assert smooth.max() > 0.95 * noisy.max()
    assert np.argmax(smooth) == np.argmax(noisy)
    # Same centre of gravity: no delay.
    near = np.abs(time - 3.05) < 0.4
    centre = [np.sum(time[near] * v[near]) / v[near].sum() for v in (clean, smooth)]
    assert centre[1] == pytest.approx(centre[0], abs=0.004)


@given(st.floats(-50, 50), st.floats(-20, 20), st.floats(-9, 9))
def test_a_parabola_passes_unchanged(a, b, c):
    time = times(1) ** 1.1
    values = column(a + b * time + c * time**2)
    np.testing.assert_allclose(smooth_series(time, values), values, atol=1e-3)


@given(st.integers(0, 2**32 - 1), st.floats(0, 3))
def test_forwards_and_backwards_are_the_same(seed, roughness):
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (20, 3, 2)) + np.cumsum(rng.normal(0, roughness, (20, 3, 2)), axis=0)
    values = values.astype(np.float32)
    time = times(20 / RATE)
    back = smooth_series(time, values[::-1])[::-1]
    np.testing.assert_allclose(smooth_series(time, values), back, atol=1e-3)


def test_gaps_stay_and_nothing_passes_across_them():
    time = times(2)
    values = np.random.default_rng(2).normal(0, 1, (60, 4, 2)).astype(np.float32)
    values[20:25] = np.nan
    moved = values.copy()
    moved[25:] += 1000
    a, b = smooth_series(time, values), smooth_series(time, moved)
    np.testing.assert_array_equal(np.isnan(a), np.isnan(values))
    np.testing.assert_allclose(a[:20], b[:20], atol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_short_tracks_pass_as_they_are(count):
    values = np.arange(count * 6, dtype=np.float32).reshape(count, 3, 2) ** 2
    np.testing.assert_array_equal(smooth_series(times(count / RATE), values), values)


def test_noise_is_read_from_the_quiet_part():
    time = times(60)
    rng = np.random.default_rng(5)
    values = rng.normal(0, 0.3, (len(time), 5, 2))
    values[: len(time) // 2] += np.cumsum(rng.normal(0, 0.5, (len(time) // 2, 1, 1)), axis=0)
    assert np.median(noise_level(values.astype(np.float32))) == pytest.approx(0.3, rel=0.3)


def test_a_track_keeps_everything_else():
    rng = np.random.default_rng(4)
    track = Track(
        times(1),
        rng.normal(100, 1, (30, 478, 3)).astype(np.float32),
        np.ones(30, np.float32),
        rng.uniform(0, 0.03, (30, 52)).astype(np.float32),
        (640, 360),
        ("a note",),
    )
    smooth = smooth_track(track)
    assert smooth.notes == track.notes
    assert smooth.size == track.size
    assert smooth.points.std(axis=0).mean() < 0.8 * track.points.std(axis=0).mean()
    assert smooth.blendshapes.min() >= 0
    assert not smooth.points.flags.writeable
    assert HALF_WIDTH == 0.1
