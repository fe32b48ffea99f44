"""Solves survive: what is on disk counts, half a record does not."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.head import load_head
from risorius.skin import solves
from risorius.skin.bake import mixed_poses
from risorius.skin.solves import BakeError, bake_key, solve_poses


def test_the_key_changes_with_the_head():
    assert bake_key(load_head()) == bake_key(load_head())
    assert bake_key(load_head()) != bake_key(load_head(age_years=50))


def record(number, way):
    payload = way.astype("<i2").tobytes()
    return solves._RECORD.pack(number, solves.zlib.crc32(payload)) + payload


def test_a_torn_or_damaged_record_counts_for_nothing(tmp_path):
    ways = np.arange(24).reshape(2, 12)
    whole = record(7, ways[0]) + record(9, ways[1])
    damaged = bytearray(record(8, ways[0]))
    damaged[-1] ^= 1
    (tmp_path / "a.solves").write_bytes(whole[:-3])
    (tmp_path / "b.solves").write_bytes(bytes(damaged) + record(3, ways[1]))
    found = dict(solves._kept(tmp_path, 12))
    assert sorted(found) == [3, 7]
    np.testing.assert_array_equal(found[3], ways[1])


def test_what_was_solved_is_not_solved_again(tmp_path, monkeypatch):
    monkeypatch.setenv("RISORIUS_CACHE", str(tmp_path))
    head = load_head()
    poses = mixed_poses(0.5, 2, seed=1)
    folder = tmp_path / "bakes" / f"{bake_key(head)}-2-1"
    folder.mkdir(parents=True)
    n = head.topology.parts["skin"].stop
    way = np.zeros((n, 3), np.int16)
    way[5] = [250, 0, -500]
    (folder / "0.solves").write_bytes(record(0, way) + record(1, 2 * way))
    monkeypatch.setattr(
        solves.subprocess, "Popen", lambda *_, **__: pytest.fail("solved once more")
    )
    shapes = solve_poses(head, poses, seed=1, progress=lambda share: None)
    np.testing.assert_allclose(shapes[1, 5] - head.vertices[5], [2.0, 0.0, -4.0], atol=1e-4)
    assert not folder.exists()


def test_a_process_that_fails_is_told_and_keeps_what_there_is(tmp_path, monkeypatch):
    monkeypatch.setenv("RISORIUS_CACHE", str(tmp_path))
    monkeypatch.setattr(solves.sys, "executable", "/bin/false")
    monkeypatch.setattr(solves, "POLL_S", 0.01)
    with pytest.raises(BakeError, match="failed"):
        solve_poses(load_head(), mixed_poses(0.5, 2, seed=1), seed=1, progress=lambda share: None)
    assert list((tmp_path / "bakes").iterdir())
