"""From a score to a clip, whole or piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from risorius.anatomy import load_atlas
from risorius.clip import Event, new_clip
from risorius.dynamics.body import make_body
from risorius.errors import InputError, did_you_mean
from risorius.perform.culture import notes as accent_notes
from risorius.perform.engine import Block, Instant, MuscleBody, Player
from risorius.perform.layers import LAYERS
from risorius.perform.scene import Beat, Phrase, Scene
from risorius.perform.score.score import Score, load_score
from risorius.perform.score.times import timeline
from risorius.perform.speech import pronunciation_note, speak
from risorius.perform.style import style_of
from risorius.perform.table import load_table

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = [
    "SWITCHES",
    "Source",
    "clip_of",
    "make_player",
    "perform_blocks",
    "perform_score",
    "scene_of",
]

Source: TypeAlias = str | Path | Mapping[str, Any] | Score | Scene
"""A score: its file, its text, the same as plain data, an object, or the scene made of it."""

SWITCHES = (*(layer.name for layer in LAYERS), "body", "style")
"""What can be switched off: every layer, the body of the muscles, and the style."""


def perform_score(
    score: Source,
    *,
    seed: int = 0,
    rate: float = 120.0,
    off: Collection[str] = (),
    progress: Callable[[float], None] | None = None,
) -> Clip:
    """Perform a score.

    Parameters
    ----------
    score : str, Path, mapping, Score or Scene
        A file, its text, the same as plain data, an object, or the scene made of it.
    seed : int
        Not negative. The same score and seed give the same bytes, on every run.
    rate : float [1/s]
        Frames per second, above zero.
    off : collection of str
        What to leave out, of `SWITCHES`. Everything else stays as it is.
    progress : callable, optional
        Called with the share that is done, 0..1.

    Returns
    -------
    clip : xarray.Dataset
        ``activation`` (time, muscle, side) [1], ``gaze`` (time, side, axis) [rad], ``head_pose``
        (time, head_dof) [rad, mm], ``breath`` (time) [1], and what happened as events [s]. The jaw
        follows from its muscles. The log says what was settled while the score was read.

    Raises
    ------
    InputError
        What is wrong with the score, with line and column; a rate or seed that is none, or an
        unknown layer.

    Notes
    -----
    Rates, times and amounts are those of the facts on kinematics and emotion where they are
    published; what nobody has measured is a design default and says so in its table. Whether the
    published ones are met is measured by ``risorius bench perform``.

    Examples
    --------
    >>> clip = perform_score("beats: [{at: 0.2, feel: joy, for: 0.5}]", seed=7, rate=60)
    >>> bool(clip.activation.sel(muscle="zygomaticus_major").max() > 0.1), clip.attrs["seed"]
    (True, 7)
    """
    scene = scene_of(score, seed=seed)
    blocks = []
    for block in _blocks(scene, rate=rate, off=off):
        blocks.append(block)
        if progress is not None:
            progress(min(float(block.time[-1]) / scene.duration, 1.0))
    return clip_of(blocks, scene, rate=rate, off=off)


def perform_blocks(
    score: Source, *, seed: int = 0, rate: float = 120.0, off: Collection[str] = ()
) -> Iterator[Clip]:
    """Perform a score piece by piece, in bounded memory however long it is.

    Put together, the pieces hold the same as the clip of :func:`perform_score`.

    Parameters
    ----------
    score, seed, rate, off
        See :func:`perform_score`.

    Yields
    ------
    clip : xarray.Dataset
        About a second; its time goes on where the last piece ended. An event lies in the piece in
        which it begins, though it may end in a later one.

    Raises
    ------
    InputError
        See :func:`perform_score`.

    Examples
    --------
    >>> pieces = perform_blocks("{duration: 2.5, beats: [{at: 0.2, nod: once}]}", rate=60)
    >>> [piece.sizes["time"] for piece in pieces]
    [60, 60, 31]
    """
    scene = scene_of(score, seed=seed)
    for block in _blocks(scene, rate=rate, off=off):
        yield clip_of([block], scene, rate=rate, off=off)


def scene_of(score: Source, *, seed: int = 0) -> Scene:
    """Return the scene of a score: all intents at their times, and all that is said in its sounds.

    Raises
    ------
    InputError
        What is wrong with the score, or a seed that is negative.

    Examples
    --------
    >>> scene = scene_of("beats: [{at: 1.0, feel: joy, for: 2.0}]")
    >>> scene.beats[0].what, scene.beats[0].end
    ('happiness', 3.0)
    """
    if seed < 0:
        raise InputError(f"a seed is 0 or more, not {seed}.")
    if isinstance(score, Scene):
        return replace(score, seed=seed)
    checked = score if isinstance(score, Score) else load_score(score)
    mirrored = checked.persona.stronger_side == "right"
    if mirrored:
        checked = checked.mirrored()
    times = timeline(checked, speak=speak)
    return Scene(
        persona=checked.persona,
        context=checked.context,
        beats=times.beats,
        phrases=spoken(times.beats),
        duration=times.duration,
        style=checked.style,
        mirrored=mirrored,
        seed=seed,
        notes=(
            *checked.notes,
            *times.notes,
            *accent_notes(checked.context),
            *((pronunciation_note(),) if any(map(_spelled, times.beats)) else ()),
        ),
    )


def spoken(beats: Iterable[Beat]) -> tuple[Phrase, ...]:
    """Return the phrases of all `say` beats, in order."""
    phrases = [
        replace(phrase.shifted(beat.start), beat=beat.index)
        for beat in beats
        if beat.kind == "say"
        for phrase in speak(
            beat.what,
            sound=beat.more.get("sound"),
            phones=beat.more.get("phones"),
            pace=beat.more.get("pace", 1.0),
        )
    ]
    return tuple(sorted(phrases, key=lambda phrase: phrase.start))


def _spelled(beat: Beat) -> bool:
    """Return whether a line is spoken as it is spelled, without anybody's sound or phones."""
    return beat.kind == "say" and not (beat.more.get("sound") or beat.more.get("phones"))


def make_player(scene: Scene, *, rate: float, off: Collection[str] = ()) -> Player:
    """Return what plays a scene, with all layers that are not switched off.

    Raises
    ------
    InputError
        An unknown layer or style, or a rate that is not above zero.
    """
    for name in off:
        if name not in SWITCHES:
            hint = did_you_mean(name, SWITCHES)
            raise InputError(
                f"there is no layer {name!r} to switch off. "
                f"{hint + ' ' if hint else ''}There are {', '.join(SWITCHES)}."
            )

    def body(inner: float) -> MuscleBody:
        if "body" in off:
            return Instant()
        seed = int(scene.rng("body").integers(2**63))
        return make_body(load_atlas(), rate=inner, asymmetry=scene.persona.asymmetry, seed=seed)

    return Player(
        scene,
        [layer for layer in LAYERS if layer.name not in off],
        rate=rate,
        style=style_of("natural" if "style" in off else scene.style),
        body=body,
    )


def clip_of(
    blocks: Sequence[Block], scene: Scene, *, rate: float, off: Collection[str] = ()
) -> Clip:
    """Return blocks that follow each other as one clip."""

    def joined(name: str) -> np.ndarray[Any, Any]:
        return np.concatenate([getattr(block, name) for block in blocks])

    time = joined("time")
    words = [
        Event(*word[:2], "word", word.text)
        for phrase in scene.phrases
        for word in phrase.words
        if "speech" not in off and time[0] <= word.start < time[-1] + 1 / rate
    ]
    clip = new_clip(
        time,
        joined("activation"),
        source="perform",
        seed=scene.seed,
        events=[*words, *(event for block in blocks for event in block.events)],
        gaze=joined("gaze"),
        head_pose=joined("head_pose"),
        breath=joined("breath"),
    )
    without = f" without {', '.join(sorted(off))}" if off else ""
    log = [f"perform seed={scene.seed}{without}", *scene.notes]
    return clip.assign_attrs(rate=float(rate), log="\n".join(log))


def _blocks(scene: Scene, *, rate: float, off: Collection[str]) -> Iterator[Block]:
    player = make_player(scene, rate=rate, off=off)
    # The last frame is the last that does not lie behind the end.
    left = floor(scene.duration * rate + 1e-9) + 1
    size = max(1, round(load_table("engine")["block"]["typ"] * rate))
    while left > 0:
        count = min(size, left)
        yield player.play(count)
        left -= count
