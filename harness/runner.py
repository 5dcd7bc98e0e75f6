"""Runs one attempt: step by step, act, wait, stop the clock, then take evidence.

The steps still to do are a queue: a `when` that holds and a `run` put theirs at
its head. A step ends when what the next one needs is there (`upcoming`), so
that the time the App takes is charged to the step that asked for it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from harness.clock import Clock
from harness.court import judge
from harness.driver import Driver, Seen
from harness.errors import DeviceTrouble, StepFailed
from harness.evidence import Evidence, Picture
from harness.finder import Finder, Found, Sight
from harness.ledger import Ledger
from harness.model import (
    AppProfile,
    AttemptRecord,
    Back,
    Barrier,
    Box,
    Clear,
    Commit,
    Condition,
    Direction,
    Expect,
    ExpectGone,
    HideKeyboard,
    Launch,
    LongPress,
    Match,
    Met,
    OpenLink,
    PassBarrier,
    PlannedAttempt,
    PlannedStep,
    Point,
    Response,
    Run,
    Scenario,
    Screenshot,
    ScrollTo,
    StepRecord,
    StepTimes,
    Swipe,
    Symptoms,
    Tap,
    Type,
    WaitFor,
    When,
    name_target,
)
from harness.symptoms import SYSTEM_CLOSE, examine, in_the_way
from harness.upcoming import awaited, needed, sign_of
from harness.variables import fill
from harness.waiting import PAUSE_CEILING_S, PAUSE_FLOOR_S, PAUSE_SHARE, Waited, wait

LONG_PRESS_S = 1.0
DRAG_S = 0.4
SCROLL_SHARE = 0.5
"""Of the screen's height, in one drag: what was at the edge stays in view."""
INTERRUPTED_EVERY_S = 0.25
"""While it waits, the harness looks for interruptions so often."""
HOPELESS_EVERY_S = 1.0
"""And so often for signs that waiting on is of no use."""
T = TypeVar("T")


@dataclass(frozen=True)
class Task:
    """What an attempt needs to know: all of it values."""

    planned: PlannedAttempt
    scenario: Scenario
    profile: AppProfile
    simulated: bool
    attended: bool = False
    """Whether somebody at the phone passes barriers."""
    allow_commit: bool = False
    worker: str = "main"
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Values by placeholder name (`secret:NAME`); they go to the phone and nowhere else."""


@dataclass
class Draft:
    """A step record in the making."""

    planned: PlannedStep
    started_s: float
    ledger: Ledger
    status: str = "done"
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
    times: StepTimes | None = None


Connect = Callable[[], Driver]
Watch = Callable[[PlannedStep], None]


def run_attempt(
    task: Task,
    connect: Connect,
    evidence: Evidence,
    clock: Clock,
    watch: Watch = lambda _: None,
) -> AttemptRecord:
    """Runs the attempt to its end; whatever goes wrong on the way is in the record.

    The device's trouble becomes the outcome `harness_error`, a fact about the App
    goes to the court.

    Args:
        task: what is to be done.
        connect: gives the device's open session, or raises `DeviceTrouble`.
        evidence: where pictures, hierarchies and logs go.
        clock: what everything is timed by.
        watch: told each step as it begins.

    Raises:
        ResultsTrouble: the evidence could not be kept.
    """
    started_at = clock.now()
    try:
        driver = connect()
    except DeviceTrouble as exc:
        return _recorded(task, started_at, _Course(trouble=_said(exc)))
    return _recorded(task, started_at, _Attempt(task, driver, evidence, clock, watch).run())


@dataclass(frozen=True)
class _Course:
    """How an attempt went: what its record is made of, beside the task."""

    wall_s: float = 0.0
    steps: tuple[StepRecord, ...] = ()
    symptoms: Symptoms | None = None
    trouble: str = ""
    checkpoints: tuple[str, ...] = ()
    barriers: tuple[str, ...] = ()
    committed: bool = False
    session: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    log: str | None = None


def _recorded(task: Task, started_at: datetime, course: _Course) -> AttemptRecord:
    verdict = judge(course.symptoms, trouble=course.trouble, barriers=course.barriers)
    return AttemptRecord(
        id=task.planned.id,
        scenario=task.planned.scenario,
        app=task.planned.app,
        device=task.planned.device,
        repetition=task.planned.repetition,
        simulated=task.simulated,
        worker=task.worker,
        started_at=started_at,
        wall_s=course.wall_s,
        task_s=_task_time(course.steps) if verdict.outcome.completed else None,
        verdict=verdict,
        symptoms=course.symptoms,
        trouble=course.trouble,
        steps=course.steps,
        checkpoints_reached=course.checkpoints,
        committed=course.committed,
        barriers=course.barriers,
        session=course.session,
        log=course.log,
    )


def _said(trouble: DeviceTrouble) -> str:
    return f"{type(trouble).__name__}: {trouble}"


class _Attempt:
    """One attempt under way: the only thing here that changes."""

    def __init__(
        self, task: Task, driver: Driver, evidence: Evidence, clock: Clock, watch: Watch
    ) -> None:
        self._task = task
        self._driver = driver
        self._evidence = evidence
        self._clock = clock
        self._watch = watch
        self._finder = Finder(driver, task.profile)
        self._pending = deque(task.planned.steps)
        self._drafts: list[Draft] = []
        self._log: list[str] = []
        self._checkpoints: list[str] = []
        self._barriers: list[str] = []
        self._committed = False
        self._messages_before = 0
        self._began_at = 0.0
        self._acted = (0.0, 0.0)
        """When the last command that touched the screen began and ended."""
        self._patience_spent = False
        """Whether the last step has already waited in vain for what this one needs."""
        self._untouched: Picture | None = None
        """The screen before the last touch."""

    # --- the whole -------------------------------------------------------------------------------

    def run(self) -> _Course:
        symptoms, trouble = None, ""
        self._began_at = self._clock.monotonic()
        try:
            self._prepare()
            self._began_at = self._clock.monotonic()
            symptoms = self._take_steps()
        except DeviceTrouble as exc:
            trouble = _said(exc)
        return _Course(
            wall_s=self._clock.monotonic() - self._began_at,
            steps=tuple(_record(draft) for draft in self._drafts),
            symptoms=symptoms,
            trouble=trouble,
            checkpoints=tuple(self._checkpoints),
            barriers=tuple(self._barriers),
            committed=self._committed,
            session=self._session(),
            log=self._evidence.log(tuple(self._log)).result() if self._log else None,
        )

    def _prepare(self) -> None:
        """A phone as before the first start of the App; costs the attempt no time."""
        for seen in self._driver.look(SYSTEM_CLOSE):
            self._driver.tap(seen.box.middle)
        self._driver.reset(self._task.profile.android.package)
        self._driver.log()
        self._messages_before = self._driver.inbox().total if self._reads_inbox() else 0

    def _take_steps(self) -> Symptoms | None:
        """Takes the steps until one fails or the commit point is reached."""
        while self._pending:
            planned = self._pending.popleft()
            self._watch(planned)
            with self._drafting(planned) as draft:
                try:
                    self._take(planned, draft)
                except StepFailed as failed:
                    draft.status = "failed"
                    draft.expected, draft.seen = failed.expected, failed.seen
                    return self._examined(failed, draft)
                finally:
                    self._witness(draft)
            if isinstance(planned.step, Commit) and not self._committed:
                break
        return None

    @contextmanager
    def _drafting(self, planned: PlannedStep) -> Iterator[Draft]:
        ledger = Ledger(self._clock)
        draft = Draft(planned, ledger.started_at - self._began_at, ledger)
        self._drafts.append(draft)
        try:
            yield draft
        finally:
            draft.times = ledger.close()

    # --- one step --------------------------------------------------------------------------------

    def _take(self, planned: PlannedStep, draft: Draft) -> None:
        """Does what the step says, then waits for what the next one needs."""
        step = planned.step
        match step:
            case Tap() | LongPress() | Type() | Clear() | Swipe():
                self._touch(step, draft)
            case Commit():
                self._commit(step, draft)
            case Launch() | Back() | HideKeyboard() | OpenLink():
                self._command(step, draft)
            case ScrollTo():
                self._scroll(step, draft)
            case WaitFor() | Expect():
                self._see(step, draft)
            case ExpectGone():
                self._see_gone(step, draft)
            case When():
                self._branch(step, planned, draft)
            case Run():
                self._pending.extendleft(reversed(planned.steps))
            case PassBarrier():
                self._pass_barrier(step, draft)
            case Screenshot():
                pass

    def _touch(self, step: Tap | LongPress | Type | Clear | Swipe, draft: Draft) -> None:
        """Finds the element, acts on it, waits for the answer."""
        need = needed(step)
        found = None if need is None else self._await(need, draft)
        self._picture_before(draft)
        with self._acting(draft):
            self._act(step, found, draft)
        self._await_next(draft)

    def _act(
        self, step: Tap | LongPress | Type | Clear | Swipe, found: Found | None, draft: Draft
    ) -> None:
        if isinstance(step, Swipe):
            area = self._driver.screen() if found is None else found.seen.box
            start, end = swipe_line(area, step.swipe.direction, step.swipe.distance)
            draft.touched = start
            self._driver.drag(start, end, DRAG_S)
        elif found is not None:
            draft.touched = found.seen.box.middle
            self._act_on(step, found.seen)

    def _act_on(self, step: Tap | LongPress | Type | Clear, seen: Seen) -> None:
        match step:
            case Tap():
                self._driver.tap(seen.box.middle)
            case LongPress():
                self._driver.press(seen.box.middle, LONG_PRESS_S)
            case Clear():
                self._driver.clear(seen)
            case Type():
                self._driver.write(seen, fill(step.type.text, self._task.secrets))

    def _commit(self, step: Commit, draft: Draft) -> None:
        """Sees the commit point; taps it only with both keys."""
        found = self._await(Condition(visible=step.commit), draft)
        self._picture_before(draft)
        if not (self._task.profile.sandbox and self._task.allow_commit):
            draft.status = "not_taken"
            return
        draft.touched = found.seen.box.middle
        with self._acting(draft):
            self._driver.tap(draft.touched)
        self._committed = True
        self._await_next(draft)

    def _command(self, step: Launch | Back | HideKeyboard | OpenLink, draft: Draft) -> None:
        self._picture_before(draft)
        android = self._task.profile.android
        with self._acting(draft):
            match step:
                case Launch():
                    self._driver.launch(android.package, android.activity)
                case Back():
                    self._driver.back()
                case HideKeyboard():
                    self._driver.hide_keyboard()
                case OpenLink():
                    self._driver.open_link(step.open_link, android.package)
        self._await_next(draft)

    def _scroll(self, step: ScrollTo, draft: Draft) -> None:
        """Drags until the element is in view, the content ends or there is no more patience."""
        search = step.scroll_to
        self._picture_before(draft)
        towards: Mapping[Direction, Direction] = {
            "down": "up", "up": "down", "left": "right", "right": "left",
        }  # fmt: skip
        start, end = swipe_line(self._driver.screen(), towards[search.direction], SCROLL_SHARE)
        last_page = ""
        for _ in range(search.at_most):
            found = self._finder.find(search.to)
            page = self._driver.hierarchy()
            if found is not None or page == last_page:
                break
            last_page = page
            with self._acting(draft):
                self._driver.drag(start, end, DRAG_S)
        self._await(Condition(visible=search.to, within_s=0.5), draft)

    def _see(self, step: WaitFor | Expect, draft: Draft) -> None:
        condition = step.wait_for if isinstance(step, WaitFor) else step.expect
        draft.expected = condition.describe()
        self._await(condition, draft)
        draft.seen = "it"

    def _see_gone(self, step: ExpectGone, draft: Draft) -> None:
        absence = step.expect_gone
        draft.expected = f"{name_target(absence.gone)} to be gone"
        waited = self._wait(
            lambda: True if self._finder.find(absence.gone) is None else None,
            absence.within_s or self._task.scenario.patience_s,
            draft,
        )
        if waited.result is None:
            raise StepFailed("still_seen", expected=draft.expected, seen="it is still there")

    def _branch(self, step: When, planned: PlannedStep, draft: Draft) -> None:
        """Looks once, or as long as the step says, and queues the steps if it holds."""
        condition = sign_of(step.when)
        holds = (
            self._finder.knows(condition.visible)
            and self._wait(
                lambda: True if self._finder.sight(condition).lacks is None else None,
                condition.within_s or 0,
                draft,
            ).result
        )
        if holds:
            self._pending.extendleft(reversed(planned.steps))
        else:
            draft.status = "not_taken"

    # --- barriers --------------------------------------------------------------------------------

    def _pass_barrier(self, step: PassBarrier, draft: Draft) -> None:
        """Passes the barrier by the inbox or by the person at the phone, if it is there."""
        barrier = self._task.profile.barriers[step.barrier]
        if not self._driver.look(barrier.seen):
            draft.status = "not_taken"
            return
        self._picture_before(draft)
        with draft.ledger.barrier():
            if not self._pass_by_inbox(barrier, draft):
                self._pass_by_person(barrier)
        self._barriers.append(step.barrier)
        self._acted = (self._clock.monotonic(),) * 2
        self._await_next(draft)

    def _pass_by_inbox(self, barrier: Barrier, draft: Draft) -> bool:
        """Writes the code of the newest message into its field; False when there is no such way."""
        if barrier.inbox is None or barrier.into is None:
            return False
        pattern = barrier.inbox
        waited = wait(lambda: self._code(pattern), self._clock, barrier.within_s)
        found = self._finder.find(barrier.into)
        if waited.result is None or found is None:
            raise StepFailed(
                "barrier",
                expected=f"a message with {pattern}",
                seen=f"no code came within {barrier.within_s:g} s",
            )
        draft.match, draft.touched = found.match, found.seen.box.middle
        self._driver.write(found.seen, waited.result)
        return True

    def _code(self, pattern: str) -> str | None:
        """The code in a message that came during this attempt."""
        inbox = self._driver.inbox()
        if inbox.total <= self._messages_before:
            return None
        code = re.search(pattern, inbox.newest)
        return None if code is None else code.group(code.re.groups and 1)

    def _pass_by_person(self, barrier: Barrier) -> None:
        if not self._task.attended:
            raise StepFailed(
                "barrier",
                expected="somebody at the phone",
                seen=f"a {barrier.kind} barrier, and nobody attends this device",
            )
        waited = wait(
            lambda: None if self._driver.look(barrier.seen) else True, self._clock, barrier.within_s
        )
        if waited.result is None:
            raise StepFailed(
                "barrier",
                expected=f"the {barrier.kind} barrier to be passed",
                seen=f"nobody passed it within {barrier.within_s:g} s",
            )

    # --- waiting ---------------------------------------------------------------------------------

    def _await(self, condition: Condition, draft: Draft) -> Found:
        """Waits until the condition holds; the last look says what it lacked.

        Raises:
            StepFailed: it did not come in time.
        """
        patience_s = 0 if self._patience_spent else self._patience(condition)
        self._patience_spent = False
        last: list[Sight] = []

        def look() -> Found | None:
            last[:] = [self._finder.sight(condition)]
            return last[0].found if last[0].lacks is None else None

        waited = self._wait(look, patience_s, draft)
        if waited.result is None:
            self._out_of_time()
            lacks = last[0].lacks or "not_seen"
            raise StepFailed(lacks, expected=condition.describe(), seen=last[0].words)
        draft.match = waited.result.match
        return waited.result

    def _await_next(self, draft: Draft) -> None:
        """Waits for what the next step needs; that it does not come is the next step's to say."""
        conditions = tuple(
            condition
            for condition in awaited(self._pending, self._task.profile.barriers)
            if self._finder.knows(condition.visible)
        )
        if not conditions:
            return

        def look() -> bool | None:
            return any(self._finder.sight(one).lacks is None for one in conditions) or None

        waited = self._wait(look, max(map(self._patience, conditions)), draft)
        self._patience_spent = waited.result is None

    def _wait(self, look: Callable[[], T | None], limit_s: float, draft: Draft) -> Waited[T]:
        """Waits within what is left of the task's time, and deals with what gets in the way."""
        limit_s = max(0.0, min(limit_s, self._time_left()))
        pests = _Every(INTERRUPTED_EVERY_S)
        hopeless = _Every(HOPELESS_EVERY_S, first_after_s=HOPELESS_EVERY_S)

        def on_miss(waited_s: float) -> bool:
            if pests.due(waited_s):
                self._dismiss_interruptions(draft)
            return hopeless.due(waited_s) and in_the_way(
                self._driver, self._finder, self._task.profile
            )

        evidence_before = draft.ledger.evidence_s
        waited = wait(look, self._clock, limit_s, on_miss)
        # Pictures of interruptions were taken meanwhile: theirs is not the App's time.
        pictures_s = draft.ledger.evidence_s - evidence_before
        draft.ledger.app_s += max(0.0, waited.app_s - pictures_s)
        draft.response = waited.response(*self._acted)
        return waited

    def _patience(self, condition: Condition) -> float:
        return condition.within_s or self._task.scenario.patience_s

    def _time_left(self) -> float:
        """Seconds of the task's limit; our pictures and the barriers are not counted."""
        ledgers = [draft.ledger for draft in self._drafts]
        apart_s = sum(ledger.evidence_s + ledger.barrier_s for ledger in ledgers)
        spent_s = self._clock.monotonic() - self._began_at - apart_s
        return self._task.scenario.time_limit_s - spent_s

    def _out_of_time(self) -> None:
        limit_s = self._task.scenario.time_limit_s
        if self._time_left() <= 0:
            raise StepFailed(
                "time_limit",
                expected=f"the task to be done within {limit_s:g} s",
                seen=f"the limit of {limit_s:g} s was reached",
            )

    def _dismiss_interruptions(self, draft: Draft) -> None:
        """Sends away what the profile says gets in the way, each at most once a look."""
        for interruption in self._task.profile.interruptions:
            if not self._driver.look(interruption.seen):
                continue
            dismiss = self._driver.look(interruption.dismiss)
            if not dismiss:
                continue  # its button has not come yet: a countdown
            began = self._clock.monotonic()
            with draft.ledger.evidence():
                picture = self._evidence.picture(self._driver.picture())
            with draft.ledger.action():
                self._driver.tap(dismiss[0].box.middle)
            draft.met.append((interruption.name, self._clock.monotonic() - began, picture))

    # --- evidence --------------------------------------------------------------------------------

    @contextmanager
    def _acting(self, draft: Draft) -> Iterator[None]:
        self._untouched = draft.before
        began = self._clock.monotonic()
        with draft.ledger.action():
            yield
        self._acted = (began, self._clock.monotonic())

    def _picture_before(self, draft: Draft) -> None:
        """The screen before the touch: the last picture, unless this step had to wait."""
        last = self._drafts[-2].after if len(self._drafts) > 1 else None
        if last is not None and (draft.response is None or draft.response.looks == 1):
            draft.before = last
            return
        with draft.ledger.evidence():
            draft.before = self._evidence.picture(self._driver.picture())

    def _witness(self, draft: Draft) -> None:
        """After the clock has stopped: picture, hierarchy, activity, checkpoints."""
        if draft.status == "not_taken" and not isinstance(draft.planned.step, Commit):
            draft.after = self._drafts[-2].after if len(self._drafts) > 1 else None
            return
        with draft.ledger.evidence():
            draft.after = self._evidence.picture(self._driver.picture())
            draft.hierarchy = self._evidence.hierarchy(self._driver.hierarchy())
            draft.activity = self._driver.foreground()[1]
            self._reach_checkpoints()

    def _reach_checkpoints(self) -> None:
        for checkpoint in self._task.scenario.checkpoints:
            name = name_target(checkpoint.at)
            if name not in self._checkpoints and self._finder.find(checkpoint.at) is not None:
                self._checkpoints.append(name)

    def _examined(self, failed: StepFailed, draft: Draft) -> Symptoms:
        with draft.ledger.evidence():
            now = self._evidence.picture(self._driver.picture())
            self._log.extend(self._driver.log())
            return examine(
                failed,
                step=draft.planned.step.tag,
                driver=self._driver,
                finder=self._finder,
                profile=self._task.profile,
                log=tuple(self._log),
                refusal=self._task.scenario.refusal,
                unchanged=self._untouched is not None and now.digest == self._untouched.digest,
            )

    def _session(self) -> dict[str, str | int | float | bool]:
        return {
            **self._driver.settings(),
            "pause_floor_s": PAUSE_FLOOR_S,
            "pause_share": PAUSE_SHARE,
            "pause_ceiling_s": PAUSE_CEILING_S,
        }

    def _reads_inbox(self) -> bool:
        return any(barrier.inbox for barrier in self._task.profile.barriers.values())


@dataclass
class _Every:
    """Says when something is due again while a wait goes on."""

    period_s: float
    first_after_s: float = 0.0

    def __post_init__(self) -> None:
        self._next_s = self.first_after_s

    def due(self, waited_s: float) -> bool:
        if waited_s < self._next_s:
            return False
        self._next_s = waited_s + self.period_s
        return True


# --- pure ----------------------------------------------------------------------------------------


def swipe_line(area: Box, direction: Direction, share: float) -> tuple[Point, Point]:
    """Where a finger starts and ends that moves over a share of the area, about its middle."""
    middle = area.middle
    across = round((area.right - area.left) * share / 2)
    along = round((area.bottom - area.top) * share / 2)
    dx, dy = {"up": (0, -along), "down": (0, along), "left": (-across, 0), "right": (across, 0)}[
        direction
    ]
    return Point(x=middle.x - dx, y=middle.y - dy), Point(x=middle.x + dx, y=middle.y + dy)


def _task_time(steps: tuple[StepRecord, ...]) -> float:
    """What a user would have waited plus the robot's actions, in seconds."""
    return sum(step.times.app_s + step.times.action_s for step in steps)


def _record(draft: Draft) -> StepRecord:
    """The draft as it stays; waits for its pictures to be encoded."""
    if draft.times is None:
        raise AssertionError("a step is recorded after it has ended")
    return StepRecord.model_validate(
        {
            "path": draft.planned.path,
            "kind": draft.planned.step.tag,
            "sentence": draft.planned.step.describe(),
            "file": draft.planned.file,
            "line": draft.planned.line,
            "status": draft.status,
            "started_s": draft.started_s,
            "times": draft.times,
            "response": draft.response,
            "match": draft.match,
            "touched": draft.touched,
            "activity": draft.activity,
            "before": _name(draft.before),
            "after": _name(draft.after),
            "hierarchy": None if draft.hierarchy is None else draft.hierarchy.result(),
            "interruptions": tuple(
                Met(name=name, seconds=seconds, picture=_name(picture))
                for name, seconds, picture in draft.met
            ),
            "expected": draft.expected,
            "seen": draft.seen,
        }
    )


def _name(picture: Picture | None) -> str | None:
    return None if picture is None else picture.name.result()
