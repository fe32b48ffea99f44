from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risorius.skin.pull import fibre_forces


def arc(n: int, radius: float = 10.0):
    angle = np.linspace(0, np.pi, n)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros(n)], axis=1)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=8).filter(lambda h: sum(h[1:]) > 0.1))
def test_a_straight_strand_pulls_with_its_whole_tension(hold):
    line = np.linspace([0.0, 0, 0], [0, -30, 0], len(hold))
    force = fibre_forces(line, np.array(hold), ring=False)
    np.testing.assert_allclose(force.sum(axis=0), [0, 1, 0], atol=1e-9)
    assert not force[0].any()


def test_a_ring_presses_toward_its_middle():
    force = fibre_forces(arc(15), np.ones(15), ring=True)
    points = arc(15)
    inward = -np.einsum("kx,kx->k", force, points)
    assert (inward[1:-1] > 0).all()


def test_bone_at_the_end_of_a_ring_takes_its_tension():
    free = fibre_forces(arc(9), np.ones(9), ring=True)
    held = fibre_forces(arc(9), np.ones(9), ring=True, end=0.0)
    assert np.linalg.norm(free[-1]) == pytest.approx(1.0)
    assert not held[-1].any()
    np.testing.assert_array_equal(free[:-1], held[:-1])
