"""Ten seconds with one person: the face at rest, its noise, and what it does with comfort."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.read.fit import find_neutral
from risorius.read.parts import Neutral, Person
from risorius.read.track import Track

if TYPE_CHECKING:
    from risorius.read.basis import Basis
    from risorius.read.tracker import Face

__all__ = ["STEPS", "Calibration", "Calibrator", "Progress", "Step", "track_faces"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a calibration.

    Attributes
    ----------
    id : str
    words : str
        What the person is asked for.
    seconds : float [s]
        Counted only while the face is seen well.
    units : tuple of str
        The action units that are asked for; none at rest.
    """

    id: str
    words: str
    seconds: float
    units: tuple[str, ...] = ()


STEPS = (
    Step("rest", "Look into the camera and let your face rest.", 3.0),
    Step("brows", "Raise your brows as far as is comfortable.", 1.75, ("AU1", "AU2")),
    Step("eyes", "Shut your eyes firmly.", 1.75, ("AU6", "AU43")),
    Step("smile", "Smile as broadly as is comfortable.", 1.75, ("AU12",)),
    Step("lips", "Purse your lips.", 1.75, ("AU18",)),
)
"""Ten seconds: rest, then the largest comfortable movement of the parts of the face."""

# At rest, the first share of the time finds the neutral face and what is left measures the noise.
_NEUTRAL_SHARE = 0.5
# A slow camera still gives so many frames a step, a fast one no more than is of use.
_MOST_STEP_S = 0.2
_LEAST_STEP_S = 1 / 60
# The comfortable range is this quantile of what was done, as one frame can err.
_REACHED = 0.9
# Less than this, or than three times the noise, was not a movement [activation].
_MOVED = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What is known of one person in front of one camera.

    Attributes
    ----------
    neutral : Neutral
    noise : (muscle, side) [1]
        Standard deviation of each activation at rest; NaN where a channel is never observed.
    comfortable : (muscle, side) [1]
        The largest activation that was held with comfort; NaN where none was seen.
    """

    neutral: Neutral
    noise: NDArray[np.float32]
    comfortable: NDArray[np.float32]

    def effort(self, activation: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return activation as a share of the comfortable range, NaN where that is not known."""
        return np.asarray(activation / self.comfortable, np.float32)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a calibration has come: the step, its place among all, and the share of it done."""

    step: Step
    number: int
    count: int
    share: float


@dataclass(slots=True, eq=False)
class Calibrator:
    """Gathers what a calibration needs, step by step; bounded by the length of the steps."""

    steps: tuple[Step, ...]
    basis: Basis
    number: int = 0
    elapsed: float = 0.0
    neutral: Neutral | None = None
    _last: float | None = None
    _faces: list[Face] = field(default_factory=list)
    _still: list[NDArray[np.float32]] = field(default_factory=list)
    _moving: list[NDArray[np.float32]] = field(default_factory=list)

    @property
    def progress(self) -> Progress | None:
        """The step that is asked for now, or None when all are done."""
        if self.number == len(self.steps):
            return None
        step = self.steps[self.number]
        return Progress(step, self.number, len(self.steps), min(self.elapsed / step.seconds, 1.0))

    def look(
        self, time: float, face: Face, size: tuple[int, int], activation: NDArray[np.float32]
    ) -> Person | None:
        """Take a frame in which the face is seen well; return the person once rest is known.

        Parameters
        ----------
        time : float [s]
        face : Face
        size : (int, int) [px]
            Width and height of the picture.
        activation : (muscle, side) [1]
            As read in this frame.
        """
        step = self.steps[self.number]
        since = 0.0 if self._last is None else time - self._last
        if self._last is not None and since < _LEAST_STEP_S:
            return None
        self._last = time
        self.elapsed += min(since, _MOST_STEP_S)
        found = None
        if step.units:
            self._moving.append(activation)
        elif self.neutral is not None:
            self._still.append(activation)
        else:
            self._faces.append(face)
            if self.elapsed >= _NEUTRAL_SHARE * step.seconds:
                every = slice(0, len(self._faces))
                self.neutral = find_neutral(
                    track_faces(self._faces, size), self.basis, frames=every
                )
                self._faces = []
                found = Person.of(self.neutral)
        if self.elapsed >= step.seconds:
            self.number, self.elapsed = self.number + 1, 0.0
        return found

    def close(self) -> Calibration:
        """Return what was found, when all steps are done."""
        assert self.neutral is not None
        still, moving = np.array(self._still), np.array(self._moving)
        noise = still.std(axis=0)
        reached = np.quantile(moving, _REACHED, axis=0) if len(moving) else np.zeros_like(noise)
        is_moved = reached > np.maximum(_MOVED, 3 * noise)
        comfortable = np.where(is_moved, reached, np.nan).astype(np.float32)
        return Calibration(self.neutral, noise.astype(np.float32), comfortable)


def track_faces(faces: list[Face], size: tuple[int, int]) -> Track:
    """Return the track of faces that were seen one after the other."""
    return Track(
        np.arange(len(faces)) / 30.0,  # only how a face looks counts here, not when
        np.array([face.points for face in faces]),
        np.array([face.presence for face in faces], np.float32),
        np.array([face.blendshapes for face in faces]),
        size,
    )
