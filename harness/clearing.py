"""Sends away what gets in the way of an attempt: pictured, timed, and counted once.

One appearance is one interruption, however long its dialog takes to answer or an
advert to close. It is tapped only where the hierarchy read last has its button.
What does not go is left, for the court to say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from harness.driver import Driver
from harness.errors import TouchRefused
from harness.finder import Found
from harness.model import Condition, Point, Words
from harness.obstacles import Obstacle, is_covered, obstacles, shows
from harness.stage import Draft, Stage
from harness.symptoms import SYSTEM_WAIT
from harness.waiting import wait

GOES_WITHIN_S = 1.5
"""How long an interruption is given to go before it is touched again."""
TOUCHES = 3
"""Of one appearance at the most: a touch may be lost on a window that is still opening."""


class Clearing:
    """What was met in one attempt."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._declared = stage.task.interruptions
        self._met: Counter[str] = Counter()
        self._counted: set[str] = set()
        """Names of what was counted; each until the App's screen is seen without it."""
        self._stays: set[str] = set()
        """Names of what did not go, likewise."""
        self.kept_waiting = False
        """Whether Android was told since the last touch to wait for an App that hangs."""
        self.intercepted = ""
        """What was there when the screen was first read after a touch: it may have taken that."""
        self._seen_free = False
        """Whether the screen was read since the last touch with nothing in the way."""

    def touched(self) -> None:
        """The screen was touched just now: what was sent away before had no part in it."""
        self.kept_waiting, self.intercepted, self._seen_free = False, "", False

    def clear(self, draft: Draft, awaited: Sequence[Condition] = ()) -> bool:
        """Looks once, and sends away what can be sent away.

        Args:
            draft: of the step.
            awaited: what the step waits for. What holds that is left to the step: whoever waits
                for a dialog's own button must not find it gone.

        Returns:
            Whether to look again: something was sent away, or is what the step waits for.
        """
        there = self._stage.driver.elements() if self._declared else ()
        obstacle = self.find(there)
        if obstacle is None or not obstacle.ready:
            return False
        if not self._is_awaited(there, awaited):
            self.send_away(obstacle, draft)
        return True

    def _is_awaited(self, there: Sequence[etree._Element], conditions: Sequence[Condition]) -> bool:
        """Whether something of what is in the way is what a step waits for, usable yet or not."""
        package = self._stage.task.profile.android.package
        found = [
            element
            for each in conditions
            if each.context == "native" and (element := self._find_in(each, there)) is not None
        ]
        return any(
            obstacle.holds(element)
            for obstacle in (obstacles(self._declared, there, package) if found else ())
            for element in found
        )

    def _find_in(self, condition: Condition, there: Sequence[etree._Element]) -> Found | None:
        """The condition's element, by the hierarchy; by the phone where only that can tell."""
        finder = self._stage.finder
        sign = condition.model_copy(update={"enabled": None, "checked": None})
        return finder.found_in(sign, there) or finder.sight(sign).found

    def find(self, there: Sequence[etree._Element]) -> Obstacle | None:
        """What is in the way by these elements of a hierarchy; what can be sent away first."""
        if not there:
            return None  # it cannot be read: nobody knows
        package = self._stage.task.profile.android.package
        found = list(obstacles(self._declared, there, package))
        if not is_covered(there, package):
            self._counted &= {one.name for one in found}
            self._stays &= self._counted
        self._seen_free = self._seen_free or not found
        marked = (replace(one, stays=self._is_left(one)) for one in found)
        return min(marked, key=lambda one: not one.ready, default=None)

    def in_front_of(
        self, found: Found | None, there: Sequence[etree._Element], at: Point | None
    ) -> Obstacle | None:
        """What must be gone before a touch: what can be sent away, or lies over the point.

        Args:
            found: what is to be touched, None if it is no element. Then nobody knows whether the
                step is about what nobody may send away, so that this is left to it.
            there: the elements of the hierarchy read last before the touch.
            at: where it is touched.
        """
        obstacle = self.find(there)
        if obstacle is not None and found is None and obstacle.interruption.dismiss == "never":
            return None
        if obstacle is None or obstacle.holds(found):
            return None
        hidden = found is not None and not shows(there, found)
        return obstacle if obstacle.ready or hidden or obstacle.covers(at) else None

    def _is_left(self, obstacle: Obstacle) -> bool:
        """Whether it is not touched any more: it did not go, or it has come too often."""
        most = obstacle.interruption.at_most
        spent = most is not None and self._met[obstacle.name] >= most
        return spent or obstacle.name in self._stays

    def send_away(self, obstacle: Obstacle, draft: Draft) -> None:
        """Counts it with a picture, sends it away and waits until it is gone.

        One that another window has only hidden since it was counted is sent away again.
        """
        stage, name = self._stage, obstacle.name
        again, first_seen = name in self._counted, not self._seen_free
        began_at = stage.clock.monotonic()
        with draft.ledger.evidence():
            picture = None if again else stage.picture()
        self._counted.add(name)
        if not any(self._goes(name, draft) for _ in range(TOUCHES)):
            self._stays.add(name)
        if obstacle.interruption.dismiss == SYSTEM_WAIT:
            self.kept_waiting = True
        if first_seen:
            self.intercepted = name
        if picture is not None:
            self._met[name] += 1
            draft.met.append((name, stage.clock.monotonic() - began_at, picture))

    def _goes(self, name: str, draft: Draft) -> bool:
        """Touches what sends it away where that is now; whether it is gone then, or by itself."""
        stage = self._stage
        with draft.ledger.evidence():
            there = stage.driver.aim()
        now = self._same(name, there)
        if now is not None:
            with draft.ledger.action():
                _touch(now, stage.driver)
        waited = wait(lambda: self._is_gone(name), stage.clock, GOES_WITHIN_S)
        draft.ledger.app_s += waited.app_s
        return waited.result is not None

    def _is_gone(self, name: str) -> bool | None:
        """True once a hierarchy that can be read does not have it, or another window hides it."""
        there = self._stage.driver.elements()
        self.find(there)
        return (there != () and self._same(name, there) is None) or None

    def _same(self, name: str, there: Sequence[etree._Element]) -> Obstacle | None:
        declared = (one for one in self._declared if one.name == name)
        package = self._stage.task.profile.android.package
        return next(obstacles(declared, there, package), None)


def _touch(obstacle: Obstacle, driver: Driver) -> None:
    """Touches what sends it away; its button may be gone while the rest is still closing."""
    if obstacle.at is None:
        if obstacle.interruption.dismiss == "back":
            driver.back()
        return
    try:
        driver.tap(obstacle.at)
    except TouchRefused as refused:
        # The step at hand has no part in it.
        seen = Words(
            zh=f"为关闭打断 {obstacle.name}：{refused.seen.zh}",
            en=f"to dismiss the interruption {obstacle.name}, {refused.seen.en}",
        )
        raise TouchRefused(expected=refused.expected, seen=seen) from refused
