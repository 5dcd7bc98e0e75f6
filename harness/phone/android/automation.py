"""The on-device UiAutomator2 server, as Appium's UiAutomator2 driver asks it.

The commands are those of the phone's own endpoint; what is different is how they
are worded: a find says `strategy` and `selector`, gestures have paths of their own,
and the driver opens Apps itself, by adb. An unknown command is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from harness.phone import commands, find, mobile_commands
from harness.phone.arguments import Arguments
from harness.phone.commands import Call, Command
from harness.phone.device import Phone
from harness.phone.faults import Fault
from harness.phone.protocol import COMMANDS, Endpoint, Route
from harness.phone.session import Session, requested

_SESSION = "/session/{session}"
_DEVICE = _SESSION + "/appium/device"
_GESTURES = _SESSION + "/appium/gestures"
_ELEMENT = _SESSION + "/element/{element}"


def _with(call: Call, **fields: Any) -> Call:
    """The same command with other arguments; what is None is left out."""
    given = {name: value for name, value in fields.items() if value is not None}
    return Call(call.phone, call.session, Arguments(given), call.path)


# --- finding --------------------------------------------------------------------------------------


def _find(command: Command) -> Command:
    """A find that is worded as the driver words it."""

    def reworded(call: Call) -> Any:
        asked = call.arguments
        inside = asked.fields.get("context")
        path = {**call.path, "element": str(inside)} if inside else call.path
        words = {"using": asked.text("strategy"), "value": asked.text("selector")}
        return command(Call(call.phone, call.session, Arguments(words), path))

    return reworded


def first_visible(call: Call) -> dict[str, Any]:
    """The first element within another that can be seen."""
    seen = find.find(call.phone, "xpath", ".//*[@displayed='true']", call.element().element)
    if not seen:
        raise Fault("no such element", "nothing within the element can be seen")
    return commands.answer_element(call, seen[0])


# --- gestures -------------------------------------------------------------------------------------


def _gesture(command: Command) -> Command:
    """A gesture whose places are given as `origin`, `offset`, `area`, `start` and `end`."""

    def reworded(call: Call) -> Any:
        asked = call.arguments
        fields: dict[str, Any] = dict(asked.fields)
        for name in ("origin", "offset", "area", "start", "end"):
            fields.pop(name, None)
        if asked.has("origin"):
            fields["elementId"] = asked.element("origin")
        for name in ("offset", "area"):
            fields |= asked.object(name, {}).fields
        for name in ("start", "end"):
            point = asked.object(name, {}).fields
            fields |= {f"{name}{axis.upper()}": value for axis, value in point.items()}
        return command(_with(call, **fields))

    return reworded


def scroll_to(call: Call) -> None:
    """Scrolls until a locator finds something."""
    mobile_commands.scroll(_with(call, **call.arguments.object("params").fields))


# --- the phone ------------------------------------------------------------------------------------


def pixel_ratio(call: Call) -> float:
    """Pixels in a dp."""
    return call.phone.metrics.density


def system_bars(call: Call) -> dict[str, int]:
    """The height of the status bar, in pixels."""
    metrics = call.phone.metrics
    return {"statusBar": metrics.px(metrics.status_bar_dp)}


def list_windows(call: Call) -> list[dict[str, Any]]:
    """The window in front."""
    package, _ = call.phone.foreground()
    size = commands.window_size(call)
    bounds = {"left": 0, "top": 0, "right": size["width"], "bottom": size["height"]}
    return [{"windowId": 1, "displayId": 0, "packageName": package, "windowBounds": bounds}]


def list_displays(call: Call) -> list[dict[str, Any]]:
    """The one display."""
    return [{"id": 0, "name": "Built-in Screen", "isDefault": True, "metrics": {}}]


def session_details(call: Call) -> dict[str, Any]:
    """What the phone says of the session."""
    return {**call.session.capabilities, "deviceScreenSize": _screen_size(call.phone)}


def _screen_size(phone: Phone) -> str:
    return f"{phone.metrics.width}x{phone.metrics.height}"


def _own_routes() -> Iterator[Route]:
    """What the driver words in its own way."""
    gestures: Mapping[str, Command] = {
        "click": mobile_commands.click_gesture,
        "long_click": mobile_commands.long_click_gesture,
        "double_click": mobile_commands.double_click_gesture,
        "drag": mobile_commands.drag_gesture,
        "fling": mobile_commands.fling_gesture,
        "scroll": mobile_commands.scroll_gesture,
        "swipe": mobile_commands.swipe_gesture,
        "pinch_open": commands.nothing,
        "pinch_close": commands.nothing,
    }
    for name, command in gestures.items():
        yield "POST", f"{_GESTURES}/{name}", _gesture(command)
    yield "GET", _SESSION, session_details
    yield "POST", f"{_SESSION}/element", _find(commands.find_one)
    yield "POST", f"{_SESSION}/elements", _find(commands.find_all)
    yield "GET", f"{_SESSION}/appium/element/{{element}}/first_visible", first_visible
    yield "POST", f"{_SESSION}/gestures/scroll_to", scroll_to
    yield "GET", f"{_DEVICE}/info", mobile_commands.device_info
    yield "GET", f"{_DEVICE}/pixel_ratio", pixel_ratio
    yield "GET", f"{_DEVICE}/system_bars", system_bars
    yield "GET", f"{_DEVICE}/battery_info", mobile_commands.battery_info
    yield "GET", f"{_DEVICE}/declared_orientation", commands.orientation
    yield "POST", f"{_DEVICE}/set_clipboard", mobile_commands.set_clipboard
    yield "POST", f"{_DEVICE}/open_notifications", commands.nothing
    yield "POST", f"{_SESSION}/appium/list_windows", list_windows
    yield "POST", f"{_SESSION}/appium/list_displays", list_displays
    yield "POST", f"{_SESSION}/appium/reset_ax_cache", commands.nothing


ROUTES: tuple[Route, ...] = (*COMMANDS, *_own_routes())
"""Of two with the same method and path the later one counts."""


class Automation(Endpoint):
    """The on-device server of one phone.

    Args:
        phone: what it drives.
        unknown: is told each command that it does not know.
        ended: is told when a session ends, and with it the server.
    """

    def __init__(
        self, phone: Phone, unknown: Callable[[str], None], ended: Callable[[], None]
    ) -> None:
        super().__init__(phone, ROUTES)
        self._unknown = unknown
        self._ended = ended

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        """The answer to a request; one that is not known is recorded."""
        try:
            return super().answer(method, path, body)
        except Fault as fault:
            if fault.code in ("unknown command", "unknown method"):
                self._unknown(f"UiAutomator2 server: {method} {path}")
            raise

    def new_session(self, body: Arguments) -> Session:
        """A session; the driver opens the App itself."""
        return Session(str(uuid4()), requested(body))

    def close(self) -> None:
        """Ends the session; the server's process ends with it."""
        super().close()
        self._ended()
