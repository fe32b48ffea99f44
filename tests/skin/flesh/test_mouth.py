"""What mouth and chin do when their muscles work, as a face-literate person would have it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from risorius.skin.jaw import jaw_motion


def _at(body, loop, side_mm):
    """The vertex of a loop of the lips nearest to so far left of the midline."""
    ids = np.asarray(body.head.topology.loops[loop])
    return ids[np.argmin(np.abs(body.head.vertices[ids, 0] - side_mm))]


def _corner(body, way):
    return way[body.head.topology.loops["mouth_corners"][0]]


def _gap(body, shape, side_mm=0.0):
    """How far the lips are apart, negative where one overhangs the other [mm]."""
    return shape[_at(body, "lip_upper", side_mm), 1] - shape[_at(body, "lip_lower", side_mm), 1]


def _red(body, shape):
    """How tall the red of both lips looks from the front [mm]."""
    return np.ptp(shape[[_at(body, f"lip_border_{lip}", 0.0) for lip in ("upper", "lower")], 1])


@pytest.mark.parametrize("channel", ["levator_labii_superioris", "zygomaticus_minor"])
def test_the_upper_lip_is_lifted_in_an_arch(body, channel):
    """It rises most in the middle of each half, least at the corner, and nowhere as a horn."""
    way = body.posed(channel).shape - body.head.vertices
    lift = [way[_at(body, "lip_border_upper", x), 1] for x in (0.0, 6.0, 12.0, 18.0)]
    assert min(lift) > 0.3 * max(lift)
    assert np.abs(np.diff(lift)).max() < 0.45 * max(lift)
    assert _corner(body, way)[1] < 0.6 * max(lift)


def test_a_smile_lifts_the_corners_over_the_middle_and_shows_teeth(body):
    smile = body.posed("AU12", "AU6", "AU25")
    way = smile.shape - body.head.vertices
    assert _corner(body, way)[1] > 1.5 * way[_at(body, "lip_upper", 0.0), 1]
    assert _corner(body, way)[2] < -3
    edge = smile.shape[body.head.topology.parts["teeth_upper"], 1].min()
    assert smile.shape[_at(body, "lip_upper", 0.0), 1] > edge + 2


@pytest.mark.parametrize("lip", ["superior", "inferior"])
def test_an_outer_ring_pushes_its_lip_forward_and_keeps_it_shut(body, lip):
    pout = body.posed(f"orbicularis_oris.{lip}_peripheralis")
    way = pout.shape - body.head.vertices
    upper = "upper" if lip == "superior" else "lower"
    assert 3 < way[_at(body, f"lip_{upper}", 0.0), 2] < 9
    assert _corner(body, way)[0] < -1.5
    assert max(_gap(body, pout.shape), _gap(body, pout.shape, 12.0)) < 1


def test_inner_rings_turn_the_red_of_the_lips_in(body):
    tight = body.posed("AU23").shape
    assert _red(body, tight) < 0.87 * _red(body, body.head.vertices)
    assert abs(_corner(body, tight - body.head.vertices)[0]) < 2


def test_lips_roll_in_ever_farther_the_harder_they_press(body):
    red, roll, height = _at(body, "lip_upper", 0.0), [], []
    for strength in (0.2, 0.4, 0.6, 0.8, 1.0):
        drive = np.zeros_like(body.drive())
        for lip in ("superior", "inferior"):
            drive[body.flesh.channels.index(f"orbicularis_oris.{lip}_marginalis")] = strength
        way = (body.flesh.settle(drive, iterations=500).shape - body.head.vertices)[red]
        roll.append(-way[2])
        height.append(way[1])
    assert min(np.diff(roll)) > 0.3
    assert max(np.diff(height[2:])) < 0.3, "they do not come up again"


@pytest.mark.parametrize("unit", ["AU18", "AU24", "AU28", "AU43"])
def test_lips_and_lids_that_press_do_not_overlap(body, unit):
    shape, contact = body.posed(unit).shape.astype(np.float32), body.flesh.contact
    assert contact.lips.overlap(shape) < 0.1
    assert contact.lids.overlap(shape) < 0.1


def test_lips_reach_for_each_other_only_so_far(body):
    """In a mouth that is wide open their inner rings do not draw them down the throat."""
    drive = np.zeros_like(body.drive())
    drive[body.flesh.channels.index("orbicularis_oris.superior_marginalis")] = 1.0
    red = _at(body, "lip_upper", 0.0)
    free = body.flesh.settle(np.zeros_like(drive), jaw=(0.55, 0.0, 0.0)).shape[red]
    drawn = body.flesh.settle(drive, jaw=(0.55, 0.0, 0.0)).shape[red]
    assert 2 < free[1] - drawn[1] < 7


def test_the_stretch_of_the_lips_goes_as_far_as_published(body):
    """Several muscles share the 6 mm of the unit: each alone goes less far."""
    away = np.linalg.norm(_corner(body, body.posed("AU20").shape - body.head.vertices))
    assert away == pytest.approx(6.0, abs=1.0)


def test_mentalis_raises_the_chin_and_drives_the_lower_lip_out(body):
    chin = body.posed("AU17")
    assert body.way(chin, "pogonion")[1] > 3
    assert body.way(chin, "labiale_inferius")[1] > 2
    assert body.way(chin, "labiale_inferius")[2] > 2


@pytest.mark.parametrize("jaw", [(0.0, 0.0, 6.0), (0.0, 5.0, 0.0), (0.25, 2.0, -4.0)])
def test_flesh_goes_with_the_jaw_that_the_rig_has(body, jaw):
    """Its lining stays out of the lower teeth, which turn about a condyle as they go sideways."""
    settled = body.flesh.settle(np.zeros_like(body.drive()), jaw=jaw)
    contact, teeth = body.flesh.contact, body.head.topology.parts["teeth_lower"]
    turn, shift = jaw_motion(body.flesh.jaw, jaw)
    pivot = body.flesh.jaw.pivot
    carried = Rotation.from_rotvec(turn).apply(body.head.vertices[teeth] - pivot) + pivot + shift
    assert settled.shape[teeth] == pytest.approx(carried, abs=1e-6)
    guard = contact.teeth[0]
    away, _ = contact.bodies.distance(
        settled.shape[guard.vertex], contact.pose(jaw), names=("teeth_lower",)
    )
    assert (np.minimum(guard.least, 0.0) - away).max() < 0.3


def test_a_dropped_jaw_draws_the_corners_in_and_down_and_shows_upper_teeth(body):
    drop = body.posed("AU26", "AU25")
    way = drop.shape - body.head.vertices
    opened = -way[_at(body, "lip_lower", 0.0), 1]
    assert _corner(body, way)[0] < 0
    assert 0.3 < -_corner(body, way)[1] / opened < 0.6
    edge = drop.shape[body.head.topology.parts["teeth_upper"], 1].min()
    assert drop.shape[_at(body, "lip_upper", 0.0), 1] > edge + 1
