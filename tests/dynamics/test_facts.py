"""The facts about lesions: each row stands on something, and a wrong row is found."""

from __future__ import annotations

import json
import shutil

import pytest

from risorius.anatomy import load_facts
from risorius.anatomy.check import FACTS, check_facts
from risorius.anatomy.load import read_yaml


@pytest.fixture
def facts(tmp_path):
    folder = tmp_path / "facts"
    shutil.copytree(FACTS, folder)
    return folder


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("supply.zygomaticus_major.buccales.typ", 0.6, "must make 1"),
        ("supply.zygomaticus_major.colli", {"typ": 0.0, "unit": "1"}, "unknown branch 'colli'"),
        ("supply.digastric", {}, "no share for 'digastricus'"),
        ("supply.mentalis", {"colli": {"typ": 1.0, "unit": "1"}}, "one branch needs no shares"),
        ("supply.zygomaticus", {"colli": {"typ": 1.0, "unit": "1"}}, "unknown channel"),
        ("central.forehead.channels", ["frontalis"], "unknown channel 'frontalis'"),
        ("synkinesis.patterns.eye_to_mouth.from", ["risorious"], "Did you mean 'risorius'"),
        ("botulinum.spread.procerus.near", ["masetter"], "Did you mean 'masseter'"),
        ("palsy.passive.masetter", {"typ": 0.1, "unit": "1"}, "Did you mean 'masseter'"),
        ("palsy.tone_kept_to", 0.6, "bare number"),
        ("parkinson.tone_gain.evidence", "strong", "design default cannot"),
    ],
)
def test_a_wrong_row_is_found(facts, path, value, told):
    content = read_yaml("lesions")
    entry = content["facts"]
    *way, last = _steps(path)
    for step in way:
        # Shared rows must not change together.
        entry[step] = dict(entry[step])
        entry = entry[step]
    entry[last] = value
    (facts / "lesions.yaml").write_text(json.dumps(content), "utf-8")
    problems = [str(problem) for problem in check_facts(facts)]
    assert any(told in problem for problem in problems), problems


def _steps(path):
    return path.split(".")


def test_an_unknown_name_is_found(facts):
    content = read_yaml("lesions")
    content["names"]["nasal"] = "nasales"
    (facts / "lesions.yaml").write_text(json.dumps(content), "utf-8")
    assert any("unknown nerve or branch 'nasales'" in str(p) for p in check_facts(facts))


def test_what_nobody_measured_says_so():
    for name, quantity in load_facts("lesions").quantities.items():
        if name.startswith("supply."):
            assert quantity.is_design_default
            assert quantity.evidence == "weak"
        if not quantity.is_design_default:
            assert quantity.sources
