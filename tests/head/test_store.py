"""The container of the head data keeps arrays exactly and refuses damaged files."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from risorius.errors import RisoriusError
from risorius.head.store import HeadData, pack

ARRAYS = hnp.arrays(
    st.sampled_from([np.uint8, np.int16, np.uint16, np.int32, np.float32]),
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=9),
)


@given(st.dictionaries(st.text("abc/-+", min_size=1, max_size=9), ARRAYS, max_size=5))
def test_what_goes_in_comes_out(members):
    data = HeadData(pack(members))
    assert list(data) == list(members)
    for name, array in members.items():
        assert data[name].dtype == array.dtype
        assert data[name].tobytes() == array.tobytes()
        assert data[name].shape == array.shape


def test_same_arrays_same_bytes():
    members = {"a": np.arange(1000, dtype=np.int16), "b": np.eye(3, dtype=np.float32)}
    assert pack(members) == pack({name: array.copy() for name, array in members.items()})


@pytest.mark.parametrize("content", [b"", b"RISOHEAD", b"something else entirely"])
def test_foreign_bytes_are_refused(content):
    with pytest.raises(RisoriusError, match="not a Risorius head file"):
        HeadData(content)


def test_a_damaged_member_is_named():
    content = bytearray(pack({"first": np.arange(500, dtype=np.int16)}))
    content[-40:] = bytes(40)
    with pytest.raises(RisoriusError, match="'first'"):
        HeadData(bytes(content))["first"]
