"""With -n: several workers make the attempts, each on a phone of its own.

The controller plans, holds the run and shows it; a worker joins the run at its
first attempt. What the controller tells of an attempt comes with pytest's reports.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from harness.clock import SystemClock
from harness.errors import HarnessError, ResultsTrouble
from harness.failure_message import explain
from harness.load import load_scenario
from harness.model import AttemptRecord, PlannedAttempt, Pool, Scenario
from harness.plugin.options import (
    HELD,
    REMAINDER,
    WORKER_REMAINDER,
    WORKER_RUN,
    asked_of,
    asks_for_tasks,
    count_phones_of,
    directory_of,
    manner_of,
    project_of,
    results_of,
)
from harness.plugin.session import (
    CONSOLE,
    begin,
    make_console,
    notes,
    request,
    resumption,
    stop_as_by_ctrl_c,
)
from harness.plugin.tasks import RUN, AttemptItem, node_name
from harness.progress import Ended
from harness.run import SharedRun, join_run, open_shared_run, resume_shared_run

_DEVICE = re.compile(r"\[(?P<device>[^\]#]+)#\d+\]$")


class _Planned(NamedTuple):
    attempt: PlannedAttempt
    scenario: Scenario


SHARED_RUN = pytest.StashKey[SharedRun]()
PLANNED = pytest.StashKey[dict[str, _Planned]]()
"""The attempts by node id, in the controller, which collects nothing itself."""
LOST = pytest.StashKey[dict[str, AttemptRecord]]()
"""By node id, the last records of attempts whose worker died twice."""
STOPPED = pytest.StashKey[set[str]]()
"""The workers that have stopped by themselves: Ctrl-C, or nothing can be kept any more."""


# --- in the controller ---------------------------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """`-n auto`: a worker for each phone."""
    return count_phones_of(config) if asks_for_tasks(config) else None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Tells a worker which run it is to join, and what of it is left to be made."""
    node.workerinput[WORKER_RUN] = str(directory_of(node.config))
    if REMAINDER in node.config.stash:
        left = node.config.stash[REMAINDER].attempts
        node.workerinput[WORKER_REMAINDER] = [planned.id for planned in left]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> PhoneScheduling | None:
    """Shares out tasks by phone; other tests as xdist does."""
    if not asks_for_tasks(config):
        return None
    devices = project_of(config).devices.devices
    pools = frozenset(name for name, device in devices.items() if isinstance(device, Pool))
    return PhoneScheduling(config, log, pools, partial(_begin, config), partial(_lose, config))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController, error: object | None) -> None:
    """Tells workers that have stopped from those that died: these cost an attempt a try."""
    if error == "keyboard-interrupt":
        node.config.stash.setdefault(STOPPED, set()).add(node.gateway.id)


class PhoneScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Work by phone: all attempts of a device that is one phone go to one worker, together.

    The attempts of a pool are given out one by one, so that its phones are kept busy
    to the end. Whole devices come first, the longest before the others, for nobody
    can help with them; within a device and within a pool the plan's order is kept.
    """

    def __init__(
        self,
        config: pytest.Config,
        log: Producer | None,
        pools: frozenset[str],
        begin: Callable[[Sequence[str]], None],
        lose: Callable[[str, str], bool],
    ) -> None:
        super().__init__(config, log)
        self._pools = pools
        self._begin = begin
        self._lose = lose

    def schedule(self) -> None:
        """Begins the run before its first attempt is given out."""
        if self.collection is None:
            self._begin(next(iter(self.registered_collections.values())))
        super().schedule()

    def remove_node(self, node: WorkerController) -> str | None:
        """Costs the attempt that was under way a try; another worker makes it again, once."""
        workload = self.assigned_work[node]
        lost = next(
            (item for unit in workload.values() for item, is_done in unit.items() if not is_done),
            None,
        )
        is_over = lost is not None and self._lose(lost, node.gateway.id)
        if lost is not None and is_over:
            workload[self._split_scope(lost)][lost] = True
        for scope in [scope for scope, unit in workload.items() if all(unit.values())]:
            del workload[scope]
        super().remove_node(node)
        # What the worker had not begun is to be made before what nobody had yet.
        for scope in reversed(workload):
            if scope in self.workqueue:
                self.workqueue.move_to_end(scope, last=False)
        return lost if is_over else None

    def _split_scope(self, nodeid: str) -> str:
        """What goes to one worker together: a device; an attempt of a pool alone."""
        found = _DEVICE.search(nodeid)
        is_one_phone = found is not None and found["device"] not in self._pools
        return found["device"] if found is not None and is_one_phone else nodeid

    def _reschedule(self, node: WorkerController) -> None:
        """Keeps a worker in work: it begins an attempt only when it knows the next, or the end."""
        if node not in self.registered_collections:
            return  # it takes a dead worker's place and has yet to collect
        super()._reschedule(node)
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) < 2:
            super()._reschedule(node)


def _begin(config: pytest.Config, nodes: Sequence[str]) -> None:
    """Opens the run that the workers will join; nothing to do when no attempt is planned."""
    planned = _plan(config, nodes)
    if not planned and HELD not in config.stash:
        return
    _write_lines(config, notes(config, [one.attempt for one in planned.values()]))
    config.stash[CONSOLE] = make_console(config, sys.stdout)
    begin(config, directory_of(config))
    if not planned:
        return
    try:
        run = _open(config, planned)
    except HarnessError as exc:
        raise pytest.UsageError(str(exc)) from exc
    config.stash[SHARED_RUN], config.stash[PLANNED] = run, planned
    config.pluginmanager.register(_Telling(run, planned))


def _open(config: pytest.Config, planned: Mapping[str, _Planned]) -> SharedRun:
    """The run in which the attempts are to be made: a new one, or the one that is resumed."""
    project, console, clock = project_of(config), config.stash[CONSOLE], SystemClock()
    if HELD in config.stash:
        return resume_shared_run(project, config.stash[HELD], resumption(config), console, clock)
    attempts = [one.attempt for one in planned.values()]
    scenarios = list({one.scenario.id: one.scenario for one in planned.values()}.values())
    record = request(config, attempts, scenarios)
    return open_shared_run(project, record, results_of(config), console, clock)


def _plan(config: pytest.Config, nodes: Iterable[str]) -> dict[str, _Planned]:
    """The attempts that the workers have collected, in their order, by node id."""
    if REMAINDER in config.stash:
        left = config.stash[REMAINDER]
        known = {_node_id(one): _Planned(one, left.scenario(one)) for one in left.attempts}
        return {node: known[node] for node in nodes if node in known}
    project = project_of(config)
    # A node without a repetition is no attempt: a task that an App cannot be asked.
    wanted = [node for node in nodes if _DEVICE.search(node)]
    files = sorted({node.split("::")[0] for node in wanted})
    documents = [load_scenario(project.root / file, root=project.root) for file in files]
    scenarios = {document.value.id: document.value for document in documents}
    attempts = {
        _node_id(attempt): _Planned(attempt, scenarios[attempt.scenario])
        for attempt in asked_of(config).plan(project, documents).attempts
    }
    return {node: attempts[node] for node in wanted if node in attempts}


def _lose(config: pytest.Config, node: str, worker: str) -> bool:
    """Keeps a record of the try that a dead worker had under way: our trouble.

    Returns whether that was the attempt's last try.
    """
    if worker in config.stash.get(STOPPED, set()):
        return False
    if SHARED_RUN not in config.stash or node not in config.stash[PLANNED]:
        return True
    planned, scenario = config.stash[PLANNED][node]
    run = config.stash[SHARED_RUN]
    try:
        record = run.lose(planned, scenario, worker)
    except ResultsTrouble as exc:
        raise pytest.Session.Interrupted(str(exc)) from exc
    if record is None:
        return True
    if record.is_made_again_at_once:
        run.progress.attempt_ended(Ended.of(record))
        return False
    config.stash.setdefault(LOST, {})[node] = record
    return True


def _node_id(planned: PlannedAttempt) -> str:
    return f"{planned.file}::{node_name(planned)}"


def _write_lines(config: pytest.Config, lines: Iterable[str]) -> None:
    reporter: Any = config.pluginmanager.getplugin("terminalreporter")
    for line in lines:
        if reporter is not None:
            reporter.write_line(line)


class _Telling:
    """Shows the attempts as workers report them: a plugin of its own, in the controller."""

    def __init__(self, run: SharedRun, planned: Mapping[str, _Planned]) -> None:
        self._run = run
        self._planned = planned

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A worker has begun an attempt."""
        if nodeid in self._planned:
            self._run.progress.attempt_begins(self._planned[nodeid].attempt.id)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """An attempt was made, or could not be: in either case in an item's set-up."""
        if report.nodeid not in self._planned or report.when != "setup":
            return
        ended: str | None = getattr(report, "ended", None)
        if ended is None:
            self._run.progress.attempt_dropped(self._planned[report.nodeid].attempt.id)
        else:
            self._run.progress.attempt_ended(Ended.model_validate_json(ended))


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem: str, report: pytest.TestReport, sched: Any) -> None:
    """Tells of an attempt whose worker died: our trouble."""
    config: pytest.Config = sched.config
    if SHARED_RUN not in config.stash or crashitem not in config.stash[PLANNED]:
        return
    report.when = "setup"  # where attempts are made
    record = config.stash.get(LOST, {}).get(crashitem)
    if record is not None:
        report.longrepr = explain(record, config.stash[PLANNED][crashitem].scenario, None)
        report.ended = Ended.of(record).model_dump_json()  # type: ignore[attr-defined]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Lets go of the run, when its workers have ended."""
    if SHARED_RUN in session.config.stash:
        session.config.stash[SHARED_RUN].close()


# --- in a worker ---------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Joins the run, before the worker's first attempt."""
    config = item.config
    if not isinstance(item, AttemptItem) or RUN in config.stash:
        return
    told: Mapping[str, Any] = config.workerinput  # type: ignore[attr-defined]
    try:
        config.stash[RUN] = join_run(
            project_of(config),
            Path(told[WORKER_RUN]),
            told["workerid"],
            config.stash[CONSOLE],
            SystemClock(),
            manner_of(config),
        )
    except HarnessError as exc:
        item.session.shouldstop = str(exc)
        pytest.fail(str(exc), pytrace=False)
    stop_as_by_ctrl_c()
