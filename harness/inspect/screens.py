"""Screens as the page shows them, and those that were seen before. Values only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cachetools import FIFOCache
from lxml import etree

from harness.hierarchy import box_of, elements
from harness.inspect.candidates import found_by, short_id
from harness.model import AppProfile, Box, Locator

REMEMBERED = 100
"""Screens of a session that candidates are held against."""

Screen = list[etree._Element]
"""All elements of a hierarchy, the root first."""


@dataclass(frozen=True)
class Shot:
    """A screen at one moment: its picture and its hierarchy belong together.

    Attributes:
        number: counts the screens of a session that differ.
        png: the picture; a drawing of the hierarchy where the phone forbids pictures.
        hierarchy: as XML.
        drawn: whether the picture is such a drawing.
        package: in front.
        activity: in front.
        size: of the screen, in pixels.
    """

    number: int
    png: bytes
    hierarchy: str
    drawn: bool
    package: str
    activity: str
    size: tuple[int, int]

    @cached_property
    def elements(self) -> Screen:
        """All that is on the screen."""
        return elements(self.hierarchy)

    def element(self, index: int) -> etree._Element | None:
        """One of them by its place; None without one that says where it is."""
        known = 0 <= index < len(self.elements)
        return self.elements[index] if known and box_of(self.elements[index]) else None


def nodes(shot: Shot, profile: AppProfile) -> list[dict[str, Any]]:
    """What the page wants to know of the elements that can be pointed at, in the hierarchy's order.

    Those that lie in a box of no size, or are not displayed, are left out.
    """
    places = {id(each): index for index, each in enumerate(shot.elements)}
    names = names_on(shot.elements, profile)
    return [
        {
            "index": index,
            "parent": places.get(id(each.getparent())),
            "box": [box.left, box.top, box.right, box.bottom],
            "class": str(each.get("class", each.tag)),
            "id": short_id(each),
            "text": str(each.get("text", "")),
            "description": str(each.get("content-desc", "")),
            "package": str(each.get("package", "")),
            "states": [key for key in STATES if each.get(key) == "true"],
            "enabled": each.get("enabled", "true") == "true",
            "names": names.get(index, []),
        }
        for index, each, box in _boxed(shot.elements)
    ]


STATES = ("clickable", "checked", "focused", "scrollable", "password", "selected")


def _boxed(screen: Screen) -> Iterator[tuple[int, etree._Element, Box]]:
    for index, each in enumerate(screen):
        box = box_of(each)
        if box is None or each.get("displayed", "true") != "true":
            continue
        if box.left < box.right and box.top < box.bottom:
            yield index, each, box


def names_on(screen: Screen, profile: AppProfile) -> dict[int, list[str]]:
    """By what names of the profile each element would be found now, by its place."""
    places = {id(each): index for index, each in enumerate(screen)}
    names: dict[int, list[str]] = {}
    for name, locators in profile.elements.items():
        found = first_found(locators, screen)
        if found is not None:
            names.setdefault(places[id(found)], []).append(name)
    return names


def first_found(locators: tuple[Locator, ...], screen: Screen) -> etree._Element | None:
    """The element that a run would take: of the first locator that finds any, the first."""
    for locator in locators:
        found = found_by(locator, screen)
        if found:
            return found[0]
    return None


def again(element: etree._Element, screen: Screen) -> etree._Element | None:
    """The same element on a screen that was looked at anew; None when it is no longer there."""
    keys = ("class", "resource-id", "text", "content-desc", "bounds")
    wanted = [element.get(key) for key in keys]
    return next((each for each in screen if [each.get(key) for key in keys] == wanted), None)


def button_around(element: etree._Element) -> etree._Element | None:
    """The button that a label lies in, if it has an id of its own: that outlives its words.

    None where the touch might go to another: an element that takes touches itself, or a box
    with several buttons in it.
    """
    if element.get("clickable") == "true":
        return None
    above = (each for each in element.iterancestors() if each.get("clickable") == "true")
    button = next(above, None)
    if button is None or not button.get("resource-id"):
        return None
    if any(each.get("clickable") == "true" for each in button.iterdescendants("*")):
        return None
    screen = element.getroottree().getroot().iter("*")
    alike = [each for each in screen if each.get("resource-id") == button.get("resource-id")]
    return button if alike == [button] else None


@dataclass
class Memory:
    """The screens of an App that a session has seen, the last of each kind."""

    _seen: FIFOCache[str, Screen] = field(default_factory=lambda: FIFOCache(REMEMBERED))

    def note(self, shot: Shot, package: str) -> None:
        """Keeps a screen in mind, if the App shows it."""
        if any(each.get("package") == package for each in shot.elements):
            self._seen[_kind(shot)] = shot.elements

    def others(self, shot: Shot) -> list[Screen]:
        """The screens seen that are of another kind than this."""
        kind = _kind(shot)
        return [screen for each, screen in self._seen.items() if each != kind]


def _kind(shot: Shot) -> str:
    """What two looks at one screen share, while its texts change: activity, window and ids."""
    root: Mapping[str, str] = {}
    ids = sorted({short_id(each) for each in shot.elements if each.get("resource-id")})
    window = next((each for each in shot.elements if each.get("package")), None)
    if window is not None:
        root = {"bounds": str(window.get("bounds", ""))}
    return "\n".join((shot.package, shot.activity, root.get("bounds", ""), *ids))
