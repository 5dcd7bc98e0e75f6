"""A wheel of a picker as the hierarchy tells it, and how to turn it to what is wanted. Pure.

Two kinds are common in Apps. Android's `NumberPicker` holds its value in a field, between
buttons that say its neighbours. Wheels that are drawn have rows of text, of which the one in
the middle is chosen, or say nothing but what is chosen. All turn with the finger, and come to
rest on a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from lxml import etree

from harness.hierarchy import box_of
from harness.landing import at
from harness.likeness import says
from harness.model import Box, Contains, Matches, Point, TextMatch

NUMBER_PICKER = "NumberPicker"
NUMBER_PICKER_ROWS = 3
"""That one shows, whatever its height (`SELECTOR_WHEEL_ITEM_COUNT`)."""
ROWS_AT_MOST = 9
"""That a wheel is taken to show which says only what is chosen: a drag of one row is a ninth of
its height at first, and grows by half as long as it moves nothing."""
EDGE_SHARE = 0.08
"""Of the screen, above and below, where no finger goes: Android's own gestures begin there."""
ENOUGH = 12
"""Rows in one order of numbers, by which one is known not to be there; of fewer all are looked at.
"""
START_SHARE = 0.1
"""Of a wheel's height: a finger begins no further inside."""


@dataclass(frozen=True)
class Wheel:
    """A wheel as one look saw it: its rows from top to bottom, and which of them is chosen."""

    box: Box
    rows: tuple[str, ...]
    chosen: int
    pitch: float | None
    """Pixels from a row to the next; None where nothing but the chosen one is told."""

    @property
    def value(self) -> str:
        """What is chosen."""
        return self.rows[self.chosen]


def read(there: Sequence[etree._Element], box: Box) -> Wheel | None:
    """The wheel that has this box; None when nothing there says anything."""
    wheel = at(there, box)
    if wheel is None:
        return None
    holders = [each for each in (wheel, *wheel.iterancestors()) if box_of(each) == box]
    picker = next((each for each in holders if _is_number_picker(each)), None)
    if picker is not None:
        return _number_picker(picker, box)
    if rows := sorted(_rows_of(wheel), key=lambda row: row[0].middle.y):
        return _rows(rows, box)
    value = next(filter(None, map(_words, holders)), "")
    return Wheel(box, (value,), 0, None) if value else None


def _is_number_picker(element: etree._Element) -> bool:
    return str(element.get("class", "")).endswith(NUMBER_PICKER)


def _words(element: etree._Element) -> str:
    return str(element.get("text") or element.get("content-desc") or "")


def _number_picker(picker: etree._Element, box: Box) -> Wheel | None:
    parts = [each for each in picker.iterdescendants("*") if _words(each)]
    fields = [row for row, each in enumerate(parts) if "EditText" in str(each.get("class", ""))]
    pitch = (box.bottom - box.top) / NUMBER_PICKER_ROWS
    return Wheel(box, tuple(map(_words, parts)), fields[0], pitch) if fields else None


def _rows_of(wheel: etree._Element) -> Iterator[tuple[Box, str]]:
    for each in wheel.iterdescendants("*"):
        box, words = box_of(each), _words(each)
        if box is not None and words and each.get("displayed", "true") == "true":
            yield box, words


def _rows(rows: Sequence[tuple[Box, str]], box: Box) -> Wheel:
    middles = [where.middle.y for where, _ in rows]
    chosen = min(range(len(rows)), key=lambda row: abs(middles[row] - box.middle.y))
    apart = [below - above for above, below in pairwise(middles) if below > above]
    heights = [where.bottom - where.top for where, _ in rows]
    pitch = median(apart) if apart else max(heights)
    return Wheel(box, tuple(words for _, words in rows), chosen, pitch)


# --- which way, and how far -----------------------------------------------------------------------


class Search:
    """Turns a wheel until it says what is wanted: to it where it is in sight, else by numbers.

    Where numbers do not tell, every row is looked at, down to the end and up to the other.
    A row is counted forward when it lies below: the finger that brings it moves up.
    """

    def __init__(self, wanted: TextMatch) -> None:
        self._wanted = wanted
        self._last: Wheel | None = None
        self._asked = 0
        self._ended: set[int] = set()
        """The directions in which it does not move any more."""
        self._guessed_at: set[str] = set()
        """What it rested on when numbers were asked: they mislead if it comes back there."""
        self._grows = 0
        """Where one row is shown: 1 if numbers grow forward, -1 if backward, 0 if not known."""
        self._steps: set[int | None] = set()
        """From a number to the next, in all looks; None where they were not evenly apart."""
        self._sweeping = 0
        self._swept: set[str] = set()
        self._rows_in_height = self._moved_at = float(ROWS_AT_MOST)
        self._offered: dict[str, None] = {}

    @property
    def offered(self) -> tuple[str, ...]:
        """What the wheel has shown so far."""
        return tuple(self._offered)

    def is_met(self, wheel: Wheel) -> bool:
        """Whether what is wanted is chosen."""
        return says(wheel.value, self._wanted)

    def pitch(self, wheel: Wheel) -> float:
        """Pixels from a row to the next, as far as it is known."""
        height = wheel.box.bottom - wheel.box.top
        return wheel.pitch or height / self._rows_in_height

    def turn(self, wheel: Wheel) -> int | None:
        """By how many rows to turn it from here; 0 when there is no need, None when in vain."""
        unmoved = self._asked != 0 and wheel == self._last
        if unmoved and wheel.pitch is None and self._rows_in_height > 1:
            self._rows_in_height = max(1.0, self._rows_in_height / 1.5)
            return self._asked
        if unmoved:
            self._ended.add(_sign(self._asked))
            self._rows_in_height = self._moved_at
        self._offered.update(dict.fromkeys(wheel.rows))
        self._learn(wheel)
        self._last, self._moved_at = wheel, self._rows_in_height
        self._asked = self._choose(wheel, unmoved=unmoved)
        return None if self._asked == 0 and not self.is_met(wheel) else self._asked

    def _choose(self, wheel: Wheel, *, unmoved: bool) -> int:
        if self.is_met(wheel):
            return 0
        near = [
            row - wheel.chosen for row, words in enumerate(wheel.rows) if says(words, self._wanted)
        ]
        if near:
            nearest = min(near, key=abs)
            return 0 if unmoved and _sign(nearest) in self._ended else nearest
        told = None if self._sweeping else self._by_numbers(wheel)
        return self._sweep(wheel, unmoved=unmoved) if told is None else told

    def _learn(self, wheel: Wheel) -> None:
        """How numbers follow each other, in sight and by what the last turn has changed."""
        self._steps.add(_step([_number(row) for row in wheel.rows]))
        before = None if self._last is None else _number(self._last.value)
        now = _number(wheel.value)
        if before is not None and now is not None and now != before:
            self._grows = _sign(now - before) * _sign(self._asked)

    def _by_numbers(self, wheel: Wheel) -> int | None:
        """So many rows as numbers say that it is away; 0: it is not there, None: they do not tell.

        Of a wheel that shows one row they tell when it has been turned by one.
        """
        wanted, numbers = _number(_plain(self._wanted)), [_number(row) for row in wheel.rows]
        here, alone = numbers[wheel.chosen], len(numbers) == 1
        step = self._smallest_step() * (self._grows or 1) if alone else _step(numbers)
        if wanted is None or here is None or step is None:
            return None
        rows = round((wanted - here) / step)
        if alone and (rows == 0 or not self._grows):
            rows = _sign(wanted - here) * _sign(step)
        if rows == 0 or _sign(rows) in self._ended:
            in_order = None not in self._steps and len(self._steps) == 1
            return 0 if in_order and len(self._offered) >= ENOUGH else None
        if wheel.value in self._guessed_at:
            return None
        self._guessed_at.add(wheel.value)
        return rows

    def _smallest_step(self) -> int:
        numbers = sorted({number for row in self._offered if (number := _number(row)) is not None})
        return min((after - before for before, after in pairwise(numbers)), default=1)

    def _sweep(self, wheel: Wheel, *, unmoved: bool) -> int:
        """To the next rows that were not in sight yet; 0 when all have been."""
        direction = next((each for each in (1, -1) if each not in self._ended), 0)
        if direction != self._sweeping:
            self._sweeping, self._swept = direction, set()
        elif not unmoved and wheel.value in self._swept:
            return 0  # it has come round
        self._swept.add(wheel.value)
        return direction * max(1, len(wheel.rows) - 1)


def drag(wheel: Wheel, pitch: float, rows: int, screen: Box) -> tuple[Point, Point]:
    """The way of a finger that turns a wheel by so many rows, or as far as the screen lets it.

    It begins near an edge of the wheel and goes over it; beyond, the wheel goes on following it.
    """
    box, x, sign = wheel.box, wheel.box.middle.x, _sign(rows)
    inside = round(min(pitch / 2, START_SHARE * (box.bottom - box.top)))
    edge = round(EDGE_SHARE * (screen.bottom - screen.top))
    highest, lowest = screen.top + edge, screen.bottom - edge
    start = box.bottom - 1 - inside if sign > 0 else box.top + inside
    room = start - highest if sign > 0 else lowest - start
    far = max(1, min(abs(rows), int(room / pitch)))
    end = start - sign * round(far * pitch)
    return Point(x=x, y=start), Point(x=x, y=min(max(end, highest), lowest))


def _step(numbers: Sequence[int | None]) -> int | None:
    """From each number to the next; None where they are not evenly apart, or some are missing."""
    known = [each for each in numbers if each is not None]
    steps = {below - above for above, below in pairwise(known)}
    evenly = len(known) == len(numbers) and len(steps) == 1
    return (steps.pop() or None) if evenly else None


def _sign(rows: int) -> int:
    return (rows > 0) - (rows < 0)


def _number(words: str) -> int | None:
    found = re.search(r"\d{1,9}", words)
    return None if found is None else int(found[0])


def _plain(wanted: TextMatch) -> str:
    match wanted:
        case Contains(contains=words):
            return words
        case Matches():
            return ""
    return wanted
