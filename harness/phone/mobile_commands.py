"""The `mobile:` commands of the UiAutomator2 driver, and the older paths for the same things."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, get_args

from harness.phone import find, gestures
from harness.phone.arguments import Arguments
from harness.phone.commands import Call, Command, middle_of, nothing, screenshot
from harness.phone.device import NOT_INSTALLED, Phone
from harness.phone.faults import Fault
from harness.phone.find import Found
from harness.phone.scene import Placed, Rect
from harness.phone.session import API_LEVEL, PLATFORM_VERSION
from harness.phone.widgets import Scroll

LONG_CLICK_MS = 500
SCREEN_MARGIN = 0.1
"""A swipe over the whole screen keeps off its edges, where Android has gestures of its own."""


def execute(call: Call) -> Any:
    """`execute/sync`: a `mobile:` command with one object of arguments.

    Raises:
        Fault: `unknown method` for one that the phone does not have.
    """
    script = call.arguments.text("script")
    given = call.arguments.items("args") if call.arguments.has("args") else []
    command = MOBILE.get(script.removeprefix("mobile:").strip())
    if command is None or not script.startswith("mobile:"):
        known = ", ".join(sorted(MOBILE))
        raise Fault("unknown method", f"no script {script[:80]!r} here; mobile: has {known}")
    arguments = Arguments.of(given[0], "args[0]") if given else Arguments({})
    return command(Call(call.phone, call.session, arguments, {}))


# --- gestures ------------------------------------------------------------------------------------


def click_gesture(call: Call) -> None:
    """A tap on an element, a point of it, or a point of the screen."""
    call.phone.touch(gestures.press(*_point(call)))


def long_click_gesture(call: Call) -> None:
    """A long press, of `duration` ms."""
    held = call.arguments.duration("duration", LONG_CLICK_MS) / 1000
    call.phone.touch(gestures.press(*_point(call), held))


def double_click_gesture(call: Call) -> None:
    """Two taps; nothing here tells them from two taps at leisure."""
    point = _point(call)
    call.phone.touch(gestures.press(*point))
    call.phone.touch(gestures.press(*point))


def drag_gesture(call: Call) -> None:
    """A drag from an element or a point to a point."""
    if call.arguments.has("elementId"):
        start = middle_of(call.named_element("elementId"))
    else:
        start = (call.arguments.number("startX"), call.arguments.number("startY"))
    end = (call.arguments.number("endX"), call.arguments.number("endY"))
    call.phone.touch(gestures.line(*start, *end))


def swipe_gesture(call: Call) -> None:
    """The finger moves over `percent` (0..1) of an area."""
    call.phone.touch(gestures.swipe(_area(call), _direction(call), _share(call)))


def scroll_gesture(call: Call) -> bool:
    """The content moves: `down` shows what is further down. Says whether there is more of it."""
    direction = _direction(call)
    area = _area(call)
    finger = _OPPOSITE[direction]
    call.phone.touch(gestures.swipe(area, finger, min(1.0, _share(call))))
    return _more(call.phone, area, direction)


def fling_gesture(call: Call) -> bool:
    """A quick scroll: over the whole area."""
    direction = _direction(call)
    area = _area(call)
    call.phone.touch(gestures.swipe(area, _OPPOSITE[direction], 1.0))
    return _more(call.phone, area, direction)


def scroll(call: Call) -> None:
    """Scrolls until a locator finds something."""
    strategy, selector = call.arguments.text("strategy"), call.arguments.text("selector")
    most = int(call.arguments.number("maxSwipes", 30))
    fingers: tuple[gestures.Direction, ...] = ("up", "down")
    for finger in fingers:
        for _ in range(max(0, min(most, 100))):
            if find.find(call.phone, strategy, selector):
                return
            before = call.phone.scene()
            call.phone.touch(gestures.swipe(_screen(call.phone), finger, 0.8))
            if call.phone.scene() == before:
                break
    if not find.find(call.phone, strategy, selector):
        raise Fault("no such element", f"scrolled to both ends without {strategy}: {selector}")


_OPPOSITE: Mapping[str, gestures.Direction] = {
    "up": "down",
    "down": "up",
    "left": "right",
    "right": "left",
}
_DIRECTIONS: Mapping[str, gestures.Direction] = {
    each: each for each in get_args(gestures.Direction)
}


def _direction(call: Call) -> gestures.Direction:
    return _DIRECTIONS[call.arguments.choice("direction", *_DIRECTIONS)]


def _share(call: Call) -> float:
    share = call.arguments.number("percent", 1.0)
    if share < 0:
        raise Fault("invalid argument", "'percent' must be 0 or more")
    return share


def _point(call: Call) -> tuple[float, float]:
    """A point of the screen, the middle of an element, or an offset in it."""
    arguments = call.arguments
    offset = arguments.has("x") or arguments.has("y")
    at = (arguments.number("x"), arguments.number("y")) if offset else (0.0, 0.0)
    if not arguments.has("elementId"):
        return at if offset else (arguments.number("x"), arguments.number("y"))
    found = call.named_element("elementId")
    if not offset:
        return middle_of(found)
    area = _visible(found)
    return area.left + at[0], area.top + at[1]


def _area(call: Call) -> Rect:
    """An element, or a rectangle of the screen."""
    if call.arguments.has("elementId"):
        return _visible(call.named_element("elementId"))
    left, top = call.arguments.number("left"), call.arguments.number("top")
    width, height = call.arguments.number("width"), call.arguments.number("height")
    return Rect(round(left), round(top), round(left + width), round(top + height))


def _visible(found: Found) -> Rect:
    if found.placed is None:
        raise Fault("element not interactable", "a toast cannot be touched")
    return found.placed.visible


def _screen(phone: Phone) -> Rect:
    wide, high = phone.metrics.width, phone.metrics.height
    return Rect(
        round(wide * SCREEN_MARGIN),
        round(high * SCREEN_MARGIN),
        round(wide * (1 - SCREEN_MARGIN)),
        round(high * (1 - SCREEN_MARGIN)),
    )


def _more(phone: Phone, area: Rect, direction: gestures.Direction) -> bool:
    """Whether what scrolls in the area has more in this direction."""
    scrolls = [each for each in phone.front().shown.root.walk() if _scrolls_in(each, area)]
    return any(find.can_scroll(phone, each, direction) for each in scrolls)


def _scrolls_in(placed: Placed, area: Rect) -> bool:
    return isinstance(placed.widget, Scroll) and not placed.visible.clip(area).empty


# --- Apps ----------------------------------------------------------------------------------------


def _package(call: Call) -> str:
    arguments = call.arguments
    return arguments.text("appId") if arguments.has("appId") else arguments.text("bundleId")


def activate_app(call: Call) -> None:
    """Brings an App to the front."""
    call.phone.launch(_package(call))


def terminate_app(call: Call) -> bool:
    """Ends an App; says whether it ran."""
    return call.phone.terminate(_package(call))


def clear_app(call: Call) -> None:
    """Ends an App and forgets its data."""
    call.phone.clear(_package(call))


def query_app_state(call: Call) -> int:
    """0 not installed, 1 not running, 3 in the background, 4 in front."""
    return call.phone.app_state(_package(call))


def is_app_installed(call: Call) -> bool:
    """Whether an App is on the phone."""
    return call.phone.app_state(_package(call)) != NOT_INSTALLED


def background_app(call: Call) -> None:
    """To the launcher; the App does not come back by itself, as no time passes in a command."""
    if call.arguments.number("seconds", -1) >= 0:
        raise Fault("invalid argument", "only seconds=-1 is there: then activate the App yourself")
    call.phone.home()


def start_activity(call: Call) -> None:
    """Starts an App, or one of its screens by its activity."""
    arguments = call.arguments
    if arguments.has("appPackage"):
        package, activity = arguments.text("appPackage"), arguments.text("appActivity", "")
    else:
        name = "component" if arguments.has("component") else "intent"
        package, _, activity = arguments.text(name).partition("/")
    if activity:
        call.phone.start_activity(package, activity)
    else:
        call.phone.launch(package)


def deep_link(call: Call) -> None:
    """Opens a link with an App."""
    call.phone.open_link(call.arguments.text("url"), call.arguments.text("package", ""))


def current_package(call: Call) -> str:
    """The package in front."""
    return call.phone.foreground()[0]


def current_activity(call: Call) -> str:
    """The activity in front."""
    return call.phone.foreground()[1]


# --- keyboard ------------------------------------------------------------------------------------


def press_key(call: Call) -> None:
    """A key by its Android key code; `metastate` says whether shift or ctrl is held."""
    held = int(call.arguments.number("metastate", 0))
    call.phone.press(int(call.arguments.number("keycode")), held)


def set_clipboard(call: Call) -> None:
    """Copies a text, given in base64."""
    content = call.arguments.text("content")
    try:
        call.phone.clipboard = base64.b64decode(content, validate=True).decode()
    except ValueError as problem:
        raise Fault("invalid argument", f"'content' is no text in base64: {problem}") from problem


def get_clipboard(call: Call) -> str:
    """What was copied last, in base64."""
    return base64.b64encode(call.phone.clipboard.encode()).decode()


def hide_keyboard(call: Call) -> bool:
    """Hides the keyboard; says whether it was there."""
    return call.phone.hide_keyboard()


def is_keyboard_shown(call: Call) -> bool:
    """Whether the keyboard is there."""
    return bool(call.phone.scene().keyboard)


def type_text(call: Call) -> bool:
    """Types into whatever has the caret."""
    call.phone.type_keys(call.arguments.text("text"))
    return True


# --- the phone -----------------------------------------------------------------------------------

_MOMENT_TOKENS = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
"""Those of momentjs's format specifiers that have one meaning in strftime."""


def device_time(call: Call) -> str:
    """The phone's time, ISO 8601 unless a momentjs `format` is given."""
    at = call.phone.wall_time()
    wanted = call.arguments.text("format", "YYYY-MM-DDTHH:mm:ssZ")
    zone = at.isoformat()[-6:]
    for token, directive in _MOMENT_TOKENS.items():
        wanted = wanted.replace(token, at.strftime(directive))
    return wanted.replace("Z", zone)


def device_info(call: Call) -> dict[str, Any]:
    """What the phone says of itself."""
    metrics = call.phone.metrics
    return {
        "apiVersion": str(API_LEVEL),
        "brand": "Zhangce",
        "displayDensity": round(160 * metrics.density),
        "locale": "zh_CN",
        "manufacturer": "Zhangce",
        "model": "Simulated phone",
        "networks": _networks(call.phone),
        "platformVersion": PLATFORM_VERSION,
        "realDisplaySize": f"{metrics.width}x{metrics.height}",
        "timeZone": "Asia/Shanghai",
    }


def _networks(phone: Phone) -> list[dict[str, Any]]:
    """The networks that the phone is on, as the UiAutomator2 server tells of them."""
    if phone.network == "none":
        return []
    capabilities = ["INTERNET", "NOT_METERED", "NOT_RESTRICTED", "TRUSTED"]
    capabilities += ["VALIDATED"] if phone.network == "checked" else []
    return [
        {
            "type": 1,
            "typeName": "WIFI",
            "isConnected": True,
            "isAvailable": True,
            "state": "CONNECTED",
            "detailedState": "CONNECTED",
            "capabilities": {
                "transportTypes": "TRANSPORT_WIFI",
                "networkCapabilities": ",".join(f"NET_CAPABILITY_{each}" for each in capabilities),
            },
        }
    ]


def battery_info(_call: Call) -> dict[str, Any]:
    """The battery is always as good as full, and unplugged."""
    return {"level": 0.8, "status": 3}


def display_density(call: Call) -> int:
    """Pixels in an inch."""
    return round(160 * call.phone.metrics.density)


def list_sms(call: Call) -> dict[str, Any]:
    """The inbox, newest first."""
    most = int(call.arguments.number("max", 100))
    newest = list(reversed(call.phone.inbox()))
    items = [
        {
            "id": str(len(newest) - index),
            "address": message.sender,
            "body": message.text,
            "date": str(round(message.at.timestamp() * 1000)),
            "read": "0",
            "type": "1",
        }
        for index, message in enumerate(newest[: max(0, most)])
    ]
    return {"items": items, "total": len(newest)}


def system_bars(call: Call) -> dict[str, Any]:
    """Where the status bar and the gesture bar are."""
    metrics = call.phone.metrics
    top, bottom = metrics.px(metrics.status_bar_dp), metrics.px(metrics.gesture_bar_dp)
    return {
        "statusBar": {"visible": True, "x": 0, "y": 0, "width": metrics.width, "height": top},
        "navigationBar": {
            "visible": True,
            "x": 0,
            "y": metrics.height - bottom,
            "width": metrics.width,
            "height": bottom,
        },
    }


def is_locked(_call: Call) -> bool:
    """The phone is never locked."""
    return False


MOBILE: Mapping[str, Command] = {
    "activateApp": activate_app,
    "backgroundApp": background_app,
    "batteryInfo": battery_info,
    "clearApp": clear_app,
    "clickGesture": click_gesture,
    "deepLink": deep_link,
    "deviceInfo": device_info,
    "doubleClickGesture": double_click_gesture,
    "dragGesture": drag_gesture,
    "flingGesture": fling_gesture,
    "getClipboard": get_clipboard,
    "getCurrentActivity": current_activity,
    "getCurrentPackage": current_package,
    "getDeviceTime": device_time,
    "getDisplayDensity": display_density,
    "getSystemBars": system_bars,
    "hideKeyboard": hide_keyboard,
    "isAppInstalled": is_app_installed,
    "isKeyboardShown": is_keyboard_shown,
    "isLocked": is_locked,
    "listSms": list_sms,
    "longClickGesture": long_click_gesture,
    "pinchCloseGesture": nothing,
    "pinchOpenGesture": nothing,
    "pressKey": press_key,
    "queryAppState": query_app_state,
    "scroll": scroll,
    "scrollGesture": scroll_gesture,
    "setClipboard": set_clipboard,
    "startActivity": start_activity,
    "swipeGesture": swipe_gesture,
    "terminateApp": terminate_app,
    "type": type_text,
    "unlock": nothing,
    "viewportScreenshot": screenshot,
}
