"""Seat the lids on the globes and close the lips, after any identity has been mixed.

MakeHuman fits its lids to globes of 15 mm radius and leaves the lips a hair's breadth apart. Here
every head gets globes of human size, lids that touch them, and lips that meet. Both steps move
rings of vertices around the opening, fully at its margin and less with every ring outwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from risorius.head.eye import globe_height

__all__ = ["LID_BACK", "LIP_CONTACT", "close_lips", "seat_lids"]

Points = NDArray[np.float64]
Rings = NDArray[Any]

PUPIL_ACROSS = 0.56
"""Place of the globe's axis between inner (0) and outer canthus (1): the caruncle takes up the
inner corner."""
PUPIL_UP = 0.53
"""Place of the axis between lower (0) and upper lid (1): margin reflex distances of 5.2 and 4.6
mm."""
WIDEST_CUT, LARGEST_GLOBE = 2.3, 1.065
"""Cut of the lids in globe radii from which on the globe grows with it, and how far it may."""
LID_CLEARANCE = 0.4
"""From the globe to the back edge of the lid margin [mm]; at less, the chord between two vertices
cuts in."""
LID_BACK = 11
"""Row of the lid margin's back edge in the rings of an eye."""
_LID_FALLOFF = (1.0, 1.0, 0.92, 0.8, 0.66, 0.5, 0.34, 0.2, 0.09, 0.0)
_RIM_SHARE = 0.96  # of the radius: beyond it the lids leave the globe for the canthi

LIP_CONTACT = 3
"""Row where the lips touch in the rings of the mouth."""
_LIP_FALLOFF = (0.0, 0.5, 0.95, 1.0, 0.9, 0.7, 0.45, 0.25, 0.1, 0.0, 0.0)
LIP_OVERLAP = 0.2
"""How far the lips press into each other at rest [mm], so that no light passes between their
edges."""


def seat_lids(vertices: Points, rings: Rings, usual_radius: float) -> tuple[Points, float]:
    """Lay the lids of the left eye onto a globe, in place, and return that globe.

    Parameters
    ----------
    vertices : (n, 3) [mm]
        Changed in place.
    rings : (21, 28) int
        Rows from the back of the socket outwards; row 11 is the back edge of the lid margin.
    usual_radius : float [mm]
        Of a globe at this age; eyes cut very wide get a somewhat larger one.

    Returns
    -------
    centre, radius : (3,), float [mm]
    """
    margin = vertices[rings[LID_BACK]]
    low, high = margin.min(axis=0), margin.max(axis=0)
    wanted = max(usual_radius, (high - low)[0] / WIDEST_CUT)
    radius = float(min(wanted, usual_radius * LARGEST_GLOBE))
    axis = low[:2] + np.array([PUPIL_ACROSS, PUPIL_UP]) * (high - low)[:2]
    aside = np.hypot(*(margin[:, :2] - axis).T)
    grown = radius + LID_CLEARANCE
    height = globe_height(np.minimum(aside, _RIM_SHARE * radius), grown)
    # Depth of the globe: where the middle of the lids, as modelled, lies on it.
    middle = aside < 0.6 * radius
    depth = float(np.mean(margin[middle, 2] - height[middle]))
    seated = np.array([*axis, depth])

    forward = depth + height - margin[:, 2]
    for row, share in enumerate(_LID_FALLOFF, start=LID_BACK):
        vertices[rings[row], 2] += share * forward
        if row > LID_BACK:  # outwards the push evens out along the lid
            forward = (np.roll(forward, 1) + 2 * forward + np.roll(forward, -1)) / 4
    _line_socket(vertices, rings, seated, radius)
    return seated, radius


def close_lips(vertices: Points, rings: Rings, upper_steps: int) -> None:
    """Bring the two lips together on the line midway between them, in place.

    Parameters
    ----------
    vertices : (n, 3) [mm]
        Changed in place.
    rings : (11, 38) int
        Rows from inside the mouth outwards; row 3 is where the lips touch. Columns: right corner,
        upper lip, left corner, lower lip.
    upper_steps : int
        Columns from the right to the left corner along the upper lip.
    """
    contact = vertices[rings[LIP_CONTACT]]
    upper = np.arange(upper_steps + 1)
    lower = np.append(0, np.arange(len(contact) - 1, upper_steps - 1, -1))
    move = np.zeros_like(contact)
    for line, facing, press in ((upper, lower, -1), (lower, upper, 1)):
        here, there = _way(contact[line]), _way(contact[facing])
        met = np.stack([np.interp(here, there, contact[facing, axis]) for axis in range(3)], axis=1)
        inner = slice(1, -1)  # the corners stay
        move[line[inner]] = (met[inner] - contact[line[inner]]) / 2
        move[line[inner], 1] += press * LIP_OVERLAP / 2
    for row, share in enumerate(_LIP_FALLOFF):
        vertices[rings[row]] += share * move


def _way(line: Points) -> NDArray[np.float64]:
    """Share of the way along a line of points, 0..1."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    way: NDArray[np.float64] = np.append(0.0, np.cumsum(steps)) / steps.sum()
    return way


def _line_socket(vertices: Points, rings: Rings, centre: Points, radius: float) -> None:
    # The lining of the socket is folded just inside the globe: from the lids on it is never seen.
    socket = vertices[rings[: LID_BACK - 2]]
    old_centre = (socket.min(axis=(0, 1)) + socket.max(axis=(0, 1))) / 2
    for row in range(LID_BACK - 2):
        ray = vertices[rings[row]] - old_centre
        ray /= np.linalg.norm(ray, axis=1, keepdims=True)
        vertices[rings[row]] = centre + ray * (radius - 0.6)
    margin = vertices[rings[LID_BACK]]
    outward = vertices[rings[LID_BACK + 2], :2] - margin[:, :2]
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    aside = np.hypot(*(margin[:, :2] - centre[:2]).T)[:, None]
    rim = _RIM_SHARE * radius
    # Just behind its margin the lid's back dips into the globe, so that no gap is left to look
    # through. At a canthus that lies beside the globe it runs to the globe instead: the caruncle.
    behind = margin[:, :2] + 1.0 * outward
    caruncle = centre[:2] + (margin[:, :2] - centre[:2]) * (0.96 * rim / aside)
    share = np.clip((aside / rim - 0.9) / 0.1, 0, 1)
    tucked = margin.copy()
    tucked[:, :2] = behind + share * (caruncle - behind)
    aside = np.hypot(*(tucked[:, :2] - centre[:2]).T)
    tucked[:, 2] = centre[2] + globe_height(np.minimum(aside, rim), radius)
    tucked = centre + (tucked - centre) * (1 - 0.4 / radius)
    vertices[rings[LID_BACK - 1]] = tucked
    ray = tucked + vertices[rings[LID_BACK - 3]] - 2 * centre
    ray /= np.linalg.norm(ray, axis=1, keepdims=True)
    vertices[rings[LID_BACK - 2]] = centre + ray * (radius - 0.6)
