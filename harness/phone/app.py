"""What an App on the simulated phone is made of.

An App is a declaration: screens and dialogs are pure functions from the App's
state to widgets, and what a tap does is an `Action`, a value that the device
carries out. Nothing here draws, waits or remembers, so that an App reads like
a specification and behaves the same on every run.

Lengths are in dp, durations in seconds of the phone's own clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.phone.widgets import Widget

Value = str | bool | int | float
Values = Mapping[str, Value]


# --- what a tap, an answer or an opening screen sets in motion -------------------------------


@dataclass(frozen=True)
class Action:
    """Something that the device does for an App. Subclasses are all there is."""


@dataclass(frozen=True)
class Do(Action):
    """Several actions, in order."""

    actions: tuple[Action, ...]

    def __init__(self, *actions: Action) -> None:
        object.__setattr__(self, "actions", actions)


@dataclass(frozen=True)
class Decide(Action):
    """An action that depends on the App's state at the moment it happens: validation, routing."""

    choose: Callable[[State], Action | None]


@dataclass(frozen=True)
class Go(Action):
    """Opens a screen on top of the current one. `params` are what it is opened with."""

    screen: str
    params: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Replace(Action):
    """Opens a screen in place of the current one."""

    screen: str
    params: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Root(Action):
    """Opens a screen as the only one: tabs, and what follows a finished task."""

    screen: str
    params: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Back(Action):
    """Leaves the current screen; on the last one, leaves the App for the launcher."""

    screens: int = 1


@dataclass(frozen=True)
class Set(Action):
    """Changes the App's state. A value of an `Input` is state under the input's key."""

    values: Values


@dataclass(frozen=True)
class After(Action):
    """Does `then` when exactly `seconds` have passed: a server's answer, a countdown.

    Until then `state.busy(name)` holds. With `here`, the answer is dropped when
    the screen that asked is no longer in front; without, it comes anyway.
    """

    seconds: float
    then: Action
    name: str = ""
    here: bool = True


@dataclass(frozen=True)
class Toast(Action):
    """A toast, shown for 2 s (`long`: 3.5 s), as on Android."""

    text: str
    long: bool = False


@dataclass(frozen=True)
class Open(Action):
    """Opens a dialog over the current screen, in a window of its own."""

    dialog: str
    params: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Close(Action):
    """Closes the topmost dialog."""


@dataclass(frozen=True)
class Sms(Action):
    """A text message reaches the phone's inbox and shows as a notification for 5 s."""

    sender: str
    text: str


@dataclass(frozen=True)
class Crash(Action):
    """The App's process dies with this Java exception: logcat, then the system's dialog."""

    exception: str


@dataclass(frozen=True)
class Hang(Action):
    """The App's main thread stops; 5 s after the next touch the system says so (ANR)."""


# --- what an App remembers --------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """What a view may read: the App's values, the params of its screen, the requests under way."""

    values: Values = field(default_factory=dict)
    params: Values = field(default_factory=dict)
    under_way: frozenset[str] = frozenset()
    now_s: float = 0.0
    """Seconds since the screen was opened, for countdowns."""

    def text(self, key: str, default: str = "") -> str:
        """The value as text; an unset key is `default`."""
        return str(self.values.get(key, default))

    def flag(self, key: str) -> bool:
        """Whether the value is set and true."""
        return bool(self.values.get(key, False))

    def number(self, key: str, default: int = 0) -> int:
        """The value as a whole number; an unset key is `default`."""
        return int(self.values.get(key, default))

    def param(self, key: str, default: str = "") -> str:
        """What the screen or dialog was opened with, as text."""
        return str(self.params.get(key, default))

    def busy(self, name: str) -> bool:
        """Whether an `After` of this name is still under way."""
        return name in self.under_way


View = Callable[[State], Widget]


# --- the App --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Screen:
    """One full-screen page, an Android activity of its own.

    `person` is what somebody at the phone would do here that no software may
    do: drag the slider, show a face. It happens only on an attended phone.
    """

    name: str
    view: View
    on_open: Action | None = None
    person: After | None = None
    secure: bool = False

    @property
    def activity(self) -> str:
        """The activity's class name: `service_guide` is `.ServiceGuideActivity`."""
        return "." + "".join(word.capitalize() for word in self.name.split("_")) + "Activity"


@dataclass(frozen=True)
class Dialog:
    """A window over a screen. `dismissable`: back, or a tap beside it, closes it."""

    name: str
    view: View
    dismissable: bool = True
    person: After | None = None


@dataclass(frozen=True)
class App:
    """An installed App: everything that the phone needs to run it.

    `start` names the first screen; `links` maps the prefix of a deep link to
    the screen it opens (the rest of the link is its param `rest`).
    """

    package: str
    label: str
    icon: str
    color: str
    screens: tuple[Screen, ...]
    dialogs: tuple[Dialog, ...] = ()
    start: str = "splash"
    initial: Values = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    cold_start_s: float = 0.6
    version: str = "1.0.0"
    unanswered: Action | None = None
    """What it does when its server does not answer; None: it waits for ever."""

    def screen(self, name: str) -> Screen:
        """The screen of this name; KeyError when the declaration has none."""
        return {screen.name: screen for screen in self.screens}[name]

    def dialog(self, name: str) -> Dialog:
        """The dialog of this name; KeyError when the declaration has none."""
        return {dialog.name: dialog for dialog in self.dialogs}[name]
