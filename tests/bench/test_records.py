"""The benchmark's own arithmetic, and the closed loop that it tells of."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.bench import Record, measure
from risorius.bench.closed_loop import compare, film_and_read, performance
from risorius.clip import mirror_clip
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
def test_a_filmed_performance_reads_back_and_its_mirror_reads_mirrored():
    # A seed that nothing was tuned on; twelve seconds, to keep the test short.
    clip = performance(seed=11).isel(time=slice(0, 360))
    straight, flipped = film_and_read(clip), film_and_read(clip, flipped=True)
    right_way = compare(clip, straight)
    assert right_way.mean > right_way.swapped + 0.05
    other_way = compare(mirror_clip(clip), flipped)
    assert other_way.mean > other_way.swapped + 0.05
