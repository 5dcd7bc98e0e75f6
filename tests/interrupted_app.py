"""An App into whose way anything may come, its profile, and the task that goes through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.phone.app import Action, After, App, Close, Dialog, Do, Go, Screen, Set, State, View
from harness.phone.widgets import (
    Button,
    Column,
    Input,
    Label,
    Page,
    Space,
    Spinner,
    Stack,
    Widget,
)

PACKAGE = "cn.example.interrupted"
ANSWER_S = 0.5
SLOW_ANSWER_S = 6.0
COUNTDOWN_S = 2.0
LATE_S = 0.3
"""How long a dialog takes to answer, or an advert to close, where it does so late."""


def _taken(then: Action) -> Action:
    """What nobody may press unasked; it is written down."""
    return Do(Set({"taken": True}), then)


def _closing(state: State) -> Action:
    return After(LATE_S, Close(), name="close") if state.flag("late") else Close()


# --- what may come over it ------------------------------------------------------------------------


def _card(*children: Widget) -> Widget:
    return Column(background="#FFFFFF", padding=16, gap=8, children=children)


def _offer(title: str, take: str, leave: str) -> View:
    def view(state: State) -> Widget:
        return _card(
            Label(id="title", text=title),
            Button(id="take", text=take, on_tap=_taken(Close())),
            Button(id="leave", text=leave, on_tap=_closing(state)),
        )

    return view


def _advert(state: State) -> Widget:
    """An advert over all of the screen, whose button comes only when it has counted down."""
    left_s = COUNTDOWN_S - state.now_s
    skip = Button(id="skip", text="跳过", on_tap=_closing(state))
    if left_s > 0:
        skip = Button(id="skip", text=f"{left_s:.0f} 秒后可跳过", enabled=False)
    return Column(
        width=360,
        background="#FFFFFF",
        children=(
            Label(text="广告"),
            Button(id="visit", text="立即领取", height=400, on_tap=_taken(Close())),
            skip,
        ),
    )


def _consent(state: State) -> Widget:
    return _card(
        Label(text="请阅读并同意《隐私政策》与《用户协议》"),
        Button(id="agree", text="同意并继续", on_tap=_taken(Close())),
        Button(id="refuse", text="不同意", on_tap=_taken(Close())),
    )


def _floating(state: State) -> Widget:
    """An advert in the App's own window, that does not hide what lies beneath it."""
    gone = Set({"floats": ""})
    close = After(LATE_S, gone, name="close") if state.flag("late") else gone
    return Column(
        background="#FFE8CC",
        children=(
            Button(id="gift", text="领红包", height=30, on_tap=_taken(gone)),
            Button(id="gift_close", description="关闭广告", text="×", height=30, on_tap=close),
        ),
    )


# --- its screens ----------------------------------------------------------------------------------


def _page(state: State, target: Widget, *children: Widget) -> Widget:
    """A screen with what its step touches; the advert floats over that or beside it."""
    floats = state.text("floats")
    over = (_floating(state),) if floats == "over" else ()
    beside = (_floating(state),) if floats == "beside" else ()
    spinner = (Spinner(),) if state.busy("ask") else ()
    return Page(
        padding=8,
        gap=8,
        children=(
            Stack(children=(target, *over)),
            *children,
            *_lookalike(state.text("looks_like")),
            Space(height=100),
            *beside,
            *spinner,
        ),
    )


def _ask(screen: str, seconds: float = ANSWER_S) -> Action:
    return After(seconds, Go(screen), name="ask")


def _home(state: State) -> Widget:
    return _page(state, Button(id="home_go", text="办理", height=60, on_tap=_ask("form")))


def _form(state: State) -> Widget:
    name = Input(id="form_name", key="name", hint="姓名", height=60)
    ask = _ask("rows", SLOW_ANSWER_S)
    return _page(state, name, Button(id="form_next", text="下一步", on_tap=ask))


def _rows(state: State) -> Widget:
    return _page(state, Button(id="row", text="第一项", height=60, on_tap=_ask("result")))


def _result(state: State) -> Widget:
    return _page(
        state,
        Label(id="result_text", text="可以提交", height=60),
        Button(id="submit", text="确认提交", on_tap=Go("sent")),
    )


def _sent(_: State) -> Widget:
    return Page(children=(Label(id="sent", text="收到了"),))


def _lookalike(kind: str) -> tuple[Widget, ...]:
    """What only looks like an interruption: words and buttons of a page."""
    pressed = Set({"taken": True})
    titles, buttons = LOOKALIKES.get(kind, ((), ()))
    labels = tuple(Label(text=text) for text in titles)
    return (*labels, *(Button(text=text, on_tap=pressed) for text in buttons))


LOOKALIKES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "a page on what is new": (("版本更新说明", "发现新版本"), ("立即升级", "以后再说")),
    "an article": (("专家提醒：手机请立即升级",), ("以后再说",)),
    "settings of permissions": (("位置信息权限",), ("允许", "不允许")),
    "a form that may be skipped": (("家庭成员信息",), ("跳过",)),
    "a service that is rated": (("请为本次服务评价", "五星好评"), ("去评价", "取消")),
    "a help page on networks": (("网络不可用怎么办", "“样例”无法访问互联网"), ("取消",)),
    "a help page on Apps that hang": (("样例 没有响应",), ("关闭应用", "等待")),
    "a page of messages": (("没有新通知", "Wi-Fi 已连接"), ("清除",)),
    "an article with the advert's words": (("如何领红包",), ("关闭广告",)),
}
"""Pages that look like an interruption: what they say, and their buttons."""

INTERRUPTED_APP = App(
    package=PACKAGE,
    label="样例",
    icon="bank",
    color="#1677FF",
    screens=(
        Screen("home", _home),
        Screen("form", _form),
        Screen("rows", _rows),
        Screen("result", _result),
        Screen("sent", _sent),
    ),
    dialogs=(
        Dialog("update", _offer("发现新版本 V3.2", "立即升级", "以后再说"), dismissable=False),
        Dialog("rating", _offer("喜欢样例吗？", "去评分", "残忍拒绝"), dismissable=False),
        Dialog("advert", _advert, dismissable=False),
        Dialog("privacy_consent", _consent, dismissable=False),
    ),
    start="home",
)

PROFILE: Mapping[str, Any] = {
    "id": "interrupted",
    "name": {"zh": "样例"},
    "android": {"package": PACKAGE},
    "elements": {
        "home.go": [{"id": "home_go"}],
        "form.name": [{"id": "form_name"}],
        "form.next": [{"id": "form_next"}],
        "rows.first": [{"id": "row"}],
        "result.text": [{"id": "result_text"}],
        "result.submit": [{"id": "submit"}],
        "privacy.agree": [{"id": "agree"}],
    },
    "waiting": [{"class": "android.widget.ProgressBar"}],
    "interruptions": [
        {
            "name": "floating_advert",
            "seen": [{"text": "领红包"}, {"description": "关闭广告"}],
            "dismiss": {"description": "关闭广告"},
            "packages": ["app"],
        }
    ],
}
SCENARIO: Mapping[str, Any] = {"time_limit_s": 60, "patience_s": 8}
GOAL = "result.text"
STEPS: tuple[Any, ...] = (
    "launch",
    {"tap": "home.go"},
    {"tap": "form.name"},
    {"type": {"into": "form.name", "text": "样小云"}},
    {"tap": "form.next"},
    {"tap": "rows.first"},
    {"commit": "result.submit"},
)
