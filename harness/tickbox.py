"""The box that a label belongs to, on a screen as its hierarchy tells it. Pure.

People tick what stands beside the words. The label itself may be the box, as Android's
`CheckBox` is; or the box is the nearest in the label's row. What is touched is the box, never
the words: a link may be among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from harness.hierarchy import box_of
from harness.likeness import says
from harness.model import Box, Contains, TextMatch

MARK_AT_THE_LEFT = ("CheckBox", "RadioButton")
"""Classes that draw their mark before their own words, as high as one line of them."""
LINE_PX = 160
"""A mark is no larger: 48 dp where a dp is three pixels, and a little more."""


@dataclass(frozen=True)
class TickBox:
    """A box to tick."""

    label: str
    box: Box
    """Where to touch it: of a box with words of its own, the part before them."""
    whole: Box
    """All of it, by which a hierarchy knows it."""
    checked: bool


def beside(there: Sequence[etree._Element], label: TextMatch) -> tuple[TickBox, ...]:
    """The boxes that labels with this text belong to, from top to bottom, each once.

    A bare text that no label has as a whole is looked for within them.
    """
    shown = [each for each in there if each.get("text") and _is_shown(each)]
    labels = [each for each in shown if says(each.get("text", ""), label)]
    if not labels and isinstance(label, str):
        labels = [each for each in shown if says(each.get("text", ""), Contains(contains=label))]
    boxes = [each for each in there if each.get("checkable") == "true" and _is_shown(each)]
    found: dict[etree._Element, TickBox] = {}
    for each in labels:
        box = _box_of(each, boxes)
        if box is not None:
            found.setdefault(box, _tick_box(box, str(each.get("text"))))
    return tuple(found.values())


def at_box(there: Sequence[etree._Element], box: Box) -> TickBox | None:
    """The box that lies just here; None when nothing here can be ticked."""
    boxes = (each for each in reversed(there) if each.get("checkable") == "true")
    found = next((each for each in boxes if box_of(each) == box), None)
    return None if found is None else _tick_box(found, str(found.get("text") or ""))


def _is_shown(element: etree._Element) -> bool:
    return element.get("displayed", "true") == "true" and box_of(element) is not None


def _box_of(label: etree._Element, boxes: Sequence[etree._Element]) -> etree._Element | None:
    """The label itself, if it can be ticked; else the nearest in its row, rather before than after.

    None when there is none in its row.
    """
    if label in boxes:
        return label
    here = box_of(label)
    away = {
        each: (gap, box.left > here.left)
        for each in boxes
        if here and (box := box_of(each)) and (gap := _gap(here, box)) is not None
    }
    return min(away, key=lambda each: away[each], default=None)


def _gap(one: Box, other: Box) -> int | None:
    """Pixels between two boxes in one row; None when no row holds both."""
    if min(one.bottom, other.bottom) <= max(one.top, other.top):
        return None
    return max(0, max(one.left, other.left) - min(one.right, other.right))


def _tick_box(element: etree._Element, label: str) -> TickBox:
    box = whole = box_of(element) or Box(left=0, top=0, right=0, bottom=0)
    name = str(element.get("class", ""))
    if element.get("text") and name.endswith(MARK_AT_THE_LEFT):
        side = min(box.bottom - box.top, box.right - box.left, LINE_PX)
        box = box.model_copy(update={"right": box.left + side})
    return TickBox(label, box, whole, element.get("checked") == "true")
