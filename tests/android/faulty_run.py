"""A run of one task on the real stack, with a fault in the middle of its first attempt.

docs/faults.md has a row for each fault: the outcome and the message that tests hold here.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import psutil

from harness import appium_driver, stations
from harness.clock import SystemClock
from harness.load import load_scenario
from harness.model import AttemptRecord, PlannedStep, Scenario
from harness.processes.adb_server import AdbServer, OwnAdbServer
from harness.processes.appium_server import AppiumServer
from harness.processes.family import MARK, runs
from harness.processes.simulated_phone import SimulatedPhone
from harness.progress import Ended
from harness.project import Asked, read_project
from harness.run import ALONE, Manner, RunUnderWay, record_run
from harness.store import RunDirectory, read_run
from tests.android.patience import comes_true
from tests.tester import ROOT, TASK

OURS = "android: {kind: simulated, stack: android, apps: [sample_city], attended: false}"
TO_CONSENT = "  - launch"
CONSENT = "privacy.agree"
UNPLUGGED_S = 10
BOUNDED_S = 100
"""What a fault may take in all, on a machine that is busy: no two of our longest waits."""


@dataclass
class Teller:
    """Is told of the run, and does something when the goal of the first attempt is looked for."""

    disturb: Callable[[], None]
    waited_for: list[str] = field(default_factory=list)
    disturbed: bool = False

    def attempt_begins(self, id: str) -> None: ...

    def step_begins(self, id: str, step: PlannedStep) -> None:
        if step.path == "goal" and not self.disturbed:
            self.disturbed = True
            self.disturb()

    def attempt_ended(self, attempt: Ended) -> None: ...

    def attempt_dropped(self, id: str) -> None: ...

    def waits(self, what: str) -> None:
        self.waited_for.append(what)

    def end(self) -> None: ...


class Run:
    """A run in this process, of a task on some devices, that can be reached into."""

    def __init__(
        self, folder: Path, devices: Sequence[str], device: str = "android", attempts: int = 2
    ) -> None:
        lines = "\n".join(f"  {each}" for each in devices)
        (folder / "devices.yaml").write_text(f"default: {device}\ndevices:\n{lines}\n")
        for name in ("shared", "apps"):
            shutil.copytree(ROOT / "scenarios" / name, folder / "scenarios" / name)
        path = folder / "scenarios" / "test" / "see_consent.yaml"
        path.parent.mkdir()
        path.write_text(TASK.format(id="see_consent", goal=CONSENT, steps=TO_CONSENT))
        self.project = read_project(folder)
        document = load_scenario(path, root=folder)
        self.scenario: Scenario = document.value
        self.plan = Asked(repetitions=attempts).plan(self.project, [document]).attempts
        request = record_run(self.project, self.plan, [self.scenario], SystemClock(), run_id="it")
        self.directory = RunDirectory.create(folder / "results", request)
        self.teller = Teller(lambda: None)
        self.under_way = RunUnderWay(
            self.project,
            self.directory,
            self.teller,
            SystemClock(),
            worker=ALONE,
            manner=Manner(),
        )

    def make(self, fault: Callable[[Run], None] = lambda _: None) -> tuple[AttemptRecord, ...]:
        """Makes all attempts; the fault comes in the middle of the first."""
        self.teller.disturb = lambda: fault(self)
        return tuple(self.under_way.attempt(one, self.scenario) for one in self.plan)

    # What a fault reaches for; nothing of the kind has a name of its own outside.

    @property
    def phone(self) -> SimulatedPhone:
        station = self.under_way._sessions._stations["android"]
        assert isinstance(station, stations.SimulatedAndroid)
        assert station._phone is not None
        return station._phone

    @property
    def adb(self) -> OwnAdbServer:
        adb = self.under_way._sessions._stack._own
        assert adb is not None
        return adb

    @property
    def appium(self) -> AppiumServer:
        (appium,) = self.under_way._sessions._stack._appium.values()
        return appium

    @property
    def session(self) -> str:
        """The URL of the only session."""
        (driver,) = self.under_way._sessions._drivers.values()
        assert isinstance(driver, appium_driver.AppiumDriver)
        return f"{self.appium.url}/session/{driver._session.session_id}"


@contextmanager
def run_on(
    folder: Path, devices: Sequence[str] = (OURS,), device: str = "android", attempts: int = 2
) -> Iterator[Run]:
    """A run that leaves nothing behind: no process of ours, none with a mark of ours."""
    run = Run(folder, devices, device, attempts)
    before = {*psutil.Process().children(recursive=True)}
    began_at = monotonic()
    try:
        yield run
    finally:
        run.under_way.close()
    assert monotonic() - began_at < BOUNDED_S
    left = {*psutil.Process().children(recursive=True)} - before
    assert not [process for process in {*left, *_marked_below(folder)} - before if runs(process)]
    kept = read_run(run.directory.path)
    assert kept.problems == ()


def _marked_below(folder: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(folder) in process.environ().get(MARK, ""):
                yield process


# --- what the documentation says ------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """What docs/faults.md says of a fault."""

    outcome: str
    messages: tuple[re.Pattern[str], ...]

    def holds(self, record: AttemptRecord) -> bool:
        """Whether an attempt ended as it is written there."""
        said = "; ".join(reason.en for reason in record.verdict.reasons)
        assert record.verdict.outcome == self.outcome, said
        return self.tells(said)

    def tells(self, said: str) -> bool:
        """Whether a message is one that is written there."""
        assert any(one.fullmatch(said) for one in self.messages), said
        return True


def _rows() -> dict[str, Row]:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    cells = [[cell.strip() for cell in line.split("|")] for line in page.splitlines()]
    return {
        row[1].strip("`"): Row(row[3].strip("`"), tuple(map(_pattern, _in_code(row[4]))))
        for row in cells
        if len(row) == 7 and row[1].startswith("`")
    }


def _in_code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _pattern(shown: str) -> re.Pattern[str]:
    """A message with `…` for what is different each time."""
    return re.compile(".*".join(map(re.escape, shown.split("…"))))


ROWS: Mapping[str, Row] = _rows()


# --- what more than one fault does ----------------------------------------------------------------


def unplug_phone(adb: AdbServer, serial: str) -> None:
    """Takes a phone off its cable for a while."""
    with adb.device(serial).open_transport() as connection:
        connection.send_command(f"unplug:{UNPLUGGED_S}")
        connection.check_okay()
    assert comes_true(lambda: not adb.sees(serial))


def kill(processes: set[psutil.Process]) -> None:
    """Kills processes, and sees that they have gone."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    assert comes_true(lambda: not any(map(runs, processes)))
