"""What is planted in the sample App is found, as what it is, and nothing else is."""

from __future__ import annotations

import pytest

from harness.model import AttemptRecord, StepRecord
from harness.phone.sample_city import plants
from harness.phone.sample_city.plants import CLUTTERED, PLANTS, TROUBLED
from tests.editions import run_editions

WELL_KEPT = "sample_city"
FAULTS = [plant for plant in PLANTS if plant.outcome]
INTERRUPTIONS = {plant.name for plant in PLANTS if plant.kind == "interruption"}

Records = dict[tuple[str, str], AttemptRecord]


@pytest.fixture(scope="module")
def records() -> Records:
    return {(record.scenario, record.app): record for record in run_editions()}


def steps(records: Records, app: str) -> list[StepRecord]:
    return [step for (_, one), record in records.items() if one == app for step in record.steps]


def slowest_response(record: AttemptRecord) -> float:
    return max(step.response.middle_s or 0 for step in record.steps if step.response is not None)


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.name)
def test_a_planted_fault_comes_out_as_what_it_is(records: Records, plant: plants.Plant) -> None:
    assert records[plant.task, plant.edition].verdict.outcome == plant.outcome


def test_what_has_no_planted_fault_is_completed(records: Records) -> None:
    faulty = {(plant.task, plant.edition) for plant in FAULTS}
    others = {key: record for key, record in records.items() if key not in faulty}
    assert len(others) + len(FAULTS) == 3 * len({scenario for scenario, _ in records})
    assert [key for key, record in others.items() if not record.verdict.outcome.completed] == []


def test_every_interruption_is_met_in_its_edition_and_nowhere_else(records: Records) -> None:
    met = {
        app: {one.name for step in steps(records, app) for one in step.interruptions}
        for app in (WELL_KEPT, CLUTTERED, TROUBLED)
    }
    assert met == {WELL_KEPT: set(), CLUTTERED: INTERRUPTIONS, TROUBLED: set()}


def test_a_hidden_service_takes_more_screens(records: Records) -> None:
    task = plants.FUND_WITHDRAWAL_HIDDEN.task
    plain, hidden = (
        len({step.activity for step in records[task, app].steps}) for app in (WELL_KEPT, CLUTTERED)
    )
    assert hidden > plain


def test_a_slow_search_is_slow_by_the_clock(records: Records) -> None:
    task = plants.SLOW_SEARCH.task
    assert slowest_response(records[task, CLUTTERED]) == pytest.approx(6, abs=0.3)
    assert slowest_response(records[task, WELL_KEPT]) < 3


def test_every_step_of_every_task_adds_up_and_has_its_pictures(records: Records) -> None:
    for app in (WELL_KEPT, CLUTTERED, TROUBLED):
        for step in steps(records, app):
            times = step.times
            parts = times.app_s + times.tool_s + times.barrier_s + times.evidence_s
            assert parts == pytest.approx(times.wall_s, abs=1e-3)
            assert min(times.app_s, times.tool_s, times.barrier_s, times.evidence_s) >= -1e-9
            assert step.kind in ("run", "when") or step.after
