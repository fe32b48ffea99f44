"""The benchmark's own arithmetic, and the closed loop that it tells of."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.bench import Record, measure
from risorius.bench.closed_loop import compare, film_and_read, performance
from risorius.clip import new_clip
from risorius.errors import InputError


@pytest.mark.parametrize(
    ("value", "bar", "holds"),
    [
        (1.0, "", None),
        (1.0, "<= 1", True),
        (1.1, "<= 1", False),
        (1.2, ">= 1.2", True),
        (1.1, ">= 1.2", False),
        (None, ">= 1.2", False),
        (np.nan, "<= 1", False),
    ],
)
def test_a_figure_holds_or_does_not(value, bar, holds):
    record = Record(area="rig", figure="x", value=value, unit="1", bar=bar)
    assert record.holds is holds


def test_unknown_areas_are_refused_before_anything_is_measured():
    with pytest.raises(InputError, match="rig, read"):
        next(measure(["rig", "reed"]))


def test_a_performance_agrees_with_itself_and_not_with_its_mirror():
    clip = performance(seed=5)
    jaw = np.zeros((clip.sizes["time"], 3), np.float32)
    jaw[:, 0] = clip.activation.sel(muscle="digastric").mean("side")
    same = compare(clip, clip.assign(jaw=(("time", "jaw_dof"), jaw)))
    assert same.mean == pytest.approx(1.0)
    assert same.swapped < same.mean


@pytest.mark.slow
def test_sides_are_never_swapped_in_a_film_and_always_in_its_mirror():
    # One side after the other: what tells them apart is the difference of left and right alone.
    time = np.arange(0, 6.5, 1 / 30)
    turns = [("zygomaticus_major", "left"), ("orbicularis_oculi.pretarsalis", "right")]
    turns += [("frontalis.lateralis", "left"), ("depressor_anguli_oris", "left")]
    turns += [(muscle, {"left": "right", "right": "left"}[side]) for muscle, side in turns]
    pulse = 0.9 * np.exp(-(((time[:, None] - 1.2 - 0.65 * np.arange(8)) / 0.16) ** 2))
    clip = new_clip(time, {turn: pulse[:, k] for k, turn in enumerate(turns)})
    straight, flipped = film_and_read(clip), film_and_read(clip, flipped=True)
    for muscle, _ in turns[:4]:
        own, seen, mirrored = (_left_minus_right(c, muscle) for c in (clip, straight, flipped))
        assert np.corrcoef(own, seen)[0, 1] > 0.5, muscle
        assert np.corrcoef(own, mirrored)[0, 1] < -0.5, muscle


def _left_minus_right(clip, muscle):
    left, right = clip.activation.sel(muscle=muscle).values.T
    return left - right


def test_what_stands_in_brackets_is_printed_too(capsys):
    from risorius.cli.bench import _print_table

    _print_table([Record(area="a", figure="f", value=None, unit="1", against="pip install x[y]")])
    assert "x[y]" in capsys.readouterr().out
