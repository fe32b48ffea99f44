"""What the muscles do over time: a plain `xarray.Dataset` with a checked schema.

A clip has the dimensions ``time`` (s), ``muscle`` (channel ids of the atlas) and ``side`` (the
depicted person's left and right). It always holds ``activation`` (time, muscle, side) in 0..1;
there ``NaN`` means *not observed*. The optional variables are listed in `VARIABLES`. Events lie on
their own dimension ``event``. Attributes say where the clip comes from and what was done to it.

The dataset stays plain: slice, plot and save it with everything xarray offers. The functions here
build, check and transform it without ever aligning silently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risorius.clip.change import (
    fill_unobserved,
    join_clips,
    mirror_clip,
    mirror_label,
    resample_clip,
)
from risorius.clip.schema import (
    SCHEMA_VERSION,
    SIDES,
    VARIABLES,
    Event,
    Variable,
    check_clip,
    clip_events,
    new_clip,
)
from risorius.clip.store import open_clip, save_clip

if TYPE_CHECKING:
    from risorius.clip.schema import Clip

__all__ = [
    "SCHEMA_VERSION",
    "SIDES",
    "VARIABLES",
    "Clip",
    "Event",
    "Variable",
    "check_clip",
    "clip_events",
    "fill_unobserved",
    "join_clips",
    "mirror_clip",
    "mirror_label",
    "new_clip",
    "open_clip",
    "resample_clip",
    "save_clip",
]


def __getattr__(name: str) -> Any:
    # xarray takes 0.3 s to import; the alias is made when somebody asks for it.
    if name == "Clip":
        import xarray as xr

        return xr.Dataset
    raise AttributeError(f"module 'risorius.clip' has no attribute {name!r}")
