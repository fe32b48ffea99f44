"""Pictures with their times, from a video file, an image or a camera, decoded in the background."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Full, Queue
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError

__all__ = ["Frame", "Frames", "open_frames"]

MAX_SIDE = 2560
"""Longer sides are halved until they fit [px]: the landmark net looks at a face with 256 px."""

# The queue holds at most so many frames, fewer when they are large.
_MAX_QUEUE = 8
_QUEUE_BYTES = 24e6


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a sequence.

    Parameters
    ----------
    time : float
        Since the first frame [s].
    pixels : (height, width, 3) uint8
        Blue, green, red.
    scale : float
        Size of the source over the size of ``pixels``; 1 unless the source is very large.
    """

    time: float
    pixels: NDArray[np.uint8]
    scale: float = 1.0


class Frames:
    """A running source of frames; iterate once, inside ``with``.

    Attributes
    ----------
    size : (int, int)
        Width and height of the source, upright [px].
    announced : int or None
        Number of frames that the container announces; None when it does not say.
    notes : list of str
        What the reader should know about the source, complete after the last frame.
    """

    def __init__(self, capture: Any, *, name: str, seconds: float | None, is_camera: bool) -> None:
        import cv2

        self._capture = capture
        self._name = name
        self._seconds = seconds
        self._is_camera = is_camera
        self._stop = threading.Event()
        self.notes: list[str] = []
        self._rate = float(capture.get(cv2.CAP_PROP_FPS))
        announced = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self.announced = announced if announced > 0 else None
        first = self._read()
        if first is None:
            capture.release()
            raise InputError(f"{name} holds no picture that can be read. {_TRY}")
        self._first = first
        height, width = first.pixels.shape[:2]
        self.size = (round(width * first.scale), round(height * first.scale))
        depth = int(min(_MAX_QUEUE, max(2, _QUEUE_BYTES // first.pixels.nbytes)))
        self._queue: Queue[Frame | BaseException | None] = Queue(depth)
        self._thread = threading.Thread(target=self._decode, name="frames", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._capture.release()

    def __iter__(self) -> Iterator[Frame]:
        while True:
            item = self._queue.get()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    def _read(self) -> Frame | None:
        """Decode one frame; its time is as the container has it, not yet repaired."""
        import cv2

        try:
            good, pixels = self._capture.read()
        except cv2.error:
            return None
        if not good or pixels is None:
            return None
        if self._is_camera:
            stamp = time.monotonic()
        else:
            stamp = float(self._capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000
        scale = 1.0
        long_side = max(pixels.shape[:2])
        while long_side / scale > MAX_SIDE:
            scale *= 2
        if scale > 1:
            pixels = cv2.resize(
                pixels, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA
            )
        return Frame(stamp, pixels, scale)

    def _decode(self) -> None:
        """Decode to the end (background thread)."""
        try:
            self._decode_all()
        except BaseException as error:  # noqa: BLE001 - handed to the reading thread, which raises it
            self._put(error)
        else:
            self._put(None)

    def _decode_all(self) -> None:
        start = self._first.time
        step = 1 / self._rate if self._rate > 0 else 1 / 30
        frame: Frame | None = self._first
        last = -step
        count = repaired = 0
        while frame is not None and not self._stop.is_set():
            stamp = frame.time - start
            if not stamp > last:
                # A stamp that stands still or runs back is no time; go on at the nominal rate.
                stamp = last + step
                repaired += 1
            if self._seconds is not None and stamp >= self._seconds:
                break
            if not self._put(Frame(stamp, frame.pixels, frame.scale)):
                return
            last = stamp
            count += 1
            frame = self._read()
        if repaired:
            self.notes.append(
                f"{repaired} of {count} time stamps did not advance and were repaired."
            )
        if frame is None and self.announced is not None and self._rate > 0:
            # By time, not by number: for some containers the number is only an estimate.
            whole, step = self.announced / self._rate, last / max(count - 1, 1)
            if whole - (last + step) > max(3 * step, 0.02 * whole):
                self.notes.append(
                    f"The file announces {whole:.2f} s; {last + step:.2f} s could be read."
                    " It may be cut off."
                )

    def _put(self, item: Frame | BaseException | None) -> bool:
        """Queue an item, waiting for room; False when nobody reads any more."""
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=0.1)
            except Full:
                continue
            return True
        return False


class _Still:
    """An image file that answers as a capture of one frame."""

    def __init__(self, pixels: Any) -> None:
        self._pixels = pixels

    def read(self) -> tuple[bool, Any]:
        pixels, self._pixels = self._pixels, None
        return pixels is not None, pixels

    def get(self, _what: int) -> float:
        return 0.0

    def release(self) -> None:
        self._pixels = None


_TRY = (
    "Try a file that a video player shows (MP4, MOV, MKV, WebM, AVI, GIF) or a PNG or JPEG image."
)


def open_frames(source: str | os.PathLike[str] | int, *, seconds: float | None = None) -> Frames:
    """Open a video file, an image or a camera.

    Frames come upright (the file's rotation is honoured), in colour, and with the container's own
    times, so a video of variable rate keeps its rhythm. Only files are opened, never an address.

    Parameters
    ----------
    source : path or int
        A file, or the number of a camera (0 is the first one).
    seconds : float or None
        Stop there; a camera otherwise runs until it is interrupted.

    Returns
    -------
    frames : Frames
        To be used in a ``with`` block.

    Raises
    ------
    InputError
        There is no such file or camera, it cannot be read, or it holds no picture.

    Examples
    --------
    >>> open_frames("missing.mp4")
    Traceback (most recent call last):
    risorius.errors.InputError: there is no file missing.mp4.
    """
    # The decoders' own lines would reach the terminal past our one clear line; read on first use.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    if isinstance(source, int):
        capture = cv2.VideoCapture(source)
        if not capture.isOpened():
            raise InputError(f"camera {source} cannot be opened. Is it connected, and free?")
        return Frames(capture, name=f"camera {source}", seconds=seconds, is_camera=True)
    path = Path(source)
    if path.is_dir():
        raise InputError(f"{path} is a folder. Give one video or image file.")
    if not path.is_file():
        raise InputError(f"there is no file {path}.")
    try:
        with path.open("rb") as stream:
            empty = not stream.read(1)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}.") from error
    if empty:
        raise InputError(f"{path} is empty (0 bytes).")
    name = str(path)
    if path.suffix.lower() != ".gif" and cv2.haveImageReader(name):
        try:
            pixels = cv2.imread(name, cv2.IMREAD_COLOR)
        except cv2.error as error:
            raise InputError(f"{path} cannot be decoded as an image: {error.err}.") from error
        if pixels is None:
            raise InputError(f"{path} cannot be decoded as an image; it may be damaged.")
        return Frames(_Still(pixels), name=name, seconds=seconds, is_camera=False)
    capture = cv2.VideoCapture(name, cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise InputError(f"{path} holds no picture that can be read. {_TRY}")
    return Frames(capture, name=name, seconds=seconds, is_camera=False)
