"""Laws of the muscles' bodies: closed, symmetric, anchored, of one volume, under the skin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from risorius.anatomy import load_atlas
from risorius.errors import InputError
from risorius.head import load_head
from risorius.head.attachments import fibre_points, load_fibres, site_points
from risorius.picture import front_camera, orbit, see
from risorius.skin.muscles import make_muscles

CHANNELS = load_atlas().channel_ids
STILL = np.zeros((len(CHANNELS), 2))


@pytest.fixture(scope="module")
def head():
    return load_head()


@pytest.fixture(scope="module")
def muscles(head):
    return make_muscles(head)


def working(**amounts):
    activation = STILL.copy()
    for channel, amount in amounts.items():
        activation[CHANNELS.index(channel.replace("__", "."))] = amount
    return activation


def smiling(head, reach=10.0):
    """The corners of the mouth drawn up and out, the skin around them with them."""
    shape, skin = head.vertices.copy(), head.topology.parts["skin"]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        at = site_points(head, side)["modiolus"]
        near = np.exp(-(((head.vertices[skin] - at) / 22.0) ** 2).sum(axis=1))
        way = np.array([0.62 * sign, 0.72, -0.32])
        shape[skin] += reach * near[:, None] * way
    return shape


def opened(head, angle):
    """The lower teeth and what is near them turned about the hinge of the jaw."""
    shape = head.vertices.copy()
    hinge = site_points(head, "left")["tragion"] * [0, 1, 1]
    turn = Rotation.from_euler("x", angle).as_matrix()
    lower = 1 / (1 + np.exp((shape[:, 1] + 28.0) / 4.0)) / (1 + np.exp((40.0 - shape[:, 2]) / 6.0))
    parts = head.topology.parts
    lower[parts["teeth_upper"]] = 0.0
    lower[parts["teeth_lower"]] = 1.0
    moved = (shape - hinge) @ turn.T + hinge
    return shape + lower[:, None] * (moved - shape), turn, hinge


def test_every_muscle_with_fibres_has_a_closed_body_on_both_sides(muscles):
    assert {(body.channel, body.side) for body in muscles.bodies} == {
        (channel, side) for channel in load_fibres() for side in ("left", "right")
    }
    assert len(muscles.triangles) <= 40_000
    assert (muscles.volume > 5.0).all()
    for body in muscles.bodies:
        triangles = muscles.triangles[body.triangles]
        assert triangles.min() == body.vertices.start
        assert triangles.max() == body.vertices.stop - 1
        edges = np.concatenate([triangles[:, [k, (k + 1) % 3]] for k in range(3)])
        # Each edge is run through once in each direction.
        forward = {tuple(edge) for edge in edges.tolist()}
        assert len(forward) == len(edges)
        assert forward == {edge[::-1] for edge in forward}


def test_left_and_right_are_mirror_images_at_rest_and_at_work(head, muscles):
    half = len(muscles.vertices) // 2
    shape = smiling(head)
    moved = muscles.pose(shape, working(zygomaticus_major=1.0, orbicularis_oculi__orbitalis=0.5))
    for vertices in (muscles.vertices, moved):
        mirrored = vertices[half:] * [-1.0, 1.0, 1.0]
        assert np.abs(vertices[:half] - mirrored).max() < 1e-6
    one_sided = STILL.copy()
    one_sided[CHANNELS.index("zygomaticus_major"), 0] = 1.0
    moved = muscles.pose(head.vertices, one_sided)
    left, right = (muscles.body("zygomaticus_major", side) for side in ("left", "right"))
    assert np.abs(moved - muscles.vertices)[left.vertices].max() > 0.1
    assert np.abs(moved - muscles.vertices)[right.vertices].max() == 0


def test_at_rest_they_are_at_rest(head, muscles):
    assert np.abs(muscles.pose(head.vertices, STILL) - muscles.vertices).max() < 1e-9


def ends(muscles, vertices, body):
    along = muscles.along[body.vertices]
    mine = vertices[body.vertices]
    return mine[along == 0].mean(axis=0), mine[along == 1].mean(axis=0)


def test_a_smile_shortens_and_thickens_zygomaticus_and_keeps_every_volume(head, muscles):
    body = muscles.body("zygomaticus_major", "left")
    moved = muscles.pose(smiling(head), working(zygomaticus_major=1.0))
    assert np.abs(muscles.volumes(moved) / muscles.volume - 1).max() < 0.05
    lengths, sections = [], []
    for vertices in (muscles.vertices, moved):
        start, end = ends(muscles, vertices, body)
        lengths.append(np.linalg.norm(end - start))
        belly = vertices[body.vertices][np.abs(muscles.along[body.vertices] - 0.5) < 0.04]
        way = (end - start) / lengths[-1]
        flat = belly - np.outer(belly @ way, way)
        sections.append(np.sqrt(np.linalg.det(np.cov(flat.T)[:2, :2] + 1e-12)))
    assert lengths[1] < lengths[0] - 6.0
    assert sections[1] > 1.15 * sections[0]


def test_a_clenched_masseter_swells_though_nothing_moves(head, muscles):
    body = muscles.body("masseter", "left")
    moved = muscles.pose(head.vertices, working(masseter=1.0))
    out = (moved - muscles.vertices)[body.vertices]
    belly = np.abs(muscles.along[body.vertices] - 0.5) < 0.1
    assert np.abs(out[belly]).max() > 0.5
    assert np.abs(muscles.volumes(moved) / muscles.volume - 1).max() < 0.01


def test_origins_stay_on_the_skull_and_insertions_go_with_the_skin(head, muscles):
    shape = smiling(head)
    moved = muscles.pose(shape, STILL)
    level = head.topology.levels[0]
    for channel in ("zygomaticus_major", "zygomaticus_minor", "levator_labii_superioris"):
        body = muscles.body(channel, "left")
        before, after = ends(muscles, muscles.vertices, body), ends(muscles, moved, body)
        assert np.linalg.norm(after[0] - before[0]) < 0.3
        corners = [level.triangles[fibre.triangle[-1]] for fibre in load_fibres()[channel]]
        carried = (shape - head.vertices)[np.array(corners)].mean(axis=(0, 1))
        assert np.linalg.norm(carried) > 2.0
        assert np.linalg.norm(after[1] - before[1] - carried) < 0.35 * np.linalg.norm(carried)


def test_jaw_muscles_reach_from_the_skull_to_the_jaw(head, muscles):
    shape, turn, hinge = opened(head, 0.3)
    moved = muscles.pose(shape, STILL)
    for channel in ("masseter", "temporalis"):
        body = muscles.body(channel, "right")
        before, after = ends(muscles, muscles.vertices, body), ends(muscles, moved, body)
        assert np.linalg.norm(after[0] - before[0]) < 0.3
        carried = (before[1] - hinge) @ turn.T + hinge
        assert np.linalg.norm(after[1] - carried) < 3.0
        assert np.linalg.norm(carried - before[1]) > 5.0
    assert np.abs(muscles.volumes(moved) / muscles.volume - 1).max() < 0.05


def closed_triangles(head):
    """The skin, and the eyes that fill its openings."""
    level = head.topology.levels[1]
    return level.triangles[level.triangles.max(axis=1) < level.parts["eye_right"].stop]


# Heads are symmetric: what one side hides the other hides too.
VIEWS = [(yaw, pitch) for yaw in (0, 35, 75) for pitch in (-25, 0, 25)] + [(120, 0), (180, -20)]


@pytest.mark.parametrize(
    "person", [{}, {"age_years": 6.0}, {"age_years": 70.0, "sex": 1.0, "weight": 0.8}]
)
def test_nothing_pokes_through_the_closed_skin(person):
    head = load_head(**person)
    muscles = make_muscles(head)
    camera = front_camera(head.vertices, width=300, height=360)
    skin, faces = head.topology.refine(head.vertices), closed_triangles(head)
    for yaw, pitch in VIEWS:
        view = orbit(camera, np.radians(yaw), np.radians(pitch))
        _, over = see(skin, faces, view)
        owner, under = see(muscles.vertices, muscles.triangles, view)
        seen = np.isfinite(over) & np.isfinite(under)
        out = over[seen] - under[seen]
        first = muscles.triangles[owner[seen][out.argmax()], 0]
        assert out.max() < 0.3, (muscles.bodies[muscles.owner[first]].channel, yaw, pitch)


@pytest.mark.parametrize(
    ("over", "under", "yaw"),
    [
        ("orbicularis_oculi.orbitalis", "frontalis.medialis", 0),
        ("frontalis.medialis", "corrugator_supercilii.transverse", 0),
        ("orbicularis_oculi.orbitalis", "corrugator_supercilii.transverse", 0),
        ("orbicularis_oculi.orbitalis", "levator_labii_superioris", 0),
        ("orbicularis_oculi.pretarsalis", "levator_palpebrae_superioris", 0),
        ("depressor_anguli_oris", "depressor_labii_inferioris", 0),
        ("depressor_labii_inferioris", "mentalis", 0),
        ("levator_labii_superioris", "levator_anguli_oris", 0),
        ("zygomaticus_major", "buccinator", 60),
        ("risorius", "buccinator", 60),
        ("platysma.modiolaris", "masseter", 90),
        ("temporoparietalis", "temporalis", 90),
    ],
)
def test_they_lie_in_the_layers_of_anatomy(head, muscles, over, under, yaw):
    camera = orbit(front_camera(head.vertices, width=400, height=480), np.radians(yaw))
    depths = []
    for channel in (over, under):
        body = muscles.body(channel, "left")
        _, depth = see(muscles.vertices, muscles.triangles[body.triangles], camera)
        depths.append(depth)
    both = np.isfinite(depths[0]) & np.isfinite(depths[1])
    assert both.sum() > 10
    assert np.mean(depths[0][both] < depths[1][both] + 0.3) > 0.85


@pytest.mark.parametrize("person", [{"age_years": 4.0}, {"sex": 1.0, "weight": 0.9}])
def test_they_follow_every_identity(head, muscles, person):
    other = load_head(**person)
    theirs = make_muscles(other)
    assert len(theirs.bodies) == len(muscles.bodies)
    for channel in ("zygomaticus_major", "mentalis", "frontalis.medialis"):
        body = theirs.body(channel, "left")
        start, end = ends(theirs, theirs.vertices, body)
        fibres = fibre_points(other, channel, "left")
        assert np.linalg.norm(start - np.mean([f[0] for f in fibres], axis=0)) < 3.0
        assert np.linalg.norm(end - np.mean([f[-1] for f in fibres], axis=0)) < 4.5
    assert theirs.volume.sum() != pytest.approx(muscles.volume.sum(), rel=0.01)


def test_zygomaticus_runs_from_the_cheekbone_to_the_corner_of_the_mouth(head, muscles):
    sites = site_points(head, "left")
    start, end = ends(muscles, muscles.vertices, muscles.body("zygomaticus_major", "left"))
    # It arises behind the malar eminence, before the suture with the temporal bone.
    assert np.linalg.norm(start - sites["malar"]) < 25
    assert start[0] > sites["malar"][0]
    assert start[2] < sites["malar"][2]
    assert np.linalg.norm(end - sites["modiolus"]) < 12


def test_what_does_not_fit_is_refused(head, muscles):
    with pytest.raises(InputError, match="as the head at rest"):
        muscles.pose(head.vertices[:-1], STILL)
    with pytest.raises(InputError, match="activation has shape"):
        muscles.pose(head.vertices, STILL[:-1])
    with pytest.raises(InputError, match="no body for channel 'genioglossus'"):
        muscles.body("genioglossus", "left")
