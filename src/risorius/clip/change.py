"""Clips from clips: mirrored, resampled, joined, filled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from risorius.clip.schema import (
    EVENT_VARIABLES,
    VARIABLES,
    check_clip,
    clip_events,
    event_variables,
)
from risorius.errors import InputError

if TYPE_CHECKING:
    from risorius.clip.schema import Clip

__all__ = ["fill_unobserved", "join_clips", "mirror_clip", "mirror_label", "resample_clip"]


# Names that people give, such as those of places, stay.
_SIDED = re.compile(r"(?:(?<=^)|(?<=^up_)|(?<=^down_)|(?<=\.))(?:left|right)$")


def _logged(clip: Clip, operation: str) -> Clip:
    earlier = clip.attrs.get("log", "")
    return clip.assign_attrs(log=f"{earlier}\n{operation}".strip())


def mirror_clip(clip: Clip) -> Clip:
    """Exchange left and right, in muscles, gaze, jaw, head and the labels of events.

    Mirroring twice gives the clip back.

    Examples
    --------
    >>> from risorius.clip import new_clip
    >>> clip = new_clip([0.0, 1.0], {("risorius", "left"): 1.0})
    >>> float(mirror_clip(clip).activation.sel(muscle="risorius", side="right")[0])
    1.0
    """
    check_clip(clip)
    changed: dict[str, Any] = {}
    for name, variable in VARIABLES.items():
        if name not in clip:
            continue
        values = clip[name].values.copy()
        if variable.odd:
            values[..., list(variable.odd)] *= -1
        if "side" in variable.dims:
            values = np.flip(values, axis=variable.dims.index("side"))
        changed[name] = (variable.dims, values, clip[name].attrs)
    if "event_label" in clip:
        labels = [mirror_label(label) for label in clip["event_label"].values.tolist()]
        changed["event_label"] = (("event",), labels, {})
    return _logged(clip.assign(changed), "mirror")


def mirror_label(label: str) -> str:
    """Exchange left and right in the label of an event: a side, a direction, or a name with a side.

    Examples
    --------
    >>> [mirror_label(label) for label in ("left", "up_right", "AU12.left", "left_window")]
    ['right', 'up_left', 'AU12.right', 'left_window']
    """
    return _SIDED.sub(lambda found: "right" if found[0] == "left" else "left", label)


def resample_clip(clip: Clip, *, rate: float) -> Clip:
    """Bring a clip to a constant rate by linear interpolation between its moments.

    Gaps stay gaps: a moment next to one that was not observed is not observed either.

    Parameters
    ----------
    clip : xarray.Dataset
    rate : float [1/s]
        Above zero.

    Returns
    -------
    clip : xarray.Dataset
        From the first moment on, every ``1 / rate`` seconds up to the last.

    Examples
    --------
    >>> from risorius.clip import new_clip
    >>> resample_clip(new_clip([0.0, 0.5, 1.0]), rate=120).sizes["time"]
    121
    """
    import xarray as xr

    check_clip(clip)
    if not (np.isfinite(rate) and rate > 0):
        raise InputError(f"rate must be above zero, not {rate}.")
    old = clip["time"].values
    count = int(np.floor((old[-1] - old[0]) * rate + 1e-6)) + 1
    new = old[0] + np.arange(count) / rate
    after = np.clip(np.searchsorted(old, new, side="right"), 1, max(len(old) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(old) - 1)
    span = old[after] - old[before]
    share = np.where(span > 0, (new - old[before]) / np.where(span > 0, span, 1), 0.0)
    share = np.clip(share, 0.0, 1.0)
    arrays = {}
    for name, variable in VARIABLES.items():
        if name not in clip:
            continue
        values = clip[name].values
        weight = share.reshape(-1, *[1] * (values.ndim - 1)).astype(np.float32)
        # A moment that is kept exactly must not inherit the gap beside it.
        mixed = np.where(
            weight == 0,
            values[before],
            np.where(
                weight == 1, values[after], (1 - weight) * values[before] + weight * values[after]
            ),
        )
        arrays[name] = xr.Variable(variable.dims, mixed.astype(np.float32), clip[name].attrs)
    kept = clip.drop_vars([*arrays, "time"])
    resampled = kept.assign(arrays).assign_coords(time=("time", new, clip["time"].attrs))
    return check_clip(_logged(resampled.assign_attrs(rate=float(rate)), f"resample rate={rate:g}"))


def join_clips(clips: Sequence[Clip], *, gap: float | None = None) -> Clip:
    """Put clips one after the other.

    Parameters
    ----------
    clips : sequence of clips
        At least one; all with the same variables.
    gap : float [s], optional
        Time between the last moment of one and the first of the next; one frame when not given.

    Returns
    -------
    clip : xarray.Dataset

    Examples
    --------
    >>> from risorius.clip import new_clip
    >>> one = new_clip([0.0, 0.5])
    >>> join_clips([one, one]).time.values.tolist()
    [0.0, 0.5, 1.0, 1.5]
    """
    import xarray as xr

    if not clips:
        raise InputError("nothing to join: give at least one clip.")
    names = {name for name in VARIABLES if name in clips[0]}
    for clip in clips:
        check_clip(clip)
        if {name for name in VARIABLES if name in clip} != names:
            raise InputError("the clips hold different variables; join clips of one kind.")
    times, events, end = [], [], None
    for clip in clips:
        own = clip["time"].values
        step = (
            gap if gap is not None else float(np.median(np.diff(own))) if len(own) > 1 else 1 / 120
        )
        shift = 0.0 if end is None else end + step - own[0]
        times.append(own + shift)
        events += [
            event._replace(start=event.start + shift, end=event.end + shift)
            for event in clip_events(clip)
        ]
        end = times[-1][-1]
    arrays = {
        name: xr.Variable(
            VARIABLES[name].dims,
            np.concatenate([clip[name].values for clip in clips]),
            clips[0][name].attrs,
        )
        for name in VARIABLES
        if name in names
    }
    first = clips[0].drop_vars([*arrays, "time", *(n for n in EVENT_VARIABLES if n in clips[0])])
    joined = first.assign(arrays | event_variables(events)).assign_coords(
        time=("time", np.concatenate(times), clips[0]["time"].attrs)
    )
    return check_clip(_logged(joined, f"join {len(clips)} clips"))


def fill_unobserved(clip: Clip, *, value: float = 0.0) -> Clip:
    """Replace what was not observed by a stated activation, so that a face can be posed by it.

    Moments without any observation keep the last jaw, gaze and head pose before them.

    Examples
    --------
    >>> from risorius.clip import new_clip
    >>> import numpy as np
    >>> clip = new_clip([0.0, 1.0], {"risorius": [0.5, np.nan]})
    >>> float(fill_unobserved(clip).activation.sel(muscle="risorius", side="left")[1])
    0.0
    """
    check_clip(clip)
    if not 0 <= value <= 1:
        raise InputError(f"the value for what was not observed must lie in 0..1, not {value}.")
    changed: dict[str, Any] = {}
    for name, variable in VARIABLES.items():
        if name not in clip:
            continue
        values = clip[name].values
        if name in ("activation", "confidence"):
            filled = np.where(np.isnan(values), value if name == "activation" else 0.0, values)
        else:
            known = ~np.isnan(values.reshape(len(values), -1)).any(axis=1)
            last = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
            filled = np.where(
                (last >= 0).reshape(-1, *[1] * (values.ndim - 1)), values[np.maximum(last, 0)], 0.0
            )
        changed[name] = (variable.dims, filled.astype(np.float32), clip[name].attrs)
    return _logged(clip.assign(changed), f"fill_unobserved value={value:g}")
