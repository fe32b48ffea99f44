"""The pages of the atlas, from the facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from risorius.anatomy import Atlas, Quantity, load_atlas, load_facts
from risorius.anatomy.movement import SIDES, ActionUnit, Expression
from risorius.anatomy.muscle import Muscle, Nerve
from risorius.dynamics.weakness import channel_fibres
from risorius.studio.messages import Message, Standing
from risorius.studio.rooms.atlas.messages import (
    AtlasPages,
    BranchPage,
    ChannelPage,
    ExpressionPage,
    Fibres,
    Figure,
    Ingredient,
    Line,
    MusclePage,
    NervePage,
    PartPage,
    Pull,
    Statement,
    SupplyPage,
    UnitPage,
)

__all__ = ["atlas_pages"]

M = TypeVar("M", bound=Message)


def atlas_pages() -> AtlasPages:
    """Return all that the atlas shows."""
    atlas = load_atlas()
    return AtlasPages(
        channels=tuple(_taken(ChannelPage, channel) for channel in atlas.channels),
        muscles=tuple(map(_muscle, atlas.muscles)),
        nerves=tuple(map(_nerve, atlas.nerves)),
        units=tuple(map(_unit, atlas.action_units)),
        expressions=tuple(_expression(atlas, entry) for entry in atlas.expressions),
        exercise=_exercise(),
    )


def _muscle(muscle: Muscle) -> MusclePage:
    figures = {
        "rest length": muscle.rest_length,
        "greatest shortening, share of its length": muscle.max_shortening,
        "slow fibres, share": muscle.type_I_share,
        "thickness": muscle.thickness,
    }
    return _taken(
        MusclePage,
        muscle,
        fibres=muscle.fibre_direction,
        parts=tuple(_taken(PartPage, part) for part in muscle.parts),
        supplies=tuple(_taken(SupplyPage, supply) for supply in muscle.supplies),
        lines=tuple(_taken(Line, wrinkle) for wrinkle in muscle.wrinkles),
        figures=tuple(_figure(name, number) for name, number in figures.items() if number),
        standing=_standing(muscle),
    )


def _nerve(nerve: Nerve) -> NervePage:
    fibres: dict[str, list[Fibres]] = {branch.id: [] for branch in nerve.branches}
    for channel, row in zip(load_atlas().channel_ids, channel_fibres(), strict=True):
        for part in row:
            if part.nerve == nerve.id:
                own = fibres.setdefault(part.branch, [])
                own.append(Fibres(channel=channel, share=part.share))
    branches = [
        _taken(BranchPage, branch, fibres=tuple(fibres.pop(branch.id))) for branch in nerve.branches
    ]
    # What the facts give to the nerve as a whole.
    branches += [
        BranchPage(id=name, latin="", english="", supplies="", leaves="", fibres=tuple(rest))
        for name, rest in fibres.items()
    ]
    return _taken(NervePage, nerve, branches=tuple(branches), standing=_standing(nerve))


def _unit(unit: ActionUnit) -> UnitPage:
    return _taken(
        UnitPage,
        unit,
        drive=_ordered(Pull(**drive._asdict()) for drive in unit.drive),
        standing=_standing(unit),
    )


def _expression(atlas: Atlas, entry: Expression) -> ExpressionPage:
    recipe = (
        Pull.model_validate({"channel": channel, "side": side, "weight": weight})
        for (channel, side), weight in atlas.expand(entry.id, 1.0).items()
    )
    return _taken(
        ExpressionPage,
        entry,
        ingredients=tuple(_taken(Ingredient, part) for part in entry.components),
        recipe=_ordered(recipe),
        companions=dict(entry.companions),
        standing=_standing(entry),
    )


def _exercise() -> tuple[Statement, ...]:
    told = load_facts("skin").statements
    return tuple(
        Statement(text=statement.text, standing=_standing(statement))
        for name, statement in told.items()
        if "exercise" in name and statement.text
    )


def _figure(name: str, quantity: Quantity) -> Figure:
    return Figure(name=name, text=str(quantity), standing=_standing(quantity), note=quantity.note)


def _standing(entry: Any) -> Standing:
    return Standing(
        evidence=entry.evidence, basis=getattr(entry, "basis", None), sources=entry.sources
    )


def _ordered(pulls: Iterable[Pull]) -> tuple[Pull, ...]:
    """Return the strongest first."""
    return tuple(
        sorted(pulls, key=lambda pull: (-pull.weight, pull.channel, SIDES.index(pull.side)))
    )


def _taken(page: type[M], entry: Any, **made: Any) -> M:
    """Return a page: fields of the same name as they are, the others as they were made."""
    plain = {name: getattr(entry, name) for name in page.model_fields if name not in made}
    return page(**plain, **made)
