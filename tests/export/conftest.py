"""A face whose movements have a closed form, and a reader of GLB by the letter of glTF."""

from __future__ import annotations

import json
import struct
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import risorius
from risorius.anatomy import load_atlas
from risorius.clip import new_clip
from risorius.export import write_glb
from risorius.head import load_head


class ToyRig:
    """Bumps for the muscles, a lid that rolls about the eye, a jaw that turns, eyes that look."""

    def __init__(self, head, atlas):
        self._head = head
        self._channels = atlas.channel_ids
        self.jaw = SimpleNamespace(max_open=0.5)
        self._rest = (head.vertices, head.topology.refine(head.vertices))

    def deform(self, activation, jaw, gaze, *, level=0, tone=None):
        rest, parts = self._rest[level], self._head.topology.levels[level].parts
        moved = np.repeat(rest[None], len(activation), axis=0)
        skin = rest[parts["skin"]]
        for side, sign in enumerate((1.0, -1.0)):
            centre = self._head.eyes.centres[side]
            for number, channel in enumerate(("zygomaticus_major", "frontalis.medialis")):
                at = centre + np.array([0.0, (-60.0, 40.0)[number], 10.0])
                bump = np.exp(-(((skin - at) / 15.0) ** 2).sum(axis=1))
                amount = activation[:, self._channels.index(channel), side, None, None]
                pull = np.array([4.0 * sign, 8.0, -2.0])
                moved[:, parts["skin"]] += amount * bump[None, :, None] * pull
            lid = np.exp(-(((skin - centre - [0, 8, 12]) / 6.0) ** 2).sum(axis=1))
            shut = activation[:, self._channels.index("orbicularis_oculi.pretarsalis"), side]
            arm, angle = skin - centre, np.outer(shut, lid)
            moved[:, parts["skin"], 1] += (np.cos(angle) - 1) * arm[:, 1] - np.sin(angle) * arm[
                :, 2
            ]
            moved[:, parts["skin"], 2] += (np.cos(angle) - 1) * arm[:, 2] + np.sin(angle) * arm[
                :, 1
            ]
            eye = parts[("eye_left", "eye_right")[side]]
            look = Rotation.from_euler("YX", gaze[:, side]).as_matrix()
            moved[:, eye] = (rest[eye] - centre) @ np.swapaxes(look, 1, 2) + centre
        hinge = np.array([0.0, 20.0, 0.0])
        turn = Rotation.from_euler("x", jaw[:, :1]).as_matrix()
        shift = jaw[:, [2, 0, 1]] * [1.0, 0.0, 1.0]
        swung = (moved - hinge) @ np.swapaxes(turn, 1, 2) + hinge + shift[:, None]
        follow = np.zeros(len(rest))
        follow[parts["skin"]] = 1 / (1 + np.exp((skin[:, 1] - rest[parts["tongue"], 1].mean()) / 4))
        follow[parts["teeth_lower"]] = follow[parts["tongue"]] = 1.0
        return (moved + follow[:, None] * (swung - moved)).astype(np.float32)


@pytest.fixture(scope="session")
def toy_face():
    atlas, head = load_atlas(), load_head()
    tone = np.ones((len(atlas.channel_ids), 2), np.float32)
    return SimpleNamespace(
        atlas=atlas, head=head, rig=ToyRig(head, atlas), tone=tone, fingerprint="toy"
    )


class Glb:
    """A GLB, decoded and played by the rules of the specification alone."""

    def __init__(self, content):
        magic, version, length = struct.unpack_from("<4sII", content)
        assert (magic, version, length) == (b"glTF", 2, len(content))
        size, kind = struct.unpack_from("<I4s", content, 12)
        assert kind == b"JSON"
        assert size % 4 == 0
        self.top = json.loads(content[20 : 20 + size])
        n_bytes, kind = struct.unpack_from("<I4s", content, 20 + size)
        assert kind == b"BIN\0"
        assert len(content) == 28 + size + n_bytes
        self._binary = content[28 + size :]

    def _view(self, number, component):
        kinds = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
        entry, kind = self.top["bufferViews"][number], np.dtype(kinds[component])
        start = entry["byteOffset"]
        assert start % kind.itemsize == 0
        return np.frombuffer(self._binary[start : start + entry["byteLength"]], kind)

    def values(self, index):
        """Return an accessor, sparse or dense, as (count, width)."""
        accessor = self.top["accessors"][index]
        width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}[accessor["type"]]
        kind = accessor["componentType"]
        values = np.zeros((accessor["count"], width), np.float64)
        if "bufferView" in accessor:
            values[:] = self._view(accessor["bufferView"], kind).reshape(-1, width)
        if "sparse" in accessor:
            sparse = accessor["sparse"]
            rows = self._view(sparse["indices"]["bufferView"], sparse["indices"]["componentType"])
            assert (np.diff(rows.astype(int)) > 0).all()
            assert len(rows) == sparse["count"]
            values[rows] = self._view(sparse["values"]["bufferView"], kind).reshape(-1, width)
        return values

    def node(self, name):
        return next(node for node in self.top["nodes"] if node["name"] == name)

    def mesh(self, name):
        return self.top["meshes"][self.node(name)["mesh"]]

    def times(self):
        (index,) = {sampler["input"] for sampler in self.top["animations"][0]["samplers"]}
        return self.values(index)[:, 0]

    def curve(self, name, path):
        """Return what animates a property of a node, (time, ...), or its own value."""
        number = self.top["nodes"].index(self.node(name))
        for animation in self.top.get("animations", []):
            for channel in animation["channels"]:
                if channel["target"] == {"node": number, "path": path}:
                    return self.values(animation["samplers"][channel["sampler"]]["output"])
        still = {"rotation": [0, 0, 0, 1], "translation": [0, 0, 0], "weights": []}
        return np.array([self.node(name).get(path, still[path])])

    def play(self):
        """Return the vertices of every mesh in the scene at every key: name to (time, n, 3) [m]."""
        (root,) = self.top["scenes"][self.top["scene"]]["nodes"]
        return self._play(root)

    def _play(self, number):
        node, played = self.top["nodes"][number], {}
        for child in node.get("children", []):
            played |= self._play(child)
        if "mesh" in node:
            mesh = self.top["meshes"][node["mesh"]]
            primitive = mesh["primitives"][0]
            base = self.values(primitive["attributes"]["POSITION"])[None]
            targets = [self.values(target["POSITION"]) for target in primitive.get("targets", [])]
            if targets:
                weights = self.curve(node["name"], "weights")
                weights = weights if weights.size else np.array([mesh["weights"]])
                base = base + np.tensordot(weights.reshape(-1, len(targets)), targets, 1)
            played[node["name"]] = base
        turn = Rotation.from_quat(self.curve(node["name"], "rotation")).as_matrix()
        shift = self.curve(node["name"], "translation")
        return {
            name: points @ np.swapaxes(turn, 1, 2) + shift[:, None]
            for name, points in played.items()
        }


@pytest.fixture(scope="session")
def read_glb():
    """A function from the bytes of a GLB to what they say."""
    return Glb


@pytest.fixture(scope="session")
def face():
    """The default face."""
    return risorius.load_face()


@pytest.fixture(scope="session")
def busy(face):
    """A clip with every channel of both sides at work, each in its own time, eyes and head too."""
    rng = np.random.default_rng(2)
    time = np.arange(25) / 60
    shape = (1, len(face.atlas.channel_ids), 2)
    phase, speed = rng.uniform(0, 6.3, shape), rng.uniform(2, 9, shape)
    activation = 0.6 * np.sin(speed * time[:, None, None] + phase) ** 2
    gaze = 0.3 * np.sin(rng.uniform(2, 9, (1, 1, 2)) * time[:, None, None] + [[0.0], [0.2]])
    head = np.array([0.3, 0.2, 0.2, 9, 5, 5]) * np.sin(5 * time[:, None] + np.arange(6))
    return new_clip(time, activation, gaze=gaze, head_pose=head)


@pytest.fixture(scope="session")
def busy_glb(tmp_path_factory, face, busy):
    """The report of that clip, written as a GLB."""
    return write_glb(busy, tmp_path_factory.mktemp("busy") / "busy.glb", face=face)
