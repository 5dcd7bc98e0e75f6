"""What the harness asks of a phone: a seam of a few verbs, in our own words.

`harness/appium_driver.py` is the one implementation, and the one file that
knows Appium. Every call is a single question to the device: it neither waits
nor tries again. Each may raise `DeviceTrouble`.

A look is at the context that was entered last, the App's own screens at first or
the web page that it shows, and so are an element's handle and the hierarchy. What
a finger does, and the system's keys, are native: they leave the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from harness.model import Box, Context, Locator, Network, Point

AppState = Literal["not_installed", "not_running", "background", "foreground", "unknown"]


@dataclass(frozen=True)
class Seen:
    """An element as one look saw it; `handle` touches it, until it leaves the screen."""

    handle: str
    box: Box
    text: str
    enabled: bool
    checked: bool


@dataclass(frozen=True)
class Health:
    """What the phone says of itself, in which no App has a part."""

    network: Network


@dataclass(frozen=True)
class Inbox:
    """The phone's text messages: how many there are, and what the newest says."""

    total: int
    newest: str


class Driver(Protocol):
    """A phone with an open session.

    Attributes:
        simulated: whether the phone itself says that it is a simulated one.
    """

    simulated: bool

    def enter(self, context: Context, package: str = "") -> bool:
        """Makes a context the one that is looked at; False when the App shows no web page.

        Costs nothing when it is entered already, else seconds on a real phone.
        """
        ...

    @property
    def page(self) -> Box | None:
        """Where the web page lies on the screen that is looked at; None in the native context."""
        ...

    # --- looking: answers at once, changes nothing

    def look(self, locator: Locator) -> tuple[Seen, ...]:
        """The displayed elements that the locator finds, in the order of the hierarchy."""
        ...

    def picture(self) -> bytes:
        """The screen, as PNG."""
        ...

    def hierarchy(self) -> str:
        """The view hierarchy, as XML; of a web page its elements."""
        ...

    def package(self) -> str:
        """The package in front."""
        ...

    def activity(self, hierarchy: str = "") -> str:
        """The activity in front.

        Args:
            hierarchy: of the screen as it is now. One with the same as an earlier screen of the
                session has its activity, so that nobody need ask.
        """
        ...

    def app_state(self, package: str) -> AppState:
        """Whether the App is installed, runs, is in front."""
        ...

    def screen(self) -> Box:
        """The whole screen."""
        ...

    def toasts(self) -> tuple[str, ...]:
        """What the toasts say that are shown; costs as much as a hierarchy."""
        ...

    def health(self) -> Health:
        """What the phone says of itself: a question in which no App has a part."""
        ...

    def log(self) -> tuple[str, ...]:
        """The lines of the device's log since the last call."""
        ...

    def inbox(self) -> Inbox:
        """The phone's text messages."""
        ...

    def shell(self, script: str) -> str | None:
        """What a script in the phone's shell prints; None where the endpoint hands out no shell."""
        ...

    def memory_kb(self, package: str) -> int | None:
        """The memory that a running App takes (Pss), in kB; None where it is not told."""
        ...

    # --- touching

    def tap(self, point: Point) -> None:
        """A short press, as of a finger."""
        ...

    def press(self, point: Point, seconds: float) -> None:
        """A press that is held."""
        ...

    def drag(self, start: Point, end: Point, seconds: float) -> None:
        """Moves a finger over the screen."""
        ...

    def click(self, element: Seen) -> None:
        """Clicks an element of a web page, scrolled into view. Raises `ElementGone`."""
        ...

    def write(self, element: Seen, text: str) -> None:
        """Puts text into a field, in place of what it holds. Raises `ElementGone`."""
        ...

    def clear(self, element: Seen) -> None:
        """Empties a field. Raises `ElementGone`."""
        ...

    def paste(self, text: str) -> None:
        """Pastes a text, as copied before, in place of what the field with the caret holds."""
        ...

    def press_keys(self, text: str) -> None:
        """Presses the keys of a text of ASCII, in place of what the field with the caret holds."""
        ...

    def back(self) -> None:
        """The system's back key."""
        ...

    def hide_keyboard(self) -> None:
        """Closes the soft keyboard; nothing happens when it is not open."""
        ...

    # --- the App and the session

    def launch(self, package: str, activity: str | None) -> None:
        """Brings the App to the front, starting it when it does not run."""
        ...

    def reset(self, package: str, *, keep_data: bool = False) -> None:
        """Stops the App and, unless they are kept, drops its data. Raises `AppMissing`."""
        ...

    def open_link(self, link: str, package: str) -> None:
        """Opens a deep link in the App."""
        ...

    def settings(self) -> dict[str, str | int | float | bool]:
        """What the driver was told, for the record."""
        ...

    def close(self) -> None:
        """Ends the session; never raises."""
        ...
