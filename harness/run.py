"""A run under way: makes the attempts that were planned, keeps their records, ends tidily."""

from __future__ import annotations

import os
import platform
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from harness.assist.server import open_desk
from harness.barriers import secret_of
from harness.clock import Clock
from harness.commit_points import read_commits
from harness.common_interruptions import common_interruptions
from harness.driver import Driver
from harness.errors import DeviceTrouble, ResultsTrouble, SessionLost, UsageError
from harness.evidence import Evidence, Read
from harness.failure_message import annotate, explain, failing_step
from harness.leases import Holder, Leases, forget_run
from harness.model import (
    AttemptRecord,
    BarrierPolicy,
    Device,
    Name,
    Outcome,
    PlannedAttempt,
    Resumption,
    RunRecord,
    Scenario,
    Words,
    is_simulated,
    phones_of,
)
from harness.pace import Pace
from harness.processes.revision import current_commit
from harness.progress import Ended, RunProgress, Telling, WorkerProgress
from harness.project import Project
from harness.proposal import propose
from harness.redaction import Redaction, starred_request, starred_task
from harness.resume import find_remainder
from harness.runner import barriers_of, run_attempt
from harness.sessions import Sessions
from harness.stage import Task
from harness.stations import Outfit
from harness.store import RunDirectory, new_run_id, read_run
from harness.variables import SECRET, names_in

ALONE = "main"
"""The name of the only worker of a run."""

RECORDED_VERSIONS = ("appium-python-client", "pytest", "pillow", "pydantic")


@dataclass(frozen=True)
class Manner:
    """How a run makes its attempts.

    Attributes:
        allow_commit: whether commit points are tapped, in Apps that are a sandbox.
        barriers: what is done at barriers; None: the phone's inbox answers, or who attends it.
        read: reads the text of each picture, for personal data that no hierarchy tells.
        workers: how many make them on this machine at once.
    """

    allow_commit: bool = False
    barriers: BarrierPolicy | None = None
    read: Read | None = None
    workers: int = 1


class RunUnderWay:
    """The run as one worker makes it, alone or beside others: its phone, its attempts.

    Attributes:
        path: the run's directory.
    """

    def __init__(
        self,
        project: Project,
        directory: RunDirectory,
        progress: Telling,
        clock: Clock,
        *,
        worker: str,
        manner: Manner,
    ) -> None:
        self.path = directory.path
        self._project = project
        self._directory = directory
        self._progress = progress
        self._clock = clock
        self._worker = worker
        self._manner = manner
        self._commits = read_commits(project)
        self._pace = Pace(clock, progress.waits)
        self._open = ExitStack()
        self._open.enter_context(directory)
        if worker == ALONE:
            self._open.callback(forget_run, directory.path.name, _kept(directory.path))
        self._evidence = self._open.enter_context(Evidence(directory.keep, manner.read))
        self._sessions = self._open.enter_context(
            Sessions(project.devices.devices, _outfit(project, directory, clock))
        )
        self._leases = self._open.enter_context(
            Leases(
                project.devices.devices,
                Holder(
                    run=directory.path.name,
                    kept=_kept(directory.path),
                    worker=worker,
                    process=os.getpid(),
                ),
                clock,
                leave=self._sessions.leave,
                tell=progress.waits,
            )
        )
        self._open.callback(progress.end)
        self._desk = None
        if manner.barriers == "assist":
            alone = worker == ALONE  # several cannot read one terminal
            self._desk = self._open.enter_context(open_desk(progress.waits, by_terminal=alone))

    def settle(self, planned: PlannedAttempt, scenario: Scenario) -> AttemptRecord:
        """Makes an attempt; where the trouble was ours, once more, in a session of its own.

        Both records are kept, and the last is returned. What was found against the App is
        never made again.

        Raises:
            UsageError: a secret that the attempt needs is not there.
            ResultsTrouble: a record could not be kept.
        """
        record = self.attempt(planned, scenario)
        if record.is_made_again_at_once:
            if self._leases.held is not None:
                self._sessions.discard(self._leases.held)
            record = self.attempt(planned, scenario)
        return record

    def attempt(self, planned: PlannedAttempt, scenario: Scenario) -> AttemptRecord:
        """Makes one try of an attempt and keeps its record.

        Raises:
            UsageError: a secret that the attempt needs is not there.
            ResultsTrouble: it could not be kept.
        """
        secrets = self._secrets(planned)
        turn = self._wait_for_turn(planned)
        self._progress.attempt_begins(planned.id)
        try:
            phone, connect = self._reach(planned.device)
        except UsageError:
            self._progress.attempt_dropped(planned.id)
            raise
        record = _as_try(
            len(self._directory.tries(planned.id)) + 1,
            run_attempt(
                self._task(planned, scenario, phone, secrets),
                connect,
                self._evidence,
                self._clock,
                lambda step: self._progress.step_begins(planned.id, step),
                partial(self._sessions.diagnose, phone),
                self._desk,
            ),
        )
        if record.trouble:
            self._sessions.discard(phone)
        if turn is not None and not record.steps:
            self._pace.give_back(self._package(planned), turn)
        self._directory.append(record)
        self._progress.attempt_ended(Ended.of(record))
        self._sessions.give_way(phone)
        return record

    def _wait_for_turn(self, planned: PlannedAttempt) -> datetime | None:
        """Waits until the App may be tried again; None where nothing real is reached."""
        profile = self._project.profiles[planned.app]
        limit = profile.value.hourly_limit
        if limit is None or is_simulated(self._project.devices.devices, planned.device):
            return None
        said = (
            "attempts_per_hour"
            if profile.value.attempts_per_hour
            else "what is assumed without attempts_per_hour"
        )
        where = f"{said} in {profile.path}"
        return self._pace.wait_for_turn(
            self._package(planned), limit, where, leave=self._leases.let_go
        )

    def _package(self, planned: PlannedAttempt) -> str:
        return self._project.profiles[planned.app].value.android.package

    def explain(self, record: AttemptRecord, scenario: Scenario) -> str:
        """The failure message; draws the last screen with what was touched."""
        picture = patch = None
        with suppress(ResultsTrouble):  # the record is kept; its picture can be drawn again
            picture = self._draw_failure(record)
            patch = self._propose(record)
        return explain(record, starred_task(scenario), picture, patch)

    def _propose(self, record: AttemptRecord) -> Path | None:
        """Keeps the change of the profile that an outdated element asks for."""
        likeness = record.symptoms and record.symptoms.likeness
        if record.verdict.outcome is not Outcome.OUTDATED or not likeness:
            return None
        profile = self._project.profiles[record.app]
        text = (self._project.root / profile.path).read_text(encoding="utf-8")
        patch = propose(profile, text, likeness).encode()
        return shortest(self._directory.show_failure(_failure_name(record, "patch"), patch))

    def _draw_failure(self, record: AttemptRecord) -> Path | None:
        step = failing_step(record)
        if step is None or step.after is None:
            return None
        stored = self._directory.picture_path(step.after).read_bytes()
        target = None if step.match is None else step.match.box
        drawn = annotate(stored, target, step.touched)
        return shortest(self._directory.show_failure(_failure_name(record, "jpg"), drawn))

    def close(self) -> None:
        """Ends sessions and processes; everything that was finished is on the disk already."""
        self._open.close()

    def _secrets(self, planned: PlannedAttempt) -> dict[str, str]:
        """The secrets that the attempt's steps name, and those prepared for its barriers."""
        profile = self._project.profiles[planned.app]
        named = _from_environment(planned.file, names_in(planned.model_dump_json()))
        if self._manner.barriers != "secret":
            return named
        met = {profile.value.barriers[name] for name in barriers_of(planned.steps)}
        prepared = filter(None, map(secret_of, met))
        return {**named, **_from_environment(profile.path, prepared)}

    def _reach(self, device: Name) -> tuple[Name, Callable[[], Driver]]:
        """A phone of the device, and what gives its session or raises why there is none.

        A phone of a pool on which no session starts is left for another: so it costs
        no attempt.
        """
        phone = next(iter(phones_of(self._project.devices.devices, device)))
        try:
            while True:
                phone = self._leases.phone(device)
                try:
                    self._sessions.driver(phone)
                except DeviceTrouble:
                    if not self._leases.bury(device):
                        raise
                else:
                    return phone, partial(self._sessions.driver, phone)
        except DeviceTrouble as exc:
            return phone, partial(_raise, exc)

    def _task(
        self, planned: PlannedAttempt, scenario: Scenario, name: Name, secrets: Mapping[str, str]
    ) -> Task:
        phone = phones_of(self._project.devices.devices, name)[name]
        return Task(
            planned=planned,
            scenario=scenario,
            profile=self._project.profiles[planned.app].value,
            phone=name if name != planned.device else "",
            simulated=phone.simulated,
            attended=phone.attended,
            keep_data=phone.keep_data,
            allow_commit=self._manner.allow_commit,
            barriers=self._manner.barriers,
            commits=self._commits,
            common=common_interruptions(),
            worker=self._worker,
            workers_per_processor=self._manner.workers / (os.cpu_count() or 1),
            secrets=secrets,
        )


class SharedRun:
    """A run whose attempts are made by workers in other processes: held, and shown.

    Attributes:
        path: the run's directory.
        progress: what is shown of it.
    """

    def __init__(
        self, project: Project, directory: RunDirectory, progress: RunProgress, clock: Clock
    ) -> None:
        self.path = directory.path
        self.progress = progress
        self._project = project
        self._directory = directory
        self._clock = clock
        run = read_run(directory.path)
        self._tries_before = Counter(one.id for one in (*run.attempts, *run.superseded))

    def lose(
        self, planned: PlannedAttempt, scenario: Scenario, worker: str
    ) -> AttemptRecord | None:
        """Keeps a record of a try whose worker died: our trouble.

        Returns None when the worker had kept the attempt's last one before it died.

        Raises:
            ResultsTrouble: it could not be kept.
        """
        tries = self._directory.tries(planned.id)
        made_now = tries[self._tries_before[planned.id] :]
        if made_now and not made_now[-1].is_made_again_at_once:
            return None
        task = Task(
            planned=planned,
            scenario=scenario,
            profile=self._project.profiles[planned.app].value,
            simulated=is_simulated(self._project.devices.devices, planned.device),
            worker=worker,
        )
        died = SessionLost(f"the worker {worker} died during the attempt; another goes on")
        with Evidence(self._directory.keep) as evidence:
            record = run_attempt(task, partial(_raise, died), evidence, self._clock)
        record = _as_try(len(tries) + 1, record)
        self._directory.append(record)
        return record

    def close(self) -> None:
        """Lets go of the run, once its workers have ended."""
        self.progress.end()
        self._directory.close()
        forget_run(self.path.name, _kept(self.path))


def open_run(
    project: Project, record: RunRecord, results: Path, console: Console, clock: Clock,
    manner: Manner,
) -> RunUnderWay:  # fmt: skip
    """Makes the run's directory and gets ready; no device is touched yet.

    Raises:
        UsageError: the run's id is taken or cannot be one.
        ResultsTrouble: the directory cannot be written.
    """
    directory = RunDirectory.create(results, record)
    progress = RunProgress(console, len(record.plan))
    progress.begin()
    return RunUnderWay(project, directory, progress, clock, worker=ALONE, manner=manner)


def open_shared_run(
    project: Project, record: RunRecord, results: Path, console: Console, clock: Clock
) -> SharedRun:
    """Makes the run's directory for workers to join.

    Raises:
        UsageError: the run's id is taken or cannot be one.
        ResultsTrouble: the directory cannot be written.
    """
    directory = RunDirectory.create(results, record)
    progress = RunProgress(console, len(record.plan))
    progress.begin()
    return SharedRun(project, directory, progress, clock)


def resume_run(
    project: Project, directory: RunDirectory, resumption: Resumption, console: Console,
    clock: Clock, manner: Manner,
) -> RunUnderWay:  # fmt: skip
    """Takes up a run that this process holds; no device is touched yet.

    Raises:
        ResultsTrouble: nothing can be written into it any more.
    """
    directory.note_resumption(resumption)
    progress = _progress_of(directory, console)
    return RunUnderWay(project, directory, progress, clock, worker=ALONE, manner=manner)


def resume_shared_run(
    project: Project,
    directory: RunDirectory,
    resumption: Resumption,
    console: Console,
    clock: Clock,
) -> SharedRun:
    """Takes up a run that this process holds, for workers to join.

    Raises:
        ResultsTrouble: nothing can be written into it any more.
    """
    directory.note_resumption(resumption)
    return SharedRun(project, directory, _progress_of(directory, console), clock)


def _progress_of(directory: RunDirectory, console: Console) -> RunProgress:
    """What is shown of a run that was begun before."""
    run = read_run(directory.path)
    left = len(find_remainder(directory.path, run).attempts)
    progress = RunProgress(console, len(run.run.plan), finished=len(run.run.plan) - left)
    progress.begin()
    return progress


def join_run(
    project: Project, directory: Path, worker: str, console: Console, clock: Clock,
    manner: Manner,
) -> RunUnderWay:  # fmt: skip
    """Gets ready to make attempts of a run that another process holds and shows.

    Raises:
        UsageError: it is no run.
    """
    joined = RunDirectory.join(directory)
    progress = WorkerProgress(console)
    return RunUnderWay(project, joined, progress, clock, worker=worker, manner=manner)


def record_run(
    project: Project,
    plan: Sequence[PlannedAttempt],
    scenarios: Sequence[Scenario],
    clock: Clock,
    *,
    run_id: str = "",
    arguments: Sequence[str] = (),
    options: Mapping[str, str] | None = None,
) -> RunRecord:
    """What is asked, in full: everything that the scores of the run rest on.

    Personal data of the tasks is starred: what is typed is read from their files, also where
    the run is resumed.

    Args:
        project: where devices and profiles are.
        plan: the attempts, in order.
        scenarios: those of the plan, each once.
        clock: says when.
        run_id: made from the time when empty.
        arguments: of the command.
        options: what else says what the run is: `SHARD`, `ALLOW_COMMIT`, `BARRIERS`.
    """
    now = clock.now()
    apps = sorted({planned.app for planned in plan})
    asked = RunRecord(
        run_id=run_id or new_run_id(now, random.Random()),
        started_at=now,
        versions=_versions(),
        commit=current_commit(project.root),
        options={"arguments": " ".join(arguments), **(options or {})},
        devices=_devices(project, {one.device for one in plan}),
        apps=tuple(project.profiles[app].value for app in apps),
        common_interruptions=common_interruptions(),
        scenarios=tuple(scenarios),
        plan=tuple(plan),
    )
    return starred_request(asked)


def _kept(directory: Path) -> str:
    """Where a run is, for its leases: the same to all its workers."""
    return str(directory.resolve())


def record_resumption(
    project: Project, clock: Clock, *, arguments: Sequence[str] = ()
) -> Resumption:
    """That a run is taken up again, when and with what."""
    return Resumption(
        at=clock.now(),
        versions=_versions(),
        commit=current_commit(project.root),
        arguments=Redaction().words(" ".join(arguments)),
    )


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in RECORDED_VERSIONS},
    }


def _as_try(number: int, record: AttemptRecord) -> AttemptRecord:
    return record.model_copy(update={"try_number": number})


def _devices(project: Project, planned: set[str]) -> dict[str, Device]:
    """The devices of a plan, and the phones of its pools, by name."""
    phones = {phone for name in planned for phone in phones_of(project.devices.devices, name)}
    return {name: project.device(name) for name in sorted(planned | phones)}


def _raise(trouble: DeviceTrouble) -> Driver:
    raise trouble


def _outfit(project: Project, directory: RunDirectory, clock: Clock) -> Outfit:
    return Outfit(
        packages={app: each.value.android.package for app, each in project.profiles.items()},
        root=project.root,
        clock=clock,
        log_folder=directory.log_folder,
    )


def _failure_name(record: AttemptRecord, suffix: str) -> str:
    return f"{record.scenario}.{record.app}.{record.device}.{record.repetition}.{suffix}"


def shortest(path: Path) -> Path:
    """The path as seen from here, where it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _from_environment(file: str, names: Iterable[str]) -> dict[str, str]:
    """Values of secrets by placeholder name (`secret:NAME`); never written anywhere.

    Raises:
        UsageError: one is not there.
    """
    wanted = {name: secret[1] for name in names if (secret := SECRET.fullmatch(name))}
    for variable in sorted(set(wanted.values()) - os.environ.keys()):
        zh = f"请把秘密放进环境变量 {variable}"
        en = f"set the environment variable {variable} to the secret"
        raise UsageError(f"{file}: {Words(zh=zh, en=en)}")
    return {name: os.environ[variable] for name, variable in wanted.items()}
