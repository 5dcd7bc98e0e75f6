"""A phone behind an Appium endpoint: the one file that knows Appium and selenium.

A look is one `findElements` whose answer carries what the harness wants to know
of each element (`elementResponseAttributes`), so that it costs one round trip
and not one for each attribute. In a web page it is one script that does the same.
Foreign errors are translated in one table.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import Any

import urllib3.exceptions
from appium.common.exceptions import NoSuchContextException
from appium.options.android import UiAutomator2Options
from appium.webdriver.client_config import AppiumClientConfig
from appium.webdriver.webdriver import WebDriver
from cachetools import FIFOCache
from lxml import etree, html
from selenium.common import exceptions as foreign
from selenium.webdriver.common.actions import interaction
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.key_input import KeyInput
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.remote.command import Command

from harness.driver import AppState, Health, Inbox, Seen
from harness.errors import (
    AppMissing,
    DeviceTrouble,
    ElementGone,
    HarnessError,
    NoAnswer,
    NodeDied,
    SessionLost,
    SessionNotStarted,
    UsageError,
)
from harness.model import (
    Box,
    ByClass,
    ByCss,
    ByDescription,
    ById,
    ByText,
    ByUiAutomator,
    ByXPath,
    Contains,
    Context,
    Locator,
    Matches,
    Network,
    Point,
    TextMatch,
    has_keys,
)
from harness.quoting import quote_line

ANSWER_WITHIN_S = 60
"""Longer than any command of the real driver takes; beyond it the server is taken for dead."""
ASK_ONCE: Mapping[str, Any] = {"init_args_for_pool_manager": {"retries": False}}
"""Else urllib3 asks up to four times: unseen in a measured interval, four minutes for a minute."""
SHELL_WITHIN_MS = 15_000
"""How long a script in the phone's shell may run; then the driver ends it."""
TAP_HELD_S = 0.05
"""How long a finger rests on the glass in a tap."""
KEYS_APART_S = 0.05
"""From one key to the next: some fields of a code hand the caret on only a moment later."""
KEY_A, KEY_PASTE, CTRL_HELD = 29, 279, 0x1000
"""Android's key codes, and the bit of a key's meta state that says that Ctrl is held."""

SETTINGS: Mapping[str, str | int | bool] = {
    # An idle wait costs half a second of silence and would be counted as the App's.
    "waitForIdleTimeout": 0,
    "waitForSelectorTimeout": 0,
    "shouldUseCompactResponses": False,
    "elementResponseAttributes": "rect,text,enabled,displayed,attribute/checked",
}
NATIVE = "NATIVE_APP"
TOAST = ByXPath(xpath="//android.widget.Toast")
"""The server keeps a toast as an element for 3.5 s, and finds it by XPath only."""
INTERNET, VALIDATED = "NET_CAPABILITY_INTERNET", "NET_CAPABILITY_VALIDATED"
WEB_VIEW = ByClass.model_validate({"class": "android.webkit.WebView"})

LOOK_IN_PAGE = """
const [using, value] = arguments;
const snapshot = () => {
  const found = document.evaluate(value, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
  return Array.from({length: found.snapshotLength}, (_, index) => found.snapshotItem(index));
};
const all = using === "xpath" ? snapshot() : [...document.querySelectorAll(value)];
const seen = (element) => element.getClientRects().length > 0
  && getComputedStyle(element).visibility === "visible";
const view = window.visualViewport;
return all.filter((each) => each instanceof Element && seen(each)).map((element) => {
  const rect = element.getBoundingClientRect();
  return {
    element,
    left: (rect.left - view.offsetLeft) * view.scale, top: (rect.top - view.offsetTop) * view.scale,
    width: rect.width * view.scale, height: rect.height * view.scale,
    pixels: window.devicePixelRatio,
    text: "value" in element && !(element instanceof HTMLButtonElement)
      ? String(element.value) : (element.innerText ?? element.textContent ?? "").trim(),
    enabled: !element.disabled,
    checked: element.checked === true,
  };
});
"""
"""Finds the displayed elements of a web page and says of each what a look wants to know.

Lengths are in CSS pixels from the left top of what is visible; `pixels` are those of
the screen in one of them. An element of a frame inside the page is not found.
"""

CAPABILITIES: Mapping[str, str | int | bool] = {
    "platformName": "Android",
    "appium:automationName": "UiAutomator2",
    # What an attempt needs cleared the harness clears itself, and knows when.
    "appium:noReset": True,
    "appium:newCommandTimeout": 300,
    # Also in a web page a picture is of the whole screen, as a person sees it.
    "appium:nativeWebScreenshot": True,
    # An animation would be counted as the App's time.
    "appium:disableWindowAnimation": True,
    # The phone lies unlocked, or a person unlocks it: no PIN is ever asked for.
    "appium:skipUnlock": True,
    # Some vendors forbid what the driver asks here and does not need.
    "appium:ignoreHiddenApiPolicyError": True,
    # So that times in the log can be read by the court as they stand.
    "appium:logcatFormat": "threadtime",
}
"""What every session is asked for, chosen for measuring; each is kept in the record."""

ERRORS: Mapping[type[Exception], type[HarnessError]] = {
    foreign.SessionNotCreatedException: SessionNotStarted,
    foreign.InvalidSessionIdException: SessionLost,
    foreign.NoSuchDriverException: SessionNotStarted,
    foreign.StaleElementReferenceException: ElementGone,
    foreign.NoSuchElementException: ElementGone,
    foreign.InvalidSelectorException: UsageError,
    foreign.WebDriverException: NoAnswer,
    urllib3.exceptions.HTTPError: NoAnswer,
    OSError: NoAnswer,
}
"""The nearest class in an error's ancestry decides; a test holds that none is left out."""
ADVICE: Mapping[type[HarnessError], str] = {
    SessionLost: "; the next attempt opens a new session. If it is lost again, look who else opens "
    "one on this phone, or what keeps it without a command for "
    f"{CAPABILITIES['appium:newCommandTimeout']} s",
}
"""What is added to what a server says, where it says nothing of what to do."""
DOCUMENTATION = "; For documentation on this error"
"""Begins what selenium adds of its own: it is about browsers."""

NO_SUCH_PHONE = "No nodes support the capabilities"
QUEUE_TIMED_OUT = "New session request timed out"
NODE_DIED = re.compile(r"Error while creating session with the service (\S+?)\.? Connection error")
NO_LONGER_THERE: Mapping[str, re.Pattern[str]] = {
    "the Grid's node at {} no longer answers": re.compile(
        r"Unable to execute request for an existing session: "
        r"(?:Connection error|Failed to execute request) \(\w+ (https?://[^/\s)]+)"
    ),
    "the Appium server at {} behind the Grid's node no longer answers": re.compile(
        r"(?:Connection error|Failed to execute request) \(\w+ (https?://[^/\s)]+)"
    ),
}
"""What a Selenium Grid says of what stands behind it; the first that fits is meant."""
MATCHED_FIRST = ("platformName", "appium:automationName")
"""Of our own capabilities those that a Grid compares with what its nodes offer."""
OF_THE_PHONE = (
    "deviceUDID", "deviceManufacturer", "deviceModel", "platformVersion", "deviceScreenDensity"
)  # fmt: skip
"""What a session says of its phone, for the record: behind a Grid it may be any. An audit of
screens needs the density, in dots per inch: without it nobody knows how large a target is."""

OUR_PHONES_MAKER = "Zhangce"
"""Who a simulated phone says has made it, whatever stands between: its numbers are marked so."""
APP_STATES: tuple[AppState, ...] = (
    "not_installed",
    "not_running",
    "background",  # suspended
    "background",
    "foreground",
)
SAYS_SOMETHING = re.compile(r'\b(?:text|content-desc)="[^"]')
"""A hierarchy with a word in it: a blank one is that of any splash screen and of any web page."""
REMEMBERED = 512
"""Screens whose activity is known: those of some fifty attempts."""
PNG_BEGINS, PNG_ENDS = b"\x89PNG", b"IEND\xaeB`\x82"
ELEMENT_KEY = "element-6066-11e4-a52e-4f735466cecf"


KEEP_OUT_OF_LOGS: Mapping[str, str] = MappingProxyType({"X-Appium-Is-Sensitive": "true"})
"""Appium writes what it is asked into its log, which a run keeps: texts that are typed too."""


def open_session(
    url: str,
    capabilities: Mapping[str, str | int | bool],
    made_ready: Mapping[str, str] = MappingProxyType({}),
    waits_s: float = ANSWER_WITHIN_S,
    *,
    grants_permissions: bool = False,
) -> AppiumDriver:
    """Opens a session at a W3C endpoint.

    Args:
        url: the endpoint.
        capabilities: in place of ours and beyond them.
        made_ready: what was set on the phone before, for the record.
        waits_s: how long the answer may take: a Grid answers when a phone is free.
        grants_permissions: whether an App that is reset is given all that it asks leave for.

    Raises:
        NodeDied: the endpoint is a Grid, and has not yet noticed that a node has died.
        SessionNotStarted: the endpoint refused, or nobody answers there.
    """
    asked = {**CAPABILITIES, **capabilities}
    config = AppiumClientConfig(
        remote_server_addr=url,
        timeout=math.ceil(waits_s),
        init_args_for_pool_manager=dict(ASK_ONCE),
        extra_headers=dict(KEEP_OUT_OF_LOGS),
    )
    try:
        options = UiAutomator2Options().load_capabilities(asked)
        session = WebDriver(options=options, client_config=config)
        config.timeout = ANSWER_WITHIN_S
        session.update_settings(dict(SETTINGS))
    except (foreign.WebDriverException, urllib3.exceptions.HTTPError, OSError) as exc:
        raise _refusal(url, exc, capabilities, waits_s) from exc
    return AppiumDriver(session, {**asked, **made_ready}, grants_permissions=grants_permissions)


class AppiumDriver:
    """`harness.driver.Driver` over the Appium Python client."""

    def __init__(
        self,
        session: WebDriver,
        asked: Mapping[str, str | int | bool] = MappingProxyType({}),
        *,
        grants_permissions: bool = False,
    ) -> None:
        self._session = session
        self._grants_permissions = grants_permissions
        self._asked = asked
        self.simulated = self._said_of_phone("deviceManufacturer") == OUR_PHONES_MAKER
        self._screen: Box | None = None
        self._page: Box | None = None
        self._activities: FIFOCache[bytes, str] = FIFOCache(REMEMBERED)
        """Of screens whose activity was asked for, by the hash of the hierarchy."""
        self._has: dict[str, bool] = {}
        """Which of the `mobile:` commands that an endpoint may lack it is known to have."""

    # --- the context

    def enter(self, context: Context, package: str = "") -> bool:
        """Makes a context the one that is looked at; False when the App shows no web page."""
        if (context == "webview") == (self._page is not None):
            return True
        if context == "native":
            with _translated("leaving the web page"):
                self._session.switch_to.context(NATIVE)
            self._page = None
            return True
        return self._enter_page(f"WEBVIEW_{package}")

    def _enter_page(self, name: str) -> bool:
        with _translated("entering the web page"):
            if name not in self._session.contexts:
                return False
            # What only the native context can say, and the boxes of the page's elements need.
            views = self.look(WEB_VIEW)
            page = views[0].box if views else self.screen()
            try:
                self._session.switch_to.context(name)
            except NoSuchContextException:
                return False  # it has been closed meanwhile
        self._page = page
        return True

    @property
    def page(self) -> Box | None:
        """Where the web page lies on the screen that is looked at; None in the native context."""
        return self._page

    # --- looking

    def look(self, locator: Locator) -> tuple[Seen, ...]:
        """The displayed elements that the locator finds, in the order of the hierarchy."""
        if self._page is not None:
            return self._look_in_page(locator, self._page)
        using, value = strategy(locator)
        with _translated(f"looking for {value}"):
            found = self._ask(Command.FIND_ELEMENTS, {"using": using, "value": value})
        return tuple(seen for element in found if (seen := self._seen(element)) is not None)

    def _look_in_page(self, locator: Locator, page: Box) -> tuple[Seen, ...]:
        selector = page_strategy(locator)
        if selector is None:
            return ()
        with suppress(ElementGone), self._while_page_lasts(f"looking for {selector[1]}"):
            try:
                found = self._session.execute_script(LOOK_IN_PAGE, *selector)
            except (foreign.InvalidElementStateException, foreign.JavascriptException) as exc:
                # The script is ours: what it cannot read is the selector.
                raise UsageError(f"looking for {selector[1]}: {_first_line(exc)}") from exc
            return tuple(_seen_in_page(element, page) for element in found)
        return ()

    @contextmanager
    def _while_page_lasts(self, doing: str) -> Iterator[None]:
        """Turns errors into ours; of a web page that has closed, native is what is left.

        Raises:
            ElementGone: the page has closed; the session has not.
        """
        with _translated(doing if self._page is None else f"{doing} in the web page"):
            try:
                yield
            except (foreign.InvalidSessionIdException, foreign.NoSuchWindowException) as exc:
                if self._page is None:
                    raise
                # Only chromedriver's session is over, if Appium still answers.
                self.enter("native")
                raise ElementGone(f"{doing}: the web page has closed") from exc

    def picture(self) -> bytes:
        """The screen, as PNG."""
        with _translated("taking a picture"):
            picture = base64.b64decode(self._ask(Command.SCREENSHOT, {}))
        if not (picture.startswith(PNG_BEGINS) and picture.endswith(PNG_ENDS)):
            raise NoAnswer("taking a picture: what the server sent is no whole PNG")
        return picture

    def hierarchy(self) -> str:
        """The view hierarchy, as XML; of a web page its elements."""
        doing = "reading the view hierarchy"
        if self._page is not None:
            with suppress(ElementGone), self._while_page_lasts(doing):
                return _as_xml(str(self._ask(Command.GET_PAGE_SOURCE, {})))
        with _translated(doing):
            return str(self._ask(Command.GET_PAGE_SOURCE, {}))

    def package(self) -> str:
        """The package in front."""
        with _translated("asking which App is in front"):
            return str(self._session.current_package or "")

    def activity(self, hierarchy: str = "") -> str:
        """The activity in front; that of an earlier screen with the same hierarchy, if any.

        On a phone behind adb the question costs twice what a hierarchy does. A screen that
        says nothing may be any, and is asked for each time.
        """
        screen = hashlib.sha256(hierarchy.encode("utf-8", "replace")).digest()
        if screen in self._activities:
            return self._activities[screen]
        with _translated("asking which activity is in front"):
            activity = str(self._session.current_activity or "")
        if SAYS_SOMETHING.search(hierarchy):
            self._activities[screen] = activity
        return activity

    def app_state(self, package: str) -> AppState:
        """Whether the App is installed, runs, is in front."""
        with _translated(f"asking for the state of {package}"):
            state = int(self._session.query_app_state(package))
        return APP_STATES[state] if state < len(APP_STATES) else "unknown"

    def screen(self) -> Box:
        """The whole screen; asked once, since the harness never turns the phone."""
        if self._screen is None:
            self.enter("native")
            with _translated("asking for the size of the screen"):
                size = self._session.get_window_size()
            self._screen = Box(left=0, top=0, right=size["width"], bottom=size["height"])
        return self._screen

    def toasts(self) -> tuple[str, ...]:
        """What the toasts say that are shown; costs as much as a hierarchy."""
        self.enter("native")
        return tuple(seen.text for seen in self.look(TOAST))

    def health(self) -> Health:
        """What the phone says of itself: a question in which no App has a part."""
        said = self._told("deviceInfo", {})
        return Health(_network(said.get("networks") if isinstance(said, dict) else None))

    def log(self) -> tuple[str, ...]:
        """The lines of the device's log since the last call."""
        with _translated("reading the device's log"):
            return tuple(str(entry["message"]) for entry in self._session.get_log("logcat"))

    def inbox(self) -> Inbox:
        """The phone's text messages."""
        with _translated("reading the phone's inbox"):
            answer = self._session.execute_script("mobile: listSms", {"max": 1})
            items = answer["items"]
            return Inbox(int(answer["total"]), str(items[0]["body"]) if items else "")

    def shell(self, script: str) -> str | None:
        """What a script in the phone's shell prints; None where the endpoint hands out no shell."""
        said = self._told("shell", {"command": script, "timeout": SHELL_WITHIN_MS})
        return None if said is None else str(said)

    def memory_kb(self, package: str) -> int | None:
        """The memory that a running App takes (Pss), in kB; None where it is not told."""
        asked = {"packageName": package, "dataType": "memoryinfo"}
        names, values = self._told("getPerformanceData", asked) or ((), ())
        told = str(dict(zip(names, values, strict=False)).get("totalPss"))
        return int(told) if told.isdecimal() else None

    def _told(self, command: str, arguments: dict[str, Any]) -> Any:
        """The answer to a `mobile:` command that an endpoint may lack; then it is asked but once.

        One that has answered before and refuses now has run into trouble of this one question.
        """
        if self._has.get(command) is False:
            return None
        try:
            with _translated(f"asking for mobile: {command}"):
                answer = self._session.execute_script(f"mobile: {command}", arguments)
        except NoAnswer:
            self._has.setdefault(command, False)
            return None
        self._has[command] = True
        return answer

    # --- touching

    def tap(self, point: Point) -> None:
        """A short press, as of a finger."""
        self.press(point, TAP_HELD_S)

    def press(self, point: Point, seconds: float) -> None:
        """A press that is held."""
        self.enter("native")
        with _translated(f"touching {point.x},{point.y}"), self._finger() as finger:
            finger.move_to_location(point.x, point.y)
            finger.pointer_down()
            finger.pause(seconds)
            finger.pointer_up()

    def drag(self, start: Point, end: Point, seconds: float) -> None:
        """Moves a finger over the screen, and holds it at the end so that nothing is flung."""
        self.enter("native")
        with _translated("dragging"), self._finger(move_s=seconds) as finger:
            finger.source.create_pointer_move(duration=0, x=start.x, y=start.y)
            finger.pointer_down()
            finger.move_to_location(end.x, end.y)
            finger.pause(0.1)
            finger.pointer_up()

    def click(self, element: Seen) -> None:
        """Clicks an element of a web page, scrolled into view."""
        with self._while_page_lasts("clicking"):
            self._ask(Command.CLICK_ELEMENT, {"id": element.handle})

    def write(self, element: Seen, text: str) -> None:
        """Puts text into a field, in place of what it holds."""
        with self._while_page_lasts("writing"), _advising_keys():
            self._ask(Command.CLEAR_ELEMENT, {"id": element.handle})
            self._ask(
                Command.SEND_KEYS_TO_ELEMENT,
                {"id": element.handle, "text": text, "value": list(text)},
            )

    def clear(self, element: Seen) -> None:
        """Empties a field."""
        with self._while_page_lasts("clearing"):
            self._ask(Command.CLEAR_ELEMENT, {"id": element.handle})

    def paste(self, text: str) -> None:
        """Pastes a text in place of what the field with the caret holds; leaves nothing copied."""
        self._copy(text)
        try:
            with _translated("pasting"):
                self._mark_all()
                self._press_key(KEY_PASTE)
        finally:
            self._copy("")

    def press_keys(self, text: str) -> None:
        """Presses the keys of a text, in place of what the field with the caret holds.

        Raises:
            NoAnswer: it is not of printable ASCII; no key was pressed.
        """
        if not has_keys(text):
            raise NoAnswer(
                "keys type printable ASCII only, and this text has something else: "
                "write how: paste beside it"
            )
        self.enter("native")
        with _translated("pressing keys"):
            self._mark_all()
            keys = KeyInput("keyboard")
            for character in text:
                keys.create_key_down(character)
                keys.create_key_up(character)
                keys.create_pause(KEYS_APART_S)
            ActionBuilder(self._session, keyboard=keys).perform()

    def _copy(self, text: str) -> None:
        self.enter("native")
        content = base64.b64encode(text.encode()).decode()
        with _translated("copying"):
            self._session.execute_script(
                "mobile: setClipboard", {"content": content, "contentType": "plaintext"}
            )

    def _mark_all(self) -> None:
        """Marks all that the field with the caret holds, as Ctrl+A does."""
        self._press_key(KEY_A, CTRL_HELD)

    def _press_key(self, keycode: int, held: int = 0) -> None:
        self._session.execute_script("mobile: pressKey", {"keycode": keycode, "metastate": held})

    def back(self) -> None:
        """The system's back key."""
        self.enter("native")
        with _translated("pressing back"):
            self._session.back()

    def hide_keyboard(self) -> None:
        """Closes the soft keyboard; nothing happens when it is not open."""
        self.enter("native")
        with _translated("hiding the keyboard"):
            if self._session.is_keyboard_shown():
                self._session.hide_keyboard()

    # --- the App and the session

    def launch(self, package: str, activity: str | None) -> None:
        """Brings the App to the front, starting it when it does not run."""
        with _translated(f"launching {package}"):
            if activity is None:
                self._session.activate_app(package)
            else:
                intent = {"intent": f"{package}/{activity}"}
                self._session.execute_script("mobile: startActivity", intent)

    def reset(self, package: str, *, keep_data: bool = False) -> None:
        """Stops the App; drops its data unless kept, and grants what it asks leave for."""
        try:
            with _translated(f"resetting {package}"):
                if keep_data:
                    self._session.terminate_app(package)
                else:  # which stops it as well
                    self._session.execute_script("mobile: clearApp", {"appId": package})
        except NoAnswer as refused:
            # Behind adb the question costs as much as the answer: asked only when in doubt.
            if self.app_state(package) == "not_installed":
                raise AppMissing(
                    f"{package} is not installed on this phone: install it (adb install), or "
                    "name its file under apk: in devices.yaml"
                ) from refused
            raise
        if self._grants_permissions:
            self._grant_all(package)

    def _grant_all(self, package: str) -> None:
        """Gives the App all that it asks leave for: what it had went with its data."""
        asked = {"permissions": "all", "action": "grant", "appPackage": package}
        try:
            with _translated(f"granting {package} its permissions"):
                self._session.execute_script("mobile: changePermissions", asked)
        except NoAnswer as refused:
            raise NoAnswer(
                f"{refused}; if the phone forbids it, set grant_permissions: false for it in "
                "devices.yaml"
            ) from refused

    def open_link(self, link: str, package: str) -> None:
        """Opens a deep link in the App."""
        with _translated(f"opening {link}"):
            self._session.execute_script("mobile: deepLink", {"url": link, "package": package})

    def settings(self) -> dict[str, str | int | float | bool]:
        """What the driver was told, for the record."""
        phone = {name: said for name in OF_THE_PHONE if (said := self._said_of_phone(name))}
        return {
            "tap_held_s": TAP_HELD_S,
            "keys_apart_s": KEYS_APART_S,
            "grant_permissions": self._grants_permissions,
            **SETTINGS,
            **self._asked,
            **phone,
        }

    def close(self) -> None:
        """Ends the session; never raises."""
        with suppress(foreign.WebDriverException, urllib3.exceptions.HTTPError, OSError):
            self._session.quit()

    def _said_of_phone(self, name: str) -> str:
        """What the session says of its phone; servers differ in whether they add the prefix."""
        capabilities = self._session.capabilities
        return str(capabilities.get(f"appium:{name}") or capabilities.get(name) or "")

    # --- how it is asked

    def _ask(self, command: str, parameters: dict[str, Any]) -> Any:
        """One command, its answer as the server gave it: selenium would drop the attributes."""
        session = self._session
        answer: dict[str, Any] = session.command_executor.execute(  # type: ignore[no-untyped-call]  # selenium's
            command, {**parameters, "sessionId": session.session_id}
        )
        session.error_handler.check_response(answer)
        return answer["value"]

    def _seen(self, element: dict[str, Any]) -> Seen | None:
        """An element from a find's answer, or None when it is not displayed."""
        handle = str(element[ELEMENT_KEY])
        ask = self._attribute(handle, element)
        if not _true(ask("displayed", Command.GET_ELEMENT_ATTRIBUTE)):
            return None
        rect = ask("rect", Command.GET_ELEMENT_RECT)
        left, top = int(rect["x"]), int(rect["y"])
        return Seen(
            handle=handle,
            box=Box(
                left=left,
                top=top,
                right=left + int(rect["width"]),
                bottom=top + int(rect["height"]),
            ),
            text=str(ask("text", Command.GET_ELEMENT_TEXT) or ""),
            enabled=_true(ask("enabled", Command.IS_ELEMENT_ENABLED)),
            checked=_true(ask("attribute/checked", Command.GET_ELEMENT_ATTRIBUTE)),
        )

    def _attribute(self, handle: str, element: dict[str, Any]) -> Callable[[str, str], Any]:
        """Reads a field of a find's answer; a server that left it out is asked for it."""

        def ask(field: str, command: str) -> Any:
            if field in element:
                return element[field]
            return self._ask(command, {"id": handle, "name": field.removeprefix("attribute/")})

        return ask

    @contextmanager
    def _finger(self, move_s: float = 0) -> Iterator[Any]:
        """One finger's gesture, sent to the device as one command at the end."""
        pointer = PointerInput(interaction.POINTER_TOUCH, "finger")  # type: ignore[no-untyped-call]  # selenium's
        builder = ActionBuilder(self._session, mouse=pointer, duration=round(move_s * 1000))
        yield builder.pointer_action
        builder.perform()


# --- locators ------------------------------------------------------------------------------------


def strategy(locator: Locator) -> tuple[str, str]:
    """The W3C strategy and selector of a locator."""
    match locator:
        case ById(id=value):
            how = "id", value
        case ByDescription(description=str(text)):
            how = "accessibility id", text
        case ByDescription(description=match):
            how = "-android uiautomator", _ui_selector("description", match)
        case ByText(text=match):
            how = "-android uiautomator", _ui_selector("text", match)
        case ByClass(class_=value):
            how = "class name", value
        case ByXPath(xpath=value):
            how = "xpath", value
        case ByUiAutomator(uiautomator=value):
            how = "-android uiautomator", value
        case ByCss(css=value):
            raise UsageError(f"css finds elements of web pages only; this is none: {value}")
    return how


def _ui_selector(what: str, match: TextMatch) -> str:
    """`new UiSelector().textContains("..")`, its text as a Java string."""
    if isinstance(match, Contains):
        return f"new UiSelector().{what}Contains({_java(match.contains)})"
    if isinstance(match, Matches):
        return f"new UiSelector().{what}Matches({_java(match.matches)})"
    return f"new UiSelector().{what}({_java(match)})"


def _java(text: str) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def page_strategy(locator: Locator) -> tuple[str, str] | None:
    """The strategy and selector of a locator in a web page; None for one that means nothing there.

    `matches` is none of XPath 1.0; a description is what a screen reader would say.
    """
    match locator:
        case ByCss(css=value):
            how = "css selector", value
        case ById(id=value):
            how = "xpath", f"//*[@id={_xpath_text(value)}]"
        case ByXPath(xpath=value):
            how = "xpath", value
        case ByText(text=str(text)):
            how = "xpath", f"//*[normalize-space()={_xpath_text(text)}][not(*)]"
        case ByText(text=Contains(contains=text)):
            how = "xpath", f"//*[contains(normalize-space(), {_xpath_text(text)})][not(*)]"
        case ByDescription(description=str(text)):
            how = "xpath", f"//*[@aria-label={_xpath_text(text)}]"
        case ByDescription(description=Contains(contains=text)):
            how = "xpath", f"//*[contains(@aria-label, {_xpath_text(text)})]"
        case _:
            return None
    return how


def _network(networks: object) -> Network:
    """What a phone's networks amount to; unknown where a server does not tell of them."""
    if not isinstance(networks, list):
        return "unknown"
    capable = [
        str((each.get("capabilities") or {}).get("networkCapabilities", ""))
        for each in networks
        if each.get("isConnected")
    ]
    if any(VALIDATED in each for each in capable):
        return "checked"
    if not capable:
        return "none"
    # Without its capabilities a network is only known to be there.
    return "unchecked" if any(INTERNET in each for each in capable) else "unknown"


def _xpath_text(text: str) -> str:
    """A text as XPath writes it, which knows no escapes."""
    if '"' not in text:
        return f'"{text}"'
    parts = ", '\"', ".join(f'"{part}"' for part in text.split('"'))
    return f"concat({parts})"


def _seen_in_page(found: Mapping[str, Any], page: Box) -> Seen:
    """An element of a web page.

    Its box on the screen is as exact as the page begins where the web view does: an
    App that shows a bar of its own inside the web view shifts it by that.
    """
    pixels = float(found["pixels"])
    left, top = page.left + found["left"] * pixels, page.top + found["top"] * pixels
    return Seen(
        handle=str(found["element"].id),
        box=Box(
            left=round(left),
            top=round(top),
            right=round(left + found["width"] * pixels),
            bottom=round(top + found["height"] * pixels),
        ),
        text=str(found["text"]),
        enabled=_true(found["enabled"]),
        checked=_true(found["checked"]),
    )


def _as_xml(page: str) -> str:
    """The source of a web page as XML that can be read like a view hierarchy."""
    root = html.document_fromstring(page)
    return str(etree.tostring(root, encoding="unicode", method="xml"))


# --- errors --------------------------------------------------------------------------------------


@contextmanager
def _translated(doing: str) -> Iterator[None]:
    """Turns foreign errors into ours; `doing` says in words what was asked."""
    try:
        yield
    except HarnessError:
        raise
    except (foreign.WebDriverException, urllib3.exceptions.HTTPError, OSError) as exc:
        ours = next(ERRORS[kind] for kind in type(exc).__mro__ if kind in ERRORS)
        raise ours(f"{doing}: {_first_line(exc)}{ADVICE.get(ours, '')}") from exc
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        # The answer has not the shape that the protocol promises.
        said = quote_line(repr(exc))
        raise DeviceTrouble(f"{doing}: an answer that cannot be read ({said})") from exc


@contextmanager
def _advising_keys() -> Iterator[None]:
    """Says of a field that refuses to be set what to write instead."""
    try:
        yield
    except foreign.InvalidElementStateException as exc:
        raise NoAnswer(
            f"the field refuses to be set ({_first_line(exc)}): write how: keys, or how: paste, "
            "beside the step's text"
        ) from exc


def _refusal(
    url: str, exc: Exception, asked: Mapping[str, str | int | bool], waits_s: float
) -> SessionNotStarted:
    """Why no session was opened; a Grid's reasons in words that say what to do."""
    said = _first_line(exc)
    if NO_SUCH_PHONE in said:
        ours = {name: CAPABILITIES[name] for name in MATCHED_FIRST}
        wanted = ", ".join(f"{name}={value}" for name, value in {**ours, **asked}.items())
        return SessionNotStarted(
            f"the Grid at {url} has no such phone: asked for {quote_line(wanted)}; compare "
            f"capabilities: in devices.yaml with the stereotypes of its nodes that are up"
        )
    if QUEUE_TIMED_OUT in said:
        return SessionNotStarted(
            f"no phone of the Grid at {url} became free as long as it lets a request wait: "
            "use fewer workers, or give it a longer --session-request-timeout"
        )
    if died := NODE_DIED.search(said):
        return NodeDied(
            f"the Grid at {url} has not yet noticed that the Appium server at {died[1]} has died"
        )
    if isinstance(exc, urllib3.exceptions.ReadTimeoutError):
        said = f"no answer within {waits_s:g} s; all phones may be taken"
    return SessionNotStarted(f"no session at {url}: {said}")


def _first_line(exc: Exception) -> str:
    """The first line of a foreign message; selenium appends the server's stack trace."""
    text = str(getattr(exc, "msg", None) or exc).strip()
    for words, pattern in NO_LONGER_THERE.items():
        if (found := pattern.match(text)) is not None:
            return words.format(found[1])
    broken = next((one for one in (*exc.args, exc.__cause__) if isinstance(one, OSError)), None)
    if broken is not None:
        return f"the server is not there: {quote_line(broken.strerror or str(broken))}"
    first = text.partition("\n")[0].partition(DOCUMENTATION)[0].strip()
    return quote_line(first) if first else type(exc).__name__


def _true(value: object) -> bool:
    """Servers say true as a word or as a truth value."""
    return value is True or value == "true"
