"""From muscle activation to moving skin: tissue, jaw, lids, and the baked rig that is fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from risorius.skin.bake import bake_rig
    from risorius.skin.flesh import Flesh, Settled, make_flesh
    from risorius.skin.jaw import gaze_from_activation, jaw_from_activation
    from risorius.skin.rig import Rig
    from risorius.skin.rigfile import load_rig, save_rig

__all__ = [
    "Flesh",
    "Rig",
    "Settled",
    "bake_rig",
    "gaze_from_activation",
    "jaw_from_activation",
    "load_rig",
    "make_flesh",
    "save_rig",
]

_HOME = {
    "Flesh": "flesh",
    "Settled": "flesh",
    "make_flesh": "flesh",
    "Rig": "rig",
    "bake_rig": "bake",
    "gaze_from_activation": "jaw",
    "jaw_from_activation": "jaw",
    "load_rig": "rigfile",
    "save_rig": "rigfile",
}


def __getattr__(name: str) -> Any:
    # Baking needs the sparse solvers; who only plays a rig should not wait for them.
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"risorius.skin.{_HOME[name]}"), name)
    raise AttributeError(f"module 'risorius.skin' has no attribute {name!r}")
