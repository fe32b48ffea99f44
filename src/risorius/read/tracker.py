"""Follow one face from picture to picture: 478 points, how sure, and blendshape scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risorius.read.crop import Region, cut, project, region_of_points
from risorius.read.detector import Detector
from risorius.read.model import BLENDSHAPE_POINTS, N_POINTS, Network

__all__ = ["Face", "Tracker"]

_SIDE = 256
# The face counts as seen from this presence on, as in the model's own graph.
MIN_PRESENCE = 0.5
# A frame can hold several candidates, some of them false; so many of the best get landmarks.
_MAX_CANDIDATES = 5


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face in one picture.

    Parameters
    ----------
    points : (478, 3) float32
        Landmarks [px]: x to the right, y down, z away from the viewer, in the unit of x.
    presence : float
        The model's belief that a face is there [0..1].
    region : Region
        Where to look for the face in the next picture.
    blendshapes : (52,) float32 or None
        Scores in the order of :data:`~risorius.read.model.BLENDSHAPES`, or None if not asked for.
    """

    points: NDArray[np.float32]
    presence: float
    region: Region
    blendshapes: NDArray[np.float32] | None = None


class Tracker:
    """Follows one face through a sequence of pictures.

    In the first picture, or when the face was lost, it asks a detector for candidates, lays
    landmarks on each, and takes the one that is large and near the middle (or near where the face
    was last seen). After that the face's own landmarks say where to look next.

    It holds native networks; use one per sequence and one per thread.

    Parameters
    ----------
    threads : int
        Threads of the landmark net.

    Attributes
    ----------
    n_faces : int
        The most faces that were seen together whenever candidates were looked at.

    Examples
    --------
    >>> tracker = Tracker()
    >>> tracker.track(np.zeros((120, 160, 3), np.uint8)) is None
    True
    """

    def __init__(self, *, threads: int = 2) -> None:
        self._detector = Detector()
        self._landmarks = Network("face_landmarks_detector", threads=threads)
        self._scores = Network("face_blendshapes")
        self._next: Region | None = None
        self._last: Region | None = None
        self.n_faces = 0

    def track(self, picture: NDArray[np.uint8], *, bgr: bool = False) -> Face | None:
        """Return the face in the next picture of the sequence, or None when there is none.

        Parameters
        ----------
        picture : (height, width, 3) uint8
            Red, green, blue.
        bgr : bool
            The channels are blue, green, red.

        Returns
        -------
        face : Face or None
            With blendshape scores.
        """
        face = self.locate(picture, bgr=bgr)
        return None if face is None else self.score(face)

    def locate(self, picture: NDArray[np.uint8], *, bgr: bool = False) -> Face | None:
        """Do as :meth:`track` does, without the blendshape scores."""
        face = None
        if self._next is not None:
            face = self._lay(picture, self._next, bgr=bgr)
            if face.presence < MIN_PRESENCE:
                face = None
        if face is None:
            face = self._find(picture, bgr=bgr)
        if face is None:
            self._next = None
        else:
            self._next = self._last = face.region
        return face

    def score(self, face: Face) -> Face:
        """Return the face with its blendshape scores; may run in another thread than ``locate``."""
        self._scores.input()[:] = face.points[BLENDSHAPE_POINTS, :2]
        (scores,) = self._scores.run()
        scores.setflags(write=False)
        return replace(face, blendshapes=scores)

    def has_company(self, picture: NDArray[np.uint8], face: Face, *, bgr: bool = False) -> bool:
        """Tell whether another face is in the picture than the one that was found in it."""
        apart = 0.3 * face.region.width
        return any(
            _distance(candidate.region, face.region) > apart
            and self._lay(picture, candidate.region, bgr=bgr).presence >= MIN_PRESENCE
            for candidate in self._detector.find(picture, bgr=bgr)[:_MAX_CANDIDATES]
        )

    def _lay(self, picture: NDArray[np.uint8], region: Region, *, bgr: bool) -> Face:
        """Lay landmarks on a region."""
        square = cut(picture, region, _SIDE, extend=True, bgr=bgr)
        np.multiply(square, np.float32(1 / 255), out=self._landmarks.input())
        raw, logit, _ = self._landmarks.run()
        points = project(raw.reshape(N_POINTS, 3), region, _SIDE)
        points.setflags(write=False)
        presence = 1 / (1 + np.exp(-float(logit.flat[0])))
        return Face(points, float(presence), region_of_points(points))

    def _find(self, picture: NDArray[np.uint8], *, bgr: bool) -> Face | None:
        """Look for the face in the whole picture."""
        faces: list[Face] = []
        for candidate in self._detector.find(picture, bgr=bgr)[:_MAX_CANDIDATES]:
            face = self._lay(picture, candidate.region, bgr=bgr)
            # A cloud can pass for a face once; looked at again where its points lie, it does not.
            sure = (
                face.presence >= MIN_PRESENCE
                and self._lay(picture, face.region, bgr=bgr).presence >= MIN_PRESENCE
            )
            if sure and not any(_same(face, other) for other in faces):
                faces.append(face)
        self.n_faces = max(self.n_faces, len(faces))
        height, width = picture.shape[:2]
        middle = Region(width / 2, height / 2, max(width, height), max(width, height), 0.0)
        wanted = self._last or middle
        return max(faces, key=lambda face: _preference(face.region, wanted), default=None)


def _distance(a: Region, b: Region) -> float:
    """Return the distance of two regions' centres [px]."""
    return float(np.hypot(a.x - b.x, a.y - b.y))


def _same(face: Face, other: Face) -> bool:
    """Tell whether two sets of landmarks lie on the same face."""
    return _distance(face.region, other.region) < 0.3 * min(face.region.width, other.region.width)


def _preference(region: Region, wanted: Region) -> float:
    """Return how well a face answers a wish: large, and near where it is wanted."""
    return float(region.width * np.exp(-2 * _distance(region, wanted) / wanted.width))
