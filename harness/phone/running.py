"""An App that runs: its screens and dialogs, and the actions that it carries out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from harness.phone.app import (
    Action,
    After,
    App,
    Back,
    Close,
    Crash,
    Decide,
    Dialog,
    Do,
    Go,
    Hang,
    Open,
    Replace,
    Root,
    Screen,
    Set,
    Sms,
    Toast,
    Value,
    Values,
)
from harness.phone.events import Events
from harness.phone.scene import Window
from harness.phone.windows import OpenWindow, Surroundings, WatchedState

TOAST_S = 2.0
LONG_TOAST_S = 3.5


class Host(Protocol):
    """What the phone does for a running App."""

    events: Events
    attended: bool
    answers_late_s: float

    @property
    def server_answers(self) -> bool:
        """Whether the servers of its Apps can be reached, and answer."""
        ...

    def next_serial(self) -> int:
        """A number that no window has yet."""
        ...

    def changed(self, what: str) -> None:
        """Notes a change of what is in front, or of an App's values."""
        ...

    def displayed(self, running: Running, screen: Screen, waited_s: float) -> None:
        """Logs that a screen of the App has come up."""
        ...

    def toast(self, text: str, seconds: float) -> None:
        """Shows a toast."""
        ...

    def message(self, sender: str, text: str) -> None:
        """Takes in a text message."""
        ...

    def left(self, running: Running) -> None:
        """The App has nothing to show any more, or was left with `back`."""
        ...

    def crashed(self, running: Running, exception: str) -> None:
        """The App's process has died."""
        ...

    def system(self, action: Action) -> None:
        """An action that only the launcher and the system's dialogs have."""
        ...


@dataclass(eq=False)
class _Request:
    """An `After` under way, and the window that asked for it."""

    after: After
    asker: OpenWindow


class Running:
    """One App's process. `storage` holds each App's values, and outlives it."""

    def __init__(self, app: App, host: Host, storage: dict[str, Values], pid: int) -> None:
        self.app = app
        self.pid = pid
        self.stack: list[OpenWindow] = []
        self.alive = True
        self.hung_at: float | None = None
        self._host = host
        self._storage = storage
        self._requests: list[_Request] = []

    # --- its state ----------------------------------------------------------------------------

    @property
    def values(self) -> Values:
        """The App's values."""
        return self._storage[self.app.package]

    @property
    def answering(self) -> bool:
        """Whether it lives and its main thread runs."""
        return self.alive and self.hung_at is None

    @property
    def now(self) -> float:
        """Its own time: the phone's, standing still while the App hangs."""
        return self._host.events.now if self.hung_at is None else self.hung_at

    @property
    def activity(self) -> str:
        """The activity in front within it."""
        spec = self.stack[-1].spec if self.stack else self.app.screen(self.app.start)
        return spec.activity if isinstance(spec, Screen) else ""

    @property
    def front(self) -> OpenWindow:
        """The window of it that has the focus."""
        return self.stack[-1].top

    def state(self, window: OpenWindow) -> WatchedState:
        """What a view of this window may read."""
        return WatchedState(
            values=self.values,
            params=window.params,
            under_way=frozenset(
                request.after.name for request in self._requests if self._awaited(request)
            ),
            now_s=self.now - window.opened_at,
        )

    def show(self, window: OpenWindow, around: Surroundings) -> Window:
        """A window of it as it looks now."""
        return window.show(self.app.package, self.activity, self.state(window), around)

    def put(self, key: str, value: Value) -> None:
        """Changes one value, as typing or ticking does."""
        self.put_all({key: value})

    def put_all(self, new: Values) -> None:
        """Changes values; those that are as they were are no change."""
        before = self.values
        changed = [key for key, value in new.items() if before.get(key) != value]
        if changed:
            # A new mapping each time: what has been shown keeps the values that it was shown with.
            self._storage[self.app.package] = {**before, **new}
            self._host.changed(f"values {self.app.package} {', '.join(changed)}")

    # --- its windows ---------------------------------------------------------------------------

    def push(self, name: str, params: Values, waited_s: float = 0.0) -> None:
        """Opens a screen on top, and does what it does when it is opened."""
        spec = self.app.screen(name)
        self._cover()
        window = self._opened(spec, params)
        self.stack.append(window)
        self._host.displayed(self, spec, waited_s)
        if spec.on_open is not None:
            self.do(spec.on_open, window)

    def present(self, spec: Screen) -> None:
        """Makes a screen that the App does not declare its only one: the launch window."""
        self.stack = [self._opened(spec, {})]

    def open_dialog(self, name: str, params: Values) -> None:
        """Opens a dialog over the current screen."""
        spec = self.app.dialog(name)
        self._cover()
        below = self.stack[-1]
        below.dialogs.append(self._opened(spec, params, below))
        self._host.changed(f"dialog {self.app.package} {name}")

    def close_dialog(self) -> None:
        """Closes the topmost dialog, if there is one."""
        if self.stack and self.stack[-1].dialogs:
            gone = self.stack[-1].dialogs.pop()
            self._host.changed(f"dialog closed {self.app.package} {gone.spec.name}")

    def leave_screens(self, count: int) -> None:
        """Leaves the topmost screens; when none is left, the App."""
        del self.stack[max(0, len(self.stack) - count) :]
        if self.stack:
            self._host.changed(f"screen {self.app.package}/{self.activity}")
        else:
            self._host.left(self)

    def _opened(
        self, spec: Screen | Dialog, params: Values, over: OpenWindow | None = None
    ) -> OpenWindow:
        window = OpenWindow(
            serial=self._host.next_serial(),
            spec=spec,
            params=params,
            opened_at=self._host.events.now,
            over=over,
            kind="dialog" if over else "screen",
        )
        if spec.person is not None and self._host.attended:
            # The person does it with the window in front of them, or not at all.
            act = spec.person
            self._host.events.after(act.seconds, lambda: self._person_acts(window, act.then))
        return window

    def _person_acts(self, window: OpenWindow, then: Action) -> None:
        if self.answering and self._in_front(window) and self._still_open(window):
            self.do(then, window)

    def _cover(self) -> None:
        """Another window comes over the front one: its keyboard goes."""
        if self.stack:
            self.front.keyboard_up = False

    def _in_front(self, window: OpenWindow) -> bool:
        """Whether the window's screen is the App's topmost.

        Its dialogs do not cover it, and an App in the background keeps its place.
        """
        return bool(self.stack) and self.stack[-1] is window.screen

    def _still_open(self, window: OpenWindow) -> bool:
        return window.over is None or any(each is window for each in window.over.dialogs)

    def _awaited(self, request: _Request) -> bool:
        """Whether somebody could still get the answer."""
        return not request.after.here or any(each is request.asker.screen for each in self.stack)

    # --- its actions ---------------------------------------------------------------------------

    def do(self, action: Action, asker: OpenWindow) -> None:
        """Carries out an action that came from a window of the App.

        An App that is gone or hangs does nothing more; but a text message that
        its server has been asked for reaches the phone all the same.
        """
        if not self.answering and not isinstance(action, Do | Decide | After | Sms):
            return
        carry_out = _ACTIONS.get(type(action))
        if carry_out is None:
            self._host.system(action)
        else:
            carry_out(self, action, asker)

    def _do_all(self, action: Do, asker: OpenWindow) -> None:
        for each in action.actions:
            self.do(each, asker)

    def _decide(self, action: Decide, asker: OpenWindow) -> None:
        chosen = action.choose(self.state(asker))
        if chosen is not None:
            self.do(chosen, asker)

    def _after(self, action: After, asker: OpenWindow) -> None:
        request = _Request(action, asker)
        self._requests.append(request)
        seconds = action.seconds + self._host.answers_late_s
        self._host.events.after(seconds, lambda: self._answer(request))

    def _answer(self, request: _Request) -> None:
        if not self._host.server_answers:
            self._unanswered(request)
            return
        self._requests.remove(request)
        if not request.after.here or self._in_front(request.asker):
            self.do(request.after.then, request.asker)

    def _unanswered(self, request: _Request) -> None:
        """There is no answer: an App that does not notice goes on waiting."""
        if self.app.unanswered is not None:
            self._requests.remove(request)
            if self._in_front(request.asker):
                self.do(self.app.unanswered, request.asker)

    def _go(self, action: Go, asker: OpenWindow) -> None:
        self.push(action.screen, action.params)

    def _replace(self, action: Replace, asker: OpenWindow) -> None:
        del self.stack[-1:]
        self.push(action.screen, action.params)

    def _root(self, action: Root, asker: OpenWindow) -> None:
        self.stack.clear()
        self.push(action.screen, action.params)

    def _back(self, action: Back, asker: OpenWindow) -> None:
        self.leave_screens(action.screens)

    def _set(self, action: Set, asker: OpenWindow) -> None:
        self.put_all(action.values)

    def _toast(self, action: Toast, asker: OpenWindow) -> None:
        self._host.toast(action.text, LONG_TOAST_S if action.long else TOAST_S)

    def _open(self, action: Open, asker: OpenWindow) -> None:
        if self.stack:
            self.open_dialog(action.dialog, action.params)

    def _close(self, action: Close, asker: OpenWindow) -> None:
        self.close_dialog()

    def _sms(self, action: Sms, asker: OpenWindow) -> None:
        self._host.message(action.sender, action.text)

    def _crash(self, action: Crash, asker: OpenWindow) -> None:
        self._host.crashed(self, action.exception)

    def _hang(self, action: Hang, asker: OpenWindow) -> None:
        self.hung_at = self._host.events.now
        self._host.changed(f"hang {self.app.package}")


_ACTIONS: dict[type[Action], Callable[[Running, Any, OpenWindow], None]] = {
    Do: Running._do_all,
    Decide: Running._decide,
    After: Running._after,
    Go: Running._go,
    Replace: Running._replace,
    Root: Running._root,
    Back: Running._back,
    Set: Running._set,
    Toast: Running._toast,
    Open: Running._open,
    Close: Running._close,
    Sms: Running._sms,
    Crash: Running._crash,
    Hang: Running._hang,
}
