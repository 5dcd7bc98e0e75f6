"""A phone that refuses to be touched where it cannot be undone: every touch goes through here.

What lies where is looked at immediately before each touch, for an App may have
moved anything since the step found its element. `aim` takes that look ahead, so
that it falls into no time that is measured; a touch that nobody has aimed looks
for itself. What moves under the finger within the one command that is left
cannot be seen by anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from lxml import etree
from typing_extensions import override

from harness.driver import AppState, Driver, Health, Inbox, Seen
from harness.errors import NoAnswer, TouchRefused
from harness.guard import Guard, Hit, Screen, phone_only
from harness.hierarchy import contains, readable
from harness.model import Box, Context, Locator, Point, Words

Asked = tuple[tuple[str, Locator, Seen], ...]
"""Commit points that the phone was asked for: name, locator, element."""


class GuardedDriver(Driver):
    """Another driver, for one attempt; without a guard no commit point is looked for."""

    def __init__(self, driver: Driver, guard: Guard | None) -> None:
        self.simulated = driver.simulated
        self._driver = driver
        self._guard = guard
        self._ahead: _View | None = None

    def aim(
        self, *, by_finger: bool = True, hierarchy: str | None = None
    ) -> Sequence[etree._Element]:
        """Looks ahead for the touch that follows at once.

        Args:
            by_finger: it is made on the screen, not by a handle of an element.
            hierarchy: of the screen as it is now, where it was read already.

        Returns:
            The elements of the App's screen, the root of the hierarchy first; none of a web
            page, or of a hierarchy that cannot be read.
        """
        if by_finger:
            self._driver.enter("native")
        if self._guard is not None:
            self._ahead = _look(self._driver, self._guard, hierarchy)
            return self._ahead.elements
        return self.elements() if hierarchy is None else readable(hierarchy)

    def elements(self) -> Sequence[etree._Element]:
        """The elements of the App's screen as it is now; none in a web page, or unreadable."""
        if self._driver.page is not None:
            return ()
        with suppress(NoAnswer):
            return readable(self._driver.hierarchy())
        return ()

    def aside(self, start: Point, end: Point, hierarchy: str) -> Point:
        """Where a finger that only scrolls may begin on its way, if not where it would.

        Args:
            start: where it would begin.
            end: where it goes.
            hierarchy: of the App's own screen as it is now; the drag that follows need not look.
        """
        if self._guard is None:
            return start
        self._ahead = view = _look(self._driver, self._guard, hierarchy)
        way = (_between(start, end, share / 10) for share in range(9))
        return next((point for point in way if view.at(point) is None), start)

    # --- touching: each of these looks first

    @override
    def tap(self, point: Point) -> None:
        self._mind(point)
        self._driver.tap(point)

    @override
    def press(self, point: Point, seconds: float) -> None:
        self._mind(point)
        self._driver.press(point, seconds)

    @override
    def drag(self, start: Point, end: Point, seconds: float) -> None:
        self._mind(start)
        self._driver.drag(start, end, seconds)

    @override
    def click(self, element: Seen) -> None:
        self._mind_element(element)
        self._driver.click(element)

    @override
    def write(self, element: Seen, text: str) -> None:
        self._mind_element(element)
        self._driver.write(element, text)

    @override
    def clear(self, element: Seen) -> None:
        self._mind_element(element)
        self._driver.clear(element)

    def _mind(self, point: Point) -> None:
        if self._guard is not None:
            self._driver.enter("native")
            _refuse(self._view().at(point), f"{point.x},{point.y}")

    def _mind_element(self, element: Seen) -> None:
        if self._guard is not None:
            spot = element.box.middle
            _refuse(self._view().on(element), f"{spot.x},{spot.y}")

    def _view(self) -> _View:
        """What `aim` saw, once; else a look of its own."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead.in_page == (self._driver.page is not None):
            return ahead
        if self._guard is None:
            raise AssertionError("nobody looks without a guard")
        return _look(self._driver, self._guard)

    # --- what changes the screen: what was seen ahead is no longer true

    @override
    def paste(self, text: str) -> None:
        self._ahead = None
        self._driver.paste(text)

    @override
    def press_keys(self, text: str) -> None:
        self._ahead = None
        self._driver.press_keys(text)

    @override
    def back(self) -> None:
        self._ahead = None
        self._driver.back()

    @override
    def hide_keyboard(self) -> None:
        self._ahead = None
        self._driver.hide_keyboard()

    @override
    def launch(self, package: str, activity: str | None) -> None:
        self._ahead = None
        self._driver.launch(package, activity)

    @override
    def reset(self, package: str, *, keep_data: bool = False) -> None:
        self._ahead = None
        self._driver.reset(package, keep_data=keep_data)

    @override
    def open_link(self, link: str, package: str) -> None:
        self._ahead = None
        self._driver.open_link(link, package)

    # --- looking, and the session: as the driver does

    @override
    def enter(self, context: Context, package: str = "") -> bool:
        return self._driver.enter(context, package)

    @property
    @override
    def page(self) -> Box | None:
        return self._driver.page

    @override
    def look(self, locator: Locator) -> tuple[Seen, ...]:
        return self._driver.look(locator)

    @override
    def picture(self) -> bytes:
        return self._driver.picture()

    @override
    def hierarchy(self) -> str:
        return self._driver.hierarchy()

    @override
    def package(self) -> str:
        return self._driver.package()

    @override
    def activity(self, hierarchy: str = "") -> str:
        return self._driver.activity(hierarchy)

    @override
    def app_state(self, package: str) -> AppState:
        return self._driver.app_state(package)

    @override
    def screen(self) -> Box:
        return self._driver.screen()

    @override
    def toasts(self) -> tuple[str, ...]:
        return self._driver.toasts()

    @override
    def health(self) -> Health:
        return self._driver.health()

    @override
    def log(self) -> tuple[str, ...]:
        return self._driver.log()

    @override
    def inbox(self) -> Inbox:
        return self._driver.inbox()

    @override
    def shell(self, script: str) -> str | None:
        return self._driver.shell(script)

    @override
    def memory_kb(self, package: str) -> int | None:
        return self._driver.memory_kb(package)

    @override
    def settings(self) -> dict[str, str | int | float | bool]:
        return {**self._driver.settings(), "commit_guard": self._guard is not None}

    @override
    def close(self) -> None:
        self._driver.close()


class _View:
    """What one look has shown of the commit points: a hierarchy, or what the phone was asked."""

    def __init__(self, screen: Screen | None, asked: Asked, *, in_page: bool) -> None:
        self._screen = screen
        self._asked = asked
        self.in_page = in_page

    @property
    def elements(self) -> Sequence[etree._Element]:
        """What is on the screen; nothing where the phone was asked for commit points only."""
        return () if self._screen is None else self._screen.elements

    def at(self, point: Point) -> Hit | None:
        """The commit point at a point."""
        for name, locator, seen in self._asked:
            if contains(seen.box, point):
                return Hit.found(name, locator)
        return None if self._screen is None else self._screen.hit(point)

    def on(self, element: Seen) -> Hit | None:
        """The commit point that an element is, or that lies at its middle."""
        for name, locator, seen in self._asked:
            if seen.handle == element.handle:
                return Hit.found(name, locator)
        return self.at(element.box.middle)


def _look(driver: Driver, guard: Guard, hierarchy: str | None = None) -> _View:
    """One look at the screen, or at the page that was entered.

    Of a page no hierarchy says where its elements are, nor does one that cannot be
    read: there the phone is asked for each.
    """
    if driver.page is not None:
        return _View(None, _ask(driver, guard, "webview"), in_page=True)
    with suppress(NoAnswer):
        screen = Screen(guard, driver.hierarchy() if hierarchy is None else hierarchy)
        if screen.elements:
            asked = tuple(
                (name, locator, seen)
                for name, locator in phone_only(guard)
                for seen in driver.look(locator)
            )
            return _View(screen, asked, in_page=False)
    return _View(None, _ask(driver, guard, "native"), in_page=False)


def _ask(driver: Driver, guard: Guard, context: Context) -> Asked:
    safe = {seen.box for locator in guard.excused(context) for seen in driver.look(locator)}
    return tuple(
        (name, locator, seen)
        for name, locator in guard.questions(context)
        for seen in driver.look(locator)
        if seen.box not in safe or locator in guard.declared
    )


def _refuse(hit: Hit | None, where: str) -> None:
    """Raises TouchRefused if something was hit."""
    if hit is not None:
        raise TouchRefused(
            expected=Words(zh="可以撤回的触摸", en="a touch that can be undone"),
            seen=Words(
                zh=f"{where} 处是提交点 {hit.name}（{hit.why.zh}），没有触碰",
                en=f"the commit point {hit.name} ({hit.why.en}) at {where}; it was not touched",
            ),
        )


def _between(start: Point, end: Point, share: float) -> Point:
    return Point(
        x=round(start.x + (end.x - start.x) * share), y=round(start.y + (end.y - start.y) * share)
    )
