"""How far a face moves at full effort, against published measurements."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.face import load_face
from risorius.head.attachments import site_points, skin_normals
from risorius.head.depth import tissue_depth
from risorius.skin import gaze_from_activation, jaw_from_activation

SIDES = ("left", "right")


@pytest.fixture(scope="module")
def face():
    return load_face()


def pose(face, *names, gaze=None):
    """The level-0 shape with the named movements at full effort."""
    atlas = load_atlas()
    activation = np.zeros((1, len(atlas.channel_ids), 2))
    for name in names:
        for (channel, side), amount in atlas.expand(name, 1.0).items():
            activation[0, atlas.channel_ids.index(channel), SIDES.index(side)] += amount
    activation = np.minimum(activation, 1.0)
    jaw = jaw_from_activation(atlas, activation, max_open=face.rig.jaw.max_open)
    look = gaze_from_activation(atlas, activation)
    if gaze is not None:
        look[:] = gaze
    return face.rig.deform(activation, jaw, look)[0].astype(float)


def travel(face, shape, point):
    """Mean way (3,) [mm] of the skin within about two millimetres of a point."""
    skin = face.head.topology.parts["skin"]
    weight = np.exp(-((face.rig.rest[skin] - point) ** 2).sum(axis=1) / 8)
    return weight @ (shape - face.rig.rest)[skin] / weight.sum()


def corner_travel(face, shape):
    return (shape - face.rig.rest)[face.head.topology.loops["mouth_corners"][0]]


def test_corner_of_the_mouth_in_a_full_smile(face):
    """7 to 16 mm, up and out at about 45 degrees.

    Tarantili 2005, Am J Orthod Dentofacial Orthop (direction 47 degrees); Flynn 2015, Comput
    Methods Biomech Biomed Engin (11 to 14 mm).
    """
    way = corner_travel(face, pose(face, "AU12"))
    assert 7 <= np.linalg.norm(way) <= 16
    assert 30 <= np.degrees(np.arctan2(way[1], way[0])) <= 60


def test_smile_lifts_the_cheek_and_widens_the_mouth(face):
    """Mouth width +27 % (Tarantili 2005); the cheek rises with zygomaticus alone (FACS 2002)."""
    shape = pose(face, "AU12")
    left, right = face.head.topology.loops["mouth_corners"]
    width = face.rig.rest[left, 0] - face.rig.rest[right, 0]
    assert 1.15 <= (shape[left, 0] - shape[right, 0]) / width <= 1.45
    assert travel(face, shape, site_points(face.head, "left")["malar"])[1] > 1.0


@pytest.mark.parametrize(
    ("unit", "site", "low", "high", "axis", "sign"),
    [
        ("AU1", "brow_head", 4, 12, 1, 1),  # inner brow 4 to 10 mm up, frontalis studies 4 to 12
        ("AU2", "brow_tail", 5, 12, 1, 1),  # outer brow
        ("AU4", "brow_head", 2, 6, 1, -1),  # inner brow down
        ("AU6", "orbitale", 3, 8, 1, 1),  # cheek below the orbit
        ("AU9", "alare", 2, 6, 1, 1),  # alar crease
        ("AU10", "canine_upper", 3, 9, 1, 1),  # upper lip at the canine
        ("AU16", "canine_lower", 3, 8, 1, -1),  # lower lip at the canine
        ("AU17", "labiale_inferius", 2.5, 8, 1, 1),  # lower lip in the middle
    ],
)
def test_travel_of_single_units(face, unit, site, low, high, axis, sign):
    """Greatest deliberate travel of adults: Giovanoli 2003 (Br J Plast Surg) and FACS 2002."""
    way = travel(face, pose(face, unit), site_points(face.head, "left")[site])
    assert low <= np.linalg.norm(way) <= high
    assert sign * way[axis] > 0.5 * np.linalg.norm(way)


@pytest.mark.parametrize(
    ("unit", "low", "high", "direction"),
    [
        ("AU15", 3, 8, (0, -1)),
        ("AU20", 3, 9, (1, 0)),
        ("AU14", 2, 6, (1, 0)),
        ("AU18", 4, 10, (-1, 0)),  # half of the loss of width, 8 to 20 mm
    ],
)
def test_travel_of_the_corner(face, unit, low, high, direction):
    way = corner_travel(face, pose(face, unit))
    assert low <= np.linalg.norm(way) <= high
    assert way[:2] @ direction > 0.7 * np.linalg.norm(way[:2])


def test_forehead_skin_converges_when_the_brow_is_raised(face):
    """Below the line of convergence up, above it down (Cotofana 2020, Plast Reconstr Surg)."""
    shape, sites = pose(face, "AU1", "AU2"), site_points(face.head, "left")
    assert travel(face, shape, sites["frontal_eminence"])[1] > 0.5
    assert travel(face, shape, sites["trichion"])[1] < -0.5


@pytest.mark.parametrize("gaze", [None, (0.0, 0.5), (0.0, -0.4), (0.5, 0.0)])
@pytest.mark.parametrize("units", [("AU43",), ("AU45", "AU12"), ("AU43", "AU1", "AU2")])
def test_shut_eye_shows_no_sclera(face, units, gaze):
    """A blink brings the margins together (Doane 1980, Am J Ophthalmol): gap under 0.3 mm."""
    shape, loops = pose(face, *units, gaze=gaze), face.head.topology.loops
    for side in SIDES:

        def edge(name, side=side, shape=shape):
            points = shape[loops[f"{name}_{side}"]]
            return points[np.argsort(points[:, 0])]

        upper, lower = edge("lid_back_upper"), edge("lid_back_lower")
        across = np.linspace(
            max(upper[0, 0], lower[0, 0]) + 1, min(upper[-1, 0], lower[-1, 0]) - 1, 80
        )
        heights = [
            np.interp(across, line[:, 0], line[:, 1])
            for line in (upper, edge("lid_upper"), lower, edge("lid_lower"))
        ]
        gap = np.minimum(*heights[:2]) - np.maximum(*heights[2:])
        assert gap.max() < 0.3


def test_upper_lid_does_most_of_the_closing(face):
    """The lower lid rises under 1 mm in a blink (Doane 1980)."""
    shape, loops = pose(face, "AU45") - face.rig.rest, face.head.topology.loops
    assert shape[loops["lid_upper_left"], 1].min() < -6
    assert 0 < shape[loops["lid_lower_left"], 1].max() < 2.5


def test_lid_follows_the_gaze_and_opens_wide(face):
    """Gain 0.8 to 1.0 of vertical gaze (Guitton 1991); AU5 lifts the margin by 1 to 4 mm."""
    margin = face.head.topology.loops["lid_upper_left"]
    pitch = np.radians(15)
    down = pose(face, gaze=(0.0, pitch))
    way = (face.rig.rest - down)[margin, 1].max()
    radius = face.rig.globes.radius[0] + 1.0
    assert 0.7 * pitch * radius < way < 1.05 * pitch * radius
    assert 1 <= (pose(face, "AU5") - face.rig.rest)[margin, 1].max() <= 4


def test_jaw_opens_as_far_as_published(face):
    """Women 41 to 47 mm, men 56 mm at the incisors (Fukui 2002, Travers 2000, Ferrario 2005).

    Rotation 32 to 34 degrees at the end (Ferrario 2005); under 35 mm counts as restricted.
    """
    lower = face.head.topology.parts["teeth_lower"]
    front = face.rig.rest[lower, 2].argmax() + lower.start
    opening = np.linalg.norm((pose(face, "AU27") - face.rig.rest)[front])
    assert 40 <= opening <= 56
    assert 32 <= np.degrees(face.rig.jaw.max_open) <= 34
    assert 8 <= np.linalg.norm((pose(face, "AU26") - face.rig.rest)[front]) <= 25


def test_skin_slides_over_bone_instead_of_into_it(face):
    """Forehead skin glides on areolar tissue: it goes along the surface, not into it."""
    shape = pose(face, "AU1", "AU2") - face.rig.rest
    skin = face.head.topology.parts["skin"]
    moved = (np.linalg.norm(shape, axis=1)[skin] > 3) & (
        face.head.topology.regions["forehead"] > 0.5
    )
    off = np.einsum("vx,vx->v", shape[skin], skin_normals(face.head))[moved]
    # What is gathered keeps its volume: it rises, by a share of its depth, and never sinks.
    assert off.min() > -0.3
    assert off.mean() < 0.3 * tissue_depth(face.head)[moved].mean()
