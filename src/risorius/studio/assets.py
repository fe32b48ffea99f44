"""What the browser needs to draw the face: rig, head and muscles, each one binary file.

Head and muscles have the form of the rig file (``docs/rig-format.md``) under their own first line.
They are made once per process and never change while it runs, so a browser may keep them: it asks
with the ``ETag`` it was given and is told that nothing is new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, Header, Response
from numpy.typing import NDArray

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = [
    "HEAD_MAGIC",
    "MUSCLES_MAGIC",
    "head_file",
    "muscles_file",
    "rig_file",
    "router",
    "warm_up",
]

HEAD_MAGIC = b"RISORIUS HEAD\n\x00\x00"
MUSCLES_MAGIC = b"RISORIUS FLESH\n\x00"
ASSETS_VERSION = 1
BROW_STEP = 0.01
"""Of the coordinates along and across the brows [mm]."""
BONE_STEP = 0.01
"""Of the vertices of the bone [mm]."""
SHEER_MM = 5.0
"""Light that falls on one side of a skin fold as thick as this leaves the other by a third."""
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}},
    304: {"description": "Nothing is new."},
}

router = APIRouter(prefix="/api/face", tags=["face"])

_making = Lock()
"""Windows that open at once wait for one making, instead of making all of it each."""


@cache
def rig_file() -> bytes:
    """Return the rig of the default face as it is packaged.

    Examples
    --------
    >>> rig_file()[:12]
    b'RISORIUS RIG'
    """
    return files("risorius.skin").joinpath("data/default.rig").read_bytes()


@cache
def head_file() -> bytes:
    """Return the head's faces, finer level, regions and paint.

    Arrays: ``level0.quads``, ``level1.triangles`` with ``level1.kind`` per triangle (a position in
    ``kinds`` of the header), ``subdivision.pointer``, ``.index`` and ``.weight``; ``region.*``
    (bytes, 255 is one) over the level-0 skin, ``loop.*``, ``lash_roots``; ``paint.*`` per level-1
    vertex, in bytes but for ``paint.brow`` (along and across in `BROW_STEP`); and the ribbons of
    the lashes with their strokes. The colour is the square root of linear light; ``paint.sheer``
    the share of light that passes from behind.

    Examples
    --------
    >>> head_file()[:13]
    b'RISORIUS HEAD'
    """
    from risorius.head import load_head
    from risorius.picture.look import Look
    from risorius.picture.paint import paint_head
    from risorius.picture.shade import ATTRIBUTES, KINDS
    from risorius.skin.store import pack_arrays

    head, look = load_head(), Look()
    topology, eyes = head.topology, head.eyes
    coarse, fine = topology.levels
    paint = paint_head(topology, 1, look)
    column = {name: paint.vertices[:, n] for n, name in enumerate(ATTRIBUTES)}
    brow = np.stack([column["brow_along"], column["brow_across"]], axis=1) / BROW_STEP
    colour = np.stack([column[name] for name in ("red", "green", "blue")], axis=1)
    arrays: dict[str, NDArray[Any]] = {
        "level0.quads": coarse.quads.astype(np.int16),
        "level1.triangles": fine.triangles.astype(np.int16),
        "level1.kind": paint.kinds,
        "subdivision.pointer": topology.subdivision.indptr.astype(np.int32),
        "subdivision.index": topology.subdivision.indices.astype(np.int16),
        "subdivision.weight": topology.subdivision.data.astype(np.float32),
        "lash_roots": topology.lash_roots.astype(np.int16),
        "lash.ribbons": paint.ribbons.astype(np.int16),
        "lash.strokes": paint.strokes,
        "paint.colour": _bytes(np.sqrt(colour)),
        "paint.brow": brow.round().astype(np.int16),
        "paint.sheer": _bytes(_sheer(head)),
        **{
            f"paint.{name}": _bytes(column[name])
            for name in ("gloss", "openness", "lip", "brow_cover", "scalp")
        },
        **{f"region.{name}": _bytes(mask) for name, mask in topology.regions.items()},
        **{f"loop.{name}": loop.astype(np.int16) for name, loop in topology.loops.items()},
    }
    meta = {
        "version": ASSETS_VERSION,
        "head": head.fingerprint,
        "kinds": KINDS,
        "parts": {
            name: [span.start, span.stop, fine.parts[name].start, fine.parts[name].stop]
            for name, span in coarse.parts.items()
        },
        "solid": paint.n_solid,
        "brow_step": BROW_STEP,
        "eyes": {
            "centres": eyes.centres.tolist(),
            "radii": eyes.radii.tolist(),
            "iris": eyes.iris_radius,
            "pupil": eyes.pupil_radius,
        },
        # Seen from the camera: right, up, towards the viewer.
        "lights": look.lights(np.diag([1.0, -1.0, -1.0])),
        "hues": look.hues(eyes.iris_radius, eyes.pupil_radius),
    }
    return pack_arrays(HEAD_MAGIC, meta, arrays)


@cache
def muscles_file() -> bytes:
    """Return the muscles, the rules that carry them, what is known of each, and the bone below.

    The header's ``bodies`` say channel, side, form, names, nerve and where each body lies in the
    arrays. The arrays are those of :func:`risorius.skin.muscle_rules.muscle_rules`, the openness of
    the flesh, and ``bone.*``: vertices in `BONE_STEP`, triangles, colour, share of the jaw's
    movement, openness.

    Examples
    --------
    >>> muscles_file()[:14]
    b'RISORIUS FLESH'
    """
    from risorius.anatomy import load_atlas
    from risorius.export.muscles import describe
    from risorius.head import load_head
    from risorius.picture.bone import make_bone
    from risorius.picture.look import linear
    from risorius.picture.openness import openness
    from risorius.skin.muscle_rules import muscle_rules
    from risorius.skin.muscles import make_muscles
    from risorius.skin.store import pack_arrays

    muscles, atlas = make_muscles(load_head()), load_atlas()
    bone = make_bone(muscles)
    rules, arrays = muscle_rules(muscles)
    n = len(muscles.vertices)
    open_ = openness(
        np.concatenate([muscles.vertices, bone.vertices]),
        np.concatenate([muscles.triangles, bone.triangles + n]),
    )
    # Flesh lets light through: even what lies deepest is not black.
    open_ = np.clip(1.25 * open_, 0.12, 1.0)
    arrays |= {
        "flesh.openness": _bytes(open_[:n]),
        "bone.vertices": (bone.vertices / BONE_STEP).round().astype(np.int16),
        "bone.triangles": bone.triangles.astype(np.int16),
        "bone.colour": _bytes(np.sqrt(linear(bone.colours))),
        "bone.jaw": _bytes(bone.jaw),
        "bone.openness": _bytes(open_[n:]),
    }
    bodies = [
        {
            **describe(atlas, body),
            "vertices": [body.vertices.start, body.vertices.stop],
            "triangles": [body.triangles.start, body.triangles.stop],
        }
        for body in muscles.bodies
    ]
    meta = {
        "version": ASSETS_VERSION,
        "head": muscles.head.fingerprint,
        "channels": atlas.channel_ids,
        "bodies": bodies,
        "bone_step": BONE_STEP,
        **rules,
    }
    return pack_arrays(MUSCLES_MAGIC, meta, arrays)


@router.get("/rig", response_class=Response, responses=_RESPONSES)
def rig(if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """Return the rig of the default face."""
    return _answer(_made(rig_file), if_none_match)


@router.get("/head", response_class=Response, responses=_RESPONSES)
def head(if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """Return the head's faces and paint."""
    return _answer(_made(head_file), if_none_match)


@router.get("/muscles", response_class=Response, responses=_RESPONSES)
def muscles(if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """Return the muscles as bodies, and what carries them."""
    return _answer(_made(muscles_file), if_none_match)


def warm_up() -> None:
    """Make all of it before the first window asks."""
    for make in (rig_file, head_file, muscles_file):
        _made(make)


def _made(make: Callable[[], bytes]) -> bytes:
    with _making:
        return make()


def _answer(content: bytes, known: str | None) -> Response:
    tag = f'"{_digest(content)}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if known is not None and tag in {part.strip().removeprefix("W/") for part in known.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/octet-stream", headers=headers)


@cache
def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Return shares 0..1 in steps of 1/255."""
    return np.asarray(np.rint(np.clip(values, 0.0, 1.0) * 255), dtype=np.uint8)


def _sheer(head: Head) -> NDArray[np.float64]:
    """Return how much light from behind passes the skin at level 1: much in ears and nose wings.

    A fold is as thick as the way from a vertex to the nearest skin that faces away from it and lies
    behind it.
    """
    from scipy.spatial import cKDTree

    from risorius.skin.muscle_carry import vertex_normals

    topology = head.topology
    fine = topology.levels[1]
    points = topology.refine(head.vertices)
    normals = vertex_normals(fine.quads, points)
    masks = topology.refined_regions()
    sheer = np.zeros(fine.n_vertices)
    # Lips and lids are folds too, but wet mouth and eye are behind them, not light.
    thin = np.flatnonzero(np.clip(masks["ear"] + masks["nose"] + masks["nostril"], 0, 1) > 0.3)
    near = cKDTree(points[thin]).query_ball_point(points[thin], 4 * SHEER_MM)
    for vertex, places in zip(thin, near, strict=True):
        other = thin[places]
        apart = points[other] - points[vertex]
        way = np.linalg.norm(apart, axis=1)
        behind = (apart @ normals[vertex] < -0.6 * way) & (normals[other] @ normals[vertex] < -0.2)
        if behind.any():
            sheer[vertex] = np.exp(-float(way[behind].min()) / SHEER_MM)
    return sheer
