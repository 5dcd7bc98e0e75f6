"""The Appium server: the real one, with its real driver."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness.clock import SystemClock
from harness.errors import SessionNotStarted, UsageError
from harness.processes import appium_server
from harness.processes.adb_server import OwnAdbServer
from harness.processes.appium_server import AppiumServer
from harness.processes.family import marked, runs
from harness.processes.ports import free_port
from tests.android.patience import comes_true

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("appium_installed")


@pytest.fixture
def appium(own_adb: OwnAdbServer, tmp_path: Path) -> Iterator[AppiumServer]:
    server = AppiumServer.start(own_adb, tmp_path / "logs", SystemClock())
    yield server
    server.stop()


def test_it_answers_with_its_driver_and_leaves_nothing_behind(appium: AppiumServer) -> None:
    with urllib.request.urlopen(f"{appium.url}/status") as answer:
        assert json.load(answer)["value"]["build"]["version"] == "3.8.0"
    assert "uiautomator2@8.7.0" in appium.log.read_text()
    family = appium._program.processes
    assert appium.healthy()
    appium.stop()
    assert not appium.alive
    assert not appium.healthy()
    assert not any(map(runs, family))


def test_one_that_was_killed_is_noticed_and_started_again(appium: AppiumServer) -> None:
    for process in appium._program.processes:
        process.kill()
    assert comes_true(lambda: not appium.alive)
    assert not appium.healthy()
    appium.restart()
    assert appium.healthy()


def test_one_that_hangs_is_not_healthy_and_is_started_again(
    appium: AppiumServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appium_server, "ANSWERS_WITHIN_S", 0.5)
    for process in appium._program.processes:
        process.suspend()
    assert appium.alive
    assert not appium.healthy()
    monkeypatch.undo()
    appium.restart()
    assert appium.healthy()


def test_a_port_that_is_taken_is_left_for_another(own_adb: OwnAdbServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = free_port()
        ports = iter([taken.getsockname()[1], free])
        server = AppiumServer.start(own_adb, tmp_path, SystemClock(), lambda: next(ports))
        assert server.url == f"http://127.0.0.1:{free}"
        assert server.healthy()
        server.stop()


def test_one_that_cannot_start_tells_its_last_words(own_adb: OwnAdbServer, tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SessionNotStarted) as trouble,
    ):
        AppiumServer.start(own_adb, tmp_path, SystemClock(), lambda: taken.getsockname()[1])
    assert "The requested port may already be in use" in (tmp_path / "appium.log").read_text()
    assert "EADDRINUSE" in str(trouble.value)
    assert str(tmp_path / "appium.log") in str(trouble.value)


def test_a_log_that_has_grown_long_is_cut_and_goes_on(
    appium: AppiumServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appium_server, "LONGEST_LOG", 2000)
    monkeypatch.setattr(appium_server, "KEPT_OF_LOG", 1000)
    while appium.log.stat().st_size <= 2000:
        urllib.request.urlopen(f"{appium.url}/status").close()
    appium.healthy()
    assert comes_true(lambda: appium.log.stat().st_size < 2000)
    assert appium.log.read_bytes().startswith(b"[the beginning was left out]\n2")
    assert b"\0" not in appium.log.read_bytes()


@pytest.mark.parametrize(
    ("node", "told"),
    [
        (None, "Node.js was not found. Appium needs Node.js 20.19"),
        ("echo v18.20.4", r"is Node.js 18.20.4. Appium needs Node.js 20.19"),
        ("exit 1", "Node.js was not found. Appium needs Node.js 20.19"),
    ],
)
def test_without_a_node_that_serves_it_says_what_to_install(
    own_adb: OwnAdbServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    node: str | None,
    told: str,
) -> None:
    if node is not None:
        (tmp_path / "node").write_text(f"#!/bin/sh\n{node}\n")
        (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=rf"{told}.*make android"):
        AppiumServer.start(own_adb, tmp_path, SystemClock())


def test_without_appium_it_names_what_installs_it(own_adb: OwnAdbServer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"appium is not installed. Run: make android"):
        AppiumServer.start(own_adb, tmp_path, SystemClock(), project=tmp_path)


OWNER = """
    import sys, time
    from pathlib import Path
    from harness.clock import SystemClock
    from harness.processes.adb_server import OwnAdbServer
    from harness.processes.appium_server import AppiumServer
    folder, clock = Path(sys.argv[1]), SystemClock()
    adb = OwnAdbServer.start(folder, clock)
    appium = AppiumServer.start(adb, folder, clock)
    for program in (adb._program, appium._program):
        print(program._leash.pid, program._entry, flush=True)
    time.sleep(300)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nothing_outlives_an_owner_that_dies(tmp_path: Path, how: signal.Signals) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(OWNER), str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with owner:
        assert owner.stdout is not None
        told = [owner.stdout.readline().split() for _ in range(2)]
        family = set.union(*(marked(entry) for _, entry in told))
        family |= {psutil.Process(int(leash)) for leash, _ in told}
        assert len(family) == 4
        os.kill(owner.pid, how)
    assert comes_true(lambda: not any(map(runs, family)))
