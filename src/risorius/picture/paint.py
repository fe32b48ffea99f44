"""Paint on the head at rest, made once per topology and look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from risorius.head import Level, Topology, load_head
from risorius.picture.look import Look, linear
from risorius.picture.openness import openness
from risorius.picture.shade import ATTRIBUTES, KINDS
from risorius.picture.surface import BROW_LENGTH

__all__ = ["Paint", "paint_head"]

Floats = NDArray[np.float32]
Array = NDArray[np.float64]
Masks = Mapping[str, Floats]

_KIND_OF_MATERIAL = {
    "skin": "skin",
    "lip": "skin",
    "mouth": "wet",
    "sclera": "eye",
    "iris": "eye",
    "pupil": "eye",
    "teeth": "tooth",
    "gum": "tooth",
    "tongue": "wet",
    "lash": "lash",
}
# Where blood shows and where the skin is thin or oily: factors of red, green and blue, and the
# gloss.
_TINTS = {
    "cheek": (1.03, 0.90, 0.90),
    "nose": (1.03, 0.88, 0.87),
    "ear": (1.05, 0.84, 0.82),
    "lids_upper": (0.95, 0.90, 0.91),
    "lids_lower": (0.95, 0.89, 0.91),
    "chin": (1.01, 0.95, 0.94),
    "forehead": (1.0, 0.99, 0.97),
    "neck": (0.97, 0.96, 0.95),
}
_GLOSS = {
    "forehead": 0.75,
    "nose": 0.95,
    "cheek": 0.55,
    "chin": 0.6,
    "lids_upper": 0.6,
    "neck": 0.25,
    "ear": 0.35,
    "scalp": 0.2,
}
_GLOSS_ELSEWHERE = 0.45
# Lips and lids part from each other and open: what closed skin hides must not stay dark.
_LEAST_OPEN = {"lip_upper": 0.7, "lip_lower": 0.7, "lids_upper": 0.7, "lids_lower": 0.7}

# The middle of the left brow on the default head [mm]; drawn by eye on pictures of it.
_BROW_LINE = np.array(
    [
        (11.5, 57.0, 99.5),
        (20.0, 58.9, 98.5),
        (28.0, 60.8, 96.5),
        (36.0, 62.1, 92.5),
        (42.0, 61.7, 88.0),
        (48.0, 59.8, 82.0),
        (54.0, 56.4, 74.0),
    ]
)

# Lines along the roots of the lashes: how much wider than a lash [mm] and how opaque [1] they are,
# and how opaque each lash is. The lower ones are sparse and fair.
_UPPER_LINE = (0.5, 0.8, 0.9)
_LOWER_LINE = (0.25, 0.3, 0.55)
_LASH_GAP = 2.0  # mm, from root to root within a row

_COLUMN = {name: number for number, name in enumerate(ATTRIBUTES)}


@dataclass(frozen=True, slots=True, eq=False)
class Paint:
    """The painted head.

    Attributes
    ----------
    vertices : (vertex, attribute) float32
        Columns as in :data:`risorius.picture.shade.ATTRIBUTES`.
    kinds : (triangle,) uint8
        Position in :data:`risorius.picture.shade.KINDS`.
    iris_radius, pupil_radius : float [mm]
    ribbons : (n, 4) int32
        Quads of the lashes, from end to end, and of the lines along their roots.
    strokes : (n, 2) float32
        How much wider each of these is painted than it is [mm], and how opaque [1].
    n_solid : int
        So many triangles come before those of the lashes.
    """

    vertices: Floats
    kinds: NDArray[np.uint8]
    iris_radius: float
    pupil_radius: float
    ribbons: NDArray[np.int32]
    strokes: Floats
    n_solid: int


@lru_cache(maxsize=8)
def paint_head(topology: Topology, level: int, look: Look) -> Paint:
    """Return the paint of every head on ``topology``, laid out on the default head."""
    head = load_head()
    mesh = topology.levels[level]
    rest = head.vertices if level == 0 else topology.refine(head.vertices)
    skin = mesh.parts["skin"]
    masks = topology.regions if level == 0 else topology.refined_regions()
    table = np.zeros((mesh.n_vertices, len(ATTRIBUTES)), np.float32)
    kinds = np.array(
        [KINDS.index(_KIND_OF_MATERIAL[name]) for name in mesh.material_names], np.uint8
    )[mesh.triangle_material]
    lower = np.zeros(mesh.n_vertices)
    lower[skin] = masks["lip_lower"] + masks["lids_lower"]
    under = lower[mesh.triangles].mean(axis=1) > 0.5
    kinds[(kinds == KINDS.index("skin")) & under] = KINDS.index("under")

    table[:, :3] = rest
    table[skin, 3:6] = _skin_colour(rest[skin], masks, look)
    table[skin, _COLUMN["gloss"]] = _mixed(masks, _GLOSS, _GLOSS_ELSEWHERE)
    open_ = openness(rest, mesh.triangles[kinds != KINDS.index("lash")])
    least = np.max([masks[name] * value for name, value in _LEAST_OPEN.items()], axis=0)
    table[:, _COLUMN["openness"]] = open_
    table[skin, _COLUMN["openness"]] = np.maximum(open_[skin], least)
    table[skin, _COLUMN["lip"]] = np.clip(masks["lip_upper"] + masks["lip_lower"], 0, 1)
    table[skin, _COLUMN["scalp"]] = masks["scalp"]
    first = _COLUMN["brow_along"]
    table[skin, first : first + 3] = _brow_coordinates(rest[skin])

    for number, side in enumerate(("left", "right")):
        part = mesh.parts[f"eye_{side}"]
        table[part, :3] -= head.eyes.centres[number]
        # The white is pinker towards the corners.
        corner = np.clip(np.abs(table[part, 0]) / 11.0 - 0.45, 0, 1)[:, None]
        table[part, 3:6] = linear((0.83, 0.81, 0.79)) * (1 - corner * [0.10, 0.34, 0.36])
        table[part, _COLUMN["openness"]] = 1.0
    _paint_mouth(table, rest, mesh, kinds)

    first_lash = mesh.parts["lashes_left"].start
    lashes = mesh.quads[mesh.quads.min(axis=1) >= first_lash]
    # A ribbon's ends are its short sides.
    sides = np.linalg.norm(rest[lashes] - rest[np.roll(lashes, -1, axis=1)], axis=2)
    lengthwise = sides[:, 0] + sides[:, 2] > sides[:, 1] + sides[:, 3]
    lashes = np.where(lengthwise[:, None], np.roll(lashes, 1, axis=1), lashes)
    carriers = np.concatenate([np.zeros(first_lash, np.int32), topology.lash_roots])
    ribbons, strokes = _lash_strokes(rest, lashes, carriers)
    return Paint(
        vertices=np.ascontiguousarray(table),
        kinds=kinds,
        iris_radius=head.eyes.iris_radius,
        pupil_radius=head.eyes.pupil_radius,
        ribbons=ribbons,
        strokes=strokes,
        n_solid=len(mesh.triangles) - 2 * len(lashes),
    )


def _lash_strokes(
    rest: Array, lashes: NDArray[np.int32], carriers: NDArray[np.int32]
) -> tuple[NDArray[np.int32], Floats]:
    """Return ribbons and strokes of the lashes and of the lines that join neighbouring roots.

    Lashes are finer than most pixels; what reads as the rim of an eye is the line of their roots.
    """
    ribbons, strokes = [lashes], [np.empty((len(lashes), 2))]
    first = np.append(True, lashes[1:, :2].min(axis=1) > lashes[:-1, 2:].max(axis=1))
    lash = first.cumsum() - 1
    roots = lashes[first, :2]
    carrier = carriers[roots[:, 0]]
    places = rest[roots].mean(axis=1)
    tips = rest[lashes[np.append(first[1:], True), 2]]
    row = np.append(0, (np.linalg.norm(np.diff(places, axis=0), axis=1) > _LASH_GAP).cumsum())
    for number in range(row[-1] + 1):
        mine = np.flatnonzero(row == number)
        upper = (tips[mine, 1] - places[mine, 1]).mean() > 0
        wider, opaque, single = _UPPER_LINE if upper else _LOWER_LINE
        # Lashes that go with one vertex of the lid move as one: the line takes their middle one.
        groups = np.split(mine, np.flatnonzero(np.diff(carrier[mine])) + 1)
        knots = roots[[mine[0], *(group[len(group) // 2] for group in groups[1:-1]), mine[-1]]]
        ribbons.append(np.concatenate([knots[:-1], knots[1:]], axis=1))
        thin = np.sin(np.linspace(0.3, np.pi - 0.3, len(knots) - 1))
        strokes.append(np.stack([wider * thin, np.full(len(thin), opaque)], axis=1))
        strokes[0][row[lash] == number] = 0.0, single
    return (
        np.ascontiguousarray(np.concatenate(ribbons), np.int32),
        np.concatenate(strokes).astype(np.float32),
    )


def _mixed(masks: Masks, values: Mapping[str, float], elsewhere: float) -> Array:
    total = sum(masks[name] for name in values)
    share = np.maximum(total, 1.0)
    return elsewhere * np.clip(1 - total, 0, 1) + sum(
        masks[name] / share * value for name, value in values.items()
    )


def _skin_colour(rest: Array, masks: Masks, look: Look) -> Array:
    colour = np.tile(look.skin(), (len(rest), 1)).astype(np.float64)
    for name, tint in _TINTS.items():
        colour *= 1 + masks[name][:, None] * (np.array(tint) - 1)
    # Slow waves of redness, the same on both sides.
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    wave = np.sin(x * 0.21 + 1.3 * np.sin(y * 0.13)) * np.sin(y * 0.17 + z * 0.11 + 1.0)
    wave += 0.6 * np.sin(x * 0.47 + y * 0.39 + 2.0) * np.sin(z * 0.5 - y * 0.33)
    colour *= 1 + wave[:, None] * [0.008, 0.022, 0.020]
    return colour


def _brow_coordinates(rest: Array) -> Array:
    """Return (vertex, 3): along a brow from its inner end and height over it [mm], 1 near it."""
    side, height, depth = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    x, y, _ = _BROW_LINE.T
    curve = np.polynomial.Polynomial.fit(x, y, 4)
    across = height - curve(np.clip(side, x[0], x[-1] + 4.0))
    steps = np.linalg.norm(np.diff(_BROW_LINE, axis=0), axis=1)
    run = np.polynomial.Polynomial.fit(x, np.append(0, steps.cumsum()), 3)
    along = np.where(side < x[0], side - x[0], run(np.minimum(side, x[-1] + 6.0)))
    along *= BROW_LENGTH / steps.sum()
    close = np.clip(4.0 - np.abs(across) / 5.0, 0, 1) * (depth > _BROW_LINE[-1, 2] - 20.0)
    return np.stack([along, np.clip(across, -20.0, 20.0), close], axis=1)


def _paint_mouth(table: Floats, rest: Array, mesh: Level, kinds: NDArray[np.uint8]) -> None:
    """Ivory teeth in pink gums, a red tongue and a dark red mouth, all darker with depth."""
    parts, triangles = mesh.parts, mesh.triangles
    front = max(rest[parts["teeth_upper"], 2].max(), rest[parts["teeth_lower"], 2].max())
    inward = np.clip((front - rest[:, 2]) / 45.0, 0, 1)
    for names, colour, gloss, shallow, deep in (
        # Cheeks keep the light from all but the front teeth.
        (("teeth_upper", "teeth_lower"), (0.88, 0.83, 0.75), 0.8, 0.95, -0.55),
        (("tongue",), (0.70, 0.40, 0.38), 0.7, 0.6, 0.12),
    ):
        for name in names:
            part = parts[name]
            table[part, 3:6] = linear(colour)
            table[part, _COLUMN["gloss"]] = gloss
            table[part, _COLUMN["openness"]] = np.maximum(
                shallow + (deep - shallow) * inward[part], 0.06
            )
    # Gums are pink where no enamel is.
    material = np.array(mesh.material_names)[mesh.triangle_material]
    gum = np.setdiff1d(triangles[material == "gum"], triangles[material == "teeth"])
    table[gum, 3:6] = linear((0.78, 0.52, 0.49))
    table[gum, _COLUMN["gloss"]] = 0.5
    # The mucosa of the mouth ends where the lips begin; that in the corners of the eyes is pale and
    # in the open.
    wet, dry = np.zeros(len(table), bool), np.zeros(len(table), bool)
    wet[triangles[kinds == KINDS.index("wet")].ravel()] = True
    wet[parts["skin"].stop :] = False
    dry[triangles[kinds <= KINDS.index("under")].ravel()] = True
    inside = wet & ~dry
    table[inside, 3:6] = linear((0.52, 0.22, 0.20))
    table[inside, _COLUMN["gloss"]] = 0.3
    table[inside, _COLUMN["openness"]] = 0.45 - 0.41 * np.clip(inward[inside] * 1.6, 0, 1)
    corner = wet & (rest[:, 1] > rest[parts["teeth_upper"], 1].max() + 20.0)
    table[corner & inside, 3:6] = linear((0.84, 0.62, 0.58))
    table[corner, _COLUMN["gloss"]] = 0.9
    table[corner, _COLUMN["openness"]] = 0.6
    kinds[(kinds == KINDS.index("wet")) & corner[triangles].all(axis=1)] = KINDS.index("skin")
