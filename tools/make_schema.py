"""Write the JSON Schema of a score: src/risorius/perform/data/score.schema.json.

python tools/make_schema.py
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from risorius.files import replacing
from risorius.perform.score.schema import score_schema


def main() -> None:
    """Write the schema and say where."""
    path = Path(str(files("risorius.perform") / "data" / "score.schema.json"))
    with replacing(path) as beside:
        beside.write_text(json.dumps(score_schema(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(path)


if __name__ == "__main__":
    main()
