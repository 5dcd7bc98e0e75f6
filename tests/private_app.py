"""An App that shows personal data wherever an App can, and the task that goes through all of it.

Every number is made here: valid check digits, an area code (990101) that is no county's, card
numbers of a bank that is none (629999), plates and names that nobody has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.personal import code_check, id_check, luhn
from harness.phone.app import App, Close, Crash, Dialog, Go, Open, Screen, State, Toast
from harness.phone.widgets import (
    Button,
    Column,
    Icon,
    Illustration,
    Input,
    Label,
    Page,
    QrCode,
    Row,
    Widget,
)
from tests.phone.small_app import PACKAGE


def resident_id(order: int) -> str:
    head = f"99010119990101{order:03d}"
    return head + id_check(head)


def resident_id_with_x() -> str:
    return next(made for order in range(999) if (made := resident_id(order)).endswith("X"))


def bank_card(order: int) -> str:
    head = f"629999{order:09d}"
    return next(head + digit for digit in "0123456789" if luhn(head + digit))


def credit_code() -> str:
    head = "92990101MA0000001"
    return head + code_check(head)


def mobile(order: int) -> str:
    return f"1990000{order:04d}"


@dataclass(frozen=True)
class Seed:
    """One piece of personal data: what it is, where the App shows it, as the App writes it."""

    place: str
    text: str


ID_X, CARD = resident_id_with_x(), bank_card(7)
NAME, ADDRESS, PASSWORD, SECRET, OWNER = (
    "欧阳样例",
    "样例市虚构路 99 弄 7 号",
    "Geheim9x",
    "Zx81kQ",
    "司马无名",
)

SEEDS = (
    Seed("a label", mobile(1)),
    Seed("a label, spaced, with the country's code", "+86 199 0000 0002"),
    Seed("a label, in wide digits", "１９９００００００１２"),
    Seed("an ID number", resident_id(1)),
    Seed(
        "an ID number in groups",
        f"{resident_id(2)[:6]} {resident_id(2)[6:14]} {resident_id(2)[14:]}",
    ),
    Seed("an ID number that ends with X", ID_X),
    Seed("a bank card in fours", " ".join(CARD[at : at + 4] for at in range(0, 16, 4))),
    Seed("an e-mail address", "nobody.here@example.cn"),
    Seed("a passport", "E99000017"),
    Seed("a travel permit", "H90000017"),
    Seed("a vehicle plate", "沪A·D9917"),
    Seed("a credit code", credit_code()),
    Seed("a landline", "021-50009917"),
    Seed("a name of the task's data", NAME),
    Seed("an address of the task's data", ADDRESS),
    Seed("a description", mobile(3)),
    Seed("a field", mobile(4)),
    Seed("a toast", mobile(5)),
    Seed("the log", mobile(6)),
    Seed("a screen's title", mobile(7)),
    Seed("a dialog", mobile(8)),
    Seed("behind a dialog", mobile(9)),
    Seed("a name that a rule of the profile masks", OWNER),
    Seed("a password of the task's data", PASSWORD),
    Seed("a secret", SECRET),
    Seed("a button", mobile(10)),
    Seed("a web address", f"https://example.cn/?m={mobile(11)}&t=1"),
)
"""What a run of the task would give away."""

HARMLESS = (
    "2026-01-05", "受理号 20260105000017", "￥1,380.00", "09:30-17:00", "12345", "138****0000",
    "版本 8.6.13", "第 19 条", "订单 2026010517600000001",
)  # fmt: skip
"""What stays to be read."""

_OF_ACCOUNT, _OF_PAPERS = SEEDS[:7], SEEDS[7:13]


def _texts(seeds: tuple[Seed, ...]) -> tuple[Widget, ...]:
    return tuple(Label(text=f"{number}: {seed.text}") for number, seed in enumerate(seeds))


def _next(to: str) -> Button:
    return Button(id="next", text="下一步", height=40, on_tap=Go(to))


def _account(_: State) -> Widget:
    return Page(padding=12, gap=4, children=(*_texts(_OF_ACCOUNT), _next("papers")))


def _papers(_: State) -> Widget:
    return Page(padding=12, gap=4, children=(*_texts(_OF_PAPERS), _next("pictures")))


def _pictures(_: State) -> Widget:
    boxes = (Label(text=digit, width=24) for digit in mobile(1))
    return Page(
        padding=12,
        gap=8,
        children=(
            Label(id="owner", text=OWNER),
            Illustration(id="user_avatar", name="portrait", width=72, height=90),
            QrCode(id="code", text="x", description="出示二维码", width=120, height=120),
            Icon(name="lock", description=f"绑定手机 {mobile(3)}"),
            Row(id="boxes", children=tuple(boxes)),
            *(Label(id="harmless", text=text) for text in HARMLESS),
            _next("form"),
        ),
    )


def _form(state: State) -> Widget:
    greeting = f"{NAME}，住{ADDRESS}，{OWNER}的家人" if state.text("mobile") else "请填写"
    return Page(
        padding=12,
        gap=8,
        children=(
            Label(id="title", text=f"{mobile(7)} 的资料", size=20),
            Input(id="name", key="name", hint="姓名"),
            Input(id="address", key="address", hint="住址"),
            Input(id="mobile", key="mobile", hint="手机号", keyboard="number"),
            Input(id="password", key="password", hint="密码", password=True),
            Input(id="pin", key="pin", hint="口令"),
            Label(text=greeting),
            Label(text=f"https://example.cn/?m={mobile(11)}&t=1"),
            Button(id="toast", text="提交", height=40, on_tap=Toast(f"已发送至 {mobile(5)}")),
            Button(id="ask", text=f"换绑 {mobile(10)}", height=40, on_tap=Open("ask")),
            Label(text=f"底部 {mobile(9)}"),
        ),
    )


def _ask(_: State) -> Widget:
    crash = Crash(f"java.lang.IllegalStateException: no such user {mobile(6)} {PASSWORD}")
    return Column(
        background="#FFFFFF",
        padding=12,
        children=(
            Label(id="question", text=f"向 {mobile(8)} 发送验证码？"),
            Button(id="cancel", text="取消", on_tap=Close()),
            Button(id="crash", text="确定", on_tap=crash),
        ),
    )


_SCREENS: Mapping[str, Callable[[State], Widget]] = {
    "account": _account,
    "papers": _papers,
    "pictures": _pictures,
    "form": _form,
}
PRIVATE_APP = App(
    package=PACKAGE,
    label="隐私样例",
    icon="bank",
    color="#1677FF",
    screens=tuple(Screen(name, view) for name, view in _SCREENS.items()),
    dialogs=(Dialog("ask", _ask),),
    start="account",
)
PROFILE: Mapping[str, Any] = {"mask": [{"id": "owner"}]}
DATA: Mapping[str, str] = {
    "name": NAME,
    "address": ADDRESS,
    "mobile": mobile(4),
    "password": PASSWORD,
}
STEPS: tuple[Any, ...] = (
    "launch",
    {"expect": {"visible": {"text": f"0: {mobile(1)}"}}},
    *(({"tap": {"id": "next"}}),) * 3,
    *(
        {"type": {"into": {"id": key}, "text": f"${{{key}}}"}}
        for key in ("name", "address", "mobile", "password")
    ),
    {"type": {"into": {"id": "pin"}, "text": "${secret:PIN}"}},
    "hide_keyboard",
    {"tap": {"id": "toast"}},
    {"tap": {"id": "ask"}},
    {"expect": {"visible": {"id": "question"}, "text": {"contains": mobile(8)}}},
    {"tap": {"id": "crash"}},
)
GOAL: Mapping[str, Any] = {"visible": {"text": f"为 {NAME} 办好 {mobile(4)}"}}
SECRETS: Mapping[str, str] = {"secret:PIN": SECRET}
