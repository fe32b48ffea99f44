"""Lesions against what is published about them."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.anatomy import load_atlas, load_facts
from risorius.clip import new_clip
from risorius.dynamics import apply_lesions, botulinum_effect, parse_lesion, resting_tone

ATLAS = load_atlas()
CHANNELS = ATLAS.channel_ids
FACTS = load_facts("lesions")
LID = "orbicularis_oculi.pretarsalis"


def left_of(words, channel, side="left", *, felt=0.0):
    """What is left of a full drive."""
    clip = new_clip([0.0], {channel: 1.0})
    clip = apply_lesions(clip, [parse_lesion(word) for word in words.split()], emotional=felt)
    return float(clip.activation.sel(muscle=channel, side=side)[0])


def tone_of(words, channel, side=0):
    tone = resting_tone([parse_lesion(word) for word in words.split()])
    return float(tone[CHANNELS.index(channel), side])


@pytest.mark.parametrize(
    ("grade", "function"),
    [
        (1, (1.0, 1.0)),
        (2, (0.76, 0.99)),
        (3, (0.51, 0.75)),
        (4, (0.26, 0.5)),
        (5, (0.01, 0.25)),
        (6, (0, 0)),
    ],
)
def test_the_mouth_keeps_the_function_of_its_grade(grade, function):
    """House and Brackmann 1985: function in percent by grade."""
    low, high = function
    smile = left_of(f"facial.left=HB{grade}", "zygomaticus_major")
    assert low - 1e-6 <= smile <= high + 1e-6
    assert left_of(f"facial.left=HB{grade}", "zygomaticus_major", "right") == 1


def test_eye_and_forehead_follow_the_words_of_the_scale():
    """House and Brackmann 1985: III closes the eye, IV does not; IV has no forehead movement."""
    for grade in (1, 2, 3):
        assert left_of(f"facial.left=HB{grade}", LID) == pytest.approx(1.0)
        assert left_of(f"facial.left=HB{grade}", "frontalis.medialis") > 0.2
    for grade in (4, 5, 6):
        assert left_of(f"facial.left=HB{grade}", LID) < 0.9
        assert left_of(f"facial.left=HB{grade}", "frontalis.medialis") == pytest.approx(0, abs=1e-6)
    # VanderWerf 2007: without any activity of the ring the lid still moves, but less.
    assert 0.1 <= left_of("facial.left=1", LID) <= 0.5


@pytest.mark.parametrize(("grade", "tone"), [(1, 1), (2, 1), (3, 1), (4, 1), (5, 0.5), (6, 0)])
def test_rest_is_symmetric_up_to_grade_four(grade, tone):
    """House and Brackmann 1985: I to IV normal at rest, V asymmetric, VI loss of tone."""
    for channel in ("zygomaticus_major", "frontalis.lateralis", "orbicularis_oculi.orbitalis"):
        assert tone_of(f"facial.left=HB{grade}", channel) == pytest.approx(tone, abs=1e-6)
        assert tone_of(f"facial.left=HB{grade}", channel, 1) == 1


def test_zygomatic_and_buccal_branches_stand_in_for_each_other():
    """Freed 2022: linked in 27 of 40 half faces; losing one weakens a smile and does not end it."""
    one = left_of("facial.zygomatic.left=1", "zygomaticus_major")
    other = left_of("facial.buccal.left=1", "zygomaticus_major")
    assert 0.2 < one < 0.8
    assert 0.2 < other < 0.8
    both = "facial.zygomatic.left=1 facial.buccal.left=1"
    assert left_of(both, "zygomaticus_major") == pytest.approx(0, abs=1e-6)


def test_a_cut_temporal_branch_ends_the_brow_and_not_the_lid():
    """Standring 2020: frontalis has no other branch, the ring of the eye has two."""
    assert left_of("facial.temporal.left=1", "frontalis.medialis") == 0
    assert left_of("facial.temporal.left=1", LID) > 0.9
    assert left_of("facial.temporal.left=1", "zygomaticus_major") == 1
    # Tzafetta 2010: the corrugator has a zygomatic branch as well.
    assert 0.2 < left_of("facial.temporal.left=1", "corrugator_supercilii.transverse") < 0.8


def test_marginal_and_cervical_branch_are_told_apart_by_the_chin():
    """Daane 2003: when the cervical branch is hurt the mentalis still turns the lower lip out."""
    marginal = "facial.marginal_mandibular.left=1"
    for channel in ("depressor_labii_inferioris", "mentalis"):
        assert left_of(marginal, channel) == 0
        assert left_of("facial.cervical.left=1", channel) == 1
    assert left_of(marginal, "depressor_anguli_oris") < 0.4
    assert left_of(marginal, "zygomaticus_major") == 1
    assert (
        left_of("facial.cervical.left=1", "platysma.mandibularis")
        < 0.4
        < left_of(marginal, "platysma.mandibularis")
    )


def test_every_branch_of_the_face_serves_what_the_textbook_says():
    """Standring 2020, Gray's Anatomy: muscles that a branch must and must not take along."""
    served = {
        "temporal": ["frontalis.medialis", "frontalis.lateralis", "corrugator_supercilii.oblique"],
        "zygomatic": ["orbicularis_oculi.orbitalis", "zygomaticus_minor", "procerus"],
        "buccal": [
            "buccinator",
            "risorius",
            "orbicularis_oris.superior_marginalis",
            "nasalis.alaris",
        ],
        "marginal_mandibular": ["mentalis", "depressor_labii_inferioris", "depressor_anguli_oris"],
        "cervical": ["platysma.mandibularis", "platysma.labialis", "platysma.modiolaris"],
        "posterior_auricular": ["occipitalis", "auriculares"],
    }
    for branch, channels in served.items():
        for channel in channels:
            assert left_of(f"facial.{branch}.left=1", channel) < 0.8
    for branch in served:
        for channel in ("masseter", "levator_palpebrae_superioris", "genioglossus"):
            assert left_of(f"facial.{branch}.left=1", channel) == 1
    mimetic = [c for c in CHANNELS if ATLAS.muscle(c.partition(".")[0]).nerve == "facialis"]
    for channel in mimetic:
        assert left_of("facial.left=1", channel) <= 0.3 + 1e-6


def test_other_nerves_take_their_own_muscles():
    """Standring 2020: V3 chews, III opens the lid and turns the eye, VI turns it out."""
    assert left_of("trigeminal.left=1", "masseter") == 0
    assert left_of("trigeminal.left=1", "zygomaticus_major") == 1
    assert left_of("oculomotor.left=1", "rectus_medialis") == 0
    assert left_of("oculomotor.left=1", "rectus_lateralis") == 1
    assert left_of("trigeminal.left=1", "digastric") == pytest.approx(0.5)


def test_lids_droop_by_their_own_nerves():
    """Loewenfeld 1999: Horner's lid droops by its smooth muscle, a third nerve's by its levator."""
    assert tone_of("oculomotor.left=1", "levator_palpebrae_superioris") == 0
    assert tone_of("oculomotor.left=1", "tarsalis_superior") == 1
    assert tone_of("horner.left=1", "tarsalis_superior") == 0
    assert tone_of("horner.left=1", "levator_palpebrae_superioris") == 1
    assert tone_of("facial.left=1", "levator_palpebrae_superioris") == 1


def test_a_stroke_spares_the_forehead_and_most_of_the_emotional_smile():
    """Morecraft 2001, Hopf 1992; Wongwandee 2025: the upper face is weaker too, but less so."""
    forehead = left_of("central.left=1", "frontalis.medialis")
    closing = left_of("central.left=1", "orbicularis_oculi.preseptalis")
    mouth = left_of("central.left=1", "zygomaticus_major")
    assert mouth == 0
    assert 1 > forehead > 0.7
    assert 1 > closing > 0.6
    assert left_of("central.left=1", "zygomaticus_major", felt=1.0) > 0.5
    assert left_of("facial.left=1", "zygomaticus_major", felt=1.0) == 0
    assert left_of("central.left=1", "masseter") == 1


def test_the_eye_brings_the_mouth_along_as_measured():
    """78 patients: the mouth corner goes 3.9 mm as the eye closes and 4.7 mm in a smile."""
    for palsy in ("", " facial.left=HB3"):
        lesions = [parse_lesion(word) for word in ("synkinesis.left=1" + palsy).split()]
        way = [
            float(
                apply_lesions(new_clip([0.0], {intended: 1.0}), lesions).activation.sel(
                    muscle="zygomaticus_major", side="left"
                )[0]
            )
            for intended in (LID, "zygomaticus_major")
        ]
        closing = FACTS.quantity("synkinesis.ocular_oral.on_closure").value
        smiling = FACTS.quantity("synkinesis.ocular_oral.on_smile").value
        assert way[0] / way[1] == pytest.approx(closing / smiling, abs=0.01)


def test_rare_patterns_are_weak():
    """Beurskens 2010: mouth corner in 89 and 85 %, eye in 82 %, brow in 17 % of 103 patients."""

    def strongest(pattern):
        prefix = f"synkinesis.patterns.{pattern}.to."
        return max(q.value for name, q in FACTS.quantities.items() if name.startswith(prefix))

    for common in ("brow_to_mouth", "eye_to_mouth", "pucker_to_eye", "mouth_to_eye"):
        assert strongest(common) > 2 * strongest("mouth_to_brow")


def test_a_mask_takes_more_of_a_felt_smile_than_of_a_posed_one():
    """Livingstone 2016: 8 % of the zygomatic and 24 % of the frontal answer are left."""
    felt = left_of("parkinson=1", "zygomaticus_major", felt=1.0)
    low = FACTS.quantity("parkinson.mimicry.smile").value
    high = FACTS.quantity("parkinson.mimicry.sad_brow").value
    assert low <= felt <= high
    assert left_of("parkinson=1", "zygomaticus_major") > 2 * felt


def test_a_mask_is_slower():
    """Bologna 2016: lower amplitude and lower velocity in every expression."""
    time = np.arange(0, 3, 1 / 120)
    clip = new_clip(time, {"zygomaticus_major": np.clip(time - 0.5, 0, 1)})
    stiff = apply_lesions(clip, [parse_lesion("parkinson=1")])
    curves = [
        c.activation.sel(muscle="zygomaticus_major", side="left").values for c in (clip, stiff)
    ]
    assert curves[1].max() < curves[0].max()
    assert np.diff(curves[1]).max() < np.diff(curves[0]).max()
    half = [time[np.argmax(curve > 0.5 * curve.max())] for curve in curves]
    assert half[1] > half[0] + 0.05


def test_a_mask_is_rigid():
    """Hunker 1982: parkinsonian lips are stiffer than normal ones."""
    assert 1 < tone_of("parkinson=1", "orbicularis_oris.superior_marginalis") <= 1.5
    assert tone_of("parkinson=1", "rectus_medialis") == 1


def test_toxin_sets_in_as_its_patients_report():
    """Beer 2011: 48, 77, 93 and 98 % of 45 patients see an effect on days 1 to 4."""
    reported = [FACTS.quantity(f"botulinum.onset.day_{day}").value / 100 for day in (1, 2, 3, 4)]
    np.testing.assert_allclose(botulinum_effect([1, 2, 3, 4]), reported, atol=0.1)


def test_toxin_peaks_after_two_weeks_and_is_gone_after_months():
    """Winn 2013: partly back at 3 months; lasts 3 to 5 months (2013 Clin Interv Aging)."""
    days = np.linspace(0, 365, 3651)
    effect = botulinum_effect(days)
    assert 7 < days[effect.argmax()] < 21
    assert effect.max() == pytest.approx(1.0, abs=0.01)
    peak = int(effect.argmax())
    assert (np.diff(effect[: peak + 1]) >= 0).all()
    assert (np.diff(effect[peak:]) <= 0).all()
    assert effect[0] == 0
    assert 0.3 < botulinum_effect(90) < 0.7
    assert botulinum_effect(150) < 0.2
    assert botulinum_effect(365) < 0.01


def test_toxin_relaxes_a_muscle_by_its_degree_and_its_neighbours_by_less():
    """Winn 2013: 64 % of the corrugator's amplitude is lost; Carruthers 2002: it can spread."""
    lost = FACTS.quantity("botulinum.measured.corrugator_supercilii").value
    word = f"botulinum:corrugator_supercilii={lost}"
    for side in ("left", "right"):
        assert left_of(word, "corrugator_supercilii.oblique", side) == pytest.approx(1 - lost)
    close, near = left_of(word, "depressor_supercilii"), left_of(word, "procerus")
    assert 1 - lost < close < near < 1
    assert left_of(word, "zygomaticus_major") == 1
    assert tone_of(word, "corrugator_supercilii.oblique") == pytest.approx(1 - lost)
    faded = f"botulinum:corrugator_supercilii@120={lost}"
    assert left_of(faded, "corrugator_supercilii.oblique") > 0.8


def test_toxin_in_one_part_reaches_the_other_less():
    inner = "botulinum:frontalis.medialis=1"
    assert left_of(inner, "frontalis.medialis") == 0
    assert 0 < left_of(inner, "frontalis.lateralis") < 1
    whole = "botulinum:frontalis=1"
    assert left_of(whole, "frontalis.lateralis") == 0
