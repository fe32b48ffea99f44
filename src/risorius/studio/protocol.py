"""All messages together, and the version of what they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from risorius.studio import messages
from risorius.studio.messages import Ask, Message
from risorius.studio.rooms import ROOMS

__all__ = ["all_messages", "schema_of", "version"]


def all_messages() -> Iterator[type[Message]]:
    """Yield every message of the studio and its rooms, in the order of their modules."""
    for module in (messages, *(room.messages for room in ROOMS)):
        for entry in vars(module).values():
            own = isinstance(entry, type) and entry.__module__ == module.__name__
            if own and issubclass(entry, Message) and entry not in (Message, Ask):
                yield entry


def schema_of(message: type[Message]) -> dict[str, Any]:
    """Return the JSON Schema of a message as it is on the wire."""
    # What the server sends has all its fields; what a browser sends may leave some to the default.
    mode: Literal["validation", "serialization"] = (
        "validation" if issubclass(message, Ask) else "serialization"
    )
    return message.model_json_schema(mode=mode, by_alias=True)


@cache
def version() -> str:
    """Return the version of the messages: another one whenever any of them changes.

    Examples
    --------
    >>> len(version())
    12
    """
    schemas = {message.__name__: schema_of(message) for message in all_messages()}
    text = json.dumps(schemas, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
