"""The package as a whole: what it offers, and what importing it costs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import risorius
from risorius.errors import did_you_mean


def test_every_public_name_is_there():
    for name in risorius.__all__:
        assert getattr(risorius, name) is not None


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = risorius.nothing_of_the_kind


def test_importing_loads_nothing_heavy():
    code = "import sys, json, risorius; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    heavy = {"numpy", "scipy", "numba", "xarray", "cv2", "av", "ai_edge_litert", "pandas", "typer"}
    assert heavy.isdisjoint(json.loads(done.stdout))


@pytest.mark.parametrize("word", ["", "x", "zzzzz"])
def test_no_hint_where_nothing_is_close(word):
    assert did_you_mean(word, ["risorius"]) == ""
