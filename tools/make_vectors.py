"""Write what the rig in the browser shares with the one in Python, and is tested against.

    python tools/make_vectors.py [--whole DIR]

Two files: ``src/risorius/studio/web/src/rig/drives.json``, how muscles work jaw, eyes and tongue
(from the tables of the skin), and ``tests/studio/vectors/poses.bin``, poses and where the packaged
rig puts a spread of vertices in each. Run it after any change of the rig; it takes seconds. With
``--whole`` it writes all vertices, with normals and strain, to ``DIR/poses.bin`` instead.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risorius.face import load_face
from risorius.files import replacing
from risorius.head import load_topology
from risorius.skin import gaze_from_activation, jaw_from_activation
from risorius.skin.plan import mixed_poses
from risorius.skin.rig import Rig
from risorius.skin.store import pack_arrays
from risorius.skin.strain import skin_strain
from risorius.skin.tables import load_table
from risorius.skin.tongue import EFFECTS

ROOT = Path(__file__).parents[1]
DRIVES = ROOT / "src/risorius/studio/web/src/rig/drives.json"
VECTORS = ROOT / "tests/studio/vectors/poses.bin"
MAGIC = b"RISORIUS POSES\n\x00"
STEP, FINE = 0.004, 1e-5
"""Of stored places, of a spread of vertices and of all [mm]."""
STRIDE, NEAR = 17, 4
"""Every so many vertices are kept, and of those of lips and lids; other ones in every pose."""
ROUNDED = 1e-4
"""What rounding alone may move a vertex by [mm]."""
MIXED = 6
"""Harsh mixtures besides the poses below."""

Act = Mapping[str, float | tuple[float, float]]
POSES: dict[str, dict[str, Any]] = {
    "rest": {},
    "smile": {"act": {"smile_duchenne": 1.0}},
    "surprise": {"act": {"surprise": 1.0}, "jaw": None},
    "anger": {"act": {"anger": 1.0}},
    "disgust": {"act": {"disgust": 1.0}, "gaze": (0.1, 0.2, 0.1, 0.2)},
    "fear": {"act": {"fear": 1.0}, "jaw": None, "gaze": None},
    "sadness": {"act": {"sadness": 1.0}, "gaze": (0.0, 0.35, 0.0, 0.35)},
    "laughter": {"act": {"laughter": 1.0}, "jaw": None},
    "smile on the left": {"act": {"AU12": (1.0, 0.0), "AU6": (0.8, 0.0)}},
    "wink and frown": {"act": {"AU43": (0.0, 1.0), "AU4": 0.7, "AU15": (0.0, 0.9)}},
    "lips pressed": {"act": {"AU24": 1.0, "AU17": 0.8}},
    "pucker": {"act": {"AU18": 1.0, "AU22": 0.8}, "jaw": (0.08, 2.0, 0.0)},
    "lips sucked in": {"act": {"AU28": 1.0}, "jaw": (0.1, 0.0, 0.0)},
    "eyes shut": {"act": {"AU43": 1.0, "AU6": 0.5}},
    "eyes wide, looking up": {"act": {"AU5": 1.0, "AU1": 1.0}, "gaze": (0.4, -0.4, 0.5, -0.4)},
    "looking down": {"gaze": (-0.5, 0.6, -0.5, 0.6)},
    "eyes by their muscles": {
        "act": {"rectus_lateralis": (0.6, 0.0), "rectus_medialis": (0.0, 0.6), "AU64": 0.4},
        "gaze": None,
    },
    "mouth open wide": {"jaw": (0.57, 0.0, 0.0)},
    "jaw aside and forward": {"act": {"AU12": 0.5}, "jaw": (0.15, 5.0, 8.0)},
    "jaw by its muscles": {
        "act": {"digastric": 0.5, "pterygoideus_lateralis": (0.7, 0.2), "masseter": 0.1},
        "jaw": None,
    },
    "jaw clenched": {"act": {"masseter": 1.0, "temporalis": 0.8, "mentalis": 0.6}, "jaw": None},
    "tongue out": {
        "act": {"genioglossus": 1.0, "lingua_intrinseca": (0.6, 0.1)},
        "jaw": (0.3, 0.0, 0.0),
    },
    "tongue against teeth": {"act": {"genioglossus": 0.5, "styloglossus": 0.3}},
    "left side palsied": {"act": {"AU12": (0.0, 0.7)}, "lost": (0.8, 0.0)},
    "both sides lax": {"lost": (0.5, 0.5), "jaw": (0.1, 0.0, 0.0)},
}
"""What is done: movements by (left, right) or both; jaw and gaze, None as the muscles have them;
tone that is lost."""


def main() -> None:
    """Write both files and say how big they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--whole", type=Path, metavar="DIR", help="every vertex, into a folder")
    whole = parser.parse_args().whole
    written = {(whole / VECTORS.name if whole else VECTORS): make_vectors(whole=bool(whole))}
    if not whole:
        written[DRIVES] = make_drives().encode()
    for path, content in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside:
            beside.write_bytes(content)
        print(f"{path}: {len(content):,} bytes")


def make_drives() -> str:
    """Return how muscles work jaw, eyes and tongue, as JSON."""
    table = load_table("drives")
    drives = {
        "jaw_muscles": [
            {name: row[name] for name in ("channel", "torque_Nm", "forward_N")}
            for row in table["jaw"]["muscles"]
        ],
        "gaze": {name: table["gaze"][name]["typ"] for name in ("yaw_deg", "up_deg", "down_deg")},
        "tongue_muscles": [
            {name: row[name] for name in ("channel", *EFFECTS) if name in row}
            for row in table["tongue"]["muscles"]
        ],
    }
    return json.dumps(drives, indent=2) + "\n"


def make_vectors(*, whole: bool = False) -> bytes:
    """Return poses and shapes in the form of ``docs/rig-format.md``."""
    rig, topology = load_face().rig, load_topology()
    asked = _asked(rig)
    arrays = {name: np.asarray(values, np.float32) for name, values in asked.items()}
    rest = rig.rest, topology.refine(rig.rest)
    shapes = place(rig, arrays)
    meta: dict[str, Any] = {
        "poses": [*POSES, *(f"mixture {k}" for k in range(MIXED))],
        "rig": rig_checksum(),
        "scales": {f"level{level}.away": FINE if whole else STEP for level in (0, 1)},
    }
    arrays |= {
        "subdivision.pointer": topology.subdivision.indptr.astype(np.int32),
        "subdivision.index": topology.subdivision.indices.astype(np.int16),
        "subdivision.weight": topology.subdivision.data.astype(np.float32),
    }
    for level, (still, moved) in enumerate(zip(rest, shapes, strict=True)):
        kept = np.stack([_kept(rig, level, pose) | whole for pose in range(len(moved))])
        away = (moved - still)[kept] / meta["scales"][f"level{level}.away"]
        arrays[f"level{level}.pointer"] = np.cumsum([0, *kept.sum(axis=1)]).astype(np.int32)
        arrays[f"level{level}.vertex"] = np.nonzero(kept)[1].astype(np.int16)
        arrays[f"level{level}.away"] = away.round().astype(np.int32 if whole else np.int16)
    if whole:
        triangles = topology.levels[1].triangles
        arrays["triangles"] = triangles.astype(np.int16)
        arrays["quads"] = topology.levels[0].quads.astype(np.int16)
        arrays["normals"] = np.stack([_normals(triangles, shape) for shape in shapes[1]])
        arrays["normals.slack"] = np.stack([_slack(triangles, shape) for shape in shapes[1]])
        arrays["strain"] = np.stack([skin_strain(rig, shape)[0] for shape in shapes[0]])
    return pack_arrays(MAGIC, meta, arrays)


def place(rig: Rig, asked: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
    """Return the shapes (pose, vertex, 3) of both levels; NaN asks the muscles of jaw and eyes."""
    atlas = load_face().atlas
    poses = len(asked["jaw"])
    act = asked["activation"].reshape(poses, -1, 2)
    tone = asked["tone"].reshape(poses, -1, 2)
    gaze = asked["gaze"].reshape(poses, 2, 2)
    own = jaw_from_activation(atlas, act, max_open=rig.jaw.max_open)
    jaw = np.where(np.isnan(asked["jaw"]), own, asked["jaw"])
    look = np.where(np.isnan(gaze), gaze_from_activation(atlas, act), gaze)
    return [
        np.concatenate(
            [
                rig.deform(act[one], jaw[one], look[one], level=level, tone=tone[k])
                for k, one in enumerate(np.arange(poses)[:, None])
            ]
        )
        for level in (0, 1)
    ]


def rig_checksum() -> int:
    """Return the checksum that the packaged rig's file bears."""
    content = files("risorius.skin").joinpath("data/default.rig").read_bytes()
    return int.from_bytes(content[20:24], "little")


def _asked(rig: Rig) -> dict[str, NDArray[Any]]:
    atlas = load_face().atlas
    mixed = mixed_poses(rig.jaw.max_open, MIXED, seed=11, alike=0.3)
    sides, count = (len(rig.channels), 2), len(POSES)
    act, tone = np.zeros((count, *sides)), np.ones((count, *sides))
    jaw, gaze = np.zeros((count, 3)), np.zeros((count, 4))
    for row, pose in enumerate(POSES.values()):
        for name, amount in pose.get("act", {}).items():
            both = amount if isinstance(amount, tuple) else (amount, amount)
            for side, much in zip(("left", "right"), both, strict=True):
                for (channel, own), part in atlas.expand(name, 1.0, side=side).items():
                    at = row, atlas.channel_ids.index(channel), int(own == "right")
                    act[at] = min(1.0, act[at] + much * part)
        jaw[row] = _or_nan(pose.get("jaw", (0.0, 0.0, 0.0)))
        gaze[row] = _or_nan(pose.get("gaze", (0.0, 0.0, 0.0, 0.0)))
        tone[row] -= pose.get("lost", (0.0, 0.0))
    joined = {
        "activation": np.concatenate([act, mixed.activation]),
        "jaw": np.concatenate([jaw, mixed.jaw]),
        "gaze": np.concatenate([gaze, mixed.gaze.reshape(MIXED, 4)]),
        "tone": np.concatenate([tone, mixed.tone]),
    }
    return {name: values.reshape(count + MIXED, -1) for name, values in joined.items()}


def _or_nan(values: tuple[float, ...] | None) -> tuple[float, ...] | float:
    return np.nan if values is None else values


def _kept(rig: Rig, level: int, pose: int) -> NDArray[np.bool_]:
    """Return which vertices (n,) of a level a pose is tested at."""
    number = np.arange(load_topology().levels[level].n_vertices)
    stride = np.full(len(number), STRIDE * (1 + level))
    slits = rig.contact.lips.levels[level], *rig.contact.lids.levels[level]
    for slit in slits:
        stride[slit.vertex] = NEAR * (1 + level)
    return np.asarray((number + pose) % stride == 0)


def _slack(triangles: NDArray[np.int32], points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far a normal turns at most if vertices err by `ROUNDED`, (n,) [1].

    Most in hairs and folds, whose facets are tiny or face each other.
    """
    corners = points[triangles].astype(np.float64)
    edges = np.roll(corners, -1, axis=1) - corners
    facing, length = np.zeros(points.shape), np.zeros(len(points))
    for k in range(3):
        np.add.at(facing, triangles[:, k], np.cross(edges[:, 0], edges[:, 1]))
        np.add.at(length, triangles[:, k], np.linalg.norm(edges, axis=2).sum(axis=1))
    size = np.maximum(np.linalg.norm(facing, axis=1), 1e-9)
    return np.asarray(ROUNDED * length / size, np.float32)


def _normals(triangles: NDArray[Any], points: NDArray[np.float32]) -> NDArray[np.float32]:
    from risorius.skin import kernels

    out = np.empty_like(points)
    kernels.normals(triangles, points, out)
    return out


if __name__ == "__main__":
    main()
