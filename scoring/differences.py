"""Two samples beside each other: is the difference more than chance, and how large may it be?

Pure functions of counts and times, the first sample being what the second is held
against: a rate's difference is second minus first, a time's ratio second by first.
None where there is nothing to compare; no data is not an equality.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable, mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

from harness.model import Frozen
from scoring.measures import CONFIDENCE

FEWEST_EXPECTED = 1.0
"""Where a cell is expected to hold fewer, the N-1 test is no good and Fisher's is taken."""

Counts = tuple[int, int]
"""Completed, and attempted."""

RateTest = Literal["n_minus_1", "fisher", "mcnemar"]


class Difference(Frozen):
    """Second minus first, or second by first, with its interval and its test."""

    value: float
    low: float
    high: float
    n: tuple[int, int]
    """How many observations of the first and of the second it rests on."""
    p: float
    """How often chance alone would make a difference as large; not corrected for many tasks."""
    test: str
    statistic: float | None
    """z or t; None for exact tests, which have none."""
    method: str
    """How value and interval were computed."""


def compare_rates(
    first: Counts, second: Counts, confidence: float = CONFIDENCE
) -> Difference | None:
    """The difference of two completion rates, of attempts that are independent of each other.

    N-1 two-proportion test; Fisher's exact test where a cell is expected to hold
    less than one. Agresti-Caffo interval, the adjusted Wald of two samples: its value
    is the observed difference.

    Args:
        first: completed and attempted.
        second: likewise.
        confidence: of the interval, between 0 and 1.

    Returns:
        Shares from -1 to 1, second minus first; None when either was not attempted.

    Raises:
        ValueError: more completed than attempted, or a negative count.

    Source: Campbell (2007) for the N-1 test; Agresti & Caffo (2000) for the interval.
    """
    for completed, attempted in (first, second):
        if not 0 <= completed <= attempted:
            raise ValueError(f"{completed} completed of {attempted} attempted")
    if not first[1] or not second[1]:
        return None
    test, statistic, p = _test_rates(first, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = confint_proportions_2indep(
            *second, *first, method="agresti-caffo", compare="diff", alpha=1 - confidence
        )
    return Difference(
        value=second[0] / second[1] - first[0] / first[1],
        low=max(-1.0, float(low)),
        high=min(1.0, float(high)),
        n=(first[1], second[1]),
        p=p,
        test=test,
        statistic=statistic,
        method=f"difference of observed rates; Agresti-Caffo {confidence:.0%}",
    )


def _test_rates(first: Counts, second: Counts) -> tuple[RateTest, float | None, float]:
    table = np.array([[done, attempted - done] for done, attempted in (second, first)])
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if expected.min() < FEWEST_EXPECTED:
        return "fisher", None, float(stats.fisher_exact(table).pvalue)
    with np.errstate(divide="ignore", invalid="ignore"):  # of an odds ratio that is not asked for
        # Its "Miettinen and Nurminen correction", N / (N - 1) of the variance, is the N-1 test.
        found = test_proportions_2indep(*second, *first, method="score", correction=True)
    return "n_minus_1", float(found.statistic), float(found.pvalue)


def compare_paired_rates(
    pairs: Sequence[tuple[bool, bool]], confidence: float = CONFIDENCE
) -> Difference | None:
    """The difference of two completion rates where the same people tried both: exact McNemar.

    Args:
        pairs: for each of them whether the first was completed, and the second.
        confidence: of the interval, between 0 and 1.

    Returns:
        Shares from -1 to 1, second minus first; None when there are no pairs.

    Source: McNemar (1947), exact; interval: Bonett & Price (2012), the adjusted Wald of pairs.
    """
    if not pairs:
        return None
    table = np.zeros((2, 2), dtype=int)
    for first, second in pairs:
        table[int(first), int(second)] += 1
    n, gained, lost = len(pairs), int(table[0, 1]), int(table[1, 0])
    up, down = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    error = math.sqrt((up + down - (up - down) ** 2) / (n + 2))
    reach = float(stats.norm.ppf((1 + confidence) / 2)) * error
    return Difference(
        value=(gained - lost) / n,
        low=max(-1.0, up - down - reach),
        high=min(1.0, up - down + reach),
        n=(n, n),
        p=float(mcnemar(table, exact=True).pvalue),
        test="mcnemar",
        statistic=None,
        method=f"difference of observed rates, paired; Bonett-Price {confidence:.0%}",
    )


def compare_times(
    first: Sequence[float], second: Sequence[float], confidence: float = CONFIDENCE
) -> Difference | None:
    """The ratio of the geometric means of two sets of times: Welch's t-test on their logarithms.

    Args:
        first: seconds, of completed attempts.
        second: likewise.
        confidence: of the interval, between 0 and 1.

    Returns:
        Second by first, below 1 where the second is faster; None with fewer than two times on a
        side, a time of nought, or no spread at all to hold a difference against.
    """
    before, after = (np.asarray(each, dtype=np.float64) for each in (first, second))
    if min(before.size, after.size) < 2 or min(before.min(), after.min()) <= 0:
        return None
    if _is_flat(np.log(before)) and _is_flat(np.log(after)):
        return None
    found = stats.ttest_ind(_ordered_logs(after), _ordered_logs(before), equal_var=False)
    return _ratio(
        found, _middle(after) - _middle(before), (before.size, after.size), confidence, "welch"
    )


def compare_paired_times(
    pairs: Sequence[tuple[float, float]], confidence: float = CONFIDENCE
) -> Difference | None:
    """As `compare_times`, where the same people did both: a t-test on the logarithms' differences.

    Args:
        pairs: seconds of the first and of the second, where both were completed.
        confidence: of the interval, between 0 and 1.
    """
    if len(pairs) < 2 or min(min(pair) for pair in pairs) <= 0:
        return None
    return mean_ratio([after / before for before, after in pairs], confidence, "paired_t")


def mean_ratio(
    ratios: Sequence[float], confidence: float = CONFIDENCE, test: str = "t"
) -> Difference | None:
    """The geometric mean of ratios, with a t-interval on the log scale.

    Args:
        ratios: one a task, or one a pair; none nought or below.
        confidence: of the interval, between 0 and 1.
        test: what the test is called in the answer.

    Returns:
        The ratio; None with fewer than two, or where all are the same.
    """
    logs = np.sort(np.log(np.asarray(ratios, dtype=np.float64)))
    if logs.size < 2 or _is_flat(logs):
        return None
    found = stats.ttest_1samp(logs, 0.0)
    middle = math.fsum(logs) / logs.size
    return _ratio(found, middle, (logs.size, logs.size), confidence, test)


def _ratio(
    found: Any,  # scipy has no types
    log_ratio: float,
    n: tuple[int, int],
    confidence: float,
    test: str,
) -> Difference:
    interval = found.confidence_interval(confidence)
    return Difference(
        value=math.exp(log_ratio),
        low=math.exp(interval.low),
        high=math.exp(interval.high),
        n=n,
        p=float(found.pvalue),
        test=test,
        statistic=float(found.statistic),
        method=f"ratio of geometric means; t-interval {confidence:.0%} on the log scale",
    )


def _is_flat(logs: NDArray[np.float64]) -> bool:
    """Whether all are the same, but for the last bits."""
    return float(np.ptp(logs)) < 1e-9


def _ordered_logs(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sorted, so that the order of rows does not change the last bits of what comes out."""
    logs: NDArray[np.float64] = np.sort(np.log(seconds))
    return logs


def _middle(seconds: NDArray[np.float64]) -> float:
    return math.fsum(np.log(seconds)) / seconds.size


def mantel_haenszel(tasks: Sequence[tuple[Counts, Counts]]) -> float | None:
    """How often chance alone would make a difference over all tasks as large as this one.

    Task by task, so that attempts of an easy one never stand for those of a hard one.

    Returns:
        p; None when no task has both a completed and a failed attempt, or one side is missing.

    Source: Mantel & Haenszel (1959), without correction for continuity.
    """
    tables = [
        [[done, attempted - done] for done, attempted in (second, first)]
        for first, second in tasks
        if first[1] and second[1] and 0 < first[0] + second[0] < first[1] + second[1]
    ]
    if not tables:
        return None
    strata = [np.asarray(table, dtype=np.float64) for table in sorted(tables)]
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(StratifiedTable(strata).test_null_odds(correction=False).pvalue)


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """The p of each task corrected for there being several; None stays, and counts for nothing.

    Source: Holm (1979).
    """
    given = [p for p in p_values if p is not None]
    if not given:
        return tuple(p_values)
    corrected = iter(multipletests(given, method="holm")[1])
    return tuple(None if p is None else float(next(corrected)) for p in p_values)
