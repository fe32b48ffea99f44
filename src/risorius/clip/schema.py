"""The schema of a clip: what it holds, how one is built, and what makes it valid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from risorius.anatomy import load_atlas
from risorius.errors import InputError, did_you_mean

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    Clip: TypeAlias = xr.Dataset

__all__ = [
    "SCHEMA_VERSION",
    "SIDES",
    "VARIABLES",
    "Event",
    "Variable",
    "check_clip",
    "clip_events",
    "new_clip",
]

SCHEMA_VERSION = 1
SIDES = ("left", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One optional or required variable of the schema."""

    dims: tuple[str, ...]
    labels: tuple[str, ...]
    """Coordinate of the last dimension, empty where the variable has none of its own."""
    units: str
    meaning: str
    odd: tuple[int, ...] = ()
    """Positions along the last dimension that change sign when left and right are exchanged."""


VARIABLES: Mapping[str, Variable] = {
    "activation": Variable(
        dims=("time", "muscle", "side"),
        labels=(),
        units="1",
        meaning="share of the maximal voluntary contraction; NaN is not observed",
    ),
    "confidence": Variable(
        dims=("time", "muscle", "side"),
        labels=(),
        units="1",
        meaning="how far the activation was determined by what was seen",
    ),
    "jaw": Variable(
        dims=("time", "jaw_dof"),
        labels=("open", "protrude", "lateral"),
        units="rad, mm, mm",
        meaning="jaw opening, thrust, and shift to the person's left",
        odd=(2,),
    ),
    "gaze": Variable(
        dims=("time", "side", "gaze_axis"),
        labels=("yaw", "pitch"),
        units="rad",
        meaning="turn of each eye: yaw to the person's left, pitch down",
        odd=(0,),
    ),
    "head_pose": Variable(
        dims=("time", "head_dof"),
        labels=("yaw", "pitch", "roll", "x", "y", "z"),
        units="rad, rad, rad, mm, mm, mm",
        meaning="turn (yaw about y, pitch about x, roll about z) and place of the head",
        odd=(0, 2, 3),
    ),
    "breath": Variable(
        dims=("time",), labels=(), units="1", meaning="breath, 0 at rest, 1 at a full inhale"
    ),
}

EVENT_VARIABLES = ("event_start", "event_end", "event_kind", "event_label")


class Event(NamedTuple):
    """Something that happened in a clip: from ``start`` to ``end`` in seconds."""

    start: float
    end: float
    kind: str
    label: str = ""


def new_clip(
    time: ArrayLike,
    activation: ArrayLike | Mapping[str | tuple[str, str], ArrayLike] | None = None,
    *,
    source: str = "",
    seed: int | None = None,
    events: Iterable[Event] = (),
    **variables: ArrayLike,
) -> Clip:
    """Build a clip on all channels of the atlas.

    Parameters
    ----------
    time : (time,) [s]
        Strictly increasing.
    activation : (time, muscle, side) [1], or mapping
        The whole array in atlas order; or a mapping from a channel id (both sides) or a pair
        ``(channel id, side)`` to a scalar or a curve (time,). What a mapping leaves out is at rest.
    source : str
        Where the clip comes from, in words.
    seed : int, optional
        The seed that made it.
    events : iterable of Event
        What happened when.
    **variables : array
        Any further variable of `VARIABLES`, in its documented shape.

    Returns
    -------
    clip : xarray.Dataset
        A checked clip.

    Raises
    ------
    InputError
        Unknown channels or variables, wrong shapes, values outside 0..1, time not increasing.

    Examples
    --------
    >>> clip = new_clip([0.0, 0.5], {"zygomaticus_major": [0.0, 1.0]})
    >>> float(clip.activation.sel(muscle="zygomaticus_major", side="left")[1])
    1.0
    """
    import xarray as xr

    times = np.asarray(time, dtype=np.float64)
    if times.ndim != 1:
        raise InputError(f"time must be a list of seconds, not an array of shape {times.shape}.")
    channels = load_atlas().channel_ids
    shape = (len(times), len(channels), len(SIDES))
    if activation is None or isinstance(activation, Mapping):
        values = _fill_curves(activation or {}, shape, channels)
    else:
        values = np.asarray(activation, dtype=np.float32)
    unknown = sorted(set(variables) - set(VARIABLES))
    if unknown:
        raise InputError(
            f"unknown clip variable {unknown[0]!r}. {did_you_mean(unknown[0], VARIABLES)} "
            f"A clip may hold {', '.join(VARIABLES)}."
        )
    arrays: dict[str, Any] = {}
    for name, value in {"activation": values, **variables}.items():
        variable = VARIABLES[name]
        array = np.asarray(value, dtype=np.float32)
        lengths = {"time": len(times), "muscle": len(channels), "side": len(SIDES)}
        wanted = tuple(lengths.get(dim, len(variable.labels)) for dim in variable.dims)
        if array.shape != wanted:
            raise InputError(
                f"{name} has shape {array.shape}; ({', '.join(variable.dims)}) needs {wanted}."
            )
        arrays[name] = xr.Variable(variable.dims, array, {"units": variable.units})
    coords: dict[str, Any] = {
        "time": xr.Variable("time", times, {"units": "s"}),
        "muscle": list(channels),
        "side": list(SIDES),
    }
    for name in arrays:
        if VARIABLES[name].labels:
            coords[VARIABLES[name].dims[-1]] = list(VARIABLES[name].labels)
    attrs: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "source": source}
    if len(times) > 1:
        attrs["rate"] = (
            float((len(times) - 1) / (times[-1] - times[0])) if times[-1] > times[0] else 0.0
        )
    if seed is not None:
        attrs["seed"] = seed
    attrs["log"] = ""
    arrays |= event_variables(events)
    return check_clip(xr.Dataset(arrays, coords=coords, attrs=attrs))


def _fill_curves(
    curves: Mapping[str | tuple[str, str], ArrayLike],
    shape: tuple[int, int, int],
    channels: Sequence[str],
) -> NDArray[np.float32]:
    values = np.zeros(shape, dtype=np.float32)
    place = {channel: index for index, channel in enumerate(channels)}
    problems = []
    for key, curve in curves.items():
        channel, side = key if isinstance(key, tuple) else (key, None)
        if channel not in place:
            problems.append(f"unknown muscle {channel!r}. {did_you_mean(channel, channels)}")
        elif side is not None and side not in SIDES:
            problems.append(f"unknown side {side!r} of {channel}: 'left' or 'right'.")
        else:
            sides = slice(None) if side is None else SIDES.index(side)
            column = np.asarray(curve, dtype=np.float32)
            if column.shape not in ((), (shape[0],)):
                problems.append(
                    f"{channel} has shape {column.shape}; give one number or {shape[0]} of them."
                )
                continue
            values[:, place[channel], sides] = (
                column[:, None] if column.ndim and side is None else column
            )
    if problems:
        raise InputError(" ".join(problems))
    return values


def event_variables(events: Iterable[Event]) -> dict[str, Any]:
    import xarray as xr

    rows = sorted(events)
    if not rows:
        return {}
    columns = list(zip(*rows, strict=True))
    return {
        "event_start": xr.Variable("event", np.array(columns[0], dtype=np.float64), {"units": "s"}),
        "event_end": xr.Variable("event", np.array(columns[1], dtype=np.float64), {"units": "s"}),
        "event_kind": xr.Variable("event", list(columns[2])),
        "event_label": xr.Variable("event", list(columns[3])),
    }


def clip_events(clip: Clip) -> list[Event]:
    """Return the events of a clip in order of their start.

    Examples
    --------
    >>> clip = new_clip([0.0, 1.0], events=[Event(0.2, 0.4, "blink", "left")])
    >>> clip_events(clip)
    [Event(start=0.2, end=0.4, kind='blink', label='left')]
    """
    if "event_start" not in clip:
        return []
    columns = [clip[name].values.tolist() for name in EVENT_VARIABLES]
    return [
        Event(start, end, kind, label) for start, end, kind, label in zip(*columns, strict=True)
    ]


def check_clip(clip: Clip) -> Clip:
    """Return the clip unchanged if it keeps the schema, else say everything that is wrong with it.

    Parameters
    ----------
    clip : xarray.Dataset
        What should be a clip.

    Returns
    -------
    clip : xarray.Dataset
        The same object.

    Raises
    ------
    InputError
        With all problems in one message.

    Examples
    --------
    >>> check_clip(new_clip([0.0, 1.0])).sizes["side"]
    2
    """
    problems: list[str] = []
    version = clip.attrs.get("schema_version")
    if version != SCHEMA_VERSION:
        problems.append(f"schema version {version!r}; this program reads version {SCHEMA_VERSION}.")
    if "activation" not in clip:
        problems.append("no variable 'activation'.")
    problems += _coordinate_problems(clip)
    for name, variable in VARIABLES.items():
        if name not in clip:
            continue
        if clip[name].dims != variable.dims:
            problems.append(f"{name} has dimensions {clip[name].dims}, not {variable.dims}.")
            continue
        dim = variable.dims[-1]
        if variable.labels and (
            dim not in clip.coords or tuple(clip[dim].values.tolist()) != variable.labels
        ):
            problems.append(f"{dim} must be labelled {', '.join(variable.labels)}.")
        values = clip[name].values
        if np.isinf(values).any():
            problems.append(f"{name} holds infinite values.")
        if name in ("activation", "confidence"):
            outside = (values < 0) | (values > 1)
            if outside.any():
                where = clip[name].values[outside]
                muscle = clip["muscle"].values[np.argwhere(outside)[0][1]]
                problems.append(f"{name} must lie in 0..1; {muscle} has {where[0]:.3g}.")
        elif np.isnan(values).any() and "activation" in clip:
            seen = ~np.isnan(clip["activation"].values).all(axis=(1, 2))
            gaps = np.isnan(values.reshape(len(values), -1)).any(axis=1)
            if (gaps & seen).any():
                problems.append(f"{name} is missing at a time when muscles were observed.")
    present = [name for name in EVENT_VARIABLES if name in clip]
    if present and len(present) < len(EVENT_VARIABLES):
        problems.append(f"events need all of {', '.join(EVENT_VARIABLES)}.")
    elif present and (clip["event_end"].values < clip["event_start"].values).any():
        problems.append("an event ends before it starts.")
    if problems:
        raise InputError("not a valid clip: " + " ".join(problems))
    return clip


def _coordinate_problems(clip: Clip) -> list[str]:
    problems = []
    for dim in ("time", "muscle", "side"):
        if dim not in clip.coords:
            problems.append(f"no coordinate {dim!r}.")
    if problems:
        return problems
    times = clip["time"].values
    if len(times) == 0:
        problems.append("it is empty: no moment in time.")
    elif not (np.isfinite(times).all() and (np.diff(times) > 0).all()):
        problems.append("time must be finite and strictly increasing.")
    channels = load_atlas().channel_ids
    muscles = tuple(clip["muscle"].values.tolist())
    if muscles != channels:
        strange = [name for name in muscles if name not in channels]
        missing = [name for name in channels if name not in muscles]
        if strange:
            problems.append(f"unknown muscle {strange[0]!r}. {did_you_mean(strange[0], channels)}")
        if missing:
            problems.append(f"{len(missing)} channels are missing, first {missing[0]!r}.")
        if not strange and not missing:
            problems.append("the muscles are not in the order of the atlas.")
    if tuple(clip["side"].values.tolist()) != SIDES:
        problems.append("side must be left, right in this order.")
    return problems
