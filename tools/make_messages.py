"""Generate the browser's types from the studio's Python models.

    python tools/make_messages.py

writes src/risorius/studio/web/src/messages.ts; a test fails while it is older than the models.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from risorius.files import replacing
from risorius.studio.frames import COLUMNS, FRAME
from risorius.studio.protocol import all_messages, schema_of, version
from risorius.studio.settings import PORT

TARGET = Path(__file__).parents[1] / "src/risorius/studio/web/src/messages.ts"

HEAD = """\
// Generated from the Python models by tools/make_messages.py. Do not edit: run it again.

/** Of these messages; the server says its own in `Hello`. */
export const VERSION = {version};

/** Where each part of a binary frame begins and ends, in 32-bit numbers. */
export const FRAME = {frame} as const;

/** 32-bit numbers in a frame. */
export const COLUMNS = {columns};

/** Where the studio listens when nobody says otherwise. */
export const PORT = {port};
"""

PLAIN = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}


def typescript() -> str:
    """Return the text of messages.ts."""
    frame = "{ " + ", ".join(f"{name}: {list(span)}" for name, span in FRAME.items()) + " }"
    head = HEAD.format(version=json.dumps(version()), frame=frame, columns=COLUMNS, port=PORT)
    blocks = [head]
    blocks += [_interface(message.__name__, schema_of(message)) for message in all_messages()]
    return "\n".join(blocks)


def _interface(name: str, schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    lines = [_comment(schema.get("description", ""), ""), f"export interface {name} {{"]
    for key, field in schema.get("properties", {}).items():
        lines.append(_comment(field.get("description", ""), "  "))
        # What tells messages apart is always there, also where Python need not be told.
        needed = key in required or "const" in field
        lines.append(f"  {key}{'' if needed else '?'}: {_type(field)};")
    return "\n".join(line for line in [*lines, "}"] if line) + "\n"


def _comment(text: str, indent: str) -> str:
    return f"{indent}/** {' '.join(text.split())} */" if text else ""


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "const" in field:
        return json.dumps(field["const"])
    if "enum" in field:
        return " | ".join(json.dumps(value) for value in field["enum"])
    if "anyOf" in field:
        return " | ".join(_type(choice) for choice in field["anyOf"])
    kind = field.get("type")
    if kind == "array":
        if "prefixItems" in field:
            return f"[{', '.join(_type(item) for item in field['prefixItems'])}]"
        inner = _type(field["items"])
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if kind == "object":
        values = field.get("additionalProperties")
        return f"Record<string, {_type(values) if isinstance(values, dict) else 'unknown'}>"
    return PLAIN[kind] if kind else "unknown"


if __name__ == "__main__":
    with replacing(TARGET) as beside:
        beside.write_text(typescript(), encoding="utf-8")
