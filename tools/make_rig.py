"""Bake the rig of the default face that comes with the package.

    python tools/make_rig.py [--out src/risorius/skin/data/default.rig] [--solves 1200]

Run it after any change of the head, the fibres, the tissue or the contact. It takes minutes, uses
all cores, and goes on where it was when it was stopped. The same inputs give the same bytes on the
same machine. Afterwards it judges the rig on poses that it has never seen.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from risorius.head import load_head
from risorius.skin import bake_rig, load_rig, save_rig
from risorius.skin.judge import judge_rig
from risorius.skin.plan import expressive_poses, mixed_poses

PACKAGED = 3000
"""Poses for the face that everybody gets: more than a user is asked to wait for."""
OUT = Path(__file__).parents[1] / "src/risorius/skin/data/default.rig"


def main() -> None:
    """Bake, write, say how big and how good it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--solves", type=int, default=PACKAGED, help="besides the basic ones")
    parser.add_argument("--judges", type=int, default=40, help="poses to judge the rig on")
    options = parser.parse_args()
    told = [-1]

    def tell(share: float) -> None:
        if int(20 * share) > told[0]:
            told[0] = int(20 * share)
            print(f"{5 * told[0]} %", flush=True)

    head, start = load_head(), time.monotonic()
    rig = bake_rig(head, solves=options.solves, progress=tell)
    save_rig(rig, options.out)
    print(f"{options.out}: {options.out.stat().st_size:,} bytes, {time.monotonic() - start:.0f} s")
    if options.judges:
        for draw in (expressive_poses, mixed_poses):
            found = judge_rig(load_rig(options.out), head, draw=draw, count=options.judges)
            print(draw.__name__, found)


if __name__ == "__main__":
    main()
