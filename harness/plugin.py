"""`pytest scenarios/`: the one file that knows pytest, in the order in which pytest calls it.

Each attempt is an item. It is made in the item's set-up, and judged in its
call: so a finding shows as pytest's `failed`, a barrier as `skipped`, and our
own trouble as `error`.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from harness.clock import Clock, SystemClock
from harness.errors import HarnessError, ResultsTrouble, UsageError
from harness.evidence import Evidence
from harness.failure import annotate, explain, failing_step
from harness.load import Document, load_profile, load_scenario, load_shared
from harness.model import (
    AttemptRecord,
    Outcome,
    PlannedAttempt,
    RunRecord,
    Scenario,
)
from harness.plan import check, check_barriers, check_ids, plan
from harness.problem import InvalidFile, Problem
from harness.processes.revision import current_commit
from harness.progress import RunProgress
from harness.project import APPS, SCENARIOS, SHARED, Project, is_yaml, namesakes, read_project
from harness.runner import run_attempt
from harness.sessions import Sessions
from harness.stage import Task
from harness.store import RunDirectory, new_run_id
from harness.variables import SECRET, names_in

LOG_WIDTH = 100
"""Columns of a log that is no terminal."""
RECORDED_VERSIONS = ("appium-python-client", "pytest", "pillow", "pydantic")


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
RUN: pytest.StashKey[UnderWay] = pytest.StashKey()


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
        document = load_scenario(self.path, root=project.root)
        problems = tuple(self._problems(project, document))
        if problems:
            # What the task lacks may be in a profile that cannot be read.
            broken = (one for each in project.broken.values() for one in each.problems)
            raise InvalidFile((*problems, *broken))
        for tag in (document.value.kind, document.value.severity, *document.value.tags):
            self.config.addinivalue_line("markers", f"{tag}: a tag of citizen tasks")
        for device in self.config.getoption("device") or [project.devices.default]:
            yield from self._attempts(project, document, device)

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


class AttemptItem(pytest.Item):
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
        """Where pytest says that the item is: the scenario's file."""
        return self.path, 0, self.name


class LeftOutItem(pytest.Item):
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


@dataclass
class UnderWay:
    """The run that is being made. `record` says what it is; the rest is what makes it."""

    project: Project
    record: RunRecord
    directory: RunDirectory
    sessions: Sessions
    evidence: Evidence
    progress: RunProgress
    clock: Clock
    allow_commit: bool
    console: Console
    nodes: set[str] = field(default_factory=set)

    def attempt(self, planned: PlannedAttempt, scenario: Scenario) -> AttemptRecord:
        """Makes one attempt and keeps its record."""
        self.progress.attempt_begins(planned)
        device = self.project.device(planned.device)
        task = Task(
            planned=planned,
            scenario=scenario,
            profile=self.project.profiles[planned.app].value,
            simulated=device.kind == "simulated",
            attended=device.attended,
            allow_commit=self.allow_commit,
            secrets=_secrets(planned),
        )
        record = run_attempt(
            task,
            lambda: self.sessions.driver(planned.device),
            self.evidence,
            self.clock,
            self.progress.step_begins,
        )
        if record.trouble:
            self.sessions.discard(planned.device)
        self.directory.append(record)
        self.progress.attempt_ended(record)
        return record

    def explain(self, record: AttemptRecord, scenario: Scenario) -> str:
        """The failure message, and the last screen with what was touched drawn on it."""
        step = failing_step(record)
        picture = None
        if step is not None and step.after is not None:
            stored = self.directory.picture_path(step.after).read_bytes()
            target = None if step.match is None else step.match.box
            name = f"{record.scenario}.{record.app}.{record.device}.{record.repetition}.jpg"
            path = self.directory.show_failure(name, annotate(stored, target, step.touched))
            picture = _shortest(path)
        return explain(record, scenario, picture)

    def close(self) -> None:
        """Ends sessions and processes; everything that was finished is on the disk already."""
        self.progress.end()
        self.sessions.__exit__(None, None, None)
        self.evidence.__exit__(None, None, None)
        self.directory.close()


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """What has to be known before the first attempt: simulated phones, unverified profiles."""
    attempts = [item for item in items if isinstance(item, AttemptItem)]
    return [*_simulated(config, attempts), *_unverified(config, attempts)]


def _simulated(config: pytest.Config, attempts: list[AttemptItem]) -> Iterator[str]:
    devices = sorted({item.planned.device for item in attempts})
    for name in devices:
        if _project(config).device(name).kind == "simulated":
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
    under_way.nodes = {item.nodeid for item in attempts}
    session.config.stash[RUN] = under_way
    _mute_pytest(session.config)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # CI's stop is as tidy as Ctrl-C
    under_way.progress.begin()


def _open_run(config: pytest.Config, attempts: list[AttemptItem]) -> UnderWay:
    project, clock = _project(config), SystemClock()
    record = _run_record(config, project, attempts, clock)
    directory = RunDirectory.create(config.rootpath / config.getoption("results"), record)
    console = _console(config)
    return UnderWay(
        project=project,
        record=record,
        directory=directory,
        sessions=Sessions(project.devices.devices),
        evidence=Evidence(directory.keep),
        progress=RunProgress(console, len(attempts)),
        clock=clock,
        allow_commit=config.getoption("allow_commit"),
        console=console,
    )


def _run_record(
    config: pytest.Config, project: Project, attempts: list[AttemptItem], clock: Clock
) -> RunRecord:
    now = clock.now()
    plans = tuple(item.planned for item in attempts)
    used = sorted({planned.device for planned in plans})
    return RunRecord(
        run_id=config.getoption("run_id") or new_run_id(now, random.Random()),
        started_at=now,
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in RECORDED_VERSIONS},
        },
        commit=current_commit(project.root),
        options={"arguments": " ".join(config.invocation_params.args)},
        devices={name: project.device(name) for name in used},
        apps=tuple(
            project.profiles[app].value for app in sorted({planned.app for planned in plans})
        ),
        scenarios=tuple({item.scenario.id: item.scenario for item in attempts}.values()),
        plan=plans,
    )


def _secrets(planned: PlannedAttempt) -> dict[str, str]:
    """The secrets that the attempt names, from the environment; never written anywhere."""
    asked = names_in(planned.model_dump_json())
    names = {name: secret[1] for name in asked if (secret := SECRET.fullmatch(name))}
    for variable in sorted(set(names.values()) - os.environ.keys()):
        raise UsageError(f"{planned.file}: set the environment variable {variable} to the secret")
    return {name: os.environ[variable] for name, variable in names.items()}


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
    width = (
        config.get_terminal_writer().fullwidth
    )  # as rich could not tell while output is captured
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
    if RUN not in config.stash or report.nodeid not in config.stash[RUN].nodes:
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

    under_way = config.stash[RUN]
    console, path = under_way.console, under_way.directory.path
    try:
        conclude(path, console)
    except HarnessError as exc:
        console.print(f"the scorecard was not kept: {exc}", style="red", markup=False)
    console.print(f"结果 results: {_shortest(path)}", markup=False, highlight=False)


def _shortest(path: Path) -> Path:
    """The path as seen from here, where it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
