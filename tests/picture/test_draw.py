"""Laws of the rasteriser on simple bodies, and of the painted head."""

import numpy as np
import pytest

from risorius.errors import InputError
from risorius.head import load_head
from risorius.picture import Camera, Look, front_camera, orbit, render, see

FRONT = np.diag([1.0, -1.0, -1.0])


@pytest.fixture(scope="module")
def head():
    return load_head()


def sphere(radius, centre=(0.0, 0.0, 0.0), rings=96):
    turn, tilt = np.meshgrid(
        np.linspace(0, 2 * np.pi, 2 * rings, endpoint=False), np.linspace(0, np.pi, rings + 1)
    )
    ring = np.sin(tilt)
    points = np.stack([ring * np.sin(turn), np.cos(tilt), ring * np.cos(turn)], axis=-1)
    number = np.arange(points[..., 0].size).reshape(points.shape[:2])
    after = np.roll(number, -1, axis=1)
    upper = np.stack([number[:-1], number[1:], after[1:]], axis=-1).reshape(-1, 3)
    lower = np.stack([number[:-1], after[1:], after[:-1]], axis=-1).reshape(-1, 3)
    return points.reshape(-1, 3) * radius + centre, np.concatenate([upper, lower])


def camera(width=320, height=240, distance=400.0, focal=500.0):
    return Camera(width, height, focal, FRONT, np.array([0.0, 0.0, distance]))


def test_sphere_covers_the_area_of_its_outline():
    view = camera()
    owner, depth = see(*sphere(50.0), view)
    # The outline is the cone that touches the sphere.
    outline = view.focal * 50 / np.sqrt(400.0**2 - 50**2)
    area = np.count_nonzero(owner >= 0) / 4
    assert area == pytest.approx(np.pi * outline**2, rel=0.003)
    assert depth.min() == pytest.approx(350, abs=0.05)


def test_depth_is_that_of_the_analytic_sphere():
    view = camera()
    _, depth = see(*sphere(50.0, rings=200), view)
    rows, columns = np.nonzero(np.isfinite(depth))
    rays = view.rays(np.stack([columns + 0.5, rows + 0.5], axis=1) / 2)
    along = rays @ -view.position
    inside = along**2 - (400.0**2 - 50.0**2)
    sure = inside > 100
    exact = (along - np.sqrt(np.maximum(inside, 0))) * -rays[:, 2]
    assert np.abs(depth[rows, columns] - exact)[sure].max() < 0.05


def test_mesh_has_no_cracks():
    owner, _ = see(*sphere(50.0), camera())
    for line in owner[owner.max(axis=1) >= 0]:
        seen = np.flatnonzero(line >= 0)
        assert len(seen) == seen[-1] - seen[0] + 1


def test_nearer_wins_whatever_the_order():
    big, faces = sphere(50.0)
    small, more = sphere(20.0, (10.0, 5.0, 60.0))
    both = np.concatenate([big, small])
    triangles = np.concatenate([faces, more + len(big)])
    owner, depth = see(both, triangles, camera())
    order = np.random.default_rng(3).permutation(len(triangles))
    shuffled, again = see(both, triangles[order], camera())
    assert np.array_equal(depth, again)
    back = np.where(shuffled >= 0, order[shuffled], -1)
    # On a shared edge two triangles are equally near; everything else must agree.
    assert np.mean(back == owner) > 0.999
    assert owner[240 - 10, 320 + 20] >= len(faces)


def test_triangles_from_behind_are_not_seen():
    points, faces = sphere(50.0)
    owner, _ = see(points, faces[:, ::-1], camera())
    front, _ = see(points, faces, camera())
    # Turned inside out, one looks through the near half at the far one.
    assert front.max() >= 0
    assert not np.intersect1d(owner[owner >= 0], front[front >= 0]).size


def test_triangles_out_of_the_picture_or_behind_the_camera_do_no_harm():
    points, faces = sphere(50.0)
    view = camera(distance=40.0)  # within the sphere
    owner, _ = see(points, faces, view)
    assert np.all(owner == -1)
    owner, _ = see(points + np.array([5000.0, 0, 0]), faces, camera())
    assert np.all(owner == -1)


def test_same_vertices_same_bytes(head):
    view = front_camera(head.vertices, width=320, height=240)
    first = render(head.topology, head.vertices, view)
    render(head.topology, head.vertices + 1.0, orbit(view, 0.4))
    again = render(head.topology, head.vertices, view)
    assert first.tobytes() == again.tobytes()


def test_mirrored_head_gives_the_mirrored_picture(head):
    topology = head.topology
    moved = head.vertices.copy()
    moved[:, 1] += 2.0 * np.exp(-(((moved - [25.0, -25.0, 100.0]) / 25.0) ** 2).sum(axis=1))
    flipped = moved[topology.mirror] * [-1, 1, 1]
    view = front_camera(head.vertices, width=640, height=480)
    view = orbit(view, 0.35, -0.1)
    other = orbit(front_camera(head.vertices, width=640, height=480), -0.35, -0.1)
    look = Look()
    right, up, out = look.key
    image = render(topology, moved, view, look=look)
    mirrored = render(topology, flipped, other, look=Look(key=(-right, up, out)))
    difference = np.abs(image.astype(int) - mirrored[:, ::-1].astype(int)).max(axis=2)
    # Quads are cut along one diagonal on both sides, which moves a few outlines by a sample.
    assert np.mean(difference > 8) < 0.004
    unmirrored = np.abs(image.astype(int) - mirrored.astype(int)).max(axis=2)
    assert np.mean(unmirrored > 8) > 0.05


def test_moving_head_and_camera_together_changes_nothing(head):
    view = front_camera(head.vertices, width=320, height=240)
    turn = orbit(view, 0.5, 0.2, about=(0.0, 0.0, 0.0))
    carry = turn.rotation.T @ view.rotation
    image = render(head.topology, head.vertices, view)
    carried = render(head.topology, head.vertices @ carry.T, turn)
    difference = np.abs(image.astype(int) - carried.astype(int)).max(axis=2)
    assert np.mean(difference > 6) < 0.005


def test_outlines_are_smooth(head):
    view = front_camera(head.vertices, width=320, height=240)
    image = render(head.topology, head.vertices, view, look=Look(backdrop=(0.0, 0.0, 0.0)))
    owner, _ = see(head.topology.refine(head.vertices), head.topology.levels[1].triangles, view)
    share = (owner >= 0).reshape(240, 2, 320, 2).mean(axis=(1, 3))
    border = (share > 0) & (share < 1)
    assert border.sum() > 100
    brightness = image.max(axis=2)
    half, full = brightness[np.isclose(share, 0.5)].mean(), brightness[share == 1].mean()
    assert 0.2 * full < half < 0.9 * full
    assert brightness[share == 0].max() == 0


def test_a_face_has_light_skin_red_lips_and_dark_pupils(head):
    view = front_camera(head.vertices, width=640, height=640)
    image = render(head.topology, head.vertices, view).astype(float)

    def at(point):
        x, y, _ = view.project(point)
        return image[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2].mean(axis=(0, 1))

    skin = head.vertices[head.topology.parts["skin"]]
    forehead = at(skin[np.argmax(head.topology.regions["forehead"])])
    lower = head.topology.regions["lip_lower"]
    lip = at(skin[lower > 0.9].mean(axis=0))
    pupil = at(head.eyes.centres[0] + [0, 0, head.eyes.radii[0]])
    assert forehead.min() > 100
    assert lip[1] / lip[0] < 0.85 * forehead[1] / forehead[0]
    assert pupil.max() < 0.6 * forehead.min()


def brightness_at(image, view, points):
    x, y, _ = view.project(points).T
    return image.astype(float).mean(axis=2)[np.floor(y).astype(int), np.floor(x).astype(int)]


@pytest.mark.parametrize("level", [0, 1])
def test_a_brow_lies_over_the_eye_from_corner_to_corner(head, level):
    view = front_camera(head.vertices, width=900, height=900)
    image = render(head.topology, head.vertices, view, level=level)
    eye = head.eyes.centres[0]
    heights = np.arange(13.0, 36.0, 0.25)
    for aside, depth, least in ((-13.0, 99.0, 6.0), (0.0, 95.0, 6.0), (13.0, 84.0, 2.5)):
        place = np.stack(np.broadcast_arrays(eye[0] + aside, eye[1] + heights, depth), axis=1)
        bright = brightness_at(image, view, place)
        hairy = heights[bright < (bright.min() + bright[-8:].mean()) / 2]
        assert least < hairy.max() - hairy.min() < 10.0
        assert 17.0 < np.median(hairy) < 27.0
    # Between the brows and past their tails is skin; single hairs average out.
    spread = np.linspace(-1.5, 1.5, 13)[:, None] * [0, 1, 0]
    middle, glabella, temple = (
        brightness_at(image, view, spread + place).mean()
        for place in ([eye[0], 61.0, 95.0], [0, 61.0, 101.0], [66.0, 60.0, 55.0])
    )
    assert middle < 0.75 * min(glabella, temple)


@pytest.mark.parametrize(("side", "limit"), [(480, 0.55), (960, 0.4)])
def test_an_eye_has_a_dark_rim(head, side, limit):
    view = front_camera(head.vertices, width=side, height=side)
    picture = render(head.topology, head.vertices, view)
    image = picture.mean(axis=2)
    roots = head.vertices[head.topology.parts["lashes_left"]][:192:8]
    across, down, _ = view.project(roots).T.astype(int)
    rim = np.minimum.reduce([image[down + k, across] for k in (-1, 0, 1)])
    lid = brightness_at(picture, view, roots + np.array([0, 5, 0]))
    assert np.median(rim / lid) < limit


def test_colours_paint_over_the_skin(head):
    view = front_camera(head.vertices, width=160, height=160)
    count = head.topology.levels[0].n_vertices
    green = np.zeros((count, 4))
    green[:, 1] = 1.0
    plain = render(head.topology, head.vertices, view, level=0)
    assert np.array_equal(plain, render(head.topology, head.vertices, view, level=0, colours=green))
    green[:, 3] = 1.0
    painted = render(head.topology, head.vertices, view, level=0, colours=green)
    cheek = view.project(head.vertices[np.argmax(head.topology.regions["cheek"])]).astype(int)
    red, green_part, _ = painted[cheek[1], cheek[0]].astype(int)
    assert green_part > 2 * red


def test_what_cannot_be_drawn_is_refused(head):
    view = front_camera(head.vertices, width=64, height=64)
    broken = head.vertices.copy()
    broken[7] = np.nan
    with pytest.raises(InputError, match=r"1 of .* not finite"):
        render(head.topology, broken, view)
    with pytest.raises(InputError, match="fit neither level"):
        render(head.topology, head.vertices[:-1], view)
    with pytest.raises(InputError, match="colours must be"):
        render(head.topology, head.vertices, view, colours=np.zeros((4, 3)))
    with pytest.raises(InputError, match="name vertices"):
        see(np.zeros((3, 3)), [[0, 1, 3]], view)
    with pytest.raises(InputError, match=r"skin_tone.*iris"):
        Look(skin_tone=3.0, iris=(2.0, 0.0, 0.0))


def test_head_out_of_the_picture_leaves_the_backdrop(head):
    view = front_camera(head.vertices, width=64, height=48)
    away = render(head.topology, head.vertices + np.array([9000.0, 0, 0]), view)
    assert np.array_equal(away, away[:, ::-1])
    assert len(np.unique(away.reshape(-1, 3), axis=0)) <= 48
