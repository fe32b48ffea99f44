"""Clips to the world: tables, 3D files, pictures and films, one module per format."""

from __future__ import annotations

from risorius.export.film import write_film, write_picture
from risorius.export.glb import write_glb
from risorius.export.report import LossReport
from risorius.export.table import write_table
from risorius.export.write import write_clip

__all__ = ["LossReport", "write_clip", "write_film", "write_glb", "write_picture", "write_table"]
