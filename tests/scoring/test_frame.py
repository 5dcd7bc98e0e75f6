from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.model import STEPS, Outcome
from harness.store import Run
from scoring.frame import (
    ACTIONS,
    ATTEMPT_TYPES,
    STEP_TYPES,
    activities_passed,
    attempt_frame,
    step_frame,
)
from tests.scoring import records
from tests.scoring.records import attempt, attempts, run, step

SOME = run(*attempts({Outcome.COMPLETED: 2, Outcome.ABSENT: 1, Outcome.BLOCKED: 1}))


def test_there_is_a_row_an_attempt_and_a_row_a_step() -> None:
    assert len(attempt_frame([SOME])) == 4
    assert len(step_frame([SOME])) == 8


@pytest.mark.parametrize("runs", [[], [run()], [SOME], [SOME, run(attempt(steps=()))]])
def test_columns_and_types_are_the_same_whatever_is_in_it(runs: list[Run]) -> None:
    assert attempt_frame(runs).dtypes.astype(str).to_dict() == dict(ATTEMPT_TYPES)
    assert step_frame(runs).dtypes.astype(str).to_dict() == dict(STEP_TYPES)


def test_missing_is_missing_and_not_zero() -> None:
    row = attempt_frame([run(attempt(Outcome.NOT_FOUND, steps=(step(activity=""),)))]).iloc[0]
    assert row[["task_s", "screens", "screens_passed"]].isna().all()
    steps = step_frame(
        [run(attempt(steps=(step().model_copy(update={"response": None, "match": None}),)))]
    )
    assert steps.iloc[0][["response_s", "response_half_width_s", "locator_position"]].isna().all()


def test_only_what_a_finger_did_counts_as_an_action() -> None:
    steps = (
        step("1", kind="launch"),
        step("2", kind="when"),
        step("2.1", kind="tap"),
        step("3", kind="expect"),
        step("4", kind="commit", status="not_taken"),
        step("5", kind="tap", status="failed"),
    )
    assert attempt_frame([run(attempt(steps=steps))]).iloc[0]["actions"] == 2


def test_actions_are_kinds_of_step() -> None:
    assert {step.tag for step in STEPS} >= ACTIONS


def test_screens_are_counted_once_and_passed_again_on_the_way_back() -> None:
    ways = (".Home", ".Home", ".Search", "", ".Home")
    steps = tuple(step(str(n), activity=name) for n, name in enumerate(ways, start=1))
    assert activities_passed(steps) == (".Home", ".Search", ".Home")
    row = attempt_frame([run(attempt(steps=steps))]).iloc[0]
    assert (row["screens"], row["screens_passed"]) == (2, 3)


def test_steps_repeat_the_columns_of_their_attempt() -> None:
    steps, whole = step_frame([SOME]), attempt_frame([SOME])
    repeated = steps[list(ATTEMPT_TYPES)].drop_duplicates("attempt").reset_index(drop=True)
    assert repeated.equals(whole)


def test_a_run_without_its_scenario_is_told() -> None:
    broken = run(attempt(), scenarios=(records.scenario("another"),))
    with pytest.raises(UsageError, match="plans the scenario find_service but does not hold it"):
        attempt_frame([broken])
