from __future__ import annotations

import pytest

from risorius.face import load_face


@pytest.fixture(scope="session")
def face():
    return load_face()


@pytest.fixture(scope="session")
def rig(face):
    return face.rig
