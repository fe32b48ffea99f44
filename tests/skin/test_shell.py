from __future__ import annotations

import numpy as np
import pytest

from risorius.skin.shell import gliding_surface, make_sheet

SIZE = 7


@pytest.fixture(scope="module")
def sheet():
    grid = np.stack(np.meshgrid(np.arange(SIZE), np.arange(SIZE), indexing="xy"), -1)
    points = np.column_stack([grid.reshape(-1, 2) * 2.0, np.zeros(SIZE * SIZE)])
    place = np.arange(SIZE * SIZE).reshape(SIZE, SIZE)
    quads = np.stack(
        [place[:-1, :-1], place[:-1, 1:], place[1:, 1:], place[1:, :-1]], axis=-1
    ).reshape(-1, 4)
    return points, make_sheet(points, quads.astype(np.int32))


def test_mass_is_the_area(sheet):
    _, mesh = sheet
    assert mesh.mass.sum() == pytest.approx((2.0 * (SIZE - 1)) ** 2)


def test_gliding_surface_of_a_cylinder():
    angle, height = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-20, 20, 41))
    normals = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], -1).reshape(-1, 3)
    points = normals * 50.0 + np.stack(
        [np.zeros_like(height), height, np.zeros_like(height)], -1
    ).reshape(-1, 3)
    smooth, tensor = gliding_surface(points, normals, np.ones(len(points)), 8.0)
    middle = len(points) // 2
    np.testing.assert_allclose(smooth[middle], [0, 0, 1], atol=1e-6)
    assert tensor[middle, 0, 0] == pytest.approx(1 / 50, rel=0.1)
    assert abs(tensor[middle, 1, 1]) < 1e-3
