"""Many pictures on one sheet, each with its name."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from risorius.errors import InputError
from risorius.picture.png import as_image

__all__ = ["contact_sheet"]

Image = NDArray[np.uint8]

_PAPER, _INK = (250, 250, 248), (40, 40, 44)


def contact_sheet(
    images: Sequence[Image], labels: Sequence[str] | None = None, *, columns: int | None = None
) -> Image:
    """Return pictures of one size side by side, row by row, each over its label.

    Parameters
    ----------
    images : sequence of (height, width, 3) uint8
        At least one, all of one size.
    labels : sequence of str, optional
        One per picture.
    columns : int, optional
        Pictures per row; by default about as many as rows.

    Returns
    -------
    sheet : (height, width, 3) uint8

    Raises
    ------
    InputError
        No picture, different sizes, or another number of labels than of pictures.

    Examples
    --------
    >>> contact_sheet([np.zeros((20, 30, 3), np.uint8)] * 3, columns=2).shape
    (52, 72, 3)
    """
    if not len(images):
        raise InputError("a contact sheet needs at least one picture")
    pictures = [as_image(image) for image in images]
    height, width, _ = pictures[0].shape
    sizes = {picture.shape for picture in pictures}
    if len(sizes) > 1:
        raise InputError(f"the pictures of a sheet must be of one size, not {sorted(sizes)}")
    names = list(labels) if labels is not None else []
    if labels is not None and len(names) != len(pictures):
        raise InputError(f"{len(pictures)} pictures need as many labels, not {len(names)}")
    across = columns or math.ceil(math.sqrt(len(pictures)))
    if across < 1:
        raise InputError(f"a sheet needs at least one column, not {across}")
    down = math.ceil(len(pictures) / across)
    gap = max(4, width // 64)
    strip = max(20, height // 13) if names else 0
    sheet = np.empty(
        (down * (height + strip) + (down + 1) * gap, across * width + (across + 1) * gap, 3),
        np.uint8,
    )
    sheet[:] = _PAPER
    for number, picture in enumerate(pictures):
        row, column = divmod(number, across)
        top, left = gap + row * (height + strip + gap), gap + column * (width + gap)
        sheet[top : top + height, left : left + width] = picture
        if names:
            _write(sheet[top + height : top + height + strip, left : left + width], names[number])
    return sheet


def _write(strip: Image, text: str) -> None:
    """Put text in the middle of a strip, smaller where it would not fit."""
    import cv2

    font, plain = cv2.FONT_HERSHEY_SIMPLEX, text.encode("ascii", "replace").decode()
    height, width = strip.shape[:2]
    scale = height / 40
    (wide, _), _ = cv2.getTextSize(plain, font, scale, 1)
    scale *= min(1.0, width / (wide + 8))
    (wide, tall), below = cv2.getTextSize(plain, font, scale, 1)
    canvas = np.ascontiguousarray(strip)
    place = ((width - wide) // 2, (height + tall - below // 2) // 2)
    cv2.putText(canvas, plain, place, font, scale, _INK, 1, cv2.LINE_AA)
    strip[:] = canvas
