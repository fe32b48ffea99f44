"""What waits to be sent to one browser: bounded, so that a slow one costs nobody anything."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from risorius.studio.messages import Message

__all__ = ["Outbox", "until_first"]


class Outbox:
    """The queue of one browser.

    Of frames only the newest wait: what a slow browser did not fetch in time, it never sees. Words
    are all kept in order; a browser that leaves too many of them unread is let go.

    Parameters
    ----------
    frames : int
        How many frames wait at most.
    words : int
        How many messages wait at most.

    Attributes
    ----------
    n_dropped : int
        Frames that were never sent.

    Examples
    --------
    >>> outbox = Outbox(frames=2)
    >>> for number in range(5):
    ...     outbox.show(bytes([number]))
    >>> outbox.n_dropped
    3
    """

    def __init__(self, *, frames: int = 2, words: int = 64) -> None:
        self.n_dropped = 0
        self._frames: deque[bytes] = deque(maxlen=frames)
        self._words: deque[Message] = deque()
        self._most_words = words
        self._waiting = asyncio.Event()
        self._is_over = False

    def show(self, frame: bytes) -> None:
        """Send a frame if the browser keeps up, instead of the oldest that waits if it does not."""
        self.n_dropped += len(self._frames) == self._frames.maxlen
        self._frames.append(frame)
        self._waiting.set()

    def say(self, message: Message) -> None:
        """Send a message."""
        if len(self._words) == self._most_words:
            self._is_over = True
        else:
            self._words.append(message)
        self._waiting.set()

    async def deliver(self, socket: WebSocket) -> None:
        """Send what comes, words before frames, until the browser is too slow for words."""
        while not self._is_over:
            if self._words:
                await socket.send_text(self._words.popleft().model_dump_json())
            elif self._frames:
                await socket.send_bytes(self._frames.popleft())
            else:
                self._waiting.clear()
                await self._waiting.wait()
        await socket.close(1013, "this window does not keep up; it may come again.")


async def until_first(*works: Coroutine[Any, Any, None]) -> None:
    """Do all of this at once until one of it is over, or the browser leaves.

    Raises
    ------
    Exception
        Of the one that failed.
    """
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        with suppress(WebSocketDisconnect):
            task.result()
