"""A wave: smooth random movement that never ends and never repeats."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log2

from risorius.errors import InputError

__all__ = ["Wave"]


@dataclass(frozen=True, slots=True)
class Wave:
    """A smooth random function of time, added to one or more targets.

    It is made of octaves of noise on a lattice that is hashed from the seed, so that it can be
    asked for at any moment without what came before (Perlin 1985 Computer Graphics). Most of its
    power, not all, lies in its band; below it there is next to none, so that nothing drifts away.

    Attributes
    ----------
    target : tuple of int
        Places along the target axis; all move in step.
    amount : tuple of float
        One for each target, in its unit: the root mean square of the movement.
    low, high : float [Hz]
        Between which frequencies it moves, above zero.
    seed : int
        Below 2**64. Two waves of one seed and band move in step.
    slope : float [1]
        How the octaves grow weaker with frequency: amplitude goes as frequency to the power of
        minus this. 1 is the wandering of a body that keeps its balance, 0 an even trembling.

    Raises
    ------
    InputError
        A band that is not one, or targets and amounts that do not match.

    Examples
    --------
    >>> sway = Wave((136,), (0.01,), 0.1, 0.8, seed=7)
    >>> sway.octaves
    3
    """

    target: tuple[int, ...]
    amount: tuple[float, ...]
    low: float
    high: float
    seed: int
    slope: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.low <= self.high < inf:
            raise InputError(
                f"a wave needs frequencies above zero, the lower one first, not "
                f"{self.low} and {self.high} Hz."
            )
        if not self.target or len(self.target) != len(self.amount):
            raise InputError(
                f"a wave needs as many amounts as targets, at least one, not "
                f"{len(self.target)} targets and {len(self.amount)} amounts."
            )

    @property
    def octaves(self) -> int:
        """How many octaves of noise it takes to fill the band."""
        return max(1, round(log2(self.high / self.low)))

    @property
    def centres(self) -> tuple[float, ...]:
        """The middle of each octave [Hz]; together they divide the band evenly."""
        ratio = self.high / self.low
        return tuple(self.low * ratio ** ((i + 0.5) / self.octaves) for i in range(self.octaves))
