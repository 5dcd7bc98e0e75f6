from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.measures import (
    completion_rate,
    geometric_mean,
    is_flaky,
    mean,
    median,
    path_efficiency,
    point_estimate,
)

TIMES = (40, 36, 53, 56, 110, 48, 34, 44, 30, 40, 80)
counts = st.integers(0, 200).flatmap(
    lambda attempted: st.tuples(st.integers(0, attempted), st.just(attempted))
)
times = st.lists(st.floats(0.01, 3600), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("completed", "attempted", "low", "high"),
    [
        (4, 5, 0.3596, 0.9797),
        (1, 5, 0.0203, 0.6404),
        (5, 5, 0.5109, 1),
        (10, 10, 0.6791, 1),
        (7, 8, 0.5078, 0.9989),
        (20, 20, 0.8102, 1),
    ],
)
def test_the_intervals_are_those_of_the_page_of_indicators(
    completed: int, attempted: int, low: float, high: float
) -> None:
    rate = completion_rate(completed, attempted)
    assert rate is not None
    assert rate.low == pytest.approx(low, abs=5e-5)
    assert rate.high == pytest.approx(high, abs=5e-5)
    assert rate.n == attempted


@pytest.mark.parametrize(
    ("completed", "attempted", "value"), [(4, 5, 0.8), (1, 5, 0.3303), (5, 5, 0.8571)]
)
def test_the_point_estimates_are_those_of_the_page_of_indicators(
    completed: int, attempted: int, value: float
) -> None:
    assert point_estimate(completed, attempted) == pytest.approx(value, abs=5e-5)


def test_nothing_attempted_is_not_a_rate_of_zero() -> None:
    assert completion_rate(0, 0) is None


@pytest.mark.parametrize(("completed", "attempted"), [(2, 1), (-1, 5), (0, -1)])
def test_counts_that_cannot_be_are_refused(completed: int, attempted: int) -> None:
    with pytest.raises(ValueError, match="attempted"):
        completion_rate(completed, attempted)


@given(counts)
def test_a_rate_lies_within_its_interval_and_that_within_0_and_1(counts: tuple[int, int]) -> None:
    rate = completion_rate(*counts)
    if rate is None:
        assert counts == (0, 0)
        return
    assert rate.low is not None
    assert rate.high is not None
    assert 0 <= rate.low <= rate.value <= rate.high <= 1


@given(counts)
def test_an_attempt_that_completes_after_all_never_lowers_the_rate(
    counts: tuple[int, int],
) -> None:
    completed, attempted = counts
    if completed == attempted:
        return
    before, after = completion_rate(completed, attempted), completion_rate(completed + 1, attempted)
    assert before is not None
    assert after is not None
    assert before.value < after.value
    assert (before.low or 0) <= (after.low or 0)
    assert (before.high or 0) <= (after.high or 0)


def test_the_geometric_mean_is_that_of_the_page_of_indicators() -> None:
    middle = geometric_mean(TIMES)
    assert middle is not None
    assert middle.value == pytest.approx(48.171, abs=5e-4)
    assert middle.n == 11
    # The interval by hand: mean and standard deviation of the logarithms, t(0.975, 10) = 2.2281.
    logs = [math.log(time) for time in TIMES]
    centre = sum(logs) / 11
    deviation = math.sqrt(sum((log - centre) ** 2 for log in logs) / 10)
    reach = 2.2281 * deviation / math.sqrt(11)
    assert middle.low == pytest.approx(math.exp(centre - reach), rel=1e-4)
    assert middle.high == pytest.approx(math.exp(centre + reach), rel=1e-4)
    median_time = median(TIMES)
    assert median_time is not None
    assert median_time.value == 44
    mean_time = mean(TIMES)
    assert mean_time is not None
    assert mean_time.value == pytest.approx(51.909, abs=5e-4)


def test_one_time_has_no_interval_and_no_time_no_mean() -> None:
    one = geometric_mean([12.5])
    assert one is not None
    assert one.value == pytest.approx(12.5)
    assert (one.low, one.high, one.n) == (None, None, 1)
    assert geometric_mean([]) is None


def test_a_time_of_zero_has_a_mean_but_no_interval() -> None:
    zero = geometric_mean([0.0, 4.0])
    assert zero is not None
    assert (zero.value, zero.low, zero.high, zero.n) == (0.0, None, None, 2)


@pytest.mark.parametrize("wrong", [-1.0, math.nan])
def test_what_is_no_time_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="not all are times"):
        geometric_mean([1.0, wrong])


@given(times)
def test_the_order_of_times_changes_nothing(values: list[float]) -> None:
    assert geometric_mean(values) == geometric_mean(sorted(values, reverse=True))


@given(times, st.floats(0.1, 10))
def test_the_unit_of_times_only_scales_the_mean(values: list[float], factor: float) -> None:
    before, after = geometric_mean(values), geometric_mean([value * factor for value in values])
    assert before is not None
    assert after is not None
    assert after.value == pytest.approx(before.value * factor)
    if before.low is not None:
        assert after.low == pytest.approx(before.low * factor, rel=1e-5)


def test_path_efficiency_is_1_on_the_shortest_path_and_never_more() -> None:
    path = path_efficiency([3, 6, 2], reference=3)
    assert path is not None
    assert path.value == pytest.approx((1 + 0.5 + 1) / 3)
    assert path.n == 3
    assert path_efficiency([], reference=3) is None


def test_a_middle_of_nothing_is_nothing() -> None:
    assert median([]) is None
    assert mean([]) is None


@pytest.mark.parametrize(
    ("completed", "attempted", "flaky"),
    [(0, 0, False), (0, 5, False), (5, 5, False), (1, 1, False), (1, 2, True), (4, 5, True)],
)
def test_attempts_are_flaky_when_some_complete_and_some_do_not(
    completed: int, attempted: int, flaky: bool
) -> None:
    assert is_flaky(completed, attempted) is flaky
