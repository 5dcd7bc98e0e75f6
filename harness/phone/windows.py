"""The windows that are open on the phone: what was opened, and what a finger has done to it since.

A window's view is a pure function, so it is asked again only when something that
it depends on has changed; and when nothing that can be seen has changed, the
window stays the very same object, so that its picture need not be drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any, Literal

from harness.phone.app import Dialog, Screen, State, Values
from harness.phone.layout import lay_out, lay_out_dialog, screen_area
from harness.phone.scene import Look, Metrics, Placed, Window
from harness.phone.widgets import Box, Input, Spinner, WebView, Widget

SPINNER_STEP_S = 0.1
"""A spinner is drawn in steps of this, so that looks at the same time give the same picture."""

_ACTIONS = frozenset({"on_tap", "on_long_press", "on_enter", "on_pass", "on_refresh"})

Kind = Literal["screen", "dialog", "system"]
Keyboard = Literal["", "text", "number"]


@dataclass(frozen=True)
class Surroundings:
    """What the phone adds to a window's look."""

    metrics: Metrics
    font_scale: float
    now_s: float
    """The App's own time, for spinners; it stands still when the App hangs."""
    web_note: Callable[[], str] = str
    """Why web views show nothing; asked only for a window that has one."""


class WatchedState(State):
    """A state that knows whether a view has asked it for the time."""

    asked_for_time: bool = False

    def __getattribute__(self, name: str) -> Any:
        if name == "now_s":
            object.__setattr__(self, "asked_for_time", True)
        return super().__getattribute__(name)


@dataclass
class OpenWindow:
    """A screen or a dialog that has been opened.

    `over` is the screen that a dialog lies on; `serial` tells it from another
    opening of the same screen.
    """

    serial: int
    spec: Screen | Dialog
    params: Values
    opened_at: float
    over: OpenWindow | None = None
    kind: Kind = "screen"
    dialogs: list[OpenWindow] = field(default_factory=list)
    focused: str = ""
    keyboard_up: bool = False
    marked: bool = False
    """Whether all is marked that the input with the caret holds: what comes next replaces it."""
    scrolled: dict[str, int] = field(default_factory=dict)
    _drawn: _Drawn | None = None
    _window: Window | None = None
    _made_room: bool = False
    """Whether `_window` was laid out to stand above the keyboard."""

    @property
    def screen(self) -> OpenWindow:
        """The screen that it is or lies on."""
        return self.over or self

    @property
    def top(self) -> OpenWindow:
        """Its topmost dialog, or itself."""
        return self.dialogs[-1] if self.dialogs else self

    @property
    def web_view(self) -> WebView | None:
        """Its web view, as it was last shown."""
        return self._drawn.web_view if self._drawn else None

    def keyboard(self) -> Keyboard:
        """Which keyboard stands below it, as it was last shown."""
        if not (self.keyboard_up and self._drawn):
            return ""
        entry = self._drawn.inputs.get(self.focused)
        return entry.keyboard if entry else ""

    def focus(self, key: str) -> None:
        """Gives an input the caret, and brings the keyboard up."""
        self.hand_caret(key)
        self.keyboard_up = True

    def hand_caret(self, key: str) -> None:
        """Gives an input the caret."""
        self.focused = key
        self.marked = False

    def leave_input(self) -> None:
        """Takes the caret out of its inputs: what has the focus now is a web page."""
        self.focused = ""
        self.keyboard_up = False

    def show(
        self, package: str, activity: str, state: WatchedState, around: Surroundings
    ) -> Window:
        """The window as it looks now; the same object as before when it looks the same."""
        drawn = self._drawn = self._redrawn(state)
        look = Look(
            values=state.values,
            focused=self.focused,
            scrolled=dict(self.scrolled),
            font_scale=around.font_scale,
            now_s=_phase(around.now_s) if drawn.spins else 0.0,
            web_note=around.web_note() if drawn.web_view else "",
        )
        self.keyboard_up = self.keyboard_up and self.focused in drawn.inputs
        before = self._window
        room = self._made_room == self.keyboard_up
        if before and room and before.root.widget is drawn.root and before.look == look:
            return before
        placed = self._placed(drawn.root, look, around.metrics)
        secure = isinstance(self.spec, Screen) and self.spec.secure
        self._window = Window(package, activity, placed, look, self.kind, secure)
        return self._window

    def _placed(self, root: Widget, look: Look, metrics: Metrics) -> Placed:
        self._made_room = self.keyboard_up
        if isinstance(self.spec, Dialog):
            return lay_out_dialog(root, look, metrics, self.keyboard_up)
        return lay_out(root, screen_area(metrics, self.keyboard_up), look, metrics)

    def _redrawn(self, state: WatchedState) -> _Drawn:
        before = self._drawn
        same = before is not None and before.made_from(state)
        if before and same and not before.timed:
            return before
        root = self.spec.view(state)
        if before and same and looks_same(before.root, root):
            return before
        return _Drawn.of(root, state)


@dataclass
class _Drawn:
    """What a view answered, and what it was asked with."""

    root: Widget
    values: Values
    params: Values
    under_way: frozenset[str]
    timed: bool
    spins: bool
    inputs: dict[str, Input]
    web_view: WebView | None

    @classmethod
    def of(cls, root: Widget, state: WatchedState) -> _Drawn:
        every = list(widgets(root))
        return cls(
            root=root,
            values=state.values,
            params=state.params,
            under_way=state.under_way,
            timed=state.asked_for_time,
            spins=any(isinstance(widget, Spinner) for widget in every),
            inputs={widget.key: widget for widget in every if isinstance(widget, Input)},
            web_view=next((widget for widget in every if isinstance(widget, WebView)), None),
        )

    def made_from(self, state: State) -> bool:
        """Whether all but the time is as it was."""
        return (
            self.values is state.values
            and self.params is state.params
            and self.under_way == state.under_way
        )


def widgets(root: Widget) -> Iterator[Widget]:
    """A widget and all below it."""
    yield root
    for child in _children(root):
        yield from widgets(child)


def looks_same(one: Widget, other: Widget) -> bool:
    """Whether two widgets look and are reported alike, whatever touching them does.

    Actions are left out because views write them as lambdas, and two lambdas are
    never equal. Views of the same state at two moments differ in the time only.
    """
    if type(one) is not type(other):
        return False
    looks, actions = _fields(type(one))  # type: ignore[arg-type]  # a class has a hash
    return (
        looks(one) == looks(other)
        and all((getattr(one, name) is None) == (getattr(other, name) is None) for name in actions)
        and len(children := _children(one)) == len(others := _children(other))
        and all(map(looks_same, children, others))
    )


def _children(widget: Widget) -> tuple[Widget, ...]:
    return widget.children if isinstance(widget, Box) else ()


@cache
def _fields(kind: type[Widget]) -> tuple[Callable[[Widget], Any], tuple[str, ...]]:
    """What reads the looks of a kind of widget, all at once; and the names of its actions."""
    names = kind.__dataclass_fields__.keys()
    looks = attrgetter(*(name for name in names if name not in {*_ACTIONS, "children"}))
    return looks, tuple(name for name in names if name in _ACTIONS)


def _phase(now_s: float) -> float:
    return round(now_s / SPINNER_STEP_S) * SPINNER_STEP_S
