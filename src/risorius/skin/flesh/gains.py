"""How hard each muscle must pull to bring about its published travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.skin.flesh.fibres import strand_rows
from risorius.skin.tables import named_point

if TYPE_CHECKING:
    from risorius.head import Head
    from risorius.skin.flesh.solve import Flesh, Settled

__all__ = ["aim_of", "alone", "fit_tension", "near_site", "reach_of"]

Floats = NDArray[np.float64]


def aim_of(channel: str) -> float:
    """Return how far a channel carries its site at activation 1 on a grown face [mm]."""
    row = _row(channel)
    if "mm" in row:
        return float(row["mm"] * row.get("share", 1.0))
    atlas = load_atlas()
    muscle = atlas.muscle(atlas.channel(channel).muscle)
    return float(muscle.rest_length.value * muscle.max_shortening.value)


def alone(flesh: Flesh, channel: str) -> Floats:
    """Return the activation (channel, side) of one channel at work, on the left if it has sides."""
    drive = np.zeros((len(flesh.channels), 2))
    drive[flesh.channels.index(channel), : 1 + bool(_row(channel).get("both"))] = 1.0
    return drive


def reach_of(flesh: Flesh, channel: str, settled: Settled) -> float:
    """Return how far the site of a channel of the left side went [mm]."""
    head, row = flesh.head, _row(channel)
    skin = head.topology.parts["skin"]
    way = (settled.shape - head.vertices)[skin]
    if row.get("push") == 1:
        return float(np.linalg.norm(way, axis=1).max())
    if row.get("at", "insertion") == "insertion":
        return float(
            np.linalg.norm(
                flesh.strands.ends(flesh.channels.index(channel) * 2)
                @ (settled.nodes - flesh.columns.nodes)
            )
        )
    near = near_site(head, row["at"])
    gone = near @ way
    # The travel of a ring that works on both sides is what the mouth loses of its width.
    return float(
        abs(gone[0]) if row.get("both") and row["at"] == "mouth_corner" else np.linalg.norm(gone)
    )


def near_site(head: Head, site: str, side: str = "left") -> Floats:
    """Return weights (n_skin,), summing to 1, of the skin within two millimetres of a site."""
    skin = head.vertices[head.topology.parts["skin"]]
    near = np.exp(-((skin - named_point(head, site, side)) ** 2).sum(axis=1) / (2 * 2.0**2))
    return np.asarray(near / near.sum())


def fit_tension(flesh: Flesh, channel: str, *, guess: float, rounds: int = 5) -> float:
    """Return the tension [mN] at which a channel reaches its aim.

    Parameters
    ----------
    flesh : Flesh
    channel : str
    guess : float [mN]
        Where to begin.
    rounds : int
        Greatest number of solves.
    """
    drive, aim, gain, start = alone(flesh, channel), aim_of(channel), guess, None
    tried = [(0.0, 0.0)]
    for _ in range(rounds):
        start = flesh.with_tension({channel: gain}).settle(drive, start=start, iterations=40)
        tried.append((gain, reach_of(flesh, channel, start)))
        if abs(tried[-1][1] - aim) < 0.02 * aim:
            break
        below = max((t for t in tried if t[1] < aim), key=lambda t: t[1])
        above = [t for t in tried if t[1] >= aim]
        if above:
            high = min(above, key=lambda t: t[1])
            share = (aim - below[1]) / (high[1] - below[1])
            gain = below[0] + share * (high[0] - below[0])
        else:
            gain = below[0] * min(1.1 * aim / below[1], 2.0) if below[0] else 2 * gain
    return min(tried[1:], key=lambda t: abs(t[1] - aim))[0]


def _row(channel: str) -> dict[str, Any]:
    return strand_rows().get(channel, {"channel": channel})
