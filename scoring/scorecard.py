"""The scorecard: what runs say of each App and task. Pure: runs in, one frozen value out.

Attempts on a simulated phone and on a real one are never pooled: an App has a
card for each. Missing stays missing (None), and each estimate carries its n.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import pandas as pd

from harness.errors import UsageError
from harness.model import (
    AppProfile,
    Frozen,
    Outcome,
    Scenario,
    Verified,
    Words,
    is_simulated,
)
from harness.store import SHARD, Run
from scoring.estimate import Estimate
from scoring.frame import attempt_frame, scenario_of
from scoring.index import Indexes
from scoring.measures import (
    completion_rate,
    geometric_mean,
    is_flaky,
    mean,
    median,
    path_efficiency,
)
from scoring.review.rule import Reviewed

SCORECARD_VERSION = 1
"""Of scorecard.json: raised when a reader of older cards would misread a newer one."""

Kind = Literal["information", "transaction", "participation"]
KINDS: tuple[Kind, ...] = ("information", "transaction", "participation")

SIMULATED_NOTE = Words(
    zh="模拟手机的结果，不代表真实 App", en="From a simulated phone: says nothing of a real App"
)
ROBOT_NOTE = Words(
    zh="由机器人操作：区间说明该路径的可靠程度，不代表真人的成功率",
    en="Done by a robot: the intervals speak of the path's reliability, not of people",
)
ESTIMATE_NOTE = Words(
    zh="完成率为小样本估计值及 95 % 区间：5/5 估计为 86 %，而不是 100 %",
    en="Rates are small-sample estimates with their 95 % interval: 5 of 5 gives 86 %, not 100 %",
)
POOLED_NOTE = Words(
    zh="分类与总体完成率合并了各任务的尝试，区间不含任务之间的差异",
    en="Rates over several tasks pool their attempts: the spread between tasks is not in them",
)
FLAKY_NOTE = Words(
    zh="时好时坏：同一任务在同一设备上有时完成、有时没有；发现从不靠重试抹去",
    en="Flaky: the same task on the same device is completed at times and at times not; "
    "no finding is ever retried away",
)

Stability = Literal["flaky", "steady", "not_repeated"]
"""Whether the attempts of a task disagreed. One attempt a device says nothing of that."""


class Counts(Frozen):
    """What became of the attempts. Each kind of trouble is counted apart from the findings."""

    planned: int
    done: int
    """Those with a record, whatever their outcome."""
    attempted: int
    completed: int
    assisted: int
    """Of the completed: those that passed a barrier with help."""
    blocked: int
    outdated: int
    harness_errors: int
    outcomes: Mapping[Outcome, int]
    """Of those done, in the order of `Outcome`; an outcome that nobody had is left out."""

    @property
    def missing(self) -> int:
        """Planned, but without a record."""
        return self.planned - self.done


class Repeats(Frozen):
    """What came of one task that was attempted more than once on one device.

    Blocked attempts and our own trouble are not among them: they say nothing of the App.
    """

    device: str
    completed: int
    attempted: int
    outcomes: tuple[Outcome, ...]
    """What came of each of those attempted, in the order in which they began."""


class TaskScore(Frozen):
    """One task on one App."""

    app: str
    simulated: bool
    scenario: str
    title: Words
    kind: Kind
    severity: Literal["critical", "major", "minor"]
    devices: tuple[str, ...]
    attempts: tuple[str, ...]
    """The ids of all that were done, as `run/attempt`, sorted."""
    counts: Counts
    rate: Estimate | None
    """Share of the attempted that were completed; None when nothing was attempted."""
    stability: Stability
    flaky: tuple[Repeats, ...]
    """By device, those on which the attempts disagreed; empty unless `stability` is `flaky`."""
    task_s: Estimate | None
    """Seconds, of completed attempts only."""
    task_half_width_s: float | None
    """How far off one of these times may be as a reading: the largest half-width, in seconds."""
    steps: Estimate | None
    """Actions that a person would do with a finger, of completed attempts only."""
    screens: Estimate | None
    """Distinct activities, of completed attempts only; None when none was recorded."""
    path: Estimate | None
    """Shortest path by path taken, in screens, of completed attempts only."""
    interruptions: Estimate | None
    """Interruptions an attempt, of those attempted."""
    reference_time_s: float
    reference_screens: int


class AppScore(Frozen):
    """One App over all its tasks."""

    app: str
    simulated: bool
    name: Words
    city: str
    level: str
    devices: tuple[str, ...]
    counts: Counts
    rate: Estimate | None
    """Over all attempts of all tasks."""
    rate_by_kind: Mapping[Kind, Estimate | None]
    """Always with every kind; None: no task of this kind was attempted."""
    flaky_tasks: int
    repeated_tasks: int
    """Tasks that were attempted twice or more on a device: among them are the flaky ones."""
    interruptions: Estimate | None
    verified: Verified
    never_verified: tuple[str, ...]
    """Elements of the profile that nobody has checked on what this card is about."""


class ScoredRun(Frozen):
    """Where the numbers come from."""

    run_id: str
    started_at: datetime
    commit: str
    versions: Mapping[str, str]
    simulated_devices: tuple[str, ...]
    real_devices: tuple[str, ...]
    planned: int
    done: int
    made_again: int = 0
    """Attempts that were made again because the trouble was ours; only their last try counts."""


class Scorecard(Frozen):
    """What one or several runs say, App by App and task by task."""

    version: int = SCORECARD_VERSION
    performed_by: Literal["robot"] = "robot"
    """Whose attempts these are: a robot's and people's are never in one card."""
    runs: tuple[ScoredRun, ...]
    apps: tuple[AppScore, ...]
    tasks: tuple[TaskScore, ...]
    index: Indexes | None = None
    """Of the Apps by a tree of indicators; None: the card was made without one."""
    notes: tuple[Words, ...]
    """What must be said wherever these numbers are shown."""
    problems: tuple[str, ...]
    """What could not be read or does not fit together."""
    reviews: tuple[Reviewed, ...] = ()
    """What reviewers have changed, run by run; none: nobody has judged, or it was left out."""


class _Cell(NamedTuple):
    """What is scored together."""

    app: str
    simulated: bool
    scenario: str


def score(
    runs: Sequence[Run], reviews: Sequence[Reviewed] = (), unread: Sequence[str] = ()
) -> Scorecard:
    """The scorecard of some runs; attempts of the same task on the same App are pooled.

    Args:
        runs: as reviewers see them.
        reviews: what reviewers have changed in them.
        unread: which of their lines could not be read.

    Raises:
        UsageError: a run is given twice, or does not hold a scenario or App that it plans.
    """
    _check_ids(runs)
    attempts = attempt_frame(runs)
    planned = Counter(cell for run in runs for cell in _planned_cells(run))
    cells = sorted(planned, key=_order_of_plan(runs))
    tasks = tuple(_score_task(cell, attempts, planned[cell], runs) for cell in cells)
    apps = tuple(
        _score_app([task for task in tasks if (task.app, task.simulated) == app], attempts, runs)
        for app in dict.fromkeys((task.app, task.simulated) for task in tasks)
    )
    return Scorecard(
        runs=tuple(_describe_run(run) for run in runs),
        apps=apps,
        tasks=tasks,
        notes=(*_notes(tasks), *_say_made_again(runs), *_parts_missing(runs)),
        problems=(*_read_problems(runs), *unread, *_changes_between(runs)),
        reviews=tuple(reviews),
    )


def with_index(card: Scorecard, index: Indexes) -> Scorecard:
    """The card with the index of its Apps, and with what must be said of that."""
    notes = (*card.notes, *(note for note in index.notes if note not in card.notes))
    return card.model_copy(update={"index": index, "notes": notes})


# --- which attempts belong together ---------------------------------------------------------------


def _check_ids(runs: Sequence[Run]) -> None:
    for id, count in Counter(run.run.run_id for run in runs).items():
        if count > 1:
            raise UsageError(f"{id}: the same run is given twice; its attempts would count twice")


def _planned_cells(run: Run) -> Iterator[_Cell]:
    """The cell of each planned attempt, as often as it is planned."""
    simulated = _simulated_devices(run)
    for planned in run.run.plan:
        yield _Cell(planned.app, planned.device in simulated, planned.scenario)


def _simulated_devices(run: Run) -> frozenset[str]:
    """Devices that are simulated phones: as the attempts tell, else by their kind."""
    kinds = {name: is_simulated(run.run.devices, name) for name in run.run.devices}
    told = {attempt.device: attempt.simulated for attempt in run.attempts}
    return frozenset(name for name, simulated in (kinds | told).items() if simulated)


def _order_of_plan(runs: Sequence[Run]) -> Callable[[_Cell], tuple[int, bool, int, int]]:
    """Sorts cells by App as first planned, then by kind of task, then by task as first planned."""
    planned = [planned for run in runs for planned in run.run.plan]
    apps = list(dict.fromkeys(each.app for each in planned))
    scenarios = list(dict.fromkeys(each.scenario for each in planned))
    kinds = {id: KINDS.index(_scenario(runs, id).kind) for id in scenarios}
    return lambda cell: (
        apps.index(cell.app),
        cell.simulated,
        kinds[cell.scenario],
        scenarios.index(cell.scenario),
    )


def _of_app(frame: pd.DataFrame, app: str, simulated: bool) -> pd.DataFrame:
    return frame[(frame["app"] == app) & (frame["simulated"] == simulated)]


def _scenario(runs: Sequence[Run], id: str) -> Scenario:
    """The scenario as the first run that plans it holds it."""
    run = next(run.run for run in runs if any(each.scenario == id for each in run.run.plan))
    return scenario_of(run, id)


def _profile(runs: Sequence[Run], id: str) -> AppProfile:
    """The App's profile as the first run that plans it holds it."""
    run = next(run.run for run in runs if any(each.app == id for each in run.run.plan))
    for profile in run.apps:
        if profile.id == id:
            return profile
    raise UsageError(f"{run.run_id}: run.json plans the App {id} but does not hold its profile")


# --- scores ---------------------------------------------------------------------------------------


def _score_task(
    cell: _Cell, all_attempts: pd.DataFrame, planned: int, runs: Sequence[Run]
) -> TaskScore:
    of_app = _of_app(all_attempts, cell.app, cell.simulated)
    attempts = of_app[of_app["scenario"] == cell.scenario]
    completed = attempts[attempts["completed"]]
    counts = _count(attempts, planned)
    scenario = _scenario(runs, cell.scenario)
    repeated = _repeated(attempts)
    flaky = tuple(each for each in repeated if is_flaky(each.completed, each.attempted))
    return TaskScore(
        app=cell.app,
        simulated=cell.simulated,
        scenario=cell.scenario,
        title=scenario.title,
        kind=scenario.kind,
        severity=scenario.severity,
        devices=tuple(sorted(attempts["device"].unique())),
        attempts=tuple(sorted(attempts["run"] + "/" + attempts["attempt"])),
        counts=counts,
        rate=completion_rate(counts.completed, counts.attempted),
        stability="flaky" if flaky else "steady" if repeated else "not_repeated",
        flaky=flaky,
        task_s=geometric_mean(completed["task_s"].dropna().tolist()),
        task_half_width_s=max(completed["task_half_width_s"].dropna(), default=None),
        steps=median(completed["actions"].tolist()),
        screens=median(completed["screens"].dropna().tolist()),
        path=path_efficiency(
            completed["screens_passed"].dropna().tolist(), scenario.reference.screens
        ),
        interruptions=_interruptions(attempts),
        reference_time_s=scenario.reference.time_s,
        reference_screens=scenario.reference.screens,
    )


def _score_app(
    tasks: Sequence[TaskScore], all_attempts: pd.DataFrame, runs: Sequence[Run]
) -> AppScore:
    """The score of the App whose tasks these are; there is at least one."""
    app, simulated = tasks[0].app, tasks[0].simulated
    attempts = _of_app(all_attempts, app, simulated)
    counts = _count(attempts, sum(task.counts.planned for task in tasks))
    profile = _profile(runs, app)
    return AppScore(
        app=app,
        simulated=simulated,
        name=profile.name,
        city=profile.city,
        level=profile.level,
        devices=tuple(sorted(attempts["device"].unique())),
        counts=counts,
        rate=completion_rate(counts.completed, counts.attempted),
        rate_by_kind={kind: _pooled_rate(tasks, kind) for kind in KINDS},
        flaky_tasks=sum(task.stability == "flaky" for task in tasks),
        repeated_tasks=sum(task.stability != "not_repeated" for task in tasks),
        interruptions=_interruptions(attempts),
        verified=profile.verified,
        never_verified=_never_verified(profile, simulated),
    )


def _count(attempts: pd.DataFrame, planned: int) -> Counts:
    found = Counter(attempts["outcome"])
    return Counts(
        planned=planned,
        done=len(attempts),
        attempted=int(attempts["attempted"].sum()),
        completed=int(attempts["completed"].sum()),
        assisted=int(attempts["assisted"].sum()),
        blocked=found[Outcome.BLOCKED],
        outdated=found[Outcome.OUTDATED],
        harness_errors=found[Outcome.HARNESS_ERROR],
        outcomes={outcome: found[outcome] for outcome in Outcome if found[outcome]},
    )


def _repeated(attempts: pd.DataFrame) -> tuple[Repeats, ...]:
    """By device, what came of a task that was attempted on it more than once."""
    counted = attempts[attempts["attempted"]].sort_values(["started_at", "repetition"])
    return tuple(
        Repeats(
            device=str(device),
            completed=int(here["completed"].sum()),
            attempted=len(here),
            outcomes=tuple(Outcome(outcome) for outcome in here["outcome"]),
        )
        for device, here in counted.groupby("device")
        if len(here) > 1
    )


def _pooled_rate(tasks: Sequence[TaskScore], kind: Kind) -> Estimate | None:
    counts = [task.counts for task in tasks if task.kind == kind]
    return completion_rate(
        sum(each.completed for each in counts), sum(each.attempted for each in counts)
    )


def _interruptions(attempts: pd.DataFrame) -> Estimate | None:
    return mean(attempts[attempts["attempted"]]["interruptions"].tolist())


def _never_verified(profile: AppProfile, simulated: bool) -> tuple[str, ...]:
    """All elements or none, as the profile dates them together.

    What was checked on the simulated phone alone is not verified for a real one.
    """
    checked = profile.verified.elements
    is_verified = checked != "never" and (simulated or checked != "simulated")
    return () if is_verified else tuple(sorted(profile.elements))


def _describe_run(run: Run) -> ScoredRun:
    simulated = _simulated_devices(run)
    used = sorted({planned.device for planned in run.run.plan})
    return ScoredRun(
        run_id=run.run.run_id,
        started_at=run.run.started_at,
        commit=run.run.commit,
        versions=run.run.versions,
        simulated_devices=tuple(device for device in used if device in simulated),
        real_devices=tuple(device for device in used if device not in simulated),
        planned=len(run.run.plan),
        done=len(run.attempts),
        made_again=_made_again([run]),
    )


# --- what must be said ----------------------------------------------------------------------------


def _notes(tasks: Sequence[TaskScore]) -> tuple[Words, ...]:
    tasks_of = Counter((task.app, task.simulated) for task in tasks)
    return (
        *([SIMULATED_NOTE] if any(task.simulated for task in tasks) else []),
        *([ROBOT_NOTE, ESTIMATE_NOTE] if any(task.rate for task in tasks) else []),
        *([FLAKY_NOTE] if any(task.stability == "flaky" for task in tasks) else []),
        *([POOLED_NOTE] if any(count > 1 for count in tasks_of.values()) else []),
    )


def _made_again(runs: Sequence[Run]) -> int:
    return sum(len({one.id for one in run.superseded}) for run in runs)


def _say_made_again(runs: Sequence[Run]) -> Iterator[Words]:
    if count := _made_again(runs):
        are = "1 attempt was" if count == 1 else f"{count} attempts were"
        yield Words(
            zh=f"{count} 次尝试因测试环境故障重做，只计最后一次",
            en=f"{are} made again after trouble of ours; the last try counts",
        )


def _parts_missing(runs: Sequence[Run]) -> Iterator[Words]:
    """Parts of a plan that was split over machines of which fewer are here than of the others."""
    given = Counter(run.run.options[SHARD] for run in runs if SHARD in run.run.options)
    for of in sorted({part.partition("/")[2] for part in given}):
        whole = [f"{number}/{of}" for number in range(1, int(of) + 1)]
        most = max(given[part] for part in whole)
        missing = ", ".join(part for part in whole if given[part] < most)
        if missing:
            yield Words(
                zh=f"计划分成 {of} 份，缺少：{missing}",
                en=f"The plan was split into {of} parts, and these are missing: {missing}",
            )


def _read_problems(runs: Sequence[Run]) -> Iterator[str]:
    for run in runs:
        for problem in run.problems:
            yield f"{run.run.run_id}: {problem}" if len(runs) > 1 else problem


def _changes_between(runs: Sequence[Run]) -> Iterator[str]:
    """Scenarios and profiles that two of the runs hold in different versions."""
    first: dict[tuple[str, str], tuple[str, Scenario | AppProfile]] = {}
    for run in runs:
        held: tuple[tuple[tuple[str, str], Scenario | AppProfile], ...] = (
            *((("scenario", scenario.id), scenario) for scenario in run.run.scenarios),
            *((("App profile", profile.id), profile) for profile in run.run.apps),
        )
        for key, version in held:
            run_id, earlier = first.setdefault(key, (run.run.run_id, version))
            if version != earlier:
                yield (
                    f"{run.run.run_id}: the {key[0]} {key[1]} is not the one of {run_id}; "
                    "their attempts are pooled all the same"
                )
