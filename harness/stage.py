"""What an attempt is made on: the task as values, the open session, the clock, the evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Literal

from harness.clock import Clock
from harness.covering import NOTHING, Cover
from harness.errors import NoAnswer
from harness.evidence import Evidence, Picture
from harness.finder import Finder
from harness.guarded_driver import GuardedDriver
from harness.helpdesk import HelpDesk
from harness.ledger import Ledger
from harness.model import (
    AppProfile,
    BarrierPolicy,
    Box,
    CommonInterruption,
    Condition,
    Drawn,
    Interruption,
    Match,
    Met,
    PlannedAttempt,
    PlannedStep,
    Point,
    Response,
    Scenario,
    StepRecord,
    Target,
    Words,
)
from harness.redaction import Redaction
from harness.wireframe import REFUSAL, size_if_black, wireframe

BANNER_SHARE = 0.2
"""Of the screen's height, from its top."""


@dataclass(frozen=True)
class Task:
    """What an attempt needs to know: all of it values."""

    planned: PlannedAttempt
    scenario: Scenario
    profile: AppProfile
    simulated: bool
    phone: str = ""
    """Which phone of a pool; else empty."""
    attended: bool = False
    """Whether somebody at the phone passes barriers."""
    barriers: BarrierPolicy | None = None
    """What is done at barriers; None: the phone's inbox answers, or who attends the phone."""
    keep_data: bool = False
    """Whether the App keeps the data of the attempt before."""
    allow_commit: bool = False
    commits: tuple[Target, ...] = ()
    """What the project's tasks say cannot be undone; those of this one are known besides."""
    common: tuple[CommonInterruption, ...] = ()
    """The interruptions that any App may meet."""
    worker: str = "main"
    workers_per_processor: float = 0.0
    """How many workers of the run share a processor of this machine."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Values by placeholder name (`secret:NAME`); they go to the phone and nowhere else."""

    @property
    def interruptions(self) -> tuple[Interruption, ...]:
        """All that may come into the way of this App."""
        return self.profile.disturbed_by(self.common)


@dataclass(frozen=True)
class Stage:
    """One attempt's task and the means to make it."""

    task: Task
    driver: GuardedDriver
    finder: Finder
    evidence: Evidence
    clock: Clock
    redaction: Redaction
    desk: HelpDesk | None = None
    """Where a person is asked at barriers, if that is what the task says."""

    def picture(self) -> Picture:
        """Takes and keeps a picture of the screen.

        Raises:
            DeviceTrouble: the phone gives neither a picture nor a hierarchy.
        """
        return self.keep_picture(self.shot())

    def shot(self) -> bytes | None:
        """The screen as PNG, not kept yet; None when the phone says that it forbids pictures."""
        try:
            return self.driver.picture()
        except NoAnswer as refused:
            if REFUSAL not in str(refused):
                raise
            return None

    def keep_picture(self, png: bytes | None, hierarchy: str | None = None) -> Picture:
        """Keeps a picture of the screen as it still is, with what must not be kept covered.

        Of a screen that forbids pictures its hierarchy is drawn instead.

        Args:
            png: the picture.
            hierarchy: of the same screen, where it was read already.

        Raises:
            DeviceTrouble: there is no picture, and no hierarchy to draw or to cover by.
        """
        if png is not None:
            size = size_if_black(png)
            kept = self._drawing_of_black(size) if size else None
            return kept or replace(self._covered(png, hierarchy, bool(size)), blind=bool(size))
        screen = self.driver.screen()
        drawing = self._drawing("refused", (screen.right, screen.bottom))
        if drawing is None:
            raise NoAnswer("the screen forbids pictures, and there is no hierarchy to draw")
        return drawing

    def _drawing_of_black(self, size: tuple[int, int]) -> Picture | None:
        """What is drawn in place of a black picture; None without a hierarchy."""
        try:
            return self._drawing("black", size)
        except NoAnswer:
            return None

    def _drawing(self, why: Drawn, size: tuple[int, int]) -> Picture | None:
        """The screen as its hierarchy describes it; None when that says nothing."""
        plain = self.driver.hierarchy()
        hidden = self.redaction.hierarchy(plain)
        png = wireframe(hidden, size, why, self.driver.page)
        if png is None:
            return None
        kept = self.evidence.picture(png, why)
        if hidden == plain:
            return kept
        # Two screens that differ in what is hidden look alike, and are not the same.
        true = wireframe(plain, size, why, self.driver.page) or png
        return replace(kept, digest=hashlib.sha256(true).hexdigest())

    def _covered(self, png: bytes, hierarchy: str | None, is_black: bool) -> Picture:
        if is_black:
            return self.evidence.picture(png)
        if hierarchy is None:
            hierarchy = self.driver.hierarchy()
        cover = self.redaction.screen(hierarchy).cover
        page = self.driver.page
        if page is not None:
            # Of what a web page shows it is not known where: it is hidden as a whole.
            tells = self.redaction.secrets or self.redaction.hierarchy(hierarchy) != hierarchy
            cover = Cover((page,)) if tells else NOTHING
        if self.clock.monotonic() < self.redaction.banner_until:
            cover = replace(cover, boxes=(*cover.boxes, _banner(self.driver.screen())))
        return self.evidence.picture(png, cover=cover, hides=self.redaction.hides)

    def keep_hierarchy(self, hierarchy: str) -> Future[str]:
        """Keeps a view hierarchy, with everything hidden that must not be kept."""
        return self.evidence.hierarchy(self.redaction.hierarchy(hierarchy))


def _banner(screen: Box) -> Box:
    """Where a phone shows a notification over the App: no hierarchy says what is in it."""
    return screen.model_copy(update={"bottom": round(BANNER_SHARE * screen.bottom)})


@dataclass
class Draft:
    """A step record in the making; its pictures may still be on their way to the disk."""

    planned: PlannedStep
    started_s: float
    ledger: Ledger
    status: Literal["done", "failed", "not_taken"] = "done"
    waited: bool = False
    """Whether the screen may have changed since the last picture: a look missed."""
    response: Response | None = None
    acted: tuple[float, float] = (0.0, 0.0)
    """When the command that the response answers was sent and answered, by the clock."""
    arrived: Condition | None = None
    """What the step waited for, once it was there."""
    settled: Response | None = None
    displayed_s: float | None = None
    match: Match | None = None
    touched: Point | None = None
    drawn_anew: bool = False
    """Whether it left between look and touch, and was looked for once more."""
    activity: str = ""
    before: Picture | None = None
    after: Picture | None = None
    hierarchy: Future[str] | None = None
    met: list[tuple[str, float, Picture]] = field(default_factory=list)
    expected: Words | None = None
    seen: Words | None = None

    def record(self) -> StepRecord:
        """The draft as it stays; waits for its pictures to be kept."""
        return StepRecord(
            path=self.planned.path,
            kind=self.planned.step.tag,
            sentence=self.planned.step.describe(),
            file=self.planned.file,
            line=self.planned.line,
            status=self.status,
            started_s=self.started_s,
            times=self.ledger.times,
            response=self.response,
            settled=self.settled,
            displayed_s=self.displayed_s,
            match=self.match,
            touched=self.touched,
            drawn_anew=self.drawn_anew,
            activity=self.activity,
            before=_name(self.before),
            after=_name(self.after),
            hierarchy=None if self.hierarchy is None else self.hierarchy.result(),
            drawn=_drawn(self.before, self.after, *(picture for _, _, picture in self.met)),
            interruptions=tuple(
                Met(name=name, seconds=seconds, picture=_name(picture))
                for name, seconds, picture in self.met
            ),
            expected=self.expected,
            seen=self.seen,
        )


def _name(picture: Picture | None) -> str | None:
    return None if picture is None else picture.name.result()


def _drawn(*pictures: Picture | None) -> dict[str, Drawn]:
    """Which of the pictures are drawings, and why, by name."""
    return {
        picture.name.result(): picture.drawn
        for picture in pictures
        if picture is not None and picture.drawn is not None
    }
