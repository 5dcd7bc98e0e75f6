"""The run that pytest's session is: its directory, what is shown of it, its scorecard."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import pytest
from rich.console import Console

from harness.clock import SystemClock
from harness.errors import HarnessError
from harness.model import PlannedAttempt, Resumption, RunRecord, Scenario, is_simulated
from harness.plugin.options import (
    HELD,
    REMAINDER,
    asked_of,
    barriers_of,
    manner_of,
    project_of,
    results_of,
    run_id_of,
)
from harness.plugin.tasks import RUN, AttemptItem, attempts_among, is_of_task
from harness.resume import Remainder, find_remainder, would_fail
from harness.run import (
    RunUnderWay,
    open_run,
    record_resumption,
    record_run,
    resume_run,
    shortest,
)
from harness.store import ALLOW_COMMIT, BARRIERS, SHARD, read_run, report_path
from harness.unused import find_unused

LOG_WIDTH = 100
"""Columns of a log that is no terminal."""

CONSOLE = pytest.StashKey[Console]()
DIRECTORY = pytest.StashKey[Path]()
"""Of the run, in the process that holds it."""


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """What has to be known before the first attempt: simulated phones, unverified profiles."""
    return notes(config, [item.planned for item in attempts_among(items)])


def notes(config: pytest.Config, attempts: Sequence[PlannedAttempt]) -> list[str]:
    """What has to be known before the first attempt of a plan."""
    remainder = config.stash.get(REMAINDER, None)
    return [
        *_resumed(config, remainder),
        *_simulated(config, attempts),
        *_unverified(config, attempts),
        *_misspelt(config),
    ]


def _resumed(config: pytest.Config, remainder: Remainder | None) -> Iterator[str]:
    if remainder is None:
        return
    yield str(remainder)
    begun, now = remainder.request, resumption(config)
    if (begun.commit, begun.versions) != (now.commit, now.versions):
        yield (
            "注意 note: 版本与开始时不同，见 the versions are not those of its beginning, see "
            "resumed.jsonl"
        )


def _simulated(config: pytest.Config, attempts: Iterable[PlannedAttempt]) -> Iterator[str]:
    devices = sorted({planned.device for planned in attempts})
    for name in devices:
        if is_simulated(project_of(config).devices.devices, name):
            yield (
                f"设备 device {name}: 模拟手机，结果不代表真实 App / "
                "simulated, its results say nothing of a real App"
            )


def _unverified(config: pytest.Config, attempts: Iterable[PlannedAttempt]) -> Iterator[str]:
    for app in sorted({planned.app for planned in attempts}):
        verified = project_of(config).profiles[app].value.verified
        if verified.elements == "never":
            yield (
                f"注意 note: {app}: 元素从未在真机上核对 / "
                "its elements were never verified on a real device; expect not_found. "
                f"核对 verify: python -m harness verify-profile --app {app} --device ID"
            )
        elif verified.found is not None and not verified.is_whole:
            yield (
                f"注意 note: {app}: 元素只核对到一部分 / some of its elements were verified: "
                f"{verified.found}, {verified.elements}"
            )


def _misspelt(config: pytest.Config) -> Iterator[str]:
    """A name that no task uses leaves tasks out where it should have been another."""
    if REMAINDER in config.stash:
        return
    project = project_of(config)
    apps = asked_of(config).all_apps(project)
    for problem in find_unused(project, apps, misspelt_only=True):
        yield f"注意 note: 没有任务用到 unused: {problem}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Opens the run, now that nothing is wrong with what it is to do; the live line appears.

    With -n, workers make the attempts (harness/plugin/workers.py), and only what a
    console needs is done here: nothing is captured at this moment.
    """
    attempts = attempts_among(session.items)
    config = session.config
    if config.option.collectonly or not (attempts or HELD in config.stash):
        return
    if hasattr(config, "workerinput"):
        # A worker's stdout leads nowhere, its stderr to where the controller's does.
        config.stash[CONSOLE] = make_console(config, sys.stderr)
        return
    config.stash[CONSOLE] = make_console(config, sys.stdout)
    if attempts:
        try:
            config.stash[RUN] = _open(config, attempts)
        except HarnessError as exc:
            raise pytest.UsageError(str(exc)) from exc
    path = config.stash[RUN].path if attempts else config.stash[HELD].path
    begin(config, path)


def _open(config: pytest.Config, attempts: Sequence[AttemptItem]) -> RunUnderWay:
    """The run in which the attempts are to be made: a new one, or the one that is resumed."""
    project, console, clock = project_of(config), config.stash[CONSOLE], SystemClock()
    manner = manner_of(config)
    if HELD in config.stash:
        held, now = config.stash[HELD], resumption(config)
        return resume_run(project, held, now, console, clock, manner)
    scenarios = list({item.scenario.id: item.scenario for item in attempts}.values())
    record = request(config, [item.planned for item in attempts], scenarios)
    results = results_of(config)
    return open_run(project, record, results, console, clock, manner)


def resumption(config: pytest.Config) -> Resumption:
    """That the run is taken up again."""
    arguments = config.invocation_params.args
    return record_resumption(project_of(config), SystemClock(), arguments=arguments)


def request(
    config: pytest.Config, attempts: Sequence[PlannedAttempt], scenarios: Sequence[Scenario]
) -> RunRecord:
    """What the run is asked, in full."""
    return record_run(
        project_of(config),
        attempts,
        scenarios,
        SystemClock(),
        run_id=run_id_of(config),
        arguments=config.invocation_params.args,
        options=_options(config),
    )


def _options(config: pytest.Config) -> dict[str, str]:
    """What of the command line says what the run is, beside its plan."""
    shard, allow_commit = config.getoption("shard"), config.getoption("allow_commit")
    barriers = barriers_of(config)
    return {
        **({} if shard is None else {SHARD: str(shard)}),
        **({ALLOW_COMMIT: "yes"} if allow_commit else {}),
        **({} if barriers is None else {BARRIERS: barriers}),
    }


def begin(config: pytest.Config, directory: Path) -> None:
    """From here on the run is shown in lines of ours, and ends in its scorecard."""
    config.stash[DIRECTORY] = directory
    _mute_pytest(config)
    stop_as_by_ctrl_c()


def stop_as_by_ctrl_c() -> None:
    """Makes CI's stop as tidy as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def make_console(config: pytest.Config, stream: TextIO) -> Console:
    """A console on pytest's own output, which stays open while pytest captures what tests print."""
    # Not rich's own reading of it: that looks at files which pytest has in hand by now.
    width = config.get_terminal_writer().fullwidth
    try:
        # Nothing is captured at this moment: a copy made now leads to the terminal for good.
        file = os.fdopen(os.dup(stream.fileno()), "w", encoding="utf-8", buffering=1)
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
    """Counts what comes of tasks as pytest does, without its letters."""
    if DIRECTORY not in config.stash or not is_of_task(report.nodeid):
        return None
    if report.failed:
        category = "failed" if report.when == "call" else "error"
    elif report.skipped:
        category = "skipped"
    else:
        category = "passed" if report.when == "call" else ""
    return category, "", category.upper()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stops what was started, also after Ctrl-C; a resumed run ends as one that was never cut."""
    config = session.config
    if RUN in config.stash:
        config.stash[RUN].close()
    if HELD in config.stash:
        config.stash[HELD].close()
        _end_as_a_whole(session)


def _end_as_a_whole(session: pytest.Session) -> None:
    """The exit code is that of one command that had made all the attempts of the run."""
    config = session.config
    nothing_left = not config.stash[REMAINDER].attempts
    if session.exitstatus == pytest.ExitCode.OK or (
        session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and nothing_left
    ):
        run = read_run(config.stash[HELD].path)
        failed = would_fail(run, findings=config.getoption("findings") == "fail")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED if failed else pytest.ExitCode.OK


def pytest_terminal_summary(config: pytest.Config) -> None:
    """Hands the finished run to scoring, which prints the scorecard."""
    if DIRECTORY not in config.stash:
        return
    # The one place where asking leads to concluding: see DESIGN.md, Layout.
    from scoring.conclude import conclude  # noqa: PLC0415

    console, path = config.stash[CONSOLE], config.stash[DIRECTORY]
    try:
        conclude(path, console)
        first = shortest(report_path(path)) / "index.html"
        console.print(f"报告 report: {first}", markup=False, highlight=False)
        is_unfinished = bool(find_remainder(path, read_run(path)).attempts)
    except HarnessError as exc:
        console.print(f"未保存 not kept: {exc}", style="red", markup=False)
        is_unfinished = False
    console.print(f"结果 results: {shortest(path)}", markup=False, highlight=False)
    if is_unfinished:
        rest = f"续跑 the rest: pytest scenarios/ --resume {shortest(path)}"
        console.print(rest, markup=False, highlight=False)
