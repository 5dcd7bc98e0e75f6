"""Faults in the middle of an attempt, on the real stack: what is told of each, and how it goes on.

docs/faults.md has a row for each: the outcome and the message that are held here.
"""

from __future__ import annotations

import re
import resource
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import psutil
import pytest

from harness import appium_driver, stations
from harness.clock import SystemClock
from harness.errors import ResultsTrouble, UsageError
from harness.load import load_scenario
from harness.model import AttemptRecord, Outcome, PlannedStep, Scenario, SimulatedDevice
from harness.processes import android_stack
from harness.processes.adb_server import AdbServer, OwnAdbServer
from harness.processes.appium_server import AppiumServer
from harness.processes.family import MARK, runs
from harness.processes.ports import free_port
from harness.processes.simulated_phone import SimulatedPhone
from harness.progress import Ended
from harness.project import Asked, read_project
from harness.run import ALONE, Manner, RunUnderWay, record_run
from harness.store import RunDirectory, read_run
from tests.android.patience import comes_true
from tests.tester import ROOT, TASK, Project

pytestmark = pytest.mark.usefixtures("appium_installed")

PACKAGE = "com.example.samplecity"
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


# --- faults that cost the attempt, and no more ----------------------------------------------------


def kill_server(run: Run) -> None:
    run.adb.shell(run.phone.serial, "am force-stop io.appium.uiautomator2.server")
    # Its connections break a moment later: until then it would still answer.
    assert comes_true(lambda: not _answers(f"{run.session}/source"))


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url).close()
    except OSError:
        return False
    return True


def kill_app(run: Run) -> None:
    run.adb.shell(run.phone.serial, f"am force-stop {PACKAGE}")


def kill_adb(run: Run) -> None:
    _kill(run.adb._program.processes)


def stop_adb(run: Run) -> None:
    run.adb._client.server_kill()  # type: ignore[no-untyped-call]


def unplug(run: Run) -> None:
    unplug_phone(run.adb, run.phone.serial)


def unplug_phone(adb: AdbServer, serial: str) -> None:
    with adb.device(serial).open_transport() as connection:
        connection.send_command(f"unplug:{UNPLUGGED_S}")
        connection.check_okay()
    assert comes_true(lambda: not adb.sees(serial))


def end_phone(run: Run) -> None:
    run.phone._process.kill()
    assert comes_true(lambda: not run.phone.alive)


def freeze_phone(run: Run) -> None:
    psutil.Process(run.phone._process.pid).suspend()


def kill_appium(run: Run) -> None:
    appium = run.appium
    _kill(appium._program.processes)
    assert comes_true(lambda: not appium.alive)


def end_session(run: Run) -> None:
    urllib.request.urlopen(urllib.request.Request(run.session, method="DELETE")).close()


def _kill(processes: set[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    assert comes_true(lambda: not any(map(runs, processes)))


FAULTS: Mapping[str, Callable[[Run], None]] = {
    "server_killed": kill_server,
    "app_killed": kill_app,
    "adb_killed": kill_adb,
    "adb_kill_server": stop_adb,
    "phone_unplugged": unplug,
    "phone_ended": end_phone,
    "phone_hangs": freeze_phone,
    "appium_killed": kill_appium,
    "session_ended": end_session,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_the_attempt_and_the_next_is_completed(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault == "phone_hangs":
        monkeypatch.setattr(appium_driver, "ANSWER_WITHIN_S", 5)
        monkeypatch.setattr(android_stack, "LOOKS_WITHIN_S", 1.0)
    with run_on(tmp_path) as run:
        disturbed, next_one = run.make(FAULTS[fault])
    assert run.teller.disturbed
    assert ROWS[fault].holds(disturbed)
    assert next_one.verdict.outcome is Outcome.COMPLETED, next_one.verdict.reasons


# --- phones that are not ours to restart ----------------------------------------------------------


@pytest.fixture
def plug_in(
    own_adb: OwnAdbServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], SimulatedPhone]]:
    """Starts a phone and connects it with an adb server that passes for the user's."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(own_adb.port))
    with ExitStack() as open_phones:

        def start() -> SimulatedPhone:
            device = SimulatedDevice(kind="simulated", stack="android", apps=("sample_city",))
            phone = SimulatedPhone.start(device)
            open_phones.callback(phone.stop)
            own_adb.connect(phone.serial)
            return phone

        yield start


def usb(name: str, phone: SimulatedPhone, more: str = "") -> str:
    return f'{name}: {{kind: usb, apps: [sample_city], udid: "{phone.serial}"{more}}}'


def test_a_phone_that_is_away_for_a_while_is_waited_for(
    tmp_path: Path, own_adb: OwnAdbServer, plug_in: Callable[[], SimulatedPhone]
) -> None:
    phone = plug_in()
    with run_on(tmp_path, [usb("plugged", phone)], "plugged") as run:
        disturbed, next_one = run.make(lambda _: unplug_phone(own_adb, phone.serial))
    assert ROWS["plugged_away"].holds(disturbed)
    assert next_one.verdict.outcome is Outcome.COMPLETED, next_one.verdict.reasons
    assert phone.alive


def test_the_users_adb_server_is_started_again_and_the_phone_connected_again(
    tmp_path: Path, own_adb: OwnAdbServer, plug_in: Callable[[], SimulatedPhone]
) -> None:
    phone = plug_in()
    with run_on(tmp_path, [usb("plugged", phone)], "plugged") as run:
        disturbed, next_one = run.make(lambda _: _kill(own_adb._program.processes))
    assert disturbed.verdict.outcome is Outcome.HARNESS_ERROR
    assert next_one.verdict.outcome is Outcome.COMPLETED, next_one.verdict.reasons


def test_one_phone_that_is_gone_for_good_is_waited_for_once(
    tmp_path: Path, plug_in: Callable[[], SimulatedPhone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stations, "COMES_BACK_WITHIN_S", 2.0)
    phone = plug_in()
    with run_on(tmp_path, [usb("plugged", phone)], "plugged", attempts=3) as run:
        disturbed, waited, looked = run.make(lambda _: _end(phone))
    assert ROWS["plugged_gone"].holds(disturbed)
    assert ROWS["plugged_gone_still"].holds(waited)
    assert "within 2 s" in waited.trouble
    assert "within 0 s" in looked.trouble


def test_the_others_of_a_pool_do_the_work_of_a_phone_that_is_gone_for_good(
    tmp_path: Path, plug_in: Callable[[], SimulatedPhone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stations, "COMES_BACK_WITHIN_S", 2.0)
    phones = {name: plug_in() for name in ("one", "two", "three", "four")}
    devices = [usb(name, phone) for name, phone in phones.items()]
    pool = f"all: {{kind: pool, apps: [sample_city], phones: [{', '.join(phones)}]}}"
    with run_on(tmp_path, [*devices, pool], "all", attempts=4) as run:
        first, *others = run.make(lambda _: _end(phones["one"]))
    assert (first.phone, first.verdict.outcome) == ("one", Outcome.HARNESS_ERROR)
    assert {one.verdict.outcome for one in others} == {Outcome.COMPLETED}
    assert {one.phone for one in others} == {"two"}


def _end(phone: SimulatedPhone) -> None:
    phone._process.kill()
    assert comes_true(lambda: not phone.alive)


def test_an_app_that_is_not_there_is_named_with_what_to_do(
    tmp_path: Path, own_adb: OwnAdbServer, plug_in: Callable[[], SimulatedPhone]
) -> None:
    phone = plug_in()
    own_adb.shell(phone.serial, f"pm uninstall {PACKAGE}")
    with run_on(tmp_path, [usb("plugged", phone)], "plugged") as run:
        made = run.make()
    assert all(ROWS["app_missing"].holds(one) for one in made)


def test_an_apk_that_is_not_there_is_told_before_the_phone_is_touched(
    tmp_path: Path, plug_in: Callable[[], SimulatedPhone]
) -> None:
    phone = plug_in()
    missing = ", apk: {sample_city: apps/none.apk}"
    with (
        run_on(tmp_path, [usb("plugged", phone, missing)], "plugged") as run,
        pytest.raises(UsageError) as told,
    ):
        run.make()
    assert ROWS["apk_missing"].tells(str(told.value))


# --- this machine ---------------------------------------------------------------------------------


def test_a_port_that_somebody_takes_costs_the_attempt_and_another_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, run_on(tmp_path) as run:
        ports = iter([taken.getsockname()[1]])
        monkeypatch.setattr(android_stack, "free_port", lambda: next(ports, None) or free_port())
        first, next_one = run.make()
    assert ROWS["port_taken"].holds(first)
    assert next_one.verdict.outcome is Outcome.COMPLETED, next_one.verdict.reasons


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """This process can write no more than so many bytes to a file, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_ends_the_run_and_leaves_whole_what_was_finished(
    tmp_path: Path,
) -> None:
    with run_on(tmp_path) as run:
        first = run.under_way.attempt(run.plan[0], run.scenario)
        with largest_file(1000), pytest.raises(ResultsTrouble) as told:
            run.under_way.attempt(run.plan[1], run.scenario)
    assert ROWS["disk_full"].tells(str(told.value))
    assert read_run(run.directory.path).attempts == (first,)


FULL_AFTER_ONE = """
import resource

def pytest_runtest_logreport(report):
    if report.when == "call":
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
"""


def test_pytest_stops_at_a_full_disk_and_says_so(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(pytester, monkeypatch)
    project.task("see_consent", goal=CONSENT, steps=TO_CONSENT)
    conftest = project.path / "conftest.py"
    conftest.write_text(conftest.read_text() + FULL_AFTER_ONE)
    made = subprocess.run(
        [sys.executable, "-m", "pytest", "scenarios/", "--run-id", "it", "--repeat", "3", "-s"],
        cwd=project.path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert made.returncode == pytest.ExitCode.INTERRUPTED, made.stdout + made.stderr
    # A message with its path is wider than a terminal: pytest may fold or cut its line.
    assert "a file has reached the largest size allowed" in made.stdout
    assert len(read_run(project.path / "results" / "it").attempts) == 1
