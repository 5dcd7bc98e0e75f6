"""What an attempt is made on: the task as values, the open session, the clock, the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal

from harness.clock import Clock
from harness.driver import Driver
from harness.evidence import Evidence, Picture
from harness.finder import Finder
from harness.ledger import Ledger
from harness.model import (
    AppProfile,
    Match,
    Met,
    PlannedAttempt,
    PlannedStep,
    Point,
    Response,
    Scenario,
    StepRecord,
)
from harness.redaction import Redaction


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
    keep_data: bool = False
    """Whether the App keeps the data of the attempt before."""
    allow_commit: bool = False
    worker: str = "main"
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Values by placeholder name (`secret:NAME`); they go to the phone and nowhere else."""


@dataclass(frozen=True)
class Stage:
    """One attempt's task and the means to make it."""

    task: Task
    driver: Driver
    finder: Finder
    evidence: Evidence
    clock: Clock
    redaction: Redaction

    def picture(self) -> Picture:
        """Takes and keeps a picture of the screen, its secrets blacked out."""
        return self.keep_picture(self.driver.picture())

    def keep_picture(self, png: bytes) -> Picture:
        """Keeps a picture of the screen as it still is, its secrets blacked out."""
        if self.redaction.secrets:
            page = self.driver.page
            # Of what a web page shows it is not known where: it is hidden as a whole.
            png = (
                self.redaction.picture(png, self.driver.hierarchy())
                if page is None
                else self.redaction.covered(png, (page,))
            )
        return self.evidence.picture(png)

    def keep_hierarchy(self, hierarchy: str) -> Future[str]:
        """Keeps a view hierarchy, its secrets hidden."""
        return self.evidence.hierarchy(self.redaction.hierarchy(hierarchy))


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
    match: Match | None = None
    touched: Point | None = None
    activity: str = ""
    before: Picture | None = None
    after: Picture | None = None
    hierarchy: Future[str] | None = None
    met: list[tuple[str, float, Picture]] = field(default_factory=list)
    expected: str = ""
    seen: str = ""

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
            match=self.match,
            touched=self.touched,
            activity=self.activity,
            before=_name(self.before),
            after=_name(self.after),
            hierarchy=None if self.hierarchy is None else self.hierarchy.result(),
            interruptions=tuple(
                Met(name=name, seconds=seconds, picture=_name(picture))
                for name, seconds, picture in self.met
            ),
            expected=self.expected,
            seen=self.seen,
        )


def _name(picture: Picture | None) -> str | None:
    return None if picture is None else picture.name.result()
