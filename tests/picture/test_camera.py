import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risorius.errors import InputError
from risorius.picture import Camera, front_camera, orbit

BOX = np.array([[x, y, z] for x in (-80, 80) for y in (-120, 140) for z in (-90, 100)], float)
angles = st.floats(-1.5, 1.5)


def test_left_of_the_person_is_right_in_the_picture():
    camera = front_camera(BOX)
    middle = camera.project([0, 10, 0])
    assert camera.project([30, 10, 0])[0] > middle[0]
    assert camera.project([0, 40, 0])[1] < middle[1]
    assert camera.project([0, 10, 50])[2] < middle[2]


@given(yaw=angles, pitch=angles, x=st.floats(-60, 60), y=st.floats(-90, 90), z=st.floats(-60, 60))
def test_ray_of_a_projected_point_meets_it(yaw, pitch, x, y, z):
    camera = orbit(front_camera(BOX), yaw, pitch)
    point = np.array([x, y, z])
    pixel = camera.project(point)
    along = camera.rays(pixel[:2])
    reach = (point - camera.position) @ along
    assert np.allclose(camera.position + reach * along, point, atol=1e-6)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (512, 512), (300, 900)])
def test_front_camera_holds_everything(width, height):
    pixels = front_camera(BOX, width=width, height=height, fill=1.0).project(BOX)
    assert pixels[:, 0].min() >= -1e-6
    assert pixels[:, 0].max() <= width + 1e-6
    assert pixels[:, 1].min() >= -1e-6
    assert pixels[:, 1].max() <= height + 1e-6
    tight = min(pixels[:, 0].min(), pixels[:, 1].min())
    assert tight == pytest.approx(0, abs=1e-6)


@given(yaw=angles, pitch=angles)
def test_orbit_keeps_distance_and_what_it_looks_at(yaw, pitch):
    camera = front_camera(BOX)
    about = np.array([5.0, -7.0, 3.0])
    moved = orbit(camera, yaw, pitch, about=about)
    assert np.allclose(moved.project(about), camera.project(about))
    assert np.allclose(moved.rotation @ moved.rotation.T, np.eye(3))
    assert np.linalg.det(moved.rotation) == pytest.approx(1)


def test_orbit_yaw_goes_to_the_persons_left_and_pitch_down():
    camera = front_camera(BOX)
    assert orbit(camera, 0.5).position[0] > 100
    assert orbit(camera, 0.0, 0.5).position[1] < camera.position[1] - 100


def test_points_behind_the_camera_are_nowhere():
    camera = front_camera(BOX)
    behind = camera.project([0, 0, camera.position[2] + 10])
    assert math.isnan(behind[0])
    assert behind[2] < 0


def test_cameras_that_cannot_see_are_refused():
    with pytest.raises(InputError, match=r"no pixels.*focal"):
        Camera(0, 10, -1.0, np.eye(3), np.zeros(3))
    with pytest.raises(InputError, match="rotation"):
        Camera(10, 10, 1.0, np.eye(2), np.zeros(3))
    with pytest.raises(InputError, match="among the vertices"):
        front_camera(BOX, distance=80)
    with pytest.raises(InputError, match="finite"):
        front_camera([[math.nan, 0, 0]])
