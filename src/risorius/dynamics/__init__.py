"""From drive to activation: what reaches the muscles of a face, and what does not.

A lesion changes the drive of a clip (`apply_lesions`) and the tone of a face at rest
(`resting_tone`), never a shape: what palsy, synkinesis, Parkinson's disease or botulinum toxin look
like follows from the tissue. `parse_lesion` reads them as a user writes them.

Lesions are here for drawing, teaching and testing. They are no diagnosis, their numbers are rough,
and Risorius is not a medical device.
"""

from __future__ import annotations

from risorius.dynamics.apply import apply_lesions
from risorius.dynamics.body import Body, State, make_body
from risorius.dynamics.door import house_brackmann, parse_lesion
from risorius.dynamics.lesion import (
    Botulinum,
    CentralPalsy,
    Lesion,
    Palsy,
    Parkinson,
    Synkinesis,
    mirror_lesion,
)
from risorius.dynamics.weakness import botulinum_effect, resting_tone

__all__ = [
    "Body",
    "Botulinum",
    "CentralPalsy",
    "Lesion",
    "Palsy",
    "Parkinson",
    "State",
    "Synkinesis",
    "apply_lesions",
    "botulinum_effect",
    "house_brackmann",
    "make_body",
    "mirror_lesion",
    "parse_lesion",
    "resting_tone",
]
