"""The pages of runs with a desk for a reviewer, over HTTP; the one place that knows the web.

Whoever has the token of the printed address may read and write; nobody else may do anything.
What the pages show came from Apps and is hostile: no inline script runs, nothing is framed,
only pictures of the evidence are served, and what is written must come from these pages.
"""

from __future__ import annotations

import json
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.errors import ResultsTrouble, UsageError
from harness.store import DESK, EVIDENCE, REPORT, desk_path, report_path
from scoring.review.desk import Desk

LARGEST_BODY = 64 * 1024
"""Bytes of an event: its longest comment takes a tenth of it."""
PICTURE = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.(jpg|png|webp)")
"""Of the evidence only pictures leave: hierarchies and logs are in the pages."""
MADE = re.compile(r"pictures/[0-9a-f]+\.jpg|nodes/[0-9a-f]+\.js")
"""Of the report only what was made of the evidence: its pages tell what others say."""
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
    """

    hosts: frozenset[str]
    scheme: str
    token: str

    @property
    def cookie(self) -> str:
        """Its name: cookies are shared by all ports of a host."""
        return f"zhangce_{sorted(self.hosts)[0].rpartition(':')[2]}"

    def refusal(self, request: Request) -> Response | None:
        """Why a request is not answered; None: it is."""
        if request.headers.get("host", "") not in self.hosts:
            return _say(421, "not a name of this server")
        if not secrets.compare_digest(
            request.cookies.get(self.cookie, "").encode(), self.token.encode()
        ):
            return _say(403, "open the address that `python -m scoring review` has printed")
        if request.method in ("GET", "HEAD"):
            return None
        origins = {f"{self.scheme}://{host}" for host in self.hosts}
        if request.headers.get("origin") not in origins:
            return _say(403, "not from these pages")
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _say(415, "application/json is asked for")
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


class Some(StaticFiles):
    """Those files of a folder whose address has a certain form; all others are not there."""

    def __init__(self, form: re.Pattern[str], *, directory: Path) -> None:
        super().__init__(directory=directory)
        self._form = form

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or that there is none."""
        if not self._form.fullmatch(path):
            return _say(404, "no such file")
        return await super().get_response(path, scope)


def application(desks: Mapping[str, Desk], door: Door) -> Starlette:
    """Pages and desks of some runs, by the ids of the runs."""
    first = next(iter(desks))

    async def home(request: Request) -> Response:
        return RedirectResponse(f"/{first}/{DESK}/index.html", status_code=303)

    async def state(request: Request) -> Response:
        desk = desks.get(request.path_params["run"])
        if desk is None:
            return _say(404, "no such run")
        return JSONResponse(await run_in_threadpool(desk.state))

    async def event(request: Request) -> Response:
        desk = desks.get(request.path_params["run"])
        if desk is None:
            return _say(404, "no such run")
        said = await _read(request)
        if isinstance(said, Response):
            return said
        try:
            await run_in_threadpool(desk.add, said)
        except UsageError as exc:
            return _say(400, str(exc))
        except ResultsTrouble as exc:
            return _say(507, f"not saved: {exc}")
        return JSONResponse(await run_in_threadpool(desk.state, whole=False))

    pages = [
        Mount(f"/{run}/{name}", app=kind(directory=folder))
        for run, desk in desks.items()
        for name, kind, folder in (
            (DESK, StaticFiles, desk_path(desk.directory)),
            (REPORT, partial(Some, MADE), report_path(desk.directory)),
            (EVIDENCE, partial(Some, PICTURE), desk.directory / EVIDENCE),
        )
    ]
    return Starlette(
        routes=[
            Route("/", home),
            Route("/api/{run}/state", state),
            Route("/api/{run}/events", event, methods=["POST"]),
            *pages,
        ],
        middleware=[Middleware(Guard, door=door)],
    )


async def _read(request: Request) -> dict[str, Any] | Response:
    """The JSON object of a request, or why there is none; one too large is not read to its end."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                return _say(413, f"at most {LARGEST_BODY} bytes")
        said = json.loads(body)
    except (ValueError, RecursionError, ClientDisconnect):
        return _say(400, "not JSON")
    return said if isinstance(said, dict) else _say(400, "not an object")


def _say(status: int, words: str) -> Response:
    return PlainTextResponse(words + "\n", status_code=status)


# --- on a socket ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """Where a server listens."""

    listening: socket.socket
    door: Door

    @property
    def url(self) -> str:
        """What a reviewer opens."""
        host = min(self.door.hosts, key=lambda one: (one.startswith("localhost"), one))
        return f"{self.door.scheme}://{host}/?token={self.door.token}"


def listen(host: str, port: int, *, tls: bool) -> Address:
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
    return Address(listening, Door(hosts, "https" if tls else "http", secrets.token_urlsafe(24)))


class _Announced(uvicorn.Server):
    """Tells when it answers, and when Ctrl-C ends it in order."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def serve(
    desks: Mapping[str, Desk],
    address: Address,
    ready: Callable[[], None],
    cert: Path | None = None,
    key: Path | None = None,
) -> None:
    """Serves until Ctrl-C.

    Args:
        desks: by the ids of their runs.
        address: where.
        ready: is called once requests are answered.
        cert: of TLS; None: without.
        key: its key.
    """
    config = uvicorn.Config(
        application(desks, address.door),
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
