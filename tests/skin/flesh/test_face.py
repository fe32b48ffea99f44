"""What the face does by itself: the smile's cascade, lost tone, and flesh that keeps its volume."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.skin.flesh.fibres import strand_rows
from risorius.skin.flesh.gains import aim_of, reach_of
from risorius.skin.flesh.material import load_flesh

UNITS = ("AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU9", "AU10", "AU12", "AU14", "AU15")
UNITS += ("AU16", "AU17", "AU18", "AU20", "AU22", "AU24", "AU26", "AU28", "AU43")
FEELINGS = ("happiness", "sadness", "fear", "anger", "surprise", "disgust", "contempt")


def test_zygomaticus_alone_brings_the_smile_about(body):
    """It lifts cheek and upper lip, deepens the fold and draws the corner up and out (FACS 2002).

    Corner 7 to 16 mm (Tarantili 2005, Flynn 2015).
    """
    smile = body.posed("zygomaticus_major")
    corner = (smile.shape - body.head.vertices)[body.head.topology.loops["mouth_corners"][0]]
    assert 7 <= np.linalg.norm(corner) <= 16
    assert 30 <= np.degrees(np.arctan2(corner[1], corner[0])) <= 65
    assert body.way(smile, "malar")[1] > 1
    assert body.way(smile, "canine_upper")[1] > 2
    assert (smile.shape - body.head.vertices)[
        body.head.topology.loops["lid_lower_left"], 1
    ].max() > 0
    triangles, strain, area = body.strain(smile)
    fold = body.head.topology.regions["nasolabial"][triangles].mean(axis=1) > 0.5
    assert np.average(strain[fold, 0], weights=area[fold]) < -0.05


def test_a_felt_smile_gathers_the_skin_beside_the_eye(body):
    """Compressed by over 5 % where crow's feet are, and the eye narrower from below."""
    smile = body.posed("AU12", "AU6")
    triangles, strain, area = body.strain(smile)
    beside = body.head.topology.regions["crows_feet"][triangles].mean(axis=1) > 0.5
    assert np.average(strain[beside, 0], weights=area[beside]) < -0.05
    lid = body.head.topology.loops["lid_lower_left"]
    assert (smile.shape - body.head.vertices)[lid, 1].max() > 0.5


def test_a_raised_brow_stretches_its_temple(body):
    brow = body.posed("AU2", side="left")
    triangles, strain, area = body.strain(brow)
    place = body.head.vertices[triangles].mean(axis=1)
    temple = np.linalg.norm(place - [62, 60, 44], axis=1) < 18
    assert np.average(strain[temple, 1], weights=area[temple]) > 0.005
    assert np.abs(body.way(brow, "brow_tail", "right")).max() < 0.3


def test_a_side_without_tone_droops_as_published(body):
    tone = np.ones_like(body.drive())
    spared = ("levator_palpebrae_superioris", "tarsalis_superior", "masseter", "temporalis")
    for number, channel in enumerate(body.flesh.channels):
        tone[number, 0] = float(channel in spared)
    palsy = body.flesh.settle(body.drive(), tone=tone)
    for row in load_flesh()["droop"]:
        low, high = row["range"]
        assert low <= -body.way(palsy, row["at"])[1] <= high, row["at"]
        assert abs(body.way(palsy, row["at"], "right")[1]) < 1


@pytest.mark.parametrize("unit", ["AU12", "AU18"])
def test_flesh_keeps_its_volume_and_is_not_turned(body, unit):
    ratio, volume = body.change_of_volume(body.posed(unit))
    _check_volume(ratio, volume)


@pytest.mark.slow
@pytest.mark.parametrize("pose", [*UNITS, *FEELINGS])
def test_no_pose_turns_an_element(body, pose):
    ratio, volume = body.change_of_volume(body.posed(pose))
    _check_volume(ratio, volume)


def _check_volume(ratio, volume):
    assert ratio.min() > 0
    order = np.argsort(np.abs(ratio - 1))
    share = np.cumsum(volume[order]) / volume.sum()
    assert np.abs(ratio - 1)[order][np.searchsorted(share, 0.95)] < 0.05


@pytest.mark.slow
@pytest.mark.parametrize(
    "channel",
    [
        "frontalis.medialis",
        "corrugator_supercilii.oblique",
        "levator_labii_superioris",
        "zygomaticus_major",
        "depressor_labii_inferioris",
        "mentalis",
    ],
)
def test_a_muscle_at_full_work_reaches_its_published_travel(body, channel):
    drive = np.zeros_like(body.drive())
    sides = 2 if strand_rows()[channel].get("both") else 1
    drive[body.flesh.channels.index(channel), :sides] = 1.0
    settled = body.flesh.settle(drive, iterations=100)
    assert reach_of(body.flesh, channel, settled) == pytest.approx(aim_of(channel), rel=0.2)


def test_lids_that_lie_on_turned_eyes_do_not_swing(body):
    """Eyes that look down, with the lower lid at work on one side and drawn down on the other."""
    drive = body.drive("orbicularis_oculi.preseptalis", side="right")
    drive = np.maximum(drive, body.drive("orbicularis_oculi.orbitalis", side="left"))
    drive = np.maximum(drive, body.drive("retractores_inferiores"))
    settled = body.flesh.settle(0.7 * drive, gaze=[[0.19, 0.26], [0.19, 0.26]], iterations=100)
    assert settled.residual_mm < 0.001


def test_a_start_nearby_saves_steps(body):
    drive = body.drive("AU1")
    there = body.flesh.settle(drive, iterations=100, tolerance=0.005)
    near = body.flesh.settle(0.98 * drive, start=there, iterations=100, tolerance=0.005)
    afresh = body.flesh.settle(0.98 * drive, iterations=100, tolerance=0.005)
    assert near.iterations < afresh.iterations
    assert np.abs(near.shape - afresh.shape).max() < 0.5
