"""The jaw: two condyles that glide down the eminence and turn, and the muscles that work them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError
from risorius.head.attachments import site_points
from risorius.skin.tables import load_table

if TYPE_CHECKING:
    from risorius.anatomy.atlas import Atlas
    from risorius.head import Head

__all__ = [
    "Jaw",
    "gaze_from_activation",
    "jaw_from_activation",
    "jaw_motion",
    "make_jaw",
]

Floats = NDArray[np.float64]

_EASE = 0.05
"""Over this share of full effort a force grows in, so that movement starts without a jerk."""


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
    reach, below : float [mm]
        How far the lower incisors lie before and below the axis.
    width : float [mm]
        From condyle to condyle.
    """

    pivot: Floats
    slope: float
    translation: float
    max_open: float
    reach: float = 67.0
    below: float = 42.0
    width: float = 104.0


def make_jaw(head: Head) -> Jaw:
    """Place the joints in a head.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> jaw = make_jaw(load_head())
    >>> bool(25 < np.degrees(jaw.max_open) < 40), bool(80 < jaw.width < 125)
    (True, True)
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
    inward = facts["condyle_inside_tragion_mm"]["typ"]
    lower = head.vertices[head.topology.parts["teeth_lower"]]
    edge = lower[lower[:, 2] > lower[:, 2].max() - 3.0].max(axis=0)
    sex, rotation = head.identity.sex, facts["rotation_deg"]
    return Jaw(
        pivot,
        slope=float(np.radians(facts["slope_deg"]["typ"])),
        translation=float(facts["translation_mm"]["typ"]),
        max_open=float(np.radians((1 - sex) * rotation["female"] + sex * rotation["male"])),
        reach=float(edge[2] - pivot[2]),
        below=float(pivot[1] - edge[1]),
        width=float(abs(condyles[0][0] - condyles[1][0]) - 2 * inward),
    )


def jaw_motion(jaw: Jaw, pose: ArrayLike) -> tuple[Floats, Floats]:
    """Return the rigid movement of the mandible: ``x -> R(turn) (x - pivot) + pivot + shift``.

    Both condyles glide down their eminences: with the opening, and further in a protrusion. In a
    sideways shift one condyle stays and turns while the other, opposite to where the chin goes,
    glides forward, down and so tilts the mandible a little (Okeson 2013).

    Parameters
    ----------
    jaw : Jaw
    pose : (..., 3) [rad, mm, mm]
        Opening, protrusion, shift of the incisors to the person's left.

    Returns
    -------
    turn : (..., 3) [rad]
        Axis times angle. A share of the movement turns by a share of it.
    shift : (..., 3) [mm]
        Of the pivot.

    Examples
    --------
    >>> jaw = Jaw(np.zeros(3), 0.7, 12.0, 0.6)
    >>> turn, shift = jaw_motion(jaw, [0.0, 0.0, 8.0])
    >>> (turn * jaw.reach).round(1).tolist(), shift.round(1).tolist()
    ([-1.7, 4.5, 3.0], [1.2, -2.2, 3.2])
    """
    from risorius.skin import jaw_kernel

    poses = np.ascontiguousarray(pose, dtype=np.float64)
    turn, shift = np.empty_like(poses), np.empty_like(poses)
    rows = (array.reshape(-1, 3) for array in (poses, turn, shift))
    jaw_kernel.move_jaw(_facts(jaw), *rows)
    return turn, shift


def _facts(jaw: Jaw) -> Floats:
    """Return what the compiled loop must know of a jaw, in its order."""
    table = load_table("drives")["jaw"]
    own = (jaw.slope, jaw.translation, jaw.max_open, jaw.reach, jaw.below, jaw.width)
    names = ("eminence_mm", "side_slip", "kept_shut")
    return np.array([*own, *(table[name]["typ"] for name in names)], dtype=np.float64)


def jaw_from_activation(atlas: Atlas, activation: ArrayLike, *, max_open: float) -> Floats:
    """Return where the balance of muscles, ligaments and teeth holds the jaw.

    Torques about the hinge open the mouth against a passive resistance that is soft at first and
    stiff at the end; pulls along each condyle's path carry it forward or back against its
    ligaments, and the harder the teeth are held together, the less. What one condyle has gone
    more than the other shifts the chin to the other one's side.

    Parameters
    ----------
    atlas : Atlas
    activation : (time, channel, side) [1]
    max_open : float [rad]
        Rotation at full opening, see :class:`Jaw`.

    Returns
    -------
    jaw : (time, 3) [rad, mm, mm]
        Opening, protrusion, shift to the person's left. Zero drive is the shut jaw at rest.

    Raises
    ------
    InputError
        The activation has the wrong shape.

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
    torque = np.zeros(len(next(iter(sides.values()))))
    pull = np.zeros((len(torque), 2))
    for row in facts["muscles"]:
        drive = sides[row["channel"]]
        torque += row["torque_Nm"] * drive.mean(axis=1)
        pull += row["forward_N"] * drive
    strongest = sum(max(row["torque_Nm"], 0.0) for row in facts["muscles"])
    # The closers press the teeth together; they cannot close further.
    effort = _eased(torque / strongest)
    bite = _eased(-torque / strongest)
    share = _resisted(effort, facts["end_stiffness"]["typ"])
    room = np.clip(1 - share, 0, 1)[:, None]
    gone = pull / facts["protruding_N"]["typ"] / (1 + bite / facts["bite_lock"]["typ"])[:, None]
    ahead = _limited(gone, facts["protrusion_limit"]["typ"])
    # Behind the condyles there is hardly any room.
    behind = _limited(
        gone / facts["back_stiffness"]["typ"],
        facts["retrusion_mm"]["typ"] / facts["protrusion_mm"]["typ"],
    )
    gone = np.where(gone > 0, ahead, behind) * room
    left, right = gone.T
    # Both condyles have gone as far as the one that went less.
    apart = np.sqrt((right - left) ** 2 + _EASE**2) - _EASE
    return np.stack(
        [
            share * max_open,
            (left + right - apart) / 2 * facts["protrusion_mm"]["typ"],
            (right - left) * facts["lateral_mm"]["typ"],
        ],
        axis=1,
    )


def _eased(value: Floats, ease: float = _EASE) -> Floats:
    """Return the positive part of a value, without a kink at zero."""
    over = np.maximum(value, 0.0)
    return np.asarray(over * over / (over + ease))


def _resisted(effort: Floats, stiffness: float) -> Floats:
    """Return the share x of the way at which ``x + stiffness x^9`` balances an effort 0..1."""
    target = (1 + stiffness) * np.asarray(np.clip(effort * (1 + _EASE), 0, 1))
    x = np.minimum(target, 1.0)
    for _ in range(8):
        # Newton from above on a convex function: it never leaves the way.
        x = x - (x + stiffness * x**9 - target) / (1 + 9 * stiffness * x**8)
    return np.asarray(np.clip(x, 0, 1))


def _limited(way: Floats, limit: float) -> Floats:
    """Return a way that grows as before when small and nears a limit."""
    return np.asarray(way / (1 + np.abs(way / limit) ** 4) ** 0.25)


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
