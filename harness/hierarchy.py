"""A view hierarchy as its elements, whatever an App has made of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from lxml import etree

from harness.model import Box, Point

# Nine digits: no screen needs more, and Python refuses to read a number of thousands of them.
BOUNDS = re.compile(
    r"\[(?P<left>-?\d{1,9}),(?P<top>-?\d{1,9})\]\[(?P<right>-?\d{1,9}),(?P<bottom>-?\d{1,9})\]"
)


def elements(xml: str) -> list[etree._Element]:
    """The elements of a hierarchy, the root first; none when it cannot be read.

    Of one that is cut off or nested too deep, those that can be read.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root: etree._Element | None = None
    with suppress(etree.XMLSyntaxError):  # nothing in it at all: there is nothing to recover
        root = etree.fromstring(xml.encode("utf-8", "replace"), parser)
    return [] if root is None else list(root.iter("*"))


def readable(xml: str) -> Sequence[etree._Element]:
    """The elements of a hierarchy that says something of a screen; else none."""
    there = elements(xml)
    return there if any(each.get("package") for each in there) else ()


def box_of(element: etree._Element) -> Box | None:
    """Where an element says it is, in pixels; None when it says nothing that can be read."""
    found = BOUNDS.fullmatch(str(element.get("bounds", "")))
    return None if found is None else Box.model_validate(found.groupdict())


def contains(box: Box | None, point: Point) -> bool:
    """Whether the point lies in the box."""
    return box is not None and box.left <= point.x < box.right and box.top <= point.y < box.bottom
