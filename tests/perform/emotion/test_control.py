"""What is held back leaks, and a culture changes how often."""

import numpy as np
import pytest

from risorius.anatomy.sheet import load_facts
from risorius.errors import InputError
from risorius.perform import TARGETS, Context
from risorius.perform.culture import CULTURES, accents, notes
from risorius.perform.table import load_table

from .feelings import ATLAS, BROW, CHEEK, EXPRESSIONS, LAYER, ZYGOMATIC, course, feel, of_target


def test_who_holds_back_is_an_antagonist_by_the_atlas():
    def muscles(unit):
        return {
            ATLAS.muscle(ATLAS.channel(d.channel).muscle) for d in ATLAS.action_unit(unit).drive
        }

    for unit, others in load_table("emotion")["control"]["by"].items():
        against = {name.split(".")[0] for m in muscles(unit) for name in m.antagonists}
        own = {m.id for m in muscles(unit)}
        for other in others:
            found = muscles(other)
            assert {m.id for m in found} & against or own & {
                name.split(".")[0] for m in found for name in m.antagonists
            }, f"{other} does not work against {unit}"


def test_held_back_leaves_a_leak_and_sets_antagonists_at_work(scene_of, collect):
    times = np.linspace(0, 6, 200)
    against = TARGETS.both("orbicularis_oris.superior_marginalis")
    for seed in range(5):
        free = collect(LAYER, scene_of([feel("happiness", end=5.5, full=True)]), seed)
        held = collect(LAYER, scene_of([feel("happiness", end=5.5, full=True, suppress=0.9)]), seed)
        middle = (times > 2.5) & (times < 4.0)
        shown = course(held, ZYGOMATIC, times)[middle].mean()
        wanted = course(free, ZYGOMATIC, times)[middle].mean()
        assert 0.05 * wanted < shown < 0.6 * wanted
        assert course(held, against, times)[middle].min() > 0.05
        assert course(free, against, times).max() == 0.0


def test_what_is_held_back_leaks_more_in_the_upper_face(scene_of, collect):
    # Porter 2008 Psychol Sci.
    times = np.linspace(1.5, 4.0, 50)
    chin = TARGETS.both("depressor_anguli_oris")

    def seen(part, seed, **more):
        strokes = collect(LAYER, scene_of([feel("sadness", full=True, **more)]), seed)
        return course(strokes, part, times).mean()

    brow, corner = (
        sum(seen(part, seed, suppress=1.0) for seed in range(6))
        / sum(seen(part, seed) for seed in range(6))
        for part in (BROW, chin)
    )
    assert brow > corner > 0.0


def test_every_accent_rests_on_a_fact_with_a_source():
    facts = load_facts("emotion").statements
    everywhere = [
        Context(culture=culture, closeness=closeness, speaks=speaks)
        for culture in CULTURES
        for closeness in ("near", "normal", "far")
        for speaks in ("nobody", "self", "partner")
    ]
    found = {accent for context in everywhere for accent in accents(context)}
    assert len(found) == len(load_table("culture")["accents"])
    for accent in found:
        assert accent.sources == facts[accent.fact].sources != ()
        assert accent.evidence in accent.note
        assert all(source in accent.note for source in accent.sources)
        assert set(accent.expressions) <= set(EXPRESSIONS)


def test_an_accent_changes_how_often_and_says_so(scene_of, collect):
    def cheeks(culture):
        scene = scene_of([feel("happiness")], context={"culture": culture})
        return sum(bool(of_target(collect(LAYER, scene, s), CHEEK[0])) for s in range(40))

    # Elfenbein 2007: Gabonese smiles seldom with AU6.
    assert cheeks("gabonese") < 0.6 * cheeks("none")
    scene = scene_of([feel("happiness")], context={"culture": "gabonese"})
    (label,) = [
        s.event.label for s in collect(LAYER, scene) if s.event and s.event.kind == "accent"
    ]
    assert "weak" in label
    assert "Elfenbein 2007" in label
    assert notes(Context()) == ()
    assert len(notes(Context(culture="gabonese"))) == 1


def test_an_accent_can_bring_the_eyes_forward(scene_of, collect):
    # Jack 2012 Proc Natl Acad Sci: intensity shows early in the eyes.
    lid = TARGETS.of("levator_palpebrae_superioris", "left")

    def lead(culture, seed):
        scene = scene_of([feel("anger", full=True)], context={"culture": culture})
        strokes = collect(LAYER, scene, seed)
        return min(s.start for s in of_target(strokes, lid)) - 0.5

    gained = [lead("none", seed) - lead("east_asian", seed) for seed in range(8)]
    assert np.median(gained) > 0.02


def test_a_culture_without_a_published_difference_is_refused():
    with pytest.raises(InputError, match=r"(?s)gabonse.*gabonese.*published"):
        accents(Context(culture="gabonse"))
