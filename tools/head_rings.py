"""Rings of the base mesh round the eyes and the mouth, and the named lines that they give."""

from __future__ import annotations

import numpy as np

from head_loops import QuadGraph

# Two vertices (hm08 numbers) that begin a closed edge loop; the left eye's, and the mouth's.
LID_BACK, LID_FRONT = (13359, 13352), (6784, 6785)
"""Back edge of the lid margin, which lies on the globe, and its front edge, where the lashes
grow."""
LIP_CONTACT, LIP_OUTWARD = (420, 421), (418, 419)
"""Where the closed lips touch, and the next loop towards the outside."""
EYE_UPPER_STEPS = 13
"""Edges of the upper lid from canthus to canthus; the lower lid has 15."""
NOSTRIL_RIM, NOSTRIL_INSIDE = (7064, 7043), (7096, 7082)
"""Rim of the left nostril and the next loop inside."""
RINGS_IN_SOCKET, RINGS_ROUND_LIDS = 11, 8
RINGS_IN_MOUTH, RINGS_TO_LIP_BORDER, RINGS_ROUND_LIPS = 3, 5, 2

LIP_BORDER_ROW = RINGS_IN_MOUTH + 1 + RINGS_TO_LIP_BORDER
"""Row of the mouth's rings where the red of the lips ends."""


def find_rings(graph: QuadGraph, place: np.ndarray, points: np.ndarray) -> dict[str, np.ndarray]:
    """Rings as rows, from inside to outside, their columns aligned.

    Columns of ``eye`` (the left one): inner canthus, along the upper lid, outer canthus, lower lid.
    ``nostril`` (the left one): its rim and the loop inside, columns not aligned.
    Columns of ``mouth``: right corner, along the upper lip, left corner, lower lip.

    Parameters
    ----------
    graph : QuadGraph
        Of the skin.
    place : array
        Head vertex of every hm08 number.
    points : (n, 3) [mm]
    """

    def loop(start: tuple[int, int]) -> list[int]:
        return graph.walk(*(int(place[number]) for number in start))

    eye = graph.rings(
        loop(LID_BACK), loop(LID_FRONT), inward=RINGS_IN_SOCKET, outward=RINGS_ROUND_LIDS
    )
    mouth = graph.rings(
        loop(LIP_CONTACT),
        loop(LIP_OUTWARD),
        inward=RINGS_IN_MOUTH,
        outward=RINGS_TO_LIP_BORDER - 1 + RINGS_ROUND_LIPS,
    )
    return {
        "nostril": np.array([loop(NOSTRIL_INSIDE), loop(NOSTRIL_RIM)]),
        "eye": _from_medial_over_top(eye, RINGS_IN_SOCKET, points),
        "mouth": _from_medial_over_top(mouth, RINGS_IN_MOUTH, points),
    }


def find_loops(rings: dict[str, np.ndarray], mirror: np.ndarray) -> dict[str, np.ndarray]:
    """Ordered lines: lids from inner to outer canthus, lips from the right to the left corner."""
    eye, mouth = rings["eye"], rings["mouth"]
    loops = {}
    for name, row in (("lid", RINGS_IN_SOCKET + 1), ("lid_back", RINGS_IN_SOCKET)):
        upper, lower = _halves(eye[row], EYE_UPPER_STEPS)
        loops |= {f"{name}_upper_left": upper, f"{name}_lower_left": lower}
        loops |= {f"{name}_upper_right": mirror[upper], f"{name}_lower_right": mirror[lower]}
    steps = left_corner(mouth, mirror)
    loops["lip_upper"], loops["lip_lower"] = _halves(mouth[RINGS_IN_MOUTH], steps)
    loops["lip_border_upper"], loops["lip_border_lower"] = _halves(mouth[LIP_BORDER_ROW], steps)
    loops["nostril_left"] = rings["nostril"][1]
    loops["nostril_right"] = mirror[rings["nostril"][1]]
    loops["mouth_corners"] = mouth[RINGS_IN_MOUTH, [steps, 0]]
    return loops


def left_corner(mouth: np.ndarray, mirror: np.ndarray) -> int:
    """Column of the left mouth corner; the right one is column 0."""
    contact = mouth[RINGS_IN_MOUTH]
    return int(np.flatnonzero(contact == mirror[contact[0]])[0])


def faces_inside(graph: QuadGraph, rings: np.ndarray, row: int) -> np.ndarray:
    """Faces on the inner side of one ring."""
    inner = rings[row - 1]
    (seed, *_) = graph.faces_of[frozenset((int(inner[0]), int(inner[1])))]
    return graph.flood(seed, rings[row].tolist())


def _halves(ring: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    return ring[: steps + 1], np.append(ring[:1], ring[: steps - 1 : -1])


def _from_medial_over_top(rings: np.ndarray, row: int, points: np.ndarray) -> np.ndarray:
    corner = points[rings[row], 0].argmin()
    turned = np.roll(rings, -corner, axis=1)
    height = points[turned[row], 1]
    if height[1:5].mean() < height[-4:].mean():
        turned = np.roll(turned[:, ::-1], 1, axis=1)
    return turned
