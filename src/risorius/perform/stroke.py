"""A stroke: one movement that comes, stays and goes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import inf, isfinite
from typing import NamedTuple

from risorius.errors import InputError

__all__ = ["Mark", "Mode", "Profile", "Stroke"]


class Profile(IntEnum):
    """How a stroke comes and goes: the shape of its envelope from 0 to 1 and back."""

    SMOOTH = 0
    """Minimum jerk both ways (Flash & Hogan 1985 J Neurosci): unhurried movement, emotion, head."""
    BLINK = 1
    """A fast close, and a reopening that starts quickly and creeps to its end."""
    SACCADE = 2
    """A velocity bell whose peak comes before the middle; no overshoot."""
    STEP = 3
    """At once: the whole amount from the end of the rise to the start of the fall."""


class Mode(IntEnum):
    """How strokes that want the same target come together, from first to last.

    What adds up is added up; then the greatest wins; then what replaces replaces.
    """

    ADD = 0
    """The amount is added to what others do there."""
    TRACK = 1
    """An absolute value that the layer holds: it leads over from the layer's last track on this
    target and stays until the next. What the layers' tracks come to is added like the rest; yet one
    that lets a muscle go leaves it some of what others drive there."""
    MOST = 2
    """The greatest wins: a blink on a half-shut eye closes only what is left."""
    OVER = 3
    """Replaces what is there by the weight of its own envelope: lips that seal, whatever the
    feeling does."""


class Mark(NamedTuple):
    """What a stroke is called in the events of the clip."""

    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One movement of one or more targets: rise to an amount, hold, fall.

    Attributes
    ----------
    start : float [s]
        When it begins.
    rise, hold, fall : float [s]
        How long it comes, stays and goes; together above zero. Only the hold may be endless.
    target : tuple of int
        Places along the target axis, each once.
    amount : tuple of float
        One for each target, in its unit; may be below zero, as for a muscle that lets go.
    profile : Profile
    mode : Mode
    event : Mark, optional
        Written to the clip from the start to the end of the stroke; if it is endless, of the rise.
    beat : int, optional
        Index of the beat with which an endless stroke ends.

    Raises
    ------
    InputError
        Times that are negative, zero in sum or not finite; targets and amounts that do not match.

    Examples
    --------
    >>> smile = Stroke(1.0, 0.5, 2.0, 0.8, (44, 45), (0.6, 0.55), event=Mark("smile"))
    >>> smile.end, smile.apex
    (4.3, (1.5, 3.5))
    """

    start: float
    rise: float
    hold: float
    fall: float
    target: tuple[int, ...]
    amount: tuple[float, ...]
    profile: Profile = Profile.SMOOTH
    mode: Mode = Mode.ADD
    event: Mark | None = None
    beat: int | None = None

    def __post_init__(self) -> None:
        # One comparison on the good path: an hour-long scene makes many strokes.
        spans = (self.rise, self.hold, self.fall)
        if not (min(spans) >= 0.0 < sum(spans) and self.start + self.rise + self.fall < inf):
            raise InputError(
                f"a stroke needs a finite start and rise, hold and fall that are not negative and "
                f"not all zero, not start {self.start}, rise {self.rise}, hold {self.hold}, "
                f"fall {self.fall}."
            )
        if not self.target or len(self.target) != len(self.amount):
            raise InputError(
                f"a stroke needs as many amounts as targets, at least one, not "
                f"{len(self.target)} targets and {len(self.amount)} amounts."
            )
        if not all(map(isfinite, (self.start, *self.amount))):
            raise InputError(f"a stroke needs a finite start and amounts, not {self.amount}.")

    @property
    def end(self) -> float:
        """When it is over [s]."""
        return self.start + self.rise + self.hold + self.fall

    @property
    def apex(self) -> tuple[float, float]:
        """From when to when it has its full amount [s]."""
        full = self.start + self.rise
        return full, full + self.hold
