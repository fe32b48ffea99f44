"""Feelings: sampled patterns that come, live for a while, and go."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, inf

import numpy as np

from risorius.anatomy import load_atlas
from risorius.anatomy.movement import Timing
from risorius.perform.culture import Accent, accents, total_strength
from risorius.perform.layers.control import escapes, hold_back
from risorius.perform.layers.order import in_turn
from risorius.perform.layers.pattern import Asked, Part, sample_pattern
from risorius.perform.layers.unit import Move, Uneven, half_of, to_strokes, turns_eyes, uneven
from risorius.perform.quantity import chosen, draw, published
from risorius.perform.scene import Beat, Phrase, Scene
from risorius.perform.stroke import Mark, Stroke
from risorius.perform.table import load_table
from risorius.perform.wave import Wave

__all__ = ["EmotionLayer"]


@dataclass(frozen=True, slots=True)
class EmotionLayer:
    """What is felt (`feel`) and what is shown on purpose (`express`).

    Both draw a pattern around the prototype and give each unit its own onset, apex and offset. The
    two pathways differ: what is felt comes unit after unit, waxes and wanes and leaves slowly; what
    is made on purpose comes at once, faster and larger, with one apex. Feelings that overlap add up
    muscle by muscle, antagonists too.
    """

    name: str = "emotion"

    def strokes(self, scene: Scene, rng: np.random.Generator) -> Iterator[Stroke]:
        """Yield the strokes of all feelings, in order of start."""
        return in_turn(
            scene.of("feel", "express"),
            lambda beat: _episode(scene, beat, scene.rng(self.name, beat)),
        )

    def waves(self, scene: Scene, rng: np.random.Generator) -> tuple[Wave, ...]:
        """Return none: nothing is felt all the time."""
        return ()


def _episode(scene: Scene, beat: Beat, rng: np.random.Generator) -> Iterator[Stroke]:
    felt = bool(beat.more.get("felt", beat.kind == "feel"))
    effort = float(beat.more.get("suppress", 0.0))
    moves = _moves(scene, beat, felt, rng)
    if not moves:
        return iter(())
    sides: dict[str, Uneven] = {}

    def strokes(some: Iterable[Move]) -> list[Stroke]:
        made: list[Stroke] = []
        for move in some:
            if move.unit not in sides:
                sides[move.unit] = uneven(scene.persona.asymmetry, rng)
            made += to_strokes(move, sides[move.unit])
        held = (replace(s, beat=beat.index) if s.hold == inf else s for s in made)
        return sorted(held, key=lambda stroke: stroke.start)

    # Gaze is not held back, nor does it wane.
    looks = list(_averted(scene, [move for move in moves if turns_eyes(move.unit)]))
    moves = [move for move in moves if not turns_eyes(move.unit)]
    shown = [*looks, *(hold_back(moves, effort, beat.end, rng) if effort else moves)]
    made = strokes([*shown, *_words_first(shown, scene.phrases)])
    if not made:
        return iter(())
    longest = max(range(len(made)), key=lambda place: made[place].end - made[place].start)
    made[longest] = replace(made[longest], event=Mark(beat.kind, beat.what))
    lively: Iterator[list[Move]] = iter(())
    if effort:
        lively = escapes(moves, effort, rng)
    elif felt:
        lively = _dips(moves, scene.phrases, rng)
    later = (stroke for some in lively for stroke in strokes(some))
    return heapq.merge(made, _told(scene, beat, made), later, key=lambda stroke: stroke.start)


def _averted(scene: Scene, looks: Iterable[Move]) -> Iterator[Move]:
    """Yield where a feeling turns the eyes, until the score itself turns them off a face."""
    for move in looks:
        told = (
            beat.start
            for beat in scene.of("look")
            if beat.what not in ("partner", "camera") and beat.end > move.start
        )
        length = min(move.end, min(told, default=inf)) - move.start
        if length > chosen("gaze", "fixation.shortest").value:
            yield replace(move, rise=0.0, hold=length, fall=0.0)


def _told(scene: Scene, beat: Beat, made: Sequence[Stroke]) -> list[Stroke]:
    """Return strokes of no size that write the accents at work into the events."""
    names = _blend(beat)
    told = {
        accent.fact: accent
        for name in names
        for accent in accents(scene.context, load_atlas().expression(name).id)
        if accent.changes
    }
    first = made[0]
    return [
        replace(first, amount=(0.0,) * len(first.target), event=Mark("accent", _label(accent)))
        for accent in told.values()
    ]


def _label(accent: Accent) -> str:
    return f"{accent.fact} (evidence {accent.evidence}, {'; '.join(accent.sources)})"


def _blend(beat: Beat) -> Mapping[str, float]:
    blend: Mapping[str, float] = beat.more.get("blend") or {beat.what: 1.0}
    return blend


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pace:
    """How long an episode takes to come and to go [s], and when its units begin."""

    onset: float
    offset: float
    order: Mapping[str, float]


def _moves(scene: Scene, beat: Beat, felt: bool, rng: np.random.Generator) -> list[Move]:
    """Return when and how much each unit of the episode moves."""
    parts: dict[str, Part] = {}
    paces: dict[str, _Pace] = {}
    first: Move | None = None
    wait = 0.0
    for word, share in _blend(beat).items():
        entry = load_atlas().expression(word)
        own = accents(scene.context, entry.id)
        chance: dict[str, float] = {}
        for accent in own:
            for unit, factor in accent.chance.items():
                chance[unit] = chance.get(unit, 1.0) * factor
        asked = Asked(
            strength=min(1.0, beat.strength * share),
            expressivity=scene.persona.expressivity,
            felt=felt,
            full=bool(beat.more.get("full", False)),
            side=beat.side,
            chance=chance,
            gain=total_strength(own),
        )
        pattern = sample_pattern(entry.id, asked, rng)
        if not pattern or entry.timing is None:
            continue
        pace = _pace(entry.id, entry.timing, own, beat.ease, felt, rng)
        for part in pattern:
            # Two feelings that ask for the same unit: the stronger one has it.
            if part.unit not in parts or parts[part.unit].amount < part.amount:
                parts[part.unit], paces[part.unit] = part, pace
        if felt and first is None:
            first, wait = _prelude(entry.id, asked.strength, beat, rng)
    if not parts:
        return []
    lags = _lags(parts, paces, felt, rng)
    length = beat.length - wait
    moves = [] if first is None else [first]
    for unit, part in parts.items():
        made = _timed(part, paces[unit], length - lags[unit], felt, rng)
        moves.append(replace(made, start=beat.start + wait + lags[unit]))
    if lags and (late := max(move.end for move in moves) - beat.end) > 1e-9:
        # Too short for all that should happen: everything is quicker.
        share = beat.length / (beat.length + late)
        moves = [_quicker(move, beat.start, share) for move in moves]
    return sorted(moves, key=lambda move: move.start)


def _quicker(move: Move, origin: float, share: float) -> Move:
    return replace(
        move,
        start=origin + share * (move.start - origin),
        rise=share * move.rise,
        hold=share * move.hold,
        fall=share * move.fall,
    )


def _pace(
    name: str,
    timing: Timing,
    own: Sequence[Accent],
    ease: float | None,
    felt: bool,
    rng: np.random.Generator,
) -> _Pace:
    onset = draw(rng, timing.onset.in_base_units())
    offset = draw(rng, timing.offset.in_base_units())
    if ease is not None:
        onset = ease
    order: dict[str, float] = {}
    if felt:
        # A quick onset has quick steps.
        stretch = onset / timing.onset.in_base_units().value
        known = load_table("emotion")["order"].get(name, {})
        order = {unit: float(lag) * stretch for unit, lag in known.items()}
    for accent in own:
        for unit, lead in accent.earlier.items():
            order[unit] = order.get(unit, 0.0) - lead
    return _Pace(onset=onset, offset=offset, order=order)


def _lags(
    parts: Mapping[str, Part], paces: Mapping[str, _Pace], felt: bool, rng: np.random.Generator
) -> dict[str, float]:
    """Return how long after the first of them each unit begins [s]."""
    jitter = chosen("emotion", "pathway.felt_lag" if felt else "pathway.posed_lag").value
    lags = {
        unit: paces[unit].order.get(unit, 0.0) + jitter * abs(float(rng.standard_normal()))
        for unit in parts
    }
    first = min(lags.values())
    return {unit: lag - first for unit, lag in lags.items()}


def _timed(part: Part, pace: _Pace, length: float, felt: bool, rng: np.random.Generator) -> Move:
    """Return one unit with its own onset, hold and offset, starting at 0."""
    spread = chosen("emotion", "pathway.onset_spread").value
    rise = pace.onset * exp(spread * float(rng.standard_normal()))
    fall = pace.offset * exp(spread * float(rng.standard_normal()))
    upper = half_of(part.unit) == "upper"
    if not felt:
        deliberate, spontaneous = (
            published(f"brow.onset.{way}").value for way in ("deliberate", "spontaneous")
        )
        slower = chosen("emotion", "pathway.posed_onset").value
        rise *= deliberate / spontaneous if upper else slower
        fall *= chosen("emotion", "pathway.posed_offset").value
    hold = length - rise - fall
    if hold < 0.0:
        share = max(length, 0.0) / (rise + fall)
        rise, fall, hold = rise * share, fall * share, 0.0
    elif felt:
        leave = chosen("emotion", "pathway.felt_leave").value * float(rng.random())
        hold -= min(leave, 0.5 * hold) if hold < inf else 0.0
    elif upper and hold < inf:
        hold *= chosen("emotion", "pathway.posed_hold_upper").value
    if part.unit == "AU45":
        closing, opening = (
            published(f"blink.kinematics.reflex.{word}") for word in ("closing", "opening")
        )
        rise, hold, fall = draw(rng, closing), 0.0, draw(rng, opening)
    floor = 1e-3
    return Move(
        unit=part.unit,
        side=part.side,
        amount=part.amount,
        start=0.0,
        rise=max(rise, floor),
        hold=hold,
        fall=max(fall, floor),
    )


def _prelude(
    name: str, strength: float, beat: Beat, rng: np.random.Generator
) -> tuple[Move | None, float]:
    """Return what comes before the feeling and dissolves in it, and how long the feeling waits."""
    known = load_table("emotion")["preludes"].get(name)
    if known is None or rng.random() >= known["chance"]:
        return None, 0.0
    spread = chosen("emotion", "strength.spread").value
    rise, fall, size = (
        known[word] * exp(spread * float(rng.standard_normal()))
        for word in ("rise", "fall", "amount")
    )
    if 3.0 * (rise + fall) > beat.length:
        return None, 0.0
    amount = min(1.0, size * min(1.0, strength / chosen("emotion", "strength.everyday").value))
    move = Move(unit=known["unit"], amount=amount, start=beat.start, rise=rise, hold=0.0, fall=fall)
    # The rest sets in as it lets go.
    return move, rise


def _dips(
    moves: Sequence[Move], phrases: Sequence[Phrase], rng: np.random.Generator
) -> Iterator[list[Move]]:
    """Yield how a feeling sinks a little and comes back, so that it has several apexes.

    All of it does, so that it stays the same feeling; only what gives way to words does not do so
    twice.
    """
    gap, dip, depth = (chosen("emotion", f"apexes.{word}") for word in ("gap", "dip", "depth"))
    spread = chosen("emotion", "strength.spread").value
    yielding = load_table("emotion")["speech"]["gives_way"]
    some = [move for move in moves if move.hold > 0.0]
    if not some:
        return
    busy = {
        move.unit
        for move in some
        if move.unit in yielding
        and any(phrase.start < move.end and move.start < phrase.end for phrase in phrases)
    }
    now = max(move.start + move.rise for move in some)
    until = min(move.end - move.fall for move in some)
    while True:
        now += draw(rng, gap)
        length = draw(rng, dip)
        late = 0.1 * length
        if now + length + late > until:
            return
        sink = draw(rng, depth)
        sunk = [
            Move(
                unit=move.unit,
                side=move.side,
                amount=-move.amount * min(1.0, sink * exp(spread * float(rng.standard_normal()))),
                start=now + late * float(rng.random()),
                rise=0.5 * length,
                hold=0.0,
                fall=0.5 * length,
            )
            for move in some
        ]
        # Words change nothing in what they leave alone.
        yield [move for move in sunk if move.unit not in busy]
        now += length + late


def _words_first(moves: Sequence[Move], phrases: Sequence[Phrase]) -> list[Move]:
    """Return how units that are in the way of words let go while somebody speaks."""
    yielding = load_table("emotion")["speech"]["gives_way"]
    lead, back = (chosen("emotion", f"speech.{word}").value for word in ("lead", "back"))
    made = []
    for move in moves:
        if move.unit not in yielding or move.amount <= 0.0:
            continue
        full, leaving = move.start + move.rise, move.end - move.fall
        for start, end in _spoken(phrases, lead + back):
            begin, finish = max(start - lead, full), min(end + back, leaving)
            if finish - begin < lead + back:
                continue
            made.append(
                replace(
                    move,
                    amount=-(1.0 - yielding[move.unit]) * move.amount,
                    start=begin,
                    rise=lead,
                    hold=finish - begin - lead - back,
                    fall=back,
                )
            )
    return made


def _spoken(phrases: Sequence[Phrase], gap: float) -> Iterator[tuple[float, float]]:
    """Yield from when to when there are words, pauses shorter than `gap` [s] included."""
    start, end = inf, -inf
    for phrase in phrases:
        if phrase.start - end > gap:
            if end > start:
                yield start, end
            start = phrase.start
        end = phrase.end
    if end > start:
        yield start, end
