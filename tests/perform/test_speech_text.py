"""From text to sounds and their times."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risorius.anatomy import load_facts
from risorius.bench.perform.speech import phone_errors, syllable_rate
from risorius.errors import InputError
from risorius.perform.speech import pronunciation_note, speak
from risorius.perform.speech.letters import pronounce
from risorius.perform.speech.lexicon import dictionary
from risorius.perform.speech.phones import SILENCE, Spoken, sounds, stressed, timed
from risorius.perform.speech.text import tokens

SOME = """
the house of my father, was quiet. Nobody spoke; not one word! 42 dogs -- 3rd, and BBC's
beautiful-minded wolves... café
"""
WORDS = st.lists(st.sampled_from(SOME.split()), max_size=40).map(
    lambda words: " ".join(["Well", *words])
)


@given(WORDS, st.sampled_from([0.25, 0.5, 1.0, 1.7, 4.0]))
def test_phones_cover_their_phrase_without_gap_or_overlap(text, pace):
    phrases = speak(text, pace=pace)
    assert phrases[0].start == 0.0
    for phrase in phrases:
        assert phrase.phones[0].start == phrase.start
        assert phrase.phones[-1].end == phrase.end
        assert all(phone.end > phone.start for phone in phrase.phones)
        assert all(a.end == b.start for a, b in itertools.pairwise(phrase.phones))
        assert phrase.phones[0].symbol != SILENCE != phrase.phones[-1].symbol
        for word in phrase.words:
            assert phrase.start <= word.start < word.end <= phrase.end
    assert all(a.end < b.start for a, b in itertools.pairwise(phrases))
    # Each word of the text is there once, in its place.
    assert [word.text for phrase in phrases for word in phrase.words] == [
        word for word in text.split() if word != "--"
    ]


@given(WORDS)
def test_twice_the_pace_takes_half_as_long_and_says_the_same(text):
    usual, fast = speak(text), speak(text, pace=2.0)
    for slow, quick in zip(usual, fast, strict=True):
        assert quick.start == slow.start / 2
        assert quick.end == slow.end / 2
        for a, b in zip(slow.phones, quick.phones, strict=True):
            assert (a.symbol, a.stress) == (b.symbol, b.stress)
            assert b.start == a.start / 2
            assert b.end == a.end / 2


@given(st.text(max_size=60))
def test_any_text_is_said_or_refused_with_a_reason(text):
    try:
        phrases = speak(text)
    except InputError:
        return
    assert all(phone.symbol in sounds() for each in phrases for phone in each.phones)
    assert phrases == speak(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing to say"),
        (" ?! ", "nothing to say"),
        ("Привет мир", "cyrillic"),
        ("你好", "cjk"),
        ("Ich bin sehr froh, dass du da bist und nicht dort", "German"),
        ("je suis très content", "French"),
        ("estoy muy contento, pero no es para mí", "Spanish"),
    ],
)
def test_what_is_not_english_is_refused_and_told_what_is_possible(text, told):
    with pytest.raises(InputError, match=told) as caught:
        speak(text)
    assert "write some words" in str(caught.value) or "TextGrid" in str(caught.value)


@pytest.mark.parametrize("text", ["He is in a van.", "Come as you are.", "An old man has no die."])
def test_english_is_not_taken_for_another_language(text):
    assert speak(text)


def test_numbers_signs_and_capitals_are_said_as_people_say_them():
    def said(text):
        return " ".join(word for token in tokens(text) for word in token.said)

    assert said("$42.50 & 3 apples") == "dollars forty two point five zero and three apples"
    assert said("the 21st of May 2026") == "the twenty first of may two thousand twenty six"
    assert said("1,000,007") == "one million seven"
    assert said("007") == "zero zero seven"
    assert said("the BBC and the UN, not NATO") == "the b b c and the u n not nato"
    assert said("STOP THAT NOW") == "stop that now"
    assert said("naïve café") == "naive cafe"
    assert said("don’t") == "don't"
    assert said("٣") == "three"


def test_a_title_or_an_address_does_not_end_a_sentence():
    assert len(speak("Dr. Who came")) == 1
    assert len(speak("He came. Who came?")) == 2
    assert len(speak("see example.com now")) == 1


def test_pauses_grow_from_comma_over_dash_to_full_stop():
    def gap(mark):
        first, second = (word for phrase in speak(f"one{mark} two") for word in phrase.words)
        return second.start - first.end

    assert 0 == gap("") < gap(",") < gap(" --") < gap(".")
    inhale = load_facts("kinematics").quantity("breath.speech.inhale").in_base_units()
    assert gap(".") > inhale.value


def test_no_phrase_outlasts_a_breath():
    longest = load_facts("kinematics").quantity("breath.speech.exhale").in_base_units()
    phrases = speak("and so on " * 60)
    assert len(phrases) > 3
    assert all(phrase.end - phrase.start <= longest.high for phrase in phrases)


def test_syllables_come_as_fast_as_published():
    rate = load_facts("kinematics").quantity("jaw.speech_rate")
    told = syllable_rate(
        "I am so glad that you came to see me today, and I do not know what to say."
    )
    assert rate.low <= told <= rate.high


def test_speech_slows_down_before_a_pause_and_on_stressed_vowels():
    def length(text, symbol):
        return next(
            phone.end - phone.start
            for phrase in speak(text)
            for phone in phrase.phones
            if phone.symbol == symbol
        )

    assert length("the tree", "IY") > 1.3 * length("the tree house", "IY")
    (first, second) = timed([Spoken((("AA", 1), ("AA", 0)))], 0.0, last=False)
    assert first.end - first.start > second.end - second.start


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("think", "TH IH NG K"),
        ("phone", "F OW N"),
        ("knife", "N AY F"),
        ("shameless", "SH EY M L AH S"),
        ("nation", "N EY SH AH N"),
        ("watched", "W AA CH T"),
        ("wanted", "W AA N T IH D"),
        ("boxes", "B AA K S IH Z"),
        ("tongues", "T AH NG Z"),
        ("cheese", "CH IY Z"),
        ("papa", "P AA P AH"),
        ("xz", "EH K S Z IY"),
    ],
)
def test_rules_of_spelling(word, phones):
    assert " ".join(pronounce(word)) == phones


@given(st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=20))
def test_every_row_of_letters_has_a_sound(word):
    phones = pronounce(word)
    assert phones
    assert all(phone in sounds() for phone in phones)
    stress = stressed(word, phones)
    assert len(stress) == len(phones)
    vowels = [number for number, phone in enumerate(phones) if sounds()[phone].vowel]
    assert sum(one == 1 for one in stress) == (1 if vowels else 0)


@pytest.mark.skipif(dictionary() is None, reason="needs the extra risorius[speech]")
def test_rules_get_most_sounds_of_a_dictionary_right():
    assert phone_errors(words=1500) < 0.2


@pytest.mark.parametrize(
    ("word", "vowel"), [("about", 1), ("nation", 0), ("remember", 1), ("banana", 1), ("paper", 0)]
)
def test_stress_falls_where_people_put_it(word, vowel):
    phones = pronounce(word)
    at = [number for number, phone in enumerate(phones) if sounds()[phone].vowel]
    assert stressed(word, phones)[at[vowel]] == 1


@pytest.mark.parametrize("pace", [0.0, -1.0, 100.0, float("nan"), float("inf")])
def test_a_pace_out_of_range_is_refused(pace):
    with pytest.raises(InputError, match="pace must lie in"):
        speak("hello", pace=pace)


def test_a_user_is_told_where_pronunciations_come_from():
    assert ("rules" in pronunciation_note()) == (dictionary() is None)


@pytest.mark.parametrize(
    ("hum", "sounds"), [("Mm.", {"M"}), ("Shh!", {"SH"}), ("Hmm.", {"HH", "M"})]
)
def test_who_hums_does_not_spell(hum, sounds):
    (phrase,) = speak(hum)
    assert {phone.symbol for phone in phrase.phones} == sounds
