"""Contact: lips, lids, teeth and eyes keep out of each other, in the tissue and in the rig."""

from __future__ import annotations

from risorius.skin.contact.bodies import Bodies, Pose, make_bodies, rigid_pose
from risorius.skin.contact.guards import Guard, Roots
from risorius.skin.contact.meet import Contact, make_contact
from risorius.skin.contact.pairs import LidPairs, LipPairs, Slit

__all__ = [
    "Bodies",
    "Contact",
    "Guard",
    "LidPairs",
    "LipPairs",
    "Pose",
    "Roots",
    "Slit",
    "make_bodies",
    "make_contact",
    "rigid_pose",
]
