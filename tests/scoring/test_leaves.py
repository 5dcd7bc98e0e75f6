"""Indicators from attempts, against the figures of INDICATORS.md."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.leaves import (
    BLOCK,
    Sample,
    Weights,
    falling,
    halfway,
    sample_of,
    score_leaves,
    time_share,
)
from scoring.tree import Thresholds, load_tree
from scoring.values import lostness, response_score
from tests.scoring.samples import Row, attempt, frame

TREE = load_tree()


def sample(rows: list[Row]) -> Sample:
    return sample_of(frame(rows))


def scores(rows: list[Row]) -> dict[str, float]:
    made = sample(rows)
    found = score_leaves(TREE, made, Weights.even(made.shape))
    return {id: float(each[0]) for id, each in found.items()}


@pytest.mark.parametrize(
    ("seconds", "score"), [(30, 100), (48.171, 65.84), (60, 50), (120, 0), (20, 100)]
)
def test_a_time_is_scored_between_the_experts_and_the_limit(seconds: float, score: float) -> None:
    share = time_share(np.array(seconds), np.array(30.0), np.array(120.0))
    assert 100 * float(share) == pytest.approx(score, abs=1e-2)


@pytest.mark.parametrize(("seconds", "score"), [(1.2, 100), (2.6, 80), (3.5, 50), (5.0, 0)])
def test_a_cold_start_is_scored_between_two_seconds_and_five(seconds: float, score: float) -> None:
    share = falling(np.array(seconds), Thresholds(best_s=2, worst_s=5))
    assert 100 * float(share) == pytest.approx(score, abs=1e-9)


@pytest.mark.parametrize(
    ("passed", "distinct", "fewest", "lost"),
    [(4, 4, 4, 0), (5, 5, 4, 0.2), (8, 5, 4, 0.425), (9, 6, 4, 0.4714), (12, 8, 4, 0.6009)],
)
def test_lostness_is_smiths(passed: float, distinct: float, fewest: float, lost: float) -> None:
    found = lostness(*(np.array([float(each)]) for each in (passed, distinct, fewest)))
    assert found[0] == pytest.approx(lost, abs=1e-4)


def test_a_response_loses_nothing_within_a_second_and_all_beyond_ten() -> None:
    assert response_score(np.array([0.2, 1, 5.5, 10, 60])).tolist() == [1, 1, 0.5, 0, 0]


@pytest.mark.parametrize("count", [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 10 * BLOCK + 3])
def test_half_of_the_weights_is_found_where_their_running_sum_says(count: int) -> None:
    generator = np.random.default_rng(count)
    some = generator.integers(0, 3, size=(count, 200)).astype(float)
    some[0] += 1  # not all are without weight
    for weights in (np.ones((count, 200)), generator.exponential(size=(count, 200)), some):
        running = np.cumsum(weights, axis=0)
        below, upto = halfway(weights)
        assert below.tolist() == np.sum(running < running[-1] / 2 - 1e-12, axis=0).tolist()
        within = np.sum(running <= running[-1] / 2 + 1e-12, axis=0)
        assert upto.tolist() == np.minimum(within, count - 1).tolist()


def test_completion_is_weighed_by_how_much_a_failure_matters() -> None:
    counts = {"critical": 9, "major": 7, "minor": 10}
    rows = [
        attempt(number, severity, severity=severity, completed=float(number < completed))
        for severity, completed in counts.items()
        for number in range(10)
    ]
    assert scores(rows)["B2.1"] == pytest.approx(85.0)


def test_an_indicator_is_fed_by_the_tasks_that_it_names_and_no_others() -> None:
    rows = [
        attempt(0, "ask", kind="participation", tags=" hotline ", completed=1.0),
        attempt(0, "vote", kind="participation", tags=" poll ", completed=0.0),
        attempt(0, "find", kind="information", tags=" search ", completed=0.0),
    ]
    found = scores(rows)
    assert found["C1.1"] == 100
    assert found["A1.1"] == 0
    assert "C3.1" not in found


def test_what_no_attempt_says_anything_of_is_not_measured() -> None:
    assert "B3.1" not in scores([attempt(0, completed=0.0)])


def test_times_are_averaged_on_the_log_scale() -> None:
    times = (40, 36, 53, 56, 110, 48, 34, 44, 30, 40, 80)
    rows = [attempt(n, log_time=float(np.log(each))) for n, each in enumerate(times)]
    assert scores(rows)["B3.1"] == pytest.approx(65.84, abs=1e-2)


def test_a_cold_start_is_the_median_of_all() -> None:
    rows = [attempt(n, cold_start_s=each) for n, each in enumerate((1.0, 2.6, 60.0))]
    assert scores(rows)["D2.1"] == pytest.approx(80)
    assert scores([*rows, attempt(9, cold_start_s=4.4)])["D2.1"] == pytest.approx(50)


def test_weights_of_draws_count_as_so_many_attempts_would() -> None:
    made = sample([attempt(0, completed=1.0), attempt(1, completed=0.0)])
    weights = Weights(np.array([[[3.0, 1.0]], [[1.0, 1.0]]]), np.ones((2, 1)))
    assert score_leaves(TREE, made, weights)["B2.1"].tolist() == [75, 50]


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = [
        attempt(number, name, completed=float(number % 3 > 0), response=number / 10)
        for name in ("b", "a")
        for number in range(5)
    ]
    assert scores(rows) == scores(rows[::-1])
