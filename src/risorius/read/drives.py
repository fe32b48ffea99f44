"""Muscles of the jaw and the eyes, told from what they move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas

__all__ = ["Reach", "eye_muscles", "jaw_muscles", "measure_reach"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reach:
    """What the muscles of jaw and eyes move at most.

    Attributes
    ----------
    opened : float [rad]
    protruded, shifted : float [mm]
    turned, raised, lowered : float [rad]
        Of an eye.
    """

    opened: float
    protruded: float
    shifted: float
    turned: float
    raised: float
    lowered: float


def measure_reach(max_open: float) -> Reach:
    """Return the reach for a jaw that opens ``max_open`` [rad], by the tables of the skin.

    Examples
    --------
    >>> reach = measure_reach(0.6)
    >>> 0.3 < reach.opened <= 0.6, reach.shifted > 5
    (True, True)
    """
    from risorius.skin.jaw import gaze_from_activation, jaw_from_activation

    atlas = load_atlas()

    def drive(name: str) -> Floats:
        activation = np.zeros((1, len(atlas.channel_ids), 2))
        for (channel, side), amount in atlas.expand(name, 1.0).items():
            activation[0, atlas.channel_ids.index(channel), ("left", "right").index(side)] = amount
        return activation

    def jaw(name: str) -> Floats:
        return np.asarray(np.abs(jaw_from_activation(atlas, drive(name), max_open=max_open)[0]))

    def gaze(name: str) -> Floats:
        return np.asarray(np.abs(gaze_from_activation(atlas, drive(name))[0, 0]))

    return Reach(
        opened=float(jaw("AU27")[0]),
        protruded=float(jaw("AU29")[1]),
        shifted=float(jaw("AU30")[2]),
        turned=float(gaze("AU61")[0]),
        raised=float(gaze("rectus_superior")[1]),
        lowered=float(gaze("rectus_inferior")[1]),
    )


def jaw_muscles(jaw: Floats, reach: Reach) -> Mapping[str, Floats]:
    """Return the activations that would move the jaw so.

    Only the muscles whose work can be told from outside: the digastric opens, both lateral
    pterygoids open with it and protrude, one alone shifts the chin to the other side.

    Parameters
    ----------
    jaw : (time, 3) [rad, mm, mm]

    Returns
    -------
    activation : mapping of channel to (time, side) [1]

    Examples
    --------
    >>> reach = Reach(0.6, 8.0, 10.0, 0.7, 0.5, 0.8)
    >>> jaw_muscles(np.array([[0.3, 0.0, 0.0]]), reach)["digastric"].tolist()
    [[0.5, 0.5]]
    """
    opening = np.clip(jaw[:, 0] / reach.opened, 0, 1)
    forward = np.clip(jaw[:, 1] / reach.protruded, 0, 1)
    shift = np.clip(jaw[:, 2] / reach.shifted, -1, 1)
    both = opening + forward
    lateral = np.stack([both + np.maximum(-shift, 0), both + np.maximum(shift, 0)], axis=1)
    return {
        "digastric": np.repeat(opening[:, None], 2, axis=1),
        "pterygoideus_lateralis": np.clip(lateral, 0, 1),
    }


def eye_muscles(gaze: Floats, reach: Reach) -> Mapping[str, Floats]:
    """Return the activations of the straight muscles that hold the eyes so.

    Parameters
    ----------
    gaze : (time, side, 2) [rad]

    Returns
    -------
    activation : mapping of channel to (time, side) [1]

    Examples
    --------
    >>> reach = Reach(0.6, 8.0, 10.0, 0.5, 0.5, 0.8)
    >>> ahead_left = np.array([[[0.25, 0.0], [0.25, 0.0]]])
    >>> eye_muscles(ahead_left, reach)["rectus_lateralis"].tolist()
    [[0.5, 0.0]]
    """
    outward = gaze[..., 0] * [1.0, -1.0] / reach.turned
    down = gaze[..., 1]
    return {
        name: np.clip(amount, 0, 1)
        for name, amount in (
            ("rectus_lateralis", outward),
            ("rectus_medialis", -outward),
            ("rectus_inferior", down / reach.lowered),
            ("rectus_superior", -down / reach.raised),
        )
    }
