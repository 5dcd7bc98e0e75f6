"""From a number to what is behind it; that the files exist is held in tests/test_editions.py."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import get_args

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from harness.model import Outcome
from scoring.__main__ import app
from scoring.conclude import explain_runs
from scoring.explain import COLUMNS, FORMULAS, Explanation
from scoring.show_explain import show
from scoring.tree import Measure
from scoring.values import VALUES
from tests.scoring import records

APPLY = records.scenario("apply", kind="transaction", severity="critical")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    attempts = records.attempts({Outcome.COMPLETED: 7, Outcome.NOT_FOUND: 1}, scenario="apply")
    return records.write(tmp_path, *attempts, run_id="one", scenarios=(APPLY,))


def explained(directory: Path, indicator: str) -> Explanation:
    (found,) = explain_runs([directory], indicator, None)
    return found


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["explain", *map(str, arguments)], env={"COLUMNS": "80"})


def test_every_measure_has_its_formula_and_what_attempts_say_has_its_column() -> None:
    assert set(FORMULAS) == set(get_args(Measure))
    assert set(FORMULAS) - set(COLUMNS) == {"audit", "checklist", "reviewers"}
    assert set(COLUMNS.values()) <= set(VALUES)


def test_an_indicator_leads_to_its_tasks_and_attempts_and_up_to_the_index(directory: Path) -> None:
    found = explained(directory, "B2.1")
    assert [up.id for up in found.way] == ["B", "B2", "B2.1"]
    assert found.node.share == pytest.approx(0.35 * 0.40 * 0.7)
    assert found.node.score is not None
    assert found.node.score.value == pytest.approx(100 * 7 / 8)
    (task,) = found.tasks
    assert (task.scenario, task.severity) == ("apply", 3)
    assert sorted(attempt.value or 0 for attempt in task.attempts) == [0] + [1] * 7
    assert {attempt.id for attempt in task.attempts} == set(found.node.attempts)


def test_a_capability_leads_to_what_it_is_made_of(directory: Path) -> None:
    found = explained(directory, "B")
    assert [node.id for node in found.below] == ["B1", "B2", "B3", "B4"]
    assert sum(node.weight for node in found.below) == pytest.approx(1)
    assert found.tasks == ()


def test_what_was_not_measured_is_said_so_and_is_no_number(directory: Path) -> None:
    found = explained(directory, "A1.1")
    assert found.node.score is None
    assert found.tasks == ()
    assert "未测 not measured" in call(directory, "--indicator", "A1.1").stdout


def test_failures_are_shown_first_and_long_lists_are_cut(directory: Path) -> None:
    text = call(directory, "--indicator", "B2.1").stdout
    lines = [line for line in text.splitlines() if "apply::" in line]
    assert "✗ 0  未找到 not_found" in lines[0]
    assert len(lines) == 5
    assert "另有 3 次 / 3 more: --json" in text


def test_json_has_all_and_nothing_else(directory: Path) -> None:
    (found,) = json.loads(call(directory, "--indicator", "B2.1", "--json").stdout)
    assert len(found["tasks"][0]["attempts"]) == 8


def test_paths_are_never_wrapped(directory: Path) -> None:
    console = Console(file=io.StringIO(), width=40)
    show([explained(directory, "B2.1")], console)
    assert isinstance(console.file, io.StringIO)
    assert any(len(line) > 40 for line in console.file.getvalue().splitlines())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--indicator", "B2.9"), "did you mean 'B2."),
        (("--indicator", "nonsense"), "zhangce_2026 has none of this id"),
        (("--indicator", "B", "--app", "nobody"), "was not attempted; there are sample_city"),
    ],
)
def test_what_is_not_there_is_told_with_code_2(
    directory: Path, asked: tuple[str, ...], said: str
) -> None:
    result = call(directory, *asked)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_of_a_run_of_which_nothing_counts_nothing_is_explained(tmp_path: Path) -> None:
    directory = records.write(tmp_path, *records.attempts({Outcome.BLOCKED: 2}))
    result = call(directory, "--indicator", "B2.1")
    assert result.exit_code == 2
    assert "no attempt counts" in result.stderr
