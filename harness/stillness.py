"""When a screen is still: what is visible may still move.

It is watched after the response's clock has stopped, so that all of it is evidence:
the picture that is kept shows a screen that nobody has caught in mid-motion.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import Response
from harness.stage import Draft, Stage
from harness.wireframe import size_if_black

FRAME_S = 0.017
"""A frame of a 60 Hz screen, in seconds, rounded up: nothing that is seen changes sooner."""
APART_S = 2 * FRAME_S
"""From one picture to the next: two frames of the screen, so that what moves is seen to. From
question to question, in seconds: that each is taken as its command begins is assumed, and was
never measured on a real phone. From an answer to the next question it is a frame at the least,
for a picture that was taken late in its command."""
WATCHED_S = 2.0
"""A banner that turns for ever is watched no longer."""


@dataclass(frozen=True)
class Glimpse:
    """The screen within a moment of the clock.

    Its picture and, where that shows nothing, its hierarchy: all secure screens are black.
    """

    began_at: float
    ended_at: float
    png: bytes | None
    hierarchy: str

    def same(self, other: Glimpse) -> bool:
        """Whether nothing has moved between the two."""
        return (self.png, self.hierarchy) == (other.png, other.hierarchy)

    @property
    def next_at(self) -> float:
        """The earliest moment of the clock for another glimpse."""
        return max(self.began_at + APART_S, self.ended_at + FRAME_S)


@dataclass(frozen=True)
class View:
    """The screen that is kept, with its hierarchy, and when it had become still."""

    png: bytes | None
    hierarchy: str
    settled: Response | None = None


def look(stage: Stage) -> Glimpse:
    """The screen now."""
    began_at = stage.clock.monotonic()
    png = stage.shot()
    shows_nothing = png is None or size_if_black(png) is not None
    hierarchy = stage.driver.hierarchy() if shows_nothing else ""
    return Glimpse(began_at, stage.clock.monotonic(), png, hierarchy)


def once_still(stage: Stage, draft: Draft, glimpse: Glimpse, hierarchy: str) -> View:
    """The screen after a step, once it is still where the step has waited for something.

    Args:
        stage: the attempt's.
        draft: of the step.
        glimpse: the screen when the step had ended.
        hierarchy: read after it.
    """
    response, clock = draft.response, stage.clock
    if draft.arrived is None or response is None or response.first_seen_s is None:
        return View(glimpse.png, hierarchy)
    began_at, moved_at, looks = glimpse.began_at, None, 1
    while True:
        clock.sleep(glimpse.next_at - clock.monotonic())
        later = look(stage)
        looks += 1
        if later.same(glimpse):
            return View(glimpse.png, hierarchy, _settled(response, draft, glimpse, moved_at, looks))
        moved_at, glimpse = glimpse.began_at, later
        hierarchy = later.hierarchy or stage.driver.hierarchy()
        if later.ended_at - began_at > WATCHED_S:
            return View(later.png, hierarchy, _settled(response, draft, None, moved_at, looks))


def _settled(
    response: Response, draft: Draft, still: Glimpse | None, moved_at: float | None, looks: int
) -> Response:
    """The interval of the last change.

    It came after a glimpse that the next one differs from, or after the look that did not
    see the awaited thing; and before the first of two glimpses that are the same.
    """
    sent_at, answered_at = draft.acted
    return Response(
        last_unseen_s=response.last_unseen_s
        if moved_at is None
        else max(response.last_unseen_s, moved_at - answered_at),
        first_seen_s=None if still is None else still.ended_at - sent_at,
        looks=looks,
    )
