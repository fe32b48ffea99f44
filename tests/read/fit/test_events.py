"""What happened when."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.read.events import find_events

CHANNELS = load_atlas().channel_ids
RATE = 30.0


def curves(seconds=6.0, **channels):
    time = np.arange(int(seconds * RATE)) / RATE
    activation = np.zeros((len(time), len(CHANNELS), 2), np.float32)
    for name, pair in channels.items():
        activation[:, CHANNELS.index(name.replace("__", "."))] = pair(time)
    return time, activation


def bump(time, start, end, height=1.0):
    return np.where((time >= start) & (time < end), height, 0.0)


def kinds(time, activation, *kind, gaps=None):
    gaps = np.zeros(len(time), bool) if gaps is None else gaps
    return [e for e in find_events(time, activation, CHANNELS, gaps=gaps) if e.kind in kind]


@pytest.mark.parametrize(
    ("seconds", "kind"), [(0.1, "blink"), (0.4, "blink"), (0.6, "eyes_closed"), (3, "eyes_closed")]
)
def test_duration_tells_a_blink_from_closed_eyes(seconds, kind):
    def lids(t):
        return np.stack([bump(t, 1.0, 1.0 + seconds)] * 2, axis=1)

    (event,) = kinds(*curves(orbicularis_oculi__pretarsalis=lids), "blink", "eyes_closed")
    assert (event.kind, event.label) == (kind, "both")
    assert event.start == pytest.approx(1.0, abs=0.05)


def test_a_wink_has_its_side_and_two_blinks_are_two():
    def lids(t):
        return np.stack([bump(t, 1, 1.2) + bump(t, 2, 2.2), bump(t, 2, 2.2)], axis=1)

    found = kinds(*curves(orbicularis_oculi__pretarsalis=lids), "blink")
    assert [e.label for e in found] == ["left", "both"]


def test_eyes_shut_at_the_edge_of_the_video_are_no_blink():
    def lids(t):
        return np.stack([bump(t, 0, 0.3)] * 2, axis=1)

    assert not kinds(*curves(orbicularis_oculi__pretarsalis=lids), "blink")


def test_smile_brow_and_largest_movement():
    time, activation = curves(
        zygomaticus_major=lambda t: np.stack([bump(t, 1, 2, 0.6), bump(t, 1.1, 2.1, 0.5)], axis=1),
        frontalis__medialis=lambda t: np.stack([bump(t, 3, 4)] * 2, axis=1),
        frontalis__lateralis=lambda t: np.stack([bump(t, 3, 4)] * 2, axis=1),
    )
    assert [e.label for e in kinds(time, activation, "smile", "brow_raise")] == ["both", "both"]
    (apex, _) = kinds(time, activation, "apex:zygomaticus_major")
    assert apex.start == apex.end
    assert 1 <= apex.start < 2.1


def test_gaps_end_what_was_going_on_and_are_events():
    time, activation = curves(zygomaticus_major=lambda t: np.full((len(t), 2), 0.8))
    gaps = (time > 2) & (time < 3)
    activation[gaps] = np.nan
    assert len(kinds(time, activation, "smile", gaps=gaps)) == 2
    (gap,) = kinds(time, activation, "gap", gaps=gaps)
    assert (gap.label, round(gap.start)) == ("no_face", 2)


def test_a_still_face_has_no_events():
    assert kinds(*curves(), "blink", "smile", "movement:zygomaticus_major") == []
