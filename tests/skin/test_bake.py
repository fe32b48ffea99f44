"""The bake, against a tissue that is known and not linear, and against being stopped."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.skin.bake import bake_rig
from risorius.skin.fit import Mirror, fit_shapes
from risorius.skin.judge import judge_rig
from risorius.skin.plan import basic_poses, expressive_poses, mixed_poses, named_poses
from risorius.skin.shapes import block_shapes


def tissue(rig):
    """The packaged rig, whose movement grows stiff and whose muscles work less in an open jaw."""

    def settle(activation, *, jaw=(0, 0, 0), gaze=None, tone=None):
        look = np.zeros((2, 2)) if gaze is None else np.asarray(gaze)
        drive = np.asarray(activation) * (1.1 - 0.1 * np.asarray(activation))
        drive = drive * (1 - 0.2 * jaw[0] / rig.jaw.max_open)
        pose = np.asarray(jaw, float)[None], look[None]
        moved = rig.deform(drive[None], *pose)[0].astype(float)
        base = rig.deform(0 * drive[None], *pose)[0]
        way = moved - base
        way /= 1 + np.linalg.norm(way, axis=1, keepdims=True) / 60
        return SimpleNamespace(shape=base + way)

    return settle


@pytest.mark.slow
def test_a_rig_comes_near_a_tissue_in_poses_that_it_never_saw(face):
    settle, shares = tissue(face.rig), []
    rig = bake_rig(face.head, settle=settle, progress=shares.append, solves=360)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    found = judge_rig(rig, face.head, settle=settle, count=25)
    assert found.moved > 1.0
    # A share of the way: so few solves leave more than a full bake does.
    assert found.mean < 0.05 * found.moved
    assert found.p95 < 0.15 * found.moved
    still = np.zeros((1, len(rig.channels), 2)), np.zeros((1, 3)), np.zeros((1, 2, 2))
    np.testing.assert_array_equal(rig.deform(*still)[0], rig.rest)


@pytest.mark.parametrize("draw", [mixed_poses, expressive_poses])
def test_drawn_poses_are_poses_and_come_again_with_their_seed(draw):
    poses, again, other = (draw(0.6, 60, seed=seed) for seed in (4, 4, 5))
    assert poses.activation.min() >= 0
    assert poses.activation.max() <= 1
    assert 0 <= poses.jaw[:, 0].min() <= poses.jaw[:, 0].max() <= 0.6
    assert (poses.activation.max(axis=(1, 2)) > 0.1).mean() > 0.9
    still = [
        channel.moves in ("eye", "pupil", "tongue", "head") for channel in load_atlas().channels
    ]
    assert not poses.activation[:, still].any()
    np.testing.assert_array_equal(poses.activation, again.activation)
    assert (poses.activation != other.activation).any()


def small(seed=0, terms=((0, 1), (2, 3), (0, 2))):
    """Four cues, two for each side of nine vertices, and shapes that mix."""
    rng = np.random.default_rng(seed)
    vertex = np.array([1, 0, 3, 2, 5, 4, 7, 6, 8])
    mirror = Mirror(np.array([1, 0, 3, 2]), np.ones(4), vertex)
    half = rng.standard_normal((4, 9, 3))
    linear = half + mirror.shapes(half)[mirror.cue]
    pairs = {}
    for i, j in terms:
        field = rng.standard_normal((1, 9, 3)) * 0.4
        pairs[i, j] = field[0]
        mirrored = tuple(sorted((int(mirror.cue[i]), int(mirror.cue[j]))))
        if mirrored == (i, j):
            pairs[i, j] = (field + mirror.shapes(field))[0] / 2
        else:
            pairs[mirrored] = mirror.shapes(field)[0]

    def solve(cues):
        moved = np.einsum("tc,cvx->tvx", cues, linear)
        for (i, j), field in pairs.items():
            moved += (cues[:, i] * cues[:, j])[:, None, None] * field
        return moved

    return mirror, linear, solve


@pytest.mark.parametrize("symmetric", [True, False])
def test_linear_square_and_mixed_terms_are_found_again(symmetric):
    mirror, linear, solve = small()
    rng = np.random.default_rng(1)
    cues = rng.random((160, 4))
    dense, mixing = fit_shapes(
        cues,
        solve(cues),
        np.ones(len(cues)),
        reach=np.linalg.norm(linear, axis=2),
        square=np.arange(4),
        triple=np.arange(0),
        mirror=mirror if symmetric else None,
    )
    fresh = rng.random((20, 4))
    own = fresh[:, mixing.own[:, 0]] * np.where(mixing.own[:, 1] < 0, 1, fresh[:, mixing.own[:, 1]])
    mixed = fresh[:, mixing.mixed[:, 0]] * fresh[:, mixing.mixed[:, 1]]
    weight = np.concatenate([own, mixed @ mixing.share], axis=1)
    made = np.einsum("tk,kvx->tvx", weight, dense)
    np.testing.assert_allclose(made, solve(fresh), atol=0.05)
    if symmetric:
        other = mirror.cues(fresh)
        own = other[:, mixing.own[:, 0]] * np.where(
            mixing.own[:, 1] < 0, 1, other[:, mixing.own[:, 1]]
        )
        mixed = other[:, mixing.mixed[:, 0]] * other[:, mixing.mixed[:, 1]]
        weight = np.concatenate([own, mixed @ mixing.share], axis=1)
        np.testing.assert_allclose(
            np.einsum("tk,kvx->tvx", weight, dense), mirror.shapes(made), atol=1e-5
        )


def test_shapes_come_back_from_their_blocks():
    rng = np.random.default_rng(2)
    dense = rng.standard_normal((5, 70, 3)) * (rng.random((5, 70, 1)) < 0.3)
    shapes = block_shapes(dense)
    np.testing.assert_allclose(shapes.dense()[:, :70], dense, atol=0.0021)
    rows = rng.permutation(70)[:40]
    np.testing.assert_array_equal(shapes.take(rows).dense()[:, :40], shapes.dense()[:, rows])


def test_a_plan_is_the_same_every_time_and_its_judges_are_others():
    one, two = mixed_poses(0.5, 30, seed=3), mixed_poses(0.5, 30, seed=3)
    np.testing.assert_array_equal(one.activation, two.activation)
    longer = mixed_poses(0.5, 40, seed=3)
    np.testing.assert_array_equal(longer.activation[:30], one.activation)
    assert np.abs(mixed_poses(0.5, 30, seed=4).activation - one.activation).max() > 0.3
    half, whole = basic_poses(0.5, sides=(0,)), basic_poses(0.5, sides=(0, 1))
    assert len(half) < len(whole) < 2 * len(half)
    assert not half.activation[half.tone.min(axis=(1, 2)) < 1].any()


def test_named_poses_are_what_people_will_ask_for():
    atlas, named = load_atlas(), named_poses()
    smile = np.zeros((len(atlas.channel_ids), 2))
    for (channel, side), much in atlas.expand("happiness", 0.7).items():
        smile[atlas.channel_ids.index(channel), side == "right"] = much
    assert np.abs(named.activation - smile).max(axis=(1, 2)).min() < 1e-6
    assert (np.count_nonzero(named.activation.any(axis=2), axis=1) > 1).all()
    assert (named.activation <= 1).all()
    assert (named.tone == 1).all()
    assert not named.jaw.any()
