"""Find faces in a whole picture: BlazeFace (short range) with its own anchors and voting."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2

import numpy as np
from numpy.typing import NDArray

from risorius.read.crop import MARGIN, Region, cut
from risorius.read.model import Network

__all__ = ["Detection", "Detector"]

_SIDE = 128
# The net's two grids: cells along a side, and anchors in each cell.
_GRIDS = ((16, 2), (8, 6))
_MIN_SCORE = 0.5
# Boxes that overlap more than this (intersection over union) vote for one face.
_SAME_FACE = 0.3


@dataclass(frozen=True, slots=True)
class Detection:
    """A place where a face may be.

    Parameters
    ----------
    score : float
        The detector's belief [0..1].
    region : Region
        Where to look for landmarks.
    """

    score: float
    region: Region


def _anchors() -> NDArray[np.float32]:
    """Return the centres of the anchors, (896, 2), in parts of the square's side."""
    grids = []
    for cells, count in _GRIDS:
        middle = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        y, x = np.meshgrid(middle, middle, indexing="ij")
        grids.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), count, axis=0))
    return np.concatenate(grids)


def _overlap(box: NDArray[np.float32], boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return intersection over union of one box with others; columns x0, y0, x1, y1."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:4], boxes[:, 2:4])
    both = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(boxes[:, 2:4] - boxes[:, :2], axis=1)
    union = areas + np.prod(box[2:4] - box[:2]) - both
    result: NDArray[np.float32] = both / np.maximum(union, 1e-9)
    return result


def vote(
    scores: NDArray[np.float32], boxes: NDArray[np.float32]
) -> list[tuple[float, NDArray[np.float32]]]:
    """Join overlapping boxes by a vote weighted with their scores (weighted NMS).

    Parameters
    ----------
    scores : (n,) float32
        Belief of each box [0..1].
    boxes : (n, k) float32
        x0, y0, x1, y1 and any further coordinates that go with the box.

    Returns
    -------
    faces : list of (score, (k,) float32)
        Best first; the score is the best one among the voters.

    Examples
    --------
    >>> boxes = np.array([[0, 0, 2, 2], [0, 0, 2, 4], [8, 8, 9, 9]], np.float32)
    >>> scores = np.array([0.9, 0.3, 0.6], np.float32)
    >>> [(round(s, 1), b.round(2).tolist()) for s, b in vote(scores, boxes)]
    [(0.9, [0.0, 0.0, 2.0, 2.5]), (0.6, [8.0, 8.0, 9.0, 9.0])]
    """
    left = np.argsort(-scores, kind="stable")
    faces = []
    while left.size:
        best = left[0]
        same = _overlap(boxes[best], boxes[left]) > _SAME_FACE
        same[0] = True
        voters = left[same]
        weights = scores[voters] / scores[voters].sum()
        faces.append((float(scores[best]), weights @ boxes[voters]))
        left = left[~same]
    return faces


class Detector:
    """Finds candidates for faces in a whole picture.

    The net sees the picture at 128 x 128, so a face narrower than about a tenth of the picture's
    longer side is missed. Candidates can be wrong: the landmark net's presence score judges them.
    """

    __slots__ = ("_anchors", "_network")

    def __init__(self) -> None:
        self._network = Network("face_detector")
        self._anchors = _anchors()

    def find(self, picture: NDArray[np.uint8], *, bgr: bool) -> list[Detection]:
        """Return where faces may be, best first.

        Parameters
        ----------
        picture : (height, width, 3) uint8
            The whole picture.
        bgr : bool
            Its channels are blue, green, red instead of red, green, blue.

        Returns
        -------
        detections : list of Detection
        """
        height, width = picture.shape[:2]
        side = float(max(height, width))
        whole = Region(width / 2, height / 2, side, side, 0.0)
        square = cut(picture, whole, _SIDE, extend=False, bgr=bgr)
        np.subtract(square * np.float32(2 / 255), np.float32(1), out=self._network.input())
        raw, logits = self._network.run()
        scores = (1 / (1 + np.exp(-logits[0, :, 0].clip(-50, 50)))).astype(np.float32)
        keep = scores >= _MIN_SCORE
        if not keep.any():
            return []
        return [
            Detection(score, _region(numbers * side, width, height))
            for score, numbers in vote(scores[keep], self._decode(raw[0], keep))
        ]

    def _decode(self, raw: NDArray[np.float32], keep: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return boxes (x0, y0, x1, y1) and six key points, (n, 16), in parts of the square."""
        numbers = raw[keep] / np.float32(_SIDE)
        anchors = self._anchors[keep]
        centre, half = numbers[:, :2] + anchors, numbers[:, 2:4] / 2
        points = numbers[:, 4:].reshape(len(numbers), 6, 2) + anchors[:, None]
        return np.concatenate(
            [centre - half, centre + half, points.reshape(len(numbers), 12)], axis=1
        )


def _region(numbers: NDArray[np.float32], width: int, height: int) -> Region:
    """Return the region for the landmark net, from a box and eyes in px of the padded square."""
    side = max(width, height)
    shift_x, shift_y = (side - width) / 2, (side - height) / 2
    x0, y0, x1, y1, eye0_x, eye0_y, eye1_x, eye1_y = (float(v) for v in numbers[:8])
    return Region(
        (x0 + x1) / 2 - shift_x,
        (y0 + y1) / 2 - shift_y,
        MARGIN * (x1 - x0),
        MARGIN * (y1 - y0),
        atan2(eye1_y - eye0_y, eye1_x - eye0_x),
    )
