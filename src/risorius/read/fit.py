"""From tracked points to a clip: pose, neutral face, gaze and lids, muscles, confidence, events."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.clip import SIDES, new_clip
from risorius.errors import InputError
from risorius.read.basis import JAW_REACH, LID_CHANNELS, Basis
from risorius.read.camera import (
    Lens,
    Poses,
    assume_lens,
    back_project,
    fit_poses,
    rotation_angles,
    smooth_poses,
    turn_terms,
)
from risorius.read.drift import learn_drift
from risorius.read.drives import eye_muscles, jaw_muscles
from risorius.read.events import find_events, runs
from risorius.read.eyes import read_gaze, read_lids
from risorius.read.identify import rest_of_picture
from risorius.read.neutral import neutral_shape, quiet_frames
from risorius.read.points import IRIS_RIM
from risorius.read.scores import (
    Scores,
    antagonist_channels,
    score_effort,
    score_map,
    synergists,
)
from risorius.read.solve import Evidence, identifiability, prepare, solve, view
from risorius.read.unseen import unseen_channels

if TYPE_CHECKING:
    from risorius.clip import Clip
    from risorius.read.track import Track

__all__ = ["Neutral", "find_neutral", "fit_track", "seen_frames"]

Floats = NDArray[np.float64]

# Visible diameter of the iris: nearly the same in all adults, so it is the ruler in the picture.
_IRIS_MM = 11.7

_CHUNK = 64  # frames that are held in double precision together
GUESSED = "guessed from the average face, as so few frames show no rest"
_FEWEST = 5  # frames below which no neutral face is looked for
_ENOUGH = 2000  # frames that show a person well enough to find the neutral face
_YAWS = np.radians(np.arange(-80.0, 81.0, 20.0))
_NEVER_AT_REST = 2.0
# The drift was measured up to about these angles [rad]: yaw, pitch, roll.
_MOST_DRIFT = np.radians([40.0, 25.0, 30.0])
_TURNED_AWAY = np.radians(50.0)


@dataclass(frozen=True, slots=True, eq=False)
class Neutral:
    """One person's face at rest, as the tracker sees it.

    Attributes
    ----------
    shape : (point, axis) [mm]
        In the head frame.
    scores : (score,) [1]
        The person's own blendshape scores at rest.
    basis : Basis
        Scaled to the person.
    angles : (3,) [rad]
        Of the head in those frames.
    frames : str
        Where it was found, in words.
    doubt : float [1]
        Above 2 the face was probably never at rest.
    """

    shape: Floats
    scores: Floats
    basis: Basis
    angles: Floats
    frames: str
    doubt: float


def _deposed(
    points: NDArray[np.float32], shape: Floats, basis: Basis, lens: Lens, rate: float
) -> tuple[NDArray[np.float32], Poses]:
    """Find the poses and take them away, in chunks."""
    weights = basis.stability()
    found = [
        fit_poses(points[k : k + _CHUNK].astype(float), shape, weights, lens)
        for k in range(0, len(points), _CHUNK)
    ]
    poses = Poses(
        np.concatenate([p.rotation for p in found]), np.concatenate([p.place for p in found])
    )
    poses = smooth_poses(poses, rate)
    back = np.empty_like(points)
    for k in range(0, len(points), _CHUNK):
        part = slice(k, k + _CHUNK)
        own = Poses(poses.rotation[part], poses.place[part])
        free = back_project(points[part].astype(float), own, shape, lens)
        angles = np.clip(rotation_angles(own.rotation), -_MOST_DRIFT, _MOST_DRIFT)
        back[part] = free - np.tensordot(turn_terms(angles), basis.drift, axes=1)
    return back, poses


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
        back, poses = _deposed(points, shape, basis, lens, rate=0.0)
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
    weights = basis.stability()
    weights = weights / weights.sum()

    def spread(points: Floats) -> float:
        return float(np.sqrt(weights @ ((points - weights @ points) ** 2)[:, :2].sum(axis=1)))

    return spread(shape) / spread(basis.rest)


def _aligned(shape: Floats, basis: Basis) -> Floats:
    """Turn and move a shape so that it sits in the head frame as the basis does, left as right."""
    weights = basis.stability()
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
    back, poses = _deposed(points, neutral.shape, basis, lens, rate)
    terms, drift = learn_drift(
        back, neutral.shape, rotation_angles(poses.rotation), neutral.angles, rate
    )
    for k in range(0, len(back), _CHUNK):
        back[k : k + _CHUNK] -= np.tensordot(terms[k : k + _CHUNK], drift, axes=1)
    scores = score_map(basis)
    evidence = prepare(
        basis,
        antagonists=antagonist_channels(),
        scores=scores.effect,
        together=synergists(basis),
    )
    gaze, lids, amounts = _read_parts(back, poses, track, rows, neutral, evidence, scores)
    atlas = load_atlas()
    count = len(track.time)
    activation = np.full((count, len(atlas.channels), len(SIDES)), np.nan, np.float32)
    confidence = np.full_like(activation, np.nan)
    sure, visible = _confidence(poses, evidence, track.presence[rows])
    place = {channel: index for index, channel in enumerate(atlas.channel_ids)}
    unseen = unseen_channels()
    for column, (channel, side) in enumerate(basis.columns):
        if channel != "jaw" and channel not in unseen:
            where = rows, place[channel], SIDES.index(side)
            activation[where] = amounts[:, column]
            confidence[where] = sure[:, column]
    for row, channel in enumerate(LID_CHANNELS):
        activation[rows, place[channel]] = lids[:, row]
        confidence[rows, place[channel]] = visible
    jaw_columns = [basis.columns.index(("jaw", dof)) for dof in JAW_REACH]
    jaw = np.full((count, len(JAW_REACH)), np.nan)
    jaw[rows] = amounts[:, jaw_columns] * list(JAW_REACH.values())
    for channel, curve in jaw_muscles(jaw[rows], basis.reach).items():
        activation[rows, place[channel]] = curve
        confidence[rows, place[channel]] = sure[:, jaw_columns[:1]]
    for channel, curve in eye_muscles(gaze, basis.reach).items():
        activation[rows, place[channel]] = curve
        confidence[rows, place[channel]] = visible
    looks = np.full((count, len(SIDES), 2), np.nan)
    looks[rows] = gaze
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
        confidence=np.clip(confidence, 0, 1),
    )
    return clip.assign_attrs(_facts(track, neutral, lens, poses, rate))


def _read_parts(
    back: NDArray[np.float32],
    poses: Poses,
    track: Track,
    rows: NDArray[np.intp],
    neutral: Neutral,
    evidence: Evidence,
    scores: Scores,
) -> tuple[Floats, Floats, Floats]:
    """Read gaze, lids and muscles, run by run of frames without a gap."""
    basis, rate = neutral.basis, _rate(track)
    gaze = np.empty((len(rows), len(SIDES), 2))
    lids = np.empty((len(rows), len(LID_CHANNELS), len(SIDES)))
    amounts = np.empty((len(rows), len(basis.columns)))
    starts = np.flatnonzero(np.diff(rows) > 1) + 1
    limits = [0, *starts.tolist(), len(rows)]
    for first, last in pairwise(limits):
        for start in range(first, last, _CHUNK):
            part = slice(start, min(last, start + _CHUNK))
            own = Poses(poses.rotation[part], poses.place[part])
            points = back[part].astype(float)
            seen_gaze = read_gaze(points, neutral.shape, own, basis)
            lids[part], gaze[part] = read_lids(points, neutral.shape, seen_gaze, basis)
            amounts[part] = solve(
                evidence,
                points - neutral.shape,
                own,
                rate=rate,
                closure=lids[part],
                scores=scores.read(track.blendshapes[rows[part]], neutral.scores),
            )
    return gaze, lids, amounts


def _confidence(
    poses: Poses, evidence: Evidence, presence: NDArray[np.float32]
) -> tuple[Floats, Floats]:
    """Return the confidence of each unknown, (time, column), and of each eye, (time, side).

    Nothing is sure where the side is out of sight.
    """
    table = identifiability(evidence, _YAWS)
    yaw = rotation_angles(poses.rotation)[:, 0]
    sure = np.stack([np.interp(yaw, _YAWS, curve) for curve in table.T], axis=1)
    _, visible = view(poses.rotation)
    part = [{"left": 0, "right": 2}.get(side, 1) for _, side in evidence.basis.columns]
    return sure * visible[:, part] * presence[:, None], visible[:, [0, 2]] * presence[:, None]


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
