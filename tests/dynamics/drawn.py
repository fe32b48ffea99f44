"""Lesions and clips to draw from."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from risorius.anatomy import load_atlas
from risorius.clip import new_clip
from risorius.dynamics import Botulinum, CentralPalsy, Palsy, Parkinson, Synkinesis
from risorius.dynamics.lesion import lesion_table

ATLAS = load_atlas()
PATTERNS = [
    name
    for name, row in lesion_table()["facts"]["synkinesis"]["patterns"].items()
    if isinstance(row, dict)
]
BRANCHES = [(n.id, b) for n in ATLAS.nerves for b in ("", *(branch.id for branch in n.branches))]
MUSCLES = [*(muscle.id for muscle in ATLAS.muscles), *ATLAS.channel_ids]

degrees = st.floats(0, 1)
sides = st.sampled_from(["left", "right", None])


def lesions(degree=degrees):
    """Any lesion, with degrees drawn as told."""
    return st.one_of(
        st.builds(
            lambda where, degree, side: Palsy(where[0], degree, branch=where[1], side=side),
            st.sampled_from(BRANCHES),
            degree,
            sides,
        ),
        st.builds(CentralPalsy, degree, side=sides),
        st.builds(Synkinesis, degree, pattern=st.sampled_from(["", *PATTERNS]), side=sides),
        st.builds(Parkinson, degree),
        st.builds(
            Botulinum,
            st.sampled_from(MUSCLES),
            degree,
            days=st.one_of(st.none(), st.floats(0, 400)),
            side=sides,
        ),
    )


@st.composite
def clips(draw, *, gaps=True):
    """A short clip of busy faces, drawn from a seed, with holes where something was not seen."""
    count = draw(st.integers(1, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    time = np.cumsum(random.uniform(0.004, 0.1, count))
    shape = (count, len(ATLAS.channel_ids), 2)
    activation = random.uniform(0, 1, shape) * (random.uniform(0, 1, shape) < 0.6)
    if gaps and draw(st.booleans()):
        activation[random.uniform(0, 1, shape) < 0.1] = np.nan
    extra = {}
    if draw(st.booleans()):
        extra["gaze"] = random.uniform(-0.5, 0.5, (count, 2, 2))
    if draw(st.booleans()):
        extra["jaw"] = random.uniform(0, 0.5, (count, 3))
    return new_clip(time, activation, source="drawn", **extra)
