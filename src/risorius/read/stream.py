"""Read a face as it comes: one picture in, what its muscles do out, at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.clip import SIDES
from risorius.errors import InputError
from risorius.read.calibrate import STEPS, Calibration, Calibrator, Progress, Step, track_faces
from risorius.read.camera import Poses, assume_lens, project, rotation_angles
from risorius.read.crop import region_of_points
from risorius.read.fit import find_neutral
from risorius.read.kept import default_basis
from risorius.read.model import BLENDSHAPES
from risorius.read.parts import Parts, Person, depose, name_muscles, read_parts
from risorius.read.points import CORNERS
from risorius.read.steady import Steady
from risorius.read.tracker import Face, Tracker

__all__ = ["UNSEEN", "LiveReader", "Reading", "live"]

Floats = NDArray[np.float64]

UNSEEN: Mapping[str, str] = MappingProxyType(
    {
        "no_face": "No face is in the picture.",
        "turned": "The head is turned too far: the far side is out of sight.",
        "dark": "The picture is too dark: more light on the face helps.",
        "small": "The face is too small in the picture: come nearer to the camera.",
        "several": "More than one face is in the picture: only one of them is read.",
    }
)
"""What a live reader may not see, and the words for it."""

# Design figures: from here on the points were seen to tremble or to stay behind.
_MOST_YAW, _MOST_PITCH = np.radians(50.0), np.radians(35.0)
_DARK = 25.0  # mean of the picture, of 255
_SMALL_PX = 40.0  # between the outer corners of the eyes

# Other faces are looked for so often [s]: it costs as much as following one.
_LOOK_AROUND_S = 1.0

# After a longer pause a frame says nothing about the one before [s].
_PAUSE_S = 0.5
_RATE = 30.0  # what a camera usually gives [1/s]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one picture shows.

    Attributes
    ----------
    time : float [s]
    activation, confidence : (muscle, side) [1]
        Channels of the atlas; NaN where not observed.
    jaw : (3,) [rad, mm, mm]
    gaze : (side, 2) [rad]
        Yaw and pitch, from where the eyes look at rest.
    head_pose : (6,) [rad, mm]
        Yaw, pitch, roll, and the place from where the head was at rest.
    presence : float [1]
        The tracker's belief that a face is there.
    unseen : tuple of str
        What cannot be seen, keys of :data:`UNSEEN`; empty when all is well.
    is_calibrated : bool
        Before a calibration the face at rest is a guess from one picture: trust amounts little.
    """

    time: float
    activation: NDArray[np.float32]
    confidence: NDArray[np.float32]
    jaw: Floats
    gaze: Floats
    head_pose: Floats
    presence: float
    unseen: tuple[str, ...]
    is_calibrated: bool


def live(*, calibration: Calibration | None = None, threads: int = 2) -> LiveReader:
    """Return a reader that takes pictures one by one and answers at once.

    Parameters
    ----------
    calibration : Calibration, optional
        Of the person, from an earlier :meth:`LiveReader.calibrate`.
    threads : int
        Threads of the landmark net.

    Returns
    -------
    reader : LiveReader

    Examples
    --------
    >>> reader = live(threads=1)
    >>> reading = reader.read(np.full((120, 160, 3), 90, np.uint8), 0.0)
    >>> reading.unseen, bool(np.isnan(reading.activation).all())
    (('no_face',), True)
    """
    return LiveReader(calibration=calibration, threads=threads)


class LiveReader:
    """Reads one face from a stream of pictures. See :func:`live`.

    It keeps the last frame and, during a calibration, some seconds of points: its memory is bounded
    however long it runs, and no picture is kept. It holds native networks: one reader for each
    stream and each thread.

    Attributes
    ----------
    calibration : Calibration or None
        The last one that was finished or given.
    """

    def __init__(self, *, calibration: Calibration | None, threads: int) -> None:
        self.calibration = calibration
        self._tracker = Tracker(threads=threads)
        self._steady = Steady()
        self._basis = default_basis()
        self._calibrator: Calibrator | None = None
        self._home: Floats | None = None
        self._before: Parts | None = None
        self._time = self._looked = -np.inf
        self._is_alone = True
        # Reading an average face loads and compiles all that the first picture would wait for.
        average, size, self._person = _average_face()
        self._muscles(average, size, _RATE)
        self._forget()
        self._home = None
        self._is_known = calibration is not None
        if calibration is not None:
            self._person = Person.of(calibration.neutral)

    @property
    def progress(self) -> Progress | None:
        """What a running calibration asks for now, or None."""
        return None if self._calibrator is None else self._calibrator.progress

    def calibrate(self, *, steps: tuple[Step, ...] = STEPS) -> None:
        """Begin a calibration with the next picture; the first step is the face at rest.

        Until it is done `progress` tells what to ask the person for; time counts only while the
        face is seen well. Then `calibration` holds what was found, and is in use.
        """
        if not steps or steps[0].units or any(not step.units for step in steps[1:]):
            raise InputError("a calibration begins with one step at rest; the others name units.")
        self._calibrator = Calibrator(steps, self._basis)

    def cancel(self) -> None:
        """End a running calibration; what was known before stays in use."""
        self._calibrator = None
        if self.calibration is not None:
            self._person = Person.of(self.calibration.neutral)

    def read(self, picture: NDArray[np.uint8], time: float, *, bgr: bool = False) -> Reading:
        """Return what the next picture shows.

        Parameters
        ----------
        picture : (height, width, 3) uint8
            Red, green, blue; as the camera sees, not as a mirror shows.
        time : float [s]
            When it was taken, later than the picture before.
        bgr : bool
            The channels are blue, green, red.

        Returns
        -------
        reading : Reading

        Raises
        ------
        InputError
            Not such a picture, or a time that does not go on.
        """
        _check(picture, time, self._time)
        step, self._time = time - self._time, time
        if step > _PAUSE_S:
            self._forget()
        is_dark = picture[::8, ::8].mean() < _DARK
        face = self._tracker.locate(picture, bgr=bgr)
        if face is None:
            self._forget()
            return _nothing(time, "dark" if is_dark else "no_face", self.calibration is not None)
        face = self._tracker.score(replace(face, points=self._steady(time, face.points)))
        if time - self._looked >= _LOOK_AROUND_S:
            self._is_alone = not self._tracker.has_company(picture, face, bgr=bgr)
            self._looked = time
        size = picture.shape[1], picture.shape[0]
        if not self._is_known:
            self._person, self._is_known = self._guess(face, size), True
        reading = self._muscles(face, size, 1 / step if step < _PAUSE_S else _RATE)
        hidden = _hidden(face, reading, is_dark=is_dark, is_alone=self._is_alone)
        reading = replace(reading, unseen=hidden)
        self._calibrate(face, size, reading)
        return reading

    def _muscles(self, face: Face, size: tuple[int, int], rate: float) -> Reading:
        """Read one face, holding to the frame before."""
        person, lens = self._person, assume_lens(size)
        neutral = person.neutral
        # The points are steady already: a pose steadied once more would come later than they do.
        back, poses = depose(face.points[None], neutral.shape, neutral.basis, lens, 0.0)
        parts = read_parts(
            person,
            back.astype(float),
            poses,
            _scores(face)[None],
            rate=rate,
            before=self._before,
        )
        self._before = parts
        if self._home is None:
            self._home = poses.place[0]
        muscles = name_muscles(person, parts, poses, np.array([face.presence], np.float32))
        return Reading(
            time=self._time,
            activation=muscles.activation[0],
            confidence=muscles.confidence[0],
            jaw=muscles.jaw[0],
            gaze=parts.gaze[0],
            head_pose=np.append(rotation_angles(poses.rotation)[0], poses.place[0] - self._home),
            presence=face.presence,
            unseen=(),
            is_calibrated=self.calibration is not None,
        )

    def _calibrate(self, face: Face, size: tuple[int, int], reading: Reading) -> None:
        """Give a frame to a running calibration, if the face is seen well in it."""
        if self._calibrator is None or reading.unseen:
            return
        person = self._calibrator.look(reading.time, face, size, reading.activation)
        if person is not None:
            self._person, self._home, self._before = person, None, None
        if self._calibrator.progress is None:
            self.calibration, self._calibrator = self._calibrator.close(), None

    def _guess(self, face: Face, size: tuple[int, int]) -> Person:
        """Return a person whose face at rest is guessed from one picture."""
        return Person.of(find_neutral(track_faces([face], size), self._basis))

    def _forget(self) -> None:
        """Begin anew: nothing holds to what was before."""
        self._steady.forget()
        self._before = None


def _check(picture: NDArray[np.uint8], time: float, last: float) -> None:
    """Raise an InputError that says all that is wrong with a picture and its time."""
    problems = []
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        problems.append(
            f"a picture of {picture.dtype} {picture.shape}: give (height, width, 3) of uint8"
        )
    if not (np.isfinite(time) and time > last):
        problems.append(f"time {time:g} s after {last:g} s: times must go on")
    if problems:
        raise InputError("; ".join(problems) + ".")


def _hidden(face: Face, reading: Reading, *, is_dark: bool, is_alone: bool) -> tuple[str, ...]:
    """Return what keeps a face that is there from being seen well."""
    yaw, pitch = np.abs(reading.head_pose[:2])
    corners = face.points[CORNERS[:, 0], :2]
    truths = {
        "turned": yaw > _MOST_YAW or pitch > _MOST_PITCH,
        "dark": is_dark,
        "small": np.linalg.norm(corners[0] - corners[1]) < _SMALL_PX,
        "several": not is_alone,
    }
    return tuple(name for name, is_so in truths.items() if is_so)


def _nothing(time: float, why: str, is_calibrated: bool) -> Reading:
    """Return the reading of a picture without a face: nothing is observed."""
    muscles = np.full((len(load_atlas().channels), len(SIDES)), np.nan, np.float32)
    unseen = np.full(6, np.nan)
    return Reading(
        time=time,
        activation=muscles,
        confidence=muscles,
        jaw=unseen[:3],
        gaze=unseen[:4].reshape(len(SIDES), 2),
        head_pose=unseen,
        presence=0.0,
        unseen=(why,),
        is_calibrated=is_calibrated,
    )


@cache
def _average_face() -> tuple[Face, tuple[int, int], Person]:
    """Return the average face as seen from in front, the size of its picture, and the person."""
    size, basis = (640, 480), default_basis()
    ahead = Poses(np.eye(3)[None], np.array([[0.0, 0.0, -600.0]]))
    points = project(basis.rest, ahead, assume_lens(size))[0].astype(np.float32)
    scores = np.zeros(len(BLENDSHAPES), np.float32)
    face = Face(points, 1.0, region_of_points(points), scores)
    return face, size, Person.of(find_neutral(track_faces([face], size), basis))


def _scores(face: Face) -> NDArray[np.float32]:
    """Return the scores of a face, which were asked for."""
    assert face.blendshapes is not None
    return face.blendshapes
