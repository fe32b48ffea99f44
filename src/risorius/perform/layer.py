"""A layer: one of the things that a living face does at the same time as all the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from risorius.perform.scene import Scene
from risorius.perform.stroke import Stroke
from risorius.perform.wave import Wave

__all__ = ["Layer", "StrokeStyle"]


class Layer(Protocol):
    """What all layers have in common.

    A layer reads the scene and speaks in strokes and waves. It never sees another layer: what two
    of them must agree on is a plan, a pure function of the scene with a random stream of its own
    that both of them call. So switching one layer off leaves the strokes of all others as they
    were.
    """

    @property
    def name(self) -> str:
        """What it is called when it is switched off, and its random stream."""
        ...

    def strokes(self, scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
        """Yield strokes in order of their start, one by one as they are asked for.

        What goes on all the time (blinks, fixations, breath) begins at ``scene.start`` and goes on
        to ``scene.duration``, which may be endless. It draws from `rng`. What answers a beat draws
        from ``scene.rng(self.name, beat)`` and is the same whenever the scene starts: the engine
        leaves out what began before ``scene.start``.
        """
        ...

    def waves(self, scene: Scene, rng: np.random.Generator) -> tuple[Wave, ...]:
        """Return what sways, drifts and trembles all the time."""
        ...


class StrokeStyle(Protocol):
    """How strokes are drawn: from documentary to cartoon."""

    @property
    def frame(self) -> float:
        """For how long a drawing stands [s]; 0 moves on with every sample."""
        ...

    def restyle(self, strokes: Iterator[Stroke], layer: str) -> Iterator[Stroke]:
        """Yield the strokes of one layer as this style draws them, again in order of start."""
        ...
