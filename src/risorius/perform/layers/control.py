"""Feelings that are held back: antagonists come, most is taken away, and some leaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from risorius.perform.kernels import envelope
from risorius.perform.layers.unit import Move, counters, half_of
from risorius.perform.quantity import chosen, draw, published
from risorius.perform.stroke import Profile
from risorius.perform.table import load_table

__all__ = ["escapes", "hold_back"]


def leak(unit: str) -> float:
    """Return what is still seen of a unit that is held back with full effort [1].

    More where few people have a say (Porter 2008 Psychol Sci; Ekman 2003 Emotions Revealed).
    """
    half = "upper" if half_of(unit) == "upper" else "lower"
    known = load_table("emotion")["control"]["leak"]["units"]
    return float(known.get(unit, chosen("emotion", f"control.leak.{half}").value))


def hold_back(
    moves: Sequence[Move], effort: float, end: float, rng: np.random.Generator
) -> list[Move]:
    """Return what is left of some movements when the person works against them.

    The feeling begins by itself; only after a reaction time the antagonists come, and what had
    begun sinks to what leaks.

    Parameters
    ----------
    moves : sequence of Move
    effort : float [1]
        0..1.
    end : float [s]
        When it is all over, antagonists too.
    rng : numpy.random.Generator

    Examples
    --------
    >>> smile = Move(unit="AU12", amount=0.5, start=0.0, rise=0.5, hold=2.0, fall=0.5)
    >>> left = hold_back([smile], 1.0, 3.0, np.random.default_rng(0))
    >>> sorted({move.unit for move in left}), left[0].amount < 0.1
    (['AU12', 'AU15', 'AU24'], True)
    """
    reaction = draw(rng, published("muscle_dynamics.reaction.span"))
    left: list[Move] = []
    against: dict[str, Move] = {}
    for move in moves:
        taken = move.amount * effort * (1.0 - leak(move.unit))
        left.append(replace(move, amount=move.amount - taken))
        begun = min(reaction, move.rise)
        # What the unhindered movement would have come to when the antagonists begin.
        caught = taken * envelope(int(Profile.SMOOTH), move.rise, 0.0, 0.0, begun)
        clench = draw(rng, chosen("emotion", "control.clench"))
        if caught > 0.0 and begun + clench < move.end - move.start:
            flash = replace(move, amount=caught, rise=begun, hold=0.0, fall=clench)
            left.append(flash)
        start = move.start + begun
        # They stay to the end; what is over before they could come was not held back by them.
        time = end - start - clench
        if time <= 0.0:
            continue
        fall = min(move.fall, time)
        for unit, share in counters(move.unit).items():
            amount = min(1.0, share * taken)
            if amount > (against[unit].amount if unit in against else 0.0):
                against[unit] = Move(
                    unit=unit,
                    side=move.side,
                    amount=amount,
                    start=start,
                    rise=clench,
                    hold=time - fall,
                    fall=fall,
                )
    return left + list(against.values())


def escapes(moves: Sequence[Move], effort: float, rng: np.random.Generator) -> Iterator[list[Move]]:
    """Yield the moments in which something escapes the effort, each with its short movements.

    They are partial, and the upper face always takes part (Porter 2008 Psychol Sci).

    Parameters
    ----------
    moves : sequence of Move
        What was felt, before it was held back.
    effort : float [1]
    rng : numpy.random.Generator
    """
    gap, span, share = (
        chosen("emotion", f"control.escape.{word}") for word in ("gap", "length", "share")
    )
    apart, beneath = (
        chosen("emotion", f"control.escape.{word}").value
        for word in ("share_of_units", "chance_lower")
    )
    shown = [move for move in moves if half_of(move.unit) != "body"]
    if not shown or effort <= 0.0:
        return
    upper = [move for move in shown if half_of(move.unit) == "upper"]
    lower = [move for move in shown if half_of(move.unit) == "lower"]
    now = max(move.start + move.rise for move in shown)
    until = min(move.end - move.fall for move in shown)
    while True:
        now += draw(rng, gap)
        length = draw(rng, span)
        if now + length > until:
            return
        out = upper or lower
        if upper and lower and rng.random() < beneath:
            out = [*upper, *lower]
        some = [move for move in out if rng.random() < apart] or [out[int(rng.integers(len(out)))]]
        yield [
            Move(
                unit=move.unit,
                side=move.side,
                amount=move.amount * effort * (1.0 - leak(move.unit)) * draw(rng, share),
                start=now,
                rise=0.4 * length,
                hold=0.1 * length,
                fall=0.5 * length,
            )
            for move in some
        ]
        now += length
