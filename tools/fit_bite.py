"""Search for the drive of f and v: ``must.bite`` of perform/data/speech.yaml.

    python tools/fit_bite.py [--rounds 400] [--seed 0]

Run it after the rig was baked again: how lips and teeth meet is a matter of tenths of a millimetre.
It starts from the table, says f and v beside all kinds of sounds and on several feelings, and
prints the least drive that brings the lower lip to the edge of the upper teeth and moves the
corners of the mouth little. Nothing is written: look at it first.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from risorius.bench.perform.speech import BITES, FEELINGS, front_edge, lower_lip, moments, say
from risorius.cli.progress import bar
from risorius.face import Face, load_face
from risorius.perform.table import load_table
from risorius.skin import jaw_from_activation

Floats = NDArray[np.float64]

NEAR = 0.7
"""Nearer than this [mm] nothing is gained."""
DRIVE, CORNER = 0.1, 0.06
"""What a unit of drive, squared, and a way of a corner [mm] cost in mm of the worst distance."""


def main() -> None:
    """Search and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=400, help="tries")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    face, table = load_face(), load_table("speech")["must"]["bite"]["drive"]
    channels = [face.rig.channels.index(name) for name in table]
    amounts = np.array(list(table.values()), dtype=float)
    frames = spoken(channels)
    # What the muscles' body makes of the drive stays as it is.
    reached = frames[:, channels] / amounts[:, None]
    rng = np.random.default_rng(options.seed)
    best, step = cost(face, frames, channels, amounts, reached), 0.15
    start = distances(face, frames, channels, amounts, reached)[0].max()
    with bar("searching") as progress:
        for number in range(options.rounds):
            some = rng.random(len(amounts)) < 0.4
            tried = np.clip(amounts + some * rng.normal(0.0, step, len(amounts)), 0.02, 1.0)
            found = cost(face, frames, channels, tried, reached)
            better = found < best
            if better:
                best, amounts = found, tried
            step = float(np.clip(step * (1.25 if better else 0.96), 0.02, 0.3))
            progress((number + 1) / options.rounds)
    worst = distances(face, frames, channels, amounts, reached)[0].max()
    drive = ", ".join(f"{name}: {amount:.2f}" for name, amount in zip(table, amounts, strict=True))
    print(f"from {start:.2f} to {worst:.2f} mm at worst\n    drive: {{{drive}}}")


def spoken(channels: list[int]) -> Floats:
    """Return the activation (k, channel, side) at the apex of every f and v, on every feeling."""
    found = []
    for feeling in FEELINGS.values():
        said = say(", ".join(BITES.split()), drive=feeling)
        for sound in moments(said, ("F", "V")):
            strength = said.activation[sound, channels].sum(axis=(1, 2))
            found.append(said.activation[sound.start + int(strength.argmax())])
    return np.array(found, dtype=float)


def distances(
    face: Face, frames: Floats, channels: list[int], amounts: Floats, reached: Floats
) -> tuple[Floats, float]:
    """Return from lip to teeth in every frame [mm], and the mean way of the corners [mm]."""
    posed = frames.copy()
    posed[:, channels] = np.minimum(amounts[:, None] * reached, 1.0)
    jaw = jaw_from_activation(face.atlas, posed, max_open=face.rig.jaw.max_open)
    shapes = face.rig.deform(posed, jaw, np.zeros((len(posed), 2, 2)))
    edge = face.rig.rest[front_edge(face, "teeth_upper", -1.0)]
    apart = np.linalg.norm(shapes[:, lower_lip(face), None] - edge, axis=-1).min(axis=(1, 2))
    corners = face.head.topology.loops["mouth_corners"]
    quiet = len(frames) // len(FEELINGS)
    way = np.linalg.norm((shapes[:quiet] - face.rig.rest)[:, corners], axis=-1).mean()
    return apart, float(way)


def cost(
    face: Face, frames: Floats, channels: list[int], amounts: Floats, reached: Floats
) -> float:
    """Return how bad some amounts are [mm]."""
    apart, way = distances(face, frames, channels, amounts, reached)
    return float(max(apart.max(), NEAR) + DRIVE * (amounts**2).sum() + CORNER * way)


if __name__ == "__main__":
    main()
