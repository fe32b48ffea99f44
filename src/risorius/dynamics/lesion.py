"""What can be wrong between intention and muscle.

Nothing here diagnoses anything: a lesion is a stated change of drive and tone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeAlias, TypeVar

from risorius.anatomy import load_atlas
from risorius.anatomy.load import read_yaml
from risorius.anatomy.movement import SIDES, Side
from risorius.errors import InputError, did_you_mean

__all__ = [
    "Botulinum",
    "CentralPalsy",
    "Lesion",
    "Palsy",
    "Parkinson",
    "Synkinesis",
    "choose",
    "lesion_table",
    "mirror_lesion",
]


@cache
def lesion_table() -> Mapping[str, Any]:
    """Return the raw facts about lesions: names and lists; the numbers come by `load_facts`."""
    return read_yaml("lesions")


@dataclass(frozen=True, slots=True)
class Palsy:
    """Loss of a nerve, or of one of its branches, between nucleus and muscle.

    Parameters
    ----------
    nerve : str
        Id or number of a nerve of the atlas: ``facialis`` or ``VII``.
    degree : float [1]
        Share of the fibres that do not conduct; see `risorius.dynamics.house_brackmann`.
    branch : str, optional
        One branch of the nerve; the whole nerve when empty.
    side : {"left", "right"}, optional
        Both when not given.
    """

    nerve: str
    degree: float
    branch: str = field(default="", kw_only=True)
    side: Side | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        _check_degree(self.degree)
        _check_side(self.side)
        nerve = load_atlas().nerve(self.nerve)
        object.__setattr__(self, "nerve", nerve.id)
        choose(f"branch of {nerve.id}", self.branch, ["", *(b.id for b in nerve.branches)])

    def __str__(self) -> str:
        return _written([self.nerve, self.branch], self.side, self.degree)


@dataclass(frozen=True, slots=True)
class CentralPalsy:
    """Loss of voluntary drive above the nucleus, as after a stroke: the forehead is spared.

    Parameters
    ----------
    degree : float [1]
        In the lower face.
    side : {"left", "right"}, optional
        Of the weak half of the face, which is opposite to the lesion in the brain.
    """

    degree: float
    side: Side | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        _check_degree(self.degree)
        _check_side(self.side)

    def __str__(self) -> str:
        return _written(["central"], self.side, self.degree)


@dataclass(frozen=True, slots=True)
class Synkinesis:
    """Fibres that grew to the wrong muscle: one movement brings another along.

    Parameters
    ----------
    degree : float [1]
    pattern : str, optional
        One of the published patterns, such as ``mouth_to_eye``; all of them when empty.
    side : {"left", "right"}, optional
    """

    degree: float
    pattern: str = field(default="", kw_only=True)
    side: Side | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        _check_degree(self.degree)
        _check_side(self.side)
        known = lesion_table()["facts"]["synkinesis"]["patterns"]
        patterns = [name for name, row in known.items() if isinstance(row, dict)]
        choose("pattern of synkinesis", self.pattern, ["", *patterns])

    def __str__(self) -> str:
        return _written(["synkinesis", self.pattern], self.side, self.degree)


@dataclass(frozen=True, slots=True)
class Parkinson:
    """The stiff mask: smaller and slower movement, fewer and incomplete blinks, rigid muscles.

    Parameters
    ----------
    degree : float [1]
        1 is a fully masked face.
    """

    degree: float

    def __post_init__(self) -> None:
        _check_degree(self.degree)

    def __str__(self) -> str:
        return _written(["parkinson"], None, self.degree)


@dataclass(frozen=True, slots=True)
class Botulinum:
    """A muscle relaxed by botulinum toxin, with what spreads to its neighbours.

    Parameters
    ----------
    muscle : str
        A muscle or one of its channels.
    degree : float [1]
        Loss at the peak of the effect. There is no dose: how much a unit does depends on the
        muscle, the product and the hand.
    days : float [day], optional
        Since the injection; at the peak when not given.
    side : {"left", "right"}, optional
    """

    muscle: str
    degree: float
    days: float | None = field(default=None, kw_only=True)
    side: Side | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        _check_degree(self.degree)
        _check_side(self.side)
        if self.days is not None and not (math.isfinite(self.days) and self.days >= 0):
            raise InputError(f"the days since the injection must be 0 or more, not {self.days}.")
        atlas = load_atlas()
        choose("muscle", self.muscle, [*(m.id for m in atlas.muscles), *atlas.channel_ids])

    def __str__(self) -> str:
        at = "" if self.days is None else f"@{self.days!r}"
        return _written([f"botulinum:{self.muscle}"], self.side, self.degree, at=at)


Lesion: TypeAlias = Palsy | CentralPalsy | Synkinesis | Parkinson | Botulinum
L = TypeVar("L", Palsy, CentralPalsy, Synkinesis, Parkinson, Botulinum)


def mirror_lesion(lesion: L) -> L:
    """Return the same lesion on the other side.

    Examples
    --------
    >>> str(mirror_lesion(CentralPalsy(0.5, side="left")))
    'central.right=0.5'
    """
    if isinstance(lesion, Parkinson) or lesion.side is None:
        return lesion
    return replace(lesion, side="right" if lesion.side == "left" else "left")


def _written(parts: Iterable[str], side: Side | None, degree: float, *, at: str = "") -> str:
    name = ".".join(part for part in (*parts, side or "") if part)
    return f"{name}{at}={float(degree)!r}"


def _check_degree(degree: float) -> None:
    if not 0.0 <= degree <= 1.0:
        raise InputError(f"the degree of a lesion must lie in 0..1, not {degree}.")


def _check_side(side: str | None) -> None:
    if side is not None and side not in SIDES:
        raise InputError(f"unknown side {side!r}: 'left' or 'right', or none for both.")


def choose(kind: str, name: str, known: Iterable[str]) -> None:
    """Raise an InputError with what comes close if a name is not among those that are known."""
    names = list(known)
    if name not in names:
        hint = did_you_mean(name, [word for word in names if word])
        listed = (
            f"There are {', '.join(word for word in names if word)}." if len(names) < 20 else ""
        )
        raise InputError(f"unknown {kind} {name!r}. {hint or listed}".rstrip())
