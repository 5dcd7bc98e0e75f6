"""How each widget looks: paints what is placed, parents first.

The colours that no widget declares are those of today's Chinese service Apps:
white fields, grey hints, a blue caret.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from PIL import Image, ImageDraw

from harness.phone import illustrations, text
from harness.phone.canvas import Canvas, Color, is_dark, mix, rgb, supersampled
from harness.phone.hierarchy import is_checked, stars
from harness.phone.layout import (
    CHECK_GAP,
    MARK_WIDTH,
    PASSWORD_DOT,
    content_box,
    face_of,
    input_text,
    knob_box,
    line_height,
    star_boxes,
    wheel_pitch,
)
from harness.phone.scene import Look, Metrics, Placed, Rect
from harness.phone.widgets import (
    Button,
    Check,
    Divider,
    Icon,
    Illustration,
    Input,
    Label,
    QrCode,
    Scroll,
    SlideLock,
    Spinner,
    Stars,
    WebView,
    Wheel,
    WheelValue,
    Widget,
)

WHITE = rgb("#FFFFFF")
INK = rgb("#1F2329")
HINT = rgb("#A8AEB8")
DISABLED_INK = rgb("#8F959E")
ACCENT = rgb("#1677FF")
OUTLINE = rgb("#C3C8D1")
TRACK = rgb("#EEF1F5")
SWITCH_OFF = rgb("#DADEE5")
STAR_ON = rgb("#FFAA00")
STAR_OFF = rgb("#DFE3EA")

SPINNER_STEPS = 24
"""Positions that a spinner's ring takes in a second."""


@dataclass(frozen=True)
class Setting:
    """All that decides about the looks of a window, beside where its widgets are.

    `page_top` is where a page begins below the status bar, and `top` its colour
    behind the bar: a gradient that begins in it at the page's upper edge goes
    on under the bar, as on any edge-to-edge screen.
    """

    look: Look
    metrics: Metrics
    page_top: int = 0
    top: str = ""
    page: bytes | None = None
    """What a web view shows, as PNG."""


Painter = Callable[[Canvas, Placed, Setting], None]


def paint(canvas: Canvas, placed: Placed, setting: Setting, viewport: Rect) -> None:
    """Paints a widget and all below it; `viewport` is what the nearest scroll leaves visible."""
    if placed.visible.empty:
        return
    widget = placed.widget
    if widget.shadow:
        _shadow(canvas, placed, setting, viewport)
    painter = _PAINTERS.get(type(widget))
    if setting.page_top and widget.gradient:
        painted = _under_bar(canvas, placed, setting)
    else:
        painted = placed
    with canvas.clipped(
        painted.visible if _sticks_out(painted, setting) else canvas.area
    ) as inside:
        _background(inside, painted, setting)
        if painter:
            painter(inside, placed, setting)
    below = placed.visible if isinstance(widget, Scroll) else viewport
    for child in placed.children:
        paint(canvas, child, setting, below)


def _sticks_out(placed: Placed, setting: Setting) -> bool:
    """Whether anything of the widget would be painted where it is not visible."""
    if placed.box != placed.visible:
        return True
    room = content_box(placed, setting.metrics)
    if isinstance(placed.widget, Label | Check):
        face = face_of(placed.widget, setting.look, setting.metrics)
        return len(placed.lines) * line_height(placed.widget, face) > room.height
    return isinstance(placed.widget, Input)


# --- what every widget may have -------------------------------------------------------------------


def _shadow(canvas: Canvas, placed: Placed, setting: Setting, viewport: Rect) -> None:
    px, box = setting.metrics.px, placed.box
    blur, drop = px(8), px(2)
    reach = 2 * blur + drop
    around = Rect(box.left - reach, box.top - reach, box.right + reach, box.bottom + reach)
    seen = around.clip(viewport)
    with canvas.clipped(canvas.area if seen == around.clip(canvas.area) else seen) as inside:
        inside.shadow(box, px(placed.widget.radius), blur, strength=30, drop=drop)


def _background(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget, box = placed.widget, placed.box
    radius = setting.metrics.px(widget.radius)
    if widget.gradient:
        first, last = widget.gradient
        canvas.fill_gradient(box, rgb(first), rgb(last), radius)
    elif widget.background:
        canvas.fill(box, rgb(widget.background), radius)
    if widget.border:
        focused = isinstance(widget, Input) and widget.key == setting.look.focused
        canvas.stroke(box, ACCENT if focused else rgb(widget.border), radius)


def _under_bar(canvas: Canvas, placed: Placed, setting: Setting) -> Placed:
    """The widget, reaching up under the status bar if its gradient begins in the page's colour."""
    box, gradient = placed.box, placed.widget.gradient
    begins = placed.visible.top == setting.page_top and gradient and gradient[0] == setting.top
    if not begins or box.width < canvas.area.width:
        return placed
    higher = Rect(box.left, box.top - setting.page_top, box.right, box.bottom)
    visible = Rect(box.left, 0, box.right, placed.visible.bottom)
    return replace(placed, box=higher, visible=visible)


# --- what is read ---------------------------------------------------------------------------------


def _label(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget = placed.widget
    if not isinstance(widget, Label):
        return
    room = content_box(placed, setting.metrics)
    step = line_height(widget, face_of(widget, setting.look, setting.metrics))
    spare = room.height - step * len(placed.lines)
    top = room.top + (spare // 2 if widget.height is not None else 0)
    lines = Rect(room.left, top, room.right, room.bottom)
    color = rgb(widget.color) if widget.enabled else DISABLED_INK
    _lines(canvas, placed, setting, lines, color, widget.align)


def _lines(
    canvas: Canvas,
    placed: Placed,
    setting: Setting,
    room: Rect,
    color: Color,
    align: str = "start",
) -> None:
    """Writes the placed lines from the top of `room`; those that cannot be seen are left out."""
    face = face_of(placed.widget, setting.look, setting.metrics)
    step = line_height(placed.widget, face)
    for index, line in enumerate(placed.lines):
        top = room.top + index * step
        if line and top + step > placed.visible.top and top < placed.visible.bottom:
            spare = room.width - text.width(line, face)
            left = room.left + {"center": spare // 2, "end": spare}.get(align, 0)
            canvas.line_of_text(line, left, top + step // 2, face, color)


def _icon(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget = placed.widget
    if isinstance(widget, Icon):
        size = setting.metrics.px(widget.size)
        color = rgb(widget.color)
        canvas.icon(widget.name, placed.box, size, color if widget.enabled else DISABLED_INK)


def _illustration(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget, box = placed.widget, placed.box
    if isinstance(widget, Illustration) and not box.empty:
        radius = setting.metrics.px(widget.radius)
        picture = illustrations.picture(widget.name, widget.tint, box.width, box.height, radius)
        canvas.paste(picture.colors, box, picture.mask)


def _qr_code(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget = placed.widget
    room = content_box(placed, setting.metrics)
    size = min(room.width, room.height)
    if isinstance(widget, QrCode) and size > 0:
        left = room.left + (room.width - size) // 2
        top = room.top + (room.height - size) // 2
        code = illustrations.qr_code(widget.text, size)
        canvas.paste(code, Rect(left, top, left + code.width, top + code.height))


@lru_cache(maxsize=SPINNER_STEPS * 4)
def _arc(size: int, step: int) -> Callable[[ImageDraw.ImageDraw, int], None]:
    return partial(_paint_arc, size, step)


def _paint_arc(size: int, step: int, draw: ImageDraw.ImageDraw, scale: int) -> None:
    start = 360 * step // SPINNER_STEPS
    edge = scale * size - 1
    draw.arc((0, 0, edge, edge), start, start + 280, fill=255, width=scale * max(2, size // 11))


def _spinner(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget, box = placed.widget, placed.box
    if not isinstance(widget, Spinner):
        return
    size = min(setting.metrics.px(widget.size), box.width, box.height)
    if size <= 0:
        return
    step = int(setting.look.now_s * SPINNER_STEPS) % SPINNER_STEPS
    left, top = box.left + (box.width - size) // 2, box.top + (box.height - size) // 2
    mask = supersampled(_arc(size, step), size, size)
    canvas.paste(rgb(widget.color), Rect(left, top, left + size, top + size), mask)


def _web_view(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    """The page; white until there is one, and a word where there never will be."""
    box = placed.box
    if setting.page is not None:
        page = Image.open(io.BytesIO(setting.page)).convert("RGB")
        canvas.paste(page.crop((0, 0, box.width, box.height)), box)
        return
    canvas.fill(box, WHITE)
    face = face_of(placed.widget, setting.look, setting.metrics)
    words = text.cut(setting.look.web_note, face, box.width)
    left = box.left + (box.width - text.width(words, face)) // 2
    canvas.line_of_text(words, left, (box.top + box.bottom) // 2, face, DISABLED_INK)


def _divider(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget, box = placed.widget, placed.box
    if not isinstance(widget, Divider):
        return
    inset = setting.metrics.px(widget.inset)
    across, down = (inset, 0) if box.width >= box.height else (0, inset)
    line = Rect(box.left + across, box.top + down, box.right - across, box.bottom - down)
    canvas.fill(line, rgb(widget.color))


# --- what is touched ------------------------------------------------------------------------------


def _button(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget, box = placed.widget, placed.box
    if not isinstance(widget, Button):
        return
    px = setting.metrics.px
    color = rgb(widget.color) if widget.enabled else mix(rgb(widget.color), WHITE, 0.55)
    ink = color
    if widget.style == "filled":
        ink = WHITE if is_dark(color) or not widget.enabled else INK
        if not widget.background and not widget.gradient:
            canvas.fill(box, color, px(widget.radius))
    elif widget.style == "outlined" and not widget.border:
        canvas.stroke(box, color, px(widget.radius), thickness=px(1))
    room = content_box(placed, setting.metrics)
    step = line_height(widget, face_of(widget, setting.look, setting.metrics))
    top = box.top + (box.height - step) // 2
    _lines(canvas, placed, setting, Rect(room.left, top, room.right, room.bottom), ink, "center")


def _input(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget = placed.widget
    if not isinstance(widget, Input):
        return
    room = content_box(placed, setting.metrics)
    empty = not input_text(widget, setting.look)
    color = HINT if empty or not widget.enabled else INK
    step = line_height(widget, face_of(widget, setting.look, setting.metrics))
    top = room.top if widget.multiline else room.top + (room.height - step) // 2
    clip = Rect(room.left, placed.box.top, room.right + setting.metrics.px(2), placed.box.bottom)
    with canvas.clipped(clip) as inside:
        shown = _end_in_sight(placed, setting, room)
        if widget.password and not empty:
            _dots(inside, shown, setting, Rect(room.left, top, room.right, top + step), color)
        else:
            _lines(inside, shown, setting, Rect(room.left, top, room.right, room.bottom), color)
        if widget.key == setting.look.focused:
            _caret(inside, shown, setting, Rect(room.left, top, room.right, room.bottom))


def _dots(canvas: Canvas, placed: Placed, setting: Setting, line: Rect, color: Color) -> None:
    """A password, in dots as large as Android's: the font's own are too small to count."""
    face = face_of(placed.widget, setting.look, setting.metrics)
    step, half = text.width(PASSWORD_DOT, face), max(1, round(face.size * 0.17))
    middle = line.top + line.height // 2
    for index in range(len(placed.lines[0])):
        x = line.left + index * step + step // 2
        canvas.fill(Rect(x - half, middle - half, x + half, middle + half), color, half)


def _end_in_sight(placed: Placed, setting: Setting, room: Rect) -> Placed:
    """A single line that is too long for its field, cut where it can be seen.

    With the caret in it its end is in sight, else its beginning.
    """
    widget = placed.widget
    if not isinstance(widget, Input) or widget.multiline or not placed.lines:
        return placed
    face = face_of(widget, setting.look, setting.metrics)
    line = placed.lines[0][:2000]
    if text.width(line, face) <= room.width:
        return placed
    if widget.key == setting.look.focused:
        line = text.tail(placed.lines[0][-2000:], face, room.width)
    return Placed(widget, placed.path, placed.box, placed.visible, lines=(line,))


def _caret(canvas: Canvas, placed: Placed, setting: Setting, room: Rect) -> None:
    """The caret after the last character. It is drawn steadily: a blink would be a new picture."""
    widget, px = placed.widget, setting.metrics.px
    face = face_of(widget, setting.look, setting.metrics)
    step = line_height(widget, face)
    typed = isinstance(widget, Input) and input_text(widget, setting.look)
    last = placed.lines[-1] if typed and placed.lines else ""
    row = max(0, len(placed.lines) - 1) if typed else 0
    left = room.left + text.width(last, face)
    middle = room.top + row * step + step // 2
    half = round(face.size * 0.62)
    canvas.fill(Rect(left, middle - half, left + px(1.6), middle + half), ACCENT, px(0.8))


def _check(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget = placed.widget
    if not isinstance(widget, Check):
        return
    px = setting.metrics.px
    room = content_box(placed, setting.metrics)
    step = line_height(widget, face_of(widget, setting.look, setting.metrics))
    rows = max(1, len(placed.lines))
    top = room.top + (room.height - step * rows) // 2
    mark = px(MARK_WIDTH[widget.kind])
    left = room.left if widget.kind == "switch" else room.left + mark + px(CHECK_GAP)
    color = INK if widget.enabled else DISABLED_INK
    _lines(canvas, placed, setting, Rect(left, top, room.right, room.bottom), color)
    middle = top + step // 2 if rows > 1 else room.top + room.height // 2
    at = room.right - mark if widget.kind == "switch" and placed.lines else room.left
    high = px(26) if widget.kind == "switch" else mark
    box = Rect(at, middle - high // 2, at + mark, middle - high // 2 + high)
    tint = rgb(widget.color) if widget.enabled else mix(rgb(widget.color), WHITE, 0.55)
    _MARKS[widget.kind](canvas, box, tint, is_checked(widget, setting.look), px(1))


def _checkbox_mark(canvas: Canvas, box: Rect, color: Color, on: bool, dp: int) -> None:
    if on:
        canvas.fill(box, color, 4 * dp)
        canvas.icon("check", box, box.width - 4 * dp, WHITE)
    else:
        canvas.fill(box, WHITE, 4 * dp)
        canvas.stroke(box, OUTLINE, 4 * dp, thickness=round(1.4 * dp))


def _radio_mark(canvas: Canvas, box: Rect, color: Color, on: bool, dp: int) -> None:
    canvas.fill(box, color if on else WHITE, box.width)
    if on:
        inset = box.width // 2 - 4 * dp
        dot = Rect(box.left + inset, box.top + inset, box.right - inset, box.bottom - inset)
        canvas.fill(dot, WHITE, dot.width)
    else:
        canvas.stroke(box, OUTLINE, box.width, thickness=round(1.4 * dp))


def _switch_mark(canvas: Canvas, box: Rect, color: Color, on: bool, dp: int) -> None:
    canvas.fill(box, color if on else SWITCH_OFF, box.height)
    edge, size = 2 * dp, box.height - 4 * dp
    left = box.right - edge - size if on else box.left + edge
    knob = Rect(left, box.top + edge, left + size, box.top + edge + size)
    canvas.shadow(knob, size, 2 * dp, strength=50, drop=dp)
    canvas.fill(knob, WHITE, size)


_MARKS: dict[str, Callable[[Canvas, Rect, Color, bool, int], None]] = {
    "checkbox": _checkbox_mark,
    "radio": _radio_mark,
    "switch": _switch_mark,
}


def _stars(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget = placed.widget
    if not isinstance(widget, Stars):
        return
    given = stars(widget, setting.look)
    size = setting.metrics.px(widget.size)
    for index, box in enumerate(star_boxes(placed, setting.metrics)):
        cell = Rect(box.left, box.top, box.left + size, box.bottom)
        canvas.icon("star", cell, size, STAR_ON if index < given else STAR_OFF)


def _slide_lock(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    widget, box, px = placed.widget, placed.box, setting.metrics.px
    if not isinstance(widget, SlideLock):
        return
    knob = knob_box(placed)
    radius = px(widget.radius or 6)
    canvas.fill(box, TRACK, radius)
    canvas.stroke(box, rgb("#DFE3EA"), radius)
    face = face_of(widget, setting.look, setting.metrics)
    words = text.cut(text.printable(widget.text), face, box.width - 2 * knob.width)
    left = box.left + (box.width - text.width(words, face)) // 2
    middle = box.top + box.height // 2
    canvas.line_of_text(words, left, middle, face, rgb("#6B7280"))
    canvas.fill(knob, WHITE, radius)
    canvas.stroke(knob, rgb("#D0D5DD"), radius)
    canvas.icon("arrow-right", knob, px(22), INK)


def _wheel(canvas: Canvas, placed: Placed, setting: Setting) -> None:
    """Two lines about the row that it rests on; its rows are painted after it."""
    widget, box = placed.widget, placed.box
    if isinstance(widget, Wheel):
        pitch = wheel_pitch(widget, box, setting.metrics)
        top = (box.top + box.bottom) // 2 - pitch // 2
        for edge in (top, top + pitch):
            canvas.fill(Rect(box.left, edge, box.right, edge + setting.metrics.px(1)), OUTLINE)


_PAINTERS: dict[type[Widget], Painter] = {
    Label: _label,
    Icon: _icon,
    Illustration: _illustration,
    QrCode: _qr_code,
    Spinner: _spinner,
    Divider: _divider,
    Button: _button,
    Input: _input,
    Check: _check,
    Stars: _stars,
    SlideLock: _slide_lock,
    WebView: _web_view,
    Wheel: _wheel,
    WheelValue: _label,
}
