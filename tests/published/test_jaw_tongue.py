"""How jaw and tongue move, against published measurements and their own laws."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from risorius.anatomy import load_atlas
from risorius.head import load_head
from risorius.skin.jaw import jaw_from_activation, jaw_motion, make_jaw
from risorius.skin.tongue import make_tongue, tongue_shape

SIDES = ("left", "right")
CHANNELS = load_atlas().channel_ids
OPENERS = ("digastric", "geniohyoid", "mylohyoid", "pterygoideus_lateralis")
CLOSERS = ("masseter", "temporalis", "pterygoideus_medialis")
TONGUE = ("genioglossus", "hyoglossus", "styloglossus", "palatoglossus", "lingua_intrinseca")
OPEN = (0.35, 0.0, 0.0)


@cache
def head(**identity):
    return load_head(**identity)


def part(name, **identity):
    own = head(**identity)
    return own.vertices[own.topology.parts[name]]


def drive(**amounts):
    """Activations (1, c, 2); an amount is one number or one for each side."""
    activation = np.zeros((1, len(CHANNELS), 2))
    for name, amount in amounts.items():
        activation[0, CHANNELS.index(name)] = amount
    return activation


def unit(name, side=None):
    activation = np.zeros((1, len(CHANNELS), 2))
    for (channel, own), amount in load_atlas().expand(name, 1.0, side=side).items():
        activation[0, CHANNELS.index(channel), SIDES.index(own)] += amount
    return activation


def pose(activation, max_open=None):
    max_open = make_jaw(head()).max_open if max_open is None else max_open
    return jaw_from_activation(load_atlas(), activation, max_open=max_open)


def carried(points, jaw_pose, **identity):
    """Points of the mandible, moved with it."""
    jaw = make_jaw(head(**identity))
    turn, shift = jaw_motion(jaw, np.asarray(jaw_pose, dtype=float))
    return Rotation.from_rotvec(turn).apply(points - jaw.pivot) + jaw.pivot + shift


def incisors(activation):
    """Way (3,) [mm] of the lower incisors."""
    lower = part("teeth_lower")
    front = lower[lower[:, 2].argmax()][None]
    return (carried(front, pose(activation)[0]) - front)[0]


# ---------------------------------------------------------------------------------------- jaw


def test_the_jaw_opens_as_far_as_published():
    """41 to 56 mm at the incisors (Fukui 2002, Travers 2000, Ferrario 2005); AU26 8 to 25 mm."""
    everything = drive(**dict.fromkeys(OPENERS, 1.0))
    assert 45 <= np.linalg.norm(incisors(everything)) <= 50
    assert 40 <= np.linalg.norm(incisors(unit("AU27"))) <= 50
    assert 8 <= np.linalg.norm(incisors(unit("AU26"))) <= 25


def test_turning_does_three_quarters_of_the_opening():
    """Rotation is about 77 % of the greatest opening, gliding the rest (Ferrario 2005)."""
    jaw, lower = make_jaw(head()), part("teeth_lower")
    front = lower[lower[:, 2].argmax()]
    turned = Rotation.from_rotvec([jaw.max_open, 0, 0]).apply(front - jaw.pivot) + jaw.pivot
    whole = carried(front[None], [jaw.max_open, 0, 0])[0]
    assert 0.7 <= (turned - front)[1] / (whole - front)[1] <= 0.84


def test_the_condyles_glide_late_and_far():
    """11.9 mm at full opening (Travers 2000); the first 20 mm are nearly a hinge (Posselt 1952)."""
    jaw = make_jaw(head())
    _, shift = jaw_motion(jaw, np.array([[0.2 * jaw.max_open, 0, 0], [jaw.max_open, 0, 0]]))
    early, late = np.linalg.norm(shift, axis=1)
    assert early < 1.5
    assert 10 <= late <= 14
    assert shift[1, 1] < -5 < 5 < shift[1, 2]


def test_protrusion_and_sideways_shift_reach_what_is_published():
    """5 to 11 mm forward, 7 to 13 mm aside, 0.5 to 1.5 mm back (Okeson 2013)."""
    assert 5 <= incisors(unit("AU29"))[2] <= 11
    assert 7 <= incisors(unit("AU30", "left"))[0] <= 13
    assert -1.5 <= incisors(drive(temporalis=1.0))[2] <= -0.5


def test_one_lateral_pterygoid_moves_the_chin_to_the_other_side():
    """Okeson 2013; the other condyle stays, so the incisors go forward as well (Gothic arch)."""
    way = incisors(drive(pterygoideus_lateralis=(0.0, 1.0)))
    assert 7 <= way[0] <= 13
    assert 1 < way[2] < way[0]
    both = pose(drive(pterygoideus_lateralis=1.0))[0]
    assert both[1] > 5
    assert abs(both[2]) < 1e-9


@pytest.mark.parametrize("muscle", OPENERS[:3])
def test_every_opener_opens_alone_but_less_than_all(muscle):
    opening = pose(drive(**{muscle: 1.0}))[0, 0]
    assert 0.1 < opening / make_jaw(head()).max_open < 0.8


def test_a_clench_is_stronger_than_the_openers():
    """Elevators bite with 400 to 1000 N (van der Bilt 2008); 40 % of them hold any opening."""
    held = drive(**dict.fromkeys(OPENERS, 1.0) | dict.fromkeys(CLOSERS, 0.4))
    assert pose(held)[0, 0] == 0
    assert np.abs(pose(unit("AU31"))[0, 1:]).max() < 0.5


amounts = st.lists(st.floats(0, 1), min_size=14, max_size=14)


def masticatory(values):
    rows = np.array(values).reshape(7, 2)
    return drive(**dict(zip(OPENERS + CLOSERS, rows, strict=True)))


@settings(max_examples=60, deadline=None)
@given(amounts)
def test_the_pose_stays_in_its_limits_and_mirrors(values):
    activation = masticatory(values)
    opening, forward, aside = pose(activation)[0]
    assert 0 <= opening <= make_jaw(head()).max_open + 1e-12
    assert -1.5 <= forward <= 11
    assert abs(aside) <= 13
    np.testing.assert_allclose(pose(activation[:, :, ::-1])[0], [opening, forward, -aside])


@settings(max_examples=60, deadline=None)
@given(amounts, st.sampled_from(OPENERS + CLOSERS), st.floats(0.01, 0.2))
def test_more_of_an_opener_never_closes_and_the_pose_never_jumps(values, muscle, more):
    before = masticatory(values)
    after = before.copy()
    row = CHANNELS.index(muscle)
    after[0, row] = np.minimum(after[0, row] + more, 1)
    change = (pose(after) - pose(before))[0]
    assert change[0] * (1 if muscle in OPENERS else -1) >= -1e-12
    assert np.abs(change * [40, 1, 1]).max() < 250 * more


def test_zero_is_the_shut_jaw_exactly():
    assert (pose(drive()) == 0).all()
    turn, shift = jaw_motion(make_jaw(head()), np.zeros((2, 3)))
    assert not turn.any()
    assert not shift.any()


# --------------------------------------------------------------------------------------- teeth


def solid(*, outward):
    """Triangles (k, 3) of one arch, closed over the roots and at its ends."""
    rows, columns = 10, 71
    grid = np.arange(rows * columns).reshape(rows, columns)
    ring = np.concatenate([grid, grid[:1]])
    a, b, c, d = ring[1:, :-1], ring[1:, 1:], ring[:-1, 1:], ring[:-1, :-1]
    faces = [np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))]
    for column, turn in ((grid[:, 0], 1), (grid[:, -1], -1)):
        fan = [(column[0], column[k], column[k + 1])[::turn] for k in range(1, rows - 1)]
        faces.append(np.array(fan))
    triangles = np.concatenate(faces)
    return triangles if outward else triangles[:, ::-1]


def inside(points, vertices, triangles):
    """Which points a closed surface holds, by the solid angle around them."""
    near = cKDTree(vertices).query(points)[0] < 6.0  # no tooth is thicker
    held = np.zeros(len(points), bool)
    for i in np.flatnonzero(near):
        a, b, c = (vertices[triangles[:, k]] - points[i] for k in range(3))
        la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
        volume = np.einsum("tx,tx->t", a, np.cross(b, c))
        base = la * lb * lc
        base += (a * b).sum(1) * lc + (b * c).sum(1) * la + (c * a).sum(1) * lb
        held[i] = abs(np.arctan2(volume, base).sum()) > np.pi
    return held


def distance(point, a, b, c):
    """From a point to the nearest of some triangles [mm]."""
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    off = np.einsum("tx,tx->t", point - a, normal)
    foot, over, edges = point - off[:, None] * normal, np.ones(len(a), bool), []
    for start, end in ((a, b), (b, c), (c, a)):
        way = end - start
        over &= np.einsum("tx,tx->t", np.cross(way, foot - start), normal) >= 0
        share = ((point - start) * way).sum(1) / np.maximum((way * way).sum(1), 1e-12)
        edges.append(np.linalg.norm(point - start - np.clip(share, 0, 1)[:, None] * way, axis=1))
    return min(np.abs(off[over]).min(initial=np.inf), np.min(edges))


def depth(points, vertices, triangles):
    """How deep points lie inside [mm]."""
    corners = [vertices[triangles[:, k]] for k in range(3)]
    deep = points[inside(points, vertices, triangles)]
    return max((distance(point, *corners) for point in deep), default=0.0)


@pytest.mark.parametrize("identity", [{}, {"age_years": 6.0}, {"sex": 1.0, "age_years": 60.0}])
def test_teeth_do_not_pass_through_each_other(identity):
    """Shut, edge to edge in protrusion, aside and on the way there."""
    upper, lower = part("teeth_upper", **identity), part("teeth_lower", **identity)
    surface = solid(outward=True)
    for jaw_pose in ([0, 0, 0], [0, 5, 0], [0, 9, 0], [0, 0, 9], [0, 0, -5], [0.02, 4, -6]):
        moved = carried(lower, jaw_pose, **identity)
        assert not inside(moved, upper, surface).any(), jaw_pose


def test_a_little_of_the_upper_incisors_shows_below_the_lip():
    """Lips just parted show 1.9 mm in men, 3.4 mm in women (Vig Brundo 1978, J Prosthet Dent)."""
    upper = part("teeth_upper")
    front = upper[upper[:, 2] > upper[:, 2].max() - 6]
    lip = head().vertices[head().topology.loops["lip_upper"]]
    middle = lip[np.abs(lip[:, 0]) < 5, 1].mean()
    assert 1.0 <= middle - front[:, 1].min() <= 4.0


# -------------------------------------------------------------------------------------- tongue


@cache
def tongue():
    return make_tongue(head().vertices, make_jaw(head()))


def put(jaw_pose=OPEN, **amounts):
    """Vertices (n, 3) of the tongue with some muscles at work."""
    jaw = make_jaw(head())
    return tongue_shape(tongue(), CHANNELS, drive(**amounts), jaw, [jaw_pose])[0].astype(float)


@cache
def faces():
    topology = head().topology
    own = topology.parts["tongue"]
    triangles = topology.levels[0].triangles
    mine = ((triangles >= own.start) & (triangles < own.stop)).all(axis=1)
    return triangles[mine] - own.start


def volume(points):
    a, b, c = (points[faces()[:, k]] for k in range(3))
    return np.einsum("tx,tx->", a, np.cross(b, c)) / 6


def ahead(points, jaw_pose):
    """Points as seen from the mandible."""
    jaw = make_jaw(head())
    turn, shift = jaw_motion(jaw, np.asarray(jaw_pose, dtype=float))
    return Rotation.from_rotvec(turn).inv().apply(points - shift - jaw.pivot) + jaw.pivot


def test_put_out_it_passes_the_lower_lip_by_25_mm():
    """Greatest protrusion of adults, 25 mm and more beyond the lip."""
    lip = head().vertices[head().topology.loops["lip_border_lower"], 2].max()
    out = ahead(put(genioglossus=1.0), OPEN)
    assert 25 <= out[:, 2].max() - lip <= 45
    # It bends down over the lip instead of standing off.
    assert out[out[:, 2].argmax(), 1] < part("teeth_lower")[:, 1].max()


def test_l_and_d_lift_the_tip_to_the_ridge_behind_the_upper_incisors():
    upper = part("teeth_upper").reshape(10, 71, 3)
    ridge = upper[8:, 33:38].reshape(-1, 3)
    for opening in (0.04, 0.1):
        tip = put((opening, 0, 0), lingua_intrinseca=1.0, genioglossus=0.1)
        away = np.linalg.norm(tip[:, None] - ridge, axis=2).min()
        assert away < 4.0


def test_th_puts_the_tip_between_the_teeth():
    """The tip comes up to the edges of the incisors or a few millimetres beyond, with a gap."""
    shown = (0.07, 0.0, 0.0)
    points = put(shown, genioglossus=0.55, lingua_intrinseca=0.25)
    edge = part("teeth_upper")[:, 2].max() - 3.5
    assert -3 < points[:, 2].max() - edge < 8


def test_k_lifts_the_back_to_the_palate():
    points = put((0.06, 0, 0), styloglossus=0.7, palatoglossus=0.8)
    assert points[:, 1].max() > tongue().palate - 1.5
    back = points[points[:, 1].argmax()]
    assert back[2] < np.median(part("tongue")[:, 2])
    # The tip stays low.
    assert points[points[:, 2].argmax(), 1] < part("teeth_upper")[:, 1].min()


def test_one_genioglossus_turns_the_tip_to_the_other_side():
    """As a palsied tongue put out goes to the weak side (Standring 2020)."""
    points = put(genioglossus=(0.0, 1.0))
    assert points[points[:, 2].argmax(), 0] > 8
    curled = put(lingua_intrinseca=(1.0, 0.0), genioglossus=0.8)
    assert curled[curled[:, 2].argmax(), 0] > 12


POSES = (
    {"genioglossus": 1.0},
    {"genioglossus": (0.0, 1.0)},
    {"hyoglossus": 1.0},
    {"styloglossus": 1.0},
    {"palatoglossus": 1.0},
    {"lingua_intrinseca": 1.0},
    {"lingua_intrinseca": (1.0, 0.0)},
    {"genioglossus": 0.7, "lingua_intrinseca": 0.7},
    {"styloglossus": 0.7, "palatoglossus": 0.8},
)


@pytest.mark.parametrize("amounts", POSES, ids=lambda amounts: "+".join(amounts))
def test_it_keeps_its_volume_and_stays_out_of_the_teeth(amounts):
    """A muscular hydrostat (Kier Smith 1985): within 8 %; penetration under 0.6 mm."""
    triangles, rest = faces(), volume(part("tongue"))
    for jaw_pose in (OPEN, (0.1, 0.0, 0.0)):
        points = put(jaw_pose, **amounts)
        assert abs(volume(points) / rest - 1) < 0.08
        samples = np.concatenate([points, points[triangles].mean(axis=1)])
        assert depth(samples, part("teeth_upper"), solid(outward=True)) < 0.6
        lower = carried(part("teeth_lower"), jaw_pose)
        assert depth(samples, lower, solid(outward=False)) < 0.6


def test_closed_teeth_hold_it_back():
    lower = part("teeth_lower")
    assert put((0, 0, 0), genioglossus=1.0)[:, 2].max() < lower[:, 2].max() - 3


def test_the_resting_tongue_lies_within_the_teeth_at_every_age():
    for identity in ({}, {"age_years": 2.0}, {"age_years": 80.0, "sex": 1.0}):
        points = part("tongue", **identity)
        assert not inside(points, part("teeth_lower", **identity), solid(outward=False)).any()
        assert not inside(points, part("teeth_upper", **identity), solid(outward=True)).any()


def test_nothing_at_work_is_the_rest_shape_and_it_goes_with_the_jaw():
    np.testing.assert_array_equal(put((0, 0, 0)), part("tongue").astype(np.float32))
    aside = (0.2, 2.0, 5.0)
    np.testing.assert_allclose(put(aside), carried(part("tongue"), aside), atol=1e-4)


lingual = st.lists(st.floats(0, 1), min_size=10, max_size=10)
jaws = st.tuples(st.floats(0, 0.5), st.floats(-1, 8), st.floats(-8, 8))


def lingual_drive(values):
    return dict(zip(TONGUE, np.array(values).reshape(5, 2), strict=True))


@settings(max_examples=30, deadline=None)
@given(lingual, jaws)
def test_a_mirrored_drive_gives_the_mirrored_tongue(values, jaw_pose):
    amounts = lingual_drive(values)
    points = put(jaw_pose, **amounts)
    swapped = {name: value[::-1] for name, value in amounts.items()}
    other = put((*jaw_pose[:2], -jaw_pose[2]), **swapped)
    topology = head().topology
    own = topology.parts["tongue"]
    mirror = topology.levels[0].mirror[own] - own.start
    np.testing.assert_allclose(other[mirror] * [-1, 1, 1], points, atol=2e-3)


@settings(max_examples=30, deadline=None)
@given(jaws, st.integers(0, 9), st.floats(0.001, 0.05))
def test_it_begins_to_work_without_a_jump(jaw_pose, which, more):
    """Where teeth that went aside already hold it."""
    values = [0.0] * 10
    before = put(jaw_pose, **lingual_drive(values))
    values[which] += more
    after = put(jaw_pose, **lingual_drive(values))
    assert np.linalg.norm(after - before, axis=1).max() < 120 * more


@settings(max_examples=30, deadline=None)
@given(lingual, jaws, st.integers(0, 9), st.floats(0.001, 0.05))
def test_a_small_change_moves_it_little(values, jaw_pose, which, more):
    values = [min(value, 0.95) for value in values]
    before = put(jaw_pose, **lingual_drive(values))
    values[which] += more
    after = put(jaw_pose, **lingual_drive(values))
    assert np.linalg.norm(after - before, axis=1).max() < 120 * more
