"""An App that can be told to misbehave, its profile, and the task that goes through all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.phone.app import (
    Action,
    After,
    App,
    Close,
    Decide,
    Dialog,
    Go,
    Screen,
    Set,
    Sms,
    State,
    Toast,
    View,
)
from harness.phone.widgets import Button, Column, Input, Label, Page, Scroll, Spinner, Widget
from tests.phone.small_app import OTHER_APP

PACKAGE = "cn.example.trying"
ANSWER_S = 0.5
RESULT_S = 3.0
SMS_S = 3.0
ROWS = 30


def _ask(then: Action, seconds: float = ANSWER_S) -> Action:
    """A request to its server; an App whose control is dead makes none."""
    request = After(seconds, then, name="ask")
    return Decide(lambda state: None if state.flag("dead") else request)


def _id(state: State, name: str) -> str:
    """The id of an element, or the one that it was renamed to."""
    return "_".join(reversed(name.split("_"))) if state.flag("renamed") else name


def _page(state: State, *children: Widget) -> Widget:
    """A screen: its children, a spinner while it asks, or what it says in their place."""
    if state.text("says"):
        return Page(children=(Label(id="message", text=state.text("says")),))
    shown = () if state.flag("removed") else children
    spinner = (Spinner(),) if state.busy("ask") else ()
    return Page(padding=8, gap=8, children=(Label(text="样例 App"), *shown, *spinner))


def _home(state: State) -> Widget:
    return _page(state, Button(id=_id(state, "home_search"), text="搜索", on_tap=_ask(Go("form"))))


def _form(state: State) -> Widget:
    return _page(
        state,
        Input(id=_id(state, "form_name"), key="name", hint="姓名"),
        Button(id=_id(state, "form_next"), text="下一步", on_tap=_ask(Go("code"))),
    )


def _code(state: State) -> Widget:
    return _page(
        state,
        Input(id=_id(state, "code_field"), key="code", hint="验证码", keyboard="number"),
        Button(id=_id(state, "code_confirm"), text="确认", on_tap=_ask(Go("list"))),
    )


def _list(state: State) -> Widget:
    rows = [Label(id="row", text=f"事项 {number}", padding=12) for number in range(ROWS)]
    last = Label(
        id=_id(state, "last_item"),
        text="最后一项",
        padding=12,
        on_tap=_ask(Go("result"), RESULT_S),
    )
    return _page(state, Scroll(id="rows", grow=True, children=(*rows, last)))


def _result(state: State) -> Widget:
    text = state.text("result", "办理成功")
    return _page(state, Label(id=_id(state, "result_text"), text=text))


def _dialog(text: str, *buttons: str) -> View:
    def view(state: State) -> Widget:
        shown = (Button(id=f"choice_{text}", text=each, on_tap=Close()) for each in buttons)
        return Column(background="#FFFFFF", children=(Label(text=text), *shown))

    return view


SAYS_SO: Action = Set({"says": "网络异常，请稍后重试"})
TRYING_APP = App(
    package=PACKAGE,
    label="样例",
    icon="bank",
    color="#1677FF",
    screens=(
        Screen("home", _home),
        Screen("form", _form),
        Screen("code", _code, on_open=After(SMS_S, Sms("12345", "验证码 482913"), name="sms")),
        Screen("list", _list),
        Screen("result", _result),
    ),
    dialogs=(
        Dialog("advert", _dialog("限时福利", "去看看"), dismissable=False),
        Dialog("update", _dialog("发现新版本", "立即升级", "以后再说"), dismissable=False),
    ),
    start="home",
    unanswered=SAYS_SO,
)
WAITING_APP = replace(TRYING_APP, unanswered=None)
"""One that shows nothing but its spinner when its server does not answer."""
TOASTING_APP = replace(TRYING_APP, unanswered=Toast("系统繁忙，请稍后再试", long=True))
"""One that says so in a toast only."""
OTHER_PACKAGE = OTHER_APP.package

PROFILE: Mapping[str, Any] = {
    "id": "trying",
    "name": {"zh": "样例"},
    "android": {"package": PACKAGE},
    "elements": {
        "home.search": [{"id": "home_search"}],
        "home.notice": [{"id": "home_notice"}],
        "form.name": [{"id": "form_name"}],
        "form.next": [{"id": "form_next"}],
        "code.field": [{"id": "code_field"}],
        "code.confirm": [{"id": "code_confirm"}],
        "list.last": [{"id": "last_item"}],
        "result.text": [{"id": "result_text"}],
    },
    "waiting": [{"class": "android.widget.ProgressBar"}],
    "errors": [{"text": {"contains": "系统繁忙"}}, {"text": {"contains": "网络异常"}}],
    "maintenance": [{"text": {"contains": "系统维护"}}],
    "interruptions": [
        {"name": "update", "seen": {"text": "立即升级"}, "dismiss": {"text": "以后再说"}}
    ],
    "barriers": {
        "code": {
            "kind": "sms_code",
            "seen": {"id": "code_field"},
            "into": "code.field",
            "inbox": r"验证码 (\d{6})",
            "within_s": 5,
        }
    },
}
SCENARIO: Mapping[str, Any] = {"time_limit_s": 60, "patience_s": 8}
GOAL: Mapping[str, Any] = {"visible": "result.text", "text": "办理成功"}
STEPS: tuple[Any, ...] = (
    "launch",
    {"when": {"visible": "home.notice", "within_s": 1.5, "do": [{"tap": "home.notice"}]}},
    {"tap": "home.search"},
    {"type": {"into": "form.name", "text": "样小云"}},
    {"tap": "form.next"},
    {"barrier": "code"},
    {"tap": "code.confirm"},
    {"scroll_to": "list.last"},
    {"tap": "list.last"},
    {"wait_for": "result.text"},
)
