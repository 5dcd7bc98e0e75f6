"""Whether a thumb reaches a spot, of the hand that holds the phone alone. Pure.

The region is assumed by this project: the lower two thirds of the screen, in its whole width,
as a phone is held in either hand. It is drawn after what is published of thumbs, which gives no
measures for phones of today: Hoober, "How Do Users Really Hold Mobile Devices?" (UXmatters, 2013),
by which half of people hold a phone in one hand and touch the upper part of it least; and the
thumb zones of Hurff, "Designing Products People Love" (2015), whose upper third is out of reach.
"""

from __future__ import annotations

from harness.model import Box, Point

OUT_OF_REACH = 1 / 3
"""Of the screen's height, from above."""


def in_thumb_reach(point: Point, screen: Box) -> bool:
    """Whether the thumb of one hand reaches the point."""
    return point.y >= screen.top + (screen.bottom - screen.top) * OUT_OF_REACH
