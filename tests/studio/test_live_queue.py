"""A slow browser drops frames; it costs neither memory nor anybody else's time."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from pathlib import Path

import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st

from risorius.studio.live import Outbox, until_first
from risorius.studio.messages import Problem, Refusal


class Browser:
    """What stands for a WebSocket: it takes one message after the other, when it is let."""

    def __init__(self, *, pause=0.0):
        self.taken, self.closed, self._pause = [], None, pause

    async def send_bytes(self, frame):
        await asyncio.sleep(self._pause)
        self.taken.append(frame)

    async def send_text(self, text):
        await asyncio.sleep(self._pause)
        self.taken.append(text)

    async def close(self, code, reason):
        self.closed = code, reason


def word(number):
    return Refusal(problems=(Problem(text=str(number)),))


@given(st.integers(1, 200), st.integers(1, 5))
def test_only_the_newest_frames_wait(count, room):
    async def scene():
        out, browser = Outbox(frames=room), Browser()
        for number in range(count):
            out.show(number.to_bytes(2))
        delivery = asyncio.create_task(out.deliver(browser))
        await asyncio.sleep(0)
        while len(browser.taken) < min(count, room):
            await asyncio.sleep(0)
        delivery.cancel()
        assert [int.from_bytes(frame) for frame in browser.taken] == list(range(count))[-room:]
        assert out.n_dropped == max(0, count - room)

    asyncio.run(scene())


def test_words_come_whole_in_order_and_before_frames():
    async def scene():
        out, browser = Outbox(), Browser()
        out.show(b"frame")
        for number in range(10):
            out.say(word(number))
        delivery = asyncio.create_task(out.deliver(browser))
        while len(browser.taken) < 11:
            await asyncio.sleep(0)
        delivery.cancel()
        texts = [json.loads(text)["problems"][0]["text"] for text in browser.taken[:10]]
        assert texts == [str(number) for number in range(10)]
        assert browser.taken[10] == b"frame"

    asyncio.run(scene())


def test_who_reads_no_words_is_let_go():
    async def scene():
        out, browser = Outbox(words=8), Browser(pause=0.001)
        for number in range(9):
            out.say(word(number))
        await asyncio.wait_for(out.deliver(browser), 5)
        assert browser.closed[0] == 1013

    asyncio.run(scene())


def test_one_that_fails_ends_the_others():
    async def broken():
        raise ValueError("broken")

    async def endless():
        await asyncio.sleep(60)

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(until_first(endless(), broken()))


@pytest.mark.slow
def test_a_browser_that_never_reads_stalls_nobody_and_costs_no_memory(run_studio, tmp_path):
    async def frames_in(address, seconds):
        url = address.replace("http", "ws") + "/ws/perform"
        async with websockets.connect(url, origin=address) as live:
            count, end = 0, time.monotonic() + seconds
            while time.monotonic() < end:
                count += isinstance(await live.recv(), bytes)
            return count / seconds

    def memory(process):
        status = Path(f"/proc/{process.pid}/status")
        if not status.exists():
            pytest.skip("the memory of another process is told by Linux only")
        return int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1]) / 1024

    with run_studio(tmp_path / "data") as (address, process):
        host, port = address.removeprefix("http://").split(":")
        asyncio.run(frames_in(address, 3))
        before = memory(process)
        slow = []
        for _ in range(4):
            deaf = socket.create_connection((host, int(port)))
            deaf.sendall(
                f"GET /ws/perform HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {address}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            slow.append(deaf)
        rate = asyncio.run(frames_in(address, 12))
        grown = memory(process) - before
        for deaf in slow:
            deaf.close()
    # What every live face needs itself is in it; frames of 588 bytes that pile up would be more.
    assert grown < 40
    assert rate > 30
