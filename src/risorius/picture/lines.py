"""Lines over a picture, hidden by what stands before them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError
from risorius.picture.camera import Camera

__all__ = ["draw_lines"]

Image = NDArray[np.uint8]
Array = NDArray[np.float64]


def draw_lines(
    image: Image,
    camera: Camera,
    lines: Iterable[ArrayLike],
    *,
    colour: tuple[float, float, float] = (0.85, 0.1, 0.1),
    width: float = 2.0,
    depth: NDArray[np.float32] | None = None,
    tolerance: float = 2.0,
) -> Image:
    """Return the picture with polylines on it.

    Parameters
    ----------
    image : (height, width, 3) uint8
        Not changed.
    camera : Camera
        That the image was drawn with.
    lines : iterable of (point, axis) [mm]
        In the head frame.
    colour : (3,) [1]
        sRGB 0..1.
    width : float [px]
        Of the lines.
    depth : (2 height, 2 width) float32 [mm], optional
        From :func:`risorius.picture.see`; where it is nearer than a line, the line is hidden.
    tolerance : float [mm]
        A line this far behind the surface still shows.

    Returns
    -------
    image : (height, width, 3) uint8

    Raises
    ------
    InputError
        Image and camera differ in size, or a line is not (point, 3).

    Examples
    --------
    >>> camera = Camera(9, 9, 9.0, np.diag([1.0, -1.0, -1.0]), np.array([0.0, 0.0, 9.0]))
    >>> black = np.zeros((9, 9, 3), np.uint8)
    >>> drawn = draw_lines(black, camera, [[[-2, 0, 0], [2, 0, 0]]], colour=(1, 1, 1), width=1.0)
    >>> drawn[4, :, 0].tolist()
    [0, 0, 255, 255, 255, 255, 255, 0, 0]
    """
    if image.shape != (camera.height, camera.width, 3):
        raise InputError(
            f"the picture is {image.shape} and the camera sees {(camera.height, camera.width, 3)}"
        )
    cover = np.zeros(image.shape[:2])
    for number, line in enumerate(lines):
        points = np.asarray(line, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 3:
            raise InputError(f"line {number} must be (point, 3) in mm, not {points.shape}")
        placed = camera.project(points)
        for start, end in pairwise(placed):
            if np.isfinite([start, end]).all():
                _add_segment(cover, start, end, width, depth, tolerance)
    paint = np.array(colour) * 255
    mixed = image + cover[..., None] * (paint - image)
    drawn: Image = np.rint(mixed).astype(np.uint8)
    return drawn


def _add_segment(
    cover: Array,
    start: Array,
    end: Array,
    width: float,
    depth: NDArray[np.float32] | None,
    tolerance: float,
) -> None:
    """Raise ``cover`` (row, column) to the share of each pixel that the segment covers."""
    rows, columns = cover.shape
    margin = width / 2 + 1
    low, high = np.minimum(start, end)[:2] - margin, np.maximum(start, end)[:2] + margin
    left, top = np.maximum(np.floor(low), 0).astype(int)
    right, bottom = np.minimum(np.ceil(high), [columns, rows]).astype(int)
    if left >= right or top >= bottom:
        return
    x = np.arange(left, right)[None, :] + 0.5 - start[0]
    y = np.arange(top, bottom)[:, None] + 0.5 - start[1]
    across, down = end[0] - start[0], end[1] - start[1]
    part = np.clip((x * across + y * down) / max(across**2 + down**2, 1e-12), 0, 1)
    distance = np.hypot(x - part * across, y - part * down)
    share = np.clip(width / 2 + 0.5 - distance, 0, 1)
    if depth is not None:
        # Reciprocal depth is what runs evenly along a line in the picture.
        own = 1 / (1 / start[2] + part * (1 / end[2] - 1 / start[2]))
        before = depth[2 * top : 2 * bottom : 2, 2 * left : 2 * right : 2]
        share = share * (own < before + tolerance)
    view = cover[top:bottom, left:right]
    np.maximum(view, share, out=view)
