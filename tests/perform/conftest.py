"""Scenes and strokes for the tests of single layers."""

from collections.abc import Callable
from itertools import takewhile
from typing import Any

import pytest

from risorius.perform import Beat, Context, Layer, Persona, Scene, Stroke


def _scene_of(
    beats: list[dict[str, Any]] | None = None,
    *,
    persona: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    **fields: Any,
) -> Scene:
    made = tuple(Beat(index=index, **beat) for index, beat in enumerate(beats or []))
    return Scene(
        persona=Persona(**(persona or {})),
        context=Context(**(context or {})),
        beats=tuple(sorted(made, key=lambda beat: beat.start)),
        **fields,
    )


def _collect(layer: Layer, scene: Scene, seed: int = 0, until: float = 60.0) -> list[Stroke]:
    import dataclasses

    seeded = dataclasses.replace(scene, seed=seed)
    strokes = list(
        takewhile(lambda s: s.start < until, layer.strokes(seeded, seeded.rng(layer.name)))
    )
    starts = [stroke.start for stroke in strokes]
    assert starts == sorted(starts), f"{layer.name} does not yield strokes in order of start"
    return strokes


@pytest.fixture(scope="session")
def scene_of() -> Callable[..., Scene]:
    """A scene from plain words: ``scene_of([dict(kind="feel", what="joy", start=0, end=2)])``."""
    return _scene_of


@pytest.fixture(scope="session")
def collect() -> Callable[..., list[Stroke]]:
    """All strokes of one layer: ``collect(layer, scene, seed=3, until=60.0)``."""
    return _collect
