"""How many attempts would tell two Apps apart, and when nobody knows."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import pytest
from rich.console import Console
from statsmodels.stats.power import TTestIndPower
from typer.testing import CliRunner, Result

from harness.model import Outcome
from harness.store import Run
from scoring.__main__ import app
from scoring.compare import choose_sides, compare
from scoring.differences import compare_rates, compare_times
from scoring.sample_size import (
    SamplePlan,
    attempts_for_rates,
    attempts_for_times,
    plan_sample,
    smallest_difference,
    tasks_for_index,
)
from scoring.show_sample_size import show
from scoring.tree import load_tree
from tests.scoring import golden
from tests.scoring.records import attempt, attempts, run, write

DONE, FAILED = Outcome.COMPLETED, Outcome.NOT_FOUND


def of(run_id: str, completed: int, failed: int) -> Run:
    return run(*attempts({DONE: completed, FAILED: failed}), run_id=run_id)


def plan(first: Run, second: Run) -> SamplePlan:
    return plan_sample(compare(*choose_sides([first, second], ()), load_tree()))


def test_the_textbook_case_of_a_half_against_seven_tenths_takes_93_a_side() -> None:
    assert attempts_for_rates((5, 10), (7, 10)) == 93


def exact_power(before: float, after: float, n: int) -> float:
    """How often the test finds the difference: over all outcomes there can be."""
    mass = [
        [math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)]
        for rate in (before, after)
    ]
    found = 0.0
    for first in range(n + 1):
        for second in range(n + 1):
            difference = compare_rates((first, n), (second, n))
            if difference is not None and difference.p < 0.05:
                found += mass[0][first] * mass[1][second]
    return found


@pytest.mark.parametrize(("first", "second"), [((8, 20), (18, 20)), ((4, 10), (8, 10))])
def test_as_many_attempts_as_planned_find_the_difference_about_as_often_as_asked(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    n = attempts_for_rates(first, second)
    assert n is not None
    assert 0.74 < exact_power(first[0] / first[1], second[0] / second[1], n) < 0.90


def test_even_all_against_none_takes_as_many_as_the_test_itself_asks() -> None:
    n = attempts_for_rates((3, 3), (0, 3))
    assert n is not None
    found, one_less = compare_rates((n, n), (0, n)), compare_rates((n - 1, n - 1), (0, n - 1))
    assert found is not None
    assert one_less is not None
    assert found.p < 0.05 <= one_less.p


def test_no_difference_seen_is_no_number_of_attempts() -> None:
    assert attempts_for_rates((5, 10), (10, 20)) is None
    assert attempts_for_rates((0, 0), (5, 10)) is None
    assert attempts_for_rates((500, 1000), (501, 1000)) is None


def test_times_take_as_many_as_the_effect_asks() -> None:
    """An effect of d = 0.5 takes 64 a side: Cohen (1988), table 2.4.1."""
    ratio = compare_times([10.0, 12.0, 9.0, 14.0], [11.0, 13.0, 10.0, 15.0])
    assert ratio is not None
    half = ratio.model_copy(update={"statistic": 0.5 / math.sqrt(2 / 10), "n": (10, 10)})
    assert attempts_for_times(half) == 64
    assert attempts_for_times(half.model_copy(update={"statistic": 0.0})) is None
    assert attempts_for_times(half.model_copy(update={"statistic": 1e-4})) is None
    assert attempts_for_times(half.model_copy(update={"statistic": 500.0})) == 2


@pytest.mark.parametrize("statistic", [0.4, 2.0, 6.0, 14.0, 40.0, 90.0, 1e6])
def test_as_many_attempts_are_planned_as_have_the_power_and_no_more(statistic: float) -> None:
    ratio = compare_times([10.0, 11.0, 12.0] * 3, [20.0, 22.0, 24.0] * 3)
    assert ratio is not None
    planned = attempts_for_times(ratio.model_copy(update={"statistic": statistic}))
    assert planned is not None
    effect = statistic * math.sqrt(2 / 9)
    power = TTestIndPower().power
    assert power(effect, planned, 0.025, alternative="larger") >= 0.8
    assert planned == 2 or power(effect, planned - 1, 0.025, alternative="larger") < 0.8


def test_the_smallest_difference_shrinks_with_attempts() -> None:
    ten, hundred = (smallest_difference((8, 10), n) for n in (10, 100))
    assert ten == pytest.approx(0.6)
    assert hundred == pytest.approx(0.14, abs=0.02)
    assert smallest_difference((5, 10), 3) is None


def test_the_smallest_difference_is_one_that_the_test_itself_finds() -> None:
    """Half of six is 0.06 from all six by the N-1 test, though the arcsine has it found."""
    smallest = smallest_difference((6, 6), 6)
    assert smallest == pytest.approx(4 / 6)


def test_the_index_takes_more_tasks_the_nearer_the_draws_are_to_a_toss() -> None:
    # 97.5 % of draws are 1.96 deviates; 2.80 are asked for.
    assert tasks_for_index(0.975, 10) == math.ceil(10 * (2.8016 / 1.96) ** 2)
    assert tasks_for_index(0.025, 10) == tasks_for_index(0.975, 10)
    fewer, more = tasks_for_index(0.9, 10), tasks_for_index(0.6, 10)
    assert fewer is not None
    assert more is not None
    assert fewer < more
    assert tasks_for_index(0.5, 10) is None
    assert tasks_for_index(1.0, 10) == 10


def test_what_is_told_apart_already_needs_no_more() -> None:
    (task,) = plan(of("old", 11, 1), of("new", 2, 10)).tasks
    assert task.apart
    assert (task.completion.more, task.completion.more_corrected) == (0, 0)


def test_what_is_not_takes_more_and_all_tasks_together_more_still() -> None:
    first = run(*attempts({DONE: 9, FAILED: 1}), attempt(scenario="pay"), run_id="old")
    second = run(*attempts({DONE: 6, FAILED: 4}), attempt(scenario="pay"), run_id="new")
    task, same = plan(first, second).tasks
    assert not task.apart
    assert task.completion.n is not None
    assert task.completion.n_corrected is not None
    assert task.completion.more == task.completion.n - 10 > 0
    assert task.completion.n_corrected > task.completion.n
    assert same.completion.more is None


def test_pairs_are_not_planned_by_formulas_for_independent_attempts() -> None:
    first, second = of("old", 3, 1), of("new", 1, 3)
    paired = compare(*choose_sides([first, second], ()), load_tree(), paired=True)
    with pytest.raises(ValueError, match="independent"):
        plan_sample(paired)


def test_the_plan_is_printed_with_the_sentence_for_what_cannot_be_told() -> None:
    slow = [attempt(repetition=n, task_s=20.0 + 3 * n) for n in range(1, 7)]
    quick = [attempt(repetition=n, task_s=18.0 + 4 * n) for n in range(1, 7)]
    first = run(*slow, *attempts({DONE: 11, FAILED: 1}, scenario="pay"), run_id="old")
    second = run(*quick, *attempts({DONE: 2, FAILED: 10}, scenario="pay"), run_id="new")
    console = Console(file=io.StringIO(), width=100, color_system=None)
    show(plan(first, second), console)
    assert isinstance(console.file, io.StringIO)
    golden.check("sample_size.txt", console.file.getvalue())


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["plan", *map(str, arguments)], env={"COLUMNS": "100"})


def test_the_command_plans_for_two_runs(tmp_path: Path) -> None:
    runs = [
        write(tmp_path, *attempts({DONE: done, FAILED: 10 - done}), run_id=name)
        for name, done in (("old", 9), ("new", 6))
    ]
    assert "cannot be told apart at this n" in call(*runs).stdout
    found = json.loads(call(*runs, "--json", "--power", "0.9").stdout)
    assert found["power"] == 0.9
    assert found["tasks"][0]["completion"]["more"] > 0
    refused = call(*runs, "--power", "1.5")
    assert refused.exit_code == 2
