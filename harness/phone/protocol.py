"""The phone's W3C/Appium endpoint: from a request to a command, from its outcome to an answer.

One request at a time, to its end: the phone has no threads, and a command sees
one moment of it. Every answer is JSON with a `value`; whatever goes wrong is a
W3C error, and the phone goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from harness.phone import commands, mobile_commands
from harness.phone.afflict import ConnectionCut, pause_of, spoil
from harness.phone.arguments import Arguments
from harness.phone.clock import pause
from harness.phone.commands import Call, Command
from harness.phone.device import NotInstalled, Phone
from harness.phone.faults import Fault
from harness.phone.session import Session, open_session

LARGEST_BODY = 1_000_000
"""Bytes; no command needs more."""
BASE_PATH = "/wd/hub"
"""Where Appium 1 had its endpoint, and some clients still look for it."""
CHANGES = "/zhangce/changes"
"""No command of Appium's: the phone's own truth, for those who check how well others measure it."""
CUT_OFF = [(b"content-length", b"10")]
"""Headers of an answer that never comes."""
HEADERS = {"content-type": "application/json; charset=utf-8", "cache-control": "no-cache"}

_SESSION = "/session/{session}"
_ELEMENT = _SESSION + "/element/{element}"
_DEVICE = _SESSION + "/appium/device"
_APP = _SESSION + "/appium/app"

Route = tuple[str, str, Command]
"""An HTTP method, a path with `{variable}` parts, and the command that they mean."""

# What needs a session, below its path.
COMMANDS: tuple[Route, ...] = (
    ("GET", _SESSION, commands.capabilities),
    ("GET", _SESSION + "/appium/capabilities", commands.appium_capabilities),
    ("POST", _SESSION + "/element", commands.find_one),
    ("POST", _SESSION + "/elements", commands.find_all),
    ("GET", _SESSION + "/element/active", commands.active_element),
    ("POST", _SESSION + "/element/active", commands.active_element),
    ("POST", _ELEMENT + "/element", commands.find_one),
    ("POST", _ELEMENT + "/elements", commands.find_all),
    ("POST", _ELEMENT + "/click", commands.click),
    ("POST", _ELEMENT + "/value", commands.value),
    ("POST", _ELEMENT + "/clear", commands.clear),
    ("GET", _ELEMENT + "/text", commands.text),
    ("GET", _ELEMENT + "/name", commands.name),
    ("GET", _ELEMENT + "/attribute/{name}", commands.attribute),
    ("GET", _ELEMENT + "/property/{name}", commands.attribute),
    ("GET", _ELEMENT + "/rect", commands.rect),
    ("GET", _ELEMENT + "/location", commands.location),
    ("GET", _ELEMENT + "/location_in_view", commands.location),
    ("GET", _ELEMENT + "/size", commands.size),
    ("GET", _ELEMENT + "/displayed", commands.displayed),
    ("GET", _ELEMENT + "/enabled", commands.enabled),
    ("GET", _ELEMENT + "/selected", commands.selected),
    ("GET", _ELEMENT + "/screenshot", commands.element_screenshot),
    ("GET", _SESSION + "/screenshot", commands.screenshot),
    ("GET", _SESSION + "/source", commands.source),
    ("POST", _SESSION + "/actions", commands.perform_actions),
    ("DELETE", _SESSION + "/actions", commands.nothing),
    ("POST", _SESSION + "/back", commands.back),
    ("POST", _SESSION + "/keys", commands.keys),
    ("POST", _SESSION + "/url", commands.open_url),
    ("GET", _SESSION + "/orientation", commands.orientation),
    ("POST", _SESSION + "/orientation", commands.rotate),
    ("GET", _SESSION + "/window/rect", commands.window_rect),
    ("GET", _SESSION + "/window/current/size", commands.window_size),
    ("GET", _SESSION + "/alert/text", commands.alert_text),
    ("POST", _SESSION + "/alert/accept", commands.alert_accept),
    ("POST", _SESSION + "/alert/dismiss", commands.alert_dismiss),
    ("GET", _SESSION + "/timeouts", commands.timeouts),
    ("POST", _SESSION + "/timeouts", commands.set_timeouts),
    ("GET", _SESSION + "/contexts", commands.contexts),
    ("GET", _SESSION + "/context", commands.context),
    ("POST", _SESSION + "/context", commands.set_context),
    ("GET", _SESSION + "/log/types", commands.log_types),
    ("POST", _SESSION + "/log", commands.log),
    ("GET", _SESSION + "/se/log/types", commands.log_types),
    ("POST", _SESSION + "/se/log", commands.log),
    ("GET", _SESSION + "/appium/settings", commands.settings),
    ("POST", _SESSION + "/appium/settings", commands.update_settings),
    ("POST", _SESSION + "/execute/sync", mobile_commands.execute),
    ("POST", _SESSION + "/execute", mobile_commands.execute),
    ("GET", _DEVICE + "/current_package", mobile_commands.current_package),
    ("GET", _DEVICE + "/current_activity", mobile_commands.current_activity),
    ("GET", _DEVICE + "/system_time", mobile_commands.device_time),
    ("POST", _DEVICE + "/system_time", mobile_commands.device_time),
    ("GET", _DEVICE + "/display_density", mobile_commands.display_density),
    ("GET", _DEVICE + "/system_bars", mobile_commands.system_bars),
    ("POST", _DEVICE + "/hide_keyboard", mobile_commands.hide_keyboard),
    ("GET", _DEVICE + "/is_keyboard_shown", mobile_commands.is_keyboard_shown),
    ("POST", _DEVICE + "/press_keycode", mobile_commands.press_key),
    ("POST", _DEVICE + "/long_press_keycode", mobile_commands.press_key),
    ("POST", _DEVICE + "/activate_app", mobile_commands.activate_app),
    ("POST", _DEVICE + "/terminate_app", mobile_commands.terminate_app),
    ("POST", _DEVICE + "/app_state", mobile_commands.query_app_state),
    ("POST", _DEVICE + "/app_installed", mobile_commands.is_app_installed),
    ("POST", _DEVICE + "/start_activity", mobile_commands.start_activity),
    ("POST", _APP + "/activate", mobile_commands.activate_app),
    ("POST", _APP + "/terminate", mobile_commands.terminate_app),
)


# --- which command a path means -------------------------------------------------------------------


@dataclass
class _Node:
    """A part of a path: what may follow it, and what each HTTP method does there."""

    below: dict[str, _Node] = field(default_factory=dict)
    variable: str = ""
    methods: dict[str, Any] = field(default_factory=dict)


class Routes:
    """Paths by their parts; a fixed part is preferred to a variable one."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, method: str, path: str, command: Any) -> None:
        """Adds a command; `{x}` in the path is a variable part."""
        node = self._root
        for part in _parts(path):
            key = "{}" if part.startswith("{") else part
            node = node.below.setdefault(key, _Node())
            if key == "{}":
                node.variable = part.strip("{}")
        node.methods[method] = command

    def find(self, method: str, path: str) -> tuple[Any, dict[str, str]]:
        """The command, and the variable parts.

        Raises:
            Fault: `unknown command` for the path, `unknown method` for the HTTP method.
        """
        node = self._root
        variables: dict[str, str] = {}
        for part in _parts(path):
            fixed = node.below.get(part) if part != "{}" else None
            found = fixed or node.below.get("{}")
            if found is None:
                raise Fault("unknown command", f"the phone has no {path[:200]}")
            if found is not fixed:
                variables[found.variable] = part
            node = found
        if not node.methods:
            raise Fault("unknown command", f"the phone has no {path[:200]}")
        if method not in node.methods:
            known = ", ".join(node.methods)
            raise Fault("unknown method", f"{path[:200]} takes {known}, not {method}")
        return node.methods[method], variables


def _parts(path: str) -> Iterator[str]:
    return filter(None, path.split("/"))


# --- answering ------------------------------------------------------------------------------------


class Endpoint:
    """Answers for one phone. It has one session at a time: a new one ends the last."""

    def __init__(
        self,
        phone: Phone,
        commands: Iterable[Route] = COMMANDS,
        pause: Callable[[float], None] = pause,
    ) -> None:
        self.phone = phone
        self._pause = pause
        self.session: Session | None = None
        self._routes = Routes()
        for method, path, command in commands:
            self._routes.add(method, path, command)
        self._routes.add("GET", "/status", self._status)
        self._routes.add("GET", "/sessions", self._sessions)
        self._routes.add("GET", "/appium/sessions", self._sessions)
        self._routes.add("GET", CHANGES, self._changes)
        self._routes.add("POST", "/session", self._open)
        self._routes.add("DELETE", _SESSION, self._close)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        request = Request(scope, receive)
        try:
            body = await _body(request)
            status, content = self.respond(request.method, request.url.path, body)
        except ClientDisconnect:
            return
        except ConnectionCut:
            await send({"type": "http.response.start", "status": 200, "headers": CUT_OFF})
            return  # less than was announced: the server closes the connection
        except Fault as fault:
            status, content = fault.status, _json(fault.payload())
        await Response(content, status, headers=HEADERS)(scope, receive, send)

    def respond(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to a request, whatever it is."""
        try:
            return 200, self.answer(method, path, body)
        except ConnectionCut:
            raise
        except Exception as problem:  # the phone goes on, whatever a command ran into
            fault = _fault(problem)
            return fault.status, _json(fault.payload())

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        """The answer to a request that can be fulfilled.

        Raises:
            Fault: It cannot; other exceptions are mistakes of ours or of an App.
        """
        command, variables = self._routes.find(method, path.removeprefix(BASE_PATH))
        arguments = _arguments(body) if method == "POST" else Arguments({})
        if seconds := pause_of(self.phone):
            self._pause(seconds)
        with self.phone.moment():
            if "session" not in variables:
                return _json(command(arguments))
            spoilt = spoil(self.phone, method, path)
            if spoilt is not None:
                return _json({"value": spoilt, "sessionId": variables["session"]})
            call = Call(self.phone, self._session(variables["session"]), arguments, variables)
            return _json({"value": command(call), "sessionId": call.session.id})

    def _session(self, session_id: str) -> Session:
        if self.session is None or self.session.id != session_id:
            raise Fault(
                "invalid session id", "the session is over or was never there; open another"
            )
        return self.session

    def _open(self, body: Arguments) -> dict[str, Any]:
        # As with adb, a second session on a phone ends the first.
        self.session = None
        self.session = self.new_session(body)
        value = {"sessionId": self.session.id, "capabilities": self.session.capabilities}
        return {"value": value, "sessionId": self.session.id}

    def new_session(self, body: Arguments) -> Session:
        """Opens a session as the client asks for it."""
        return open_session(self.phone, body, str(uuid4()))

    def close(self) -> None:
        """Ends the session."""
        self.session = None

    def _close(self, _call: Call) -> None:
        self.close()

    def _sessions(self, _body: Arguments) -> dict[str, Any]:
        session = self.session
        known = [{"id": session.id, "capabilities": session.capabilities}] if session else []
        return {"value": known}

    def _status(self, _body: Arguments) -> dict[str, Any]:
        build = {"version": "simulated phone"}
        return {"value": {"ready": True, "message": "the phone is on", "build": build}}

    def _changes(self, _body: Arguments) -> dict[str, Any]:
        """What changed on the phone and when, in seconds of the machine's monotonic clock."""
        return {"value": self.phone.changes}


async def _body(request: Request) -> bytes:
    chunks: list[bytes] = []
    length = 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > LARGEST_BODY:
            raise Fault("invalid argument", f"a request may have {LARGEST_BODY} bytes at most")
        chunks.append(chunk)
    return b"".join(chunks)


def _arguments(body: bytes) -> Arguments:
    try:
        fields = json.loads(body) if body.strip() else {}
        if b"\\ud" in body.lower():
            _json(fields)  # half of a surrogate pair is no text: it could not even be answered
    except (ValueError, RecursionError) as problem:
        raise Fault("invalid argument", f"the request's body is not JSON: {problem}") from problem
    return Arguments.of(fields)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _fault(problem: Exception) -> Fault:
    if isinstance(problem, Fault):
        return problem
    if isinstance(problem, NotInstalled):
        return Fault("invalid argument", str(problem))
    return Fault("unknown error", f"{type(problem).__name__}: {problem}")
