"""Shape to pixels: an offscreen rasteriser, pictures and films."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risorius.picture.camera import Camera, front_camera, orbit
from risorius.picture.draw import render, see
from risorius.picture.lines import draw_lines
from risorius.picture.look import Look
from risorius.picture.png import write_png
from risorius.picture.sheet import contact_sheet
from risorius.picture.video import write_mp4

if TYPE_CHECKING:
    from risorius.picture.dissect import Beneath, beneath

__all__ = [
    "Beneath",
    "Camera",
    "Look",
    "beneath",
    "contact_sheet",
    "draw_lines",
    "front_camera",
    "orbit",
    "render",
    "see",
    "write_mp4",
    "write_png",
]


def __getattr__(name: str) -> Any:
    # Who draws a closed face should not wait for what makes its muscles.
    if name in ("Beneath", "beneath"):
        from risorius.picture import dissect

        return getattr(dissect, name)
    raise AttributeError(f"module 'risorius.picture' has no attribute {name!r}")
