"""A rig on disk: which arrays it has and in what steps they are kept.

``docs/rig-format.md`` describes the file for readers in other languages.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError
from risorius.head import load_topology
from risorius.skin.jaw import Jaw
from risorius.skin.lids import Globes, Lids
from risorius.skin.lips import Lips
from risorius.skin.rig import Fields, Rig, eye_of, lid_gains
from risorius.skin.store import read_arrays, write_arrays
from risorius.skin.tissue import load_table

__all__ = ["RIG_VERSION", "load_rig", "pack", "save_rig"]

RIG_VERSION = 1

LIP_ARRAYS = ("upper", "lower", "lower_weight", "gap", "vertex", "place", "give")

LID_STEP = 2.0 / 32767
"""Stored unit of lid turns [rad] and shares [1]."""


def load_rig(path: str | os.PathLike[str]) -> Rig:
    """Read a rig.

    Raises
    ------
    InputError
        The file is missing, damaged, or of another version or head mesh.
    """
    meta, stored = read_arrays(path)
    if meta.get("version") != RIG_VERSION:
        raise InputError(
            f"{path} is a rig of version {meta.get('version')}; this program reads {RIG_VERSION}."
        )
    n = load_topology().levels[0].n_vertices
    try:
        if len(stored["rest"]) != n:
            raise InputError(f"{path} is a rig for another head mesh; bake it again.")
        count = stored["field_count"]
        column = np.repeat(np.arange(len(count)), count)
        value = stored["field_value"] * stored["field_scale"][column, None]
        pointer = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
        rig = Rig(
            channels=tuple(meta["channels"]),
            head=meta["head"],
            rest=stored["rest"],
            normal=stored["normal"].astype(np.float32) / np.float32(32767),
            bend=stored["bend"].astype(np.float32) * np.float32(meta["bend_scale"]),
            fields=Fields(pointer, stored["field_vertex"].astype(np.int32), value),
            jaw=Jaw(
                np.array(meta["jaw"]["pivot"]),
                *(meta["jaw"][k] for k in ("slope", "translation", "max_open")),
            ),
            jaw_share=stored["jaw_share"].astype(np.float32) / np.float32(65535),
            lids=Lids(
                stored["lid_eye"],
                stored["lid_turn"].astype(np.float32) * np.float32(meta["lids"]["step"]),
                np.array(meta["lids"]["axis"]),
                np.array(meta["lids"]["aperture"]),
            ),
            globes=Globes(
                np.array(meta["eyes"]["centre"]),
                np.array(meta["eyes"]["radius"]),
                meta["eyes"]["iris"],
                meta["eyes"]["rise"],
            ),
            eye=eye_of(),
            lips=Lips(*(stored[f"lip_{name}"] for name in LIP_ARRAYS)),
            n_shown=n,
        )
    except (KeyError, TypeError, IndexError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"the rig {path} is damaged: {error!r}.") from error
    return rig


def save_rig(rig: Rig, path: str | os.PathLike[str]) -> None:
    """Write a rig; see ``docs/rig-format.md``.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    meta, arrays = pack(rig)
    write_arrays(path, meta, arrays)


def pack(rig: Rig) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return header and arrays of a rig as they are stored, in whole steps."""
    fields = rig.fields
    column = np.repeat(np.arange(2 * len(rig.channels)), np.diff(fields.pointer))
    scale = np.full(2 * len(rig.channels), 1e-6, np.float32)
    np.maximum.at(scale, column, np.abs(fields.value).max(axis=1, initial=0.0))
    scale /= np.float32(32767)
    bend_scale = float(max(np.abs(rig.bend).max(), 1e-9) / 32767)
    meta: dict[str, Any] = {
        "version": RIG_VERSION,
        "channels": list(rig.channels),
        "sides": ["left", "right"],
        "head": rig.head,
        "bend_scale": bend_scale,
        "jaw": {
            "pivot": rig.jaw.pivot.tolist(),
            "slope": rig.jaw.slope,
            "translation": rig.jaw.translation,
            "max_open": rig.jaw.max_open,
        },
        "lids": {
            "axis": rig.lids.axis.tolist(),
            "aperture": rig.lids.aperture.tolist(),
            "step": LID_STEP,
            "motion": {k: v["typ"] for k, v in load_table("drives")["lid_motion"].items()},
            "gains": lid_gains(rig.channels).tolist(),
        },
        "eyes": {
            "centre": rig.globes.centre.tolist(),
            "radius": rig.globes.radius.tolist(),
            "iris": rig.globes.iris,
            "rise": rig.globes.rise,
        },
    }
    arrays: dict[str, NDArray[Any]] = {
        "rest": rig.rest,
        "normal": np.round(rig.normal * 32767).astype(np.int16),
        "bend": np.round(rig.bend / bend_scale).astype(np.int16),
        "jaw_share": np.round(rig.jaw_share * 65535).astype(np.uint16),
        "lid_eye": rig.lids.eye,
        "lid_turn": np.round(rig.lids.turn / LID_STEP).astype(np.int16),
        **{f"lip_{name}": getattr(rig.lips, name) for name in LIP_ARRAYS},
        "field_count": np.diff(fields.pointer),
        "field_vertex": fields.vertex.astype(np.uint16),
        "field_value": np.round(fields.value / scale[column, None]).astype(np.int16),
        "field_scale": scale,
    }
    return meta, arrays
