"""The inspection over HTTP: one page, what it asks, what it lets do.

Who may come in is for `harness/door.py` to say. Every request is read by a model; what a bench
refuses is told in words, by kind: 400 the person can mend it, 409 the screen or the file has
changed or the phone is busy, 423 a commit point, 503 the phone.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from harness.door import Door, Guard, read_json, say
from harness.errors import DeviceTrouble, ElementGone, HarnessError, TouchRefused
from harness.inspect.bench import Bench
from harness.inspect.held_phone import Busy
from harness.inspect.looking import Moved
from harness.inspect.walk import About
from harness.model import BarrierKind, ElementName, Frozen, Name
from harness.profile_file import ChangedOnDisk

STATIC = Path(__file__).parent / "static"
LARGEST_BODY = 512 * 1024
"""Bytes of a request: a task has at most half of that."""
Text = Annotated[str, Field(max_length=256 * 1024)]
Written = Annotated[str, Field(min_length=1, max_length=2000)]


class Pointed(Frozen):
    """An element of a screen; with a text, what is written into it."""

    number: int
    index: int
    text: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


class Pressed(Frozen):
    """A key, a launch, a swipe."""

    key: str
    direction: str = ""


class Named(Frozen):
    """An element's name and its locators, in order."""

    name: ElementName
    locators: Annotated[tuple[Written, ...], Field(max_length=20)]


class Sign(Frozen):
    """By what something is known: a list of the profile, and a locator."""

    key: str
    locator: Written


class Unasked(Frozen):
    """An interruption."""

    name: Name
    seen: Written
    dismiss: Written


class Passed(Frozen):
    """A barrier."""

    name: Name
    kind: BarrierKind
    seen: Written
    into: ElementName | None = None
    inbox: Annotated[str, Field(max_length=200)] = ""


class Steps(Frozen):
    """A step, several, or a task in YAML."""

    text: Text


class Recorded(Frozen):
    """Whether a walk is recorded from now on."""

    on: bool


class Dropped(Frozen):
    """A thing of the walk, by its place, and as the page has it there."""

    index: Annotated[int, Field(ge=0)]
    say: Annotated[str, Field(max_length=256 * 1024)]


class Told(Frozen):
    """What a draft says of its task beside the steps."""

    id: Name = "my_task"
    title_zh: Written = "我的任务"
    title_en: str = "My task"
    life_event: Name = "my_tasks"
    kind: str = "information"
    severity: str = "minor"
    goal: str = ""
    goal_text: str = ""


Act = Callable[[Any], Any]


def application(bench: Bench, door: Door) -> Starlette:
    """The page of a bench."""
    looking, naming = bench.looking, bench.naming
    recording, trying = bench.recording, bench.trying
    acts: dict[str, tuple[type[Frozen], Act]] = {
        "touch": (Pointed, lambda ask: _touch(bench, ask)),
        "press": (Pressed, lambda ask: bench.touching.press(ask.key, ask.direction)),
        "name": (Named, lambda ask: naming.element(ask.name, ask.locators)),
        "sign": (Sign, lambda ask: naming.sign(ask.key, ask.locator)),
        "interruption": (
            Unasked,
            lambda ask: naming.interruption(ask.name, ask.seen, ask.dismiss),
        ),
        "barrier": (
            Passed,
            lambda ask: naming.barrier(ask.name, ask.kind, ask.seen, ask.into or "", ask.inbox),
        ),
        "record": (Recorded, lambda ask: recording.switch(on=ask.on)),
        "drop": (Dropped, lambda ask: recording.drop(ask.index, ask.say)),
        "draft": (Told, lambda ask: recording.draft(About(**ask.model_dump()))),
        "steps": (Steps, lambda ask: trying.steps(ask.text)),
        "check": (Steps, lambda ask: trying.check(ask.text)),
        "try": (Steps, lambda ask: trying.task(ask.text)),
        "save": (Steps, lambda ask: trying.save(ask.text)),
    }

    async def home(_: Request) -> Response:
        return FileResponse(STATIC / "inspect.html")

    async def state(_: Request) -> Response:
        return await _answer(bench.state)

    async def screen(request: Request) -> Response:
        after = _number(request.query_params.get("after", "0"))
        return await _answer(lambda: bench.screen(after))

    async def earlier(request: Request) -> Response:
        return await _answer(lambda: looking.earlier(request.path_params["number"]))

    async def picture(request: Request) -> Response:
        png = looking.picture(request.path_params["number"])
        return say(404, "gone") if png is None else Response(png, media_type="image/png")

    async def kept(request: Request) -> Response:
        jpg = trying.kept(request.path_params["name"])
        return say(404, "gone") if jpg is None else Response(jpg, media_type="image/jpeg")

    async def candidates(request: Request) -> Response:
        number, index = request.path_params["number"], request.path_params["index"]
        return await _answer(lambda: looking.candidates(number, index))

    async def act(request: Request) -> Response:
        what = acts.get(request.path_params["what"])
        if what is None:
            return say(404, "no such thing")
        said = await read_json(request, LARGEST_BODY)
        if isinstance(said, Response):
            return said
        model, do = what
        try:
            asked = model.model_validate(said)
        except ValidationError as exc:
            return say(400, _first(exc))
        return await _answer(lambda: {"result": do(asked), "state": bench.state()})

    return Starlette(
        routes=[
            Route("/", home),
            Route("/api/state", state),
            Route("/api/screen", screen),
            Route("/api/screen/{number:int}", earlier),
            Route("/api/picture/{number:int}", picture),
            Route("/api/kept/{name}", kept),
            Route("/api/candidates/{number:int}/{index:int}", candidates),
            Route("/api/do/{what}", act, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guard, door=door)],
    )


async def _answer(ask: Callable[[], Any]) -> Response:
    """What a bench answers, or in words why it does not."""
    try:
        return JSONResponse(await run_in_threadpool(ask))
    except TouchRefused as exc:
        return say(423, str(exc.seen))
    except (Busy, Moved, ChangedOnDisk, ElementGone) as exc:
        return say(409, str(exc))
    except DeviceTrouble as exc:
        return say(503, f"{exc.zh} / {exc}")
    except HarnessError as exc:
        return say(400, str(exc))
    except CancelledError:
        # The server ends, and waits no longer: nothing else cancels what a bench is asked.
        return say(503, "检查已结束 / the inspection has ended")


def _touch(bench: Bench, asked: Pointed) -> None:
    if asked.text is None:
        bench.touching.tap(asked.number, asked.index)
    else:
        bench.touching.write(asked.number, asked.index, asked.text)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _first(exc: ValidationError) -> str:
    """The first mistake of a request, with a person's words where they can have made it."""
    first = exc.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    if first["type"] == "string_pattern_mismatch":
        return (
            f"{place}: 名称用小写字母、数字、下划线，点号分段，如 home.search / small letters, "
            "digits, _ and dots, as in home.search"
        )
    return f"{place}: {first['msg']}"
