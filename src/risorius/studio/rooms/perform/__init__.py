"""The performer: a score is written, checked and performed; a face lives and takes intents."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any

from fastapi import APIRouter, WebSocket

from risorius.perform.score.schema import score_schema
from risorius.studio.frames import frame_rows
from risorius.studio.live import Outbox, until_first
from risorius.studio.room import Binary, Lent, Room
from risorius.studio.rooms.perform import messages
from risorius.studio.rooms.perform.messages import (
    Begin,
    Intend,
    Pause,
    Performance,
    RenderAsk,
    ScoreAsk,
    ScoreSheet,
    Vocabulary,
)
from risorius.studio.rooms.perform.scores import (
    alone,
    check_score,
    render,
    scene_and_sheet,
    vocabulary,
)
from risorius.studio.rooms.perform.stage import hear, play

__all__ = ["ROOM"]

router = APIRouter(tags=["perform"])
ROOM = Room("perform", "Perform", router, messages)

_schema, _words = cache(score_schema), cache(vocabulary)


@router.get("/api/perform/schema")
def get_schema() -> dict[str, Any]:
    """Return the JSON Schema of a score, for completion."""
    return _schema()


@router.get("/api/perform/words")
def get_words() -> Vocabulary:
    """Return the words of a score, its layers, and scores to begin with."""
    return _words()


@router.post("/api/perform/check")
def post_check(ask: ScoreAsk) -> ScoreSheet:
    """Return what a score says, or every problem with its line and column."""
    return check_score(ask.text)


@router.post("/api/perform/render")
def post_render(ask: RenderAsk, studio: Lent) -> Performance:
    """Perform a score; the clip stays in memory until others take its place."""
    scene, sheet = scene_and_sheet(ask.text, seed=ask.seed)
    clip = render(scene, ask, most=studio.settings.render_frames)
    held = studio.shelf.put(clip, title=sheet.title, room=ROOM.name)
    return Performance(clip=held, score=sheet, seed=ask.seed, off=ask.off)


@router.post("/api/perform/layers/{layer}", response_class=Binary)
def post_layer(layer: str, ask: RenderAsk, studio: Lent) -> Binary:
    """Return the binary frames of what one layer does alone, in the same score and take."""
    single = ask.model_copy(update={"off": alone(layer, ask.off)})
    scene, _ = scene_and_sheet(ask.text, seed=ask.seed)
    clip = render(scene, single, most=studio.settings.render_frames)
    return Binary(frame_rows(clip).tobytes())


@router.websocket("/ws/perform")
async def perform_live(socket: WebSocket, studio: Lent) -> None:
    """Let a face live: intents in, frames and events out, 60 times a second."""
    await socket.accept()
    out = Outbox()
    out.say(studio.hello)
    asks: asyncio.Queue[Begin | Intend | Pause] = asyncio.Queue(32)
    await until_first(hear(socket, asks, out), play(asks, out), out.deliver(socket))
