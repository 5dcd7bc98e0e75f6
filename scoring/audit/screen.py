"""A screen as the audit sees it: the App's elements, their words, and how large a dp is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from lxml import etree

from harness.hierarchy import box_of, elements
from harness.model import Box
from scoring.audit.rules import Limit
from scoring.tree import Mark

MOST_ELEMENTS = 5_000
"""Of one screen that are looked at: more than any holds that a person could read."""
LONGEST = 2_000
"""Characters of a text that are looked at."""
NAMED_BY = 24
"""Characters of its words that an element is named by."""
DPI_OF_A_DP = 160
LARGEST_SIDE = 16_384
"""Pixels: what says that it is larger is no screen."""

_NO_WORDS = re.compile(r"[\s\ue000-\uf8ff\U000f0000-\U0010fffd\ufffc\ufffd]+")
"""Blanks, and the private characters of icon fonts: nothing can read them out."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element; `said` is all that it and what is in it says, its own words first."""

    place: int
    parent: int
    path: str
    package: str
    kind: str
    id: str
    text: str
    description: str
    hint: str
    box: Box | None
    clickable: bool
    checkable: bool
    focusable: bool
    enabled: bool
    scrollable: bool
    password: bool
    leaf: bool

    @property
    def words(self) -> str:
        """What it says itself that can be read out."""
        return " ".join(filter(None, map(_readable, (self.text, self.description, self.hint))))

    @property
    def touched(self) -> bool:
        """Whether a finger is meant to touch it."""
        return self.enabled and (self.clickable or self.checkable)


@dataclass(frozen=True)
class Scale:
    """How many pixels a dp has, and who says so."""

    pixels: float
    mark: Mark = "published"
    source: str = "deviceScreenDensity of the session"


@dataclass(frozen=True)
class Screen:
    """The elements of one hierarchy in their order, and the size of the screen in pixels."""

    elements: tuple[Element, ...]
    width: int
    height: int

    def of(self, package: str) -> Iterator[Element]:
        """The elements of one App: Android's own dialogs are not its doing."""
        return (each for each in self.elements if each.package == package)

    @cached_property
    def _uses(self) -> Counter[str]:
        return Counter(each.id for each in self.elements if each.id)

    @cached_property
    def _children(self) -> Mapping[int, tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for each in self.elements:
            found.setdefault(each.parent, []).append(each.place)
        return {parent: tuple(places) for parent, places in found.items()}

    @cached_property
    def _said(self) -> list[str]:
        """By place: its own words and those of all that is in it."""
        said = [each.words for each in self.elements]
        for each in reversed(self.elements):
            if said[each.place] or not self._children.get(each.place):
                continue
            inner = (said[child] for child in self._children[each.place])
            said[each.place] = " ".join(filter(None, inner))[:LONGEST]
        return said

    def said(self, element: Element) -> str:
        """What a screen reader could say of it: its own words, else those of what is in it."""
        return self._said[element.place]

    def above(self, element: Element) -> Iterator[Element]:
        """What it lies in, the nearest first."""
        while element.parent >= 0:
            element = self.elements[element.parent]
            yield element

    def name(self, element: Element) -> str:
        """What an element is known by, on this screen and when it is seen again."""
        if element.id and self._uses[element.id] == 1:
            return element.id
        said = re.sub(r"\d", "#", self.said(element))[:NAMED_BY]
        known = element.id or element.kind
        if said and "EditText" not in element.kind:
            return f"{known} “{said}”"
        return f"{known} {element.path}"

    def share(self, box: Box) -> float:
        """How much of the screen a box covers."""
        whole = self.width * self.height
        return (box.right - box.left) * (box.bottom - box.top) / whole if whole else 0.0

    def cut_off(self, element: Element) -> tuple[bool, bool]:
        """Whether scrolling may hide a part of it: of its width, of its height."""
        box = element.box
        edges = [each.box for each in self.above(element) if each.scrollable and each.box]
        if box is None or not edges:
            return False, False
        across = any(box.left <= edge.left or box.right >= edge.right for edge in edges)
        down = any(box.top <= edge.top or box.bottom >= edge.bottom for edge in edges)
        return across, down

    @cached_property
    def toast(self) -> bool:
        """Whether a toast lies over it; where, the hierarchy does not say."""
        return any(each.kind == "Toast" for each in self.elements)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All words on it, from top to bottom."""
        return tuple(each.words for each in self.elements if each.words)


def read_screen(xml: str) -> Screen:
    """The screen that a hierarchy describes; without elements when it cannot be read."""
    found = list(islice(elements(xml), MOST_ELEMENTS))
    places = {element: place for place, element in enumerate(found)}
    read: list[Element] = []
    for place, element in enumerate(found):
        above = element.getparent()
        parent = -1 if above is None else places.get(above, -1)
        number = 0 if above is None else above.index(element)
        path = f"{read[parent].path}.{number}" if parent >= 0 else "0"
        read.append(_element(element, place, parent, path))
    return Screen(tuple(read), *_size(found, read))


def scale_of(session: Mapping[str, object], width: int, assumed_width_dp: Limit) -> Scale | None:
    """How many pixels a dp has on a phone, by what its session said.

    Args:
        session: of the attempt's record.
        width: of the screen in pixels; of one that lies on its side its height.
        assumed_width_dp: the shorter side of a phone whose session does not say it.

    Returns:
        None when not even the screen's size is known.
    """
    for name in ("deviceScreenDensity", "appium:deviceScreenDensity"):
        dpi = _number(session.get(name))
        if dpi and 60 <= dpi <= 1280:
            return Scale(dpi / DPI_OF_A_DP)
    if not width:
        return None
    return Scale(width / assumed_width_dp.value, "assumed", assumed_width_dp.source)


def _element(element: etree._Element, place: int, parent: int, path: str) -> Element:
    def attribute(name: str) -> str:
        return str(element.get(name, ""))[:LONGEST]

    def holds(name: str) -> bool:
        return element.get(name) == "true"

    return Element(
        place=place,
        parent=parent,
        path=path,
        package=attribute("package"),
        kind=(attribute("class") or str(element.tag)).rpartition(".")[2],
        id=attribute("resource-id").rpartition("/")[2],
        text=attribute("text"),
        description=attribute("content-desc"),
        hint=attribute("hint"),
        box=_visible(box_of(element)),
        clickable=holds("clickable"),
        checkable=holds("checkable"),
        focusable=holds("focusable"),
        enabled=element.get("enabled") != "false",
        scrollable=holds("scrollable"),
        password=holds("password"),
        leaf=not len(element),
    )


def _visible(box: Box | None) -> Box | None:
    """The box, unless nothing can be seen of it or no screen is so large."""
    if box is None or box.right <= box.left or box.bottom <= box.top:
        return None
    return (
        box if max(map(abs, (box.left, box.top, box.right, box.bottom))) <= LARGEST_SIDE else None
    )


def _size(found: list[etree._Element], read: list[Element]) -> tuple[int, int]:
    """As the root says it, else as far as the elements reach."""
    if not found:
        return 0, 0
    said = [_number(found[0].get(side)) for side in ("width", "height")]
    if all(side and 0 < side <= LARGEST_SIDE for side in said):
        return int(said[0] or 0), int(said[1] or 0)
    boxes = [each.box for each in read if each.box]
    return max((b.right for b in boxes), default=0), max((b.bottom for b in boxes), default=0)


def _number(value: object) -> float | None:
    try:
        return float(str(value)[:20])
    except ValueError:
        return None


def _readable(text: str) -> str:
    return _NO_WORDS.sub(" ", text).strip()
