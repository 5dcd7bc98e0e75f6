"""The commands of the W3C and Appium protocol, each carried out on the phone.

The names and the shapes are those that the Appium Python client 6 and the
UiAutomator2 driver exchange. There are no implicit waits: the phone answers at
once, and whoever awaits something looks again.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree
from PIL import Image

from harness.phone import actions, find, gestures, png
from harness.phone.arguments import ELEMENT_KEY, Arguments
from harness.phone.device import KEY_ENTER, Orientation, Phone
from harness.phone.faults import Fault
from harness.phone.find import Found
from harness.phone.scene import Placed
from harness.phone.session import Session
from harness.phone.widgets import Button, Input


@dataclass(frozen=True)
class Call:
    """A command that has come in: on which phone, in which session, with what."""

    phone: Phone
    session: Session
    arguments: Arguments
    path: Mapping[str, str]
    """The variable parts of the path: `element`, `name`."""

    def element(self) -> Found:
        """The element that the path names."""
        return self.session.references.resolve(self.phone, self.path["element"])

    def named_element(self, name: str) -> Found:
        """The element that an argument names."""
        return self.session.references.resolve(self.phone, self.arguments.element(name))


# --- finding -------------------------------------------------------------------------------------


def find_one(call: Call) -> dict[str, Any]:
    """The first element that a locator means."""
    found = _found(call)
    if not found:
        how, what = call.arguments.text("using"), call.arguments.text("value")
        message = "An element could not be located on the page using the given search parameters"
        raise Fault("no such element", f"{message} ({how}: {what})")
    return answer_element(call, found[0])


def find_all(call: Call) -> list[dict[str, Any]]:
    """All elements that a locator means; none is no error."""
    return [answer_element(call, element) for element in _found(call)]


def _found(call: Call) -> list[etree._Element]:
    within = call.element().element if "element" in call.path else None
    using, value = call.arguments.text("using"), call.arguments.text("value")
    return find.find(call.phone, using, value, within)


def answer_element(call: Call, element: etree._Element) -> dict[str, Any]:
    """An element as it is answered; unless responses are compact, with what was asked for."""
    reference = call.session.references.refer(call.phone, element)
    answer: dict[str, Any] = {ELEMENT_KEY: reference, "ELEMENT": reference}
    if not call.session.settings.get("shouldUseCompactResponses", True):
        wanted = str(call.session.settings.get("elementResponseAttributes", ""))
        for name in filter(None, (each.strip() for each in wanted.split(","))):
            answer[name] = _response_attribute(element, name)
    return answer


def _response_attribute(element: etree._Element, name: str) -> Any:
    if name == "rect":
        return rect_of(element)
    if name in ("enabled", "displayed", "selected"):
        return element.get(name) == "true"
    if name == "name":
        return element.get("content-desc")
    if name == "text":
        return element.get("text", "")
    return attribute_of(element, name.removeprefix("attribute/"))


def active_element(call: Call) -> dict[str, Any]:
    """The input that has the caret."""
    focused = find.by_attribute(call.phone.hierarchy().root, "focused", "true")
    if not focused:
        raise Fault("no such element", "no element has the focus")
    return answer_element(call, focused[0])


# --- what an element is like ---------------------------------------------------------------------

_ALIASES = {
    "className": "class",
    "contentDescription": "content-desc",
    "longClickable": "long-clickable",
    "resourceId": "resource-id",
}
_ATTRIBUTES = (
    "bounds",
    "checkable",
    "checked",
    "class",
    "clickable",
    "content-desc",
    "displayed",
    "enabled",
    "focusable",
    "focused",
    "hint",
    "index",
    "long-clickable",
    "name",
    "package",
    "password",
    "resource-id",
    "scrollable",
    "selected",
    "showing-hint",
    "text",
)


def attribute_of(element: etree._Element, name: str) -> str | None:
    """An attribute as the UiAutomator2 server names and answers it."""
    wanted = _ALIASES.get(name, name)
    if wanted not in _ATTRIBUTES:
        known = ", ".join(_ATTRIBUTES)
        what = f"'{name}' attribute is unknown for the element"
        raise Fault("invalid argument", f"{what}. Only the following are supported: {known}")
    if wanted == "name":
        return element.get("content-desc") or element.get("text")
    return element.get(wanted)


def rect_of(element: etree._Element) -> dict[str, int]:
    """Where an element can be seen, in pixels; a toast is nowhere."""
    bounds = [int(number) for number in re.findall(r"-?\d+", element.get("bounds", ""))]
    left, top, right, bottom = bounds or (0, 0, 0, 0)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def attribute(call: Call) -> str | None:
    """One attribute."""
    return attribute_of(call.element().element, call.path["name"])


def text(call: Call) -> str:
    """The text of an element."""
    return call.element().element.get("text", "")


def name(call: Call) -> str | None:
    """What the driver calls an element's name: its content description."""
    return call.element().element.get("content-desc")


def rect(call: Call) -> dict[str, int]:
    """Place and size."""
    return rect_of(call.element().element)


def location(call: Call) -> dict[str, int]:
    """Place."""
    whole = rect(call)
    return {"x": whole["x"], "y": whole["y"]}


def size(call: Call) -> dict[str, int]:
    """Size."""
    whole = rect(call)
    return {"width": whole["width"], "height": whole["height"]}


def displayed(call: Call) -> bool:
    """Whether it can be seen."""
    return call.element().element.get("displayed") == "true"


def enabled(call: Call) -> bool:
    """Whether it can be used."""
    return call.element().element.get("enabled") == "true"


def selected(call: Call) -> bool:
    """Whether it is the one that is chosen; a ticked checkbox counts, as with the driver."""
    element = call.element().element
    return "true" in (element.get("selected"), element.get("checked"))


# --- using elements ------------------------------------------------------------------------------


def middle_of(found: Found) -> tuple[float, float]:
    """The middle of what can be seen of an element: where a click lands."""
    where = rect_of(found.element)
    return where["x"] + where["width"] / 2, where["y"] + where["height"] / 2


def click(call: Call) -> None:
    """Taps the middle of an element. Whatever lies on top there gets the tap."""
    call.phone.touch(gestures.press(*middle_of(call.element())))


def value(call: Call) -> None:
    """Types into an element, after what is there; a line feed at the end presses Enter."""
    arguments = call.arguments
    given = arguments.text("text") if arguments.has("text") else _joined(arguments)
    typed = given.removesuffix("\n")
    _type_into(call, typed, arguments.flag("replace", False))
    if typed != given:
        call.phone.press(KEY_ENTER)


def _joined(arguments: Arguments) -> str:
    parts = arguments.items("value")
    if not all(isinstance(part, str) for part in parts):
        raise Fault("invalid argument", "'value' must be an array of strings")
    return "".join(parts)


def clear(call: Call) -> None:
    """Empties an element."""
    _type_into(call, "", replace=True)


def _type_into(call: Call, typed: str, replace: bool) -> None:
    placed = call.element().placed
    entry = placed.widget if placed else None
    if placed is None or not (isinstance(entry, Input) and entry.enabled and entry.settable):
        name = type(placed.widget).__name__ if placed else "toast"
        raise Fault("invalid element state", f"text cannot be typed into this {name}")
    call.phone.type_into(placed.path, typed, replace)


def keys(call: Call) -> None:
    """Types into whatever has the caret."""
    actions.type_keys(call.phone, _joined(call.arguments))


def perform_actions(call: Call) -> None:
    """Carries out W3C actions."""
    references = call.session.references
    actions.perform(
        call.phone,
        call.arguments,
        lambda reference: middle_of(references.resolve(call.phone, reference)),
    )


# --- looking -------------------------------------------------------------------------------------


def screenshot(call: Call) -> str:
    """The screen as a PNG, in base64."""
    return _base64(call.phone.picture_png())


@lru_cache(maxsize=1)
def _base64(picture: bytes) -> str:
    """Remembered, as an unchanged screen is asked for again and again."""
    return base64.b64encode(picture).decode()


def element_screenshot(call: Call) -> str:
    """An element as a PNG, in base64."""
    where = rect_of(call.element().element)
    if not where["width"] or not where["height"]:
        raise Fault("element not interactable", "the element has no size")
    box = (where["x"], where["y"], where["x"] + where["width"], where["y"] + where["height"])
    with Image.open(io.BytesIO(call.phone.picture_png())) as screen:
        return base64.b64encode(png.encode(screen.crop(box))).decode()


def source(call: Call) -> str:
    """The hierarchy as XML."""
    return call.phone.source()


def window_rect(call: Call) -> dict[str, int]:
    """The screen, in pixels."""
    return {"x": 0, "y": 0, "width": call.phone.metrics.width, "height": call.phone.metrics.height}


def window_size(call: Call) -> dict[str, int]:
    """The size of the screen, in pixels."""
    return {"width": call.phone.metrics.width, "height": call.phone.metrics.height}


def orientation(call: Call) -> str:
    """How the phone is held."""
    return call.phone.orientation


def rotate(call: Call) -> None:
    """Stores how the phone is held."""
    wanted = call.arguments.choice("orientation", "portrait", "landscape")
    held: Orientation = "PORTRAIT" if wanted == "portrait" else "LANDSCAPE"
    call.phone.rotate(held)


# --- dialogs -------------------------------------------------------------------------------------


def alert_text(call: Call) -> str:
    """All that can be read in the dialog in front."""
    _dialog(call)
    texts = (each.get("text", "") for each in call.phone.hierarchy().placed)
    return "\n".join(filter(None, texts))


def alert_accept(call: Call) -> None:
    """Taps the dialog's main button: the filled one, or the last."""
    buttons = _dialog(call)
    _tap(call, _accepting(buttons))


def alert_dismiss(call: Call) -> None:
    """Taps the dialog's first other button, or its only one."""
    buttons = _dialog(call)
    others = [button for button in buttons if button is not _accepting(buttons)]
    _tap(call, (others or buttons)[0])


def _dialog(call: Call) -> list[Placed]:
    shown = call.phone.front().shown
    if shown.kind == "screen":
        raise Fault("no such alert", "no dialog is open")
    buttons = [each for each in shown.root.walk() if isinstance(each.widget, Button)]
    if not buttons:
        raise Fault("no such alert", "the dialog that is open has no button")
    return buttons


def _accepting(buttons: list[Placed]) -> Placed:
    filled = [
        each
        for each in buttons
        if isinstance(each.widget, Button) and each.widget.style == "filled"
    ]
    return (filled or buttons[-1:])[0]


def _tap(call: Call, placed: Placed) -> None:
    call.phone.touch(gestures.press(*placed.visible.middle))


# --- the session ---------------------------------------------------------------------------------


def capabilities(call: Call) -> dict[str, Any]:
    """What the session was granted."""
    return call.session.capabilities


def appium_capabilities(call: Call) -> dict[str, Any]:
    """What the session was granted, as Appium 3 answers it."""
    return {"capabilities": call.session.capabilities}


def settings(call: Call) -> dict[str, Any]:
    """All settings."""
    return call.session.settings


def update_settings(call: Call) -> None:
    """Changes settings; they are stored, whatever they are called."""
    call.session.settings |= call.arguments.object("settings").fields


def timeouts(call: Call) -> dict[str, int]:
    """The timeouts, in ms."""
    return call.session.timeouts


def set_timeouts(call: Call) -> None:
    """Stores timeouts. An implicit wait is not waited for: see `Session.timeouts`."""
    arguments = call.arguments
    if arguments.has("type"):  # the JSON Wire form: one at a time
        which = arguments.choice("type", "implicit", "page load", "script")
        milliseconds = int(arguments.duration("ms"))
        call.session.timeouts["pageLoad" if which == "page load" else which] = milliseconds
        return
    new = {
        key: int(arguments.duration(key))
        for key in ("script", "pageLoad", "implicit")
        if arguments.has(key)
    }
    call.session.timeouts |= new


def contexts(call: Call) -> list[str]:
    """There is no web view on the phone."""
    return [context(call)]


def context(_call: Call) -> str:
    """Always the native one."""
    return "NATIVE_APP"


def set_context(call: Call) -> None:
    """Accepts the native context only."""
    wanted = call.arguments.text("name", "NATIVE_APP")
    if wanted != "NATIVE_APP":
        raise Fault("no such context", "No such context found.")


def log_types(_call: Call) -> list[str]:
    """The one log there is."""
    return ["logcat"]


def log(call: Call) -> list[dict[str, Any]]:
    """The log since it was last read: of each line its text, its moment in ms and its level."""
    if call.arguments.text("type") != "logcat":
        raise Fault("invalid argument", "the only log here is 'logcat'")
    levels = {"I": "INFO", "W": "WARN", "E": "SEVERE"}
    since, call.session.log_read = call.session.log_read, call.phone.log.written
    return [
        {"timestamp": round(at.timestamp() * 1000), "level": levels[level], "message": line}
        for at, level, line in call.phone.log.entries(since)
    ]


def open_url(call: Call) -> None:
    """Opens a deep link with whichever App knows it."""
    call.phone.open_link(call.arguments.text("url"))


def back(call: Call) -> None:
    """The back gesture."""
    call.phone.back()


def nothing(_call: Call) -> None:
    """A command that has no effect here."""


Command = Callable[[Call], Any]
