"""The server: every room's routes behind one gate, and the page."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import risorius
from risorius.errors import InputError, RisoriusError
from risorius.export.write import SUFFIXES
from risorius.studio import assets, keeping
from risorius.studio.clips import Shelf
from risorius.studio.frames import COLUMNS, FRAME
from risorius.studio.jobs import Jobs
from risorius.studio.messages import Hello, Refusal, RoomSign
from risorius.studio.problems import Busy, Missing, problems_of
from risorius.studio.protocol import version
from risorius.studio.room import Studio
from risorius.studio.rooms import ROOMS
from risorius.studio.security import Gate, refusal
from risorius.studio.settings import Settings
from risorius.studio.store import Store

__all__ = ["create_app"]

_log = logging.getLogger(__name__)

_DESCRIPTION = """\
The face as a living system of muscles, on this computer. Everything here is what the page itself
asks; it may change with every version.

Whatever cannot be done is answered by a `Refusal`: what was wrong, and what to try. Requests that
change anything carry the `Origin` of this studio. Two WebSockets live beside these routes,
`/ws/perform` (intents in, a living face out) and `/ws/mirror` (pictures in, muscles out); their
first message is a `Hello`.
"""

_TAGS = {
    "studio": "Who this is, and which version of the messages it speaks.",
    "face": "What the browser needs to draw the face: binary files that it may keep.",
    "clips": "What muscles did over time: performed, read or mirrored; in memory until saved.",
    "jobs": "Long work: asked for again and again until it is over.",
    "saved": "The data folder: what was kept on purpose.",
    "atlas": "What is known of every muscle, nerve and expression.",
    "perform": "Scores, checked and performed.",
    "read": "Videos and pictures, read into muscles.",
}

_UNBUILT = """\
<!doctype html><html lang="en"><title>Risorius</title>
<p>The page of the studio has not been built. <code>pip install -e .</code> in the checkout builds
it; then start the studio again.</p></html>
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the server of the studio.

    Parameters
    ----------
    settings : Settings, optional

    Returns
    -------
    app : FastAPI
        Its data folder is opened when it starts and given free when it stops.

    Examples
    --------
    >>> app = create_app(Settings(port=8642))
    >>> "/api/perform/render" in app.openapi()["paths"]
    True
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def open_studio(app: FastAPI) -> AsyncIterator[None]:
        store = Store(settings.data)
        jobs = Jobs(store.scratch, at_once=1, most=settings.n_jobs)
        shelf = Shelf(store, n_clips=settings.n_clips, n_bytes=settings.clip_bytes)
        app.state.studio = Studio(settings=settings, hello=_hello(), shelf=shelf, jobs=jobs)
        Thread(target=_warm_up, daemon=True).start()
        try:
            yield
        finally:
            jobs.close()
            store.close()

    app = _Server(
        title="Risorius studio",
        version=risorius.__version__,
        description=_DESCRIPTION,
        openapi_tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
        lifespan=open_studio,
        openapi_url="/api/openapi.json",
        # The pages that show it come from other hosts.
        docs_url=None,
        redoc_url=None,
        responses={
            status: {"model": Refusal, "description": text}
            for status, text in (
                (400, "The body cannot be read."),
                (401, "The token is missing."),
                (403, "Not from a page of this studio."),
                (404, "There is no such thing."),
                (405, "Not in this way."),
                (413, "Too much at once."),
                (421, "Not the name of this studio."),
                (422, "What was asked for cannot be done; it says why."),
                (503, "Too much is under way."),
            )
        },
    )
    app.include_router(keeping.router)
    app.include_router(assets.router)
    for room in ROOMS:
        app.include_router(room.router)
    _serve_page(app)
    _answer_errors(app)
    app.add_middleware(Gate, settings=settings, unmeasured="/api/read/upload")
    return app


class _Server(FastAPI):
    """A server that describes its refusals as JSON, also where a route answers in bytes."""

    def openapi(self) -> dict[str, Any]:
        """Return the description of all routes."""
        if self.openapi_schema is None:
            for verbs in super().openapi()["paths"].values():
                for route in verbs.values():
                    for status, answer in route["responses"].items():
                        if status >= "400":
                            (said,) = answer["content"].values()
                            answer["content"] = {"application/json": said}
        return super().openapi()


def _hello() -> Hello:
    return Hello(
        version=version(),
        session=secrets.token_hex(8),
        risorius=risorius.__version__,
        rooms=tuple(RoomSign(name=room.name, title=room.title) for room in ROOMS),
        frame=FRAME,
        n_columns=COLUMNS,
        formats=SUFFIXES,
    )


@cache
def _warm_up() -> None:
    """Make what the first window asks for before it asks: the face, and its first living frame."""
    from risorius.perform import live

    assets.warm_up()
    live(rate=60.0).frames(0.0)


class _Page(StaticFiles):
    """The built page; what has a hash in its name never changes."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Return a file with how long it may be kept."""
        answer = super().file_response(*args, **options)
        scope: Scope = args[2]
        hashed = scope["path"].startswith("/assets/")
        kept = "public, max-age=31536000, immutable" if hashed else "no-cache"
        answer.headers["cache-control"] = kept
        return answer


def _serve_page(app: FastAPI) -> None:
    folder = Path(str(files("risorius.studio") / "static"))
    if (folder / "index.html").is_file():
        app.mount("/", _Page(directory=folder, html=True))
    else:

        @app.get("/", include_in_schema=False)
        def get_unbuilt() -> HTMLResponse:
            return HTMLResponse(_UNBUILT, status_code=503)


def _answer_errors(app: FastAPI) -> None:
    """Let every error be a `Refusal`, and no traceback leave the house."""

    def said(status: int, error: Exception, headers: Mapping[str, str] | None = None) -> Response:
        said = Refusal(problems=problems_of(error))
        return Response(said.model_dump_json(), status, headers, media_type="application/json")

    @app.exception_handler(Missing)
    def missing(_: Request, error: Missing) -> Response:
        return said(404, error)

    @app.exception_handler(Busy)
    def busy(_: Request, error: Busy) -> Response:
        return said(503, error, {"retry-after": "5"})

    @app.exception_handler(InputError)
    def wrong(_: Request, error: InputError) -> Response:
        return said(422, error)

    @app.exception_handler(RisoriusError)
    def ours(_: Request, error: RisoriusError) -> Response:
        return said(500, error)

    @app.exception_handler(RequestValidationError)
    def not_understood(_: Request, error: RequestValidationError) -> Response:
        return refusal(
            422, *(f"{'.'.join(map(str, e['loc']))}: {e['msg']}." for e in error.errors()[:16])
        )

    @app.exception_handler(HTTPException)
    def other(_: Request, error: HTTPException) -> Response:
        answer = refusal(error.status_code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    def broken(_: Request, error: Exception) -> Response:
        _log.exception("this should not happen", exc_info=error)
        return refusal(500, "something of ours broke here; the window of the server says what.")
