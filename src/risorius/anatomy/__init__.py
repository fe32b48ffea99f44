"""What is there: muscles, nerves, action units, ARKit shapes and expressions, with sources."""

from __future__ import annotations

from risorius.anatomy.atlas import Atlas, Entry
from risorius.anatomy.load import load_atlas
from risorius.anatomy.movement import ActionUnit, ArkitShape, Drive, Expression
from risorius.anatomy.muscle import Channel, Muscle, Nerve
from risorius.anatomy.quantity import Quantity
from risorius.anatomy.sheet import FactSheet, load_facts

__all__ = [
    "ActionUnit",
    "ArkitShape",
    "Atlas",
    "Channel",
    "Drive",
    "Entry",
    "Expression",
    "FactSheet",
    "Muscle",
    "Nerve",
    "Quantity",
    "load_atlas",
    "load_facts",
]
