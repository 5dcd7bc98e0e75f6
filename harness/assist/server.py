"""The page on which a person helps at barriers, over HTTP on this machine only.

It shows what the phone shows now, from memory: no picture and no code is written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from harness.assist.saying import NEVER_TAPS, call, deed, name_kind
from harness.assist.terminal import TERMINAL, is_there, reading
from harness.door import Address, Door, Guard, listen, read_json, say
from harness.helpdesk import Answer, HelpDesk, Question, code_in, fault_in
from harness.model import Words

STATIC = Path(__file__).parent / "static"
PRINTED_BY = "pytest scenarios/ --barriers assist"
STOPS_WITHIN_S = 5.0
LARGEST_BODY = 4096
"""Bytes of an answer."""


def application(desk: HelpDesk, door: Door) -> Starlette:
    """The page of a desk."""

    async def page(request: Request) -> Response:
        return FileResponse(STATIC / "page.html")

    async def state(request: Request) -> Response:
        return JSONResponse(_state(desk))

    async def picture(request: Request) -> Response:
        png = desk.look()
        return say(404, "no picture") if png is None else Response(png, media_type="image/png")

    async def answer(request: Request) -> Response:
        said = await read_json(request, LARGEST_BODY)
        return said if isinstance(said, Response) else _answer(desk, said)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/state", state),
            Route("/picture", picture),
            Route("/answer", answer, methods=["POST"]),
            Mount("/static", app=StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guard, door=door)],
    )


def _state(desk: HelpDesk) -> dict[str, Any]:
    """What the page shows; of a code nothing, it only goes the other way."""
    notice = desk.notice
    asked = notice.question
    return {
        "number": notice.number,
        "ending": notice.ending,
        "left_s": round(notice.left_s),
        "pictures": notice.pictures,
        "visible": notice.visible,
        "still_there": notice.still_there,
        "asked": None
        if asked is None
        else {
            "attempt": asked.attempt,
            "task": _both(asked.task),
            "app": _both(asked.app),
            "kind": _both(name_kind(asked.kind)),
            "deed": _both(deed(asked)),
            "hint": _both(NEVER_TAPS),
            "wants_code": asked.wants_code,
            "hidden": asked.kind == "password",
        },
    }


def _both(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en or words.zh}


def _answer(desk: HelpDesk, said: dict[str, Any]) -> Response:
    """Hands an answer to the desk: `{number, code}`, `{number, gives_up: true}` or `{number}`."""
    number, code = said.get("number"), said.get("code", "")
    if not isinstance(number, int) or not isinstance(code, str):
        return say(400, "a number is asked for, and a text where there is a code")
    code = code_in(code)
    fault = fault_in(code, desk.notice.question) if "code" in said else None
    if fault is not None:
        return say(400, str(fault))
    stands = desk.answer(Answer(code, gives_up=said.get("gives_up") is True), number)
    return JSONResponse(_state(desk)) if stands else say(409, "this question no longer stands")


# --- while a run goes on --------------------------------------------------------------------------


@contextmanager
def open_desk(tell: Callable[[str], None], *, by_terminal: bool) -> Iterator[HelpDesk]:
    """A desk with its page, and with the terminal.

    Args:
        tell: says where the page is, and calls a person at each barrier.
        by_terminal: whether answers are read from the terminal too, where there is one.

    Raises:
        UsageError: no port can be had.
    """
    address = listen("127.0.0.1", 0, PRINTED_BY)
    desk = HelpDesk(partial(_call, tell, address.url, by_terminal and is_there(TERMINAL)))
    with serving(desk, address):
        tell(f"关卡协助页 page for barriers: {address.url}")
        yield desk


@contextmanager
def _call(
    tell: Callable[[str], None], url: str, reads_terminal: bool, question: Question, desk: HelpDesk
) -> Iterator[None]:
    tell(call(question, url, reads_terminal=reads_terminal))
    if not reads_terminal:
        yield
        return
    with reading(desk, TERMINAL, tell):
        yield


@contextmanager
def serving(desk: HelpDesk, address: Address) -> Iterator[None]:
    """Serves the page from a thread of this process."""
    config = uvicorn.Config(
        application(desk, address.door),
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = Thread(
        target=server.run, kwargs={"sockets": [address.listening]}, name="assist", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(STOPS_WITHIN_S)
        address.listening.close()
