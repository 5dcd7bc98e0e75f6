"""Whatever a client sends, the phone answers as the protocol says, and goes on."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import VirtualClock
from harness.phone.arguments import ELEMENT_KEY
from harness.phone.device import Phone
from harness.phone.mobile_commands import MOBILE
from harness.phone.protocol import COMMANDS, Endpoint
from tests.phone.small_app import COLD_START_S, PACKAGE, SMALL_APP

FIELDS = st.sampled_from(
    [
        *("using", "value", "text", "type", "actions", "x", "y", "duration", "origin", "script"),
        *("args", "settings", "elementId", "left", "top", "width", "height", "direction", "id"),
        *("percent", "appId", "url", "keycode", "orientation", "capabilities", "format", "max"),
    ]
)
WORDS = st.sampled_from(
    [
        *("id", "xpath", "form", "//*", "pointer", "key", "up", "left", "pointerDown", PACKAGE),
        *("pointerMove", "pointerUp", "keyDown", "-android uiautomator", "new UiSelector()"),
        *("landscape", "small://list/1", "implicit", "viewport", "#form", "css selector"),
    ]
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS | WORDS
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=12,
)
BODIES = st.dictionaries(FIELDS, JSON, max_size=6)


class Client:
    """A client with a session and an element, which it opens anew when it has lost them."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.endpoint = Endpoint(Phone([SMALL_APP], self.clock))

    def session(self) -> str:
        if self.endpoint.session is None:
            wanted = {"alwaysMatch": {"appium:appPackage": PACKAGE}}
            self.send("POST", "/session", {"capabilities": wanted})
            self.clock.sleep(COLD_START_S)
        assert self.endpoint.session is not None
        return f"/session/{self.endpoint.session.id}"

    def element(self) -> str:
        answer = self.send("POST", f"{self.session()}/element", {"using": "xpath", "value": "//*"})
        return str(answer[ELEMENT_KEY])

    def send(self, method: str, path: str, body: object) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, answer = self.endpoint.respond(method, path, content)
        value = json.loads(answer)["value"]
        assert status == 200 or set(value) == {"error", "message", "stacktrace"}
        assert status == 200 or value["error"] != "unknown error", value
        return value

    def goes_on(self) -> None:
        assert self.send("GET", f"{self.session()}/source", {}).startswith("<?xml")


CLIENT = Client()
"""One for all examples: what one of them breaks, the next ones find."""

thorough = settings(max_examples=200, deadline=None, derandomize=True)


@thorough
@given(command=st.sampled_from(COMMANDS), body=BODIES | st.binary(max_size=20))
def test_no_body_crashes_a_command(command: tuple[str, str, Any], body: object) -> None:
    method, path, _ = command
    path = path.replace("/session/{session}", CLIENT.session()).replace("{name}", "text")
    if "{element}" in path:
        path = path.replace("{element}", CLIENT.element())
    CLIENT.send(method, path, body)
    CLIENT.goes_on()


@thorough
@given(script=st.sampled_from(sorted(MOBILE)), arguments=BODIES)
def test_no_arguments_crash_a_mobile_command(script: str, arguments: dict[str, Any]) -> None:
    body = {"script": f"mobile: {script}", "args": [arguments]}
    CLIENT.send("POST", f"{CLIENT.session()}/execute/sync", body)
    CLIENT.goes_on()


ACTIONS = st.fixed_dictionaries(
    {"type": st.sampled_from(["pointerMove", "pointerDown", "pointerUp", "pause", "keyDown"])},
    optional={
        "x": LEAVES | st.integers(0, 1000),
        "y": LEAVES | st.integers(0, 2000),
        "duration": LEAVES | st.integers(0, 900),
        "origin": JSON,
        "value": LEAVES,
    },
)
SOURCES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["pointer", "key", "wheel", "none"]),
        "actions": st.lists(ACTIONS, max_size=5),
    }
)


@thorough
@given(sources=st.lists(SOURCES, max_size=3))
def test_no_actions_crash_the_phone(sources: list[dict[str, Any]]) -> None:
    CLIENT.send("POST", f"{CLIENT.session()}/actions", {"actions": sources})
    CLIENT.goes_on()


@thorough
@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT", "HEAD"]),
    path=st.text(max_size=40) | st.lists(WORDS | st.just("session"), max_size=4).map("/".join),
    body=st.binary(max_size=40),
)
def test_no_path_crashes_the_phone(method: str, path: str, body: bytes) -> None:
    CLIENT.send(method, f"/{path}", body)
