from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from inspect import getmembers, isclass
from threading import Thread

import pytest
from appium.common import exceptions as appium_exceptions
from selenium.common import exceptions as selenium_exceptions

from harness.appium_driver import ERRORS, open_session, page_strategy, strategy
from harness.errors import DeviceTrouble, NoAnswer, NodeDied, SessionNotStarted
from harness.model import (
    ByClass,
    ByCss,
    ByDescription,
    ById,
    ByText,
    ByUiAutomator,
    ByXPath,
    Contains,
    Locator,
    Matches,
)

FOREIGN = [
    kind
    for module in (selenium_exceptions, appium_exceptions)
    for _, kind in getmembers(module, isclass)
    if issubclass(kind, Exception)
]


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_every_foreign_error_has_a_translation(kind: type[Exception]) -> None:
    assert any(ancestor in ERRORS for ancestor in kind.__mro__)


@pytest.mark.parametrize(
    ("locator", "expected"),
    [
        (ById(id="home_search"), ("id", "home_search")),
        (ByDescription(description="搜索"), ("accessibility id", "搜索")),
        (ByClass(class_="android.widget.EditText"), ("class name", "android.widget.EditText")),
        (ByXPath(xpath="//*[1]"), ("xpath", "//*[1]")),
        (
            ByUiAutomator(uiautomator="new UiSelector()"),
            ("-android uiautomator", "new UiSelector()"),
        ),
        (ByText(text="社保"), ("-android uiautomator", 'new UiSelector().text("社保")')),
        (
            ByText(text=Contains(contains="社")),
            ("-android uiautomator", 'new UiSelector().textContains("社")'),
        ),
        (
            ByDescription(description=Matches(matches=r"\d+")),
            ("-android uiautomator", r'new UiSelector().descriptionMatches("\\d+")'),
        ),
        (
            ByText(text='");new "\\'),
            ("-android uiautomator", r'new UiSelector().text("\");new \"\\")'),
        ),
    ],
)
def test_a_locator_becomes_a_strategy_and_a_selector(
    locator: Locator, expected: tuple[str, str]
) -> None:
    assert strategy(locator) == expected


@pytest.mark.parametrize(
    ("locator", "expected"),
    [
        (ByCss(css="#query"), ("css selector", "#query")),
        (ById(id="query"), ("xpath", '//*[@id="query"]')),
        (ByXPath(xpath="//button"), ("xpath", "//button")),
        (ByText(text="查询"), ("xpath", '//*[normalize-space()="查询"][not(*)]')),
        (
            ByText(text=Contains(contains="查")),
            ("xpath", '//*[contains(normalize-space(), "查")][not(*)]'),
        ),
        (ByDescription(description="搜索"), ("xpath", '//*[@aria-label="搜索"]')),
        (ById(id='a"b'), ("xpath", """//*[@id=concat("a", '"', "b")]""")),
        (ByText(text=Matches(matches="x")), None),
        (ByClass(class_="android.widget.EditText"), None),
        (ByUiAutomator(uiautomator="new UiSelector()"), None),
    ],
)
def test_a_locator_becomes_another_strategy_in_a_web_page(
    locator: Locator, expected: tuple[str, str] | None
) -> None:
    assert page_strategy(locator) == expected


@contextmanager
def _server(**answers: object) -> Iterator[tuple[str, Counter[str]]]:
    """Opens sessions; answers what is read with these values, or else hangs up. Counts requests."""
    asked: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self._answer({"sessionId": "s", "capabilities": {}})

        def _answer(self, value: object) -> None:
            body = json.dumps({"value": value}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            what = self.path.rpartition("/")[2]
            asked[what] += 1
            if what in answers:
                self._answer(answers[what])

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def test_a_question_without_an_answer_is_not_asked_again() -> None:
    with _server() as (url, asked):
        driver = open_session(url, {})
        with pytest.raises(NoAnswer, match="taking a picture"):
            driver.picture()
        driver.close()
    assert asked == {"screenshot": 1, "s": 1}


CUT_OFF = base64.b64encode(b"\x89PNG\r\n\x1a\n and no end").decode()


@pytest.mark.parametrize("value", ["", "aGVsbG8=", CUT_OFF, "\x1b[31m" * 9000, None, 7, {}, [""]])
def test_what_is_no_picture_is_trouble_of_the_device_in_a_short_line(value: object) -> None:
    with _server(screenshot=value) as (url, _):
        driver = open_session(url, {})
        with pytest.raises(DeviceTrouble, match="taking a picture") as trouble:
            driver.picture()
        driver.close()
    assert str(trouble.value).isprintable()
    assert len(str(trouble.value)) < 400


@contextmanager
def _refusing(message: str) -> Iterator[str]:
    """A server that opens no session, for the reason that a Selenium Grid 4.48 has given."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            value = {"error": "session not created", "message": message, "stacktrace": ""}
            body = json.dumps({"value": value}).encode()
            self.send_response(500)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


HOST = "\nHost info: host: 'vm', ip: '192.0.2.1'\nBuild info: version: '4.48.0'"


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        (
            "Could not start a new session. No nodes support the capabilities in the request ",
            SessionNotStarted,
            "the Grid at {url} has no such phone: asked for platformName=Android, "
            "appium:automationName=UiAutomator2, appium:udid=R5; compare capabilities: in "
            "devices.yaml with the stereotypes of its nodes that are up",
        ),
        (
            "Could not start a new session. New session request timed out ",
            SessionNotStarted,
            "no phone of the Grid at {url} became free as long as it lets a request wait: use "
            "fewer workers, or give it a longer --session-request-timeout",
        ),
        (
            "Could not start a new session. Could not start a new session. Error while creating "
            "session with the service http://192.0.2.10:4723. Connection error "
            "(POST http://192.0.2.10:4723/session) ",
            NodeDied,
            "the Grid at {url} has not yet noticed that the Appium server at "
            "http://192.0.2.10:4723 has died",
        ),
    ],
)
def test_a_grid_that_opens_no_session_is_repeated_in_words_that_say_what_to_do(
    said: str, kind: type[SessionNotStarted], told: str
) -> None:
    with _refusing(said + HOST) as url, pytest.raises(SessionNotStarted) as raised:
        open_session(url, {"appium:udid": "R5"})
    assert type(raised.value) is kind
    assert str(raised.value) == told.format(url=url)
