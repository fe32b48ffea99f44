"""Edge loops of a quad mesh: how the neck rim, the lids and the lips are found on the base mesh."""

from __future__ import annotations

from collections import defaultdict, deque

import numpy as np


class QuadGraph:
    """Neighbours of a quad mesh, for walking along its edges.

    Parameters
    ----------
    quads : (n, 4) int
    """

    def __init__(self, quads: np.ndarray) -> None:
        self.quads = quads
        self.neighbours: dict[int, set[int]] = defaultdict(set)
        self.faces_of: dict[frozenset[int], list[int]] = defaultdict(list)
        for number, quad in enumerate(quads.tolist()):
            for a, b in zip(quad, [*quad[1:], quad[0]], strict=True):
                self.neighbours[a].add(b)
                self.neighbours[b].add(a)
                self.faces_of[frozenset((a, b))].append(number)

    def walk(self, start: int, toward: int) -> list[int]:
        """Follow edges straight on through four-edged vertices until the loop closes or ends."""
        path = [start, toward]
        while True:
            onward = self._straight_on(path[-2], path[-1])
            if onward is None or onward == start:
                return path
            path.append(onward)

    def flood(self, seed: int, barrier: list[int]) -> np.ndarray:
        """Faces reached from face `seed` without crossing the closed vertex loop `barrier`."""
        pairs = zip(barrier, [*barrier[1:], barrier[0]], strict=True)
        walls = {frozenset(pair) for pair in pairs}
        reached, queue = {seed}, deque([seed])
        while queue:
            quad = self.quads[queue.popleft()].tolist()
            for a, b in zip(quad, [*quad[1:], quad[0]], strict=True):
                edge = frozenset((a, b))
                for face in self.faces_of[edge]:
                    if edge not in walls and face not in reached:
                        reached.add(face)
                        queue.append(face)
        return np.array(sorted(reached))

    def rings(self, inner: list[int], outer: list[int], *, inward: int, outward: int) -> np.ndarray:
        """Concentric rings as rows (inward + 2 + outward, k), columns running straight across them.

        `inner` and `outer` are two neighbouring closed loops; `inward` and `outward` say how many
        rings to add on either side.
        """
        columns = []
        members = set(outer)
        for vertex in inner:
            (across,) = [other for other in self.neighbours[vertex] if other in members]
            back = self.walk(across, vertex)[2 : 2 + inward]
            onward = self.walk(vertex, across)[2 : 2 + outward]
            columns.append([*reversed(back), vertex, across, *onward])
        return np.array(columns).T

    def _straight_on(self, before: int, here: int) -> int | None:
        if len(self.neighbours[here]) != 4:
            return None
        beside = set(self.faces_of[frozenset((before, here))])
        for onward in self.neighbours[here]:
            if onward != before and not beside & set(self.faces_of[frozenset((here, onward))]):
                return onward
        return None
