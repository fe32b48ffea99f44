"""Draw units that tissue and sculpture do differently, side by side: docs/decisions/0008-flesh.md.

    python tools/draw_units.py [UNIT ...]

Makes docs/images/units-argued.png of AU9 and AU24, or of the units named. The sculpture is drawn as
far as the tissue goes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from risorius.bench.flesh import ARGUED
from risorius.bench.units import UNITS, sculpted_units, unit_poses
from risorius.face import load_face
from risorius.picture import contact_sheet, front_camera, render, write_png
from risorius.skin.flesh import make_flesh

OUT = Path(__file__).parents[1] / "docs" / "images" / "units-argued.png"
WIDTH, HEIGHT = 300, 350


def main() -> None:
    """Solve, scale, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("units", nargs="*", default=ARGUED, metavar="UNIT", help="such as AU9")
    names = parser.parse_args().units
    if strange := sorted(set(names) - set(UNITS)):
        parser.error(f"{', '.join(strange)} was not sculpted; there are {', '.join(UNITS)}.")
    face, sculpted = load_face(), sculpted_units()
    flesh, rest = make_flesh(face.head), face.head.vertices
    camera = front_camera(rest, width=WIDTH, height=HEIGHT)
    images, captions = [], []
    for name, drive, jaw, gaze in zip(names, *unit_poses(face, tuple(names)), strict=True):
        tissue = flesh.settle(drive, jaw=jaw, gaze=gaze).shape
        way = sum(sculpted[part] for part in UNITS[name])[face.head.topology.source]
        way *= np.linalg.norm(tissue - rest) / np.linalg.norm(way)
        for shape, kind in ((tissue, "tissue"), (rest + way, "sculpted")):
            images.append(render(face.head.topology, shape, camera))
            captions.append(f"{name} {kind}")
    write_png(contact_sheet(images, captions, columns=4), OUT)
    print(OUT)


if __name__ == "__main__":
    main()
