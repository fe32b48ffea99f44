"""Who may come in: one gate before every route and every WebSocket.

A page elsewhere on the web can make a browser send requests to this computer. The gate lets in only
who names this server (``Host``, so that no foreign name can be pointed here), and changes anything
only for pages of its own (``Origin``). Beyond this computer everybody shows the token as well.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from risorius.studio.messages import Problem, Refusal
from risorius.studio.settings import Settings, is_loopback

__all__ = ["CONTENT_POLICY", "Gate", "refusal"]

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "frame-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), display-capture=()",
    "cache-control": "no-store",
}
"""Of every answer that does not say otherwise itself."""

MOST_BODY = 8_000_000
"""Bytes of a request; uploads have a limit of their own."""

# It only hands the cookie on: a page that was come to from elsewhere sends no strict cookie yet.
DOOR = (
    '<!doctype html><html lang="en"><meta http-equiv="refresh" content="0;url=/">'
    "<title>Risorius</title><p>Come in.</p></html>"
)


def refusal(status: int, *texts: str) -> Response:
    """Return an answer that says what was wrong."""
    said = Refusal(problems=tuple(Problem(text=text) for text in texts))
    return JSONResponse(said.model_dump(mode="json"), status_code=status)


class Gate:
    """The gate: an ASGI middleware before everything else.

    Parameters
    ----------
    app : ASGI application
    settings : Settings
    unmeasured : str
        Beginning of the paths whose bodies have a limit of their own.
    """

    def __init__(self, app: ASGIApp, settings: Settings, *, unmeasured: str) -> None:
        self._app = app
        self._settings = settings
        self._unmeasured = unmeasured
        self._n_sockets = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, or say why not."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    given.setdefault(name, value)
            await send(message)

        stop = self._stranger(headers)
        if stop is None and scope["method"] not in ("GET", "HEAD"):
            stop = self._foreign(headers)
        elif stop is None and _looks_in(headers):
            stop = 403, "a page of another site may not look in here."
        if stop is None and not self._has_token(headers):
            if scope["path"] == "/" and self._is_token(_asked_token(scope)):
                await self._door()(scope, receive, send_guarded)
                return
            stop = 401, "this studio asks for its token: open the whole link that it printed."
        if stop is not None:
            await refusal(*stop)(scope, receive, send_guarded)
            return
        if not scope["path"].startswith(self._unmeasured):
            too_large = f"at most {MOST_BODY / 1e6:.0f} MB are taken here."
            if int(headers.get("content-length") or 0) > MOST_BODY:
                await refusal(413, too_large)(scope, receive, send_guarded)
                return
            receive = _measured(receive, too_large)
        await self._app(scope, receive, send_guarded)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        stop = self._stranger(headers) or self._foreign(headers)
        if stop is None and not self._has_token(headers):
            stop = 401, "this studio asks for its token."
        if stop is None and self._n_sockets >= self._settings.n_sockets:
            stop = 503, "too many windows are open. Close some of them."
        if stop is not None:
            await receive()
            code = 1013 if stop[0] == 503 else 1008
            await send({"type": "websocket.close", "code": code, "reason": stop[1]})
            return
        self._n_sockets += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._n_sockets -= 1

    def _stranger(self, headers: Headers) -> tuple[int, str] | None:
        """Return why a request is not for this server."""
        host = headers.get("host", "")
        name, port = _split_host(host)
        if port == self._settings.port and self._is_ours(name):
            return None
        known = f"http://{'localhost' if is_loopback(self._settings.host) else name}"
        return 421, (
            f"this studio does not answer to the name {host!r:.80}, so that no foreign page can "
            f"reach it under a name of its own. Open {known}:{self._settings.port}."
        )

    def _is_ours(self, name: str) -> bool:
        if name in ("127.0.0.1", "localhost", "::1"):
            return True
        if is_loopback(self._settings.host):
            return False
        # Numbers cannot be pointed elsewhere by a name server; of names only our own count.
        own = socket.gethostname().lower()
        return _is_number(name) or name in (self._settings.host, own, f"{own}.local")

    def _foreign(self, headers: Headers) -> tuple[int, str] | None:
        """Return why a request does not come from a page of this server."""
        origin = headers.get("origin", "")
        split = urlsplit(origin)
        if split.scheme in ("http", "https") and split.netloc == headers.get("host"):
            return None
        told = f"not {origin!r:.80}" if origin else "and this request names no Origin"
        return 403, f"only pages of this studio may do that, {told}."

    def _has_token(self, headers: Headers) -> bool:
        if not self._settings.token:
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return cookie is not None and self._is_token(cookie.value)

    def _is_token(self, word: str) -> bool:
        token = self._settings.token
        return bool(token) and hmac.compare_digest(word.encode(), token.encode())

    @property
    def _cookie(self) -> str:
        # Cookies know no ports: another studio on this host keeps its own.
        return f"risorius_{self._settings.port}"

    def _door(self) -> Response:
        answer = HTMLResponse(DOOR)
        answer.set_cookie(
            self._cookie, self._settings.token, path="/", httponly=True, samesite="strict"
        )
        return answer


def _measured(receive: Receive, too_large: str) -> Receive:
    """Return what receives no more than is allowed, whatever was announced."""
    taken = 0

    async def receive_measured() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY:
            raise HTTPException(413, too_large)
        return message

    return receive_measured


def _looks_in(headers: Headers) -> bool:
    """Return whether a foreign page wants something in itself; a link may lead here."""
    return (
        headers.get("sec-fetch-site") == "cross-site"
        and headers.get("sec-fetch-mode") != "navigate"
    )


def _asked_token(scope: Scope) -> str:
    query: bytes = scope.get("query_string", b"")
    return parse_qs(query.decode("latin-1")).get("token", [""])[0]


def _split_host(host: str) -> tuple[str, int | None]:
    """Return name and port of a Host header.

    Examples
    --------
    >>> _split_host("[::1]:8642"), _split_host("localhost"), _split_host("a:b:c")
    (('::1', 8642), ('localhost', 80), ('', None))
    """
    try:
        split = urlsplit(f"//{host}")
        if split.username is not None or split.path:
            return "", None
        return (split.hostname or "").lower(), split.port or 80
    except ValueError:
        return "", None


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
