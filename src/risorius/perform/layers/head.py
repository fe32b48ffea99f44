"""The head: it sways, turns, nods, carries an attitude, and is never quite still."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

import numpy as np

from risorius.perform.layers.nod import feedback, nods, speech_accents
from risorius.perform.layers.pattern import arousal
from risorius.perform.layers.posture import carried
from risorius.perform.quantity import chosen, draw, published, span
from risorius.perform.scene import Scene
from risorius.perform.stroke import Stroke
from risorius.perform.table import load_table
from risorius.perform.target import TARGETS
from risorius.perform.wave import Wave

__all__ = ["HeadLayer"]


@dataclass(frozen=True, slots=True)
class HeadLayer:
    """Moves and carries the head.

    It sways with the balance of the body and beats with the heart, follows gaze, carries chin, tilt
    and lean as the score and the standing of the person say, shifts with the weight, nods, shakes,
    and accents what is said. The muscles of the neck work along. Breath moves it too, in its own
    layer; the eyes keep their goal through all of it.

    Examples
    --------
    >>> scene = Scene(duration=10.0)
    >>> len(HeadLayer().waves(scene, scene.rng("head.waves")))
    4
    """

    name: str = "head"

    def strokes(self, scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
        """Yield what the head does."""
        weight, heart, listener, speaker = rng.spawn(4)
        return heapq.merge(
            carried(scene, weight),
            nods(scene),
            _heartbeat(scene, heart),
            feedback(scene, listener),
            speech_accents(scene, speaker),
            key=lambda stroke: stroke.start,
        )

    def waves(self, scene: Scene, rng: np.random.Generator) -> tuple[Wave, ...]:
        """Return the sway of the head, of this person's size."""
        table, band = load_table("head")["sway"], published("head.idle_sway.band")
        usual = published("head.idle_sway.sd_of_angle")
        angle = draw(rng, usual) * table["posture"][scene.context.posture]
        size = angle / usual.value
        # Who sways to the left turns and tilts on the way; up and down there is hardly any way.
        yaw, pitch, roll = (TARGETS.head(axis) for axis in ("yaw", "pitch", "roll"))
        x, y, z = (TARGETS.head(axis) for axis in ("x", "y", "z"))
        slope = chosen("head", "sway.slope").value
        axes, shift = table["axes"], table["shift"]
        parts = (
            ((yaw,), (axes["yaw"] * angle,)),
            ((pitch, z), (axes["pitch"] * angle, 0.5 * shift["z"] * size)),
            ((roll, x), (axes["roll"] * angle, -shift["x"] * size)),
            ((z, y), (shift["z"] * size, shift["y"] * size)),
        )
        return tuple(
            Wave(target, amount, *span(band), int(rng.integers(2**63)), slope)
            for target, amount in parts
        )


def _heartbeat(scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
    """Yield how each beat of the heart throws the head."""
    angle, spread = chosen("head", "heart.angle"), chosen("head", "heart.spread").value
    rise, fall = (chosen("head", f"heart.{name}").value for name in ("rise", "fall"))
    calm, wild = draw(rng, chosen("head", "heart.rate")), chosen("head", "heart.wild").value
    idle = load_table("emotion")["arousal"]["idle"]["typ"]
    target = (TARGETS.head("pitch"),)
    time = scene.start + rng.random() / calm
    while time < scene.duration:
        rate = float(np.interp(arousal(scene, time), (idle, 1.0), (calm, wild)))
        yield Stroke(time, rise, 0.0, fall, target, (draw(rng, angle),))
        time += exp(spread * float(np.clip(rng.standard_normal(), -2, 2))) / rate
