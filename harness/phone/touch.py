"""What a finger and a keyboard do to the window in front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.phone import gestures
from harness.phone.app import Dialog, Do
from harness.phone.gestures import Gesture, Point, Track
from harness.phone.keyboard import DELETE, ENTER, HIDE, key_at, keyboard_area
from harness.phone.layout import (
    chosen,
    hit,
    knob_box,
    page_in_view,
    scroll_range,
    star_boxes,
    takes_tap,
    turned,
    wheel_pitch,
)
from harness.phone.running import Running
from harness.phone.scene import Metrics, Placed, Window
from harness.phone.web import PageId, WebViews
from harness.phone.widgets import (
    Check,
    Input,
    Pager,
    Scroll,
    SlideLock,
    Stars,
    WebView,
    Wheel,
)
from harness.phone.windows import OpenWindow

PASSING_SHARE = 0.95
"""How far a slider's knob must be dragged; short of it, it springs back."""
PAGE_SHARE = 0.6
"""Of its width: how far a page must be moved by a finger that rests at the end, for Android's
ViewPager to turn to the next (`determineTargetPage`: 0.4 of it is rounded away). How fast a
finger goes means nothing here."""
PULL_DP = 64
"""How far a list is pulled to be loaded anew (`SwipeRefreshLayout.DEFAULT_CIRCLE_TARGET`)."""


@dataclass(frozen=True)
class Front:
    """The window that has the focus, as it looks now, and whose it is."""

    running: Running
    window: OpenWindow
    shown: Window
    metrics: Metrics
    web: WebViews

    @property
    def page(self) -> PageId:
        """The page that its web view shows, if it has one."""
        return PageId(self.running.pid, self.window.serial)

    def input(self) -> Input | None:
        """The input that has the caret."""
        for placed in self.shown.root.walk():
            if isinstance(placed.widget, Input) and placed.widget.key == self.window.focused:
                return placed.widget
        return None


# --- the finger ----------------------------------------------------------------------------------


def touch(front: Front, track: Track) -> None:
    """Does what a finger's track amounts to, on what lies under its first point."""
    gesture = gestures.read(track, front.metrics.px(gestures.SLOP_DP))
    if _on_keyboard(front, gesture.start):
        if gesture.kind != "drag":
            _tap_key(front, gesture.start)
        return
    chain = hit(front.shown.root, gesture.start.x, gesture.start.y)
    if chain and isinstance(chain[-1].widget, WebView):
        front.window.leave_input()
        front.web.touch(front.page, chain[-1].box, [Point(*point) for point in track])
        return
    if gesture.kind == "drag":
        _drag(front, chain, gesture)
    elif not chain:
        _press_beside(front)
    else:
        _press(front, chain, gesture)


def _on_keyboard(front: Front, point: Point) -> bool:
    area = keyboard_area(front.metrics)
    return bool(front.window.keyboard()) and area.contains(point.x, point.y)


def _tap_key(front: Front, point: Point) -> None:
    kind = front.window.keyboard()
    key = key_at(front.metrics, kind, point.x, point.y) if kind else None
    if key is None:
        return
    if key.types:
        type_text(front, key.sends)
    elif key.sends == DELETE:
        delete(front)
    elif key.sends == ENTER:
        enter(front)
    elif key.sends == HIDE:
        front.window.keyboard_up = False


def _press_beside(front: Front) -> None:
    """A press beside a dialog closes it, if it may be dismissed."""
    if isinstance(front.window.spec, Dialog) and front.window.spec.dismissable:
        front.running.close_dialog()


def _press(front: Front, chain: Sequence[Placed], gesture: Gesture) -> None:
    touched = next((step for step in reversed(chain) if takes_tap(step.widget)), None)
    # A disabled widget swallows the touch.
    if touched is None or not touched.widget.enabled:
        return
    if gesture.kind == "long_press" and touched.widget.on_long_press is not None:
        front.running.do(touched.widget.on_long_press, front.window)
    else:
        # Without a long-press listener, Android clicks when the finger goes up, however late.
        _tap(front, touched, gesture.start)


def _tap(front: Front, touched: Placed, point: Point) -> None:
    widget = touched.widget
    if isinstance(widget, Input):
        front.window.focus(widget.key)
    elif isinstance(widget, Check):
        _toggle(front, widget)
    elif isinstance(widget, Stars):
        _rate(front, touched, widget, point)
    if widget.on_tap is not None:
        front.running.do(widget.on_tap, front.window)


def _toggle(front: Front, check: Check) -> None:
    if check.kind == "radio":
        front.running.put(check.key, check.value)
    else:
        front.running.put(check.key, not front.running.values.get(check.key, False))


def _rate(front: Front, placed: Placed, stars: Stars, point: Point) -> None:
    """A touch left of the first star counts one, right of the last five, as on Android."""
    boxes = star_boxes(placed, front.metrics)
    front.running.put(stars.key, max(1, sum(box.left <= point.x for box in boxes)))


def _drag(front: Front, chain: Sequence[Placed], gesture: Gesture) -> None:
    """Moves the innermost that a finger moves in this direction."""
    across, down = gesture.end.x - gesture.start.x, gesture.end.y - gesture.start.y
    turns_pages = abs(across) > abs(down) and any(isinstance(each.widget, Pager) for each in chain)
    for step in reversed(chain):
        match step.widget:
            case SlideLock():
                return _slide(front, step, step.widget, gesture)
            case Wheel():
                return _turn_wheel(front, step, step.widget, down)
            case Pager() if turns_pages:
                return _turn_page(front, step, step.widget, across)
            case Scroll() if not turns_pages and _pulls(front, step, down):
                front.running.do(step.widget.on_refresh or Do(), front.window)
                return None
            case Scroll() if not turns_pages and scroll_range(step):
                return _scroll(front, step, -down)
    return None


def _pulls(front: Front, placed: Placed, down: float) -> bool:
    """Whether a drag pulls a list far enough from its top for it to be loaded anew."""
    widget, so_far = placed.widget, front.window.scrolled.get(placed.path, 0)
    can_refresh = isinstance(widget, Scroll) and widget.on_refresh is not None
    return can_refresh and so_far <= 0 and _beyond_slop(front, down) >= front.metrics.px(PULL_DP)


def _turn_wheel(front: Front, placed: Placed, wheel: Wheel, down: float) -> None:
    """It follows the finger, and comes to rest on the nearest row."""
    pitch = wheel_pitch(wheel, placed.box, front.metrics)
    rows = -round(_beyond_slop(front, down) / pitch)
    if wheel.options and wheel.enabled:
        at = turned(wheel, chosen(wheel, front.running.values), rows)
        front.running.put(wheel.key, wheel.options[at])


def _turn_page(front: Front, placed: Placed, pager: Pager, across: float) -> None:
    """The next page, if the finger has moved this one far enough; else it springs back."""
    moved = _beyond_slop(front, across)
    if abs(moved) >= PAGE_SHARE * placed.box.width:
        at = page_in_view(pager, front.running.values) + (1 if moved < 0 else -1)
        front.running.put(pager.key, min(len(pager.children) - 1, max(0, at)))


def _beyond_slop(front: Front, pixels: float) -> float:
    """What a drag moves: it begins where the finger has left the slop."""
    slop = front.metrics.px(gestures.SLOP_DP)
    return math.copysign(max(0.0, abs(pixels) - slop), pixels)


def _slide(front: Front, placed: Placed, lock: SlideLock, gesture: Gesture) -> None:
    knob = knob_box(placed)
    way = placed.box.width - knob.width
    on_knob = knob.contains(gesture.start.x, gesture.start.y)
    share = (gesture.end.x - gesture.start.x) / way if on_knob and way else 0.0
    if lock.enabled and share >= PASSING_SHARE:
        front.running.do(lock.on_pass, front.window)


def _scroll(front: Front, placed: Placed, pixels: float) -> None:
    """Moves the content by so much: what was at `pixels` below is now here."""
    so_far = min(scroll_range(placed), front.window.scrolled.get(placed.path, 0))
    wanted = round(so_far + pixels)
    front.window.scrolled[placed.path] = min(scroll_range(placed), max(0, wanted))


def reveal(front: Front, path: str) -> None:
    """Scrolls until a widget is whole to be seen, as Android does with an input that gets focus."""
    chain = chain_to(front.shown.root, path)
    for step in chain[:-1]:
        box, target = step.box, chain[-1].box
        if scroll_range(step):
            below = max(0, target.bottom - box.bottom)
            _scroll(front, step, below or min(0, target.top - box.top))
            return


def chain_to(root: Placed, path: str) -> tuple[Placed, ...]:
    """The chain from the root to the widget of this path; ends early where there is none."""
    chain = [root]
    for index in path.split(".")[1:]:
        if int(index) >= len(chain[-1].children):
            break
        chain.append(chain[-1].children[int(index)])
    return tuple(chain)


# --- the keyboard --------------------------------------------------------------------------------


def type_text(front: Front, text: str, replace: bool = False) -> None:
    """Types into the input that has the caret, after what is there or in place of it."""
    entry = front.input()
    if entry is None:
        front.web.type_text(front.page, text)
        return
    if not entry.enabled:
        return
    replaces = replace or front.window.marked
    front.window.marked = False
    before = "" if replaces else str(front.running.values.get(entry.key, ""))
    typed = text if entry.multiline else text.replace("\n", "")
    whole = before + typed
    front.running.put(entry.key, whole[: entry.max_length] if entry.max_length else whole)
    if entry.next_key and entry.max_length and len(whole) >= entry.max_length:
        front.window.hand_caret(entry.next_key)


def paste(front: Front, text: str) -> None:
    """Pastes into the input that has the caret, unless that takes keys only."""
    entry = front.input()
    if entry is None or entry.settable:
        type_text(front, text)


def mark_all(front: Front) -> None:
    """Marks all that the input with the caret holds, as Ctrl+A does."""
    front.window.marked = front.input() is not None


def delete(front: Front) -> None:
    """Deletes the character before the caret."""
    entry = front.input()
    if entry is None:
        front.web.press(front.page, "Backspace")
    elif entry.enabled:
        before = "" if front.window.marked else str(front.running.values.get(entry.key, ""))
        front.window.marked = False
        front.running.put(entry.key, before[:-1])


def enter(front: Front) -> None:
    """The keyboard's action key: a new line, or away with the keyboard and on with the input."""
    entry = front.input()
    if entry is None:
        front.web.press(front.page, "Enter")
        return
    if entry.multiline:
        type_text(front, "\n")
        return
    front.window.keyboard_up = False
    if entry.on_enter is not None:
        front.running.do(entry.on_enter, front.window)
