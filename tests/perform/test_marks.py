"""BML and SSML: what is understood, what is left out and said so, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.errors import InputError
from risorius.perform.score.markup import read_markup
from risorius.perform.score.score import Score, load_score
from risorius.perform.score.times import timeline

BML = """<?xml version="1.0"?>
<bml xmlns="http://www.bml-initiative.org/bml/bml-1.0" id="bml1" characterId="Alice">
  <gaze id="g1" target="user" start="0" end="speech1:end"/>
  <speech id="speech1" start="1"><text>I am <sync id="tm1"/> very glad.</text></speech>
  <head id="h1" lexeme="NOD" start="speech1:tm1" repetition="2" amount="0.4"/>
  <faceLexeme id="f1" lexeme="RAISE_BROWS" amount="0.5"
    start="speech1:start - 0.2" end="start+1.5"/>
  <face id="f2" start="2" end="4">
    <faceFacs au="12" side="LEFT" amount="0.5"/><lexeme lexeme="happy" amount="0.3"/>
  </face>
  <faceShift id="f3" start="f1:end"><lexeme lexeme="LOWER_BROWS" amount="0.5"/></faceShift>
  <wait id="w" start="speech1:end" duration="1.0"/>
  <headDirectionShift id="d" target="LEFT" start="w:end"/>
  <gazeShift target="blueBox" influence="EYES" offsetAngle="10" offsetDirection="LEFT" start="6"/>
  <bml:head lexeme="SHAKE" start="g1:start+0.5"/>
</bml>"""


def beats(text: str) -> list[dict]:
    score = load_score(text)
    return [beat.model_dump(by_alias=True, exclude_defaults=True) for beat in score.beats]


def test_bml_becomes_a_score():
    score = load_score(BML)
    assert beats(BML) == [
        {"at": 0.0, "name": "g1", "until": "speech1.end", "look": "partner"},
        {"at": 1.0, "name": "speech1", "say": "I am {tm1} very glad."},
        {"with": "speech1.tm1", "name": "h1", "nod": 2, "strength": 0.4},
        {"with": "speech1.start", "gap": -0.2, "name": "f1", "for": 1.5, "AU1": 0.4, "AU2": 0.4},
        {"at": 2.0, "name": "f2", "until": 4.0, "AU12": 0.5, "side": "left"},
        {"at": 2.0, "until": 4.0, "express": "happiness", "strength": 0.3},
        {"with": "f1.end", "name": "f3", "until": "end", "AU4": 0.45},
        {"with": "speech1.end", "gap": 1.0, "name": "d", "turn": "left"},
        {"at": 6.0, "look": "blueBox", "head": 0.0},
        {"with": "g1.start", "gap": 0.5, "shake": 1},
    ]
    assert score.places["blueBox"].left_deg == 10
    assert score.notes == (
        "line 14: where 'blueBox' is was not said; taken from the offset. See 'places'.",
    )
    made = timeline(score)
    starts = {beat.kind: beat.start for beat in made.beats}
    line = next(beat for beat in made.beats if beat.kind == "say")
    assert starts["nod"] == pytest.approx(line.more["marks"]["tm1"])
    assert starts["turn"] == pytest.approx(line.end + 1)


@pytest.mark.parametrize(
    ("inside", "note"),
    [
        ('<gesture lexeme="BEAT"/>', "line 1: <gesture> is not understood and left out."),
        ('<head lexeme="TILT"/>', "the head lexeme 'TILT' is not understood and left out."),
        ('<faceLexeme lexeme="RAISE_BROW"/>', "Did you mean 'RAISE_BROWS'"),
        ('<faceFacs au="99"/>', "the action unit '99' is left out."),
        ('<head start="g:end" lexeme="NOD"/>', "the time 'g:end' is not understood"),
        ('<gesture id="g"/><head start="g:end"/>', "'g.end' is not in the score."),
        ('<head start="soon"/>', "the time 'soon' is not understood; it begins at once."),
        ('<head start="1" stroke="2"/>', "stroke: the shape of a movement is the face's own."),
        ('<head stroke="2"/>', "'stroke' is taken for the start."),
        ('<head relax="2"/>', "'relax' is taken for the end."),
        ('<head amount="loud"/>', "the amount 'loud' is taken for 0.5"),
        ('<head repetition="99"/>', "the repetition '99' is taken for 1."),
        ('<speech><text/></speech>', "there is nothing to say in this <speech>"),
        ('<gaze target="user" influence="WAIST"/>', "eyes and head turn, the body does not."),
    ],
)  # fmt: skip
def test_what_is_left_out_of_bml_is_noted(inside, note):
    score = load_score(f'<bml>{inside}<head id="last" start="1"/></bml>')
    assert any(note in told for told in score.notes), score.notes


def test_times_of_bml_that_cannot_be_are_refused_with_their_line():
    with pytest.raises(InputError, match=r"line 2, column 1: these wait for each other"):
        load_score('<bml>\n<head id="a" start="b:end"/>\n<head id="b" start="a:end"/></bml>')
    with pytest.raises(InputError, match=r"line 1, column 6: this beat would begin 1 s before"):
        load_score('<bml><head start="-1"/></bml>')
    with pytest.raises(InputError, match="nothing in this BML to perform"):
        load_score("<bml><gesture/></bml>")


SSML = """<speak version="1.1" xml:lang="en-GB"><p><s>Well <emphasis>you too</emphasis>, <mark
name="here"/><prosody rate="slow" volume="+6dB">my friend</prosody>.</s><s>Go
<break strength="strong"/> now.</s></p><p>It is <say-as interpret-as="date">1/2/3</say-as>{*}
<sub alias="Doctor">Dr</sub> No.</p><break time="1500ms"/>Bye.</speak>"""


def test_ssml_becomes_lines():
    said = beats(SSML)
    assert [beat["say"] for beat in said] == [
        "Well *you too* , {here}",
        "my friend .",
        "Go",
        "now.",
        "It is 1/2/3 Doctor No.",
        "Bye.",
    ]
    assert {beat["language"] for beat in said} == {"en-GB"}
    assert said[1]["rate"] == 0.75
    assert said[1]["volume"] == pytest.approx(1.995, abs=1e-3)
    gaps = [beat.get("gap", 0) for beat in said]
    assert gaps[:2] == [0, 0]
    assert 0 < gaps[2] < gaps[3] < gaps[4] < gaps[5] == 1.5
    score = load_score(SSML)
    assert score.notes == ()
    assert [beat.what for beat in timeline(score).beats][:2] == ["Well you too,", "my friend."]


@pytest.mark.parametrize(
    ("inside", "note"),
    [
        ("<audio>bang</audio>", "<audio> is not understood; its words are said as they stand."),
        ("<metadata>x</metadata>", "<metadata> is left out."),
        ('a<break time="3"/>b', "the break time '3' is not understood."),
        ('<prosody rate="quick">a</prosody>', "the rate 'quick' is not understood."),
        ('<prosody range="+3st">a</prosody>', "the prosody 'range' is left out: it is heard"),
        ('<mark name="a"/>x<mark name="a"/>', "the mark 'a' is left out"),
    ],
)  # fmt: skip
def test_what_is_left_out_of_ssml_is_noted(inside, note):
    score = load_score(f"<speak>Yes {inside} no.</speak>")
    assert any(note in told for told in score.notes), score.notes


def test_marks_come_from_files(tmp_path):
    for suffix, text in ((".ssml", SSML), (".bml", BML), (".xml", BML)):
        path = tmp_path / f"scene{suffix}"
        path.write_text(text, "utf-8")
        assert load_score(path) == load_score(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<!DOCTYPE speak [<!ENTITY a "b">]><speak>&a;</speak>', "a document type"),
        ('<!DOCTYPE speak SYSTEM "http://example.org/x.dtd"><speak>a</speak>', "a document type"),
        ("<speak>&a;</speak>", "line 1, column 8: this is no XML: undefined entity"),
        ("<speak>a", "this is no XML: no element found"),
        ("<svg/>", "<svg> is neither BML (<bml>) nor SSML (<speak>)."),
        ("<speak>" + "<p>" * 100, "more than 64 elements lie in each other"),
        ("<speak>" + "a" * 9_000_000, "at most 8 MB"),
        ("<speak></speak>", "no beats and no duration"),
        ('<speak xml:lang="de">Guten Tag</speak>', "how 'de' is spoken is not known here"),
        ("<act></act>", "there is no <bml> in this <act>"),
    ],
)
def test_what_is_no_bml_or_ssml(text, told):
    with pytest.raises(InputError) as caught:
        load_score(text)
    assert told in str(caught.value)


def test_entities_of_xml_itself_are_read():
    assert read_markup("<a>&lt;&#65;&amp;</a>").inside == ["<A&"]


pieces = st.sampled_from(
    ["", " ", "<", ">", "/>", "&", '"', "'", "speech1:end", "-", "+", "1e9", "nan", ":", "end",
     "start", "id=", "<p>", "</p>", "<break/>", "{", "*", "}", "\x00", "]]>", "<!--", "NOD",
     "f1:end", "w:start"]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from([BML, SSML]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 25), pieces), min_size=1, max_size=4),
)
def test_any_slip_is_read_or_refused(text, slips):
    for where, lost, instead in slips:
        place = int(where * len(text))
        text = text[:place] + instead + text[place + lost :]
    try:
        score = load_score(f"<{text[1:]}\n")
    except InputError:
        return
    assert isinstance(score, Score)
