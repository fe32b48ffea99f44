"""Which of the tracker's 478 points lie where; sides are the depicted person's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["CORNERS", "IRIS", "IRIS_RIM", "LIPS_INNER", "LOWER_LID", "OVAL", "UPPER_LID"]


def _both(left: tuple[int, ...], right: tuple[int, ...]) -> NDArray[np.intp]:
    table = np.array([left, right])
    table.setflags(write=False)
    return table


# First axis: left, right. Lid margins run from the outer to the inner corner.
UPPER_LID = _both((388, 387, 386, 385, 384), (161, 160, 159, 158, 157))
LOWER_LID = _both((390, 373, 374, 380, 381), (163, 144, 145, 153, 154))
CORNERS = _both((263, 362), (33, 133))
IRIS = _both((473,), (468,))
IRIS_RIM = _both((474, 475, 476, 477), (469, 470, 471, 472))

LIPS_INNER = np.array([13, 14, 78, 308])
"""Middle of the upper and the lower lip, right and left corner, at the opening of the mouth."""

# fmt: off
OVAL = np.array((
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
))
# fmt: on
"""The outline, where points slide with the view instead of staying on the skin."""
