"""BML 1.0 into a score: the part of it that a face can do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from risorius.anatomy import load_atlas
from risorius.errors import InputError, did_you_mean
from risorius.perform.score.beats import LOOKS
from risorius.perform.score.markup import Element
from risorius.perform.score.notation import Notation, Path, Spot
from risorius.perform.score.ssml import plain_name, speak_lines
from risorius.perform.score.words import expression_words
from risorius.perform.table import load_table

__all__ = ["bml_score"]

SYNC = re.compile(
    r"\s*(?:([^\s:+-][^\s:+]*):)?(?:([^\s:+]+):)?([A-Za-z_][\w-]*?)\s*(?:([+-])\s*([\d.]+))?\s*"
)
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*")
BEGINS = ("start", "ready", "strokeStart", "attackPeak", "stroke")
"""Sync points at or after the beginning, in order of time; a score knows the first."""
ENDS = ("end", "relax", "strokeEnd")
"""Sync points at or before the end; a score knows the first."""
DIRECTIONS = {
    "LEFT": (1, 0), "RIGHT": (-1, 0), "UP": (0, 1), "DOWN": (0, -1), "UPLEFT": (1, 1),
    "UPRIGHT": (-1, 1), "DOWNLEFT": (1, -1), "DOWNRIGHT": (-1, -1),
}  # fmt: skip
FACES = {"lexeme": "faceLexeme", "facs": "faceFacs"}
COMMON = {"id", *BEGINS, *ENDS, "overshoot"}


def bml_score(root: Element) -> Notation:
    """Return the data of a score that does what a BML block asks for.

    Raises
    ------
    InputError
        There is nothing in it that a face can do.
    """
    return _Bml().read(root)


class _Anchor(NamedTuple):
    """A time: of another beat, or of the block, and how much later."""

    point: str
    """``name.start``, ``name.end``, ``name.mark``; empty for the start of the block."""
    more: float


class _Bml:
    def __init__(self) -> None:
        self.beats: list[dict[str, Any]] = []
        self.spots: dict[Path, Spot] = {}
        self.own: tuple[str, ...] = ()
        self.notes: list[str] = []
        self.places: dict[str, dict[str, float]] = {}
        self.ids: dict[str, str] = {}
        self.waits: dict[str, tuple[_Anchor, float]] = {}

    def read(self, root: Element) -> Notation:
        block = self._block(root)
        self.spots["beats",] = block.spot
        self.own = (block.attributes.get("id", "bml"),)
        behaviours = list(_behaviours(block))
        for element in behaviours:
            if own := element.attributes.get("id"):
                self.ids[own] = plain_name(own)
        for element in behaviours:
            if element.tag == "wait":
                self._wait(element)
        readers: dict[str, Callable[[Element], None]] = {
            "gaze": self._gaze, "gazeShift": self._gaze, "head": self._head,
            "headDirectionShift": self._direction, "faceLexeme": self._lexeme,
            "faceFacs": self._facs, "speech": self._speech, "wait": lambda _: None,
        }  # fmt: skip
        for element in behaviours:
            reader = readers.get(element.tag)
            if reader is None:
                self._note(element, f"<{element.tag}> is not understood and left out.")
            else:
                reader(element)
        self._mend()
        data: dict[str, Any] = {"beats": self.beats}
        if self.places:
            data["places"] = self.places
        if self.notes:
            data["notes"] = self.notes
        if not self.beats:
            raise InputError("\n  ".join(["there is nothing in this BML to perform.", *self.notes]))
        return Notation(data, self.spots, [])

    def _mend(self) -> None:
        """Let go of times that hang on something that was left out."""
        points = {
            beat["name"]: {"start", "end", *re.findall(r"\{([^{}]*)\}", beat.get("say", ""))}
            for beat in self.beats
            if "name" in beat
        }
        for index, beat in enumerate(self.beats):
            for word in ("with", "until"):
                name, dot, point = str(beat.get(word, "")).partition(".")
                if not dot or point in points.get(name, ()) or isinstance(beat[word], float):
                    continue
                line = self.spots["beats", index].line
                self.notes.append(f"line {line}: {beat.pop(word)!r} is not in the score.")
                if word == "with":
                    beat.pop("gap", None)
                    beat["at"] = 0.0

    def _block(self, root: Element) -> Element:
        if root.tag == "bml":
            return root
        blocks = [element for element in root.elements() if element.tag == "bml"]
        if not blocks:
            raise InputError(f"{root.spot}: there is no <bml> in this <act>.")
        for later in blocks[1:]:
            self._note(later, "a second <bml> block is left out; a score is one.")
        return blocks[0]

    def _note(self, element: Element, text: str) -> None:
        self.notes.append(f"line {element.spot.line}: {text}")

    # -- times ----------------------------------------------------------------------------------

    def _add(self, element: Element, beat: dict[str, Any], *, lasts: bool = True) -> None:
        """Add a beat with the times and the name of its element."""
        given = element.attributes
        own = given.get("id", "")
        if own and not any(other.get("name") == self.ids[own] for other in self.beats):
            beat["name"] = self.ids[own]
        begin = next((word for word in BEGINS if word in given), None)
        end = next((word for word in ENDS if word in given), None)
        ignored = [word for word in (*BEGINS, *ENDS) if word in given and word not in (begin, end)]
        if ignored:
            self._note(element, f"{', '.join(ignored)}: the shape of a movement is the face's own.")
        anchor = self._anchor(element, given[begin]) if begin else _Anchor("", 0.0)
        if begin not in (None, "start"):
            self._note(element, f"{begin!r} is taken for the start.")
        beat |= _begin(anchor or _Anchor("", 0.0))
        if end and not lasts:
            self._note(element, f"{end!r} is left out: its length follows from what it is.")
        elif end:
            self._end(element, beat, end)
        elif "persists" in given:
            beat["until"] = "end"
        self.spots["beats", len(self.beats)] = element.spot
        self.beats.append(beat)

    def _end(self, element: Element, beat: dict[str, Any], word: str) -> None:
        said = element.attributes[word]
        if word != "end":
            self._note(element, f"{word!r} is taken for the end.")
        own = re.fullmatch(r"\s*start\s*\+\s*([\d.]+)\s*", said)
        if own and NUMBER.fullmatch(own[1]):
            beat["for"] = float(own[1])
            return
        anchor = self._anchor(element, said)
        if anchor is None:
            return
        if not anchor.point:
            beat["until"] = anchor.more
            return
        beat["until"] = anchor.point
        if anchor.more:
            self._note(element, f"{said!r}: the {anchor.more:+g} s are left out.")

    def _anchor(self, element: Element, said: str) -> _Anchor | None:
        """Return the time that a number or a sync reference stands for."""
        if NUMBER.fullmatch(said):
            return _Anchor("", float(said))
        found = SYNC.fullmatch(said)
        if found is None or not NUMBER.fullmatch(found[5] or "0"):
            self._note(element, f"the time {said!r:.60} is not understood; it begins at once.")
            return None
        block, other, point, sign, more = found.groups()
        later = float(more or 0) * (-1 if sign == "-" else 1)
        behaviour = other or block
        if behaviour not in self.ids:
            if behaviour in (None, "bml", "act", *self.own) and point in ("start", "globalStart"):
                return _Anchor("", later)
            hint = did_you_mean(behaviour or point, self.ids)
            text = f"the time {said!r:.60} is not understood; it begins at once. {hint}"
            self._note(element, text.rstrip())
            return None
        if behaviour in self.waits:
            anchor, long = self.waits[behaviour]
            return anchor._replace(more=anchor.more + later + (long if point == "end" else 0.0))
        name = self.ids[behaviour]
        if point in BEGINS:
            return _Anchor(f"{name}.start", later)
        if point in ENDS:
            return _Anchor(f"{name}.end", later)
        return _Anchor(f"{name}.{plain_name(point)}", later)

    def _wait(self, element: Element) -> None:
        given = element.attributes
        anchor = self._anchor(element, given["start"]) if "start" in given else _Anchor("", 0.0)
        long = given.get("duration") or given.get("end", "").rpartition("+")[2]
        if not NUMBER.fullmatch(long or "0"):
            self._note(element, f"the duration {long!r:.60} is not understood.")
            long = "0"
        if own := given.get("id"):
            self.waits[own] = (anchor or _Anchor("", 0.0), abs(float(long or 0)))

    # -- behaviours -----------------------------------------------------------------------------

    def _amount(self, element: Element) -> float:
        said = element.attributes.get("amount", "0.5")
        if NUMBER.fullmatch(said) and 0 <= float(said) <= 1:
            return float(said)
        self._note(element, f"the amount {said!r:.60} is taken for 0.5; it lies in 0..1.")
        return 0.5

    def _where(self, element: Element) -> Any:
        """Return what a look or a turn of the head is aimed at."""
        given = element.attributes
        target = given.get("target", "partner")
        word = target.strip().lower()
        word = load_table("markup")["targets"].get(word, word)
        offset = self._offset(element)
        if word in LOOKS:
            if offset and word not in ("partner", "camera"):
                self._note(element, f"the offset from {word!r} is left out.")
                return word
            return offset or word
        name = plain_name(target.strip()) or "partner"
        if name not in self.places:
            self.places[name] = offset or {"left_deg": 0.0, "up_deg": 0.0}
            self._note(
                element,
                f"where {target!r:.60} is was not said; taken from the offset. See 'places'.",
            )
        return name

    def _offset(self, element: Element) -> dict[str, float]:
        """Return how far beside its target one looks; empty for not at all."""
        turned = element.attributes.get("offsetDirection", "").upper()
        angle = element.attributes.get("offsetAngle", "0")
        degrees = abs(float(angle)) if NUMBER.fullmatch(angle) else 0.0
        if not degrees:
            return {}
        if turned not in DIRECTIONS:
            self._note(element, f"the offset {turned or '?'} {angle!r:.20} is left out.")
            return {}
        left, up = DIRECTIONS[turned]
        return {"left_deg": left * min(90.0, degrees), "up_deg": up * min(60.0, degrees)}

    def _gaze(self, element: Element) -> None:
        given = element.attributes
        beat: dict[str, Any] = {"look": self._where(element)}
        influence = given.get("influence", "").upper()
        if influence == "EYES":
            beat["head"] = 0.0
        elif influence in ("SHOULDER", "WAIST", "WHOLE"):
            self._note(element, f"influence {influence}: eyes and head turn, the body does not.")
        self._add(element, beat)

    def _direction(self, element: Element) -> None:
        where = self._where(element)
        if where in ("left", "right"):
            self._add(element, {"turn": where})
        elif where in ("up", "down"):
            self._add(element, {"chin": where})
        else:
            self._add(element, {"look": where, "head": 1.0})

    def _head(self, element: Element) -> None:
        given = element.attributes
        lexeme = given.get("lexeme", "NOD").upper()
        if lexeme not in ("NOD", "SHAKE"):
            self._note(element, f"the head lexeme {lexeme!r:.60} is not understood and left out.")
            return
        times = given.get("repetition", "1")
        if not times.isdecimal() or not 1 <= int(times) <= 20:
            self._note(element, f"the repetition {times!r:.60} is taken for 1.")
            times = "1"
        beat: dict[str, Any] = {lexeme.lower(): int(times)}
        if "amount" in given:
            beat["strength"] = self._amount(element)
        self._add(element, beat)

    def _lexeme(self, element: Element) -> None:
        lexeme = element.attributes.get("lexeme", "")
        row = load_table("markup")["lexemes"].get(lexeme.upper())
        amount = self._amount(element)
        if isinstance(row, dict):
            beat = {unit: round(share * amount, 6) for unit, share in row["units"].items()}
            self._add(element, beat | ({"side": row["side"]} if "side" in row else {}))
        elif lexeme.lower() in expression_words():
            self._add(element, {"express": lexeme.lower(), "strength": amount})
        elif lexeme.upper() in ("BLINK", "WINK"):
            wink = {"side": "left"} if lexeme.upper() == "WINK" else {}
            self._add(element, {"blink": "once", **wink}, lasts=False)
        else:
            known = [word for word in load_table("markup")["lexemes"] if word != "about"]
            hint = did_you_mean(lexeme, [*known, *expression_words()])
            text = f"the face lexeme {lexeme!r:.60} is not understood and left out. {hint}"
            self._note(element, text.rstrip())

    def _facs(self, element: Element) -> None:
        given = element.attributes
        unit = f"AU{given.get('au', '').strip().upper().removeprefix('AU')}"
        if not any(unit == known.id for known in load_atlas().action_units):
            self._note(element, f"the action unit {given.get('au', '')!r:.60} is left out.")
            return
        beat: dict[str, Any] = {unit: self._amount(element)}
        side = given.get("side", "BOTH").lower()
        if side in ("left", "right"):
            beat["side"] = side
        elif side != "both":
            self._note(element, f"the side {side!r:.60} is taken for both.")
        self._add(element, beat)

    def _speech(self, element: Element) -> None:
        inner = next((part for part in element.elements() if part.tag == "text"), None)
        if inner is None:
            spoken = [
                part
                for description in element.elements()
                for part in description.elements()
                if description.tag == "description" and part.tag == "speak"
            ]
            inner = spoken[0] if spoken else element
        lines = speak_lines(inner, lambda spot, text: self._note(Element("", {}, spot), text))
        if not lines:
            self._note(element, "there is nothing to say in this <speech>; it is left out.")
            return
        self._add(element, lines[0].beat(), lasts=False)
        for line in lines[1:]:
            self.spots["beats", len(self.beats)] = line.spot
            self.beats.append(line.beat())
        if len(lines) > 1 and "id" in element.attributes:
            self._note(element, "said in pieces; its name and its end are those of the first.")


def _behaviours(block: Element) -> Iterator[Element]:
    """Yield the behaviours of a block; what is inside a composite stands for itself."""
    for element in block.elements():
        if element.tag == "required":
            yield from _behaviours(element)
        elif element.tag in ("face", "faceShift"):
            given = element.attributes
            times = {word: value for word, value in given.items() if word in COMMON}
            if element.tag == "faceShift":
                times["persists"] = "true"
            for part in [*element.elements()] or [element]:
                tag = FACES.get(part.tag, part.tag)
                if part is element:
                    tag = "faceFacs" if "au" in given else "faceLexeme"
                yield Element(tag, {**times, **part.attributes}, part.spot, part.inside)
                times.pop("id", None)  # the first of them has the name
        else:
            yield element


def _begin(anchor: _Anchor) -> dict[str, Any]:
    if not anchor.point:
        return {"at": anchor.more}
    return {"with": anchor.point, **({"gap": anchor.more} if anchor.more else {})}
