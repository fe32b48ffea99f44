from __future__ import annotations

import csv

import numpy as np
import pytest

from risorius.clip import SIDES, VARIABLES, Event, new_clip
from risorius.errors import InputError
from risorius.export import write_table


def full_clip(n_moments=4, **options):
    """A clip with every variable of the schema, random, with a gap."""
    rng = np.random.default_rng(3)
    n_channels = new_clip([0.0]).sizes["muscle"]
    activation = rng.random((n_moments, n_channels, 2)).astype(np.float32)
    activation[1, 5, 0] = np.nan
    others = {
        "jaw": rng.random((n_moments, 3)),
        "gaze": rng.normal(size=(n_moments, 2, 2)),
        "head_pose": rng.normal(size=(n_moments, 6)),
        "breath": rng.random(n_moments),
        "confidence": rng.random((n_moments, n_channels, 2)),
    }
    return new_clip(np.arange(n_moments) / 30, activation, **others, **options)


def read_back(path):
    with path.open(newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    return names, np.array([[float(cell) if cell else np.nan for cell in row] for row in rows])


def test_every_number_of_a_clip_comes_back_exactly(tmp_path):
    clip = full_clip()
    assert set(VARIABLES) <= set(clip)
    report = write_table(clip, tmp_path / "clip.csv")
    names, values = read_back(tmp_path / "clip.csv")
    assert len(set(names)) == len(names)
    column = dict(zip(names, values.T, strict=True))
    np.testing.assert_array_equal(column.pop("time_s"), clip["time"].values)
    for index, muscle in enumerate(clip["muscle"].values):
        for number, side in enumerate(SIDES):
            for variable, name in (("activation", ""), ("confidence", "confidence.")):
                np.testing.assert_array_equal(
                    column.pop(f"{name}{muscle}.{side}").astype(np.float32),
                    clip[variable].values[:, index, number],
                )
    found = {
        "jaw": ["jaw.open_rad", "jaw.protrude_mm", "jaw.lateral_mm"],
        "gaze": [f"gaze.{side}.{axis}_rad" for side in SIDES for axis in ("yaw", "pitch")],
        "head_pose": [f"head_pose.{dof}_rad" for dof in ("yaw", "pitch", "roll")]
        + [f"head_pose.{dof}_mm" for dof in "xyz"],
        "breath": ["breath"],
    }
    for variable, own in found.items():
        values = np.stack([column.pop(name) for name in own], axis=1).astype(np.float32)
        np.testing.assert_array_equal(values, clip[variable].values.reshape(len(values), -1))
    assert not column
    assert report.n_frames == 4


def test_what_a_table_cannot_hold_is_named(tmp_path):
    clip = full_clip(events=[Event(0.0, 0.1, "blink", "left")], source="a test")
    report = write_table(clip, tmp_path / "clip.csv")
    assert any("1 event;" in sentence for sentence in report.left_out)
    assert any("where the clip comes from" in sentence for sentence in report.left_out)


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"'\.csv'"):
        write_table(new_clip([0.0]), tmp_path / "clip.txt")
