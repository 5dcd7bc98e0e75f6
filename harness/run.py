"""A run under way: makes the attempts that were planned, keeps their records, ends tidily."""

from __future__ import annotations

import os
import platform
import random
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from harness.clock import Clock
from harness.errors import UsageError
from harness.evidence import Evidence
from harness.failure_message import annotate, explain, failing_step
from harness.model import AttemptRecord, Device, PlannedAttempt, RunRecord, Scenario, phones_of
from harness.processes.revision import current_commit
from harness.progress import RunProgress
from harness.project import Project
from harness.runner import run_attempt
from harness.sessions import Sessions
from harness.stage import Task
from harness.store import RunDirectory, new_run_id
from harness.variables import SECRET, names_in

RECORDED_VERSIONS = ("appium-python-client", "pytest", "pillow", "pydantic")


class RunUnderWay:
    """The run that is being made: its directory, its devices, and what is shown of it.

    Attributes:
        path: the run's directory.
    """

    def __init__(
        self,
        project: Project,
        directory: RunDirectory,
        progress: RunProgress,
        clock: Clock,
        *,
        allow_commit: bool,
    ) -> None:
        self.path = directory.path
        self._project = project
        self._directory = directory
        self._progress = progress
        self._clock = clock
        self._allow_commit = allow_commit
        self._open = ExitStack()
        self._open.enter_context(directory)
        self._evidence = self._open.enter_context(Evidence(directory.keep))
        self._sessions = self._open.enter_context(Sessions(project.devices.devices))
        self._open.callback(progress.end)

    def attempt(self, planned: PlannedAttempt, scenario: Scenario) -> AttemptRecord:
        """Makes one attempt and keeps its record.

        Raises:
            UsageError: a secret that the attempt needs is not there.
            ResultsTrouble: it could not be kept.
        """
        self._progress.attempt_begins(planned)
        record = run_attempt(
            self._task(planned, scenario),
            lambda: self._sessions.driver(self._phone(planned)),
            self._evidence,
            self._clock,
            self._progress.step_begins,
        )
        if record.trouble:
            self._sessions.discard(self._phone(planned))
        self._directory.append(record)
        self._progress.attempt_ended(record)
        return record

    def explain(self, record: AttemptRecord, scenario: Scenario) -> str:
        """The failure message; draws the last screen with what was touched."""
        step = failing_step(record)
        picture = None
        if step is not None and step.after is not None:
            stored = self._directory.picture_path(step.after).read_bytes()
            target = None if step.match is None else step.match.box
            name = f"{record.scenario}.{record.app}.{record.device}.{record.repetition}.jpg"
            path = self._directory.show_failure(name, annotate(stored, target, step.touched))
            picture = shortest(path)
        return explain(record, scenario, picture)

    def close(self) -> None:
        """Ends sessions and processes; everything that was finished is on the disk already."""
        self._open.close()

    def _phone(self, planned: PlannedAttempt) -> str:
        """The name of the phone that the attempt is made on."""
        return next(iter(phones_of(self._project.devices.devices, planned.device)))

    def _task(self, planned: PlannedAttempt, scenario: Scenario) -> Task:
        name = self._phone(planned)
        phone = phones_of(self._project.devices.devices, name)[name]
        return Task(
            planned=planned,
            scenario=scenario,
            profile=self._project.profiles[planned.app].value,
            phone=name if name != planned.device else "",
            simulated=phone.simulated,
            attended=phone.attended,
            keep_data=phone.keep_data,
            allow_commit=self._allow_commit,
            secrets=_secrets(planned),
        )


def open_run(
    project: Project, record: RunRecord, results: Path, console: Console, clock: Clock,
    *, allow_commit: bool,
) -> RunUnderWay:  # fmt: skip
    """Makes the run's directory and gets ready; no device is touched yet.

    Raises:
        UsageError: the run's id is taken or cannot be one.
        ResultsTrouble: the directory cannot be written.
    """
    directory = RunDirectory.create(results, record)
    progress = RunProgress(console, len(record.plan))
    progress.begin()
    return RunUnderWay(project, directory, progress, clock, allow_commit=allow_commit)


def record_run(
    project: Project,
    plan: Sequence[PlannedAttempt],
    scenarios: Sequence[Scenario],
    clock: Clock,
    *,
    run_id: str = "",
    arguments: Sequence[str] = (),
) -> RunRecord:
    """What is asked, in full: everything that the scores of the run rest on.

    Args:
        project: where devices and profiles are.
        plan: the attempts, in order.
        scenarios: those of the plan, each once.
        clock: says when.
        run_id: made from the time when empty.
        arguments: of the command.
    """
    now = clock.now()
    apps = sorted({planned.app for planned in plan})
    return RunRecord(
        run_id=run_id or new_run_id(now, random.Random()),
        started_at=now,
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in RECORDED_VERSIONS},
        },
        commit=current_commit(project.root),
        options={"arguments": " ".join(arguments)},
        devices=_devices(project, {one.device for one in plan}),
        apps=tuple(project.profiles[app].value for app in apps),
        scenarios=tuple(scenarios),
        plan=tuple(plan),
    )


def _devices(project: Project, planned: set[str]) -> dict[str, Device]:
    """The devices of a plan, and the phones of its pools, by name."""
    phones = {phone for name in planned for phone in phones_of(project.devices.devices, name)}
    return {name: project.device(name) for name in sorted(planned | phones)}


def shortest(path: Path) -> Path:
    """The path as seen from here, where it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _secrets(planned: PlannedAttempt) -> dict[str, str]:
    """The secrets that the attempt names, from the environment; never written anywhere."""
    asked = names_in(planned.model_dump_json())
    names = {name: secret[1] for name in asked if (secret := SECRET.fullmatch(name))}
    for variable in sorted(set(names.values()) - os.environ.keys()):
        raise UsageError(f"{planned.file}: set the environment variable {variable} to the secret")
    return {name: os.environ[variable] for name, variable in names.items()}
