"""Attempts on an App that hides its commit point, and how many of their touches reach it.

`python -m tests.commit_guard --attempts 500` makes them in virtual time and prints a
table. Whether the commit point was touched is what the phone itself writes down.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal, ParamSpec, TypeVar

from rich.console import Console
from rich.table import Table

from harness.errors import TouchRefused
from harness.guard import guard_of
from harness.guarded_driver import GuardedDriver
from harness.load import Document
from harness.model import AppProfile, ById, Outcome, Point, SharedSteps
from harness.phone.app import App, Go, Screen, Set, State
from harness.phone.scene import Metrics
from harness.phone.widgets import Button, Column, Input, Label, Page, Row, Space, Stack, Widget
from tests import rig as rigs
from tests.rig import Rig, rig

PACKAGE = "cn.example.committing"
MOVES_BY = 60.0
MOVES_S = (0.2, 0.3)
"""When it moves, after the form has opened: about when a step finds and touches its element."""
COMMAND_S = 0.03
"""How long each command takes, but for the touch: what moves under the finger nobody can see."""

SMALL = Metrics(width=360, height=800, density=1.0)
"""A screen that is quickly drawn."""

Place = Literal["still", "moved", "covered", "covering", "under a button"]
PLACES: tuple[Place, ...] = ("still", "moved", "covered", "covering", "under a button")
Keys = tuple[bool, bool]
"""Whether the profile says `sandbox: true`, whether the run says `--allow-commit`."""
NOT_BOTH: tuple[Keys, ...] = ((False, False), (True, False), (False, True))


@dataclass(frozen=True)
class Guise:
    """How the commit point is called in the App by now."""

    id: str
    text: str
    in_a_box: bool = False


GUISES: Mapping[str, Guise] = {
    "as named": Guise("form_submit", "确认提交"),
    "id in another dress": Guise("btnSubmitForm_v2", "办好了"),
    "another id": Guise("x91", "确认提交"),
    "other words": Guise("form_submit", "办好了"),
    "nearly the words": Guise("x92", "确认提交>"),
    "words in a box": Guise("x93", "确认提交", in_a_box=True),
}
UNKNOWN = Guise("x94", "办好了")
"""Neither id nor words are like what anybody has named: no guard can know it."""

PROFILE: Mapping[str, Any] = {
    "android": {"package": PACKAGE},
    "elements": {
        "home.go": [{"id": "home_go"}],
        "form.name": [{"id": "form_name"}],
        "form.other": [{"id": "form_other"}],
        "form.submit": [{"id": "form_submit"}, {"text": "确认提交"}, {"description": "提交按钮"}],
    },
}
SHARED_STEPS: Mapping[str, Any] = {"id": "send", "title": {"zh": "送出"}, "parameters": ["id"]}


def _tap(locator: Any) -> Callable[[Guise], list[Any]]:
    return lambda guise: [{"tap": locator(guise) if callable(locator) else locator}]


def _by_id(guise: Guise) -> dict[str, str]:
    return {"id": guise.id}


def _by_xpath(guise: Guise) -> dict[str, str]:
    return {"xpath": f"//*[@resource-id='{PACKAGE}:id/{guise.id}']"}


def _by_uiautomator(guise: Guise) -> dict[str, str]:
    return {"uiautomator": f'new UiSelector().resourceId("{PACKAGE}:id/{guise.id}")'}


WAYS: Mapping[str, Callable[[Guise], list[Any]]] = {
    "tap: its id": _tap(_by_id),
    "tap: its text": _tap(lambda guise: {"text": guise.text}),
    "tap: xpath": _tap(_by_xpath),
    "tap: uiautomator": _tap(_by_uiautomator),
    "tap: its neighbour": _tap("form.other"),
    "tap: its neighbour by xpath": _tap({"xpath": "//*[contains(@resource-id, 'form_other')]"}),
    "long_press": lambda guise: [{"long_press": _by_id(guise)}],
    "swipe from it": lambda guise: [{"swipe": {"direction": "up", "on": _by_id(guise)}}],
    "run: shared steps": lambda guise: [{"run": {"scenario": "send", "with": {"id": guise.id}}}],
    "an interruption": lambda _: [{"wait_for": {"visible": {"id": "never"}, "within_s": 1}}],
    "coordinates": lambda _: [],
    "commit": lambda guise: [{"commit": _by_id(guise)}],
}
REACHING = ("tap: its id", "tap: xpath", "run: shared steps", "coordinates", "commit")
"""The ways that reach a commit point wherever it is, when nothing keeps them from it."""


# --- the App --------------------------------------------------------------------------------------


class CommittingApp:
    """An App whose form is laid out anew for each attempt."""

    def __init__(self) -> None:
        self.guise, self.place, self.moves_at_s = GUISES["as named"], PLACES[0], 0.0
        self.app = App(
            package=PACKAGE,
            label="提交",
            icon="bank",
            color="#1677FF",
            screens=(Screen("home", _home), Screen("form", self._form), Screen("sent", _sent)),
            start="home",
        )

    def _form(self, state: State) -> Widget:
        moved = self.place == "moved" and state.now_s >= self.moves_at_s
        banner = (Space(height=MOVES_BY),) if moved else ()
        name = Input(id="form_name", key="name", hint="姓名", height=MOVES_BY)
        return Page(children=(name, *banner, *self._buttons(), Space(grow=True)))

    def _buttons(self) -> tuple[Widget, ...]:
        submit = _submit(self.guise)
        other = Button(id="form_other", text="详情", on_tap=Set({"other": 1}), height=MOVES_BY)
        over = Label(id="form_other", text="详情", padding=8)
        together: Mapping[Place, tuple[Widget, ...]] = {
            "covered": (Stack(children=(submit, over)),),
            "covering": (Stack(children=(other, submit)),),
            "under a button": (Stack(children=(submit, other)),),
        }
        return together.get(self.place, (submit, other))


def _submit(guise: Guise) -> Widget:
    if not guise.in_a_box:
        return Button(id=guise.id, text=guise.text, on_tap=Go("sent"), height=MOVES_BY)
    row = Row(children=(Label(text=guise.text), Space(width=200)))
    return Column(id=guise.id, on_tap=Go("sent"), height=MOVES_BY, children=(row,))


def _home(_: State) -> Widget:
    return Page(children=(Button(id="home_go", text="填表", on_tap=Go("form")),))


def _sent(_: State) -> Widget:
    return Page(children=(Label(id="sent", text="收到了"),))


# --- the attempts ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """One attempt: how the App hid what, which touch was tried, and what came of it."""

    way: str
    guise: str
    place: Place
    keys: Keys
    reached: bool
    refused: bool


def attempts(number: int, seed: int = 1, keys: Sequence[Keys] = NOT_BOTH) -> Iterator[Made]:
    """So many attempts, each another by the seed; every way and every place comes up in turn."""
    draw = random.Random(seed)
    with trying() as (phone, app):
        for index in range(number):
            way = list(WAYS)[index % len(WAYS)]
            guise = draw.choice(list(GUISES))
            app.guise, app.place = GUISES[guise], draw.choice(PLACES)
            app.moves_at_s = draw.uniform(*MOVES_S)
            yield make(phone, app, way, guise, draw.choice(keys), draw)


@contextmanager
def trying() -> Iterator[tuple[Rig, CommittingApp]]:
    """A phone with the App on which a command takes its time, and the App."""
    app = CommittingApp()
    with rig(app.app, metrics=SMALL) as phone:
        for verb in ("look", "picture", "hierarchy"):
            slow = _slow(getattr(phone.driver, verb), phone.clock.sleep)
            setattr(phone.driver, verb, slow)
        yield phone, app


P = ParamSpec("P")
R = TypeVar("R")


def _slow(ask: Callable[P, R], sleep: Callable[[float], None]) -> Callable[P, R]:
    def asked(*args: P.args, **named: P.kwargs) -> R:
        sleep(COMMAND_S)
        return ask(*args, **named)

    return asked


def make(
    phone: Rig, app: CommittingApp, way: str, guise: str, keys: Keys, draw: random.Random
) -> Made:
    """One attempt, and what the phone says of it."""
    before = len(phone.phone.changes)
    sandbox, allowed = keys
    profile: dict[str, Any] = {**PROFILE, "sandbox": sandbox}
    task: dict[str, Any] = {"allow_commit": allowed}
    if draw.random() < 0.5:
        profile["commits"] = ["form.submit"]
    else:
        task["commits"] = ("form.submit",)
    if way == "an interruption":
        dismiss = _by_id(app.guise)
        seen = {"id": "form_name"}
        profile["interruptions"] = [{"name": "advert", "seen": seen, "dismiss": dismiss}]
    record = phone.attempt(
        ["launch", {"tap": "home.go"}, {"expect": "form.name"}, *WAYS[way](app.guise)],
        goal={"visible": "form.name", "within_s": 1},
        profile=profile,
        scenario={"patience_s": 1},
        shared={"send": _shared()},
        **task,
    )
    refused = record.symptoms is not None and record.symptoms.failure == "commit_point"
    if refused and record.verdict.outcome is not Outcome.OUTDATED:
        raise AssertionError(record.verdict)
    if way == "coordinates":
        refused = _touch_by_coordinates(phone, app, profile, allowed=allowed, draw=draw)
    reached = any("SentActivity" in change for _, change in phone.phone.changes[before:])
    return Made(way, guise, app.place, keys, reached, refused)


def _touch_by_coordinates(
    phone: Rig,
    app: CommittingApp,
    profile: Mapping[str, Any],
    *,
    allowed: bool,
    draw: random.Random,
) -> bool:
    """A touch anywhere on the commit point, at the driver's seam; says whether it was refused."""
    value = AppProfile.model_validate({**rigs.PROFILE, **profile})
    guarded = GuardedDriver(phone.driver, guard_of(value, ("form.submit",), allow_commit=allowed))
    phone.clock.sleep(1)  # it has moved by now
    box = phone.driver.look(ById(id=app.guise.id))[0].box
    point = Point(x=draw.randrange(box.left, box.right), y=draw.randrange(box.top, box.bottom))
    with suppress(TouchRefused):
        guarded.tap(point)
        return False
    return True


def _shared() -> Document[SharedSteps]:
    steps = {**SHARED_STEPS, "steps": [{"tap": {"id": "${id}"}}]}
    return Document(SharedSteps.model_validate(steps), "scenarios/shared/send.yaml")


# --- the table ------------------------------------------------------------------------------------


def table(made: Sequence[Made]) -> Table:
    """A row a way to touch, a column a place of the commit point: reached, refused, attempts."""
    shown = Table(title="Touches that reached the commit point / were refused / attempts")
    for heading in ("way", *PLACES, "all"):
        shown.add_column(heading, overflow="fold")
    for way in WAYS:
        mine = [one for one in made if one.way == way]
        cells = ([one for one in mine if one.place == place] for place in PLACES)
        shown.add_row(way, *map(_counts, cells), _counts(mine))
    return shown


def _counts(made: Sequence[Made]) -> str:
    if not made:
        return "—"
    reached, refused = sum(one.reached for one in made), sum(one.refused for one in made)
    return f"{reached} / {refused} / {len(made)}"


def main() -> int:
    """Makes attempts without both keys, a few with them, and prints what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    console = Console()
    without = list(attempts(asked.attempts, asked.seed))
    both = list(attempts(max(len(WAYS), asked.attempts // 10), asked.seed, keys=((True, True),)))
    console.print(table(without))
    reached = sum(one.reached for one in without)
    console.print(f"without both keys: {reached} of {len(without)} reached the commit point")
    aimed = [one for one in both if one.way in REACHING and one.place != "under a button"]
    console.print(
        f"with both keys: {sum(one.reached for one in aimed)} of {len(aimed)} that aimed did; "
        f"{sum(one.refused for one in both)} of {len(both)} were refused"
    )
    return int(reached > 0)


if __name__ == "__main__":
    raise SystemExit(main())
