"""The binary frame: one moment of a face as a row of 32-bit numbers, for the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = ["COLUMNS", "FRAME", "frame_rows"]


def _layout() -> tuple[dict[str, tuple[int, int]], int]:
    widths = {
        "time": 1,
        "activation": 2 * len(load_atlas().channel_ids),
        "jaw": 3,
        "gaze": 4,
        "head": 6,
        "breath": 1,
    }
    spans, begin = {}, 0
    for name, width in widths.items():
        spans[name] = (begin, begin + width)
        begin += width
    return spans, begin


FRAME, COLUMNS = _layout()
"""Where each part begins and ends in a row, and how long a row is.

``time`` [s]; ``activation`` by channel and side [1], NaN where nothing was observed; ``jaw`` (open,
protrude, lateral) [rad, mm, mm] and ``gaze`` (left yaw, left pitch, right yaw, right pitch) [rad],
NaN where they follow from their muscles; ``head`` (yaw, pitch, roll, x, y, z) [rad, mm]; ``breath``
[1]. The pupils follow from their muscles.
"""

_PARTS = {"jaw": "jaw", "gaze": "gaze", "head": "head_pose", "breath": "breath"}
_REST = {"jaw": np.nan, "gaze": np.nan, "head": 0.0, "breath": 0.0}


def frame_rows(clip: Clip) -> NDArray[np.float32]:
    """Return a clip as rows of `FRAME`.

    Parameters
    ----------
    clip : xarray.Dataset

    Returns
    -------
    rows : (time, column)

    Examples
    --------
    >>> from risorius.clip import new_clip
    >>> rows = frame_rows(new_clip([0.0, 0.5], {"risorius": [0.0, 1.0]}))
    >>> rows.shape == (2, COLUMNS), float(rows[1, FRAME["time"][0]]), float(np.nanmax(rows[1]))
    (True, 0.5, 1.0)
    """
    rows = np.empty((clip.sizes["time"], COLUMNS), dtype="<f4")

    def put(part: str, values: Any) -> None:
        begin, end = FRAME[part]
        rows[:, begin:end] = values

    put("time", clip["time"].values[:, None])
    put("activation", clip["activation"].values.reshape(len(rows), -1))
    for part, name in _PARTS.items():
        given = name in clip
        put(part, clip[name].values.reshape(len(rows), -1) if given else _REST[part])
    return rows
