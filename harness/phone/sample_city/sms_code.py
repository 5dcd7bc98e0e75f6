"""Codes by text message: the field, its button with the countdown, and the check."""

from __future__ import annotations

import math
import re

from harness.phone.app import Action, After, Decide, Do, Set, Sms, State, Values
from harness.phone.sample_city.theme import PRIMARY, TARGET, input_box, text_field
from harness.phone.widgets import Button, Column

SENDER = "106900000000"
CODES = {"login": "482913", "register": "730264", "change": "519386"}
WAIT_S = 60
"""How long the button stays asleep after a code was sent."""

_LONG_AGO = -1000.0


def code_field(state: State, purpose: str, on_request: Action, error: str = "") -> Column:
    """The input for a code, with the button that asks for one."""
    field = input_box(f"{purpose}_code", "6 位验证码", number=True, max_length=6)
    return text_field("验证码", field, error, right=_request_button(state, purpose, on_request))


def _request_button(state: State, purpose: str, on_request: Action) -> Button:
    left = seconds_left(state, purpose)
    sending = state.busy(f"{purpose}_sms")
    text = "发送中…" if sending else f"{left}s 后重发" if left else "获取验证码"
    return Button(
        text=text,
        id=f"{purpose}_get_code",
        on_tap=on_request,
        enabled=not (left or sending),
        style="outlined",
        color=PRIMARY,
        size=14,
        height=TARGET,
    )


def seconds_left(state: State, purpose: str) -> int:
    """Seconds until another code may be asked for."""
    sent_at = float(state.values.get(f"{purpose}_sent_at", _LONG_AGO))
    return max(0, math.ceil(sent_at + WAIT_S - state.now_s))


def fresh(purpose: str) -> Values:
    """The values of a page that no code was asked for yet."""
    return {
        f"{purpose}_code": "",
        f"{purpose}_sent": False,
        f"{purpose}_sent_at": _LONG_AGO,
        f"{purpose}_asked_at": 0.0,
    }


def asked(purpose: str) -> Action:
    """Notes the screen's time before a dialog, whose time begins anew, sends the code."""
    return Decide(lambda state: Set({f"{purpose}_asked_at": state.now_s}))


def send(purpose: str, **also: str) -> Action:
    """Has the server send the code; it comes after 1.2 s, and `also` is set then."""
    text = f"【样例市民云】验证码 {CODES[purpose]}，5分钟内有效。请勿告诉他人。"

    def arrive(state: State) -> Action:
        sent_at = float(state.values.get(f"{purpose}_asked_at", 0.0)) + state.now_s
        sent: Values = {f"{purpose}_sent_at": sent_at, f"{purpose}_sent": True, **also}
        return Do(Sms(SENDER, text), Set(sent))

    return After(1.2, Decide(arrive), name=f"{purpose}_sms")


def code_error(state: State, purpose: str) -> str:
    """What is wrong with the code that was typed; empty when nothing is."""
    typed = state.text(f"{purpose}_code")
    if not typed:
        return "请输入验证码"
    if not state.flag(f"{purpose}_sent"):
        return "请先获取验证码"
    return "" if typed == CODES[purpose] else "验证码错误，请重新输入"


def mobile_error(mobile: str) -> str:
    """What is wrong with a mobile number; empty when nothing is."""
    if not mobile:
        return "请输入手机号"
    return "" if re.fullmatch(r"1\d{10}", mobile) else "请输入正确的 11 位手机号"


def masked(mobile: str) -> str:
    """A mobile number as an App shows it."""
    return f"{mobile[:3]}****{mobile[-4:]}" if len(mobile) == 11 else mobile
