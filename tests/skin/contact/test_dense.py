"""Lips judged by another way of looking: points all over their triangles, straight up and down."""

from __future__ import annotations

import numpy as np
import pytest

FINE = np.array([[i, j, 4 - i - j] for i in range(5) for j in range(5 - i)]) / 4


def triangles(grid):
    quads = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], -1)
    quads = quads.reshape(-1, 4)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def deepest(shape, slit):
    """How far points of the upper lip's triangles lie below the lower lip's, beyond rest [mm]."""
    points, inset = shape[slit.vertex].astype(float), slit.inset.astype(float)
    # Next to the corners both lips are one surface: from the second column on.
    upper, lower = triangles(slit.upper[2:-2, 4:]), triangles(slit.lower[2:-2, 4:])
    at = np.einsum("sk,tkx->tsx", FINE, points[upper]).reshape(-1, 3)
    soft = np.einsum("sk,tk->ts", FINE, inset[upper]).ravel()
    most = 0.0
    for corners, give in zip(points[lower], inset[lower], strict=True):
        low, high = corners.min(axis=0), corners.max(axis=0)
        near = np.flatnonzero(((at > low) & (at < high))[:, [0, 2]].all(axis=1))
        plane = np.stack([corners[1] - corners[0], corners[2] - corners[0]])[:, [0, 2]].T
        if not len(near) or abs(np.linalg.det(plane)) < 1e-6:
            continue
        share = np.linalg.solve(plane, (at[near] - corners[0])[:, [0, 2]].T)
        inside = (share >= 0).all(axis=0) & (share.sum(axis=0) <= 1)
        weight = np.concatenate([1 - share.sum(axis=0, keepdims=True), share])[:, inside]
        over = corners[:, 1] @ weight - give @ weight - at[near[inside], 1] - soft[near[inside]]
        most = max(most, over.max(initial=0.0))
    return most


def test_the_measure_sees_a_raised_lip(probe, contact):
    slit = contact.lips.levels[1]
    shape = probe.refined(probe.rest)
    assert deepest(shape, slit) < 0.1
    shape[slit.vertex[slit.lower], 1] += 0.5
    assert 0.3 < deepest(shape, slit) < 0.6


@pytest.mark.slow
def test_triangles_of_the_lips_do_not_pass_through_each_other(probe, contact):
    slit, depths = contact.lips.levels[1], []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        _, fine = probe.both_levels(probe.warped(*probe.bumps(rng)))
        depths.append(deepest(fine, slit))
    assert np.mean(depths) < 0.05
    assert np.percentile(depths, 90) < 0.1
    assert max(depths) < 0.25
