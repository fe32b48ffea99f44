"""The server speaks with this computer only, whatever is asked of it."""

from __future__ import annotations

import ipaddress
import json
import os
import struct
import subprocess
import sys
import time

import cv2  # noqa: TID253 - a picture to read
import httpx
import numpy as np
import pytest
from websockets.sync.client import connect

from risorius.studio import Settings, create_app
from risorius.studio.rooms import ROOMS

# Python runs this at the start of every process, those of jobs too, before anything else.
WATCH = """
import os, sys

def watch(event, told):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        where = told[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        where = told[0]
    else:
        return
    with open(os.environ["WATCHED"], "a") as file:
        file.write(f"{os.getpid()} {event} {where[0] if isinstance(where, tuple) else where}\\n")

with open(os.environ["WATCHED"], "a") as file:
    file.write(f"{os.getpid()} begins -\\n")
sys.addaudithook(watch)
"""


@pytest.fixture
def watched(tmp_path, monkeypatch):
    """What processes that are started now ask of the network: event and address, by process."""
    folder, told = tmp_path / "watch", tmp_path / "told.txt"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WATCH)
    path = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    monkeypatch.setenv("WATCHED", str(told))
    return lambda: [tuple(line.split(" ", 2)) for line in told.read_text().splitlines()]


@pytest.fixture(scope="module")
def face():
    """Our own head, as a camera in front sees it."""
    from risorius.face import load_face
    from risorius.picture import front_camera, render

    own = load_face()
    camera = front_camera(own.head.vertices, width=320, height=240)
    picture = render(own.head.topology, own.head.vertices, camera)
    return cv2.imencode(".jpg", np.ascontiguousarray(picture[..., ::-1]))[1].tobytes()


class Visitor:
    """Asks, and remembers which routes it asked."""

    def __init__(self, page):
        self.page = page
        self.asked = set()

    def __call__(self, method, route, *, under="", status=200, **options):
        path = route.format(**options.pop("ids", {})) + under
        answer = self.page.request(method, path, **options)
        assert answer.status_code == status, (path, answer.text[:500])
        self.asked.add((method.lower(), route))
        return answer

    def finished(self, job):
        until = time.monotonic() + 200
        while job["state"] in ("waiting", "running"):
            assert time.monotonic() < until, job
            time.sleep(0.1)
            job = self("GET", "/api/jobs/{job}", ids={"job": job["id"]}).json()
        assert job["state"] == "done", job
        return job


def visit_all(ask, score, face):
    """Ask every route once, and let every job be done."""
    for route in ("/api/hello", "/api/atlas", "/api/perform/schema", "/api/perform/words"):
        ask("GET", route)
    for part in ("rig", "head", "muscles"):
        ask("GET", f"/api/face/{part}")
    cut = {"nerve": "facialis", "branch": "temporales", "side": "left", "degree": 1}
    ask("POST", "/api/atlas/cuts", json={"cuts": [cut]})
    said = {"text": score, "seed": 7}
    ask("POST", "/api/perform/check", json={"text": score})
    ask("POST", "/api/perform/layers/{layer}", ids={"layer": "blink"}, json=said)
    made = ask("POST", "/api/perform/render", json=said).json()["clip"]["id"]

    ask("GET", "/api/read/limits")
    upload = ask("POST", "/api/read/upload", under="?name=me.jpg", content=face, status=202).json()
    read = ask.finished(upload)["clip"]
    ask("GET", "/api/clips/{clip}/confidence", ids={"clip": read})
    ask("GET", "/api/read/clips/{clip}/report", ids={"clip": read})

    ask("GET", "/api/clips/{clip}", ids={"clip": made})
    ask("GET", "/api/clips/{clip}/frames", ids={"clip": made})
    for form in ask("GET", "/api/hello").json()["formats"]:
        route = "/api/clips/{clip}/export"
        job = ask("POST", route, ids={"clip": made}, json={"format": form}, status=202).json()
        ask("GET", "/api/jobs/{job}/file", ids={"job": ask.finished(job)["id"]})
        ask("DELETE", "/api/jobs/{job}", ids={"job": job["id"]})
    ask("POST", "/api/clips/{clip}/save", ids={"clip": made}, json={"title": "Kept"})
    ask("GET", "/api/saved")
    ask("GET", "/api/saved/{session}", ids={"session": made})
    ask("DELETE", "/api/clips/{clip}", ids={"clip": made}, status=204)
    ask("DELETE", "/api/saved/{session}", ids={"session": made}, status=204)


def look_into_mirror(address, face):
    picture = cv2.imdecode(np.frombuffer(face, np.uint8), cv2.IMREAD_COLOR)
    height, width = picture.shape[:2]
    samples = cv2.cvtColor(picture, cv2.COLOR_BGR2RGBA).tobytes()
    with connect(f"{address.replace('http', 'ws')}/ws/mirror", origin=address) as line:
        assert json.loads(line.recv())["type"] == "hello"
        line.send(struct.pack("<dd4sHH", 1, 0.1, b"RGBX", width, height) + samples)
        while not isinstance(line.recv(timeout=60), bytes):
            pass


def direct_live(address):
    with connect(f"{address.replace('http', 'ws')}/ws/perform", origin=address) as line:
        assert json.loads(line.recv())["type"] == "hello"
        line.send(json.dumps({"type": "intend", "beats": [{"feel": "joy"}]}))
        for _ in range(30):
            line.recv(timeout=60)


@pytest.mark.slow
def test_no_route_asks_another_host(run_studio, watched, score, face, tmp_path):
    described = create_app(Settings(data=tmp_path / "none")).openapi()["paths"]
    with (
        run_studio(tmp_path / "data") as (address, process),
        httpx.Client(base_url=address, headers={"origin": address}, timeout=120) as page,
    ):
        ask = Visitor(page)
        visit_all(ask, score, face)
        look_into_mirror(address, face)
        direct_live(address)
        assert process.poll() is None
    assert ask.asked == {(verb, path) for path, verbs in described.items() for verb in verbs}
    assert {room.name for room in ROOMS} == {"atlas", "perform", "read", "mirror"}, "visit it too"
    told = watched()
    beginnings = {process for process, event, _ in told if event == "begins"}
    assert len(beginnings) >= 7, "the studio, a reading, and an export of each kind"
    asked = [entry for entry in told if entry[1] != "begins" and not stays_here(entry[2])]
    assert asked == []


def test_the_watch_sees_who_asks(watched):
    asks = "import socket; socket.getaddrinfo('nowhere.invalid', 80)"
    subprocess.run([sys.executable, "-c", asks], capture_output=True, check=False)
    (_, begins, _), (_, event, where) = watched()
    assert (begins, event, where) == ("begins", "socket.getaddrinfo", "nowhere.invalid")
    assert not stays_here(where)


@pytest.mark.parametrize(
    ("where", "stays"),
    [("127.0.0.1", True), ("::1", True), ("/tmp/socket", True), ("example.org", False)],
)
def test_what_stays_here_is_known(where, stays):
    assert stays_here(where) is stays


def stays_here(where):
    if where.startswith("/") or where in ("localhost", "None", ""):
        return True
    try:
        return ipaddress.ip_address(where).is_loopback
    except ValueError:
        return False
