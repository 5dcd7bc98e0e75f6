"""What a run would do, how long it would take, what it would leave out. Starts nothing.

The times are medians of what earlier attempts took, or the scenario's reference
time where there are none: an expert's, which leaves out what pictures cost.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from types import MappingProxyType

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.errors import UsageError
from harness.leases import check_workers, count_phones
from harness.load import Document, load_scenario
from harness.model import (
    Device,
    Frozen,
    Name,
    Outcome,
    PlannedAttempt,
    Pool,
    Scenario,
    is_simulated,
)
from harness.pace import last_begins_s
from harness.plan import LeftOut, Shard, part_of
from harness.problem import InvalidFile, Problem
from harness.project import Asked, Project, scenario_files
from harness.references import check, check_ids, check_own_names
from harness.store import newest_runs, read_run

NOTHING = "—"
"""In a cell: this App is not asked to do it, or another shard does."""

RUNS_LOOKED_AT = 10
"""Earlier runs, the newest first, whose attempts say how long one takes."""


class Kind(Frozen):
    """Attempts that take about as long as each other."""

    scenario: Name
    app: Name
    simulated: bool


class Expected(Frozen):
    """A task on an App and a device."""

    scenario: Name
    app: Name
    device: Name
    attempts: int
    each_s: float
    """Seconds that one attempt is expected to take."""
    earlier: int
    """Attempts of earlier runs whose median this is; 0: it is the scenario's reference time."""

    @property
    def total_s(self) -> float:
        """Seconds of all of them, one after the other."""
        return self.attempts * self.each_s


class Share(Frozen):
    """What falls to a device."""

    device: Name
    simulated: bool
    phones: int
    workers: int
    """Of those asked for, as many as can be at work on it."""
    attempts: int
    expected_s: float
    """Seconds with so many workers; those that are on other devices meanwhile count as well."""


class Unreadable(Frozen):
    """An App that cannot be asked anything: its profile is wrong."""

    app: Name
    reason: str


class HeldBack(Frozen):
    """An App that may be tried only so often within any hour: later attempts wait."""

    app: Name
    per_hour: int
    attempts: int
    begun: int
    """Attempts of this machine within the last hour."""
    last_begins_s: float
    """When the last attempt may begin at the earliest, in seconds from now."""


class Forecast(Frozen):
    """A run that was not made."""

    shard: str | None
    workers: int
    attempts: int
    expected_s: float
    """Seconds from its first attempt to the end of its last, waiting for Apps included."""
    devices: tuple[Share, ...]
    tasks: tuple[Expected, ...]
    held_back: tuple[HeldBack, ...]
    """Apps of which not all attempts may begin at once."""
    left_out: tuple[LeftOut, ...]
    unreadable: tuple[Unreadable, ...]
    unused: tuple[str, ...] = ()
    """Names of elements that no task uses, with their places: misspelt, perhaps."""


# --- what is known -------------------------------------------------------------------------------


def read_tasks(project: Project) -> tuple[tuple[Document[Scenario], ...], tuple[Problem, ...]]:
    """The tasks of a project that can run, and the mistakes of its files."""
    profiles = tuple(project.profiles.values())
    documents: list[Document[Scenario]] = []
    problems = [problem for broken in project.broken.values() for problem in broken.problems]
    problems += [problem for profile in profiles for problem in check_own_names(profile)]
    for path in scenario_files(project.root):
        try:
            document = load_scenario(path, root=project.root)
        except InvalidFile as invalid:
            problems += invalid.problems
            continue
        found = check(document, profiles, project.shared)
        problems += found
        documents += () if found else (document,)
    problems += check_ids(documents)
    return tuple(documents), tuple(sorted(set(problems)))


def read_earlier(results: Path) -> dict[Kind, tuple[float, ...]]:
    """What the attempts of the newest runs took, in seconds; our own trouble left out."""
    found: defaultdict[Kind, list[float]] = defaultdict(list)
    for directory in newest_runs(results)[:RUNS_LOOKED_AT]:
        with suppress(UsageError):  # a run that cannot be read says nothing
            for one in read_run(directory).attempts:
                if one.verdict.outcome is not Outcome.HARNESS_ERROR:
                    kind = Kind(scenario=one.scenario, app=one.app, simulated=one.simulated)
                    found[kind].append(one.wall_s)
    return {kind: tuple(seconds) for kind, seconds in found.items()}


# --- what follows from it ------------------------------------------------------------------------


def plan_ahead(
    project: Project,
    tasks: Sequence[Document[Scenario]],
    asked: Asked,
    earlier: Mapping[Kind, Sequence[float]],
    *,
    shard: Shard | None = None,
    workers: int = 1,
    begun: Mapping[str, Sequence[float]] = MappingProxyType({}),
) -> Forecast:
    """What a run would be. Pure.

    Args:
        project: where devices and profiles are.
        tasks: those that can run.
        asked: which devices, Apps and repetitions.
        earlier: what attempts took.
        shard: the part of the plan that is meant.
        workers: that share the phones.
        begun: how many seconds ago attempts have begun within the last hour, by package.

    Raises:
        UsageError: what is asked for is not there, or more workers than phones.
    """
    asked.check(project)
    devices = asked.devices_of(project)
    check_workers(workers, count_phones(project.devices.devices, devices))
    whole = asked.plan(project, tasks)
    attempts = whole.attempts if shard is None else part_of(whole.attempts, shard)
    expected = tuple(_expect(project, attempts, tasks, earlier))
    held_back = tuple(_hold_back(project, expected, begun))
    at_work_s = _makespan(_units(project.devices.devices, expected), workers)
    return Forecast(
        shard=None if shard is None else str(shard),
        workers=workers,
        attempts=len(attempts),
        expected_s=max(at_work_s, *(_ends_s(one, expected) for one in held_back), 0.0),
        devices=tuple(_share(project, device, expected, workers) for device in devices),
        tasks=expected,
        held_back=held_back,
        left_out=whole.left_out,
        unreadable=_unreadable(project, asked),
    )


def _expect(
    project: Project,
    attempts: Iterable[PlannedAttempt],
    tasks: Iterable[Document[Scenario]],
    earlier: Mapping[Kind, Sequence[float]],
) -> Iterator[Expected]:
    reference = {task.value.id: task.value.reference.time_s for task in tasks}
    counts = Counter((one.scenario, one.app, one.device) for one in attempts)
    for (scenario, app, device), count in counts.items():
        simulated = is_simulated(project.devices.devices, device)
        known = earlier.get(Kind(scenario=scenario, app=app, simulated=simulated), ())
        yield Expected(
            scenario=scenario,
            app=app,
            device=device,
            attempts=count,
            each_s=median(known) if known else reference[scenario],
            earlier=len(known),
        )


def _hold_back(
    project: Project, expected: Iterable[Expected], begun: Mapping[str, Sequence[float]]
) -> Iterator[HeldBack]:
    """The Apps whose last attempt may not begin at once. Simulated phones reach nothing real."""
    counts: Counter[Name] = Counter()
    for one in expected:
        if not is_simulated(project.devices.devices, one.device):
            counts[one.app] += one.attempts
    for app, attempts in counts.items():
        profile = project.profiles[app].value
        before = begun.get(profile.android.package, ())
        if profile.hourly_limit is None:
            continue
        last_s = last_begins_s(before, profile.hourly_limit, attempts)
        if last_s > 0:
            yield HeldBack(
                app=app,
                per_hour=profile.hourly_limit,
                attempts=attempts,
                begun=len(before),
                last_begins_s=last_s,
            )


def _ends_s(held: HeldBack, expected: Iterable[Expected]) -> float:
    """When the last attempt on an App ends at the earliest."""
    return held.last_begins_s + min(one.each_s for one in expected if one.app == held.app)


def _share(project: Project, device: Name, expected: Sequence[Expected], workers: int) -> Share:
    devices = project.devices.devices
    mine = [one for one in expected if one.device == device]
    phones = count_phones(devices, (device,))
    at_work = min(workers, phones)
    return Share(
        device=device,
        simulated=is_simulated(devices, device),
        phones=phones,
        workers=at_work,
        attempts=sum(one.attempts for one in mine),
        expected_s=_makespan(_units(devices, mine), at_work),
    )


def _units(devices: Mapping[Name, Device], expected: Iterable[Expected]) -> list[float]:
    """Seconds of what one worker gets at a time: a device that is one phone, a pool's attempt."""
    alone: defaultdict[Name, float] = defaultdict(float)
    units: list[float] = []
    for one in expected:
        if isinstance(devices[one.device], Pool):
            units += [one.each_s] * one.attempts
        else:
            alone[one.device] += one.total_s
    return [*sorted(alone.values(), reverse=True), *units]


def _makespan(units: Iterable[float], workers: int) -> float:
    """Seconds until all is done when whoever is free takes the next."""
    ends = [0.0] * workers
    for seconds in units:
        heapq.heapreplace(ends, ends[0] + seconds)
    return max(ends)


def _unreadable(project: Project, asked: Asked) -> tuple[Unreadable, ...]:
    apps = asked.all_apps(project)
    return tuple(
        Unreadable(app=app, reason=str(project.broken[app]))
        for app in sorted(apps & project.broken.keys())
    )


# --- what is shown -------------------------------------------------------------------------------


def show(forecast: Forecast, console: Console) -> None:
    """Prints a forecast: what would run, how long on each device, what would not and why."""
    part = f", 第 {forecast.shard} 份 part {forecast.shard}" if forecast.shard else ""
    console.print(Text(f"掌测计划 / Zhangce plan{part}", style="bold"))
    if forecast.tasks:
        console.print(_task_table(forecast.tasks))
        console.print(
            "每次用时为以往实测的中位数；~ 为任务的参考时间 / "
            "Times are medians of earlier attempts; ~ the scenario's reference time",
            style="dim",
        )
        console.print(_device_table(forecast.devices))
    workers = f", {forecast.workers} 个并行 workers" if forecast.workers > 1 else ""
    console.print(
        f"共 {forecast.attempts} 次尝试 attempts{workers}: "
        f"约 {say_duration(forecast.expected_s)} expected",
        highlight=False,
    )
    for line in _say_left_out(forecast):
        console.print(line)


def say_duration(seconds: float) -> str:
    """`48 s`, `3 min 20 s`, `1 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def _task_table(tasks: Sequence[Expected]) -> Table:
    """Tasks by App and device; a cell says how often, and how long each is expected to take."""
    columns = list(dict.fromkeys((one.app, one.device) for one in tasks))
    cells = {(one.scenario, one.app, one.device): _say_cell(one) for one in tasks}
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("任务\nTask", overflow="fold")
    for app, device in columns:
        table.add_column(f"{app}\n{device}", justify="right", overflow="fold")
    for scenario in dict.fromkeys(one.scenario for one in tasks):
        row = (cells.get((scenario, app, device), NOTHING) for app, device in columns)
        table.add_row(scenario, *row)
    return table


def _say_cell(one: Expected) -> str:
    """`3 × 6 s`; `3 × ~25 s` where nothing but the reference time is known."""
    return f"{one.attempts} × {'' if one.earlier else '~'}{one.each_s:.0f} s"


def _device_table(devices: Sequence[Share]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("设备\nDevice")
    table.add_column("手机\nPhones", justify="right")
    table.add_column("并行\nWorkers", justify="right")
    table.add_column("次数\nAttempts", justify="right")
    table.add_column("预计\nExpected", justify="right")
    for one in devices:
        kind = " (模拟 simulated)" if one.simulated else ""
        table.add_row(
            f"{one.device}{kind}",
            str(one.phones),
            str(one.workers),
            str(one.attempts),
            say_duration(one.expected_s),
        )
    return table


def _say_left_out(forecast: Forecast) -> Iterator[Text]:
    for held in forecast.held_back:
        yield Text(
            f"等待 held back: {held.app}: 每小时最多 {held.per_hour} 次，已有 {held.begun} 次 / "
            f"at most {held.per_hour} attempts an hour, {held.begun} begun within the last: the "
            f"last of {held.attempts} begins in {say_duration(held.last_begins_s)} at the earliest",
            style="yellow",
        )
    for one in forecast.left_out:
        yield Text(f"跳过 left out: {one.scenario} × {one.app}: {one.reason}", style="yellow")
    for unused in forecast.unused:
        yield Text(
            f"没有任务用到 unused: {unused}", style="yellow" if "did you" in unused else "dim"
        )
    for app in forecast.unreadable:
        yield Text(f"无法运行 cannot run: {app.app}: {app.reason}", style="red")
