"""What a tester sees while a run goes on: a live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from harness.model import AttemptRecord, Frozen, Outcome, PlannedStep, Words

MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", "yellow")}
"""Completed; a finding; neither (blocked, or our own trouble)."""


class Ended(Frozen):
    """What is told of an attempt that was made: small enough to go with a worker's report."""

    id: str
    outcome: Outcome
    reason: Words
    task_s: float | None
    task_half_width_s: float | None
    steps: int
    try_number: int = 1
    is_made_again: bool = False
    """Whether another try follows at once."""

    @classmethod
    def of(cls, record: AttemptRecord) -> Ended:
        """What is told of a record."""
        return cls(
            id=record.id,
            outcome=record.verdict.outcome,
            reason=record.verdict.reasons[0],
            task_s=record.task_s,
            task_half_width_s=record.task_half_width_s,
            steps=len(record.steps),
            try_number=record.try_number,
            is_made_again=record.is_made_again_at_once,
        )


class Telling(Protocol):
    """What is told of a run by whoever makes its attempts."""

    def attempt_begins(self, id: str) -> None:
        """An attempt is under way."""
        ...

    def step_begins(self, id: str, step: PlannedStep) -> None:
        """A step of it is under way."""
        ...

    def attempt_ended(self, attempt: Ended) -> None:
        """It was made, or one try of it."""
        ...

    def attempt_dropped(self, id: str) -> None:
        """It could not be made."""
        ...

    def waits(self, what: str) -> None:
        """Something is waited for."""
        ...

    def end(self) -> None:
        """The run is over."""
        ...


class RunProgress:
    """Tells of a run on a console; `total` is the number of attempts planned.

    Attempts are known by their id; several may be under way at once. `finished` ones
    were made before.
    """

    def __init__(self, console: Console, total: int, finished: int = 0) -> None:
        self._console = console
        self._attempts = Progress(
            TextColumn("{task.description}", style="cyan", markup=False),
            TextColumn("{task.fields[step]}", markup=False),
            TimeElapsedColumn(),
            console=console,
        )
        self._whole = Progress(
            BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        )
        self._bar = self._whole.add_task("", total=total, completed=finished)
        self._under_way: dict[str, TaskID] = {}
        shown = Group(self._attempts, self._whole)
        self._live = (
            Live(shown, console=console, transient=True, refresh_per_second=8)
            if console.is_terminal
            else None
        )

    def begin(self) -> None:
        """Shows the live lines, in a terminal."""
        if self._live is not None:
            self._live.start(refresh=True)

    def attempt_begins(self, id: str) -> None:
        """Names an attempt that is under way."""
        self._under_way[id] = self._attempts.add_task(id, step="")

    def step_begins(self, id: str, step: PlannedStep) -> None:
        """Names the step of it that is under way."""
        self._attempts.update(self._under_way[id], step=f"{step.path} {step.step.describe().zh}")

    def attempt_ended(self, attempt: Ended) -> None:
        """One line that stays."""
        self.attempt_dropped(attempt.id)
        if not attempt.is_made_again:
            self._whole.advance(self._bar)
        self._console.print(sum_up(attempt), highlight=False)

    def attempt_dropped(self, id: str) -> None:
        """Names it no longer."""
        if id in self._under_way:
            self._attempts.remove_task(self._under_way.pop(id))

    def waits(self, what: str) -> None:
        """Says what is waited for."""
        self._console.print(what, style="yellow", markup=False, highlight=False)

    def end(self) -> None:
        """Takes the live lines away."""
        if self._live is not None:
            self._live.stop()


class WorkerProgress:
    """What a worker tells itself: its attempts are told of by whoever has given them out."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def attempt_begins(self, id: str) -> None:
        """Is told elsewhere."""

    def step_begins(self, id: str, step: PlannedStep) -> None:
        """Is not told."""

    def attempt_ended(self, attempt: Ended) -> None:
        """Is told elsewhere, but for a try that another one follows."""
        if attempt.is_made_again:
            self._console.print(sum_up(attempt), highlight=False)

    def attempt_dropped(self, id: str) -> None:
        """Is told elsewhere."""

    def waits(self, what: str) -> None:
        """Says what is waited for."""
        self._console.print(what, style="yellow", markup=False, highlight=False)

    def end(self) -> None:
        """Has nothing to take away."""


def sum_up(attempt: Ended) -> Text:
    """An attempt in a line: mark, outcome, attempt, task time; and why, if it was not completed."""
    outcome = attempt.outcome
    mark, color = MARKS[None if not outcome.attempted else outcome.completed]
    line = Text(f"{mark} {outcome:<18}", style=color)
    line.append(f" {attempt.id:<56}", style="default")
    line.append(f" {_time(attempt):>13} {attempt.steps:>3} 步", style="dim")
    if attempt.try_number > 1:
        line.append(f"  第 {attempt.try_number} 次 try {attempt.try_number}", style="dim")
    if not outcome.completed:
        line.append(f"\n    {attempt.reason}", style="default")
    if attempt.is_made_again:
        line.append("\n    再做一次 made again in a new session", style="default")
    return line


def _time(attempt: Ended) -> str:
    """The task time with its error bar; nothing for a task that was not completed."""
    if attempt.task_s is None or attempt.task_half_width_s is None:
        return ""
    return f"{attempt.task_s:.1f} ± {attempt.task_half_width_s:.1f} s"
