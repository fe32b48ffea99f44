"""Many mirrors at once on one studio: what each gets, what is left out, and the server's memory.

python tests/studio/mirror/many.py PID ADDRESS [MIRRORS] [SECONDS]

Each client sends 30 pictures a second whatever comes back; one more reads nothing at all. Prints
one line of JSON: answers a second of all and of the slowest mirror, the share left out, and memory
[MiB] as time goes on.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from client import line, memory, packed
from websockets.asyncio.client import ClientConnection

RATE = 30.0


async def hear(mirror: ClientConnection, counts: dict[str, int]) -> None:
    async for message in mirror:
        counts["answers"] += isinstance(message, bytes)


async def look(address: str, seconds: float, counts: dict[str, int], *, deaf: bool = False) -> None:
    async with line(address) as mirror:
        ear = None if deaf else asyncio.create_task(hear(mirror, counts))
        begin = time.monotonic()
        while (now := time.monotonic() - begin) < seconds:
            counts["sent"] += 1
            await mirror.send(packed(counts["sent"], now + 1e-6))
            await asyncio.sleep(max(0.0, counts["sent"] / RATE - (time.monotonic() - begin)))
        if ear is None:
            # Nobody takes what was sent: a farewell would wait for that.
            mirror.transport.abort()
        else:
            ear.cancel()


async def watch(pid: int, found: list[float]) -> None:
    while True:
        found.append(round(memory(pid), 1))
        await asyncio.sleep(2.0)


async def main(pid: int, address: str, mirrors: int, seconds: float) -> None:
    counts = [{"sent": 0, "answers": 0} for _ in range(mirrors)]
    rss: list[float] = []
    watcher = asyncio.create_task(watch(pid, rss))
    deaf = look(address, seconds, {"sent": 0, "answers": 0}, deaf=True)
    await asyncio.gather(deaf, *(look(address, seconds, own) for own in counts))
    watcher.cancel()
    answers, sent = (sum(own[key] for own in counts) for key in ("answers", "sent"))
    told = {
        "mirrors": mirrors,
        "seconds": seconds,
        "answers_per_s": round(answers / seconds, 1),
        "slowest_per_s": round(min(own["answers"] for own in counts) / seconds, 2),
        "left_out": round(1 - answers / sent, 3),
        "memory_mib": rss,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    numbers = [float(word) for word in sys.argv[3:]] + [20, 30][len(sys.argv) - 3 :]
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(numbers[0]), numbers[1]))
