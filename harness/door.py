"""The door of the servers for people on this machine: who may come in, and what a page may do.

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
from pathlib import Path
from typing import Any

import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.errors import UsageError
from harness.model import Words

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
        command: that has printed it.
    """

    hosts: frozenset[str]
    scheme: str
    token: str
    command: str

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
            return say(403, f"open the address that `{self.command}` has printed")
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


async def read_json(request: Request, largest: int) -> dict[str, Any] | Response:
    """The JSON object of a request, or why there is none; one too large is not read to its end.

    Args:
        request: that was sent.
        largest: bytes that are read.
    """
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > largest:
                return say(413, f"at most {largest} bytes")
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


def listen(host: str, port: int, command: str, *, tls: bool = False) -> Address:
    """Takes a port, 0 for a free one, and makes up a token.

    Args:
        host: the address to listen on.
        port: of it.
        command: what whoever has no token is told to start.
        tls: whether the pages are served by HTTPS.

    Raises:
        UsageError: the port cannot be had.
    """
    try:
        listening = socket.create_server((host, port))
    except OSError as exc:
        zh = f"监听不了 {host}:{port}：{exc.strerror}；请换一个端口"
        en = f"cannot listen on {host}:{port}: {exc.strerror}; try another port"
        raise UsageError(Words(zh=zh, en=en)) from exc
    taken = listening.getsockname()[1]
    names = {host, "localhost"} if host.startswith("127.") else {host}
    hosts = frozenset(f"{name}:{taken}" for name in names)
    door = Door(hosts, "https" if tls else "http", secrets.token_urlsafe(24), command)
    return Address(listening, door)


class _Announced(uvicorn.Server):
    """Tells when it answers, and when Ctrl-C ends it in order."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def serve(
    app: ASGIApp,
    address: Address,
    ready: Callable[[], None],
    cert: Path | None = None,
    key: Path | None = None,
) -> None:
    """Serves until Ctrl-C.

    Args:
        app: behind the door.
        address: where.
        ready: is called once requests are answered.
        cert: of TLS; None: without.
        key: its key.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        ssl_certfile=cert,
        ssl_keyfile=key,
    )
    try:
        _Announced(config, ready).run(sockets=[address.listening])
    except KeyboardInterrupt:
        pass  # said by the terminal already
    finally:
        address.listening.close()
