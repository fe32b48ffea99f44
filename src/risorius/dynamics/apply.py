"""Lesions upon the drive of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.anatomy import load_atlas
from risorius.clip import check_clip
from risorius.dynamics.lesion import Lesion
from risorius.dynamics.mask import LID, blinks, masked, masked_jaw
from risorius.dynamics.rewire import crossed, wiring
from risorius.dynamics.weakness import (
    central_loss,
    movement_left,
    parkinson_degree,
)
from risorius.errors import InputError

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = ["apply_lesions"]

Floats = NDArray[np.float64]


def apply_lesions(clip: Clip, lesions: Sequence[Lesion], *, emotional: ArrayLike = 0.0) -> Clip:
    """Return what is left of a clip's drive when it has passed the lesions.

    Lesions act where they lie, whatever their order: above the nucleus (central palsy, Parkinson's
    disease), in the nerve (synkinesis, palsy), at the muscle (botulinum toxin). The tone that they
    leave at rest belongs to the face, see `resting_tone`.

    Parameters
    ----------
    clip : xarray.Dataset
        The intended movement.
    lesions : sequence of Lesion
    emotional : float or (time,) [1], optional
        Share of the drive that comes out of feeling and not out of will: a central palsy spares
        most of it, Parkinson's disease takes more of it.

    Returns
    -------
    clip : xarray.Dataset
        Activation within 0..1; what was not observed stays so. The log has a line for each lesion.
        Gaze that the clip gives is turned less where a muscle of the eye is weak; a jaw that it
        gives is slowed by Parkinson's disease and otherwise kept. Blinks that are lost lose their
        events.

    Raises
    ------
    InputError
        The clip breaks the schema, or ``emotional`` is outside 0..1 or of another length.

    Notes
    -----
    For drawing and teaching, never for a diagnosis: Risorius is not a medical device.

    Examples
    --------
    >>> from risorius.clip import new_clip
    >>> from risorius.dynamics import parse_lesion
    >>> smile = new_clip([0.0], {"zygomaticus_major": 0.8})
    >>> weak = apply_lesions(smile, [parse_lesion("facial.left=0.5")])
    >>> weak.activation.sel(muscle="zygomaticus_major").values.round(2)
    array([[0.4, 0.8]], dtype=float32)
    >>> weak.attrs["log"]
    'lesion facialis.left=0.5'
    """
    check_clip(clip)
    if not lesions:
        return clip
    time = np.asarray(clip["time"].values, dtype=np.float64)
    felt = _emotional(emotional, len(time))
    intended = clip["activation"].values.astype(np.float64)
    degree = parkinson_degree(lesions)
    by_will, by_feeling = central_loss(lesions)
    mixed = felt[:, None, None]
    drive = intended * ((1 - mixed) * (1 - by_will) + mixed * (1 - by_feeling))
    arrives = masked(time, drive, degree, felt)
    nerve = crossed(time, arrives, wiring(lesions))
    left = movement_left(lesions)
    activation = np.clip(nerve * left, 0.0, 1.0)
    changed: dict[str, Any] = {"activation": _like(clip, "activation", activation)}
    if "gaze" in clip:
        changed["gaze"] = _like(clip, "gaze", _weak_gaze(clip["gaze"].values, left))
    if "jaw" in clip:
        jaw = masked_jaw(time, clip["jaw"].values.astype(np.float64), degree, felt)
        changed["jaw"] = _like(clip, "jaw", jaw)
    result = clip.assign(changed)
    if degree:
        result = _without_lost_blinks(result, time, drive, degree)
    lines = [clip.attrs.get("log", ""), *(f"lesion {lesion}" for lesion in lesions)]
    return check_clip(result.assign_attrs(log="\n".join(lines).strip()))


def _emotional(share: ArrayLike, count: int) -> Floats:
    felt = np.asarray(share, dtype=np.float64)
    if felt.shape not in ((), (count,)):
        raise InputError(
            f"emotional has shape {felt.shape}; give one number or one for each of {count} moments."
        )
    if not ((felt >= 0) & (felt <= 1)).all():
        raise InputError("the emotional share of a drive must lie in 0..1.")
    return np.broadcast_to(felt, (count,))


def _like(clip: Clip, name: str, values: Floats) -> tuple[Any, NDArray[np.float32], dict[str, Any]]:
    return clip[name].dims, values.astype(np.float32), clip[name].attrs


def _weak_gaze(gaze: NDArray[np.float32], left: Floats) -> Floats:
    """Turn each eye (time, side, yaw and pitch) as far as the muscle of its direction allows."""
    channels = load_atlas().channel_ids
    lateral, medial, superior, inferior = (
        left[channels.index(f"rectus_{name}")]
        for name in ("lateralis", "medialis", "superior", "inferior")
    )
    turned = gaze.astype(np.float64)
    # Yaw counts to the person's left, which is outward for the left eye only.
    outward = turned[..., 0] * [1.0, -1.0] > 0
    turned[..., 0] *= np.where(outward, lateral, medial)
    turned[..., 1] *= np.where(turned[..., 1] > 0, inferior, superior)
    return turned


def _without_lost_blinks(clip: Clip, time: Floats, drive: Floats, degree: float) -> Clip:
    if "event_kind" not in clip:
        return clip
    lid = load_atlas().channel_ids.index(LID)
    lost = blinks(time, drive[:, lid], degree)[1]
    starts, ends = clip["event_start"].values, clip["event_end"].values
    gone = np.zeros(len(starts), dtype=bool)
    for first, last in lost:
        gone |= (starts <= time[last]) & (ends >= time[first])
    gone &= clip["event_kind"].values == "blink"
    return clip.drop_dims("event") if gone.all() else clip.isel(event=np.flatnonzero(~gone))
