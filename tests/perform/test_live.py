"""The live form: intents as they come."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.bench.perform.laws import fingerprint
from risorius.clip import check_clip, clip_events, join_clips
from risorius.errors import InputError
from risorius.perform import live

SMILE = {"feel": "joy", "strength": 0.9, "for": 2.0}


def smile(clip):
    return clip.activation.sel(muscle="zygomaticus_major").values.max()


def play(pieces, seed=3):
    face = live({"persona": {"blink": "often"}}, seed=seed, rate=60)
    clips = []
    for until in pieces:
        clips.append(check_clip(face.frames(until)))
        if until == 1.0:
            face.intend(SMILE, {"at": 0.5, "nod": 2})
    return clips


def test_frames_do_not_depend_on_how_they_are_asked_for():
    coarse, fine = play([1.0, 3.0]), play([0.1, 0.25, 1.0, *np.linspace(1.1, 3.0, 20)])
    for name in ("time", "activation", "gaze", "head_pose", "breath"):
        one, two = (np.concatenate([clip[name].values for clip in own]) for own in (coarse, fine))
        assert one.tobytes() == two.tobytes(), name
    one, two = (sorted(e for clip in own for e in clip_events(clip)) for own in (coarse, fine))
    assert one == two


def test_it_does_what_it_is_told_from_then_on():
    face = live(seed=1, rate=60)
    assert smile(face.frames(1.0)) < 0.1
    face.intend(SMILE)
    assert smile(face.frames(3.0)) > 0.2
    assert smile(face.frames(9.0)[{"time": slice(-60, None)}]) < 0.1


def test_what_has_begun_goes_on_when_something_else_is_told():
    def told(often):
        face = live(seed=1, rate=60, off=("micro",))
        face.intend(SMILE)
        clips = [face.frames(1.0)]
        if often:
            face.intend({"nod": 1})
        return join_clips([*clips, face.frames(3.0)])

    once, twice = (told(often).activation.sel(muscle="zygomaticus_major") for often in (0, 1))
    assert (once.values == twice.values).all()


@pytest.mark.parametrize("frame", [1, 7, 37, 38, 39, 40, 41, 119])
def test_what_is_told_begins_whatever_the_frame(frame):
    face = live(seed=1, rate=60, off=("micro", "blink"))
    face.frames((frame - 1) / 60)
    face.intend({"AU12": 0.6, "for": 0.5}, {"feel": "anger", "for": 2.0, "at": 0.0})
    clip = face.frames(frame / 60 + 0.4)
    assert smile(clip) > 0.2
    assert {"move", "feel"} <= {event.kind for event in clip_events(clip)}


@pytest.mark.parametrize("next_one", [{"until": "end"}, {"for": 2.0}])
def test_what_is_held_gives_way_to_the_next_of_its_kind(next_one):
    face = live(seed=1, rate=60)
    face.intend({"feel": "joy", "strength": 0.9, "until": "end"})
    assert smile(face.frames(20.0)[{"time": slice(-60, None)}]) > 0.2
    face.intend({"feel": "sadness", **next_one})
    falling = np.abs(np.diff(face.frames(26.0).activation.sel(muscle="zygomaticus_major"), axis=0))
    assert falling.max() < 0.1, "it leaves as it came, without a jump"
    assert smile(face.frames(30.0)[{"time": slice(-60, None)}]) < 0.1


def test_all_of_a_movement_is_held_and_gives_way():
    face = live(seed=1, rate=60, off=("emotion", "micro", "blink"))
    parts = ["zygomaticus_major", "frontalis.medialis"]
    face.intend({"AU12": 0.6, "AU1": 0.6, "until": "end"})
    held = face.frames(5.0).activation.sel(muscle=parts).isel(time=-1)
    assert held.values.min() > 0.2
    face.intend({"AU9": 0.6, "for": 1.0})
    assert face.frames(10.0).activation.sel(muscle=parts).isel(time=-1).values.max() < 0.1


def test_it_lives_without_being_told():
    clip = live(seed=5).frames(20.0)
    kinds = {event.kind for event in clip_events(clip)}
    assert "blink" in kinds
    assert (np.ptp(clip.head_pose.values, axis=0) > 0).any()
    assert np.ptp(clip.breath.values) > 0.05


def test_what_is_held_is_held_until_the_next_of_its_kind():
    face = live(seed=1, rate=60)
    face.intend({"chin": "up"})
    face.frames(20.0)
    high = float(face.frames(21.0).head_pose.sel(head_dof="pitch").mean())
    face.intend({"chin": "down"})
    face.frames(24.0)
    low = float(face.frames(25.0).head_pose.sel(head_dof="pitch").mean())
    # Pitch is down.
    assert high < -0.05 < 0.05 < low


def test_a_mirrored_person_is_the_mirror_image():
    def told(side, turn):
        face = live({"persona": {"stronger_side": side}}, seed=2, rate=60)
        face.intend({"look": turn}, {"at": 0.0, **SMILE})
        return face.frames(2.0)

    left, right = told("left", "left"), told("right", "right")
    assert (left.activation.values == right.activation.values[..., ::-1]).all()
    assert (left.gaze.values == right.gaze.values[:, ::-1] * np.float32([-1, 1])).all()


def test_bad_intents_change_nothing():
    face, other = live(seed=1, rate=60), live(seed=1, rate=60)
    with pytest.raises(InputError, match="Did you mean 'joy'"):
        face.intend({"feel": "joi"})
    assert fingerprint(face.frames(1.0)) == fingerprint(other.frames(1.0))


@pytest.mark.parametrize("until", [0.4, -1.0, np.inf, np.nan])
def test_frames_that_cannot_be_given(until):
    face = live(rate=60)
    face.frames(0.5)
    with pytest.raises(InputError, match=r"next frame is at 0\.5167 s"):
        face.frames(until)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seed": -1}, "seed"),
        ({"rate": 0}, "rate"),
        ({"off": ["blinks"]}, "Did you mean 'blink'"),
        ({"opening": {"persona": {"age": 3}}}, "age"),
    ],
)
def test_openings_that_are_none(wrong, words):
    with pytest.raises(InputError, match=words):
        live(**wrong)


def test_a_line_interrupts_another():
    face = live(seed=1, rate=60)
    face.intend({"say": "I wanted to tell you a very long story."})
    words = clip_events(face.frames(0.5))
    face.intend({"say": "Stop."})
    words += clip_events(face.frames(5.0))
    said = [event.label.lower().strip(".,") for event in words if event.kind == "word"]
    assert said[0] == "i"
    assert said[-1] == "stop"
    assert "story" not in said


def test_a_line_that_is_interrupted_later_goes_on_until_then():
    face = live(seed=1, rate=60)
    face.intend({"say": "I wanted to tell you a very long story."})
    face.frames(0.5)
    face.intend({"at": 0.5, "say": "Stop."})
    words = [event for event in clip_events(face.frames(5.0)) if event.kind == "word"]
    last = words.pop()
    assert last.label == "Stop."
    assert words
    assert all(word.start < word.end <= last.start for word in words)
