"""What lies in the way on a screen, as its hierarchy tells: interruptions, by their signs. Pure.

All signs of an interruption, and what sends it away, must be displayed in one window:
so a button that merely has the same text is none. What a step itself wants to touch
is no interruption to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from harness.errors import UsageError
from harness.finder import Found
from harness.hierarchy import box_of, contains
from harness.likeness import means
from harness.model import (
    ByDescription,
    ById,
    ByText,
    ByUiAutomator,
    ByXPath,
    Contains,
    Interruption,
    Locator,
    Point,
    TextMatch,
    Words,
)

APP = "app"
"""How an interruption's `packages` call the App itself."""
Elements = Sequence[etree._Element]


@dataclass(frozen=True)
class Obstacle:
    """An interruption that is there.

    Attributes:
        interruption: which.
        at: where a tap sends it away; None where the back key does, nothing does, or its
            button has not come yet.
        within: the smallest element that holds all its signs; all of a window of its own.
        parts: what is it: all that is within or, where its signs are spread over a whole
            screen of the App, they and its button alone.
        own_window: whether it has one, so that it lies over all of the App.
        stays: whether nobody may or can send it away any more.
    """

    interruption: Interruption
    at: Point | None
    within: etree._Element
    parts: Elements
    own_window: bool
    stays: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        return self.interruption.name

    @property
    def ready(self) -> bool:
        """Whether it can be sent away now."""
        return not self.stays and (self.at is not None or self.interruption.dismiss == "back")

    def covers(self, point: Point | None) -> bool:
        """Whether it lies over a point of the App's screen; None: over any of it."""
        return self.own_window or (point is not None and contains(box_of(self.within), point))

    def holds(self, found: Found | None) -> bool:
        """Whether what a step has found is a part of it: then the step is about it."""
        return found is not None and shows(self.parts, found)


def obstacles(
    interruptions: Iterable[Interruption], there: Elements, package: str
) -> Iterator[Obstacle]:
    """The interruptions that are on the screen, in the order in which they are declared.

    Args:
        interruptions: what is looked for.
        there: the elements of the hierarchy, the root first; none when it cannot be read.
        package: the App's.
    """
    if not there:
        return
    words = _Words.of(there)
    root = there[0]
    windows = [root] if root.get("package") else list(root.iterchildren("*"))
    for interruption in interruptions:
        fitting = [each for each in windows if _fits(interruption, each, root, package)]
        if fitting and all(map(words.may_have, interruption.signs)):
            found = (_in_window(interruption, each, root, package) for each in fitting)
            yield from islice(filter(None, found), 1)


def shows(there: Iterable[etree._Element], found: Found) -> bool:
    """Whether what was found is among the elements, where it was found."""
    locator, box = found.match.locator, found.seen.box
    return any(
        box_of(element) == box
        and (isinstance(locator, ByXPath | ByUiAutomator) or means(locator, element))
        for element in there
    )


@dataclass(frozen=True)
class _Words:
    """All that a screen says, each once: by it most signs are ruled out without a look at each."""

    texts: frozenset[str]
    descriptions: frozenset[str]
    ids: frozenset[str]
    """As they are, and without their package."""

    @classmethod
    def of(cls, there: Elements) -> _Words:
        ids = {str(each.get("resource-id", "")) for each in there}
        return cls(
            frozenset(str(each.get("text", "")) for each in there),
            frozenset(str(each.get("content-desc", "")) for each in there),
            frozenset(ids | {one.rpartition(":id/")[2] for one in ids}),
        )

    def may_have(self, sign: Locator) -> bool:
        """Whether an element of the screen may be found by it."""
        match sign:
            case ById(id=value):
                return value in self.ids
            case ByText(text=text):
                return _is_said(text, self.texts)
            case ByDescription(description=text):
                return _is_said(text, self.descriptions)
            case _:
                return True


def _is_said(match: TextMatch, words: frozenset[str]) -> bool:
    if isinstance(match, str):
        return match in words
    if isinstance(match, Contains):
        return any(match.contains in each for each in words)
    return any(map(re.compile(match.matches, re.DOTALL).fullmatch, words))


def is_covered(there: Elements, package: str) -> bool:
    """Whether another window lies over the App's: then nothing says what is beneath."""
    front = next((each for each in there if each.get("package")), None)
    return front is None or front.get("package") != package or _is_narrower(front, there[0])


def _fits(
    interruption: Interruption, window: etree._Element, root: etree._Element, package: str
) -> bool:
    """Whether it is the kind of window in which the interruption comes."""
    wanted = {package if one == APP else one for one in interruption.packages}
    is_theirs = not wanted or window.get("package") in wanted
    return is_theirs and (interruption.window == "any" or _is_narrower(window, root))


def _in_window(
    interruption: Interruption, window: etree._Element, root: etree._Element, package: str
) -> Obstacle | None:
    within = _smallest_with(interruption.signs, window)
    if within is None:
        return None
    dismiss = interruption.dismiss
    button = None if isinstance(dismiss, str) else _button(dismiss, within, window)
    own_window = window.get("package") != package or _is_narrower(window, root)
    box = None if button is None else box_of(button)
    if own_window or within is not window:
        parts = tuple((window if own_window else within).iter("*"))
    else:
        signs = (each for sign in interruption.signs for each in _shown(sign, window))
        parts = (*signs, *(() if button is None else (button,)))
    return Obstacle(
        interruption,
        at=None if box is None else box.middle,
        within=window if own_window else within,
        parts=parts,
        own_window=own_window,
    )


def _is_narrower(window: etree._Element, root: etree._Element) -> bool:
    """Whether a window is narrower than the screen, as the root of its hierarchy says."""
    box, width = box_of(window), str(root.get("width", ""))
    return box is not None and width.isdecimal() and box.right - box.left < int(width)


def _smallest_with(signs: Sequence[Locator], window: etree._Element) -> etree._Element | None:
    """The smallest element of the window that holds all signs; None when one is missing."""
    found = []
    for sign in signs:
        shown = _shown(sign, window)
        if not shown:
            return None
        found.append(set(shown))
    around = (
        element
        for first in found[0]
        for element in (first, *first.iterancestors("*"))
        if all(not others.isdisjoint(element.iter("*")) for others in found)
    )
    return min(around, key=_size, default=None)


def _size(element: etree._Element) -> int:
    return sum(1 for _ in element.iter("*"))


def _button(
    locator: Locator, within: etree._Element, window: etree._Element
) -> etree._Element | None:
    """What can be touched now: of several the one that lies nearest to the signs."""
    usable = [each for each in _shown(locator, window) if each.get("enabled", "true") == "true"]
    for around in (within, *within.iterancestors("*")):
        inside = set(around.iter("*"))
        button = next((each for each in usable if each in inside), None)
        if button is not None:
            return button
    return None


def _shown(locator: Locator, window: etree._Element) -> list[etree._Element]:
    """The displayed elements of a window that the locator finds, in the hierarchy's order."""
    if isinstance(locator, ByXPath):
        found = _found_by(locator.xpath, window)
        candidates = [each for each in window.iter("*") if each in found]
    else:
        candidates = [each for each in window.iter("*") if means(locator, each)]
    return [each for each in candidates if each.get("displayed", "true") == "true"]


def _found_by(xpath: str, window: etree._Element) -> list[etree._Element]:
    try:
        found = window.getroottree().xpath(xpath)
    except etree.XPathError as exc:
        zh, en = f"没法用 {xpath} 找打断", f"an interruption cannot be looked for by {xpath}"
        raise UsageError(f"{Words(zh=zh, en=en)}: {exc}") from exc
    return found if isinstance(found, list) else []
