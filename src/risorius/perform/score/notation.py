"""YAML text to plain data and back, safely, with the line and column of everything.

A score is a small language: mappings, lists, words, numbers. Anchors, aliases, tags, second
documents and repeated keys are refused, so that no text can grow when it is read and nothing is
lost silently. Words are words: ``yes``, ``no`` and ``on`` are not turned into truth values (YAML
1.2).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import yaml

from risorius.errors import InputError
from risorius.perform.score.words import score_default

__all__ = ["Notation", "Spot", "check_size", "read_notation", "read_text", "write_notation"]

# libyaml reads ten times faster; wheels of PyYAML carry it, source builds may not.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
INTEGER = re.compile(r"[-+]?[0-9]+")
FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
LONGEST_NUMBER = 40
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Path: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead to a value."""


class Spot(NamedTuple):
    """A place in a text, counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class Notation(NamedTuple):
    """What a text says, and where it says what."""

    data: Any
    spots: dict[Path, Spot] | None
    """Of every key and every item of a list, where it was a text."""
    problems: list[tuple[Spot, str]]


def read_text(raw: bytes) -> str:
    """Decode a text file: UTF-8, or UTF-16 with its mark.

    Raises
    ------
    InputError
        Too large, or neither.

    Examples
    --------
    >>> read_text("\ufeffbeats: []".encode("utf-16"))
    'beats: []'
    """
    check_size(len(raw))
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(
            f"line {line}: this is no {encoding.removesuffix('-sig').upper()} text (byte "
            f"0x{raw[error.start]:02x}). Save the file as UTF-8."
        ) from None


def read_notation(text: str) -> Notation:
    r"""Read YAML.

    Parameters
    ----------
    text : str

    Returns
    -------
    notation : Notation
        With all problems that leave the rest readable.

    Raises
    ------
    InputError
        The text is no YAML, with line and column, or is too large.

    Examples
    --------
    >>> notation = read_notation("beats:\n- {at: 0, nod: yes}")
    >>> notation.data
    {'beats': [{'at': 0, 'nod': 'yes'}]}
    >>> print(notation.spots["beats", 0, "nod"])
    line 2, column 11
    """
    check_size(len(text))
    try:
        return _Reader(yaml.parse(text, Loader=LOADER)).read()
    except yaml.MarkedYAMLError as error:
        raise InputError(_explain(error, text)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        character = error.character if isinstance(error.character, int) else ord(error.character)
        raise InputError(
            f"line {line}: the character U+{character:04X} may not stand in a text."
        ) from None
    except UnicodeEncodeError as error:  # a lone surrogate, which libyaml cannot be given
        line = text.count("\n", 0, error.start) + 1
        raise InputError(
            f"line {line}: the character U+{ord(text[error.start]):04X} may not stand in a text."
        ) from None


def check_size(size: int) -> None:
    """Refuse a text that is too large to be a score."""
    most = score_default("limits.size")
    if size > most * 1e6:
        raise InputError(f"the text has {size / 1e6:.0f} MB; at most {most:.0f} MB are read.")


class _Reader:
    """Builds data from the events of a YAML parser, without recursion and without aliases."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.spots: dict[Path, Spot] = {}
        self.problems: list[tuple[Spot, str]] = []

    def read(self) -> Notation:
        top: Any = None
        documents = 0
        deepest = int(score_default("limits.depth"))
        open_: list[_Open] = []
        for event in self.events:
            spot = Spot(event.start_mark.line + 1, event.start_mark.column + 1)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.problems.append((spot, "a second document begins; a score is one."))
                    break
            elif isinstance(event, yaml.CollectionEndEvent):
                open_.pop()
            elif isinstance(event, yaml.NodeEvent):
                value = self._value(event, spot)
                starts = isinstance(event, yaml.CollectionStartEvent)
                path: Path = ()
                if not open_:
                    top = value
                elif open_[-1].awaits_key:
                    if starts:
                        self.problems.append((spot, "a list or mapping cannot be a key."))
                        break
                    open_[-1].key, open_[-1].spot = _word(value), spot
                    continue
                else:
                    path = self._place(open_[-1], value, spot)
                if starts:
                    if len(open_) >= deepest:
                        self.problems.append((spot, "too many levels lie in each other here."))
                        break
                    open_.append(_Open(value, path))
        return Notation(top, self.spots, self.problems)

    def _value(self, event: Any, spot: Spot) -> Any:
        if isinstance(event, yaml.AliasEvent):
            self.problems.append((spot, f"*{event.anchor} repeats another place; write it out."))
            return None
        if event.anchor is not None:
            self.problems.append((spot, f"&{event.anchor} is an anchor; a score has none."))
        if event.tag is not None and event.tag != "!":
            self.problems.append((spot, f"the tag {event.tag} is not read."))
        if isinstance(event, yaml.SequenceStartEvent):
            return []
        if isinstance(event, yaml.MappingStartEvent):
            return {}
        return _scalar(event.value) if event.implicit[0] and not event.style else event.value

    def _place(self, into: _Open, value: Any, spot: Spot) -> Path:
        """Put a value where it belongs and return its path."""
        if isinstance(into.data, list):
            into.data.append(value)
            here = (*into.path, len(into.data) - 1)
            self.spots[here] = spot
            return here
        name, into.key = str(into.key), None
        here = (*into.path, name)
        if name in into.data:
            first = self.spots[here]
            self.problems.append((into.spot, f"{name!r} comes twice here, first at {first}."))
        into.data[name] = value
        self.spots[here] = into.spot
        return here


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been seen yet."""

    data: Any
    path: Path
    key: str | None = None
    """The key that waits for its value."""
    spot: Spot = field(default_factory=lambda: Spot(1, 1))

    @property
    def awaits_key(self) -> bool:
        return isinstance(self.data, dict) and self.key is None


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _scalar(word: str) -> Any:
    if word in ("", "~", "null", "Null", "NULL"):
        return None
    if word in ("true", "True", "TRUE"):
        return True
    if word in ("false", "False", "FALSE"):
        return False
    # Longer digits are no time and no amount, and turning them into a number takes long.
    if len(word) <= LONGEST_NUMBER and INTEGER.fullmatch(word):
        return int(word)
    if len(word) <= LONGEST_NUMBER and FLOAT.fullmatch(word):
        return float(word.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return word


def _explain(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark or error.context_mark
    what = " ".join(part for part in (error.context, error.problem) if part)
    if mark is None:
        return f"this is no YAML: {what}."
    spot = Spot(mark.line + 1, mark.column + 1)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: mark.column + 1]:
        return f"{spot}: a tab stands here; indent with spaces."
    return f"{spot}: this is no YAML: {what}."


class _Dumper(yaml.SafeDumper):
    """Writes what `read_notation` reads: every word that looks like a number is quoted."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(rf"^(?:{FLOAT.pattern})$"), list("-+.0123456789")
)


def _write_word(dumper: _Dumper, word: str) -> yaml.ScalarNode:
    # Line ends of other alphabets and control characters come back only from between these quotes.
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", word, style=None if word.isprintable() else '"'
    )


_Dumper.add_representer(str, _write_word)


class _Row(dict[str, Any]):
    """A mapping that is written on one line."""


_Dumper.add_representer(
    _Row,
    lambda dumper, row: dumper.represent_mapping("tag:yaml.org,2002:map", row, flow_style=True),
)


def write_notation(data: dict[str, Any]) -> str:
    """Write a score's data as YAML, each beat on a line of its own.

    Examples
    --------
    >>> print(write_notation({"beats": [{"at": 0, "nod": 2}]}), end="")
    beats:
    - {at: 0, nod: 2}
    """
    shown = {
        key: [_Row(item) if isinstance(item, dict) else item for item in value]
        if isinstance(value, list)
        else value
        for key, value in data.items()
    }
    return str(
        yaml.dump(
            shown,
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=False,
            width=10**9,
        )
    )
