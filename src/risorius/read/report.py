"""A reading as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risorius.anatomy import load_atlas
from risorius.clip import SIDES, Event, check_clip, clip_events
from risorius.files import replacing
from risorius.read.events import runs
from risorius.read.unseen import unseen_channels

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = ["write_report"]

Floats = NDArray[np.floating]

_WIDTH, _HEIGHT = 1000.0, 60.0
_MOST_POINTS = 1500  # per curve; longer videos show the largest of each stretch
_TOP = 8
_MARKED = ("blink", "eyes_closed", "smile", "brow_raise")

CONFIDENCE_RULE = (
    "Confidence is the share of doubt that the points remove (0: any other amount would have "
    "looked the same; 1: none would), times the tracker's belief in the face, times how far the "
    "side is in sight when the head is turned. Below 0.3 do not rely on a figure."
)


@dataclass(frozen=True, slots=True, eq=False)
class _Chart:
    title: str
    names: tuple[str, ...]
    curves: tuple[Floats, ...]
    low: float
    high: float
    unit: str = ""
    sure: Floats | None = None
    kinds: tuple[str, ...] = ()


def write_report(clip: Clip, path: str | os.PathLike[str]) -> Path:
    """Write what was read as a page of its own.

    Parameters
    ----------
    clip : xarray.Dataset
        As from `risorius.read.read_video`.
    path : path
        Usually ending in ``.html``.

    Returns
    -------
    path : Path

    Raises
    ------
    InputError
        Not a clip, or the file cannot be written.
    """
    check_clip(clip)
    target = Path(path)
    template = Template(
        files("risorius.read").joinpath("data", "report.html").read_text(encoding="utf-8")
    )
    page = template.substitute(_fields(clip))
    with replacing(target) as beside:
        beside.write_text(page, encoding="utf-8")
    return target


def _fields(clip: Clip) -> dict[str, str]:
    time = clip["time"].values
    picked = _bins(len(time))
    shown = time[[int(part[0]) for part in picked]]
    events = clip_events(clip)
    activation = clip["activation"].values
    gaps = np.isnan(activation).all(axis=(1, 2))
    top = _most_active(activation)
    scale = _WIDTH / float(time[-1]) if time[-1] > 0 else 0.0
    bands = [
        (float(time[run.start]), float(time[min(run.stop, len(time) - 1)])) for run in runs(gaps)
    ]
    charts = {
        "muscles": [_muscle_chart(clip, index) for index in top],
        "others": _other_charts(clip),
    }
    drawn: dict[str, str] = {}
    data: dict[str, object] = {}
    for group, members in charts.items():
        parts = []
        for number, chart in enumerate(members):
            key = f"{group}-{number}"
            curves = [_thinned(curve, picked) for curve in chart.curves]
            parts.append(_drawing(key, chart, curves, picked, shown, scale, bands, events))
            data[key] = {
                "names": chart.names,
                "unit": chart.unit,
                "curves": [_plain(curve) for curve in curves],
            }
        drawn[group] = "\n".join(parts)
    attrs = clip.attrs
    source = str(attrs.get("source") or "a clip")
    notes = [escape(note) for note in json.loads(str(attrs.get("notes") or "[]"))]
    atlas, unseen = load_atlas(), unseen_channels()
    reasons: dict[str, list[str]] = {}
    for name in sorted(unseen, key=lambda name: (unseen[name], name)):
        reasons.setdefault(unseen[name], []).append(atlas.channel(name).english)
    payload = {
        "time": [round(float(t), 4) for t in shown],
        "scale": scale,
        "charts": data,
    }
    return {
        "title": escape(f"What the face did: {source}"),
        "subtitle": escape(_subtitle(clip)),
        "tiles": "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
            for name, value in _tiles(clip, events, gaps)
        ),
        "notes": "<ul class='notes'>" + "".join(f"<li>{n}</li>" for n in notes) + "</ul>"
        if notes
        else "",
        "muscle_charts": drawn["muscles"] or "<p>No muscle moved.</p>",
        "other_charts": drawn["others"],
        "axis": _axis(float(time[-1]), scale),
        "sides": "".join(_side_row(clip, index) for index in top),
        "events": _event_table(events),
        "method": escape(
            f"Neutral face: {attrs.get('neutral', 'as given')}. "
            f"Lens: {attrs.get('lens', 'unknown')} ({float(attrs.get('focal_px', 0)):.0f} px). "
            "The visible iris, 11.7 mm wide in adults, gives the size. Gaze counts from where the "
            "person looked with the neutral face."
        ),
        "confidence_rule": escape(CONFIDENCE_RULE),
        "n_hidden": str(len(unseen)),
        "hidden": "<ul>"
        + "".join(
            f"<li>{escape(', '.join(names))}: {escape(reason)}</li>"
            for reason, names in reasons.items()
        )
        + "</ul>",
        "facts": "".join(
            f"<tr><th scope='row'>{escape(name.replace('_', ' '))}</th>"
            f"<td>{escape(str(value))}</td></tr>"
            for name, value in attrs.items()
            if name not in ("notes", "log")
        ),
        # "</" must not end the script element.
        "data": json.dumps(payload, separators=(",", ":")).replace("</", "<\\/"),
    }


def _subtitle(clip: Clip) -> str:
    attrs = clip.attrs
    size = f"{attrs['width']} x {attrs['height']} px, " if "width" in attrs else ""
    if clip.sizes["time"] == 1:
        return f"{size}one picture"
    return f"{size}{clip.sizes['time']} frames, {float(attrs['rate']):.3g} per second"


def _tiles(clip: Clip, events: Sequence[Event], gaps: Floats) -> list[tuple[str, str]]:
    seconds = float(clip["time"].values[-1])
    count = {kind: sum(event.kind == kind for event in events) for kind in _MARKED}
    tiles = [
        ("duration", f"{seconds:.1f} s"),
        ("face seen", f"{1 - gaps.mean():.0%}"),
        ("gaps", str(clip.attrs.get("gaps", 0))),
    ]
    if seconds > 0:
        tiles += [
            ("blinks", str(count["blink"])),
            ("eyes closed", str(count["eyes_closed"])),
            ("smiles", str(count["smile"])),
            ("brow raises", str(count["brow_raise"])),
        ]
    return tiles


def _most_active(activation: Floats) -> list[int]:
    """Return the skin and lid muscles of the largest high percentile, most active first."""
    channels = load_atlas().channels
    filled = np.where(np.isnan(activation), 0.0, activation)
    height = np.quantile(filled, 0.97, axis=0).max(axis=-1)
    shown = [i for i, c in enumerate(channels) if c.moves in ("skin", "lid") and height[i] > 0.02]
    return sorted(shown, key=lambda i: -height[i])[:_TOP]


def _muscle_chart(clip: Clip, index: int) -> _Chart:
    channel = load_atlas().channels[index]
    kinds = {
        "orbicularis_oculi.pretarsalis": ("blink", "eyes_closed"),
        "zygomaticus_major": ("smile",),
        "frontalis.medialis": ("brow_raise",),
        "frontalis.lateralis": ("brow_raise",),
    }
    values = clip["activation"].values[:, index]
    sure = clip["confidence"].values[:, index].mean(axis=1) if "confidence" in clip else None
    title = f"{channel.english} ({channel.id})"
    return _Chart(
        title, SIDES, (values[:, 0], values[:, 1]), 0, 1, "", sure, kinds.get(channel.id, ())
    )


def _other_charts(clip: Clip) -> list[_Chart]:
    charts = []
    if "gaze" in clip:
        degrees = np.degrees(clip["gaze"].values.mean(axis=1))
        charts.append(
            _Chart("gaze", ("yaw to the left", "pitch down"), (*degrees.T,), -30, 30, "°")
        )
    if "jaw" in clip:
        opening = np.degrees(clip["jaw"].values[:, 0])
        charts.append(_Chart("jaw opening", ("opening",), (opening,), 0, 30, "°"))
    if "head_pose" in clip:
        turned = np.degrees(clip["head_pose"].values[:, :3])
        names = ("yaw to the left", "pitch down", "roll to the right")
        charts.append(_Chart("head", names, (*turned.T,), -45, 45, "°"))
    return charts


def _bins(count: int) -> list[NDArray[np.intp]]:
    return np.array_split(np.arange(count), min(count, _MOST_POINTS))


def _thinned(curve: Floats, picked: list[NDArray[np.intp]]) -> Floats:
    """Return the value of largest size in each stretch, so that no blink is lost."""
    if all(len(part) == 1 for part in picked):
        return curve
    kept = []
    for part in picked:
        own = curve[part]
        known = own[~np.isnan(own)]
        kept.append(known[np.argmax(np.abs(known))] if len(known) else np.nan)
    return np.array(kept)


def _plain(curve: Floats) -> list[float | None]:
    return [None if value != value else round(float(value), 3) for value in curve]


def _path(time: Floats, curve: Floats, scale: float, low: float, high: float) -> str:
    y = _HEIGHT * (1 - (np.clip(curve, low, high) - low) / (high - low))
    if len(time) == 1:  # a picture: its level from side to side
        return f"M0 {y[0]:.1f}L{_WIDTH:g} {y[0]:.1f}" if y[0] == y[0] else ""
    parts = []
    for run in runs(~np.isnan(curve)):
        points = [f"{t * scale:.1f} {v:.1f}" for t, v in zip(time[run], y[run], strict=True)]
        parts.append("M" + "L".join(points))
    return "".join(parts)


def _drawing(
    key: str,
    chart: _Chart,
    curves: Sequence[Floats],
    picked: list[NDArray[np.intp]],
    time: Floats,
    scale: float,
    gaps: Sequence[tuple[float, float]],
    events: Sequence[Event],
) -> str:
    def band(start: float, end: float, kind: str) -> str:
        return (
            f"<rect class='{kind}' x='{start * scale:.1f}' y='0' "
            f"width='{max((end - start) * scale, 1.5):.1f}' height='{_HEIGHT:g}'/>"
        )

    colours = SIDES if chart.names == SIDES else ("yaw", "pitch", "roll")[: len(curves)]
    shapes = [band(start, end, "gap") for start, end in gaps]
    shapes += [band(e.start, e.end, "mark") for e in events if e.kind in chart.kinds]
    if chart.sure is not None:
        sure = np.nan_to_num(_thinned(chart.sure, picked))
        top = "L".join(
            f"{t * scale:.1f} {_HEIGHT - 8 * s:.1f}" for t, s in zip(time, sure, strict=True)
        )
        shapes.append(
            f"<path class='sure' d='M0 {_HEIGHT:g}L{top}L{time[-1] * scale:.1f} {_HEIGHT:g}Z'/>"
        )
    base = _HEIGHT * (1 - (0 - chart.low) / (chart.high - chart.low))
    shapes.append(f"<line class='base' x1='0' x2='{_WIDTH:g}' y1='{base:g}' y2='{base:g}'/>")
    for colour, curve in zip(colours, curves, strict=True):
        line = _path(time, curve, scale, chart.low, chart.high)
        shapes.append(f"<path class='{colour}' d='{line}'/>")
    shapes.append(f"<line class='cursor' y1='0' y2='{_HEIGHT:g}'/>")
    key_words = ", ".join(
        f"<span class='key {colour}'>{escape(name)}</span>"
        for colour, name in zip(colours, chart.names, strict=True)
    )
    return (
        f"<figure><figcaption><span>{escape(chart.title)}</span>"
        f"<span>{key_words} <span class='value' id='value-{key}'></span></span></figcaption>"
        f"<svg viewBox='0 0 {_WIDTH:g} {_HEIGHT:g}' preserveAspectRatio='none' role='img' "
        f"aria-label='{escape(chart.title)} over time'>{''.join(shapes)}</svg></figure>"
    )


def _axis(seconds: float, scale: float) -> str:
    if seconds <= 0:
        return ""
    steps = [s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600) if seconds / s <= 12]
    step = steps[0] if steps else seconds / 10
    ticks = np.arange(0, seconds + 1e-9, step)
    labels = "".join(
        f"<text x='{100 * t * scale / _WIDTH:.2f}%' y='14' "
        f"text-anchor='{'start' if t == 0 else 'middle'}'>{t:g} s</text>"
        for t in ticks.tolist()
    )
    return f"<svg class='axis' aria-hidden='true'>{labels}</svg>"


def _side_row(clip: Clip, index: int) -> str:
    atlas = load_atlas()
    channel = atlas.channels[index]
    values = clip["activation"].values[:, index]
    peak, mean = np.nanmax(values, axis=0), np.nanmean(values, axis=0)
    sure = np.nanmean(clip["confidence"].values[:, index]) if "confidence" in clip else np.nan
    cells = [*peak.tolist(), *mean.tolist(), float(sure)]
    numbers = "".join(
        f"<td class='n'>{'' if value != value else format(value, '.2f')}</td>" for value in cells
    )
    action = atlas.muscle(channel.muscle).action
    return f"<tr><td>{escape(channel.english)}</td><td>{escape(action)}</td>{numbers}</tr>"


def _event_table(events: Sequence[Event]) -> str:
    shown = [event for event in events if not event.kind.startswith("apex:")]
    if not shown:
        return "<p>None.</p>"
    apex = {(e.kind.removeprefix("apex:"), e.label): e.start for e in events if ":" in e.kind}
    rows = []
    for event in shown:
        kind, _, muscle = event.kind.partition(":")
        words = kind.replace("_", " ") + (f": {muscle}" if muscle else "")
        if muscle and (muscle, event.label) in apex:
            words += f", apex at {apex[muscle, event.label]:.2f} s"
        rows.append(
            f"<tr><td class='n'>{event.start:.2f}</td><td class='n'>{event.end:.2f}</td>"
            f"<td>{escape(words)}</td><td>{escape(event.label.replace('_', ' '))}</td></tr>"
        )
    table = (
        "<div class='scroll'><table><thead><tr><th scope='col' class='n'>from [s]</th>"
        "<th scope='col' class='n'>to [s]</th><th scope='col'>what</th><th scope='col'>side</th>"
        "</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
    if len(rows) <= 25:
        return table
    return f"<details><summary>{len(rows)} events</summary>{table}</details>"
