"""Heads of many people: sane, symmetric, and with eyes and lips that fit."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import risorius.anatomy
from risorius.head import detail_ranges, load_head, load_topology
from risorius.head.eye import IRIS_RADIUS, globe_height
from risorius.head.topology import _DATA

TOPOLOGY = load_topology()
SKIN = TOPOLOGY.parts["skin"]
FLIP = np.array([-1.0, 1.0, 1.0])
PEOPLE = [
    {"age_years": age, "sex": sex, "ancestry": {ancestry: 1}}
    for age, sex, ancestry in itertools.product(
        (1, 10, 25, 90), (0, 1), ("african", "asian", "caucasian")
    )
]
SYMMETRIC = sorted(
    name for name in detail_ranges() if not name.startswith(("asym-", "l-", "r-"))
    and name not in {f"{part}-trans-horiz" for part in ("head", "mouth", "neck", "nose")}
)  # fmt: skip
IDENTITY = st.fixed_dictionaries(
    {
        "age_years": st.floats(1, 90),
        "sex": st.floats(0, 1),
        "weight": st.floats(0, 1),
        "detail": st.dictionaries(st.sampled_from(SYMMETRIC), st.floats(0, 1), max_size=4),
    }
)
FACTS = yaml.safe_load(
    (Path(risorius.anatomy.__file__).parent / "facts" / "jaw_eye.yaml").read_text("utf-8")
)["facts"]


def mirrored(vertices):
    return vertices[TOPOLOGY.mirror] * FLIP


def width(head, region):
    inside = TOPOLOGY.regions[region] > 0.5
    return np.ptp(head.vertices[SKIN][inside, 0])


@settings(max_examples=25)
@given(IDENTITY)
def test_a_head_without_asymmetry_is_its_own_mirror_image(identity):
    vertices = load_head(**identity).vertices
    assert np.isfinite(vertices).all()
    assert np.abs(mirrored(vertices) - vertices).max() < 1e-9


@pytest.mark.parametrize("name", ["eye-scale", "cheek-volume", "ear-wing", "eye-corner1"])
def test_a_detail_of_one_side_is_the_mirror_of_the_other(name):
    left = load_head(detail={f"l-{name}": 0.7}).vertices
    right = load_head(detail={f"r-{name}": 0.7}).vertices
    assert np.abs(mirrored(left) - right).max() < 1e-9
    moved = np.abs(left - load_head().vertices).max(axis=1)[SKIN]
    assert moved[load_head().vertices[SKIN, 0] > 5].max() > 1
    assert moved[load_head().vertices[SKIN, 0] < -30].max() < 1e-9


def test_asymmetric_details_are_asymmetric():
    vertices = load_head(detail={"asym-jaw-1": 1.0}).vertices
    assert np.abs(mirrored(vertices) - vertices).max() > 1


def test_the_same_person_is_the_same_head_and_another_is_not():
    one, same = load_head(age_years=40, sex=1), load_head(age_years=40, sex=1)
    assert one.vertices.tobytes() == same.vertices.tobytes()
    assert one.fingerprint == same.fingerprint != load_head(age_years=41, sex=1).fingerprint
    assert one.topology is same.topology


def test_nothing_can_be_changed():
    head = load_head()
    for array in (head.vertices, head.eyes.centres, head.eyes.radii, TOPOLOGY.levels[1].quads):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("sex", [0, 1])
def test_children_grow(sex):
    heads = [load_head(age_years=age, sex=sex) for age in (1, 5, 10, 18, 25)]
    for region in ("ear", "jaw", "lids_upper"):
        spans = [width(head, region) for head in heads]
        assert spans == sorted(spans)


def test_men_have_longer_jaws_and_heavy_people_wider_faces():
    woman, man = load_head(sex=0), load_head(sex=1)
    chin = TOPOLOGY.regions["chin"] > 0.5
    assert man.vertices[SKIN][chin, 1].min() < woman.vertices[SKIN][chin, 1].min() - 2
    widths = [width(load_head(weight=weight), "jaw") for weight in (0, 0.5, 1)]
    assert widths == sorted(widths)
    assert widths[-1] > widths[0] + 5


def test_a_face_has_the_size_of_faces():
    eye, lid, face = FACTS["eye"], FACTS["lid"], FACTS["face"]
    head = load_head(age_years=30)
    vertices, loops = head.vertices, TOPOLOGY.loops
    centre = head.eyes.centres[0]
    upper, lower = vertices[loops["lid_upper_left"]], vertices[loops["lid_lower_left"]]
    assert head.eyes.iris_radius == eye["iris_visible"]["typ"] / 2
    assert head.eyes.pupil_radius == eye["pupil"]["typ"] / 2
    assert head.eyes.radii[0] == eye["globe_radius"]["typ"]
    pupils = eye["interpupillary"]["all"]
    assert 2 * centre[0] == pytest.approx(pupils["mean"], abs=pupils["sd"])
    for fact, distance in (
        (lid["fissure_width"]["all"], np.linalg.norm(upper[-1] - upper[0])),
        (lid["fissure_height"]["all"], upper[:, 1].max() - lower[:, 1].min()),
        (lid["mrd1"], upper[:, 1].max() - centre[1]),
        (lid["mrd2"], centre[1] - lower[:, 1].min()),
    ):
        low, high = fact["range"]
        assert low < distance < high
    # The average of both sexes against men and women, three standard deviations wide.
    mouth = np.ptp(vertices[loops["lip_border_upper"], 0])
    for name, distance in (
        ("inner_canthi", 2 * upper[0, 0]),
        ("outer_canthi", 2 * upper[-1, 0]),
        ("mouth_width", mouth),
    ):
        women, men = face[name]["women"], face[name]["men"]
        assert women["mean"] - 3 * women["sd"] < distance < men["mean"] + 3 * men["sd"]


def clearance(points, centre, radius):
    """How far points lie outside a globe with its cornea [mm]."""
    offset = points - centre
    aside = np.hypot(offset[:, 0], offset[:, 1])
    before_cornea = (offset[:, 2] > 0) & (aside < IRIS_RADIUS)
    return np.where(
        before_cornea,
        offset[:, 2] - globe_height(aside, radius),
        np.linalg.norm(offset, axis=1) - radius,
    )


@pytest.mark.parametrize("person", PEOPLE, ids=str)
def test_lids_lie_on_the_eyes(person):
    head = load_head(**person)
    fine = TOPOLOGY.refine(head.vertices)[TOPOLOGY.levels[1].parts["skin"]]
    behind = TOPOLOGY.refined_regions()["eye_socket"] > 1e-6
    for number, side in enumerate(("left", "right")):
        centre, radius = head.eyes.centres[number], head.eyes.radii[number]
        margin = np.concatenate(
            [TOPOLOGY.loops[f"lid_back_{lid}_{side}"] for lid in ("upper", "lower")]
        )
        on_globe = np.hypot(*(head.vertices[margin] - centre)[:, :2].T) < 0.9 * radius
        gap = clearance(head.vertices[margin], centre, radius)[on_globe]
        assert 0.3 < gap.min() <= gap.max() < 0.6
        gap = clearance(fine[margin], centre, radius)[on_globe]
        assert 0.05 < gap.min() <= gap.max() < 0.6
        # No globe through the skin anywhere that can be seen.
        assert clearance(fine[~behind], centre, radius).min() > -0.25


@pytest.mark.parametrize("name", [n for n in SYMMETRIC if n.startswith(("eye-", "head-"))])
@pytest.mark.parametrize("end", [0, 1])
def test_lids_lie_on_the_eyes_of_extreme_faces(name, end):
    head = load_head(detail={name: detail_ranges()[name][end]})
    centre, radius = head.eyes.centres[0], head.eyes.radii[0]
    margin = head.vertices[TOPOLOGY.loops["lid_back_upper_left"]]
    on_globe = np.hypot(*(margin - centre)[:, :2].T) < 0.9 * radius
    assert on_globe.sum() >= 5
    gap = clearance(margin[on_globe], centre, radius)
    assert 0.3 < gap.min() <= gap.max() < 0.6


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("person", PEOPLE[::5], ids=str)
def test_lips_are_closed(person, level):
    vertices = load_head(**person).vertices
    if level:  # level 1 begins with the same vertices
        vertices = TOPOLOGY.refine(vertices)
    upper, lower = vertices[TOPOLOGY.loops["lip_upper"]], vertices[TOPOLOGY.loops["lip_lower"]]
    height = np.interp(upper[2:-2, 0], lower[:, 0], lower[:, 1])
    assert (upper[2:-2, 1] - height).max() < 0.15
    assert (upper[2:-2, 1] - height).min() > -0.5


def test_pupil_and_iris_are_rings_that_look_ahead():
    head = load_head()
    level = TOPOLOGY.levels[0]
    for number, side in enumerate(("left", "right")):
        for material, radius in (("iris", IRIS_RADIUS), ("pupil", head.eyes.pupil_radius)):
            own = (level.triangle_material == level.material_names.index(material)) & (
                level.triangle_part == level.part_names.index(f"eye_{side}")
            )
            ring = head.vertices[np.unique(level.triangles[own])] - head.eyes.centres[number]
            assert np.hypot(ring[:, 0], ring[:, 1]).max() == pytest.approx(radius)
            assert ring[:, 2].min() > 0.8 * head.eyes.radii[number]


@pytest.mark.parametrize("person", PEOPLE[::7], ids=str)
def test_lashes_grow_from_the_lids(person):
    head = load_head(**person)
    for side in ("left", "right"):
        lashes = head.vertices[TOPOLOGY.parts[f"lashes_{side}"]].reshape(-1, 4, 2, 3).mean(axis=2)
        margin = np.concatenate([TOPOLOGY.loops[f"lid_{lid}_{side}"] for lid in ("upper", "lower")])
        far = np.linalg.norm(lashes[:, 0, None] - head.vertices[margin], axis=2).min(axis=1)
        assert far.max() < 2.5  # half the way between two vertices of the lid at most
        assert (lashes[:, -1, 2] > lashes[:, 0, 2] - 2).all()
    assert set(TOPOLOGY.lash_roots) <= {
        vertex
        for name, loop in TOPOLOGY.loops.items()
        if name.startswith("lid_")
        for vertex in loop
    }


@pytest.mark.parametrize("person", PEOPLE[::5], ids=str)
def test_teeth_stay_behind_closed_lips(person):
    head = load_head(**person)
    lips = head.vertices[TOPOLOGY.loops["lip_upper"]]
    for part in ("teeth_upper", "teeth_lower"):
        teeth = head.vertices[TOPOLOGY.parts[part]]
        middle = np.abs(teeth[:, 0]) < 8
        assert teeth[middle, 2].max() < lips[len(lips) // 2, 2] + 1


@pytest.mark.parametrize("end", [0, 1])
def test_every_extreme_is_a_finite_head(end):
    for name, limits in detail_ranges().items():
        vertices = load_head(detail={name: limits[end]}).vertices
        assert np.isfinite(vertices).all()
        assert np.abs(vertices).max() < 300


def test_the_data_file_is_small():
    assert _DATA.stat().st_size < 4_000_000
