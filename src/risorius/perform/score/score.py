"""A score: who plays, where, and what is meant to happen when."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import Field, GetCoreSchemaHandler, Tag, ValidationError
from pydantic_core import core_schema

from risorius.anatomy.movement import Side
from risorius.errors import InputError
from risorius.files import replacing
from risorius.perform.scene import Context, Persona
from risorius.perform.score.beats import AnyBeat, Model, Place
from risorius.perform.score.beats.base import Name, Number, either
from risorius.perform.score.faults import Fault, Located, faults_of, located, refusal
from risorius.perform.score.notation import Notation, read_notation, read_text, write_notation
from risorius.perform.score.times import find_times
from risorius.perform.score.waits import read_rows
from risorius.perform.score.words import score_default
from risorius.perform.speech import speak

__all__ = ["Score", "load_score", "save_score", "score_text"]

SUFFIXES = (".yaml", ".yml", ".json")
MARKUP = (".bml", ".ssml", ".xml")


class _FromMapping:
    """Lets a dataclass whose fields are strict be written as a mapping."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        schema = handler(source)
        cast("dict[str, Any]", handler.resolve_ref_schema(schema))["strict"] = False
        return schema


class Score(Model):
    """Who plays, where, and what is meant to happen when.

    Examples
    --------
    >>> from risorius.perform.score.beats import Feel, Nod
    >>> score = Score(beats=[Feel(feel="joy", at=0.5, name="smile"), Nod(nod=2, with_="smile")])
    >>> score.mirrored().persona.stronger_side
    'right'
    """

    title: Annotated[str, Field(strict=True, max_length=200)] = ""
    """What it is about."""
    persona: Annotated[Persona, _FromMapping] = Persona()
    """Who plays."""
    context: Annotated[Context, _FromMapping] = Context()
    """Where, and with whom."""
    style: Annotated[
        Annotated[str, Tag("word")] | Annotated[dict[str, Number], Tag("dials")],
        either("word", "dials"),
    ] = "natural"
    """How it is drawn: the name of a style, or its dials [1]."""
    places: dict[Name, Place] = Field(default_factory=dict)
    """Where things are that one can look at; partner and camera can be put elsewhere too."""
    duration: (
        Annotated[float, Field(strict=True, gt=0, le=score_default("limits.length") * 3600)] | None
    ) = None
    """How long it is [s]; if not said, until shortly after its last beat."""
    beats: tuple[AnyBeat, ...] = ()
    """What happens. A beat without a time follows the one above it."""
    notes: tuple[str, ...] = ()
    """What was left out or changed when the score was made from something else."""

    def mirrored(self) -> Score:
        """Return the score with left and right exchanged, of the person and of every beat."""
        other: Side = "right" if self.persona.stronger_side == "left" else "left"
        return self.model_copy(
            update={
                "persona": dataclasses.replace(self.persona, stronger_side=other),
                "places": {name: place.mirrored() for name, place in self.places.items()},
                "beats": tuple(beat.mirrored() for beat in self.beats),
            }
        )


def load_score(source: str | Path | Mapping[str, Any]) -> Score:
    """Read and check a score.

    Parameters
    ----------
    source : str, Path or mapping
        A file (``.yaml``, ``.yml``, ``.json``, or a foreign one: ``.bml``, ``.ssml``, ``.xml``),
        its text, or the same as plain Python data. Text has more than one line, or a colon and a
        space in it.

    Returns
    -------
    score : Score

    Raises
    ------
    InputError
        With every problem, each with its line and column and with what was probably meant.

    Examples
    --------
    >>> score = load_score("beats: [{at: 0.4, feel: joy, for: 3.0}]")
    >>> score.beats[0].feel
    {'happiness': 1.0}
    >>> load_score("beats: [{at: 0.4, feel: joi}]")
    Traceback (most recent call last):
    ...
    risorius.errors.InputError: line 1, column 19: unknown expression 'joi'. Did you mean 'joy'?
    """
    if isinstance(source, Mapping):
        return _check(Notation(dict(source), None, []), "", Path())
    if isinstance(source, str) and (
        "\n" in source or ": " in source or source.lstrip().startswith("<")
    ):
        return _read(source, "", Path())
    path = Path(source)
    if path.suffix.lower() not in (*SUFFIXES, *MARKUP):
        raise InputError(
            f"{str(source)!r:.80} is neither a score nor a file of one "
            f"({', '.join((*SUFFIXES, *MARKUP))})."
        )
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise InputError(f"cannot read {str(path)!r}: {reason}.") from None
    try:
        text = read_text(raw)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None
    return _read(text, path.name, path.parent.resolve())


def _read(text: str, source: str, folder: Path) -> Score:
    try:
        if text.lstrip("\ufeff \t\r\n").startswith("<"):
            from risorius.perform.score.marks import read_marks

            notation = read_marks(text)
        else:
            notation = read_notation(text)
    except InputError as error:
        raise InputError(f"{source}: {error}" if source else str(error)) from None
    return _check(notation, source, folder)


def _check(notation: Notation, source: str, folder: Path) -> Score:
    problems: list[Located] = list(notation.problems)
    if not isinstance(notation.data, dict):
        found = "empty" if notation.data is None else "no mapping"
        problems.append((None, f"this score is {found}: it begins with 'beats:' and a list."))
        raise refusal(problems, source)
    score = None
    try:
        score = Score.model_validate(notation.data, context={"folder": folder})
    except ValidationError as error:
        faults = faults_of(error)
        faults += _faults_beside(notation.data, faults)
        problems += located(faults, notation.spots)
    if score is not None:
        problems += located(find_times(score)[1], notation.spots)
    if problems:
        raise refusal(problems, source)
    assert score is not None  # or there would be problems
    return score


def _faults_beside(data: dict[str, Any], found: list[Fault]) -> list[Fault]:
    """Return what is wrong with the times of the other beats, so that all is told at once.

    In the place of each beat that could not be read stands one of the same name.
    """
    broken = {fault.path[1] for fault in found if fault.path[:1] == ("beats",) and fault.path[1:]}
    keep = {key: value for key, value in data.items() if not any(key in f.path[:1] for f in found)}
    given = data.get("beats")
    if not isinstance(given, list):
        return []
    beats = [
        {"relax": "all", "name": beat.get("name") if isinstance(beat, dict) else None}
        if index in broken
        else beat
        for index, beat in enumerate(given)
    ]
    try:
        score = Score.model_validate(keep | {"beats": beats})
    except ValidationError:  # not even the names can be read
        return []
    lost = {beat["name"] for index, beat in enumerate(beats) if index in broken}
    told = []
    for fault in read_rows(score, speak)[1]:
        if fault.path[:1] != ("beats",) or fault.path[1] in broken:
            continue
        field = str(fault.path[-1])
        word = str(given[int(fault.path[1])].get(field, ""))
        if word.partition(".")[0] in lost or (field == "look" and "places" in data.keys() - keep):
            continue
        told.append(fault)
    return told


def score_text(score: Score) -> str:
    """Return a score as YAML, each beat on a line of its own.

    Examples
    --------
    >>> print(score_text(load_score({"beats": [{"at": 0.5, "nod": "twice"}]})), end="")
    beats:
    - {at: 0.5, nod: 2}
    """
    return write_notation(score.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def save_score(score: Score, path: str | Path) -> None:
    """Write a score to a YAML file.

    Raises
    ------
    InputError
        The suffix is not ``.yaml`` or ``.yml``, or the folder cannot be written to.
    """
    where = Path(path)
    if where.suffix.lower() not in (".yaml", ".yml"):
        raise InputError(f"a score is saved as '.yaml', not as {where.suffix!r}.")
    with replacing(where) as beside:
        beside.write_text(score_text(score), encoding="utf-8")
