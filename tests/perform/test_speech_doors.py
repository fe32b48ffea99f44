"""Times of sounds from files: TextGrid, JSON and recordings."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risorius.errors import InputError
from risorius.perform.speech import speak
from risorius.perform.speech.lexicon import dictionary
from risorius.perform.speech.textgrid import read_phones
from risorius.perform.speech.wav import RATE, read_wav

LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 1.0
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 1.0
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 0.2
            text = ""
        intervals [2]:
            xmin = 0.2
            xmax = 1.0
            text = "papa"
    item [2]:
        class = "TextTier"
        name = "notes"
        xmin = 0
        xmax = 1.0
        points: size = 1
        points [1]:
            number = 0.5
            mark = "a ""quoted"" 7"
    item [3]:
        class = "IntervalTier"
        name = "speaker - phones"
        xmin = 0
        xmax = 1.0
        intervals: size = 5
        intervals [1]:
            xmin = 0
            xmax = 0.2
            text = "sil"
        intervals [2]:
            xmin = 0.2
            xmax = 0.3
            text = "P"
        intervals [3]:
            xmin = 0.3
            xmax = 0.6
            text = "AA1"
        intervals [4]:
            xmin = 0.6
            xmax = 0.7
            text = "P"
        intervals [5]:
            xmin = 0.7
            xmax = 1.0
            text = "AH0"
"""
SHORT = """"ooTextFile"
"TextGrid"
0 1
<exists> ! comment with a number 5
1
"IntervalTier" "phones"
0 1 2
0 0.4 "a" 0.4 1 "ʃ"
"""


@pytest.fixture
def write(tmp_path):
    def _write(content, name="given.TextGrid"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


def test_a_long_textgrid_gives_sounds_stress_and_words(write):
    phones, words = read_phones(write(LONG))
    assert [(p.symbol, p.stress) for p in phones] == [("P", 0), ("AA", 1), ("P", 0), ("AH", 0)]
    assert (phones[0].start, phones[-1].end) == (0.2, 1.0)
    assert words == ((0.2, 1.0, "papa"),)
    (phrase,) = speak("papa", phones=write(LONG))
    assert (phrase.start, phrase.end) == (0.2, 1.0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_short_textgrid_in_phonetic_letters_and_any_encoding(write, encoding):
    phones, words = read_phones(write(SHORT.replace("\n", "\r\n").encode(encoding)))
    assert [(p.symbol, p.stress) for p in phones] == [("AA", 1), ("SH", 0)]
    assert words == ()


def test_json_in_both_forms(write):
    rows = [[0, 0.1, "p"], [0.1, 0.4, "aa"], [0.9, 1.0, "M"]]
    bare = read_phones(write(json.dumps(rows), "a.json"))
    named = {"phones": [dict(zip(("start", "end", "phone"), row, strict=True)) for row in rows]}
    assert read_phones(write(json.dumps(named), "b.json")) == bare
    assert [p.symbol for p in bare[0]] == ["P", "AA", "M"]
    # A silence that leaves time for a breath ends the phrase.
    assert len(speak("", phones=write(json.dumps(rows), "a.json"))) == 2


def test_a_short_silence_stays_in_the_phrase(write):
    (phrase,) = speak("", phones=write('[[0.5, 0.6, "P"], [0.7, 0.9, "AA"]]', "a.json"))
    assert [p.symbol for p in phrase.phones] == ["P", "SIL", "AA"]
    assert (phrase.start, phrase.end) == (0.5, 0.9)


def test_stress_is_guessed_word_by_word(write):
    rows = [[0, 1, "AH"], [1, 2, "B"], [2, 3, "AW"], [3, 4, "T"]]
    told = {"phones": rows, "words": [[0, 4, "about"]]}
    phones, _ = read_phones(write(json.dumps(told), "a.json"))
    assert [p.stress for p in phones] == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "neither a TextGrid nor JSON"),
        ("hello", "neither a TextGrid nor JSON"),
        (b"\xff\x00\xfe", "no text"),
        (LONG[:500], "ends where"),
        (LONG.replace("xmax = 0.6", "xmax = 0.2"), r"line 47: 'AA1' lasts from 0.3 to 0.2"),
        (LONG.replace("xmin = 0.6", "xmin = 0.5"), r"line 51: 'P' starts at 0.5 s, before"),
        (LONG.replace("AA1", "QQ"), "line 47: unknown sound 'QQ'"),
        (LONG.replace("- phones", "- tones"), "no interval tier called 'phones'"),
        (LONG.replace('"AA1"', "AA1"), "must be a text"),
        (LONG.replace("size = 5", "size = 5.5"), "whole number"),
        (LONG.replace('"TextGrid"', '"Sound"'), "another object"),
        (LONG.replace('"TextTier"', '"Tier"'), "unknown class of tier"),
        ('{"phones": [[0, 1, "P"]', "line 1, column 24: not JSON"),
        ('{"phones": [[0, 1, "P"],\n [0, true, "P"]]}', "entry 2 of phones"),
        ('{"phones": {}}', "needs a list"),
        ('{"words": []}', "needs a list"),
        ('[[0, NaN, "P"]]', "entry 1"),
        ('[[0, 1, ""]]', "only silence"),
        ("[]", "only silence"),
        ("[" * 100_000, "deeply|not JSON"),
    ],
)
def test_a_broken_file_is_refused_and_the_place_named(write, content, told):
    with pytest.raises(InputError, match=told):
        read_phones(write(content))


def test_a_missing_file_is_told(tmp_path):
    for door in (read_phones, read_wav):
        with pytest.raises(InputError, match="cannot read"):
            door(tmp_path / "none")
        with pytest.raises(InputError, match="cannot read"):
            door(tmp_path)


@given(st.data())
def test_a_damaged_textgrid_is_read_or_refused(tmp_path_factory, data):
    lines = LONG.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        number = data.draw(st.integers(0, len(lines) - 1))
        lines[number] = data.draw(
            st.sampled_from(
                ["", lines[number][::-1], "xmin = -1e400", '"', "<exists>", "9", "text"]
            )
            | st.text(max_size=8)
        )
    path = tmp_path_factory.getbasetemp() / "damaged.TextGrid"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    try:
        phones, _ = read_phones(path)
    except InputError:
        return
    assert all(0 <= p.start < p.end for p in phones)


JSONS = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.sampled_from(["P", "aa", "ʃ", ""]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["phones", "words", "start", "end", "phone"]), inner)
    ),
)


@given(JSONS)
def test_any_json_is_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        phones, _ = read_phones(path)
    except InputError:
        return
    assert phones


def wav(samples, rate=RATE, *, code=1, bits=16, channels=1):
    form = struct.pack("<HHIIHH", code, channels, rate, 0, 0, bits)
    data = np.asarray(samples).tobytes()
    body = (
        b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data))
    )
    return b"RIFF" + struct.pack("<I", len(body) + len(data)) + body + data


def tone(rate, seconds=0.5):
    return np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
def test_sound_of_any_rate_is_heard_at_the_same_pitch(write, rate):
    heard = read_wav(write(wav((tone(rate) * 9000).astype("<i2"), rate)))
    assert len(heard) == pytest.approx(RATE / 2, abs=2)
    power = np.abs(np.fft.rfft(heard))
    assert np.argmax(power) * RATE / len(heard) == pytest.approx(440, abs=3)


def test_every_form_of_samples_comes_to_the_same_sound(write):
    wave = tone(RATE)
    whole = np.round(wave * 8388607).astype("<i4")
    three = np.stack([whole, whole >> 8, whole >> 16], axis=1).astype(np.uint8)
    forms = [
        wav((wave * 32767).astype("<i2")),
        wav(three, bits=24),
        wav((wave * 2147483647).astype("<i4"), bits=32),
        wav(wave.astype("<f4"), code=3, bits=32),
        wav(np.repeat(wave, 2).astype("<f8"), code=3, bits=64, channels=2),
        wav(np.round(wave * 127 + 128).astype("u1"), bits=8),
    ]
    first, *others = (read_wav(write(form)).astype(float) for form in forms)
    for other in others:
        assert np.corrcoef(first, other)[0, 1] > 0.999


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not a WAV file"),
        (b"RIFF0000WAVE", "without any sound"),
        (b"ID3" * 99, "not a WAV file"),
        (wav(np.zeros(8000, "<i2")), "silent"),
        (wav(np.full(8000, np.nan, "<f4"), code=3, bits=32), "silent, or holds"),
        (wav(np.ones(10, "<i2")), "50 ms"),
        (wav(np.ones(8000, "<i2"), code=85), "save it as WAV, PCM 16"),
        (wav(np.ones(8000, "<i2"), rate=0), "broken"),
        (wav(np.ones(8000, "<i2"), channels=0), "broken"),
    ],
)
def test_a_wav_that_is_none_is_refused(write, content, told):
    with pytest.raises(InputError, match=told):
        read_wav(write(content))


@given(st.binary(max_size=64), st.integers(0, 60))
def test_damaged_wavs_are_read_or_refused(tmp_path_factory, noise, place):
    content = bytearray(wav((tone(RATE) * 9000).astype("<i2")))
    content[place : place + len(noise)] = noise
    path = tmp_path_factory.getbasetemp() / "damaged.wav"
    path.write_bytes(bytes(content))
    try:
        heard = read_wav(path)
    except InputError:
        return
    assert heard.dtype == np.int16
    assert len(heard)


def test_sound_and_phones_contradict_each_other(write):
    path = write(LONG)
    with pytest.raises(InputError, match="not both"):
        speak("papa", sound=path, phones=path)
    with pytest.raises(InputError, match="pace of a recording"):
        speak("papa", phones=path, pace=2.0)


@pytest.mark.skipif(dictionary() is not None, reason="the extra is installed")
def test_without_the_extra_alignment_says_how_to_get_it(write):
    with pytest.raises(InputError, match=r"pip install 'risorius\[speech\]'"):
        speak("papa", sound=write(wav((tone(RATE) * 9000).astype("<i2"))))


def voice(sounds, rate=RATE):
    """A crude voice: pulses through three resonances for vowels, noise for the hiss."""
    from scipy.signal import lfilter

    rng = np.random.default_rng(0)
    formants = {
        "M": (250, 1000, 2200),
        "AA": (730, 1090, 2440),
        "IY": (270, 2290, 3010),
        "Z": (250, 1700, 2500),
    }
    pieces = [np.zeros(rate // 4)]
    for symbol, seconds in sounds:
        count = int(seconds * rate)
        if symbol in formants:
            wave = 0.01 * rng.standard_normal(count)
            wave[:: rate // 120] += 1.0
            for frequency in formants[symbol]:
                r = np.exp(-np.pi * 80 / rate)
                turn = 2 * r * np.cos(2 * np.pi * frequency / rate)
                wave = lfilter([1 - r], [1, -turn, r * r], wave)
            wave *= (0.6 if symbol in ("AA", "IY") else 0.25) / np.abs(wave).max()
        else:
            wave = lfilter([1, -0.95], [1], 0.15 * rng.standard_normal(count))
        pieces.append(wave)
    wave = np.concatenate([*pieces, np.zeros(rate // 4)])
    return wave + 1e-3 * rng.standard_normal(len(wave))


@pytest.mark.skipif(dictionary() is None, reason="needs the extra risorius[speech]")
def test_alignment_finds_the_words_of_a_recording(write):
    sounds = [("M", 0.12), ("AA", 0.2), ("M", 0.12), ("AA", 0.22), ("S", 0.15), ("IY", 0.2)]
    path = write(wav((voice([*sounds, ("Z", 0.12)], 22050) * 20000).astype("<i2"), 22050), "m.wav")
    (phrase,) = speak("Mama sees", sound=path)
    assert [word.text for word in phrase.words] == ["Mama", "sees"]
    assert [p.symbol for p in phrase.phones] == ["M", "AA", "M", "AH", "S", "IY", "Z"]
    # The words meet where the hiss begins, and the vowel comes where it ends.
    assert phrase.words[1].start == pytest.approx(0.25 + 0.66, abs=0.05)
    assert phrase.phones[-2].start == pytest.approx(0.25 + 0.81, abs=0.05)
    assert speak("Mama sees", sound=path) == (phrase,)


@pytest.mark.skipif(dictionary() is None, reason="needs the extra risorius[speech]")
def test_a_text_that_is_not_what_is_said_is_refused(write):
    path = write(wav((voice([("M", 0.1), ("AA", 0.2)]) * 20000).astype("<i2")), "ma.wav")
    with pytest.raises(InputError, match="word by word"):
        speak(
            "the quick brown fox jumps over the lazy dog and many more words than fit", sound=path
        )
