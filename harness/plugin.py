"""`pytest scenarios/`: the one file that knows pytest, in the order in which pytest calls it.

Each attempt is an item. It is made in the item's set-up, and judged in its
call: so a finding shows as pytest's `failed`, a barrier as `skipped`, and our
own trouble as `error`.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from harness.clock import SystemClock
from harness.errors import HarnessError, ResultsTrouble, UsageError
from harness.failure_message import failing_step
from harness.load import Document, load_profile, load_scenario, load_shared
from harness.model import (
    AttemptRecord,
    Outcome,
    PlannedAttempt,
    Scenario,
    is_simulated,
)
from harness.plan import plan
from harness.problem import InvalidFile, Problem
from harness.project import APPS, SCENARIOS, SHARED, Project, is_yaml, namesakes, read_project
from harness.references import check, check_barriers, check_further, check_ids
from harness.run import RunUnderWay, open_run, record_run, shortest

LOG_WIDTH = 100
"""Columns of a log that is no terminal."""


# --- options -------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a run, as DESIGN.md's contract has them."""
    group = parser.getgroup("zhangce", "citizen tasks (pytest scenarios/)")
    group.addoption(
        "--device", action="append", default=[], metavar="ID", help="a device of devices.yaml"
    )
    group.addoption(
        "--app", action="append", default=[], metavar="ID", help="an App of scenarios/apps/"
    )
    group.addoption("--repeat", type=_count, default=1, metavar="N", help="attempts of each task")
    group.addoption(
        "--results", type=Path, default=Path("results"), metavar="DIR", help="where runs are kept"
    )
    group.addoption("--run-id", default="", metavar="ID", help="the run's name; made from the time")
    group.addoption(
        "--findings",
        choices=("fail", "report"),
        default="fail",
        help="whether a finding against an App fails the item, or is only reported",
    )
    group.addoption(
        "--allow-commit",
        action="store_true",
        help="tap commit points, in Apps whose profile says `sandbox: true`",
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on, not {text!r}")
    return int(text)


PROJECT = pytest.StashKey[Project]()
RUN = pytest.StashKey[RunUnderWay]()
NODES = pytest.StashKey[frozenset[str]]()
"""The node ids of the attempts."""
CONSOLE = pytest.StashKey[Console]()


def _project(config: pytest.Config) -> Project:
    """Reads the project, once and only when a task is collected."""
    if PROJECT not in config.stash:
        try:
            project = read_project(config.rootpath)
        except UsageError as exc:
            raise pytest.UsageError(str(exc)) from exc
        _check_options(config, project)
        config.stash[PROJECT] = project
    return config.stash[PROJECT]


def _check_options(config: pytest.Config, project: Project) -> None:
    apps = {*project.profiles, *project.broken}
    for option, known in (("device", project.devices.devices), ("app", apps)):
        for name in config.getoption(option):
            if name not in known:
                raise pytest.UsageError(
                    f"--{option} {name}: no such {option}; there are: {', '.join(sorted(known))}"
                )


def pytest_sessionstart(session: pytest.Session) -> None:
    """What is wrong with the devices or the options is told before anything is collected."""
    config = session.config
    scenarios = (config.rootpath / SCENARIOS).resolve()
    asked = (config.invocation_params.dir / name.split("::")[0] for name in config.args)
    if any(path.resolve().is_relative_to(scenarios) for path in asked):
        _project(config)


# --- collection ----------------------------------------------------------------------------------


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Every YAML file under scenarios/ is collected, so that a mistake in any is told of."""
    scenarios = parent.config.rootpath / SCENARIOS
    if not is_yaml(file_path) or not file_path.is_relative_to(scenarios):
        return None
    # A mistake in one file must not keep the others from running.
    parent.config.option.continue_on_collection_errors = True
    kinds: Mapping[Path, type[YamlFile]] = {
        scenarios / APPS: ProfileFile,
        scenarios / SHARED: SharedFile,
    }
    kind = kinds.get(file_path.parent, ScenarioFile)
    return cast("pytest.Collector", kind.from_parent(parent, path=file_path))


class YamlFile(pytest.File):
    """A file of ours; what is wrong with it is told without a traceback."""

    def repr_failure(  # type: ignore[override]  # as pytest's own Collector does
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> Any:
        """`path:line:col: field: what is wrong`, a line each."""
        if isinstance(excinfo.value, HarnessError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class ProfileFile(YamlFile):
    """An App profile: nothing to run."""

    def collect(self) -> Iterable[pytest.Item]:
        """Reads it, for its mistakes."""
        problems = tuple(check_barriers(load_profile(self.path, root=self.config.rootpath)))
        if problems:
            raise InvalidFile(problems)
        return ()


class SharedFile(YamlFile):
    """Shared steps: nothing to run."""

    def collect(self) -> Iterable[pytest.Item]:
        """Reads it, for its mistakes."""
        load_shared(self.path, root=self.config.rootpath)
        return ()


class ScenarioFile(YamlFile):
    """A citizen task; its attempts are the items."""

    def collect(self) -> Iterable[pytest.Item]:
        """Plans the attempts of the task."""
        project = _project(self.config)
        document = self._document(project)
        problems = tuple(self._problems(project, document))
        if problems:
            # What the task lacks may be in a profile that cannot be read.
            broken = (one for each in project.broken.values() for one in each.problems)
            raise InvalidFile((*problems, *broken))
        for tag in (document.value.kind, document.value.severity, *document.value.tags):
            self.config.addinivalue_line("markers", f"{tag}: a tag of citizen tasks")
        for device in self.config.getoption("device") or [project.devices.default]:
            yield from self._attempts(project, document, device)

    def _document(self, project: Project) -> Document[Scenario]:
        try:
            return load_scenario(self.path, root=project.root)
        except InvalidFile as invalid:
            file = invalid.problems[0].path
            profiles = tuple(project.profiles.values())
            raise check_further(invalid, file, profiles) from invalid

    def _problems(self, project: Project, document: Document[Scenario]) -> Iterator[Problem]:
        """What is wrong with the task among the project's other files."""
        yield from check(document, tuple(project.profiles.values()), project.shared)
        paths = (self.path, *namesakes(project.root, self.path))
        alike = [load_scenario(path, root=project.root) for path in paths]
        yield from (one for one in check_ids(alike) if one.path == document.path)

    def _attempts(
        self, project: Project, document: Document[Scenario], device: str
    ) -> Iterator[pytest.Item]:
        apps = self.config.getoption("app") or project.device(device).apps
        planned = plan(
            [document],
            tuple(project.profiles.values()),
            project.shared,
            {device: [app for app in apps if app in project.profiles]},
            self.config.getoption("repeat"),
        )
        for attempt in planned.attempts:
            yield AttemptItem.from_parent(self, planned=attempt, scenario=document.value)
        for left_out in planned.left_out:
            yield LeftOutItem.from_parent(
                self, name=f"{left_out.app}[{device}]", reason=left_out.reason
            )
        for app in apps:
            if app in project.broken:
                yield BrokenItem.from_parent(
                    self, name=f"{app}[{device}]", reason=str(project.broken[app])
                )


class TaskItem(pytest.Item):
    """A task on an App and a device.

    Its id is given as text, for pytest to part as it parts the ids that it remembers: what it
    makes of a name with brackets is another id to it, and `--lf` would find nothing.
    """

    def __init__(self, *, name: str, parent: pytest.Collector, **rest: Any) -> None:
        super().__init__(name=name, parent=parent, nodeid=f"{parent.nodeid}::{name}", **rest)


class AttemptItem(TaskItem):
    """One attempt: made in the set-up, judged in the call."""

    def __init__(self, *, planned: PlannedAttempt, scenario: Scenario, **rest: Any) -> None:
        name = f"{planned.app}[{planned.device}#{planned.repetition}]"
        super().__init__(name=name, **rest)
        self.planned = planned
        self.scenario = scenario
        self.record: AttemptRecord | None = None
        for tag in (scenario.kind, scenario.severity, *scenario.tags):
            self.add_marker(tag)

    def setup(self) -> None:
        """Makes the attempt; our own trouble is told here, as an error."""
        under_way = self.config.stash[RUN]
        try:
            self.record = under_way.attempt(self.planned, self.scenario)
        except UsageError as exc:
            pytest.fail(str(exc), pytrace=False)
        except ResultsTrouble as exc:
            self.session.shouldstop = str(exc)
            pytest.fail(str(exc), pytrace=False)
        self.user_properties.extend(_properties(self.record))
        if self.record.verdict.outcome in (Outcome.HARNESS_ERROR, Outcome.OUTDATED):
            pytest.fail(under_way.explain(self.record, self.scenario), pytrace=False)

    def runtest(self) -> None:
        """Judges the attempt: a finding fails, a barrier skips."""
        if self.record is None:
            raise AssertionError("set-up makes the record")
        outcome = self.record.verdict.outcome
        if outcome is Outcome.BLOCKED:
            pytest.skip(f"blocked: {self.record.verdict.reasons[0]}")
        if outcome.finding and self.config.getoption("findings") == "fail":
            under_way = self.config.stash[RUN]
            pytest.fail(under_way.explain(self.record, self.scenario), pytrace=False)

    def teardown(self) -> None:
        """Lets go of the record, which is on the disk: a long run has many."""
        self.record = None

    @property
    def line(self) -> int:
        """The line of YAML at which the attempt ended; the first before it has begun."""
        step = None if self.record is None else failing_step(self.record)
        return 1 if step is None else step.line

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where pytest says that the item is: the scenario's file, and the attempt."""
        return self.path, 0, self.planned.id


class LeftOutItem(TaskItem):
    """A task that an App cannot be asked yet; shows as skipped, with the reason."""

    line = 1

    def __init__(self, *, reason: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.reason = reason

    def runtest(self) -> None:
        """Says why."""
        pytest.skip(self.reason)


class BrokenItem(LeftOutItem):
    """A task for an App whose profile cannot be read; shows as an error, with what is wrong."""

    def setup(self) -> None:
        """Says what."""
        pytest.fail(self.reason, pytrace=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Device by device, and there repetition by repetition, so that Apps and tasks alternate."""
    if not all(isinstance(item, AttemptItem | LeftOutItem) for item in items):
        return
    places = {id(item): place for place, item in enumerate(items)}

    def order(item: pytest.Item) -> tuple[str, int, int]:
        planned = item.planned if isinstance(item, AttemptItem) else None
        return (
            (planned.device, planned.repetition, places[id(item)])
            if planned is not None
            else ("", 0, places[id(item)])
        )

    items.sort(key=order)


# --- the run -------------------------------------------------------------------------------------


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """What has to be known before the first attempt: simulated phones, unverified profiles."""
    attempts = [item for item in items if isinstance(item, AttemptItem)]
    return [*_simulated(config, attempts), *_unverified(config, attempts)]


def _simulated(config: pytest.Config, attempts: list[AttemptItem]) -> Iterator[str]:
    devices = sorted({item.planned.device for item in attempts})
    for name in devices:
        if is_simulated(_project(config).devices.devices, name):
            yield (
                f"设备 device {name}: 模拟手机，结果不代表真实 App / "
                "simulated, its results say nothing of a real App"
            )


def _unverified(config: pytest.Config, attempts: list[AttemptItem]) -> Iterator[str]:
    for app in sorted({item.planned.app for item in attempts}):
        if _project(config).profiles[app].value.verified.elements == "never":
            yield (
                f"注意 note: {app}: 元素从未在真机上核对 / "
                "its elements were never verified on a real device; expect not_found"
            )


def pytest_runtestloop(session: pytest.Session) -> None:
    """Opens the run, now that nothing is wrong with what it is to do; the live line appears."""
    attempts = [item for item in session.items if isinstance(item, AttemptItem)]
    if not attempts or session.config.option.collectonly:
        return
    try:
        under_way = _open_run(session.config, attempts)
    except HarnessError as exc:
        raise pytest.UsageError(str(exc)) from exc
    session.config.stash[RUN] = under_way
    session.config.stash[NODES] = frozenset(item.nodeid for item in attempts)
    _mute_pytest(session.config)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # CI's stop is as tidy as Ctrl-C


def _open_run(config: pytest.Config, attempts: list[AttemptItem]) -> RunUnderWay:
    project, clock = _project(config), SystemClock()
    record = record_run(
        project,
        [item.planned for item in attempts],
        list({item.scenario.id: item.scenario for item in attempts}.values()),
        clock,
        run_id=config.getoption("run_id"),
        arguments=config.invocation_params.args,
    )
    config.stash[CONSOLE] = console = _console(config)
    results = config.rootpath / config.getoption("results")
    allow_commit = config.getoption("allow_commit")
    return open_run(project, record, results, console, clock, allow_commit=allow_commit)


def _properties(record: AttemptRecord) -> list[tuple[str, object]]:
    """What JUnit XML says of an attempt."""
    return [
        ("outcome", str(record.verdict.outcome)),
        ("task_s", "" if record.task_s is None else round(record.task_s, 3)),
        ("wall_s", round(record.wall_s, 3)),
        ("app_s", round(sum(step.times.app_s for step in record.steps), 3)),
        ("steps", len(record.steps)),
        ("device", record.device),
        ("simulated", str(record.simulated).lower()),
    ]


# --- what is shown -------------------------------------------------------------------------------


def _console(config: pytest.Config) -> Console:
    """A console on pytest's own output, which stays open while pytest captures what tests print."""
    # Not rich's own reading of it: that looks at files which pytest has in hand by now.
    width = config.get_terminal_writer().fullwidth
    try:
        # Nothing is captured at this moment: a copy made now leads to the terminal for good.
        file = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    except (AttributeError, OSError, ValueError):
        return Console(width=max(LOG_WIDTH, width))  # no file: pytest within a program
    return Console(file=file, width=width if file.isatty() else max(LOG_WIDTH, width))


def _mute_pytest(config: pytest.Config) -> None:
    """Attempts are told of in lines of ours: pytest's own file names and letters are left out."""
    reporter: Any = config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None:
        reporter.showfspath = False


def pytest_report_teststatus(
    report: pytest.TestReport, config: pytest.Config
) -> tuple[str, str, str] | None:
    """Counts attempts as pytest does, without its letters."""
    if report.nodeid not in config.stash.get(NODES, frozenset()):
        return None
    if report.failed:
        category = "failed" if report.when == "call" else "error"
    elif report.skipped:
        category = "skipped"
    else:
        category = "passed" if report.when == "call" else ""
    return category, "", category.upper()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped task is told with its line of YAML, not with the line here that skips."""
    report = yield
    if report.skipped and isinstance(item, AttemptItem | LeftOutItem):
        reason = str(cast("tuple[str, int, str]", report.longrepr)[2])
        report.longrepr = (str(item.path), item.line, reason)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stops what was started, also after Ctrl-C."""
    if RUN in session.config.stash:
        session.config.stash[RUN].close()


def pytest_terminal_summary(config: pytest.Config) -> None:
    """Hands the finished run to scoring, which prints the scorecard."""
    if RUN not in config.stash:
        return
    # The one place where asking leads to concluding: see DESIGN.md, Layout.
    from scoring.conclude import conclude  # noqa: PLC0415

    console, path = config.stash[CONSOLE], config.stash[RUN].path
    try:
        conclude(path, console)
    except HarnessError as exc:
        console.print(f"the scorecard was not kept: {exc}", style="red", markup=False)
    console.print(f"结果 results: {shortest(path)}", markup=False, highlight=False)
