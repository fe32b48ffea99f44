"""XML as a small tree with line numbers, and nothing else that XML can do.

No document type, hence no entities of its own, nothing that grows and nothing that is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from risorius.errors import InputError
from risorius.perform.score.notation import Spot, check_size

__all__ = ["Element", "read_markup"]

DEEPEST = 64
"""How many elements may lie in each other."""


@dataclass(slots=True)
class Element:
    """One element: its name and attributes without prefixes, and what is in it, in order."""

    tag: str
    attributes: dict[str, str]
    spot: Spot
    inside: list[Element | str] = field(default_factory=list)

    def elements(self) -> Iterator[Element]:
        """Yield the elements directly inside."""
        return (item for item in self.inside if isinstance(item, Element))


def read_markup(text: str) -> Element:
    """Read an XML document.

    Raises
    ------
    InputError
        No XML, too large or too deep, or with a document type.

    Examples
    --------
    >>> root = read_markup("<a><b x='1'>two</b></a>")
    >>> [(part.tag, part.attributes, part.inside) for part in root.elements()]
    [('b', {'x': '1'}, ['two'])]
    """
    check_size(len(text))
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    top = Element("", {}, Spot(1, 1))
    open_ = [top]

    def here() -> Spot:
        return Spot(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(open_) > DEEPEST:
            raise InputError(f"{here()}: more than {DEEPEST} elements lie in each other here.")
        own = {_bare(name): value for name, value in attributes.items()}
        element = Element(_bare(tag), own, here())
        open_[-1].inside.append(element)
        open_.append(element)

    def end(_: str) -> None:
        open_.pop()

    def refuse(*_: Any) -> None:
        raise InputError(f"{here()}: a document type (DOCTYPE) is not read; remove it.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda data: open_[-1].inside.append(data)
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text.lstrip("\ufeff \t\r\n").encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        spot = Spot(error.lineno, error.offset + 1)
        raise InputError(f"{spot}: this is no XML: {expat.ErrorString(error.code)}.") from None
    return next(top.elements())


def _bare(name: str) -> str:
    return name.rpartition(":")[2]
