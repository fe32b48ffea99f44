"""From sounds to muscles: coarticulation, closures, and what they come to on the mesh."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risorius.anatomy import load_facts
from risorius.bench.perform.speech import (
    BITES,
    FEELINGS,
    OPEN,
    SEALS,
    TONGUE,
    apart,
    bite,
    jaw_speed,
    moments,
    say,
    seal,
    tongue,
)
from risorius.face import load_face
from risorius.perform import TARGETS, Beat, Mode, Phone, Phrase, Scene
from risorius.perform.layers.lips import SpeechLayer, jaw_amount, movements
from risorius.perform.speech import speak
from risorius.perform.speech.phones import SILENCE, sounds
from risorius.skin import jaw_from_activation

PUCKER = TARGETS.of("incisivus_labii_superioris", "left")
OPENER = TARGETS.of("digastric", "left")
TIP = TARGETS.of("lingua_intrinseca", "left")
BACK = TARGETS.of("palatoglossus", "left")
SYMBOLS = sorted(set(sounds()) - {SILENCE})


def phrase_of(symbols, *, length=0.1, start=1.0):
    phones = tuple(
        Phone(start + number * length, start + (number + 1) * length, symbol, 1)
        for number, symbol in enumerate(symbols.split())
    )
    return Phrase(start, phones[-1].end, phones)


def amounts(phrase, place, mode):
    """What one place is asked for, posture by posture."""
    strokes = [
        stroke for stroke in movements(phrase) if stroke.mode is mode and place in stroke.target
    ]
    return [
        stroke.amount[stroke.target.index(place)]
        for stroke in sorted(strokes, key=lambda stroke: stroke.start)
    ]


@given(st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=12), st.floats(0.02, 0.4))
def test_every_row_of_sounds_gives_drives_within_reach(symbols, length):
    phrase = phrase_of(" ".join(symbols), length=length)
    strokes = movements(phrase)
    for stroke in strokes:
        assert all(-0.5 <= amount <= 1.0 for amount in stroke.amount)
        assert phrase.start - 0.6 < stroke.start < phrase.end
    # After the phrase the mouth is let go.
    last = {}
    for stroke in sorted(strokes, key=lambda stroke: stroke.start):
        if stroke.mode is Mode.TRACK:
            last |= dict(zip(stroke.target, stroke.amount, strict=True))
        else:
            assert stroke.end < phrase.end + 1.0
    assert set(last.values()) == {0.0}


@given(st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=8))
def test_both_sides_are_asked_for_the_same(symbols):
    place, sign = TARGETS.mirrored()
    for stroke in movements(phrase_of(" ".join(symbols))):
        asked = dict(zip(stroke.target, stroke.amount, strict=True))
        for target, amount in asked.items():
            assert asked[int(place[target])] == sign[target] * amount


def test_rounding_begins_before_its_vowel_and_tongue_sounds_let_it_through():
    lead = load_facts("kinematics").quantity("jaw.lip_lead").in_base_units()
    length = lead.value / 2
    before_oo = amounts(phrase_of("S T R UW", length=length), PUCKER, Mode.TRACK)
    before_ee = amounts(phrase_of("S T R IY", length=length), PUCKER, Mode.TRACK)
    # The T lies as long before the vowel as the mouth is published to begin before the voice.
    assert before_oo[1] > 0.5 * before_oo[3]
    assert before_oo[1] > 1.5 * before_ee[1]
    assert before_oo[0] > 1.5 * before_ee[0]


def test_the_tongue_does_what_makes_each_sound():
    for symbol in ("T", "D", "N", "L"):
        assert amounts(phrase_of(f"AH {symbol} AH"), TIP, Mode.TRACK)[1] > 0.4
    for symbol in ("K", "G", "NG"):
        assert amounts(phrase_of(f"AH {symbol} AH"), BACK, Mode.TRACK)[1] > 0.35
    assert max(amounts(phrase_of("M AH M AH"), TIP, Mode.TRACK)) < 0.1


def test_open_vowels_open_most_and_hisses_close_whatever_is_beside_them():
    asked = {
        symbol: amounts(phrase_of(f"T {symbol} T"), OPENER, Mode.OVER)[1]
        for symbol in ("AA", "AE", "AH", "IY", "S")
    }
    assert asked["AA"] > asked["AE"] > asked["AH"] > asked["IY"] > asked["S"]
    assert amounts(phrase_of("AA S AA"), OPENER, Mode.OVER)[1] < 0.4 * asked["AA"]


def test_neighbours_of_one_kind_are_one_closure():
    def closures(symbols):
        lips = TARGETS.of("depressor_labii_inferioris", "left")
        return len(amounts(phrase_of(symbols), lips, Mode.OVER))

    assert closures("AH M P AH") == closures("AH B AH") == 1
    assert closures("AH M AH P AH") == 2
    assert closures("AH M F AH") == 2
    assert closures("AH T AH") == 0


def test_a_travel_of_the_incisors_comes_to_a_drive_that_grows_with_it():
    drives = [jaw_amount(mm) for mm in (0.0, 1.0, 5.0, 10.0, 15.0)]
    assert drives[0] == 0.0
    assert drives == sorted(set(drives))
    assert drives[-1] < 1.0


def scene_of_line(text, **more):
    phrases = tuple(phrase.shifted(2.0) for phrase in speak(text))
    expressivity = more.pop("expressivity", 0.5)
    scene = Scene(
        beats=(Beat(kind="say", what=text, start=2.0, end=phrases[-1].end, more=more),),
        phrases=phrases,
    )
    return dataclasses.replace(
        scene, persona=dataclasses.replace(scene.persona, expressivity=expressivity)
    )


def opened(strokes):
    return max(
        stroke.amount[stroke.target.index(OPENER)] for stroke in strokes if OPENER in stroke.target
    )


def test_the_layer_yields_in_order_and_the_same_each_time(collect):
    scene = scene_of_line("Papa came home. He saw five wolves, and he laughed!")
    strokes = collect(SpeechLayer(), scene)
    assert strokes == collect(SpeechLayer(), scene, seed=5)
    assert len(strokes) == sum(len(movements(phrase)) for phrase in scene.phrases)
    assert strokes[0].start < 2.0
    assert not SpeechLayer().waves(scene, scene.rng("speech"))
    assert collect(SpeechLayer(), Scene()) == []


def test_loud_meant_and_expressive_words_open_further(collect):
    text = "that is hot"

    def most(**more):
        return opened(collect(SpeechLayer(), scene_of_line(text, **more)))

    assert most(volume=0.5) < most() < most(volume=2.0)
    assert most() < most(stressed=(2,))
    assert most(stressed=(0,)) == pytest.approx(most(), rel=1e-3)
    assert most(expressivity=0.0) < most(expressivity=1.0)


@pytest.fixture(scope="module")
def face():
    return load_face()


@pytest.mark.parametrize("feeling", FEELINGS)
def test_p_b_m_seal_and_f_v_touch_whatever_one_feels(face, feeling):
    drive = FEELINGS[feeling]
    gaps = seal(face, say(", ".join(SEALS.split()), drive=drive))
    near = bite(face, say(", ".join(BITES.split()), drive=drive))
    assert len(gaps) > 40
    assert len(near) > 10
    print(f"{feeling}: p b m {max(gaps):.2f} mm, f v {max(near):.2f} mm")
    assert max(gaps) <= 0.3
    assert max(near) <= 1.0


def test_seals_hold_at_twice_the_pace(face):
    said = say("papa, happy people, problem, jump", pace=2.0, drive=FEELINGS["a full smile"])
    assert max(seal(face, said)) <= 0.3


def test_open_vowels_open_the_mouth_and_hisses_do_not(face):
    said = say(", ".join(OPEN.split()))
    gaps = apart(face, said, ("AA", "AE", "AW", "AY"))
    print(f"open vowels: {min(gaps):.1f} to {max(gaps):.1f} mm")
    assert min(gaps) >= 5.0
    assert max(gaps) <= 15.0
    travel = load_facts("kinematics").quantity("jaw.speech_travel")
    assert max(gaps) <= travel.high
    hissed = say("he says these cheeses", drive=FEELINGS["a dropped jaw"])
    middles = tuple(
        (symbol, 1, (start + end) / 2, (start + end) / 2 + 0.01)
        for symbol, _, start, end in hissed.sounds
    )
    closed = apart(face, dataclasses.replace(hissed, sounds=middles), ("S", "Z", "CH"))
    assert len(closed) == 6
    assert max(closed) < 4.0 < min(gaps)


def test_the_tongue_reaches_teeth_ridge_and_palate(face):
    said = say(", ".join(TONGUE.split()))
    for at in tongue(face, said, ("TH", "DH")):
        assert at.ahead > -1.0
        assert at.up < 0.0
    for at in tongue(face, said, ("T", "D", "N", "L")):
        # Behind the teeth, on the ridge above them.
        assert at.ahead < -2.0
        assert at.up > 4.0
    for at in tongue(face, said, ("K", "G", "NG")):
        assert at.palate < 1.0


def test_rounded_vowels_are_narrow_and_open(face):
    said = say("moo, see, go")
    lips = face.rig.contact.lips.levels[0].vertex
    widths = {}
    for symbol in ("UW", "IY", "OW"):
        (frames,) = moments(said, (symbol,))
        middle = slice((frames.start + frames.stop) // 2, (frames.start + frames.stop) // 2 + 1)
        activation = said.activation[middle]
        jaw = jaw_from_activation(face.atlas, activation, max_open=face.rig.jaw.max_open)
        shape = face.rig.deform(activation, jaw, np.zeros((1, 2, 2)))[0]
        widths[symbol] = np.ptp(shape[lips, 0])
        assert face.rig.contact.seal(shape) > 1.0
    assert widths["UW"] < widths["IY"] - 5.0
    assert widths["OW"] < widths["IY"] - 5.0


def test_the_jaw_moves_as_fast_as_published(face):
    speed = load_facts("kinematics").quantity("jaw.speech_velocity")
    assert (
        speed.low <= jaw_speed(face, say("I had not expected that you came at all.")) <= speed.high
    )


def test_a_smile_survives_speech_and_lets_go_for_rounding():
    smiling = FEELINGS["a full smile"]
    said, still = say("papa saw a moon", drive=smiling), say("no", drive=smiling)
    channel = TARGETS.of("zygomaticus_major", "left") // 2
    smile = said.activation[:, channel, 0]
    rest = still.activation[60:100, channel, 0].mean()
    (moon,) = moments(said, ("UW",))
    spoken = slice(int(np.searchsorted(said.time, 1.0)), moon.start - 40)
    assert smile[spoken].min() > 0.7 * rest
    assert smile[moon].min() < 0.75 * rest
    assert smile[moon.stop + 30] > 0.8 * rest
