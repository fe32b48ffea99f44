"""Files that appear only when they are whole, and the folders of the user."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from risorius.errors import InputError

__all__ = ["cache_folder", "data_folder", "replacing"]


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a name beside ``path`` to write to; on success it takes the place of ``path``.

    When the block fails, what was there before stays as it was and nothing is left behind.

    Parameters
    ----------
    path : path
        The final name. Its folder must exist.

    Yields
    ------
    beside : Path
        An empty file in the same folder with the same suffix.

    Raises
    ------
    InputError
        The folder does not exist or cannot be written to, or the disk is full.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = pathlib.Path(folder, "note.txt")
    ...     with replacing(target) as beside:
    ...         _ = beside.write_text("whole")
    ...     target.read_text()
    'whole'
    """
    target = Path(path)
    if target.is_dir():
        raise InputError(f"cannot write {target}: it is a folder. Give the name of a file in it.")
    beside: Path | None = None
    try:
        handle, name = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.stem}-", suffix=target.suffix
        )
        os.close(handle)
        beside = Path(name)
        yield beside
        # mkstemp makes the file private; a result should be as readable as any other new file.
        mask = os.umask(0)
        os.umask(mask)
        beside.chmod(0o666 & ~mask)
        beside.replace(target)
    except FileNotFoundError as error:
        if not target.parent.is_dir():
            raise InputError(
                f"cannot write {target}: there is no folder {target.parent}. Make it first."
            ) from error
        raise
    except (PermissionError, NotADirectoryError, IsADirectoryError) as error:
        raise InputError(f"cannot write {target}: {error.strerror}.") from error
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}.") from error
    finally:
        if beside is not None:
            with suppress(OSError):
                beside.unlink(missing_ok=True)


def cache_folder() -> Path:
    """Return the user's folder for things that can be made again; it may not exist yet.

    ``RISORIUS_CACHE`` names another one; else the platform's habit is followed.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, {"RISORIUS_CACHE": "elsewhere"}):
    ...     str(cache_folder())
    'elsewhere'
    """
    return _folder("RISORIUS_CACHE", mac="Caches", variable="XDG_CACHE_HOME", habit=".cache")


def data_folder() -> Path:
    """Return the user's folder for what was saved on purpose; it may not exist yet.

    ``RISORIUS_DATA`` names another one; else the platform's habit is followed.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, {"RISORIUS_DATA": "kept"}):
    ...     str(data_folder())
    'kept'
    """
    return _folder(
        "RISORIUS_DATA",
        mac="Application Support",
        variable="XDG_DATA_HOME",
        habit=".local/share",
    )


def _folder(own: str, *, mac: str, variable: str, habit: str) -> Path:
    named = os.environ.get(own)
    if named:
        return Path(named)
    if sys.platform == "darwin":
        base = Path.home() / "Library" / mac
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get(variable) or Path.home() / habit)
    return base / "risorius"
