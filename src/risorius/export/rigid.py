"""Parts that move as a whole: eyes and teeth become turning nodes instead of morph targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["RIGID", "Motion", "fit_rigid", "head_motion", "join_motions", "quaternions"]


RIGID = 0.05
"""A part keeps its shape when no vertex strays farther [mm]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Motion:
    """How a part that keeps its shape moves: ``x' = rotation x + translation``.

    Attributes
    ----------
    rotation : (time, 3, 3) [1]
    translation : (time, 3) [mm]
    reach : float [mm]
        The greatest distance from the true shape; near zero when the part is rigid.
    """

    rotation: NDArray[np.float64]
    translation: NDArray[np.float64]
    reach: float

    def apply(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the points (vertex, 3) at every moment, (time, vertex, 3) [mm]."""
        turned: NDArray[np.float64] = points @ np.swapaxes(self.rotation, 1, 2)
        return turned + self.translation[:, None]


def fit_rigid(rest: NDArray[np.floating], moved: NDArray[np.floating]) -> Motion:
    """Return the motion that carries `rest` nearest to `moved`.

    Parameters
    ----------
    rest : (vertex, 3) [mm]
    moved : (time, vertex, 3) [mm]

    Returns
    -------
    motion : Motion

    References
    ----------
    Kabsch 1976, Acta Crystallographica A32, 922.

    Examples
    --------
    >>> corners = np.eye(3)
    >>> turned = corners @ np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]) + [1, 2, 3]
    >>> motion = fit_rigid(corners, turned[None])
    >>> motion.translation.round(6).tolist(), round(motion.reach, 6)
    ([[1.0, 2.0, 3.0]], 0.0)
    """
    rest, moved = np.asarray(rest, dtype=np.float64), np.asarray(moved, dtype=np.float64)
    centre, centres = rest.mean(axis=0), moved.mean(axis=1)
    spread = np.einsum("vi,tvj->tij", rest - centre, moved - centres[:, None])
    u, _, vt = np.linalg.svd(spread)
    # A reflection fits no better than it looks: the axis of least spread keeps its handedness.
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
    rotation = np.swapaxes(u @ vt, 1, 2)
    translation = centres - rotation @ centre
    motion = Motion(rotation=rotation, translation=translation, reach=0.0)
    reach = float(np.linalg.norm(motion.apply(rest) - moved, axis=2).max())
    return replace(motion, reach=reach)


def quaternions(rotation: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return unit quaternions (time, 4) as x, y, z, w, each on the same side as the one before it.

    A jump to the opposite quaternion, which is the same rotation, would be a spin to some players.

    Examples
    --------
    >>> quaternions(np.eye(3)[None]).tolist()
    [[0.0, 0.0, 0.0, 1.0]]
    """
    from scipy.spatial.transform import Rotation

    found = Rotation.from_matrix(rotation).as_quat(canonical=True)
    turns = np.sign(np.einsum("ti,ti->t", found[1:], found[:-1]))
    found[1:] *= np.cumprod(np.where(turns < 0, -1.0, 1.0))[:, None]
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return (found + 0.0).astype(np.float32)


def join_motions(pieces: Sequence[Motion]) -> Motion:
    """Return one motion from the motions of successive moments."""
    return Motion(
        rotation=np.concatenate([piece.rotation for piece in pieces]),
        translation=np.concatenate([piece.translation for piece in pieces]),
        reach=max(piece.reach for piece in pieces),
    )


def head_motion(clip: xr.Dataset) -> Motion | None:
    """Return how the head of a clip moves, None where the clip does not say."""
    from scipy.spatial.transform import Rotation

    if "head_pose" not in clip:
        return None
    values: NDArray[np.float64] = clip["head_pose"].values.astype(np.float64)
    turn = Rotation.from_euler("YXZ", values[:, :3]).as_matrix()
    return Motion(rotation=turn, translation=values[:, 3:], reach=0.0)
