"""What is packaged and written about scores: examples, page, schema."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from risorius.errors import InputError
from risorius.perform.score.beats import KINDS
from risorius.perform.score.notation import read_notation
from risorius.perform.score.schema import score_schema
from risorius.perform.score.score import load_score, score_text
from risorius.perform.score.times import timeline

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
PAGE = (ROOT / "docs" / "score.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
PACKAGED = json.loads((files("risorius.perform") / "data" / "score.schema.json").read_text("utf-8"))
CHECKER = jsonschema.Draft202012Validator(PACKAGED)


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@pytest.mark.parametrize("path", EXAMPLES, ids=names(EXAMPLES))
def test_examples_load_without_a_note(path):
    made = timeline(load_score(path))
    assert made.notes == ()
    assert 3 < made.duration < 20
    assert made.beats


def test_there_are_the_scenes_that_were_promised():
    assert len(EXAMPLES) >= 8
    assert {
        "interview",
        "held_back_grief",
        "contempt_flicker",
        "kind_listener",
        "broken_sentence",
        "chin_raised",
        "chin_lowered",
        "surprise_to_joy",
        "stern_refusal",
    } <= set(names(EXAMPLES))


def test_every_kind_of_beat_is_in_an_example():
    used = {beat.kind for path in EXAMPLES for beat in load_score(path).beats}
    assert used >= KINDS.keys() - {"turn"}


def test_the_two_chins_differ_by_the_chin_alone():
    raised, lowered = (
        load_score(ROOT / "examples" / f"chin_{way}.yaml") for way in ("raised", "lowered")
    )
    differ = [
        (one, other) for one, other in zip(raised.beats, lowered.beats, strict=True) if one != other
    ]
    assert [(one.kind, other.kind) for one, other in differ] == [("chin", "chin")]
    assert raised.persona == lowered.persona
    assert raised.context == lowered.context


def test_the_contempt_lasts_200_ms():
    made = timeline(load_score(ROOT / "examples" / "contempt_flicker.yaml"))
    (flicker,) = (beat for beat in made.beats if beat.kind == "micro")
    assert flicker.what == "contempt"
    assert flicker.end - flicker.start == pytest.approx(0.2)


def test_the_sentence_is_broken_by_a_held_breath():
    made = timeline(load_score(ROOT / "examples" / "broken_sentence.yaml"))
    first, second = (beat for beat in made.beats if beat.kind == "say")
    (held,) = (beat for beat in made.beats if beat.kind == "hold_breath")
    assert first.end < held.start < held.end == second.start


@pytest.mark.parametrize(
    "place", [at for at, (kind, _) in enumerate(BLOCKS) if kind == "yaml"], ids=str
)
def test_yaml_of_the_page(place):
    text = BLOCKS[place][1]
    if place + 1 < len(BLOCKS) and BLOCKS[place + 1][0] == "text":
        with pytest.raises(InputError) as caught:
            load_score(text)
        assert str(caught.value) == BLOCKS[place + 1][1].strip()
    else:
        score = load_score(text)
        assert timeline(score).notes == ()
        CHECKER.validate(read_notation(text).data)


def test_python_of_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for kind, block in BLOCKS:
        if kind == "python":
            exec(compile(block, "score.md", "exec"), {})
    assert (tmp_path / "scene.yaml").exists()


def test_the_page_names_every_beat_and_every_field():
    for kind, model in KINDS.items():
        for name, field in model.model_fields.items():
            assert kind == "move" or f"`{field.alias or name}`" in PAGE, (kind, name)


def test_the_packaged_schema_is_current():
    assert json.loads(json.dumps(score_schema())) == PACKAGED, "run tools/make_schema.py"


def test_the_schema_is_one_and_takes_the_examples():
    CHECKER.check_schema(PACKAGED)
    for path in EXAMPLES:
        CHECKER.validate(read_notation(path.read_text("utf-8")).data)
        CHECKER.validate(read_notation(score_text(load_score(path))).data)


@pytest.mark.parametrize(
    "beat",
    [
        "{at: 1, feel: joi}",
        "{at: 1, feel: joy, strenght: 1}",
        "{at: 1, feel: joy, strength: 2}",
        "{at: 1}",
        "{at: 1, nod: 1, shake: 1}",
        "{at: 1, say: yes, for: 2}",
        "{at: 1, AU4: 2}",
        "{at: 1, AU4.up: 0.5}",
        "{at: 1, side: left}",
        "{at: soon, nod: 1}",
    ],
)
def test_schema_and_loader_refuse_the_same(beat):
    text = f"beats:\n- {beat}\n"
    assert not CHECKER.is_valid(read_notation(text).data)
    with pytest.raises(InputError):
        load_score(text)


@pytest.mark.parametrize(
    "beat",
    [
        "{nod: yes}",
        "{nod: true}",
        "{shake: no}",
        "{blink: true}",
        "{hold_breath: true}",
        "{swallow: true}",
        "{relax: all}",
        "{AU4: 0.2, AU12.left: 0.5, zygomaticus_major: 1}",
        "{look: {left_deg: 3}}",
        "{feel: {joy: 0.5, fear: 0.5}, for: 2}",
    ],
)
def test_schema_and_loader_take_the_same(beat):
    text = f"beats:\n- {beat}\n"
    CHECKER.validate(read_notation(text).data)
    load_score(text)
