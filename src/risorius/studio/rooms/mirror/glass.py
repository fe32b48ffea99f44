"""One mirror: a reader, what it practises and what it remembers, between pictures and frames."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.clip import SIDES, new_clip
from risorius.read import Calibration, Reading, live
from risorius.read.stream import UNSEEN
from risorius.studio.frames import COLUMNS, FRAME
from risorius.studio.messages import Message
from risorius.studio.rooms.mirror.messages import (
    Calibrated,
    Calibrating,
    Practise,
    Sight,
    Target,
)
from risorius.studio.rooms.mirror.picture import unpack

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = ["MIRROR_COLUMNS", "MIRROR_FRAME", "MOST_FRAMES", "Glass"]

_N = 2 * len(load_atlas().channel_ids)
MIRROR_FRAME = {"number": (0, 1), "confidence": (1, 1 + _N)}
"""What comes after the `FRAME` of a living face: which picture it answers, and how sure it is."""
MIRROR_COLUMNS = COLUMNS + 1 + _N

MOST_FRAMES = 30 * 60 * 10
"""Frames that are remembered at most: ten minutes at 30 a second, some 20 MB."""

# The bar of a calibration step moves this often; more would only fill the line.
_TOLD_S = 0.1

Row = NDArray[np.float32]


class Glass:
    """What stands between one browser's camera and its page. It keeps no picture."""

    def __init__(self) -> None:
        # One thread each: a core that waits for another mirror is lost to both.
        self._reader = live(threads=1)
        self._practise = Practise()
        self._rows: list[Row] | None = None
        self._sight: Sight | None = None
        self._told = -math.inf

    def look(self, data: bytes) -> tuple[Row, tuple[Message, ...]]:
        """Read a picture; return its frame, and what else there is to say.

        Raises
        ------
        InputError
            Not a picture, or not later than the last.
        """
        picture = unpack(data)
        before = self._reader.calibration
        reading = self._reader.read(picture.samples, picture.time)
        row = _row(reading, picture.number)
        if self._rows is not None and len(self._rows) < MOST_FRAMES:
            self._rows.append(row)
        return row, tuple(self._words(reading, before))

    def calibrate(self, on: bool) -> None:
        """Begin or stop a calibration."""
        if on:
            self._told = -math.inf
            self._reader.calibrate()
        else:
            self._reader.cancel()

    def practise(self, ask: Practise) -> Target:
        """Take a target; return it as activations that this person reaches with comfort.

        Raises
        ------
        InputError
            No such movement.
        """
        target = _target(ask, self._reader.calibration)
        self._practise = ask
        return target

    def record(self) -> None:
        """Remember what the muscles do from now on."""
        self._rows = []

    @property
    def is_full(self) -> bool:
        """Whether no more can be remembered."""
        return self._rows is not None and len(self._rows) == MOST_FRAMES

    def stop(self) -> Clip | None:
        """Forget what was remembered; return it as a clip if there was anything."""
        rows, self._rows = self._rows, None
        return _clip(rows) if rows else None

    def _words(self, reading: Reading, before: Calibration | None) -> Iterator[Message]:
        sight = Sight(
            unseen=tuple(UNSEEN[name] for name in reading.unseen),
            is_calibrated=self._reader.calibration is not None,
        )
        if sight != self._sight:
            self._sight = sight
            yield sight
        progress, known = self._reader.progress, self._reader.calibration
        if progress is not None and reading.time - self._told >= _TOLD_S:
            self._told = reading.time
            shown = np.zeros(_N)
            for unit in progress.step.units:
                shown = np.maximum(shown, _target(Practise(name=unit, strength=1), None).activation)
            yield Calibrating(
                words=progress.step.words,
                number=progress.number,
                count=progress.count,
                share=progress.share,
                activation=tuple(shown.tolist()),
            )
        if known is not before and known is not None:
            yield Calibrated(noise=_numbers(known.noise), comfortable=_numbers(known.comfortable))
            yield self.practise(self._practise)


def _row(reading: Reading, number: float) -> Row:
    row = np.zeros(MIRROR_COLUMNS, "<f4")
    for part, values in (
        ("time", reading.time),
        ("activation", reading.activation.ravel()),
        ("jaw", reading.jaw),
        ("gaze", reading.gaze.ravel()),
        ("head", reading.head_pose),
    ):
        row[slice(*FRAME[part])] = values
    row[COLUMNS] = number
    row[COLUMNS + 1 :] = reading.confidence.ravel()
    return row


def _target(ask: Practise, known: Calibration | None) -> Target:
    """Return what a movement asks of each muscle; never more than is comfortable, where known."""
    if not ask.name:
        return Target(title="", activation=())
    atlas = load_atlas()
    amounts = np.zeros((len(atlas.channel_ids), len(SIDES)))
    for (channel, side), amount in atlas.expand(ask.name, 1.0, side=ask.side).items():
        amounts[atlas.channel_ids.index(channel), SIDES.index(side)] = amount
    if known is not None:
        amounts = np.fmin(amounts, known.comfortable)
    return Target(title=ask.name, activation=tuple((ask.strength * amounts).ravel().tolist()))


def _clip(rows: list[Row]) -> Clip:
    table = np.array(rows, np.float64)
    shape = len(table), len(load_atlas().channel_ids), len(SIDES)
    parts = {part: table[:, slice(*span)] for part, span in FRAME.items()}
    time = parts["time"][:, 0]
    return new_clip(
        time - time[0],
        parts["activation"].reshape(shape).astype(np.float32),
        confidence=table[:, COLUMNS + 1 :].reshape(shape).astype(np.float32),
        jaw=parts["jaw"],
        gaze=parts["gaze"].reshape(len(table), len(SIDES), 2),
        head_pose=parts["head"],
        source="mirror",
    )


def _numbers(values: NDArray[np.float32]) -> tuple[float | None, ...]:
    return tuple(round(v, 4) if math.isfinite(v) else None for v in values.ravel().tolist())
