"""How a head is painted and lit: colours of skin, hair and eyes, and the studio lights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError
from risorius.picture.surface import Triples

__all__ = ["Look", "linear"]

Floats = NDArray[np.float32]
Colour = tuple[float, float, float]

# Skin from light to dark, sRGB; between them the mixture is geometric, as with a pigment.
_SKIN_TONES = np.array(
    [
        (0.93, 0.79, 0.71),
        (0.85, 0.66, 0.55),
        (0.70, 0.49, 0.37),
        (0.50, 0.33, 0.24),
        (0.30, 0.19, 0.14),
    ]
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a painter may choose; nothing here changes the shape.

    Attributes
    ----------
    skin_tone : float [1]
        0 light to 1 dark.
    hair, iris, backdrop : (3,) [1]
        Colours as sRGB values 0..1; hair is that of brows, lashes and the cropped head.
    key : (3,) [1]
        Where the main light stands, seen from the camera: right, up, towards the viewer.

    Raises
    ------
    InputError
        A value is out of range.

    Examples
    --------
    >>> Look(skin_tone=0.2).key
    (-0.5, 0.55, 0.75)
    """

    skin_tone: float = 0.22
    hair: Colour = (0.17, 0.115, 0.08)
    iris: Colour = (0.36, 0.25, 0.15)
    backdrop: Colour = (0.62, 0.66, 0.70)
    key: Colour = (-0.5, 0.55, 0.75)

    def __post_init__(self) -> None:
        problems = []
        if not 0.0 <= self.skin_tone <= 1.0:
            problems.append(f"skin_tone is 0 (light) to 1 (dark), not {self.skin_tone:g}")
        for name in ("hair", "iris", "backdrop"):
            value = getattr(self, name)
            if len(value) != 3 or not all(0.0 <= part <= 1.0 for part in value):
                problems.append(f"{name} is three sRGB values from 0 to 1, not {value}")
        if len(self.key) != 3 or not 0.0 < float(np.linalg.norm(self.key)) < np.inf:
            problems.append(f"key is a direction of three numbers, not {self.key}")
        if problems:
            raise InputError("This look cannot be painted: " + "; ".join(problems) + ".")

    def skin(self) -> Floats:
        """Return the skin's colour, (3,) linear."""
        place = self.skin_tone * (len(_SKIN_TONES) - 1)
        low = min(int(place), len(_SKIN_TONES) - 2)
        part = place - low
        tones = np.log(linear(_SKIN_TONES))
        mixed: Floats = np.exp(tones[low] * (1 - part) + tones[low + 1] * part).astype(np.float32)
        return mixed

    def lights(self, rotation: NDArray[np.float64]) -> Triples:
        """Return the lights for a camera turned by ``rotation``, (9, 3).

        Rows: direction and colour of the key, of the fill, colours of sky and floor, direction and
        colour of the rim light, the direction up. Directions are in the head frame; the lights go
        with the camera.
        """
        studio = rotation.T * [1.0, -1.0, -1.0]
        right = -1.0 if self.key[0] > 0 else 1.0

        def towards(direction: Colour) -> NDArray[np.float64]:
            placed: NDArray[np.float64] = studio @ np.array(direction)
            return placed / np.linalg.norm(direction)

        return _triples(
            [
                towards(self.key),
                (1.16, 1.06, 0.95),
                towards((0.8 * right, 0.1, 0.6)),
                (0.22, 0.25, 0.29),
                (0.34, 0.37, 0.42),
                (0.20, 0.165, 0.14),
                towards((0.75 * right, 0.35, -0.55)),
                (0.40, 0.36, 0.34),
                towards((0.0, 1.0, 0.0)),
            ]
        )

    def hues(self, iris_radius: float, pupil_radius: float) -> Triples:
        """Return the painter's colours (6, 3): lip, brow, scalp, lash, iris; last radii [mm]."""
        hair = linear(self.hair)
        skin = self.skin()
        # The vermilion shows blood through thin skin: less green and blue, less so in dark skin.
        lip = skin * (0.80, 0.49, 0.58)
        return _triples(
            [
                lip,
                hair,
                hair * 1.2,
                hair * 0.35,
                linear(self.iris),
                (iris_radius, pupil_radius, 0.0),
            ]
        )


def _triples(rows: Sequence[ArrayLike]) -> Triples:
    # The kernels read tuples of numbers faster than small arrays.
    return tuple((float(a), float(b), float(c)) for a, b, c in np.asarray(rows, dtype=np.float64))


def linear(colour: Colour | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear light for sRGB values 0..1.

    Examples
    --------
    >>> linear((0.0, 0.5, 1.0)).round(3)
    array([0.   , 0.214, 1.   ])
    """
    value = np.asarray(colour, dtype=np.float64)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
