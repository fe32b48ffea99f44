"""Shape to pixels: an offscreen rasteriser, pictures and films."""

from __future__ import annotations

from risorius.picture.camera import Camera, front_camera, orbit
from risorius.picture.draw import render, see
from risorius.picture.lines import draw_lines
from risorius.picture.look import Look
from risorius.picture.png import write_png
from risorius.picture.sheet import contact_sheet
from risorius.picture.video import write_mp4

__all__ = [
    "Camera",
    "Look",
    "contact_sheet",
    "draw_lines",
    "front_camera",
    "orbit",
    "render",
    "see",
    "write_mp4",
    "write_png",
]
