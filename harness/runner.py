"""Runs one attempt: step by step, act, wait, stop the clock, then take evidence.

The steps still to do are a queue: a `when` that holds and a `run` put theirs at
its head. A step ends when what the next one needs is there (`upcoming`), so
that the time the App takes is charged to the step that asked for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from lxml import etree

from harness.barriers import cover_messages, pass_barrier
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
    UsageError,
)
from harness.evidence import Evidence
from harness.finder import Finder, Found
from harness.fingers import Fingers
from harness.guard import guard_of
from harness.guarded_driver import GuardedDriver
from harness.helpdesk import HelpDesk
from harness.hierarchy import elements, readable
from harness.landing import landing
from harness.model import (
    SWIPE_SHARE,
    AttemptRecord,
    Back,
    Box,
    Check,
    Clear,
    Commit,
    Condition,
    Direction,
    Expect,
    ExpectGone,
    HideKeyboard,
    How,
    Launch,
    LongPress,
    Network,
    OpenLink,
    PassBarrier,
    Pick,
    PlacedStep,
    PlannedStep,
    Point,
    PullToRefresh,
    Run,
    Screenshot,
    ScrollSearch,
    ScrollTo,
    Step,
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
from harness.reach import in_thumb_reach
from harness.redaction import of_attempt
from harness.stage import Draft, Stage, Task
from harness.stillness import APART_S, FRAME_S, WATCHED_S
from harness.symptoms import SYSTEM_CLOSE, Memory
from harness.upcoming import awaited, needed, placed, sign_of
from harness.variables import fill
from harness.vitals import Monitor
from harness.waiting import PAUSE_CEILING_S, PAUSE_FLOOR_S, PAUSE_SHARE
from harness.witness import Witness

LONG_PRESS_S = 1.0
DRAG_S = 0.4
SCROLL_SHARE = 0.5
"""Of the screen, in one drag up or down: what was at the edge stays in view."""
PULL_SHARES = (0.15, 0.75)
"""Of a list's height, from above: where a finger begins and ends that pulls it down."""
SETTLES_WITHIN_S = 0.5
"""What a scroll has brought into view may still be drawn."""

WITHOUT_TOUCH = WaitFor | Expect | ExpectGone | Screenshot
Touch = Tap | LongPress | Type | Clear | Swipe | PullToRefresh
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
    desk: HelpDesk | None = None,
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
        desk: where a person is asked at barriers, where the task says so.

    Raises:
        ResultsTrouble: the evidence could not be kept.
    """
    started_at = clock.now()
    redaction = of_attempt(task.secrets.values(), task.planned, task.scenario, task.profile.mask)
    try:
        driver = connect()
    except DeviceTrouble as exc:
        return redaction.record(_recorded(task, started_at, _Course(trouble=_said(exc))))
    # An emulator or a farm may have our own phone behind it: the phone itself knows best.
    task = replace(task, simulated=task.simulated or driver.simulated)
    commits = (*commits_among(task.planned.steps), *task.commits)
    guard = guard_of(task.profile, commits, allow_commit=task.allow_commit)
    guarded = GuardedDriver(driver, guard)
    stage = Stage(task, guarded, Finder(guarded, task.profile), evidence, clock, redaction, desk)
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
        self._fingers = Fingers(stage, self._patience, self._witness.before, self._touching)
        self._vitals = Monitor(stage.driver, self._profile.android.package, stage.clock)
        self._pending = deque(stage.task.planned.steps)
        self._drafts: list[Draft] = []
        self._barriers: list[str] = []
        self._committed = False
        self._messages_before = 0
        self._network: Network = "unknown"
        self._screen: Box | None = None
        """Where the task asks what a thumb reaches."""

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
            steps=tuple(map(self._observed, self._drafts)),
            symptoms=symptoms,
            trouble=trouble,
            checkpoints=self._witness.checkpoints,
            barriers=tuple(self._barriers),
            committed=self._committed,
            session=self._session(),
            log=self._witness.kept_log(),
            vitals=vitals,
        )

    def _observed(self, draft: Draft) -> StepRecord:
        """The step with what else the task asks to be observed: whether a thumb reaches it."""
        record = draft.record()
        if self._screen is None or record.touched is None or not _is_by_finger(draft.planned.step):
            return record
        in_reach = in_thumb_reach(record.touched, self._screen)
        return record.model_copy(update={"in_reach": in_reach})

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
        if self._stage.task.scenario.reach is not None:
            self._screen = self._driver.screen()
        self._note_messages()
        self._vitals.begin()

    def _note_messages(self) -> None:
        """What is in the inbox by now is no answer to what the attempt will ask for."""
        barriers = [self._profile.barriers[name] for name in barriers_of(self._pending)]
        if self._stage.task.barriers is None and any(barrier.inbox for barrier in barriers):
            self._messages_before = self._driver.inbox().total

    def _session(self) -> dict[str, str | int | float | bool]:
        look_s = self._patience.look_s
        return {
            **self._driver.settings(),
            **({} if look_s is None else {"look_s": look_s}),
            "pause_floor_s": PAUSE_FLOOR_S,
            "workers_per_processor": self._stage.task.workers_per_processor,
            "pause_share": PAUSE_SHARE,
            "pause_ceiling_s": PAUSE_CEILING_S,
            "still_apart_s": APART_S,
            "still_frame_s": FRAME_S,
            "still_watched_s": WATCHED_S,
        }

    # --- the steps -------------------------------------------------------------------------------

    def _take_steps(self) -> Symptoms | None:
        """Takes the steps until one fails or a commit point is left untapped."""
        while self._pending:
            planned = self._pending.popleft()
            self._watch(self._stage.redaction.record(planned))
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
            self._cover_messages()
            self._witness.after(draft)
        return None

    def _cover_messages(self) -> None:
        """The message with a code that is read next may be shown over the App already."""
        touching = (each.step for each in self._pending if not isinstance(each.step, WITHOUT_TOUCH))
        step = next(touching, None)
        if isinstance(step, PassBarrier):
            cover_messages(self._profile.barriers[step.barrier], self._stage)

    def _examine(self, failed: StepFailed, draft: Draft) -> Symptoms:
        """The evidence of a step that has failed, and what was seen of the App."""
        draft.status = "failed"
        draft.expected, draft.seen = failed.expected, failed.seen
        self._witness.after(draft)
        memory = Memory(
            toasts=self._patience.heard,
            network_before=self._network,
            known=self._has_found(draft.planned),
            kept_waiting=self._patience.clearing.kept_waiting,
            intercepted=self._patience.clearing.intercepted,
            typed=self._typed_last(),
        )
        return self._witness.examine(failed, draft, memory)

    def _has_found(self, planned: PlannedStep) -> bool:
        """Whether what the step needs was found before: then the profile fits."""
        need = needed(planned.step)
        matches = (draft.match for draft in self._drafts if draft.match is not None)
        return need is not None and name_target(need.visible) in {one.target for one in matches}

    def _typed_last(self) -> str:
        """What the last step that typed has typed; empty before the first."""
        steps = (draft.planned.step for draft in reversed(self._drafts) if draft.status == "done")
        return next((step.type.text for step in steps if isinstance(step, Type)), "")

    def _take(self, planned: PlannedStep, draft: Draft) -> None:
        """Does what the step says, then waits for what the next one needs."""
        step = planned.step
        match step:
            case Tap() | LongPress() | Type() | Clear() | Swipe() | PullToRefresh():
                self._touch(step, draft)
            case Pick():
                self._fingers.pick(step, draft)
                self._await_next(draft)
            case Check():
                self._fingers.tick(step, draft)
                self._await_next(draft)
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
        with self._touching(draft):
            yield
        self._await_next(draft)

    def _reach(self, need: Condition, draft: Draft, *, by_finger: bool = False) -> Found:
        """What is touched next, once it is seen and nothing lies in the way.

        Args:
            need: what must be seen.
            draft: of the step.
            by_finger: the touch leaves a web page for the screen.
        """
        cleared = False
        if self._is_known(need, draft):
            there = self._aim(by_finger=True)
            found = self._finder.found_in(need, there)
            if found is not None:
                self._witness.before(draft)
                draft.match = found.match
                if self._is_clear(there, found, self._landing(there, found), draft):
                    return found
                cleared = True
        while True:
            found = self._patience.need(need, draft)
            self._witness.before(draft, anew=cleared)
            there = self._aim(by_finger=by_finger)
            if self._is_clear(there, found, self._landing(there, found), draft):
                return found
            cleared = True

    def _is_known(self, need: Condition, draft: Draft) -> bool:
        """Whether the last look before a touch is all that is needed to find what is touched.

        That is so for a finger when the last wait has seen it come, and nothing is done
        between the look and the touch: no picture taken, no text written.
        """
        by_place = isinstance(draft.planned.step, Tap | LongPress) and need.context == "native"
        pictured = self._witness.has_picture and not draft.waited
        return by_place and pictured and self._patience.is_over

    def _aim(self, *, by_finger: bool) -> Sequence[etree._Element]:
        """The last look before a touch, the guard's own and outside of what is timed."""
        return self._driver.aim(by_finger=by_finger)

    def _landing(self, there: Sequence[etree._Element], found: Found) -> Point:
        """Where a finger lands on what was found: its middle, or that of what no bar covers."""
        box = found.seen.box
        return (landing(there, box) if self._driver.page is None else None) or box.middle

    def _is_clear(
        self,
        there: Sequence[etree._Element],
        found: Found | None,
        at: Point | None,
        draft: Draft,
    ) -> bool:
        """Whether nothing is in the way in the last look before a touch.

        What it shows in the way is sent away; then what is touched must be looked for anew.
        """
        is_clear = self._patience.makes_way(there, found, at, draft)
        draft.touched = at if is_clear else None
        return is_clear

    def _face(self, at: Point | None, draft: Draft) -> None:
        """The screen that a swipe or a key is about, once nothing lies over it."""
        cleared = False
        while True:
            self._witness.before(draft, anew=cleared)
            if self._is_clear(self._aim(by_finger=True), None, at, draft):
                return
            cleared = True

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
        if isinstance(step, Type) and step.type.pastes_a_secret:  # by way of the task's data
            where = f"{draft.planned.file}:{draft.planned.line}"
            zh, en = "秘密不能粘贴；请写 how: keys", "a secret is not pasted; write how: keys"
            raise UsageError(f"{where}: {Words(zh=zh, en=en)}")
        need, by_finger = needed(step), isinstance(step, Swipe | PullToRefresh | LongPress)
        found = None if need is None else self._reach(need, draft, by_finger=by_finger)
        area = self._driver.screen() if found is None else found.seen.box
        if found is None:
            self._face(area.middle, draft)
        with self._acting(draft):
            if isinstance(step, Swipe):
                self._driver.drag(*swipe_line(area, step.swipe.direction, step.swipe.share), DRAG_S)
            elif isinstance(step, PullToRefresh):
                self._driver.drag(*pull_line(area), DRAG_S)
            elif found is not None:
                self._act_on(found.seen, step, draft)

    def _act_on(self, seen: Seen, step: Tap | LongPress | Type | Clear, draft: Draft) -> None:
        match step:
            case Tap():
                self._tap(seen, draft)
            case LongPress():
                self._driver.press(draft.touched or seen.box.middle, LONG_PRESS_S)
            case Clear():
                self._driver.clear(seen)
            case Type():
                text = fill(step.type.text, self._stage.task.secrets)
                self._put(seen, text, step.type.how, draft)

    def _tap(self, seen: Seen, draft: Draft) -> None:
        """A finger on the App's screens; in a web page a click, wherever the page is scrolled."""
        if self._driver.page is None:
            self._driver.tap(draft.touched or seen.box.middle)
        else:
            self._driver.click(seen)

    def _put(self, seen: Seen, text: str, how: How, draft: Draft) -> None:
        """Puts a text into a field, at once or as a person does who taps it first."""
        match how:
            case "set":
                self._driver.write(seen, text)
            case "paste":
                self._tap(seen, draft)
                self._driver.paste(text)
            case "keys":
                self._tap(seen, draft)
                self._driver.press_keys(text)

    def _commit(self, step: Commit, draft: Draft) -> None:
        """Sees the commit point; taps it only with both keys."""
        need = placed(Condition(visible=step.commit), step)
        if not (self._profile.sandbox and self._stage.task.allow_commit):
            self._patience.need(need, draft)
            self._witness.before(draft)
            draft.status = "not_taken"
            return
        found = self._reach(need, draft)
        self._committed = True
        with self._acting(draft):
            self._tap(found.seen, draft)

    def _command(self, step: Command, draft: Draft) -> None:
        android = self._profile.android
        if isinstance(step, Back):  # it would close what lies over the screen that it is to leave
            self._face(None, draft)
        else:
            self._witness.before(draft)
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
        self._witness.before(draft)
        page: str | None = None
        for _ in range(search.at_most):
            before, page = page, self._page_without(search, page, start, draft)
            if page is None:
                break
            if page == before:  # the last drag has moved nothing
                if not self._more_comes(page, search, draft):
                    break
                continue
            draft.touched = begin = self._driver.aside(start, end, page)
            with self._touching(draft):
                self._driver.drag(begin, end, DRAG_S)
        self._patience.need(Condition(visible=search.to, within_s=SETTLES_WITHIN_S), draft)
        self._await_next(draft)

    def _page_without(
        self, search: ScrollSearch, before: str | None, start: Point, draft: Draft
    ) -> str | None:
        """The hierarchy of a screen that is to be scrolled; None once what is sought is in sight.

        Args:
            search: what is scrolled to.
            before: the hierarchy before the last drag.
            start: where the finger would begin.
            draft: of the step.
        """
        while True:
            found = self._finder.find(search.to)
            page = self._driver.hierarchy()
            if found is not None and (page == before or self._is_in_sight(found, page)):
                return None
            if self._patience.makes_way(readable(page), found, start, draft):
                return page

    def _is_in_sight(self, found: Found, page: str) -> bool:
        """Whether something of it lies beside all bars: a list goes on below them."""
        return landing(elements(page), found.seen.box) is not None

    def _more_comes(self, page: str, search: ScrollSearch, draft: Draft) -> bool:
        """Whether a page that could not be scrolled was only not loaded yet."""

        def look() -> bool | None:
            changed = self._driver.hierarchy() != page
            return changed or self._finder.find(search.to) is not None or None

        patience_s, sought = self._stage.task.scenario.patience_s, Condition(visible=search.to)
        return self._patience.watch(look, patience_s, draft, (sought,)).result is not None

    # --- what only looks -------------------------------------------------------------------------

    def _see(self, condition: Condition, draft: Draft) -> None:
        found: Found = self._patience.need(condition, draft)
        draft.expected, draft.seen = condition.describe(), Words.same(quote(found.seen.text))

    def _see_gone(self, step: ExpectGone, draft: Draft) -> None:
        absence = placed(step.expect_gone, step)
        what = name_target(absence.gone)
        draft.expected = expected = Words(zh=f"{what} 消失", en=f"{what} to be gone")

        def look() -> bool | None:
            return self._finder.find(absence.gone, absence.context) is None or None

        limit_s = absence.within_s or self._stage.task.scenario.patience_s
        waited = self._patience.watch(look, limit_s, draft)
        while waited.result is not None and self._patience.clearing.clear(draft):
            # What lay over it had hidden it.
            self._patience.check_time_limit()
            waited = self._patience.watch(look, limit_s, draft)
        if waited.result is None:
            still = Words(zh="它还在", en="it is still there")
            raise StepFailed("still_seen", expected=expected, seen=still)

    def _branch(self, step: When, planned: PlannedStep, draft: Draft) -> None:
        """Looks once, or as long as the step says, and queues the steps if it holds."""
        condition = sign_of(step)
        draft.status = "not_taken"
        if not self._finder.knows(condition.visible):
            return

        def look() -> bool | None:
            return self._finder.sight(condition).lacks is None or None

        limit_s = condition.within_s or 0
        waited = self._patience.watch(look, limit_s, draft, (condition,))
        if waited.result is None and self._patience.is_hidden(condition, draft):
            waited = self._patience.watch(look, limit_s, draft, (condition,))
        if waited.result is not None:
            draft.status = "done"
            self._pending.extendleft(reversed(planned.steps))

    def _pass_barrier(self, step: PassBarrier, draft: Draft) -> None:
        """Passes the barrier, if it is there."""
        barrier = self._profile.barriers[step.barrier]
        if not self._is_there(Condition(visible=barrier.seen), draft):
            draft.status = "not_taken"
            return
        self._witness.before(draft)
        with draft.ledger.barrier():
            code = pass_barrier(step.barrier, self._stage, self._messages_before)
            self._note_messages()
        if code is not None and barrier.into is not None:
            self._write_code(barrier.into, barrier.how, code, draft)
        self._barriers.append(step.barrier)
        self._patience.acted(self._stage.clock.monotonic())
        self._await_next(draft)

    def _is_there(self, sign: Condition, draft: Draft) -> bool:
        """A look for a sign, and another when something was sent away that had come over it."""
        looks = (self._finder.sight(sign).lacks is None for _ in range(2))
        return next(looks) or (self._patience.is_hidden(sign, draft) and next(looks))

    def _write_code(self, into: Target, how: How, code: str, draft: Draft) -> None:
        """Writes a barrier's code, also into a field that is drawn anew or covered for a time."""
        for last_try in (False, True):
            found = self._reach(Condition(visible=into), draft, by_finger=how != "set")
            try:
                with self._touching(draft):
                    self._put(found.seen, code, how, draft)
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


def pull_line(area: Box) -> tuple[Point, Point]:
    """Where a finger starts and ends that pulls a list down: from below its upper edge."""
    middle, height = area.middle, area.bottom - area.top
    start, end = (area.top + round(height * share) for share in PULL_SHARES)
    return Point(x=middle.x, y=start), Point(x=middle.x, y=end)


def _is_by_finger(step: Step) -> bool:
    """Whether a step that touches does so on the glass: not by a handle, as a text is put in."""
    if isinstance(step, PlacedStep) and step.context == "webview":
        return False
    return not isinstance(step, Clear) and not (isinstance(step, Type) and step.type.how == "set")


def scroll_line(screen: Box, direction: Direction) -> tuple[Point, Point]:
    """The swipe that brings into view what lies in a direction: the finger moves the other way."""
    opposite: Mapping[Direction, Direction] = {
        "down": "up", "up": "down", "left": "right", "right": "left",
    }  # fmt: skip
    share = SCROLL_SHARE if direction in ("up", "down") else SWIPE_SHARE[direction]
    return swipe_line(screen, opposite[direction], share)


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
