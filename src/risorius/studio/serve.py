"""Running the server on a socket that listens already."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn

from risorius.studio.app import create_app
from risorius.studio.settings import Settings

__all__ = ["link", "serve"]


def link(settings: Settings) -> str:
    """Return what to open in a browser.

    Examples
    --------
    >>> link(Settings(port=9000))
    'http://127.0.0.1:9000/'
    >>> link(Settings(host="0.0.0.0", port=9000, token="secret"))
    'http://127.0.0.1:9000/?token=secret'
    """
    anywhere = settings.host in ("0.0.0.0", "::")
    host = "127.0.0.1" if anywhere else settings.host
    host = f"[{host}]" if ":" in host else host
    token = f"?token={settings.token}" if settings.token else ""
    return f"http://{host}:{settings.port}/{token}"


def serve(settings: Settings, listening: socket.socket, *, when_open: Callable[[], Any]) -> None:
    """Run the studio until it is interrupted.

    Parameters
    ----------
    settings : Settings
    listening : socket
        Bound to the host and port of the settings.
    when_open : callable
        Called once when browsers can come.
    """
    config = uvicorn.Config(
        create_app(settings),
        log_level=logging.WARNING,
        server_header=False,
        proxy_headers=False,
        # Frames hardly get smaller, and packing them takes longer than sending them.
        ws_per_message_deflate=False,
        ws_max_size=4_000_000,
        timeout_graceful_shutdown=2,
    )
    # What is made in the background lets a page through within half a millisecond.
    sys.setswitchinterval(0.0005)
    with suppress(KeyboardInterrupt):
        _Server(config, when_open).run([listening])


class _Server(uvicorn.Server):
    """A server that says when it is open."""

    def __init__(self, config: uvicorn.Config, when_open: Callable[[], Any]) -> None:
        super().__init__(config)
        self._when_open = when_open

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_open()
