"""Eyes that shut: nothing of the globe is seen, and the lashes stay on their lids."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.clip import new_clip
from risorius.face import deform, load_face
from risorius.picture import Camera, see
from risorius.skin.contact import make_contact

SHUT = "orbicularis_oculi.pretarsalis"
PIXEL = 0.1  # mm
OTHERS = [
    {},
    {"zygomaticus_major": 1.0, "orbicularis_oculi.orbitalis": 1.0},
    {"frontalis.medialis": 1.0, "frontalis.lateralis": 1.0},
    {"corrugator_supercilii.transverse": 1.0, "procerus": 1.0},
    {"levator_labii_superioris_alaeque_nasi": 1.0},
]


def shape_of(face, curves, *, level=0, gaze=None):
    more = {} if gaze is None else {"gaze": np.asarray(gaze, np.float32)[None]}
    clip = new_clip([0.0], {name: [amount] for name, amount in curves.items()}, **more)
    return deform(face, clip, level=level).values[0]


def seen_of_the_eye(face, shape):
    """Area of the left eye that a camera straight in front sees past the skin [mm2]."""
    level = face.head.topology.levels[1]
    names = list(level.part_names)
    solid = np.isin(level.triangle_part, [names.index("skin"), names.index("eye_left")])
    where = face.head.eyes.centres[0] + [0, 0, 900]
    camera = Camera(600, 400, 900 / PIXEL, np.diag([1.0, -1, -1]), where)
    owner, _ = see(shape, level.triangles[solid], camera)
    part = level.triangle_part[solid]
    return (part[owner[owner >= 0]] == names.index("eye_left")).sum() * (PIXEL / 2) ** 2


@pytest.fixture(scope="module")
def touch(face):
    return make_contact(face.head)


@pytest.mark.parametrize("others", OTHERS, ids=lambda curves: "+".join(curves) or "alone")
def test_a_shut_eye_shows_nothing_of_the_globe(face, touch, others):
    curves = {SHUT: 1.0, **others}
    assert touch.cover(shape_of(face, curves)) < 0.3
    assert seen_of_the_eye(face, shape_of(face, curves, level=1)) < 1.0
    assert seen_of_the_eye(face, shape_of(face, {}, level=1)) > 100


@pytest.mark.parametrize("gaze", [(0.0, 0.5), (0.0, -0.4), (0.5, 0.2)])
def test_it_stays_shut_wherever_the_eye_looks(face, touch, gaze):
    curves = {SHUT: 1.0}
    assert touch.cover(shape_of(face, curves, gaze=[gaze, gaze])) < 0.3
    assert seen_of_the_eye(face, shape_of(face, curves, level=1, gaze=[gaze, gaze])) < 1.0


def test_it_shuts_by_and_by(face, touch):
    amounts = np.linspace(0, 1, 11)
    cover = [touch.cover(shape_of(face, {SHUT: amount})) for amount in amounts]
    assert 8 < cover[0] < 13
    assert (np.diff(cover) < 0.05).all()
    assert cover[5] > 2


def test_the_edge_of_a_shut_lid_has_no_kink(face):
    """Seen from the front, the line of the lashes bends gently from corner to corner."""
    line = face.head.topology.loops["lid_upper_left"]
    shape = shape_of(face, {SHUT: 1.0})[line, :2]
    way = np.diff(shape, axis=0)
    inner = way[2:-1]  # at the corners themselves the lids turn into each other
    angle = np.degrees(np.unwrap(np.arctan2(inner[:, 1], inner[:, 0])))
    assert np.abs(np.diff(angle)).max() < 30
    rest = face.head.vertices[line, :2]
    assert (shape[3:-3, 1] < rest[3:-3, 1] - 1).all()


@pytest.mark.parametrize("curves", [{SHUT: 1.0}, {SHUT: 0.5, "zygomaticus_major": 1.0}])
def test_lashes_stay_on_the_lid(face, touch, curves):
    shape = shape_of(face, curves).astype(float)
    roots = touch.lashes
    ends = shape[roots.margin]
    weight = roots.weight[:, None]
    foot = (1 - weight) * ends[:, 0] + weight * ends[:, 1] + roots.offset
    assert np.linalg.norm(shape[roots.hair[:, :2]].mean(axis=1) - foot, axis=1).max() < 0.01


@pytest.mark.slow
@pytest.mark.parametrize(
    "identity", [{"age_years": 5, "sex": 0.2}, {"age_years": 80, "sex": 1.0, "weight": 0.3}]
)
def test_eyes_of_other_faces_shut(identity):
    face = load_face(**identity)
    assert make_contact(face.head).cover(shape_of(face, {SHUT: 1.0})) < 0.3
    assert seen_of_the_eye(face, shape_of(face, {SHUT: 1.0}, level=1)) < 1.0
