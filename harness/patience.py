"""Waits for an attempt: within the task's limit, and minding what gets in the way.

The waiting itself is `harness/waiting.py`'s; here is what an attempt adds to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TypeVar

from lxml import etree

from harness.clearing import Clearing
from harness.errors import StepFailed
from harness.finder import Found, Sight
from harness.ledger import Ledger
from harness.lookout import Lookout
from harness.model import Condition, Point, Words
from harness.obstacles import Obstacle
from harness.stage import Draft, Stage
from harness.symptoms import in_the_way
from harness.waiting import Waited, wait

INTERRUPTIONS_EVERY_S = 0.25
"""While it waits, the harness looks for interruptions so often, by one hierarchy for all."""
CLEARING_SHARE = 0.125
"""Of a wait at the most: where hierarchies are slow they must not stand between two looks."""
HOPELESS_EVERY_S = 1.0
"""And so often for signs that waiting on is of no use, and for what toasts say."""
LISTENING_SHARE = 0.1
"""Of a wait at the most: to ask for toasts costs as much as a hierarchy."""

T = TypeVar("T")


class Patience:
    """The waiting of one attempt, which began at `began_at` of the clock."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._ledgers: list[Ledger] = []
        self._began_at = stage.clock.monotonic()
        self._acted = (self._began_at, self._began_at)
        self._answered = False
        """Whether a wait has seen what the last action led to."""
        self._spent = False
        """Whether the last wait was in vain, for what the step now needs."""
        self._entering_s = 0.0
        """How long it has taken so far to enter contexts: the tool's time, not the App's."""
        self._looks_s: list[float] = []
        self.heard: tuple[str, ...] = ()
        """What toasts have said since the last touch."""
        self.clearing = Clearing(stage)
        self._arrived: Condition | None = None
        """What the last wait for several things has seen."""

    def begin(self) -> None:
        """The attempt's time begins now."""
        self._began_at = self._stage.clock.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the attempt began."""
        return self._stage.clock.monotonic() - self._began_at

    @property
    def look_s(self) -> float | None:
        """How long a look takes on this phone, in seconds: the median; None before the first."""
        return median(self._looks_s) if self._looks_s else None

    @property
    def is_over(self) -> bool:
        """Whether what the last action led to has been seen: nothing is waited for."""
        return self._answered and not self._spent

    def open_ledger(self) -> Ledger:
        """The ledger of a step that begins now."""
        self._ledgers.append(Ledger(self._stage.clock))
        return self._ledgers[-1]

    def acted(self, began_at: float) -> None:
        """A command that touches the screen, sent at `began_at`, has just been answered."""
        self._acted = (began_at, self._stage.clock.monotonic())
        self._answered = self._spent = False
        self.heard = ()
        self.clearing.touched()

    def need(self, condition: Condition, draft: Draft) -> Found:
        """Waits until the condition holds.

        Raises:
            StepFailed: it did not come in time; with what the last look saw.
        """
        limit_s = 0.0 if self._spent else self._limit(condition)
        self._spent = False
        last = Sight(None, "not_seen")

        def look() -> Found | None:
            nonlocal last
            last = self._sight(condition)
            return last.found if last.lacks is None else None

        found = self.watch(look, limit_s, draft, (condition,)).result
        draft.match = None if last.found is None else last.found.match
        if found is None:
            self.check_time_limit()
            lacks = last.lacks or "not_seen"
            wanted = self._stage.finder.describe(condition, lacks)
            raise StepFailed(lacks, expected=wanted, seen=last.words)
        return found

    def await_any(self, conditions: Iterable[Condition], draft: Draft) -> None:
        """Waits until any of the conditions holds and the App says no more that it is loading.

        That none comes is for the next step to say.
        """
        known = [one for one in conditions if self._stage.finder.knows(one.visible)]
        if not known:
            return
        # To and fro between contexts would take longer than most answers do.
        known = [one for one in known if one.context == known[-1].context]
        has_fallbacks = self._stage.finder.has_fallbacks
        lookout = Lookout(known, self._sight, has_fallbacks, self._stage.clock)

        def look() -> Condition | None:
            arrived = lookout.look()
            # Asked only of what is there, so that a look that misses is as quick as it can be.
            return arrived if arrived is not None and not self._is_loading() else None

        waited = self.watch(look, max(map(self._limit, known)), draft, known, lookout=lookout)
        draft.arrived = self._arrived = waited.result
        self._spent = waited.result is None

    def _is_loading(self) -> bool:
        """Whether the App shows a spinner or skeleton; a web page is not left to ask that."""
        stage = self._stage
        return stage.driver.page is None and bool(stage.finder.first_of(stage.task.profile.waiting))

    def _sight(self, condition: Condition, among: slice = slice(None)) -> Sight:
        """A look for a condition in its context, by these of its locators."""
        began_at = self._stage.clock.monotonic()
        self._stage.finder.enter(condition.context)
        self._entering_s += self._stage.clock.monotonic() - began_at
        return self._stage.finder.sight(condition, among)

    def watch(
        self,
        look: Callable[[], T | None],
        limit_s: float,
        draft: Draft,
        awaited: Sequence[Condition] = (),
        *,
        is_response: bool = True,
        lookout: Lookout | None = None,
    ) -> Waited[T]:
        """Looks until it is there, and charges the time to the step.

        Args:
            look: answers at once; None is a miss.
            limit_s: may be 0 for a single look, in seconds.
            draft: of the step.
            awaited: what the step waits for; a dialog that holds it is not sent away.
            is_response: whether what is waited for is what the last action led to.
            lookout: what looks, where looks differ in what they ask for.
        """
        interruptions = _Every(INTERRUPTIONS_EVERY_S, next_s=INTERRUPTIONS_EVERY_S)
        signs = _Every(HOPELESS_EVERY_S, next_s=HOPELESS_EVERY_S)
        toasts = _Every(HOPELESS_EVERY_S, next_s=HOPELESS_EVERY_S)

        def on_miss(waited_s: float) -> bool:
            if interruptions.due(waited_s):
                pause_s = self._clear(draft, awaited) / CLEARING_SHARE
                interruptions.next_s = waited_s + max(INTERRUPTIONS_EVERY_S, pause_s)
            if toasts.due(waited_s):
                toasts.next_s = waited_s + max(HOPELESS_EVERY_S, self._listen() / LISTENING_SHARE)
            if not signs.due(waited_s) or not self._hopeless():
                return False
            # What can be sent away is no reason to give up, nor is what is waited for.
            return not self.clearing.clear(draft, awaited)

        apart_before_s, entering_before_s = _apart_s(draft.ledger), self._entering_s
        limit_s = max(0.0, min(limit_s, self._time_left()))
        cycle = 1 if lookout is None else lookout.cycle
        shared = self._stage.task.workers_per_processor
        waited = wait(look, self._stage.clock, limit_s, on_miss, cycle, shared)
        if waited.result is not None and lookout is not None:
            waited = replace(waited, unseen_at=lookout.unseen_at)
        self._looks_s.append(waited.look_s)
        # Interruptions were sent away meanwhile: that time is charged already.
        apart_s = _apart_s(draft.ledger) - apart_before_s
        entering_s = self._entering_s - entering_before_s
        draft.ledger.app_s += max(0.0, waited.app_s - apart_s - entering_s)
        draft.waited = waited.looks > 1
        if is_response and not self._answered:
            # What was seen once is not a response when it is seen again.
            draft.response, draft.acted = waited.response(*self._acted), self._acted
            self._answered = waited.result is not None
        return waited

    def _limit(self, condition: Condition) -> float:
        return condition.within_s or self._stage.task.scenario.patience_s

    def _listen(self) -> float:
        """Remembers what toasts say, if the App's errors are known; says how long that took."""
        stage = self._stage
        if stage.driver.page is not None or not stage.task.profile.errors:
            return 0.0
        began_at = stage.clock.monotonic()
        new = (toast for toast in stage.driver.toasts() if toast not in self.heard)
        self.heard = (*self.heard, *new)
        return stage.clock.monotonic() - began_at

    def _hopeless(self) -> bool:
        if self._stage.driver.page is not None:
            # Its own errors are native: to look for them would mean to leave the page.
            package = self._stage.task.profile.android.package
            return self._stage.driver.package() != package
        return in_the_way(self._stage.driver, self._stage.finder, self._stage.task.profile)

    def _time_left(self) -> float:
        """Seconds of the task's limit; our pictures and the barriers are not counted."""
        apart_s = sum(ledger.evidence_s + ledger.barrier_s for ledger in self._ledgers)
        return self._stage.task.scenario.time_limit_s - (self.elapsed_s - apart_s)

    def check_time_limit(self) -> None:
        """Raises StepFailed when the task's time is up."""
        limit_s = self._stage.task.scenario.time_limit_s
        if self._time_left() <= 0:
            raise StepFailed(
                "time_limit",
                expected=Words(
                    zh=f"任务在 {limit_s:g} s 内完成",
                    en=f"the task to be done within {limit_s:g} s",
                ),
                seen=Words(
                    zh=f"已到 {limit_s:g} s 的时限", en=f"the limit of {limit_s:g} s was reached"
                ),
            )

    def _clear(self, draft: Draft, awaited: Sequence[Condition]) -> float:
        """Sends away what gets in the way; says how long the look took when there was nothing."""
        began_at = self._stage.clock.monotonic()
        cleared = self.clearing.clear(draft, awaited)
        return 0.0 if cleared else self._stage.clock.monotonic() - began_at

    def is_hidden(self, condition: Condition, draft: Draft) -> bool:
        """Whether what had just arrived is worth another look: what may have hidden it has gone.

        Args:
            condition: what is not seen any more, in one look.
            draft: of the step.
        """
        return self._arrived == condition and self.clearing.clear(draft, (condition,))

    def makes_way(
        self,
        there: Sequence[etree._Element],
        found: Found | None,
        at: Point | None,
        draft: Draft,
    ) -> bool:
        """Whether nothing is in the way of a touch; else sends it away, or waits until it can be.

        Args:
            there: the elements of the hierarchy read last before the touch.
            found: what is touched, None if it is no element.
            at: where; None for a key.
            draft: of the step.

        Raises:
            StepFailed: what lies over it stays, or the task's time is up.
        """
        obstacle = self.clearing.in_front_of(found, there, at)
        if obstacle is None:
            return True
        if obstacle.ready:
            self.clearing.send_away(obstacle, draft)
        else:
            self._await_way(obstacle, found, at, draft)
        self.check_time_limit()
        return False

    def _await_way(
        self, obstacle: Obstacle, found: Found | None, at: Point | None, draft: Draft
    ) -> None:
        """Waits until what cannot be sent away has gone, or has the button that it is sent by."""

        def look() -> bool | None:
            there = self._stage.driver.elements()
            now = self.clearing.in_front_of(found, there, at)
            return (there != () and (now is None or now.ready)) or None

        patience_s = self._stage.task.scenario.patience_s
        waited = self.watch(look, patience_s, draft, is_response=False)
        if waited.result is None:
            expected = Words.same(obstacle.name if found is None else found.match.target)
            zh, en = f"{obstacle.name} 盖在上面", f"{obstacle.name} lay over it"
            raise StepFailed("not_seen", expected=expected, seen=Words(zh=zh, en=en))


def _apart_s(ledger: Ledger) -> float:
    """What is charged so far and is no part of a wait that goes on."""
    return ledger.evidence_s + ledger.action_s + ledger.app_s


@dataclass
class _Every:
    """Says when something is due again while a wait goes on."""

    period_s: float
    next_s: float = field(default=0.0)

    def due(self, waited_s: float) -> bool:
        if waited_s < self.next_s:
            return False
        self.next_s = waited_s + self.period_s
        return True
