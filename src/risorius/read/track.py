"""A whole video tracked: arrays over time, with gaps as NaN."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from queue import Queue
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from risorius.read.frames import Frame, open_frames
from risorius.read.model import BLENDSHAPES, N_POINTS
from risorius.read.tracker import Face, Tracker

__all__ = ["Track", "track_video"]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One person's face over a video, as the camera saw it.

    A camera picture shows the person's left at the right.

    Parameters
    ----------
    time : (t,) float64
        Since the first frame [s].
    points : (t, 478, 3) float32
        Landmarks [px]: x right, y down, z away from the viewer in the unit of x; NaN where no face
        was seen.
    presence : (t,) float32
        The model's belief in a face [0..1]; 0 where none was found.
    blendshapes : (t, 52) float32
        Scores in the order of :data:`~risorius.read.model.BLENDSHAPES` [0..1]; NaN where no face
        was seen.
    size : (int, int)
        Width and height of the picture [px].
    notes : tuple of str
        What the reader should know about the source.
    """

    time: NDArray[np.float64]
    points: NDArray[np.float32]
    presence: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    size: tuple[int, int]
    notes: tuple[str, ...] = ()

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Where a face was seen, (t,)."""
        return np.isfinite(self.points[:, 0, 0])


def track_video(
    source: str | os.PathLike[str] | int,
    *,
    seconds: float | None = None,
    on_face: Callable[[float, Face | None], None] | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Track:
    """Track the face through a video, an image or a camera.

    Decoding, landmarks, and everything after them run in three threads; frames stream through, so
    memory grows only with the result (6 kB a frame).

    Parameters
    ----------
    source : path or int
        A video or image file, or the number of a camera.
    seconds : float or None
        Stop there; a camera otherwise runs until it is interrupted.
    on_face : callable or None
        Called for each frame in order with its time and face (None where there is none), in a
        thread beside the tracker, so that further work goes on at the same time.
    progress : callable or None
        Called with the number of frames done and the number announced.

    Returns
    -------
    track : Track

    Raises
    ------
    InputError
        The source cannot be read.

    Examples
    --------
    >>> track_video("holiday.mp4")
    Traceback (most recent call last):
    risorius.errors.InputError: there is no file holiday.mp4.
    """
    record = _Record()
    waiting: Queue[tuple[float, Face | None] | None] = Queue(16)
    failures: list[BaseException] = []

    def finish() -> None:
        while (item := waiting.get()) is not None:
            if failures:
                continue
            time, face = item
            try:
                if face is not None:
                    face = tracker.score(face)
                if on_face is not None:
                    on_face(time, face)
            except BaseException as error:  # noqa: BLE001 - raised again in the calling thread
                failures.append(error)
                continue
            record.add(time, face)

    with open_frames(source, seconds=seconds) as frames:
        tracker = Tracker()
        second = Thread(target=finish, name="faces", daemon=True)
        second.start()
        try:
            for frame in frames:
                if failures:
                    break
                waiting.put((frame.time, _to_source(tracker.locate(frame.pixels, bgr=True), frame)))
                if progress is not None:
                    progress(record.count, frames.announced)
        except KeyboardInterrupt:
            # This is how a recording from a camera ends.
            if not isinstance(source, int):
                raise
        finally:
            waiting.put(None)
            second.join()
        if failures:
            raise failures[0]
        notes = list(frames.notes)
        size = frames.size
    if tracker.n_faces > 1:
        notes.append(f"{tracker.n_faces} faces seen; followed the large one near the middle.")
    return record.close(size, notes)


def _to_source(face: Face | None, frame: Frame) -> Face | None:
    """Return the face in pixels of the source, when the frame had been shrunk."""
    if face is None or frame.scale == 1:
        return face
    points = face.points * np.float32(frame.scale)
    points.setflags(write=False)
    return Face(points, face.presence, face.region.scaled(frame.scale))


class _Record:
    """Arrays that grow in place, so that a long video is never held twice."""

    def __init__(self) -> None:
        self.count = 0
        self._time = np.zeros(1024)
        self._points = np.zeros((1024, N_POINTS, 3), np.float32)
        self._presence = np.zeros(1024, np.float32)
        self._blendshapes = np.zeros((1024, len(BLENDSHAPES)), np.float32)

    def _resize(self, count: int) -> None:
        for array in (self._time, self._points, self._presence, self._blendshapes):
            array.resize((count, *array.shape[1:]), refcheck=False)

    def add(self, time: float, face: Face | None) -> None:
        """Append a frame."""
        at = self.count
        if at == len(self._time):
            self._resize(at + at // 2)
        self.count += 1
        self._time[at] = time
        self._points[at] = np.nan if face is None else face.points
        self._presence[at] = 0.0 if face is None else face.presence
        self._blendshapes[at] = np.nan if face is None else face.blendshapes

    def close(self, size: tuple[int, int], notes: list[str]) -> Track:
        """Return what was recorded."""
        self._resize(self.count)
        missing = self.count - int(np.count_nonzero(self._presence))
        if missing:
            notes = [*notes, f"No face in {missing} of {self.count} frames."]
        arrays = (self._time, self._points, self._presence, self._blendshapes)
        for array in arrays:
            array.setflags(write=False)
        return Track(*arrays, size, tuple(notes))
