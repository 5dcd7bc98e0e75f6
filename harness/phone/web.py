"""The pages in the phone's web views: a real Chromium for each App that shows one.

Chromium is started when an App first has a web view open, and ends when it has
none any more, or with the phone. Starting it takes no time of the phone's: until
it listens the web view is empty, as on Android. Whoever looks at the phone finds
the page as it is then; the page's own time is the machine's.
"""

from __future__ import annotations

import base64
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import websocket

from harness.phone.chromium import find_program
from harness.phone.gestures import Point
from harness.phone.scene import Metrics, Rect

PROJECT = Path(__file__).resolve().parents[2]
NO_WEB_VIEW = "此设备没有 WebView"
"""What a web view shows on a machine without Chromium."""
ANSWERS_WITHIN_S = 10.0
ENDS_WITHIN_S = 5.0
MOVES = 8
"""Points on the way of a finger that drags; Chromium tells a scroll from them."""

_KEYS: Mapping[str, Mapping[str, Any]] = {
    "Enter": {"windowsVirtualKeyCode": 13, "text": "\r"},
    "Backspace": {"windowsVirtualKeyCode": 8},
}


class WebTrouble(Exception):
    """Chromium is gone, or did not do what it was asked for."""


class PageId(NamedTuple):
    """A web view that is open: the process of its App, and the window that it is in."""

    pid: int
    window: int


@dataclass(frozen=True)
class OpenPage:
    """A web view that is open, and what it is to show."""

    id: PageId
    package: str
    url: str


@dataclass(frozen=True)
class DevtoolsSocket:
    """A socket of Android's abstract namespace behind which DevTools listen.

    A stream to `localabstract:<name>` is to be connected to `host` and `port`.
    """

    name: str
    host: str
    port: int

    def proc_net_unix(self, inode: int = 1) -> str:
        """Its line in the phone's `/proc/net/unix`."""
        return f"{0:016x}: 00000002 00000000 00010000 0001 01 {inode:5d} @{self.name}"


# --- all web views of the phone -------------------------------------------------------------------


class WebViews:
    """The Chromium of each App on the phone that has a web view open."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._engines: dict[int, Engine] = {}
        self._opened: dict[int, tuple[OpenPage, ...]] = {}

    @cached_property
    def note(self) -> str:
        """Why web views show nothing on this machine; empty when they do."""
        return "" if find_program() else NO_WEB_VIEW

    def keep(self, pages: Iterable[OpenPage]) -> None:
        """Makes these the web views that are open, in the order in which they were opened."""
        opened: dict[int, tuple[OpenPage, ...]] = {}
        for page in pages:
            opened[page.id.pid] = (*opened.get(page.id.pid, ()), page)
        for pid in [pid for pid in self._engines if pid not in opened]:
            self._engines.pop(pid).close()
        self._opened = opened
        if opened and not self.note:
            for pid, its in opened.items():
                self._keep(pid, its)

    def _keep(self, pid: int, pages: Sequence[OpenPage]) -> None:
        engine = self._engines.get(pid)
        if engine is None:
            engine = self._engines[pid] = Engine.start(pages[0].package)
        try:
            engine.keep({page.id: page.url for page in pages})
        except WebTrouble:
            # As when a renderer dies: the page is loaded anew at the next look.
            self._engines.pop(pid).close()

    def fit(self, page: PageId, room: Rect) -> None:
        """Lets the page be as large as the web view that shows it, `room` in pixels."""
        tab = self._tab(page)
        if tab is not None and not room.empty:
            with suppress(WebTrouble):
                tab.fit(room, self._metrics.density)

    def picture(self, page: PageId) -> bytes | None:
        """The page as PNG, in pixels of the screen; None while there is nothing to see."""
        tab = self._tab(page)
        if tab is None:
            return None
        try:
            return tab.picture()
        except WebTrouble:
            return None

    def touch(self, page: PageId, room: Rect, track: Sequence[Point]) -> None:
        """Lets a finger do on the page what it did on the glass; `room` is where the page is."""
        tab = self._tab(page)
        if tab is None:
            return
        density = self._metrics.density
        inside = [
            Point(seconds, (x - room.left) / density, (y - room.top) / density)
            for seconds, x, y in track
        ]
        with suppress(WebTrouble):
            tab.touch(inside)

    def type_text(self, page: PageId, text: str) -> None:
        """Types into what has the focus on the page."""
        tab = self._tab(page)
        if tab is not None:
            with suppress(WebTrouble):
                tab.type_text(text)

    def press(self, page: PageId, key: str) -> None:
        """Presses `Enter` or `Backspace` on the page."""
        tab = self._tab(page)
        if tab is not None:
            with suppress(WebTrouble):
                tab.press(key)

    def back(self, page: PageId) -> bool:
        """Goes back in the page's history; False when it is at its beginning."""
        tab = self._tab(page)
        try:
            return tab is not None and tab.back()
        except WebTrouble:
            return False

    def sockets(self) -> tuple[DevtoolsSocket, ...]:
        """The DevTools of the Apps that have a page to show."""
        return tuple(
            DevtoolsSocket(f"webview_devtools_remote_{pid}", *engine.address)
            for pid, engine in self._engines.items()
            if engine.address is not None and engine.tabs
        )

    def close(self) -> None:
        """Ends every Chromium."""
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()

    def _tab(self, page: PageId) -> Tab | None:
        engine = self._engines.get(page.pid)
        return None if engine is None else engine.tabs.get(page)


# --- one Chromium ---------------------------------------------------------------------------------


class Engine:
    """A Chromium, from its start to its end: the web views of one App's process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._said = b""
        self._browser: Browser | None = None
        self.address: tuple[str, int] | None = None
        self.tabs: dict[PageId, Tab] = {}

    @classmethod
    def start(cls, package: str) -> Engine:
        """Starts one, and does not wait for it."""
        process = subprocess.Popen(
            [sys.executable, "-m", "harness.phone.chromium", "--package", package],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)
        return cls(process)

    def keep(self, pages: Mapping[PageId, str]) -> None:
        """Opens and closes tabs until these are there, if Chromium listens by now.

        Raises:
            WebTrouble: Chromium has ended, or does not answer.
        """
        browser = self._listening()
        if browser is None:
            return
        for page in [page for page in self.tabs if page not in pages]:
            self.tabs.pop(page).close()
        for page, url in pages.items():
            if page not in self.tabs:
                self.tabs[page] = Tab.open(browser, url)

    def _listening(self) -> Browser | None:
        """The way to it; None as long as it does not listen."""
        if self._process.poll() is not None:
            raise WebTrouble("Chromium has ended")
        if self._browser is None and (announced := self._announcement()):
            self.address = announced["host"], announced["port"]
            self._browser = Browser.connect(*self.address, announced["path"])
        return self._browser

    def _announcement(self) -> dict[str, Any] | None:
        if self._process.stdout is None:
            return None
        self._said += self._process.stdout.read() or b""
        line, ended, _ = self._said.partition(b"\n")
        return dict(json.loads(line)) if ended else None

    def close(self) -> None:
        """Ends it, with all that belongs to it."""
        if self._browser is not None:
            self._browser.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Browser:
    """Chromium's DevTools protocol over one WebSocket; the one place that speaks it."""

    def __init__(self, connection: websocket.WebSocket) -> None:
        self._connection = connection
        self._asked = 0

    @classmethod
    def connect(cls, host: str, port: int, path: str) -> Browser:
        """Connects to a Chromium that listens.

        Raises:
            WebTrouble: it does not.
        """
        try:
            connection = websocket.create_connection(
                f"ws://{host}:{port}{path}",
                timeout=ANSWERS_WITHIN_S,
                suppress_origin=True,
            )
        except (OSError, websocket.WebSocketException) as exc:
            raise WebTrouble(f"DevTools cannot be reached: {exc}") from exc
        return cls(connection)

    def ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """One command and its result; `session` names the page that it is for.

        Raises:
            WebTrouble: there is no answer, or it is an error.
        """
        self._asked += 1
        to_page = {"sessionId": session} if session else {}
        command = {"id": self._asked, "method": method, "params": parameters, **to_page}
        try:
            self._connection.send(json.dumps(command))
            answer = self._answer()
        except (OSError, ValueError, websocket.WebSocketException) as exc:
            raise WebTrouble(f"{method}: {exc}") from exc
        if "error" in answer:
            raise WebTrouble(f"{method}: {answer['error'].get('message', '')}")
        return dict(answer["result"])

    def _answer(self) -> dict[str, Any]:
        """The answer to the last command; events before it are of no interest."""
        while True:
            said: dict[str, Any] = json.loads(self._connection.recv())
            if said.get("id") == self._asked:
                return said

    def close(self) -> None:
        """Hangs up, without a farewell: Chromium may be gone."""
        with suppress(OSError, websocket.WebSocketException):
            self._connection.shutdown()  # type: ignore[no-untyped-call]  # websocket's


class Tab:
    """A page of Chromium that a web view shows. Lengths are CSS pixels."""

    def __init__(self, browser: Browser, target: str, session: str) -> None:
        self._browser = browser
        self._target = target
        self._session = session
        self._fitted: tuple[int, int, float] | None = None

    @classmethod
    def open(cls, browser: Browser, url: str) -> Tab:
        """Opens a page in a window of its own: only then is it drawn beside others."""
        target = str(browser.ask("Target.createTarget", url=url, newWindow=True)["targetId"])
        attached = browser.ask("Target.attachToTarget", targetId=target, flatten=True)
        tab = cls(browser, target, str(attached["sessionId"]))
        tab._ask("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=1)
        tab._ask("Emulation.setFocusEmulationEnabled", enabled=True)
        return tab

    def fit(self, room: Rect, density: float) -> None:
        """Makes the page as large as the web view: `room` in pixels, so many a CSS pixel."""
        wanted = (math.ceil(room.width / density), math.ceil(room.height / density), density)
        if wanted != self._fitted:
            self._ask(
                "Emulation.setDeviceMetricsOverride",
                width=wanted[0],
                height=wanted[1],
                deviceScaleFactor=density,
                mobile=True,
            )
            self._fitted = wanted

    def picture(self) -> bytes:
        """What is to be seen of the page, as PNG."""
        shot = self._ask("Page.captureScreenshot", format="png", optimizeForSpeed=True)
        return base64.b64decode(shot["data"])

    def touch(self, track: Sequence[Point]) -> None:
        """Moves a finger over the page."""
        start, end = track[0], track[-1]
        self._finger("touchStart", start)
        for way in _on_the_way(track):
            self._finger("touchMove", way)
        self._finger("touchEnd", end)

    def _finger(self, kind: str, point: Point) -> None:
        at = [] if kind == "touchEnd" else [{"x": point.x, "y": point.y}]
        self._ask("Input.dispatchTouchEvent", type=kind, touchPoints=at)

    def type_text(self, text: str) -> None:
        """Types as an input method does: at once."""
        self._ask("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Presses a key that writes nothing by itself."""
        for kind in ("keyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, **_KEYS[key])

    def back(self) -> bool:
        """Goes back in its history; False at its beginning."""
        history = self._ask("Page.getNavigationHistory")
        index = int(history["currentIndex"])
        if index < 1:
            return False
        self._ask("Page.navigateToHistoryEntry", entryId=history["entries"][index - 1]["id"])
        return True

    def close(self) -> None:
        """Closes the page."""
        self._browser.ask("Target.closeTarget", targetId=self._target)

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.ask(method, self._session, **parameters)


def _on_the_way(track: Sequence[Point]) -> Sequence[Point]:
    """Where the finger is between its first and its last point; nowhere when it does not move."""
    start, end = track[0], track[-1]
    if start[1:] == end[1:]:
        return ()
    between = (index / MOVES for index in range(1, MOVES + 1))
    return tuple(
        Point(
            start.seconds, start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share
        )
        for share in between
    )
