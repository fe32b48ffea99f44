"""Laws of the clip: what is true of every one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import risorius.clip as clips
from risorius.anatomy import load_atlas
from risorius.clip import Event
from risorius.errors import InputError

CHANNELS = load_atlas().channel_ids
unit = st.floats(0, 1, width=32)
angle = st.floats(-1, 1, width=32)


@st.composite
def any_clip(draw, *, gaps=False):
    count = draw(st.integers(1, 6))
    steps = draw(st.lists(st.integers(1, 50), min_size=count, max_size=count))
    time = np.cumsum(steps) / 100
    value = st.one_of(unit, st.just(np.nan)) if gaps else unit
    activation = np.zeros((count, len(CHANNELS), 2), np.float32)
    activation[:, :5] = draw(hnp.arrays(np.float32, (count, 5, 2), elements=value))
    extra = {}
    if draw(st.booleans()):
        extra["gaze"] = draw(hnp.arrays(np.float32, (count, 2, 2), elements=angle))
    if draw(st.booleans()):
        extra["head_pose"] = draw(hnp.arrays(np.float32, (count, 6), elements=angle))
    if draw(st.booleans()):
        extra["jaw"] = draw(hnp.arrays(np.float32, (count, 3), elements=unit))
    events = draw(
        st.lists(
            st.builds(
                lambda start, length, label: Event(start, start + length, "blink", label),
                st.floats(0, 2),
                st.floats(0, 1),
                st.sampled_from(["left", "right", "both"]),
            ),
            max_size=3,
        )
    )
    return clips.new_clip(time, activation, source="drawn", events=events, **extra)


@given(any_clip(gaps=True))
def test_mirroring_twice_is_identity(clip):
    twice = clips.mirror_clip(clips.mirror_clip(clip))
    assert twice.drop_attrs(deep=False).equals(clip.drop_attrs(deep=False))


@given(any_clip(gaps=True))
def test_mirroring_exchanges_the_sides(clip):
    mirrored = clips.mirror_clip(clip).activation
    np.testing.assert_array_equal(mirrored.sel(side="left"), clip.activation.sel(side="right"))


@settings(max_examples=25)
@given(clip=any_clip(gaps=True))
def test_saved_then_opened_is_identity(tmp_path_factory, clip):
    path = clips.save_clip(clip, tmp_path_factory.mktemp("clip") / "a.nc")
    again = clips.open_clip(path)
    assert again.identical(clip)
    assert clips.clip_events(again) == clips.clip_events(clip)
    assert [item.name for item in path.parent.iterdir()] == ["a.nc"]


@given(any_clip(), st.sampled_from([24.0, 30.0, 60.0, 120.0]))
def test_resampling_stays_within_what_was(clip, rate):
    resampled = clips.resample_clip(clip, rate=rate)
    low, high = clip.activation.min("time"), clip.activation.max("time")
    assert (resampled.activation >= low - 1e-6).all()
    assert (resampled.activation <= high + 1e-6).all()
    np.testing.assert_array_equal(resampled.activation[0], clip.activation[0])


@given(any_clip(gaps=True))
def test_resampling_at_the_own_rate_changes_nothing(clip):
    regular = clips.resample_clip(clip, rate=100)
    again = clips.resample_clip(regular, rate=100)
    np.testing.assert_allclose(again.activation, regular.activation, atol=1e-5)


def test_a_gap_never_becomes_a_number():
    clip = clips.new_clip([0, 1, 2], {"risorius": [0.2, np.nan, 0.4]})
    curve = clips.resample_clip(clip, rate=2).activation.sel(muscle="risorius", side="left")
    np.testing.assert_array_equal(np.isnan(curve), [False, True, True, True, False])


@given(any_clip(), any_clip())
def test_joining_keeps_every_moment(one, two):
    for name in ("gaze", "head_pose", "jaw"):
        one, two = (c.drop_vars(name, errors="ignore") for c in (one, two))
    joined = clips.join_clips([one, two])
    assert joined.sizes["time"] == one.sizes["time"] + two.sizes["time"]
    np.testing.assert_array_equal(joined.activation[: one.sizes["time"]], one.activation)
    events = clips.clip_events(one) + clips.clip_events(two)
    assert len(clips.clip_events(joined)) == len(events)


@given(any_clip(gaps=True), unit)
def test_filling_leaves_no_gap_and_touches_nothing_else(clip, value):
    filled = clips.fill_unobserved(clip, value=value).activation.values
    seen = ~np.isnan(clip.activation.values)
    np.testing.assert_array_equal(filled[seen], clip.activation.values[seen])
    assert (filled[~seen] == np.float32(value)).all()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: clips.new_clip([0], {"zygomaticus": 1}), "zygomaticus_major"),
        (lambda: clips.new_clip([0], {("risorius", "l"): 1}), "'left' or 'right'"),
        (lambda: clips.new_clip([0], {"risorius": 1.5}), "must lie in 0..1; risorius has 1.5"),
        (lambda: clips.new_clip([1, 0], {}), "strictly increasing"),
        (lambda: clips.new_clip([], {}), "empty"),
        (lambda: clips.new_clip([0], {"risorius": [1, 2, 3]}), "give one number or 1"),
        (lambda: clips.new_clip([0], jaws=[[0, 0, 0]]), "Did you mean 'jaw'"),
        (lambda: clips.new_clip([0], {"risorius": np.inf}), "infinite"),
        (lambda: clips.new_clip([0], gaze=np.zeros((1, 2))), "needs (1, 2, 2)"),
        (lambda: clips.resample_clip(clips.new_clip([0]), rate=0), "above zero"),
        (lambda: clips.join_clips([]), "nothing to join"),
        (lambda: clips.open_clip("nowhere.nc"), "no clip at nowhere.nc"),
    ],
)
def test_bad_input_says_what_to_do(make, words):
    with pytest.raises(InputError) as caught:
        make()
    assert words in str(caught.value)


def test_all_problems_come_in_one_message():
    with pytest.raises(InputError) as caught:
        clips.new_clip([0], {"zygomaticus": 1, "masetter": 1})
    assert "zygomaticus_major" in str(caught.value)
    assert "masseter" in str(caught.value)


def test_a_clip_is_never_aligned_silently():
    clip = clips.new_clip([0, 1])
    fewer = clip.isel(muscle=slice(2, None))
    with pytest.raises(InputError, match="channels are missing"):
        clips.check_clip(fewer)
    with pytest.raises(InputError, match="not in the order"):
        clips.check_clip(clip.isel(muscle=slice(None, None, -1)))


def test_a_file_that_is_no_clip(tmp_path):
    path = tmp_path / "x.nc"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match="not a clip"):
        clips.open_clip(path)


def test_nothing_is_left_where_nothing_can_be_written(tmp_path):
    with pytest.raises(InputError, match="no folder"):
        clips.save_clip(clips.new_clip([0]), tmp_path / "missing" / "a.nc")
    with pytest.raises(InputError, match=r"'\.nc'"):
        clips.save_clip(clips.new_clip([0]), tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
