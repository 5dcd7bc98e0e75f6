"""Looks at the phone: its screens as they change, and the ways to find what is pointed at.

Pictures stay in memory, and go to the page alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from harness.driver import Driver
from harness.errors import NoAnswer, UsageError
from harness.inspect.candidates import Candidate, candidates
from harness.inspect.discretion import Discretion
from harness.inspect.held_phone import HeldPhone
from harness.inspect.papers import Papers
from harness.inspect.profile_text import plain_locator, written
from harness.inspect.screens import Memory, Screen, Shot, nodes
from harness.model import Locator
from harness.wireframe import REFUSAL, size_if_black, wireframe

SHOTS = 20
"""Screens that can be gone back to."""


class Moved(UsageError):
    """The screen is another than the one that was pointed at: nothing was touched."""

    def __init__(self, said: str = "") -> None:
        super().__init__(
            said
            or "屏幕已经变了，没有点；请再指一次 / the screen has changed, nothing was touched: "
            "point again"
        )


class Looking:
    """The screens of an inspection.

    Args:
        phone: that is looked at.
        papers: the App's profile.
        discretion: what must not be offered as a locator.
    """

    def __init__(self, phone: HeldPhone, papers: Papers, discretion: Discretion) -> None:
        self._phone = phone
        self._papers = papers
        self._discretion = discretion
        self._memory = Memory()
        self._shots: dict[int, Shot] = {}
        self._looks = 0

    def look(self) -> Shot:
        """The screen as it is; the last shot if nothing has changed since."""
        with self._phone.session() as driver:
            driver.enter("native")
            png, hierarchy = _picture(driver), driver.hierarchy()
            last = self._shots.get(self._looks)
            if last is not None and hierarchy == last.hierarchy and png in (last.png, None):
                return last
            screen = driver.screen()
            size = (screen.right, screen.bottom)
            drawing = _drawing(png, hierarchy, size)
            if last is not None and drawing is not None and hierarchy == last.hierarchy:
                return last
            self._looks += 1
            shot = Shot(
                number=self._looks,
                png=drawing or png or b"",
                hierarchy=hierarchy,
                drawn=drawing is not None,
                package=driver.package(),
                activity=driver.activity(),
                size=size,
            )
        self._shots = {**self._shots, shot.number: shot}
        self._shots.pop(shot.number - SHOTS, None)
        self._discretion.see(hierarchy)
        self._memory.note(shot, self._papers.profile.android.package)
        return shot

    def kind(self) -> str:
        """Of what kind the last screen was: package and activity."""
        shot = self._shots.get(self._looks)
        return "" if shot is None else f"{shot.package}/{shot.activity}"

    def describe(self, shot: Shot) -> dict[str, Any]:
        """What the page shows of a screen, and can point at."""
        return {
            "number": shot.number,
            "oldest": min(self._shots),
            "size": list(shot.size),
            "drawn": shot.drawn,
            "package": shot.package,
            "activity": shot.activity,
            "nodes": nodes(shot, self._papers.profile),
        }

    def earlier(self, number: int) -> dict[str, Any]:
        """A screen that was there a moment ago: a spinner is gone before it can be pointed at.

        Raises:
            Moved: it is no longer kept.
        """
        return self.describe(self._kept(number))

    def picture(self, number: int) -> bytes | None:
        """The picture of a screen, as long as it is kept."""
        shot = self._shots.get(number)
        return None if shot is None else shot.png

    def element(self, number: int, index: int) -> etree._Element:
        """What was pointed at.

        Raises:
            Moved: the screen is no longer kept.
        """
        element = self._kept(number).element(index)
        if element is None:
            raise Moved
        return element

    def _kept(self, number: int) -> Shot:
        shot = self._shots.get(number)
        if shot is None:
            raise Moved
        return shot

    def candidates(self, number: int, index: int) -> list[dict[str, Any]]:
        """The ways to find an element of a screen that is kept, the best first.

        Raises:
            Moved: it is no longer kept.
        """
        return [
            {
                "written": written(plain_locator(each.locator)),
                "kind": each.locator.tag,
                "grade": each.grade,
                "usable": each.first,
                "here": each.here,
                "screens": each.screens,
                "elsewhere": each.elsewhere,
                "reasons": [reason.model_dump() for reason in each.reasons],
            }
            for each in self._candidates(number, self.element(number, index))
        ]

    def ways(self, number: int, element: etree._Element) -> tuple[Locator, ...]:
        """Those candidates that a run could use, the best first.

        Raises:
            Moved: the screen is no longer kept.
        """
        return tuple(each.locator for each in self._candidates(number, element) if each.first)

    def _candidates(self, number: int, element: etree._Element) -> tuple[Candidate, ...]:
        others: Sequence[Screen] = self._memory.others(self._kept(number))
        return candidates(element, others, self._discretion.hides)


def _picture(driver: Driver) -> bytes | None:
    """The screen as PNG; None where the phone says that it forbids pictures."""
    try:
        return driver.picture()
    except NoAnswer as refused:
        if REFUSAL not in str(refused):
            raise
        return None


def _drawing(png: bytes | None, hierarchy: str, size: tuple[int, int]) -> bytes | None:
    """What is shown in place of a picture that is none."""
    if png is None:
        return wireframe(hierarchy, size, "refused")
    return wireframe(hierarchy, size, "black") if size_if_black(png) else None
