"""Directions of movement against face units that an artist sculpted on the same mesh."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.bench.peers import PeerMissing
from risorius.bench.units import UNITS, cosines, sculpted_units, unit_poses
from risorius.face import load_face

ARGUED = {"AU24": "sculpted with the corners pulled up and out", "AU9": "sculpted with a frown"}
"""Where docs/decisions/0008 holds that it is the sculpture that is wrong."""


@pytest.fixture(scope="module")
def face():
    return load_face()


@pytest.fixture(scope="module")
def sculpted():
    try:
        return sculpted_units()
    except PeerMissing as missing:
        pytest.skip(str(missing))


def judge(found, capsys, whose, *, median):
    with capsys.disabled():
        print(f"\ndirection cosine of the {whose} with the sculpted units")
        for unit in sorted(found, key=found.get, reverse=True):
            print(f"  {unit:<5} {found[unit]:5.2f}  {', '.join(UNITS[unit])}")
        print(f"  median {np.median(list(found.values())):.3f}")
    assert np.median(list(found.values())) >= median
    assert min(value for unit, value in found.items() if unit not in ARGUED) >= 0.6
    assert found["AU12"] > 0.88
    assert found["AU43"] > 0.8


def test_the_rig_moves_as_the_sculpted_units_do(face, sculpted, capsys):
    shapes = face.rig.deform(*unit_poses(face, tuple(UNITS)))
    judge(cosines(face, sculpted, shapes), capsys, "rig", median=0.79)


@pytest.mark.slow
def test_the_flesh_moves_as_the_sculpted_units_do(face, sculpted, capsys):
    from risorius.skin.flesh import make_flesh

    flesh = make_flesh(face.head)
    poses = zip(*unit_poses(face, tuple(UNITS)), strict=True)
    shapes = [flesh.settle(drive, jaw=jaw, gaze=gaze).shape for drive, jaw, gaze in poses]
    judge(cosines(face, sculpted, np.array(shapes)), capsys, "flesh", median=0.795)
