"""What the parts of a head are made of, as glTF materials."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from risorius.export.texture import eye_texture, grain_texture, png, skin_textures
from risorius.picture.look import Look, linear

if TYPE_CHECKING:
    from risorius.export.gltf import Document
    from risorius.head import Topology

__all__ = ["add_materials"]


@dataclass(frozen=True, slots=True)
class _Surface:
    names: tuple[str, ...]
    """Material names of the head that look so."""
    colour: tuple[float, float, float]
    """sRGB; white where a texture gives the colour."""
    roughness: float
    both_sides: bool = False


_IMAGES = ("skin", "skin surface", "eye")
_WHITE = (1.0, 1.0, 1.0)
_SURFACES = {
    "skin": _Surface(("skin", "lip", "mouth"), _WHITE, 1.0),
    "eye": _Surface(("sclera", "iris", "pupil"), _WHITE, 0.12),
    "teeth": _Surface(("teeth",), (0.88, 0.83, 0.75), 0.25),
    "gum": _Surface(("gum",), (0.66, 0.36, 0.35), 0.35),
    "tongue": _Surface(("tongue",), (0.70, 0.40, 0.38), 0.45),
    "lash": _Surface(("lash",), (0.07, 0.05, 0.04), 0.80, both_sides=True),
}


def add_materials(
    document: Document, topology: Topology, look: Look, *, fade: float | None = None
) -> dict[str, int]:
    """Add the materials that a head shows, with their textures.

    Parameters
    ----------
    document : Document
    topology : Topology
    look : Look
        Colours of skin, hair and iris.
    fade : float [1], optional
        How clear the skin is over muscles; they and the bone get materials too.

    Returns
    -------
    materials : dict of str to int
        The index of the glTF material for each material name of the head, ``muscle`` and ``bone``.
    """
    level = topology.levels[0]
    shown = {level.material_names[number] for number in np.unique(level.triangle_material)}
    # Linear filters with mipmaps; textures end at their edge.
    sampler = document.add("samplers", magFilter=9729, minFilter=9987, wrapS=33071, wrapT=33071)
    indices = [
        document.add("textures", sampler=sampler, source=document.image(content, name=name))
        for name, content in zip(_IMAGES, _pngs(topology, look), strict=True)
    ]
    textures = {
        "skin": {
            "baseColorTexture": {"index": indices[0]},
            "metallicRoughnessTexture": {"index": indices[1]},
        },
        "eye": {"baseColorTexture": {"index": indices[2]}},
    }
    found: dict[str, int] = {}
    for name, made in _SURFACES.items():
        if shown.isdisjoint(made.names):
            continue
        # Lashes grow on the skin and go with it.
        clear = 0.0 if fade is None or name not in ("skin", "lash") else fade
        index = document.add(
            "materials",
            name=name,
            alphaMode="BLEND" if fade is not None and name in ("skin", "lash") else None,
            pbrMetallicRoughness={
                "baseColorFactor": [*linear(made.colour).tolist(), 1.0 - clear],
                "metallicFactor": 0.0,
                "roughnessFactor": made.roughness,
                **textures.get(name, {}),
            },
            occlusionTexture=textures[name].get("metallicRoughnessTexture")
            if name in textures
            else None,
            doubleSided=True if made.both_sides else None,
        )
        found |= dict.fromkeys(made.names, index)
    if fade is not None:
        found["muscle"] = _add_muscle(document)
        found["bone"] = document.add(
            "materials",
            name="bone",
            pbrMetallicRoughness={"metallicFactor": 0.0, "roughnessFactor": 0.9},
            doubleSided=True,
        )
    return found


def _add_muscle(document: Document) -> int:
    """Add the material of muscles: their colour comes with the vertices, its grain from here."""
    sampler = document.add("samplers", magFilter=9729, minFilter=9987, wrapS=10497, wrapT=10497)
    image = document.image(_grain(), name="fibres")
    texture = document.add("textures", sampler=sampler, source=image)
    return document.add(
        "materials",
        name="muscle",
        pbrMetallicRoughness={
            "baseColorTexture": {"index": texture},
            "metallicFactor": 0.0,
            "roughnessFactor": 0.5,
        },
    )


@lru_cache(maxsize=1)
def _grain() -> bytes:
    return png(grain_texture())


@lru_cache(maxsize=4)
def _pngs(topology: Topology, look: Look) -> tuple[bytes, bytes, bytes]:
    """Return the textures as files; painting them takes a second or two, so they are kept."""
    colour, surface = skin_textures(topology, look)
    return png(colour), png(surface), png(eye_texture(topology, look))
