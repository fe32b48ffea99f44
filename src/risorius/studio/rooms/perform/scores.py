"""Scores from a browser: checked, and performed whole."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import risorius
from risorius.errors import InputError
from risorius.perform import LAYERS, SWITCHES, perform_score, scene_of
from risorius.perform.score import load_score, notation_of
from risorius.perform.score.words import expression_words, movement_words
from risorius.studio.problems import problems_of
from risorius.studio.rooms.perform.messages import (
    BeatSpan,
    Example,
    LayerSign,
    RenderAsk,
    ScoreSheet,
    Vocabulary,
)

if TYPE_CHECKING:
    from risorius.clip import Clip
    from risorius.perform import Scene
    from risorius.perform.score.notation import Notation

__all__ = ["check_score", "refuse_files", "render", "scene_and_sheet", "vocabulary"]

_FILES = ("wav", "phones")
"""Words of a beat that name a file."""

_BESIDE = {
    "body": "how muscles follow their drive; without it they follow at once",
    "style": "how strokes are drawn; without it as in life",
}


def vocabulary() -> Vocabulary:
    """Return the words of a score, for completion, and scores to begin with."""
    layers = {layer.name: (inspect.getdoc(layer) or "").partition("\n")[0] for layer in LAYERS}
    return Vocabulary(
        expressions=expression_words(),
        movements=movement_words(),
        layers=tuple(
            LayerSign(name=name, about=about, has_curves=name in layers)
            for name, about in (layers | _BESIDE).items()
        ),
        examples=tuple(
            _example(entry)
            for entry in sorted(_examples().iterdir(), key=lambda entry: entry.name)
            if entry.name.endswith(".yaml")
        ),
    )


def check_score(text: str) -> ScoreSheet:
    """Return what a score says, or what is wrong with it."""
    try:
        return scene_and_sheet(text, seed=0)[1]
    except InputError as error:
        return ScoreSheet(title="", problems=problems_of(error), notes=(), duration=0.0, beats=())


def scene_and_sheet(text: str, *, seed: int) -> tuple[Scene, ScoreSheet]:
    """Return the scene of a score, and what it says.

    Raises
    ------
    InputError
        What is wrong with it.
    """
    notation = notation_of(text)
    refuse_files(notation.data)
    # A line end, so that no word is taken for the name of a file.
    scene = scene_of(load_score(f"{text}\n"), seed=seed)
    sheet = ScoreSheet(
        title=str(notation.data.get("title") or "A performance"),
        problems=(),
        notes=scene.notes,
        duration=scene.duration,
        beats=tuple(
            BeatSpan(
                index=beat.index,
                kind=beat.kind,
                what=beat.what,
                start=beat.start,
                end=min(beat.end, scene.duration),
                line=_line(notation, beat.index),
            )
            for beat in scene.beats
        ),
    )
    return scene, sheet


def render(scene: Scene, ask: RenderAsk, *, most: float = inf) -> Clip:
    """Perform a scene as asked for.

    Raises
    ------
    InputError
        It has more than `most` frames, or an unknown layer is switched off.
    """
    if scene.duration * ask.rate > most:
        raise InputError(
            f"{scene.duration:.0f} s at {ask.rate:g} frames per second are more than the "
            f"{most:.0f} frames that are shown at once. Make the score shorter, or perform it with "
            "'risorius perform'."
        )
    return perform_score(scene, seed=ask.seed, rate=ask.rate, off=ask.off)


def alone(layer: str, off: tuple[str, ...]) -> tuple[str, ...]:
    """Return what to switch off so that one layer is alone.

    Raises
    ------
    InputError
        No such layer.

    Examples
    --------
    >>> alone("blink", ("body",))
    ('speech', 'breath', 'emotion', 'micro', 'gaze', 'head', 'gesture', 'body')
    """
    names = [entry.name for entry in LAYERS]
    if layer not in names:
        raise InputError(f"there is no layer {layer!r}. There are {', '.join(names)}.")
    return tuple(name for name in SWITCHES if name != layer and (name in names or name in off))


def refuse_files(data: object) -> None:
    """Refuse a score that names files of this computer: a page may not open them.

    Raises
    ------
    InputError
        A beat names one.

    Examples
    --------
    >>> refuse_files({"beats": [{"say": "Hello", "wav": "hello.wav"}]})
    Traceback (most recent call last):
    ...
    risorius.errors.InputError: beat 1: 'wav' names a file, and the studio opens none of yours. ...
    """
    beats = data.get("beats") if isinstance(data, Mapping) else None
    for index, beat in enumerate(beats if isinstance(beats, list | tuple) else ()):
        for word in _FILES:
            if isinstance(beat, Mapping) and beat.get(word) is not None:
                raise InputError(
                    f"beat {index + 1}: {word!r} names a file, and the studio opens none of yours. "
                    "Perform this score with 'risorius perform'."
                )


def _line(notation: Notation, beat: int) -> int | None:
    spot = (notation.spots or {}).get(("beats", beat))
    return spot.line if spot else None


def _examples() -> Traversable:
    packaged = files("risorius.perform") / "data" / "examples"
    if packaged.is_dir():
        return packaged
    # In a checkout they lie where a reader looks for them.
    return Path(risorius.__file__).parents[2] / "examples"


def _example(entry: Traversable) -> Example:
    text = entry.read_text(encoding="utf-8")
    # The note for editors points beside the file, where a page has nothing.
    lines = [line for line in text.splitlines(keepends=True) if "yaml-language-server" not in line]
    score: Any = notation_of(text).data
    return Example(name=entry.name.removesuffix(".yaml"), title=score["title"], text="".join(lines))
