"""Intervals and the truth: widths that are known, and coverage at a size that takes seconds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from benchmarks.coverage import of_completion, of_nodes
from scoring.bootstrap import DRAWS
from scoring.index import index_apps
from scoring.tree import load_tree
from scoring.values import Floats
from tests.scoring.samples import attempt, frame

TREE = load_tree()


def width_of_completion(outcomes: Floats) -> float:
    """Of A1.1, from tasks x attempts."""
    rows = [
        attempt(n, f"task_{task:03d}", kind="information", completed=float(done))
        for task, row in enumerate(outcomes)
        for n, done in enumerate(row)
    ]
    (found,) = index_apps(TREE, frame(rows), draws=DRAWS).apps
    score = next(node.score for node in found.nodes if node.id == "A1.1")
    assert score is not None
    assert score.low is not None
    assert score.high is not None
    return (score.high - score.low) / 100


def test_an_interval_over_tasks_is_as_wide_as_the_spread_of_tasks_makes_it() -> None:
    generator = np.random.default_rng(5)
    rates = generator.beta(3, 2, 60)
    outcomes = (generator.random((60, 10)) < rates[:, None]).astype(float)
    error = outcomes.mean(axis=1).std(ddof=1) / np.sqrt(60)
    assert width_of_completion(outcomes) == pytest.approx(2 * 1.96 * error, rel=0.08)


def test_attempts_are_not_counted_twice_where_tasks_are_all_alike() -> None:
    outcomes = (np.random.default_rng(6).random((200, 4)) < 0.7).astype(float)
    error = outcomes.std() / np.sqrt(outcomes.size)
    assert width_of_completion(outcomes) == pytest.approx(2 * 1.96 * error, rel=0.12)


def test_of_one_task_only_its_attempts_can_vary() -> None:
    outcomes = np.array([[1.0] * 28 + [0.0] * 12])
    error = outcomes.std(ddof=1) / np.sqrt(40)
    assert width_of_completion(outcomes) == pytest.approx(2 * 1.96 * error, rel=0.08)


def test_tasks_that_came_out_alike_by_chance_still_leave_doubt() -> None:
    assert width_of_completion(np.array([[1.0, 0.0, 1.0, 1.0]] * 3)) > 0.2


@pytest.mark.parametrize("rate", [0.5, 0.8, 0.95])
def test_adjusted_wald_contains_the_truth_about_as_often_as_it_says(rate: float) -> None:
    assert 0.93 < of_completion(rate, 20, replications=4000).share < 0.995


def test_intervals_of_the_index_contain_the_truth_and_are_not_far_too_wide() -> None:
    """By 60 Apps, of which 95 % are 57: fewer than 50 come once in some thousand times."""
    covered = of_nodes(60, population_times=25)["index"]
    assert covered.hits >= 50
    assert covered.width < 8


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("attempts", [1, 5, 50])
def test_attempts_that_all_came_out_alike_leave_the_doubt_of_their_number(
    share: float, attempts: int
) -> None:
    outcomes = np.full((1, attempts), share)
    jeffreys = beta(attempts + 0.5, 0.5).ppf(0.025)
    assert width_of_completion(outcomes) == pytest.approx(1 - jeffreys, abs=0.03)


def test_a_rate_of_all_or_none_is_covered_as_often_as_is_said() -> None:
    """Truths near 1, where drawing from what was seen would give no width at all."""
    generator, rate, inside = np.random.default_rng(8), 0.97, 0
    for _ in range(200):
        outcomes = (generator.random((1, 10)) < rate).astype(float)
        rows = [attempt(n, kind="information", completed=x) for n, x in enumerate(outcomes[0])]
        (found,) = index_apps(TREE, frame(rows), draws=200).apps
        score = next(node.score for node in found.nodes if node.id == "A1.1")
        assert score is not None
        assert score.low is not None
        assert score.high is not None
        inside += score.low <= 100 * rate <= score.high
    assert inside / 200 > 0.93
