"""From a camera to muscles: `read_video` follows a face and answers with a clip, `live` at once.

The steps are modules of their own: `frames` and `tracker` follow 478 points, `camera` takes the
pose of the head away and `drift` what a turning head adds, `neutral` finds the person's own face at
rest, `eyes` reads gaze and lids, `solve` finds the muscles that explain the change, `identify` a
head of the same proportions, `events` names what happened and `report` shows it. `stream` reads
picture by picture with the same `parts`; `steady` and `calibrate` are what only it needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from risorius.read.calibrate import Calibration
    from risorius.read.fit import fit_track
    from risorius.read.report import write_report
    from risorius.read.stream import LiveReader, Reading, live
    from risorius.read.track import Track, track_video
    from risorius.read.video import read_video

__all__ = [
    "Calibration",
    "LiveReader",
    "Reading",
    "Track",
    "fit_track",
    "live",
    "read_video",
    "track_video",
    "write_report",
]

# Loaded on first use: the tracker and the solver start native libraries.
_MODULE_OF = {
    "Calibration": "calibrate",
    "LiveReader": "stream",
    "Reading": "stream",
    "Track": "track",
    "fit_track": "fit",
    "live": "stream",
    "read_video": "video",
    "track_video": "track",
    "write_report": "report",
}


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'risorius.read' has no attribute {name!r}")
    return getattr(importlib.import_module(f"risorius.read.{module}"), name)
