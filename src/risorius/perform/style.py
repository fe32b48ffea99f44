"""Style: the same strokes drawn as life has them, or larger, or as a cartoon."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import count
from math import copysign

from risorius.anatomy import load_atlas
from risorius.errors import InputError, did_you_mean
from risorius.perform.quantity import chosen
from risorius.perform.stroke import Mode, Profile, Stroke
from risorius.perform.table import load_table
from risorius.perform.target import TARGETS

__all__ = ["STYLES", "Style", "style_of"]

STYLES: tuple[str, ...] = tuple(load_table("style")["styles"])
"""The styles that have a name, from least to most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How strokes are drawn.

    A style changes how much and how fast, never who works against whom: a muscle that is stronger
    than its antagonist stays so, nothing exceeds full effort, and strokes that replace others, such
    as the seals of the lips, are left as they are. So are blinks, and whatever follows a track.

    Attributes
    ----------
    exaggeration : float [1]
        1 is life.
    anticipation : float [1]
        How much the antagonists move first, as a share of what is to come.
    anticipation_s : float [s]
        For how long.
    snap : float [1]
        Share of rise and fall that is cut; the time goes to the hold.
    hold_s : float [s]
        How long an apex stands at least.
    frame_s : float [s]
        How long a drawing stands; 0 moves on with every frame.

    Raises
    ------
    InputError
        A dial outside its range.

    Examples
    --------
    >>> smile = Stroke(1.0, 0.5, 1.0, 0.5, TARGETS.both("zygomaticus_major"), (0.5, 0.45))
    >>> bigger = next(Style(exaggeration=2.0).restyle(iter([smile]), "emotion"))
    >>> [round(amount, 4) for amount in bigger.amount]
    [0.75, 0.6975]
    """

    exaggeration: float = 1.0
    anticipation: float = 0.0
    anticipation_s: float = 0.12
    snap: float = 0.0
    hold_s: float = 0.0
    frame_s: float = 0.0

    def __post_init__(self) -> None:
        wrong = []
        for dial in fields(self):
            value, span = getattr(self, dial.name), chosen("style", f"dials.{dial.name}")
            low, high = span.low or 0.0, span.high or 0.0
            if not low <= value <= high:
                wrong.append(f"{dial.name} must lie in {low:g}..{high:g}, not {value:g}")
        if wrong:
            raise InputError(f"{'; '.join(wrong)}.")

    @property
    def frame(self) -> float:
        """For how long a drawing stands [s]."""
        return self.frame_s

    def restyle(self, strokes: Iterator[Stroke], layer: str) -> Iterator[Stroke]:
        """Yield the strokes of a layer as this style draws them, in order of start."""
        freedom = load_table("style")["layers"].get(layer)
        if freedom is None or self == replace(_plain(), frame_s=self.frame_s):
            return strokes
        drawn = (self._drawn(stroke, in_time=freedom["time"]) for stroke in strokes)
        if self.anticipation > 0.0 and freedom["time"]:
            return self._anticipated(drawn)
        return drawn

    def _drawn(self, stroke: Stroke, *, in_time: bool) -> Stroke:
        if stroke.mode != Mode.ADD:
            return stroke
        amount = tuple(
            self._amount(target, value)
            for target, value in zip(stroke.target, stroke.amount, strict=True)
        )
        if not in_time or stroke.profile != Profile.SMOOTH:
            return replace(stroke, amount=amount)
        rise, fall = ((1.0 - self.snap) * span for span in (stroke.rise, stroke.fall))
        hold = stroke.hold + self.snap * (stroke.rise + stroke.fall)
        if max(amount) > 0.0:
            hold = max(hold, self.hold_s)
        return replace(stroke, amount=amount, rise=rise, hold=hold, fall=fall)

    def _amount(self, target: int, value: float) -> float:
        if _is_gaze(target):
            return value
        if target >= TARGETS.muscles:
            return value * (1.0 + chosen("style", "turns").value * (self.exaggeration - 1.0))
        return copysign(1.0 - (1.0 - min(abs(value), 1.0)) ** self.exaggeration, value)

    def _anticipated(self, strokes: Iterator[Stroke]) -> Iterator[Stroke]:
        """Yield strokes with what comes before them, in order of start."""
        waiting: list[tuple[float, int, Stroke]] = []
        serial = count()
        for stroke in strokes:
            before = self._before(stroke)
            for each in (before, stroke) if before is not None else (stroke,):
                heapq.heappush(waiting, (each.start, next(serial), each))
            # Nothing that is still to come can start earlier than this.
            while waiting and waiting[0][0] <= stroke.start - self.anticipation_s:
                yield heapq.heappop(waiting)[2]
        while waiting:
            yield heapq.heappop(waiting)[2]

    def _before(self, stroke: Stroke) -> Stroke | None:
        """Return the way back that a movement takes first, by the antagonists of its muscles."""
        if stroke.mode != Mode.ADD or stroke.profile != Profile.SMOOTH:
            return None
        wanted: dict[int, float] = {}
        for target, value in zip(stroke.target, stroke.amount, strict=True):
            if target >= TARGETS.muscles and not _is_gaze(target):
                wanted[target] = -value
            elif value > 0.0 and target < TARGETS.muscles:
                for other in _antagonists(target):
                    wanted[other] = max(wanted.get(other, 0.0), value)
        wanted = {target: value for target, value in wanted.items() if value}
        if not wanted:
            return None
        return Stroke(
            stroke.start - self.anticipation_s,
            0.5 * self.anticipation_s,
            0.25 * self.anticipation_s,
            # It lets go while the movement sets in.
            0.25 * self.anticipation_s + 0.25 * stroke.rise,
            tuple(wanted),
            tuple(self.anticipation * value for value in wanted.values()),
        )


def _is_gaze(target: int) -> bool:
    return TARGETS.muscles <= target < TARGETS.head("yaw")


@cache
def _plain() -> Style:
    return Style()


@cache
def _antagonists(target: int) -> tuple[int, ...]:
    """Return the targets of the first antagonist of a muscle, on the same side, by the atlas."""
    atlas = load_atlas()
    channel, side = TARGETS.name(target)
    others = atlas.muscle(atlas.channel(channel).muscle).antagonists
    if not others:
        return ()
    names = others[:1]
    if others[0] not in atlas.channel_ids:
        # For a muscle, or one of its heads that has no drive of its own, all of it.
        names = atlas.muscle(others[0].partition(".")[0]).channels
    return tuple(TARGETS.of(name, side) for name in names)


def style_of(style: str | Mapping[str, float]) -> Style:
    """Return a style by its name, or by its dials.

    Parameters
    ----------
    style : str or mapping of str to float
        One of `STYLES`, or dials; what is not said is as in life.

    Raises
    ------
    InputError
        No such style or dial, or a dial outside its range.

    Examples
    --------
    >>> style_of("documentary").exaggeration, style_of({"snap": 0.5}).snap
    (0.8, 0.5)
    """
    if isinstance(style, str):
        known = load_table("style")["styles"]
        if style not in known:
            hint = did_you_mean(style, known) or f"There are {', '.join(known)}."
            raise InputError(f"unknown style {style!r}. {hint}")
        return Style(**known[style])
    dials = [field.name for field in fields(Style)]
    for word in style:
        if word not in dials:
            hint = did_you_mean(word, dials) or f"There are {', '.join(dials)}."
            raise InputError(f"unknown dial {word!r} of a style. {hint}")
    return Style(**style)
