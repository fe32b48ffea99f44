"""The face at rest: found among the frames, or given."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.errors import InputError
from risorius.read.fit import find_neutral
from risorius.read.neutral import frame_range, quiet_frames
from risorius.read.points import IRIS_RIM


def test_the_rest_is_found_between_movements(basis, film):
    amounts, track = film
    neutral = find_neutral(track, basis)
    first, last = (int(word) for word in neutral.frames.rsplit(" ", 1)[-1].split(":"))
    resting = np.abs(amounts[first:last]).sum(axis=1) < 1.0
    assert resting.mean() > 0.8
    away = np.sqrt(((neutral.shape - neutral.basis.rest)[:, :2] ** 2).sum(-1))
    assert np.median(away) < 0.5
    assert neutral.doubt < 2


def test_shut_eyes_and_open_mouths_are_no_rest(basis):
    rest = np.repeat(basis.rest[None], 90, axis=0)
    shut = basis.columns.index(("orbicularis_oculi.pretarsalis", "left"))
    rest[:40] += basis.linear[shut : shut + 2].sum(axis=0)
    rest[70:] += 0.5 * basis.linear[basis.columns.index(("jaw", "open"))]
    chosen, _ = quiet_frames(rest, basis, np.zeros((90, 2)), np.zeros(90), 30.0)
    assert chosen.min() >= 40
    assert chosen.max() < 70


def test_size_comes_from_the_iris(basis, film):
    _, track = film
    neutral = find_neutral(track, basis.scaled(1.1))
    rim = neutral.shape[IRIS_RIM]
    np.testing.assert_allclose(np.linalg.norm(rim[:, 0] - rim[:, 2], axis=-1), 11.7, rtol=0.02)


def test_given_frames_are_taken(basis, film):
    _, track = film
    assert find_neutral(track, basis, frames=slice(5, 20)).frames == "given frames 5:20"


@pytest.mark.parametrize("text", ["", "5", "a:b", "7:7", "9:3", "0:999", "-3:5", "1:2:3"])
def test_frames_that_are_no_range(text):
    with pytest.raises(InputError, match="FIRST:END"):
        frame_range(text, 100)
