"""The rooms of the studio. A room more is a folder here, and its name in these two lines."""

from __future__ import annotations

from risorius.studio.rooms import atlas, mirror, perform, read

ROOMS = tuple(module.ROOM for module in (atlas, perform, read, mirror))
