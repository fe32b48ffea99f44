"""Feelings: how fast, how large, how even, how often alike, and whether they are recognised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from risorius.bench.perform.figures import record
from risorius.bench.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risorius.clip import Clip
    from risorius.perform import Beat

    Floats = NDArray[np.float64]

__all__ = [
    "alone",
    "asymmetries",
    "bend",
    "flickers",
    "judge_reading",
    "onsets",
    "reading_records",
    "readings",
    "recognised",
    "records",
    "smiles",
    "speeds",
]

_RATE = 240.0
_SEEDS = 120
# How much of a movement counts as its beginning and its end.
_BEGUN, _COME = 0.01, 0.99
NEUTRAL = "neutral"
# Less of all muscles together than this is as good as nothing: a trace of one of them.
_TRACE = 0.1
# Of the films: rest at first, each pattern, each feeling, and from one feeling to the next.
_REST_S, _POSE_S, _FELT_S, _EVERY_S = 1.2, 1.6, 2.4, 3.6
# Seeds 1 to 3, 41 and 42 were looked at while patterns were tuned; they judge nothing.
_JUDGE = 73


def records() -> Iterator[Record]:
    """Yield the figures of feelings and micro-expressions."""
    from risorius.anatomy import load_facts

    facts = load_facts("kinematics")
    span = facts.quantity("smile.spontaneous_onset").in_base_units()
    told = f"{span.low:g} to {span.high:g} s, {span.sources[0]}"
    felt, posed = smiles("feel"), smiles("express")
    begin = onsets(felt)
    yield record("felt smile: onset, median", float(np.median(begin)), "s", "<= 0.8", told)
    yield record("felt smile: onset, shortest", float(begin.min()), "s", ">= 0.2", told)
    inside = float(np.mean((begin >= (span.low or 0) - 0.05) & (begin <= (span.high or 1) + 0.05)))
    yield record("felt smile: onsets within the span", 100 * inside, "%", ">= 75", told)
    size, speed = speeds(felt)
    told = "speed and amplitude go together, Schmidt 2003 Biol Psychol"
    yield record("felt smile: speed with amplitude", _correlation(size, speed), "1", ">= 0.6", told)
    more, faster = (
        float(np.median(b / a)) for a, b in zip(speeds(felt), speeds(posed), strict=True)
    )
    told = "Schmidt 2006 J Nonverbal Behav"
    yield record("posed smile over felt: amplitude", more, "1", ">= 1.05", told)
    yield record("posed smile over felt: onset speed", faster, "1", ">= 1.05", told)
    away = float(np.median(speeds(posed, going=True)[1] / speeds(felt, going=True)[1]))
    yield record("posed smile over felt: offset speed", away, "1", ">= 1.02", told)
    known = load_facts("emotion").quantity("asymmetry.asym_amount")
    told = f"{known.low:g} to {known.high:g} %, design default"
    uneven = 100 * asymmetries(felt)
    yield record("smile: sides differ, median", float(np.median(uneven)), "%", ">= 3", told)
    yield record(
        "smile: sides differ, 95 of 100", float(np.quantile(uneven, 0.95)), "%", "<= 15", told
    )
    yield record("smile: left with right", _sides(felt), "1", "<= 0.99999", "highest correlation")
    yield record(
        "smile: nearest pair of 120 seeds", _nearest(felt), "1", ">= 0.001", "mean distance"
    )
    yield record("onset: least way off a straight line", bend(), "%", ">= 2", "seven feelings")
    longest, least = flickers()
    limit = load_facts("emotion").quantity("timing.micro.total_max")
    told = limit.sources[0]
    yield record("micro-expression: longest", longest, "s", f"<= {limit.value:g}", told)
    yield record("micro-expression: least apex at 24 Hz", 100 * least, "%", ">= 80", "of 960 Hz")
    yield from reading_records()


def alone(beats: Sequence[Beat], *, seed: int, rate: float, duration: float, **scene: Any) -> Clip:
    """Return the clip of some beats with nothing else going on in the face."""
    from risorius.perform import Scene
    from risorius.perform.layers import LAYERS
    from risorius.perform.performance import perform_score

    off = [layer.name for layer in LAYERS if layer.name not in ("emotion", "micro")]
    made = Scene(beats=tuple(beats), duration=duration, **scene)
    return perform_score(made, seed=seed, rate=rate, off=off)


def smiles(kind: str, *, seeds: int = _SEEDS, what: str = "happiness") -> Floats:
    """Return the mouth corners' muscle in smiles of all strengths, (seed, time, side) [1].

    Felt and posed smiles of one number have the same strength.
    """
    return np.stack(
        [
            _muscle(_one(kind, what, 0.2 + 0.8 * seed / seeds, seed), "zygomaticus_major")
            for seed in range(seeds)
        ]
    )


def _one(kind: str, what: str, strength: float, seed: int, **more: Any) -> Clip:
    from risorius.perform import Beat

    beat = Beat(kind=kind, what=what, start=0.2, end=4.2, strength=strength, more=more)
    return alone([beat], seed=seed, rate=_RATE, duration=4.8)


def _muscle(clip: Clip, channel: str) -> Floats:
    return np.asarray(clip["activation"].sel(muscle=channel).values, dtype=np.float64)


def _courses(smiles: Floats) -> Iterator[tuple[Floats, int]]:
    """Yield each course as the mean of both sides, and where it first stands at its apex."""
    for course in smiles.mean(axis=2):
        yield course, int(np.argmax(course >= _COME * np.quantile(course, 0.98)))


def onsets(smiles: Floats) -> Floats:
    """Return how long smiles take from first movement to apex, (seed,) [s]."""
    return np.array(
        [
            (apex - int(np.argmax(course >= _BEGUN * course[apex]))) / _RATE
            for course, apex in _courses(smiles)
        ]
    )


def speeds(smiles: Floats, *, going: bool = False) -> tuple[Floats, Floats]:
    """Return amplitude [1] and greatest speed [1/s] of smiles as they come, or as they go."""
    kernel = np.hanning(13) / np.hanning(13).sum()
    found = []
    for course, apex in _courses(smiles):
        smooth = np.convolve(course, kernel, mode="same")
        way = np.diff(smooth) * _RATE
        last = len(course) - int(np.argmax(course[::-1] >= 0.8 * course[apex]))
        found.append(
            (
                float(course[apex]),
                float(-way[last - 20 :].min() if going else way[: apex + 1].max()),
            )
        )
    size, speed = np.array(found).T
    return size, speed


def asymmetries(smiles: Floats) -> Floats:
    """Return by how much the sides differ at the apex, over the stronger one, (seed,) [1]."""
    peaks = np.quantile(smiles, 0.95, axis=1)
    return np.asarray(np.abs(peaks[:, 0] - peaks[:, 1]) / peaks.max(axis=1))


def _sides(smiles: Floats) -> float:
    """Return the highest correlation of left with right."""
    return max(_correlation(one[:, 0], one[:, 1]) for one in smiles)


def _nearest(smiles: Floats) -> float:
    """Return how far the two most alike of all smiles lie apart: their mean difference."""
    flat = smiles.reshape(len(smiles), -1) / smiles.max(axis=(1, 2))[:, None]
    apart = np.abs(flat[:, None] - flat[None]).mean(axis=2)
    return float(apart[np.triu_indices(len(flat), 1)].min())


def bend(*, seeds: int = 3) -> float:
    """Return how far onsets of whole prototypes leave the straight line from rest to apex [%].

    The greatest distance from the line over its length; the least of all feelings and seeds.
    """
    from risorius.anatomy import load_atlas

    found = []
    for entry in load_atlas().expressions:
        if not entry.universal:
            continue
        for seed in range(seeds):
            clip = _one("feel", entry.id, 0.8, seed, full=True)
            course = clip["activation"].values.reshape(clip.sizes["time"], -1).astype(np.float64)
            apex = int(np.argmax(course.sum(axis=1)))
            line = course[apex] / np.linalg.norm(course[apex])
            off = course[:apex] - np.outer(course[:apex] @ line, line)
            found.append(np.linalg.norm(off, axis=1).max() / np.linalg.norm(course[apex]))
    return 100 * float(min(found))


def flickers() -> tuple[float, float]:
    """Return the longest time a micro-expression is seen [s] and the least share of apex at 24 Hz.

    Over all universal expressions and lengths from 40 to 500 ms. Seen is what exceeds a tenth of
    the apex.
    """
    from risorius.anatomy import load_atlas
    from risorius.perform import Beat

    longest, least = 0.0, 1.0
    lengths = (0.04, 0.08, 0.2, 0.35, 0.5)
    for number, entry in enumerate(e for e in load_atlas().expressions if e.universal):
        for place, length in enumerate(lengths):
            start = 0.2 + 0.007 * number
            beat = Beat(kind="micro", what=entry.id, start=start, end=start + length, strength=0.6)
            fine, film = (
                alone([beat], seed=place, rate=rate, duration=1.2)["activation"].values
                for rate in (960.0, 24.0)
            )
            total = fine.sum(axis=(1, 2))
            seen = np.flatnonzero(total > 0.1 * total.max())
            longest = max(longest, float(seen[-1] - seen[0]) / 960.0)
            least = min(least, float(film.max(axis=0).sum() / fine.max(axis=0).sum()))
    return longest, least


def readings() -> dict[str, tuple[Floats, ...]]:
    """Return what the reader makes of each of the seven patterns, (channel, side) [1] each.

    They are filmed one after the other, whole, at everyday and at full strength. A reader sees some
    muscles well and others hardly at all; a pattern is to be judged by what it looks like to him.
    """
    from risorius.bench.closed_loop import RATE, film_and_read
    from risorius.clip import new_clip
    from risorius.perform import TARGETS
    from risorius.perform.quantity import chosen

    everyday = chosen("emotion", "strength.everyday").value
    shown = [(name, strength) for strength in (everyday, 1.0) for name in _seven()]
    time = np.arange(int((_REST_S + _POSE_S * len(shown)) * RATE)) / RATE
    poses = np.zeros((len(time), TARGETS.muscles))
    windows: dict[str, list[slice]] = {}
    for number, (name, strength) in enumerate(shown):
        start = _REST_S + _POSE_S * number
        come, go = (time - start) / 0.3, (start + 0.75 * _POSE_S - time) / 0.3
        poses += np.outer(np.clip(np.minimum(come, go), 0.0, 1.0), _whole(name, strength))
        windows.setdefault(name, []).append(slice(start + 0.3, start + 0.75 * _POSE_S - 0.3))
    sides = np.clip(poses, 0.0, 1.0).reshape(len(time), -1, 2)
    read = film_and_read(new_clip(time, sides, source="patterns"))
    return {name: tuple(_typical(read, each) for each in own) for name, own in windows.items()}


def _whole(name: str, strength: float) -> Floats:
    """Return the drive of all muscles in a whole pattern, (target,) [1]."""
    from risorius.perform import TARGETS
    from risorius.perform.layers.pattern import Asked, sample_pattern

    drive = np.zeros(TARGETS.count)
    rng = np.random.default_rng(0)
    for part in sample_pattern(name, Asked(strength=strength, full=True), rng):
        target, amount = TARGETS.drives(part.unit, part.amount, part.side)
        drive[list(target)] += amount
    return drive[: TARGETS.muscles]


def recognised(
    strength: float, patterns: Mapping[str, Sequence[Floats]], *, seed: int = 1, full: bool = True
) -> dict[str, dict[str, float]]:
    """Perform the seven feelings, film them, read the film, and rank what was read.

    Everything is at work: blinks, gaze, breath, head, and the noise of the muscles.

    Parameters
    ----------
    strength : float [1]
    patterns : dict of str to arrays (channel, side) [1]
        How each of them reads, see :func:`readings`.
    seed : int
    full : bool
        Whole patterns. What is drawn by chance may show one unit alone, and some the reader does
        not see.

    Returns
    -------
    ranking : dict of str to dict of str to float [1]
        For each feeling the likeness of what was read to all eight, the neutral face included.
    """
    from risorius.bench.closed_loop import RATE, film_and_read
    from risorius.perform import Beat, Scene
    from risorius.perform.performance import perform_score

    beats = []
    for number, name in enumerate(_seven()):
        start = _REST_S + _EVERY_S * number
        end = start + _FELT_S
        more = {"full": full}
        beats.append(
            Beat(
                kind="feel",
                what=name,
                start=start,
                end=end,
                strength=strength,
                index=number,
                more=more,
            )
        )
    scene = Scene(beats=tuple(beats), duration=_REST_S + _EVERY_S * len(beats))
    read = film_and_read(perform_score(scene, seed=seed, rate=RATE))
    return {
        beat.what: judge_reading(
            _typical(read, slice(beat.start + 0.3 * _FELT_S, beat.end - 0.35 * _FELT_S)), patterns
        )
        for beat in beats
    }


def judge_reading(
    activation: NDArray[np.floating[Any]], patterns: Mapping[str, Sequence[Floats]]
) -> dict[str, float]:
    """Return how much a reading is like each pattern, and like the neutral face.

    The likeness is the cosine of what shows on the face; all fade as less than a trace shows.

    Parameters
    ----------
    activation : (channel, side) [1]
        NaN where nothing was observed.
    patterns : dict of str to arrays (channel, side) [1]
        Of several, the nearest counts.

    Examples
    --------
    >>> from risorius.anatomy import load_atlas
    >>> rest = np.zeros((len(load_atlas().channel_ids), 2))
    >>> judge_reading(rest, {"smile": [rest + 0.5]})
    {'smile': 0.0, 'neutral': 1.0}
    """
    from risorius.perform.layers.pattern import on_face

    own = on_face(activation)
    size = float(np.linalg.norm(own))
    found = {}
    for name, some in patterns.items():
        best = 0.0
        for other in map(on_face, some):
            length = size * float(np.linalg.norm(other))
            best = max(best, float((own * other).sum()) / length if length else 0.0)
        found[name] = best * min(1.0, size / _TRACE)
    return found | {NEUTRAL: min(1.0, _TRACE / size) if size else 1.0}


def _typical(read: Clip, window: slice) -> Floats:
    """Return the median reading of a while, in which blinks do not count; NaN if never observed."""
    some = read["activation"].sel(time=window).values.astype(np.float64)
    seen = ~np.isnan(some).all(axis=0)
    typical = np.full(some.shape[1:], np.nan)
    typical[seen] = np.nanmedian(some[:, seen], axis=0)
    return typical


def _seven() -> tuple[str, ...]:
    from risorius.anatomy import load_atlas

    return tuple(entry.id for entry in load_atlas().expressions if entry.universal)


def reading_records() -> Iterator[Record]:
    """Yield by how much each of the seven feelings is ahead when a film is read; takes minutes.

    What it is compared with, the patterns of the atlas held still, comes from no performance.
    """
    patterns = readings()
    for strength in (1.0, 0.5):
        ahead = []
        for name, found in recognised(strength, patterns, seed=_JUDGE).items():
            rival = max(found.keys() - {name}, key=lambda word: found[word])
            ahead.append(found[name] - found[rival])
            told = f"likeness {found[name]:.2f}; {rival} {found[rival]:.2f}"
            yield record(f"read back at {strength:g}: {name} ahead", ahead[-1], "1", "", told)
        figure = f"read back at strength {strength:g}: first of eight"
        told = f"film at 30 Hz, seed {_JUDGE}, against the atlas; tuned on others"
        yield record(figure, sum(lead > 0.0 for lead in ahead), "of 7", ">= 7", told)


def _correlation(one: Floats, other: Floats) -> float:
    return float(np.corrcoef(one, other)[0, 1])
