"""Left and right in the words of beats."""

from __future__ import annotations

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import Side
from risorius.errors import InputError
from risorius.perform.score.words import movement_words, split_side

__all__ = ["DIRECTIONS", "check_side", "other_name", "other_side", "other_way"]


DIRECTIONS = ("up", "down", "left", "right", "up_left", "up_right", "down_left", "down_right")


def check_side(name: str, side: Side | None) -> None:
    """Refuse a side on which this movement does not exist.

    Raises
    ------
    InputError
    """
    stem, own = split_side(name)
    if own and side and own != side:
        raise InputError(f"{name!r} is on the {own}, but the beat says side: {side}.")
    load_atlas().expand(stem, 0.0, own or side)


def other_side(side: Side | None) -> Side | None:
    """Return the other side; none stays none."""
    if side is None:
        return None
    return "right" if side == "left" else "left"


def other_way(word: str) -> str:
    """Return ``up_right`` for ``up_left``; the name of a place stays, its angles are mirrored."""
    if word in DIRECTIONS:
        swap = {"left": "right", "right": "left"}
        return "_".join(swap.get(part, part) for part in word.split("_"))
    return word


def other_name(name: str) -> str:
    """Return the name of the mirrored movement: of a side, an ARKit shape or a turn of the head."""
    stem, own = split_side(name)
    if own:
        return f"{other_name(stem)}.{other_side(own)}"
    for one, other in (("Left", "Right"), ("Right", "Left")):
        if stem.endswith(one) and stem in movement_words():
            return stem.removesuffix(one) + other
    turned = {unit.id: unit.name for unit in load_atlas().action_units}
    if stem in turned and turned[stem].endswith((" left", " right")):
        wanted = " ".join(other_way(word) for word in turned[stem].split())
        return next(unit for unit, words in turned.items() if words == wanted)
    return stem
