"""The JSON Schema of a score, for editors that complete and check while one writes."""

from __future__ import annotations

import inspect
import re
from typing import Any

from risorius.perform.culture import CULTURES
from risorius.perform.scene import Context, Persona
from risorius.perform.score.score import Score
from risorius.perform.table import load_table

__all__ = ["score_schema"]

ATTRIBUTE = re.compile(r"^(\w+) : (.+)\n((?:    .+\n?)*)", re.MULTILINE)


def score_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a score.

    The packaged copy is ``risorius/perform/data/score.schema.json``; write
    ``# yaml-language-server: $schema=...`` on the first line of a score to use it.

    Examples
    --------
    >>> schema = score_schema()
    >>> schema["$defs"]["Chin"]["properties"]["chin"]["enum"]
    ['up', 'down', 'level']
    """
    schema = Score.model_json_schema(by_alias=True)
    schema["description"] = str(schema["description"]).partition("\n\n")[0]
    for model in (Persona, Context):
        entry = schema["$defs"][model.__name__]
        entry["description"] = entry["description"].partition("\n\n")[0]
        for name, kind, text in ATTRIBUTE.findall(inspect.getdoc(model) or ""):
            unit = re.search(r"\[.+\]", kind)
            told = " ".join([*text.split(), *(unit.group() if unit else "").split()])
            if told:
                entry["properties"][name]["description"] = told
            entry["properties"][name].pop("title", None)
    schema["$defs"]["Context"]["properties"]["culture"]["enum"] = list(CULTURES)
    table = load_table("style")
    schema["properties"]["style"]["oneOf"] = [
        {"enum": list(table["styles"])},
        {"type": "object", "propertyNames": {"enum": list(table["dials"])}},
    ]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
