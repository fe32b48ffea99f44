"""Scores: what is read, what is refused and how, and that nothing is lost in writing."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risorius.errors import InputError
from risorius.perform.score.beats import KINDS, LOOKS, Feel, Move, Nod, Place, Say
from risorius.perform.score.notation import read_notation, write_notation
from risorius.perform.score.score import Score, load_score, save_score, score_text
from risorius.perform.score.words import expression_words, movement_words

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))

CONTRACT = """\
persona: {expressivity: 0.6, asymmetry: 0.08, stronger_side: left, blink: often, age_years: 40}
context: {posture: upright, status: high, closeness: near, speaks: self, culture: western}
beats:
- {at: 0.0, look: partner}
- {at: 0.4, feel: joy, strength: 0.6, for: 3.0, name: smile}
- {after: smile, gap: 0.2, say: "I am so glad you came."}
- {at: 2.0, micro: contempt, ms: 200, strength: 0.5}
- {at: 5.0, blink: double}
- {at: 6, AU4: 0.4, for: 0.5}         # any unit or muscle by name, optional side
"""

# -- all valid scores --------------------------------------------------------------------------

amounts = st.floats(0, 1)
words = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,12}", fullmatch=True)
sides = st.sampled_from(["left", "right"])
seconds = st.floats(-1e6, 1e6)
positive = st.floats(0.01, 1e3)
spoken = st.lists(
    st.sampled_from(
        ["yes", "no", "on", "1e3", "0x1", "~", "null", "it's", "ä", "# no", ": a", "- b"]
    )
    | st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="{}*"),
        min_size=1,
        max_size=8,
    ),
    max_size=6,
).map(lambda parts: " ".join(["so", *parts]))
movements = st.sampled_from(movement_words()).filter(
    lambda name: not name.endswith(("Left", "Right"))
)
blends = st.sampled_from(expression_words()) | st.dictionaries(
    st.sampled_from(["happiness", "fear", "anger", "pain"]), st.floats(0.01, 1), min_size=1
)
places = st.fixed_dictionaries(
    {},
    optional={
        "left_deg": st.floats(-90, 90),
        "up_deg": st.floats(-60, 60),
        "distance_m": st.floats(0.05, 1e4),
    },
)
OWN = {
    "feel": blends,
    "express": blends,
    "micro": st.sampled_from([*expression_words(), *movement_words()]),
    "look": st.sampled_from(LOOKS) | words | places,
    "say": spoken,
    "breathe": st.sampled_from(["calm", "deep", "shallow", "quick", "sigh", "gasp", "in", "out"]),
    "hold_breath": st.sampled_from(["in", "out", "midway", True]),
    "nod": st.integers(1, 20) | st.just("twice"),
    "shake": st.integers(1, 20) | st.just(True),
    "tilt": st.sampled_from(["left", "right", "upright"]),
    "turn": st.sampled_from(["left", "right", "ahead"]),
    "chin": st.sampled_from(["up", "down", "level"]),
    "lean": st.sampled_from(["forward", "back", "left", "right", "upright"]),
    "blink": st.sampled_from(["once", "double", "half", "slow", "flutter", True]),
    "squint": amounts,
    "swallow": amounts,
    "chew": amounts | st.just(True),
    "twitch": movements,
    "relax": st.just("all") | movements | st.lists(movements, max_size=3),
}
OPTIONS = {
    "at": seconds,
    "after": words,
    "with": words,
    "gap": seconds,
    "name": words,
    "for": seconds,
    "until": seconds | words,
    "strength": amounts,
    "side": sides,
    "held_back": amounts,
    "full": st.booleans(),
    "ease": st.floats(0.01, 60),
    "ms": st.floats(40, 500),
    "part": st.sampled_from(["whole", "upper", "lower"]),
    "head": amounts,
    "rate": st.floats(0.25, 4),
    "volume": st.floats(0.1, 10),
    "speed": st.sampled_from(["slow", "ordinary", "fast"]),
    "degrees": st.floats(0.1, 45),
    "mm": st.floats(0.1, 300),
}


@st.composite
def beats(draw):
    kind = draw(st.sampled_from(list(KINDS)))
    model = KINDS[kind]
    names = {field.alias or name for name, field in model.model_fields.items()}
    options = {name: OPTIONS[name] for name in sorted(names & OPTIONS.keys())}
    own = (
        {kind: OWN[kind]}
        if kind != "move"
        else {draw(movements): amounts, draw(movements) + ".left": amounts}
    )
    data = draw(st.fixed_dictionaries(own, optional=options))
    if kind == "move" and "side" in data:
        data["side"] = "left"
    return model.model_validate(data)


scores = st.builds(
    lambda **fields: Score.model_validate(fields),
    title=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=30),
    persona=st.fixed_dictionaries(
        {},
        optional={"expressivity": amounts, "stronger_side": sides, "age_years": st.floats(1, 100)},
    ),
    context=st.fixed_dictionaries({}, optional={"status": st.sampled_from(["low", "high"])}),
    style=st.sampled_from(["natural", "cartoon"])
    | st.dictionaries(st.sampled_from(["snap", "hold_s"]), st.floats(0, 0.5)),
    places=st.dictionaries(words, places, max_size=2),
    duration=st.none() | positive,
    beats=st.lists(beats(), max_size=5).map(tuple),
    notes=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"])), max_size=2).map(
        tuple
    ),
)


@settings(max_examples=60, deadline=None)
@given(scores)
def test_writing_and_reading_a_score_is_identity(score):
    text = score_text(score)
    again = Score.model_validate(read_notation(text).data)
    assert again == score
    assert score_text(again) == text


@settings(max_examples=60, deadline=None)
@given(scores)
def test_mirroring_twice_is_identity(score):
    assert score.mirrored().mirrored() == score
    assert score.mirrored().persona.stronger_side != score.persona.stronger_side


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**30), 10**30)
        | st.floats(allow_nan=False)
        | st.text(st.characters(codec="utf-8"), max_size=12),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), inner, max_size=3)
        ),
        max_leaves=8,
    ).map(lambda value: {"x": value})
)
def test_notation_returns_what_was_written(data):
    notation = read_notation(write_notation(data))
    assert notation.data == data
    assert notation.problems == []


# -- reading -----------------------------------------------------------------------------------


def test_the_score_of_the_design_is_read():
    score = load_score(CONTRACT)
    assert score.persona.blink == "often"
    assert score.context.status == "high"
    assert [beat.kind for beat in score.beats] == ["look", "feel", "say", "micro", "blink", "move"]
    assert isinstance(score.beats[1], Feel)
    assert score.beats[1].feel == {"happiness": 1.0}
    assert isinstance(score.beats[5], Move)
    assert score.beats[5].moves == {"AU4": 0.4}


def test_python_objects_and_yaml_are_the_same():
    by_hand = Score(
        beats=(
            Feel(feel="joy", at=0.5, for_=2, name="smile"),
            Nod(nod=2, with_="smile"),
            Move(moves={"zygomaticus_major": 0.3}, side="left", at=4),
        )
    )
    text = (
        "beats:\n- {at: 0.5, feel: joy, for: 2, name: smile}\n- {nod: twice, with: smile}\n"
        "- {zygomaticus major: 0.3, side: left, at: 4}\n"
    )
    assert load_score(text) == by_hand
    plain = {"beats": [{"at": 0.5, "feel": "joy", "for": 2, "name": "smile"}]}
    assert load_score(plain).beats == by_hand.beats[:1]


def test_words_that_yaml_would_turn_into_truth_values_stay_words():
    score = load_score("beats:\n- {nod: yes, name: on}\n- {after: on, shake: no}\n- say: Yes\n")
    assert [beat.name for beat in score.beats] == ["on", None, None]
    assert isinstance(score.beats[2], Say)
    assert score.beats[2].say == "Yes"


def test_a_file_is_read_in_every_encoding_that_has_a_mark(tmp_path):
    path = tmp_path / "scene.yaml"
    text = 'beats:\n- say: "Grüß Gott"\n  phones: times.json\n'
    (tmp_path / "times.json").write_text(
        '[{"start": 0.0, "end": 0.2, "phone": "G"}, {"start": 0.2, "end": 0.5, "phone": "AA"}]'
    )
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_bytes(text.encode(encoding))
        beat = load_score(path).beats[0]
        assert isinstance(beat, Say)
        assert beat.text == "Grüß Gott"
        assert beat.phones == str(tmp_path.resolve() / "times.json")


def test_saving_and_loading(tmp_path):
    score = load_score(CONTRACT)
    save_score(score, tmp_path / "again.yaml")
    assert load_score(str(tmp_path / "again.yaml")) == score
    assert load_score(tmp_path / "again.yaml") == score
    with pytest.raises(InputError, match=r"'.yaml'"):
        save_score(score, tmp_path / "again.txt")


def test_json_is_a_score_too(tmp_path):
    path = tmp_path / "scene.json"
    path.write_text('{"beats": [{"at": 1.0, "nod": 2}, {"at": 3, "look": {"left_deg": 10}}]}')
    assert load_score(path).beats[1].look == Place(left_deg=10)


# -- refusing ----------------------------------------------------------------------------------


def refused(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_score(text + "\n")
    return str(caught.value).splitlines()


REFUSED = """\
at: 1, §feel: joi => unknown expression 'joi'. Did you mean 'joy'?
at: 1, fell: joy => 'fell' is nothing that can happen in a beat. Did you mean 'feel'?
at: 1, feel: joy, §strenght: 1 => unknown word 'strenght' in a 'feel' beat. Did you mean
at: 1, zygomaticus_majr: 1 => 'zygomaticus_majr' is nothing that can happen in a beat. Did you
at: 1, joy: 0.5 => 'joy' is nothing that can happen in a beat. Write 'feel: joy' or 'express:
at: 1, §look: dor => unknown place to look at 'dor'. Did you mean 'door'?
at: 1, feel: joy, §strength: 1.4 => 'strength' must be at most 1, not 1.4.
§at: -2, nod: 1 => this beat would begin 2 s before the score does.
§at: soon, nod: 1 => 'at' must be a number, not 'soon'.
§at: .inf, nod: 1 => 'at' must be a finite number, not inf.
at: 1, feel: joy, §for: 0 => a beat lasts more than 0 s, not 0.
at: 1, feel: joy, §for: .inf => 'for' must be a finite number, not inf.
at: 1, feel: joy, §until: 0.5 => this beat would end at 0.5 s, but it begins at 1 s.
at: 1, feel: joy, §until: 4, for: 2 => 'for' and 'until' contradict each other; keep one.
at: 1, §after: b, nod: 1 => 'at' and 'after' contradict each other; keep one.
at: 1, §gap: 2, nod: 1 => 'gap' goes with 'after' or 'with', not with 'at'.
at: 1, micro: contempt, §ms: 20 => 'ms' must be at least 40, not 20.
at: 1, micro: contempt, §for: 2 => 'for' does not go with 'micro': its length follows from what
at: 1, nod: 1, shake: 1 => 'nod' and 'shake' in one beat: a beat does one thing. Write two, the
at: 1, §say: '...' => there is nothing to say in this line.
at: 1, say: Grüß Gott, language: de => how 'de' is spoken is not known here, English only. Give
at: 1, §feel:  => 'feel' has no value.
at: 1, §feel: {} => 'feel' is empty.
at: 1, AU4.left: 0.3, side: right => 'AU4.left' is on the left, but the beat says side: right.
at: 1, AU4: 0.3, §side: lft => unknown word for 'side': 'lft'. Did you mean 'left'?
at: 1, facialis: 0.3 => 'facialis' is nothing that can happen in a beat.
§after: b, nod: 1 => no beat is called 'b'. Did you mean 'bow'?
§after: bow.middle, nod: 1 => unknown point of 'bow': 'middle'. There are start, end.
§after: gaze, nod: 1 => 'gaze' has no end of its own: give it 'for' or 'until', or use 'with'.
at: 1, nod: 1, §name: bow => 'bow' is already the name of beat 1.
at: 1, nod: 1, §name: a b => 'a b' is no name: letters, digits, - and _ only, a letter first.
at: 1, §after: 3, nod: 1 => 'after' must be text, not 3.
at: 1, nod: 1, §nod: 2 => 'nod' comes twice here, first at line 4, column 11.
at: §&x 1, nod: 1 => &x is an anchor; a score has none.
at: §!!python/object:os.system 1, nod: 1 => the tag tag:yaml.org,2002:python/object:os.system is
"""
"""A beat, with § where the problem is if it is not all of it, and how what is told begins."""


@pytest.mark.parametrize("row", REFUSED.splitlines())
def test_what_is_wrong_is_told_with_its_place(row):
    beat, _, told = row.partition(" => ")
    before, mark, after = beat.partition("§")
    text = (
        f"beats:\n- {{at: 9, nod: 1, name: bow}}\n- {{look: door, name: gaze}}\n"
        f"- {{{before}{after}}}\nplaces: {{door: {{}}}}"
    )
    place = f"line 4, column {len(before) + 4 if mark else 3}: "
    assert any(line.strip().startswith(place + told) for line in refused(text)), refused(text)


def test_an_empty_blend_muscle_or_beat_is_refused():
    assert "nothing is said to happen in this beat" in refused("beats:\n- {at: 1}")[0]
    assert "3 is no beat" in refused("beats:\n- 3")[0]
    assert "'beats' must be a list" in refused("beats: 3\nduration: 2")[0]


def test_everything_is_told_at_once_and_in_order():
    lines = refused(
        "persona: {expressivty: 1}\nbeats:\n- {at: 1, feel: joi}\n- {after: nobody, nod: 1}\n"
        "- {at: 1, feel: joy, strength: 2, side: middle}\ncontxt: {}"
    )
    assert lines[0] == "6 problems"
    assert [line.strip().partition(":")[0] for line in lines[1:]] == [
        "line 1, column 11",
        "line 3, column 11",
        "line 4, column 4",
        "line 5, column 22",
        "line 5, column 35",
        "line 6, column 1",
    ]


def test_a_fault_of_one_beat_is_not_told_of_those_that_wait_for_it():
    lines = refused(
        "beats:\n- {at: 1, feel: joi, name: a}\n- {after: a, nod: 1}\n- {with: a, nod: 1}"
    )
    assert len(lines) == 1


def test_persona_context_style_and_culture():
    lines = refused(
        "persona: {expressivity: yes, blink: sometimes}\ncontext: {posture: straight}\n"
        "style: cartoony\nbeats: []\nduration: -1"
    )
    told = "\n".join(lines)
    assert "line 1, column 11: 'expressivity' must be a number, not 'yes'." in told
    assert "unknown word for 'blink': 'sometimes'. There are rarely, normal, often." in told
    assert "unknown word for 'posture': 'straight'. Did you mean 'upright'?" in told
    assert "'duration' must be more than 0, not -1." in told
    told = "\n".join(
        refused("style: cartoony\ncontext: {culture: westen}\nbeats: [{at: 1, nod: 1}]")
    )
    assert "line 1, column 1: unknown style 'cartoony'. Did you mean 'cartoon'?" in told
    assert "line 2, column 11: unknown culture 'westen'. Did you mean 'western'?" in told


def test_what_is_no_score():
    assert "this score is empty" in refused("\n")[0]
    assert "this score is no mapping" in refused("- {at: 1, nod: 1}")[0]
    assert "no beats and no duration" in refused("title: 'Nothing'\nbeats: []")[0]
    with pytest.raises(InputError, match="neither a score nor a file of one"):
        load_score("hello")
    with pytest.raises(InputError, match="no such file"):
        load_score("nowhere.yaml")


def test_a_score_without_beats_may_last():
    assert load_score("duration: 3\nbeats: []\n").duration == 3


def test_sound_that_is_missing_or_none_is_told_with_its_line(tmp_path):
    path = tmp_path / "scene.yaml"
    path.write_text("beats:\n- {at: 0, nod: 1}\n- {say: Hello, wav: hello.wav}\n")
    with pytest.raises(InputError, match=r"^scene.yaml: line 3, column 16: there is no file"):
        load_score(path)
    (tmp_path / "hello.wav").write_bytes(b"this is no sound")
    with pytest.raises(InputError, match=r"^scene.yaml: line 3, column 4: "):
        load_score(path)
    assert any("hello.wav" in line for line in refused("beats:\n- {say: Hi, wav: hello.wav}"))


# -- attacks -----------------------------------------------------------------------------------


def test_nothing_grows_and_nothing_sinks():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n" for old, new in itertools.pairwise("abcdefghijk")
    )
    assert "is an anchor" in "".join(refused(bomb))
    assert "too many levels" in "".join(refused("beats: " + "[" * 5000))
    assert "too many levels" in "".join(
        refused("beats:\n" + "\n".join(" " * i + "-" for i in range(99)))
    )
    assert "MB" in refused("beats: [" + "x" * 9_000_000)[0]
    assert "cannot be a key" in "".join(refused("? [a, b]\n: 3"))
    assert "second document" in "".join(refused("beats: []\nduration: 1\n---\nbeats: []"))
    assert refused("beats:\n- {at: 1" + "0" * 5000 + ", nod: 1}")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"beats:\n\t- {at: 1, nod: 1}\n", "line 2, column 1: a tab stands here"),
        (b"beats:\n- {say: \"Gr\xfc\xdf\"}\n", "line 2: this is no UTF-8 text (byte 0xfc)"),
        (b"beats:\n- {say: \"a\x00b\"}\n", "line 2: the character U+0000"),
        (b"beats:\n- {at: 1, nod: 1\n", "this is no YAML"),
        (b"beats:\n- {at: 1, nod: 1}}\n", "line 2, column 18: this is no YAML"),
        (b"\xff\xfeb\x00e", "problems"),
    ],
)  # fmt: skip
def test_files_that_are_no_text(tmp_path, raw, told):
    path = tmp_path / "scene.yaml"
    path.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        load_score(path)
    assert str(caught.value).startswith("scene.yaml: ")
    if told != "problems":
        assert told in str(caught.value)


def read_or_refuse(text: str) -> None:
    try:
        score = load_score(text)
    except InputError:
        return
    assert Score.model_validate(read_notation(score_text(score)).data) == score


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    read_or_refuse(f"{text}\n")


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw, tmp_path_factory):
    path = tmp_path_factory.mktemp("raw") / "scene.yaml"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"^scene\.yaml: "):
        load_score(path)


tokens = st.sampled_from(
    ["", " ", "\n", "\n- ", "{", "}", "[", "]", ": ", ", ", "at", "after", "until", "for", "end",
     "feel", "joy", "-1", "1e9", ".nan", "name", "a", "~", "true", "&a ", "*a", "!!int ", "|", '"',
     "#", "?", "\t", "beats", "AU4", "{x}", "*"]
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(EXAMPLES),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), tokens), min_size=1, max_size=4),
)
def test_any_slip_in_an_example_is_read_or_refused(path, slips):
    text = path.read_text("utf-8")
    for where, lost, instead in slips:
        place = int(where * len(text))
        text = text[:place] + instead + text[place + lost :]
    read_or_refuse(text + "\n")


def test_the_worst_score_is_told_in_a_moment():
    import time

    text = "beats:\n" + "- {at: x, feel: joi, strenght: 2}\n" * 1000
    begin = time.perf_counter()
    assert len(refused(text)) == 3001
    assert time.perf_counter() - begin < 10
