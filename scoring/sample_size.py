"""How many more attempts, or tasks, would tell two Apps apart. Pure.

Planned for the difference that was seen, which is itself uncertain: an outlook, no promise.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from statistics import NormalDist

from statsmodels.stats.power import NormalIndPower, TTestIndPower
from statsmodels.stats.proportion import (
    proportion_effectsize,
    samplesize_proportions_2indep_onetail,
)

from harness.model import Frozen, Words
from scoring.compare import ALPHA, Overall, SideBySide, TaskCompared
from scoring.differences import Counts, Difference, compare_rates
from scoring.estimate import Estimate

POWER = 0.80
MOST = 10_000
"""More than anybody makes; beyond it the answer is that nobody knows."""
SEEN_NOTE = Words(
    zh="按已观察到的差异估算；真实差异若只有一半，所需次数约为四倍",
    en="Planned for the difference that was seen; a true one of half its size takes about four "
    "times as many",
)
TASKS_NOTE = Words(
    zh="指数所需任务数按区间随任务数平方根收窄外推；新任务须与现有任务同类",
    en="Tasks for the index: as if intervals narrowed with the root of the number of tasks, new "
    "ones being of the same kind",
)


class Needed(Frozen):
    """How large a sample would have to be."""

    n: int | None
    """On each side, those made included; None: no difference was seen, or beyond `MOST`."""
    more: int | None
    """On the side that has fewer; 0 where they are told apart already."""
    n_corrected: int | None
    """The same if all tasks are judged together (the strictest step of Holm's correction)."""
    more_corrected: int | None
    method: str


class TaskPlan(Frozen):
    """One task: what was made, and what it would take."""

    scenario: str
    title: Words
    made: tuple[int, int]
    rates: tuple[Estimate | None, Estimate | None]
    difference: Difference | None
    apart: bool
    """Whether completion tells the two apart already, corrected for all tasks."""
    completion: Needed
    smallest: float | None
    """The smallest difference of shares, 0 to 1, that would be seen at this n with that power."""
    time_ratio: Difference | None
    time_apart: bool
    time: Needed | None
    """Completed attempts; None: there were too few times to plan by."""


class IndexPlan(Frozen):
    """The index: how many tasks would settle which is above."""

    first: Estimate
    second: Estimate
    tasks: int
    second_above: float
    apart: bool
    needed: int | None
    """Tasks in all; None: beyond `MOST`, or the draws favour neither."""
    more: int | None
    method: str


class SamplePlan(Frozen):
    """What would tell two Apps apart."""

    version: int = 1
    first: str
    second: str
    alpha: float
    power: float
    tasks: tuple[TaskPlan, ...]
    index: IndexPlan | None
    """None: the index of either was not measured."""
    notes: tuple[Words, ...]


def plan_sample(found: SideBySide, power: float = POWER) -> SamplePlan:
    """What it would take to tell two Apps apart, task by task and by their index.

    Args:
        found: the two held against each other, attempts not paired.
        power: how often a difference as large as the one seen shall be found, 0 to 1.

    Raises:
        ValueError: the attempts are paired, or the power is not between alpha and 1.
    """
    if found.paired:
        raise ValueError("sample sizes are of independent attempts")
    if not ALPHA < power < 1:
        raise ValueError(f"a power of {power:g} is not between {ALPHA:g} and 1")
    return SamplePlan(
        first=found.first.app,
        second=found.second.app,
        alpha=ALPHA,
        power=power,
        tasks=tuple(_plan_task(task, len(found.tasks), power) for task in found.tasks),
        index=_plan_index(found.overall, len(found.tasks), power),
        notes=(*found.notes, SEEN_NOTE, TASKS_NOTE),
    )


def _plan_task(task: TaskCompared, tasks: int, power: float) -> TaskPlan:
    first, second = task.first, task.second
    before, after = (first.completed, first.attempted), (second.completed, second.attempted)
    apart = task.rate is not None and task.rate.change != "cannot_tell"
    time_apart = task.time is not None and task.time.change != "cannot_tell"
    ratio = None if task.time is None else task.time.difference
    return TaskPlan(
        scenario=task.scenario,
        title=task.title,
        made=(first.attempted, second.attempted),
        rates=(first.rate, second.rate),
        difference=None if task.rate is None else task.rate.difference,
        apart=apart,
        completion=_needed(
            attempts_for_rates(before, after, ALPHA, power),
            attempts_for_rates(before, after, ALPHA / tasks, power),
            made=min(before[1], after[1]),
            apart=apart,
            method=f"normal approximation at {power:.0%} power, and until the test itself agrees",
        ),
        smallest=smallest_difference(before, min(before[1], after[1]), ALPHA, power),
        time_ratio=ratio,
        time_apart=time_apart,
        time=None
        if ratio is None
        else _needed(
            attempts_for_times(ratio, ALPHA, power),
            attempts_for_times(ratio, ALPHA / tasks, power),
            made=min(ratio.n),
            apart=time_apart,
            method=f"t-test on logarithms at {power:.0%} power",
        ),
    )


def _needed(
    n: int | None, n_corrected: int | None, *, made: int, apart: bool, method: str
) -> Needed:
    return Needed(
        n=n,
        more=_more(n, made, apart),
        n_corrected=n_corrected,
        more_corrected=_more(n_corrected, made, apart),
        method=method,
    )


def _more(needed: int | None, made: int, apart: bool) -> int | None:
    if apart:
        return 0
    return None if needed is None else max(0, needed - made)


def attempts_for_rates(
    first: Counts, second: Counts, alpha: float = ALPHA, power: float = POWER
) -> int | None:
    """Attempts a side that would find a difference of rates as large as the one seen.

    By the normal approximation, which says too few where rates are extreme: raised
    until the test that will be made calls that very difference one.

    Args:
        first: completed and attempted.
        second: likewise.
        alpha: of the two-sided test.
        power: of finding it.

    Returns:
        Attempts on each side; None: no difference was seen, a side was not attempted, or it
        would take more than `MOST`.

    Source: Fleiss, Levin & Paik (2003), without correction for continuity.
    """
    if not first[1] or not second[1]:
        return None
    before, after = first[0] / first[1], second[0] / second[1]
    if math.isclose(before, after):
        return None
    n = math.ceil(
        samplesize_proportions_2indep_onetail(
            abs(after - before), min(before, after), power, alpha=alpha
        )
    )
    while n <= MOST and not _tells(before, after, n, alpha):
        n += 1
    return n if n <= MOST else None


def _tells(before: float, after: float, n: int, alpha: float) -> bool:
    found = compare_rates((round(before * n), n), (round(after * n), n))
    return found is not None and found.p < alpha


def attempts_for_times(ratio: Difference, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Completed attempts a side that would find a ratio of times as large as the one seen.

    Returns:
        Attempts on each side; None: no difference, or more than `MOST`.

    Source: Cohen (1988): d from t, then the power of the t-test of two samples.
    """
    if not ratio.statistic:
        return None
    effect = abs(ratio.statistic) * math.sqrt(sum(1 / n for n in ratio.n))
    sizes = range(2, MOST + 1)
    place = bisect_left(sizes, power, key=lambda n: _power(effect, n, alpha))
    return sizes[place] if place < len(sizes) else None


def _power(effect: float, n: int, alpha: float) -> float:
    """Of the t-test with n a side, by the tail on the side that was seen.

    Of the other, which a test from both sides has too, scipy cannot say how little it is
    where the effect is large.
    """
    return float(TTestIndPower().power(effect, n, alpha / 2, alternative="larger"))


def smallest_difference(
    first: Counts, n: int, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """The smallest difference of rates that n attempts a side would find, from the first's rate.

    By the arcsine approximation, and far enough for the test itself to call it one.

    Returns:
        A share above 0; None where no rate is far enough away to be told at this n.

    Source: Cohen (1988): h.
    """
    completed, attempted = first
    if not attempted or n < 2:
        return None
    rate = completed / attempted
    h = float(NormalIndPower().solve_power(nobs1=n, alpha=alpha, power=power))
    there = (count / n for count in range(n + 1))
    far = [other for other in there if abs(proportion_effectsize(rate, other)) >= h - 1e-9]
    nearest_first = sorted(far, key=lambda other: abs(other - rate))
    found = (abs(other - rate) for other in nearest_first if _tells(rate, other, n, alpha))
    return next(found, None)


def _plan_index(overall: Overall, tasks: int, power: float) -> IndexPlan | None:
    first, second, above = overall.first_index, overall.second_index, overall.second_above
    if first is None or second is None or above is None:
        return None
    apart = bool(overall.index_tells_apart)
    needed = tasks_for_index(above, tasks, ALPHA, power)
    return IndexPlan(
        first=first,
        second=second,
        tasks=tasks,
        second_above=above,
        apart=apart,
        needed=needed,
        more=_more(needed, tasks, apart),
        method="the share of draws in which the second is above, as a normal deviate",
    )


def tasks_for_index(
    second_above: float, tasks: int, alpha: float = ALPHA, power: float = POWER
) -> int | None:
    """Tasks that would settle whose index is above, the difference being as it was seen.

    Args:
        second_above: the share of draws in which the second's is above, 0 to 1.
        tasks: that these draws rest on.
        alpha: of the two-sided question.
        power: of settling it.

    Returns:
        Tasks in all; None: the draws favour neither, or it would take more than `MOST`. Where
        all draws agree, as many as there are.
    """
    if second_above in (0, 1):
        return tasks
    normal = NormalDist()
    seen = abs(normal.inv_cdf(second_above))
    asked = normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
    if seen == 0 or tasks * (asked / seen) ** 2 > MOST:
        return None
    return math.ceil(tasks * (asked / seen) ** 2)
