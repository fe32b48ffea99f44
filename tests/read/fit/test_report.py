"""The page that needs nothing else."""

from __future__ import annotations

import html.parser
import json
import re

import numpy as np
import pytest

from risorius.clip import Event, new_clip
from risorius.errors import InputError
from risorius.read import write_report
from risorius.read.report import _bins, _thinned


@pytest.fixture
def clip():
    time = np.arange(90) / 30
    curve = np.clip(np.sin(time), 0, 1)
    clip = new_clip(
        time,
        {("zygomaticus_major", "left"): curve, ("zygomaticus_major", "right"): 0.5 * curve},
        source="</script><b>me & you</b>.mp4",
        events=[Event(0.5, 1.0, "smile", "both")],
        gaze=np.zeros((90, 2, 2)),
        jaw=np.zeros((90, 3)),
        head_pose=np.zeros((90, 6)),
    )
    clip["activation"][40:50] = np.nan
    return clip.assign_attrs(notes=json.dumps(["A <note>."]), focal_px=700.0)


class Checker(html.parser.HTMLParser):
    VOID = ("meta", "rect", "line", "path", "br")

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.links += [v for k, v in attrs if k in ("src", "href", "action", "data")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_page_is_whole_and_asks_for_nothing(clip, tmp_path):
    page = write_report(clip, tmp_path / "r.html").read_text(encoding="utf-8")
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert checker.links == []
    assert not re.search(r"https?:|//[a-z]|@import|url\(", page)
    assert "default-src 'none'" in page
    assert page.count("<svg") >= 4


def test_names_from_outside_cannot_become_markup(clip, tmp_path):
    page = write_report(clip, tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<b>me" not in page
    assert "A &lt;note&gt;." in page


def test_both_sides_events_and_what_is_hidden_are_told(clip, tmp_path):
    page = write_report(clip, tmp_path / "r.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1].replace("<\\/", "</"))
    smile = data["charts"]["muscles-0"]
    assert smile["names"] == ["left", "right"]
    assert max(v for v in smile["curves"][0] if v) > 1.9 * max(v for v in smile["curves"][1] if v)
    assert smile["curves"][0][45] is None
    for words in ("feels", "Masseter", "smile", "Confidence is"):
        assert words in page, words


def test_long_videos_lose_no_blink():
    curve = np.zeros(20_000)
    curve[12_345] = 1.0
    assert _thinned(curve, _bins(len(curve))).max() == 1.0


def test_unwritable_target(clip, tmp_path):
    with pytest.raises(InputError, match="no folder"):
        write_report(clip, tmp_path / "missing" / "r.html")


def test_a_single_picture_has_a_report(tmp_path):
    page = write_report(new_clip([0.0], {"zygomaticus_major": 0.4}), tmp_path / "r.html")
    assert "Zygomaticus" in page.read_text(encoding="utf-8") or "zygomat" in page.read_text()
