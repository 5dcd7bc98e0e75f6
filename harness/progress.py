"""What a tester sees while a run goes on: a live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from harness.model import AttemptRecord, PlannedAttempt, PlannedStep

MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", "yellow")}
"""Completed; a finding; neither (blocked, or our own trouble)."""


class RunProgress:
    """Tells of a run on a console; `total` is the number of attempts planned."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.fields[attempt]}", style="cyan", markup=False),
            TextColumn("{task.fields[step]}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        self._bar = self._progress.add_task("", total=total, attempt="", step="")
        self._live = (
            Live(self._progress, console=console, transient=True, refresh_per_second=8)
            if console.is_terminal
            else None
        )

    def begin(self) -> None:
        """Shows the live line, in a terminal."""
        if self._live is not None:
            self._live.start()

    def attempt_begins(self, attempt: PlannedAttempt) -> None:
        """Names the attempt that is under way."""
        self._progress.update(self._bar, attempt=attempt.id, step="")

    def step_begins(self, step: PlannedStep) -> None:
        """Names the step that is under way."""
        self._progress.update(self._bar, step=f"{step.path} {step.step.describe().zh}")

    def attempt_ended(self, record: AttemptRecord) -> None:
        """One line that stays."""
        self._progress.advance(self._bar)
        self._console.print(sum_up(record), highlight=False)

    def end(self) -> None:
        """Takes the live line away."""
        if self._live is not None:
            self._live.stop()


def sum_up(record: AttemptRecord) -> Text:
    """An attempt in a line: mark, outcome, attempt, task time; and why, if it was not completed."""
    outcome = record.verdict.outcome
    mark, color = MARKS[None if not outcome.attempted else outcome.completed]
    line = Text(f"{mark} {outcome:<18}", style=color)
    line.append(f" {record.id:<56}", style="default")
    line.append(f" {_time(record):>13} {len(record.steps):>3} 步", style="dim")
    if not outcome.completed:
        line.append(f"\n    {record.verdict.reasons[0]}", style="default")
    return line


def _time(record: AttemptRecord) -> str:
    """The task time with its error bar; nothing for a task that was not completed."""
    if record.task_s is None or record.task_half_width_s is None:
        return ""
    return f"{record.task_s:.1f} ± {record.task_half_width_s:.1f} s"
