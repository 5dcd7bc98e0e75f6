"""What a finger does on the glass: a track of points, and what it amounts to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from harness.phone.scene import Rect

LONG_PRESS_S = 0.5
"""Android's `ViewConfiguration.getLongPressTimeout`, as of Android 12: 400 to 500 ms."""
SLOP_DP = 8
"""A finger that stays within this has not moved (`ViewConfiguration.getScaledTouchSlop`)."""

Direction = Literal["up", "down", "left", "right"]


class Point(NamedTuple):
    """Where the finger is, in pixels of the screen, at a time in seconds from any start."""

    seconds: float
    x: float
    y: float


Track = Sequence[tuple[float, float, float]]
"""Points (seconds, x, y) from the finger's coming down to its going up."""


@dataclass(frozen=True)
class Gesture:
    """What a track amounts to. `start` and `end` are the first and the last point."""

    kind: Literal["tap", "long_press", "drag"]
    start: Point
    end: Point


def read(track: Track, slop: float) -> Gesture:
    """Tells tap, long press and drag apart; `slop` is in pixels.

    Raises:
        ValueError: The track has no points.
    """
    points = [Point(*point) for point in track]
    if not points:
        raise ValueError("a gesture needs at least one point")
    start, end = points[0], points[-1]
    if any(math.dist(start[1:], point[1:]) > slop for point in points):
        return Gesture("drag", start, end)
    held = end.seconds - start.seconds >= LONG_PRESS_S
    return Gesture("long_press" if held else "tap", start, end)


def press(x: float, y: float, seconds: float = 0.05) -> tuple[Point, ...]:
    """The track of a finger that stays where it is for so long."""
    return (Point(0.0, x, y), Point(seconds, x, y))


def line(x: float, y: float, to_x: float, to_y: float, seconds: float = 0.3) -> tuple[Point, ...]:
    """The track of a finger that moves in a straight line."""
    return (Point(0.0, x, y), Point(seconds, to_x, to_y))


def swipe(area: Rect, direction: Direction, share: float) -> tuple[Point, ...]:
    """A swipe of the finger in a direction, over `share` (0..1) of an area, in its middle."""
    x, y = area.middle
    across, down = area.width * share / 2, area.height * share / 2
    # The far edge does not belong to the area: a full swipe begins one pixel inside it.
    across, down = min(across, area.width / 2 - 1), min(down, area.height / 2 - 1)
    ends = {
        "up": (x, y + down, x, y - down),
        "down": (x, y - down, x, y + down),
        "left": (x + across, y, x - across, y),
        "right": (x - across, y, x + across, y),
    }
    return line(*ends[direction])
