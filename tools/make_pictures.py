"""Draw the pictures of the README and the docs afresh: ``make docs``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from risorius.cli.demo import pose_sheet
from risorius.face import load_face
from risorius.picture import write_png

HERE = Path(__file__).parent
IMAGES = HERE.parent / "docs" / "images"


def main() -> None:
    """Draw them all; each tool knows its own picture."""
    IMAGES.mkdir(exist_ok=True)
    write_png(pose_sheet(load_face()), IMAGES / "poses.png")
    print(IMAGES / "poses.png")
    for tool in ("draw_muscles.py", "draw_units.py"):
        subprocess.run([sys.executable, str(HERE / tool)], check=True)


if __name__ == "__main__":
    main()
