from __future__ import annotations

import pytest

from tests.fault_matrix import FAULTS, STAGES, cells, summary


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_the_outcome_that_is_written_down_at_every_stage(fault: str) -> None:
    made = list(cells(fault))
    wrong = {
        cell.stage: f"{cell.outcome}, not {cell.expected}: {cell.record.verdict.reasons}"
        for cell in made
        if cell.wrong
    }
    assert wrong == {}, summary(made)
    assert not any(cell.blames_app or cell.hides_fault for cell in made)
    assert len(made) == len(STAGES)


def test_no_app_is_blamed_by_what_is_written_down_for_what_is_not_its_fault() -> None:
    blamed = [
        (name, stage)
        for name, planted in FAULTS.items()
        for stage in STAGES
        if planted.whose != "app" and planted.expected(stage).finding
    ]
    assert blamed == [("id renamed", "goal")]  # where it is the App that has changed


def test_an_exception_to_the_outcome_of_a_fault_is_another_outcome_with_a_reason() -> None:
    for planted in FAULTS.values():
        for outcome, why in planted.but.values():
            assert outcome is not planted.outcome
            assert why
