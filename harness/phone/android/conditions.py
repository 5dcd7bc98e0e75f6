"""`test` and `[`: conditions of files, texts and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.phone.android.call import Call, Finished, Outcome, Program, Refusal


def test(call: Call) -> Outcome:
    """`test` and `[`: files, texts, numbers; `!`, `-a`, `-o`."""
    words = list(call.arguments)
    if call.name == "[":
        if words[-1:] != ["]"]:
            raise Refusal("/system/bin/sh: [: missing ]", 2)
        words.pop()
    return Finished(code=int(not _either(call, words)))


def _either(call: Call, words: list[str]) -> bool:
    for sign, combine in (("-o", any), ("-a", all)):
        if sign in words[1:-1] and len(words) > 3:
            place = words.index(sign, 1)
            sides = (words[:place], words[place + 1 :])
            return combine(_either(call, side) for side in sides)
    if words[:1] == ["!"]:
        return not _either(call, words[1:])
    return _holds(call, words)


def _holds(call: Call, words: list[str]) -> bool:
    match words:
        case []:
            return False
        case [text]:
            return bool(text)
        case [sign, text] if sign in _UNARY:
            return _UNARY[sign](call, text)
        case [left, sign, right] if sign in _TEXTS:
            return _TEXTS[sign](left, right)
        case [left, sign, right] if sign in _NUMBERS:
            return _NUMBERS[sign](_number(left), _number(right))
    raise Refusal(f"/system/bin/sh: {call.name}: unexpected operator/operand", 2)


def _number(text: str) -> int:
    if not re.fullmatch(r"\s*[-+]?\d{1,18}\s*", text):
        raise Refusal(f"/system/bin/sh: {text[:40]}: bad number", 2)
    return int(text)


def _size(call: Call, path: str) -> int:
    return call.system.files.stat(call.path(path))[1]


def _is_file(call: Call, path: str) -> bool:
    where = call.path(path)
    return call.system.files.exists(where) and not call.system.files.is_directory(where)


_UNARY: dict[str, Callable[[Call, str], bool]] = {
    "-e": lambda call, path: call.system.files.exists(call.path(path)),
    "-f": _is_file,
    "-d": lambda call, path: call.system.files.is_directory(call.path(path)),
    "-r": lambda call, path: call.system.files.exists(call.path(path)),
    "-w": lambda call, path: call.system.files.exists(call.path(path)),
    "-x": lambda call, path: bool(call.system.files.stat(call.path(path))[0] & 0o111),
    "-s": lambda call, path: _size(call, path) > 0,
    "-L": lambda call, path: False,
    "-h": lambda call, path: False,
    "-n": lambda call, text: bool(text),
    "-z": lambda call, text: not text,
}
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda left, right: left == right,
    "-ne": lambda left, right: left != right,
    "-lt": lambda left, right: left < right,
    "-le": lambda left, right: left <= right,
    "-gt": lambda left, right: left > right,
    "-ge": lambda left, right: left >= right,
}


PROGRAMS: dict[str, Program] = {"[": test, "test": test}
