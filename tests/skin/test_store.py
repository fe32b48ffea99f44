from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risorius.errors import InputError
from risorius.skin import load_rig, save_rig, store
from risorius.skin.rigfile import pack
from risorius.skin.store import read_arrays, write_arrays


@pytest.fixture(autouse=True, scope="module")
def _in_haste():
    """Pack loosely: what a file holds does not depend on how small it is."""
    pack_well = zlib.compress
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.zlib, "compress", lambda data, level: pack_well(data, 1))
        yield


@pytest.fixture(scope="module")
def kept(tmp_path_factory, rig):
    """A whole rig file, and where to write damaged ones."""
    path = tmp_path_factory.mktemp("rigs") / "r.rig"
    save_rig(rig, path)
    return path.read_bytes(), path


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
    np.testing.assert_array_equal(again.shapes.value, rig.shapes.value)
    np.testing.assert_allclose(again.mixing.share, rig.mixing.share, atol=1e-6)
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


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_damage_goes_unnoticed(kept, data):
    whole, path = kept
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(whole) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.sampled_from([len(whole), len(whole), len(whole) // 3]))
    path.write_bytes(content[:cut])
    if bytes(content[:cut]) != whole:
        with pytest.raises(InputError, match="rig"):
            load_rig(path)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("shapes.shape", lambda a: a + 30000),
        ("shapes.pointer", lambda a: a[:-1]),
        ("mixing.own", lambda a: a + 5000),
        ("mixing.mixed", lambda a: a[:-1]),
        ("root", lambda a: a + 20000),
        ("rest", lambda a: a[:-5]),
        ("shapes.scale", lambda a: a[:-1]),
    ],
)
def test_what_does_not_fit_together_is_told(tmp_path, rig, name, change):
    meta, arrays = pack(rig)
    write_arrays(tmp_path / "odd.rig", meta, {**arrays, name: change(arrays[name])})
    with pytest.raises(InputError, match="Bake the face again"):
        load_rig(tmp_path / "odd.rig")


@pytest.mark.parametrize("name", ["shapes.value", "carrier.lids.axis", "contact.bodies.upper.low"])
def test_what_is_missing_is_told(tmp_path, rig, name):
    meta, arrays = pack(rig)
    del arrays[name]
    write_arrays(tmp_path / "short.rig", meta, arrays)
    with pytest.raises(InputError, match="damaged"):
        load_rig(tmp_path / "short.rig")


def test_a_rig_of_version_1_says_what_to_do(tmp_path):
    header = b'{"version":1,"arrays":{}}'
    old = b"RISORIUS RIG\n\x00\x00\x00" + len(header).to_bytes(4, "little") + header
    (tmp_path / "old.rig").write_bytes(old)
    with pytest.raises(InputError, match=r"version 1.*risorius bake"):
        load_rig(tmp_path / "old.rig")


def test_another_version_is_told(tmp_path, rig):
    meta, arrays = pack(rig)
    write_arrays(tmp_path / "old.rig", {**meta, "version": 0}, arrays)
    with pytest.raises(InputError, match="version 0"):
        load_rig(tmp_path / "old.rig")
