"""The widgets that a screen is declared with.

A widget says what is there, never where: `layout` places it, `draw` paints it,
`hierarchy` describes it as UiAutomator would. Each stands for one Android view
class. Lengths are in dp, text sizes in sp, colours are `#RRGGBB`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from harness.phone.app import Action


@dataclass(frozen=True, kw_only=True)
class Widget:
    """What every widget may have.

    `id` is the resource id without its package (`home_search`), `description`
    the content description that a screen reader would say.
    """

    view_class: ClassVar[str] = "android.view.View"

    id: str = ""
    description: str = ""
    on_tap: Action | None = None
    on_long_press: Action | None = None
    enabled: bool = True
    selected: bool = False
    """Reported, not drawn: the tab that is open."""
    grow: bool = False
    """Takes the room that is left along the parent's direction."""
    width: float | None = None
    height: float | None = None
    padding: float | tuple[float, float] = 0
    """All sides, or (vertical, horizontal)."""
    background: str = ""
    gradient: tuple[str, str] | None = None
    """Left-top and right-bottom colour, in place of `background`."""
    border: str = ""
    radius: float = 0
    shadow: bool = False


# --- boxes of widgets -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Box(Widget):
    """A widget that holds others."""

    view_class: ClassVar[str] = "android.widget.LinearLayout"

    children: tuple[Widget, ...] = ()
    gap: float = 0
    align: Literal["start", "center", "end", "stretch"] = "stretch"
    """Across the direction: a column's children from left to right, a row's from top to bottom."""
    pack: Literal["start", "center", "end", "between"] = "start"
    """Along the direction, when no child grows."""


@dataclass(frozen=True, kw_only=True)
class Column(Box):
    """Children from top to bottom."""


@dataclass(frozen=True, kw_only=True)
class Row(Box):
    """Children from left to right; texts wrap in the width that is left to them."""

    align: Literal["start", "center", "end", "stretch"] = "center"


@dataclass(frozen=True, kw_only=True)
class Grid(Box):
    """Children in equal columns, row by row."""

    view_class: ClassVar[str] = "android.widget.GridLayout"
    columns: int = 4


@dataclass(frozen=True, kw_only=True)
class Stack(Box):
    """Children over each other in the same room; the last is on top."""

    view_class: ClassVar[str] = "android.widget.FrameLayout"


@dataclass(frozen=True, kw_only=True)
class Scroll(Box):
    """A column that scrolls vertically; normally the growing part of a page.

    `on_refresh` is what a pull from its top does.
    """

    view_class: ClassVar[str] = "android.widget.ScrollView"
    on_refresh: Action | None = None


@dataclass(frozen=True, kw_only=True)
class Pager(Box):
    """Pages beside each other, of which one is in view; a drag to the side turns to the next.

    The state under `key` says which it is, counted from 0.
    """

    view_class: ClassVar[str] = "androidx.viewpager.widget.ViewPager"
    key: str


@dataclass(frozen=True, kw_only=True)
class Page(Box):
    """The root of a screen: fills it under the status bar, top to bottom.

    `status_light`: white symbols in the status bar, over a dark top. The page's
    `top` colour runs behind the status bar.
    """

    view_class: ClassVar[str] = "android.widget.FrameLayout"
    top: str = "#FFFFFF"
    status_light: bool = False


# --- what is read ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Label(Widget):
    """Text. Wraps; `lines` cuts it with an ellipsis after so many lines."""

    view_class: ClassVar[str] = "android.widget.TextView"

    text: str
    size: float = 15
    color: str = "#1F2329"
    bold: bool = False
    align: Literal["start", "center", "end"] = "start"
    lines: int = 0
    line_spacing: float = 1.4


@dataclass(frozen=True, kw_only=True)
class Icon(Widget):
    """A glyph of the icon font, by its name in `fonts/icons.json`."""

    view_class: ClassVar[str] = "android.widget.ImageView"

    name: str
    size: float = 24
    color: str = "#1F2329"


@dataclass(frozen=True, kw_only=True)
class Illustration(Widget):
    """A drawn picture, by name.

    `banner`, `skyline`, `portrait`, `licence`, `map`, `empty`, `advert`, `face_oval`.
    """

    view_class: ClassVar[str] = "android.widget.ImageView"

    name: str
    tint: str = "#1677FF"


@dataclass(frozen=True, kw_only=True)
class QrCode(Widget):
    """A square that looks like a QR code, made from the text. It holds no readable data."""

    view_class: ClassVar[str] = "android.widget.ImageView"

    text: str


@dataclass(frozen=True, kw_only=True)
class WebView(Widget):
    """A page of the web, shown by a browser; normally the growing part of a page."""

    view_class: ClassVar[str] = "android.webkit.WebView"

    url: str


@dataclass(frozen=True, kw_only=True)
class Spinner(Widget):
    """An endless progress ring."""

    view_class: ClassVar[str] = "android.widget.ProgressBar"

    size: float = 32
    color: str = "#1677FF"


@dataclass(frozen=True, kw_only=True)
class Divider(Widget):
    """A hairline."""

    color: str = "#EEF0F3"
    inset: float = 0


@dataclass(frozen=True, kw_only=True)
class Space(Widget):
    """Empty room; `grow` makes it a spring."""


# --- what is touched ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Button(Widget):
    """A button with text."""

    view_class: ClassVar[str] = "android.widget.Button"

    text: str
    style: Literal["filled", "outlined", "plain"] = "filled"
    color: str = "#1677FF"
    size: float = 16
    height: float | None = 46
    radius: float = 8


@dataclass(frozen=True, kw_only=True)
class Input(Widget):
    """A text field; what is typed is the App's state under `key`."""

    view_class: ClassVar[str] = "android.widget.EditText"

    key: str
    hint: str = ""
    password: bool = False
    keyboard: Literal["text", "number"] = "text"
    max_length: int = 0
    multiline: bool = False
    size: float = 15
    height: float | None = 44
    on_enter: Action | None = None
    next_key: str = ""
    """The input that has the caret next when this one is full: codes have a field a digit."""
    settable: bool = True
    """Whether it takes a text that comes by no key: some fields of codes and passwords do not."""


@dataclass(frozen=True, kw_only=True)
class Check(Widget):
    """A checkbox, a switch or a radio button with its text; toggles the state under `key`.

    A radio button sets `key` to its `value`; the others set it to true or false.
    """

    view_class: ClassVar[str] = "android.widget.CheckBox"

    key: str
    text: str = ""
    kind: Literal["checkbox", "switch", "radio"] = "checkbox"
    value: str = ""
    color: str = "#1677FF"
    size: float = 14


@dataclass(frozen=True, kw_only=True)
class Stars(Widget):
    """Five stars; a tap on the n-th sets the state under `key` to n."""

    view_class: ClassVar[str] = "android.widget.RatingBar"

    key: str
    size: float = 32


@dataclass(frozen=True, kw_only=True)
class SlideLock(Widget):
    """A slider check: dragging the knob to the right end does `on_pass`."""

    view_class: ClassVar[str] = "android.widget.SeekBar"

    text: str
    on_pass: Action
    height: float | None = 44


@dataclass(frozen=True, kw_only=True)
class Wheel(Widget):
    """A wheel of a picker: a drag turns it by rows, and the state under `key` is what it rests on.

    A value that is none of the options stands for the first. What `kind` it is decides
    what UiAutomator is told: a `number_picker`, Android's own, shows three rows, a field
    between two buttons; one of `rows` has a text for each row in sight; one that is
    `drawn` says nothing but what it rests on, as its description.
    """

    view_class: ClassVar[str] = "android.view.View"

    key: str
    options: tuple[str, ...]
    kind: Literal["number_picker", "rows", "drawn"] = "rows"
    wraps: bool = False
    """Whether the first follows the last."""
    shows: int = 5
    """Rows in sight, an odd number."""
    row_height: float = 44
    size: float = 17


@dataclass(frozen=True, kw_only=True)
class WheelValue(Label):
    """The field of a number picker that holds its value."""

    view_class: ClassVar[str] = "android.widget.EditText"
