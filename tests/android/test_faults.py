"""Faults in the middle of an attempt, on the real stack: what is told, and how it goes on."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from harness import appium_driver
from harness.errors import ResultsTrouble
from harness.model import Outcome
from harness.processes import android_stack
from harness.processes.ports import free_port
from harness.store import read_run
from tests.android.faulty_run import CONSENT, ROWS, TO_CONSENT, Run, kill, run_on, unplug_phone
from tests.android.patience import comes_true
from tests.tester import Project

pytestmark = pytest.mark.usefixtures("appium_installed")

PACKAGE = "com.example.samplecity"


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
    kill(run.adb._program.processes)


def stop_adb(run: Run) -> None:
    run.adb._client.server_kill()  # type: ignore[no-untyped-call]


def unplug(run: Run) -> None:
    unplug_phone(run.adb, run.phone.serial)


def end_phone(run: Run) -> None:
    run.phone._process.kill()
    assert comes_true(lambda: not run.phone.alive)


def freeze_phone(run: Run) -> None:
    psutil.Process(run.phone._process.pid).suspend()


def kill_appium(run: Run) -> None:
    appium = run.appium
    kill(appium._program.processes)
    assert comes_true(lambda: not appium.alive)


def end_session(run: Run) -> None:
    urllib.request.urlopen(urllib.request.Request(run.session, method="DELETE")).close()


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
