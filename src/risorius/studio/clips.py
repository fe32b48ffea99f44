"""The clips at hand: in memory while the server runs, and those that were saved."""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from risorius.anatomy import load_atlas
from risorius.clip import clip_events
from risorius.studio.messages import ClipSheet, Happening, SaveAsk, Saved

if TYPE_CHECKING:
    from risorius.clip import Clip
    from risorius.studio.store import Store

__all__ = ["Held", "Shelf"]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A clip and what is said about it."""

    clip: Clip
    sheet: ClipSheet


class Shelf:
    """A bounded number of clips, the oldest of which is forgotten first.

    Parameters
    ----------
    store : Store
        Where clips are that were saved.
    n_clips, n_bytes : int
        How many are held at most, and how much memory they take.
    """

    def __init__(self, store: Store, *, n_clips: int, n_bytes: int) -> None:
        self.store = store
        self._n_clips, self._n_bytes = n_clips, n_bytes
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._lock = Lock()

    def put(self, clip: Clip, *, title: str, room: str) -> ClipSheet:
        """Hold a clip under a new id."""
        name = secrets.token_hex(8)
        sheet = _sheet(clip, name, title=title, room=room, saved=False)
        self._hold(Held(clip, sheet))
        return sheet

    def get(self, name: str) -> Held:
        """Return a clip that is held or saved.

        Raises
        ------
        Missing
            Neither.
        """
        with self._lock:
            if name in self._held:
                self._held.move_to_end(name)
                return self._held[name]
        kept, clip = self.store.open(name)
        held = Held(clip, _sheet(clip, name, title=kept.title, room=kept.room, saved=True))
        self._hold(held)
        return held

    def save(self, name: str, ask: SaveAsk) -> Saved:
        """Keep a clip in the data folder."""
        held = self.get(name)
        title = ask.title.strip() or held.sheet.title
        saved = Saved(
            id=name,
            title=title,
            room=held.sheet.room,
            made=datetime.now().astimezone().isoformat(timespec="seconds"),
            duration=held.sheet.duration,
            score=ask.score,
            seed=ask.seed,
        )
        self.store.save(saved, held.clip)
        sheet = held.sheet.model_copy(update={"title": title, "saved": True})
        self._hold(Held(held.clip, sheet))
        return saved

    def drop(self, name: str) -> None:
        """Forget a clip; one that was saved stays in the data folder."""
        with self._lock:
            self._held.pop(name, None)

    def _hold(self, held: Held) -> None:
        with self._lock:
            self._held[held.sheet.id] = held
            self._held.move_to_end(held.sheet.id)
            while len(self._held) > self._n_clips or (
                len(self._held) > 1
                and sum(other.clip.nbytes for other in self._held.values()) > self._n_bytes
            ):
                self._held.popitem(last=False)


def _sheet(clip: Clip, name: str, *, title: str, room: str, saved: bool) -> ClipSheet:
    attrs = {key: str(value) for key, value in clip.attrs.items()}
    times = clip["time"].values
    notes = json.loads(attrs.pop("notes", "") or "[]")
    events = tuple(
        Happening(start=event.start, end=event.end, kind=event.kind, label=event.label)
        for event in clip_events(clip)
    )
    return ClipSheet(
        id=name,
        title=title,
        room=room,
        duration=float(times[-1] - times[0]),
        rate=float(clip.attrs.get("rate", 0.0)),
        n_frames=len(times),
        events=events,
        notes=tuple(map(str, notes)),
        attributes=attrs,
        unobserved=_unobserved(clip),
        has_confidence="confidence" in clip,
        saved=saved,
    )


def _unobserved(clip: Clip) -> dict[str, str]:
    """Return the channels of which nothing was seen at all, and why."""
    unseen = np.isnan(clip["activation"].values).all(axis=(0, 2))
    if not unseen.any():
        return {}
    from risorius.read.unseen import unseen_channels

    reasons = unseen_channels()
    return {
        channel: reasons.get(channel, "it was not in sight")
        for channel, missing in zip(load_atlas().channel_ids, unseen, strict=True)
        if missing
    }
