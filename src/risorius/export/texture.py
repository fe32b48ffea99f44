"""Textures of a head, painted as the pictures are: skin with lips and brows, and eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.ndimage import distance_transform_edt

from risorius.picture.look import Look
from risorius.picture.paint import paint_head
from risorius.picture.raster import cover, nothing
from risorius.picture.shade import ATTRIBUTES
from risorius.picture.surface import iris, skin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.head import Topology

    Singles = NDArray[np.float32]
    Image = NDArray[np.uint8]

__all__ = ["eye_texture", "grain_texture", "png", "skin_textures"]

SKIN_SIZE, EYE_SIZE = 2048, 512
"""Width and height [px]. Two texels cover a millimetre of the face."""
GRAIN_SIZE = (256, 256)
"""Height and width of the grain of muscles [px]."""
SOFTEN = 0.6
"""Width of the blur over the painted texture [px]."""
_LIP, _BROW, _SCALP = (ATTRIBUTES.index(name) for name in ("lip", "brow_along", "scalp"))
_GLOSS, _OPENNESS = ATTRIBUTES.index("gloss"), ATTRIBUTES.index("openness")


def skin_textures(topology: Topology, look: Look) -> tuple[Image, Image]:
    """Return the colour and the surface of the skin over the texture square.

    Parameters
    ----------
    topology : Topology
    look : Look
        Colours of skin and hair.

    Returns
    -------
    colour : (size, size, 3) uint8
        sRGB; row 0 is the upper edge.
    surface : (size / 2, size / 2, 3) uint8
        As glTF wants it: red is how open to light the place is, green the roughness, blue the
        metal, which skin is not.
    """
    baked = _baked(topology, "skin", look, SKIN_SIZE)
    surface = np.zeros((SKIN_SIZE // 2, SKIN_SIZE // 2, 3), np.uint8)
    half = baked[::2, ::2]
    surface[..., 0] = 255 * np.clip(half[..., 4], 0, 1)
    surface[..., 1] = 255 * np.clip(0.78 - 0.45 * half[..., 3], 0.25, 0.95)
    return _display(baked[..., :3]), surface


def eye_texture(topology: Topology, look: Look) -> Image:
    """Return pupil, iris and white of an eye, the pupil in the middle, (size, size, 3) uint8.

    Parameters
    ----------
    topology : Topology
    look : Look
        Colour of the iris.
    """
    return _display(_baked(topology, "eye_left", look, EYE_SIZE)[..., :3])


def grain_texture() -> Image:
    """Return grey streaks along the fibres of muscles, without seams."""
    rng = np.random.default_rng(7)
    rows, columns = GRAIN_SIZE
    total = np.zeros((rows, columns))
    # Noise that is smooth along the fibres and rough across them; a Fourier grid has no seams.
    down = np.fft.fftfreq(rows, 1 / rows)[:, None]
    over = np.fft.fftfreq(columns, 1 / columns)[None, :]
    for wide, weight in ((12.0, 0.6), (34.0, 0.4)):
        band = np.exp(-((down / 1.6) ** 2) - ((np.abs(over) - wide) / (0.5 * wide)) ** 2)
        noise = np.fft.ifft2(np.fft.fft2(rng.standard_normal((rows, columns))) * band).real
        total += weight * noise / noise.std()
    grey = np.clip(0.80 + 0.13 * total, 0.35, 1.0)
    return np.repeat((255 * grey + 0.5).astype(np.uint8)[..., None], 3, axis=2)


def png(image: Image) -> bytes:
    """Return a picture (height, width, 3) as the bytes of a PNG file."""
    import cv2

    _, content = cv2.imencode(".png", image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 6])
    return content.tobytes()


def _baked(topology: Topology, part: str, look: Look, size: int) -> Singles:
    """Return linear colour, gloss and openness of a part over the texture square, (size, size, 5).

    Texels outside every triangle take the nearest one, so that no seam shows.
    """
    import cv2

    level = topology.levels[1]
    mine = level.triangle_part == level.part_names.index(part)
    corners = np.ascontiguousarray(level.triangle_uv[mine])
    place = np.ones((len(level.uv), 3), np.float32)
    place[:, :2] = (level.uv * [1, -1] + [0, 1]) * size
    owner = np.full((size, size), nothing, np.int32)
    near = np.zeros((size, size), np.float32)
    cover(place, corners, 0, len(corners), True, 0, size, owner, near)
    paint = paint_head(topology, 1, look)
    hues = look.hues(paint.iris_radius, paint.pupil_radius)
    baked = np.zeros((size, size, 5), np.float32)
    triangles = np.ascontiguousarray(level.triangles[mine])
    _bake(owner, place, corners, triangles, paint.vertices, hues, part != "skin", baked)
    rows, columns = distance_transform_edt(
        owner == nothing, return_distances=False, return_indices=True
    )
    # Each texel was painted in its middle alone: hairs finer than that would be jagged.
    return np.asarray(cv2.GaussianBlur(baked[rows, columns], (0, 0), SOFTEN))


@njit(cache=True)
def _bake(owner, place, corners, triangles, paint, hues, is_eye, baked):  # type: ignore[no-untyped-def]
    """Fill ``baked`` (row, column, 5) where ``owner`` names a triangle."""
    own = np.zeros(paint.shape[1])
    for row in range(owner.shape[0]):
        for column in range(owner.shape[1]):
            t = owner[row, column]
            if t < 0:
                continue
            i, j, k = corners[t]
            x, y = column + 0.5 - place[i, 0], row + 0.5 - place[i, 1]
            ax, ay = place[j, 0] - place[i, 0], place[j, 1] - place[i, 1]
            bx, by = place[k, 0] - place[i, 0], place[k, 1] - place[i, 1]
            whole = ax * by - ay * bx
            b, c = (x * by - y * bx) / whole, (ax * y - ay * x) / whole
            u, v, w = triangles[t]
            for a in range(len(own)):
                own[a] = (1 - b - c) * paint[u, a] + b * paint[v, a] + c * paint[w, a]
            colour, gloss, spot = (own[3], own[4], own[5]), own[_GLOSS], (own[0], own[1], own[2])
            if is_eye:
                colour = iris(colour, spot, hues)
            else:
                brow = (own[_BROW], own[_BROW + 1], own[_BROW + 2])
                colour, gloss = skin(colour, gloss, spot, own[_LIP], brow, own[_SCALP], hues)
            baked[row, column, 0] = colour[0]
            baked[row, column, 1] = colour[1]
            baked[row, column, 2] = colour[2]
            baked[row, column, 3] = gloss
            baked[row, column, 4] = own[_OPENNESS]


def _display(colour: Singles) -> Image:
    """Return sRGB bytes for linear light."""
    value = np.clip(colour, 0, 1)
    bright = 1.055 * value ** np.float32(1 / 2.4) - 0.055
    return np.asarray(255 * np.where(value <= 0.0031308, 12.92 * value, bright) + 0.5, np.uint8)
