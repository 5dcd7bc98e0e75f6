"""When a screen is still: what is visible may still move.

It is watched after the response's clock has stopped, so that all of it is evidence:
the picture that is kept shows a screen that nobody has caught in mid-motion.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.driver import Driver
from harness.finder import Finder
from harness.model import Box, Condition, Response
from harness.stage import Draft, Stage
from harness.wireframe import size_if_black

APART_S = 0.04
"""Between two pictures: more than two frames of a 60 Hz screen, so that what moves is seen to."""
WATCHED_S = 2.0
"""A banner that turns for ever is watched no longer."""


@dataclass(frozen=True)
class Glimpse:
    """The screen within a moment of the clock.

    Its picture, where the awaited thing was and, where the picture shows nothing, its
    hierarchy: all secure screens are black.
    """

    began_at: float
    ended_at: float
    png: bytes | None
    box: Box | None
    hierarchy: str

    def same(self, other: Glimpse) -> bool:
        """Whether nothing has moved between the two."""
        seen = (self.png, self.box, self.hierarchy)
        return seen == (other.png, other.box, other.hierarchy)


@dataclass(frozen=True)
class View:
    """The screen that is kept, with its hierarchy, and when it had become still."""

    png: bytes | None
    hierarchy: str
    settled: Response | None = None


def view(stage: Stage, draft: Draft) -> View:
    """The screen after a step, once it is still where the step has waited for something."""
    glimpse = _glimpse(stage, draft.arrived)
    hierarchy = glimpse.hierarchy or stage.driver.hierarchy()
    if draft.arrived is None or draft.response is None or draft.response.first_seen_s is None:
        return View(glimpse.png, hierarchy)
    return _once_still(stage, draft, draft.response, glimpse, hierarchy)


def _once_still(
    stage: Stage, draft: Draft, response: Response, glimpse: Glimpse, hierarchy: str
) -> View:
    clock = stage.clock
    began_at, moved_at, looks = glimpse.began_at, None, 1
    while True:
        clock.sleep(glimpse.ended_at + APART_S - clock.monotonic())
        later = _glimpse(stage, draft.arrived)
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


def _glimpse(stage: Stage, awaited: Condition | None) -> Glimpse:
    began_at = stage.clock.monotonic()
    png = stage.shot()
    shows_nothing = png is None or size_if_black(png) is not None
    hierarchy = stage.driver.hierarchy() if shows_nothing else ""
    box = None if awaited is None else _box(stage.driver, stage.finder, awaited)
    return Glimpse(began_at, stage.clock.monotonic(), png, box, hierarchy)


def _box(driver: Driver, finder: Finder, awaited: Condition) -> Box | None:
    """Where the awaited thing is; evidence never goes from one context to another."""
    if (awaited.context == "webview") != (driver.page is not None):
        return None
    found = finder.find(awaited.visible, awaited.context)
    return None if found is None else found.seen.box
