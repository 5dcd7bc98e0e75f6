"""What Android itself draws: status bar, gesture pill, keyboard, toast, notification."""

from __future__ import annotations

from PIL import ImageDraw

from harness.phone import text
from harness.phone.canvas import Canvas, Color, is_dark, rgb, supersampled
from harness.phone.keyboard import (
    DELETE,
    ENTER,
    HIDE,
    SHIFT,
    Key,
    Kind,
    keyboard_area,
    keys,
)
from harness.phone.scene import Metrics, Rect, Scene
from harness.phone.text import Face

WHITE = rgb("#FFFFFF")
DARK = rgb("#1F2329")

KEYBOARD_GROUND = rgb("#E4E7EC")
CANDIDATES_GROUND = rgb("#F2F4F7")
KEY_COLOR = WHITE
COMMAND_COLOR = rgb("#C9CED8")
ENTER_COLOR = rgb("#1677FF")

_KEY_ICONS = {
    DELETE: "backspace-outline",
    SHIFT: "apple-keyboard-shift",
    HIDE: "chevron-down",
}

_TOAST_COLOR = rgb("#2E3238")


# --- bars -----------------------------------------------------------------------------------------


def draw_status_bar(canvas: Canvas, scene: Scene) -> None:
    """The clock at the left; signal, network and battery at the right."""
    metrics = scene.metrics
    px = metrics.px
    color = WHITE if scene.status_light else DARK
    middle = px(metrics.status_bar_dp) // 2 + px(1)
    face = Face(px(14), bold=True)
    canvas.line_of_text(text.printable(scene.clock_text), px(22), middle, face, color)
    right = metrics.width - px(20)
    right = _battery(canvas, right, middle, px(1), color)
    right = _wifi(canvas, right - px(6), middle, px(1), color)
    right = _signal(canvas, right - px(5), middle, px(1), color)
    face = Face(px(11), bold=True)
    canvas.line_of_text("5G", right - px(4) - text.width("5G", face), middle, face, color)


def _battery(canvas: Canvas, right: int, middle: int, dp: int, color: Color) -> int:
    """A lying battery, four fifths full. Returns its left edge."""
    body = Rect(right - 24 * dp, middle - 6 * dp, right - 2 * dp, middle + 6 * dp)
    canvas.stroke(body, color, 4 * dp, thickness=max(1, round(1.2 * dp)))
    inset = round(2.4 * dp)
    level = Rect(body.left + inset, body.top + inset, body.right - 6 * dp, body.bottom - inset)
    canvas.fill(level, color, 2 * dp)
    canvas.fill(Rect(right - dp, middle - 2 * dp, right, middle + 2 * dp), color)
    return body.left


def _wifi(canvas: Canvas, right: int, middle: int, dp: int, color: Color) -> int:
    size = 17 * dp
    box = Rect(right - size, middle - size // 2, right, middle - size // 2 + size)
    canvas.paste(color, box, supersampled(_WIFI_PAINTER, size, size))
    return box.left


def _paint_wifi(draw: ImageDraw.ImageDraw, scale: int) -> None:
    """Three arcs and a point; 51 pixels square at three pixels a dp."""
    width = draw.im.size[0]
    x, y = width / 2, width * 0.84
    for radius in (0.72, 0.48, 0.25):
        outer = radius * width
        box = (x - outer, y - outer, x + outer, y + outer)
        draw.arc(box, 226, 314, fill=255, width=round(width * 0.11))
    point = width * 0.085
    draw.ellipse((x - point, y - 2 * point, x + point, y), fill=255)


_WIFI_PAINTER = _paint_wifi


def _signal(canvas: Canvas, right: int, middle: int, dp: int, color: Color) -> int:
    """Four rising bars."""
    left = right - 17 * dp
    bottom = middle + 6 * dp
    for index in range(4):
        x = left + index * round(4.5 * dp)
        top = bottom - (3 + 3 * index) * dp
        canvas.fill(Rect(x, top, x + 3 * dp, bottom), color, dp)
    return left


def draw_gesture_bar(canvas: Canvas, metrics: Metrics) -> None:
    """The pill at the bottom, dark or light as what it lies on asks for."""
    px = metrics.px
    wide, high = px(124), px(4)
    left = (metrics.width - wide) // 2
    top = metrics.height - px(metrics.gesture_bar_dp / 2) - high // 2
    ground = canvas.color_at(left - px(4), top)
    pill = Rect(left, top, left + wide, top + high)
    canvas.fill(pill, WHITE if is_dark(ground) else DARK, high // 2)


# --- the keyboard ---------------------------------------------------------------------------------


def draw_keyboard(canvas: Canvas, metrics: Metrics, kind: Kind) -> None:
    """The soft keyboard, up to the lower edge of the screen."""
    area = keyboard_area(metrics)
    canvas.fill(area, KEYBOARD_GROUND)
    found = keys(metrics, kind)
    candidates = [key for key in found if key.box.top == area.top]
    bottom = candidates[0].box.bottom
    canvas.fill(Rect(area.left, area.top, area.right, bottom), CANDIDATES_GROUND)
    canvas.fill(Rect(area.left, area.top, area.right, area.top + 2), rgb("#D5D9E0"))
    for key in found:
        if key.box.top == area.top:
            _candidate(canvas, key, metrics)
        else:
            _key(canvas, key, metrics)


def _candidate(canvas: Canvas, key: Key, metrics: Metrics) -> None:
    if key.types:
        _centred(canvas, key.label, key.box, Face(metrics.px(18)), DARK)
    else:
        canvas.icon(_KEY_ICONS[key.sends], key.box, metrics.px(24), rgb("#6B7280"))


def _key(canvas: Canvas, key: Key, metrics: Metrics) -> None:
    px = metrics.px
    box = key.box
    cap = Rect(box.left + px(2.5), box.top + px(4), box.right - px(2.5), box.bottom - px(4))
    below = Rect(cap.left, cap.top + px(1), cap.right, cap.bottom + px(1))
    canvas.fill(below, rgb("#B4BAC6"), px(6))
    canvas.fill(cap, _key_color(key), px(6))
    ink = WHITE if key.sends == ENTER else DARK
    if key.label in {"，", "。"}:
        _centred_ink(canvas, key.label, cap, Face(px(21)), ink)
    elif key.label:
        size = 21 if key.types and key.sends != " " else 15
        _centred(canvas, key.label.upper(), cap, Face(px(size)), ink)
    else:
        canvas.icon(_KEY_ICONS[key.sends], cap, px(22), ink)


def _key_color(key: Key) -> Color:
    if key.sends == ENTER:
        return ENTER_COLOR
    return KEY_COLOR if key.types else COMMAND_COLOR


def _centred(canvas: Canvas, words: str, box: Rect, face: Face, color: Color) -> None:
    left = box.left + (box.width - text.width(words, face)) // 2
    canvas.line_of_text(words, left, box.top + box.height // 2, face, color)


def _centred_ink(canvas: Canvas, mark: str, box: Rect, face: Face, color: Color) -> None:
    """A punctuation mark in the middle of its key, and not in the corner of its em."""
    picture = text.ink(mark, face)
    left, top, right, bottom = picture.mask.getbbox() or (0, 0, 0, 0)
    x = box.left + (box.width - left - right) // 2
    y = box.top + (box.height - top - bottom) // 2
    canvas.paste(color, Rect(x, y, 0, 0), picture.mask)


# --- what comes and goes --------------------------------------------------------------------------


def draw_toast(canvas: Canvas, scene: Scene) -> None:
    """A dark pill near the bottom, above the keyboard."""
    px = scene.metrics.px
    face = Face(px(14 * scene.font_scale))
    lines = text.wrap(scene.toast, face, px(248), most=3)
    step = round(face.size * 1.45)
    wide = max(text.width(line, face) for line in lines) + 2 * px(20)
    high = step * len(lines) + 2 * px(11)
    left = (scene.metrics.width - wide) // 2
    keyboard = px(scene.metrics.keyboard_dp) if scene.keyboard else px(64)
    bottom = scene.metrics.height - keyboard - px(28)
    box = Rect(left, bottom - high, left + wide, bottom)
    canvas.shade(box, _TOAST_COLOR, 0.94, px(21))
    for index, line in enumerate(lines):
        x = left + (wide - text.width(line, face)) // 2
        canvas.line_of_text(line, x, box.top + px(11) + index * step + step // 2, face, WHITE)


def draw_notification(canvas: Canvas, scene: Scene, sender: str, words: str) -> None:
    """A text message's card at the top of the screen."""
    px = scene.metrics.px
    small, large = Face(px(14 * scene.font_scale)), Face(px(15 * scene.font_scale), bold=True)
    left, top = px(10), px(scene.metrics.status_bar_dp + 6)
    right = scene.metrics.width - px(10)
    lines = text.wrap(words, small, right - left - px(14 + 40 + 12 + 16), most=4)
    step, heading = round(small.size * 1.4), round(large.size * 1.45)
    bottom = top + px(14) + max(px(40), heading + step * len(lines)) + px(14)
    card = Rect(left, top, right, bottom)
    canvas.shadow(card, px(20), px(12), strength=70, drop=px(4))
    canvas.fill(card, WHITE, px(20))
    disc = Rect(left + px(14), top + px(14), left + px(54), top + px(54))
    canvas.fill(disc, rgb("#22B573"), px(20))
    canvas.icon("message-text", disc, px(22), WHITE)
    x, y = disc.right + px(12), top + px(14)
    face = Face(px(12 * scene.font_scale))
    when = right - px(16) - text.width("现在", face)
    canvas.line_of_text("现在", when, y + heading // 2, face, rgb("#8F959E"))
    title = text.cut(text.printable(sender).replace("\n", " "), large, when - x - px(8))
    canvas.line_of_text(title, x, y + heading // 2, large, DARK)
    for index, line in enumerate(lines):
        canvas.line_of_text(line, x, y + heading + index * step + step // 2, small, rgb("#4B5563"))
