"""Touches on the page, made on the phone: through the guard of commit points, as in a run."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from harness.driver import Driver, Seen
from harness.errors import UsageError
from harness.guard import guard_of
from harness.guarded_driver import GuardedDriver
from harness.hierarchy import box_of, elements
from harness.inspect.discretion import Discretion
from harness.inspect.held_phone import HeldPhone
from harness.inspect.looking import Looking, Moved
from harness.inspect.papers import Papers
from harness.inspect.recording import Recording
from harness.inspect.screens import again, button_around
from harness.inspect.walk import PASSWORD, Move, name_of
from harness.model import Box, Locator, Words
from harness.runner import DRAG_S, swipe_line
from harness.variables import fill, names_in

SWIPE_SHARE = 0.6
"""Of the screen, as `swipe: up` has it."""


class Touching:
    """The hand of an inspection.

    Args:
        phone: that is touched.
        papers: the profile and the commit points.
        looking: the screens that were pointed at.
        recording: is told what was done.
        discretion: fills in secrets, and learns passwords.
    """

    def __init__(
        self,
        phone: HeldPhone,
        papers: Papers,
        looking: Looking,
        recording: Recording,
        discretion: Discretion,
    ) -> None:
        self._phone = phone
        self._papers = papers
        self._looking = looking
        self._recording = recording
        self._discretion = discretion

    def tap(self, number: int, index: int) -> None:
        """Taps the middle of an element.

        Raises:
            Moved: the element is no longer where it was pointed at; nothing was touched.
            TouchRefused: the touch would land on a commit point.
            Busy: something is being done on the phone.
            DeviceTrouble: the phone did not do it.
        """
        with self._phone.at_work(Words(zh="点按", en="tapping")):
            element, kind = self._looking.element(number, index), self._looking.kind()
            ways = self._ways_of_tap(number, element)
            with self._phone.session() as driver:
                self._guarded(driver).tap(_box_now(element, driver).middle)
            self._recording.note(Move("tap", ways, "", kind))

    def _ways_of_tap(self, number: int, label: etree._Element) -> tuple[Locator, ...]:
        """How a walk finds what was tapped: by the button's id, unless the label has a name."""
        ways = self._looking.ways(number, label)
        button = button_around(label)
        if button is None or name_of(Move("tap", ways), self._papers.profile):
            return ways
        return self._looking.ways(number, button)

    def write(self, number: int, index: int, text: str) -> None:
        """Writes a text into an element; `${secret:NAME}` is filled in from the environment.

        Raises:
            UsageError: there is no such secret.
            Moved, TouchRefused, Busy, DeviceTrouble: as with `tap`.
        """
        with self._phone.at_work(Words(zh="输入", en="typing")):
            element, kind = self._looking.element(number, index), self._looking.kind()
            ways = self._looking.ways(number, element)
            filled = fill(text, self._discretion.secrets(text))
            with self._phone.session() as driver:
                box = _box_now(element, driver)
                self._guarded(driver).write(_seen_at(box, ways, driver), filled)
            if element.get("password") == "true" and not names_in(text):
                self._discretion.learn_password(text)
                text = PASSWORD
            self._recording.note(Move("type", ways, text, kind))

    def press(self, key: str, direction: str = "") -> None:
        """The back key, the App's launch, a swipe over the screen.

        Raises:
            UsageError: there is no such key.
            TouchRefused: a swipe would begin on a commit point.
            Busy: something is being done on the phone.
            DeviceTrouble: the phone did not do it.
        """
        with self._phone.at_work(Words.same(key)), self._phone.session() as driver:
            guarded, android = self._guarded(driver), self._papers.profile.android
            kind = self._looking.kind()
            match key, direction:
                case "back", _:
                    guarded.back()
                case "hide_keyboard", _:
                    guarded.hide_keyboard()
                case "launch", _:
                    guarded.launch(android.package, android.activity)
                case "swipe", ("up" | "down" | "left" | "right") as way:
                    start, end = swipe_line(guarded.screen(), way, SWIPE_SHARE)
                    guarded.drag(start, end, DRAG_S)
                case _:
                    raise UsageError(f"no such key: {key} {direction}")
            self._recording.note(Move(key, (), direction, kind))

    def _guarded(self, driver: Driver) -> GuardedDriver:
        papers, allowed = self._papers, self._phone.held.allow_commit
        return GuardedDriver(driver, guard_of(papers.profile, papers.commits, allow_commit=allowed))


def _box_now(element: etree._Element, driver: Driver) -> Box:
    """Where an element that was pointed at is now, if it is the same and still there."""
    there = again(element, elements(driver.hierarchy()))
    box = None if there is None else box_of(there)
    if box is None:
        raise Moved
    return box


def _seen_at(box: Box, ways: Iterable[Locator], driver: Driver) -> Seen:
    """The handle of the element in a box."""
    for way in ways:
        for seen in driver.look(way):
            if seen.box == box:
                return seen
    raise Moved
