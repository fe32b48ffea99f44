"""The jaw: a hinge whose axis glides forward and down, and the muscles that work it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError
from risorius.head.attachments import site_points
from risorius.skin.tissue import load_table

if TYPE_CHECKING:
    from risorius.anatomy.atlas import Atlas
    from risorius.head import Head

__all__ = ["Jaw", "condyle_path", "gaze_from_activation", "jaw_from_activation", "make_jaw"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Jaw:
    """How the mandible moves.

    Attributes
    ----------
    pivot : (3,) [mm]
        Middle of the axis through both condyles, mouth shut.
    slope : float [rad]
        Of the condyle's path, downward.
    translation : float [mm]
        Length of the path at full opening.
    max_open : float [rad]
        Rotation of the open mouth, as published for the head's sex; how far the incisors then are
        apart follows from the length of the mandible.
    """

    pivot: Floats
    slope: float
    translation: float
    max_open: float


def make_jaw(head: Head) -> Jaw:
    """Place the hinge in a head.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> jaw = make_jaw(load_head())
    >>> bool(25 < np.degrees(jaw.max_open) < 40)
    True
    """
    facts = load_table("drives")["jaw"]
    before = facts["condyle_before_tragion_mm"]["typ"]
    condyles = []
    for side in ("left", "right"):
        sites = site_points(head, side)
        toward = sites["exocanthion"] - sites["tragion"]
        toward[0] = 0.0
        condyles.append(sites["tragion"] + before * toward / np.linalg.norm(toward))
    pivot = np.mean(condyles, axis=0)
    slope = float(np.radians(facts["slope_deg"]["typ"]))
    translation = float(facts["translation_mm"]["typ"])
    sex, rotation = head.identity.sex, facts["rotation_deg"]
    max_open = np.radians((1 - sex) * rotation["female"] + sex * rotation["male"])
    return Jaw(pivot, slope, translation, float(max_open))


def condyle_path(jaw: Jaw, opening: ArrayLike) -> Floats:
    """Return the glide of the hinge axis at rotations [rad], (..., 3) [mm].

    Examples
    --------
    >>> jaw = Jaw(np.zeros(3), 0.7, 12.0, 0.6)
    >>> condyle_path(jaw, [0.0, 0.6]).round(1).tolist()
    [[0.0, -0.0, 0.0], [0.0, -7.7, 9.2]]
    """
    share = np.clip(np.asarray(opening, dtype=np.float64) / jaw.max_open, 0, None)
    # The rotation grows with the 0.95th power of the opening, so the opening with its inverse.
    x = np.clip((share ** (1 / 0.95) - 0.1) / 0.9, 0, 1)
    glide = jaw.translation * x * x * (3 - 2 * x)
    return np.stack(
        [np.zeros_like(glide), -np.sin(jaw.slope) * glide, np.cos(jaw.slope) * glide], axis=-1
    )


def jaw_from_activation(atlas: Atlas, activation: ArrayLike, *, max_open: float) -> Floats:
    """Return how far the jaw's muscles open, protrude and shift it.

    Parameters
    ----------
    atlas : Atlas
    activation : (time, channel, side) [1]
    max_open : float [rad]
        Rotation at full opening, see :class:`Jaw`.

    Returns
    -------
    jaw : (time, 3) [rad, mm, mm]
        Opening, protrusion, shift to the person's left. One lateral pterygoid moves the chin to
        the other side; both push it forward; with the depressors they open. Elevators cancel the
        opening.

    Examples
    --------
    >>> from risorius.anatomy import load_atlas
    >>> atlas = load_atlas()
    >>> a = np.zeros((1, len(atlas.channel_ids), 2))
    >>> a[0, atlas.channel_ids.index("pterygoideus_lateralis"), 1] = 1.0
    >>> bool(jaw_from_activation(atlas, a, max_open=0.6)[0, 2] > 5)
    True
    """
    sides = _by_channel(atlas, activation)
    facts = load_table("drives")["jaw"]
    opening = _weighted(sides, facts["openers"]) - _weighted(sides, facts["closers"])
    lateral = np.asarray(sides["pterygoideus_lateralis"])
    medial = np.asarray(sides["pterygoideus_medialis"]) * facts["medial_pterygoid_share"]["typ"]
    turn = (lateral + medial)[:, 1] - (lateral + medial)[:, 0]
    depressors = sides["digastric"].mean(axis=1)
    forward = np.clip(
        (lateral + medial).min(axis=1) - depressors - sides["temporalis"].mean(axis=1), 0, 1
    )
    return np.stack(
        [
            np.clip(opening, 0, 1) * max_open,
            forward * facts["protrusion_mm"]["typ"],
            np.clip(turn, -1, 1) * facts["lateral_mm"]["typ"],
        ],
        axis=1,
    )


def gaze_from_activation(atlas: Atlas, activation: ArrayLike) -> Floats:
    """Return where the muscles of the eyes turn them, (time, side, 2) [rad]: yaw and pitch.

    Examples
    --------
    >>> from risorius.anatomy import load_atlas
    >>> atlas = load_atlas()
    >>> a = np.zeros((1, len(atlas.channel_ids), 2))
    >>> a[0, atlas.channel_ids.index("rectus_superior")] = 0.5
    >>> bool((gaze_from_activation(atlas, a)[0, :, 1] < 0).all())
    True
    """
    sides = _by_channel(atlas, activation)
    facts = load_table("drives")["gaze"]
    outward = sides["rectus_lateralis"] - sides["rectus_medialis"]
    yaw = outward * [1.0, -1.0] * np.radians(facts["yaw_deg"]["typ"])
    down = np.clip(sides["rectus_inferior"] + 0.3 * sides["obliquus_superior"], 0, 1)
    up = np.clip(sides["rectus_superior"] + 0.3 * sides["obliquus_inferior"], 0, 1)
    pitch = down * np.radians(facts["down_deg"]["typ"]) - up * np.radians(facts["up_deg"]["typ"])
    return np.stack([yaw, pitch], axis=-1)


def _by_channel(atlas: Atlas, activation: ArrayLike) -> dict[str, Floats]:
    values = np.asarray(activation, dtype=np.float64)
    expected = (len(atlas.channel_ids), 2)
    if values.ndim != 3 or values.shape[1:] != expected:
        raise InputError(f"activation has shape {values.shape}, not (time, {expected[0]}, 2).")
    return {channel: values[:, index] for index, channel in enumerate(atlas.channel_ids)}


def _weighted(sides: dict[str, Floats], weights: dict[str, float]) -> Floats:
    named = {name: weight for name, weight in weights.items() if name in sides}
    return np.asarray(sum(weight * sides[name].mean(axis=1) for name, weight in named.items()))
