"""What the tests of feelings share: beats, and what strokes add up to."""

import numpy as np

from risorius.anatomy import load_atlas
from risorius.perform import TARGETS
from risorius.perform.kernels import envelope
from risorius.perform.layers.emotion import EmotionLayer
from risorius.perform.layers.unit import reach

ATLAS = load_atlas()
UNIVERSAL = [entry.id for entry in ATLAS.expressions if entry.universal]
EXPRESSIONS = [entry.id for entry in ATLAS.expressions]
ZYGOMATIC = TARGETS.both("zygomaticus_major")
CHEEK = TARGETS.both("orbicularis_oculi.orbitalis")
BROW = TARGETS.both("frontalis.medialis")
LAYER = EmotionLayer()


def feel(what, start=0.5, end=4.5, strength=0.7, kind="feel", **more):
    return {
        "kind": kind,
        "what": what,
        "start": start,
        "end": end,
        "strength": strength,
        "more": more,
    }


def course(strokes, targets, times):
    """The drive of some targets as strokes add up, (time, target)."""
    out = np.zeros((len(times), len(targets)))
    for stroke in strokes:
        for target, amount in zip(stroke.target, stroke.amount, strict=True):
            if target in targets:
                shape = (int(stroke.profile), stroke.rise, stroke.hold, stroke.fall)
                out[:, targets.index(target)] += [
                    amount * envelope(*shape, t - stroke.start) for t in times
                ]
    return out


def of_target(strokes, target):
    return [stroke for stroke in strokes if target in stroke.target and max(stroke.amount) > 0]


def vector(parts):
    drive = np.zeros(TARGETS.muscles)
    for part in parts:
        for each in reach(part.unit, part.side):
            for target, amount in zip(each.target, each.amount, strict=True):
                if target < TARGETS.muscles:
                    drive[target] += amount * part.amount
    return drive.reshape(-1, 2)
