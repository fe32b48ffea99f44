import pytest

from risorius.anatomy.quantity import read_quantity
from risorius.anatomy.sheet import SHEETS, load_facts
from risorius.errors import InputError


@pytest.mark.parametrize("name", SHEETS)
def test_every_fact_stands_on_something(name):
    sheet = load_facts(name)
    assert sheet.quantities
    for quantity in sheet.quantities.values():
        assert quantity.is_design_default or quantity.sources
        quantity.in_base_units()
    for statement in sheet.statements.values():
        assert statement.text or statement.formula
        assert statement.basis == "D" or statement.sources


def test_units_come_to_those_of_the_package():
    kinematics = load_facts("kinematics")
    closing = kinematics.quantity("blink.kinematics.spontaneous.closing").in_base_units()
    assert (closing.value, closing.unit) == (pytest.approx(0.075), "s")
    turn = load_facts("jaw_eye").quantity("jaw.rotation_at_max.men").in_base_units()
    assert (turn.value, turn.unit) == (pytest.approx(0.5934, abs=1e-4), "rad")
    assert kinematics.quantity("blink.rate.rest").in_base_units().value == pytest.approx(17 / 60)


def test_the_published_sums_agree_with_each_other():
    jaw_eye = load_facts("jaw_eye")
    height = jaw_eye.quantity("lid.fissure_height.men")
    margins = jaw_eye.quantity("lid.mrd1").value + jaw_eye.quantity("lid.mrd2").value
    assert abs(margins - height.value) < height.sd
    length, radius = (jaw_eye.quantity(f"eye.globe_{name}") for name in ("axial", "radius"))
    assert length.value == 2 * radius.value
    kinematics = load_facts("kinematics")
    speed = kinematics.quantity("blink.kinematics.voluntary.peak_velocity").value
    amplitude = kinematics.quantity("blink.kinematics.voluntary.amplitude").value
    k = kinematics.quantity("blink.kinematics.main_sequence.k")
    assert k.low < speed / amplitude < k.high


@pytest.mark.parametrize(
    ("example", "thickness", "ratio"),
    [
        ("corneum_ratio_50", 0.015, 50),
        ("corneum_ratio_500", 0.015, 500),
        ("skin_on_fat", 1.0, 30),
        ("lid_skin", 0.6, 10),
    ],
)
def test_the_worked_wrinkles_follow_from_the_formulas(example, thickness, ratio):
    skin = load_facts("skin")
    path = f"wrinkle_physics.worked_examples.{example}"
    wavelength = 2 * 3.14159265 * thickness * (ratio / 3) ** (1 / 3)
    strain = 0.25 * (3 / ratio) ** (2 / 3)
    assert skin.quantity(f"{path}.wavelength").value == pytest.approx(wavelength, rel=0.03)
    assert skin.quantity(f"{path}.eps_c").value == pytest.approx(strain, rel=0.03)


def test_unknown_names_are_answered():
    with pytest.raises(InputError, match="'kinematics'"):
        load_facts("kinematic")
    with pytest.raises(InputError, match=r"'blink\.rate\.rest'"):
        load_facts("kinematics").quantity("blink.rate.res")


def test_a_design_default_takes_no_sources_from_around():
    around = {"evidence": "strong", "basis": "C", "sources": ["A 2000"]}
    assert read_quantity({"typ": 1, "unit": "1"}, around).sources == ("A 2000",)
    own = {"typ": 1, "unit": "1", "basis": "D", "evidence": "weak"}
    assert read_quantity(own, around).sources == ()


def test_a_range_alone_stands_for_its_middle():
    quantity = read_quantity(
        {"range": [0.57, 0.77], "unit": "1", "evidence": "strong", "basis": "D"}
    )
    assert quantity.value == pytest.approx(0.67)
    assert quantity.meaning == "middle of the range"
    assert str(quantity) == "0.57 to 0.77"
