"""Two Apps, or two versions of one, beside each other: what got better, what got worse. Pure.

Task by task, with the attempts behind it; corrected for there being many tasks.
What the attempts cannot tell apart is called that, whichever number is higher.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import pandas as pd

from harness.errors import UsageError
from harness.model import Frozen, Scenario, Words
from harness.store import Run
from scoring.differences import (
    Difference,
    compare_paired_rates,
    compare_paired_times,
    compare_rates,
    compare_times,
    holm,
    mantel_haenszel,
    mean_ratio,
)
from scoring.estimate import Estimate
from scoring.frame import attempt_frame, scenario_of, step_frame
from scoring.index import ASSUMED_NOTE, ByItem, Comparison, Indexes, index_apps
from scoring.measures import completion_rate, geometric_mean
from scoring.scorecard import ROBOT_NOTE, SIMULATED_NOTE, Kind
from scoring.tree import Tree
from scoring.values import attempt_values

ALPHA = 0.05

HOLM_NOTE = Words(
    zh="p 值按 Holm 法对各任务校正，完成率与用时分别校正；“无法区分”不等于“相同”",
    en="p is corrected over the tasks by Holm's method, for completion and time apart; "
    "“cannot be told apart” does not mean “the same”",
)

Change = Literal["better", "worse", "cannot_tell"]


class Side(NamedTuple):
    """What is held against another: one App of one run."""

    run: Run
    app: str


class Compared(Frozen):
    """A difference, and what may be said of it."""

    difference: Difference
    p_holm: float
    """Corrected for all tasks of this comparison."""
    change: Change
    """Of the second, beside the first."""


class TaskSide(Frozen):
    """What one side's attempts of a task say."""

    completed: int
    attempted: int
    rate: Estimate | None
    task_s: Estimate | None
    """Seconds, of completed attempts only."""
    completed_attempts: tuple[str, ...]
    """Their ids, as `run/attempt`."""
    failed_attempts: tuple[str, ...]
    """Those attempted and not completed: each a finding."""


class TaskCompared(Frozen):
    """One task on both sides."""

    scenario: str
    title: Words
    kind: Kind
    severity: Literal["critical", "major", "minor"]
    first: TaskSide
    second: TaskSide
    rate: Compared | None
    """Second minus first, in shares; None: one side was not attempted."""
    time: Compared | None
    """Second by first; None: too few completed attempts, or times without spread."""


class Overall(Frozen):
    """All tasks together, each held against itself."""

    completion_p: float | None
    """Mantel-Haenszel test over the tasks; None: nothing to tell apart, or pairs (see tasks)."""
    time: Difference | None
    """The geometric mean of the tasks' time ratios; n counts tasks."""
    first_index: Estimate | None
    second_index: Estimate | None
    second_above: float | None
    """The probability that the second's index is the higher, over the bootstrap's draws."""
    index_tells_apart: bool | None


class SideScore(Frozen):
    """Who stands on a side."""

    app: str
    name: Words
    run: str
    commit: str
    simulated: bool
    tasks: int


class SideBySide(Frozen):
    """Two sides, task by task."""

    version: int = 1
    performed_by: Literal["robot"] = "robot"
    first: SideScore
    second: SideScore
    paired: bool
    overall: Overall
    tasks: tuple[TaskCompared, ...]
    only_first: tuple[str, ...]
    """Tasks that the second side has no attempt of."""
    only_second: tuple[str, ...]
    notes: tuple[Words, ...]
    problems: tuple[str, ...]


def choose_sides(runs: Sequence[Run], apps: Sequence[str] = ()) -> tuple[Side, Side]:
    """Which two are compared: the Apps named, or those that there can be no doubt about.

    Args:
        runs: one, or two.
        apps: none, one (of two runs), or two: the first is what the second is held against.

    Raises:
        UsageError: there is no such App, or there are several pairs to choose from.
    """
    if not 1 <= len(runs) <= 2:
        zh = f"compare 只比一次或两次执行，不是 {len(runs)} 次"
        raise UsageError(Words(zh=zh, en=f"compare takes one run or two, not {len(runs)}"))
    first, second = runs[0], runs[-1]
    if len(apps) > 2:
        zh = f"--app 写了 {len(apps)} 次；一次只比两个 App"
        en = f"--app is given {len(apps)} times; two Apps are compared at a time"
        raise UsageError(Words(zh=zh, en=en))
    if len(apps) == 1 and len(runs) == 1:
        zh = "请写出这次执行的两个 App（--app A --app B），或再给一次执行"
        en = "name two Apps of this run (--app A --app B), or give a second run"
        raise UsageError(Words(zh=zh, en=en))
    names = (apps[0], apps[-1]) if apps else _only_pair(first, second)
    for run, app in zip((first, second), names, strict=True):
        if app not in _apps_of(run):
            there = ", ".join(_apps_of(run)) or "none"
            zh, en = f"没有 {app} 的尝试；App 有", f"there is no attempt of {app}; Apps"
            raise UsageError(f"{run.run.run_id}: {Words(zh=zh, en=en)}: {there}")
    if first is second and names[0] == names[1]:
        zh = "同一次执行里的 App 不能和自己比"
        en = "an App of a run cannot be compared with itself"
        raise UsageError(f"{names[0]}: {Words(zh=zh, en=en)}")
    if first is not second and first.run.run_id == second.run.run_id:
        same = Words(zh="同一次执行给了两遍", en="the same run is given twice")
        raise UsageError(f"{first.run.run_id}: {same}")
    return Side(first, names[0]), Side(second, names[1])


def _only_pair(first: Run, second: Run) -> tuple[str, str]:
    here, there = _apps_of(first), _apps_of(second)
    if first is second and len(here) == 2:
        return here[0], here[1]
    if first is not second and len(here) == len(there) == 1:
        return here[0], there[0]
    both = [app for app in here if app in there]
    if first is not second and len(both) == 1:
        return both[0], both[0]
    named = ", ".join(dict.fromkeys((*here, *there))) or "none"
    zh = f"要比哪两个 App？请写 --app A --app B（现有 {named}）"
    en = f"which Apps are to be compared? Name them: --app A --app B (there are: {named})"
    raise UsageError(Words(zh=zh, en=en))


def _apps_of(run: Run) -> tuple[str, ...]:
    return tuple(dict.fromkeys(attempt.app for attempt in run.attempts))


def compare(
    first: Side,
    second: Side,
    tree: Tree,
    *,
    paired: bool = False,
    audits: tuple[ByItem, ByItem] = ({}, {}),
) -> SideBySide:
    """Holds the second against the first.

    Args:
        first: the App, or the version, that was there before.
        second: the one that is judged.
        tree: by which the index is computed.
        paired: attempts of one repetition on one device belong together, as where the same
            person tried both. A robot's do not: its repetitions have nothing in common.
        audits: what the screens of each showed.

    Raises:
        UsageError: a side has no attempts that count, or one is of a simulated phone and the
            other is not.
    """
    frames = tuple(attempt_frame([side.run]).query("app == @side.app") for side in (first, second))
    simulated = tuple(
        _is_simulated(side, frame) for side, frame in zip((first, second), frames, strict=True)
    )
    if simulated[0] != simulated[1]:
        zh = "一边用的是模拟手机，另一边是真机：差别可能来自手机，所以不比"
        en = (
            "one side was tried on a simulated phone, the other on a real one: "
            "what differs may be the phone, so they are not compared"
        )
        raise UsageError(Words(zh=zh, en=en))
    before, after = (frame[frame["attempted"]] for frame in frames)
    shared = [id for id in before["scenario"].unique() if id in set(after["scenario"])]
    tasks = _tasks(first, shared, before, after, paired)
    return SideBySide(
        first=_describe(first, before, simulated[0]),
        second=_describe(second, after, simulated[1]),
        paired=paired,
        overall=_overall(tasks, _index(first, second, tree, simulated[0], audits), paired),
        tasks=tasks,
        only_first=_only(before, after),
        only_second=_only(after, before),
        notes=(*([SIMULATED_NOTE] if simulated[0] else []), ROBOT_NOTE, HOLM_NOTE, ASSUMED_NOTE),
        problems=tuple(_problems(first, second, shared)),
    )


def _is_simulated(side: Side, attempts: pd.DataFrame) -> bool:
    if not attempts["attempted"].any():
        zh = f"{side.app} 没有可计分的尝试，无从比较"
        en = f"no attempt of {side.app} counts; nothing to compare"
        raise UsageError(f"{side.run.run.run_id}: {Words(zh=zh, en=en)}")
    if attempts["simulated"].nunique() > 1:
        zh = f"{side.app} 既用了模拟手机又用了真机，两者从不合并；请比较同一种手机上的执行"
        en = (
            f"{side.app} was tried on simulated and on real phones, "
            "which are never taken together; compare runs on one kind"
        )
        raise UsageError(f"{side.run.run.run_id}: {Words(zh=zh, en=en)}")
    return bool(attempts["simulated"].iloc[0])


def _describe(side: Side, attempts: pd.DataFrame, simulated: bool) -> SideScore:
    run = side.run.run
    names = {profile.id: profile.name for profile in run.apps}
    return SideScore(
        app=side.app,
        name=names.get(side.app, Words(zh=side.app)),
        run=run.run_id,
        commit=run.commit,
        simulated=simulated,
        tasks=attempts["scenario"].nunique(),
    )


def _only(here: pd.DataFrame, there: pd.DataFrame) -> tuple[str, ...]:
    known = set(there["scenario"])
    return tuple(id for id in here["scenario"].unique() if id not in known)


def _problems(first: Side, second: Side, shared: Sequence[str]) -> Iterator[str]:
    for run in {id(side.run): side.run for side in (first, second)}.values():
        yield from (f"{run.run.run_id}: {problem}" for problem in run.problems)
    for task in shared:
        if scenario_of(first.run.run, task) != scenario_of(second.run.run, task):
            yield f"{task}: the task itself was changed between the two runs"


# --- tasks ----------------------------------------------------------------------------------------


def _tasks(
    first: Side, shared: Sequence[str], before: pd.DataFrame, after: pd.DataFrame, paired: bool
) -> tuple[TaskCompared, ...]:
    sides = [(before[before["scenario"] == id], after[after["scenario"] == id]) for id in shared]
    rates = [_rate(*both, paired) for both in sides]
    times = [_time(*both, paired) for both in sides]
    return tuple(
        _task(scenario_of(first.run.run, id), both, rate, time)
        for id, both, rate, time in zip(
            shared, sides, _judge(rates, 0.0, 1), _judge(times, 1.0, -1), strict=True
        )
    )


def _task(
    scenario: Scenario,
    sides: tuple[pd.DataFrame, pd.DataFrame],
    rate: Compared | None,
    time: Compared | None,
) -> TaskCompared:
    return TaskCompared(
        scenario=scenario.id,
        title=scenario.title,
        kind=scenario.kind,
        severity=scenario.severity,
        first=_side(sides[0]),
        second=_side(sides[1]),
        rate=rate,
        time=time,
    )


def _side(attempts: pd.DataFrame) -> TaskSide:
    done = attempts[attempts["completed"]]
    return TaskSide(
        completed=len(done),
        attempted=len(attempts),
        rate=completion_rate(len(done), len(attempts)),
        task_s=geometric_mean(done["task_s"].dropna().tolist()),
        completed_attempts=_ids(done),
        failed_attempts=_ids(attempts[~attempts["completed"]]),
    )


def _ids(attempts: pd.DataFrame) -> tuple[str, ...]:
    return tuple(
        f"{run}/{id}" for run, id in zip(attempts["run"], attempts["attempt"], strict=True)
    )


def _rate(before: pd.DataFrame, after: pd.DataFrame, paired: bool) -> Difference | None:
    if paired:
        pairs = _pairs(before, after)
        return compare_paired_rates(
            list(zip(pairs["completed_x"], pairs["completed_y"], strict=True))
        )
    return compare_rates(_completed(before), _completed(after))


def _completed(attempts: pd.DataFrame) -> tuple[int, int]:
    return int(attempts["completed"].sum()), len(attempts)


def _time(before: pd.DataFrame, after: pd.DataFrame, paired: bool) -> Difference | None:
    if paired:
        pairs = _pairs(before, after).dropna(subset=["task_s_x", "task_s_y"])
        return compare_paired_times(list(zip(pairs["task_s_x"], pairs["task_s_y"], strict=True)))
    first, second = (side["task_s"].dropna().tolist() for side in (before, after))
    return compare_times(first, second)


def _pairs(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    return before.merge(after, on=["device", "repetition"])


def _judge(
    differences: Sequence[Difference | None], nothing: float, better: Literal[1, -1]
) -> tuple[Compared | None, ...]:
    """Corrects for many tasks.

    Args:
        differences: one a task.
        nothing: the value that means no difference.
        better: 1 where more is better, -1 where less is.
    """
    corrected = holm([None if each is None else each.p for each in differences])
    return tuple(
        None
        if each is None or p is None
        else Compared(difference=each, p_holm=p, change=_change(better * (each.value - nothing), p))
        for each, p in zip(differences, corrected, strict=True)
    )


def _change(gain: float, p: float) -> Change:
    if p >= ALPHA or gain == 0:
        return "cannot_tell"
    return "better" if gain > 0 else "worse"


# --- all tasks together ---------------------------------------------------------------------------


def _index(
    first: Side, second: Side, tree: Tree, simulated: bool, audits: tuple[ByItem, ByItem]
) -> Indexes:
    """Of the sides as Apps called 1 and 2: two versions of one App have one name."""
    values = [_values(first).assign(app="1"), _values(second).assign(app="2")]
    of_side = {("1", simulated): audits[0], ("2", simulated): audits[1]}
    return index_apps(tree, pd.concat(values, ignore_index=True), of_side)


def _overall(tasks: Sequence[TaskCompared], found: Indexes, paired: bool) -> Overall:
    indexes = {each.app: each.index for each in found.apps}
    order = next(iter(found.comparisons), None)
    ratios = [task.time.difference.value for task in tasks if task.time is not None]
    return Overall(
        completion_p=None if paired else mantel_haenszel([_counts(task) for task in tasks]),
        time=mean_ratio(ratios),
        first_index=indexes.get("1"),
        second_index=indexes.get("2"),
        second_above=None if order is None else _second_above(order),
        index_tells_apart=None if order is None else order.tells_apart,
    )


def _second_above(order: Comparison) -> float:
    return order.probability if order.first[0] == "2" else 1 - order.probability


def _values(side: Side) -> pd.DataFrame:
    values = attempt_values(attempt_frame([side.run]), step_frame([side.run]))
    return values[values["app"] == side.app]


def _counts(task: TaskCompared) -> tuple[tuple[int, int], tuple[int, int]]:
    first, second = task.first, task.second
    return (first.completed, first.attempted), (second.completed, second.attempted)
