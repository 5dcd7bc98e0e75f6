"""The pages of runs with a desk for a reviewer, over HTTP, behind a door (`harness/door.py`).

Only pictures of the evidence are served: what the pages show came from Apps and is hostile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from harness.door import Address, Announced, Door, Guard, read, say
from harness.errors import ResultsTrouble, UsageError
from harness.store import DESK, EVIDENCE, REPORT, desk_path, report_path
from scoring.review.desk import Desk

PICTURE = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.(jpg|png|webp)")
"""Of the evidence only pictures leave: hierarchies and logs are in the pages."""
MADE = re.compile(r"pictures/[0-9a-f]+\.jpg|nodes/[0-9a-f]+\.js")
"""Of the report only what was made of the evidence: its pages tell what others say."""


class Some(StaticFiles):
    """Those files of a folder whose address has a certain form; all others are not there."""

    def __init__(self, form: re.Pattern[str], *, directory: Path) -> None:
        super().__init__(directory=directory)
        self._form = form

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or that there is none."""
        if not self._form.fullmatch(path):
            return say(404, "no such file")
        return await super().get_response(path, scope)


def application(desks: Mapping[str, Desk], door: Door) -> Starlette:
    """Pages and desks of some runs, by the ids of the runs."""
    first = next(iter(desks))

    async def home(request: Request) -> Response:
        return RedirectResponse(f"/{first}/{DESK}/index.html", status_code=303)

    async def state(request: Request) -> Response:
        desk = desks.get(request.path_params["run"])
        if desk is None:
            return say(404, "no such run")
        return JSONResponse(await run_in_threadpool(desk.state))

    async def event(request: Request) -> Response:
        desk = desks.get(request.path_params["run"])
        if desk is None:
            return say(404, "no such run")
        said = await read(request)
        if isinstance(said, Response):
            return said
        try:
            await run_in_threadpool(desk.add, said)
        except UsageError as exc:
            return say(400, str(exc))
        except ResultsTrouble as exc:
            return say(507, f"not saved: {exc}")
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
        Announced(config, ready).run(sockets=[address.listening])
    except KeyboardInterrupt:
        pass  # said by the terminal already
    finally:
        address.listening.close()
