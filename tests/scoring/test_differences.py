"""Two samples beside each other, against published figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.differences import (
    compare_paired_rates,
    compare_paired_times,
    compare_rates,
    compare_times,
    holm,
    mantel_haenszel,
    mean_ratio,
)


@pytest.mark.parametrize(
    ("better", "worse", "z", "p"),
    [((11, 12), (5, 12), 2.5434, 0.0110), ((9, 10), (4, 10), 2.2847, 0.0223)],
)
def test_two_rates_come_out_as_published(
    better: tuple[int, int], worse: tuple[int, int], z: float, p: float
) -> None:
    found = compare_rates(worse, better)
    assert found is not None
    assert found.test == "n_minus_1"
    assert found.statistic == pytest.approx(z, abs=5e-5)
    assert found.p == pytest.approx(p, abs=5e-5)


def test_the_interval_of_a_difference_is_that_of_agresti_and_caffo() -> None:
    found = compare_rates((5, 12), (11, 12))
    assert found is not None
    first, second = 6 / 14, 12 / 14
    reach = 1.959964 * math.sqrt(first * (1 - first) / 14 + second * (1 - second) / 14)
    assert found.value == pytest.approx(0.5)
    assert found.low == pytest.approx(second - first - reach, abs=1e-6)
    assert found.high == pytest.approx(second - first + reach, abs=1e-6)
    assert found.n == (12, 12)


def test_fisher_takes_over_where_less_than_one_is_expected() -> None:
    few = compare_rates((1, 1), (0, 3))
    assert few is not None
    assert (few.test, few.statistic) == ("fisher", None)
    assert few.p == pytest.approx(0.25)  # one table of C(4, 1) is as far off


def test_where_all_are_completed_nothing_tells_them_apart() -> None:
    found = compare_rates((5, 5), (5, 5))
    assert found is not None
    assert (found.value, found.p) == (0, 1)
    assert found.low < 0 < found.high


def test_mcnemar_counts_only_those_who_fared_differently() -> None:
    pairs = [(False, True)] * 7 + [(True, False)] + [(True, True)] * 4
    found = compare_paired_rates(pairs)
    assert found is not None
    assert found.p == pytest.approx(2 * (1 + 8) / 2**8)  # binomial, 1 of 8 or fewer, both sides
    assert found.value == pytest.approx(6 / 12)
    up, down = 8 / 14, 2 / 14
    reach = 1.959964 * math.sqrt((up + down - (up - down) ** 2) / 14)
    assert (found.low, found.high) == pytest.approx((up - down - reach, up - down + reach))


def test_pairs_that_all_fared_alike_tell_nothing_apart() -> None:
    found = compare_paired_rates([(True, True)] * 3)
    assert found is not None
    assert (found.value, found.p) == (0, 1)


def test_times_are_compared_by_the_ratio_of_their_geometric_means() -> None:
    found = compare_times([10, 20, 40], [5, 10, 20])
    assert found is not None
    assert found.value == pytest.approx(0.5)
    # Welch on logs: both have sd ln 2, so se = ln 2 * sqrt(2/3), df = 4, t(.975) = 2.776445
    reach = 2.776445 * math.log(2) * math.sqrt(2 / 3)
    assert found.low == pytest.approx(0.5 * math.exp(-reach), rel=1e-5)
    assert found.high == pytest.approx(0.5 * math.exp(reach), rel=1e-5)
    assert found.n == (3, 3)


def test_paired_times_leave_out_that_some_people_are_slow() -> None:
    pairs = [(10.0, 5.1), (100.0, 49.0), (1000.0, 505.0)]
    apart = compare_times([first for first, _ in pairs], [second for _, second in pairs])
    together = compare_paired_times(pairs)
    assert apart is not None
    assert together is not None
    assert together.value == pytest.approx(apart.value)
    assert together.p < 0.01 < apart.p


def test_what_cannot_be_compared_is_none() -> None:
    assert compare_rates((0, 0), (3, 5)) is None
    assert compare_paired_rates([]) is None
    assert compare_times([10.0], [9.0, 8.0]) is None
    assert compare_times([10.0, 0.0], [9.0, 8.0]) is None
    assert compare_times([10.0, 10.0], [9.0, 9.0]) is None  # no spread to hold it against
    assert compare_paired_times([(1.0, 2.0)]) is None
    assert mean_ratio([2.0]) is None
    assert mantel_haenszel([]) is None
    assert mantel_haenszel([((5, 5), (3, 3)), ((0, 0), (1, 2))]) is None


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="6 completed of 5"):
        compare_rates((6, 5), (1, 2))


def test_over_all_tasks_each_task_is_held_against_itself() -> None:
    # Second better within each task; pooled it looks worse, having tried the hard task more often.
    tasks = [((90, 100), (20, 20)), ((1, 20), (20, 100))]
    found = mantel_haenszel(tasks)
    pooled = compare_rates((91, 120), (40, 120))
    assert found is not None
    assert found < 0.05
    assert pooled is not None
    assert pooled.value < 0


def test_holm_corrects_for_many_tasks_and_skips_those_without_a_number() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx((0.03, None, 0.06, 0.06))
    assert holm([None]) == (None,)
    assert holm([]) == ()


counts = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_exchanging_the_two_only_turns_the_sign(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    there, back = compare_rates(first, second), compare_rates(second, first)
    assert there is not None
    assert back is not None
    assert 0 <= there.p <= 1
    assert there.p == pytest.approx(back.p)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert -1 <= there.low <= there.value <= there.high <= 1


@given(
    st.lists(st.integers(1, 9999).map(float), min_size=2, max_size=9, unique=True),
    st.floats(0.1, 10),
)
def test_the_unit_of_time_does_not_matter(seconds: list[float], factor: float) -> None:
    first, second = seconds, [1.1 * each for each in reversed(seconds)] + [3.0]
    found = compare_times(first, second)
    scaled = compare_times([factor * s for s in first], [factor * s for s in second])
    if found is None or scaled is None:
        assert found is scaled
        return
    assert scaled.value == pytest.approx(found.value)
    assert scaled.p == pytest.approx(found.p, abs=1e-6)
