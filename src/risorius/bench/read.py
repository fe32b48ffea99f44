"""Reading: frames per second against mediapipe in the same run, memory, agreement, closed loop."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files

import numpy as np

from risorius.bench.closed_loop import correlations
from risorius.bench.peers import MEDIAPIPE, PeerMissing, media, run_in_peer
from risorius.bench.record import Record
from risorius.read.frames import open_frames
from risorius.read.tracker import Tracker

__all__ = ["records"]

_VIDEO = "WolfgangLanger_Pexels.mp4"
# Processes of their own. Speed is told warm, as mediapipe's start is not counted either; memory is
# that of a process that imports the package and reads once.
_SPEED = """
import sys, time
from risorius.read import read_video
read_video(sys.argv[1])
start = time.perf_counter()
clip = read_video(sys.argv[1])
print(clip.sizes["time"] / (time.perf_counter() - start))
"""
_MEMORY = """
import resource, sys
from risorius.read import read_video
read_video(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
_ROUNDS = 3
_STEP = 12


def records() -> Iterator[Record]:
    """Yield the figures of reading."""
    try:
        video = media() / _VIDEO
    except PeerMissing as missing:
        yield _record("frames per second", None, "1/s", against=str(missing))
    else:
        yield from _speed(str(video))
        yield from _agreement(str(video))
    scores = correlations()
    for name in scores[0].by_group:
        value = float(np.mean([score.by_group[name] for score in scores]))
        yield _record(f"closed loop, {name}", value, "r", ">= 0.85")
    mean = float(np.mean([score.mean for score in scores]))
    swapped = float(np.mean([score.swapped for score in scores]))
    yield _record("closed loop, mean over observed muscles", mean, "r", ">= 0.75")
    yield _record("closed loop, with left and right exchanged", swapped, "r")
    yield _record("closed loop, observed muscles and sides", len(scores[0].by_channel), "1")


def _speed(video: str) -> Iterator[Record]:
    ours, theirs = [], []
    problem = ""
    for _ in range(_ROUNDS):  # in turns, so that a busy moment of the machine hits both
        ours.append(_measured(_SPEED, video))
        try:
            theirs.append(run_in_peer("mediapipe_fps.py", video, _model())["fps"])
        except PeerMissing as missing:
            problem = str(missing)
    fps = max(ours)
    yield _record("frames per second, with the muscles", fps, "1/s")
    if theirs:
        yield _record("frames per second, peer", max(theirs), "1/s", against=MEDIAPIPE)
        ratio = fps / max(theirs)
        yield _record("frames per second, ratio", ratio, "1", ">= 1.2", f"{MEDIAPIPE} alone")
    else:
        yield _record("frames per second, ratio", None, "1", ">= 1.2", problem)
    yield _record("peak memory", _measured(_MEMORY, video), "MiB", "<= 300")


def _measured(code: str, video: str) -> float:
    command = [sys.executable, "-c", code, video]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def _agreement(video: str) -> Iterator[Record]:
    """Compare the landmarks with the peer's on the same frames, each detected afresh."""
    figure, unit, bar = "landmarks, mean difference to the peer", "% of face width", "<= 0.5"
    try:
        theirs = run_in_peer("mediapipe_points.py", video, _model(), str(_STEP))
    except PeerMissing as missing:
        yield _record(figure, None, unit, bar, str(missing))
        return
    wanted, shares = dict(zip(theirs["frames"], theirs["points"], strict=True)), []
    with open_frames(video) as frames:
        for number, frame in enumerate(frames):
            if number in wanted and (face := Tracker().track(frame.pixels, bgr=True)) is not None:
                points = np.array(wanted[number])
                distance = np.linalg.norm(face.points[:, :2] - points, axis=1).mean()
                shares.append(distance / np.ptp(points[:, 0]))
    yield _record(figure, float(np.mean(shares)) * 100, unit, bar, MEDIAPIPE)


def _model() -> str:
    return str(files("risorius.read").joinpath("data", "face_landmarker.task"))


def _record(
    figure: str, value: float | None, unit: str, bar: str = "", against: str = ""
) -> Record:
    return Record(area="read", figure=figure, value=value, unit=unit, bar=bar, against=against)
