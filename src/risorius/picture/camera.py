"""A pinhole camera: head frame in, pixels out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError

__all__ = ["Camera", "front_camera", "orbit"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A pinhole camera without distortion; x right, y down, and depth away from it.

    Attributes
    ----------
    width, height : int [px]
        Size of the picture.
    focal : float [px]
        Distance from the pinhole to the picture plane.
    rotation : (axis, axis) [1]
        Turns the head frame into the camera's: ``rotation @ (point - position)``.
    position : (axis,) [mm]
        The pinhole, in the head frame.
    """

    width: int
    height: int
    focal: float
    rotation: Array
    position: Array

    def __post_init__(self) -> None:
        problems = []
        if self.width < 1 or self.height < 1:
            problems.append(f"a picture of {self.width} by {self.height} px has no pixels")
        if not (math.isfinite(self.focal) and self.focal > 0):
            problems.append(f"the focal length must be positive, not {self.focal}")
        for name, shape in (("rotation", (3, 3)), ("position", (3,))):
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.shape != shape or not np.isfinite(array).all():
                problems.append(f"{name} must be {shape} finite numbers, not shape {array.shape}")
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if problems:
            raise InputError("This camera cannot see: " + "; ".join(problems) + ".")

    def project(self, points: ArrayLike) -> Array:
        """Return where points fall in the picture.

        Parameters
        ----------
        points : (..., axis) [mm]
            In the head frame.

        Returns
        -------
        pixels : (..., 3)
            x right and y down [px], measured from the upper left corner, and the depth [mm].
            Points at or behind the pinhole have a depth of zero or less and NaN for x and y.

        Examples
        --------
        >>> camera = Camera(640, 480, 1000.0, np.diag([1.0, -1.0, -1.0]), np.array([0, 0, 1000.0]))
        >>> camera.project([10.0, 20.0, 0.0])
        array([ 330.,  220., 1000.])
        """
        seen = (np.asarray(points, dtype=np.float64) - self.position) @ self.rotation.T
        depth = seen[..., 2:]
        scale = self.focal / np.where(depth > 0, depth, np.nan)
        centre = np.array([self.width, self.height]) / 2
        return np.concatenate([seen[..., :2] * scale + centre, depth], axis=-1)

    def rays(self, pixels: ArrayLike) -> Array:
        """Return the unit directions, in the head frame, that fall on given pixels.

        Parameters
        ----------
        pixels : (..., 2) [px]
            x right and y down from the upper left corner.

        Returns
        -------
        directions : (..., axis) [1]
            They start at :attr:`position`.

        Examples
        --------
        >>> camera = Camera(640, 480, 1000.0, np.diag([1.0, -1.0, -1.0]), np.zeros(3))
        >>> camera.rays([320.0, 240.0])
        array([ 0.,  0., -1.])
        """
        pixels = np.asarray(pixels, dtype=np.float64)
        offset = pixels - np.array([self.width, self.height]) / 2
        seen = np.concatenate([offset / self.focal, np.ones((*offset.shape[:-1], 1))], axis=-1)
        seen /= np.linalg.norm(seen, axis=-1, keepdims=True)
        turned: Array = seen @ self.rotation + 0.0
        return turned


def front_camera(
    vertices: ArrayLike,
    *,
    width: int = 1280,
    height: int = 720,
    distance: float = 900.0,
    fill: float = 0.92,
) -> Camera:
    """Return a camera straight in front that holds all of the vertices.

    Parameters
    ----------
    vertices : (vertex, axis) [mm]
        What is to be seen whole, a head for instance.
    width, height : int [px]
        Size of the picture.
    distance : float [mm]
        From the pinhole to the middle of the vertices. Short distances make noses large.
    fill : float [1]
        How much of the picture the vertices may take, of its height or its width.

    Returns
    -------
    camera : Camera

    Raises
    ------
    InputError
        There is no finite vertex, or the camera would be among the vertices.

    Examples
    --------
    >>> cube = np.array([[x, y, z] for x in (-9, 9) for y in (-9, 9) for z in (-9, 9)])
    >>> camera = front_camera(cube, width=200, height=200, fill=0.5)
    >>> camera.position
    array([  0.,   0., 900.])
    >>> camera.project([0, 0, 0])
    array([100., 100., 900.])
    """
    points = np.asarray(vertices, dtype=np.float64).reshape(-1, 3)
    if not len(points) or not np.isfinite(points).all():
        raise InputError("a camera needs finite vertices to look at")
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    position = middle + np.array([0.0, 0.0, distance])
    depth = position[2] - points[:, 2]
    if depth.min() <= 0:
        raise InputError(
            f"a camera {distance:g} mm away stands among the vertices, which reach "
            f"{high[2] - middle[2]:.0f} mm forward; take a longer distance"
        )
    # One focal length at which the widest ray in each direction just meets the frame.
    spread = np.abs((points[:, :2] - middle[:2]) / depth[:, None]).max(axis=0)
    focal = fill / 2 * min(width / max(spread[0], 1e-6), height / max(spread[1], 1e-6))
    return Camera(width, height, float(focal), np.diag([1.0, -1.0, -1.0]), position)


def orbit(
    camera: Camera, yaw: float, pitch: float = 0.0, *, about: ArrayLike | None = None
) -> Camera:
    """Return the camera carried around the head, still looking at the same place.

    Parameters
    ----------
    camera : Camera
        Where it stands now.
    yaw : float [rad]
        Positive carries it to the depicted person's left.
    pitch : float [rad]
        Positive carries it down, so that it looks up.
    about : (axis,) [mm], optional
        The point that stays where it is in the picture; by default the point on the camera's axis
        that is nearest to the origin of the head frame.

    Returns
    -------
    camera : Camera

    Examples
    --------
    >>> camera = Camera(640, 480, 1000.0, np.diag([1.0, -1.0, -1.0]), np.array([0, 0, 900.0]))
    >>> orbit(camera, np.pi / 2).position.round(6) + 0.0
    array([900.,   0.,   0.])
    """
    axis = camera.rotation[2]
    centre = (
        camera.position - axis * (axis @ camera.position)
        if about is None
        else np.asarray(about, dtype=np.float64)
    )
    turn_yaw = np.array(
        [[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]]
    )
    turn_pitch = np.array(
        [[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]]
    )
    turn = turn_yaw @ turn_pitch
    return replace(
        camera,
        rotation=camera.rotation @ turn.T,
        position=centre + turn @ (camera.position - centre),
    )
