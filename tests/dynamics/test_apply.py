"""Laws of lesions: what is true of every one, on every clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.anatomy import load_atlas
from risorius.clip import Event, clip_events, mirror_clip, new_clip
from risorius.dynamics import (
    Botulinum,
    CentralPalsy,
    Palsy,
    Parkinson,
    Synkinesis,
    apply_lesions,
    mirror_lesion,
    parse_lesion,
    resting_tone,
)
from risorius.dynamics.mask import blinks, slowed
from risorius.dynamics.rewire import delayed
from risorius.dynamics.weakness import channel_fibres
from risorius.errors import InputError

from .drawn import clips, degrees, lesions

CHANNELS = load_atlas().channel_ids
LID = "orbicularis_oculi.pretarsalis"
some = st.lists(lesions(), min_size=1, max_size=4)
shares = st.floats(0, 1)


def drive(clip, channel, side="left"):
    return clip.activation.sel(muscle=channel, side=side).values


@given(clips())
def test_no_lesion_is_identity(clip):
    assert apply_lesions(clip, []).identical(clip)
    assert (resting_tone([]) == 1).all()


@settings(max_examples=40)
@given(clips(), st.lists(lesions(st.just(0.0)), min_size=1, max_size=4), shares)
def test_a_lesion_of_no_degree_is_identity(clip, none, felt):
    result = apply_lesions(clip, none, emotional=felt)
    for name in ("activation", "gaze", "jaw"):
        if name in clip:
            np.testing.assert_array_equal(result[name].values, clip[name].values)
    assert (resting_tone(none) == 1).all()


@settings(max_examples=60)
@given(clips(), some, shares)
def test_activation_stays_in_its_range_and_unseen_stays_unseen(clip, ill, felt):
    result = apply_lesions(clip, ill, emotional=felt)  # a clip that breaks the schema is refused
    values = result.activation.values
    assert np.isnan(values[np.isnan(clip.activation.values)]).all()
    if not any(isinstance(lesion, Synkinesis) for lesion in ill):
        assert (np.isnan(values) == np.isnan(clip.activation.values)).all()
    assert values.dtype == np.float32
    tone = resting_tone(ill)
    assert tone.shape == (len(CHANNELS), 2)
    assert ((tone >= 0) & (tone <= 1.5)).all()
    assert not tone.flags.writeable


@settings(max_examples=40)
@given(clips(), some)
def test_mirrored_lesions_mirror(clip, ill):
    other = [mirror_lesion(lesion) for lesion in ill]
    one = mirror_clip(apply_lesions(clip, ill))
    two = apply_lesions(mirror_clip(clip), other)
    for name in ("activation", "gaze", "jaw"):
        if name in clip:
            np.testing.assert_allclose(one[name].values, two[name].values, atol=1e-6)
    np.testing.assert_allclose(resting_tone(other), resting_tone(ill)[:, ::-1], atol=1e-6)


@settings(max_examples=40)
@given(clips(), some, st.randoms())
def test_the_order_of_lesions_does_not_count(clip, ill, random):
    shuffled = list(ill)
    random.shuffle(shuffled)
    one, two = apply_lesions(clip, ill), apply_lesions(clip, shuffled)
    np.testing.assert_allclose(one.activation.values, two.activation.values, atol=1e-6)
    np.testing.assert_allclose(resting_tone(ill), resting_tone(shuffled), atol=1e-6)


@settings(max_examples=80)
@given(clips(), lesions(), degrees, shares)
def test_more_degree_does_more(clip, lesion, degree, felt):
    mild, bad = sorted((lesion, replace(lesion, degree=degree)), key=lambda one: one.degree)
    less = apply_lesions(clip, [mild], emotional=felt).activation.values
    more = apply_lesions(clip, [bad], emotional=felt).activation.values
    if isinstance(lesion, Synkinesis):
        seen = ~np.isnan(more)
        assert (more[seen] >= less[seen] - 1e-6).all()
    elif isinstance(lesion, Parkinson):
        # What is slow lags behind, so the extremes are compared and not the moments.
        assert (np.nanmax(more, initial=0) <= np.nanmax(less, initial=0) + 1e-6).all()
        assert (_reach(more) <= _reach(less) + 1e-6).all()
    else:
        assert not (more > less + 1e-6).any()
    tones = resting_tone([mild]), resting_tone([bad])
    if isinstance(lesion, Parkinson):
        tones = tones[::-1]
    assert (tones[1] <= tones[0] + 1e-6).all()


def _reach(values):
    return np.nan_to_num(values).max(axis=0)


@settings(max_examples=40)
@given(clips(), some)
def test_the_log_says_what_was_done(clip, ill):
    told = apply_lesions(clip.assign_attrs(log="earlier"), ill).attrs["log"].splitlines()
    assert told[0] == "earlier"
    assert [parse_lesion(line.removeprefix("lesion ")) for line in told[1:]] == ill


@settings(max_examples=30)
@given(clips(), lesions())
def test_one_side_leaves_the_other_alone(clip, lesion):
    if isinstance(lesion, Parkinson):
        return
    left = replace(lesion, side="left")
    result = apply_lesions(clip, [left])
    here = {"side": "right"}
    np.testing.assert_array_equal(result.activation.sel(here), clip.activation.sel(here))
    assert (resting_tone([left])[:, 1] == 1).all()


def test_branches_together_are_the_nerve():
    nerve = load_atlas().nerve("facialis")
    parts = [Palsy("facialis", 0.7, branch=branch.id) for branch in nerve.branches]
    np.testing.assert_allclose(resting_tone(parts), resting_tone([Palsy("facialis", 0.7)]))
    clip = new_clip([0.0], dict.fromkeys(CHANNELS, 1.0))
    one, two = apply_lesions(clip, parts), apply_lesions(clip, [Palsy("facialis", 0.7)])
    np.testing.assert_allclose(one.activation, two.activation, atol=1e-6)


def test_every_channel_gets_all_of_its_fibres():
    assert len(channel_fibres()) == len(CHANNELS)
    for fibres in channel_fibres():
        assert sum(part.share for part in fibres) == pytest.approx(1.0)


def test_synkinesis_needs_a_nerve_that_conducts():
    clip = new_clip([0.0], {LID: 1.0})
    wired = Synkinesis(1.0, side="left")
    assert drive(apply_lesions(clip, [wired]), "zygomaticus_major") > 0.5
    cut = apply_lesions(clip, [wired, Palsy("facialis", 1.0, side="left")])
    assert drive(cut, "zygomaticus_major") == 0
    treated = apply_lesions(clip, [wired, Botulinum("zygomaticus_major", 0.5, side="left")])
    assert (
        0
        < drive(treated, "zygomaticus_major")
        < drive(apply_lesions(clip, [wired]), "zygomaticus_major")
    )


def test_a_rewired_muscle_comes_late_by_the_published_delay():
    time = np.arange(0, 1, 0.005)
    clip = new_clip(time, {"frontalis.medialis": (time >= 0.5) * 1.0})
    result = apply_lesions(clip, [Synkinesis(1.0, pattern="brow_to_mouth")])
    brow = time[drive(result, "frontalis.medialis") > 0][0]
    mouth = time[drive(result, "zygomaticus_major") > 0][0]
    assert mouth - brow == pytest.approx(0.01, abs=0.0051)


@given(st.integers(1, 30), st.floats(0, 0.2), st.integers(0, 2**32 - 1))
def test_a_delay_only_shifts(count, delay, seed):
    random = np.random.default_rng(seed)
    time = np.cumsum(random.uniform(0.01, 0.1, count))
    curve = random.uniform(0, 1, (count, 3))
    late = delayed(time, curve, delay)
    np.testing.assert_allclose(delayed(time, curve, 0.0), curve)
    assert (late <= curve.max(axis=0) + 1e-12).all()
    assert (late >= curve.min(axis=0) - 1e-12).all()
    np.testing.assert_allclose(
        delayed(time, time[:, None], delay)[:, 0], np.maximum(time - delay, time[0])
    )


def test_what_was_not_seen_is_not_rewired_into_something():
    clip = new_clip([0.0, 0.1], {"zygomaticus_major": [np.nan, 0.5]})
    result = apply_lesions(clip, [Synkinesis(1.0, pattern="mouth_to_eye")])
    assert np.isnan(drive(result, LID)[0])


def test_slowness_approaches_and_remembers():
    time = np.array([0.0, 0.1, 0.2, 0.3, 5.0])
    step = np.array([0.0, 1.0, np.nan, 1.0, 1.0])[:, None]
    slow = slowed(time, step, np.array([0.1]))[:, 0]
    expected = [0.0, 1 - np.exp(-1), np.nan, 1 - np.exp(-3), 1.0]
    np.testing.assert_allclose(slow, expected, atol=1e-9)


def _blinking(count=40):
    time = np.arange(0, count, 1 / 60)
    shut = np.clip(1 - np.abs((time % 1.0) - 0.5) / 0.1, 0, 1)
    events = [Event(n + 0.4, n + 0.6, "blink") for n in range(count)]
    return new_clip(time, {LID: shut}, events=events)


def test_a_mask_takes_blinks_with_their_events():
    clip = _blinking()
    result = apply_lesions(clip, [Parkinson(1.0)])
    kept, lost = blinks(clip.time.values, clip.activation.sel(muscle=LID).values, 1.0)
    assert len(kept) + len(lost) == 40
    assert len(clip_events(result)) == len(kept)
    for first, last in lost:
        assert drive(result, LID)[first : last + 1].max() <= 0.05
    peaks = [drive(result, LID)[first : last + 1].max() for first, last in kept]
    assert 0.4 < min(peaks) <= max(peaks) < 0.7
    number = next(n for n in range(40) if clip_events(clip)[n] not in clip_events(result))
    assert "event_kind" not in apply_lesions(clip.isel(event=[number]), [Parkinson(1.0)])
    other = new_clip([0.0, 1.0], events=[Event(0.2, 0.4, "breath")])
    assert clip_events(apply_lesions(other, [Parkinson(1.0)])) == clip_events(other)


@given(degrees, degrees)
def test_a_lost_blink_stays_lost_at_a_higher_degree(one, two):
    clip = _blinking(12)
    lids = clip.activation.sel(muscle=LID).values
    mild, bad = (set(blinks(clip.time.values, lids, d)[1]) for d in sorted((one, two)))
    assert mild <= bad


def test_shut_eyes_are_no_blink():
    for lids in ([1.0] * 4, [1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0]):
        clip = new_clip([0.0, 1.0, 2.0, 3.0], {LID: lids})
        np.testing.assert_allclose(
            drive(apply_lesions(clip, [Parkinson(1.0)]), LID), lids, atol=0.01
        )


def test_an_eye_turns_as_far_as_its_muscles_can():
    gaze = [[[0.3, 0.0], [0.3, 0.0]], [[-0.3, -0.2], [-0.3, -0.2]], [[0.0, 0.2], [0.0, 0.2]]]
    clip = new_clip([0.0, 0.1, 0.2], gaze=gaze)
    third = apply_lesions(clip, [Palsy("oculomotorius", 1.0, side="left")]).gaze.values
    np.testing.assert_allclose(third[0, 0], [0.3, 0.0], atol=1e-6)  # out: the sixth nerve works
    np.testing.assert_allclose(third[1:, 0], 0.0, atol=1e-6)
    np.testing.assert_allclose(third[:, 1], clip.gaze.values[:, 1])
    sixth = apply_lesions(clip, [Palsy("abducens", 1.0, side="right")]).gaze.values
    assert sixth[0, 1, 0] == pytest.approx(0.3)
    assert sixth[1, 1, 0] == 0


def test_a_given_jaw_is_kept_but_for_the_mask():
    jaw = np.array([[0.0, 0, 0], [0.4, 1, 2]])
    clip = new_clip([0.0, 0.1], jaw=jaw)
    palsied = apply_lesions(clip, [Palsy("mandibularis", 1.0)])
    np.testing.assert_allclose(palsied.jaw, jaw, rtol=1e-6)
    stiff = apply_lesions(clip, [Parkinson(1.0)]).jaw.values
    assert 0 < stiff[1, 0] < 0.4


@pytest.mark.parametrize("felt", [-0.1, 1.1, np.nan, [0.5], [0.1, 0.2, 2.0]])
def test_a_share_of_feeling_that_cannot_be_is_refused(felt):
    clip = new_clip([0.0, 0.1, 0.2])
    with pytest.raises(InputError, match="emotional"):
        apply_lesions(clip, [CentralPalsy(0.5)], emotional=felt)


def test_a_broken_clip_is_refused():
    with pytest.raises(InputError, match="not a valid clip"):
        apply_lesions(new_clip([0.0]).drop_vars("activation"), [])
