"""What a room is, and what the studio lends to it."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Response
from starlette.requests import HTTPConnection

if TYPE_CHECKING:
    from risorius.studio.clips import Shelf
    from risorius.studio.jobs import Jobs
    from risorius.studio.messages import Hello
    from risorius.studio.settings import Settings

__all__ = ["Binary", "Lent", "Room", "Studio"]


class Binary(Response):
    """An answer of plain bytes."""

    media_type = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the studio: a folder with its routes and its messages.

    Attributes
    ----------
    name : str
        In addresses: ``/api/NAME/...`` and ``/ws/NAME``.
    title : str
        On its tab.
    router : APIRouter
        Its routes, with whole paths.
    messages : module
        What it says to the browser.
    """

    name: str
    title: str
    router: APIRouter
    messages: ModuleType


@dataclass(frozen=True, slots=True, eq=False)
class Studio:
    """What all rooms share while the server runs."""

    settings: Settings
    hello: Hello
    shelf: Shelf
    jobs: Jobs


def _of(connection: HTTPConnection) -> Studio:
    studio: Studio = connection.app.state.studio
    return studio


Lent = Annotated[Studio, Depends(_of)]
"""A parameter of a route that is given the studio."""
