"""Regions of the skin as smooth masks, painted once on an average adult head."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from head_rings import (
    EYE_UPPER_STEPS,
    LIP_BORDER_ROW,
    RINGS_IN_MOUTH,
    RINGS_IN_SOCKET,
    left_corner,
)

# Lines and centres on the left half of the reference head [mm], relative to the skull base; drawn
# by eye on pictures of it.
BROW_LINE = ((11.0, 55.0), (19.0, 58.5), (28.0, 61.5), (37.0, 63.2), (45.0, 62.0), (53.0, 57.0))
BROW_HALF_WIDTH = (3.4, 4.4, 4.2, 3.6, 2.7, 1.2)
NASOLABIAL_LINE = ((17.5, 0.0), (23.0, -9.0), (28.0, -18.0), (31.0, -28.0))
JAW_LINE = ((14.0, -72.0, 88.0), (36.0, -62.0, 68.0), (54.0, -46.0, 32.0), (62.0, -22.0, 14.0))
HAIRLINE = ((0.0, 106.0), (25.0, 107.0), (46.0, 99.0), (58.0, 84.0), (62.0, 66.0))


def paint_regions(
    points: np.ndarray,
    mirror: np.ndarray,
    rings: dict[str, np.ndarray],
    hidden: dict[str, np.ndarray],
    moved: dict[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Masks (n_skin,) 0..1 by region name.

    Parameters
    ----------
    points : (n_skin, 3) [mm]
        Skin of the reference head.
    mirror : (n_skin,) int
    rings : mapping
        From ``find_rings``.
    hidden : mapping of str to array
        Vertices of ``mouth_bag``, ``eye_socket`` and ``nostril``.
    moved : mapping of str to (n_skin,) [mm]
        How far a detail target moves each vertex, for ``ear`` and ``nose``: their modeller's own
        idea of where an ear or a nose ends.
    """
    left = points.copy()
    left[:, 0] = np.abs(left[:, 0])
    x, y, z = left.T
    front = _rise(z, 5.0, 30.0)

    masks = _lid_masks(len(points), rings["eye"], mirror) | _lip_masks(
        len(points), rings["mouth"], mirror
    )
    for name, vertices in hidden.items():
        masks[name] = np.zeros(len(points))
        masks[name][vertices] = 1.0
    masks["nostril"][rings["nostril"][1]] = masks["nostril"][mirror[rings["nostril"][1]]] = 0.35
    inside = np.maximum(masks["mouth_bag"], masks["eye_socket"])
    lips = np.maximum(masks["lip_upper"], masks["lip_lower"])
    lids = np.maximum(masks["lids_upper"], masks["lids_lower"])
    open_skin = (1 - inside) * (1 - lips)
    ear = _rise(moved["ear"] / moved["ear"].max(), 0.88, 0.995)
    nose = _rise(moved["nose"] / moved["nose"].max(), 0.2, 0.7) * (1 - inside)
    nose *= _rise(y, -12.0, -7.0)
    open_skin *= 1 - ear

    brow_along, brow_across = _line_distance(np.stack([x, y], axis=1), np.array(BROW_LINE))
    half_width = np.interp(brow_along, np.linspace(0, 1, len(BROW_HALF_WIDTH)), BROW_HALF_WIDTH)
    brow = (1 - _rise(brow_across / half_width, 0.55, 1.35)) * front
    brow_height = np.interp(x, *np.array(BROW_LINE).T)
    hair = np.interp(x, *np.array(HAIRLINE).T)
    above = _rise(y, hair - 5, hair + 5)

    masks["brow"] = brow / brow.max() * (1 - inside)
    masks["glabella"] = _blob(left, (0.0, 52.0, 105.0), (15.0, 14.0, 30.0)) * (1 - brow)
    masks["forehead"] = (
        _rise(y, brow_height + 2, brow_height + 9)
        * (1 - above)
        * (1 - _rise(x, 50.0, 62.0))
        * front
    )
    masks["crows_feet"] = (
        _blob(left, (53.0, 36.0, 70.0), (15.0, 18.0, 40.0)) * (1 - lids) * (1 - brow) * (1 - inside)
    )
    masks["nose"] = nose * (1 - lips)
    fold = 1 - _rise(_line_distance(left[:, :2], np.array(NASOLABIAL_LINE))[1], 3.0, 9.0)
    masks["nasolabial"] = fold * front * open_skin * (1 - nose)
    masks["cheek"] = (
        _blob(left, (42.0, -2.0, 80.0), (34.0, 36.0, 70.0)) * open_skin * (1 - nose) * (1 - lids)
    )
    masks["chin"] = _blob(left, (0.0, -60.0, 97.0), (30.0, 22.0, 40.0)) * open_skin
    _, from_jaw = _line_distance(left, np.array(JAW_LINE))
    masks["jaw"] = (1 - _rise(from_jaw, 8.0, 22.0)) * open_skin
    # The neck begins below a plane from under the chin to behind the ear lobe.
    below = -66.0 + (88.0 - z) * 0.55 - y
    masks["neck"] = _rise(below, -4.0, 10.0) * open_skin
    masks["ear"] = ear
    behind_ear = _rise(y - 0.9 * (z - 14.0), 8.0, 26.0) * (1 - front * _rise(z, 26.0, 44.0))
    nape = _rise(y, -42.0, -26.0) * (1 - _rise(z, -30.0, -14.0))
    masks["scalp"] = (
        np.maximum.reduce([above, behind_ear * _rise(y, 30.0, 50.0), nape])
        * (1 - ear)
        * (1 - inside)
    )
    return {name: np.clip(mask, 0.0, 1.0) for name, mask in masks.items()}


def _lid_masks(n: int, rings: np.ndarray, mirror: np.ndarray) -> dict[str, np.ndarray]:
    masks = {"lids_upper": np.zeros(n), "lids_lower": np.zeros(n)}
    weights = (1, 1, 1, 1, 1, 0.95, 0.8, 0.55, 0.25)
    column = np.arange(rings.shape[1])
    middle = EYE_UPPER_STEPS / 2
    upper = np.clip((middle + 1 - np.abs(column - middle)) / 2, 0, 1)
    for table in (rings, mirror[rings]):
        for row, weight in enumerate(weights, start=RINGS_IN_SOCKET):
            masks["lids_upper"][table[row]] = weight * upper
            masks["lids_lower"][table[row]] = weight * (1 - upper)
    return masks


def _lip_masks(n: int, rings: np.ndarray, mirror: np.ndarray) -> dict[str, np.ndarray]:
    masks = {"lip_upper": np.zeros(n), "lip_lower": np.zeros(n)}
    column = np.arange(rings.shape[1])
    upper = (column <= left_corner(rings, mirror)).astype(float)
    upper[[0, left_corner(rings, mirror)]] = 0.5
    border = LIP_BORDER_ROW
    weights = dict.fromkeys(range(RINGS_IN_MOUTH - 1, border), 1.0) | {border: 0.55}
    for row, weight in weights.items():
        masks["lip_upper"][rings[row]] = weight * upper
        masks["lip_lower"][rings[row]] = weight * (1 - upper)
    return masks


def _rise(value: np.ndarray, low: float, high: float) -> np.ndarray:
    share = np.clip((value - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def _blob(points: np.ndarray, centre: tuple[float, ...], radii: tuple[float, ...]) -> np.ndarray:
    distance = np.linalg.norm((points - centre) / np.array(radii), axis=1)
    return 1 - _rise(distance, 0.35, 1.0)


def _line_distance(points: np.ndarray, line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of the way along a polyline of the nearest place on it, and the distance to it."""
    best = np.full(len(points), np.inf)
    along = np.zeros(len(points))
    for number, (start, end) in enumerate(pairwise(line)):
        run = end - start
        share = np.clip((points - start) @ run / (run @ run), 0, 1)
        distance = np.linalg.norm(points - start - share[:, None] * run, axis=1)
        nearer = distance < best
        best = np.where(nearer, distance, best)
        along = np.where(nearer, (number + share) / (len(line) - 1), along)
    return along, best
