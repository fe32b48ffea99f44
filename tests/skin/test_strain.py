"""Strain of the skin against stretches that are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.errors import InputError
from risorius.skin.strain import make_rings, ring_strain, skin_strain

SIZE = 9
stretches = st.floats(0.6, 1.5)
angles = st.floats(0, np.pi)


def grid():
    steps = np.arange(SIZE)
    points = np.stack(np.meshgrid(steps, steps, indexing="ij"), -1).reshape(-1, 2) * 2.0
    place = np.arange(SIZE * SIZE).reshape(SIZE, SIZE)
    quads = np.stack([place[:-1, :-1], place[1:, :-1], place[1:, 1:], place[:-1, 1:]], -1)
    return points, quads.reshape(-1, 4)


def turn(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def in_space(points):
    """Lay a plane somewhere into space."""
    axes = np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))[0][:2]
    return points @ axes + [5.0, -3.0, 90.0], axes


@settings(deadline=None)
@given(first=stretches, second=stretches, angle=angles)
def test_a_stretch_is_found_with_its_direction(first, second, angle):
    flat, quads = grid()
    matrix = turn(angle) @ np.diag([first, second]) @ turn(angle).T
    rest, axes = in_space(flat)
    amount, direction = ring_strain(make_rings(rest, quads), in_space(flat @ matrix.T)[0])
    np.testing.assert_allclose(amount[:, 0], min(first, second) - 1, atol=1e-4)
    np.testing.assert_allclose(amount[:, 1], max(first, second) - 1, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(direction, axis=1), 1, atol=1e-4)
    if abs(first - second) > 0.05:
        least = turn(angle)[:, int(second < first)] @ axes
        np.testing.assert_allclose(np.abs(direction @ least), 1, atol=1e-3)


@settings(deadline=None)
@given(amount=st.floats(-0.6, 0.6))
def test_simple_shear_has_the_stretches_of_the_book(amount):
    flat, quads = grid()
    rest, _ = in_space(flat)
    sheared, _ = in_space(flat @ np.array([[1, 0], [amount, 1]]))
    found, _ = ring_strain(make_rings(rest, quads), sheared)
    # Stretches of simple shear: (sqrt(4 + k^2) -+ k) / 2, whose product is 1.
    root, k = np.sqrt(4 + amount**2), abs(amount)
    np.testing.assert_allclose(found[:, 0], (root - k) / 2 - 1, atol=1e-4)
    np.testing.assert_allclose(found[:, 1], (root + k) / 2 - 1, atol=1e-4)


def test_rolling_up_a_sheet_is_no_strain():
    flat, quads = grid()
    rest, _ = in_space(flat)
    radius = 12.0
    rolled = np.column_stack(
        [radius * np.sin(flat[:, 0] / radius), flat[:, 1], radius * np.cos(flat[:, 0] / radius)]
    )
    amount, _ = ring_strain(make_rings(rest, quads), rolled)
    inner = ((flat > 0) & (flat < 2 * (SIZE - 1))).all(axis=1)
    assert np.abs(amount[inner]).max() < 0.01


@pytest.mark.parametrize("level", [0, 1])
def test_a_head_that_turns_is_not_strained(face, level):
    rest = face.rig.rest if level == 0 else face.head.topology.refine(face.rig.rest)
    spin = np.linalg.qr(np.random.default_rng(3).standard_normal((3, 3)))[0]
    spin *= np.sign(np.linalg.det(spin))
    calm, _ = skin_strain(face.rig, rest)
    turned, _ = skin_strain(face.rig, rest @ spin.T + [10.0, 5.0, 2.0])
    np.testing.assert_allclose(turned, calm, atol=2e-3)
    assert np.percentile(np.abs(calm), 99.5) < 1e-4
    with pytest.raises(InputError, match="levels"):
        skin_strain(face.rig, rest[:-1])
