"""The tongue at rest: it lies within the lower row of teeth, its tip behind the incisors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["seat_tongue"]

Points = NDArray[np.float64]

_SUNK = 2.0  # [mm] that the tip lies lower than in the base mesh, towards the necks of the teeth


def seat_tongue(tongue: Points, lower_teeth: Points) -> Points:
    """Return a tongue (n, 3) [mm] drawn back from the lower teeth (m, 3), its root in place.

    The base mesh is made for other teeth; its tongue reaches into the package's own.

    Examples
    --------
    >>> tongue = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 60.0]])
    >>> arch = np.array([[-20.0, 0.0, 30.0], [0.0, 0.0, 57.0], [0.0, 0.0, 62.0], [20.0, 0.0, 30.0]])
    >>> seat_tongue(tongue, arch).tolist()
    [[0.0, 0.0, 0.0], [0.0, -2.0, 57.0]]
    """
    middle = np.abs(lower_teeth[:, 0]) < 0.1 * np.ptp(lower_teeth[:, 0])
    behind = lower_teeth[middle, 2].min()
    root, tip = tongue[:, 2].min(), tongue[:, 2].max()
    share = (tongue[:, 2] - root) / (tip - root)
    seated = tongue.copy()
    seated[:, 2] = root + share * min(behind - root, tip - root)
    seated[:, 1] -= _SUNK * share**2
    return seated
