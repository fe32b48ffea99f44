import pickle

import pytest

from risorius.anatomy import (
    ActionUnit,
    ArkitShape,
    Channel,
    Expression,
    Muscle,
    Nerve,
    load_atlas,
)
from risorius.errors import InputError

ATLAS = load_atlas()


def test_the_atlas_is_read_once_and_survives_pickling():
    assert load_atlas() is ATLAS
    assert pickle.loads(pickle.dumps(ATLAS)) is ATLAS
    muscle = ATLAS.muscle("risorius")
    assert pickle.loads(pickle.dumps(muscle)) == muscle


def test_channels_are_the_parts_that_are_driven_on_their_own():
    ids = ATLAS.channel_ids
    assert len(ids) == len(set(ids))
    assert {"frontalis.medialis", "frontalis.lateralis", "zygomaticus_major"} <= set(ids)
    assert "frontalis" not in ids
    assert [c for m in ATLAS.muscles for c in m.channels] == list(ids)
    for channel in ATLAS.channels:
        muscle = ATLAS.muscle(channel.muscle)
        assert channel.id in muscle.channels
        assert channel.id == (f"{muscle.id}.{channel.part}" if channel.part else muscle.id)


def test_what_a_camera_sees():
    assert ATLAS.channel("zygomaticus_major").is_observable
    for deep in ("masseter", "temporalis", "pterygoideus_medialis", "semispinalis_capitis"):
        channel = ATLAS.channel(deep)
        assert not channel.is_observable
        assert channel.hidden


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("zygomaticus_major", Muscle),
        ("Zygomaticus Major", Muscle),
        ("frontalis", Muscle),
        ("frontalis.medialis", Channel),
        ("au12", ActionUnit),
        ("12", ActionUnit),
        ("MOUTHSMILELEFT", ArkitShape),
        ("joy", Expression),
        ("vii", Nerve),
        ("facialis", Nerve),
    ],
)
def test_find_takes_any_name(name, kind):
    assert type(ATLAS.find(name)) is kind


def test_every_name_finds_its_own_entry():
    for table in (ATLAS.muscles, ATLAS.nerves, ATLAS.action_units, ATLAS.expressions):
        for entry in table:
            assert ATLAS.find(entry.id) is entry
    for shape in ATLAS.arkit:
        assert ATLAS.find(shape.name) is shape
    for expression in ATLAS.expressions:
        for alias in expression.aliases:
            assert ATLAS.expression(alias) is expression


@pytest.mark.parametrize(
    ("look_up", "wrong", "meant"),
    [
        (ATLAS.find, "zygomaticus", "zygomaticus_major"),
        (ATLAS.find, "hapiness", "happiness"),
        (ATLAS.muscle, "zygomaticus_mayor", "zygomaticus_major"),
        (ATLAS.channel, "risorus", "risorius"),
        (ATLAS.action_unit, "AU120", "AU12"),
        (ATLAS.expression, "angre", "anger"),
        (ATLAS.arkit_shape, "jawopen", "jawOpen"),
        (ATLAS.nerve, "facial", "facialis"),
    ],
)
def test_a_wrong_name_is_answered_with_a_right_one(look_up, wrong, meant):
    with pytest.raises(InputError, match=f"'{meant}'"):
        look_up(wrong)


def test_a_muscle_of_several_channels_lists_them():
    with pytest.raises(InputError, match=r"frontalis\.medialis, frontalis\.lateralis"):
        ATLAS.channel("frontalis")


def test_arkit_has_its_52_shapes_and_sides():
    names = [shape.name for shape in ATLAS.arkit]
    assert len(names) == len(set(names)) == 52
    assert ATLAS.arkit_shape("eyeLookInRight").action_units[0] == "AU61"
    assert {w.shape for w in ATLAS.action_unit("AU1").arkit} == {"browInnerUp"}
    assert {w.shape for w in ATLAS.action_unit("AU12").arkit} == {
        "mouthSmileLeft",
        "mouthSmileRight",
    }
    assert {w.shape for unit in ATLAS.action_units for w in unit.arkit} <= set(names)


def test_the_seven_universal_expressions():
    universal = {e.id for e in ATLAS.expressions if e.universal}
    assert universal == {
        "happiness",
        "sadness",
        "fear",
        "anger",
        "disgust",
        "surprise",
        "contempt",
    }


def test_facial_nerve_and_its_exceptions():
    assert ATLAS.muscle("zygomaticus_major").nerve == "facialis"
    assert "zygomatici" in ATLAS.muscle("zygomaticus_major").branches
    assert {s.nerve for s in ATLAS.muscle("digastric").supplies} == {"mandibularis", "facialis"}
    assert ATLAS.muscle("levator_palpebrae_superioris").nerve == "oculomotorius"
    assert "frontalis" in ATLAS.nerve("VII").muscles
