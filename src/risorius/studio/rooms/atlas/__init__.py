"""The atlas: what is known of every muscle, nerve and expression, with its evidence."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import SIDES
from risorius.dynamics import Palsy, resting_tone
from risorius.dynamics.weakness import movement_left
from risorius.studio.room import Room
from risorius.studio.rooms.atlas import messages
from risorius.studio.rooms.atlas.messages import AtlasPages, CutAsk, CutEffect, Pull
from risorius.studio.rooms.atlas.pages import atlas_pages

__all__ = ["ROOM"]

router = APIRouter(tags=["atlas"])
ROOM = Room("atlas", "Atlas", router, messages)

_pages = cache(atlas_pages)


@router.get("/api/atlas")
def get_atlas() -> AtlasPages:
    """Return everything that is known, once; the page searches in it."""
    return _pages()


@router.post("/api/atlas/cuts")
def post_cuts(ask: CutAsk) -> CutEffect:
    """Return what fails when nerves conduct less. For teaching, no diagnosis."""
    lesions = [Palsy(cut.nerve, cut.degree, branch=cut.branch, side=cut.side) for cut in ask.cuts]
    left = movement_left(lesions)
    weaker = [
        Pull(channel=channel, side=side, weight=float(left[place, at]))
        for place, channel in enumerate(load_atlas().channel_ids)
        for at, side in enumerate(SIDES)
        if left[place, at] < 1.0
    ]
    return CutEffect(
        movement=tuple(left.ravel().tolist()),
        tone=tuple(resting_tone(lesions).ravel().tolist()),
        weaker=tuple(sorted(weaker, key=lambda pull: pull.weight)),
    )
