"""The mirror: pictures of a camera come in, and what the muscles do goes back at once.

Nothing leaves this computer and no picture is kept. Of pictures only the newest waits: a mirror
that cannot keep up shows fewer, never older ones.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Annotated, TypeAlias

import numpy as np
from fastapi import APIRouter, WebSocket
from pydantic import Field, TypeAdapter, ValidationError

from risorius.errors import InputError
from risorius.studio.live import Outbox, until_first
from risorius.studio.messages import Problem, Refusal
from risorius.studio.problems import problems_of
from risorius.studio.room import Lent, Room, Studio
from risorius.studio.rooms.mirror import messages
from risorius.studio.rooms.mirror.glass import Glass
from risorius.studio.rooms.mirror.messages import Calibrate, Practise, RecordAsk, Recorded

__all__ = ["ROOM"]

router = APIRouter(tags=["mirror"])
ROOM = Room("mirror", "Mirror", router, messages)

AnyAsk: TypeAlias = Annotated[Calibrate | Practise | RecordAsk, Field(discriminator="type")]
_ASKS: TypeAdapter[Calibrate | Practise | RecordAsk] = TypeAdapter(AnyAsk)

MOST_WORDS = 32
"""Asks that may wait; who sends more before they are answered waits too."""


@cache
def _workers() -> ThreadPoolExecutor:
    """Return the threads that all mirrors share, so that twenty take turns instead of fighting."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="mirror")


class Inbox:
    """What waits to be looked at from one browser: words in order, and the newest picture.

    Attributes
    ----------
    n_dropped : int
        Pictures that a newer one took the place of.

    Examples
    --------
    >>> inbox = Inbox()
    >>> inbox.show(b"old"), inbox.show(b"new")
    (None, None)
    >>> inbox.n_dropped, asyncio.run(inbox.take())
    (1, b'new')
    """

    def __init__(self) -> None:
        self.n_dropped = 0
        self._picture: deque[bytes] = deque(maxlen=1)
        self._words: asyncio.Queue[Calibrate | Practise | RecordAsk] = asyncio.Queue(MOST_WORDS)
        self._something = asyncio.Event()

    def show(self, picture: bytes) -> None:
        """Let a picture wait instead of the one before."""
        self.n_dropped += len(self._picture)
        self._picture.append(picture)
        self._something.set()

    async def say(self, ask: Calibrate | Practise | RecordAsk) -> None:
        """Let an ask wait."""
        await self._words.put(ask)
        self._something.set()

    async def take(self) -> bytes | Calibrate | Practise | RecordAsk:
        """Return what comes next, words before pictures."""
        while True:
            if not self._words.empty():
                return self._words.get_nowait()
            if self._picture:
                return self._picture.popleft()
            self._something.clear()
            await self._something.wait()


@router.websocket("/ws/mirror")
async def mirror(socket: WebSocket, studio: Lent) -> None:
    """Be a mirror: pictures and asks in, frames and words out."""
    await socket.accept()
    out, inbox = Outbox(), Inbox()
    out.say(studio.hello)
    await until_first(_hear(socket, inbox, out), _reflect(inbox, out, studio), out.deliver(socket))


async def _hear(socket: WebSocket, inbox: Inbox, out: Outbox) -> None:
    """Take in what the browser sends until it leaves."""
    while (message := await socket.receive())["type"] == "websocket.receive":
        if message.get("bytes") is not None:
            inbox.show(message["bytes"])
            continue
        try:
            await inbox.say(_ASKS.validate_json(message["text"]))
        except ValidationError as error:
            told = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:8]]
            out.say(Refusal(problems=tuple(Problem(text=text) for text in told)))


async def _reflect(inbox: Inbox, out: Outbox, studio: Studio) -> None:
    """Look at what comes, one thing at a time, and answer."""
    work = partial(asyncio.get_running_loop().run_in_executor, _workers())
    glass = await work(Glass)
    while True:
        item = await inbox.take()
        try:
            match item:
                case bytes():
                    row, words = await work(glass.look, item)
                    out.show(np.asarray(row).tobytes())
                    for word in words:
                        out.say(word)
                    if glass.is_full:
                        await _stop(glass, out, studio)
                case Calibrate():
                    await work(glass.calibrate, item.on)
                case Practise():
                    out.say(glass.practise(item))
                case RecordAsk(on=True):
                    glass.record()
                case RecordAsk():
                    await _stop(glass, out, studio)
        except InputError as error:
            out.say(Refusal(problems=problems_of(error)))


async def _stop(glass: Glass, out: Outbox, studio: Studio) -> None:
    """Hold what was remembered as a clip, until the server stops."""
    is_full, clip = glass.is_full, await asyncio.to_thread(glass.stop)
    if clip is None:
        out.say(Refusal(problems=(Problem(text="nothing was recorded: no picture came."),)))
        return
    sheet = studio.shelf.put(clip, title="Mirror", room=ROOM.name)
    out.say(Recorded(clip=sheet, reached_limit=is_full))
