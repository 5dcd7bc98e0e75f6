"""The pages of runs with a desk for a reviewer, over HTTP.

Who may come in is for `harness/door.py` to say. What the pages show came from Apps and is
hostile: of the evidence only pictures are served.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from harness.door import Door, Guard, read_json, say
from harness.errors import ResultsTrouble, UsageError
from harness.store import DESK, EVIDENCE, REPORT, desk_path, report_path
from scoring.review.desk import Desk

LARGEST_BODY = 64 * 1024
"""Bytes of an event: its longest comment takes a tenth of it."""
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
        said = await read_json(request, LARGEST_BODY)
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
