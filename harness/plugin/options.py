"""What `pytest scenarios/` is asked for on the command line, held against the project's files."""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from harness.clock import SystemClock
from harness.errors import UsageError
from harness.leases import check_workers, count_phones
from harness.model import BarrierPolicy, Words
from harness.ocr import Read, reader
from harness.plan import Shard
from harness.project import SCENARIOS, Asked, Project, read_project
from harness.resume import Remainder, check_unchanged, find_remainder
from harness.run import Manner
from harness.store import (
    ALLOW_COMMIT,
    BARRIERS,
    RunDirectory,
    find_run,
    new_run_id,
    read_request,
    read_run,
)


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
        "--shard",
        type=_shard,
        metavar="I/N",
        help="the Ith of N parts of the plan: one for each of N machines",
    )
    group.addoption(
        "--results", type=Path, default=Path("results"), metavar="DIR", help="where runs are kept"
    )
    group.addoption("--run-id", default="", metavar="ID", help="the run's name; made from the time")
    group.addoption(
        "--resume",
        default="",
        metavar="RUN",
        help="make what is missing of a run: its directory, its id, or `latest`",
    )
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
    group.addoption(
        "--barriers",
        choices=get_args(BarrierPolicy),
        help="at an SMS code, slider, face check or password: end there (blocked), ask a person on "
        "a page, or type the secret that the profile names; without it the phone's inbox answers, "
        "or whoever attends the phone",
    )
    group.addoption(
        "--read-pictures",
        action="store_true",
        help="read each picture too, and cover personal data that the hierarchy does not tell; "
        "needs requirements/ocr.lock, and seconds a picture",
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on, not {text!r}")
    return int(text)


def _shard(text: str) -> Shard:
    try:
        return Shard.parse(text)
    except UsageError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc


PROJECT = pytest.StashKey[Project]()
RUN_ID = pytest.StashKey[str]()
REMAINDER = pytest.StashKey[Remainder]()
"""With --resume: what is left of the run."""
HELD = pytest.StashKey[RunDirectory]()
"""With --resume: the run, held by this process before anybody looks what is left of it."""

WORKER_RUN = "zhangce_run"
WORKER_REMAINDER = "zhangce_remainder"
"""What a worker is told by the controller: the run's directory; with --resume, the ids left."""


def project_of(config: pytest.Config) -> Project:
    """The project, read once and only when a task is asked for.

    Raises:
        pytest.UsageError: it cannot be read, or does not have what is asked for.
    """
    if PROJECT not in config.stash:
        try:
            project = read_project(config.rootpath)
            if REMAINDER in config.stash:
                check_unchanged(config.stash[REMAINDER], project)
            else:
                asked_of(config).check(project)
        except UsageError as exc:
            raise pytest.UsageError(str(exc)) from exc
        config.stash[PROJECT] = project
    return config.stash[PROJECT]


def asked_of(config: pytest.Config) -> Asked:
    """Devices, Apps and repetitions, as the command line has them; with --resume, as the run has.

    A run that is resumed has its attempts already: only its devices are asked for.
    """
    if REMAINDER in config.stash:
        plan = config.stash[REMAINDER].request.plan
        return Asked(devices=tuple(dict.fromkeys(planned.device for planned in plan)))
    return Asked(
        devices=tuple(config.getoption("device")),
        apps=tuple(config.getoption("app")),
        repetitions=config.getoption("repeat"),
    )


def run_id_of(config: pytest.Config) -> str:
    """The id of the run: as given, or made from the time, once."""
    if REMAINDER in config.stash:
        return config.stash[REMAINDER].request.run_id
    if RUN_ID not in config.stash:
        made = new_run_id(SystemClock().now(), random.Random())
        config.stash[RUN_ID] = config.getoption("run_id") or made
    return config.stash[RUN_ID]


def barriers_of(config: pytest.Config) -> BarrierPolicy | None:
    """What is done at barriers: as given; with --resume, as the run has it."""
    if REMAINDER in config.stash:
        given = config.stash[REMAINDER].request.options.get(BARRIERS)
        return next((policy for policy in get_args(BarrierPolicy) if policy == given), None)
    policy: BarrierPolicy | None = config.getoption("barriers")
    return policy


def reader_of(config: pytest.Config) -> Read | None:
    """What reads pictures before they are kept, where that is asked for.

    Raises:
        UsageError: it is not installed.
    """
    return reader() if config.getoption("read_pictures") else None


def manner_of(config: pytest.Config) -> Manner:
    """How the run makes its attempts.

    Raises:
        UsageError: what is to read pictures is not installed.
    """
    allow_commit: bool = config.getoption("allow_commit")
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    return Manner(allow_commit, barriers_of(config), reader_of(config), workers)


def results_of(config: pytest.Config) -> Path:
    """The folder of all runs."""
    folder: Path = config.getoption("results")
    return config.rootpath / folder


def directory_of(config: pytest.Config) -> Path:
    """The directory of the run."""
    if REMAINDER in config.stash:
        return config.stash[REMAINDER].path
    return results_of(config) / run_id_of(config)


def asks_for_tasks(config: pytest.Config) -> bool:
    """Whether the command names scenarios/ or something in it."""
    scenarios = (config.rootpath / SCENARIOS).resolve()
    asked = (config.invocation_params.dir / name.split("::")[0] for name in config.args)
    return any(path.resolve().is_relative_to(scenarios) for path in asked)


def count_phones_of(config: pytest.Config) -> int:
    """How many phones the devices asked for are."""
    project = project_of(config)
    if REMAINDER in config.stash:  # a device whose attempts are all made may be gone from the files
        return count_phones(config.stash[REMAINDER].request.devices, asked_of(config).devices)
    return count_phones(project.devices.devices, asked_of(config).devices_of(project))


def pytest_sessionstart(session: pytest.Session) -> None:
    """What is wrong with the devices or the options is told before anything is collected."""
    config = session.config
    if not asks_for_tasks(config):
        if config.getoption("resume"):
            said = Words(zh="--resume 用于任务", en="--resume is for tasks")
            raise pytest.UsageError(f"{said}: pytest scenarios/ --resume RUN")
        return
    if config.getoption("resume"):
        try:
            _take_up(config)
        except UsageError as exc:
            raise pytest.UsageError(str(exc)) from exc
    project_of(config)
    try:
        reader_of(config)
    except UsageError as exc:
        raise pytest.UsageError(str(exc)) from exc
    workers = config.getoption("numprocesses", None)
    if isinstance(workers, int):
        try:
            check_workers(workers, count_phones_of(config))
        except UsageError as exc:
            raise pytest.UsageError(str(exc)) from exc


TAKEN_FROM_THE_RUN = {
    "device": "--device",
    "app": "--app",
    "repeat": "--repeat",
    "shard": "--shard",
    "run_id": "--run-id",
    "barriers": "--barriers",
}
"""Options that say what a run is: one that is resumed has its own."""
_DEFAULTS: Mapping[str, object] = {
    "device": [], "app": [], "repeat": 1, "shard": None, "run_id": "",
    "barriers": None,
}  # fmt: skip


def _take_up(config: pytest.Config) -> None:
    """Holds the run that is to be resumed, then looks what is left of it.

    Raises:
        UsageError: there is no such run, somebody else is writing it, or another option
            contradicts.
    """
    if hasattr(config, "workerinput"):
        config.stash[REMAINDER] = _as_told(config.workerinput)
        return
    _check_options(config)
    path = find_run(config.getoption("resume"), results_of(config))
    if not config.option.collectonly:
        config.stash[HELD] = RunDirectory.resume(path)
    config.stash[REMAINDER] = remainder = find_remainder(path, read_run(path))
    _check_commit(config, remainder)


def _as_told(told: Mapping[str, Any]) -> Remainder:
    """What the controller has found to be left: more may be finished by the time that we look."""
    path, ids = Path(told[WORKER_RUN]), set(told[WORKER_REMAINDER])
    request = read_request(path)
    return Remainder(path, request, tuple(one for one in request.plan if one.id in ids))


def _check_options(config: pytest.Config) -> None:
    for name, option in TAKEN_FROM_THE_RUN.items():
        if config.getoption(name) != _DEFAULTS[name]:
            zh = f"{option} 沿用 --resume 所指的那次执行：请去掉"
            en = f"{option} is taken from the run that --resume names: leave it out"
            raise UsageError(Words(zh=zh, en=en))


def _check_commit(config: pytest.Config, remainder: Remainder) -> None:
    """Both halves of a run tap commit points, or none does; and it is said each time."""
    was, wants = ALLOW_COMMIT in remainder.request.options, config.getoption("allow_commit")
    if was != wants:
        begun, do = ("with", "add it") if was else ("without", "leave it out")
        then, now = ("带了", "加上") if was else ("没有带", "去掉")
        zh = f"开始时{then} --allow-commit：请{now}，一份记录不能两样混用"
        en = f"it was begun {begun} --allow-commit: {do}, for a record must not mix the two"
        raise UsageError(f"{remainder.request.run_id}: {Words(zh=zh, en=en)}")
