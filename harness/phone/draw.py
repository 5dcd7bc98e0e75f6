"""The phone's screen as a picture: windows from bottom to top, and what the system puts on them."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from harness.phone import system_ui
from harness.phone.canvas import Canvas, rgb
from harness.phone.paint import Setting, paint
from harness.phone.scene import Rect, Scene, Window
from harness.phone.widgets import Page

PAGE_COLOR = "#F4F6FA"
CARD_COLOR = "#FFFFFF"
CARD_RADIUS = 14
"""Of a dialog whose root has neither a background nor a radius of its own, in dp."""

SCRIM = 0.45


def draw(scene: Scene, page: bytes | None = None) -> Image.Image:
    """Draws what is on the screen.

    The same scene gives the same pixels, always. A secure window is black, as
    it is in any screenshot of a real phone.

    Args:
        scene: what is on the screen.
        page: what its web view shows, as PNG; None while that is nothing.

    Returns:
        RGB, as large as the screen.
    """
    metrics = scene.metrics
    image = Image.new("RGB", (metrics.width, metrics.height))
    canvas = Canvas(image)
    for window in scene.windows[_lowest_visible(scene) :]:
        _draw_window(canvas, window, scene, page)
    if scene.keyboard:
        system_ui.draw_keyboard(canvas, metrics, scene.keyboard)
    system_ui.draw_status_bar(canvas, scene)
    system_ui.draw_gesture_bar(canvas, metrics)
    if scene.toast:
        system_ui.draw_toast(canvas, scene)
    if scene.notification:
        system_ui.draw_notification(canvas, scene, *scene.notification)
    return image


def _lowest_visible(scene: Scene) -> int:
    """The topmost window that fills the screen; nothing under it can be seen."""
    full = [index for index, window in enumerate(scene.windows) if window.kind == "screen"]
    return full[-1] if full else 0


def _draw_window(canvas: Canvas, window: Window, scene: Scene, page: bytes | None) -> None:
    if window.kind == "screen":
        _draw_screen(canvas, window, scene, page)
    else:
        _draw_dialog(canvas, window, scene)


def _draw_screen(canvas: Canvas, window: Window, scene: Scene, page: bytes | None) -> None:
    whole = canvas.area
    if window.secure:
        canvas.fill(whole, (0, 0, 0))
        return
    root = window.root
    widget = root.widget
    if widget.gradient:
        canvas.fill_gradient(whole, rgb(widget.gradient[0]), rgb(widget.gradient[1]))
    else:
        canvas.fill(whole, rgb(widget.background or PAGE_COLOR))
    top = widget.top if isinstance(widget, Page) else scene.top_color
    if not widget.gradient or widget.gradient[0] != top:
        canvas.fill(Rect(0, 0, whole.right, root.box.top), rgb(top))
    setting = Setting(window.look, scene.metrics, root.box.top, top, page)
    for child in root.children:
        paint(canvas, child, setting, root.visible)
    if not root.children:
        paint(canvas, root, setting, root.visible)
    if not widget.gradient:
        _continue_below(canvas, root.box)


def _continue_below(canvas: Canvas, box: Rect) -> None:
    """Lets the page's ground go on behind the gesture bar, as edge-to-edge Apps do."""
    if box.bottom >= canvas.area.bottom or box.empty:
        return
    below = Rect(0, box.bottom, canvas.area.right, canvas.area.bottom)
    left, right = (canvas.color_at(x, box.bottom - 1) for x in (box.left, box.right - 1))
    ends = Image.new("RGB", (2, 1), left)
    ends.putpixel((1, 0), right)
    canvas.paste(ends.resize((below.width, below.height), Image.Resampling.BILINEAR), below)


def _draw_dialog(canvas: Canvas, window: Window, scene: Scene) -> None:
    canvas.image.paste(canvas.image.point(_dimmed()))
    root, px = window.root, scene.metrics.px
    if window.secure:
        canvas.fill(root.box, (0, 0, 0), px(CARD_RADIUS))
        return
    if not root.widget.background and not root.widget.gradient:
        canvas.fill(root.box, rgb(CARD_COLOR), px(root.widget.radius or CARD_RADIUS))
    paint(canvas, root, Setting(window.look, scene.metrics), root.visible)


@lru_cache(maxsize=1)
def _dimmed() -> list[int]:
    return [round(level * (1 - SCRIM)) for level in range(256)] * 3
