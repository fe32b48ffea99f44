"""Clips as a table for any statistics program: a row per moment, a column per channel and side."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from risorius.clip import SIDES, VARIABLES, check_clip, clip_events
from risorius.errors import InputError
from risorius.export.report import LossReport
from risorius.files import replacing

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["write_table"]

_ORDER = ("activation", "jaw", "gaze", "head_pose", "breath", "confidence")
_BLOCK = 64  # rows that are text in memory at a time


def write_table(clip: xr.Dataset, path: str | os.PathLike[str]) -> LossReport:
    """Write a clip as CSV: a moment per row, units in the names of the columns.

    The columns are ``time_s``, then ``<channel>.<side>`` for every channel of the atlas, then what
    else the clip holds: ``jaw.open_rad``, ``gaze.left.yaw_rad``, ``head_pose.x_mm``, ``breath``,
    ``confidence.<channel>.<side>``. An empty cell was not observed. Read as 32-bit floats, the
    numbers are those of the clip exactly.

    Parameters
    ----------
    clip : xarray.Dataset
    path : path
        Must end in ``.csv``.

    Returns
    -------
    report : LossReport
        Events and attributes have no place in the table.

    Raises
    ------
    InputError
        Not a clip, another suffix, or a folder that cannot be written to.
    """
    target = Path(path)
    check_clip(clip)
    if target.suffix.lower() != ".csv":
        raise InputError(f"a table is written as '.csv', not {target.name!r}.")
    present = [name for name in _ORDER if name in clip]
    names = ["time_s", *(column for name in present for column in _column_names(clip, name))]
    n_frames = clip.sizes["time"]
    with replacing(target) as beside, beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for start in range(0, n_frames, _BLOCK):
            writer.writerows(_rows(clip.isel(time=slice(start, start + _BLOCK)), present))
    left_out = []
    n_events = len(clip_events(clip))
    if n_events:
        left_out.append(f"{n_events} event{'s' if n_events > 1 else ''}; '.nc' keeps them.")
    if clip.attrs.get("source") or clip.attrs.get("log"):
        left_out.append("where the clip comes from and what was done to it; '.nc' keeps that.")
    return LossReport(path=target, n_frames=n_frames, left_out=tuple(left_out))


def _rows(part: xr.Dataset, names: list[str]) -> list[list[str]]:
    columns: list[NDArray[np.str_]] = [part["time"].values.astype(str)[:, None]]
    for name in names:
        values = part[name].values.astype(np.float32).reshape(part.sizes["time"], -1)
        columns.append(np.where(np.isnan(values), "", values.astype(str)))
    return cast("list[list[str]]", np.hstack(columns).tolist())


def _column_names(clip: xr.Dataset, name: str) -> list[str]:
    variable = VARIABLES[name]
    units = [unit.strip() for unit in variable.units.split(",")]
    labels = [
        label if unit == "1" else f"{label}_{unit}"
        for label, unit in zip(variable.labels, units * len(variable.labels), strict=False)
    ]
    if "muscle" in variable.dims:
        front = [] if name == "activation" else [name]
        return [
            ".".join([*front, muscle, side])
            for muscle in clip["muscle"].values.tolist()
            for side in SIDES
        ]
    if "side" in variable.dims:
        return [f"{name}.{side}.{label}" for side in SIDES for label in labels]
    return [f"{name}.{label}" for label in labels] or [name]
