"""Whole performances: the laws that hold for every score and seed."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.bench.perform import SCENE
from risorius.bench.perform.laws import fingerprint
from risorius.clip import check_clip, clip_events, mirror_clip
from risorius.errors import InputError
from risorius.perform import LAYERS, SWITCHES, load_score, perform_blocks, perform_score, scene_of

NAMES = [layer.name for layer in LAYERS]

FEELINGS = [
    "joy",
    "anger",
    "fear",
    "sadness",
    "disgust",
    "surprise",
    "contempt",
    "pain",
    "interest",
]
SIDES = ["left", "right"]
beats = st.one_of(
    st.fixed_dictionaries(
        {"feel": st.sampled_from(FEELINGS), "strength": st.floats(0.1, 1), "for": st.floats(0.5, 3)}
    ),
    st.fixed_dictionaries({"micro": st.sampled_from(FEELINGS), "ms": st.integers(40, 500)}),
    st.fixed_dictionaries({"look": st.sampled_from(["partner", "up_left", "right", "away"])}),
    st.fixed_dictionaries({"say": st.sampled_from(["I am so glad.", "Please, stop it now."])}),
    st.fixed_dictionaries({"nod": st.integers(1, 3)}),
    st.fixed_dictionaries({"tilt": st.sampled_from(SIDES)}),
    st.fixed_dictionaries({"chin": st.sampled_from(["up", "down"])}),
    st.fixed_dictionaries({"lean": st.sampled_from([*SIDES, "forward"])}),
    st.fixed_dictionaries({"blink": st.sampled_from(["once", "double", "half", "slow"])}),
    st.fixed_dictionaries({"blink": st.just("once"), "side": st.sampled_from(SIDES)}),
    st.fixed_dictionaries({"breathe": st.sampled_from(["sigh", "gasp", "quick"])}),
    st.fixed_dictionaries({"AU12": st.floats(0, 1), "side": st.sampled_from(SIDES)}),
)
personas = st.fixed_dictionaries(
    {
        "expressivity": st.floats(0, 1),
        "asymmetry": st.floats(0, 0.5),
        "stronger_side": st.sampled_from(SIDES),
        "blink": st.sampled_from(["rarely", "normal", "often"]),
    }
)


@st.composite
def scores(draw):
    made = []
    for beat in draw(st.lists(beats, max_size=4)):
        made.append({"at": draw(st.floats(0, 2)), **beat})
    # Nobody says two lines at once.
    lines = [beat for beat in made if "say" in beat][1:]
    made = [beat for beat in made if beat not in lines]
    return load_score({"duration": 6.0, "persona": draw(personas), "beats": made})


@given(scores(), st.integers(0, 2**40))
@settings(max_examples=25)
def test_the_same_score_and_seed_give_the_same_bytes_in_pieces_too(score, seed):
    whole = perform_score(score, seed=seed, rate=60)
    pieces = list(perform_blocks(score, seed=seed, rate=60))
    for name in ("time", "activation", "gaze", "head_pose", "breath"):
        parts = np.concatenate([piece[name].values for piece in pieces])
        assert parts.tobytes() == whole[name].values.tobytes(), name
    assert sorted(event for piece in pieces for event in clip_events(piece)) == clip_events(whole)
    assert fingerprint(perform_score(score, seed=seed, rate=60)) == fingerprint(whole)


def test_another_process_gives_the_same_bytes():
    code = (
        "from risorius.bench.perform import SCENE\n"
        "from risorius.bench.perform.laws import fingerprint\n"
        "from risorius.perform import perform_score\n"
        "print(fingerprint(perform_score(SCENE, seed=5)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == fingerprint(perform_score(SCENE, seed=5))


def test_another_seed_is_another_take():
    one, two = (perform_score(SCENE, seed=seed).activation.values for seed in (1, 2))
    assert np.abs(one - two).max() > 0.1


@given(scores(), st.integers(0, 2**40))
@settings(max_examples=25)
def test_a_mirrored_score_gives_the_mirrored_clip(score, seed):
    straight = perform_score(score, seed=seed, rate=60)
    mirrored = perform_score(score.mirrored(), seed=seed, rate=60)
    image = mirror_clip(straight)
    for name in ("activation", "gaze", "head_pose", "breath"):
        assert (mirrored[name].values == image[name].values).all(), name
    assert clip_events(mirrored) == clip_events(image)


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_that_is_off_leaves_the_strokes_of_all_others(name, collect):
    """Every layer is asked in every order, alone and after the others: its strokes are its own."""
    scene = scene_of(SCENE, seed=3)
    alone = collect(next(layer for layer in LAYERS if layer.name == name), scene, 3, 10.0)
    for layer in LAYERS:
        collect(layer, scene, 3, 10.0)
    again = collect(next(layer for layer in LAYERS if layer.name == name), scene, 3, 10.0)
    assert again == alone
    assert alone or name in ("gesture",)


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_that_is_off_leaves_what_only_others_move(name, collect):
    scene = scene_of(SCENE, seed=3)
    layer = next(layer for layer in LAYERS if layer.name == name)
    moved = {place for stroke in collect(layer, scene, 3, 12.0) for place in stroke.target}
    moved |= {
        place for wave in layer.waves(scene, scene.rng(f"{name}.waves")) for place in wave.target
    }
    full, less = (perform_score(scene, seed=3, off=off) for off in ((), (name,)))
    same = [place for place in range(full.activation[0].size) if place not in moved]
    # The muscles of the eyes follow the head.
    recti = [i for i, muscle in enumerate(full.muscle.values) if muscle.startswith("rectus")]
    same = [place for place in same if place // 2 not in recti]
    values = [
        clip.activation.values.reshape(clip.sizes["time"], -1)[:, same] for clip in (full, less)
    ]
    assert (values[0] == values[1]).all()
    assert same
    gone = {event.kind for event in clip_events(full)} - {event.kind for event in clip_events(less)}
    own = {stroke.event.kind for stroke in collect(layer, scene, 3, 10.0) if stroke.event}
    own |= {"word"} if name == "speech" else set()
    assert gone <= own


@given(scores(), st.integers(0, 2**63 - 1), st.sampled_from([24, 25, 30, 60, 120, 200]))
@settings(max_examples=40)
def test_every_value_is_valid(score, seed, rate):
    clip = check_clip(perform_score(score, seed=seed, rate=rate))
    for name in ("activation", "gaze", "head_pose", "breath"):
        assert np.isfinite(clip[name].values).all()
    assert clip.time.values[-1] == pytest.approx(6.0, abs=1 / rate)
    assert np.abs(clip.head_pose.values[:, :3]).max() < 1.2
    assert np.abs(clip.head_pose.values[:, 3:]).max() < 150


@pytest.mark.parametrize("rate", [24, 30, 60, 120])
def test_no_blink_loses_its_apex(rate):
    score = "{duration: 30, persona: {blink: often}}"
    lid = "orbicularis_oculi.pretarsalis"
    fine = perform_score(score, seed=4, rate=480, off=("emotion", "micro"))
    clip = perform_score(score, seed=4, rate=rate, off=("emotion", "micro"))
    blinks = [event for event in clip_events(clip) if event.kind == "blink"]
    assert len(blinks) > 5
    for event in blinks:

        def apex(shown, event=event):
            near = (shown.time > event.start - 0.05) & (shown.time < event.end + 0.1)
            return float(shown.activation.sel(muscle=lid).values[near.values].max())

        assert apex(clip) > 0.95 * apex(fine)


def test_nothing_meant_and_nothing_alive_is_rest():
    clip = perform_score("duration: 2", off=SWITCHES)
    for name in ("activation", "gaze", "head_pose", "breath"):
        assert not clip[name].values.any()


def test_a_score_that_never_ends_soon_streams():
    pieces = list(islice(perform_blocks("duration: 80000", seed=1, rate=60), 3))
    assert [piece.sizes["time"] for piece in pieces] == [60, 60, 60]
    assert pieces[1].time.values[0] == 1.0


def test_the_clip_says_how_it_was_made():
    clip = perform_score("duration: 1", seed=9, off=("blink",))
    assert (clip.attrs["seed"], clip.attrs["rate"]) == (9, 120.0)
    assert clip.attrs["log"].startswith("perform seed=9 without blink")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"score": "beats: [{at: 0.4, feel: joi}]"}, "line 1.*Did you mean 'joy'"),
        ({"score": "nothing.yaml"}, "nothing.yaml"),
        ({"seed": -1}, "a seed is 0 or more"),
        ({"rate": 0.0}, "rate must be above zero"),
        ({"rate": np.inf}, "rate must be above zero"),
        ({"off": ["breathe"]}, "Did you mean 'breath'"),
        ({"off": ["xyz"]}, "There are "),
    ],
)
def test_what_cannot_be_performed(wrong, words):
    with pytest.raises(InputError, match=words):
        perform_score(**({"score": "duration: 1"} | wrong))
