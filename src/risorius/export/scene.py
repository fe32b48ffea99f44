"""A head as a glTF scene: nodes, meshes, morph targets and one animation.

The node ``head`` carries the head pose. Below it, parts that move as a whole are nodes with an
animated rotation: the eyes about their centres, ``jaw`` with the lower teeth. Parts that change
their shape are meshes with morph targets, named in ``mesh.extras.targetNames``. Metres, y up,
z forward, as glTF asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from risorius.export.gltf import Document
from risorius.export.rigid import Motion, quaternions
from risorius.picture.look import linear
from risorius.picture.raster import smooth_normals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.export.muscles import MovingMuscle
    from risorius.export.targets import Floats, Targets
    from risorius.head import Level
    from risorius.picture.bone import Bone

__all__ = ["Scene", "part_corners", "to_document"]

GRAIN_MM = np.array([14.0, 60.0], np.float32)
"""Across and along the fibres, a muscle's texture repeats after this [mm]."""
METRE = np.float32(1e-3)
"""From millimetres."""
LEAST_MOVE, LEAST_TURN = 0.005, 0.002
"""Displacements [mm] and changes of a unit normal [1] below these are not written."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """What is to be written.

    Attributes
    ----------
    level : Level
        Faces, texture coordinates and parts.
    rest : (vertex, 3) float32 [mm]
    pivots : mapping of str to (3,) [mm]
        Centres of rotation of parts; the origin where a part is not named.
    motions : mapping of str to Motion
        Parts that move as a whole; all other parts move by the targets.
    carried : mapping of str to str
        Parts that ride on a part of `motions`.
    targets : Targets
    head : Motion, optional
        The head pose.
    muscles : tuple of MovingMuscle
        Shown under the skin; none unless they were asked for.
    bone : Bone, optional
        That they lie on.
    times : (time,) [s]
        From 0. A single moment is written as a pose, without an animation.
    """

    level: Level
    rest: Floats
    pivots: Mapping[str, NDArray[np.float64]]
    motions: Mapping[str, Motion]
    carried: Mapping[str, str]
    targets: Targets
    head: Motion | None
    muscles: tuple[MovingMuscle, ...]
    bone: Bone | None
    times: NDArray[np.float64]


def part_corners(
    level: Level, part: str
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
    """Return the vertices of a part as glTF wants them: one place in the texture for each.

    Parameters
    ----------
    level : Level
    part : str

    Returns
    -------
    vertex : (n,) int32
        Vertex of the level; one on a seam of the texture comes twice.
    uv : (n, 2) float32
        Place in the texture, v downwards.
    triangles : (m, 3) int64
        Into the two above.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> vertex, uv, triangles = part_corners(load_head().topology.levels[0], "eye_left")
    >>> len(vertex) == len(uv) == int(triangles.max()) + 1
    True
    """
    mine = level.triangle_part == level.part_names.index(part)
    corners = np.stack([level.triangles[mine], level.triangle_uv[mine]], axis=-1)
    pairs, index = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
    uv = level.uv[pairs[:, 1]] * [1, -1] + [0, 1]
    return pairs[:, 0], uv.astype(np.float32), index.reshape(-1, 3)


def to_document(scene: Scene, document: Document, *, materials: Mapping[str, int]) -> None:
    """Add a scene to a document.

    Parameters
    ----------
    scene : Scene
    document : Document
    materials : mapping of str to int
        The index of the glTF material for every material name that the level shows.
    """
    _Writer(scene, document, materials).write()


class _Writer:
    """The document and the animation while they grow."""

    def __init__(self, scene: Scene, document: Document, materials: Mapping[str, int]) -> None:
        self.scene, self.document, self.materials = scene, document, materials
        names = scene.level.material_names
        self._surface = np.array([materials.get(name, -1) for name in names])[
            scene.level.triangle_material
        ]
        self.samplers: list[dict[str, Any]] = []
        self.channels: list[dict[str, Any]] = []
        self.clock = -1
        if len(scene.times) > 1:
            self.clock = document.accessor(scene.times.astype(np.float32), bounds=True)

    def write(self) -> None:
        scene, document = self.scene, self.document
        normals = np.zeros_like(scene.rest)
        smooth_normals(scene.rest, scene.level.triangles, normals)
        children = []
        for part in scene.level.parts:
            if part in scene.carried:
                continue
            if part in scene.motions:
                pivot = scene.pivots.get(part, np.zeros(3))
                riders = [rider for rider, carrier in scene.carried.items() if carrier == part]
                if riders:
                    node = document.add(
                        "nodes",
                        name="jaw",
                        children=[
                            self._part(name, normals, about=pivot) for name in (part, *riders)
                        ],
                    )
                else:
                    node = self._part(part, normals, about=pivot)
                self._move(node, scene.motions[part], about=pivot)
            else:
                node = self._part(part, normals, about=np.zeros(3))
            children.append(node)
        if scene.muscles:
            nodes = [self._muscle(muscle) for muscle in scene.muscles]
            children.append(document.add("nodes", name="muscles", children=nodes))
        if scene.bone is not None:
            children += self._bones(scene.bone)
        root = document.add("nodes", name="head", children=children)
        if scene.head is not None:
            self._move(root, scene.head, about=np.zeros(3))
        if self.channels:
            document.add("animations", name="clip", channels=self.channels, samplers=self.samplers)
        document.set_scene([root])

    def _part(self, part: str, normals: Floats, *, about: NDArray[np.float64]) -> int:
        """Add the mesh of a part, and the node that holds it."""
        scene, document, level = self.scene, self.document, self.scene.level
        vertex, uv, triangles = part_corners(level, part)
        attributes = {
            "POSITION": document.accessor(
                ((scene.rest[vertex] - about) * METRE).astype(np.float32),
                bounds=True,
                vertex_data=True,
            ),
            "NORMAL": document.accessor(normals[vertex], vertex_data=True),
            "TEXCOORD_0": document.accessor(uv, vertex_data=True),
        }
        used = [] if part in scene.motions or part in scene.carried else self._moving(vertex)
        targets = [self._target(scene.targets.offsets[k], vertex, normals) for k in used]
        kind = np.uint16 if len(vertex) <= 0xFFFF else np.uint32
        primitives = []
        surface = self._surface[level.triangle_part == level.part_names.index(part)]
        for number in np.unique(surface):
            own = triangles[surface == number].ravel().astype(kind)
            primitives.append(
                {
                    "attributes": attributes,
                    "indices": document.accessor(own, indices=True),
                    "material": int(number),
                    **({"targets": targets} if targets else {}),
                }
            )
        weights = scene.targets.weights[:, used]
        still = self.clock < 0
        mesh = document.add(
            "meshes",
            name=part,
            primitives=primitives,
            weights=(weights[0] if still else 0 * weights[0]).tolist() if used else None,
            extras={"targetNames": [scene.targets.names[k] for k in used]} if used else None,
        )
        node = document.add("nodes", name=part, mesh=mesh)
        if used and not still:
            self._animate(node, "weights", weights.ravel())
        return node

    def _bones(self, bone: Bone) -> list[int]:
        """Add skull and mandible, each with a node; the mandible goes with the lower teeth."""
        document = self.document
        place, colour = bone.vertices.astype(np.float32), linear(bone.colours).astype(np.float32)
        normals = np.zeros_like(place)
        smooth_normals(place, bone.triangles, normals)
        lower = bone.jaw[bone.triangles].mean(axis=1) > 0.5
        nodes = []
        for name, chosen in (("skull", ~lower), ("mandible", lower)):
            used, index = np.unique(bone.triangles[chosen], return_inverse=True)
            attributes = {
                "POSITION": document.accessor(place[used] * METRE, bounds=True, vertex_data=True),
                "NORMAL": document.accessor(normals[used], vertex_data=True),
                "COLOR_0": document.accessor(colour[used], vertex_data=True),
            }
            primitive = {
                "attributes": attributes,
                "indices": document.accessor(index.ravel().astype(np.uint16), indices=True),
                "material": self.materials["bone"],
            }
            mesh = document.add("meshes", name=name, primitives=[primitive])
            nodes.append(document.add("nodes", name=name, mesh=mesh))
        if "teeth_lower" in self.scene.motions:
            self._move(nodes[1], self.scene.motions["teeth_lower"], about=np.zeros(3))
        return nodes

    def _moving(self, vertex: NDArray[np.int32]) -> list[int]:
        offsets = self.scene.targets.offsets
        return [k for k in range(len(offsets)) if np.abs(offsets[k, vertex]).max() >= LEAST_MOVE]

    def _target(self, offset: Floats, vertex: NDArray[np.int32], normals: Floats) -> dict[str, int]:
        moved = np.zeros_like(normals)
        smooth_normals(self.scene.rest + offset, self.scene.level.triangles, moved)
        return self._displaced(offset[vertex], (moved - normals)[vertex])

    def _displaced(self, move: Floats, turn: Floats) -> dict[str, int]:
        rows = np.flatnonzero(
            (np.abs(move).max(axis=1) >= LEAST_MOVE) | (np.abs(turn).max(axis=1) >= LEAST_TURN)
        )
        count = len(move)
        return {
            "POSITION": self.document.sparse_accessor(rows, move[rows] * METRE, count=count),
            "NORMAL": self.document.sparse_accessor(rows, turn[rows], count=count),
        }

    def _muscle(self, muscle: MovingMuscle) -> int:
        """Add the mesh of a muscle, and the node that says what it is."""
        document, still = self.document, self.clock < 0
        weights = muscle.weights
        colour = muscle.colour
        if still and muscle.names[:1] == (muscle.name,):
            colour = colour + weights[0, 0] * muscle.working
        normals = np.zeros_like(muscle.rest)
        smooth_normals(muscle.rest, muscle.triangles, normals)
        targets = []
        for offset in muscle.offsets:
            moved = np.zeros_like(normals)
            smooth_normals(muscle.rest + offset, muscle.triangles, moved)
            targets.append(self._displaced(offset, moved - normals))
        primitive = {
            "attributes": {
                "POSITION": document.accessor(muscle.rest * METRE, bounds=True, vertex_data=True),
                "NORMAL": document.accessor(normals, vertex_data=True),
                "TEXCOORD_0": document.accessor(muscle.place / GRAIN_MM, vertex_data=True),
                "COLOR_0": document.accessor(colour, vertex_data=True),
            },
            "indices": document.accessor(muscle.triangles.ravel().astype(np.uint16), indices=True),
            "material": self.materials["muscle"],
            **({"targets": targets} if targets else {}),
        }
        mesh = document.add(
            "meshes",
            name=muscle.name,
            primitives=[primitive],
            weights=(weights[0] if still else 0 * weights[0]).tolist() if targets else None,
            extras={"targetNames": list(muscle.names)} if targets else None,
        )
        node = document.add("nodes", name=muscle.name, mesh=mesh, extras=muscle.extras)
        if targets and not still:
            self._animate(node, "weights", weights.ravel())
        return node

    def _move(self, node: int, motion: Motion, *, about: NDArray[np.float64]) -> None:
        """Turn and shift a node whose mesh lies about a pivot."""
        turn = quaternions(motion.rotation)
        place = (motion.apply(about[None])[:, 0] * float(METRE)).astype(np.float32)
        self.document.update(
            "nodes", node, rotation=turn[0].tolist(), translation=place[0].tolist()
        )
        if self.clock >= 0:
            for path, values in (("rotation", turn), ("translation", place)):
                if np.abs(values - values[0]).max() > 1e-6:
                    self._animate(node, path, values)

    def _animate(self, node: int, path: str, values: NDArray[np.float32]) -> None:
        output = self.document.accessor(np.ascontiguousarray(values, dtype=np.float32))
        self.samplers.append({"input": self.clock, "interpolation": "LINEAR", "output": output})
        self.channels.append(
            {"sampler": len(self.samplers) - 1, "target": {"node": node, "path": path}}
        )
