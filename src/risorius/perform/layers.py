"""Every layer there is."""

from __future__ import annotations

from risorius.perform.blink import BlinkLayer
from risorius.perform.breath import BreathLayer
from risorius.perform.emotion import EmotionLayer
from risorius.perform.gaze import GazeLayer
from risorius.perform.gesture import GestureLayer
from risorius.perform.head import HeadLayer
from risorius.perform.layer import Layer
from risorius.perform.micro import MicroLayer
from risorius.perform.speech import SpeechLayer

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
