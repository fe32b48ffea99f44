from __future__ import annotations

import numpy as np
import pytest

from risorius.export.gltf import Document


def test_accessors_come_back_as_they_were(read_glb):
    rng = np.random.default_rng(1)
    arrays = [
        rng.normal(size=(7, 3)).astype(np.float32),
        rng.integers(0, 255, (5, 4)).astype(np.uint8),
        np.arange(3, dtype=np.uint16),
        rng.normal(size=9).astype(np.float32),
    ]
    document = Document(generator="test")
    indices = [document.accessor(array, bounds=True) for array in arrays]
    glb = read_glb(document.to_glb())
    for index, array in zip(indices, arrays, strict=True):
        found = glb.values(index)
        np.testing.assert_array_equal(found, array.reshape(len(array), -1))
        np.testing.assert_array_equal(glb.top["accessors"][index]["max"], found.max(axis=0))


@pytest.mark.parametrize("count", [4, 70_000])
@pytest.mark.parametrize("rows", [[], [1], [0, 1, 2, 3]])
def test_sparse_accessors_hold_zeros_elsewhere_and_true_bounds(read_glb, rows, count):
    values = np.array([[1, -2, 3], [4, 5, 6], [0.5, 7, 8], [9, 9, -9]], np.float32)[: len(rows)]
    document = Document(generator="test")
    index = document.sparse_accessor(np.array(rows, dtype=np.int64), values, count=count)
    glb = read_glb(document.to_glb())
    found = glb.values(index)
    whole = np.zeros((count, 3), np.float32)
    whole[rows] = values
    np.testing.assert_array_equal(found, whole)
    np.testing.assert_array_equal(glb.top["accessors"][index]["min"], whole.min(axis=0))
    np.testing.assert_array_equal(glb.top["accessors"][index]["max"], whole.max(axis=0))


def test_what_is_not_a_number_is_never_written():
    document = Document(generator="test")
    document.add("nodes", translation=[float("nan"), 0, 0])
    with pytest.raises(ValueError, match="Out of range"):
        document.to_glb()
