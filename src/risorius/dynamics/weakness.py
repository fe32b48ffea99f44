"""How much of a channel is lost to palsy and toxin, and the tone at rest that this leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.anatomy import load_atlas, load_facts
from risorius.anatomy.movement import SIDES, Side
from risorius.anatomy.quantity import Quantity
from risorius.dynamics.lesion import (
    Botulinum,
    CentralPalsy,
    Lesion,
    Palsy,
    Parkinson,
    lesion_table,
)

__all__ = [
    "Fibres",
    "botulinum_effect",
    "central_loss",
    "channel_fibres",
    "fact",
    "movement_left",
    "palsy_loss",
    "parkinson_degree",
    "resting_tone",
    "toxin_loss",
]

Floats = NDArray[np.float64]
T = TypeVar("T")


class Fibres(NamedTuple):
    """The part of a channel's fibres that comes from one branch of a nerve."""

    nerve: str
    branch: str
    """Empty for a nerve without branches."""
    share: float


def fact(name: str) -> Quantity:
    """Return a number of the lesion facts in the units of the package."""
    return load_facts("lesions").quantity(name).in_base_units()


@cache
def channel_fibres() -> tuple[tuple[Fibres, ...], ...]:
    """Return for each channel, in the order of the atlas, where its fibres come from.

    Examples
    --------
    >>> from risorius.anatomy import load_atlas
    >>> channel_fibres()[load_atlas().channel_ids.index("zygomaticus_major")][0]
    Fibres(nerve='facialis', branch='zygomatici', share=0.5)
    """
    atlas = load_atlas()
    table = lesion_table()["facts"]["supply"]
    rows: list[tuple[Fibres, ...]] = []
    for channel in atlas.channels:
        supplies = atlas.muscle(channel.muscle).supplies
        pairs = list(dict.fromkeys((s.nerve, b) for s in supplies for b in s.branches or ("",)))
        if len(pairs) == 1:
            rows.append((Fibres(*pairs[0], 1.0),))
            continue
        rows.append(
            tuple(
                Fibres(nerve, branch, fact(f"supply.{channel.id}.{branch}").value)
                for nerve, branch in pairs
                if branch in table[channel.id]
            )
        )
    return tuple(rows)


def palsy_loss(lesions: Iterable[Lesion]) -> Floats:
    """Return the share of fibres lost between nucleus and muscle, (channel, side) [1].

    Lesions of one branch add up as independent losses; a channel loses what its branches bring it.
    """
    fibres = channel_fibres()
    intact = np.ones((sum(map(len, fibres)), 2))
    flat = [(row, part) for row, parts in enumerate(fibres) for part in parts]
    for lesion in _only(lesions, Palsy):
        for place, (_, part) in enumerate(flat):
            if part.nerve == lesion.nerve and lesion.branch in ("", part.branch):
                intact[place, _sides(lesion.side)] *= 1.0 - lesion.degree
    loss = np.zeros((len(fibres), 2))
    for (row, part), kept in zip(flat, intact, strict=True):
        loss[row] += part.share * (1.0 - kept)
    return np.minimum(loss, 1.0)


def central_loss(lesions: Iterable[Lesion]) -> tuple[Floats, Floats]:
    """Return the loss of voluntary and of emotional drive above the nucleus, (channel, side) [1].

    It falls on the muscles of the facial nerve; forehead and eye closure hear both halves of the
    brain and lose little.
    """
    atlas = load_atlas()
    part = np.array([_of_face(channel) for channel in atlas.channel_ids], dtype=np.float64)
    for region in ("forehead", "eye_closure"):
        for channel in lesion_table()["facts"]["central"][region]["channels"]:
            part[atlas.channel_ids.index(channel)] = fact(f"central.{region}.loss").value
    spared = fact("central.emotional_spared").value
    voluntary, emotional = (np.ones((len(part), 2)) for _ in range(2))
    for lesion in _only(lesions, CentralPalsy):
        lost = (lesion.degree * part)[:, None]
        voluntary[:, _sides(lesion.side)] *= 1.0 - lost
        emotional[:, _sides(lesion.side)] *= 1.0 - lost * (1.0 - spared)
    return 1.0 - voluntary, 1.0 - emotional


def toxin_loss(lesions: Iterable[Lesion]) -> Floats:
    """Return what botulinum toxin takes from muscle and neighbours, (channel, side) [1]."""
    atlas = load_atlas()
    kept = np.ones((len(atlas.channel_ids), 2))
    for lesion in _only(lesions, Botulinum):
        degree = lesion.degree
        if lesion.days is not None:
            degree *= float(botulinum_effect(lesion.days))
        for channel, share in _reached(lesion.muscle).items():
            kept[atlas.channel_ids.index(channel), _sides(lesion.side)] *= 1.0 - degree * share
    return 1.0 - kept


def botulinum_effect(days: ArrayLike) -> Floats:
    """Return the effect of botulinum toxin over time, as a share of its peak.

    It sets in within days, is at its height after about two weeks and fades over three to five
    months.

    Parameters
    ----------
    days : array [day]
        Since the injection.

    Returns
    -------
    effect : array [1]

    References
    ----------
    Rise from the 2013 study with incobotulinumtoxin (84 % at day 3, n = 23); the form of the
    fading is a design default within the published duration.

    Examples
    --------
    >>> botulinum_effect([0, 3, 14, 90, 180]).round(2).tolist()
    [0.0, 0.84, 1.0, 0.5, 0.06]
    """
    since = np.asarray(days, dtype=np.float64)
    risen = load_facts("skin").quantity("interventions.botulinum.kinetics.share_at_day_3").value
    half = load_facts("lesions").quantity("botulinum.half_day").value
    rise = 1.0 - (1.0 - risen) ** (since / 3.0)
    return rise / (1.0 + (since / half) ** fact("botulinum.steepness").value)


def movement_left(lesions: Sequence[Lesion]) -> Floats:
    """Return what part of a drive below the nucleus still moves, (channel, side) [1].

    A lid closes with less of its nerve than a brow rises with, and a part of its closing is its
    levator letting go, in which the facial nerve has no hand.
    """
    channels = load_atlas().channel_ids
    facts = lesion_table()["facts"]["palsy"]
    loss = palsy_loss(lesions)
    for channel, row in facts["response"].items():
        if isinstance(row, dict):
            spared, gone = (fact(f"palsy.response.{channel}.{end}").value for end in row)
            place = channels.index(channel)
            loss[place] = np.clip((loss[place] - spared) / (gone - spared), 0.0, 1.0)
    left = (1.0 - loss) * (1.0 - toxin_loss(lesions))
    for channel in facts["passive"]:
        share = fact(f"palsy.passive.{channel}").value
        left[channels.index(channel)] = share + (1.0 - share) * left[channels.index(channel)]
    return left


def resting_tone(lesions: Sequence[Lesion]) -> NDArray[np.float32]:
    """Return the tone that lesions leave a face at rest.

    Parameters
    ----------
    lesions : sequence of Lesion
        Their order does not count.

    Returns
    -------
    tone : (channel, side) [1]
        1 is healthy, 0 is none, above 1 is rigid. Read-only.

    Notes
    -----
    The facial nerve keeps tone at rest normal up to House-Brackmann grade IV and leaves none at
    grade VI. Muscles of other nerves and those relaxed by toxin lose tone as they lose fibres: a
    lid droops as far as its levator is weak. Not a medical device.

    References
    ----------
    House and Brackmann 1985 (grades at rest); Hunker 1982, Arch Neurol (stiff lips in Parkinson's
    disease, whose amount here is a design default).

    Examples
    --------
    >>> from risorius.anatomy import load_atlas
    >>> from risorius.dynamics import parse_lesion
    >>> tone = resting_tone([parse_lesion("facial.left=HB5")])
    >>> tone[load_atlas().channel_ids.index("zygomaticus_major")].round(2).tolist()
    [0.5, 1.0]
    """
    atlas = load_atlas()
    face = np.array([[_of_face(channel)] for channel in atlas.channel_ids])
    start = fact("palsy.tone_kept_to").value
    tone = 1.0 - toxin_loss(lesions)
    for loss in (palsy_loss(lesions), central_loss(lesions)[0]):
        tone *= np.where(face, np.minimum(1.0, (1.0 - loss) / (1.0 - start)), 1.0 - loss)
    tone *= np.where(face, 1.0 + parkinson_degree(lesions) * fact("parkinson.tone_gain").value, 1.0)
    found = tone.astype(np.float32)
    found.flags.writeable = False
    return found


def parkinson_degree(lesions: Iterable[Lesion]) -> float:
    """Return the degree of the stiff mask [1]; several add up as independent losses."""
    return 1.0 - float(np.prod([1.0 - lesion.degree for lesion in _only(lesions, Parkinson)]))


def _reached(muscle: str) -> dict[str, float]:
    """Channels that toxin given to a muscle reaches, with their share of the effect."""
    table = lesion_table()["facts"]["botulinum"]["spread"]
    found: dict[str, float] = {}
    own = _channels(muscle)
    for name in {muscle, muscle.partition(".")[0]} & set(table):
        for distance in ("close", "near"):
            share = fact(f"botulinum.share_{distance}").value
            for neighbour in table[name][distance]:
                for channel in _channels(neighbour):
                    found[channel] = max(share, found.get(channel, 0.0))
    return found | dict.fromkeys(own, 1.0)


def _channels(name: str) -> tuple[str, ...]:
    atlas = load_atlas()
    return (name,) if name in atlas.channel_ids else atlas.muscle(name).channels


def _of_face(channel: str) -> bool:
    atlas = load_atlas()
    return atlas.muscle(atlas.channel(channel).muscle).nerve == "facialis"


def _sides(side: Side | None) -> slice:
    if side is None:
        return slice(None)
    place = SIDES.index(side)
    return slice(place, place + 1)


def _only(lesions: Iterable[Lesion], kind: type[T]) -> Iterator[T]:
    return (lesion for lesion in lesions if isinstance(lesion, kind))
