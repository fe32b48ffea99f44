"""The plan of the breath: when air goes in, stands still and goes out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import exp, inf

import numpy as np

from risorius.perform.layers.pattern import arousal
from risorius.perform.quantity import chosen, draw, published, span
from risorius.perform.scene import Beat, Phrase, Scene
from risorius.perform.table import load_table

__all__ = ["Breath", "plan_breath", "tidal"]

_WAYS = ("calm", "deep", "shallow", "quick")
# Who goes first where two breaths want the same time.
_RANK = ("feeling", "swallow", "speech", "breathe", "hold_breath")

# Moments that differ by less than this are the same moment [s].
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Breath:
    """One breath.

    Attributes
    ----------
    start : float [s]
    inhale, held, exhale, rest : float [s]
        How long air goes in, stands still, goes out and is out.
    depth, floor : float [1]
        What is reached by the inhale and by the exhale; 1 is a full inhale.
    kind : str
        ``rest``, ``calm``, ``deep``, ``shallow``, ``quick``, ``speech``, ``sigh``, ``gasp``,
        ``in``, ``out``, ``held`` or ``swallow``.
    effort : float [1]
        With which it is held.
    """

    start: float
    inhale: float
    held: float
    exhale: float
    rest: float
    depth: float
    kind: str
    floor: float = 0.0
    effort: float = 0.0

    @property
    def length(self) -> float:
        """From start to end [s]."""
        return self.inhale + self.held + self.exhale + self.rest

    @property
    def end(self) -> float:
        """When the next one may begin [s]."""
        return self.start + self.length


def tidal() -> float:
    """Return the depth of a usual breath [1].

    Examples
    --------
    >>> round(tidal(), 2)
    0.14
    """
    return published("breath.tidal").value / chosen("breath", "full_inhale").value


def plan_breath(scene: Scene) -> Iterator[Breath]:
    """Yield all breaths of a scene in order, without a gap.

    What the score asks for and what is said have their time; the breaths between them are free,
    and the last one before them is fitted. Where two want the same time, a held breath goes before
    a single one, that before speech, that before a swallow and that before what a feeling does.

    Examples
    --------
    >>> sigh = Beat(kind="breathe", what="sigh", start=6.0, end=12.0)
    >>> plan = list(plan_breath(Scene(beats=(sigh,), duration=30.0)))
    >>> [round(breath.length, 1) for breath in plan if breath.kind == "sigh"]
    [6.0]
    """
    rng = scene.rng("breath.plan")
    appointed = _settled(_appointments(scene))
    free = _Free(scene, rng)
    shortest, longest = load_table("breath")["fit"]["range"]
    time, debt, last = scene.start, 0.0, None
    for wanted in (*(one for one in appointed if one.end > scene.start), None):
        until = inf if wanted is None else wanted.start
        while time < min(until, scene.duration):
            breath = free.breath(time, debt, first=last is None)
            room = until - breath.start
            if room < shortest * breath.length:
                # The breath before waits, or the scene begins with none.
                waits = last or Breath(time, 0.0, 0.0, 0.0, 0.0, 0.0, "rest")
                last = replace(waits, rest=waits.rest + until - time)
                break
            if room < longest * breath.length:
                breath = _stretched(breath, room / breath.length)
            if last is not None:
                yield last
            last, time = breath, breath.end
            debt *= chosen("breath", "held.repaid").value
        if wanted is None or wanted.start >= scene.duration:
            break
        if last is not None:
            yield last
        last, time = wanted, wanted.end
        if wanted.kind == "held":
            debt = (wanted.held + wanted.rest) / chosen("breath", "held.debt").value
    if last is not None:
        yield last


class _Free:
    """Breaths that nobody asked for."""

    def __init__(self, scene: Scene, rng: np.random.Generator) -> None:
        self._scene, self._rng = scene, rng
        self._ways = [beat for beat in scene.of("breathe") if beat.what in _WAYS]
        # Some people breathe faster than others, and do so all their life.
        person = replace(scene, turn=0).rng("breath.person")
        usual = published("breath.rate_rest")
        people = chosen("breath", "people").value
        self._pace = usual.value * (draw(person, usual) / usual.value) ** people
        # A scene begins somewhere between two sighs.
        self._sigh, self._swallow = (
            scene.start + rng.random() * self._until(name, more=1) for name in ("sigh", "swallow")
        )

    def _until(self, name: str, more: int = 0) -> float:
        """Draw the time to the next sigh or swallow; `more` for the one that we are amid."""
        rate = {"sigh": "breath.sigh.rate", "swallow": "swallow.rate_awake"}[name]
        regular = chosen("breath", f"{name}.regularity").value
        every = 1.0 / published(rate).value
        return float(self._rng.gamma(regular + more, every / regular))

    def breath(self, time: float, debt: float, *, first: bool) -> Breath:
        """Return the next free breath at a time [s]."""
        rng, scene = self._rng, self._scene
        way = next((beat for beat in self._ways if beat.start <= time < beat.end), None)
        spread = chosen("breath", "spread").value
        longer, deeper = (
            exp(spread * float(np.clip(rng.standard_normal(), -2, 2))) for _ in range(2)
        )
        if way is None and scene.context.speaks == "self" and not scene.phrases:
            kind, inhale, out, depth = "speech", *_spoken(rng, None)
        else:
            kind, inhale, out, depth = "rest", *self._quiet(time, longer)
            if way is not None:
                kind = way.what
                dials = load_table("breath")["ways"][kind]
                slower, more = (_scaled(dials[dial], way) for dial in ("length", "depth"))
                inhale, out, depth = inhale * slower, out * slower, depth * more
            elif time >= self._swallow and not first and not scene.active("chew", time):
                self._swallow = time + self._until("swallow")
                length = draw(rng, published("swallow.duration"))
                return Breath(time, 0.0, 0.0, 0.0, length, 0.0, "swallow")
            elif time >= self._sigh:
                self._sigh = time + self._until("sigh")
                return _sigh(time, draw(rng, published("breath.sigh.duration")), 1.0, rng)
        inhale, out, depth = inhale / (1 + debt / 2), out / (1 + debt / 2), depth * (1 + debt)
        rest = 0.0 if kind == "speech" else out * draw(rng, chosen("breath", "pause"))
        breath = Breath(time, inhale, 0.0, out - rest, rest, min(depth * deeper, 1.0), kind)
        if not first:
            return breath
        if scene.turn == 0:
            return replace(breath, start=time - rng.random() * breath.length)
        # A live scene that goes on after a new intent first lets go of the air it has.
        left = breath.exhale * rng.uniform(*load_table("breath")["left"]["range"])
        return replace(breath, inhale=0.0, exhale=left, rest=0.0)

    def _quiet(self, time: float, longer: float) -> tuple[float, float, float]:
        calm = published("breath.rate_rest")
        wild = chosen("breath", "wild.rate").value
        level = arousal(self._scene, time)
        idle = load_table("emotion")["arousal"]["idle"]["typ"]
        usual, marks = self._pace, (0.0, idle, 1.0)
        calmest, _ = span(calm)
        rate = np.interp(level, marks, (usual * calmest / calm.value, usual, wild))
        depth = np.interp(level, marks, (1.0, 1.0, chosen("breath", "wild.depth").value))
        length = longer / float(rate)
        inhale = length * draw(self._rng, published("breath.timing.inhale_share"))
        return inhale, length - inhale, float(depth) * tidal()


def _appointments(scene: Scene) -> Iterator[tuple[int, Breath]]:
    """Yield the breaths that something in the scene asks for, with their rank."""
    for beat in scene.beats:
        rng = scene.rng("breath.plan", beat)
        if beat.kind == "hold_breath":
            yield _RANK.index(beat.kind), _held(beat, rng)
        elif beat.kind == "breathe" and beat.what not in _WAYS:
            yield _RANK.index(beat.kind), _single(beat.what, beat.start, beat.length, beat, rng)
        elif beat.kind == "swallow":
            still = Breath(beat.start, 0.0, 0.0, 0.0, beat.length, 0.0, "swallow")
            yield _RANK.index(beat.kind), still
        elif beat.kind == "feel":
            entry = load_table("breath")["feelings"].get(beat.what)
            start = beat.start + chosen("breath", "feelings.delay").value
            if entry and rng.random() < entry["chance"] * beat.strength:
                length = {
                    "sigh": published("breath.sigh.duration").value,
                    "gasp": chosen("score", "lengths.gasp").value,
                }.get(entry["breath"], published("breath.timing.inhale").value)
                yield _RANK.index("feeling"), _single(entry["breath"], start, length, beat, rng)
    yield from ((_RANK.index("speech"), breath) for breath in _before_phrases(scene))


def _before_phrases(scene: Scene) -> Iterator[Breath]:
    """Yield a breath for each run of phrases between which there is no time for another."""
    shortest, _ = span(published("breath.speech.inhale"))
    runs: list[list[Phrase]] = []
    for phrase in scene.phrases:
        if runs and phrase.start - runs[-1][-1].end < shortest:
            runs[-1].append(phrase)
        else:
            runs.append([phrase])
    beats = {beat.index: beat for beat in scene.of("say")}
    before = -inf
    for run in runs:
        beat = beats.get(run[0].beat)
        # What hangs on a beat stays the same in a live scene that starts anew.
        rng = scene.rng(f"breath.speech.{len(run)}", beat)
        start, end = run[0].start, run[-1].end
        inhale, _, depth = _spoken(rng, end - start)
        ready = draw(rng, chosen("breath", "speech.ready"))
        room = start - max(before, 0.0 if scene.turn == 0 else scene.start)
        if start < scene.start:
            room = inf
        ready = min(ready, max(room, 0.0) / 4)
        inhale = min(inhale, max(room - ready, 0.0))
        yield Breath(start - ready - inhale, inhale, ready, end - start, 0.0, depth, "speech")
        before = end


def _spoken(rng: np.random.Generator, length: float | None) -> tuple[float, float, float]:
    """Return inhale, exhale [s] and depth [1] of a breath with which one speaks."""
    inhale = draw(rng, published("breath.speech.inhale"))
    if length is None:
        length = draw(rng, published("breath.speech.exhale"))
    base, grows, most = (
        chosen("breath", f"speech.{name}").value for name in ("depth", "per_second", "most")
    )
    return inhale, length, tidal() * min(base + grows * length, most)


def _single(what: str, start: float, length: float, beat: Beat, rng: np.random.Generator) -> Breath:
    exhale = draw(rng, published("breath.timing.exhale"))
    if what == "sigh":
        return _sigh(start, length, _strong(beat), rng)
    if what == "gasp":
        inhale = length * chosen("breath", "gasp.inhale").value
        depth = min(chosen("breath", "gasp.depth").value * _strong(beat), 1.0)
        out = chosen("breath", "gasp.exhale").value
        return Breath(start, inhale, length - inhale, out, 0.0, depth, what)
    deep = min(tidal() * load_table("breath")["ways"]["deep"]["depth"] * _strong(beat), 1.0)
    if what == "out":
        inhale = draw(rng, published("breath.speech.inhale"))
        return Breath(max(start - inhale, 0.0), min(inhale, start), 0.0, length, 0.0, deep, what)
    return Breath(start, length, 0.0, exhale, 0.0, deep, what)


def _sigh(start: float, length: float, strong: float, rng: np.random.Generator) -> Breath:
    volume = draw(rng, published("breath.sigh.volume_in_tidal")) * strong
    inhale = length * chosen("breath", "sigh.inhale_share").value
    return Breath(start, inhale, 0.0, length - inhale, 0.0, min(volume * tidal(), 1.0), "sigh")


def _held(beat: Beat, rng: np.random.Generator) -> Breath:
    turn = min(draw(rng, chosen("breath", "held.inhale")), beat.length / 3)
    depth = tidal() * load_table("breath")["held"]["depth"][beat.what]
    if beat.what == "out":
        still = beat.length - turn
        return Breath(beat.start, 0.0, 0.0, turn, still, depth, "held", effort=beat.strength)
    out = draw(rng, chosen("breath", "held.exhale"))
    return Breath(
        beat.start, turn, beat.length - turn, out, 0.0, depth, "held", effort=beat.strength
    )


def _settled(wanted: Iterable[tuple[int, Breath]]) -> list[Breath]:
    """Return breaths of which no two overlap: the later cuts the earlier one's exhale short."""
    kept: list[tuple[int, Breath]] = []
    spoken: list[tuple[float, float]] = []
    for rank, breath in sorted(wanted, key=lambda pair: pair[1].start):
        if breath.kind == "speech":
            spoken.append((_out(breath), breath.end))
        elif rank < _RANK.index("speech") and any(
            begin < _out(breath) and breath.start < end for begin, end in spoken
        ):
            # Speech goes on even where its own breath had to give way.
            continue
        while kept and kept[-1][1].end > breath.start:
            before, other = kept[-1]
            mine = before <= rank
            if breath.start >= _out(other) and (mine or other.kind not in ("held", "speech")):
                kept[-1] = before, _cut(other, breath.start)
                break
            if not mine:
                breath = _late(breath, other.end)
                if breath.kind == "speech" and breath.start < other.end and other.depth > 0.0:
                    # What is said is said with the air that the other one has taken in.
                    exhale = max(breath.end - _out(other), other.exhale)
                    kept[-1] = before, replace(other, exhale=exhale, rest=0.0)
                break
            kept.pop()
        if not kept or kept[-1][1].end <= breath.start:
            kept.append((rank, breath))
    return _spoken_through([breath for _, breath in kept], spoken)


def _spoken_through(kept: list[Breath], spoken: list[tuple[float, float]]) -> list[Breath]:
    """Return the breaths with stillness where one speaks whose own breath had to give way."""
    still: list[Breath] = []
    for start, end in spoken:
        place = max(bisect_left(kept, start, key=lambda breath: breath.start) - 1, 0)
        for breath in (*kept[place:], None):
            until = end if breath is None else min(breath.start, end)
            if until - start > _SAME:
                still.append(Breath(start, 0.0, 0.0, 0.0, until - start, 0.0, "speech"))
            if breath is None or breath.start >= end:
                break
            start = max(start, breath.end)
    return sorted([*kept, *still], key=lambda breath: breath.start)


def _out(breath: Breath) -> float:
    """Return when air begins to go out [s]."""
    return breath.start + breath.inhale + breath.held


def _late(breath: Breath, start: float) -> Breath:
    """Return a breath before speech that begins later and is quicker, if there is time for it."""
    inhale = breath.start + breath.inhale - start
    if breath.kind != "speech" or inhale < span(published("breath.speech.inhale"))[0] / 2:
        return breath
    return replace(breath, start=start, inhale=inhale)


def _cut(breath: Breath, end: float) -> Breath:
    """Return the breath with an exhale that is over when the next begins."""
    left = max(end - _out(breath), 0.0)
    exhale = min(breath.exhale, left)
    rest = left - exhale
    least = chosen("breath", "least_exhale").value * breath.exhale
    floor = breath.depth * (1.0 - exhale / least) if exhale < least else 0.0
    return replace(breath, exhale=exhale, rest=rest, floor=floor)


def _stretched(breath: Breath, by: float) -> Breath:
    return replace(
        breath,
        inhale=breath.inhale * by,
        held=breath.held * by,
        exhale=breath.exhale * by,
        rest=breath.rest * by,
    )


def _strong(beat: Beat) -> float:
    """Return the strength of a beat over the usual one."""
    return beat.strength / chosen("score", "strength").value


def _scaled(dial: float, beat: Beat) -> float:
    """Return a factor as a beat of this strength means it; at none it is 1."""
    return float(dial ** _strong(beat))
