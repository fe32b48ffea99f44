"""Perform, film, read back, compare: how much of a performance survives the whole chain."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from risorius.clip import Clip

__all__ = ["Agreement", "compare", "correlations", "film_and_read", "performance"]

RATE = 30.0
_UNITS = (
    1,
    2,
    4,
    5,
    6,
    7,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    17,
    18,
    20,
    21,
    22,
    23,
    24,
    26,
    28,
    38,
    39,
    43,
)
_MOVE_S, _REST_S = 0.9, 0.5
# Seeds 0 to 7 and 31 to 33 were looked at while the reader was tuned; they judge nothing.
_JUDGES = (41, 42, 43)
_GROUPS = {
    "smile": ("zygomaticus_major",),
    "brows": (
        "frontalis.medialis",
        "frontalis.lateralis",
        "corrugator_supercilii.transverse",
        "corrugator_supercilii.oblique",
    ),
    "lids": ("orbicularis_oculi.pretarsalis",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Correlation over time between what was performed and what was read."""

    by_channel: Mapping[tuple[str, str], float]
    """Per muscle and side that a camera can see and that was at work."""
    jaw: float
    swapped: float
    """The mean with left and right exchanged: far below the mean when sides are right."""

    @property
    def mean(self) -> float:
        """Mean over muscles and sides."""
        return float(np.mean(list(self.by_channel.values())))

    @property
    def by_group(self) -> dict[str, float]:
        """Mean of the muscles that matter most: smile, brows, lids, jaw."""
        groups = {
            name: float(np.mean([r for (muscle, _), r in self.by_channel.items() if muscle in own]))
            for name, own in _GROUPS.items()
        }
        return groups | {"jaw": self.jaw}


def performance(*, seed: int) -> Clip:
    """Return a clip in which every action unit a camera can see comes and goes, in random order.

    As in a session of posing, one after the other: each unit twice, on both sides and stronger on
    one, with half a second of rest after every fourth, while the head turns a little.

    Parameters
    ----------
    seed : int
        Order, strengths and head movement follow from it.

    Returns
    -------
    clip : xarray.Dataset
        At 30 frames per second, beginning with a second of rest.

    Examples
    --------
    >>> clip = performance(seed=0)
    >>> float(clip.activation[0].max()), float(clip.activation.max()) > 0.8
    (0.0, True)
    """
    from risorius.anatomy import load_atlas
    from risorius.clip import SIDES, new_clip

    atlas = load_atlas()
    rng = np.random.default_rng(seed)
    turns = [(unit, sign) for unit in _UNITS for sign in (0.0, rng.choice([-1.0, 1.0]))]
    start, starts = 1.0, []
    for slot in range(len(turns)):
        starts.append(start)
        start += _MOVE_S + (_REST_S if slot % 4 == 3 else 0.0)
    time = np.arange(int((start + 1.0) * RATE)) / RATE
    activation = np.zeros((len(time), len(atlas.channel_ids), len(SIDES)))
    place = {channel: index for index, channel in enumerate(atlas.channel_ids)}
    for start, turn in zip(starts, rng.permutation(len(turns)), strict=True):
        unit, bias = turns[turn]
        curve = np.sin(np.pi * np.clip((time - start) / _MOVE_S, 0.0, 1.0)) ** 2
        strength = rng.uniform(0.5, 0.95)
        for side, sign in zip(SIDES, (1, -1), strict=True):
            amount = float(np.clip(strength * (1 + 0.4 * sign * bias), 0, 1))
            for (channel, own), value in atlas.expand(f"AU{unit}", amount, side=side).items():
                activation[:, place[channel], SIDES.index(own)] += value * curve
    phase = rng.uniform(0, 2 * np.pi, 3)
    turn_rad = np.radians([8, 5, 3]) * np.sin(
        2 * np.pi * np.outer(time, [0.11, 0.17, 0.13]) + phase
    )
    pose = np.zeros((len(time), 6))
    pose[:, :3] = turn_rad * np.minimum(time, 1.0)[:, None]
    return new_clip(
        time, np.clip(activation, 0, 1), head_pose=pose, source="closed loop", seed=seed
    )


def film_and_read(clip: Clip, *, flipped: bool = False) -> Clip:
    """Film a clip on the default head and read the film.

    Parameters
    ----------
    clip : xarray.Dataset
    flipped : bool
        Exchange left and right of every picture, as a mirror does.

    Returns
    -------
    clip : xarray.Dataset
        What was read.
    """
    from risorius.face import deform, load_face
    from risorius.picture import front_camera, render, write_mp4
    from risorius.read import read_video

    face = load_face()
    camera = front_camera(face.head.vertices, width=640, height=640)
    topology = face.head.topology
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "performance.mp4"
        frames = (
            render(topology, deform(face, clip.isel(time=[i]), level=1).values[0], camera, level=1)
            for i in range(clip.sizes["time"])
        )
        write_mp4((frame[:, ::-1] if flipped else frame for frame in frames), path, rate=RATE)
        return read_video(path)


def compare(performed: Clip, read: Clip) -> Agreement:
    """Correlate what was read with what was performed, per muscle and side.

    Judged are the muscles of skin and lids that the reading says it observed; one that was
    performed but reads constant counts as 0.
    """
    from risorius.anatomy import load_atlas
    from risorius.clip import SIDES
    from risorius.face import clip_pose, load_face

    atlas = load_atlas()
    count = min(performed.sizes["time"], read.sizes["time"])
    truth, found = performed.activation.values[:count], read.activation.values[:count]
    by_channel, swapped = {}, []
    for index, channel in enumerate(atlas.channels):
        if channel.moves not in ("skin", "lid"):
            continue
        for own, side in enumerate(SIDES):
            if truth[:, index, own].max() > 0.1 and not np.isnan(found[:, index, own]).all():
                by_channel[channel.id, side] = _correlation(
                    truth[:, index, own], found[:, index, own]
                )
                swapped.append(_correlation(truth[:, index, own], found[:, index, 1 - own]))
    _, opened, _ = clip_pose(load_face(), performed.isel(time=slice(count)))
    jaw = _correlation(opened[:, 0], read["jaw"].values[:count, 0])
    return Agreement(by_channel=by_channel, jaw=jaw, swapped=float(np.mean(swapped)))


def _correlation(truth: NDArray[np.floating], found: NDArray[np.floating]) -> float:
    seen = ~np.isnan(found)
    if seen.sum() < 3 or found[seen].std() < 1e-6:
        return 0.0
    return float(np.corrcoef(truth[seen], found[seen])[0, 1])


def correlations() -> Sequence[Agreement]:
    """Perform, film, read and compare, on performances that nothing was tuned on.

    Whoever tunes the reader on these takes others instead.
    """
    performed = [performance(seed=seed) for seed in _JUDGES]
    return [compare(clip, film_and_read(clip)) for clip in performed]
