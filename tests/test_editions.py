"""What is planted in the sample App is found, as what it is, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest

from harness.model import AttemptRecord, StepRecord
from harness.phone.sample_city import plants
from harness.phone.sample_city.plants import CLUTTERED, PLANTS, TROUBLED
from harness.store import read_run
from scoring.audit.findings import Judgement
from scoring.conclude import assess, audit, compare_runs, gather
from scoring.explain import explain
from scoring.index import AppIndex
from scoring.schema import schema_text
from scoring.scorecard import Scorecard
from scoring.tree import load_tree
from tests.editions import run_editions

WELL_KEPT = "sample_city"
FAULTS = [plant for plant in PLANTS if plant.outcome]
TIMES = 10
"""Attempts of each task: at so many the editions are to be told apart."""
INTERRUPTIONS = {plant.name for plant in PLANTS if plant.kind == "interruption"}

Records = dict[tuple[str, str], AttemptRecord]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_editions(tmp_path_factory.mktemp("results"), TIMES)


@pytest.fixture(scope="module")
def records(directory: Path) -> Records:
    """The last attempt of each task on each edition."""
    return {(record.scenario, record.app): record for record in read_run(directory).attempts}


@pytest.fixture(scope="module")
def judgements(directory: Path) -> tuple[Judgement, ...]:
    return audit([(read_run(directory), directory)])


@pytest.fixture(scope="module")
def card(directory: Path) -> Scorecard:
    return assess([directory]).card


def steps(records: Records, app: str) -> list[StepRecord]:
    return [step for (_, one), record in records.items() if one == app for step in record.steps]


def slowest_response(record: AttemptRecord) -> float:
    return max(step.response.middle_s or 0 for step in record.steps if step.response is not None)


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.name)
def test_a_planted_fault_comes_out_as_what_it_is(directory: Path, plant: plants.Plant) -> None:
    made = [
        record.verdict.outcome
        for record in read_run(directory).attempts
        if (record.scenario, record.app) == (plant.task, plant.edition)
    ]
    assert made == [plant.outcome] * TIMES


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


# --- the index ------------------------------------------------------------------------------------

MOVED_BY: Mapping[str, frozenset[str]] = {
    # hidden service; slow search; pale guide; small targets; unlabelled icons; interruptions
    CLUTTERED: frozenset({"A1.2", "D2.2", "D3.1", "D3.2", "D3.3", "D5.1"}),
    # wrong result and endless wait; tasks cut short; App error; dead control; crash and hang.
    # What an audit sees hangs on how far the tasks come: here no plant is for it to find.
    TROUBLED: frozenset({"A1.1", "B1.2", "B2.1", "B2.2", "B4.1", "C1.1", "C3.1", "D1.1", "D2.2"}),
}
"""The indicators that the plants of an edition are to lower."""
NOTICED = 0.5
"""Points by which the same App's indicator may differ by chance of its delays."""


def of(card: Scorecard, app: str) -> AppIndex:
    assert card.index is not None
    return next(each for each in card.index.apps if each.app == app)


def indicators(card: Scorecard, app: str) -> dict[str, float]:
    return {
        node.id: node.score.value
        for node in of(card, app).nodes
        if node.measure is not None and node.score is not None
    }


def test_the_editions_come_out_in_the_planted_order_with_disjoint_intervals(
    card: Scorecard,
) -> None:
    scores = [of(card, app).index for app in (WELL_KEPT, CLUTTERED, TROUBLED)]
    bounds = [(score.low, score.high) for score in scores if score is not None]
    assert len(bounds) == 3
    for (low, _), (_, next_high) in pairwise(bounds):
        assert low is not None
        assert next_high is not None
        assert low > next_high


@pytest.mark.parametrize("app", [CLUTTERED, TROUBLED])
def test_the_plants_lower_the_indicators_that_they_should_and_no_others(
    card: Scorecard, app: str
) -> None:
    before, after = indicators(card, WELL_KEPT), indicators(card, app)
    assert set(before) == set(after)
    lower = {id for id in before if after[id] < before[id] - NOTICED}
    audited = {leaf.id for leaf in load_tree().leaves.values() if leaf.item}
    assert lower - (audited if app == TROUBLED else set()) == MOVED_BY[app]


def test_the_planted_targets_labels_and_contrasts_are_found_and_in_no_other_edition(
    judgements: tuple[Judgement, ...],
) -> None:
    wrong = {
        (each.at.app, each.item, each.element)
        for each in judgements
        if each.right is False and each.item in {"touch_targets", "labels"}
    }
    assert {(app, item) for app, item, _ in wrong} == {
        (CLUTTERED, "touch_targets"),
        (CLUTTERED, "labels"),
    }
    small = {element for _, item, element in wrong if item == "touch_targets"}
    assert small == {"home_request", "login_agreed"}
    assert len([element for _, item, element in wrong if item == "labels"]) == 3


def test_the_pale_guide_is_found_and_in_no_other_edition(
    judgements: tuple[Judgement, ...],
) -> None:
    pale = {
        each.at.app
        for each in judgements
        if each.item == "contrast" and each.right is False and each.element == "guide_conditions"
    }
    assert pale == {CLUTTERED}


def test_apps_are_compared_by_the_very_index_that_the_card_shows(
    directory: Path, card: Scorecard
) -> None:
    overall = compare_runs([directory], [WELL_KEPT, CLUTTERED]).overall
    for shown, compared in ((WELL_KEPT, overall.first_index), (CLUTTERED, overall.second_index)):
        index = of(card, shown).index
        assert index is not None
        assert compared is not None
        assert compared.value == pytest.approx(index.value)


def test_the_card_of_a_fresh_run_is_as_the_published_schema_says(card: Scorecard) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))
    validator.validate(json.loads(card.model_dump_json()))


def test_every_number_leads_to_attempts_and_files_that_exist(directory: Path) -> None:
    ids = {f"editions/{each.id}" for each in read_run(directory).attempts}
    files, tree = 0, load_tree()
    index, evidence = gather([directory], tree)
    for node in tree.walk():
        for found in explain(tree, index, evidence, node.id):
            if found.node.score is None:
                continue
            behind = [attempt for task in found.tasks for attempt in task.attempts]
            assert {attempt.id for attempt in behind} <= ids
            paths = [path for each in behind for path in (each.picture, each.hierarchy)]
            paths += [finding.picture for finding in found.findings]
            assert behind or found.findings or found.below
            assert all(path.is_file() for path in paths if path is not None)
            files += len(paths)
    assert files > 1000
