"""What `pytest scenarios/` is asked for on the command line, held against the project's files."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import pytest

from harness.clock import SystemClock
from harness.errors import UsageError
from harness.leases import check_workers, count_phones
from harness.plan import Shard
from harness.project import SCENARIOS, Asked, Project, read_project
from harness.store import new_run_id


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


def _shard(text: str) -> Shard:
    try:
        return Shard.parse(text)
    except UsageError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc


PROJECT = pytest.StashKey[Project]()
RUN_ID = pytest.StashKey[str]()


def project_of(config: pytest.Config) -> Project:
    """The project, read once and only when a task is asked for.

    Raises:
        pytest.UsageError: it cannot be read, or does not have what is asked for.
    """
    if PROJECT not in config.stash:
        try:
            project = read_project(config.rootpath)
            asked_of(config).check(project)
        except UsageError as exc:
            raise pytest.UsageError(str(exc)) from exc
        config.stash[PROJECT] = project
    return config.stash[PROJECT]


def asked_of(config: pytest.Config) -> Asked:
    """Devices, Apps and repetitions, as the command line has them."""
    return Asked(
        devices=tuple(config.getoption("device")),
        apps=tuple(config.getoption("app")),
        repetitions=config.getoption("repeat"),
    )


def run_id_of(config: pytest.Config) -> str:
    """The id of the run: as given, or made from the time, once."""
    if RUN_ID not in config.stash:
        made = new_run_id(SystemClock().now(), random.Random())
        config.stash[RUN_ID] = config.getoption("run_id") or made
    return config.stash[RUN_ID]


def results_of(config: pytest.Config) -> Path:
    """The folder of all runs."""
    folder: Path = config.getoption("results")
    return config.rootpath / folder


def asks_for_tasks(config: pytest.Config) -> bool:
    """Whether the command names scenarios/ or something in it."""
    scenarios = (config.rootpath / SCENARIOS).resolve()
    asked = (config.invocation_params.dir / name.split("::")[0] for name in config.args)
    return any(path.resolve().is_relative_to(scenarios) for path in asked)


def count_phones_of(config: pytest.Config) -> int:
    """How many phones the devices asked for are."""
    project = project_of(config)
    return count_phones(project.devices.devices, asked_of(config).devices_of(project))


def pytest_sessionstart(session: pytest.Session) -> None:
    """What is wrong with the devices or the options is told before anything is collected."""
    config = session.config
    if not asks_for_tasks(config):
        return
    project_of(config)
    workers = config.getoption("numprocesses", None)
    if isinstance(workers, int):
        try:
            check_workers(workers, count_phones_of(config))
        except UsageError as exc:
            raise pytest.UsageError(str(exc)) from exc
