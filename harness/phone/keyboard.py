"""The soft keyboard: where its keys are, for drawing them and for knowing which one a tap hits.

Its text layout is a Chinese pinyin keyboard. What it types are the letters
themselves: composing characters is the input method's business, and a harness
never types through it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from harness.phone.scene import Metrics, Rect

Kind = Literal["text", "number"]

# What a key sends. A single character is typed; these are commands.
DELETE = "delete"
ENTER = "enter"
SHIFT = "shift"
SYMBOLS = "symbols"
LANGUAGE = "language"
HIDE = "hide"

CANDIDATES = "我你好请在有不的"
"""What the row above the keys offers before anything is typed."""

CANDIDATES_DP = 42
ROW_DP = 50
SIDE_DP = 3
"""Around each key, half the gap to the next one; taps there belong to the key."""

_ROWS = ("qwertyuiop", "asdfghjkl")
_LAST_LETTERS = "zxcvbnm"
_NUMBERS = ("123", "456", "789")


class Key(NamedTuple):
    """A key of the keyboard. `box` is what a finger hits; it is drawn a little smaller."""

    box: Rect
    label: str
    """What is written on it; empty when it shows an icon."""
    sends: str
    """The character that it types, or one of the commands above."""

    @property
    def types(self) -> bool:
        """Whether it types a character; else `sends` is a command."""
        return len(self.sends) == 1


def keyboard_area(metrics: Metrics) -> Rect:
    """What the keyboard covers, down to the edge of the screen."""
    top = metrics.height - metrics.px(metrics.keyboard_dp)
    return Rect(0, top, metrics.width, metrics.height)


@lru_cache(maxsize=16)
def keys(metrics: Metrics, kind: Kind) -> tuple[Key, ...]:
    """All keys of a keyboard, the candidates among them."""
    return _text_keys(metrics) if kind == "text" else _number_keys(metrics)


def key_at(metrics: Metrics, kind: Kind, x: float, y: float) -> Key | None:
    """The key under a finger, or None beside all of them."""
    return next((key for key in keys(metrics, kind) if key.box.contains(x, y)), None)


def _row_box(metrics: Metrics, row: int, left: float, right: float) -> Rect:
    """A part of the n-th row of keys, from `left` to `right` as shares of the width."""
    top = keyboard_area(metrics).top + metrics.px(CANDIDATES_DP + ROW_DP * row)
    width = metrics.width - 2 * metrics.px(SIDE_DP)
    start = metrics.px(SIDE_DP)
    return Rect(
        start + round(width * left),
        top,
        start + round(width * right),
        top + metrics.px(ROW_DP),
    )


def _candidates(metrics: Metrics) -> list[Key]:
    area = keyboard_area(metrics)
    bottom = area.top + metrics.px(CANDIDATES_DP)
    hide = metrics.px(48)
    step = (metrics.width - hide) // len(CANDIDATES)
    words = [
        Key(Rect(index * step, area.top, (index + 1) * step, bottom), word, word)
        for index, word in enumerate(CANDIDATES)
    ]
    return [*words, Key(Rect(metrics.width - hide, area.top, metrics.width, bottom), "", HIDE)]


def _text_keys(metrics: Metrics) -> tuple[Key, ...]:
    found = _candidates(metrics)
    for row, letters in enumerate(_ROWS):
        indent = (10 - len(letters)) / 20
        for index, letter in enumerate(letters):
            box = _row_box(metrics, row, indent + index / 10, indent + (index + 1) / 10)
            found.append(Key(box, letter, letter))
    found.append(Key(_row_box(metrics, 2, 0, 0.15), "", SHIFT))
    for index, letter in enumerate(_LAST_LETTERS):
        box = _row_box(metrics, 2, 0.15 + index / 10, 0.15 + (index + 1) / 10)
        found.append(Key(box, letter, letter))
    found.append(Key(_row_box(metrics, 2, 0.85, 1), "", DELETE))
    bottom = (
        ("符", SYMBOLS, 0, 0.12),
        ("中/英", LANGUAGE, 0.12, 0.26),
        ("，", "，", 0.26, 0.36),
        ("拼音", " ", 0.36, 0.7),
        ("。", "。", 0.7, 0.8),
        ("确定", ENTER, 0.8, 1),
    )
    found += [Key(_row_box(metrics, 3, left, right), *key) for *key, left, right in bottom]
    return tuple(found)


def _number_keys(metrics: Metrics) -> tuple[Key, ...]:
    """Three columns of digits, and a fourth for the commands, as on a telephone."""
    found = [_candidates(metrics)[-1]]
    for row, digits in enumerate(_NUMBERS):
        for column, digit in enumerate(digits):
            box = _row_box(metrics, row, column / 4, (column + 1) / 4)
            found.append(Key(box, digit, digit))
    for column, character in enumerate(".0X"):
        box = _row_box(metrics, 3, column / 4, (column + 1) / 4)
        found.append(Key(box, character, character))
    upper, lower = _row_box(metrics, 0, 0.75, 1), _row_box(metrics, 1, 0.75, 1)
    found.append(Key(Rect(upper.left, upper.top, upper.right, lower.bottom), "", DELETE))
    upper, lower = _row_box(metrics, 2, 0.75, 1), _row_box(metrics, 3, 0.75, 1)
    found.append(Key(Rect(upper.left, upper.top, upper.right, lower.bottom), "确定", ENTER))
    return tuple(found)
