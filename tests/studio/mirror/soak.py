"""A long session of mirrors, at speed: how the server's memory grows in an hour of it.

python tests/studio/mirror/soak.py PID ADDRESS [MINUTES]

Three mirrors send the next picture as soon as the last is answered. Each calibrates, records, and
leaves for good after a thousand pictures, when another one comes. Prints one line of JSON: memory
[MiB] as time goes on, its slope [MiB/h] after the first third, while Python still makes room, and
how long a session of 30 pictures a second the same pictures would have been.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import numpy as np
from client import line, memory, packed

MIRRORS = 3
STAY = 1000
RATE = 30.0


async def visit(address: str, end: float) -> int:
    """Be one visitor; return how many pictures were answered."""
    async with line(address) as mirror:
        for number in range(1, STAY + 1):
            if number == 30:
                await mirror.send('{"type": "calibrate"}')
            if number in (400, 800):
                await mirror.send(json.dumps({"type": "record", "on": number == 400}))
            await mirror.send(packed(number, number / RATE))
            while not isinstance(await mirror.recv(), bytes):
                pass
            if time.monotonic() > end:
                return number
    return STAY


async def visitors(address: str, end: float) -> int:
    count = 0
    while time.monotonic() < end:
        count += await visit(address, end)
    return count


async def watch(pid: int, found: list[tuple[float, float]]) -> None:
    begin = time.monotonic()
    while True:
        found.append((time.monotonic() - begin, memory(pid)))
        await asyncio.sleep(1.0)


async def main(pid: int, address: str, minutes: float) -> None:
    found: list[tuple[float, float]] = []
    watcher = asyncio.create_task(watch(pid, found))
    end = time.monotonic() + 60 * minutes
    pictures = sum(await asyncio.gather(*(visitors(address, end) for _ in range(MIRRORS))))
    watcher.cancel()
    seconds, rss = np.array(found).T
    late = seconds > seconds[-1] / 3
    slope = 3600 * np.polyfit(seconds[late], rss[late], 1)[0]
    told = {
        "minutes": minutes,
        "pictures": pictures,
        "session_hours": round(pictures / RATE / 3600, 2),
        "growth_mib_per_hour": round(float(slope), 1),
        "memory_mib": [round(float(value), 1) for value in rss[:: max(1, len(rss) // 40)]],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], float((sys.argv[3:] or ["6"])[0])))
