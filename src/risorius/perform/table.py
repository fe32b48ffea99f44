"""The room's own tables: design defaults of each layer, in YAML, each with its standing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

__all__ = ["load_table"]


@cache
def load_table(name: str) -> dict[str, Any]:
    """Return one of the room's tables, read on first use. Do not change it.

    Examples
    --------
    >>> load_table("engine")["block"]["unit"]
    's'
    """
    text = files("risorius.perform").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return table
