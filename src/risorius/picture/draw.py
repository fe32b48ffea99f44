"""Draw a head: from vertices and a camera to a picture."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.errors import InputError
from risorius.head import Topology
from risorius.picture.camera import Camera
from risorius.picture.look import Look, linear
from risorius.picture.openness import looking
from risorius.picture.paint import Paint, paint_head
from risorius.picture.raster import cover, nothing, place, smooth_normals
from risorius.picture.shade import ATTRIBUTES, KINDS, colour, glaze, lighten, veil

if TYPE_CHECKING:
    from risorius.picture.dissect import Beneath

__all__ = ["render", "see"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_THREADS = 2
_BANDS = 8
_SHADOW_SIZE = 320
_SHADES = 4096
_own = threading.local()


def render(
    topology: Topology,
    vertices: ArrayLike,
    camera: Camera,
    *,
    level: int = 1,
    look: Look | None = None,
    colours: ArrayLike | None = None,
    beneath: Beneath | None = None,
    fade: float = 0.0,
) -> Image:
    """Return the picture of a head.

    Parameters
    ----------
    topology : Topology
        Of the head.
    vertices : (vertex, axis) [mm]
        One frame of all parts, at ``level``; level-0 vertices are refined where level 1 is asked
        for.
    camera : Camera
    level : int
        The mesh to draw, 0 or 1.
    look : Look, optional
        Colours and lights.
    colours : (vertex, 3 or 4) [1], optional
        sRGB values 0..1 painted over the head's own colours; a fourth column is the opacity.
    beneath : Beneath, optional
        What lies under the skin, see :func:`risorius.picture.beneath`.
    fade : float [1]
        How clear the skin is: 0 closed, 1 gone. Eyes, teeth and tongue stay.

    Returns
    -------
    image : (height, width, 3) uint8
        sRGB. From the front, the person's left is at the right.

    Raises
    ------
    InputError
        The vertices or colours do not fit the mesh or are not finite, `fade` is not 0..1, or a
        faded skin has nothing beneath it.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> from risorius.picture import front_camera
    >>> head = load_head()
    >>> render(head.topology, head.vertices, front_camera(head.vertices, width=64, height=48)).shape
    (48, 64, 3)
    """
    look = look or Look()
    if not 0.0 <= fade <= 1.0:
        raise InputError(f"fade is 0 (closed skin) to 1 (no skin), not {fade:g}")
    if fade and beneath is None:
        raise InputError("a faded skin needs something beneath it")
    mesh = topology.levels[level]
    points = _fitting(topology, vertices, level)
    paint = paint_head(topology, level, look)
    attributes = paint.vertices.copy() if colours is None else _painted_over(paint, colours)
    outside = _Scene(
        points, mesh.triangles, paint.kinds, attributes, paint.n_solid, paint.ribbons, paint.strokes
    )
    drawn = _drawn(outside, paint, camera, look, mesh.parts["skin"], "main")
    if fade and beneath is not None and drawn.window is not None:
        inside = _beneath_scene(outside, beneath)
        under = _drawn(inside, paint, camera, look, mesh.parts["skin"], "beneath")
        _glaze(drawn, under.image, outside, float(fade))
    return drawn.image


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What is drawn: a mesh with its paint. Normals are filled in as it is drawn."""

    points: Floats
    triangles: Ints
    kinds: NDArray[np.uint8]
    attributes: Floats
    n_solid: int
    ribbons: Ints
    strokes: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """A picture, and within its window what each sample sees."""

    image: Image
    window: tuple[int, int, int, int] | None
    owner: Ints
    screen: Floats
    pack: Floats


def _drawn(
    scene: _Scene, paint: Paint, camera: Camera, look: Look, skin: slice, room: str
) -> _Drawn:
    points, triangles, attributes = scene.points, scene.triangles, scene.attributes
    width, height = camera.width, camera.height
    normals, screen = np.empty_like(points), np.empty_like(points)
    smooth_normals(points, triangles, normals)
    attributes[:, -3:] = normals
    pack = _packed(camera.rotation, camera.position, 2 * camera.focal, width, height)
    place(points, pack, screen)
    picture, tones, backdrop = _canvas(width, height, look)
    image = picture.copy()
    window = _window(screen, width, height)
    if window is None:
        return _Drawn(image, None, np.empty((0, 0), np.int32), screen, pack)
    left, top, right, bottom = window
    # Everything is drawn within the window that the head takes in the picture.
    columns, rows = right - left, bottom - top
    screen[:, 0] -= 2 * left
    screen[:, 1] -= 2 * top
    pack[13] -= 2 * left
    pack[14] -= 2 * top
    owner, near = _sheet(room, 2 * rows, 2 * columns)
    lashes = np.zeros((rows, columns), np.float32)

    lights = look.lights(camera.rotation)
    hues = look.hues(paint.iris_radius, paint.pupil_radius)
    dark, light_pack, light_screen = _light(points, skin, np.array(lights[0]))

    def cover_band(start: int, end: int) -> None:
        owner[start:end] = nothing
        near[start:end] = 0.0
        cover(screen, triangles, 0, scene.n_solid, False, start, end, owner, near)
        veil(screen, scene.ribbons, scene.strokes, camera.focal, near, start // 2, end // 2, lashes)

    def shadow_band(start: int, end: int) -> None:
        dark[0][start:end] = nothing
        dark[1][start:end] = 0.0
        cover(light_screen, triangles, 0, scene.n_solid, False, start, end, *dark)

    lit = np.empty(len(points), np.float32)

    def light_band(start: int, end: int) -> None:
        lighten(points, normals, dark[1], light_pack, start, end, lit)

    def colour_band(start: int, end: int) -> None:
        colour(
            owner, near, scene.kinds, screen, triangles, attributes, lit, dark[1], light_pack,
            pack, lights, hues, lashes, backdrop[top:bottom], tones, start, end,
            image[top:bottom, left:right],
        )  # fmt: skip

    bands = [(cover_band, 2 * start, 2 * end) for start, end in _bands(rows)]
    bands += [(shadow_band, start, end) for start, end in _bands(_SHADOW_SIZE)]
    _together(bands)
    _together([(light_band, start, end) for start, end in _bands(len(points))])
    _together([(colour_band, start, end) for start, end in _bands(rows)])
    return _Drawn(image, window, owner, screen, pack)


def _beneath_scene(outside: _Scene, beneath: Beneath) -> _Scene:
    """Return eyes, teeth and tongue with what else lies beneath the skin."""
    kinds = outside.kinds
    solid = np.arange(len(kinds)) < outside.n_solid
    # Eyeballs, teeth, gums and tongue; the lining of the mouth goes with the skin.
    inner = solid & np.isin(kinds, [KINDS.index(name) for name in ("eye", "wet", "tooth")])
    first = int(outside.triangles[kinds == KINDS.index("eye")].min())
    inner &= outside.triangles.min(axis=1) >= first
    n = len(outside.points)
    triangles = np.concatenate([outside.triangles[inner], beneath.triangles + np.int32(n)])
    return _Scene(
        np.concatenate([outside.points, beneath.points]),
        triangles,
        np.concatenate([kinds[inner], beneath.kinds]),
        np.concatenate([outside.attributes, beneath.attributes]),
        len(triangles),
        outside.ribbons[:0],
        outside.strokes[:0],
    )


def _glaze(drawn: _Drawn, under: Image, scene: _Scene, fade: float) -> None:
    """Let what is under the skin show through it."""
    assert drawn.window is not None
    left, top, right, bottom = drawn.window
    normals = np.ascontiguousarray(scene.attributes[:, -3:])

    def glaze_band(start: int, end: int) -> None:
        glaze(
            drawn.owner, scene.kinds, scene.triangles, drawn.screen, normals, drawn.pack, fade,
            under[top:bottom, left:right], start, end, drawn.image[top:bottom, left:right],
        )  # fmt: skip

    _together([(glaze_band, start, end) for start, end in _bands(bottom - top)])


def see(vertices: ArrayLike, triangles: ArrayLike, camera: Camera) -> tuple[Ints, Floats]:
    """Return which triangle each quarter pixel sees, and how far away it is.

    Parameters
    ----------
    vertices : (vertex, axis) [mm]
    triangles : (triangle, 3) int
        Counter-clockwise seen from outside; from behind they are not seen.
    camera : Camera

    Returns
    -------
    owner : (2 height, 2 width) int32
        Number of the nearest triangle at the middle of each quarter of a pixel, -1 where there is
        none.
    depth : (2 height, 2 width) float32 [mm]
        Along the camera's axis, infinite where there is no triangle.

    Raises
    ------
    InputError
        A vertex is not finite, or a triangle names one that is not there.

    Examples
    --------
    >>> camera = Camera(2, 2, 2.0, np.diag([1.0, -1.0, -1.0]), np.array([0.0, 0.0, 5.0]))
    >>> owner, depth = see([[-9, -9, 0], [9, -9, 0], [0, 9, 0]], [[0, 1, 2]], camera)
    >>> int(owner.max()), float(depth[2, 2])
    (0, 5.0)
    """
    points = _finite(vertices)
    faces = np.ascontiguousarray(triangles, dtype=np.int32).reshape(-1, 3)
    if faces.size and not 0 <= faces.min() <= faces.max() < len(points):
        raise InputError(f"triangles name vertices {faces.min()} to {faces.max()} of {len(points)}")
    screen = np.empty_like(points)
    pack = _packed(camera.rotation, camera.position, 2 * camera.focal, camera.width, camera.height)
    place(points, pack, screen)
    owner = np.full((2 * camera.height, 2 * camera.width), nothing, np.int32)
    near = np.zeros(owner.shape, np.float32)

    def cover_band(start: int, end: int) -> None:
        cover(screen, faces, 0, len(faces), False, start, end, owner, near)

    _together([(cover_band, 2 * start, 2 * end) for start, end in _bands(camera.height)])
    with np.errstate(divide="ignore"):
        return owner, np.float32(1) / near


def _finite(vertices: ArrayLike) -> Floats:
    points = np.ascontiguousarray(vertices, dtype=np.float32)
    if points.ndim != 2 or points.shape[1] != 3:
        raise InputError(f"vertices must be (vertex, 3) in mm, not {points.shape}")
    if not np.isfinite(points).all():
        bad = int(np.count_nonzero(~np.isfinite(points).all(axis=1)))
        raise InputError(f"{bad} of {len(points)} vertices are not finite; nothing can be drawn")
    return points


def _fitting(topology: Topology, vertices: ArrayLike, level: int) -> Floats:
    points = _finite(vertices)
    wanted, coarse = topology.levels[level].n_vertices, topology.levels[0].n_vertices
    if len(points) == wanted:
        return points
    if len(points) == coarse:
        return np.ascontiguousarray(topology.refine(points), dtype=np.float32)
    raise InputError(
        f"{len(points)} vertices fit neither level 0 ({coarse}) nor level {level} ({wanted}) "
        "of this head"
    )


def _painted_over(paint: Paint, colours: ArrayLike) -> Floats:
    over = np.asarray(colours, dtype=np.float64)
    count = len(paint.vertices)
    if over.ndim != 2 or len(over) != count or over.shape[1] not in (3, 4):
        raise InputError(f"colours must be ({count}, 3 or 4), not {over.shape}")
    if not np.isfinite(over).all() or over.min() < 0 or over.max() > 1:
        raise InputError("colours are sRGB values from 0 to 1")
    opacity = over[:, 3:] if over.shape[1] == 4 else np.ones((count, 1))
    painted = paint.vertices.copy()
    start = ATTRIBUTES.index("red")
    own = painted[:, start : start + 3]
    painted[:, start : start + 3] = own * (1 - opacity) + linear(over[:, :3]) * opacity
    # Lips and hair are painted on top; the overlay hides them where it is opaque.
    for name in ("lip", "brow_cover", "scalp"):
        painted[:, ATTRIBUTES.index(name)] *= 1 - opacity[:, 0]
    return painted


def _packed(
    rotation: NDArray[np.floating],
    position: NDArray[np.floating],
    focal: float,
    width: float,
    height: float,
) -> Floats:
    """Return rotation, position, focal length and middle as the kernels take them, (15,)."""
    return np.concatenate([np.ravel(rotation), position, [focal, width, height]]).astype(np.float32)


def _window(screen: Floats, width: int, height: int) -> tuple[int, int, int, int] | None:
    """Return left, top, right, bottom [px] of what is drawn, or None."""
    columns, rows, near = screen.T.copy()
    before = near > 0
    if not before.all():
        columns, rows = columns[before], rows[before]
        if not len(rows):
            return None
    left, top = np.floor(np.array([columns.min(), rows.min()]) / 2).astype(int) - 1
    right, bottom = np.ceil(np.array([columns.max(), rows.max()]) / 2).astype(int) + 1
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    return (int(left), int(top), int(right), int(bottom)) if left < right and top < bottom else None


def _light(
    points: Floats, skin: slice, direction: Array
) -> tuple[tuple[Ints, Floats], Floats, Floats]:
    """Return sheets, camera and screen places for the picture that the key light sees."""
    columns = points[skin].T.copy()
    low, high = columns.min(axis=1), columns.max(axis=1)
    middle, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
    distance = 30.0 * radius
    focal = 0.49 * _SHADOW_SIZE / radius * (distance - radius)
    pack = _packed(
        looking(-direction),
        middle + direction * distance,
        focal,
        _SHADOW_SIZE / 2,
        _SHADOW_SIZE / 2,
    )
    screen = np.empty_like(points)
    place(points, pack, screen)
    return _sheet("shadow", _SHADOW_SIZE, _SHADOW_SIZE), pack, screen


def _sheet(name: str, rows: int, columns: int) -> tuple[Ints, Floats]:
    """Return room for samples, kept by each thread: fresh memory would cost as much as drawing."""
    size = rows * columns
    held: tuple[Ints, Floats] | None = getattr(_own, name, None)
    if held is None or len(held[0]) < size:
        held = np.empty(size, np.int32), np.empty(size, np.float32)
        setattr(_own, name, held)
    return held[0][:size].reshape(rows, columns), held[1][:size].reshape(rows, columns)


@lru_cache(maxsize=4)
def _canvas(width: int, height: int, look: Look) -> tuple[Image, Image, Floats]:
    """Return the empty picture, the tone curve and the backdrop's linear colour per row."""
    light = (np.arange(_SHADES) / (_SHADES - 1)) ** 2 * 2
    light = np.where(light < 0.7, light, 0.7 + 0.3 * (1 - np.exp(-(light - 0.7) / 0.3)))
    shown = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    tones = np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)
    fall = 1.12 - 0.34 * np.linspace(0, 1, height)[:, None]
    backdrop = (linear(look.backdrop) * fall).astype(np.float32)
    index = (np.minimum(np.sqrt(backdrop / 2), 1) * (_SHADES - 1)).astype(int)
    image = np.repeat(tones[index][:, None], width, axis=1)
    return image, tones, backdrop


def _bands(rows: int) -> list[tuple[int, int]]:
    edges = np.linspace(0, rows, _BANDS + 1).astype(int)
    return [(int(start), int(end)) for start, end in pairwise(edges) if start < end]


def _together(work: Sequence[tuple[Callable[[int, int], None], int, int]]) -> None:
    """Run ``(function, start, end)`` in two threads; the kernels hold no interpreter lock."""
    for done in [_pool(os.getpid()).submit(function, start, end) for function, start, end in work]:
        done.result()


@cache
def _pool(_process: int) -> ThreadPoolExecutor:
    # Threads do not survive a fork, hence one pool per process.
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="picture")
