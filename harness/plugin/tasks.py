"""Which tasks there are, as pytest's items: one for each attempt.

An attempt is made in the item's set-up, and judged in its call: so a finding shows
as pytest's `failed`, a barrier as `skipped`, and our own trouble as `error`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from harness.errors import HarnessError, ResultsTrouble, UsageError
from harness.failure_message import failing_step
from harness.load import Document, load_profile, load_scenario, load_shared
from harness.model import AttemptRecord, Outcome, PlannedAttempt, Scenario
from harness.plan import part_of
from harness.plugin.options import REMAINDER, asked_of, project_of
from harness.problem import InvalidFile, Problem
from harness.progress import Ended
from harness.project import APPS, SCENARIOS, SHARED, Project, is_yaml, namesakes
from harness.references import check, check_further, check_ids, check_own_names
from harness.resume import in_full
from harness.run import RunUnderWay

RUN = pytest.StashKey[RunUnderWay]()
"""The run under way, where attempts are made: in the one process, or in each worker."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Every YAML file under scenarios/ is collected, so that a mistake in any is told of."""
    scenarios = parent.config.rootpath / SCENARIOS
    if not is_yaml(file_path) or not file_path.is_relative_to(scenarios):
        return None
    if REMAINDER in parent.config.stash:
        return cast("pytest.Collector", UnfinishedFile.from_parent(parent, path=file_path))
    # A mistake in one file must not keep the others from running.
    parent.config.option.continue_on_collection_errors = True
    kinds: Mapping[Path, type[YamlFile]] = {
        scenarios / APPS: ProfileFile,
        scenarios / SHARED: SharedFile,
    }
    kind = kinds.get(file_path.parent, ScenarioFile)
    return cast("pytest.Collector", kind.from_parent(parent, path=file_path))


def is_of_task(node: str) -> bool:
    """Whether a node id is of a task: one that is made, left out or broken."""
    file = Path(node.partition("::")[0])
    return is_yaml(file) and file.is_relative_to(SCENARIOS)


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
        problems = tuple(check_own_names(load_profile(self.path, root=self.config.rootpath)))
        if problems:
            raise InvalidFile(problems)
        return ()


class SharedFile(YamlFile):
    """Shared steps: nothing to run."""

    def collect(self) -> Iterable[pytest.Item]:
        """Reads it, for its mistakes."""
        load_shared(self.path, root=self.config.rootpath)
        return ()


class UnfinishedFile(YamlFile):
    """With --resume: a file, of which those attempts are the items that are still to be made.

    The run holds them, and was held against the files before anything was collected. What is
    typed is the file's: of the run it is starred.
    """

    def collect(self) -> Iterable[pytest.Item]:
        """Picks the attempts of this file."""
        file = self.path.relative_to(self.config.rootpath).as_posix()
        mine = [one for one in self.config.stash[REMAINDER].attempts if one.file == file]
        if not mine:
            return
        project = project_of(self.config)
        task = load_scenario(self.path, root=project.root)
        name_tags(self.config, task.value)
        for planned in mine:
            whole = in_full(planned, task, project.shared)
            yield AttemptItem.from_parent(self, planned=whole, scenario=task.value)


class ScenarioFile(YamlFile):
    """A citizen task; its attempts are the items."""

    def collect(self) -> Iterable[pytest.Item]:
        """Plans the attempts of the task."""
        project = project_of(self.config)
        document = self._document(project)
        problems = tuple(self._problems(project, document))
        if problems:
            # What the task lacks may be in a profile that cannot be read.
            broken = (one for each in project.broken.values() for one in each.problems)
            raise InvalidFile((*problems, *broken))
        name_tags(self.config, document.value)
        for device in asked_of(self.config).devices_of(project):
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
        asked = replace(asked_of(self.config), devices=(device,))
        planned = asked.plan(project, [document])
        for attempt in planned.attempts:
            yield AttemptItem.from_parent(self, planned=attempt, scenario=document.value)
        for left_out in planned.left_out:
            yield LeftOutItem.from_parent(
                self, name=f"{left_out.app}[{device}]", reason=left_out.reason
            )
        for app in asked.apps_of(project, device):
            if app in project.broken:
                yield BrokenItem.from_parent(
                    self, name=f"{app}[{device}]", reason=str(project.broken[app])
                )


def name_tags(config: pytest.Config, scenario: Scenario) -> None:
    """Makes the tags of a task known, for `-m`."""
    for tag in (scenario.kind, scenario.severity, *scenario.tags):
        config.addinivalue_line("markers", f"{tag}: a tag of citizen tasks")


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
        super().__init__(name=node_name(planned), **rest)
        self.planned = planned
        self.scenario = scenario
        self.record: AttemptRecord | None = None
        for tag in (scenario.kind, scenario.severity, *scenario.tags):
            self.add_marker(tag)

    def setup(self) -> None:
        """Makes the attempt; our own trouble is told here, as an error."""
        under_way = self.config.stash[RUN]
        trouble = ""
        try:
            self.record = under_way.settle(self.planned, self.scenario)
        except UsageError as exc:
            trouble = str(exc)
        except ResultsTrouble as exc:
            self.session.shouldstop = trouble = str(exc)
        if self.record is None:
            pytest.fail(trouble, pytrace=False)
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


def node_name(planned: PlannedAttempt) -> str:
    """The item's name, unique in the scenario's file."""
    return f"{planned.app}[{planned.device}#{planned.repetition}]"


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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts what was selected into the plan's order, and keeps the shard of it that is asked for.

    Device by device, and there repetition by repetition, so that Apps and tasks alternate.
    """
    if not all(isinstance(item, TaskItem) for item in items):
        return
    if REMAINDER in config.stash:
        order_of = {one.id: at for at, one in enumerate(config.stash[REMAINDER].attempts)}
        items.sort(key=lambda item: order_of[cast("AttemptItem", item).planned.id])
        return
    devices = asked_of(config).devices_of(project_of(config)) if items else ()
    places = {id(item): place for place, item in enumerate(items)}

    def order(item: pytest.Item) -> tuple[int, int, int]:
        place = places[id(item)]
        if not isinstance(item, AttemptItem):
            return (-1, 0, place)
        return (devices.index(item.planned.device), item.planned.repetition, place)

    items.sort(key=order)
    _keep_shard(config, items)


def _keep_shard(config: pytest.Config, items: list[pytest.Item]) -> None:
    shard = config.getoption("shard")
    if shard is None:
        return
    attempts = attempts_among(items)
    mine = {planned.id for planned in part_of([item.planned for item in attempts], shard)}
    others = [item for item in attempts if item.planned.id not in mine]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]


def attempts_among(items: Iterable[pytest.Item]) -> list[AttemptItem]:
    """Those of the items that are attempts."""
    return [item for item in items if isinstance(item, AttemptItem)]


def _properties(record: AttemptRecord) -> list[tuple[str, object]]:
    """What JUnit XML says of an attempt."""
    return [
        ("outcome", str(record.verdict.outcome)),
        ("task_s", "" if record.task_s is None else round(record.task_s, 3)),
        ("wall_s", round(record.wall_s, 3)),
        ("app_s", round(sum(step.times.app_s for step in record.steps), 3)),
        ("steps", len(record.steps)),
        ("try", record.try_number),
        ("device", record.device),
        ("simulated", str(record.simulated).lower()),
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped task is told with its line of YAML, not with the line here that skips."""
    report = yield
    if isinstance(item, AttemptItem) and item.record is not None:
        # For whoever tells of the attempt: with -n, that is another process.
        report.ended = Ended.of(item.record).model_dump_json()  # type: ignore[attr-defined]
    if report.skipped and isinstance(item, AttemptItem | LeftOutItem):
        reason = str(cast("tuple[str, int, str]", report.longrepr)[2])
        report.longrepr = (str(item.path), item.line, reason)
    return report
