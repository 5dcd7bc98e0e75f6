"""Where the widgets of a window are: pure functions from a declaration to `Placed`.

A width is settled first and the height follows from it, as text wraps. A box
gives its children their natural size along its direction, and what is left to
those that grow; across its direction it stretches or aligns them. Everything
here is in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harness.phone import text
from harness.phone.app import Set, Values
from harness.phone.scene import Look, Metrics, Placed, Rect
from harness.phone.text import Face
from harness.phone.widgets import (
    Box,
    Button,
    Check,
    Divider,
    Grid,
    Icon,
    Illustration,
    Input,
    Label,
    Pager,
    QrCode,
    Row,
    Scroll,
    SlideLock,
    Spinner,
    Stack,
    Stars,
    WebView,
    Wheel,
    WheelValue,
    Widget,
)

# Lengths that no widget declares, in dp.
HAIRLINE = 0.5
BUTTON_SIDE = 18
INPUT_WIDTH = 200
INPUT_SIDE = 12
CHECK_GAP = 8
CHECK_HEIGHT = 48
"""Of a checkbox, a switch or a radio button that declares none: Android's smallest good target."""
MARK_WIDTH = {"checkbox": 20, "radio": 20, "switch": 44}
STAR_GAP = 8
SLIDE_WIDTH = 240
PICTURE_WIDTH = 160
WHEEL_WIDTH = 100
DIALOG_WIDTH = 300
DIALOG_MARGIN = 32
"""Room that a dialog leaves above and below it."""

PASSWORD_DOT = "•"
INK, PALE = "#1F2329", "#A8AEB8"
"""Of the row that a wheel rests on, and of the others."""

_PICTURE_SHAPE = {
    "banner": 0.38,
    "skyline": 0.4,
    "portrait": 1.25,
    "licence": 0.63,
    "map": 0.6,
    "empty": 0.75,
    "advert": 1.35,
    "face_oval": 1.15,
}
"""Height of an illustration as a share of its width, where it declares no height."""


class _Sides(NamedTuple):
    """Padding above and below, and on the left and right."""

    vertical: int
    horizontal: int


# --- windows --------------------------------------------------------------------------------------


def screen_area(metrics: Metrics, keyboard: bool = False) -> Rect:
    """Where a screen's page lies: between the status bar and the gesture bar or the keyboard."""
    bottom = metrics.keyboard_dp if keyboard else metrics.gesture_bar_dp
    return Rect(
        0, metrics.px(metrics.status_bar_dp), metrics.width, metrics.height - metrics.px(bottom)
    )


def lay_out(root: Widget, area: Rect, look: Look, metrics: Metrics) -> Placed:
    """Places a screen's widgets; the root fills `area`, and nothing is visible outside it."""
    return _Layout(look, metrics).place(root, "0", area, area)


def lay_out_dialog(root: Widget, look: Look, metrics: Metrics, keyboard: bool = False) -> Placed:
    """Places a dialog in the middle of the screen, as high as its content and the screen allow."""
    area = screen_area(metrics, keyboard)
    layout = _Layout(look, metrics)
    width = min(metrics.px(root.width or DIALOG_WIDTH), area.width)
    height = min(layout.height(root, width), area.height - 2 * metrics.px(DIALOG_MARGIN))
    left = area.left + (area.width - width) // 2
    top = area.top + (area.height - height) // 2
    return layout.place(root, "0", Rect(left, top, left + width, top + height), area)


# --- what the device asks about what is placed ----------------------------------------------------


def takes_tap(widget: Widget) -> bool:
    """Whether a touch on it stays with it. A disabled widget swallows the touch, as on Android."""
    return (
        widget.on_tap is not None
        or widget.on_long_press is not None
        or isinstance(widget, Button | Check | Input | Stars | SlideLock | WebView)
    )


def hit(placed: Placed, x: float, y: float) -> tuple[Placed, ...]:
    """The chain from `placed` down to what is touched at a point; empty when the point misses it.

    Of siblings that overlap, the last one is on top; but what takes no touch
    lets it through to a sibling below it that does.
    """
    if not placed.visible.contains(x, y):
        return ()
    chains = [chain for child in reversed(placed.children) if (chain := hit(child, x, y))]
    touched = [chain for chain in chains if any(takes_tap(step.widget) for step in chain)]
    return (placed, *next(iter([*touched, *chains]), ()))


def scroll_range(placed: Placed) -> int:
    """How far a `Scroll` can be scrolled, in pixels; 0 for anything else."""
    return max(0, placed.content_height - placed.box.height) if _scrolls(placed) else 0


def _scrolls(placed: Placed) -> bool:
    return isinstance(placed.widget, Scroll)


def content_box(placed: Placed, metrics: Metrics) -> Rect:
    """What a widget's padding leaves of its box."""
    return _inside(placed.box, _padding(placed.widget, metrics))


def star_boxes(placed: Placed, metrics: Metrics) -> tuple[Rect, ...]:
    """Where the five stars of a `Stars` are; the n-th box belongs to n stars.

    The boxes adjoin, so that a tap between two stars still hits one of them.
    """
    box = content_box(placed, metrics)
    size = metrics.px(placed.widget.size) if isinstance(placed.widget, Stars) else 0
    step = size + metrics.px(STAR_GAP)
    lefts = [box.left + index * step for index in range(5)]
    rights = [*lefts[1:], lefts[-1] + size]
    return tuple(
        Rect(left, box.top, right, box.bottom) for left, right in zip(lefts, rights, strict=True)
    )


def knob_box(placed: Placed) -> Rect:
    """Where the knob of a `SlideLock` is: a drag is over in a moment, so always at its left end."""
    box = placed.box
    return Rect(box.left, box.top, box.left + min(box.height, box.width), box.bottom)


def chosen(wheel: Wheel, values: Values) -> int:
    """Which of its options a wheel rests on, counted from 0."""
    value = values.get(wheel.key)
    return wheel.options.index(str(value)) if value in wheel.options else 0


def turned(wheel: Wheel, at: int, rows: int) -> int:
    """Which option a wheel rests on that was turned forward by so many rows."""
    last = len(wheel.options) - 1
    return (at + rows) % (last + 1) if wheel.wraps else min(last, max(0, at + rows))


def page_in_view(pager: Pager, values: Values) -> int:
    """Which of its pages a pager shows, counted from 0."""
    value = values.get(pager.key, 0)
    at = int(value) if isinstance(value, int | float) else 0
    return min(max(0, at), len(pager.children) - 1)


def face_of(widget: Widget, look: Look, metrics: Metrics) -> Face:
    """The font of a widget's text, in pixels of this phone at this font scale."""
    size = getattr(widget, "size", 15)
    bold = isinstance(widget, Label) and widget.bold
    return Face(max(1, round(size * look.font_scale * metrics.density)), bold)


def line_height(widget: Widget, face: Face) -> int:
    """From one line of a widget's text to the next, in pixels."""
    spacing = widget.line_spacing if isinstance(widget, Label) else 1.4
    return round(face.size * spacing)


def input_text(widget: Input, look: Look) -> str:
    """What an input shows of its value; a password shows dots."""
    value = str(look.values.get(widget.key, ""))
    return PASSWORD_DOT * len(value) if widget.password else value


def _padding(widget: Widget, metrics: Metrics) -> _Sides:
    given = widget.padding
    if isinstance(given, tuple):
        return _Sides(metrics.px(given[0]), metrics.px(given[1]))
    if not given and isinstance(widget, Button):
        return _Sides(0, metrics.px(BUTTON_SIDE))
    if not given and isinstance(widget, Input):
        framed = bool(widget.background or widget.border)
        sides = metrics.px(INPUT_SIDE) if framed else 0
        return _Sides(metrics.px(10) if widget.multiline and framed else 0, sides)
    return _Sides(metrics.px(given), metrics.px(given))


def _inside(box: Rect, sides: _Sides) -> Rect:
    return Rect(
        box.left + sides.horizontal,
        box.top + sides.vertical,
        max(box.left + sides.horizontal, box.right - sides.horizontal),
        max(box.top + sides.vertical, box.bottom - sides.vertical),
    )


# --- the layout of one window ---------------------------------------------------------------------


class _Layout:
    """Measures and places the widgets of one window.

    It remembers what it measured, by the identity of the widgets: their tree
    outlives it, and comparing or hashing whole trees would cost more than measuring.
    """

    def __init__(self, look: Look, metrics: Metrics) -> None:
        self._look = look
        self._metrics = metrics
        self._widths: dict[int, int] = {}
        self._heights: dict[tuple[int, int], int] = {}

    # --- measuring

    def natural_width(self, widget: Widget) -> int:
        """How wide the widget is where nothing limits or stretches it, padding included."""
        known = self._widths.get(id(widget))
        if known is None:
            known = self._widths[id(widget)] = self._natural_width(widget)
        return known

    def _natural_width(self, widget: Widget) -> int:
        if widget.width is not None:
            return self._metrics.px(widget.width)
        return self._content_width(widget) + 2 * _padding(widget, self._metrics).horizontal

    def _content_width(self, widget: Widget) -> int:  # noqa: PLR0911 - one answer a kind of widget
        px = self._metrics.px
        match widget:
            case Box():
                return self._content_width_of_box(widget)
            case Label() | Button():
                return self._text_width(widget, widget.text)
            case Check():
                gap = px(CHECK_GAP) if widget.text else 0
                return px(MARK_WIDTH[widget.kind]) + gap + self._text_width(widget, widget.text)
            case Icon() | Spinner():
                return px(widget.size)
            case Stars():
                return 5 * px(widget.size) + 4 * px(STAR_GAP)
            case Input():
                return px(INPUT_WIDTH)
            case SlideLock():
                return px(SLIDE_WIDTH)
            case Illustration() | QrCode():
                return px(PICTURE_WIDTH)
            case Wheel():
                return px(WHEEL_WIDTH)
            case Divider():
                return max(1, px(HAIRLINE))
            case _:
                return 0

    def _content_width_of_box(self, box: Box) -> int:
        widths = [self.natural_width(child) for child in box.children]
        gap = self._metrics.px(box.gap)
        if isinstance(box, Row):
            return sum(widths) + gap * max(0, len(widths) - 1)
        if isinstance(box, Grid):
            return max(widths, default=0) * box.columns + gap * (box.columns - 1)
        return max(widths, default=0)

    def _text_width(self, widget: Widget, words: str) -> int:
        face = self._face(widget)
        lines = text.printable(words).split("\n")
        return max(text.width(line, face) for line in lines)

    def height(self, widget: Widget, width: int) -> int:
        """How high the widget is in `width` pixels, padding included."""
        key = (id(widget), width)
        known = self._heights.get(key)
        if known is None:
            known = self._heights[key] = self._height(widget, width)
        return known

    def _height(self, widget: Widget, width: int) -> int:
        if widget.height is not None:
            return self._metrics.px(widget.height)
        sides = _padding(widget, self._metrics)
        inner = max(0, width - 2 * sides.horizontal)
        return self._content_height(widget, inner) + 2 * sides.vertical

    def _content_height(  # noqa: PLR0911 - one answer a kind of widget
        self, widget: Widget, width: int
    ) -> int:
        px = self._metrics.px
        match widget:
            case Box():
                return self._content_height_of_box(widget, width)
            case Label() | Button() | Input():
                face = self._face(widget)
                return len(self._lines(widget, width)) * line_height(widget, face)
            case Check():
                words = len(self._lines(widget, width)) * line_height(widget, self._face(widget))
                return max(px(CHECK_HEIGHT), words)
            case Icon() | Spinner() | Stars():
                return px(widget.size)
            case SlideLock():
                return px(44)
            case Illustration():
                return round(width * _PICTURE_SHAPE.get(widget.name, 0.6))
            case QrCode():
                return width
            case Wheel():
                return px(widget.row_height) * widget.shows
            case Divider():
                return max(1, px(HAIRLINE))
            case _:
                return 0

    def _content_height_of_box(self, box: Box, width: int) -> int:
        gap = self._metrics.px(box.gap)
        if isinstance(box, Grid):
            rows = self._grid_rows(box, width)
            return sum(rows) + gap * max(0, len(rows) - 1)
        if isinstance(box, Row):
            widths = self._row_widths(box, width)
            heights = [self.height(*pair) for pair in zip(box.children, widths, strict=True)]
            return max(heights, default=0)
        heights = [self.height(child, self._across(child, box, width)) for child in box.children]
        if isinstance(box, Stack | Pager):
            return max(heights, default=0)
        return sum(heights) + gap * max(0, len(heights) - 1)

    def _face(self, widget: Widget) -> Face:
        return face_of(widget, self._look, self._metrics)

    def _lines(self, widget: Widget, width: int) -> tuple[str, ...]:
        """The lines of a widget's text in the width inside its padding; () when it has no text."""
        face = self._face(widget)
        match widget:
            case Label():
                return text.wrap(widget.text, face, width, widget.lines)
            case Button():
                return text.wrap(widget.text, face, width, most=1)
            case Check():
                beside = self._metrics.px(MARK_WIDTH[widget.kind] + CHECK_GAP)
                return text.wrap(widget.text, face, max(0, width - beside)) if widget.text else ()
            case Input() if widget.multiline:
                return text.wrap(input_text(widget, self._look) or widget.hint, face, width)
            case Input():
                line = text.printable(input_text(widget, self._look)).replace("\n", " ")
                return (line or text.cut(text.printable(widget.hint), face, width),)
            case _:
                return ()

    # --- sharing room out

    def _across(self, child: Widget, box: Box, room: int) -> int:
        """The width of a column's child in `room` pixels."""
        if child.width is None and (box.align == "stretch" or isinstance(child, Divider)):
            return room
        return min(room, self.natural_width(child))

    def _row_widths(self, row: Row, room: int) -> list[int]:
        """The widths of a row's children: natural ones, what is left to those that grow.

        What does not fit is taken from the widest until it fits: short texts
        stay whole beside a long one, which wraps.
        """
        room -= self._metrics.px(row.gap) * max(0, len(row.children) - 1)
        growing = [child.grow and child.width is None for child in row.children]
        fixed = [
            0 if grows else self.natural_width(child)
            for child, grows in zip(row.children, growing, strict=True)
        ]
        most = _water_level(fixed, max(0, room))
        widths = [min(width, most) for width in fixed]
        spare = iter(_shares(room - sum(widths), sum(growing)))
        return [next(spare) if grows else w for w, grows in zip(widths, growing, strict=True)]

    def _column_heights(self, box: Box, room: Rect) -> list[int]:
        """The heights of a column's children, those that grow or scroll fitted to the room."""
        widths = [self._across(child, box, room.width) for child in box.children]
        heights = [self.height(*pair) for pair in zip(box.children, widths, strict=True)]
        gaps = self._metrics.px(box.gap) * max(0, len(heights) - 1)
        growing = [child.grow and child.height is None for child in box.children]
        if any(growing):
            fixed = sum(h for h, grows in zip(heights, growing, strict=True) if not grows)
            spare = iter(_shares(room.height - gaps - fixed, sum(growing)))
            return [next(spare) if grows else h for h, grows in zip(heights, growing, strict=True)]
        excess = sum(heights) + gaps - room.height
        return self._shrunk(box, heights, excess) if excess > 0 else heights

    def _shrunk(self, box: Box, heights: list[int], excess: int) -> list[int]:
        """The heights with `excess` taken from the children that can scroll, if there are any."""
        shrinking = [_holds_scroll(child) for child in box.children]
        less = iter(_shares(excess, sum(shrinking)))
        return [
            max(0, height - next(less)) if shrinks else height
            for height, shrinks in zip(heights, shrinking, strict=True)
        ]

    def _grid_rows(self, grid: Grid, width: int) -> list[int]:
        widths = [right - left for left, right in self._grid_edges(grid, width)]
        heights = [
            self.height(child, widths[index % grid.columns])
            for index, child in enumerate(grid.children)
        ]
        starts = range(0, len(heights), grid.columns)
        return [max(heights[start : start + grid.columns]) for start in starts]

    def _grid_edges(self, grid: Grid, width: int) -> list[tuple[int, int]]:
        """Left and right of each column, counted from the grid's inner left."""
        gap = self._metrics.px(grid.gap)
        widths = _shares(width - gap * (grid.columns - 1), grid.columns)
        lefts = _starts(widths, gap)
        return [(left, left + wide) for left, wide in zip(lefts, widths, strict=True)]

    # --- placing

    def place(self, widget: Widget, path: str, box: Rect, clip: Rect) -> Placed:
        """Places the widget in `box` and all below it; `clip` is what can be seen there."""
        visible = box.clip(clip)
        inner = _inside(box, _padding(widget, self._metrics))
        if isinstance(widget, Wheel):
            rows = tuple(
                self.place(row, f"{path}.{index}", rect, visible)
                for index, (row, rect) in enumerate(self._wheel_rows(widget, box))
            )
            return Placed(widget, path, box, visible, rows)
        if not isinstance(widget, Box):
            return Placed(widget, path, box, visible, lines=self._lines(widget, inner.width))
        content_height = 0
        if isinstance(widget, Scroll):
            inner, content_height = self._scrolled(widget, path, box, inner)
        children = tuple(
            self.place(child, f"{path}.{index}", rect, visible)
            for index, (child, rect) in enumerate(
                zip(widget.children, self._arranged(widget, inner), strict=True)
            )
        )
        return Placed(widget, path, box, visible, children, content_height=content_height)

    def _scrolled(self, scroll: Scroll, path: str, box: Rect, inner: Rect) -> tuple[Rect, int]:
        """Where a scroll's children have their room, and how high all its content is."""
        high = max(inner.height, self._content_height_of_box(scroll, inner.width))
        content_height = high + box.height - inner.height
        furthest = content_height - box.height
        top = inner.top - min(furthest, max(0, self._look.scrolled.get(path, 0)))
        return Rect(inner.left, top, inner.right, top + high), content_height

    def _arranged(self, box: Box, inner: Rect) -> list[Rect]:
        match box:
            case Row():
                return self._row(box, inner)
            case Grid():
                return self._grid(box, inner)
            case Stack():
                return [self._stacked(child, box, inner) for child in box.children]
            case Pager():
                at = page_in_view(box, self._look.values)
                lefts = [
                    inner.left + (page - at) * inner.width for page in range(len(box.children))
                ]
                return [Rect(x, inner.top, x + inner.width, inner.bottom) for x in lefts]
            case _:
                return self._column(box, inner)

    def _column(self, box: Box, inner: Rect) -> list[Rect]:
        heights = self._column_heights(box, inner)
        tops = _packed(heights, inner.height, self._metrics.px(box.gap), box.pack)
        rects = []
        for child, top, height in zip(box.children, tops, heights, strict=True):
            width = self._across(child, box, inner.width)
            left = inner.left + _aligned(width, inner.width, box.align)
            rects.append(Rect(left, inner.top + top, left + width, inner.top + top + height))
        return rects

    def _row(self, row: Row, inner: Rect) -> list[Rect]:
        widths = self._row_widths(row, inner.width)
        lefts = _packed(widths, inner.width, self._metrics.px(row.gap), row.pack)
        rects = []
        for child, left, width in zip(row.children, lefts, widths, strict=True):
            height = self._down(child, row, width, inner.height)
            top = inner.top + _aligned(height, inner.height, row.align)
            rects.append(Rect(inner.left + left, top, inner.left + left + width, top + height))
        return rects

    def _down(self, child: Widget, row: Row, width: int, room: int) -> int:
        """The height of a row's child. A divider in a row is upright, as high as the row."""
        if child.height is None and (row.align == "stretch" or isinstance(child, Divider)):
            return room
        return self.height(child, width)

    def _grid(self, grid: Grid, inner: Rect) -> list[Rect]:
        edges = self._grid_edges(grid, inner.width)
        heights = self._grid_rows(grid, inner.width)
        tops = _starts(heights, self._metrics.px(grid.gap))
        rects = []
        for index in range(len(grid.children)):
            row, column = divmod(index, grid.columns)
            left, right = (inner.left + edge for edge in edges[column])
            top = inner.top + tops[row]
            rects.append(Rect(left, top, right, top + heights[row]))
        return rects

    def _stacked(self, child: Widget, box: Box, inner: Rect) -> Rect:
        """One layer of a stack; with neither `align` nor `pack` given it fills the stack."""
        width = self._across(child, box, inner.width)
        fills = child.height is None and box.align == "stretch" and box.pack == "start"
        height = inner.height if fills else self.height(child, width)
        left = inner.left + _aligned(width, inner.width, box.align)
        top = inner.top + _aligned(height, inner.height, box.pack)
        return Rect(left, top, left + width, top + height)

    def _wheel_rows(self, wheel: Wheel, box: Rect) -> Iterator[tuple[Widget, Rect]]:
        """What a wheel shows from top to bottom, and where."""
        at = chosen(wheel, self._look.values)
        pitch = wheel_pitch(wheel, box, self._metrics)
        reach = (1 if wheel.kind == "number_picker" else wheel.shows // 2) + 1
        for row in range(-reach, reach + 1) if wheel.options else ():
            there = turned(wheel, at, row)
            if not wheel.wraps and there != at + row:
                continue  # before the first, or after the last
            middle = (box.top + box.bottom) // 2 + row * pitch
            rect = Rect(box.left, middle - pitch // 2, box.right, middle - pitch // 2 + pitch)
            if not rect.clip(box).empty:
                yield _wheel_row(wheel, wheel.options[there], row), rect


def wheel_pitch(wheel: Wheel, box: Rect, metrics: Metrics) -> int:
    """Pixels from a row of a wheel to the next."""
    return box.height // 3 if wheel.kind == "number_picker" else metrics.px(wheel.row_height)


def _wheel_row(wheel: Wheel, words: str, away: int) -> Widget:
    """One row, so many away from the one that the wheel rests on."""
    if wheel.kind == "number_picker" and away:
        turn = Set({wheel.key: words})
        return Button(text=words, style="plain", color=PALE, size=wheel.size, on_tap=turn)
    kind = WheelValue if wheel.kind == "number_picker" else Label
    color = PALE if away else INK
    return kind(
        id="numberpicker_input" if kind is WheelValue else "",
        text=words,
        size=wheel.size,
        color=color,
        align="center",
        height=wheel.row_height,
    )


# --- arithmetic of lengths ------------------------------------------------------------------------


def _holds_scroll(widget: Widget) -> bool:
    if isinstance(widget, Scroll):
        return widget.height is None
    return isinstance(widget, Box) and any(_holds_scroll(child) for child in widget.children)


def _shares(room: int, count: int) -> list[int]:
    """`room` in `count` parts that differ by one pixel at most and add up to it."""
    room = max(0, room)
    return [room * (index + 1) // count - room * index // count for index in range(count)]


def _water_level(sizes: Sequence[int], room: int) -> int:
    """The largest size that each may keep so that together they fit in `room`."""
    for count, size in enumerate(ordered := sorted(sizes)):
        if size * (len(ordered) - count) > room:
            return room // (len(ordered) - count)
        room -= size
    return max(sizes, default=0)


def _starts(sizes: Sequence[int], gap: int) -> list[int]:
    """Where each of several lengths begins when they follow each other with a gap between."""
    starts = [0]
    for size in sizes[:-1]:
        starts.append(starts[-1] + size + gap)
    return starts[: len(sizes)]


def _packed(sizes: Sequence[int], room: int, gap: int, pack: str) -> list[int]:
    """Where each of several lengths begins along a box's direction."""
    spare = max(0, room - sum(sizes) - gap * max(0, len(sizes) - 1))
    if pack == "between" and len(sizes) > 1:
        starts = _starts(sizes, gap)
        return [start + spare * index // (len(sizes) - 1) for index, start in enumerate(starts)]
    before = {"center": spare // 2, "end": spare}.get(pack, 0)
    return [before + start for start in _starts(sizes, gap)]


def _aligned(size: int, room: int, align: str) -> int:
    """Where a length begins across a box's direction."""
    return {"center": (room - size) // 2, "end": room - size}.get(align, 0)
