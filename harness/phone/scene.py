"""What is on the phone's screen at one moment, as a value.

The device makes a `Scene` from its Apps; `draw` paints it and `hierarchy`
describes it, so that the picture and the XML can never disagree. All lengths
here are pixels of the screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.phone.app import Values
from harness.phone.widgets import Widget


@dataclass(frozen=True)
class Metrics:
    """The phone's screen."""

    width: int = 1080
    height: int = 2400
    density: float = 3.0
    """Pixels in a dp."""
    status_bar_dp: float = 28
    gesture_bar_dp: float = 16
    keyboard_dp: float = 270

    def px(self, dp: float) -> int:
        """Whole pixels of a length in dp."""
        return round(dp * self.density)


@dataclass(frozen=True)
class Rect:
    """Left and top belong to it, right and bottom do not."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def empty(self) -> bool:
        """Whether no pixel lies in it."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def middle(self) -> tuple[float, float]:
        """Where a finger would touch it."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def contains(self, x: float, y: float) -> bool:
        """Whether the point lies in it."""
        return self.left <= x < self.right and self.top <= y < self.bottom

    def clip(self, other: Rect) -> Rect:
        """What both cover; may be `empty`."""
        return Rect(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


@dataclass(frozen=True)
class Look:
    """All that decides how a window's widgets look, beside their declaration."""

    values: Values = field(default_factory=dict)
    """The App's state: texts of inputs, ticks of checkboxes."""
    focused: str = ""
    """Key of the input that has the caret."""
    scrolled: Mapping[str, int] = field(default_factory=dict)
    """How far each `Scroll` is scrolled, by its path."""
    font_scale: float = 1.0
    now_s: float = 0.0
    """Phase of spinners and of the caret."""
    web_note: str = ""
    """What a web view says when this phone has none."""


@dataclass(frozen=True)
class Placed:
    """A widget in its place.

    `path` names it within its window ("0.2.1": the second child of the third
    child of the root) and stays the same while the tree has the same shape.
    `box` is where it lies, `visible` the part of it that scrolling and the
    screen leave to be seen (empty when there is none).
    """

    widget: Widget
    path: str
    box: Rect
    visible: Rect
    children: tuple[Placed, ...] = ()
    lines: tuple[str, ...] = ()
    """The wrapped lines of a text."""
    content_height: int = 0
    """Of a `Scroll`: how high all its content is; it scrolls by what exceeds its box."""

    def walk(self) -> Iterator[Placed]:
        """Itself and all below it, as drawn: parents before children, the topmost last."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Window:
    """One window: a screen, a dialog over it, or a dialog of the system."""

    package: str
    activity: str
    root: Placed
    look: Look
    kind: Literal["screen", "dialog", "system"] = "screen"
    secure: bool = False


@dataclass(frozen=True)
class Scene:
    """Everything on the screen, windows from bottom to top."""

    windows: tuple[Window, ...]
    metrics: Metrics
    clock_text: str = "09:41"
    status_light: bool = False
    top_color: str = "#FFFFFF"
    keyboard: Literal["", "text", "number"] = ""
    toast: str = ""
    notification: tuple[str, str] | None = None
    """Sender and text of a message that has just come."""
    font_scale: float = 1.0

    @property
    def front(self) -> Window:
        """The window that has the focus; the only one that UiAutomator describes."""
        return self.windows[-1]
