"""What holds whatever the muscles do."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.errors import InputError
from risorius.head import load_head
from risorius.skin.flesh import kernels, make_flesh
from risorius.skin.flesh.anderson import Anderson
from risorius.skin.flesh.ldl import factorise
from risorius.skin.flesh.mesh import SHEETS


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.floats(0.02, 1.0))
def test_factor_solves_as_the_dense_system_does(seed, n, density):
    rng = np.random.default_rng(seed)
    part = sparse.random(n, n, density, random_state=rng, format="csc")
    matrix = sparse.csc_matrix(part @ part.T + sparse.eye(n))
    right = rng.normal(size=(n, 3))
    expected = np.linalg.solve(matrix.toarray(), right)
    assert factorise(matrix).solve(right) == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_factor_of_the_flesh_leaves_little_of_a_force(body):
    right = np.random.default_rng(1).normal(size=body.flesh.columns.nodes.shape)
    left = body.flesh.matrix @ body.flesh.factor.solve(right) - right
    assert np.abs(left).max() < 0.01


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 30))
def test_mixed_steps_find_the_fixed_point_sooner(seed, n):
    """Of a slow linear iteration, which goes on by itself meanwhile.

    A rate of 0.99 asks for weights of a hundred, and beyond thirty the past is forgotten.
    """
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(n, n)))[0]
    slow = (turn * rng.uniform(0.5, 0.95, n)) @ turn.T
    goal = rng.normal(size=(n, 1))
    plain, mixed, mixer = np.zeros((n, 1)), np.zeros((n, 1)), Anderson(n)
    for _ in range(3 * n):
        plain = goal + slow @ (plain - goal)
        mixed = mixer.next(mixed, goal + slow @ (mixed - goal))
    assert np.linalg.norm(mixed - goal) < 0.2 * np.linalg.norm(plain - goal)


@pytest.mark.parametrize("rows", [1, 7])
@pytest.mark.parametrize("length", [3, 2048, 5001])
def test_compiled_sums_of_steps_are_those_of_a_matrix(rows, length):
    rng = np.random.default_rng(6)
    steps = rng.normal(size=(9, length)).astype(np.float32)
    one, other = rng.normal(size=(2, length)).astype(np.float32)
    products = np.empty((rows, 2))
    kernels.dots(steps, one, other, products)
    assert products == pytest.approx(steps[:rows] @ np.stack([one, other], axis=1), abs=0.05)
    start, weight = rng.normal(size=length), rng.normal(size=rows).astype(np.float32)
    left = np.empty(length)
    kernels.combine(start, weight, steps, left)
    assert left == pytest.approx(start - weight @ steps[:rows], abs=1e-4)


def test_elements_seek_their_turned_shape_and_their_volume(body):
    """The compiled loop against the polar decomposition, for a random shape of the whole flesh."""
    flesh, rng = body.flesh, np.random.default_rng(4)
    elements, rest = flesh.elements, flesh.columns.nodes
    moved = rng.normal(0, 0.1, rest.shape).astype(np.float32)
    force = np.zeros_like(moved)
    lanes, turn = flesh.lanes, flesh.lanes.unturned()
    kernels.relax(moved, lanes.corners, lanes.gradients, lanes.weight, turn, 40, force)

    f = np.einsum("mia,mib->mab", moved[elements.corners], elements.gradients) + np.eye(3)
    sides, _, others = np.linalg.svd(f)
    sides[..., 2] *= np.linalg.det(sides @ others)[:, None]
    volume = np.linalg.det(f)
    cofactor = volume[:, None, None] * np.linalg.inv(f).swapaxes(1, 2)
    way = (1 - volume) / (cofactor**2).sum(axis=(1, 2)) * (1 + 10 * np.clip(0.3 - volume, 0, 0.4))
    shape, bulk = lanes.weight.swapaxes(1, 2).reshape(-1, 2)[: len(f)].T
    stress = shape[:, None, None] * (sides @ others - f)
    stress += (bulk * np.clip(way, -0.5, 0.5))[:, None, None] * cofactor
    expected = np.zeros_like(rest)
    np.add.at(expected, elements.corners, np.einsum("mab,mib->mia", stress, elements.gradients))
    assert np.abs(force - expected).max() < 1e-4 * np.abs(expected).max()


def test_no_element_is_turned_at_rest(body):
    elements = body.flesh.elements
    x = body.flesh.columns.nodes[elements.corners]
    edges = np.stack([x[:, k] - x[:, 3] for k in range(3)], axis=2)
    assert (np.linalg.det(edges) > 0).all()
    assert (elements.volume > 0).all()


def test_rest_is_exact(body):
    still = body.drive()
    tone = np.ones_like(still)
    assert (body.flesh.settle(still, tone=tone).shape == body.head.vertices).all()


def test_rest_is_an_equilibrium_of_the_full_solve(body):
    """Tone, weight and prestress balance: a jaw that moves by nothing moves nothing."""
    settled = body.flesh.settle(body.drive(), jaw=(1e-9, 0, 0))
    assert settled.iterations == 1
    assert np.abs(settled.shape - body.head.vertices).max() < 1e-5


def test_corrugator_and_its_release_leave_the_forehead_as_it_was(body):
    frown = body.posed("corrugator_supercilii.transverse", "corrugator_supercilii.oblique")
    assert np.abs(frown.shape - body.head.vertices).max() > 1
    after = body.flesh.settle(
        body.drive(), jaw=(1e-9, 0, 0), start=frown, iterations=300, tolerance=1e-4
    )
    assert np.abs(after.shape - body.head.vertices)[: body.n].max() < 0.1


def test_left_and_right_are_alike(body):
    one = body.posed("AU12", "AU1", side="left")
    drive = body.drive("AU12", "AU1", side="left")
    assert np.abs(one.shape[: body.n, 0] - body.head.vertices[: body.n, 0]).max() > 1
    other = body.flesh.settle(drive[:, ::-1])
    mirrored = other.shape[body.head.topology.mirror] * [-1, 1, 1]
    assert np.abs(mirrored - one.shape).max() < 0.01


def test_flesh_is_the_same_on_both_sides(body):
    mirror = body.head.topology.mirror[: body.n]
    nodes = body.flesh.columns.nodes.reshape(SHEETS, body.n, 3)
    assert np.abs(nodes[:, mirror] * [-1, 1, 1] - nodes).max() < 1e-3
    diagonal = body.flesh.matrix.diagonal().reshape(SHEETS, body.n)
    assert diagonal[:, mirror] == pytest.approx(diagonal, rel=1e-3)


def test_wrong_input_says_what_is_wrong(body):
    with pytest.raises(InputError, match="activation has shape"):
        body.flesh.settle(np.zeros(3))
    with pytest.raises(InputError, match="not numbers"):
        body.flesh.settle(body.drive(), jaw=(np.nan, 0, 0))


@pytest.mark.slow
@pytest.mark.parametrize("identity", [{"age_years": 6.0}, {"age_years": 70.0, "sex": 1.0}])
def test_other_heads_have_flesh_too(identity):
    flesh = make_flesh(load_head(**identity))
    assert (flesh.elements.volume > 0).all()
    drive = np.zeros((len(flesh.channels), 2))
    drive[flesh.channels.index("zygomaticus_major")] = 1.0
    smile = flesh.settle(drive)
    corner = flesh.head.topology.loops["mouth_corners"][0]
    way = (smile.shape - flesh.head.vertices)[corner]
    assert 4 < np.linalg.norm(way) < 16
    assert way[0] > 0
    assert way[1] > 0


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 900.0), st.floats(0.0, 3.0))
def test_lips_are_drawn_to_their_seam_ever_more_softly_in_the_last_millimetre(seed, pull, close):
    rng = np.random.default_rng(seed)
    points, seam, off = rng.normal(size=(3, 9, 3)) * 3
    force = np.zeros((9, 3))
    share = np.full(9, close)
    kernels.drive(points, np.array([0, 4, 9]), np.full(2, pull), 0 * off, seam, share, force)
    away = np.linalg.norm(seam - points, axis=1)
    assert np.linalg.norm(force, axis=1) == pytest.approx(pull * close * np.minimum(away, 1.0))
    assert ((force * (seam - points)).sum(axis=1) >= 0).all()
    driven = np.zeros((9, 3))
    kernels.drive(points, np.array([0, 4, 9]), np.full(2, pull), off, seam, share, driven)
    assert driven - force == pytest.approx(pull * off, abs=1e-6)
