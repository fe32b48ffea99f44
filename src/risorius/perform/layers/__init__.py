"""The layers: everything that a living face does at the same time.

Each is a module with its plan and its parts beside it; ``LAYERS`` lists them all.
"""

from __future__ import annotations

from risorius.perform.layer import Layer
from risorius.perform.layers.blink import BlinkLayer
from risorius.perform.layers.breath import BreathLayer
from risorius.perform.layers.emotion import EmotionLayer
from risorius.perform.layers.gaze import GazeLayer
from risorius.perform.layers.gesture import GestureLayer
from risorius.perform.layers.head import HeadLayer
from risorius.perform.layers.lips import SpeechLayer
from risorius.perform.layers.micro import MicroLayer

__all__ = ["LAYERS"]

LAYERS: tuple[Layer, ...] = (
    SpeechLayer(),
    BreathLayer(),
    EmotionLayer(),
    MicroLayer(),
    GazeLayer(),
    BlinkLayer(),
    HeadLayer(),
    GestureLayer(),
)
"""In the order in which strokes that start at once come together."""
