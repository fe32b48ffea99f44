"""What brows, lids, the cheek under the eye and the nose do, against what is published of them."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.head.lash import N_RIBBONS

HAIRS = np.array([[15, 57], [22, 60], [30, 62], [38, 62], [45, 61], [52, 58]])
"""Middle of the hairs of the left brow from its head to its tail, seen from the front [mm]."""


@pytest.fixture(scope="module")
def brow(body):
    """Weights (6, n_skin) of the skin under the hairs of the left brow."""
    regions, points = body.head.topology.regions, body.head.vertices[: body.n]
    skin = np.maximum(regions["mouth_bag"], regions["eye_socket"]) < 0.5
    away = ((points[:, None, :2] - HAIRS) ** 2).sum(axis=2).T
    near = np.exp(-away / 12.5) * (skin & (points[:, 2] > 0))
    return near / near.sum(axis=1, keepdims=True)


def way_of(body, weights, *pose):
    return weights @ (body.posed(*pose, iterations=120).shape - body.head.vertices)[: body.n]


def between_the_brows(body, settled):
    """Mean of the least principal strain of the skin between the heads of the brows."""
    triangles, strain, area = body.strain(settled)
    place = body.head.vertices[triangles].mean(axis=1)
    inside = (np.abs(place[:, 0]) < 8) & (np.abs(place[:, 1] - 53) < 7) & (place[:, 2] > 0)
    return np.average(strain[inside, 0], weights=area[inside])


def test_a_raised_outer_brow_is_an_arch_with_its_tail(body, brow):
    """5 to 12 mm (AU2), no spike, and the head stays behind."""
    rise = way_of(body, brow, "AU2")[:, 1]
    assert 5 <= rise.max() <= 12
    assert rise[-1] > 0.7 * rise.max()
    assert rise[0] < 0.35 * rise.max()
    assert (np.diff(rise[:4]) > 0).all()
    assert np.abs(np.diff(rise, 2)).max() < 0.35 * rise.max()


def test_a_frown_brings_the_brows_together(body, brow):
    """Each head 2 to 6 mm down and in (AU4), the skin between them short and thick."""
    frown = body.posed("AU4", iterations=120)
    head = way_of(body, brow, "AU4")[0]
    assert head[0] < -1.5
    assert head[1] < -1.5
    assert 2 <= np.linalg.norm(head) <= 6
    assert between_the_brows(body, frown) < -0.12
    assert body.way(frown, "glabella")[2] > 0.2


def test_brows_of_fear_are_high_flat_and_close(body, brow):
    way = way_of(body, brow, "AU1", "AU2", "AU4")
    assert way[0, 0] < -1.5
    assert way[:, 1].min() > 3
    assert np.ptp(way[:, 1]) < 0.75 * np.ptp(way_of(body, brow, "AU2")[:, 1])


def test_cheek_raiser_lifts_the_cheek_and_spares_the_brow(body, brow):
    """3 to 8 mm below the orbit (AU6); crow's feet shortened by 10 to 25 %."""
    raised = body.posed("AU6", iterations=120)
    assert 3 <= body.way(raised, "malar")[1] <= 8
    assert body.way(raised, "orbitale")[1] > 2
    assert body.way(raised, "orbitale")[2] > 0.5
    assert np.abs(way_of(body, brow, "AU6")[:, 1]).max() < 1
    triangles, strain, area = body.strain(raised)
    beside = body.head.topology.regions["crows_feet"][triangles].mean(axis=1) > 0.5
    assert -0.25 < np.average(strain[beside, 0], weights=area[beside]) < -0.1


def test_a_smile_alone_lifts_the_skin_under_the_eye(body):
    """The lid itself hardly follows: its plate is held by the globe and the corners."""
    smile = body.posed("zygomaticus_major")
    way = (smile.shape - body.head.vertices)[: body.n, 1]
    assert way[body.head.topology.regions["lids_lower"][: body.n] > 0.5].max() > 0.4
    assert way[body.head.topology.loops["lid_lower_left"]].max() > 0.05


@pytest.mark.parametrize(("unit", "least", "most"), [("AU38", 0.1, 1.2), ("AU39", -1.2, -0.1)])
def test_nostrils_widen_and_narrow(body, unit, least, most):
    """Each side by 0.1 to 1.2 mm (facts, breathing)."""
    assert least <= body.way(body.posed(unit), "alare")[0] <= most


def test_nose_moves_as_its_muscles_pull(body):
    """The tip 1 to 3 mm down, the wing 2 to 6 mm up (AU9)."""
    assert 1 <= -body.way(body.posed("depressor_septi_nasi"), "pronasale")[1] <= 3
    assert 2 <= body.way(body.posed("AU9"), "alare")[1] <= 6


def test_lashes_stay_on_the_margin_of_the_lid(body):
    """Their roots go with the skin that they grow from, also where the eye looks far down."""
    head = body.head
    parts, loops = head.topology.parts, head.topology.loops
    way = body.posed("rectus_inferior", iterations=120).shape - head.vertices
    roots = np.arange(parts["lashes_left"].start, parts["lashes_left"].stop)
    roots = roots.reshape(N_RIBBONS, -1)[:, :2]
    line = np.concatenate([loops["lid_upper_left"], loops["lid_lower_left"][::-1]])
    steps = np.linspace(0, len(line) - 1, 8 * len(line))
    margin, gone = (
        np.stack([np.interp(steps, np.arange(len(line)), x[line][:, k]) for k in range(3)], axis=1)
        for x in (head.vertices, way)
    )
    away = np.linalg.norm(head.vertices[roots].mean(axis=1)[:, None] - margin, axis=2)
    torn = np.linalg.norm(way[roots].mean(axis=1) - gone[away.argmin(axis=1)], axis=1)
    assert torn.max() < 1.3
    assert torn.mean() < 0.5
