"""What holds for every score, seed and process, each law as a figure."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from risorius.bench.perform import SCENE
from risorius.bench.perform.figures import record
from risorius.bench.record import Record

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = ["apexes", "fingerprint", "records"]

_PARTS = ("activation", "gaze", "head_pose", "breath")
_SEEDS = 10_000

_SHORT = """\
duration: 2
beats:
- {at: 0.0, feel: joy, strength: 1.0, for: 1.5}
- {at: 0.2, micro: contempt, ms: 200}
- {at: 0.3, say: "So glad."}
- {at: 1.0, blink: double}
"""
_BYTES = """
from risorius.bench.perform import SCENE
from risorius.bench.perform.laws import fingerprint
from risorius.perform import perform_score
print(fingerprint(perform_score(SCENE, seed=7)))
"""


def records() -> Iterator[Record]:
    """Yield the laws of performing."""
    yield record("processes of two that differ in a byte", _differing(), "1", "<= 0")
    yield record("seeds of 10,000 with an invalid value", _invalid(), "1", "<= 0")
    mirrored = "of what a mirrored person does, from the mirror image"
    yield record(f"largest departure {mirrored}", _unlike_the_mirror(), "1", "<= 0")
    touched = "moved by others alone"
    yield record(f"values that change, {touched}, as a layer goes off", _touched(), "1", "<= 0")
    for rate in (24, 30, 60, 120):
        least = 100 * float(apexes(rate).min())
        yield record(f"apex of a blink at {rate} Hz, least", least, "%", ">= 95", "of 480 Hz")


def fingerprint(clip: Clip) -> str:
    """Return a number that changes with any bit of a clip."""
    digest = hashlib.sha256()
    for name in sorted(map(str, clip.variables)):
        digest.update(name.encode())
        values = clip[name].values
        digest.update(
            values.tobytes() if values.dtype.kind == "f" else repr(values.tolist()).encode()
        )
    return digest.hexdigest()


def _differing() -> float:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", _BYTES], check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    }
    return float(len(hashes) - 1)


def _invalid() -> float:
    from risorius.perform import perform_score, scene_of

    scene = scene_of(_SHORT)
    wrong = 0
    for seed in range(_SEEDS):
        clip = perform_score(scene, seed=seed, rate=30)
        fine = all(np.isfinite(clip[name].values).all() for name in ("gaze", "head_pose", "breath"))
        muscles = clip["activation"].values
        # Written so that a NaN is wrong as well.
        wrong += not (fine and muscles.min() >= 0.0 and muscles.max() <= 1.0)
    return float(wrong)


def apexes(rate: float, *, seconds: int = 120) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how much of each blink's apex is left at a frame rate, against 480 Hz, (blink,) [1].

    Examples
    --------
    >>> bool((apexes(30, seconds=10) > 0.9).all())
    True
    """
    from risorius.clip import clip_events
    from risorius.perform import SWITCHES, perform_score

    score = f"{{duration: {seconds}, persona: {{blink: often}}}}"
    off = [name for name in SWITCHES if name not in ("blink", "gaze", "body")]
    fine, shown = (perform_score(score, seed=4, rate=each, off=off) for each in (480.0, rate))
    found = []
    for event in clip_events(shown):
        if event.kind == "blink":
            near = slice(event.start - 0.05, event.end + 0.1)
            lid = (
                clip["activation"].sel(muscle="orbicularis_oculi.pretarsalis", time=near)
                for clip in (shown, fine)
            )
            one, all_of_it = (float(each.max()) for each in lid)
            found.append(one / all_of_it)
    return np.array(found)


def _unlike_the_mirror() -> float:
    from risorius.clip import mirror_clip
    from risorius.perform import load_score, perform_score

    score = load_score(SCENE)
    mirrored = perform_score(score.mirrored(), seed=7)
    image = mirror_clip(perform_score(score, seed=7))
    return float(max(np.abs(mirrored[name].values - image[name].values).max() for name in _PARTS))


def _touched() -> float:
    """Return how many values change that the layer which goes off has no hand in."""
    from risorius.perform import LAYERS, TARGETS, perform_score, scene_of

    scene = scene_of(SCENE, seed=7)
    full = _muscles(perform_score(scene, seed=7))
    # Eyes are turned by where the head is.
    eyes = {place for name in _RECTI for place in TARGETS.both(name)}
    changed = 0
    for layer in LAYERS:
        moved = {
            p for wave in layer.waves(scene, scene.rng(f"{layer.name}.waves")) for p in wave.target
        }
        for stroke in layer.strokes(scene, scene.rng(layer.name)):
            moved.update(stroke.target)
        others = sorted(set(range(TARGETS.muscles)) - moved - eyes)
        less = _muscles(perform_score(scene, seed=7, off=(layer.name,)))
        changed += int((full[:, others] != less[:, others]).sum())
    return float(changed)


_RECTI = ("rectus_lateralis", "rectus_medialis", "rectus_superior", "rectus_inferior")


def _muscles(clip: Clip) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    values = clip["activation"].values
    return np.asarray(values.reshape(len(values), -1))
