"""Steps and tasks, tried by the very runner: a step means here what it means in a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typing_extensions import override

from harness.clock import Clock
from harness.driver import Driver
from harness.errors import UsageError
from harness.evidence import Evidence
from harness.guarded_driver import GuardedDriver
from harness.inspect.discretion import Discretion
from harness.inspect.files import as_typed, read_steps, read_task, save_task
from harness.inspect.held_phone import HeldPhone
from harness.inspect.looking import Looking
from harness.inspect.papers import Papers
from harness.inspect.recording import Recording
from harness.inspect.walk import Move
from harness.load import Document
from harness.model import AttemptRecord, PlannedAttempt, PlannedStep, Scenario, Words
from harness.pace import Pace, begun_before, say_minutes, waits_s
from harness.personal import find, star
from harness.plan import GOAL, expand
from harness.problem import InvalidFile
from harness.runner import run_attempt
from harness.stage import Task

FICTIONAL = "1380000000"
"""How the mobile numbers begin that tasks may have."""
OF_OFFICES = frozenset({"landline", "credit_code"})
"""What of personal data may as well be an office's: a task may state it."""


class AsItStands(GuardedDriver):
    """A phone whose App goes on from where it is: an attempt on it begins with no reset."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver, None)

    @override
    def reset(self, package: str, *, keep_data: bool = False) -> None:
        """Leaves the App as it is."""


class Trying:
    """Runs what was written on the page.

    Args:
        phone: on which it runs.
        papers: the profile, shared steps and commit points.
        looking: the screen from which it begins.
        recording: is told of steps that passed.
        discretion: fills in secrets, and holds back what must not be saved.
        clock: times attempts, and waits.
    """

    def __init__(
        self,
        phone: HeldPhone,
        papers: Papers,
        looking: Looking,
        recording: Recording,
        discretion: Discretion,
        clock: Clock,
    ) -> None:
        self._phone = phone
        self._papers = papers
        self._looking = looking
        self._recording = recording
        self._discretion = discretion
        self._clock = clock
        self._kept: dict[str, bytes] = {}

    def kept(self, name: str) -> bytes | None:
        """A picture of the steps that were run last, masked as in a run."""
        return self._kept.get(name)

    @property
    def last_kept(self) -> str:
        """The name of the last of them; empty as long as there is none."""
        return next(reversed(self._kept), "")

    def steps(self, text: str) -> dict[str, Any]:
        """Runs a step or several at once, from where the App is.

        Raises:
            UsageError: something is wrong with them.
            Busy: something is being done on the phone.
        """
        self._papers.refresh()
        document = read_steps(text)
        try:
            self._papers.check(document)
        except InvalidFile as exc:
            raise as_typed(exc, text) from exc
        planned = tuple(_without_goal(expand(document, self._papers.shared)))
        with self._phone.at_work(Words(zh="执行步骤", en="running the step")):
            kind = self._looking.kind()
            record = self._attempt(document, planned, fresh=False)
            if record.verdict.outcome.completed:
                dash = "" if text.lstrip().startswith("-") else "- "
                self._recording.note(Move("steps", (), f"{dash}{text.strip()}", kind))
        return _told(record)

    def check(self, text: str) -> None:
        """Whether a task could run on this App.

        Raises:
            InvalidFile: with all its mistakes, by place.
        """
        self._papers.refresh()
        self._papers.check(read_task(text))

    def task(self, text: str) -> dict[str, Any]:
        """Runs a task from a fresh App to its goal.

        Raises:
            UsageError: something is wrong with it, or the App must not be tried again yet.
            Busy: something is being done on the phone.
        """
        self._papers.refresh()
        document = read_task(text)
        self._papers.check(document)
        with self._phone.at_work(Words(zh="试运行", en="trying the task")):
            self._take_turn()
            planned = expand(document, self._papers.shared)
            return _told(self._attempt(document, planned, fresh=True))

    def save(self, text: str) -> str:
        """Writes a task that could run to where it belongs; gives the path in the project.

        Raises:
            UsageError: something is wrong with it, or there is such a file.
        """
        self._papers.check(read_task(text))
        self._discretion.hold(text)
        _hold_personal(text)
        path = save_task(self._papers.root, text)
        return path.relative_to(self._papers.root).as_posix()

    def _take_turn(self) -> None:
        """Counts an attempt on a real App, as a run does; one too many is not made."""
        profile = self._papers.profile
        limit, package = profile.hourly_limit, profile.android.package
        if limit is None or self._phone.held.entry.simulated:
            return
        wait_s = waits_s(begun_before(package, self._clock.now()), limit)
        if wait_s > 0:
            raise UsageError(
                f"这一小时已试 {limit} 次，再等 {say_minutes(wait_s)} / {limit} attempts have "
                f"begun on {package} within the hour: wait {say_minutes(wait_s)}"
            )
        pace = Pace(self._clock, lambda _: None)
        pace.wait_for_turn(package, limit, self._papers.profile_path, leave=lambda: None)

    def _attempt(
        self, document: Document[Scenario], steps: tuple[PlannedStep, ...], *, fresh: bool
    ) -> AttemptRecord:
        def connect() -> Driver:
            driver = self._phone.driver()
            return driver if fresh else AsItStands(driver)

        def watch(step: PlannedStep) -> None:
            self._phone.now_doing(step.step.describe())

        task = self._planned(document, steps)
        self._kept = {}
        with Evidence(self._keep) as evidence:
            record = run_attempt(task, connect, evidence, self._clock, watch, self._phone.diagnose)
        if record.trouble:
            self._phone.discard()
        return record

    def _planned(self, document: Document[Scenario], steps: tuple[PlannedStep, ...]) -> Task:
        held, profile = self._phone.held, self._papers.profile
        planned = PlannedAttempt(
            scenario=document.value.id,
            app=profile.id,
            device=held.device,
            repetition=1,
            file=document.path,
            steps=steps,
        )
        return Task(
            planned=planned,
            scenario=document.value,
            profile=profile,
            simulated=held.entry.simulated,
            attended=held.entry.attended,
            keep_data=held.entry.keep_data,
            allow_commit=held.allow_commit,
            commits=self._papers.commits,
            secrets=self._discretion.secrets(planned.model_dump_json()),
        )

    def _keep(self, data: bytes, suffix: str) -> str:
        """Keeps what the runner takes as evidence: its pictures, in memory only."""
        name = f"{len(self._kept) + 1}.{suffix}"
        if suffix == "jpg":
            self._kept = {**self._kept, name: data}
        return name


def _without_goal(steps: tuple[PlannedStep, ...]) -> Iterator[PlannedStep]:
    for each in steps:
        if each.path != GOAL:
            yield each.model_copy(update={"steps": tuple(_without_goal(each.steps))})


def _hold_personal(text: str) -> None:
    """Lets a task pass in which there is no personal data but what is fictional or an office's."""
    for span in find(text):
        said = text[span.start : span.end]
        if span.kind not in OF_OFFICES and not said.startswith(FICTIONAL):
            raise UsageError(
                f"任务里有个人信息 {star(said)}，不保存；请换成虚构的，手机号用 {FICTIONAL}0 / "
                f"there is personal data in the task, {star(said)}: it is not saved; write "
                f"something fictional, of mobile numbers {FICTIONAL}0"
            )


def _told(record: AttemptRecord) -> dict[str, Any]:
    """What the page shows of an attempt."""
    outcome = record.verdict.outcome
    return {
        "outcome": outcome.words.model_dump(),
        "passed": outcome.completed,
        "reasons": [each.model_dump() for each in record.verdict.reasons],
        "trouble": record.trouble,
        "wall_s": round(record.wall_s, 1),
        "steps": [
            {
                "path": step.path,
                "sentence": step.sentence.model_dump(),
                "status": step.status,
                "seconds": round(step.times.app_s, 2),
                "expected": step.expected and step.expected.model_dump(),
                "seen": step.seen and step.seen.model_dump(),
                "picture": step.after,
            }
            for step in record.steps
        ],
    }
