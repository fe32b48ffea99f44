"""The rules that carry a head's muscles, small enough to be played elsewhere.

`Cast` holds the rules as one matrix each. They are products: a body's grid is first laid along each
fibre, then across the fibres, and its directions are means over rows. Kept as factors they take a
tenth of the room and of the work. The studio's page plays them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risorius.skin.muscle_carry import KNOTTED, SLACK
from risorius.skin.muscles import BULGE, FIRMNESS, ROUNDS, SWELL

if TYPE_CHECKING:
    from risorius.skin.muscles import Muscles

__all__ = ["muscle_rules"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

STEPS = 32767
"""Of weights that are kept in 16 bits."""
FLAGS = ("kept", "chewed", "on_jaw")
"""Truths of a fibre's point, as bits of ``carrier.flags`` from the lowest on."""


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """Where one band of a body lies in the cast."""

    grid: slice
    shape: tuple[int, int]
    fibres: list[Ints]
    """The points of each line along the band; in a ring the upper ones, then the lower ones."""
    form: str


def muscle_rules(muscles: Muscles) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what `Muscles.pose` needs, as plain numbers and arrays.

    The arrays of the carrier are those of its fields. Band ``b`` has ``band.size[b]`` = rows,
    columns, lines, points on a line, and whether its directions are kept for each column (1, a
    sheet) or are the mean of the row (0). Its lines' points are in ``band.point``; for each line
    ``band.along`` and ``band.heading`` hold a row of weights for every row of the band, and
    ``band.across`` a weight of every line for each column. A shorter line is filled up with its
    last point at no weight.

    Parameters
    ----------
    muscles : Muscles

    Returns
    -------
    meta : dict
        ``jaw``: the span of the lower teeth; ``knots``: how many points and ends each has;
        ``scales``: the steps of arrays that count in steps; ``numbers``: those of the modules.
    arrays : dict of str to array

    Examples
    --------
    >>> from risorius.head import load_head
    >>> from risorius.skin.muscles import make_muscles
    >>> meta, arrays = muscle_rules(make_muscles(load_head()))
    >>> rows, columns = arrays["band.size"].astype(int).T[:2]
    >>> int((rows * columns).sum()) == len(arrays["cast.hand"])
    True
    """
    carrier, cast = muscles._carrier, muscles._cast
    teeth = carrier.head.topology.parts["teeth_lower"]
    meta: dict[str, Any] = {
        "jaw": [teeth.start, teeth.stop],
        "knots": [[len(knot.points), len(knot.ends)] for knot in carrier.knots],
        "flags": FLAGS,
        "numbers": {
            "knotted": KNOTTED,
            "slack": SLACK,
            "bulge": BULGE,
            "rounds": ROUNDS,
            "swell": SWELL,
            "firmness": FIRMNESS,
        },
    }
    names = ("corners", "weights", "depth", "hold", "part", "first", "last", "backed", "hung")
    arrays: dict[str, NDArray[Any]] = {f"carrier.{name}": getattr(carrier, name) for name in names}
    arrays["carrier.outward"] = carrier.outward
    flags = [getattr(carrier, name).astype(np.uint8) << bit for bit, name in enumerate(FLAGS)]
    arrays["carrier.flags"] = np.bitwise_or.reduce(flags)
    for name in ("points", "ends", "end", "share"):
        arrays[f"knot.{name}"] = np.concatenate([getattr(knot, name) for knot in carrier.knots])
    rows: dict[str, list[NDArray[Any]]] = {}
    for band in _bands(muscles):
        for name, value in _factors(muscles, band).items():
            rows.setdefault(f"band.{name}", []).append(np.ravel(value))
    arrays |= {name: np.concatenate(parts) for name, parts in rows.items()}
    arrays["band.size"] = arrays["band.size"].reshape(-1, 5)
    for name in ("hand", "neighbours", "grid", "beyond", "shift", "half"):
        arrays[f"cast.{name}"] = getattr(cast, name)
    for name in ("triangles", "along", "lengthwise", "across", "sinew", "owner"):
        arrays[f"flesh.{name}"] = getattr(muscles, name)
    # Weights are kept in 16-bit steps, as the rig's are: a hundredth of a millimetre of a body.
    meta["scales"] = {}
    for name in ("band.along", "band.heading"):
        step = float(np.abs(arrays[name]).max() / STEPS)
        meta["scales"][name] = step
        arrays[name] = np.round(arrays[name] / step).astype(np.int16)
    return meta, {name: _compact(value) for name, value in arrays.items()}


def _bands(muscles: Muscles) -> Iterator[_Band]:
    """Yield the bands of all bodies in their order."""
    carrier, cast = muscles._carrier, muscles._cast
    first, last = cast.neighbours.T
    columns = last - first + 1
    start, vertex = 0, 0
    while start < len(columns):
        width = int(columns[start])
        # From row to row the vertices go on by a row; the inner face comes before the next band.
        stop = start + width
        while (
            stop < len(columns)
            and columns[stop] == width
            and first[stop] == first[stop - 1] + width
        ):
            stop += width
        used = np.unique(cast.points[start:stop].indices)
        fibres = [
            np.arange(begin, end + 1, dtype=np.int32)
            for begin, end in sorted({(int(carrier.first[k]), int(carrier.last[k])) for k in used})
        ]
        form = muscles.bodies[int(muscles.owner[vertex])].form
        if form == "ring":
            half = len(fibres) // 2
            fibres = [
                np.append(a, b[::-1]) for a, b in zip(fibres[:half], fibres[half:], strict=True)
            ]
        rows = (stop - start) // width
        yield _Band(slice(start, stop), (rows, width), fibres, form)
        start, vertex = stop, vertex + rows * (2 * width - 2)


def _factors(muscles: Muscles, band: _Band) -> dict[str, NDArray[Any]]:
    """Return the rules of a band along and across its fibres."""
    cast, (rows, width) = muscles._cast, band.shape
    longest = max(map(len, band.fibres))
    point = np.array([np.append(f, np.full(longest - len(f), f[-1])) for f in band.fibres])
    across = np.empty((width, len(band.fibres)))
    along, heading = np.zeros((2, len(band.fibres), rows, longest))
    for number, fibre in enumerate(band.fibres):
        count = len(fibre)
        place, slope = (
            matrix[band.grid][:, fibre].toarray().reshape(rows, width, count)
            for matrix in (cast.points, cast.tangent)
        )
        # The weights along a fibre have the sum one, so what is left is the weight across.
        across[:, number] = place[0].sum(axis=1)
        most = int(np.abs(across[:, number]).argmax())
        along[number, :, :count] = place[:, most] / across[most, number]
        heading[number, :, :count] = slope[:, most] / across[most, number]
    # Only directions are asked of it, so that each band may use all of the steps.
    heading /= np.abs(heading).max()
    size = [rows, width, len(band.fibres), longest, band.form == "sheet"]
    return {
        "size": np.array(size, np.int32),
        "point": point,
        "across": across,
        "along": along,
        "heading": heading,
    }


def _compact(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    if array.dtype == np.uint8:
        return array
    return array.astype(np.int16 if np.abs(array).max(initial=0) < 2**15 else np.int32)
