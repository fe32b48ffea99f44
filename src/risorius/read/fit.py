"""From tracked points to a clip: pose, neutral face, gaze and lids, muscles, confidence, events."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.clip import SIDES, new_clip
from risorius.errors import InputError
from risorius.read.basis import Basis
from risorius.read.camera import Lens, Poses, assume_lens, rotation_angles
from risorius.read.drift import learn_drift
from risorius.read.events import find_events, runs
from risorius.read.identify import rest_of_picture
from risorius.read.neutral import neutral_shape, quiet_frames
from risorius.read.parts import (
    CHUNK,
    Neutral,
    Parts,
    Person,
    depose,
    name_muscles,
    read_parts,
)
from risorius.read.points import IRIS_RIM
from risorius.read.scores import score_effort, score_map

if TYPE_CHECKING:
    from risorius.clip import Clip
    from risorius.read.track import Track

__all__ = ["Neutral", "find_neutral", "fit_track", "seen_frames"]

Floats = NDArray[np.float64]

# Visible diameter of the iris: nearly the same in all adults, so it is the ruler in the picture.
_IRIS_MM = 11.7

GUESSED = "guessed from the average face, as so few frames show no rest"
_FEWEST = 5  # frames below which no neutral face is looked for
_ENOUGH = 2000  # frames that show a person well enough to find the neutral face
_NEVER_AT_REST = 2.0
_TURNED_AWAY = np.radians(50.0)


def seen_frames(track: Track, source: str) -> NDArray[np.intp]:
    """Return the frames with a face, or raise an InputError that names the source."""
    rows = np.flatnonzero(track.seen)
    if not len(rows):
        name = source or "the video"
        raise InputError(f"no face was found in {name} ({len(track.time)} frames looked at).")
    return rows


def find_neutral(
    track: Track, basis: Basis, *, frames: slice | None = None, source: str = ""
) -> Neutral:
    """Find a person's face at rest in a track.

    Parameters
    ----------
    track : Track
    basis : Basis
        Of the default head.
    frames : slice, optional
        The frames to take; the quietest ones when not given.
    source : str
        Name for the message.

    Returns
    -------
    neutral : Neutral

    Raises
    ------
    InputError
        No face in those frames.
    """
    lens = assume_lens(track.size)
    rate = _rate(track)
    rows = seen_frames(track, source)
    if frames is not None:
        rows = rows[(rows >= frames.start) & (rows < frames.stop)]
        if not len(rows):
            raise InputError("no face was seen in the frames given for the neutral face.")
    rows = rows[:: 1 + len(rows) // _ENOUGH]
    points, scores = track.points[rows], track.blendshapes[rows]
    shape, doubt = basis.rest, 0.0
    for _ in range(2):
        back, poses = depose(points, shape, basis, lens, rate=0.0)
        if frames is None:
            angles = rotation_angles(poses.rotation)[:, :2]
            chosen, doubt = quiet_frames(back, basis, angles, score_effort(scores), rate)
        else:
            chosen = np.arange(len(rows))
        shape = _aligned(neutral_shape(back[chosen].astype(float)), basis)
        scale = _IRIS_MM / _iris_width(shape)
        scale = float(np.clip(scale, 0.8, 1.25))
        shape, basis = shape * scale, basis.scaled(scale * _size_ratio(shape, basis))
    where = f"{rows[chosen[0]]}:{rows[chosen[-1]] + 1}"
    words = f"{len(chosen)} frames within {where}" if frames is None else f"given frames {where}"
    own = np.median(scores[chosen], axis=0).astype(float)
    if frames is None and len(rows) < _FEWEST:
        # So little cannot show a face at rest besides its expression.
        words = GUESSED
        own, effect = np.zeros_like(own), score_map(basis).effect
        seen = score_map(basis).read(scores[chosen], own).mean(axis=0)
        shape, doubt = rest_of_picture(shape, basis, effect, seen), 0.0
    return Neutral(
        shape,
        own,
        basis,
        np.median(rotation_angles(poses.rotation[chosen]), axis=0),
        words,
        doubt,
    )


def _iris_width(shape: Floats) -> float:
    rim = shape[IRIS_RIM]
    across = np.linalg.norm(rim[:, 0] - rim[:, 2], axis=-1)
    return float(across.mean())


def _size_ratio(shape: Floats, basis: Basis) -> float:
    """Size of a face against the basis, by the spread of the points that stay in place."""
    weights = basis.stability
    weights = weights / weights.sum()

    def spread(points: Floats) -> float:
        return float(np.sqrt(weights @ ((points - weights @ points) ** 2)[:, :2].sum(axis=1)))

    return spread(shape) / spread(basis.rest)


def _aligned(shape: Floats, basis: Basis) -> Floats:
    """Turn and move a shape so that it sits in the head frame as the basis does, left as right."""
    weights = basis.stability
    share = weights / weights.sum()
    shape_middle, rest_middle = share @ shape, share @ basis.rest
    u, _, vt = np.linalg.svd(
        (basis.rest - rest_middle).T @ (share[:, None] * (shape - shape_middle))
    )
    turn = u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt
    ratio = _size_ratio(shape, basis)
    return np.asarray((shape - shape_middle) @ turn.T + rest_middle * ratio)


def fit_track(track: Track, neutral: Neutral, *, source: str = "") -> Clip:
    """Find what the muscles did in a track.

    Parameters
    ----------
    track : Track
    neutral : Neutral
        The person's face at rest, see `find_neutral`.
    source : str
        Name for the clip's attributes.

    Returns
    -------
    clip : xarray.Dataset
        With jaw, gaze, head pose, confidence and events.

    Raises
    ------
    InputError
        There is no face in the track.
    """
    rows = seen_frames(track, source)
    lens = assume_lens(track.size)
    basis = neutral.basis
    rate = _rate(track)
    points = track.points if track.seen.all() else track.points[rows]
    back, poses = depose(points, neutral.shape, basis, lens, rate)
    terms, drift = learn_drift(
        back, neutral.shape, rotation_angles(poses.rotation), neutral.angles, rate
    )
    for k in range(0, len(back), CHUNK):
        back[k : k + CHUNK] -= np.tensordot(terms[k : k + CHUNK], drift, axes=1)
    person = Person.of(neutral)
    parts = _read_runs(person, back, poses, track, rows)
    muscles = name_muscles(person, parts, poses, track.presence[rows])
    atlas = load_atlas()
    count = len(track.time)
    activation = np.full((count, len(atlas.channels), len(SIDES)), np.nan, np.float32)
    confidence = np.full_like(activation, np.nan)
    activation[rows], confidence[rows] = muscles.activation, muscles.confidence
    jaw = np.full((count, muscles.jaw.shape[1]), np.nan)
    jaw[rows] = muscles.jaw
    looks = np.full((count, len(SIDES), 2), np.nan)
    looks[rows] = parts.gaze
    head_pose = np.full((count, 6), np.nan)
    head_pose[rows, :3] = rotation_angles(poses.rotation)
    head_pose[rows, 3:] = poses.place - np.median(poses.place, axis=0)
    events = find_events(track.time, activation, atlas.channel_ids, gaps=~track.seen)
    clip = new_clip(
        track.time,
        activation,
        source=source,
        events=events,
        jaw=jaw,
        gaze=looks,
        head_pose=head_pose,
        confidence=confidence,
    )
    return clip.assign_attrs(_facts(track, neutral, lens, poses, rate))


def _read_runs(
    person: Person,
    back: NDArray[np.float32],
    poses: Poses,
    track: Track,
    rows: NDArray[np.intp],
) -> Parts:
    """Read gaze, lids and muscles, run by run of frames without a gap."""
    rate = _rate(track)
    starts = np.flatnonzero(np.diff(rows) > 1) + 1
    limits = [0, *starts.tolist(), len(rows)]
    found = []
    for first, last in pairwise(limits):
        for start in range(first, last, CHUNK):
            part = slice(start, min(last, start + CHUNK))
            own = Poses(poses.rotation[part], poses.place[part])
            scores = track.blendshapes[rows[part]]
            found.append(read_parts(person, back[part].astype(float), own, scores, rate=rate))
    return Parts(
        np.concatenate([parts.gaze for parts in found]),
        np.concatenate([parts.lids for parts in found]),
        np.concatenate([parts.amounts for parts in found]),
    )


def _rate(track: Track) -> float:
    """Return frames per second; variable rates are judged by their usual step."""
    return float(1 / np.median(np.diff(track.time))) if len(track.time) > 1 else 0.0


def _facts(
    track: Track, neutral: Neutral, lens: Lens, poses: Poses, rate: float
) -> dict[str, str | float | int]:
    """Return what the clip's attributes say about the reading."""
    notes = list(track.notes)
    away = np.abs(rotation_angles(poses.rotation)[:, 0]) > _TURNED_AWAY
    if away.mean() > 0.02:
        notes.append(f"The head is turned far away in {away.mean():.0%} of the frames with a face.")
    if neutral.doubt > _NEVER_AT_REST:
        notes.append(
            "The face was probably never at rest: activations count from the quietest frames found."
        )
    if neutral.frames == GUESSED:
        notes.append(
            "So few frames show no face at rest: it was guessed from the average face, so trust "
            "the amounts little. A neutral picture of the same person makes them sure."
        )
    if rate and rate < 20:
        notes.append(f"At {rate:.3g} frames per second blinks may fall between two frames.")
    return {
        "frame_rate": round(rate, 4),
        "frames": len(track.time),
        "frames_with_face": int(track.seen.sum()),
        "gaps": sum(1 for _ in runs(~track.seen)),
        "width": track.size[0],
        "height": track.size[1],
        "focal_px": lens.focal,
        "lens": "assumed: 1.1 times the long side of the picture",
        "neutral": neutral.frames,
        "neutral_doubt": round(neutral.doubt, 3),
        "notes": json.dumps(notes),
    }
