"""From solved shapes to the few that a rig keeps.

Every cue gets a field of its own, most also one for its square. What muscles do together, beyond
the sum of each, is learnt for all pairs, and for the lips and the jaw that parts them also to the
third degree: lips roll late and turn back. It is one regularised least squares over all solves,
whose answer is then kept in a small set of shared shapes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from risorius.skin.shapes import Mixing

__all__ = ["Mirror", "fit_shapes"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

FAINTEST = 0.02
"""Displacements below this are not kept [mm]."""
TRIALS = (0.01, 0.015, 0.02, 0.03, 0.05, 0.1)
"""What is tried for how large a pair's term is expected to be against the reach that its cues have
in common [1]."""
NOISE = 0.1
"""Deviation that the fit need not follow [mm]."""
TRIPLE, TWICE = 0.4, 1.0
"""How large a triple's term is expected to be against a pair's [1]: of three cues, and of one that
counts twice."""
COMMON = 0.4
"""Cues whose common reach is less do not make a mixed term [mm]."""
WIDE = 10.0
"""How large a field of its own may be [mm]."""
MIXED = 1500
"""Mixed terms that are kept."""
SHARED = 96
"""Shared shapes that are kept."""
RANK = 420
"""Patterns in which all solves are written down before the fit."""


@dataclass(frozen=True, slots=True, eq=False)
class Mirror:
    """What left and right exchange.

    Attributes
    ----------
    cue : (d,) int
    sign : (d,) [1]
        -1 for cues that point to a side.
    vertex : (n,) int
    """

    cue: Ints
    sign: Floats
    vertex: Ints

    def cues(self, cues: Floats) -> Floats:
        """Return mirrored cues (t, d)."""
        return np.asarray((cues * self.sign)[:, self.cue])

    def shapes(self, shapes: NDArray[np.floating]) -> Floats:
        """Return mirrored displacements (t, n, 3)."""
        return np.asarray(shapes[:, self.vertex] * [-1.0, 1.0, 1.0])

    def terms(self, terms: NDArray[np.int16]) -> tuple[Ints, Floats]:
        """Return for each term (p, k) the one it becomes in the mirror (p,), and with what sign."""
        places = {tuple(sorted(term)): row for row, term in enumerate(terms.tolist())}
        held = np.where(terms >= 0, self.cue[terms], -1)
        partner = np.array([places.get(tuple(sorted(term)), -1) for term in held.tolist()])
        sign = np.where(terms >= 0, self.sign[terms], 1.0).prod(axis=1)
        return partner.astype(np.intp), sign


def fit_shapes(
    cues: Floats,
    moved: NDArray[np.floating],
    weight: Floats,
    *,
    reach: Floats,
    square: Ints,
    triple: Ints,
    mirror: Mirror | None,
) -> tuple[NDArray[np.float32], Mixing]:
    """Fit shapes and what calls for them.

    Parameters
    ----------
    cues : (t, d) [1]
    moved : (t, n, 3) [mm]
        Displacements in the carried frame.
    weight : (t,) [1]
        How much each solve counts.
    reach : (d, n) [mm]
        How far each cue alone moves each vertex; 0 everywhere for cues that do nothing.
    square : (k,) int
        Cues with a square field.
    triple : (k,) int
        Cues of which three at once may make a mixed term, one of them also twice or three times.
    mirror : Mirror or None
        For a head that equals its mirror image: every solve then counts for both sides.

    Returns
    -------
    shapes : (k + m, n, 3) float32 [mm]
        Own ones, then shared ones.
    mixing : Mixing
    """
    n = moved.shape[1]
    alive = np.flatnonzero(reach.max(axis=1) > FAINTEST)
    own = np.array(
        [(i, -1) for i in alive] + [(i, i) for i in np.intersect1d(square, alive)], np.int16
    ).reshape(-1, 2)
    mixed, expected = _mixed_terms(reach, alive, np.intersect1d(triple, alive))
    patterns, parity = _patterns(moved, mirror)
    amount = moved.reshape(len(moved), -1) @ patterns.T
    if mirror:
        # A pose that is its own mirror image would only be said twice.
        twice = np.abs(mirror.cues(cues) - cues).max(axis=1) > 1e-6
        cues = np.concatenate([cues, mirror.cues(cues[twice])])
        amount = np.concatenate([amount, amount[twice] * parity])
        weight = np.concatenate([weight, weight[twice]])
    own_terms = _own_terms(cues, own)
    mixed_terms = _mixed_values(cues, mixed) * expected
    # Own terms are free: their prior is wide.
    wide = WIDE**2 * (own_terms @ own_terms.T)
    pair = _chosen(wide, mixed_terms @ mixed_terms.T, amount, weight)
    change = _strength(mixed_terms, _answer(wide, mixed_terms, pair, amount, weight))
    if mirror:
        change = np.maximum(change, change[mirror.terms(mixed)[0]])
    # The terms that change most are fitted again alone. Partners change equally much, so that both
    # stay or go.
    best = change > np.sort(change)[max(len(change) - MIXED, 0)]
    mixed, expected, mixed_terms = mixed[best], pair * expected[best], pair * mixed_terms[:, best]
    answer = _answer(wide, mixed_terms, 1.0, amount, weight)
    fields = WIDE**2 * (own_terms.T @ answer)
    shared, share, side = _shared(mixed_terms, answer, parity)
    share *= expected[:, None]
    fields = (fields @ patterns).reshape(-1, n, 3)
    # Where a cue alone moves nothing, its own field is noise.
    fields[reach[own[:, 0]] < FAINTEST] = 0.0
    shared = (shared @ patterns).reshape(-1, n, 3)
    if mirror:
        # What is symmetric but for rounding is made so to the last bit.
        partner, sign = mirror.terms(own)
        fields = (fields + sign[:, None, None] * mirror.shapes(fields)[partner]) / 2
        shared = (shared + side[:, None, None] * mirror.shapes(shared)) / 2
        partner, sign = mirror.terms(mixed)
        share = (share + sign[:, None] * side * share[partner]) / 2
    dense = np.concatenate([fields, shared])
    dense[np.linalg.norm(dense, axis=2) < FAINTEST] = 0.0
    return dense.astype(np.float32), Mixing(own, mixed, share.astype(np.float32))


def _mixed_terms(reach: Floats, alive: Ints, triple: Ints) -> tuple[NDArray[np.int16], Floats]:
    """Return the terms (p, 3) and how large each is expected to be (p,) [mm]."""
    terms, sizes = [], []
    for place, i in enumerate(alive):
        others = alive[place + 1 :]
        common = np.minimum(reach[i], reach[others]).max(axis=1, initial=0.0)
        for j, size in zip(others[common > COMMON], common[common > COMMON], strict=True):
            terms.append((i, j, -1))
            sizes.append(size)
    for (_, i), (other, j) in combinations_with_replacement(enumerate(triple), 2):
        both = np.minimum(reach[i], reach[j])
        thirds = triple[other:]
        common = np.minimum(both, reach[thirds]).max(axis=1, initial=0.0)
        for k, size in zip(thirds[common > COMMON], common[common > COMMON], strict=True):
            terms.append((i, j, k))
            sizes.append((TRIPLE if i < j < k else TWICE) * size)
    return np.array(terms, np.int16).reshape(-1, 3), np.array(sizes)


def _own_terms(cues: Floats, own: NDArray[np.int16]) -> Floats:
    first, second = own.T
    return np.asarray(cues[:, first] * np.where(second < 0, 1.0, cues[:, second]))


def _mixed_values(cues: Floats, mixed: NDArray[np.int16]) -> Floats:
    first, second, third = mixed.T
    return np.asarray(cues[:, first] * cues[:, second] * np.where(third < 0, 1.0, cues[:, third]))


def _patterns(moved: NDArray[np.floating], mirror: Mirror | None) -> tuple[Floats, Floats]:
    """Return orthonormal displacements (r, 3 n) that span all, and +1 or -1 under the mirror."""
    if mirror is None:
        patterns = _span(moved.reshape(len(moved), -1), RANK)
        return patterns, np.ones(len(patterns))
    other = mirror.shapes(moved)
    both, parity = [], []
    for sign in (1.0, -1.0):
        patterns = _span(((moved + sign * other) / 2).reshape(len(moved), -1), RANK // 2)
        both.append(patterns)
        parity.append(np.full(len(patterns), sign))
    return np.concatenate(both), np.concatenate(parity)


def _span(rows: NDArray[np.floating], rank: int) -> Floats:
    """Return the strongest directions of rows, (r, columns), by a power iteration."""
    rank = min(rank, *rows.shape)
    rng = np.random.default_rng(0)
    basis = rows.T @ rng.standard_normal((len(rows), rank))
    for _ in range(2):
        basis = np.linalg.qr(basis)[0]
        basis = rows.T @ (rows @ basis)
    basis = np.linalg.qr(basis)[0]
    _, size, turn = np.linalg.svd(rows @ basis, full_matrices=False)
    return np.asarray((basis @ turn.T).T[size > 1e-6 * max(size[0], 1e-9)])


def _chosen(wide: Floats, mixed: Floats, amount: Floats, weight: Floats) -> float:
    """Return the trial with which solves that are left out are foretold best."""
    from scipy.linalg import cho_factor, cho_solve

    errors = []
    for pair in TRIALS:
        gram = wide + pair**2 * mixed
        gram[np.diag_indices_from(gram)] += NOISE**2 / weight
        inverse = cho_solve(cho_factor(gram, lower=True), np.eye(len(gram)))
        # What a solve would be off if it had not been there, without fitting again.
        off = (inverse @ amount) / np.diag(inverse)[:, None]
        errors.append(float(np.linalg.norm(off, axis=1).sum()))
    return TRIALS[int(np.argmin(errors))]


def _answer(wide: Floats, terms: Floats, pair: float, amount: Floats, weight: Floats) -> Floats:
    """Return the dual solution (t, r) of the fit."""
    from scipy.linalg import cho_factor, cho_solve

    gram = wide + pair**2 * (terms @ terms.T)
    gram[np.diag_indices_from(gram)] += NOISE**2 / weight
    return np.asarray(cho_solve(cho_factor(gram, lower=True), amount))


def _strength(terms: Floats, answer: Floats) -> Floats:
    """Return how much each term changes over the solves, (p,)."""
    return np.asarray(terms.std(axis=0) * np.linalg.norm(terms.T @ answer, axis=1))


def _shared(terms: Floats, answer: Floats, parity: Floats) -> tuple[Floats, Floats, Floats]:
    """Return shared shapes (m, r), how much of each the terms call for (p, m), and their parity."""
    share = terms.T @ answer
    mixed = terms @ share
    strongest = []
    for sign in np.unique(parity):
        mine = np.flatnonzero(parity == sign)
        _, size, turn = np.linalg.svd(mixed[:, mine], full_matrices=False)
        for row in range(len(size)):
            direction = np.zeros(len(parity))
            direction[mine] = turn[row]
            strongest.append((size[row], direction, sign))
    strongest.sort(key=lambda found: -found[0])
    kept = np.array([direction for _, direction, _ in strongest[:SHARED]])
    side = np.array([sign for _, _, sign in strongest[:SHARED]])
    kept = kept.reshape(-1, len(parity))
    share = share @ kept.T
    # A shared shape at 1 is as large as it gets.
    most = np.maximum(np.abs(terms @ share).max(axis=0), 1e-9)
    return kept * most[:, None], share / most, side
