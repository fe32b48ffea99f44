"""From a score to a living face: intent in, drive to muscles out.

A score says what is meant; a :class:`Scene` has it at absolute times. Layers (emotion, speech,
blinks, gaze, breath, head) answer with strokes and waves on one axis of targets; the engine draws
them into the drive of the muscles, the body of the muscles turns the drive into activation, and the
result is a clip.

Examples
--------
>>> from risorius.perform import perform_score
>>> clip = perform_score("beats: [{at: 0.2, feel: joy, for: 1.0}]", seed=7)
>>> clip.sizes["muscle"]
66
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from risorius.perform.layer import Layer, StrokeStyle
    from risorius.perform.layers import LAYERS
    from risorius.perform.performance import SWITCHES, perform_blocks, perform_score, scene_of
    from risorius.perform.scene import Beat, Context, Persona, Phone, Phrase, Scene, Word
    from risorius.perform.score.score import Score, load_score, save_score
    from risorius.perform.stage import Live, live
    from risorius.perform.stroke import Mark, Mode, Profile, Stroke
    from risorius.perform.target import TARGETS, Targets
    from risorius.perform.wave import Wave

__all__ = [
    "LAYERS",
    "SWITCHES",
    "TARGETS",
    "Beat",
    "Context",
    "Layer",
    "Live",
    "Mark",
    "Mode",
    "Persona",
    "Phone",
    "Phrase",
    "Profile",
    "Scene",
    "Score",
    "Stroke",
    "StrokeStyle",
    "Targets",
    "Wave",
    "Word",
    "live",
    "load_score",
    "perform_blocks",
    "perform_score",
    "save_score",
    "scene_of",
]

_HOME = {
    "layer": ("Layer", "StrokeStyle"),
    "layers": ("LAYERS",),
    "performance": ("SWITCHES", "perform_blocks", "perform_score", "scene_of"),
    "scene": ("Beat", "Context", "Persona", "Phone", "Phrase", "Scene", "Word"),
    "score": ("Score", "load_score", "save_score"),
    "stage": ("Live", "live"),
    "stroke": ("Mark", "Mode", "Profile", "Stroke"),
    "target": ("TARGETS", "Targets"),
    "wave": ("Wave",),
}


def __getattr__(name: str) -> Any:
    # A layer is made of strokes and should not wait for the engine and its compiler.
    for home, names in _HOME.items():
        if name in names:
            return getattr(importlib.import_module(f"risorius.perform.{home}"), name)
    raise AttributeError(f"module 'risorius.perform' has no attribute {name!r}")
