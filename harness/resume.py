"""What is left of a run that was cut short, and whether it can still be made as it was planned.

The plan that counts is the run's own, as run.json holds it. Where the project's
files say something else by now, nothing is made: who has changed a file wants
the change to count, and a record must not mix two versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from harness.common_interruptions import FILE, common_interruptions
from harness.errors import UsageError
from harness.load import Document, load_scenario
from harness.model import (
    Outcome,
    PlannedAttempt,
    PlannedStep,
    RunRecord,
    Scenario,
    SharedSteps,
    Words,
    phones_of,
)
from harness.plan import expand
from harness.problem import InvalidFile
from harness.project import APPS, DEVICES_FILE, SCENARIOS, Project
from harness.redaction import of_attempt, starred_task
from harness.references import check
from harness.store import Run

IDS_SHOWN = 5

NOT_RESUMED = Words(
    zh="续跑不了：剩下的计划后来变了，一份记录不能混用两个版本",
    en="cannot be resumed: what is left of its plan has changed since, "
    "and a record must not mix two versions",
)
GONE = Words(zh="没有了", en="is gone")
CHANGED = Words(zh="变了", en="has changed")
UNREADABLE = Words(zh="读不了", en="cannot be read")
MISFIT = Words(zh="和别的文件对不上了", en="no longer fits the other files")
SHARED_CHANGED = Words(zh="用到的公共步骤变了", en="runs shared steps that have changed")


@dataclass(frozen=True)
class Remainder:
    """What of a run is still to be made.

    Attributes:
        path: the run's directory.
        request: what was asked, in full.
        attempts: what is to be made, in the order of the plan.
    """

    path: Path
    request: RunRecord
    attempts: tuple[PlannedAttempt, ...]

    def scenario(self, planned: PlannedAttempt) -> Scenario:
        """The task of an attempt, as the run holds it."""
        return next(one for one in self.request.scenarios if one.id == planned.scenario)

    def __str__(self) -> str:
        """How much was finished before."""
        planned, left = len(self.request.plan), len(self.attempts)
        if not left:
            return (
                f"续跑 resume: {self.request.run_id} 已完整 is complete: "
                f"all its {planned} attempts were finished before"
            )
        return (
            f"续跑 resume: {self.request.run_id}: 共 {planned} 次，已完成 {planned - left} 次 / "
            f"{planned - left} of {planned} attempts were finished before"
        )


def find_remainder(path: Path, run: Run) -> Remainder:
    """The attempts without a record, and those whose record says that the trouble was ours."""
    settled = {attempt.id for attempt in run.attempts if not attempt.may_be_made_again}
    left = tuple(planned for planned in run.run.plan if planned.id not in settled)
    return Remainder(path, run.run, left)


def in_full(
    planned: PlannedAttempt, task: Document[Scenario], shared: Mapping[str, Document[SharedSteps]]
) -> PlannedAttempt:
    """An attempt as it can be made: the run keeps personal data starred, the task's file does not.

    Args:
        planned: as the run holds it, and found to be unchanged.
        task: as its file says it.
        shared: steps that it may run.
    """
    return planned.model_copy(update={"steps": expand(task, shared)})


def would_fail(run: Run, *, findings: bool) -> bool:
    """Whether a command that made all these attempts would have failed.

    Args:
        run: a run.
        findings: whether findings against an App count.
    """
    ours = {Outcome.HARNESS_ERROR, Outcome.OUTDATED}
    return any(
        outcome in ours or (findings and outcome.finding)
        for outcome in (attempt.verdict.outcome for attempt in run.attempts)
    )


def check_unchanged(remainder: Remainder, project: Project) -> None:
    """Holds what is still to be made against the project's files as they are now.

    Raises:
        UsageError: something was changed since; names it, and what to do.
    """
    changes = tuple(_changes(remainder, project))
    if changes:
        commit = remainder.request.commit
        zh = f"请改回原样（提交 {commit or '不明'}），或用 `pytest scenarios/` 重新执行"
        en = (
            f"put it back as it was (commit {commit or 'unknown'}), "
            "or make a new run with `pytest scenarios/`"
        )
        first = f"{remainder.path}: {NOT_RESUMED}:"
        raise UsageError("\n  ".join((first, *changes, str(Words(zh=zh, en=en)))))


def _changes(remainder: Remainder, project: Project) -> Iterator[str]:
    """What is not as it was, a line each, with the attempts that it is about."""
    attempts = remainder.attempts
    for device in sorted({one.device for one in attempts}):
        about = _ids(one for one in attempts if one.device == device)
        if state := _device_change(device, remainder.request, project):
            yield f"{DEVICES_FILE}: {device}: {state}: {about}"
    for app in sorted({one.app for one in attempts}):
        about = _ids(one for one in attempts if one.app == app)
        if state := _profile_change(app, remainder.request, project):
            yield f"{SCENARIOS}/{APPS}/{app}.yaml: {state}: {about}"
    if attempts and remainder.request.common_interruptions != common_interruptions():
        yield f"harness/{FILE.name}: {CHANGED}: {_ids(attempts)}"
    for file in sorted({one.file for one in attempts}):
        of_file = [one for one in attempts if one.file == file]
        if state := _task_change(of_file[0], remainder.scenario(of_file[0]), project):
            yield f"{file}: {state}: {_ids(of_file)}"


def _ids(attempts: Iterable[PlannedAttempt]) -> str:
    ids = [one.id for one in attempts]
    more = len(ids) - IDS_SHOWN
    return ", ".join(ids[:IDS_SHOWN]) + (f" … (+{more})" if more > 0 else "")


def _device_change(name: str, request: RunRecord, project: Project) -> str:
    now = project.devices.devices
    if name not in now:
        return str(GONE)
    phones = partial(phones_of, name=name)
    unchanged = (now[name], phones(now)) == (request.devices[name], phones(request.devices))
    return "" if unchanged else str(CHANGED)


def _profile_change(app: str, request: RunRecord, project: Project) -> str:
    if app in project.broken:
        return f"{UNREADABLE} ({project.broken[app].problems[0]})"
    if app not in project.profiles:
        return str(GONE)
    unchanged = project.profiles[app].value in request.apps
    return "" if unchanged else str(CHANGED)


def _task_change(planned: PlannedAttempt, scenario: Scenario, project: Project) -> str:
    """How a task differs from what was planned; lines that have only moved make no difference."""
    path = project.root / planned.file
    if not path.is_file():
        return str(GONE)
    try:
        document = load_scenario(path, root=project.root)
    except InvalidFile as exc:
        return f"{UNREADABLE} ({exc.problems[0]})"
    # The run keeps the task starred; a number in place of another with the same ends is not seen.
    if starred_task(document.value) != scenario:
        return str(CHANGED)
    problems = tuple(check(document, tuple(project.profiles.values()), project.shared))
    if problems:
        return f"{MISFIT} ({problems[0]})"
    now = in_full(planned, document, project.shared)
    starred = of_attempt((), now, document.value).record(now)
    steps = tuple(map(_without_lines, starred.steps))
    unchanged = steps == tuple(map(_without_lines, planned.steps))
    return "" if unchanged else str(SHARED_CHANGED)


def _without_lines(step: PlannedStep) -> tuple[Any, ...]:
    return step.path, step.step, step.file, tuple(map(_without_lines, step.steps))
