"""Bake the rig of the default face that comes with the package.

    python tools/make_rig.py [--out src/risorius/skin/data/default.rig]

Run it after any change of the head, the fibres, the tissue or the drives. The same inputs give the
same bytes on the same machine.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from risorius.head import load_head
from risorius.skin import bake_rig, save_rig

OUT = Path(__file__).parents[1] / "src/risorius/skin/data/default.rig"


def main() -> None:
    """Bake, write, say how big it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    save_rig(bake_rig(load_head()), options.out)
    print(f"{options.out}: {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
