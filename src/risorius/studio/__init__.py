"""The studio: one local web app where the face lives.

`create_app` builds the server, ``risorius studio`` runs it. It listens on this computer only unless
told otherwise, sends nothing anywhere, and stores nothing unasked.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from risorius.studio.app import create_app
    from risorius.studio.settings import Settings

__all__ = ["Settings", "create_app"]

_HOME = {"Settings": "settings", "create_app": "app"}


def __getattr__(name: str) -> Any:
    # The web framework loads only for who opens the studio.
    if name not in _HOME:
        raise AttributeError(f"module 'risorius.studio' has no attribute {name!r}")
    return getattr(importlib.import_module(f"risorius.studio.{_HOME[name]}"), name)
