import json
import sys

import pytest
import typer
from typer.testing import CliRunner

from risorius import cli
from risorius.anatomy import load_atlas
from risorius.cli.atlas import atlas
from risorius.errors import InputError

app = typer.Typer()
app.command()(atlas)
ATLAS = load_atlas()


def run(*words):
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_overview_names_every_muscle_in_80_columns():
    output = run()
    for muscle in ATLAS.muscles:
        assert muscle.id in output
    assert "AU12" in output
    assert max(map(len, output.splitlines())) <= 80
    assert "\x1b" not in output
    assert all(line == line.rstrip() for line in output.splitlines())


def test_the_sheet_of_a_muscle_shows_how_far_to_trust_it():
    words = " ".join(run("zygomaticus_major").split())
    for expected in (
        "Musculus zygomaticus major",
        "modiolus",
        "AU12 lip corner puller",
        "facial nerve (VII): zygomatic branches, buccal branches",
        "65 (58 to 72) mm [moderate evidence; recalled from the literature",
        "0.25 (0.15 to 0.35) [weak evidence; design default, not measured]",
        "nasolabial fold",
        "Pessa 1998 Clin Anat",
    ):
        assert expected in words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AU12", "weights: design default, not measured"),
        ("AU30", "goes to one side"),
        ("frontalis.medialis", "frontalis"),
        ("masseter", "cannot see it"),
        ("joy", "AU6 cheek raiser and lid compressor: 0.4 everyday"),
        ("contempt", "left side only"),
        ("jawLeft", "AU30 jaw sideways"),
        ("VII", "marginal mandibular branch"),
    ],
)
def test_every_kind_has_a_sheet(name, expected):
    assert expected in " ".join(run(name).split())


@pytest.mark.parametrize("table", ["muscles", "action_units", "arkit", "expressions", "nerves"])
def test_every_entry_has_a_sheet_and_json(table):
    for entry in getattr(ATLAS, table):
        name = getattr(entry, "id", None) or entry.name
        assert name in run(name) or entry.number in run(name)
        assert json.loads(run(name, "--json")).get("id", name) == name


def test_json_holds_everything():
    content = json.loads(run("--json"))
    for table in (
        "muscles",
        "nerves",
        "channels",
        "action_units",
        "rules",
        "arkit",
        "expressions",
    ):
        assert len(content[table]) == len(getattr(ATLAS, table))
    one = json.loads(run("zygomaticus_major", "--json"))
    assert one["kind"] == "muscle"
    assert one["rest_length"]["unit"] == "mm"
    assert one["max_shortening"]["basis"] == "D"
    same = next(m for m in content["muscles"] if m["id"] == "zygomaticus_major")
    assert {key: one[key] for key in same} == same


def test_an_unknown_name_is_one_line_and_exit_2(monkeypatch, capsys):
    with pytest.raises(InputError, match="zygomaticus_major"):
        run("zygomaticus")
    monkeypatch.setattr(sys, "argv", ["risorius", "atlas", "zygomaticus"])
    with pytest.raises(SystemExit) as leaving:
        cli.main()
    assert leaving.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "'zygomaticus_major'" in captured.err


def test_help_has_an_example():
    assert "risorius atlas AU12" in " ".join(run("--help").split())
