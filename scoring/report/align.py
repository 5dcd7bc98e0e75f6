"""Attempts at one task, their steps under each other. Pure."""

from __future__ import annotations

import difflib
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from scoring.report.view import AttemptView, StepView


@dataclass(frozen=True)
class Strip:
    """An attempt with its steps in columns; None where it has no such step."""

    attempt: AttemptView
    steps: tuple[StepView | None, ...]


def representative(attempts: Sequence[AttemptView]) -> AttemptView | None:
    """The attempt that is shown for all: the first that speaks against the App, else a median one.

    Those that say nothing of the App stand for it only where there are no others.
    """
    for attempt in attempts:
        if attempt.outcome.finding:
            return attempt
    timed = [attempt for attempt in attempts if attempt.record.task_s is not None]
    if not timed:
        return next(iter(attempts), None)
    middle = statistics.median_low(attempt.record.task_s or 0 for attempt in timed)
    return next(attempt for attempt in timed if attempt.record.task_s == middle)


def align(attempts: Sequence[AttemptView]) -> tuple[Strip, ...]:
    """Their steps in common columns: what is done is the same where kind and sentence are.

    Each is aligned with the columns that those before it have made.
    """
    columns: list[str] = []
    rows: list[list[StepView | None]] = []
    for attempt in attempts:
        said = [_said(step) for step in attempt.steps]
        merged: list[str] = []
        kept: list[int | None] = []
        row: list[StepView | None] = []
        matcher = difflib.SequenceMatcher(None, columns, said, autojunk=False)
        for what, left, right, first, last in matcher.get_opcodes():
            if what == "equal":
                merged += columns[left:right]
                kept += range(left, right)
                row += attempt.steps[first:last]
                continue
            merged += columns[left:right] + said[first:last]
            kept += [*range(left, right), *[None] * (last - first)]
            row += [*[None] * (right - left), *attempt.steps[first:last]]
        rows = [[None if place is None else old[place] for place in kept] for old in rows]
        rows.append(row)
        columns = merged
    return tuple(Strip(one, tuple(row)) for one, row in zip(attempts, rows, strict=True))


def _said(step: StepView) -> str:
    return f"{step.record.kind} {step.record.sentence.zh}"
