"""The simulated phone: its Apps, its inputs, and what there is to see on it.

It never waits and has no threads. Whoever touches it or looks at it first lets
happen what has fallen due by its clock, each event at exactly its own time. It
is not for several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal
from urllib.parse import unquote

from PIL import Image

from harness.phone import hierarchy as uiautomator
from harness.phone import png
from harness.phone import touch as fingers
from harness.phone.app import Action, App, Dialog, Screen, Values
from harness.phone.clock import Clock
from harness.phone.draw import draw
from harness.phone.events import Event, Events
from harness.phone.gestures import Track
from harness.phone.hierarchy import Hierarchy
from harness.phone.logcat import Logcat
from harness.phone.running import Running
from harness.phone.scene import Metrics, Scene, Window
from harness.phone.system import (
    ACTIVITIES,
    ANDROID,
    LAUNCHER,
    PERMISSIONS,
    SYSTEM_UI,
    WIFI,
    CloseApp,
    CloseDialog,
    KeepWaiting,
    Launch,
    crash_dialog,
    launch_screen,
    launcher,
    network_dialog,
    not_responding_dialog,
    notice_dialog,
    permission_dialog,
    shade,
)
from harness.phone.touch import Front
from harness.phone.trouble import Kind, Trouble
from harness.phone.web import DevtoolsSocket, OpenPage, PageId, WebViews
from harness.phone.widgets import Input, Page, WebView
from harness.phone.windows import OpenWindow, Surroundings

CHINA = timezone(timedelta(hours=8), "CST")
"""The phone's time zone."""
NOTIFICATION_S = 5.0
NOT_RESPONDING_S = 5.0
"""How long Android waits for an App to take an input."""
FIRST_PID = 4200

Orientation = Literal["PORTRAIT", "LANDSCAPE"]
Network = Literal["checked", "unchecked", "none"]
"""What the phone knows of its network: that it leads to the internet, that it is there, nothing."""
NOT_INSTALLED, NOT_RUNNING, BACKGROUND, FOREGROUND = 0, 1, 3, 4
"""What `app_state` answers, in Appium's numbers."""

KEY_HOME, KEY_BACK, KEY_A, KEY_ENTER, KEY_DELETE, KEY_PASTE = 3, 4, 29, 66, 67, 279
SHIFT_HELD, CTRL_HELD = 0x1, 0x1000
"""Bits of a key's meta state."""
_TYPED_KEYS = (
    {7 + digit: str(digit) for digit in range(10)}
    | {29 + index: letter for index, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
    | {144 + digit: str(digit) for digit in range(10)}
    | {55: ",", 56: ".", 62: " ", 69: "-", 70: "=", 76: "/", 77: "@", 81: "+"}
)
"""Android's key codes for characters, on the letter keys, the number row and the number pad."""


class NotInstalled(LookupError):
    """No App of that package, or none for that link, is on the phone."""


@dataclass(frozen=True)
class Message:
    """A text message in the inbox."""

    sender: str
    text: str
    at: datetime


@dataclass(eq=False)
class _Shown:
    """Something that is shown for a time: a toast, a notification, the wait before an ANR."""

    text: tuple[str, str] = ("", "")
    ends: Event | None = None

    def replace(self, text: tuple[str, str], ends: Event) -> None:
        if self.ends is not None:
            self.ends.call_off()
        self.text, self.ends = text, ends

    def clear(self) -> None:
        self.text, self.ends = ("", ""), None


class Phone:
    """A phone with these Apps on it, at the launcher.

    On an `attended` phone somebody does what no software may do: a screen's or
    a dialog's `person` happens when it has been open for its seconds.
    """

    def __init__(
        self,
        apps: Sequence[App],
        clock: Clock,
        *,
        metrics: Metrics | None = None,
        attended: bool = False,
        font_scale: float = 1.0,
    ) -> None:
        self.apps = {app.package: app for app in apps}
        self.clock = clock
        self.metrics = metrics or Metrics()
        self.attended = attended
        self.font_scale = font_scale
        self.orientation: Orientation = "PORTRAIT"
        self.clipboard = ""
        self.network: Network = "checked"
        self.answers_late_s = 0.0
        self.ailments: dict[Kind, Trouble] = {}
        self._servers_up = True
        self.events = Events(clock.monotonic())
        self._held = False
        self.log = Logcat()
        self._changes: list[tuple[float, str]] = []
        self._serial = 0
        self._pid = FIRST_PID
        self._values: dict[str, Values] = {
            package: app.initial for package, app in self.apps.items()
        }
        self._values[LAUNCHER] = {}
        self._running: dict[str, Running] = {}
        self._starting: dict[str, tuple[str, Values]] = {}
        self._system: list[OpenWindow] = []
        self._toast = _Shown()
        self._notification = _Shown()
        self._waiting: dict[str, Event] = {}
        self._unnoticed: set[str] = set()
        self._inbox: list[Message] = []
        self._scene: Scene | None = None
        self._picture: tuple[Scene, bytes | None, bytes] | None = None
        self._hierarchy: tuple[Scene, Hierarchy, str] | None = None
        self._web = WebViews(self.metrics)
        self._home = Running(launcher(apps), self, self._values, FIRST_PID - 1)
        self._front = self._home
        self._home.push("launcher", {})

    # --- time -----------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Lets everything happen that has fallen due by the clock."""
        if not self._held:
            self.events.until(self.clock.monotonic())

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Holds the phone's time for several inputs and looks: they belong to one moment."""
        self.catch_up()
        held, self._held = self._held, True
        try:
            yield
        finally:
            self._held = held

    def wall_time(self) -> datetime:
        """The moment of the phone's own time, in its time zone; during an event, the event's."""
        late = self.clock.monotonic() - self.events.now
        return (self.clock.now() - timedelta(seconds=late)).astimezone(CHINA)

    # --- inputs: fingers and keys ---------------------------------------------------------------

    def touch(self, track: Track) -> None:
        """Does what a finger's track of (seconds, x, y) amounts to, all of it now.

        A press is a tap, from half a second on a long press; what moves further
        than the slop of 8 dp scrolls what it began on, or drags a slider's knob.
        """
        self._input(lambda front: fingers.touch(front, track))

    def back(self) -> None:
        """The back gesture: away with the keyboard, else the dialog, the screen, the App."""
        self._input(self._back)

    def home(self) -> None:
        """To the launcher. The App in front stays as it is, in the background."""
        self.catch_up()
        self._to_launcher()

    def press(self, keycode: int, held: int = 0) -> None:
        """Presses a key by its Android key code; one that means nothing here does nothing.

        Args:
            keycode: Android's.
            held: which others are held meanwhile, in bits of the meta state.
        """
        if held & CTRL_HELD:
            self._input(fingers.mark_all if keycode == KEY_A else lambda _: None)
        elif keycode == KEY_PASTE:
            self._input(lambda front: fingers.paste(front, self.clipboard))
        elif keycode == KEY_HOME:
            self.home()
        elif keycode == KEY_BACK:
            self.back()
        elif keycode == KEY_ENTER:
            self._input(fingers.enter)
        elif keycode == KEY_DELETE:
            self._input(fingers.delete)
        elif keycode in _TYPED_KEYS:
            character = _TYPED_KEYS[keycode]
            self.type_keys(character.upper() if held & SHIFT_HELD else character)
        else:
            self.catch_up()

    def type_keys(self, text: str) -> None:
        """Types characters into the input that has the caret, if there is one."""
        self._input(lambda front: fingers.type_text(front, text))

    def type_into(self, path: str, text: str, replace: bool = False) -> None:
        """Gives the input at a tree path of the front window the caret and types.

        As when Appium sends keys, the keyboard does not come up for it.

        Raises:
            ValueError: What is at the path is no input.
        """
        self.catch_up()
        front = self.front()
        placed = fingers.chain_to(front.shown.root, path)[-1]
        if placed.path != path or not isinstance(placed.widget, Input):
            raise ValueError(f"no text can be typed into the widget at {path}")
        front.window.hand_caret(placed.widget.key)
        self._input(lambda front: fingers.type_text(front, text, replace))

    def hide_keyboard(self) -> bool:
        """Hides the keyboard; says whether it was there."""
        self.catch_up()
        shown = bool(self.scene().keyboard)
        self.front().window.keyboard_up = False
        return shown

    def _input(self, act: Callable[[Front], None]) -> None:
        """An input to the window in front. An App that hangs swallows it."""
        self.catch_up()
        front = self.front()
        if front.running.hung_at is not None:
            self._swallow(front.running)
            return
        keyboard_was_up = front.window.keyboard_up
        act(front)
        if front.window.keyboard_up and not keyboard_was_up:
            self._reveal_focus(front.window)

    def _reveal_focus(self, window: OpenWindow) -> None:
        """The keyboard has come up: the input that has the caret is scrolled above it."""
        front = self.front()
        if front.window is not window:
            return
        for placed in front.shown.root.walk():
            if isinstance(placed.widget, Input) and placed.widget.key == window.focused:
                fingers.reveal(front, placed.path)

    def _back(self, front: Front) -> None:
        spec = front.window.spec
        if front.window.keyboard():
            front.window.keyboard_up = False
        elif isinstance(spec, Dialog):
            if spec.dismissable and front.window.kind == "system":
                self._close_system_dialogs(str(front.window.params["package"]))
            elif spec.dismissable:
                front.running.close_dialog()
        elif front.running is self._home or self._web.back(front.page):
            return
        elif len(front.running.stack) > 1:
            front.running.leave_screens(1)
        else:
            # As of Android 12, back on its first screen leaves an App as it is.
            self._to_launcher()

    # --- inputs: Apps ---------------------------------------------------------------------------

    def launch(self, package: str) -> None:
        """Brings an App to the front as its icon does: a start, or back to where it was.

        Raises:
            NotInstalled: There is no such App.
        """
        self.catch_up()
        self._launch(self._app(package))

    def terminate(self, package: str) -> bool:
        """Ends an App's process; its values stay. Says whether it was running."""
        self.catch_up()
        self._app(package)
        return self._end(package, "stop")

    def clear(self, package: str) -> None:
        """Ends an App's process and forgets all its values.

        Raises:
            NotInstalled: There is no such App.
        """
        self.catch_up()
        app = self._app(package)
        self._end(package, "clear data")
        self._values[package] = app.initial
        self.changed(f"values {package} cleared")

    def open_link(self, url: str, package: str = "") -> None:
        """Opens a deep link with an App, or with the first one that has a screen for it.

        Raises:
            NotInstalled: There is no such App, or none that knows the link.
        """
        self.catch_up()
        for app in [self._app(package)] if package else list(self.apps.values()):
            prefixes = [prefix for prefix in app.links if url.startswith(prefix)]
            if prefixes:
                prefix = max(prefixes, key=len)
                self._launch(app, app.links[prefix], {"rest": unquote(url[len(prefix) :])})
                return
        raise NotInstalled(f"no App on the phone opens {url}")

    def start_activity(self, package: str, activity: str) -> None:
        """Opens a screen of an App by its activity, with or without the package before it.

        Raises:
            NotInstalled: There is no such App, or it has no such activity.
        """
        self.catch_up()
        app = self._app(package)
        wanted = activity.removeprefix(package)
        for screen in app.screens:
            if screen.activity == wanted:
                self._launch(app, "" if screen.name == app.start else screen.name)
                return
        raise NotInstalled(f"{package} has no activity {activity}")

    def install(self, app: App) -> None:
        """Puts an App on the phone, with an icon for it; a new version keeps the values."""
        self.catch_up()
        self._end(app.package, "installPackageLI")
        self.apps[app.package] = app
        self._values.setdefault(app.package, app.initial)
        self._arrange_icons()

    def uninstall(self, package: str, keep_data: bool = False) -> None:
        """Takes an App off the phone, and its values unless they are to be kept.

        Raises:
            NotInstalled: There is no such App.
        """
        self.catch_up()
        self._app(package)
        self._end(package, "deletePackageX")
        del self.apps[package]
        if not keep_data:
            del self._values[package]
        self._arrange_icons()

    def crash(self, package: str, exception: str, *, silent: bool = False) -> None:
        """Lets a running App's process die of an exception; one that does not run stays as it is.

        When it is `silent`, the system shows no dialog: some makers turn them off.

        Raises:
            NotInstalled: There is no such App.
        """
        self.catch_up()
        self._app(package)
        if package in self._running:
            self.crashed(self._running[package], exception)
            if silent:
                self._close_system_dialogs(package)

    # --- inputs: trouble ------------------------------------------------------------------------

    def hang(self, package: str, *, noticed: bool) -> None:
        """Stops a running App's main thread; the system notices 5 s later, or never does."""
        self.catch_up()
        running = self._running.get(package)
        if running is None:
            return
        running.hung_at = self.events.now
        self.changed(f"hang {package}")
        if noticed:
            self._wait_for(running)
        else:
            self._unnoticed.add(package)

    def thaw(self, package: str) -> None:
        """Lets a hanging App go on; the inputs that it has swallowed are lost."""
        self.catch_up()
        self._unnoticed.discard(package)
        running = self._running.get(package)
        if running is None or running.hung_at is None:
            return
        running.hung_at = None
        self._close_system_dialogs(package)
        self.changed(f"thaw {package}")
        if package in self._starting:
            self._started(running)

    def connect(self, network: Network) -> None:
        """Gives the phone a network that leads to the internet, one that does not, or none."""
        self.catch_up()
        self.network = network
        self.changed(f"network {network}")

    def serve(self, up: bool) -> None:
        """Lets the servers of its Apps answer, or not."""
        self.catch_up()
        self._servers_up = up
        self.changed(f"servers {'up' if up else 'down'}")

    def delay_answers(self, seconds: float) -> None:
        """Lets whatever Apps ask for from now on take so much longer."""
        self.catch_up()
        self.answers_late_s = seconds
        self.changed(f"answers late by {seconds:g} s")

    @property
    def server_answers(self) -> bool:
        """Whether the servers of its Apps can be reached, and answer."""
        return self._servers_up and self.network == "checked"

    def tell(self, package: str, values: Values) -> None:
        """Changes values of an App, as its server would by what it answers."""
        self.catch_up()
        app = self._app(package)
        self._values[app.package] = {**self._values[app.package], **values}
        self.changed(f"values {package} {', '.join(values)}")

    def open_dialog(self, package: str, name: str) -> None:
        """Opens a dialog of an App over its screen, if it has come so far."""
        self.catch_up()
        running = self._running.get(package)
        if running is not None and running.stack and package not in self._starting:
            running.open_dialog(name, {})

    def ask_permission(self, package: str, late_s: float = 0.0) -> None:
        """Android asks leave for an App; its dialog closes so long after the answer."""
        self.catch_up()
        dialog = permission_dialog(self._app(package), late_s)
        self._show_system_dialog(dialog, package, PERMISSIONS)

    def ask_network(self, package: str, late_s: float = 0.0) -> None:
        """Android says over an App that the network leads nowhere; closes as late as that."""
        self.catch_up()
        self._show_system_dialog(network_dialog(self._app(package), late_s), package, WIFI)

    def complain(self, package: str) -> None:
        """Android says that a running App does not respond, though its screens do."""
        self.catch_up()
        if package in self._running:
            self._complain(self._running[package])

    def pull_shade(self, package: str) -> None:
        """Somebody pulls the notification shade down over an App."""
        self.catch_up()
        self._show_system_dialog(shade(self._app(package)), package, SYSTEM_UI)

    def notify(self, package: str, text: str) -> None:
        """Android says something in a dialog, over an App."""
        self.catch_up()
        self._show_system_dialog(notice_dialog(self._app(package), text), package)

    def rotate(self, orientation: Orientation) -> None:
        """Remembers an orientation; the picture stays upright, as these Apps are portrait only."""
        self.catch_up()
        self.orientation = orientation

    def _app(self, package: str) -> App:
        app = self.apps.get(package)
        if app is None:
            known = ", ".join(self.apps)
            raise NotInstalled(f"{package} is not installed; on the phone are: {known}")
        return app

    def _launch(self, app: App, screen: str = "", params: Values | None = None) -> None:
        running = self._running.get(app.package)
        if running is None:
            self._start(app, screen or app.start, params or {})
        elif app.package in self._starting:
            if screen:
                self._starting[app.package] = (screen, params or {})
            self._to_front(running, announce=True)
        elif screen:
            self._to_front(running, announce=False)
            running.push(screen, params or {})
        elif not running.stack:
            self._to_front(running, announce=False)
            running.push(app.start, {})
        else:
            self._to_front(running, announce=True)

    def _start(self, app: App, screen: str, params: Values) -> None:
        self._pid += 1
        running = Running(app, self, self._values, self._pid)
        self._running[app.package] = running
        at = self.wall_time()
        self.log.started(at, app, app.screen(screen))
        self.log.process_started(at, app, running.pid)
        running.present(launch_screen(app))
        self._to_front(running, announce=False)
        self.changed(f"launch {app.package}")
        self._starting[app.package] = (screen, params)
        self.events.after(app.cold_start_s, lambda: self._started(running))

    def _started(self, running: Running) -> None:
        if running.answering and running.app.package in self._starting:
            screen, params = self._starting.pop(running.app.package)
            running.stack.clear()
            running.push(screen, params, waited_s=running.app.cold_start_s)

    def _to_front(self, running: Running, announce: bool) -> None:
        came = running is not self._front
        if came:
            self._front.front.keyboard_up = False
        self._front = running
        if came and announce:
            self.changed(f"screen {running.app.package}/{running.activity}")

    def _arrange_icons(self) -> None:
        """The launcher shows the Apps that are there now."""
        self._home.app = launcher(tuple(self.apps.values()))
        self._home.present(self._home.app.screen(self._home.app.start))

    def _to_launcher(self) -> None:
        if self._front is not self._home:
            if self._front.stack:
                self._front.front.keyboard_up = False
            self._front = self._home
            self.changed(f"screen {LAUNCHER}/{self._home.activity}")

    def _end(self, package: str, why: str) -> bool:
        running = self._running.pop(package, None)
        self._close_system_dialogs(package)
        if running is None:
            return False
        running.alive = False
        self._unnoticed.discard(package)
        self._starting.pop(package, None)
        self.log.process_gone(self.wall_time(), running.app, running.pid, why)
        self.changed(f"process ended {package}")
        if running is self._front:
            self._to_launcher()
        running.stack.clear()
        self._keep_web_views()
        return True

    # --- what running Apps ask of the phone -----------------------------------------------------

    def next_serial(self) -> int:
        """A number that no window has yet."""
        self._serial += 1
        return self._serial

    def changed(self, what: str) -> None:
        """Notes a change, at the exact time of the event that made it."""
        self._changes.append((self.events.now, what))

    def displayed(self, running: Running, screen: Screen, waited_s: float) -> None:
        """Logs that a screen has come up, so long after it was asked for."""
        at = self.wall_time()
        if not waited_s:
            self.log.started(at, running.app, screen)
        self.log.displayed(at, running.app, screen, waited_s)
        self.changed(f"screen {running.app.package}/{screen.activity}")

    def toast(self, text: str, seconds: float) -> None:
        """Shows a toast, in place of one that is still there."""
        self._toast.replace((text, ""), self.events.after(seconds, self._toast_ends))
        self.changed(f"toast {text}")

    def message(self, sender: str, text: str) -> None:
        """Takes a text message in, and notifies."""
        self._inbox.append(Message(sender, text, self.wall_time()))
        ends = self.events.after(NOTIFICATION_S, self._notification_ends)
        self._notification.replace((sender, text), ends)
        self.changed(f"message from {sender}")

    def left(self, running: Running) -> None:
        """An App has closed its last screen."""
        if running is self._front:
            self._to_launcher()

    def crashed(self, running: Running, exception: str) -> None:
        """An App's process has died: the log and, if it was in front, a dialog say so."""
        in_front = running is self._front
        app, at = running.app, self.wall_time()
        self.log.crashed(at, app, running.pid, running.activity, exception)
        self.changed(f"crash {app.package}")
        self._end(app.package, "crash")
        if in_front:
            self._show_system_dialog(crash_dialog(app), app.package)

    def system(self, action: Action) -> None:
        """What the launcher's icons and the system's dialogs do."""
        if isinstance(action, Launch):
            self._close_system_dialogs(action.package)
            self._launch(self._app(action.package))
        elif isinstance(action, CloseApp):
            self._end(action.package, "user request")
        elif isinstance(action, CloseDialog):
            self.changed(f"pressed {action.button}")
            self._close_system_dialogs(action.package)
        elif isinstance(action, KeepWaiting):
            self._close_system_dialogs(action.package)
            self._wait_for(self._running[action.package])

    def _toast_ends(self) -> None:
        self._toast.clear()
        self.changed("toast gone")

    def _notification_ends(self) -> None:
        self._notification.clear()
        self.changed("notification gone")

    # --- Apps that do not answer ----------------------------------------------------------------

    def _swallow(self, running: Running) -> None:
        package = running.app.package
        if package not in self._waiting and package not in self._unnoticed:
            self._wait_for(running)

    def _wait_for(self, running: Running) -> None:
        package = running.app.package
        event = self.events.after(NOT_RESPONDING_S, lambda: self._does_not_respond(running))
        self._waiting[package] = event

    def _does_not_respond(self, running: Running) -> None:
        if not running.answering and running.alive:
            self._complain(running)

    def _complain(self, running: Running) -> None:
        app = running.app
        self.log.not_responding(
            self.wall_time(), app, running.pid, running.activity, NOT_RESPONDING_S
        )
        self._show_system_dialog(not_responding_dialog(app), app.package)

    # --- the system's dialogs -------------------------------------------------------------------

    def _show_system_dialog(self, spec: Dialog, package: str, owner: str = ANDROID) -> None:
        window = OpenWindow(
            serial=self.next_serial(),
            spec=spec,
            params={"package": package, "owner": owner},
            opened_at=self.events.now,
            over=self._home.stack[0],
            kind="system",
        )
        self._system.append(window)
        self.changed(f"system dialog {spec.name} {package}")

    def _close_system_dialogs(self, package: str) -> None:
        """Takes the dialogs about an App away, and stops waiting for it."""
        waiting = self._waiting.pop(package, None)
        if waiting is not None:
            waiting.call_off()
        about = [window for window in self._system if window.params["package"] == package]
        for window in about:
            self._system.remove(window)
            self.changed(f"system dialog closed {window.spec.name} {package}")

    # --- looks ----------------------------------------------------------------------------------

    @property
    def changes(self) -> tuple[tuple[float, str], ...]:
        """What changed, and when on the monotonic clock: the truth to hold a harness to."""
        self.catch_up()
        return tuple(self._changes)

    def front(self) -> Front:
        """The window that has the focus, and whose it is."""
        running = self._front
        window = running.front
        if self._system:
            running, window = self._home, self._system[-1]
        shown = self._show(running, window)
        return Front(running, window, shown, self.metrics, self._web)

    def scene(self) -> Scene:
        """Everything on the screen now; the same object as before when nothing has changed."""
        self.catch_up()
        screen = self._front.stack[-1]
        shown = [self._show(self._front, window) for window in (screen, *screen.dialogs)]
        shown += [self._show(self._home, window) for window in self._system]
        self._keep_web_views()
        self._fit_page(shown[0])
        front = self._system[-1] if self._system else screen.top
        page = shown[0].root.widget
        scene = Scene(
            windows=tuple(shown),
            metrics=self.metrics,
            clock_text=self.wall_time().strftime("%H:%M"),
            status_light=isinstance(page, Page) and page.status_light,
            top_color=page.top if isinstance(page, Page) else "#FFFFFF",
            keyboard=front.keyboard(),
            toast=self._toast.text[0],
            notification=self._notification.text if self._notification.ends else None,
            font_scale=self.font_scale,
        )
        if self._scene is None or scene != self._scene:
            self._scene = scene
        return self._scene

    def _show(self, running: Running, window: OpenWindow) -> Window:
        if window.kind == "system":
            state = running.state(window)
            return window.show(str(window.params["owner"]), "", state, self._around(running))
        return running.show(window, self._around(running))

    def _around(self, running: Running) -> Surroundings:
        return Surroundings(self.metrics, self.font_scale, running.now, lambda: self._web.note)

    def picture_png(self) -> bytes:
        """The screen as a PNG; black while a window that forbids screenshots is open."""
        scene = self.scene()
        page = self._page()
        if "black_picture" in self.ailments:
            return png.encode(Image.new("RGB", (self.metrics.width, self.metrics.height)))
        if self._picture is None or self._picture[0] is not scene or self._picture[1] != page:
            self._picture = (scene, page, png.encode(_picture(scene, page)))
        return self._picture[2]

    def _page(self) -> bytes | None:
        """What the web view on the screen shows now, as PNG; it changes without the phone."""
        window = self._front.stack[-1]
        if window.web_view is None:
            return None
        return self._web.picture(PageId(self._front.pid, window.serial))

    def _fit_page(self, shown: Window) -> None:
        """Lets the page of the screen in front be as large as its web view."""
        window = self._front.stack[-1]
        if window.web_view is not None:
            views = (each for each in shown.root.walk() if isinstance(each.widget, WebView))
            self._web.fit(PageId(self._front.pid, window.serial), next(views).box)

    def devtools(self) -> tuple[DevtoolsSocket, ...]:
        """The sockets of web views that `/proc/net/unix` lists, and where they lead."""
        self.scene()
        return self._web.sockets()

    def _keep_web_views(self) -> None:
        """Lets there be a page for each web view that is open, and no others."""
        self._web.keep(
            OpenPage(PageId(running.pid, window.serial), running.app.package, view.url)
            for running in self._running.values()
            for window in running.stack
            if (view := window.web_view) is not None
        )

    def close(self) -> None:
        """Ends what runs beside the phone: the browser of its web views."""
        self._web.close()

    def hierarchy(self) -> Hierarchy:
        """What UiAutomator says is in the front window."""
        return self._described()[1]

    def source(self) -> str:
        """The hierarchy as XML."""
        scene, found, xml = self._described()
        if not xml:
            xml = uiautomator.to_xml(found.root)
            self._hierarchy = (scene, found, xml)
        return xml

    def _described(self) -> tuple[Scene, Hierarchy, str]:
        scene = self.scene()
        if self._hierarchy is None or self._hierarchy[0] is not scene:
            self._hierarchy = (scene, uiautomator.describe(scene), "")
        return self._hierarchy

    def foreground(self) -> tuple[str, str]:
        """Package and activity of the App in front, whatever dialog of the system lies over it.

        But where Android asks something about an App, it may do so in an activity of its own.
        """
        self.catch_up()
        if self._activity_over:
            return self._activity_over, ACTIVITIES[self._activity_over]
        return self._front.app.package, self._front.activity

    def app_state(self, package: str) -> int:
        """0 not installed, 1 not running, 3 in the background, 4 in front."""
        self.catch_up()
        if package == self._front.app.package and not self._activity_over:
            return FOREGROUND
        if package in (LAUNCHER, self._front.app.package) or package in self._running:
            return BACKGROUND
        return NOT_RUNNING if package in self.apps else NOT_INSTALLED

    @property
    def _activity_over(self) -> str:
        """Whose activity of the system lies over the App; empty when none does."""
        owners = (str(window.params["owner"]) for window in reversed(self._system))
        return next((owner for owner in owners if owner in ACTIVITIES), "")

    def processes(self) -> dict[str, int]:
        """The process of each App that runs, the launcher's among them."""
        self.catch_up()
        running = (self._home, *self._running.values())
        return {each.app.package: each.pid for each in running}

    def values(self, package: str) -> Values:
        """The values of an App."""
        self.catch_up()
        return self._values[self._app(package).package]

    def logcat(self) -> tuple[str, ...]:
        """The log so far, in `threadtime` format."""
        self.catch_up()
        return tuple(self.log)

    def inbox(self) -> tuple[Message, ...]:
        """The text messages so far, oldest first."""
        self.catch_up()
        return tuple(self._inbox)


def _picture(scene: Scene, page: bytes | None) -> Image.Image:
    if any(window.secure for window in scene.windows):
        # FLAG_SECURE: Android hands out black instead; the hierarchy stays readable.
        return Image.new("RGB", (scene.metrics.width, scene.metrics.height))
    return draw(scene, page)
