"""How a studio is run: where it listens, where it keeps things, and its limits."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from risorius.errors import InputError
from risorius.files import data_folder

__all__ = ["PORT", "Settings", "is_loopback"]

PORT = 8642
"""Where a studio listens when nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a studio is run.

    Attributes
    ----------
    host, port
        Where it listens. Beyond this computer it asks everybody for the token.
    data : Path
        The folder of saved sessions. Nothing is ever read or written outside it, save the files
        that the system keeps for work that is under way.
    token : str
        Without it nobody comes in; empty on this computer.
    upload_bytes, upload_seconds
        The largest file that is taken, and how long its sending may last [s].
    read_seconds : float [s]
        Of a video that are read.
    render_frames : int
        The longest performance that is rendered at once.
    n_jobs, n_sockets : int
        Jobs at a time, running and waiting; open WebSockets at a time.
    n_clips, clip_bytes : int
        Clips in memory; the oldest unsaved one is forgotten first.

    Raises
    ------
    InputError
        A host beyond this computer and no token.

    Examples
    --------
    >>> Settings(host="0.0.0.0")
    Traceback (most recent call last):
    ...
    risorius.errors.InputError: who listens at 0.0.0.0 needs a token: others can reach it there.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    data: Path = field(default_factory=data_folder)
    token: str = ""
    upload_bytes: int = 1_000_000_000
    upload_seconds: float = 600.0
    read_seconds: float = 600.0
    render_frames: int = 72_000
    n_jobs: int = 8
    n_sockets: int = 64
    n_clips: int = 32
    clip_bytes: int = 1_000_000_000

    def __post_init__(self) -> None:
        if not self.token and not is_loopback(self.host):
            raise InputError(
                f"who listens at {self.host} needs a token: others can reach it there."
            )


def is_loopback(host: str) -> bool:
    """Return whether only this computer reaches a host.

    Examples
    --------
    >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
