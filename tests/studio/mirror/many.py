"""Twenty mirrors at once on one studio: what each gets, what is left out, and the server's memory.

python tests/studio/mirror/many.py PID ADDRESS FILE.jpg [MIRRORS] [SECONDS]

Each client sends 30 pictures a second whatever comes back. Prints one line of JSON: answers a
second of all and of the slowest mirror, the share left out, and memory [MiB] as time goes on.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

RATE = 30.0


def memory(pid: int) -> float:
    """Resident memory of a process [MiB]."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def hear(line: ClientConnection, counts: dict[str, int]) -> None:
    async for message in line:
        counts["answers"] += isinstance(message, bytes)


async def mirror(address: str, picture: bytes, seconds: float, counts: dict[str, int]) -> None:
    host = address.removeprefix("http://").rstrip("/")
    async with connect(f"ws://{host}/ws/mirror", origin=f"http://{host}", compression=None) as line:
        ear = asyncio.create_task(hear(line, counts))
        begin = time.monotonic()
        while (now := time.monotonic() - begin) < seconds:
            counts["sent"] += 1
            await line.send(struct.pack("<dd", counts["sent"], now + 1e-6) + picture)
            await asyncio.sleep(max(0.0, counts["sent"] / RATE - (time.monotonic() - begin)))
        ear.cancel()


async def watch(pid: int, found: list[float]) -> None:
    while True:
        found.append(round(memory(pid), 1))
        await asyncio.sleep(2.0)


async def main(pid: int, address: str, path: str, mirrors: int, seconds: float) -> None:
    picture = Path(path).read_bytes()
    counts = [{"sent": 0, "answers": 0} for _ in range(mirrors)]
    rss: list[float] = []
    watcher = asyncio.create_task(watch(pid, rss))
    await asyncio.gather(*(mirror(address, picture, seconds, own) for own in counts))
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
    numbers = [float(word) for word in sys.argv[4:]] + [20, 30][len(sys.argv) - 4 :]
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(numbers[0]), numbers[1]))
