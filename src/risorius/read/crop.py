"""Turned rectangles of a picture: cut them out for a network, and put its points back."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Region", "cut", "project", "region_of_points"]

# Outer corners of the person's right and left eye among the 478 points.
_EYE_CORNERS = (33, 263)
# How much wider than the face the next region is, so that a moving head stays inside.
MARGIN = 1.5


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle in a picture, turned about its centre.

    Parameters
    ----------
    x, y : float
        Centre [px].
    width, height : float
        Sides along the turned axes [px].
    angle : float
        Turn from the picture's x axis towards its y axis (clockwise as seen) [rad].

    Examples
    --------
    >>> Region(320.0, 180.0, 200.0, 200.0, 0.0).matrix(256).round(3).tolist()
    [[0.781, -0.0, 220.0], [0.0, 0.781, 80.0]]
    """

    x: float
    y: float
    width: float
    height: float
    angle: float

    def scaled(self, factor: float) -> Region:
        """Return the same region in a picture that is ``factor`` times as large."""
        return Region(
            self.x * factor, self.y * factor, self.width * factor, self.height * factor, self.angle
        )

    def matrix(self, side: int) -> NDArray[np.float64]:
        """Return the affine map from pixels of a ``side`` x ``side`` cut-out to the picture."""
        c, s = cos(self.angle), sin(self.angle)
        across, down = self.width / side, self.height / side
        return np.array(
            [
                [c * across, -s * down, self.x - 0.5 * (c * self.width - s * self.height)],
                [s * across, c * down, self.y - 0.5 * (s * self.width + c * self.height)],
            ]
        )


def cut(
    picture: NDArray[np.uint8], region: Region, side: int, *, extend: bool, bgr: bool
) -> NDArray[np.uint8]:
    """Return what is in a region, drawn upright as a square picture.

    Bilinear between eight-bit values, as MediaPipe feeds the same networks; any other kernel would
    move the landmarks away from its own.

    Parameters
    ----------
    picture : (height, width, 3) uint8
        Source.
    region : Region
        What to cut; may reach over the border.
    side : int
        Size of the result [px].
    extend : bool
        Beyond the border: repeat the border's colour (True) or black (False).
    bgr : bool
        The picture's channels are blue, green, red.

    Returns
    -------
    square : (side, side, 3) uint8
        Red, green, blue.
    """
    import cv2

    square: Any = cv2.warpAffine(
        picture,
        region.matrix(side),
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE if extend else cv2.BORDER_CONSTANT,
    )
    # Only the cut-out is turned to red, green, blue: the whole picture would cost far more.
    if bgr:
        square = cv2.cvtColor(square, cv2.COLOR_BGR2RGB, dst=square)
    result: NDArray[np.uint8] = square
    return result


def project(points: NDArray[np.float32], region: Region, side: int) -> NDArray[np.float32]:
    """Return points of a cut-out in pixels of the picture.

    Parameters
    ----------
    points : (n, 3) float32
        x, y in pixels of the cut-out, z in the same unit.
    region : Region
        Where the cut-out came from.
    side : int
        Size of the cut-out [px].

    Returns
    -------
    points : (n, 3) float32
        x, y and z [px of the picture].

    Examples
    --------
    >>> middle = np.array([[128, 128, 12.8]], np.float32)
    >>> project(middle, Region(320.0, 180.0, 200.0, 200.0, 0.3), 256).round(3).tolist()
    [[320.0, 180.0, 10.0]]
    """
    matrix = region.matrix(side)
    result = np.empty((len(points), 3), np.float32)
    result[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    result[:, 2] = points[:, 2] * (region.width / side)
    return result


def region_of_points(points: NDArray[np.float32]) -> Region:
    """Return the square region in which to look for the same face in the next frame.

    Its centre is the middle of the points' bounding box, its side 1.5 times the box's longer side,
    and it is turned so that the outer eye corners lie level.

    Parameters
    ----------
    points : (478, 3) float32
        Landmarks [px].

    Returns
    -------
    region : Region
    """
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    (x0, y0), (x1, y1) = points[_EYE_CORNERS[0], :2], points[_EYE_CORNERS[1], :2]
    side = MARGIN * float((high - low).max())
    x, y = (low + high) / 2
    return Region(float(x), float(y), side, side, atan2(float(y1 - y0), float(x1 - x0)))
