"""The live stage: a face of one's own in every window, that lives and takes intents."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, TypeAlias

from fastapi import WebSocket
from pydantic import Field, TypeAdapter, ValidationError

from risorius.clip import clip_events
from risorius.errors import InputError
from risorius.perform import Live, live
from risorius.studio.frames import frame_rows
from risorius.studio.live import Outbox
from risorius.studio.messages import Happening, Problem, Refusal
from risorius.studio.problems import problems_of
from risorius.studio.rooms.perform.messages import Begin, Happened, Intend, Pause
from risorius.studio.rooms.perform.scores import refuse_files

__all__ = ["RATE", "hear", "play"]

RATE = 60.0
"""Frames per second."""

_SHOWN = 2
"""Frames of a piece that are shown; who is late skips the others."""

_STALL = 0.25
"""After a pause of the machine longer than this the face goes on where it was [s]."""

AnyAsk: TypeAlias = Annotated[Begin | Intend | Pause, Field(discriminator="type")]
_ASKS: TypeAdapter[Begin | Intend | Pause] = TypeAdapter(AnyAsk)


async def hear(socket: WebSocket, asks: asyncio.Queue[Begin | Intend | Pause], out: Outbox) -> None:
    """Take what the browser asks for until it leaves."""
    async for text in socket.iter_text():
        try:
            await asks.put(_ASKS.validate_json(text))
        except ValidationError as error:
            told = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:8]]
            out.say(Refusal(problems=tuple(Problem(text=text) for text in told)))


async def play(asks: asyncio.Queue[Begin | Intend | Pause], out: Outbox) -> None:
    """Let a face live, and do what it is asked for."""
    face = await asyncio.to_thread(live, rate=RATE)
    clock = _Clock()
    while True:
        while clock.is_held or not asks.empty():
            ask = await asks.get()
            try:
                face = await asyncio.to_thread(_answered, ask, face, clock)
            except InputError as error:
                out.say(Refusal(problems=problems_of(error)))
        if clock.now() - face.time > _STALL:
            clock.restart(face.time)
        until = max(face.time, clock.now() + 1.0 / RATE)
        clip = await asyncio.to_thread(face.frames, until)
        events = tuple(
            Happening(start=event.start, end=event.end, kind=event.kind, label=event.label)
            for event in clip_events(clip)
        )
        if events:
            out.say(Happened(events=events))
        for row in frame_rows(clip)[-_SHOWN:]:
            await asyncio.sleep(float(row[0]) - clock.now())
            out.show(row.tobytes())


class _Clock:
    """The time of the face [s], which can be held."""

    def __init__(self) -> None:
        self.is_held = False
        self._begin = time.monotonic()

    def now(self) -> float:
        return time.monotonic() - self._begin

    def restart(self, at: float = 0.0) -> None:
        self._begin = time.monotonic() - at


def _answered(ask: Begin | Intend | Pause, face: Live, clock: _Clock) -> Live:
    """Do what is asked for; return the face that lives from now on."""
    match ask:
        case Begin():
            refuse_files(ask.opening)
            face = live(ask.opening, seed=ask.seed, rate=RATE, off=ask.off)
            clock.restart()
        case Intend():
            refuse_files({"beats": ask.beats})
            face.intend(*ask.beats)
        case Pause():
            clock.is_held = ask.on
            clock.restart(face.time)
    return face
