"""The data folder: sessions that somebody saved.

A session is a folder of its own: the clip and a page of JSON. It is written beside and renamed when
it is whole and on the disk, so that a power cut leaves the session or nothing. Ids are hexadecimal
numbers and never become paths without being checked.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pydantic import ValidationError

from risorius.clip import open_clip, save_clip
from risorius.errors import InputError
from risorius.files import replacing
from risorius.studio.messages import Saved
from risorius.studio.problems import Missing

if TYPE_CHECKING:
    from risorius.clip import Clip

__all__ = ["ID", "Store"]

ID = re.compile(r"[0-9a-f]{16}")
CLIP, PAGE = "clip.nc", "session.json"


class Store:
    """The saved sessions of one data folder, which one studio has to itself.

    Parameters
    ----------
    folder : Path
        Made if need be.

    Raises
    ------
    InputError
        The folder cannot be made or written to, or another studio has it.
    """

    def __init__(self, folder: Path) -> None:
        self._sessions = folder / "sessions"
        self.scratch = folder / "scratch"
        try:
            self._sessions.mkdir(parents=True, exist_ok=True)
            self._lock = (folder / "studio.lock").open("a+")
        except OSError as error:
            raise InputError(f"cannot use the data folder {folder}: {error.strerror}.") from error
        if not _is_ours(self._lock):
            self._lock.close()
            raise InputError(
                f"another studio has the data folder {folder}. Use that one, or give this one a "
                "folder of its own with --data."
            )
        # What a studio that was killed left unfinished.
        shutil.rmtree(self.scratch, ignore_errors=True)
        for rest in self._sessions.glob(".*"):
            shutil.rmtree(rest, ignore_errors=True)
        self.scratch.mkdir(mode=0o700)

    def close(self) -> None:
        """Give the folder free, and leave nothing in it that was not saved."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._lock.close()

    def save(self, saved: Saved, clip: Clip) -> None:
        """Save a clip and what it was made from, or give a saved one another title or score."""
        target = self._place(saved.id)
        try:
            if target.exists():
                _write_page(saved, target)  # the clip of an id never changes
            else:
                beside = self._sessions / f".{saved.id}-{secrets.token_hex(4)}"
                beside.mkdir(mode=0o700)
                save_clip(clip, beside / CLIP)
                _to_disk(beside / CLIP)
                _write_page(saved, beside)
                beside.rename(target)
            _to_disk(self._sessions)
        except OSError as error:
            raise InputError(f"the session could not be saved: {error.strerror}.") from error

    def list(self) -> list[Saved]:
        """Return all saved sessions, the newest first; what is no session is left alone."""
        found = []
        for page in self._sessions.glob(f"[!.]*/{PAGE}"):
            with suppress(OSError, ValidationError):
                found.append(Saved.model_validate_json(page.read_bytes()))
        return sorted(found, key=lambda saved: saved.made, reverse=True)

    def page(self, name: str) -> Saved:
        """Return what is known of one session.

        Raises
        ------
        Missing
            There is none of that id.
        """
        try:
            return Saved.model_validate_json((self._place(name) / PAGE).read_bytes())
        except (OSError, ValidationError):
            raise Missing(f"there is no clip {name!r} here, neither at hand nor saved.") from None

    def open(self, name: str) -> tuple[Saved, Clip]:
        """Return one session with its clip.

        Raises
        ------
        Missing
            There is none of that id.
        """
        return self.page(name), open_clip(self._place(name) / CLIP)

    def delete(self, name: str) -> None:
        """Delete one session for good.

        Raises
        ------
        Missing
            There is none of that id.
        """
        self.page(name)
        away = self._sessions / f".{name}-{secrets.token_hex(4)}"
        self._place(name).rename(away)
        shutil.rmtree(away, ignore_errors=True)

    def _place(self, name: str) -> Path:
        if not ID.fullmatch(name):
            raise Missing(f"{name!r:.60} is no id of a clip.")
        return self._sessions / name


def _write_page(saved: Saved, folder: Path) -> None:
    with replacing(folder / PAGE) as page:
        page.write_text(saved.model_dump_json(indent=1), encoding="utf-8")
        _to_disk(page)


def _to_disk(path: Path) -> None:
    """Wait until a file or the names in a folder are on the disk."""
    if path.is_dir() and sys.platform == "win32":
        return  # there a folder cannot be opened
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_ours(lock: IO[str]) -> bool:
    """Take a lock that ends with this process, however it ends; return whether it was free."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
