"""Expressions as attractors: patterns that are sampled around what the atlas says, never copied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import exp
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import Component, Expression, Side
from risorius.anatomy.quantity import Quantity
from risorius.perform.layers.unit import reach
from risorius.perform.quantity import chosen
from risorius.perform.scene import Scene
from risorius.perform.table import load_table
from risorius.perform.target import TARGETS

__all__ = ["Asked", "Part", "arousal", "between", "likeness", "on_face", "sample_pattern"]

Floats = NDArray[np.float64]


class Part(NamedTuple):
    """One action unit of a sampled pattern: how much of it [1], and where."""

    unit: str
    amount: float
    side: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How an expression is asked for.

    Attributes
    ----------
    strength : float [1]
        0..1; everyday in the middle, the most the face can do at 1.
    expressivity : float [1]
        Of the persona, 0..1.
    felt : bool
        Felt, or made on purpose.
    full : bool
        The whole pattern, nothing left to chance.
    optional : bool
        With it also the units that are seen in part of the cases.
    side : {"left", "right"}, optional
    chance : mapping of str to float
        By what the chance of a unit is multiplied.
    gain : float [1]
        By what the strength is multiplied.
    """

    strength: float
    expressivity: float = 0.5
    felt: bool = True
    full: bool = False
    optional: bool = False
    side: Side | None = None
    chance: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    gain: float = 1.0


def between(quantity: Quantity, share: float) -> float:
    """Return what lies at a share 0..1 of the way through the span of a quantity."""
    low, high = quantity.low, quantity.high
    if low is None or high is None:
        return quantity.value
    return low + share * (high - low)


def sample_pattern(name: str, asked: Asked, rng: np.random.Generator) -> tuple[Part, ...]:
    """Draw one way in which an expression shows.

    Each unit takes part by the chance of its role. A pattern that is hardly like the prototype, or
    looks more like another of the universal expressions, is drawn again; if need be what is core is
    added. So the prototype is an attractor: seldom reached, and what is drawn stays in its basin.

    Parameters
    ----------
    name : str
        An expression of the atlas.
    asked : Asked
    rng : numpy.random.Generator

    Returns
    -------
    parts : tuple of Part
        In the order of the atlas; empty for the neutral face.

    Raises
    ------
    InputError
        No such expression.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> [part.unit for part in sample_pattern("joy", Asked(strength=0.5), rng)]
    ['AU6', 'AU12']
    """
    entry = load_atlas().expression(name)
    if not entry.components:
        return ()
    gain = between(chosen("emotion", "strength.expressivity"), asked.expressivity) * asked.gain
    strength = min(1.0, asked.strength * gain)
    spread = 0.0 if asked.full else chosen("emotion", "strength.spread").value
    core = [c for c in entry.components if c.role == "core"]
    core = core or [c for c in entry.components if c.role == "variant"]
    amounts = {
        component: _amount(component, strength, core=component in core)
        * exp(spread * rng.standard_normal())
        for component in entry.components
    }
    if not asked.felt:
        more = chosen("emotion", "pathway.posed_amount").value
        amounts = {component: amount * more for component, amount in amounts.items()}

    def parts(some: Iterable[Component]) -> tuple[Part, ...]:
        return tuple(
            Part(c.action_unit, min(1.0, amounts[c]), _side_of(entry, c, asked.side))
            for c in entry.components
            if c in some and amounts[c] > 0.0
        )

    if asked.full:
        return parts({c for c in entry.components if asked.optional or c.role != "optional"})
    shows = min(1.0, 0.5 * (asked.expressivity + asked.strength))
    way = "felt" if asked.felt else "posed"
    leads = load_table("emotion")["sampling"]["leads"].get(entry.id, ())
    chances: dict[Component, float] = {}
    for c in entry.components:
        usual = chosen("emotion", f"sampling.{way}.{'core' if c in core else c.role}")
        chance = asked.chance.get(c.action_unit, 1.0) * between(usual, shows)
        chances[c] = 1.0 if c.action_unit in leads else chance
    some: set[Component] = set()
    for _ in range(int(chosen("emotion", "sampling.draws").value)):
        some = {c for c, chance in chances.items() if rng.random() < chance}
        if _is_like(entry, parts(some)):
            return parts(some)
    for component in sorted(core, key=lambda c: -c.typical):
        some.add(component)
        if _is_like(entry, parts(some)):
            return parts(some)
    # What others would claim in every case is at least the whole of its own core.
    return parts(core)


def _amount(component: Component, strength: float, *, core: bool) -> float:
    """Return how much of a unit there is: typical at everyday strength, its most at 1.

    What is not core stays behind: a terror whose jaw drops as far as it can, and whose lids
    tighten as much as they can, is taken for surprise.
    """
    everyday = chosen("emotion", "strength.everyday").value
    if strength <= everyday:
        return component.typical * strength / everyday
    way = (strength - everyday) / (1.0 - everyday)
    if not core:
        way *= chosen("emotion", "strength.aside").value
    return component.typical + (component.most - component.typical) * way


def _side_of(entry: Expression, component: Component, side: Side | None) -> Side | None:
    # As the atlas has it: what has a side of its own is turned to the side, all else is cut to it.
    if component.one_sided:
        return side or entry.default_side
    return None if entry.default_side else side


def _is_like(entry: Expression, parts: tuple[Part, ...]) -> bool:
    """Whether parts look like this expression, and more so than like any universal one."""
    drive = np.zeros(TARGETS.muscles)
    for part in parts:
        for each in reach(part.unit, part.side):
            for target, amount in zip(each.target, each.amount, strict=True):
                if target < TARGETS.muscles:
                    drive[target] += amount * part.amount
    if not drive.any():
        # Patterns of head and eyes alone have nothing that another face could claim.
        return bool(parts)
    names = tuple(dict.fromkeys((entry.id, *_universal())))
    found = likeness(drive.reshape(-1, 2), names)
    least = chosen("emotion", "sampling.basin").value
    return found[entry.id] >= max(least, *found.values())


@cache
def _universal() -> tuple[str, ...]:
    return tuple(entry.id for entry in load_atlas().expressions if entry.universal)


def likeness(activation: ArrayLike, names: Iterable[str] | None = None) -> dict[str, float]:
    """Return how much activations look like expressions of the atlas.

    The likeness is the cosine between the muscles at work and those of the pattern (core and
    variants at everyday strength) on the face; one-sided patterns are tried on both sides.

    Parameters
    ----------
    activation : (channel, side) [1]
        NaN where nothing was observed; such muscles do not count.
    names : iterable of str, optional
        The seven universal expressions by default.

    Returns
    -------
    likeness : dict of str to float [1]
        0..1 each; all 0 for a face at rest.

    Examples
    --------
    >>> smile = np.zeros((len(load_atlas().channel_ids), 2))
    >>> smile[load_atlas().channel_ids.index("zygomaticus_major")] = 0.5
    >>> found = likeness(smile)
    >>> max(found, key=found.get)
    'happiness'
    """
    wanted = tuple(names) if names is not None else _universal()
    known = ~np.isnan(np.asarray(activation, dtype=np.float64))
    own = on_face(activation)
    size = float(np.linalg.norm(own))
    found = {}
    for name in wanted:
        best = 0.0
        for pattern in _patterns(name):
            there = np.where(known, pattern, 0.0)
            length = float(np.linalg.norm(there)) * size
            best = max(best, float((own * there).sum()) / length if length else 0.0)
        found[name] = best
    return found


def on_face(activation: ArrayLike) -> Floats:
    """Return activations (channel, side) [1] as a face shows them, 0 where nothing can be seen.

    That is what was not observed, the eyes, the posture, and all that lies under the skin.

    Examples
    --------
    >>> on_face(np.full((len(load_atlas().channel_ids), 2), np.nan)).max()
    np.float64(0.0)
    """
    seen = np.asarray(activation, dtype=np.float64)
    return np.where(_visible()[:, None], np.nan_to_num(seen), 0.0)


@cache
def _patterns(name: str) -> tuple[Floats, ...]:
    entry = load_atlas().expression(name)
    sides: tuple[Side | None, ...] = ("left", "right") if entry.default_side else (None,)
    patterns = []
    for side in sides:
        pattern = np.zeros(TARGETS.muscles)
        if entry.components:
            target, amount = TARGETS.drives(entry.id, 1.0, side)
            pattern[list(target)] = amount
        patterns.append(pattern.reshape(-1, 2))
    return tuple(patterns)


@cache
def _visible() -> NDArray[np.bool_]:
    """Return which channels show on the face: the rest is posture, gaze, or under the skin."""
    shown = ("skin", "lid", "jaw")
    return np.array([channel.moves in shown for channel in load_atlas().channels])


def arousal(scene: Scene, time: float) -> float:
    """Return how aroused the person is at a time [s]: 0 calm, 1 wild.

    It follows what is felt, comes within a second and goes more slowly; blinks, breath and pupils
    listen to it. Expressions made on purpose arouse less.

    Examples
    --------
    >>> from risorius.perform.scene import Beat
    >>> scene = Scene(beats=(Beat(kind="feel", what="fear", start=1.0, end=4.0),))
    >>> [round(arousal(scene, time), 2) for time in (0.0, 3.0, 60.0)]
    [0.3, 1.0, 0.3]
    """
    level = chosen("emotion", "arousal.idle").value
    rise, decay = (chosen("emotion", f"arousal.{word}").value for word in ("rise", "decay"))
    for start, end, change in _stirs(scene):
        if start > time:
            break
        come = min(1.0, (time - start) / rise)
        stays = exp(-max(0.0, time - end) / decay)
        level += change * stays * come * come * (3.0 - 2.0 * come)
    return min(max(level, 0.0), 1.0)


@lru_cache(maxsize=8)
def _stirs(scene: Scene) -> tuple[tuple[float, float, float], ...]:
    """Return from when to when each feeling changes the arousal, and by how much at most."""
    levels = load_table("emotion")["arousal"]["of"]
    idle, posed = (chosen("emotion", f"arousal.{word}").value for word in ("idle", "posed"))
    made = []
    for beat in scene.of("feel", "express"):
        weight = beat.strength * (1.0 if beat.more.get("felt", beat.kind == "feel") else posed)
        blend = beat.more.get("blend") or {beat.what: 1.0}
        change = sum(
            share * (levels[load_atlas().expression(name).id] - idle)
            for name, share in blend.items()
        )
        made.append((beat.start, beat.end, weight * change))
    return tuple(made)
