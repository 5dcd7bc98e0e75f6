"""Records as tables: one row an attempt, and one row a step with its attempt's columns repeated.

Here alone missing is NaN (or NaT, or <NA>): elsewhere it is None. A frame of no
records has the same columns and types as any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from harness.errors import UsageError
from harness.model import (
    AttemptRecord,
    Commit,
    Outcome,
    RunRecord,
    Scenario,
    StepRecord,
    Words,
    name_target,
)
from harness.store import Run

ACTIONS = frozenset(
    {
        "launch", "tap", "long_press", "type", "clear", "check", "pick", "swipe",
        "pull_to_refresh", "scroll_to", "back", "open_link", "barrier", "commit",
    }
)  # fmt: skip
"""Kinds of step that a person would do with a finger; the others look, or group steps."""

ATTEMPT_TYPES: Mapping[str, str] = {
    "run": "string",
    "attempt": "string",
    "app": "string",
    "scenario": "string",
    "kind": "string",
    "severity": "string",
    "life_event": "string",
    "device": "string",
    "simulated": "bool",
    "repetition": "int64",
    "worker": "string",
    "started_at": "datetime64[us, UTC]",
    "outcome": "string",
    "attempted": "bool",
    "completed": "bool",
    "assisted": "bool",
    "wall_s": "float64",
    "task_s": "float64",  # NaN: not completed
    "task_half_width_s": "float64",  # how far off that may be; NaN as well
    "actions": "int64",  # steps done that a person would do with a finger
    "screens": "Int64",  # distinct activities; <NA>: none was recorded
    "screens_passed": "Int64",  # activities in all, one that came back counted again
    "interruptions": "int64",
    "tags": "string",  # of the scenario, each with a space before and after it
    "credit": "float64",  # of the checkpoints that were reached, 0 to 1; NaN: it has none
    "depth": "float64",  # how far into the service it led: see `depth_of`; NaN: not attempted
    "reference_time_s": "float64",
    "time_limit_s": "float64",
    "reference_screens": "int64",
}
"""Columns of `attempt_frame` and their types."""

STEP_TYPES: Mapping[str, str] = {
    **ATTEMPT_TYPES,
    "step": "string",  # its path: 3.2
    "step_kind": "string",
    "step_status": "string",
    "step_sentence": "string",
    "step_started_s": "float64",
    "step_wall_s": "float64",
    "step_app_s": "float64",
    "step_tool_s": "float64",
    "step_barrier_s": "float64",
    "step_evidence_s": "float64",
    "response_s": "float64",  # the middle of the interval; NaN: nothing awaited, or it never came
    "response_half_width_s": "float64",
    "settled_s": "float64",  # when it was stable as well; NaN: not watched, or it never was
    "displayed_s": "float64",  # of a launch, as Android's log has it; NaN elsewhere
    "locator_position": "Int64",  # 1 is the first choice; <NA>: nothing was looked for, or found
    "candidates": "Int64",
    "activity": "string",
    "step_interruptions": "int64",
}
"""Columns of `step_frame` and their types."""


def attempt_frame(runs: Iterable[Run]) -> pd.DataFrame:
    """One row an attempt, in the order of the runs and of their attempts.

    Raises:
        UsageError: a run does not hold the scenario of one of its attempts.
    """
    rows = [row for run in runs for row, _ in _attempt_rows(run)]
    return _typed(rows, ATTEMPT_TYPES)


def step_frame(runs: Iterable[Run]) -> pd.DataFrame:
    """One row a step, in the order in which they were done; attempts without steps have none.

    Raises:
        UsageError: a run does not hold the scenario of one of its attempts.
    """
    rows = [
        row | _step_row(step)
        for run in runs
        for row, attempt in _attempt_rows(run)
        for step in attempt.steps
    ]
    return _typed(rows, STEP_TYPES)


def scenario_of(run: RunRecord, id: str) -> Scenario:
    """The scenario as the run holds it.

    Raises:
        UsageError: it does not.
    """
    for scenario in run.scenarios:
        if scenario.id == id:
            return scenario
    zh = f"run.json 的计划里有任务 {id}，任务本身却不在里面"
    en = f"run.json plans the scenario {id} but does not hold it"
    raise UsageError(f"{run.run_id}: {Words(zh=zh, en=en)}")


def activities_passed(steps: Sequence[StepRecord]) -> tuple[str, ...]:
    """The activities in the order in which they came to the front; staying counts once."""
    seen = (step.activity for step in steps if step.activity)
    return tuple(activity for activity, _ in groupby(seen))


def credit_of(scenario: Scenario, attempt: AttemptRecord) -> float | None:
    """The checkpoints that an attempt reached, by their weights: 0 to 1; None without any.

    Who completes the task has reached them all, seen or not.
    """
    if not scenario.checkpoints or not attempt.verdict.outcome.attempted:
        return None
    if attempt.verdict.outcome.completed:
        return 1.0
    reached = attempt.checkpoints_reached
    return sum(each.weight for each in scenario.checkpoints if name_target(each.at) in reached)


def depth_of(scenario: Scenario, attempt: AttemptRecord) -> float | None:
    """How far into a service an attempt led; None when it was not attempted.

    0 nowhere, 1 to a checkpoint on its way, 2 through a task without a commit point,
    3 up to the commit point, 4 end to end.

    Source: INDICATORS.md, B1.2 (assumed).
    """
    outcome = attempt.verdict.outcome
    if not outcome.attempted:
        return None
    if not outcome.completed:
        return 1.0 if attempt.checkpoints_reached else 0.0
    if attempt.committed:
        return 4.0
    return 3.0 if any(isinstance(step, Commit) for step in scenario.steps) else 2.0


def _typed(rows: list[dict[str, Any]], types: Mapping[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame.from_records(rows, columns=list(types))
    frame["started_at"] = pd.to_datetime(frame["started_at"], utc=True)
    return frame.astype(dict(types))


def _attempt_rows(run: Run) -> Iterator[tuple[dict[str, Any], AttemptRecord]]:
    for attempt in run.attempts:
        yield _attempt_row(run.run, attempt), attempt


def _attempt_row(run: RunRecord, attempt: AttemptRecord) -> dict[str, Any]:
    scenario = scenario_of(run, attempt.scenario)
    outcome = attempt.verdict.outcome
    passed = activities_passed(attempt.steps)
    return {
        "run": run.run_id,
        "attempt": attempt.id,
        "app": attempt.app,
        "scenario": attempt.scenario,
        "kind": scenario.kind,
        "severity": scenario.severity,
        "life_event": scenario.life_event,
        "device": attempt.device,
        "simulated": attempt.simulated,
        "repetition": attempt.repetition,
        "worker": attempt.worker,
        "started_at": attempt.started_at,
        "outcome": outcome.value,
        "attempted": outcome.attempted,
        "completed": outcome.completed,
        "assisted": outcome is Outcome.COMPLETED_ASSISTED,
        "wall_s": attempt.wall_s,
        "task_s": attempt.task_s,
        "task_half_width_s": attempt.task_half_width_s,
        "actions": sum(step.status == "done" and step.kind in ACTIONS for step in attempt.steps),
        "screens": len(set(passed)) or None,
        "screens_passed": len(passed) or None,
        "interruptions": sum(len(step.interruptions) for step in attempt.steps),
        "tags": f" {' '.join(scenario.tags)} ",
        "credit": credit_of(scenario, attempt),
        "depth": depth_of(scenario, attempt),
        "reference_time_s": scenario.reference.time_s,
        "time_limit_s": scenario.time_limit_s,
        "reference_screens": scenario.reference.screens,
    }


def _step_row(step: StepRecord) -> dict[str, Any]:
    return {
        "step": step.path,
        "step_kind": step.kind,
        "step_status": step.status,
        "step_sentence": str(step.sentence),
        "step_started_s": step.started_s,
        "step_wall_s": step.times.wall_s,
        "step_app_s": step.times.app_s,
        "step_tool_s": step.times.tool_s,
        "step_barrier_s": step.times.barrier_s,
        "step_evidence_s": step.times.evidence_s,
        "response_s": step.response and step.response.middle_s,
        "response_half_width_s": step.response and step.response.half_width_s,
        "settled_s": step.settled and step.settled.middle_s,
        "displayed_s": step.displayed_s,
        "locator_position": step.match and step.match.position,
        "candidates": step.match and step.match.candidates,
        "activity": step.activity,
        "step_interruptions": len(step.interruptions),
    }
