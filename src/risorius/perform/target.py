"""What can be moved: one axis of places for muscles, eyes, head and breath."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import Atlas, load_atlas
from risorius.anatomy.movement import SIDES
from risorius.clip.schema import VARIABLES
from risorius.errors import InputError, did_you_mean

__all__ = ["TARGETS", "Targets"]


@dataclass(frozen=True, slots=True)
class Targets:
    """The target axis: every place that a stroke or a wave can move.

    First each channel of the atlas on its left and right side [1], in the order of a clip; then the
    gaze of the eyes (left yaw, left pitch, right yaw, right pitch) [rad], as seen in space whatever
    the head does; then the head (yaw, pitch, roll [rad], x, y, z [mm]); last the breath [1]. Signs
    are those of a clip: yaw to the person's left, pitch down.

    The jaw and the pupils have no place of their own: their muscles move them.

    Examples
    --------
    >>> TARGETS.of("frontalis.medialis", "right"), TARGETS.head("yaw") - TARGETS.gaze("left", "yaw")
    (1, 4)
    """

    channels: tuple[str, ...]

    @property
    def muscles(self) -> int:
        """How many places belong to muscles; they come first."""
        return 2 * len(self.channels)

    @property
    def breath(self) -> int:
        """The place of the breath, 0 at rest, 1 at a full inhale."""
        return self.muscles + 4 + len(VARIABLES["head_pose"].labels)

    @property
    def count(self) -> int:
        """How many places there are."""
        return self.breath + 1

    def of(self, channel: str, side: str) -> int:
        """Return the place of a channel on a side.

        Raises
        ------
        InputError
            No such channel or side.
        """
        place = _places(self.channels).get(channel)
        if place is None:
            raise InputError(f"unknown channel {channel!r}. {did_you_mean(channel, self.channels)}")
        return 2 * place + _index("side", side, SIDES)

    def both(self, channel: str) -> tuple[int, int]:
        """Return the places of a channel on the left and on the right."""
        left = self.of(channel, "left")
        return left, left + 1

    def gaze(self, side: str, axis: Literal["yaw", "pitch"]) -> int:
        """Return the place of an angle of an eye [rad], as seen in space."""
        labels = VARIABLES["gaze"].labels
        return self.muscles + 2 * _index("side", side, SIDES) + _index("gaze axis", axis, labels)

    def head(self, dof: Literal["yaw", "pitch", "roll", "x", "y", "z"]) -> int:
        """Return the place of a turn [rad] or shift [mm] of the head."""
        return self.muscles + 4 + _index("head axis", dof, VARIABLES["head_pose"].labels)

    def name(self, place: int) -> tuple[str, str]:
        """Return what a place is, as (channel or variable, side or axis).

        Examples
        --------
        >>> TARGETS.name(TARGETS.gaze("right", "pitch"))
        ('gaze.right', 'pitch')
        """
        if not 0 <= place < self.count:
            raise InputError(f"there are {self.count} targets, none is {place}.")
        if place < self.muscles:
            return self.channels[place // 2], SIDES[place % 2]
        if place < self.muscles + 4:
            eye = place - self.muscles
            return f"gaze.{SIDES[eye // 2]}", VARIABLES["gaze"].labels[eye % 2]
        if place < self.breath:
            return "head", VARIABLES["head_pose"].labels[place - self.muscles - 4]
        return "breath", ""

    def mirrored(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return where each place finds its mirror image, and with which sign, (count,).

        Examples
        --------
        >>> place, sign = TARGETS.mirrored()
        >>> TARGETS.name(place[TARGETS.of("risorius", "left")]), sign[TARGETS.head("yaw")]
        (('risorius', 'right'), np.float64(-1.0))
        """
        place = np.arange(self.count)
        place[: self.muscles] ^= 1
        eyes = slice(self.muscles, self.muscles + 4)
        place[eyes] = np.roll(place[eyes], 2)
        sign = np.ones(self.count)
        for axis in VARIABLES["gaze"].odd:
            sign[[self.muscles + axis, self.muscles + 2 + axis]] = -1.0
        for dof in VARIABLES["head_pose"].odd:
            sign[self.muscles + 4 + dof] = -1.0
        return place, sign

    def drives(
        self, name: str, amount: float = 1.0, side: str | None = None, *, atlas: Atlas | None = None
    ) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """Return targets and amounts of a named movement, ready for a stroke.

        Parameters
        ----------
        name : str
            An action unit, muscle, channel, ARKit shape or expression.
        amount : float [1]
            0..1.
        side : {"left", "right"}, optional
            Only this side.
        atlas : Atlas, optional
            The built-in one when not given.

        Returns
        -------
        target : tuple of int
        amount : tuple of float [1]

        Raises
        ------
        InputError
            Unknown name or side, or an amount outside 0..1.

        Examples
        --------
        >>> TARGETS.drives("AU12", 0.5, "left")
        ((44,), (0.5,))
        """
        parts = (atlas or load_atlas()).expand(name, amount, side)
        return tuple(self.of(*key) for key in parts), tuple(parts.values())


@lru_cache(maxsize=4)
def _places(channels: tuple[str, ...]) -> dict[str, int]:
    return {channel: place for place, channel in enumerate(channels)}


def _index(kind: str, word: str, known: tuple[str, ...]) -> int:
    if word not in known:
        raise InputError(f"unknown {kind} {word!r}: {', '.join(known)}.")
    return known.index(word)


TARGETS = Targets(load_atlas().channel_ids)
"""The target axis of the built-in atlas."""
