"""When everything happens: relative times, loops, overlaps, and what people resolve."""

from __future__ import annotations

from itertools import pairwise
from math import inf, radians

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.anatomy import load_atlas, load_facts
from risorius.errors import InputError
from risorius.perform import Phrase, Word
from risorius.perform.score.score import Score, load_score
from risorius.perform.score.times import Timeline, timeline


def played(text: str, **fields) -> Timeline:
    return timeline(load_score(f"beats:\n{text}\n"), **fields)


def spans(made: Timeline, *kinds: str) -> list[tuple[str, float, float]]:
    return [
        (beat.what, round(beat.start, 6), round(beat.end, 6))
        for beat in made.beats
        if not kinds or beat.kind in kinds
    ]


def one_second(text, *, sound=None, phones=None, pace=1.0):
    """Speech at four words a second, whatever the words."""
    words = text.split()
    long = 0.25 / pace
    said = tuple(Word(i * long, (i + 1) * long, word) for i, word in enumerate(words))
    return (Phrase(0.0, len(words) * long, (), said),)


# -- beginnings and ends -----------------------------------------------------------------------


def test_at_after_with_and_gap():
    made = played(
        "- {at: 1, AU1: 1, for: 2, name: a}\n- {after: a, AU2: 1, for: 1}\n"
        "- {after: a, gap: 0.5, AU4: 1, for: 1}\n- {with: a, gap: -0.25, AU5: 1, for: 1}\n"
        "- {after: a.start, AU6: 1, for: 1}\n- {with: a.end, gap: 1, AU7: 1, until: 6}"
    )
    assert spans(made) == [
        ("AU5", 0.75, 1.75),
        ("AU1", 1.0, 3.0),
        ("AU6", 1.0, 2.0),
        ("AU2", 3.0, 4.0),
        ("AU4", 3.5, 4.5),
        ("AU7", 4.0, 6.0),
    ]
    assert made.duration == 7.0
    assert made.notes == ()


def test_a_beat_without_a_time_follows_the_one_above():
    made = played(
        "- {AU1: 1, for: 2}\n- {AU2: 1, for: 1}\n- {gap: 0.5, look: up}\n- {AU4: 1, for: 1}"
    )
    # The look is held, so that what comes after it begins with it.
    assert spans(made) == [
        ("AU1", 0.0, 2.0),
        ("AU2", 2.0, 3.0),
        ("up", 3.5, 5.5),
        ("AU4", 3.5, 4.5),
    ]


def test_until_a_time_a_beat_and_the_end():
    made = played(
        "- {at: 0, AU1: 1, until: b}\n- {at: 0, AU2: 1, until: b.end}\n"
        "- {at: 0, AU4: 1, until: end}\n- {at: 2, AU5: 1, for: 1, name: b}"
    )
    assert spans(made) == [("AU1", 0, 2), ("AU2", 0, 3), ("AU4", 0, 4), ("AU5", 2, 3)]


def test_points_of_a_line_come_from_the_speech():
    made = played(
        '- {at: 1, say: "one {here} *two* three {there}", name: line}\n'
        "- {with: line.here, nod: 1}\n- {after: line.there, blink: once}\n"
        "- {with: line, AU1: 1, until: line.here}",
        speak=one_second,
    )
    starts = {beat.kind: beat.start for beat in made.beats}
    assert starts["nod"] == pytest.approx(1.25)
    assert starts["blink"] == pytest.approx(1.75)
    line = next(beat for beat in made.beats if beat.kind == "say")
    assert (line.what, line.end) == ("one two three", pytest.approx(1.75))
    assert line.more["stressed"] == (1,)
    assert line.more["marks"] == {"here": pytest.approx(1.25), "there": pytest.approx(1.75)}
    assert next(beat for beat in made.beats if beat.kind == "move").end == pytest.approx(1.25)


def test_a_quicker_line_takes_less_time():
    slow, fast = (
        played(f'- {{say: "I am so glad you came.", rate: {rate}}}').beats[0].end
        for rate in (1.0, 2.0)
    )
    assert fast == pytest.approx(slow / 2, rel=1e-3)


def test_what_has_a_published_length_takes_it():
    timing = load_atlas().expression("surprise").timing
    assert timing is not None
    facts = load_facts("kinematics")
    made = played(
        "- {at: 0, feel: surprise}\n- {at: 0, swallow: 1}\n- {at: 0, breathe: in}\n"
        "- {at: 0, micro: fear, ms: 80}\n- {at: 0, blink: once}\n- {at: 0, nod: 3, speed: fast}"
    )
    ends = {beat.kind: beat.end for beat in made.beats}
    assert ends["feel"] == pytest.approx(
        timing.onset.value + timing.apex.value + timing.offset.value
    )
    assert ends["swallow"] == facts.quantity("swallow.duration").value
    assert ends["breathe"] == facts.quantity("breath.timing.inhale").value
    assert ends["micro"] == pytest.approx(0.08)
    blink = facts.quantity("blink.kinematics.spontaneous.total").in_base_units()
    assert ends["blink"] == pytest.approx(blink.value)
    rate = facts.quantity("head.nod.frequency.fast")
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low <= 3 / ends["nod"] <= rate.high


def test_what_the_beats_hand_to_the_scene():
    made = played(
        "- {at: 0, feel: {joy: 0.3, sadness: 0.6}, held_back: 0.5, strength: 0.4, ease: 2}\n"
        "- {at: 0, express: contempt, side: right}\n- {at: 0, look: door, head: 0.2}\n"
        "- {at: 0, tilt: left, degrees: 4}\n- {at: 0, lean: forward, mm: 20}\n"
        "- {at: 0, AU1: 0.5, AU12.left: 0.25, side: left}\n- {at: 0, relax: [AU4, masseter]}\n"
        "- {at: 9, look: {left_deg: 30, up_deg: -10, distance_m: 2}}\n"
        "places:\n  door: {left_deg: -45}"
    )
    by_kind = {beat.kind: beat for beat in reversed(made.beats)}
    feel = by_kind["feel"]
    assert (feel.what, feel.strength, feel.ease) == ("sadness", 0.4, 2)
    assert list(feel.more["blend"].items()) == [("sadness", 0.6), ("happiness", 0.3)]
    assert feel.more["felt"] is True
    assert feel.more["suppress"] == 0.5
    assert by_kind["express"].more["felt"] is False
    assert by_kind["express"].side == "right"
    assert by_kind["look"].what == "door"
    assert by_kind["look"].more == {
        "head": 0.2,
        "yaw": radians(-45),
        "pitch": 0.0,
        "distance": 1500,
    }
    assert by_kind["tilt"].more["angle"] == pytest.approx(radians(4))
    assert by_kind["lean"].more["shift"] == 20
    moves = [beat for beat in made.beats if beat.kind == "move"]
    assert [(beat.what, beat.side, beat.strength) for beat in moves] == [
        ("AU1", "left", 0.5),
        ("AU12", "left", 0.25),
    ]
    assert by_kind["relax"].more["names"] == ("AU4", "masseter")
    place = [beat for beat in made.beats if beat.kind == "look"][1]
    assert place.more["yaw"] == pytest.approx(radians(30))
    assert place.more["pitch"] == pytest.approx(radians(10))
    assert place.more["distance"] == 2000


# -- held beats --------------------------------------------------------------------------------


def test_held_beats_give_way_and_go_on():
    made = played(
        "- {at: 0, look: partner}\n- {at: 2, look: down, for: 1}\n- {at: 3.2, look: up, for: 1}\n"
        "- {at: 5, look: camera}\n- {at: 6, look: left, until: 8}\n- {at: 7, look: right, for: 0.5}"
    )
    assert spans(made, "look") == [
        ("partner", 0, 2),
        ("down", 2, 3),
        ("up", 3.2, 4.2),  # what is left of the partner before it is not worth a look
        ("partner", 4.2, 5),
        ("camera", 5, 6),
        ("left", 6, 7),
        ("right", 7, 7.5),
        ("left", 7.5, 8),
        ("camera", 8, 9),
    ]
    partners = [beat.index for beat in made.beats if beat.what == "partner"]
    assert partners == [0, 0]


def test_a_beat_that_is_never_seen_is_noted():
    made = played("- {at: 1, chin: up, for: 2}\n- {at: 1, chin: down, for: 3}")
    assert spans(made) == [("down", 1, 4)]
    assert made.notes == ("beat 1 (chin) is not seen: others of its kind cover it.",)


def test_single_breaths_do_not_end_a_way_of_breathing():
    made = played("- {at: 0, breathe: quick}\n- {at: 2, breathe: sigh}\n- {at: 9, breathe: calm}")
    assert [span[0] for span in spans(made)] == ["quick", "sigh", "calm"]
    assert spans(made)[0] == ("quick", 0, 9)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40), st.none() | st.integers(1, 20), st.sampled_from(["look", "chin"])
        ),
        min_size=1,
        max_size=12,
    )
)
def test_of_held_beats_there_is_one_at_a_time_and_the_latest(rows):
    words = {"look": "up", "chin": "up"}
    beats = [
        {"at": at / 2, kind: words[kind]} | ({} if long is None else {"for": long / 2})
        for at, long, kind in rows
    ]
    made = timeline(load_score({"beats": beats}))
    for kind in words:
        own = [beat for beat in made.beats if beat.kind == kind]
        for before, after in pairwise(own):
            assert before.end <= after.start + 1e-9
        for beat in own:
            written = [
                (row["at"], index)
                for index, row in enumerate(beats)
                if kind in row and row["at"] <= beat.start and _written_end(row) > beat.start
            ]
            assert beat.index == max(written)[1]


def _written_end(row) -> float:
    return row["at"] + row["for"] if "for" in row else inf


# -- one mouth, one breath ---------------------------------------------------------------------


def test_a_line_waits_until_the_one_before_is_said():
    made = played(
        '- {at: 0, say: "one two three four", name: a}\n- {at: 0.5, say: "five six", name: b}\n'
        "- {after: b, nod: 1}",
        speak=one_second,
    )
    assert spans(made, "say") == [("one two three four", 0, 1), ("five six", 1, 1.5)]
    assert next(beat for beat in made.beats if beat.kind == "nod").start == pytest.approx(1.5)
    assert made.notes == ("beat 2 (b) waits 0.50 s until the line before it is said.",)


def test_a_line_ends_a_held_breath_and_a_held_breath_waits_for_a_line():
    made = played(
        '- {at: 0, hold_breath: in, for: 9}\n- {at: 1, say: "one two"}\n'
        "- {at: 1.2, hold_breath: out}",
        speak=one_second,
    )
    assert spans(made, "hold_breath") == [("in", 0, 1), ("out", 1.5, 3.5)]
    assert len(made.notes) == 2
    made = played("- {at: 0, hold_breath: in, for: 9}\n- {at: 2, breathe: sigh}")
    assert spans(made, "hold_breath") == [("in", 0, 2)]


def test_lines_that_cannot_be_kept_apart_are_refused():
    text = '- {with: b, gap: -0.1, say: "one two", name: a}\n- {at: 1, say: "three", name: b}'
    with pytest.raises(InputError, match="overlap and cannot be kept apart"):
        played(text, speak=one_second)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), min_size=1, max_size=12))
def test_lines_never_overlap_and_keep_their_order(lines):
    beats = [{"at": at / 4, "say": "so " * words} for at, words in lines]
    made = timeline(load_score({"beats": beats}), speak=one_second)
    said = [beat for beat in made.beats if beat.kind == "say"]
    assert len(said) == len(lines)
    for before, after in pairwise(said):
        assert before.end <= after.start + 1e-9
        assert lines[before.index][0] <= lines[after.index][0]


# -- what cannot be ----------------------------------------------------------------------------


def refused(text: str) -> str:
    with pytest.raises(InputError) as caught:
        played(text)
    return str(caught.value)


def test_loops_are_told_with_all_who_are_in_them():
    told = refused(
        "- {after: c, nod: 1, name: a}\n- {after: a, nod: 1, name: b}\n- {with: b, nod: 1, name: c}"
    )
    assert told == (
        "line 2, column 4: these wait for each other in a circle: beat 1 (a) waits for beat 3 (c) "
        "waits for beat 2 (b) waits for beat 1 (a)."
    )
    assert "is this beat itself" in refused("- {after: a, nod: 1, name: a}")
    assert "circle" in refused(
        "- {at: 0, AU1: 1, until: b.end, name: a}\n- {at: 0, AU2: 1, until: a.end, name: b}"
    )


def test_what_begins_before_the_score_or_ends_before_it_begins():
    assert "would begin 0.5 s before the score does" in refused(
        "- {at: 0.5, nod: 1, name: a}\n- {with: a, gap: -1, nod: 1}"
    )
    assert "would end at 1 s, but it begins at 2 s" in refused("- {at: 2, AU1: 1, until: 1}")


def test_a_score_that_ends_early_says_what_is_lost():
    score = load_score(
        "duration: 3\nbeats:\n- {at: 1, AU1: 1, for: 9}\n- {at: 5, nod: 1, name: late}\n"
        "- {at: 2, look: up}\n"
    )
    made = timeline(score)
    assert made.duration == 3
    assert spans(made) == [("AU1", 1, 3), ("up", 2, 3)]
    assert made.notes == (
        "beat 1 (move) is cut at the end of the score, 3.00 s.",
        "beat 2 (late) is left out: it would begin at 5.00 s, and the score ends at 3.00 s.",
    )


def test_a_beat_of_strength_0_is_noted():
    assert "does nothing" in played("- {at: 1, feel: joy, strength: 0}").notes[0]


def test_problems_of_an_object_name_the_beat():
    score = Score.model_validate({"title": "Two", "beats": [{"nod": 1}, {"after": "x", "nod": 1}]})
    with pytest.raises(InputError, match=r"^Two: beat 2: no beat is called 'x'"):
        timeline(score)


def test_long_chains_need_no_deep_stack():
    chain = {"beats": [{"nod": 1, "gap": 0.1} for _ in range(4000)]}
    made = timeline(load_score(chain))
    assert len(made.beats) == 4000
    starts = [beat.start for beat in made.beats]
    assert starts == sorted(starts)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_every_beat_is_in_order_finite_and_inside_the_score(data):
    names = "abcde"
    kinds = [{"nod": 1}, {"AU1": 0.5}, {"say": "so it is"}, {"look": "up"}, {"hold_breath": "in"}]
    beats = []
    for name in names:
        beat = dict(data.draw(st.sampled_from(kinds)), name=name)
        begin = data.draw(st.sampled_from(["at", "after", "with", ""]))
        if begin == "at":
            beat["at"] = data.draw(st.floats(-0.5, 5))
        elif begin:
            beat[begin] = data.draw(st.sampled_from(names))
        if begin != "at" and data.draw(st.booleans()):
            beat["gap"] = data.draw(st.floats(-1, 2))
        if "say" not in beat and data.draw(st.booleans()):
            beat["for"] = data.draw(st.floats(-0.1, 3))
        beats.append(beat)
    try:
        made = timeline(load_score({"beats": beats}))
    except InputError:
        return
    assert all(
        0 <= beat.start < beat.end <= made.duration + 1e-9 and beat.end < inf for beat in made.beats
    )
    assert [beat.start for beat in made.beats] == sorted(beat.start for beat in made.beats)
