import json
import shutil

import pytest

from risorius.anatomy.check import FACTS, check_facts
from risorius.anatomy.load import read_yaml


def test_the_facts_of_the_package_are_sound():
    assert [str(problem) for problem in check_facts()] == []


@pytest.fixture
def facts(tmp_path):
    folder = tmp_path / "facts"
    shutil.copytree(FACTS, folder)
    return folder


def change(folder, file, edit):
    path = folder / f"{file}.yaml"
    content = read_yaml(file)
    edit(content)
    # JSON is YAML, and quick to write.
    path.write_text(json.dumps(content), "utf-8")


def entry(content, table, name):
    return next(e for e in content[table] if e.get("id", e.get("name")) == name)


FAULTS = []


def fault(file, where, text):
    def keep(edit):
        FAULTS.append(pytest.param(file, edit, where, text, id=edit.__name__))
        return edit

    return keep


@fault("muscles", "muscles.risorius.rest_length", "without a unit")
def no_unit(content):
    del entry(content, "muscles", "risorius")["rest_length"]["unit"]


@fault("muscles", "muscles.risorius.rest_length", "unknown unit 'furlong'")
def strange_unit(content):
    entry(content, "muscles", "risorius")["rest_length"]["unit"] = "furlong"


@fault("kinematics", "facts.blink.rate.rest", "evidence must be")
def no_evidence(content):
    del content["facts"]["blink"]["rate"]["rest"]["evidence"]


@fault("kinematics", "facts.blink.rate.rest", "basis must be")
def wrong_basis(content):
    content["facts"]["blink"]["rate"]["rest"]["basis"] = "X"


@fault("jaw_eye", "facts.jaw.max_opening.men", "needs a source")
def no_source(content):
    del content["facts"]["jaw"]["max_opening"]["men"]["sources"]


@fault("skin", "facts.ageing.heredity", "needs a source")
def statement_without_source(content):
    del content["facts"]["ageing"]["heredity"]["sources"]


@fault("skin", "facts.ageing.bare", "bare number 7")
def bare_number(content):
    content["facts"]["ageing"]["bare"] = 7


@fault("muscles", "muscles.risorius.max_shortening", "cannot have strong evidence")
def strong_design_default(content):
    entry(content, "muscles", "risorius")["max_shortening"]["evidence"] = "strong"


@fault("muscles", "muscles.risorius.rest_length", "outside its range")
def outside_its_range(content):
    entry(content, "muscles", "risorius")["rest_length"]["typ"] = 400


@fault("muscles", "muscles.risorius.rest_length", "runs backwards")
def backward_range(content):
    entry(content, "muscles", "risorius")["rest_length"]["range"] = [55, 25]


@fault("muscles", "muscles.risorius.antagonists", "unknown muscle 'orbicularis_oriss'")
def unknown_muscle(content):
    entry(content, "muscles", "risorius")["antagonists"] = ["orbicularis_oriss"]


@fault("muscles", "muscles.risorius.antagonists", "does not name risorius among its antagonists")
def one_sided_antagonist(content):
    entry(content, "muscles", "risorius")["antagonists"].append("masseter")


@fault("muscles", "muscles.risorius.synergists", "does not name risorius among its synergists")
def one_sided_synergist(content):
    entry(content, "muscles", "risorius")["synergists"].append("masseter")


@fault("muscles", "muscles.risorius.nerves.facialis", "unknown branch 'bucalles'")
def unknown_branch(content):
    entry(content, "muscles", "risorius")["nerves"][0]["branches"] = ["bucalles"]


@fault("muscles", "muscles.risorius.wrinkles.cheek_vertical", "unknown action unit 'AU200'")
def unknown_unit_of_a_wrinkle(content):
    entry(content, "muscles", "risorius")["wrinkles"][0]["action_units"] = ["AU200"]


@fault("action_units", "action_units.AU12.drive", "unknown channel 'frontalis'")
def drive_of_a_whole_muscle(content):
    entry(content, "action_units", "AU12")["drive"]["frontalis"] = 0.5


@fault("action_units", "action_units.AU12.drive.risorius", "up to 1")
def weight_above_one(content):
    entry(content, "action_units", "AU12")["drive"]["risorius"] = 1.5


@fault("action_units", "action_units.AU12.drive", "does not drive its own muscle")
def muscle_left_out(content):
    entry(content, "action_units", "AU12")["drive"] = {"risorius": 0.5}


@fault("action_units", "action_units.AU12.drive", "drive_weights")
def weights_without_standing(content):
    del content["drive_weights"]


@fault("action_units", "action_units.AU12.opposes", "does not oppose AU12")
def one_sided_opposition(content):
    entry(content, "action_units", "AU12")["opposes"].append("AU9")


@fault("arkit", "shapes.jawOpen", "unknown action unit 'AU99'")
def unknown_unit_of_a_shape(content):
    entry(content, "shapes", "jawOpen")["action_units"] = ["AU99"]


@fault("arkit", "jawOpen", "given twice")
def duplicated_shape(content):
    entry(content, "shapes", "jawForward")["name"] = "jawOpen"


@fault("arkit", "shapes.eyeWideLeft", "but the name says 'left'")
def wrong_side(content):
    entry(content, "shapes", "eyeWideLeft")["side"] = "right"


@fault("expressions", "expressions.fear", "unknown action unit 'AU100'")
def unknown_unit_of_an_expression(content):
    entry(content, "expressions", "fear")["action_units"][0]["action_unit"] = "AU100"


@fault("expressions", "joy", "given twice")
def alias_given_twice(content):
    entry(content, "expressions", "fear")["aliases"].append("joy")


@fault("nerves", "nerves.vagus.recurrens", "no muscle is supplied")
def idle_branch(content):
    branch = {"id": "recurrens", "latin": "x", "english": "x", "supplies": "x", "leaves": "x"}
    entry(content, "nerves", "vagus")["branches"].append(branch)


@pytest.mark.parametrize(("file", "edit", "where", "text"), FAULTS)
def test_a_planted_fault_is_found(facts, file, edit, where, text):
    change(facts, file, edit)
    problems = check_facts(facts)
    assert any(p.file == f"{file}.yaml" and p.path == where and text in p.text for p in problems), [
        str(p) for p in problems
    ]


def test_faults_of_several_files_are_listed_together(facts):
    change(facts, "muscles", no_unit)
    change(facts, "skin", bare_number)
    assert {p.file for p in check_facts(facts)} == {"muscles.yaml", "skin.yaml"}


def test_a_key_given_twice_is_found(facts):
    path = facts / "arkit.yaml"
    path.write_text(path.read_text("utf-8") + "title: again\n", "utf-8")
    assert ["is there twice" in p.text for p in check_facts(facts)] == [True]


def test_missing_and_unknown_files_are_found(facts):
    (facts / "skin.yaml").rename(facts / "skins.yaml")
    found = {(p.file, p.text) for p in check_facts(facts)}
    assert ("skin.yaml", "the file is missing") in found
    assert ("skins.yaml", "no such facts file is read by anything") in found
