"""Clips on disk: NetCDF, suffix ``.nc``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from risorius.clip.schema import VARIABLES, check_clip
from risorius.errors import InputError
from risorius.files import replacing

if TYPE_CHECKING:
    from risorius.clip.schema import Clip

__all__ = ["open_clip", "save_clip"]


def save_clip(clip: Clip, path: str | os.PathLike[str]) -> Path:
    """Write a clip as NetCDF; the file appears under its name only when it is whole.

    Parameters
    ----------
    clip : xarray.Dataset
    path : path
        Must end in ``.nc``.

    Returns
    -------
    path : Path

    Raises
    ------
    InputError
        Another suffix, or a folder that cannot be written to.
    """
    target = Path(path)
    check_clip(clip)
    if target.suffix.lower() != ".nc":
        raise InputError(f"a clip is saved as '.nc', not {target.name!r}.")
    encoding = {
        str(name): {"zlib": True, "complevel": 4}
        for name in clip.data_vars
        if clip[name].dtype.kind == "f" and clip[name].ndim
    }
    with replacing(target) as beside:
        clip.to_netcdf(beside, engine="h5netcdf", encoding=encoding)
    return target


def open_clip(path: str | os.PathLike[str]) -> Clip:
    """Open a clip saved by `save_clip`, wholly in memory and checked.

    Raises
    ------
    InputError
        No such file, or not a clip.
    """
    import xarray as xr

    source = Path(path)
    if not source.is_file():
        raise InputError(f"no clip at {source}.")
    try:
        clip = xr.load_dataset(source, engine="h5netcdf")
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{source} is not a clip (NetCDF): {error}.") from error
    clip.attrs = {key: _plain(value) for key, value in clip.attrs.items()}
    for name in ("muscle", "side", *(v.dims[-1] for v in VARIABLES.values() if v.labels)):
        if name in clip.coords:
            clip = clip.assign_coords({name: clip[name].values.astype(str)})
    return check_clip(clip)


def _plain(value: Any) -> Any:
    """Attributes come back from the file as numpy scalars; give them back as they were."""
    return value.item() if isinstance(value, np.generic) else value
