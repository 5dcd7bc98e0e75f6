"""What takes more than one touch or look: wheels that are turned, boxes that are ticked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from harness import wheel as wheels
from harness.driver import Seen
from harness.errors import StepFailed
from harness.finder import Found
from harness.hierarchy import elements
from harness.landing import landing
from harness.model import (
    CHECKED,
    UNCHECKED,
    Check,
    Condition,
    Pick,
    Tick,
    Words,
    name_target,
    name_text,
)
from harness.patience import Patience
from harness.quoting import quote
from harness.stage import Draft, Stage
from harness.tickbox import TickBox, at_box, beside
from harness.wheel import Search, Wheel

TURN_S = 0.4
"""How long a finger is on its way that turns a wheel."""
MOST_TURNS = 200
"""A wheel that has not come to what is wanted by then is taken for one without it."""

NOTHING_TO_TICK = Words(
    zh="那一行没有可勾选的元素；请在档案里给它起名，写 check: {box: 名称}，画出来的用 tap:",
    en="nothing in its row can be ticked; name the box in the profile and write check: {box: name}"
    ", or tap: for one that is only drawn",
)
FEW, FIRST, LAST = 12, 6, 5
"""Of what a wheel has offered: so many are told, or the first and the last."""

T = TypeVar("T")


class Before(Protocol):
    """Is told of each step that goes on to touch the screen, and when that has changed."""

    def __call__(self, draft: Draft, *, anew: bool = False) -> None:
        """The screen before a touch; `anew`: something was sent away since the last time."""


Touching = Callable[[Draft], AbstractContextManager[None]]
"""Around each command that touches the screen: times it."""


class Fingers:
    """The fingers of one attempt.

    Args:
        stage: the attempt's.
        patience: its waiting.
        before: is told of each step that goes on to touch the screen.
        touching: times a touch.
    """

    def __init__(
        self, stage: Stage, patience: Patience, before: Before, touching: Touching
    ) -> None:
        self._stage = stage
        self._driver = stage.driver
        self._patience = patience
        self._before = before
        self._touching = touching
        self._hierarchy = ""
        """In which the wheel was seen last."""

    # --- wheels

    def pick(self, step: Pick, draft: Draft) -> None:
        """Turns a wheel until it says what is wanted.

        Raises:
            StepFailed: it is not there, or has nothing of the kind on it.
            TouchRefused: the finger would begin on a commit point.
        """
        target, wanted = step.pick.wheel, step.pick.to
        sign = Condition(visible=target)
        found = self._patience.need(sign, draft)
        self._before(draft)
        search = Search(wanted)
        for _ in range(MOST_TURNS):
            self._patience.check_time_limit()
            wheel = self._at_rest(sign, found, search, draft)
            rows = None if wheel is None else search.turn(wheel)
            if wheel is not None and rows == 0:
                draft.seen = Words.same(quote(wheel.value))
                return
            if wheel is None or rows is None:
                if not self._offers_more(sign, found, wheel, draft):
                    break
            elif self._turn(wheel, search.pitch(wheel), rows, found, draft):
                continue
            else:
                self._before(draft, anew=True)
            # The screen has changed by itself, or by what was sent away: the wheel may have moved.
            found = self._patience.need(sign, draft)
            search = Search(wanted)
        raise StepFailed(
            "not_seen",
            expected=Words(
                zh=f"滚轮 {name_target(target)} 上有 {name_text(wanted)}",
                en=f"{name_text(wanted)} on the wheel {name_target(target)}",
            ),
            seen=_offered(search.offered),
        )

    def _turn(self, wheel: Wheel, pitch: float, rows: int, found: Found, draft: Draft) -> bool:
        """Whether it was turned; else something was sent away instead."""
        start, end = wheels.drag(wheel, pitch, rows, self._driver.screen())
        there = self._driver.aim(hierarchy=self._hierarchy)
        if not self._patience.makes_way(there, found, start, draft):
            return False
        draft.touched = start
        with self._touching(draft):
            self._driver.drag(start, end, TURN_S)
        return True

    def _at_rest(self, sign: Condition, found: Found, search: Search, draft: Draft) -> Wheel | None:
        """The wheel once it says what is wanted, or the same twice; None when it says nothing."""
        last: Wheel | None = None

        def look() -> Wheel | None:
            nonlocal last
            before, last = last, self._wheel(sign, found)
            at_rest = last is not None and (last == before or search.is_met(last))
            return last if at_rest else None

        return self._watch(look, sign, draft)

    def _offers_more(
        self, sign: Condition, found: Found, wheel: Wheel | None, draft: Draft
    ) -> bool:
        """Whether it was only not loaded yet: what hangs on another wheel may come late."""

        def look() -> bool | None:
            return self._wheel(sign, found) != wheel or None

        return self._watch(look, sign, draft) is not None

    def _wheel(self, sign: Condition, found: Found) -> Wheel | None:
        """The wheel where it lies by now, as far as a hierarchy alone can tell."""
        self._hierarchy = self._driver.hierarchy()
        there = elements(self._hierarchy)
        now = self._stage.finder.found_in(sign, there) or found
        return wheels.read(there, now.seen.box)

    def _watch(self, look: Callable[[], T | None], sign: Condition, draft: Draft) -> T | None:
        """Looks as long as the task is patient; what holds the step's own element is left alone."""
        patience_s = self._stage.task.scenario.patience_s
        return self._patience.watch(look, patience_s, draft, (sign,)).result

    # --- boxes

    def tick(self, step: Check, draft: Draft) -> None:
        """Ticks a box or takes the tick away, if it stands otherwise, and sees that it does.

        Raises:
            StepFailed: it is not there, it cannot be told which is meant, or it stays as it was.
            TouchRefused: it lies on a commit point.
        """
        tick, cleared = step.check, False
        while True:
            found = self._patience.need(Condition(visible=tick.sign), draft)
            box = _the_one(tick, _boxes(tick, found.seen, self._driver.hierarchy()))
            if box.checked == tick.on:
                draft.seen = _state(tick.on)
                return
            self._before(draft, anew=cleared)
            there = self._driver.aim()
            point = landing(there, box.whole, box.box) or box.box.middle
            if self._patience.makes_way(there, found, point, draft):
                break
            cleared = True
        draft.touched = point
        with self._touching(draft):
            self._driver.tap(point)
        self._see_ticked(tick, draft)

    def _see_ticked(self, tick: Tick, draft: Draft) -> None:
        """Waits until it stands as it shall, or is not there any more: what came may cover it."""

        def look() -> bool | None:
            found = self._stage.finder.find(tick.sign)
            boxes = () if found is None else _boxes(tick, found.seen, self._driver.hierarchy())
            return True if all(box.checked == tick.on for box in boxes) else None

        draft.expected = draft.seen = _state(tick.on)
        if self._watch(look, Condition(visible=tick.sign), draft) is None:
            raise StepFailed("other_state", expected=_state(tick.on), seen=_state(not tick.on))


def _boxes(tick: Tick, seen: Seen, hierarchy: str) -> tuple[TickBox, ...]:
    """The boxes that may be meant.

    Args:
        tick: which.
        seen: the box, or its label.
        hierarchy: of the screen.
    """
    there = elements(hierarchy)
    if tick.label is not None:
        return beside(there, tick.label)
    return (at_box(there, seen.box) or TickBox(seen.text, seen.box, seen.box, seen.checked),)


def _the_one(tick: Tick, found: tuple[TickBox, ...]) -> TickBox:
    """The box that is meant. Raises StepFailed where none is, or several may be."""
    if len(found) == 1:
        return found[0]
    words = name_text(tick.label or "")
    expected = Words(zh=f"{words} 旁的一个勾选框", en=f"one box to tick beside {words}")
    if found:
        raise StepFailed("ambiguous", expected=expected, seen=_several(found))
    raise StepFailed("not_seen", expected=expected, seen=NOTHING_TO_TICK)


def _state(on: bool) -> Words:
    return CHECKED if on else UNCHECKED


def _several(found: tuple[TickBox, ...]) -> Words:
    places = [f"{quote(one.label)} @ {one.box.middle.x},{one.box.middle.y}" for one in found]
    return Words(
        zh=f"有 {len(found)} 个：{'，'.join(places)}", en=f"{len(found)}: {', '.join(places)}"
    )


def _offered(offered: tuple[str, ...]) -> Words:
    """What a wheel has shown: all of it, or how much and where it begins and ends."""
    if not offered:
        return Words(zh="它什么也没有显示", en="it says nothing")
    told = [quote(each) for each in offered]
    if len(told) > FEW:
        told = [*told[:FIRST], "…", *told[-LAST:]]
    words = ", ".join(told)
    return Words(zh=f"{len(offered)} 项：{words}", en=f"{len(offered)} offered: {words}")
