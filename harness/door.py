"""The way into pages that are served on this machine, and what stands before them.

Whoever has the token of the printed address may read and write; nobody else may do anything.
What the pages show came from Apps and is hostile: no inline script runs, nothing is framed,
and what is written must come from these pages.
"""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.errors import UsageError

LARGEST_BODY = 64 * 1024
"""Bytes of what is written: the longest comment of a reviewer takes a tenth of it."""
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Door:
    """Who may come in.

    Attributes:
        hosts: values of `Host` under which the server is meant: else a page of elsewhere could
            reach it under a name of its own (DNS rebinding).
        scheme: http or https.
        token: of the printed address.
        printed_by: what has printed it, for whoever comes without.
    """

    hosts: frozenset[str]
    scheme: str
    token: str
    printed_by: str

    @property
    def cookie(self) -> str:
        """Its name: cookies are shared by all ports of a host."""
        return f"zhangce_{sorted(self.hosts)[0].rpartition(':')[2]}"

    def refusal(self, request: Request) -> Response | None:
        """Why a request is not answered; None: it is."""
        if request.headers.get("host", "") not in self.hosts:
            return say(421, "not a name of this server")
        if not secrets.compare_digest(
            request.cookies.get(self.cookie, "").encode(), self.token.encode()
        ):
            return say(403, f"open the address that `{self.printed_by}` has printed")
        if request.method in ("GET", "HEAD"):
            return None
        origins = {f"{self.scheme}://{host}" for host in self.hosts}
        if request.headers.get("origin") not in origins:
            return say(403, "not from these pages")
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return say(415, "application/json is asked for")
        return None

    def entered(self, request: Request) -> Response | None:
        """The way in for who has the token: it goes from the address into a cookie."""
        given = request.query_params.get("token")
        if given is None or request.headers.get("host", "") not in self.hosts:
            return None
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            return None
        response = RedirectResponse(request.url.path, status_code=303)
        response.set_cookie(
            self.cookie,
            self.token,
            httponly=True,
            samesite="strict",
            secure=self.scheme == "https",
        )
        return response


class Guard:
    """Stands before everything: the door, and the headers of every answer."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers itself, or hands on."""
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        request = Request(scope, receive)
        answer = self._door.entered(request) or self._door.refusal(request) or self._app
        await answer(scope, receive, with_headers)


async def read(request: Request) -> dict[str, Any] | Response:
    """The JSON object of a request, or why there is none; one too large is not read to its end."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                return say(413, f"at most {LARGEST_BODY} bytes")
        said = json.loads(body)
    except (ValueError, RecursionError, ClientDisconnect):
        return say(400, "not JSON")
    return said if isinstance(said, dict) else say(400, "not an object")


def say(status: int, words: str) -> Response:
    """An answer in plain words."""
    return PlainTextResponse(words + "\n", status_code=status)


# --- on a socket ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """Where a server listens."""

    listening: socket.socket
    door: Door

    @property
    def url(self) -> str:
        """What a person opens."""
        host = min(self.door.hosts, key=lambda one: (one.startswith("localhost"), one))
        return f"{self.door.scheme}://{host}/?token={self.door.token}"


def listen(host: str, port: int, *, printed_by: str, tls: bool = False) -> Address:
    """Takes a port, 0 for a free one, and makes up a token.

    Raises:
        UsageError: the port cannot be had.
    """
    try:
        listening = socket.create_server((host, port))
    except OSError as exc:
        raise UsageError(f"cannot listen on {host}:{port}: {exc.strerror}") from exc
    taken = listening.getsockname()[1]
    names = {host, "localhost"} if host.startswith("127.") else {host}
    hosts = frozenset(f"{name}:{taken}" for name in names)
    scheme = "https" if tls else "http"
    return Address(listening, Door(hosts, scheme, secrets.token_urlsafe(24), printed_by))


class Announced(uvicorn.Server):
    """Tells when it answers, and when Ctrl-C ends it in order."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to answer, and says so."""
        await super().startup(sockets)
        self._ready()
