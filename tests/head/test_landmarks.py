"""The tracker's points: on the right parts, symmetrical, and where the tracker sees them."""

import numpy as np
import pytest

from risorius.errors import InputError
from risorius.head import load_head
from risorius.head.landmarks import N_LANDMARKS, landmark_points, load_landmarks

LID_UPPER_LEFT, LID_LOWER_LEFT = (388, 387, 386, 385, 384), (390, 373, 374, 380, 381)
LIPS_UPPER, LIPS_LOWER = (80, 81, 82, 13, 312, 311, 310), (88, 178, 87, 14, 317, 402, 318)
MIDLINE = (10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 2, 164, 0, 13, 14, 17, 18, 200, 199, 175, 152)
PAIRS = (
    (33, 263),
    (133, 362),
    (61, 291),
    (50, 280),
    (234, 454),
    (468, 473),
    (105, 334),
    (469, 476),
)


@pytest.fixture(scope="module")
def head():
    return load_head()


def distance_to_line(points, line):
    start, along = line[:-1], np.diff(line, axis=0)
    part = ((points[:, None] - start) * along).sum(-1) / (along**2).sum(-1)
    place = start + np.clip(part, 0, 1)[..., None] * along
    return np.linalg.norm(points[:, None] - place, axis=-1).min(axis=1)


def test_every_point_lies_in_a_triangle_of_its_part(head):
    table, level = load_landmarks(), head.topology.levels[0]
    assert table.corners.shape == table.weights.shape == (N_LANDMARKS, 3)
    assert table.weights.min() >= 0
    assert np.allclose(table.weights.sum(axis=1), 1)
    quads = {frozenset(quad) for quad in level.quads.tolist()}
    triangles = {frozenset(triangle) for triangle in level.triangles.tolist()}
    for corners, mirrored in zip(table.corners, head.topology.mirror[table.corners], strict=True):
        # On the left a triangle may be the mirror of one, across the other diagonal of its quad.
        assert frozenset(corners.tolist()) in triangles or frozenset(mirrored.tolist()) in triangles
        assert any(set(corners.tolist()) <= quad for quad in quads)
    skin, parts = level.parts["skin"], level.parts
    assert table.corners[:468].max() < skin.stop
    for numbers, part in ((slice(468, 473), "eye_right"), (slice(473, 478), "eye_left")):
        assert table.corners[numbers].min() >= parts[part].start
        assert table.corners[numbers].max() < parts[part].stop


def test_points_mirror_on_a_symmetrical_head(head):
    table, points = load_landmarks(), landmark_points(head)
    assert np.array_equal(table.mirror[table.mirror], np.arange(N_LANDMARKS))
    assert np.allclose(points[table.mirror] * [-1, 1, 1], points, atol=1e-6)
    assert np.allclose(points[list(MIDLINE), 0], 0, atol=1e-6)
    for right, left in PAIRS:
        assert table.mirror[right] == left
        assert points[right, 0] < 0 < points[left, 0]


def test_margins_are_on_the_margins(head):
    points, loops = landmark_points(head), head.topology.loops
    for numbers, name in (
        (LID_UPPER_LEFT, "lid_upper_left"),
        (LID_LOWER_LEFT, "lid_lower_left"),
        (LIPS_UPPER, "lip_upper"),
        (LIPS_LOWER, "lip_lower"),
    ):
        line = head.vertices[loops[name]]
        assert distance_to_line(points[list(numbers)], line).max() < 0.01
        along = points[list(numbers), 0]
        assert np.all(np.diff(along) < 0) or np.all(np.diff(along) > 0)


def test_points_of_the_midline_lie_one_under_the_other(head):
    height = landmark_points(head)[[10, 151, 9, 8, 168, 197, 0, 11, 12, 15, 16, 17, 200, 152], 1]
    assert np.all(np.diff(height) < -1.0)


def test_opening_lips_part_their_points(head):
    moved = head.vertices.copy()
    lower = head.topology.regions["lip_lower"] > 0.5
    moved[: len(lower)][lower] += [0, -10.0, 0]
    before, after = landmark_points(head), landmark_points(head, moved)
    assert np.allclose((after - before)[list(LIPS_LOWER), 1], -10, atol=0.01)
    assert np.allclose((after - before)[list(LIPS_UPPER), 1], 0, atol=0.01)


def test_points_follow_every_frame_and_a_rigid_motion(head):
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    frames = np.stack([head.vertices, head.vertices @ turn.T + [1.0, 2, 3]])
    points = landmark_points(head.topology, frames[None])
    assert points.shape == (1, 2, N_LANDMARKS, 3)
    assert np.allclose(points[0, 0], landmark_points(head))
    assert np.allclose(points[0, 1], points[0, 0] @ turn.T + [1.0, 2, 3])


def test_levels_agree(head):
    fine = landmark_points(head, head.topology.refine(head.vertices), level=1)
    apart = np.linalg.norm(fine - landmark_points(head), axis=1)
    assert np.median(apart) < 0.5
    assert apart.max() < 3.0


def test_other_heads_have_the_same_places():
    small, large = load_head(age_years=6, sex=0), load_head(age_years=50, sex=1, weight=0.9)
    for head in (small, large):
        points = landmark_points(head)
        assert np.array_equal(points, head.landmarks())
        pupils = points[[473, 468]]
        assert np.linalg.norm(pupils[:, :2] - head.eyes.centres[:, :2], axis=1).max() < 2.0
        assert points[1, 2] > points[:, 2].max() - 3.0
    assert np.ptp(landmark_points(small)[:, 1]) < np.ptp(landmark_points(large)[:, 1])


@pytest.mark.slow
def test_the_tracker_sees_them_there(head):
    from risorius.picture import front_camera, render
    from risorius.read.tracker import Tracker

    camera = front_camera(head.vertices, width=640, height=640)
    image = render(head.topology, head.vertices, camera)
    tracker = Tracker()
    tracker.track(image)
    seen = tracker.track(image).points[:, :2]
    placed = camera.project(landmark_points(head))
    apart = np.linalg.norm(placed[:, :2] - seen, axis=1) * placed[:, 2] / camera.focal
    assert np.median(apart) < 1.5
    assert np.percentile(apart, 95) < 5.0


def test_vertices_that_do_not_fit_are_refused(head):
    with pytest.raises(InputError, match="give the vertices"):
        landmark_points(head.topology)
    with pytest.raises(InputError, match="give the vertices"):
        landmark_points(head, level=1)
    with pytest.raises(InputError, match="level 1 are"):
        landmark_points(head, head.vertices, level=1)
    with pytest.raises(InputError, match="level 0 are"):
        landmark_points(head, head.vertices[0])
