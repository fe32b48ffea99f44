"""``risorius studio``: the web app, on this computer."""

from __future__ import annotations

import secrets
import socket
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from risorius.errors import InputError
from risorius.studio.settings import PORT

__all__ = ["studio"]


def studio(
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help=f"Where to listen; 0 is any port that is free. \\[default: {PORT} if it is free]",
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            help="Another address lets others in the network come as far as the door; the link "
            "then holds a token that opens it. What is sent is not encrypted."
        ),
    ] = "127.0.0.1",
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the link and open nothing.")
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(help="The folder of saved sessions; the user's own when left out."),
    ] = None,
) -> None:
    """Open the studio: atlas, performer, reader and mirror in the browser.

    Everything stays on this computer: nothing is sent anywhere, and only what you save is stored.
    Ctrl-C stops it.

    Example: [bold]risorius studio[/bold] · [bold]risorius studio --port 9000 --data sessions[/bold]
    """
    from risorius.files import data_folder
    from risorius.studio import Settings
    from risorius.studio.serve import link, serve
    from risorius.studio.settings import is_loopback
    from risorius.studio.store import Store

    with _listen(host, port) as listening:
        settings = Settings(
            host=host,
            port=listening.getsockname()[1],
            data=data or data_folder(),
            token="" if is_loopback(host) else secrets.token_urlsafe(24),
        )
        Store(settings.data).close()  # says what is wrong with the folder before anything opens

        def announce() -> None:
            typer.echo(f"The studio is at {link(settings)}   (Ctrl-C stops it)")
            if settings.token:
                typer.echo(
                    "Others in this network can reach it. Whoever has the whole link can use it; "
                    "what is sent is not encrypted.",
                    err=True,
                )
            if not no_browser:
                webbrowser.open(link(settings))

        serve(settings, listening, when_open=announce)
    typer.echo("The studio is closed.")


def _listen(host: str, port: int | None) -> socket.socket:
    """Return a socket of its own; the usual port makes way when somebody has it."""
    if port is None:
        try:
            return _bound(host, PORT)
        except InputError:
            port = 0
    return _bound(host, port)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two servers share a port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise InputError(
            f"cannot listen at {host}, port {port}: {error.strerror or error}. Try --port 0."
        ) from error
    return listening
