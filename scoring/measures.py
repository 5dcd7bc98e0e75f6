"""The measures: what a handful of attempts says, each with its interval and its n.

Pure functions of counts and numbers. Each returns None when there is nothing to
measure: no data is not a score of zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from scoring.estimate import Estimate

CONFIDENCE = 0.95


def completion_rate(
    completed: int, attempted: int, confidence: float = CONFIDENCE
) -> Estimate | None:
    """Share of attempts that reached the goal, with an adjusted-Wald interval.

    Adjusted Wald, because usability samples are small and the plain Wald
    interval has no width at 5 of 5. Harness errors and blocked attempts are
    not attempts: the caller has left them out.

    Returns:
        Shares from 0 to 1; None when nothing was attempted.

    Raises:
        ValueError: more completed than attempted, or a negative count.

    Source: Sauro & Lewis (2005); checked against INDICATORS.md.
    """
    if not 0 <= completed <= attempted:
        raise ValueError(f"{completed} completed of {attempted} attempted")
    if attempted == 0:
        return None
    low, high = proportion_confint(
        completed, attempted, alpha=1 - confidence, method="agresti_coull"
    )
    return Estimate(
        value=point_estimate(completed, attempted, confidence),
        low=max(0.0, float(low)),
        high=min(1.0, float(high)),
        n=attempted,
        method=f"adjusted Wald {confidence:.0%}; point estimate of Lewis & Sauro (2006)",
    )


def point_estimate(completed: int, attempted: int, confidence: float = CONFIDENCE) -> float:
    """The best single figure for a small sample: Wilson below one half, Laplace above 0.9.

    In between it is the observed share. It rises with each attempt that turns
    from failed to completed, but not with each one that is added: 9 of 10 is
    0.9, and 10 of 11, being above 0.9, is Laplace's 0.846.

    Returns:
        A share from 0 to 1.

    Source: Lewis & Sauro (2006); checked against INDICATORS.md.
    """
    share = completed / attempted
    if share < 0.5:
        z_squared = float(stats.norm.ppf((1 + confidence) / 2)) ** 2
        return (completed + z_squared / 2) / (attempted + z_squared)
    if share > 0.9:
        return (completed + 1) / (attempted + 2)
    return share


def is_flaky(completed: int, attempted: int) -> bool:
    """Whether attempts that should all have gone the same way did not.

    A rate of 3 of 5 does not tell a path that works for most from one that works at times.
    """
    return 0 < completed < attempted


def geometric_mean(seconds: Sequence[float], confidence: float = CONFIDENCE) -> Estimate | None:
    """The middle of task times, with a t-interval on the log scale.

    Task times have a long tail to the right, which pulls the mean up; for small
    samples the geometric mean is nearest to the median of all users.

    Args:
        seconds: task times of completed attempts, none negative.
        confidence: of the interval, between 0 and 1.

    Returns:
        Seconds; without interval for a single time, or where one is zero. None
        when there are none.

    Raises:
        ValueError: a time is negative or not a number.

    Source: Sauro & Lewis (2010); checked against INDICATORS.md.
    """
    times = np.sort(np.asarray(seconds, dtype=np.float64))
    if not np.all(times >= 0):
        raise ValueError(f"not all are times: {seconds}")
    if times.size == 0:
        return None
    method = f"geometric mean; t-interval {confidence:.0%} on the log scale"
    if times[0] == 0:
        return Estimate(value=0.0, low=None, high=None, n=times.size, method=method)
    logs = np.log(times)
    middle = math.fsum(logs) / times.size
    if times.size < 2:
        return Estimate(value=math.exp(middle), low=None, high=None, n=times.size, method=method)
    error = float(np.std(logs, ddof=1)) / math.sqrt(times.size)
    reach = float(stats.t.ppf((1 + confidence) / 2, times.size - 1)) * error
    return Estimate(
        value=math.exp(middle),
        low=math.exp(middle - reach),
        high=math.exp(middle + reach),
        n=times.size,
        method=method,
    )


def median(values: Sequence[float]) -> Estimate | None:
    """The median, without interval: of steps and screens, which hardly vary between repeats."""
    if not values:
        return None
    return Estimate(
        value=float(np.median(values)), low=None, high=None, n=len(values), method="median"
    )


def mean(values: Sequence[float]) -> Estimate | None:
    """The arithmetic mean, without interval: of counts an attempt."""
    if not values:
        return None
    return Estimate(
        value=math.fsum(values) / len(values), low=None, high=None, n=len(values), method="mean"
    )


def path_efficiency(screens: Sequence[int], reference: int) -> Estimate | None:
    """How near completed attempts came to the shortest path: the mean of min(1, R / S).

    Args:
        screens: screens that each attempt passed in all, repeats counted (S); 1 or more.
        reference: screens of the shortest path (R).

    Returns:
        A share from 0 to 1, without interval; None when there are no attempts.

    Source: INDICATORS.md, B3.2.
    """
    shares = [min(1.0, reference / count) for count in screens]
    estimate = mean(shares)
    return estimate and estimate.model_copy(update={"method": "mean of min(1, reference/screens)"})
