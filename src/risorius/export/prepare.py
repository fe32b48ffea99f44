"""A clip made ready for formats that know neither gaps nor an uneven rate, and what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from risorius.clip import clip_events, fill_unobserved, resample_clip

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["kept_by", "prepared"]

EVEN = 1e-3
"""Share of a frame by which moments may be off the even rate without being resampled."""


def prepared(clip: xr.Dataset, *, rate: float | None = None) -> tuple[xr.Dataset, tuple[str, ...]]:
    """Return a clip without gaps, at an even rate if one is given, and what that changed.

    Parameters
    ----------
    clip : xarray.Dataset
        A checked clip.
    rate : float [1/s], optional

    Returns
    -------
    clip : xarray.Dataset
    changed : tuple of str
        One sentence for each change.
    """
    changed = []
    missing = np.isnan(clip["activation"].values)
    if missing.any():
        never = int(missing.all(axis=(0, 2)).sum())
        sometimes = int(missing.any(axis=(0, 2)).sum()) - never
        parts = [f"{never} channels were never observed"] if never else []
        parts += [f"{sometimes} were not observed now and then"] if sometimes else []
        changed.append(f"{' and '.join(parts)}; they are shown at rest.")
    if any(
        np.isnan(clip[name].values).any() for name in ("jaw", "gaze", "head_pose") if name in clip
    ):
        changed.append(
            "jaw, gaze and head stay where they were last seen while nothing is observed."
        )
    if changed:
        clip = fill_unobserved(clip)
    times = clip["time"].values
    if rate is not None and len(times) > 1 and np.abs(np.diff(times) * rate - 1).max() > EVEN:
        changed.append(f"{len(times)} moments became moments at {rate:g} a second.")
        clip = resample_clip(clip, rate=rate)
    return clip, tuple(changed)


def kept_by(clip: xr.Dataset) -> tuple[str, ...]:
    """Return what a format that shows a shape leaves out, and which format keeps it."""
    n_events = len(clip_events(clip))
    left_out = (
        [f"{n_events} event{'s' if n_events > 1 else ''}; '.nc' keeps them."] if n_events else []
    )
    left_out += [
        f"{name}; '.nc' and '.csv' keep it." for name in ("confidence", "breath") if name in clip
    ]
    return tuple(left_out)
