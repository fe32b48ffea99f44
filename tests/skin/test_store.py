from __future__ import annotations

import numpy as np
import pytest

from risorius.errors import InputError
from risorius.skin import load_rig, save_rig
from risorius.skin.rigfile import pack
from risorius.skin.store import read_arrays, write_arrays


def test_arrays_come_back(tmp_path):
    arrays = {"a": np.arange(6, dtype=np.int16).reshape(2, 3), "b": np.array([0.5], np.float32)}
    write_arrays(tmp_path / "x.rig", {"note": "µ"}, arrays)
    meta, back = read_arrays(tmp_path / "x.rig")
    assert meta == {"note": "µ"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(back[name], array)
        assert back[name].dtype == array.dtype
        assert not back[name].flags.writeable


def test_a_rig_comes_back_within_its_steps(tmp_path, rig):
    save_rig(rig, tmp_path / "one.rig")
    save_rig(load_rig(tmp_path / "one.rig"), tmp_path / "two.rig")
    again = load_rig(tmp_path / "two.rig")
    assert again.channels == rig.channels
    np.testing.assert_array_equal(again.rest, rig.rest)
    np.testing.assert_allclose(again.fields.value, rig.fields.value, atol=1e-3)
    assert (tmp_path / "one.rig").read_bytes()[:12] == b"RISORIUS RIG"
    assert set(pack(again)[1]) == set(pack(rig)[1])


def test_damage_is_told(tmp_path, rig):
    path = tmp_path / "r.rig"
    save_rig(rig, path)
    whole = path.read_bytes()
    for content in (b"", b"no rig at all", whole[: len(whole) // 2], whole[:40] + b"?" * 400):
        path.write_bytes(content)
        with pytest.raises(InputError, match="rig"):
            load_rig(path)
    with pytest.raises(InputError, match="cannot read"):
        load_rig(tmp_path / "missing.rig")


def test_another_version_is_told(tmp_path, rig):
    meta, arrays = pack(rig)
    write_arrays(tmp_path / "old.rig", {**meta, "version": 0}, arrays)
    with pytest.raises(InputError, match="version 0"):
        load_rig(tmp_path / "old.rig")
