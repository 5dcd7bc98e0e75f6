"""Where a finger lands on an element: in its middle, or in what bars and buttons leave of it. Pure.

A list goes on below a bar at the foot of its screen, and its last row in sight may
lie half under it: a touch in the middle of that row would press the bar.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

from lxml import etree

from harness.hierarchy import box_of, contains
from harness.model import Box, Point

BAR_SHARE = 0.3
"""Of the screen, at most: a box that holds buttons and is no larger covers as a whole. A larger
one is a layer of the page, and covers where its buttons are."""
TAKES_TOUCHES = ("clickable", "long-clickable", "checkable", "scrollable")


def landing(there: Sequence[etree._Element], box: Box, part: Box | None = None) -> Point | None:
    """Where to touch an element; None when all of it is covered.

    Args:
        there: the elements of the screen, in the order of the hierarchy.
        box: the element's. One that nothing there has is touched in its middle.
        part: the part of it that is to be touched, if not all of it.
    """
    wanted = part or box
    element = at(there, box)
    covers = [] if element is None else [each for each in _over(element) if _meet(each, wanted)]
    if not any(contains(each, wanted.middle) for each in covers):
        return wanted.middle
    free = max(_free(wanted, covers), key=_area, default=None)
    return None if free is None else free.middle


def at(there: Sequence[etree._Element], box: Box) -> etree._Element | None:
    """The innermost element that has just this box, the one on top if there are several."""
    return next((each for each in reversed(there) if box_of(each) == box), None)


def _over(element: etree._Element) -> Iterator[Box]:
    """What is drawn over an element: what follows it, and what follows those that hold it."""
    root = element.getroottree().getroot()
    screen = next((found for each in root.iter("*") if (found := box_of(each))), None)
    for holder in (element, *element.iterancestors()):
        for later in holder.itersiblings():
            yield from _covering(later, BAR_SHARE * (_area(screen) if screen else 0))


def _covering(node: etree._Element, bar: float) -> Iterator[Box]:
    """What of a part of the screen one can touch or read; that alone is known to cover."""
    box = box_of(node)
    if box is None or node.get("displayed", "true") != "true":
        return
    if _is_solid(node) or (_area(box) <= bar and any(map(_is_solid, node.iterdescendants("*")))):
        yield box
        return
    for child in node:
        yield from _covering(child, bar)


def _is_solid(node: etree._Element) -> bool:
    says = bool(node.get("text") or node.get("content-desc"))
    return says or any(node.get(name) == "true" for name in TAKES_TOUCHES)


def _free(box: Box, covers: Sequence[Box]) -> Iterator[Box]:
    """The box in parts along the edges of what covers it: those that nothing covers."""
    across = {box.left, box.right, *(edge for each in covers for edge in (each.left, each.right))}
    down = {box.top, box.bottom, *(edge for each in covers for edge in (each.top, each.bottom))}
    columns = pairwise(sorted(x for x in across if box.left <= x <= box.right))
    rows = pairwise(sorted(y for y in down if box.top <= y <= box.bottom))
    for (left, right), (top, bottom) in product(columns, rows):
        part = Box(left=left, top=top, right=right, bottom=bottom)
        if not any(_meet(part, each) for each in covers):
            yield part


def _meet(one: Box, other: Box) -> bool:
    across = max(one.left, other.left) < min(one.right, other.right)
    return across and max(one.top, other.top) < min(one.bottom, other.bottom)


def _area(box: Box) -> int:
    return (box.right - box.left) * (box.bottom - box.top)
