"""What skin meets: two rows of teeth and two eyes, each as a distance that anyone may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.head.eye import CORNEA_RISE
from risorius.skin.jaw import Jaw, jaw_motion, make_jaw
from risorius.skin.lids import Globes

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["NAMES", "Bodies", "Pose", "Teeth", "make_bodies", "rigid_pose"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

NAMES = ("teeth_upper", "teeth_lower", "eye_left", "eye_right")
STEP = 0.75
"""Distance between the nodes of a grid [mm]."""
BAND = 2.5
"""Distances are exact up to here on either side [mm]."""
_ROWS = 10  # of a dental arch, from the root line over the edge to the tongue's side
_PER_TOOTH = 5  # columns
_PROUD = (2, 3)  # of them stand out: the lip bridges the groove between two teeth
_CROWN_ROW = 4
_TONGUE_ROWS = [7, 8, 9]  # from the edge on
_SET_BACK = 3.0  # mm that the tongue's side is moved in: a lip that is driven into a thin edge must
# come out at the front, not now here and now there
_STEPS = 2  # between two proud columns


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Where the bodies are at one moment.

    Attributes
    ----------
    jaw_turn : (3,) [rad]
        Axis times angle, through the pivot.
    jaw_shift : (3,) [mm]
    look : (2 side, 3)
        Unit vectors along the axes of the eyes.
    """

    jaw_turn: Floats
    jaw_shift: Floats
    look: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Teeth:
    """Signed distance from the hull of one dental arch, on a grid over the mouth at rest.

    Attributes
    ----------
    grid : (i, j, k) float32 [mm]
        Negative inside.
    low : (3,) float32 [mm]
        The first node.
    """

    grid: Singles
    low: Singles


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """The rigid bodies of a head.

    Attributes
    ----------
    upper, lower : Teeth
        The upper row is fixed to the skull, the lower one follows the jaw.
    globes : Globes
    jaw : Jaw
    """

    upper: Teeth
    lower: Teeth
    globes: Globes
    jaw: Jaw

    def distance(
        self, points: ArrayLike, pose: Pose, *, names: tuple[str, ...] = NAMES
    ) -> tuple[Singles, Singles]:
        """Return how far points lie outside of the nearest body, and the way out.

        Parameters
        ----------
        points : (n, 3) [mm]
        pose : Pose
            See :func:`rigid_pose`.
        names : tuple of str
            The bodies that count.

        Returns
        -------
        distance : (n,) float32 [mm]
            Negative inside. For teeth exact up to 2.5 mm before lips and edges; what is further off
            counts as far, and the side of the tongue is set back.
        normal : (n, 3) float32
            Unit vectors away from the body; zero where all bodies are far.

        Examples
        --------
        >>> from risorius.head import load_head
        >>> head = load_head()
        >>> bodies = make_bodies(head)
        >>> before_the_eye = head.eyes.centres[:1] + [0, 0, 20]
        >>> away, _ = bodies.distance(before_the_eye, rigid_pose(bodies.jaw))
        >>> round(float(away[0]), 2)
        6.9
        """
        from risorius.skin.contact import body_loops

        at = np.ascontiguousarray(points, dtype=np.float32)
        distance = np.full(len(at), np.inf, np.float32)
        normal = np.zeros((len(at), 3), np.float32)
        pivot = self.jaw.pivot.astype(np.float32)
        moved = {
            "teeth_upper": (np.zeros(3), np.zeros(3)),
            "teeth_lower": (pose.jaw_turn, pose.jaw_shift),
        }
        for name, teeth in (("teeth_upper", self.upper), ("teeth_lower", self.lower)):
            if name in names:
                turn, shift = moved[name]
                body_loops.sample(
                    teeth.grid,
                    teeth.low,
                    np.float32(STEP),
                    pivot,
                    turn.astype(np.float32),
                    shift.astype(np.float32),
                    at,
                    distance,
                    normal,
                )
        globes = self.globes
        for side, name in enumerate(("eye_left", "eye_right")):
            if name in names:
                body_loops.eye_distance(
                    at,
                    globes.centre[side].astype(np.float32),
                    np.float32(globes.radius[side]),
                    np.float32(globes.iris),
                    np.float32(globes.rise),
                    pose.look[side].astype(np.float32),
                    distance,
                    normal,
                )
        return distance, normal


def rigid_pose(
    jaw: Jaw, opening: ArrayLike = (0.0, 0.0, 0.0), gaze: ArrayLike | None = None
) -> Pose:
    """Return where the bodies are.

    Parameters
    ----------
    jaw : Jaw
    opening : (3,) [rad, mm, mm]
        Opening, protrusion, shift to the person's left.
    gaze : (2 side, 2) [rad], optional
        Yaw to the person's left, pitch down; ahead by default.

    Examples
    --------
    >>> pose = rigid_pose(Jaw(np.zeros(3), 0.7, 12.0, 0.6), (0.0, 2.0, 1.0))
    >>> pose.jaw_shift.round(1).tolist(), pose.look[0].tolist()
    ([0.2, -1.1, 1.7], [0.0, 0.0, 1.0])
    """
    turn, shift = jaw_motion(jaw, opening)
    yaw, pitch = (np.zeros((2, 2)) if gaze is None else np.asarray(gaze, dtype=np.float64)).T
    look = np.stack([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)], 1)
    return Pose(turn, shift, look + 0.0)


def make_bodies(head: Head) -> Bodies:
    """Return the bodies of a head."""
    parts, eyes = head.topology.parts, head.eyes
    upper, lower = (_teeth(head.vertices[parts[f"teeth_{row}"]]) for row in ("upper", "lower"))
    globes = Globes(eyes.centres, eyes.radii, eyes.iris_radius, CORNEA_RISE)
    return Bodies(upper, lower, globes, make_jaw(head))


def _teeth(vertices: Floats) -> Teeth:
    from risorius.skin.contact import body_loops

    points, triangles = _hull(vertices)
    normals = _normals(points, triangles)
    reach = np.abs(points).max(axis=0)[0] + BAND
    half = int(np.ceil(reach / STEP - 0.5))
    low = points.min(axis=0) - BAND
    # The midline runs between two nodes, so that the way out is straight ahead there.
    low[0] = -(half + 0.5) * STEP
    size = np.ceil((points.max(axis=0) + BAND - low) / STEP).astype(int) + 1
    size[0] = 2 * half + 2
    grid = np.empty(tuple(size), np.float32)
    body_loops.fill_distance(points, normals, triangles, low, STEP, BAND, grid)
    grid.flags.writeable = False
    return Teeth(grid, low.astype(np.float32))


def _hull(vertices: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return a closed smooth surface over the proud columns of an arch.

    Every quad is cut into four, so that the surface is as symmetric as the teeth.
    """
    from scipy.interpolate import CubicSpline

    rows = vertices.reshape(_ROWS, -1, 3)
    middle = rows.shape[1] // 2
    side = [_PER_TOOTH * tooth + k for tooth in range(middle // _PER_TOOTH) for k in _PROUD]
    outward = np.array([*side, middle])
    proud = rows[:, np.concatenate([middle - outward[::-1], middle + outward])].copy()
    inward = (proud[_TONGUE_ROWS[-1] - 1] - proud[_CROWN_ROW]) * [1.0, 0.0, 1.0]
    inward /= np.linalg.norm(inward, axis=1, keepdims=True)
    proud[_TONGUE_ROWS] += _SET_BACK * inward
    n = proud.shape[1]
    fine = CubicSpline(np.arange(n), proud, axis=1)(np.linspace(0, n - 1, _STEPS * (n - 1) + 1))
    columns = fine.shape[1]
    place = np.arange(_ROWS * columns).reshape(_ROWS, columns)
    around = np.roll(place, -1, axis=0)  # the roots close the tube
    quads = np.stack([place[:, :-1], place[:, 1:], around[:, 1:], around[:, :-1]], axis=-1).reshape(
        -1, 4
    )
    points = fine.reshape(-1, 3)
    hubs = np.concatenate([points[quads].mean(axis=1), fine[:, [0, -1]].mean(axis=0)])
    hub = len(points) + np.arange(len(quads))
    triangles = [np.stack([quads[:, k], quads[:, (k + 1) % 4], hub], axis=1) for k in range(4)]
    for end, ring in enumerate((place[:, 0], place[::-1, -1])):
        centre = np.full(_ROWS, len(points) + len(quads) + end)
        triangles.append(np.stack([ring, np.roll(ring, -1), centre], axis=1))
    closed = np.concatenate([points, hubs])
    faces = np.concatenate(triangles)
    if _volume(closed, faces) < 0:  # the rows of the lower teeth run the other way round
        faces = faces[:, ::-1]
    return closed, np.ascontiguousarray(faces)


def _volume(points: Floats, triangles: NDArray[np.int64]) -> float:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c))) / 6


def _normals(points: Floats, triangles: NDArray[np.int64]) -> Floats:
    """Return unit normals, every triangle counted by its angle."""
    corners = points[triangles]
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    face /= np.maximum(np.linalg.norm(face, axis=1, keepdims=True), 1e-12)
    out = np.zeros_like(points)
    for k in range(3):
        one, two = corners[:, (k + 1) % 3] - corners[:, k], corners[:, (k + 2) % 3] - corners[:, k]
        cosine = np.einsum("ij,ij->i", one, two) / np.maximum(
            np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1), 1e-12
        )
        np.add.at(out, triangles[:, k], np.arccos(np.clip(cosine, -1, 1))[:, None] * face)
    return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12))
