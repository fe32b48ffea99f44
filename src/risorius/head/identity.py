"""Who a head is: age, sex, ancestry, weight and facial details, checked and made into weights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from risorius.errors import InputError, did_you_mean

__all__ = ["AGE_RANGE", "Identity", "ancestry_weights", "check_identity", "detail_weights"]

AGES = (("baby", 1.0), ("child", 10.0), ("young", 25.0), ("old", 90.0))
"""Ages [years] at which MakeHuman's heads were modelled; between them shape is linear in age."""
AGE_RANGE = (AGES[0][1], AGES[-1][1])
ANCESTRIES = ("african", "asian", "caucasian")

# MakeHuman's body-weight targets leave the head alone, so weight acts through its face-fat details.
_HEAVY = MappingProxyType(
    {"head-fat": 0.7, "neck-double": 0.6, "neck-circ": 0.5, "cheek-volume": 0.3}
)
_LEAN = MappingProxyType(
    {"head-fat": -0.7, "neck-double": -0.5, "neck-circ": -0.4, "cheek-volume": -0.6}
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Parameters of a head.

    Attributes
    ----------
    age_years : float [year]
    sex : float [1]
        0 female, 1 male.
    ancestry : mapping of str to float [1]
        Shares of ``african``, ``asian`` and ``caucasian``; they sum to 1.
    weight : float [1]
        0 lean, 0.5 average, 1 heavy.
    detail : mapping of str to float [1]
        Facial details, -1..1; only those that are not 0.
    """

    age_years: float
    sex: float
    ancestry: Mapping[str, float]
    weight: float
    detail: Mapping[str, float]


def check_identity(
    age_years: float,
    sex: float,
    ancestry: Mapping[str, float] | None,
    weight: float,
    detail: Mapping[str, float] | None,
    *,
    known_details: Mapping[str, tuple[float, float]],
) -> Identity:
    """Return the identity, or raise one error that names every problem.

    Parameters
    ----------
    age_years, sex, ancestry, weight, detail
        As in :func:`risorius.head.load_head`.
    known_details : mapping of str to (float, float)
        Allowed range of every detail.

    Raises
    ------
    InputError
        With all problems of the input.

    Examples
    --------
    >>> check_identity(30, 0.5, None, 0.5, {"nose": 1}, known_details={"nose-hump": (-1, 1)})
    Traceback (most recent call last):
    ...
    risorius.errors.InputError: unknown detail 'nose'. Did you mean 'nose-hump'?
    """
    problems = [
        *_outside("age_years", age_years, AGE_RANGE),
        *_outside("sex", sex, (0.0, 1.0)),
        *_outside("weight", weight, (0.0, 1.0)),
    ]
    shares = dict(ancestry) if ancestry is not None else dict.fromkeys(ANCESTRIES, 1.0)
    problems += _unknown("ancestry", shares, ANCESTRIES)
    for name, share in shares.items():
        if not (_is_number(share) and share >= 0):
            problems.append(f"ancestry {name!r} is {share!r}; shares are numbers of 0 or more")
    total = sum(share for share in shares.values() if _is_number(share))
    if not problems and total <= 0:
        problems.append("the ancestry shares are all 0; give at least one a share above 0")
    wanted = dict(detail or {})
    problems += _unknown("detail", wanted, known_details)
    for name, amount in wanted.items():
        if name in known_details:
            problems += _outside(f"detail {name!r}", amount, known_details[name])
    if problems:
        raise InputError("; ".join(problems))
    return Identity(
        float(age_years),
        float(sex),
        MappingProxyType({name: float(shares.get(name, 0.0)) / total for name in ANCESTRIES}),
        float(weight),
        MappingProxyType({name: float(wanted[name]) for name in sorted(wanted) if wanted[name]}),
    )


def ancestry_weights(identity: Identity) -> Iterator[tuple[str, float]]:
    """Yield modelled heads with their weights, such as ``("asian-female-young", 0.4)``."""
    for age, age_share in _age_shares(identity.age_years):
        for sex, sex_share in (("female", 1 - identity.sex), ("male", identity.sex)):
            for ancestry, share in identity.ancestry.items():
                if weight := age_share * sex_share * share:
                    yield f"{ancestry}-{sex}-{age}", weight


def detail_weights(identity: Identity) -> Mapping[str, float]:
    """Return the amounts of all details: the asked ones and those that body weight brings.

    Examples
    --------
    >>> lean = Identity(30.0, 0.5, {"asian": 1.0}, 0.0, {"head-fat": 0.2})
    >>> round(detail_weights(lean)["head-fat"], 3)
    -0.5
    """
    away = 2 * identity.weight - 1
    by_weight = _HEAVY if away > 0 else _LEAN
    amounts = {name: abs(away) * amount for name, amount in by_weight.items()} if away else {}
    for name, amount in identity.detail.items():
        amounts[name] = amounts.get(name, 0.0) + amount
    return amounts


def _age_shares(age_years: float) -> list[tuple[str, float]]:
    for (young, low), (old, high) in pairwise(AGES):
        if age_years <= high:
            share = (age_years - low) / (high - low)
            return [(young, 1 - share), (old, share)]
    raise AssertionError("ages are checked before")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _outside(name: str, value: float, limits: tuple[float, float]) -> list[str]:
    low, high = limits
    if _is_number(value) and low <= value <= high:
        return []
    return [f"{name} is {value!r}; allowed is {low:g} to {high:g}"]


def _unknown(kind: str, names: Iterable[str], known: Iterable[str]) -> list[str]:
    known = list(known)
    return [
        f"unknown {kind} {name!r}. {did_you_mean(str(name), known)}".rstrip()
        for name in names
        if name not in known
    ]
