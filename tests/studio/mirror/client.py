"""A mirror's browser without a browser: what the scripts beside this one send and measure."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

import cv2  # noqa: TID253 - the pictures of a camera
from websockets.asyncio.client import connect

from risorius.face import load_face
from risorius.picture import front_camera, render

SIZE = 640, 480


def line(address: str) -> connect:
    """Return the line of a mirror, to be opened."""
    host = address.removeprefix("http://").rstrip("/")
    url, origin = f"ws://{host}/ws/mirror", f"http://{host}"
    # Twenty that come at once are let in one after the other.
    return connect(url, origin=origin, compression=None, open_timeout=60)


@cache
def samples() -> bytes:
    """Return our own head as a camera in front sees it, in the form I420."""
    face, (width, height) = load_face(), SIZE
    camera = front_camera(face.head.vertices, width=width, height=height)
    picture = render(face.head.topology, face.head.vertices, camera)
    return cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes()


def packed(number: int, seconds: float) -> bytes:
    """Return a picture as a browser sends it."""
    return struct.pack("<dd4sHH", number, seconds, b"I420", *SIZE) + samples()


def memory(pid: int) -> float:
    """Return the resident memory of a process [MiB]."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
