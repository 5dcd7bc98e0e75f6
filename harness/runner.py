"""Runs one attempt: step by step, act, wait, stop the clock, then take evidence.

The steps still to do are a queue: a `when` that holds and a `run` put theirs at
its head. A step ends when what the next one needs is there (`upcoming`), so
that the time the App takes is charged to the step that asked for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from harness.barriers import pass_barrier
from harness.clock import Clock
from harness.commit_points import commits_among
from harness.court import judge
from harness.driver import Driver, Seen
from harness.errors import (
    AppMissing,
    DeviceTrouble,
    ElementGone,
    SessionLost,
    StepFailed,
    TouchRefused,
)
from harness.evidence import Evidence
from harness.finder import Finder, Found
from harness.guard import guard_of
from harness.guarded_driver import GuardedDriver
from harness.model import (
    AttemptRecord,
    Back,
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
    Network,
    OpenLink,
    PassBarrier,
    PlannedStep,
    Point,
    Run,
    Screenshot,
    ScrollSearch,
    ScrollTo,
    StepRecord,
    Swipe,
    Symptoms,
    Tap,
    Target,
    Type,
    Vitals,
    WaitFor,
    When,
    Words,
    name_target,
)
from harness.patience import Patience
from harness.quoting import quote
from harness.redaction import Redaction
from harness.stage import Draft, Stage, Task
from harness.stillness import APART_S, WATCHED_S
from harness.symptoms import SYSTEM_CLOSE
from harness.upcoming import awaited, needed, placed, sign_of
from harness.variables import fill
from harness.vitals import Monitor
from harness.waiting import PAUSE_CEILING_S, PAUSE_FLOOR_S, PAUSE_SHARE
from harness.witness import Witness

LONG_PRESS_S = 1.0
DRAG_S = 0.4
SCROLL_SHARE = 0.5
"""Of the screen, in one drag: what was at the edge stays in view."""
SETTLES_WITHIN_S = 0.5
"""What a scroll has brought into view may still be drawn."""

Touch = Tap | LongPress | Type | Clear | Swipe
Command = Launch | Back | HideKeyboard | OpenLink
Connect = Callable[[], Driver]
Watch = Callable[[PlannedStep], None]
Diagnose = Callable[[], str]


def run_attempt(
    task: Task,
    connect: Connect,
    evidence: Evidence,
    clock: Clock,
    watch: Watch = lambda _: None,
    diagnose: Diagnose = lambda: "",
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
        diagnose: asked at trouble in the middle what has died, for the record.

    Raises:
        ResultsTrouble: the evidence could not be kept.
    """
    started_at = clock.now()
    try:
        driver = connect()
    except DeviceTrouble as exc:
        return _recorded(task, started_at, _Course(trouble=_said(exc)))
    # An emulator or a farm may have our own phone behind it: the phone itself knows best.
    task = replace(task, simulated=task.simulated or driver.simulated)
    redaction = Redaction(tuple(filter(None, task.secrets.values())))
    commits = (*commits_among(task.planned.steps), *task.commits)
    guard = guard_of(task.profile, commits, allow_commit=task.allow_commit)
    guarded = GuardedDriver(driver, guard)
    stage = Stage(task, guarded, Finder(guarded, task.profile), evidence, clock, redaction)
    return redaction.record(_recorded(task, started_at, _Attempt(stage, watch, diagnose).run()))


@dataclass(frozen=True)
class _Course:
    """How an attempt went: what its record is made of, beside the task."""

    wall_s: float = 0.0
    steps: tuple[StepRecord, ...] = ()
    symptoms: Symptoms | None = None
    trouble: Words | None = None
    checkpoints: tuple[str, ...] = ()
    barriers: tuple[str, ...] = ()
    committed: bool = False
    session: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    log: str | None = None
    vitals: Vitals | None = None


class _Attempt:
    """One attempt under way."""

    def __init__(self, stage: Stage, watch: Watch, diagnose: Diagnose) -> None:
        self._stage = stage
        self._watch = watch
        self._diagnose = diagnose
        self._driver = stage.driver
        self._finder = stage.finder
        self._profile = stage.task.profile
        self._patience = Patience(stage)
        self._witness = Witness(stage)
        self._vitals = Monitor(stage.driver, self._profile.android.package, stage.clock)
        self._pending = deque(stage.task.planned.steps)
        self._drafts: list[Draft] = []
        self._barriers: list[str] = []
        self._committed = False
        self._messages_before = 0
        self._network: Network = "unknown"

    def run(self) -> _Course:
        symptoms, trouble, vitals = None, None, None
        try:
            self._prepare()
            self._patience.begin()
            symptoms = self._take_steps()
        except DeviceTrouble as exc:
            wall_s = self._patience.elapsed_s
            trouble = self._explain(exc)
        else:
            wall_s = self._patience.elapsed_s
            vitals = self._vitals.end()
        return _Course(
            wall_s=wall_s,
            steps=tuple(draft.record() for draft in self._drafts),
            symptoms=symptoms,
            trouble=trouble,
            checkpoints=self._witness.checkpoints,
            barriers=tuple(self._barriers),
            committed=self._committed,
            session=self._session(),
            log=self._witness.kept_log(),
            vitals=vitals,
        )

    def _explain(self, trouble: DeviceTrouble) -> Words:
        """What happened, and what has died; a session's end and a missing App explain themselves.

        The server on the phone ends with its session: it would be named as the cause.
        """
        said = _said(trouble)
        died = "" if isinstance(trouble, SessionLost | AppMissing) else self._diagnose()
        return Words(zh=said.zh, en=f"{said.en}; {died}") if died else said

    def _prepare(self) -> None:
        """A phone as before the first start of the App, or its next; costs the attempt no time."""
        self._finder.enter("native")
        for seen in self._driver.look(SYSTEM_CLOSE):
            with suppress(TouchRefused):  # the reset ends the App all the same
                self._driver.tap(seen.box.middle)
        self._driver.reset(self._profile.android.package, keep_data=self._stage.task.keep_data)
        self._driver.log()
        self._network = self._driver.health().network
        self._note_messages()
        self._vitals.begin()

    def _note_messages(self) -> None:
        """What is in the inbox by now is no answer to what the attempt will ask for."""
        barriers = [self._profile.barriers[name] for name in barriers_of(self._pending)]
        if any(barrier.inbox for barrier in barriers):
            self._messages_before = self._driver.inbox().total

    def _session(self) -> dict[str, str | int | float | bool]:
        look_s = self._patience.look_s
        return {
            **self._driver.settings(),
            **({} if look_s is None else {"look_s": look_s}),
            "pause_floor_s": PAUSE_FLOOR_S,
            "pause_share": PAUSE_SHARE,
            "pause_ceiling_s": PAUSE_CEILING_S,
            "still_apart_s": APART_S,
            "still_watched_s": WATCHED_S,
        }

    # --- the steps -------------------------------------------------------------------------------

    def _take_steps(self) -> Symptoms | None:
        """Takes the steps until one fails or a commit point is left untapped."""
        while self._pending:
            planned = self._pending.popleft()
            self._watch(planned)
            with self._drafting(planned) as draft:
                symptoms = self._take_one(planned, draft)
            if symptoms is not None:
                return symptoms
            if isinstance(planned.step, Commit) and not self._committed:
                return None
        return None

    @contextmanager
    def _drafting(self, planned: PlannedStep) -> Iterator[Draft]:
        started_s = self._patience.elapsed_s
        draft = Draft(planned, started_s, self._patience.open_ledger())
        self._drafts.append(draft)
        try:
            yield draft
        finally:
            draft.ledger.close()

    def _take_one(self, planned: PlannedStep, draft: Draft) -> Symptoms | None:
        """Takes one step and its evidence; what was seen of the App if it failed."""
        try:
            self._patience.check_time_limit()
            self._take(planned, draft)
        except StepFailed as failed:
            return self._examine(failed, draft)
        except ElementGone as gone:
            return self._examine(_left(gone), draft)
        if not isinstance(planned.step, Run | When):  # they touch nothing; their steps do
            self._witness.after(draft)
        return None

    def _examine(self, failed: StepFailed, draft: Draft) -> Symptoms:
        """The evidence of a step that has failed, and what was seen of the App."""
        draft.status = "failed"
        draft.expected, draft.seen = failed.expected, failed.seen
        self._witness.after(draft)
        return self._witness.examine(
            failed,
            draft,
            toasts=self._patience.heard,
            network_before=self._network,
            known=self._has_found(draft.planned),
        )

    def _has_found(self, planned: PlannedStep) -> bool:
        """Whether what the step needs was found before: then the profile fits."""
        need = needed(planned.step)
        matches = (draft.match for draft in self._drafts[:-1] if draft.match is not None)
        return need is not None and name_target(need.visible) in {one.target for one in matches}

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
            case WaitFor(wait_for=condition) | Expect(expect=condition):
                self._see(placed(condition, step), draft)
            case ExpectGone():
                self._see_gone(step, draft)
            case When():
                self._branch(step, planned, draft)
            case Run():
                self._pending.extendleft(reversed(planned.steps))
            case PassBarrier():
                self._pass_barrier(step, draft)
            case Screenshot():
                pass  # every step's picture is kept; this one has a name

    # --- what touches the screen -----------------------------------------------------------------

    @contextmanager
    def _acting(self, draft: Draft) -> Iterator[None]:
        """A command that touches the screen; afterwards waits for what the next step needs."""
        self._witness.before(draft)
        step = draft.planned.step
        if not isinstance(step, Command):
            # The guard's look: the last before the touch, and outside of what is timed.
            self._driver.aim(by_finger=isinstance(step, Swipe | LongPress))
        with self._touching(draft):
            yield
        self._await_next(draft)

    @contextmanager
    def _touching(self, draft: Draft) -> Iterator[None]:
        began_at = self._stage.clock.monotonic()
        try:
            with draft.ledger.action():
                yield
        except TouchRefused:
            draft.touched = None
            raise
        self._patience.acted(began_at)

    def _await_next(self, draft: Draft) -> None:
        self._patience.await_any(awaited(self._pending, self._profile.barriers), draft)

    def _touch(self, step: Touch, draft: Draft) -> None:
        """Touches what the step names; once more when that was drawn anew before the touch."""
        try:
            self._touch_once(step, draft)
        except ElementGone:
            draft.drawn_anew = True
            self._touch_once(step, draft)

    def _touch_once(self, step: Touch, draft: Draft) -> None:
        need = needed(step)
        found = None if need is None else self._patience.need(need, draft)
        area = self._driver.screen() if found is None else found.seen.box
        draft.touched = area.middle
        with self._acting(draft):
            if isinstance(step, Swipe):
                move = swipe_line(area, step.swipe.direction, step.swipe.distance)
                self._driver.drag(*move, DRAG_S)
            elif found is not None:
                self._act_on(found.seen, step)

    def _act_on(self, seen: Seen, step: Tap | LongPress | Type | Clear) -> None:
        match step:
            case Tap():
                self._tap(seen)
            case LongPress():
                self._driver.press(seen.box.middle, LONG_PRESS_S)
            case Clear():
                self._driver.clear(seen)
            case Type():
                self._driver.write(seen, fill(step.type.text, self._stage.task.secrets))

    def _tap(self, seen: Seen) -> None:
        """A finger on the App's screens; in a web page a click, wherever the page is scrolled."""
        if self._driver.page is None:
            self._driver.tap(seen.box.middle)
        else:
            self._driver.click(seen)

    def _commit(self, step: Commit, draft: Draft) -> None:
        """Sees the commit point; taps it only with both keys."""
        found = self._patience.need(placed(Condition(visible=step.commit), step), draft)
        if not (self._profile.sandbox and self._stage.task.allow_commit):
            self._witness.before(draft)
            draft.status = "not_taken"
            return
        draft.touched = found.seen.box.middle
        self._committed = True
        with self._acting(draft):
            self._tap(found.seen)

    def _command(self, step: Command, draft: Draft) -> None:
        android = self._profile.android
        with self._acting(draft):
            match step:
                case Launch():
                    self._driver.launch(android.package, android.activity)
                case Back():
                    self._driver.back()
                case HideKeyboard():
                    self._driver.hide_keyboard()
                case OpenLink(open_link=link):
                    self._driver.open_link(link, android.package)

    def _scroll(self, step: ScrollTo, draft: Draft) -> None:
        """Drags until the element is in view, the content ends or it is too far."""
        search = step.scroll_to
        start, end = scroll_line(self._driver.screen(), search.direction)
        draft.touched = start
        self._witness.before(draft)
        page: str | None = None
        for _ in range(search.at_most):
            if self._finder.find(search.to) is not None:
                break
            before, page = page, self._driver.hierarchy()
            if page == before:  # the last drag has moved nothing
                if not self._more_comes(page, search, draft):
                    break
                continue
            draft.touched = begin = self._driver.aside(start, end, page)
            with self._touching(draft):
                self._driver.drag(begin, end, DRAG_S)
        self._patience.need(Condition(visible=search.to, within_s=SETTLES_WITHIN_S), draft)
        self._await_next(draft)

    def _more_comes(self, page: str, search: ScrollSearch, draft: Draft) -> bool:
        """Whether a page that could not be scrolled was only not loaded yet."""

        def look() -> bool | None:
            changed = self._driver.hierarchy() != page
            return changed or self._finder.find(search.to) is not None or None

        patience_s = self._stage.task.scenario.patience_s
        return self._patience.watch(look, patience_s, draft).result is not None

    # --- what only looks -------------------------------------------------------------------------

    def _see(self, condition: Condition, draft: Draft) -> None:
        found: Found = self._patience.need(condition, draft)
        draft.expected, draft.seen = condition.describe(), Words.same(quote(found.seen.text))

    def _see_gone(self, step: ExpectGone, draft: Draft) -> None:
        absence = placed(step.expect_gone, step)
        what = name_target(absence.gone)
        draft.expected = expected = Words(zh=f"{what} 消失", en=f"{what} to be gone")
        waited = self._patience.watch(
            lambda: True if self._finder.find(absence.gone, absence.context) is None else None,
            absence.within_s or self._stage.task.scenario.patience_s,
            draft,
        )
        if waited.result is None:
            still = Words(zh="它还在", en="it is still there")
            raise StepFailed("still_seen", expected=expected, seen=still)

    def _branch(self, step: When, planned: PlannedStep, draft: Draft) -> None:
        """Looks once, or as long as the step says, and queues the steps if it holds."""
        condition = sign_of(step)
        draft.status = "not_taken"
        if not self._finder.knows(condition.visible):
            return
        waited = self._patience.watch(
            lambda: True if self._finder.sight(condition).lacks is None else None,
            condition.within_s or 0,
            draft,
        )
        if waited.result is not None:
            draft.status = "done"
            self._pending.extendleft(reversed(planned.steps))

    def _pass_barrier(self, step: PassBarrier, draft: Draft) -> None:
        """Passes the barrier, if it is there."""
        barrier = self._profile.barriers[step.barrier]
        self._finder.enter("native")
        if not self._driver.look(barrier.seen):
            draft.status = "not_taken"
            return
        self._witness.before(draft)
        with draft.ledger.barrier():
            code = pass_barrier(barrier, self._stage, self._messages_before)
            self._note_messages()
        if code is not None and barrier.into is not None:
            self._write_code(barrier.into, code, draft)
        self._barriers.append(step.barrier)
        self._patience.acted(self._stage.clock.monotonic())
        self._await_next(draft)

    def _write_code(self, into: Target, code: str, draft: Draft) -> None:
        """Writes a barrier's code, also into a field that is drawn anew or covered for a time."""
        for last_try in (False, True):
            found = self._patience.need(Condition(visible=into), draft)
            draft.touched = found.seen.box.middle
            self._driver.aim(by_finger=False)
            try:
                with self._touching(draft):
                    self._driver.write(found.seen, code)
                return
            except ElementGone:
                draft.drawn_anew = True
                if last_try:
                    raise


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


def scroll_line(screen: Box, direction: Direction) -> tuple[Point, Point]:
    """The swipe that brings into view what lies in a direction: the finger moves the other way."""
    opposite: Mapping[Direction, Direction] = {
        "down": "up", "up": "down", "left": "right", "right": "left",
    }  # fmt: skip
    return swipe_line(screen, opposite[direction], SCROLL_SHARE)


def barriers_of(steps: Iterable[PlannedStep]) -> Iterator[str]:
    """The names of the barriers among steps, also in those that steps hold."""
    for planned in steps:
        if isinstance(planned.step, PassBarrier):
            yield planned.step.barrier
        yield from barriers_of(planned.steps)


def _recorded(task: Task, started_at: datetime, course: _Course) -> AttemptRecord:
    verdict = judge(course.symptoms, trouble=course.trouble, barriers=course.barriers)
    return AttemptRecord(
        id=task.planned.id,
        scenario=task.planned.scenario,
        app=task.planned.app,
        device=task.planned.device,
        phone=task.phone,
        repetition=task.planned.repetition,
        simulated=task.simulated,
        worker=task.worker,
        started_at=started_at,
        wall_s=course.wall_s,
        task_s=task_time(course.steps) if verdict.outcome.completed else None,
        task_half_width_s=task_half_width(course.steps) if verdict.outcome.completed else None,
        verdict=verdict,
        symptoms=course.symptoms,
        trouble="" if course.trouble is None else course.trouble.en,
        steps=course.steps,
        checkpoints_reached=course.checkpoints,
        committed=course.committed,
        barriers=course.barriers,
        session=course.session,
        log=course.log,
        vitals=course.vitals,
    )


def task_time(steps: Iterable[StepRecord]) -> float:
    """What a user would have waited plus the robot's actions, in seconds."""
    return sum(step.times.app_s + step.times.action_s for step in steps)


def task_half_width(steps: Iterable[StepRecord]) -> float:
    """How far off that may be, in seconds: what all the responses may be off, added up."""
    responses = (step.response for step in steps if step.response is not None)
    return sum(response.half_width_s or 0.0 for response in responses)


def _said(trouble: DeviceTrouble) -> Words:
    """What has happened; with the details in English only, for whoever mends it."""
    return Words(zh=trouble.zh, en=f"{type(trouble).__name__}: {trouble}")


def _left(gone: ElementGone) -> StepFailed:
    """What the court is told of an element that has left for the second time."""
    return StepFailed(
        "left",
        expected=Words.same(str(gone)),
        seen=Words(zh="触摸之前它就不见了", en="it left before it was touched"),
    )
