"""Take the picture of the studio for the README, in a real browser: ``make docs``."""

from __future__ import annotations

import subprocess
from pathlib import Path

from risorius.bench.studio import running_studio

HERE = Path(__file__).parent
TARGET = HERE.parent / "docs" / "images" / "studio.png"


def main() -> None:
    """Open a studio, and take its picture."""
    with running_studio() as (address, _):
        subprocess.run(["node", HERE / "shoot_studio.mjs", address, TARGET], check=True)
    print(TARGET)


if __name__ == "__main__":
    main()
