"""Finding elements on the phone, and knowing them again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from harness.phone import gestures
from harness.phone.device import Phone
from harness.phone.faults import Fault
from harness.phone.hierarchy import Hierarchy
from harness.phone.layout import scroll_range
from harness.phone.scene import Placed
from harness.phone.uiselector import Scrolling, Selector, below, parse

LONGEST_XPATH = 4000
SWIPE_SHARE = 0.8
"""How much of a container one swipe of a UiScrollable moves."""

# What Appium clients write for an id in CSS, and nothing else.
_CSS_ID = re.compile(r"""\*?(?:\#(?P<hash>[\w:./\\-]+)|\[id=(["'])(?P<quoted>[^"']+)\2\])""")

Strategy = Callable[[Phone, etree._Element, str], list[etree._Element]]


def find(
    phone: Phone, strategy: str, selector: str, within: etree._Element | None = None
) -> list[etree._Element]:
    """All elements that a locator means, in the order of the document.

    Raises:
        Fault: `invalid selector`: no such strategy, or a selector that it cannot read.
    """
    search = STRATEGIES.get(strategy)
    if search is None:
        known = ", ".join(STRATEGIES)
        what = f"Locator Strategy '{strategy}' is not supported for this session"
        raise Fault("invalid selector", f"{what}; there are: {known}")
    start = phone.hierarchy().root if within is None else within
    return search(phone, start, selector)


def by_id(_phone: Phone, start: etree._Element, wanted: str) -> list[etree._Element]:
    """A resource id, whole or without its package."""
    if ":" in wanted:
        return by_attribute(start, "resource-id", wanted)
    ending = f":id/{wanted}"
    return [each for each in below(start) if each.get("resource-id", "").endswith(ending)]


def by_attribute(start: etree._Element, name: str, wanted: str) -> list[etree._Element]:
    """An attribute that is exactly so."""
    return [each for each in below(start) if each.get(name) == wanted]


def by_css(phone: Phone, start: etree._Element, wanted: str) -> list[etree._Element]:
    """CSS, in the two forms that clients turn an id into."""
    match = _CSS_ID.fullmatch(wanted.strip())
    if match is None:
        raise Fault(
            "invalid selector", f"of CSS the phone knows #x and [id='x'] only, not {wanted}"
        )
    name = match["quoted"] or match["hash"].replace("\\", "")
    return by_id(phone, start, name)


def by_xpath(_phone: Phone, start: etree._Element, wanted: str) -> list[etree._Element]:
    """XPath 1.0. From an element, `//x` means below that element, as in Appium."""
    inside = start.getparent() is not None
    compiled = _xpath(f".{wanted}" if inside and wanted.startswith("/") else wanted)
    try:
        found = compiled(start)
    except etree.XPathError as problem:
        raise Fault("invalid selector", f"{wanted}: {problem}") from problem
    if not isinstance(found, list):
        raise Fault("invalid selector", f"{wanted} gives a {type(found).__name__}, no elements")
    return [each for each in found if isinstance(each, etree._Element) and each.tag != "hierarchy"]


@lru_cache(maxsize=256)
def _xpath(wanted: str) -> etree.XPath:
    if len(wanted) > LONGEST_XPATH:
        raise Fault("invalid selector", f"an XPath may have {LONGEST_XPATH} characters at most")
    try:
        # No extension functions: regular expressions in an XPath could take for ever.
        return etree.XPath(wanted, regexp=False, smart_strings=False)
    except (etree.XPathError, ValueError) as problem:
        raise Fault("invalid selector", f"{wanted}: {problem}") from problem


def by_uiautomator(phone: Phone, start: etree._Element, wanted: str) -> list[etree._Element]:
    """UiSelector and UiScrollable; the latter scrolls while it searches."""
    meant = parse(wanted)
    if isinstance(meant, Selector):
        return meant.find(start)
    return scroll_to(phone, meant)


STRATEGIES: dict[str, Strategy] = {
    "id": by_id,
    "accessibility id": lambda _, start, wanted: by_attribute(start, "content-desc", wanted),
    "class name": lambda _, start, wanted: by_attribute(start, "class", wanted),
    "xpath": by_xpath,
    "-android uiautomator": by_uiautomator,
    "css selector": by_css,
}


# --- scrolling while searching -------------------------------------------------------------------


def scroll_to(phone: Phone, scrolling: Scrolling) -> list[etree._Element]:
    """Scrolls as a UiScrollable does, and gives what it ended at."""
    if scrolling.goal == "to_beginning":
        _scroll_far(phone, scrolling, "down")
    elif scrolling.goal == "to_end":
        _scroll_far(phone, scrolling, "up")
    else:
        return _search(phone, scrolling)
    return _container(phone, scrolling)


def _search(phone: Phone, scrolling: Scrolling) -> list[etree._Element]:
    """From where the container is, else from its beginning, screen by screen to its end."""
    if found := _target(phone, scrolling):
        return found
    _scroll_far(phone, scrolling, "down")
    for _ in range(scrolling.most_swipes):
        if found := _target(phone, scrolling):
            return found
        if not _scroll_once(phone, scrolling, "up"):
            return []
    return _target(phone, scrolling)


def _target(phone: Phone, scrolling: Scrolling) -> list[etree._Element]:
    target = scrolling.target or Selector()
    found = target.find(phone.hierarchy().root)
    if scrolling.row is None or not found:
        return found
    rows = scrolling.row.find(*_container(phone, scrolling))
    return [row for row in rows if row in found or target.find(row)]


def _container(phone: Phone, scrolling: Scrolling) -> list[etree._Element]:
    return scrolling.container.find(phone.hierarchy().root)[:1]


def _scroll_far(phone: Phone, scrolling: Scrolling, finger: gestures.Direction) -> None:
    for _ in range(scrolling.most_swipes):
        if not _scroll_once(phone, scrolling, finger):
            return


def _scroll_once(phone: Phone, scrolling: Scrolling, finger: gestures.Direction) -> bool:
    """Swipes once over the container; says whether that moved it."""
    placed = [phone.hierarchy().placed.get(each) for each in _container(phone, scrolling)]
    if not placed or placed[0] is None:
        return False
    before = phone.scene()
    phone.touch(gestures.swipe(placed[0].visible, finger, SWIPE_SHARE))
    return phone.scene() != before


def can_scroll(phone: Phone, placed: Placed, direction: gestures.Direction) -> bool:
    """Whether a scrolling widget has more to show; `down` is towards its end."""
    so_far = min(scroll_range(placed), phone.front().window.scrolled.get(placed.path, 0))
    return so_far < scroll_range(placed) if direction == "down" else so_far > 0


# --- knowing elements again ----------------------------------------------------------------------


class Identity(NamedTuple):
    """What makes an element the same one: its window, its place in the tree, and what it is."""

    window: int
    path: str
    view_class: str
    resource_id: str


@dataclass(frozen=True)
class Found:
    """An element that is there now. A toast stands for no widget: it has no `placed`."""

    element: etree._Element
    placed: Placed | None


class References:
    """The elements that a session has been told of, by the ids that it knows them by."""

    def __init__(self) -> None:
        self._identities: dict[str, Identity] = {}
        self._ids: dict[Identity, str] = {}
        self._indexed: tuple[Hierarchy, dict[str, etree._Element]] | None = None

    def refer(self, phone: Phone, element: etree._Element) -> str:
        """The id of an element; the same element has the same id each time."""
        identity = _identity(phone, element)
        known = self._ids.get(identity)
        if known is None:
            known = "00000000-0000-0001-ffff-ffff"
            known += f"{len(self._ids) + 1:08x}"
            self._ids[identity] = known
            self._identities[known] = identity
        return known

    def resolve(self, phone: Phone, reference: str) -> Found:
        """The element as it is now.

        Raises:
            Fault: `stale element reference` when it is not there any more, `no
                such element` when the session never heard of it.
        """
        identity = self._identities.get(reference)
        if identity is None:
            raise Fault("no such element", f"the session knows no element {reference}")
        described = phone.hierarchy()
        element = self._index(described).get(identity.path)
        if element is None or _identity(phone, element) != identity:
            name = identity.resource_id or identity.view_class
            raise Fault(
                "stale element reference", f"the {name} is not on the screen any more: find again"
            )
        return Found(element, described.placed.get(element))

    def _index(self, described: Hierarchy) -> dict[str, etree._Element]:
        if self._indexed is None or self._indexed[0] is not described:
            paths = {placed.path: each for each, placed in described.placed.items()}
            for each in described.root:
                if each not in described.placed:
                    paths[_TOAST] = each
            self._indexed = (described, paths)
        return self._indexed[1]


_TOAST = "toast"


def _identity(phone: Phone, element: etree._Element) -> Identity:
    placed = phone.hierarchy().placed.get(element)
    return Identity(
        window=phone.front().window.serial if placed else 0,
        path=placed.path if placed else _TOAST,
        view_class=element.get("class", ""),
        resource_id=element.get("resource-id", ""),
    )
