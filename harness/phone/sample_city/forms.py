"""Checking a form and answering it: every message stands below its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from harness.phone.app import Action, Decide, Do, Set, State, Values

Errors = Mapping[str, str]
"""What is wrong with each input, by its key; empty text when nothing is."""


def error_of(state: State, key: str) -> str:
    """The message that stands below the input of this key."""
    return state.text(f"{key}_error")


def cleared(*keys: str) -> Values:
    """Empty inputs without messages."""
    return {name: "" for key in keys for name in (key, f"{key}_error")}


def checked(check: Callable[[State], Errors], then: Action) -> Action:
    """Shows what is wrong below the fields, and does `then` when nothing is."""

    def answer(state: State) -> Action:
        errors = check(state)
        shown = Set({f"{key}_error": text for key, text in errors.items()})
        return shown if any(errors.values()) else Do(shown, then)

    return Decide(answer)


def name_error(name: str) -> str:
    """What is wrong with a person's name."""
    if not name:
        return "请输入姓名"
    return "" if len(name) >= 2 else "姓名至少 2 个字"


def identity_number_error(number: str) -> str:
    """What is wrong with an ID number. The form is checked, not the check digit."""
    if not number:
        return "请输入身份证号码"
    return "" if re.fullmatch(r"\d{17}[\dXx]", number) else "身份证号码格式不正确，应为 18 位"
