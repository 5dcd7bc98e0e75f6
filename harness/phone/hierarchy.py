"""What UiAutomator would say is on the screen: the page source of a scene.

The attributes, their order and what is left out follow the UiAutomator2 server:
only the window that has the focus is described, a view that is scrolled out or
covered by nothing but the screen's edge is not there, bounds are what is visible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from harness.phone.layout import chosen, input_text, scroll_range, takes_tap
from harness.phone.scene import Look, Placed, Rect, Scene, Window
from harness.phone.widgets import (
    Button,
    Check,
    Input,
    Label,
    SlideLock,
    Space,
    Stars,
    WebView,
    Wheel,
    Widget,
)

_CHECK_CLASSES = {
    "checkbox": "android.widget.CheckBox",
    "switch": "android.widget.Switch",
    "radio": "android.widget.RadioButton",
}

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_PROLOGUE = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"


@dataclass(frozen=True)
class Hierarchy:
    """The page source, and which widget each of its elements stands for.

    `placed` holds the elements themselves: as long as it lives, lxml gives out
    the same objects, so that what XPath finds can be looked up here. The root
    and a toast stand for no widget.
    """

    root: etree._Element
    placed: Mapping[etree._Element, Placed]


def describe(scene: Scene) -> Hierarchy:
    """Describes the front window of the scene, and the toast if one is shown."""
    window = scene.front
    root = etree.Element(
        "hierarchy",
        {
            "index": "0",
            "class": "hierarchy",
            "rotation": "0",
            "width": str(scene.metrics.width),
            "height": str(scene.metrics.height),
        },
    )
    placed: dict[etree._Element, Placed] = {}
    _describe(window.root, 0, window, root, placed)
    if scene.toast:
        _describe_toast(scene.toast, window.package, root)
    return Hierarchy(root, placed)


def to_xml(root: etree._Element) -> str:
    """The page source as the server sends it."""
    return _PROLOGUE + etree.tostring(root, encoding="unicode", pretty_print=True)


def view_class(widget: Widget) -> str:
    """The Android class that a widget stands for."""
    if isinstance(widget, Wheel) and widget.kind == "number_picker":
        return "android.widget.NumberPicker"
    return _CHECK_CLASSES[widget.kind] if isinstance(widget, Check) else widget.view_class


def text_of(widget: Widget, look: Look) -> str:
    """What Android reports as the view's text; an empty input reports its hint."""
    match widget:
        case Label() | Button() | Check() | SlideLock():
            return widget.text
        case Input():
            return input_text(widget, look) or widget.hint
        case Stars():
            return f"{stars(widget, look):.1f}"
        case WebView():
            return look.web_note
        case _:
            return ""


def description_of(widget: Widget, look: Look) -> str:
    """What a screen reader would say; of a wheel that is only drawn, what it rests on."""
    if isinstance(widget, Wheel) and widget.kind == "drawn" and widget.options:
        return widget.options[chosen(widget, look.values)]
    return widget.description


def is_checked(widget: Widget, look: Look) -> bool:
    """Whether a checkbox, a switch or a radio button is on; nothing else ever is."""
    if not isinstance(widget, Check):
        return False
    value = look.values.get(widget.key, False)
    return str(value) == widget.value if widget.kind == "radio" else bool(value)


def stars(widget: Stars, look: Look) -> int:
    """How many of the five stars are given; 0 when the state holds no number."""
    value = look.values.get(widget.key, 0)
    return min(5, max(0, int(value))) if isinstance(value, int | float) else 0


def resource_id(package: str, name: str) -> str:
    """The full resource id of a widget's `id`; one that is full already is Android's own."""
    return name if ":id/" in name else f"{package}:id/{name}"


def _describe(
    placed: Placed,
    index: int,
    window: Window,
    parent: etree._Element,
    found: dict[etree._Element, Placed],
) -> None:
    if placed.visible.empty or isinstance(placed.widget, Space):
        return
    tag = view_class(placed.widget)
    element = etree.SubElement(parent, tag, _attributes(placed, index, window, tag))
    found[element] = placed
    if isinstance(placed.widget, Wheel) and placed.widget.kind == "drawn":
        return  # its rows are no views
    for position, child in enumerate(placed.children):
        _describe(child, position, window, element, found)


def _attributes(placed: Placed, index: int, window: Window, tag: str) -> dict[str, str]:
    """All attributes of an element, in the server's order; those that are null are left out."""
    widget, look = placed.widget, window.look
    attributes = {
        "index": str(index),
        "package": _sanitised(window.package),
        "class": tag,
        "text": _sanitised(text_of(widget, look)),
    }
    if description := description_of(widget, look):
        attributes["content-desc"] = _sanitised(description)
    if widget.id:
        attributes["resource-id"] = _sanitised(resource_id(window.package, widget.id))
    attributes |= _states(placed, look)
    attributes["bounds"] = bounds(placed.visible)
    attributes["displayed"] = "true"
    if isinstance(widget, Input) and widget.hint:
        attributes["hint"] = _sanitised(widget.hint)
        attributes["showing-hint"] = _bool(not input_text(widget, look))
    return attributes


def _states(placed: Placed, look: Look) -> dict[str, str]:
    widget = placed.widget
    clickable = takes_tap(widget)
    return {
        "checkable": _bool(isinstance(widget, Check)),
        "checked": _bool(is_checked(widget, look)),
        "clickable": _bool(clickable),
        "enabled": _bool(widget.enabled),
        "focusable": _bool(clickable),
        "focused": _bool(isinstance(widget, Input) and widget.key == look.focused),
        "long-clickable": _bool(widget.on_long_press is not None or isinstance(widget, Input)),
        "password": _bool(isinstance(widget, Input) and widget.password),
        "scrollable": _bool(scroll_range(placed) > 0),
        "selected": _bool(widget.selected),
    }


def _describe_toast(message: str, package: str, root: etree._Element) -> None:
    tag = "android.widget.Toast"
    attributes = {
        "index": str(len(root)),
        "package": _sanitised(package),
        "class": tag,
        "text": _sanitised(message),
        "displayed": "true",
    }
    etree.SubElement(root, tag, attributes)


def bounds(rect: Rect) -> str:
    """A rectangle as UiAutomator writes it."""
    return f"[{rect.left},{rect.top}][{rect.right},{rect.bottom}]"


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _sanitised(words: str) -> str:
    """The text with `?` for what XML cannot hold, as the server does."""
    return _NOT_XML.sub("?", words)
