"""What a task itself does in a dialog that would be an interruption to any other task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness.model import AttemptRecord, Outcome, PlannedStep
from harness.phone.afflict import plant
from harness.phone.app import App, Close, Dialog, Do, Go, Screen, Set, State
from harness.phone.trouble import Trouble
from harness.phone.widgets import Button, Check, Column, Label, Page, Scroll, Wheel, Widget
from tests.commit_guard import SMALL
from tests.rig import Rig, rig

PACKAGE = "cn.example.consenting"
SHOWN = Trouble("popup", text="terms")
NEVER = "never"
REFUSED = {"text": "不同意"}


def _home(state: State) -> Widget:
    return Page(
        children=(
            Label(id="title", text="首页"),
            *(Label(text=f"消息 {row}", height=60) for row in range(4)),
            Button(id="go", text="办理", on_tap=Go("form")),
        )
    )


def _form(state: State) -> Widget:
    return Page(children=(Label(id="form", text="表单"),))


def _terms(state: State) -> Widget:
    rows = tuple(Label(text=f"第 {row} 条", height=40) for row in range(20))
    end = Label(id="end", text="本政策自发布之日起生效", height=40)
    return Column(
        background="#FFFFFF",
        padding=8,
        children=(
            Label(text="隐私政策"),
            Wheel(id="age", key="age", options=("未成年", "成年", "老年"), height=120),
            Check(id="read", key="read", text="我已阅读"),
            Scroll(id="text", height=420, children=(*rows, end)),
            Button(id="agree", text="同意", on_tap=Do(Set({"agreed": True}), Close())),
            Button(text="不同意", on_tap=Do(Set({"refused": True}), Close())),
        ),
    )


APP = App(
    package=PACKAGE,
    label="同意",
    icon="bank",
    color="#1677FF",
    screens=(Screen("home", _home), Screen("form", _form)),
    dialogs=(Dialog("terms", _terms),),
    start="home",
    initial={"age": "未成年"},
)


@pytest.fixture
def phone() -> Iterator[Rig]:
    with rig(APP, metrics=SMALL) as made:
        yield made


def attempt(
    phone: Rig, *steps: Any, dismiss: Any = NEVER, after_s: float = 0.0, goal: Any = None
) -> AttemptRecord:
    """Takes the steps while the terms lie over the start screen; the first of them is 3."""

    def watch(planned: PlannedStep) -> None:
        if planned.path == "3":
            plant(phone.phone, PACKAGE, SHOWN, after_s)

    interruption = {
        "name": "terms",
        "seen": [{"text": "隐私政策"}, {"text": "同意"}],
        "dismiss": dismiss,
    }
    return phone.attempt(
        ["launch", {"wait_for": {"visible": {"id": "title"}}}, *steps],
        goal or {"visible": {"id": "title"}},
        profile={"android": {"package": PACKAGE}, "interruptions": [interruption]},
        scenario={"patience_s": 2},
        watch=watch,
        common=(),
    )


def counted(record: AttemptRecord) -> list[str]:
    return [met.name for taken in record.steps for met in taken.interruptions]


@pytest.mark.parametrize("dismiss", [NEVER, REFUSED], ids=["never", "by a button"])
@pytest.mark.parametrize(
    ("step", "key", "value"),
    [
        ({"check": "我已阅读"}, "read", True),
        ({"check": {"box": {"id": "read"}}}, "read", True),
        ({"pick": {"wheel": {"id": "age"}, "to": "老年"}}, "age", "老年"),
    ],
)
def test_a_box_and_a_wheel_in_a_consent_dialog_are_the_tasks_own(
    phone: Rig, step: Any, key: str, value: Any, dismiss: Any
) -> None:
    record = attempt(phone, step, {"tap": {"id": "agree"}}, dismiss=dismiss)
    assert record.verdict.outcome is Outcome.COMPLETED
    assert counted(record) == []
    assert {key: value, "agreed": True}.items() <= phone.phone.values(PACKAGE).items()


def test_the_text_of_a_consent_dialog_is_scrolled_to_its_end(phone: Rig) -> None:
    record = attempt(phone, {"scroll_to": {"id": "end"}}, {"tap": {"id": "agree"}})
    assert record.verdict.outcome is Outcome.COMPLETED
    assert phone.phone.values(PACKAGE)["agreed"] is True


def test_a_swipe_that_names_no_element_moves_what_is_in_front(phone: Rig) -> None:
    steps = ({"swipe": "up"}, {"tap": {"id": "agree"}})
    record = attempt(phone, *steps)
    assert record.verdict.outcome is Outcome.COMPLETED


def test_back_refuses_consent(phone: Rig) -> None:
    record = attempt(phone, "back", goal={"visible": {"id": "go"}})
    assert record.verdict.outcome is Outcome.COMPLETED
    assert not {"agreed", "refused"} & phone.phone.values(PACKAGE).keys()


def test_what_lies_beneath_a_consent_dialog_is_still_not_touched(phone: Rig) -> None:
    record = attempt(phone, {"tap": {"id": "go"}}, goal={"visible": {"id": "form"}})
    assert record.verdict.outcome is Outcome.OUTDATED
    assert record.symptoms is not None
    assert record.symptoms.obstacle == "terms"
